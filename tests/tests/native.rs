//! Native code through the command: executables, the hot tier, and what is said when something is missing or damaged.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use snow_tests::command::{self, Output};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

const HELLO: &str = "fn main() do\n  println(\"hello\")\nend\n";

/// Prints the number of its arguments, then crashes in a function of its own.
const CRASH: &str = "fn main() do
  println(List.length(Env.args()))
  println(divide(7, List.length(Env.args()) - 2))
end

fn divide(a, b) = a / b
";

/// Turns long enough for a threshold of one sample, and for the compiler to be ready before the end.
const HOT: &str = "fn main() do
  println(sum(0, 0, 300_000_000))
end

fn sum(i, total, most) do
  if i == most do
    total
  else
    sum(i + 1, total + i % 7, most)
  end
end
";

/// A loop whose numbers grow until a product overflows.
const PRODUCTS: &str = "fn total(from, count, at, sum) do
  if at == count do
    sum
  else
    total(from, count, at + 1, sum + ((from + at) * (from + at + 1) / 2 + from + 1) % 1000)
  end
end

fn main() do
  println(total(5, 1000, 0, 0))
  println(total(499_999_999, 3, 0, 0))
  println(total(500_000_000, 3, 0, 0))
  println(total(2_999_999_999, 2, 0, 0))
  println(total(3_037_000_499, 5, 0, 0))
end
";

/// A folder with files, in which commands run with a cache of their own.
struct Place(TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Place(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path());
        command.env("SNOW_CACHE", self.path("cache"));
        command
    }

    /// Runs `snow` with these arguments and variables.
    fn snow_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(&command::snow().unwrap());
        command.args(arguments).envs(variables.iter().copied());
        command::run(&mut command, "", LIMIT).unwrap()
    }

    fn snow(&self, arguments: &[&str]) -> Output {
        self.snow_with(arguments, &[])
    }

    /// Runs an executable of this folder.
    fn run(&self, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(&self.path(name));
        command.args(arguments).envs(variables.iter().copied());
        command::run(&mut command, "", LIMIT).unwrap()
    }

    /// An executable shell script.
    fn script(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    /// The names of its files, hidden ones included.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "cache").collect();
        names.sort();
        names
    }
}

#[track_caller]
fn succeeds(output: &Output) {
    assert_eq!(
        (output.code, output.stderr.as_str()),
        (Some(0), ""),
        "{output:?}"
    );
}

#[track_caller]
fn fails(output: &Output, message: &str) {
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    assert!(output.stderr.contains(message), "{output:?}");
}

#[test]
fn an_executable_runs_as_the_program_does() {
    let place = Place::new(&[("a.snow", CRASH)]);
    succeeds(&place.snow(&["aot", "a.snow"]));
    assert_eq!(place.files(), ["a", "a.snow"]);
    let output = place.run("a", &["x"], &[]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), "1\n-7\n"));
    let stats = [("SNOW_HEAP_STATS", "1")];
    let executable = place.run("a", &["x", "y"], &stats);
    let interpreter = place.snow_with(&["run", "--tier=vm", "a.snow", "x", "y"], &stats);
    assert_eq!(executable.code, Some(1));
    assert!(
        executable
            .stderr
            .starts_with("crash: division by zero\n  at Main.divide (a.snow:6:"),
        "{executable:?}"
    );
    assert!(executable.stderr.contains(" live=0 "), "{executable:?}");
    let report = |output: &Output| {
        let lines: Vec<String> = output.stderr.lines().map(str::to_owned).collect();
        lines[..lines.len() - 1].to_vec()
    };
    assert_eq!(report(&executable), report(&interpreter));
    let bad = place.run("a", &[], &[("SNOW_MAX_STACK", "much")]);
    fails(&bad, "error: SNOW_MAX_STACK is `much`");
    let bad = place.run("a", &[], &[("SNOW_MAX_PROCESSES", "0")]);
    fails(&bad, "error: SNOW_MAX_PROCESSES is `0`");
}

