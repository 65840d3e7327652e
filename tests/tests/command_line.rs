//! What the command answers to input that makes no sense: one clear message and an exit code.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use snow_tests::command::{self, Output};

const LIMIT: Duration = Duration::from_secs(30);

/// Runs `snow` with these arguments in a folder that holds these files.
fn snow(files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    let folder = folder(files);
    let mut command = Command::new(command::snow().unwrap());
    command.args(arguments).current_dir(folder.path());
    command::run(&mut command, "", LIMIT).unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[track_caller]
fn fails(output: &Output, code: i32, message: &str) {
    assert_eq!(output.code, Some(code), "{output:?}");
    assert!(output.stderr.contains(message), "{output:?}");
    assert!(!output.stderr.contains("panicked"), "{output:?}");
}

const HELLO: &[u8] = b"fn main() do\n  println(\"hello\")\nend\n";

#[test]
fn a_program_gets_its_arguments_and_ends_with_its_code() {
    let program = b"fn main() do\n  println(Env.args())\n  System.exit(7)\nend\n";
    let output = snow(&[("a.snow", program)], &["run", "a.snow", "--json", "-x"]);
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(7), "[--json, -x]\n")
    );
}

#[test]
fn files_that_cannot_be_read_are_named() {
    fails(
        &snow(&[], &["run", "absent.snow"]),
        1,
        "cannot read absent.snow: no such file",
    );
    fails(
        &snow(&[("empty/x.txt", b"")], &["run", "empty"]),
        1,
        "empty has no main.snow",
    );
    fails(
        &snow(&[("a.snow", b"fn \xff")], &["check", "a.snow"]),
        1,
        "not UTF-8 text (byte 3",
    );
    fails(
        &snow(&[("a.txt", b"")], &["run", "a.txt"]),
        1,
        "neither a .snow file",
    );
}

#[test]
fn a_huge_source_file_is_refused() {
    let text = b"# a line of a source file that is far too long\n".repeat(2_200_000);
    fails(
        &snow(&[("a.snow", &text)], &["check", "a.snow"]),
        1,
        "larger than 64 MiB",
    );
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("fn x -> ", " end"), ("-", "")] {
        let text = format!(
            "fn main() do\n  {}1{}\nend\n",
            open.repeat(10_000),
            close.repeat(10_000)
        );
        let output = snow(&[("a.snow", text.as_bytes())], &["check", "a.snow"]);
        fails(&output, 1, "nested too deeply");
    }
}

#[test]
fn damaged_bytecode_is_refused() {
    let folder = folder(&[("a.snow", HELLO)]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(command::snow().unwrap());
        command.args(arguments).current_dir(folder.path());
        command::run(&mut command, "", LIMIT).unwrap()
    };
    assert_eq!(run(&["build", "a.snow"]).code, Some(0));
    assert_eq!(run(&["run", "a.snowb"]).stdout, "hello\n");
    assert!(run(&["disasm", "a.snowb"]).stdout.contains("Main.main"));
    let bytes = fs::read(folder.path().join("a.snowb")).unwrap();
    fs::write(folder.path().join("cut.snowb"), &bytes[..bytes.len() / 2]).unwrap();
    fails(&run(&["run", "cut.snowb"]), 1, "truncated");
    fs::write(folder.path().join("other.snowb"), b"something else").unwrap();
    fails(&run(&["run", "other.snowb"]), 1, "not a Snow bytecode file");
    let mut flipped = bytes;
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    fs::write(folder.path().join("flipped.snowb"), flipped).unwrap();
    fails(
        &run(&["run", "flipped.snowb"]),
        1,
        "flipped.snowb cannot be loaded",
    );
}

#[test]
fn a_full_disk_is_reported() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let build = snow(
        &[("a.snow", HELLO)],
        &["build", "-o", "/dev/full", "a.snow"],
    );
    fails(&build, 1, "cannot write /dev/full: no space left");
}

#[test]
fn a_closed_output_ends_the_program() {
    let program = b"fn main() do\n  for i in 0..1_000_000 do println(i) end\n  ()\nend\n";
    let folder = folder(&[("a.snow", program)]);
    let mut command = Command::new(command::snow().unwrap());
    command.args(["run", "a.snow"]).current_dir(folder.path());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    // Like other commands in a pipe it may end without a word, but never with more than one.
    assert!(stderr.lines().count() <= 1, "{stderr}");
}

#[test]
fn files_are_formatted_in_place() {
    let folder = folder(&[("a.snow", b"fn main() do\nprintln( 1+2 )\nend\n")]);
    let fmt = |arguments: &[&str]| {
        let mut command = Command::new(command::snow().unwrap());
        command
            .arg("fmt")
            .args(arguments)
            .current_dir(folder.path());
        command::run(&mut command, "", LIMIT).unwrap()
    };
    let check = fmt(&["--check"]);
    assert_eq!((check.code, check.stdout.as_str()), (Some(1), "./a.snow\n"));
    assert_eq!(fmt(&["a.snow"]).code, Some(0));
    let text = fs::read_to_string(folder.path().join("a.snow")).unwrap();
    assert_eq!(text, "fn main() do\n  println(1 + 2)\nend\n");
    assert_eq!(fmt(&["--check"]).code, Some(0));
}

#[test]
fn a_wrong_command_line_shows_the_usage() {
    fails(&snow(&[], &["fly"]), 2, "Usage");
    fails(&snow(&[], &["run"]), 2, "Usage");
}
