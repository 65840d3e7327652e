//! Whom messages, calls and questions can be addressed to, and starting things elsewhere.

use crate::fixture::{COOKIE, Place, Running, START, finished};

fn prints(main: &str, expected: &str) {
    let place = Place::new();
    let printed = place.against_worker(&(START.to_owned() + main));
    assert_eq!(printed, expected);
}

#[test]
fn who_has_a_name_on_a_node_is_called_and_sent_to() {
    prints(
        r#"
fn main() do
  let worker = join()
  println(Store.add(("store", worker), 5))
  println(Store.try_add(("store", worker), 1))
  println(Store.try_add(("nobody", worker), 1))
  println(Store.try_add(("store", "nobody@127.0.0.1:1"), 1))
  let found :: Option<Pid<Store>> = Node.whereis("store", worker)
  println(Option.map(found, fn store -> Store.add(store, 1) end))
  let p = Node.spawn(worker, named, "squarer", self())
  receive do n -> println(n) end
  send(("squarer", worker), Square(7, self()))
  receive do n -> println(n) end
  send(("nobody", worker), Square(7, self()))
  send(("squarer", "nobody@127.0.0.1:1"), Square(7, self()))
  Process.register("here", spawn(squarer, 2))
  send(("here", Node.self()), Square(7, self()))
  receive do n -> println(n) end
  println(Global.register("store", Store.start(100)))
  println(Store.add(global("store"), 1))
  println(Global.register("squarer", p))
  send(global("squarer"), Square(1, self()))
  receive do n -> println(n) end
  println(Store.try_add(global("nobody"), 1))
  Node.stop()
end
"#,
        "15
Ok(16)
Err(Gone(NoProc))
Err(Gone(NoProc))
Some(17)
0
50
51
true
101
true
2
Err(Gone(NoProc))
",
    );
}

#[test]
fn actors_of_other_nodes_can_be_asked_after() {
    prints(
        r#"
fn main() do
  let worker = join()
  let p = Node.spawn(worker, named, "squarer", self())
  receive do n -> println(n) end
  println(Process.alive(p))
  let info = Process.info(p)
  println(Option.map(info, fn i -> (i.mailbox, i.names) end))
  send(p, Done)
  let ref = Process.monitor(p)
  receive do Down(r, _, _) when r == ref -> () end
  println(Process.alive(p))
  println(Process.info(p))
  Node.disconnect(worker)
  Node.monitor(worker)
  receive do NodeDown(_) -> () end
  println(Process.alive(p))
  println(Process.info(p))
  Node.stop()
end
"#,
        "0\ntrue\nSome((0, [squarer]))\nfalse\nNone\nfalse\nNone\n",
    );
}

#[test]
fn services_start_elsewhere_and_say_when_they_are_there() {
    prints(
        r#"
fn main() do
  let worker = join()
  let store = Store.start(5, node: worker)
  println(Node.of(store) == worker)
  println(Store.add(store, 2))
  println(Picky.try_start(1, node: worker) |> Result.is_ok())
  println(Picky.try_start(-1, node: worker) |> Result.map(fn _ -> 0 end))
  println(Picky.try_start(1000, node: worker, timeout: 50) |> Result.map(fn _ -> 0 end))
  println(Store.try_start(1, node: "nobody@127.0.0.1:1") |> Result.map(fn _ -> 0 end))
  Process.trap_exit(true)
  let linked = Store.start_link(5, node: worker)
  Process.exit(linked, Killed)
  receive do Exit(pid, why) -> println("${pid == linked} ${why}") end
  let here = Store.start(1, node: Node.self())
  println((Node.of(here) == Node.self(), Store.add(here, 1)))
  println(Picky.try_start(-1, node: Node.self()) |> Result.map(fn _ -> 0 end))
  let job = Job.async(fn -> Picky.start(-2, node: worker) end)
  println(Job.await(job) |> Result.map(fn _ -> 0 end) |> Result.map_err(fn e -> String.ends_with(e, "no negative numbers, please: -2") end))
  Node.stop()
end
"#,
        "true
7
true
Err(InitFailed(Crash(no negative numbers, please: -1)))
Err(Timeout)
Err(NotConnected)
true Killed
(true, 2)
Err(InitFailed(Crash(no negative numbers, please: -1)))
Err(true)
",
    );
}

#[test]
fn jobs_run_elsewhere() {
    prints(
        r#"
fn main() do
  let worker = join()
  let jobs = for n in 0..5 do Job.async_on(worker, double, n) end
  println(for job in jobs do Job.await(job) end)
  println(Job.await(Job.async_on(worker, double, -1)))
  println(Job.await(Job.async_on("nobody@127.0.0.1:1", double, 1)))
  let slow = Job.async_on(worker, sleepy, 10_000)
  println(Job.await_timeout(slow, 10))
  Job.cancel(slow)
  println(Job.await(slow))
  Node.stop()
end
"#,
        "[Ok(0), Ok(2), Ok(4), Ok(6), Ok(8)]
Err(negative)
Err(not started: NotConnected)
Err(timeout)
Err(killed)
",
    );
}

/// More at once than a connection has unanswered: those who ask wait, and all are started.
#[test]
fn many_can_be_started_at_once() {
    prints(
        r#"
fn main() do
  let worker = join()
  let jobs = for n in 0..6000 do Job.async(fn -> Node.call(worker, double, n, timeout: 60_000) end) end
  println(List.sum(for job in jobs do Result.unwrap_or(Job.await(job), 0) end))
  Node.stop()
end
"#,
        "35994000\n",
    );
}

#[test]
fn what_is_expected_and_what_is_there_is_said() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    let main = START.to_owned()
        + r#"
actor double(text :: String) do String.length(text) end