#[test]
fn all_levels_and_forms_can_be_asked_for() {
    let place = Place::new(&[("a.snow", HELLO)]);
    for options in [
        &["-O0"][..],
        &["-O1", "--debug"],
        &["-O3", "--target-cpu", "native", "--strip"],
    ] {
        let arguments: Vec<&str> = [&["aot"], options, &["-o", "out", "a.snow"]].concat();
        succeeds(&place.snow(&arguments));
        assert_eq!(place.run("out", &[], &[]).stdout, "hello\n", "{options:?}");
    }
    for (form, file, expected) in [
        ("llvm-ir", "a.ll", "define "),
        ("asm", "a.s", ".text"),
        ("obj", "a.o", "ELF"),
    ] {
        succeeds(&place.snow(&["aot", "--emit", form, "a.snow"]));
        let bytes = fs::read(place.path(file)).unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(expected), "{form}");
    }
}

#[test]
fn loops_check_for_overflow_at_every_level() {
    let place = Place::new(&[("a.snow", PRODUCTS)]);
    for level in ["-O0", "-O1", "-O2", "-O3"] {
        succeeds(&place.snow(&["aot", level, "a.snow"]));
        let output = place.run("a", &[], &[]);
        assert_eq!(output.stdout, "496000\n1\n7\n0\n", "{level}");
        let report = "crash: integer overflow\n  at Main.total (a.snow:5:";
        assert!(output.stderr.starts_with(report), "{level}: {output:?}");
    }
}

#[test]
fn bytecode_and_projects_become_executables() {
    let place = Place::new(&[("a.snow", HELLO)]);
    fs::create_dir(place.path("project")).unwrap();
    fs::write(
        place.path("project/main.snow"),
        "import Other\n\nfn main() do println(Other.name()) end\n",
    )
    .unwrap();
    fs::write(
        place.path("project/other.snow"),
        "pub fn name() = \"other\"\n",
    )
    .unwrap();
    succeeds(&place.snow(&["aot", "-o", "p", "project"]));
    assert_eq!(place.run("p", &[], &[]).stdout, "other\n");
    succeeds(&place.snow(&["build", "a.snow"]));
    succeeds(&place.snow(&["aot", "-o", "b", "a.snowb"]));
    assert_eq!(place.run("b", &[], &[]).stdout, "hello\n");
    let mut bytes = fs::read(place.path("a.snowb")).unwrap();
    bytes[4] += 1;
    fs::write(place.path("new.snowb"), bytes).unwrap();
    fails(&place.snow(&["aot", "new.snowb"]), "version");
    assert!(!place.path("new").exists());
}

#[test]
fn a_program_with_errors_leaves_no_executable() {
    let place = Place::new(&[("a.snow", "fn main() do\n  println(1 + \"a\")\nend\n")]);
    let output = place.snow(&["aot", "a.snow"]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("E0"), "{output:?}");
    assert_eq!(place.files(), ["a.snow"]);
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let place = Place::new(&[("a.snow", HELLO)]);
    fs::create_dir(place.path("folder")).unwrap();
    let to = |path: &str| place.snow(&["aot", "-o", path, "a.snow"]);
    fails(
        &to("absent/a"),
        "cannot write absent/a: no such file or directory",
    );
    fails(&to("folder"), "cannot write folder: is a directory");
    fails(
        &to("/dev/null"),
        "cannot write /dev/null: not a regular file",
    );
    assert_eq!(place.files(), ["a.snow", "folder"]);
    let standalone = place.snow(&["build", "--standalone", "-o", "absent/a", "a.snow"]);
    fails(
        &standalone,
        "cannot write absent/a: no such file or directory",
    );
}

#[test]
fn what_is_missing_is_named() {
    let place = Place::new(&[("a.snow", HELLO)]);
    let aot = |variables: &[(&str, &str)]| place.snow_with(&["aot", "a.snow"], variables);
    fails(
        &aot(&[("SNOW_LLVM", "/absent")]),
        "SNOW_LLVM is /absent, but there is no such file",
    );
    fails(
        &aot(&[("SNOW_RT", "/absent")]),
        "SNOW_RT is /absent, but there is no such file",
    );
    fails(
        &aot(&[("CC", "/absent/cc")]),
        "no C linker: `/absent/cc` was not found (Debian: apt-get install gcc libc6-dev)",
    );
    fails(&aot(&[("CC", "false")]), "the linker failed: ");
    let native = place.snow_with(
        &["run", "--tier=native", "a.snow"],
        &[("SNOW_LLVM", "/absent")],
    );
    fails(&native, "SNOW_LLVM is /absent, but there is no such file");
    let standalone = place.snow_with(
        &["build", "--standalone", "a.snow"],
        &[("SNOW_STANDALONE", "/absent")],
    );
    fails(
        &standalone,
        "SNOW_STANDALONE is /absent, but there is no such file",
    );
    assert_eq!(place.files(), ["a.snow"]);
    // Without the compiler a program runs all the same.
    let auto = place.snow_with(&["run", "a.snow"], &[("SNOW_LLVM", "/absent")]);
    succeeds(&auto);
}

