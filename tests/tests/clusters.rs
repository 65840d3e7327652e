//! Clusters of real processes on this machine.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use snow_tests::command::{self, Output};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);
const COOKIE: &str = "the cookie of these tests";

/// A worker: what others may start, and a service.
const WORKER: &str = r#"
type Ask do
  Square(Int, Pid<Int>)
  Greet(Person, Pid<Int>)
  Link(Pid<Int>)
  Boom
  Done
end

struct Person do
  name :: String
  age :: Option<Int>
  tags :: List<String>
end

actor squarer(base :: Int) do
  receive do
    Square(n, to) -> do
      send(to, base + n * n)
      squarer(base)
    end
    Greet(p, to) -> do
      send(to, String.length(p.name) + Option.unwrap_or(p.age, 0) + List.length(p.tags))
      squarer(base)
    end
    Link(to) -> do
      Process.link(to)
      send(to, 1)
      squarer(base)
    end
    Boom -> panic("boom")
    Done -> ()
  end
end

service Store do
  fn init(start :: Int) = start
  call Add(n :: Int) :: Int do |state| (state + n, state + n) end
  call Words(text :: String) :: List<String> do |state| (state, String.words(text)) end
end

actor echo(to :: Pid<List<Int>>, len :: Int) do
  send(to, List.range(0, len))
end

actor flood(to :: Pid<Int>, count :: Int) do
  for n in 0..count do send(to, n) end
  ()
end

actor double(n :: Int) do
  if n < 0 do panic("negative") else 2 * n end
end

actor forever(seen :: Int) do
  receive do
    Square(n, to) -> do
      send(to, n + seen)
      forever(seen + 1)
    end
    _ -> forever(seen)
  end
end

actor words(text :: String, times :: Int) do
  List.flatten(List.repeat(String.words(text), times))
end

pub fn open(n :: Int) -> () = println(n)
pub fn say(x) do
  println(x)
  IO.flush()
end
fn hidden(n :: Int) -> () = println(n)
fn _used() = hidden(1)
"#;

const WORKER_MAIN: &str = r#"
fn main() do
  Node.start("worker@127.0.0.1:0", List.head(Env.args()))
  Process.register("store", Store.start(10))
  say(Node.self())
  receive do n -> println(n + 1) end
end
"#;

struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, parts: &[&str]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, parts.concat()).unwrap();
        path
    }

    fn snow(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["run", "--tier=vm", program]).args(args);
        command.env("SNOW_HEAP_STATS", "1");
        command
    }

    /// Runs a program to its end.
    fn run(&self, program: &str, args: &[&str]) -> Output {
        command::run(&mut self.snow(program, args), "", LIMIT).unwrap()
    }

    /// A worker that runs, with its name.
    fn worker(&self) -> (Running, String) {
        self.write("worker.snow", &[WORKER, WORKER_MAIN]);
        let worker = Running::start(self.snow("worker.snow", &[COOKIE]));
        let name = worker.line();
        (worker, name)
    }

    /// Runs a program with the definitions of the worker against one; gives what it prints.
    fn against_worker(&self, main: &str) -> String {
        let (_worker, name) = self.worker();
        self.write("boss.snow", &[WORKER, main]);
        finished(self.run("boss.snow", &[&name, COOKIE]))
    }
}

/// What a program has printed that ended well and left nothing.
fn finished(output: Output) -> String {
    assert_eq!(output.code, Some(0), "{output:?}");
    let last = output.stderr.lines().last().unwrap_or_default();
    assert!(last.contains(" live=0 "), "{output:?}");
    output.stdout
}

/// A process that is killed at the end of its test.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(mut command: Command) -> Running {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Running { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(LIMIT).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const START: &str = r#"
fn join() -> String do
  Node.start("boss@127.0.0.1:0", Env.args()[1])
  let worker = List.head(Env.args())
  assert Node.connect(worker)
  worker
