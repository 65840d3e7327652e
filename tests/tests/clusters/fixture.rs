//! What the tests of clusters share: a worker that others start things on, programs in a folder of their own, and processes that end with their test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use snow_tests::command::{self, Output};
use tempfile::TempDir;

pub const LIMIT: Duration = Duration::from_secs(60);
pub const COOKIE: &str = "the cookie of these tests";

/// A worker: what others may start, and a service.
pub const WORKER: &str = r#"
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

actor named(name :: String, to :: Pid<Int>) do
  Process.register(name, self())
  send(to, 0)
  squarer(1)
end

actor sleepy(ms :: Int) do
  Process.sleep(ms)
  ms
end

service Picky do
  fn init(n :: Int) do
    if n < 0 do
      Err("no negative numbers, please: ${n}")
    else
      Process.sleep(n)
      Ok(n)
    end
  end
  call Get() :: Int do |state| (state, state) end
end

actor adder(xs :: List<Int>) do
  List.sum(xs)
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

pub const WORKER_MAIN: &str = r#"
fn main() do
  Node.start("worker@127.0.0.1:0", List.head(Env.args()))
  Process.register("store", Store.start(10))
  say(Node.self())
  receive do n -> println(n + 1) end
end
"#;

/// A folder with programs.
pub struct Place(pub TempDir);

impl Place {
    pub fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, parts: &[&str]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, parts.concat()).unwrap();
        path
    }

    pub fn snow(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["run", "--tier=vm", program]).args(args);
        command.env("SNOW_HEAP_STATS", "1");
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, program: &str, args: &[&str]) -> Output {
        command::run(&mut self.snow(program, args), "", LIMIT).unwrap()
    }

    /// A worker that runs, with its name.
    pub fn worker(&self) -> (Running, String) {
        self.write("worker.snow", &[WORKER, WORKER_MAIN]);
        let worker = Running::start(self.snow("worker.snow", &[COOKIE]));
        let name = worker.line();
        (worker, name)
    }

    /// Runs a program with the definitions of the worker against one; gives what it prints. In long tests all pairs of tiers must print the same.
    pub fn against_worker(&self, main: &str) -> String {
        let (worker, name) = self.worker();
        self.write("boss.snow", &[WORKER, main]);
        let printed = finished(self.run("boss.snow", &[&name, COOKIE]));
        drop(worker);
        if is_long() {
            self.compile("worker");
            self.compile("boss");
            for tiers in [(true, false), (false, true), (true, true)] {
                assert_eq!(self.in_tiers(tiers), printed, "{tiers:?}");
            }
        }
        printed
    }

    /// The programs `worker` and `boss`, which were compiled, as native code or not; gives what the boss prints.
    pub fn in_tiers(&self, (worker_is_native, boss_is_native): (bool, bool)) -> String {
        let worker = match worker_is_native {
            true => self.executable("worker", &[COOKIE]),
            false => self.snow("worker.snow", &[COOKIE]),
        };
        let worker = Running::start(worker);
        let name = worker.line();
        let mut boss = match boss_is_native {
            true => self.executable("boss", &[&name, COOKIE]),
            false => self.snow("boss.snow", &[&name, COOKIE]),
        };
        finished(command::run(&mut boss, "", LIMIT).unwrap())
    }
}

/// Whether there is time for much.
pub fn is_long() -> bool {
    std::env::var("SNOW_TEST_LONG").is_ok_and(|value| value == "1")
}

/// What a program has printed that ended well and left nothing.
pub fn finished(output: Output) -> String {
    assert_eq!(output.code, Some(0), "{output:?}");
    let last = output.stderr.lines().last().unwrap_or_default();
    assert!(last.contains(" live=0 "), "{output:?}");
    output.stdout
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A process that is killed at the end of its test.
pub struct Running {
    pub child: Child,
    pub lines: Receiver<String>,
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        command.stdin(Stdio::null()).stderr(Stdio::null());
        Running::begin(command)
    }

    /// As [`Running::start`], with a standard input to write to.
    pub fn start_with_input(mut command: Command) -> Running {
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        Running::begin(command)
    }

    fn begin(mut command: Command) -> Running {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
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

    pub fn line(&self) -> String {
        self.lines.recv_timeout(LIMIT).unwrap()
    }

    /// Megabytes of memory that it takes.
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() >> 10
    }
}

/// A process of which what it says on its standard error is kept.
pub struct Logged {
    pub running: Running,
    log: PathBuf,
}

impl Logged {
    pub fn start(place: &Place, mut command: Command) -> Logged {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Relaxed);
        let log = place.0.path().join(format!("log{number}"));
        command.stdin(Stdio::null());
        command.stderr(fs::File::create(&log).unwrap());
        let running = Running::begin(command);
        Logged { running, log }
    }

    /// What it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has said something.
    #[track_caller]
    pub fn says(&self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        loop {
            let log = self.log();
            if log.contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "`{text}` is not in: {log}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const START: &str = r#"
fn join() -> String do
  Node.start("boss@127.0.0.1:0", Env.args()[1])
  let worker = List.head(Env.args())
  assert Node.connect(worker)
  worker
end
"#;

/// `collect(0, count)` takes the numbers from 0 up to `count`, which must come in order.
pub const COLLECT: &str = r#"
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
"#;

impl Place {
    /// Compiles a program to an executable of its name.
    pub fn compile(&self, name: &str) {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["aot", "-O0", "-o", name, &format!("{name}.snow")]);
        let output = command::run(&mut command, "", 3 * LIMIT).unwrap();
        assert_eq!(output.code, Some(0), "{output:?}");
    }

    pub fn executable(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.0.path().join(name));
        command.args(args).env("SNOW_HEAP_STATS", "1");
        command
    }
}

/// A line for a program that waits for one.
pub fn go_on(program: &mut Running) {
    let input = program.child.stdin.as_mut().unwrap();
    writeln!(input, "go on").unwrap();
}

pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
    // Its threads stop when they have their turn.
    while name == "-STOP" && !is_stopped(child) {
        thread::sleep(Duration::from_millis(1));
    }
}

fn is_stopped(child: &Child) -> bool {
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    let mut stats = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("stat")));
    stats.all(|stat| stat.is_ok_and(|stat| stat.contains(") T ")))
}

pub fn signal_mode(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

impl Place {
    /// Asks a node from the shell.
    pub fn ask(&self, question: &str, name: &str) -> Output {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(self.0.path());
        command.args(["node", question, name, "--cookie-file", "cookie"]);
        command::run(&mut command, "", LIMIT).unwrap()
    }
}
