//! Children of supervisors on other nodes.

use crate::fixture::{COOKIE, Place, Running, go_on};
use std::process::Command;

const PROGRAM: &str = r#"
service Counter do
  fn init(n :: Int) -> Int = n
  call Next() :: Int do |n| (n + 1, n) end
end

actor trapper(n :: Int) do
  Process.trap_exit(true)
  Process.register("trapper", self())
  receive do m -> println(n + m) end
end

supervisor App(first :: String, second :: String) do
  child counter do
    start: fn -> Counter.start_link(5) end
    node: [first, second]
    name: "counter"
  end
  child trapper do
    start: fn -> spawn_link(trapper, 1) end
    node: second
  end
  child anywhere do
    start: fn -> Counter.start_link(7) end
    node: any
    restart: transient
  end
end

fn main() do
  let args = Env.args()
  Node.start_with("${args[0]}@127.0.0.1:0", %{Node.options() | cookie: args[1], tick: 1})
  say(Node.self())
  if args[0] == "boss" do supervise(args[2], args[3]) else watch() end
end

fn say(x) do
  println(x)
  IO.flush()
end

fn watch() -> () do
  wait_for(true)
  say("trapper runs")
  wait_for(false)
  say("trapper is gone")
  watch()
end

fn wait_for(there :: Bool) -> () do
  let found :: Option<Pid<Int>> = Process.whereis("trapper")
  if Option.is_some(found) != there do
    Process.sleep(10)
    wait_for(there)
  end
end

fn supervise(first :: String, second :: String) -> () do
  assert Node.connect(first)
  let sup = App.start(first, second)
  await(sup, "counter@a trapper@- anywhere@a")
  say(named(first))
  assert Node.connect(second)
  say(named(second))
  await(sup, "counter@a trapper@b anywhere@a")
  await(sup, "counter@b trapper@b anywhere@b")
  say(named(second))
  await(sup, "counter@b trapper@b anywhere@b")
  Process.exit(sup, Shutdown)
  let ref = Process.monitor(sup)
  receive do Down(r, _, why) when r == ref -> say(why) end
  Node.stop()
end

# What the counter says that has its name on a node.
fn named(node :: String) -> Int!Service.CallError = Counter.try_next(("counter", node))

# Waits until the children are so, says so, and goes on when it is told to.
fn await(sup :: Pid<Supervisor>, wanted :: String) -> () do
  if places(sup) == wanted do
    say(wanted)
    IO.read_line()
    ()
  else
    Process.sleep(20)
    await(sup, wanted)
  end
end

fn places(sup :: Pid<Supervisor>) -> String do
  let all = for (name, pid) in Supervisor.children(sup) do "${name}@${place(pid)}" end
  String.join(all, " ")
end

fn place(pid :: Option<Pid<AnyMessage>>) -> String do
  case pid do
    Some(pid) -> String.slice(Node.of(pid), 0, 1)
    None -> "-"
  end
end
"#;

fn start(command: Command) -> (Running, String) {
    let running = Running::start_with_input(command);
    let name = running.line();
    (running, name)
}

/// The first node is of native code where that is asked for; it is killed, and its children go on at the second one.
fn children_move(place: &Place, first: Command) {
    let (mut a, first) = start(first);
    let (b, second) = start(place.snow("app.snow", &["b", COOKIE]));
    let (mut boss, _) = start(place.snow("app.snow", &["boss", COOKIE, &first, &second]));
    assert_eq!(boss.line(), "counter@a trapper@- anywhere@a");
    go_on(&mut boss);
    // It has its name where it is, and nowhere else.
    assert_eq!(boss.line(), "Ok(5)");
    assert_eq!(boss.line(), "Err(Gone(NoProc))");
    assert_eq!(boss.line(), "counter@a trapper@b anywhere@a");
    assert_eq!(b.line(), "trapper runs");
    a.child.kill().unwrap();
    go_on(&mut boss);
    assert_eq!(boss.line(), "counter@b trapper@b anywhere@b");
    go_on(&mut boss);
    assert_eq!(boss.line(), "Ok(5)");
    assert_eq!(boss.line(), "counter@b trapper@b anywhere@b");
    go_on(&mut boss);
    assert_eq!(boss.line(), "Shutdown");
    assert_eq!(b.line(), "trapper is gone");
}

#[test]
fn children_wait_for_their_nodes_and_move_when_one_is_lost() {
    let place = Place::new();
    place.write("app.snow", &[PROGRAM]);
    children_move(&place, place.snow("app.snow", &["a", COOKIE]));
}

#[test]
fn children_of_native_nodes_move_to_others() {
    let place = Place::new();
    place.write("app.snow", &[PROGRAM]);
    place.compile("app");
    children_move(&place, place.executable("app", &["a", COOKIE]));
}

/// A child that traps exits ends with the connection, too: its supervisor may have started another one.
#[test]
fn a_child_ends_with_the_connection_to_its_supervisor() {
    let place = Place::new();
    place.write("app.snow", &[PROGRAM]);
    let (_a, first) = start(place.snow("app.snow", &["a", COOKIE]));
    let (b, second) = start(place.snow("app.snow", &["b", COOKIE]));
    let (mut boss, _) = start(place.snow("app.snow", &["boss", COOKIE, &first, &second]));
    assert_eq!(boss.line(), "counter@a trapper@- anywhere@a");
    go_on(&mut boss);
    assert_eq!(b.line(), "trapper runs");
    boss.child.kill().unwrap();
    assert_eq!(b.line(), "trapper is gone");
}
