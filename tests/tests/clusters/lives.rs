//! Nodes that are killed, that stand still, and that come back.

use crate::fixture::{
    COOKIE, Logged, Place, Running, START, WORKER, WORKER_MAIN, finished, go_on, signal,
};
use crate::steered::{Steered, connected};

#[test]
fn a_killed_node_is_noticed_by_links_monitors_and_watchers() {
    let place = Place::new();
    let (mut worker, name) = place.worker();
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  Node.monitor(worker)
  Process.trap_exit(true)
  let p = Node.spawn_link(worker, squarer, 1)
  let ref = Process.monitor(p)
  say("ready")
  receive do Down(r, _, why) when r == ref -> say(why) end
  receive do Exit(who, why) -> say("${who == p} ${why}") end
  receive do NodeDown(name) -> say(name == worker) end
  send(p, Square(1, self()))
  let again = Process.monitor(p)
  receive do Down(r, _, why) when r == again -> say(why) end
  say(Node.try_spawn(worker, squarer, 1))
  say(Node.list())
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    let boss = Running::start(place.snow("boss.snow", &[&name, COOKIE]));
    assert_eq!(boss.line(), "ready");
    worker.child.kill().unwrap();
    let lines: Vec<String> = (0..6).map(|_| boss.line()).collect();
    assert_eq!(
        lines,
        [
            "NoConnection",
            "true NoConnection",
            "true",
            "NoConnection",
            "Err(NotConnected)",
            "[]"
        ]
    );
}

/// A node that is stopped is lost after a tick, and found again when it goes on: it is the same life, so its pids work again, but links and monitors are gone.
#[test]
fn a_node_that_stands_still_is_lost_and_found_again() {
    let place = Place::new();
    place.write("worker.snow", &[WORKER, &WORKER_MAIN.replace(
        "Node.start(\"worker@127.0.0.1:0\", List.head(Env.args()))",
        "Node.start_with(\"worker@127.0.0.1:0\", %{Node.options() | cookie: List.head(Env.args()), tick: 1})",
    )]);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  Node.monitor(worker)
  let p = Node.spawn(worker, squarer, 0)
  let ref = Process.monitor(p)
  say("ready")
  receive do Down(r, _, why) when r == ref -> say(why) end
  receive do NodeDown(_) -> say("down") end
  receive do NodeUp(_) -> say("up") end
  send(p, Square(4, self()))
  receive do n -> say(n) end
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    let boss = Logged::start(&place, place.snow("boss.snow", &[&name, COOKIE]));
    let line = || boss.running.line();
    assert_eq!(line(), "ready");
    signal(&worker.child, "-STOP");
    assert_eq!(line(), "NoConnection");
    assert_eq!(line(), "down");
    boss.says(&format!("silent: {name}: nothing was heard for 0."));
    boss.says(&format!("disconnected: {name}: nothing was heard for 1."));
    signal(&worker.child, "-CONT");
    assert_eq!(line(), "up");
    assert_eq!(line(), "16");
}

/// An actor that is started too late for who has asked for it, and that was to be linked, is killed.
#[test]
fn who_is_started_too_late_is_killed() {
    let place = Place::new();
    let (worker, name) = place.worker();
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  say("ready")
  IO.read_line()
  say(Node.try_spawn_link(worker, named, "late", self(), timeout: 300))
  say(Node.try_spawn(worker, named, "loose", self(), timeout: 300))
  until_answered(worker)
  wait_for(worker, "loose", true)
  wait_for(worker, "late", false)
  Process.sleep(100)
  wait_for(worker, "late", false)
  say("done")
  Node.stop()
end

fn until_answered(worker :: String) -> () do
  if Map.get(Node.stats(), worker).asked > 0 do
    Process.sleep(10)
    until_answered(worker)
  end
end

fn wait_for(worker :: String, name :: String, there :: Bool) -> () do
  let found :: Option<Pid<Ask>> = Node.whereis(name, worker)
  if Option.is_some(found) != there do
    Process.sleep(10)
    wait_for(worker, name, there)
  end
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    let mut boss = Running::start_with_input(place.snow("boss.snow", &[&name, COOKIE]));
    assert_eq!(boss.line(), "ready");
    signal(&worker.child, "-STOP");
    go_on(&mut boss);
    assert_eq!(boss.line(), "Err(Timeout)");
    assert_eq!(boss.line(), "Err(Timeout)");
    signal(&worker.child, "-CONT");
    assert_eq!(boss.line(), "done");
}

