//! Members that learn of each other, the shell's view of them, and programs that are made nodes from outside.

use crate::fixture::{
    COOKIE, LIMIT, Place, Running, WORKER, WORKER_MAIN, finished, go_on, signal_mode,
};
use snow_tests::command;
use std::fs;
use std::process::Command;

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

/// Functions of a running program are called from the shell, and what has passed is shown.
#[test]
fn the_shell_calls_functions_and_sees_what_has_passed() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    signal_mode(&place.write("cookie", &[COOKIE]));
    let node = |words: &[&str]| {
        let mut command = Command::new(command::snow().unwrap());
        command.current_dir(place.0.path());
        command.args(["node", words[0], &name]).args(&words[1..]);
        command.args(["--cookie-file", "cookie"]);
        command::run(&mut command, "", LIMIT).unwrap()
    };
    let called = node(&["call", "double", "21"]);
    assert_eq!(
        (called.code, called.stdout.as_str()),
        (Some(0), "42\n"),
        "{called:?}"
    );
    let called = node(&["call", "Main.words", "a $b", "2"]);
    assert_eq!(
        called.stdout, "[\"a\", \"$b\", \"a\", \"$b\"]\n",
        "{called:?}"
    );
    let called = node(&["call", "double", "-1"]);
    assert_eq!(called.code, Some(1), "{called:?}");
    assert!(called.stderr.contains("negative"), "{called:?}");
    for (wrong, why) in [
        (["call", "nothing", "1"], "has no function `Main.nothing`"),
        (["call", "open", "1"], "Refused"),
        (
            ["call", "words", "a"],
            "takes (String, Int), but 1 values are given",
        ),
    ] {
        let called = node(&wrong);
        assert_eq!(called.code, Some(1), "{called:?}");
        assert!(called.stderr.contains(why), "{called:?}");
    }
    place.write(
        "peer.snow",
        &[r#"
fn main() do
  Node.start("peer@127.0.0.1:0", Env.args()[1])
  println(Node.connect(List.head(Env.args())))
  IO.flush()
  receive do NodeDown(_) -> () end
end
"#],
    );
    let peer = Running::start(place.snow("peer.snow", &[&name, COOKIE]));
    assert_eq!(peer.line(), "true");
    let shown = node(&["info"]);
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert!(lines[0].contains(" answers after "), "{shown:?}");
    assert_eq!(lines[1], "1 members", "{shown:?}");
    assert!(lines[2].starts_with("peer@127.0.0.1:"), "{shown:?}");
    assert!(lines[2].ends_with("0 rejected, 0 bytes wait"), "{shown:?}");
    let mut command = Command::new(command::snow().unwrap());
    command.args(["remote", &name]);
    let remote = command::run(&mut command, "", LIMIT).unwrap();
    assert_eq!(remote.code, Some(1));
    assert!(
        remote.stderr.contains("there is no session on"),
        "{remote:?}"
    );
}

/// Nodes that want no mesh know only whom they have asked for.
#[test]
fn without_a_mesh_nodes_know_whom_they_asked_for() {
    let place = Place::new();
    let (_worker, name) = place.worker();
    place.write(
        "lonely.snow",
        &[r#"
fn main() do
  Node.start_with("${Env.args()[2]}@127.0.0.1:0", %{Node.options() | cookie: Env.args()[1], mesh: false})
  println(Node.connect(List.head(Env.args())))
  IO.flush()
  IO.read_line()
  println(Node.list() == [List.head(Env.args())])
  IO.flush()
  IO.read_line()
  Node.stop()
end
"#],
    );
    let start =
        |own: &str| Running::start_with_input(place.snow("lonely.snow", &[&name, COOKIE, own]));
    let mut all = [start("one"), start("two")];
    for node in &all {
        assert_eq!(node.line(), "true");
    }
    std::thread::sleep(std::time::Duration::from_millis(700));
    for node in &mut all {
        go_on(node);
        assert_eq!(node.line(), "true");
    }
}

/// A node that is to be connected from the start is dialled until it is there.
#[test]
fn who_is_not_there_yet_is_dialled_again() {
    let place = Place::new();
    signal_mode(&place.write("cookie", &[COOKIE]));
    let name = format!("worker@127.0.0.1:{}", 30_000 + std::process::id() % 10_000);
    place.write(
        "early.snow",
        &["fn main() do\n  Node.monitor_all()\n  receive do NodeUp(name) -> println(name) end\n  Node.stop()\nend\n"],
    );
    let mut command = Command::new(command::snow().unwrap());
    command.current_dir(place.0.path());
    command.args(["run", "--tier=vm", "--name", "early@127.0.0.1:0"]);
    command.args(["--cookie-file", "cookie", "--connect", &name, "early.snow"]);
    let early = Running::start(command);
    std::thread::sleep(std::time::Duration::from_millis(600));
    let main = WORKER_MAIN.replace("worker@127.0.0.1:0", &name);
    place.write("worker.snow", &[WORKER, &main]);
    let worker = Running::start(place.snow("worker.snow", &[COOKIE]));
    assert_eq!(worker.line(), name);
    assert_eq!(early.line(), name);
}
