//! Actors: mailbox types, `receive`, `send`, `spawn`, `self`.

check! {
    actor: "
        type Msg do
          Add(Int)
          Get(Pid<Int>)
          Stop
        end
        actor counter(total :: Int) do
          receive do
            Add(n) -> counter(total + n)
            Get(reply) -> send(reply, total)
              counter(total)
            Stop -> ()
          after 60_000 -> ()
          end
        end
        fn main() do
          let pid = spawn(counter, 0)
          send(pid, Add(1))
          send(pid, Get(self()))
          receive do n -> println(n) end
        end
    ";
    clauses_and_terminate: "
        actor loop(0) do
          ()
        end
        actor loop(n) do
          receive do
            step -> loop(n - step)
          end
        terminate do
          println(\"at ${n}\")
        end
        end
        fn main() = send(spawn(loop, 3), 1)
    ";
    mailbox_through_calls: "
        fn next() = receive do x -> x end
        fn pair() = (next(), next())
        fn each(xs, f) = for x in xs do f(x) end
        fn main() do
          let (a, _) = pair()
          each([1], fn x -> println(x + a + next()) end)
          List.map([1], fn x -> x + next() end)
        end
    ";
    closures_have_mailboxes_of_their_own: "
        fn run(f) = spawn(f)
        fn main() do
          let ints = run(fn -> receive do x -> println(x + 1) end end)
          let texts = spawn(fn -> receive do x -> println(\"a\" <> x) end end)
          send(ints, 1)
          send(texts, \"b\")
          receive do true -> () end
        end
    ";
    functions_in_data_may_be_called_by_actors: "
        struct Box do
          f :: Fun(Int) -> Int
        end
        fn main() do
          let fs = [fn x -> x + 1 end, fn x -> x * 2 end]
          let box = Box { f: fn x -> x end }
          receive do n -> for f in fs do println(f(n) + box.f(n)) end end
        end
    ";
    annotated_functions_receive_too: "
        fn wait(n :: Int) -> Int do
          receive do m -> n + String.length(m) end
        end
        fn main() do
          println(wait(1) + twice(2))
        end
        fn twice(n :: Int) -> Int = wait(wait(n))
    ";
    signals: "
        fn main() do
          let ref = Process.monitor(spawn(fn -> 1 end))
          Process.trap_exit(true)
          receive do
            Down(r, pid, Normal) when r == ref -> println(pid)
            Exit(_, reason) | Down(_, _, reason) as signal -> println(\"${reason} ${signal}\")
            NodeUp(_) -> ()
            Signal.Stopping -> ()
          end
          receive do
            n -> println(n + 1)
            Down(_, _, Crash(text)) -> println(text)
          after 0 -> ()
          end
        end
    ";
    pids: "
        fn main() do
          let a :: Pid<Int> = self()
          let b = spawn(fn -> receive do \"x\" -> () end end)
          println(a == b)
          println(Map.get(%{a => 1}, a))
          receive do Down(_, p, _) -> println(p == a or b != p) end
        end
    ";
    wrong_messages: "
        type Msg do
          Add(Int)
        end
        actor counter(total) do
          receive do
            Add(n) -> counter(total + n)
          end
        end
        fn main() do
          let pid = spawn(counter, 0)
          send(pid, \"text\")
          send(pid, 1, 2)
          send(5, Add(1))
        end
    ";
    two_mailboxes: "
        fn first() = receive do n -> n + 1 end
        fn main() do
          receive do \"text\" -> () end
          println(first())
        end
        fn two() do
          receive do 1 -> () end
          receive do \"text\" -> () end
        end
        fn three() do
          send(self(), 1)
          receive do \"text\" -> () end
        end
    ";
    stored_receives: "
        struct Handler do
          run :: Fun() -> Int
        end
        fn wait() = receive do n -> n + 1 end
        fn main() do
          let fs = [fn -> receive do 1 -> 2 end end]
          let handler = Handler { run: wait }
          println(List.length(fs) + handler.run())
        end
    ";
    stored_parameters: "
        fn keep(f) = Some(f)
        fn main() do
          let kept = keep(fn -> receive do 1 -> 2 end end)
          println(inspect(kept))
        end
    ";
    cannot_be_spawned: "
        actor counter(total :: Int) do
          println(total)
        end
        fn main() do
          spawn(5)
          spawn(counter)
          spawn(counter, \"text\")
          spawn(fn x -> x + 1 end)
          let f = send
          spawn()
          self(1)
        end
    ";
    signals_and_messages: "
        type Mine do
          Down(Int)
          Up
        end
        fn main() do
          receive do
            Down(n) -> println(n)
          end
          receive do
            Exit(_, _) | Up -> ()
          end
          receive do
            Mine.Down(_) -> ()
            Signal.Down(_, pid, _) -> send(pid, 1)
          end
        end
    ";
    superfluous_arms: "
        fn main() do
          receive do
            Some(1) -> ()
            _ -> ()
            None -> ()
            Exit(_, _) -> ()
            Exit(_, Normal) -> ()
          end
        end
    ";
    methods_do_not_receive: "
        interface Wait do
          fn wait(self) -> Int
        end
        impl Wait for Int do
          fn wait(self) = receive do n -> n + self end
        end
        fn main() = println(1.wait())
    ";

    service: "
        service Store do
          fn init(start :: Int) -> Int do start end
          ## The value.
          call Get() :: Int do |state| (state, state) end
          call Set(v :: Int) :: Int do |_state| (v, v) end
          call Later(n :: Int) :: String do |state, caller|
            Service.reply(caller, \"${n + state}\")
            state
          end
          cast Clear() do |_state| 0 end
          cast Add(n :: Int) do |state| state + n end
          info NodeDown(name) do |state| state + String.length(name) end
          terminate do |state| println(state) end
        end
        fn main() do
          let store = Store.start(1)
          println(Store.get(store) + Store.set(store, 5))
          println(Store.get(store, timeout: 100))
          println(Store.later(\"store\", 2))
          println(Store.try_get(store))
          Store.clear(store)
          store.add(5)
          println(store.get())
          Timer.send_after(store, 10, Store.Add(3))
          Store.stop(store)
        end
    ";
    service_mistakes: "
        service A do
          call Get() do |state| (state, state) end
          cast Add(n) do |state| state + n end
          cast Two() do |a, b| a + b end
        end
        service B do
          fn init() = Ok(1)
          call Get() :: Int do |state| (state, \"text\") end
          cast Add(n :: Int) do |state| state + n end
        end
        fn main() do
          let b = B.start()
          B.add(b, \"x\")
          B.get(b, 5)
          B.get(5)
        end
    ";
    supervisor: "
        service Store do
          fn init(n :: Int) = n
          call Get() :: Int do |n| (n, n) end
        end
        supervisor App(start :: Int) do
          strategy: rest_for_one
          max_restarts: 2
          max_seconds: 10
          child cache do
            start: fn -> Store.start(start) end
            restart: transient
            shutdown: brutal_kill
            name: \"cache\"
          end
          child other do
            start: fn -> spawn(fn -> receive do 1 -> () end end) end
          end
        end
        supervisor Pool do
          strategy: simple_one_for_one
          child worker do
            start: fn n -> Store.start(n + 1) end
          end
        end
        fn main() do
          let app = App.start(1)
          let pool :: Pid<Supervisor> = spawn(Pool)
          let store :: Pid<Store> = Supervisor.start_child(pool, 5)
          println(Store.get(store))
          println(Supervisor.children(app))
          println(Supervisor.count(app))
          println(Supervisor.terminate_child(app, \"other\"))
        end
    ";
    supervisor_mistakes: "
        supervisor App do
          strategy: one_for_al
          maximum: 3
          child first do
            start: fn -> 5 end
            restart: never
          end
          child second do
            shutdown: 5
          end
          child third do
            start: 5
            name: 7
          end
        end
        fn main() = println(App.start())
    ";
    jobs: "
        fn main() do
          let job = Job.async(fn -> 1 + 1 end)
          println(Job.await(job))
          println(Job.map([1, 2], fn x -> \"${x}\" end))
        end
    ";

    bare_pids: "
        fn notify(to :: Pid, n :: Int) -> () = send(to, n)
        struct Bad do
          pid :: Pid
        end
        fn main() do
          let me :: Pid = self()
          notify(me, 1)
          receive do n -> println(n + 1) end
        end
    ";
    bare_pids_are_inferred: "
        fn notify(to :: Pid, n :: Int) -> () = send(to, n)
        fn main() do
          let me :: Pid = self()
          notify(me, 1)
          receive do n -> println(n + 1) end
        end
    ";
    collections_kept_for_terminate: "
        actor loop(items, size) do
          receive do
            n -> loop([n, ...items], size + 1)
          end
        terminate do
          println(\"${size} ${items}\")
        end
        end
        fn main() = send(spawn(loop, [], 0), 1)
    ";
    assertions: "
        fn main() do
          send(self(), 5)
          assert_receive 5, within: 10
          assert_receive Down(_, _, _)
          assert_crash 1 / 0
        end
    ";

    functions_from_data_may_be_passed_to_who_receives: "
        fn loop(f, n) do
          receive do
            0 -> n
            x -> loop(f, f(x) + n)
          end
        end
        fn main() do
          let fs = [fn x -> x + 1 end]
          println(loop(fs[0], 0))
          println(loop(fn x -> x + receive do y -> y end end, 0))
        end
    ";
}
