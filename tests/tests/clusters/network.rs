//! Nodes in network namespaces of their own, with a cable between them that is cut, loses packets, lets them through in one direction only, or is slow.

use crate::fixture::{COLLECT, COOKIE, LIMIT, Place, Running, START, WORKER, finished, go_on};
use crate::steered::{Steered, connected};
use snow_tests::command;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A shell in a namespace, with a cable to another one. This side is 10.77.0.1, the other one 10.77.0.2.
struct Cable {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

const LAY: &[&str] = &[
    "mount -t tmpfs tmpfs /run",
    "mkdir /run/netns",
    "ip netns add far",
    "ip link set lo up",
    "ip link add near type veth peer name end",
    "ip link set end netns far",
    "ip addr add 10.77.0.1/24 dev near",
    "ip link set near up",
    "ip netns exec far ip link set lo up",
    "ip netns exec far ip addr add 10.77.0.2/24 dev end",
    "ip netns exec far ip link set end up",
    "nft add table inet test",
    "nft add chain inet test in '{ type filter hook input priority 0; }'",
    "nft add chain inet test out '{ type filter hook output priority 0; }'",
];

impl Cable {
    /// Lays a cable; none, with a reason that is printed, where the system does not let us.
    fn lay() -> Option<Cable> {
        let mut shell = Command::new("unshare");
        shell.args(["-Urnm", "sh"]).stderr(Stdio::inherit());
        let shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut shell = match shell {
            Ok(shell) => shell,
            Err(error) => {
                eprintln!("skipped: `unshare` cannot be run: {error}");
                return None;
            }
        };
        let input = shell.stdin.take().unwrap();
        let output = BufReader::new(shell.stdout.take().unwrap());
        let mut cable = Cable {
            shell,
            input,
            output,
        };
        for command in LAY {
            if !cable.succeeds(command) {
                eprintln!("skipped: this system does not allow `{command}` in a namespace");
                return None;
            }
        }
        Some(cable)
    }

    fn succeeds(&mut self, command: &str) -> bool {
        let mut line = String::new();
        let asked = writeln!(self.input, "{command} >&2; echo $?");
        let answered = asked.and_then(|()| self.output.read_line(&mut line));
        answered.is_ok() && line.trim() == "0"
    }

    /// Runs a command on this side.
    fn change(&mut self, command: &str) {
        assert!(self.succeeds(command), "{command}");
    }

    /// A command that runs on this side.
    fn near(&self, command: Command) -> Command {
        inside(
            format!("-n/proc/{}/ns/net", self.shell.id()),
            self,
            &command,
        )
    }

