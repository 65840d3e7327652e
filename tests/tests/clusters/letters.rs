//! Large messages: they are written and read a part at a time, and come whole or not at all.

use crate::fixture::{COOKIE, LIMIT, Place, Running, finished};
use snow_tests::command;

/// What both sides know: a mirror sends back what it gets.
const BOTH: &str = r#"
type Show do
  Words(String, Pid<Back>)
  Raw(Bytes, Pid<Back>)
  Numbers(List<Int>, Pid<Back>)
  Table(Map<Int, String>, Pid<Back>)
  Texts(List<String>, Pid<Back>)
  Items(List<Item>)
  Small(Int, Pid<Back>)
end

type Back do
  WordsBack(String)
  RawBack(Bytes)
  NumbersBack(List<Int>)
  TableBack(Map<Int, String>)
  TextsBack(List<String>)
  SmallBack(Int)
end

type Item do
  Number(Int)
  Function(Fn)
end

type Fn = Fun(Int) -> Int

actor mirror(seen :: Int) do
  receive do
    Words(x, to) -> send(to, WordsBack(x))
    Raw(x, to) -> send(to, RawBack(x))
    Numbers(x, to) -> send(to, NumbersBack(x))
    Table(x, to) -> send(to, TableBack(x))
    Texts(x, to) -> send(to, TextsBack(x))
    Items(_) -> panic("no items can come")
    Small(n, to) -> send(to, SmallBack(n + 100 * seen))
  end
  mirror(seen + 1)
end

service Library do
  fn init(size :: Int) = String.repeat("ß❄", size)
  call Whole() :: String do |text| (text, text) end
  call Both(more :: String) :: Int do |text| (text, String.length(text) + String.length(more)) end
end

actor patient(to :: Pid<Pid<Int>>) do
  send(to, self())
  receive do n -> "got ${n}" end
terminate do
  println("terminates")
end
end

actor counter(numbers :: List<Int>, to :: Pid<Int>) do
  send(to, List.length(numbers))
end

actor table(size :: Int) do
  Map.from_list(List.map(List.range(0, size), fn n -> (n, "number ${n}") end))
end

fn pairs(size :: Int) = Map.from_list(List.map(List.range(0, size), fn n -> (n, "number ${n}") end))
pub fn say(x) do
  println(x)
  IO.flush()
end
"#;

const WORKER: &str = r#"
fn main() do
  Node.start("worker@127.0.0.1:0", List.head(Env.args()))
  Process.register("mirror", spawn(mirror, 0))
  Process.register("library", Library.start(100_000))
  say(Node.self())
  receive do NodeDown(_) -> () end
end
fn _spawnable(n :: Int) do
  spawn(table, n)
  spawn(counter, [n], spawn(_takes))
  spawn(patient, spawn(_knows))
end
actor _takes() do
  receive do n -> println(n + 0) end
end
actor _knows() do
  receive do pid -> send(pid, 0) end
end
"#;

const START: &str = r#"
fn join() -> String do
  Node.start("boss@127.0.0.1:0", Env.args()[1])
  let worker = List.head(Env.args())
  assert Node.connect(worker)
  worker
end
"#;

fn place(boss: &str) -> Place {
    let place = Place::new();
    place.write("worker.snow", &[BOTH, WORKER]);
    place.write("boss.snow", &[BOTH, START, boss]);
    place
}

/// What the boss prints, the same in all pairs of tiers.
fn printed(boss: &str) -> String {
    let place = place(boss);
    place.compile("worker");
    place.compile("boss");
    let printed = place.in_tiers((false, false));
    for tiers in [(true, false), (false, true), (true, true)] {
        assert_eq!(place.in_tiers(tiers), printed, "{tiers:?}");
    }
    printed
}

