//! Starting, sending, monitors, links, exits and calls, in every combination of tiers; types of other versions; the example.

use crate::fixture::{
    COLLECT, COOKIE, LIMIT, Place, Running, START, WORKER, WORKER_MAIN, finished,
};
use snow_tests::command;
use std::process::Command;

/// What both sides of a connection do: starting, sending, monitors, links, exits, calls.
const BASICS: &str = r#"
fn main() do
  let worker = join()
  println(Node.list() == [worker])
  let p = Node.spawn(worker, squarer, 100)
  println(Node.of(p) == worker)
  send(p, Square(7, self()))
  receive do n -> println(n) end
  send(p, Greet(Person { name: "Ada", age: Some(40), tags: ["a", "b"] }, self()))
  receive do n -> println(n) end
  let ref = Process.monitor(p)
  send(p, Boom)
  receive do Down(r, _, why) when r == ref -> println(why) end
  let again = Process.monitor(p)
  receive do Down(r, _, why) when r == again -> println(why) end
  send(p, Done)
  Process.trap_exit(true)
  let q = Node.spawn_link(worker, squarer, 1)
  send(q, Boom)
  receive do Exit(who, why) -> println("${who == q} ${why}") end
  let s = Node.spawn(worker, squarer, 1)
  send(s, Link(self()))
  receive do n -> println(n) end
  Process.exit(s, Killed)
  receive do Exit(who, why) -> println("${who == s} ${why}") end
  println(Node.call(worker, double, 21))
  println(Node.try_call(worker, double, -1))
  println(Node.try_call(worker, words, "a bc", 2, timeout: 9000))
  let store = Node.spawn(worker, Store, 5)
  println(Store.add(store, 3))
  println(Store.words(store, "a bc d"))
  println(Store.try_add(store, 1))
  let ended = Process.monitor(store)
  Process.exit(store, Killed)
  receive do Down(r, _, why) when r == ended -> println(why) end
  println(Store.try_add(store, 1))
  for node in [worker, Node.self()] do
    let endless = Node.spawn(node, forever, 1)
    send(endless, Square(8, self()))
    receive do n -> println(n) end
    Process.exit(endless, Killed)
  end
  Node.stop()
end
"#;

const BASICS_PRINT: &str = "true
true
149
45
Crash(boom)
NoProc
true Crash(boom)
1
true Killed
42
Err(Gone(Crash(negative)))
Ok([a, bc, a, bc])
8
[a, bc, d]
Ok(9)
Killed
Err(Gone(NoProc))
9
9
";

#[test]
fn functions_are_started_messages_arrive_and_ends_are_told() {
    let place = Place::new();
    let printed = place.against_worker(&(START.to_owned() + BASICS));
    assert_eq!(printed, BASICS_PRINT);
}

/// The same, with native code on either side and on both.
#[test]
fn native_nodes_and_others_cannot_tell_each_other_apart() {
    let place = Place::new();
    place.write("worker.snow", &[WORKER, WORKER_MAIN]);
    place.write("boss.snow", &[WORKER, START, BASICS]);
    place.compile("worker");
    place.compile("boss");
    for tiers in [(true, false), (false, true), (true, true)] {
        assert_eq!(place.in_tiers(tiers), BASICS_PRINT, "{tiers:?}");
    }
}

#[test]
fn what_may_not_be_started_is_refused_with_its_reason() {
    let place = Place::new();
    let main = START.to_owned()
        + r#"
actor stranger(n :: Int) do println(n) end

fn main() do
  let worker = join()
  println(Node.try_spawn(worker, open, 1) |> Result.map_err(fn e -> inspect(e) end) |> Result.is_ok())
  println(Node.try_spawn(worker, hidden, 1))
  println(Node.try_spawn(worker, stranger, 1))
  println(Node.try_spawn("nobody@127.0.0.1:1", squarer, 1))
  Node.stop()
end
"#;
    let printed = place.against_worker(&main);
    assert_eq!(
        printed,
        "false\nErr(Refused)\nErr(NoFunction)\nErr(NotConnected)\n"
    );
}

/// A node that has as many actors as it may have says so, and starts others again when one has ended.
#[test]
fn a_node_that_is_full_starts_nothing_more() {
    let place = Place::new();
    place.write("worker.snow", &[WORKER, WORKER_MAIN]);
    let mut worker = place.snow("worker.snow", &[COOKIE]);
    // Two of them are `main` and the store.
    worker.envs([("SNOW_MAX_PROCESSES", "4"), ("SNOW_SCHEDULERS", "1")]);
    let worker = Running::start(worker);
    let name = worker.line();
    let main = START.to_owned()
        + r#"
fn until_room(worker :: String) -> Bool do
  case Node.try_spawn(worker, squarer, 3) do
    Ok(_) -> true
    Err(e) -> inspect(e) == "TooMany" and until_room(worker)
  end
end

fn main() do
  let worker = join()
  let first = Node.spawn(worker, squarer, 1)
  let _second = Node.spawn(worker, squarer, 2)
  println(Node.try_spawn(worker, squarer, 3))
  println(Node.try_spawn_link(worker, squarer, 3))
  send(first, Done)
  println(until_room(worker))
  println(Node.try_spawn(worker, squarer, 4))
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    assert_eq!(printed, "Err(TooMany)\nErr(TooMany)\ntrue\nErr(TooMany)\n");
}

