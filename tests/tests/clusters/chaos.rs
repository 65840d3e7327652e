//! Nodes that are stopped, go on, are killed and come back, by a seed; and many nodes at once.

use crate::fixture::{COOKIE, Logged, Place, Running, WORKER, free_port, is_long, signal};
use std::thread;
use std::time::{Duration, Instant};

const WORKER_MAIN: &str = r#"
fn main() do
  let args = Env.args()
  Node.start_with(args[1], %{Node.options() | cookie: List.head(args), tick: 1})
  say(Node.self())
  receive do n -> println(n + 1) end
end
"#;

/// Starts actors on the workers, talks to them and ends them, for a time. Whatever happens to the workers, what each actor answers comes in order, each link and each monitor fires once, and nothing is
/// left of what was asked for.
const BOSS_MAIN: &str = r#"
struct Tally do
  started :: Int
  downs :: Int
  exits :: Int
  answers :: Int
end

actor tester(worker :: String, id :: Int, until :: Int, main :: Pid<Tally>) do
  Process.trap_exit(true)
  let tally = Tally { started: 0, downs: 0, exits: 0, answers: 0 }
  send(main, rounds(worker, id, until, tally))
end

fn rounds(worker :: String, id :: Int, until :: Int, tally :: Tally) -> Tally do
  if System.monotonic_ms() > until do
    settle(tally, 4000)
  else
    let tally = settle(tally, 0)
    case Node.try_spawn_link(worker, squarer, id * 1_000_000) do
      Err(_) -> do
        Process.sleep(30)
        rounds(worker, id, until, tally)
      end
      Ok(pid) -> do
        Process.monitor(pid)
        for n in 1..21 do send(pid, Square(n, self())) end
        let heard = answers(id, 0, 0)
        if id % 2 == 0 do send(pid, Boom) else Process.exit(pid, Killed) end
        rounds(worker, id + 1, until, %{tally | started: tally.started + 1, answers: tally.answers + heard})
      end
    end
  end
end

# How many answers come, of the actor with this number only.
fn answers(id :: Int, last :: Int, count :: Int) -> Int do
  if count == 20 do
    count
  else
    receive do
      got -> do
        if got / 1_000_000 == id do
          assert got > last
          answers(id, got, count + 1)
        else
          answers(id, last, count)
        end
      end
      after 1500 -> count
    end
  end
end

# What has fired, and fires until nothing does for so long.
fn settle(tally :: Tally, ms :: Int) -> Tally do
  receive do
    Down(_, _, _) -> settle(%{tally | downs: tally.downs + 1}, ms)
    Exit(_, _) -> settle(%{tally | exits: tally.exits + 1}, ms)
    _ -> settle(tally, ms)
    after ms -> tally
  end
end

# How many functions others were asked for and have said nothing about.
fn unanswered() -> Int = List.sum(for (_, traffic) in Node.stats() do traffic.asked end)

fn main() do
  let args = Env.args()
  Node.start_with("boss@127.0.0.1:0", %{Node.options() | cookie: args[0], tick: 1})
  let workers = [args[1], args[2]]
  for worker in workers do assert Node.connect(worker) end
  let until = System.monotonic_ms() + Option.unwrap_or(String.to_int(args[3]), 0)
  for worker in workers do
    for id in 1..4 do spawn(tester, worker, id * 1_000_000, until, self()) end
  end
  say("ready")
  for _ in 0..6 do
    receive do
      tally -> do
        let fits = tally.downs == tally.started and tally.exits == tally.started
        say("${fits} ${tally.started > 3 and tally.answers > 20} ${tally}")
      end
    end
  end
  say("unanswered ${unanswered()}")
  Node.stop()
end
"#;

/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Seeds, and seconds for each. `SNOW_TEST_SEED` says another one.
fn seeds() -> (Vec<u64>, u64) {
    let (seeds, seconds) = match is_long() {
        true => (vec![7, 23, 101], 60),
        false => (vec![11], 12),
    };
    let own = std::env::var("SNOW_TEST_SEED").ok();
    let own = own.map(|seed| vec![seed.parse().unwrap()]);
    (own.unwrap_or(seeds), seconds)
}

#[test]
fn whatever_happens_to_nodes_everything_fires_once_and_in_order() {
    let (seeds, seconds) = seeds();
    for seed in seeds {
        chaos(seed, seconds);
    }
}

/// Two workers to which something happens now and then.
struct Workers<'p> {
    place: &'p Place,
    names: [String; 2],
    running: Vec<Running>,
}