end
"#;

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
    for (worker_is_native, boss_is_native) in [(true, false), (false, true), (true, true)] {
        let worker = match worker_is_native {
            true => place.executable("worker", &[COOKIE]),
            false => place.snow("worker.snow", &[COOKIE]),
        };
        let worker = Running::start(worker);
        let name = worker.line();
        let mut boss = match boss_is_native {
            true => place.executable("boss", &[&name, COOKIE]),
            false => place.snow("boss.snow", &[&name, COOKIE]),
        };
        let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
        assert_eq!(printed, BASICS_PRINT, "{worker_is_native} {boss_is_native}");
    }
}

impl Place {
    /// Compiles a program to an executable of its name.
    fn compile(&self, name: &str) {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["aot", "-O0", "-o", name, &format!("{name}.snow")]);
        let output = command::run(&mut command, "", 3 * LIMIT).unwrap();
        assert_eq!(output.code, Some(0), "{output:?}");
    }

    fn executable(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.0.path().join(name));
        command.args(args).env("SNOW_HEAP_STATS", "1");
        command
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

#[test]
fn a_large_message_comes_whole_and_in_order_with_small_ones() {
    let place = Place::new();
    let main = START.to_owned()
        + r#"
fn collect(next :: Int, count :: Int) -> Int do
  if next == count do
    next
  else
    receive do
      n -> do
        assert n == next
        collect(next + 1, count)
      end
    end
  end
end

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

#[test]
fn who_does_not_know_the_cookie_is_not_let_in() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "stranger.snow",
        &[r#"
fn main() do
  Node.start("stranger@127.0.0.1:0", "another cookie, which is wrong")
  println(Node.try_connect(List.head(Env.args())))
  println(Node.list())
  Node.stop()
end
"#],
    );
    let printed = finished(place.run("stranger.snow", &[&name]));
    assert_eq!(
        printed,
        "Err(the other side refuses: the cookies differ)\n[]\n"
    );
}

#[test]
fn a_short_cookie_and_a_taken_port_are_said_at_once() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "short.snow",
        &["fn main() do\n  Node.start(\"a@127.0.0.1:0\", \"short\")\nend\n"],
    );
    let output = place.run("short.snow", &[]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("the cookie has fewer than 16 bytes"),
        "{output:?}"
    );
    place.write("taken.snow", &["fn main() do\n  Node.start(List.head(Env.args()), \"a cookie that is long enough\")\nend\n"]);
    let output = place.run("taken.snow", &[&name]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("cannot listen at 127.0.0.1:"),
        "{output:?}"
    );
}