fn main() do
  let worker = join()
  println(Node.try_spawn(worker, double, "two") |> Result.map(fn _ -> 0 end))
  Node.stop()
end
"#;
    place.write("boss.snow", &[&main]);
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    assert_eq!(
        printed,
        "Err(BadSignature((String) -> Int, (Int) -> Int))\n"
    );
}

/// The order of pids is that of node names, creations and serials, and their text says where they are.
#[test]
fn pids_have_one_order_and_say_where_they_are() {
    prints(
        r##"
fn main() do
  let worker = join()
  let there = for n in 0..3 do Process.any(Node.spawn(worker, squarer, n)) end
  let here = for n in 0..3 do Process.any(spawn(squarer, n)) end
  println(List.sorted(there ++ here) == List.sorted(here) ++ List.sorted(there))
  println(compare(there[0], here[0]))
  println(compare(here[0], there[0]))
  println(String.starts_with("${there[0]}", "#Pid<${worker}."))
  println(String.starts_with("${here[0]}", "#Pid<0."))
  Node.stop()
end
"##,
        "true\nGreater\nLess\ntrue\ntrue\n",
    );
}

/// What is sent to, linked with, monitored or called that has ended, or cannot be reached.
#[test]
fn who_has_ended_and_who_cannot_be_reached_are_told_apart() {
    prints(
        r#"
fn main() do
  let worker = join()
  Process.trap_exit(true)
  let p = Node.spawn(worker, squarer, 0)
  let store = Store.start(1, node: worker)
  for pid in [Process.any(p), Process.any(store)] do
    let ref = Process.monitor(pid)
    Process.exit(pid, Killed)
    receive do Down(r, _, _) when r == ref -> () end
  end
  probe(p, store)
  println(Global.register("dead", p))
  let lives = Node.spawn(worker, squarer, 0)
  let stays = Store.start(1, node: worker)
  Node.disconnect(worker)
  Node.monitor(worker)
  receive do NodeDown(_) -> () end
  probe(lives, stays)
  assert Node.connect(worker)
  send(lives, Square(5, self()))
  receive do n -> println(n) end
  println(Store.add(stays, 1))
  Node.stop()
end

fn probe(p :: Pid<Ask>, store :: Pid<Store>) -> () do
  send(p, Square(1, self()))
  let ref = Process.monitor(p)
  receive do Down(r, who, why) when r == ref -> println("${who == p} ${why}") end
  Process.link(p)
  receive do Exit(who, why) -> println("${who == p} ${why}") end
  println(Store.try_add(store, 1))
  println(Job.await(Job.async(fn -> Store.add(store, 1) end)) |> Result.is_err())
end
"#,
        "true NoProc
true NoProc
Err(Gone(NoProc))
true
false
true NoConnection
true NoConnection
Err(Gone(NoConnection))
true
25
2
",
    );
}

/// What waits in the mailbox is there in order after something was started elsewhere.
#[test]
fn what_waits_in_the_mailbox_waits_on_while_something_is_started() {
    prints(
        r#"
fn main() do
  let worker = join()
  for n in 1..4 do send(self(), n) end
  let p = Node.spawn(worker, squarer, 0)
  println(Node.call(worker, double, 4))
  send(p, Square(2, self()))
  for _ in 1..5 do receive do n -> println(n) end end
  Node.stop()
end
"#,
        "8\n1\n2\n3\n4\n",
    );
}

/// A large result, and the end of who sends it at once after that.
#[test]
fn a_large_result_arrives_before_the_end_of_its_sender() {
    prints(
        r#"
fn main() do
  let worker = join()
  for _ in 0..5 do
    println(Job.await(Job.async(fn -> large(worker) end)))
  end
  println(List.length(Node.call(worker, words, "a b c", 300_000, timeout: 60_000)))
  println(Node.call(worker, adder, List.range(0, 300_000), timeout: 60_000))
  Node.stop()
end

fn large(worker :: String) -> Int do
  let p = Node.spawn(worker, echo, self(), 300_000)
  let ref = Process.monitor(p)
  let sum = receive do xs -> List.sum(xs) end
  receive do Down(r, _, Normal) when r == ref -> sum end
end
"#,
        &("Ok(44999850000)\n".repeat(5) + "900000\n44999850000\n"),
    );
}

/// What cannot leave its node ends who sends it.
#[test]
fn functions_and_what_is_too_large_end_their_sender() {
    let place = Place::new();
    let both = r#"
type Work do
  Run(Fun() -> Int)
  Text(String)
end

actor taker(n :: Int) do
  receive do
    Run(f) -> taker(n + f())
    Text(text) -> taker(n + String.length(text))
  end
end

actor huge(n :: Int) do
  String.repeat("0123456789abcdef", n)
end
"#;
    let worker = "fn main() do\n  Node.start(\"worker@127.0.0.1:0\", List.head(Env.args()))\n  println(Node.self())\n  IO.flush()\n  receive do n -> println(n + 1) end\nend\n";
    let boss = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  let p = Node.spawn(worker, taker, 0)
  println(Job.await(Job.async(fn -> send(p, Run(fn -> 1 end)) end)))
  let large = String.repeat("0123456789abcdef", 4_300_000)
  println(Job.await(Job.async(fn -> send(p, Text(large)) end)))
  println(Process.alive(p))
  println(Node.try_call(worker, huge, 4_300_000, timeout: 60_000) |> Result.map(String.length))
  Node.stop()
end
"#;
    place.write("worker.snow", &[both, worker]);
    place.write("boss.snow", &[both, &boss]);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    assert_eq!(
        printed,
        "Err(a function value cannot be sent to another node)
Err(a message to another node has at most 64 MiB)
true
Err(Gone(Crash(a message to another node has at most 64 MiB)))
"
    );
}