/// Who runs a program says what others may start of it.
#[test]
fn a_node_says_what_others_may_start() {
    let place = Place::new();
    let main = WORKER_MAIN.replace(
        "Node.start(\"worker@127.0.0.1:0\", List.head(Env.args()))",
        "Node.start_with(\"worker@127.0.0.1:0\", %{Node.options() | cookie: List.head(Env.args()), spawn: Env.args()[1]})",
    );
    place.write("worker.snow", &[WORKER, &main]);
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  println(Node.try_spawn(worker, double, 1) |> Result.is_ok())
  println(Node.try_spawn(worker, Store, 1) |> Result.is_ok())
  println(Node.try_spawn(worker, open, 1) |> Result.is_ok())
  println(Node.try_spawn(worker, hidden, 1) |> Result.is_ok())
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    for (policy, allowed) in [("none", 0), ("actors", 2), ("pub", 3), ("all", 4)] {
        let worker = Running::start(place.snow("worker.snow", &[COOKIE, policy]));
        let name = worker.line();
        let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
        let expected = "true\n".repeat(allowed) + &"false\n".repeat(4 - allowed);
        assert_eq!(printed, expected, "{policy}");
    }
}

/// Services are matched handler by handler: what both know works, whichever of the two is older; what one does not know has no answer.
#[test]
fn services_of_another_version_do_what_both_know() {
    let place = Place::new();
    let service = |handlers: &str| {
        format!("service Store do\n  fn init(start :: Int) = start\n{handlers}end\n")
    };
    let add = "  call Add(n :: Int) :: Int do |state| (state + n, state + n) end\n";
    let get = "  call Get() :: Int do |state| (state, state) end\n";
    let older = service(add);
    let newer = service(&(get.to_owned() + add));
    let worker = "fn main() do\n  Node.start(\"worker@127.0.0.1:0\", List.head(Env.args()))\n  Process.register(\"store\", Store.start(10))\n  println(Node.self())\n  IO.flush()\n  receive do n -> println(n + 1) end\nend\n";
    let boss = |more: &str| {
        START.to_owned()
            + "fn main() do\n  let worker = join()\n  let store = (\"store\", worker)\n  println(Store.add(store, 5))\n"
            + more
            + "  println(Store.add(store, 1))\n  Node.stop()\nend\n"
    };
    let unknown = "  println(Store.try_get(store, timeout: 500))\n";
    for (here, there, more, expected) in [
        (&newer, &older, unknown, "15\nErr(Timeout)\n16\n"),
        (&older, &newer, "", "15\n16\n"),
    ] {
        place.write("worker.snow", &[there, worker]);
        place.write("boss.snow", &[here, &boss(more)]);
        let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
        let name = worker.line();
        let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
        assert_eq!(printed, expected);
    }
}

#[test]
fn a_large_message_comes_whole_and_in_order_with_small_ones() {
    let place = Place::new();
    let main = START.to_owned()
        + COLLECT
        + r#"
fn main() do
  let worker = join()
  Node.spawn(worker, flood, self(), 50_000)
  println(collect(0, 50_000))
  let job = Job.async(fn -> big(worker) end)
  println(Job.await(job))
  Node.stop()
end

fn big(worker :: String) -> Int do
  Node.spawn(worker, echo, self(), 400_000)
  receive do xs -> List.sum(xs) end
end
"#;
    let printed = place.against_worker(&main);
    assert_eq!(printed, "50000\nOk(79999800000)\n");
}

/// A program of which a type has other fields in another order: what can be understood is, the rest is dropped, and nothing is taken for something else.
#[test]
fn another_version_of_a_type_is_understood_as_far_as_it_fits() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    let definitions = r#"
type Ask do
  Boom
  Greet(Person, Pid<Int>)
  Jump(Int)
  Square(Int, Pid<Int>)
end

struct Person do
  tags :: List<String>
  name :: String
  email :: String
end

actor squarer(base :: Int) do
  receive do
    Square(n, to) -> send(to, n)
    Greet(_, to) -> send(to, 0)
    Jump(_) -> ()
    Boom -> ()
  end
end
"#;
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  println(Node.try_spawn(worker, squarer, 1))
  Node.stop()
end
"#;
    place.write("boss.snow", &[definitions, &main]);
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    let both = "(Int) -> Unit, receives Main.Ask";
    let expected = format!("Err(BadSignature({both}, {both}))\n");
    assert_eq!(printed, expected, "Jump is not known there");
    let definitions = definitions
        .replace("  Jump(Int)\n", "")
        .replace("    Jump(_) -> ()\n", "");
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  let p = Node.spawn(worker, squarer, 1)
  send(p, Greet(Person { tags: ["x"], name: "Grace", email: "g@h" }, self()))
  receive do n -> println(n) end
  send(p, Square(2, self()))
  receive do n -> println(n) end
  Node.stop()
end
"#;
    place.write("boss.snow", &[&definitions, &main]);
    let printed = finished(place.run("boss.snow", &[&name, COOKIE]));
    assert_eq!(printed, "6\n5\n");
}

/// The example, as `./dev run examples/cluster FILE` starts it.
#[test]
fn the_example_counts_right_although_a_worker_is_lost() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let snow = command::snow().unwrap();
    let mut command = Command::new(&snow);
    command.current_dir(&root);
    command.args(["run", "--tier=vm", "examples/cluster", "LICENSE-APACHE"]);
    let how = format!("{} run --tier=vm examples/cluster", snow.display());
    command.env("CLUSTER", how);
    let output = command::run(&mut command, "", LIMIT).unwrap();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(lines.first(), Some(&"3 workers are there"), "{output:?}");
    assert_eq!(lines.get(1), Some(&"2 workers are left"), "{output:?}");
    assert_eq!(lines.last(), Some(&"as counted here: true"), "{output:?}");
}
