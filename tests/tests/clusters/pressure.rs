//! Nodes that take nothing for a while: who sends to them is held, and nobody else.

use crate::fixture::{COOKIE, LIMIT, Place, Running, finished, signal};
use snow_tests::command;
use std::process::Command;

/// What both sides know: a sink that looks whether what each of two sources sends comes whole and in order, and tells how much that is.
const SINK: &str = r#"
type Load do
  Data(Int, Int, String)
  Ask(Pid<Int>)
end

actor sink(first :: Int, second :: Int) do
  receive do
    Data(source, n, ballast) -> do
      assert String.length(ballast) == 8192
      assert n == (if source == 0 do first else second end)
      if source == 0 do sink(first + 1, second) else sink(first, second + 1) end
    end
    Ask(to) -> do
      send(to, first)
      sink(first, second)
    end
  end
end

fn options() = %{Node.options() | cookie: List.head(Env.args()), tick: 60}
pub fn say(x) do
  println(x)
  IO.flush()
end
"#;

const WORKER_MAIN: &str = r#"
fn main() do
  Node.start_with("worker@127.0.0.1:0", options())
  say(Node.self())
  receive do NodeDown(_) -> () end
end
fn _spawnable(n :: Int) = sink(n, n)
"#;

/// Two sources send eighty megabytes each. When the other side takes nothing, both stop; one of them is killed then, while others go on.
const BOSS_MAIN: &str = r#"
actor source(sink :: Pid<Load>, me :: Int, n :: Int, count :: Int, main :: Pid<Int>, ballast :: String) do
  if n < count do
    send(sink, Data(me, n, ballast))
    send(main, me)
    source(sink, me, n + 1, count, main, ballast)
  end
end

fn until_quiet(seen :: Int) -> Int do
  receive do
    _ -> until_quiet(seen + 1)
    after 700 -> seen
  end
end

fn main() do
  Node.start_with("boss@127.0.0.1:0", options())
  let worker = Env.args()[1]
  assert Node.connect(worker)
  let sink = Node.spawn(worker, sink, 0, 0)
  say("ready")
  Process.sleep(500)
  let ballast = String.repeat("x", 8192)
  let one = spawn(source, sink, 0, 0, 10_000, self(), ballast)
  let two = spawn(source, sink, 1, 0, 10_000, self(), ballast)
  let sent = until_quiet(0)
  say(sent > 1000 and sent < 10_000)
  say("held")
  let ref = Process.monitor(two)
  Process.exit(two, Killed)
  receive do Down(r, _, why) when r == ref -> say(why) end
  say(Process.alive(one))
  let ended = Process.monitor(one)
  receive do Down(r, _, why) when r == ended -> say(why) end
  send(sink, Ask(self()))
  say(count())
  Node.stop()
end

# Passes over what the source has told.
fn count() -> Int do
  receive do
    0 -> count()
    1 -> count()
    n -> n
  end
end
"#;

fn holds(worker: Command, boss: impl FnOnce(&str) -> Command) {
    let worker = Running::start(worker);
    let name = worker.line();
    let boss = Running::start(boss(&name));
    assert_eq!(boss.line(), "ready");
    let before = boss.resident();
    signal(&worker.child, "-STOP");
    assert_eq!((boss.line(), boss.line()), ("true".into(), "held".into()));
    let grown = boss.resident().saturating_sub(before);
    assert!(
        grown < 64,
        "{grown} MB more while the other side takes nothing"
    );
    assert_eq!((boss.line(), boss.line()), ("Killed".into(), "true".into()));
    signal(&worker.child, "-CONT");
    assert_eq!(
        (boss.line(), boss.line()),
        ("Normal".into(), "10000".into())
    );
}

fn place() -> Place {
    let place = Place::new();
    place.write("worker.snow", &[SINK, WORKER_MAIN]);
    place.write("boss.snow", &[SINK, BOSS_MAIN]);
    place
}

#[test]
fn who_sends_to_a_node_that_takes_nothing_is_held() {
    let place = place();
    holds(place.snow("worker.snow", &[COOKIE]), |name| {
        place.snow("boss.snow", &[COOKIE, name])
    });
}

#[test]
fn who_sends_in_native_code_is_held_too() {
    let place = place();
    place.compile("worker");
    place.compile("boss");
    holds(place.executable("worker", &[COOKIE]), |name| {
        place.executable("boss", &[COOKIE, name])
    });
}

/// What is large does not keep small messages of others waiting, but those of the same two actors.
#[test]
fn large_messages_are_overtaken_by_others_and_by_none_of_the_same_pair() {
    let place = Place::new();
    let both = r#"
type Load do
  Text(Int, String)
  Ping(Int, Pid<Int>)
end

actor sink(next :: Int, to :: Pid<Int>) do
  receive do
    Text(n, text) -> do
      assert n == next
      if n % 2 == 0 do assert String.length(text) == 16_777_216 end
      if n == 19 do send(to, -1) end
      sink(next + 1, to)
    end
    Ping(_, _) -> sink(next, to)
  end
end

actor echo(n :: Int) do
  receive do
    Ping(n, to) -> do
      send(to, n)
      echo(n)
    end
    Text(_, _) -> echo(n)
  end
end
"#;
    let worker = r#"
fn main() do
  Node.start("worker@127.0.0.1:0", List.head(Env.args()))
  println(Node.self())
  IO.flush()
  receive do NodeDown(_) -> () end
end
fn _spawnable(n :: Int, to :: Pid<Int>) do
  spawn(sink, n, to)
  spawn(echo, n)
end
"#;
    let boss = r#"
actor source(sink :: Pid<Load>, n :: Int, big :: String) do
  if n < 20 do
    send(sink, Text(n, if n % 2 == 0 do big else "small" end))
    source(sink, n + 1, big)
  end
end

fn main() do
  Node.start("boss@127.0.0.1:0", List.head(Env.args()))
  let worker = Env.args()[1]
  assert Node.connect(worker)
  let sink = Node.spawn(worker, sink, 0, self())
  let echo = Node.spawn(worker, echo, 0)
  let big = String.repeat("0123456789abcdef", 1_048_576)
  spawn(source, sink, 0, big)
  println(pings(echo, 0))
  Node.stop()
end

# Pings until all is there: there were some while it was under way.
fn pings(echo :: Pid<Load>, n :: Int) -> Bool do
  send(echo, Ping(n, self()))
  receive do
    -1 -> n > 5
    got -> do
      assert got == n
      pings(echo, n + 1)
    end
  end
end
"#;
    place.write("worker.snow", &[both, worker]);
    place.write("boss.snow", &[both, boss]);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let mut boss = place.snow("boss.snow", &[COOKIE, &name]);
    let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
    assert_eq!(printed, "true\n");
}