    /// A command that runs on the other side.
    fn far(&self, command: Command) -> Command {
        let place = format!("-n/proc/{}/root/run/netns/far", self.shell.id());
        inside(place, self, &command)
    }
}

fn inside(network: String, cable: &Cable, command: &Command) -> Command {
    let mut inside = Command::new("nsenter");
    let shell = cable.shell.id().to_string();
    inside.args(["-t", &shell, "-U", "--preserve-credentials", &network, "--"]);
    inside.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        inside.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = command.get_current_dir() {
        inside.current_dir(folder);
    }
    inside
}

impl Drop for Cable {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// A worker on the other side.
fn worker(place: &Place, cable: &Cable, tick: u32) -> (Running, String) {
    let main = format!(
        r#"
fn main() do
  Node.start_with("worker@10.77.0.2:0", %{{Node.options() | cookie: List.head(Env.args()), tick: {tick}}})
  say(Node.self())
  receive do n -> println(n + 1) end
end
"#
    );
    place.write("worker.snow", &[WORKER, &main]);
    let worker = Running::start(cable.far(place.snow("worker.snow", &[COOKIE])));
    let name = worker.line();
    (worker, name)
}

fn boss(place: &Place, cable: &Cable, main: &str, name: &str) -> Command {
    let join = START.replace("127.0.0.1", "10.77.0.1");
    place.write("boss.snow", &[WORKER, &join, main]);
    cable.near(place.snow("boss.snow", &[name, COOKIE]))
}

/// Whatever is done to the cable, both sides notice, each link and each monitor fires once, and when it is whole again the two find each other.
#[test]
fn a_cut_is_noticed_once_and_heals() {
    let cuts = [
        ("ip link set near down", "ip link set near up"),
        (
            "nft add rule inet test in ip saddr 10.77.0.2 drop",
            "nft flush chain inet test in",
        ),
        (
            "nft add rule inet test out ip daddr 10.77.0.2 drop",
            "nft flush chain inet test out",
        ),
        (
            "ip netns exec far ip route add blackhole 10.77.0.1/32",
            "ip netns exec far ip route del blackhole 10.77.0.1/32",
        ),
    ];
    let main = r#"
fn main() do
  let worker = join()
  Node.monitor(worker)
  Process.trap_exit(true)
  round(worker, 4)
  Node.stop()
end

fn round(worker :: String, left :: Int) -> () do
  if left > 0 do
    let p = Node.spawn(worker, squarer, 0)
    let ref = Process.monitor(p)
    let q = Node.spawn_link(worker, squarer, 1)
    say("ready")
    receive do Down(r, _, why) when r == ref -> say(why) end
    receive do Exit(who, why) when who == q -> say(why) end
    receive do NodeDown(_) -> say("down") end
    receive do NodeUp(_) -> say("up") end
    send(p, Square(4, self()))
    receive do n -> say(n) end
    receive do
      Down(_, _, _) -> say("twice")
      Exit(_, _) -> say("twice")
      after 300 -> say("once")
    end
    round(worker, left - 1)
  end
end
"#;
    let Some(mut cable) = Cable::lay() else {
        return;
    };
    let place = Place::new();
    let (_worker, name) = worker(&place, &cable, 1);
    let boss = Running::start(boss(&place, &cable, main, &name));
    for (cut, heal) in cuts {
        assert_eq!(boss.line(), "ready");
        cable.change(cut);
        let lines = [boss.line(), boss.line(), boss.line()];
        assert_eq!(lines, ["NoConnection", "NoConnection", "down"], "{cut}");
        cable.change(heal);
        let lines = [boss.line(), boss.line(), boss.line()];
        assert_eq!(lines, ["up", "16", "once"], "{cut}");
    }
}

/// Two nodes of which one does not hear the other register the same name: each has it for itself, once the connection is known to be lost, and when they meet again one keeps it.
#[test]
fn names_hold_on_both_sides_of_a_cut_in_one_direction() {
    let deaf_near = "nft add rule inet test in ip saddr 10.77.0.2 drop";
    let deaf_far = "nft add rule inet test out ip daddr 10.77.0.2 drop";
    for (cut, chain) in [(deaf_near, "in"), (deaf_far, "out")] {
        let Some(mut cable) = Cable::lay() else {
            return;
        };
        let place = Place::new();
        let program = Steered::program(&place);
        let near = place.snow(program, &["a", COOKIE, "10.77.0.1"]);
        let far = place.snow(program, &["b", COOKIE, "10.77.0.2"]);
        let nodes = [
            Steered::start(cable.near(near)),
            Steered::start(cable.far(far)),
        ];
        let [mut a, mut b] = connected(nodes);
        assert_eq!(b.obey("register old"), "true");
        cable.change(cut);
        // While the cut is not noticed who hears nothing waits for the other, which may hear that the name is about to be taken.
        a.tell("register leader");
        b.tell("register leader");
        let answers = [a.answer(), b.answer()];
        assert!(answers.contains(&"true".to_owned()), "{cut}: {answers:?}");
        for node in [&mut a, &mut b] {
            assert_eq!(node.obey("members 0"), "true");
            let own = node.name.clone();
            if node.obey("whereis leader") != own {
                assert_eq!(node.obey("register leader"), "true", "{cut}");
            }
            assert_eq!(node.obey("whereis leader"), own);
        }
        assert_eq!(a.obey("register old"), "true", "its node is gone");
        cable.change(&format!("nft flush chain inet test {chain}"));
        let mut lost = [b.obey("lost"), b.obey("lost")];
        lost.sort_unstable();
        assert_eq!(lost, ["leader", "old"], "{cut}");
        let owner = a.name.clone();
        for node in [&mut a, &mut b] {
            assert_eq!(node.obey("members 1"), "true");
            node.until("whereis leader", &owner);
            node.until("whereis old", &owner);
        }
    }
}

/// A tenth of the packets is lost in both directions: nothing that was sent is.
#[test]
fn lost_packets_lose_no_messages() {
    let Some(mut cable) = Cable::lay() else {
        return;
    };
    let place = Place::new();
    let (_worker, name) = worker(&place, &cable, 60);
    for chain in ["in", "out"] {
        cable.change(&format!(
            "nft add rule inet test {chain} numgen random mod 100 '<' 10 drop"
        ));
    }
    let main = COLLECT.to_owned()
        + r#"
fn rounds(p :: Pid<Ask>, left :: Int) -> () do
  if left > 0 do
    send(p, Square(left, self()))
    receive do n -> assert n == left * left end
    rounds(p, left - 1)
  end
end

fn main() do
  let worker = join()
  Node.spawn(worker, flood, self(), 20_000)
  println(collect(0, 20_000))
  rounds(Node.spawn(worker, squarer, 0), 30)
  Node.stop()
end
"#;
    let mut boss = boss(&place, &cable, &main, &name);
    let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
    assert_eq!(printed, "20000\n");
}

/// Over a slow cable what others send does not wait for all of what one sends, as long as that is not so much that all are held.
#[test]
fn over_a_slow_cable_nobody_waits_for_all_that_others_send() {
    let Some(mut cable) = Cable::lay() else {
        return;
    };
    let place = Place::new();
    let (_worker, name) = worker(&place, &cable, 60);
    cable.change("tc qdisc add dev near root tbf rate 40mbit burst 64k latency 100ms");
    let main = r#"
# After all texts an answer comes from whoever gets them.
actor talker(to :: Pid<Ask>, left :: Int, text :: String, main :: Pid<Int>) do
  if left == 0 do
    send(to, Square(-1, main))
  else
    send(to, Greet(Person { name: text, age: None, tags: [] }, main))
    talker(to, left - 1, text, main)
  end
end

fn pings(p :: Pid<Ask>, n :: Int) -> Int do
  send(p, Square(n, self()))
  receive do
    -1 -> n
    got when got == n * n -> do
      Process.sleep(20)
      pings(p, n + 1)
    end
  end
end

fn main() do
  let worker = join()
  let deaf = Node.spawn(worker, forever, 0)
  let p = Node.spawn(worker, squarer, 0)
  # They take more than a second, and are fewer than would hold all.
  spawn(talker, deaf, 7, String.repeat("x", 1_048_576), self())
  let answered = pings(p, 2)
  println(if answered > 7 do "many" else "${answered}" end)
  Node.stop()
end
"#;
    let mut boss = boss(&place, &cable, main, &name);
    let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
    assert_eq!(printed, "many\n");
}

/// A node that cannot dial itself stops all the same.
#[test]
fn a_node_that_cannot_reach_itself_stops() {
    let Some(mut cable) = Cable::lay() else {
        return;
    };
    let place = Place::new();
    place.write(
        "alone.snow",
        &["fn main() do\n  Node.start(\"alone@10.77.0.1:0\", List.head(Env.args()))\n  println(Node.self())\n  IO.flush()\n  let _ = IO.read_line()\n  Node.stop()\n  println(\"stopped\")\nend\n"],
    );
    let command = cable.near(place.snow("alone.snow", &[COOKIE]));
    let mut alone = Running::start_with_input(command);
    assert!(alone.line().starts_with("alone@"));
    cable.change("nft add rule inet test in drop");
    go_on(&mut alone);
    assert_eq!(alone.line(), "stopped");
}