#[test]
fn a_worker_that_is_of_no_use_says_why() {
    let place = Place::new(&[("a.snow", HELLO)]);
    let aot = |script: &str| {
        let worker = place.script("worker", script);
        place.snow_with(&["aot", "a.snow"], &[("SNOW_LLVM", &worker)])
    };
    let library = "echo 'worker: error while loading shared libraries: libLLVM.so.19.1: cannot open shared object file' >&2; exit 127";
    fails(
        &aot(library),
        "needs LLVM 19, which is not installed (Debian: apt-get install libllvm19)",
    );
    fails(
        &aot("printf 'snowllvm\\377\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0'"),
        "is of another version than this command",
    );
    fails(&aot("kill -SEGV $$"), "ended unexpectedly (signal: 11");
    assert_eq!(place.files(), ["a.snow", "worker"]);
}

#[test]
fn damaged_code_in_the_cache_is_made_again() {
    let place = Place::new(&[("a.snow", HELLO)]);
    let build = || {
        succeeds(&place.snow(&["aot", "a.snow"]));
        assert_eq!(place.run("a", &[], &[]).stdout, "hello\n");
        let entries = fs::read_dir(place.path("cache")).unwrap();
        let entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0].clone()
    };
    let entry = build();
    let whole = fs::read(&entry).unwrap();
    for at in [0, 9, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        fs::write(&entry, damaged).unwrap();
        assert_eq!(build(), entry);
        assert_eq!(fs::read(&entry).unwrap().len(), whole.len());
    }
    fs::write(&entry, &whole[..whole.len() / 2]).unwrap();
    build();
}

#[test]
fn a_cache_that_cannot_be_written_costs_only_time() {
    let place = Place::new(&[("a.snow", HELLO)]);
    let no_cache = [("SNOW_CACHE", "/dev/null/cache")];
    let built = place.snow_with(&["aot", "a.snow"], &no_cache);
    assert_eq!(built.code, Some(0), "{built:?}");
    let warning =
        "snow: warning: native code is not kept for the next time: cannot write /dev/null/cache: ";
    assert!(built.stderr.starts_with(warning), "{built:?}");
    assert_eq!(place.run("a", &[], &[]).stdout, "hello\n");
    let ran = place.snow_with(&["run", "--tier=native", "a.snow"], &no_cache);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "hello\n"),
        "{ran:?}"
    );
    assert!(ran.stderr.starts_with(warning), "{ran:?}");
}

#[test]
fn a_standalone_program_needs_nothing_else() {
    let place = Place::new(&[("a.snow", CRASH)]);
    let no_tools = [("PATH", ""), ("SNOW_LLVM", "/absent"), ("CC", "/absent")];
    succeeds(&place.snow_with(&["build", "--standalone", "a.snow"], &no_tools));
    assert_eq!(place.files(), ["a", "a.snow"]);
    let output = place.run("a", &["x"], &[]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), "1\n-7\n"));
    let crash = place.run("a", &["x", "y"], &[]);
    assert_eq!(crash.code, Some(1));
    assert!(
        crash.stderr.starts_with("crash: division by zero\n"),
        "{crash:?}"
    );
    let mut bytes = fs::read(place.path("a")).unwrap();
    let at = bytes.len() - 40;
    bytes[at] ^= 1;
    fs::write(place.path("a"), &bytes).unwrap();
    fails(
        &place.run("a", &[], &[]),
        "error: the program in this file cannot be read: ",
    );
    fs::write(place.path("a"), &bytes[..bytes.len() - 1]).unwrap();
    fails(
        &place.run("a", &[], &[]),
        "error: there is no program in this file",
    );
}

