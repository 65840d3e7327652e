//! What the command answers to input that makes no sense: one clear message and an exit code.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use snow_tests::command::{self, Output};

const LIMIT: Duration = Duration::from_secs(30);

/// Runs `snow` with these arguments in a folder that holds these files.
fn snow(files: &[(&str, &[u8])], arguments: &[&str]) -> Output {
    snow_in(&folder(files), arguments)
}

fn snow_in(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
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
fn warnings_are_errors_where_that_is_wanted() {
    let program = b"fn main() do\n  let unused = 1\n  println(2)\nend\n";
    let checked = snow(&[("a.snow", program)], &["check", "a.snow"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let denied = &["check", "--deny-warnings", "a.snow"];
    fails(&snow(&[("a.snow", program)], denied), 1, "[W0001]");
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
fn counting_in_a_map_reads_it_with_one_search() {
    let program = br#"
fn count(m, word) = Map.update_or(m, word, 0, fn n -> n + 1 end)
fn main() do println(count(%{}, "a")) end
"#;
    let folder = folder(&[("a.snow", program)]);
    let run = |arguments: &[&str]| snow_in(&folder, arguments);
    assert_eq!(run(&["build", "a.snow"]).code, Some(0));
    let listing = run(&["disasm", "a.snowb"]).stdout;
    assert!(!listing.contains("map.has"), "{listing}");
    assert_eq!(listing.matches("map.get").count(), 1, "{listing}");
}

#[test]
fn damaged_bytecode_is_refused() {
    let folder = folder(&[("a.snow", HELLO)]);
    let run = |arguments: &[&str]| snow_in(&folder, arguments);
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

/// The names of everything in a folder.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn hostile_bytecode_is_refused() {
    let folder = folder(&[("a.snow", HELLO)]);
    assert_eq!(snow_in(&folder, &["build", "a.snow"]).code, Some(0));
    let good = fs::read(folder.path().join("a.snowb")).unwrap();
    let header = snow_bytecode::encode::seal(&[]).len();
    let body = &good[header..];
    // The checksum of these is right: decoder and verifier have to find what is wrong.
    for at in (0..body.len()).step_by(body.len() / 40) {
        let mut bad = body.to_vec();
        bad[at] ^= 0xff;
        fs::write(
            folder.path().join("bad.snowb"),
            snow_bytecode::encode::seal(&bad),
        )
        .unwrap();
        let output = snow_in(&folder, &["run", "bad.snowb"]);
        assert!(!output.stderr.contains("panicked"), "byte {at}: {output:?}");
        assert!(output.code.is_some(), "byte {at}: {output:?}");
        if output.code == Some(1) && !output.stderr.starts_with("crash: ") {
            assert!(
                output.stderr.contains("bad.snowb cannot be loaded"),
                "byte {at}: {output:?}"
            );
        }
    }
}

#[test]
fn what_cannot_be_opened_is_named() {
    fails(
        &snow(&[("a.snow", HELLO)], &["run", "a.snow/b.snow"]),
        1,
        "cannot read a.snow/b.snow: not a directory",
    );
    let folder = folder(&[("a.snow", HELLO)]);
    let path = folder.path().join("a.snow");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if fs::read(&path).is_err() {
        let output = snow_in(&folder, &["run", "a.snow"]);
        fails(&output, 1, "cannot read a.snow: permission denied");
    }
    std::os::unix::fs::symlink("loop.snow", folder.path().join("loop.snow")).unwrap();
    let output = snow_in(&folder, &["run", "loop.snow"]);
    fails(&output, 1, "cannot read loop.snow: too many levels");
}

#[test]
fn mistakes_of_names_and_numbers_are_one_message() {
    for (program, message) in [
        (
            "import Absent\nfn main() do\n  ()\nend\n",
            "module `Absent` not found",
        ),
        (
            "fn main() do\n  println(9223372036854775808)\nend\n",
            "does not fit",
        ),
    ] {
        let output = snow(&[("a.snow", program.as_bytes())], &["run", "a.snow"]);
        fails(&output, 1, message);
        fails(&output, 1, "snow: 1 error");
    }
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
    assert!(Path::new("/dev/full").exists());
    for arguments in [
        ["run", "a.snow"],
        ["disasm", "a.snow"],
        ["completions", "bash"],
        ["run", "--help"],
    ] {
        let folder = folder(&[("a.snow", HELLO)]);
        let mut command = Command::new(command::snow().unwrap());
        command.args(arguments).current_dir(folder.path());
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains("cannot write to standard output"),
            "{stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing_behind() {
    let folder = folder(&[("a.snow", HELLO), ("there/x.txt", b"")]);
    let build = |output: &str| snow_in(&folder, &["build", "-o", output, "a.snow"]);
    fails(&build("there"), 1, "cannot write there: is a directory");
    fails(
        &build("absent/a.snowb"),
        1,
        "cannot write absent/a.snowb: no such file",
    );
    fails(
        &build("a.snow/b.snowb"),
        1,
        "cannot write a.snow/b.snowb: not a directory",
    );
    assert_eq!(listing(folder.path()), ["a.snow", "there"]);
    assert_eq!(listing(&folder.path().join("there")), ["x.txt"]);
}

#[test]
fn a_file_that_is_too_large_for_the_disk_leaves_the_old_one() {
    let large = format!("fn main() do\n  println(\"{}\")\nend\n", "x".repeat(5_000));
    let folder = folder(&[("a.snow", large.as_bytes()), ("a.snowb", b"the old one")]);
    // A limit on the size of files fails the write half-way, as a full disk does.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" build a.snow"])
        .arg(command::snow().unwrap())
        .current_dir(folder.path());
    let output = command::run(&mut shell, "", LIMIT).unwrap();
    fails(&output, 1, "cannot write a.snowb: file too large");
    assert_eq!(listing(folder.path()), ["a.snow", "a.snowb"]);
    let old = fs::read(folder.path().join("a.snowb")).unwrap();
    assert_eq!(old, b"the old one");
}

#[test]
fn a_file_is_replaced_with_its_permissions_and_through_links() {
    let folder = folder(&[("a.snow", HELLO), ("real.snowb", b"")]);
    let real = folder.path().join("real.snowb");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.snowb", folder.path().join("link.snowb")).unwrap();
    let output = snow_in(&folder, &["build", "-o", "link.snowb", "a.snow"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let link = fs::symlink_metadata(folder.path().join("link.snowb")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(snow_in(&folder, &["run", "link.snowb"]).stdout, "hello\n");
}

/// Runs a command whose output nobody reads: the reader is gone before the command starts.
fn without_reader(folder: &tempfile::TempDir, arguments: &[&str]) -> std::process::Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(command::snow().unwrap());
    command.args(arguments).current_dir(folder.path());
    let command = command.stdout(writer).stderr(Stdio::piped());
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_closed_output_ends_the_program() {
    let program = b"fn main() do\n  for i in 0..1_000_000 do println(i) end\n  ()\nend\n";
    let folder = folder(&[("a.snow", program)]);
    for arguments in [&["run", "a.snow"][..], &["completions", "bash"]] {
        let output = without_reader(&folder, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        // Like other commands in a pipe it may end without a word, but never with more than one.
        assert!(stderr.lines().count() <= 1, "{arguments:?}: {stderr}");
    }
}

#[test]
fn every_command_has_help_with_examples() {
    for command in [
        "run",
        "check",
        "build",
        "disasm",
        "explain",
        "fmt",
        "version",
        "completions",
    ] {
        let output = snow(&[], &[command, "--help"]);
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(output.stdout.contains("Examples:\n  snow"), "{output:?}");
        assert!(snow(&[], &["--help"]).stdout.contains(command), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = snow(&[], &["completions", shell]);
        assert!(output.stdout.contains("snow"), "{output:?}");
    }
    let version = format!("snow {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(snow(&[], &["version"]).stdout, version);
    assert_eq!(snow(&[], &["--version"]).stdout, version);
}

#[test]
fn codes_are_explained_with_an_example() {
    let explained = snow(&[], &["explain", "E0012"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    assert!(explained.stdout.starts_with("E0012\n\n"), "{explained:?}");
    assert!(
        explained.stdout.contains("\n    fn main() do\n"),
        "{explained:?}"
    );
    assert!(!explained.stdout.contains("```"), "{explained:?}");
    assert!(!explained.stdout.contains("E0013"), "{explained:?}");
    for same in ["e0012", "12", "e12"] {
        assert_eq!(snow(&[], &["explain", same]).stdout, explained.stdout);
    }
    for unknown in ["E9999", "x", "", "é"] {
        let output = snow(&[], &["explain", unknown]);
        assert_eq!(output.code, Some(1), "{output:?}");
        assert!(
            output
                .stderr
                .starts_with("snow: no diagnostic has the code "),
            "{output:?}"
        );
    }
}

#[test]
fn files_are_formatted_in_place() {
    let folder = folder(&[("a.snow", b"fn main() do\nprintln( 1+2 )\nend\n")]);
    let fmt = |arguments: &[&str]| snow_in(&folder, &[&["fmt"], arguments].concat());
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

#[test]
fn a_seeded_run_can_be_repeated() {
    let program = b"actor talks(to :: Pid<String>, name :: String, left :: Int) do
  if left > 0 do
    send(to, \"${name}${left}\")
    Process.sleep(Random.int(0, 2))
    talks(to, name, left - 1)
  end
end
fn collect(left, all) do
  if left == 0 do
    all
  else
    receive do
      text -> collect(left - 1, List.append(all, text))
    end
  end
end
fn main() do
  for name in [\"a\", \"b\", \"c\", \"d\", \"e\"] do
    spawn(talks, self(), name, 8)
  end
  println(List.join(collect(40, []), \" \"))
  println(\"${System.time()} ${System.monotonic_ns()} ${Random.int(0, 1_000_000)}\")
end
";
    let folder = folder(&[("a.snow", program)]);
    let run = |seed| {
        let output = snow_in(&folder, &["run", "--seed", seed, "a.snow"]);
        assert_eq!(output.code, Some(0), "{output:?}");
        output.stdout
    };
    let first = run("7");
    assert_eq!(first, run("7"));
    assert_ne!(first, run("8"));
}

/// A line of the log in JSON without the time that it begins with.
fn without_time(line: &str) -> String {
    let rest = line.strip_prefix(r#"{"time":""#).unwrap();
    let (time, rest) = rest.split_once(r#"","#).unwrap();
    let form: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(form, "0000-00-00T00:00:00.000Z");
    format!("{{{rest}")
}

/// Runs a program that logs, with a value of `SNOW_LOG`.
fn logged(choice: &str) -> Output {
    let program = br##"fn main() do
  Log.debug("details")
  Log.info("a \"quoted\"\nevent", n: 3, f: 1.5, yes: true, text: "3", nan: 0.0 / 0.0, list: ["a"])
  Log.warn("careful")
  Log.error("bad")
  panic("worse")
end
"##;
    let folder = folder(&[("a.snow", program)]);
    let mut command = Command::new(command::snow().unwrap());
    command.args(["run", "a.snow"]).env("SNOW_LOG", choice);
    command::run(command.current_dir(folder.path()), "", LIMIT).unwrap()
}

#[test]
fn the_log_can_be_json() {
    let output = logged("json,debug");
    let lines: Vec<String> = output.stderr.lines().map(without_time).collect();
    assert_eq!(
        lines,
        [
            r##"{"level":"debug","event":"details","actor":"#Pid<0.1>","function":"Main.main"}"##,
            r##"{"level":"info","event":"a \"quoted\"\nevent","actor":"#Pid<0.1>","function":"Main.main","fields":{"n":3,"f":1.5,"yes":true,"text":"3","nan":"NaN","list":"[a]"}}"##,
            r##"{"level":"warning","event":"careful","actor":"#Pid<0.1>","function":"Main.main"}"##,
            r##"{"level":"error","event":"bad","actor":"#Pid<0.1>","function":"Main.main"}"##,
            r##"{"level":"error","event":"crash","actor":"#Pid<0.1>","function":"Main.main","reason":"worse","ancestors":[],"stack":[{"function":"Main.main","place":"a.snow:6:3"}]}"##,
        ]
    );
}

#[test]
fn the_environment_says_what_is_logged() {
    let crash = "crash: worse\n  at Main.main (a.snow:6:3)\n";
    for (choice, expected) in [
        ("error", format!("error: bad\n{crash}")),
        ("warn", format!("warning: careful\nerror: bad\n{crash}")),
        (
            "text,warning",
            format!("warning: careful\nerror: bad\n{crash}"),
        ),
        ("off", String::new()),
    ] {
        let output = logged(choice);
        assert_eq!(
            (output.code, output.stderr.as_str()),
            (Some(1), &*expected),
            "{choice}"
        );
    }
    let output = logged("loud");
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("SNOW_LOG is `loud`"), "{output:?}");
}

#[test]
fn crash_reports_can_be_json() {
    let program = b"type Order do
  Divide(Int, Int, String)
end
actor divider() do
  receive do
    Divide(a, b, _) -> println(a / b)
      divider()
  end
end
fn main() do
  let d = spawn(divider)
  let ref = Process.monitor(d)
  send(d, Divide(1, 0, \"text\"))
  receive do
    Down(r, _, _) when r == ref -> ()
  end
  panic(\"a \\\"quoted\\\"\\nreason\")
end
";
    let folder = folder(&[("a.snow", program)]);
    let mut command = Command::new(command::snow().unwrap());
    command.args(["run", "a.snow"]);
    command.envs([("SNOW_LOG", "json"), ("SNOW_SCHEDULERS", "1")]);
    let output = command::run(command.current_dir(folder.path()), "", LIMIT).unwrap();
    assert_eq!(output.code, Some(1), "{output:?}");
    let lines: Vec<String> = output.stderr.lines().map(without_time).collect();
    assert_eq!(
        lines,
        [
            r##"{"level":"error","event":"crash","actor":"#Pid<0.2>","function":"Main.divider","reason":"division by zero","last_message":"Divide(1, 0, String)","ancestors":["#Pid<0.1> (Main.main)"],"stack":[{"function":"Main.divider","place":"a.snow:6:32"}]}"##,
            r##"{"level":"error","event":"crash","actor":"#Pid<0.1>","function":"Main.main","reason":"a \"quoted\"\nreason","ancestors":[],"stack":[{"function":"Main.main","place":"a.snow:17:3"}]}"##,
        ]
    );
}

#[test]
fn types_of_public_functions_are_suggested_on_demand() {
    let program = b"pub fn pair(x, y) = (x, y)
pub fn largest(0, b) = b
pub fn largest(a, b) = if a > b do a else b end
pub fn typed(x :: Int) -> Int = x
pub fn kept<B>(x :: B, y) = (x, y)
pub fn spelt<Elem>(x :: Elem, y) = (x, y)
pub fn firsts(xs) = for x in xs do x end
fn private(x) = x + 1

pub module Inner do
  pub fn same(x :: Int, y) = x == y
end

service Store do
  fn init(start :: Int) -> Int do start end
  call Get() :: Int do |state| (state, state) end
end

fn main() do
  println(private(1))
end
";
    let files: &[(&str, &[u8])] = &[("a.snow", program)];
    let output = snow(files, &["check", "a.snow"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let output = snow(files, &["check", "--lint", "a.snow"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    let suggested: Vec<&str> = output
        .stderr
        .lines()
        .filter_map(|line| line.split_once("write `").map(|(_, text)| text))
        .collect();
    assert_eq!(
        suggested,
        [
            "pub fn pair<A, B>(x :: A, y :: B) -> (A, B)`",
            "pub fn largest(a :: Int, b :: Int) -> Int`",
            "pub fn kept<B, A>(x :: B, y :: A) -> (B, A)`",
            "pub fn spelt<Elem, B>(x :: Elem, y :: B) -> (Elem, B)`",
            "pub fn firsts<A>(xs :: List<A>) -> List<A>`",
            "pub fn same(x :: Int, y :: Int) -> Bool`",
        ]
    );
    fails(
        &snow(files, &["check", "--lint", "--deny-warnings", "a.snow"]),
        1,
        "does not say its types",
    );
}

/// Whoever starts one actor too many crashes; when one has ended there is room again.
#[test]
fn there_are_no_more_actors_than_are_allowed() {
    let program = "actor waiter() do
  receive do n -> println(n) end
end

fn main() do
  let first = spawn(waiter)
  let _second = spawn(waiter)
  let ended = Process.monitor(first)
  send(first, 1)
  receive do Down(r, _, _) when r == ended -> () end
  let _third = spawn(waiter)
  spawn(waiter)
end
";
    let folder = folder(&[("a.snow", program.as_bytes())]);
    let mut command = Command::new(command::snow().unwrap());
    command.args(["run", "a.snow"]);
    command.envs([("SNOW_MAX_PROCESSES", "3"), ("SNOW_SCHEDULERS", "1")]);
    let output = command::run(command.current_dir(folder.path()), "", LIMIT).unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (Some(1), "1\n"));
    let report = "crash: too many processes\n  at Main.main (a.snow:12:3)\n";
    assert!(output.stderr.starts_with(report), "{output:?}");
}