/// A connection that was ended by the program is not made again, whoever tells of the node, until the program wants it.
#[test]
fn who_was_disconnected_stays_away() {
    let place = Place::new();
    let nodes = ["a", "b", "c"].map(|name| Steered::patient(&place, name));
    let [mut a, mut b, mut c] = connected(nodes);
    let other = c.name.clone();
    let own = a.name.clone();
    c.obey(&format!("disconnect {own}"));
    a.obey(&format!("disconnect {other}"));
    for node in [&mut a, &mut c] {
        assert_eq!(node.obey("members 1"), "true");
    }
    std::thread::sleep(std::time::Duration::from_millis(1500));
    for (node, count) in [(&mut a, 1), (&mut b, 2), (&mut c, 1)] {
        assert_eq!(node.obey(&format!("members {count}")), "true");
    }
    assert_eq!(a.obey(&format!("connect {other}")), "Ok(())");
    assert_eq!(c.obey("members 2"), "true");
}

/// A program that is a node goes on when `main` has returned: others may start actors on it. At SIGTERM it ends in order.
#[test]
fn a_node_without_actors_goes_on_until_it_is_asked_to_stop() {
    let place = Place::new();
    let main = WORKER_MAIN.replace("  receive do n -> println(n + 1) end\n", "");
    let main = main.replace("  Process.register(\"store\", Store.start(10))\n", "");
    place.write("worker.snow", &[WORKER, &main]);
    let mut worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  println(Node.call(worker, double, 2))
  Process.sleep(100)
  println(Node.call(worker, double, 3))
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    assert_eq!(finished(place.run("boss.snow", &[&name, COOKIE])), "4\n6\n");
    signal(&worker.child, "-TERM");
    assert_eq!(worker.child.wait().unwrap().code(), Some(0));
}

/// A node that was killed and started again at the same place is another life: what is known of the first is dead.
#[test]
fn a_node_that_comes_back_is_another_life() {
    let place = Place::new();
    // Not one of the ports that the system gives to others meanwhile.
    let name = format!("worker@127.0.0.1:{}", 20_000 + std::process::id() % 10_000);
    let at_name = WORKER_MAIN.replace("worker@127.0.0.1:0", &name);
    place.write("worker.snow", &[WORKER, &at_name]);
    let mut worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    assert_eq!(worker.line(), name);
    let main = START.to_owned()
        + r#"
fn main() do
  let worker = join()
  Node.monitor(worker)
  let p = Node.spawn(worker, squarer, 0)
  say("ready")
  receive do NodeDown(_) -> say("down") end
  receive do NodeUp(_) -> say("up") end
  let ref = Process.monitor(p)
  receive do Down(r, _, why) when r == ref -> say(why) end
  let q = Node.spawn(worker, squarer, 1)
  say(p == q)
  send(q, Square(4, self()))
  receive do n -> say(n) end
  Node.stop()
end
"#;
    place.write("boss.snow", &[WORKER, &main]);
    let boss = Running::start(place.snow("boss.snow", &[&name, COOKIE]));
    assert_eq!(boss.line(), "ready");
    worker.child.kill().unwrap();
    worker.child.wait().unwrap();
    assert_eq!(boss.line(), "down");
    let again = Running::start(place.snow("worker.snow", &[COOKIE]));
    assert_eq!(again.line(), name);
    let lines: Vec<String> = (0..4).map(|_| boss.line()).collect();
    assert_eq!(lines, ["up", "NoProc", "false", "17"]);
}

/// Two nodes that dial each other at the same time, again and again: there is one connection, and both know it.
#[test]
fn of_two_connections_at_once_one_counts() {
    let place = Place::new();
    let (mut a, mut b) = (Steered::patient(&place, "a"), Steered::patient(&place, "b"));
    for round in 0..30 {
        a.tell(&format!("connect {}", b.name));
        b.tell(&format!("connect {}", a.name));
        let answers = [a.answer(), b.answer()];
        assert_eq!(answers, ["Ok(())", "Ok(())"], "round {round}");
        for node in [&mut a, &mut b] {
            assert_eq!(node.obey("members 1"), "true", "round {round}");
        }
        let other = b.name.clone();
        assert_eq!(a.obey(&format!("disconnect {other}")), "true");
        let other = a.name.clone();
        b.obey(&format!("disconnect {other}"));
        for node in [&mut a, &mut b] {
            assert_eq!(node.obey("members 0"), "true", "round {round}");
        }
    }
}