/// Actors that receive and compute until a line is read, so that their code is replaced under them, some of them while they wait.
const HOT_ACTORS: &str = r#"
actor adder(total :: Int, parent :: Pid<Int>) do
  receive do
    0 -> send(parent, total)
    n -> adder(spin(600, n + total), parent)
  end
end

fn spin(left, x) do
  if left == 0 do x else spin(left - 1, (x * 31 + 7) % 1_000_003) end
end

fn feed(adders, left) do
  if left > 0 do
    for a in adders do send(a, left) end
    if left % 100 == 0 do Process.sleep(1) end
    feed(adders, left - 1)
  end
end

fn collect(left, sum) do
  if left == 0 do
    sum
  else
    receive do
      n when n >= 0 -> collect(left - 1, sum + n)
    end
  end
end

fn round() do
  let adders = for n in 0..8 do spawn(adder, n, self()) end
  feed(adders, 400)
  for a in adders do send(a, 0) end
  collect(8, 0)
end

fn repeat(expected, rounds) do
  if round() != expected do
    panic("another sum in round ${rounds}")
  end
  receive do
    -1 -> println(expected)
  after 0 -> repeat(expected, rounds + 1)
  end
end

fn tell_when_a_line_is_read(main) do
  IO.read_line()
  send(main, -1)
end

fn main() do
  spawn(tell_when_a_line_is_read, self())
  repeat(round(), 0)
end
"#;

#[test]
fn code_is_replaced_under_running_actors() {
    let place = Place::new(&[("a.snow", HOT_ACTORS)]);
    let interpreted = place.snow_with(&["run", "--tier=vm", "a.snow"], &[]);
    let variables = [("SNOW_TIER_LOG", "1"), ("SNOW_TIER_THRESHOLD", "1")];
    let mut command = place.command(&command::snow().unwrap());
    command.args(["run", "a.snow"]).envs(variables);
    let switched = command::run_until(&mut command, " is ready after ", LIMIT).unwrap();
    assert_eq!(switched.code, Some(0), "{switched:?}");
    assert_eq!(switched.stdout, interpreted.stdout);
    assert!(switched.stderr.contains(" is ready after "), "{switched:?}");
}

#[test]
fn what_is_hot_is_compiled_while_the_program_runs() {
    let place = Place::new(&[("a.snow", HOT)]);
    let variables = [("SNOW_TIER_LOG", "1"), ("SNOW_TIER_THRESHOLD", "1")];
    let output = place.snow_with(&["run", "a.snow"], &variables);
    assert_eq!(
        (output.code, output.stdout.as_str()),
        (Some(0), "899999997\n"),
        "{output:?}"
    );
    assert!(
        output.stderr.contains("tier: compiling Main."),
        "{output:?}"
    );
    assert!(output.stderr.contains(" is ready after "), "{output:?}");
    assert!(
        output.stderr.lines().all(|line| line.starts_with("tier: ")),
        "{output:?}"
    );
    let bad = place.snow_with(&["run", "a.snow"], &[("SNOW_TIER_THRESHOLD", "0")]);
    fails(
        &bad,
        "SNOW_TIER_THRESHOLD is `0`, but must be a number from 1 on",
    );
}

#[test]
fn a_program_outlives_the_compiler_of_its_hot_code() {
    let program = HOT.replace("300_000_000", "3_000_000");
    let place = Place::new(&[("a.snow", &program)]);
    for script in ["exit 3", "echo nonsense; exec sleep 100", "kill -SEGV $$"] {
        let worker = place.script("worker", script);
        let variables = [("SNOW_LLVM", worker.as_str()), ("SNOW_TIER_THRESHOLD", "1")];
        let output = place.snow_with(&["run", "a.snow"], &variables);
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (Some(0), "8999994\n"),
            "{output:?}"
        );
        // It may end before it hears of it; but it never says it twice.
        assert!(output.stderr.lines().count() <= 1, "{output:?}");
        let told = output.stderr.is_empty()
            || output
                .stderr
                .starts_with("snow: warning: the compiler for native code, ");
        assert!(told, "{output:?}");
    }
}
