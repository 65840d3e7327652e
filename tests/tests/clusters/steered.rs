//! A node that does what it is told on its standard input, and says what came of it.

use crate::fixture::{COOKIE, LIMIT, Place, Running};
use std::io::Write;
use std::process::{ChildStdin, Command};

/// Commands are words; each is answered by one line.
const PROGRAM: &str = r#"
fn main() do
  let args = Env.args()
  let host = List.get_or(args, 2, "127.0.0.1")
  Node.start_with("${args[0]}@${host}:0", %{Node.options() | cookie: args[1], tick: Option.unwrap_or(Int.parse(List.get_or(args, 3, "1")), 1)})
  Node.monitor_all()
  say(Node.self())
  serve()
end

fn say(x) do
  println(x)
  IO.flush()
end

fn serve() -> () do
  case IO.read_line() do
    Ok(line) when line != "" -> do
      say(obey(String.words(line)))
      serve()
    end
    _ -> System.exit(0)
  end
end

fn obey(words :: List<String>) -> String do
  case words do
    ["disconnect", name] -> "${Node.disconnect(name)}"
    ["connect", name] -> "${Node.try_connect(name)}"
    ["members", count] -> "${wait_for(Option.unwrap_or(Int.parse(count), 0), 1000)}"
    ["register", name] -> "${Global.register(name, self())}"
    ["try_register", name] -> "${Job.await(try_register(name, self()))}"
    ["register_many", prefix, count] -> "${register_many(prefix, Option.unwrap_or(Int.parse(count), 0))}"
    ["owners", prefix, count] -> String.join(owners(prefix, Option.unwrap_or(Int.parse(count), 0)), " ")
    ["give", name, node] -> "${Global.register(name, helper_on(node))}"
    ["unregister", name] -> "${Global.unregister(name)}"
    ["whereis", name] -> owner(name)
    ["lost"] -> receive do NameLost(name) -> name after 10_000 -> "nothing" end
    ["join", group] -> do
      Group.join(group, self())
      "joined"
    end
    ["leave", group] -> do
      Group.leave(group, self())
      "left"
    end
    ["group", name] -> String.join(of_group(name), " ")
    ["watch", group] -> do
      Group.monitor(group)
      "watched"
    end
    ["change"] -> change()
    ["tell", group] -> do
      Group.broadcast(group, 7)
      "told"
    end
    ["heard"] -> "${receive do n -> n after 10_000 -> 0 end}"
    _ -> "what?"
  end
end

fn try_register(name :: String, pid :: Pid<Int>) = Job.async(fn -> Global.register(name, pid) end)

fn change() -> String do
  receive do
    Joined(name, pid) -> "${name} + ${String.slice(Node.of(pid), 0, 1)}"
    Left(name, pid) -> "${name} - ${String.slice(Node.of(pid), 0, 1)}"
  after 10_000 -> "nothing"
  end
end

actor helper(n :: Int) do
  receive do m -> helper(n + m) end
end

fn helper_on(node :: String) = Node.spawn(node, helper, 1)

fn register_many(prefix :: String, count :: Int) -> Int do
  List.count(List.range(0, count), fn n -> Global.register("${prefix}${n}", self()) end)
end

fn owners(prefix :: String, count :: Int) -> List<String> do
  for n in 0..count do String.slice(owner("${prefix}${n}"), 0, 1) end
end

fn owner(name :: String) -> String do
  let pid :: Option<Pid<Int>> = Global.whereis(name)
  case pid do
    Some(pid) -> Node.of(pid)
    None -> "nobody"
  end
end

fn of_group(name :: String) -> List<String> do
  let pids :: List<Pid<Int>> = Group.members(name)
  List.sorted(for pid in pids do String.slice(Node.of(pid), 0, 1) end)
end

fn wait_for(count :: Int, tries :: Int) -> Bool do
  if List.length(Node.list()) == count do
    true
  else if tries == 0 do
    false
  else
    Process.sleep(10)
    wait_for(count, tries - 1)
  end
end
"#;

pub struct Steered {
    pub running: Running,
    pub name: String,
    input: ChildStdin,
}

impl Steered {
    /// A node of this name.
    pub fn new(place: &Place, name: &str) -> Steered {
        let program = Steered::program(place);
        Steered::start(place.snow(program, &[name, COOKIE]))
    }

    /// Writes its program, which takes the node's name, the cookie, its host and its tick; the last two may be missing.
    pub fn program(place: &Place) -> &'static str {
        place.write("steered.snow", &[PROGRAM]);
        "steered.snow"
    }

    /// As [`Steered::new`], with a tick so long that no connection is lost when the machine has much else to do.
    pub fn patient(place: &Place, name: &str) -> Steered {
        let program = Steered::program(place);
        Steered::start(place.snow(program, &[name, COOKIE, "127.0.0.1", "60"]))
    }

    /// As [`Steered::new`], of native code; [`compile`] was called.
    pub fn native(place: &Place, name: &str) -> Steered {
        Steered::start(place.executable("steered", &[name, COOKIE]))
    }

    /// As [`Steered::new`], with a command that runs [`Steered::program`].
    pub fn start(command: Command) -> Steered {
        let mut running = Running::start_with_input(command);
        let input = running.child.stdin.take().unwrap();
        let name = running.line();
        Steered {
            running,
            name,
            input,
        }
    }

    /// Says what to do, without waiting.
    pub fn tell(&mut self, command: &str) {
        writeln!(self.input, "{command}").unwrap();
    }

    /// The answer to a command.
    pub fn answer(&self) -> String {
        self.running.lines.recv_timeout(LIMIT).unwrap()
    }

    /// Does a command; gives its answer.
    pub fn obey(&mut self, command: &str) -> String {
        self.tell(command);
        self.answer()
    }

    /// Waits until a command has an answer.
    pub fn until(&mut self, command: &str, wanted: &str) {
        let deadline = std::time::Instant::now() + LIMIT;
        loop {
            let answer = self.obey(command);
            if answer == wanted {
                return;
            }
            let is_late = std::time::Instant::now() > deadline;
            assert!(!is_late, "{command}: {answer}, and not {wanted}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

pub fn compile(place: &Place) {
    Steered::program(place);
    place.compile("steered");
}

/// Nodes that are all connected with each other.
pub fn connected<const N: usize>(mut nodes: [Steered; N]) -> [Steered; N] {
    let first = nodes[0].name.clone();
    for node in &mut nodes[1..] {
        assert_eq!(node.obey(&format!("connect {first}")), "Ok(())");
    }
    for node in &mut nodes {
        assert_eq!(node.obey(&format!("members {}", N - 1)), "true");
    }
    nodes
}