#[test]
fn large_values_come_back_as_they_were_and_in_order() {
    let boss = r#"
fn main() do
  let worker = join()
  let mirror = Node.spawn(worker, mirror, 0)
  # Texts are cut between characters, which have one to four bytes here.
  let words = String.repeat("aß❄🦀", 300_000)
  let numbers = List.map(List.range(0, 300_000), fn n -> n * n * n end)
  let table = pairs(60_000)
  let texts = List.map(List.range(1, 40), fn n -> String.repeat("${n}·", n * 3000) end)
  send(mirror, Words(words, self()))
  send(mirror, Small(1, self()))
  send(mirror, Raw(String.to_bytes(words), self()))
  send(mirror, Small(2, self()))
  send(mirror, Numbers(numbers, self()))
  send(mirror, Table(table, self()))
  send(mirror, Texts(texts, self()))
  send(mirror, Small(3, self()))
  for _ in 0..8 do
    receive do
      WordsBack(x) -> println("words ${x == words}")
      RawBack(x) -> println("raw ${x == String.to_bytes(words)}")
      NumbersBack(x) -> println("numbers ${x == numbers}")
      TableBack(x) -> println("table ${x == table}")
      TextsBack(x) -> println("texts ${x == texts}")
      SmallBack(n) -> println("small ${n}")
    end
  end
  Node.stop()
end
"#;
    let expected = "words true\nsmall 101\nraw true\nsmall 302\nnumbers true\ntable true\ntexts true\nsmall 703\n";
    assert_eq!(printed(boss), expected);
}

#[test]
fn large_answers_results_and_messages_for_names_come_whole() {
    let boss = r#"
fn main() do
  let worker = join()
  let library = ("library", worker)
  let whole = Library.whole(library)
  println(whole == String.repeat("ß❄", 100_000))
  println(Library.both(library, String.repeat("x", 3_000_000)))
  println(Node.call(worker, table, 30_000) == pairs(30_000))
  let words = String.repeat("word ", 400_000)
  Node.send_named("mirror", worker, Words(words, self()))
  Node.send_named("mirror", worker, Small(5, self()))
  for _ in 0..2 do
    receive do
      WordsBack(x) -> println(x == words)
      SmallBack(n) -> println(n)
      _ -> println("what?")
    end
  end
  Node.stop()
end
"#;
    assert_eq!(printed(boss), "true\n3200000\ntrue\ntrue\n105\n");
}

#[test]
fn who_sends_what_cannot_be_sent_crashes_and_nothing_of_it_comes() {
    let boss = r#"
actor sender(mirror :: Pid<Show>, add :: Int) do
  let numbers = List.map(List.range(0, 100_000), fn n -> Number(n) end)
  send(mirror, Items(List.append(numbers, Function(fn n -> n + add end))))
end

actor giant(mirror :: Pid<Show>, main :: Pid<Back>) do
  send(mirror, Words(String.repeat("0123456789abcdef", 4_194_305), main))
end

fn reason(pid) do
  let ended = Process.monitor(pid)
  receive do Down(r, _, why) when r == ended -> why end
end

fn main() do
  let worker = join()
  let mirror = Node.spawn(worker, mirror, 0)
  println(reason(spawn(sender, mirror, 1)))
  println(reason(spawn(giant, mirror, self())))
  send(mirror, Small(7, self()))
  receive do SmallBack(n) -> println(n) end
  Node.stop()
end
"#;
    let expected = "Crash(a function value cannot be sent to another node)\nCrash(a message to another node has at most 64 MiB)\n7\n";
    assert_eq!(printed(boss), expected);
}

