//! What SIGTERM and SIGINT do to a program that does not end by itself; those that do are in `programs/actors`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::process::Command;
use std::time::Duration;

use snow_tests::command::{self, Output};

const LIMIT: Duration = Duration::from_secs(60);

/// An actor that hears of the first signal and then goes on for a minute; `main` sends itself the signals.
const STAYS: &str = r#"
actor stays(parent :: Pid<Atom>) do
  System.on_stop()
  send(parent, :ready)
  receive do Stopping -> send(parent, :told) end
  Process.sleep(60_000)
terminate do
  println("terminate")
end
end

fn signal(name :: String) -> () do
  let _ = System.exec("sh", ["-c", "kill -${name} ${System.pid()}"])
  ()
end

fn main() do
  spawn(stays, self())
  receive do :ready -> () end
  signal("TERM")
  receive do :told -> println("told") end
  after_that()
end
"#;

/// Runs the program in the interpreter, as native code, and as an executable.
fn in_every_tier(after_that: &str, check: impl Fn(&Output)) {
    let folder = tempfile::tempdir().unwrap();
    let program = format!("{STAYS}\nfn after_that() -> () do\n  {after_that}\nend\n");
    fs::write(folder.path().join("a.snow"), program).unwrap();
    let snow = command::snow().unwrap();
    let run = |program: &std::path::Path, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder.path());
        command::run(&mut command, "", LIMIT).unwrap()
    };
    check(&run(&snow, &["run", "--tier=vm", "a.snow"]));
    check(&run(&snow, &["run", "--tier=native", "a.snow"]));
    let built = run(&snow, &["aot", "a.snow", "-o", "a"]);
    assert_eq!(built.code, Some(0), "{built:?}");
    check(&run(&folder.path().join("a"), &[]));
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    in_every_tier(
        "signal(\"INT\")\n  Process.sleep(60_000)\n  println(\"not reached\")",
        |output| {
            assert_eq!(output.code, Some(130), "{output:?}");
            assert_eq!(output.stdout, "told\n");
            assert_eq!(output.stderr, "");
        },
    );
}

#[test]
fn who_does_not_stop_is_ended() {
    in_every_tier("Process.sleep(60_000)", |output| {
        assert_eq!(output.code, Some(0), "{output:?}");
        assert_eq!(output.stdout, "told\nterminate\n");
        assert_eq!(output.stderr, "");
    });
}