impl Workers<'_> {
    fn start(&self, which: usize) -> Running {
        let name = &self.names[which];
        let worker = Running::start(self.place.snow("worker.snow", &[COOKIE, name]));
        assert_eq!(worker.line(), *name);
        worker
    }

    fn trouble(&mut self, random: &mut Random) {
        let which = random.below(2) as usize;
        match random.below(3) {
            0 => {
                signal(&self.running[which].child, "-STOP");
                thread::sleep(Duration::from_millis(100 + random.below(2500)));
                signal(&self.running[which].child, "-CONT");
            }
            1 => {
                self.running[which].child.kill().unwrap();
                self.running[which].child.wait().unwrap();
                thread::sleep(Duration::from_millis(random.below(500)));
                self.running[which] = self.start(which);
            }
            _ => {}
        }
        thread::sleep(Duration::from_millis(random.below(1500)));
    }
}

fn chaos(seed: u64, seconds: u64) {
    let place = Place::new();
    place.write("worker.snow", &[WORKER, WORKER_MAIN]);
    place.write("boss.snow", &[WORKER, BOSS_MAIN]);
    let names = ["one", "two"].map(|name| format!("{name}@127.0.0.1:{}", free_port()));
    let mut workers = Workers {
        place: &place,
        names,
        running: Vec::new(),
    };
    for which in 0..2 {
        let worker = workers.start(which);
        workers.running.push(worker);
    }
    let time = (seconds * 1000).to_string();
    let [one, two] = &workers.names;
    let boss = place.snow("boss.snow", &[COOKIE, one, two, &time]);
    let boss = Logged::start(&place, boss);
    assert_eq!(boss.running.line(), "ready");
    let mut random = Random(seed);
    let (begin, whole) = (Instant::now(), Duration::from_secs(seconds));
    let mut early = None;
    while begin.elapsed() < whole {
        workers.trouble(&mut random);
        if begin.elapsed() > whole / 3 {
            early.get_or_insert_with(|| boss.running.resident());
        }
    }
    let late = boss.running.resident();
    for _ in 0..6 {
        let line = boss.running.line();
        assert!(line.starts_with("true true"), "seed {seed}: {line}");
    }
    assert_eq!(boss.running.line(), "unanswered 0", "seed {seed}");
    boss.says(" live=0 ");
    let early = early.expect("a third of the time has passed");
    assert!(
        late <= early + 16,
        "seed {seed}: {early} MB have become {late}"
    );
}

/// A full mesh of as many nodes as there may well be: all find all, and each hears from each.
#[test]
fn sixty_four_nodes_know_each_other() {
    let count = if is_long() { 64 } else { 6 };
    let place = Place::new();
    place.write(
        "member.snow",
        &[r#"
fn main() do
  let args = Env.args()
  Node.start(args[1], args[0])
  Process.register("member", self())
  println(Node.self())
  IO.flush()
  if List.length(args) > 3 do connect(args[3]) end
  let others = Option.unwrap_or(String.to_int(args[2]), 0) - 1
  wait(others)
  for node in Node.list() do Node.send_named("member", node, 1) end
  println(collect(others, 0))
  IO.flush()
  collect(1, 0)
end

# Few may knock at the same time.
fn connect(node :: String) -> () do
  if Node.connect(node) do
    ()
  else
    Process.sleep(100)
    connect(node)
  end
end

fn wait(count :: Int) -> () do
  if List.length(Node.list()) < count do
    Process.sleep(50)
    wait(count)
  end
end

fn collect(left :: Int, sum :: Int) -> Int do
  if left == 0 do
    sum
  else
    receive do n -> collect(left - 1, sum + n) end
  end
end
"#],
    );
    let number = count.to_string();
    let start = |name: &str, first: Option<&str>| {
        let name = format!("{name}@127.0.0.1:0");
        let mut args = vec![COOKIE, &name, &number];
        args.extend(first);
        let mut command = place.snow("member.snow", &args);
        command.env("SNOW_SCHEDULERS", "1");
        let member = Running::start(command);
        let name = member.line();
        (member, name)
    };
    let (first, name) = start("m0", None);
    let others = (1..count).map(|at| start(&format!("m{at}"), Some(&name)).0);
    let members: Vec<Running> = [first]
        .into_iter()
        .chain(others.collect::<Vec<_>>())
        .collect();
    for member in &members {
        assert_eq!(member.line(), (count - 1).to_string());
    }
}