/// Strangers who say nothing, who speak garbage, and who hang up in the middle: afterwards a member is served as before.
#[test]
fn strangers_do_no_harm() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    let address = name.split_once('@').unwrap().1.to_owned();
    let mut silent = Vec::new();
    for round in 0..120_u32 {
        let Ok(mut socket) = TcpStream::connect(&address) else {
            continue;
        };
        let garbage: Vec<u8> = (0..2000_u32)
            .map(|at| (at * 31 + round * 7) as u8)
            .collect();
        match round % 4 {
            0 => silent.push(socket),
            1 => drop(socket.write_all(&garbage)),
            2 => drop(socket.write_all(&[0x16, 3, 1, 0xff, 0xff])),
            _ => drop(socket.write_all(b"GET / HTTP/1.1\r\n\r\n")),
        }
    }
    let mut flood = TcpStream::connect(&address).unwrap();
    let megabyte = vec![0x17; 1 << 20];
    let refused = (0..8).any(|_| flood.write_all(&megabyte).is_err());
    assert!(refused, "a node does not read on from a stranger");
    // Those who say nothing are hung up on when their time is over.
    for mut socket in silent {
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        let mut rest = Vec::new();
        assert!(
            !matches!(socket.read_to_end(&mut rest), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
        );
    }
    let main = START.to_owned()
        + "fn main() do\n  let worker = join()\n  let p = Node.spawn(worker, squarer, 0)\n  send(p, Square(3, self()))\n  receive do n -> println(n) end\n  Node.stop()\nend\n";
    place.write("boss.snow", &[WORKER, &main]);
    assert_eq!(finished(place.run("boss.snow", &[&name, COOKIE])), "9\n");
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
    assert_eq!(printed, "Err(BadSignature)\n", "Jump is not known there");
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

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
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
    let boss = Running::start(place.snow("boss.snow", &[&name, COOKIE]));
    assert_eq!(boss.line(), "ready");
    signal(&worker.child, "-STOP");
    assert_eq!(boss.line(), "NoConnection");
    assert_eq!(boss.line(), "down");
    signal(&worker.child, "-CONT");
    assert_eq!(boss.line(), "up");
    assert_eq!(boss.line(), "16");
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

/// Three nodes of which two know the third: all know each other.
#[test]
fn members_tell_each_other_of_members() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "member.snow",
        &[r#"
fn main() do
  Node.start("${Env.args()[2]}@127.0.0.1:0", Env.args()[1])
  Node.monitor_all()
  Node.connect(List.head(Env.args()))
  wait(2)
  println(List.length(Node.list()))
  IO.flush()
  receive do NodeDown(_) -> Node.stop() end
end

fn wait(count :: Int) -> () do
  if List.length(Node.list()) < count do
    receive do NodeUp(_) -> wait(count) end
  else
    ()
  end
end
"#],
    );
    let one = Running::start(place.snow("member.snow", &[&name, COOKIE, "one"]));
    let two = Running::start(place.snow("member.snow", &[&name, COOKIE, "two"]));
    assert_eq!((one.line(), two.line()), ("2".to_owned(), "2".to_owned()));
    let cookie = place.write("cookie", &[COOKIE]);
    signal_mode(&cookie);
    let asked = place.ask("list", &name);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    let mut members: Vec<&str> = asked
        .stdout
        .lines()
        .map(|line| line.split('@').next().unwrap())
        .collect();
    members.sort_unstable();
    assert_eq!(members, ["one", "two"]);
    let asked = place.ask("ping", &name);
    assert!(asked.stdout.contains(" answers after "), "{asked:?}");
    let asked = place.ask("ping", "nobody@127.0.0.1:1");
    assert_eq!(asked.code, Some(1), "{asked:?}");
}

fn signal_mode(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

impl Place {
    /// Asks a node from the shell.
    fn ask(&self, question: &str, name: &str) -> Output {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["node", question, name, "--cookie-file", "cookie"]);
        command::run(&mut command, "", LIMIT).unwrap()
    }
}

/// A program becomes a node by the command line or the environment, without saying so itself.
#[test]
fn a_program_is_made_a_node_from_outside() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    let cookie = place.write("cookie", &[COOKIE]);
    signal_mode(&cookie);
    let main = "fn main() do\n  receive do NodeDown(_) -> () after 0 -> () end\n  println(Node.start_from_environment())\n  println(wait(500))\n  Node.stop()\nend\n\nfn wait(tries :: Int) -> Int do\n  let n = List.length(Node.list())\n  if n == 0 and tries > 0 do\n    Process.sleep(10)\n    wait(tries - 1)\n  else\n    n\n  end\nend\n";
    place.write("part.snow", &[main]);
    let mut command = place.snow("part.snow", &[]);
    command.envs([
        ("SNOW_NODE", "part@127.0.0.1:0"),
        ("SNOW_COOKIE_FILE", "cookie"),
        ("SNOW_CONNECT", &name),
    ]);
    let printed = finished(command::run(&mut command, "", LIMIT).unwrap());
    assert_eq!(printed, "true\n1\n");
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path());
    command.args([
        "run",
        "--name",
        "part@127.0.0.1:0",
        "--cookie-file",
        "cookie",
        "--connect",
        &name,
        "part.snow",
    ]);
    let output = command::run(&mut command, "", LIMIT).unwrap();
    assert_eq!(output.stdout, "false\n1\n", "{output:?}");
    signal_mode(&place.write("open", &[COOKIE]));
    fs::set_permissions(
        place.0.path().join("open"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path());
    command.args([
        "run",
        "--name",
        "part@127.0.0.1:0",
        "--cookie-file",
        "open",
        "part.snow",
    ]);
    let output = command::run(&mut command, "", LIMIT).unwrap();
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(1), ""),
        "{output:?}"
    );
    assert!(output.stderr.contains("chmod 600"), "{output:?}");
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