/// Wherever a sender is killed, its message comes whole or not at all, and nothing is left of it.
#[test]
fn senders_that_are_killed_while_they_send_leave_whole_messages() {
    let boss = r#"
actor sender(mirror :: Pid<Show>, table :: Map<Int, String>, to :: Pid<Back>) do
  send(mirror, Table(table, to))
  sender(mirror, table, to)
end

fn killed(mirror :: Pid<Show>, left :: Int) -> () do
  if left > 0 do
    let pid = spawn(sender, mirror, pairs(50_000), self())
    Process.sleep(left % 7)
    let ended = Process.monitor(pid)
    Process.exit(pid, Killed)
    receive do Down(r, _, _) when r == ended -> () end
    killed(mirror, left - 1)
  end
end

fn main() do
  let worker = join()
  let mirror = Node.spawn(worker, mirror, 0)
  let table = pairs(50_000)
  killed(mirror, 12)
  send(mirror, Small(1, self()))
  println(all_whole(table))
  Node.stop()
end

fn all_whole(table :: Map<Int, String>) -> Bool do
  receive do
    TableBack(x) -> x == table and all_whole(table)
    SmallBack(_) -> true
    _ -> false
  end
end
"#;
    let place = place(boss);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let mut boss = place.snow("boss.snow", &[&name, COOKIE]);
    let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
    assert_eq!(printed, "true\n");
}

/// Large arguments are written in turns: who is killed meanwhile has started nothing.
#[test]
fn requesters_that_are_killed_while_they_write_arguments_start_nothing() {
    let boss = r#"
actor requester(worker :: String, numbers :: List<Int>, main :: Pid<Int>) do
  send(main, -1)
  Node.spawn(worker, counter, numbers, main)
  ()
end

fn main() do
  let worker = join()
  let pid = spawn(requester, worker, List.range(0, 400_000), self())
  let ended = Process.monitor(pid)
  receive do -1 -> Process.exit(pid, Killed) end
  receive do Down(r, _, why) when r == ended -> println(why) end
  for count in [1, 300_000, 2] do
    Node.spawn(worker, counter, List.range(0, count), self())
    receive do n -> println(n) end
  end
  Node.stop()
end
"#;
    assert_eq!(printed(boss), "Killed\n1\n300000\n2\n");
}

/// So does a caller that is killed while it reads a large answer.
#[test]
fn callers_that_are_killed_while_they_read_an_answer_leave_nothing() {
    let boss = r#"
actor caller(worker :: String, main :: Pid<Int>) do
  let read = Node.call(worker, table, 40_000)
  send(main, Map.size(read))
end

fn killed(worker :: String, left :: Int, whole :: Int) -> Int do
  if left == 0 do
    whole
  else
    let pid = spawn(caller, worker, self())
    Process.sleep(10 * left)
    let ended = Process.monitor(pid)
    Process.exit(pid, Killed)
    receive do Down(r, _, _) when r == ended -> () end
    killed(worker, left - 1, whole + answered(0))
  end
end

# All that has come is whole.
fn answered(count :: Int) -> Int do
  receive do
    n -> do
      assert n == 40_000
      answered(count + 1)
    end
    after 0 -> count
  end
end

fn main() do
  let worker = join()
  println(killed(worker, 16, 0) <= 16)
  println(Map.size(Node.call(worker, table, 40_000)))
  Node.stop()
end
"#;
    let place = place(boss);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    let name = worker.line();
    let mut boss = place.snow("boss.snow", &[&name, COOKIE]);
    let printed = finished(command::run(&mut boss, "", LIMIT).unwrap());
    assert_eq!(printed, "true\n40000\n");
}

/// What `terminate` gives is not taken for the result of the function.
#[test]
fn a_called_actor_that_is_ended_has_no_result() {
    let boss = r#"
actor caller(worker :: String, to :: Pid<Pid<Int>>) do
  println(Node.call(worker, patient, to))
end

fn main() do
  let worker = join()
  let ended = Process.monitor(spawn(caller, worker, self()))
  receive do pid -> Process.exit(pid, Shutdown) end
  receive do Down(r, _, why) when r == ended -> println(String.contains("${why}", "Gone(Shutdown)")) end
  let ended = Process.monitor(spawn(caller, worker, self()))
  receive do pid -> send(pid, 7) end
  receive do Down(r, _, why) when r == ended -> println(why) end
  Node.stop()
end
"#;
    assert_eq!(printed(boss), "true\ngot 7\nNormal\n");
}
