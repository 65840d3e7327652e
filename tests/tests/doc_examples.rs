//! Runs the examples in the doc comments of the standard library, one program a module, and the README's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use snow_tests::{command, doc};

fn main() -> Result<(), String> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib/snow");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut modules: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    modules.retain(|path| path.extension().is_some_and(|ext| ext == "snow"));
    modules.sort();
    let library = modules.into_iter().map(|path| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || run_module(&path))
    });
    let readme = Trial::test("README", run_readme);
    libtest_mimic::run(&arguments, library.chain([readme]).collect()).exit()
}

/// The taste of the language in the README prints what the README says.
fn run_readme() -> Result<(), Failed> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md"))?;
    let program = doc::fenced(&text, "snow").ok_or("no Snow program in the README")?;
    let expected = doc::fenced(&text, "text").ok_or("no output in the README")?;
    let output = run("README", program)?;
    if output.stdout == expected {
        return Ok(());
    }
    Err(format!("printed {:?}\n{}", output.stdout, output.stderr).into())
}

fn run(name: &str, program: &str) -> Result<command::Output, Failed> {
    // Its folder is also where examples make their temporary files, so that nothing is left of them.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(format!("doc_{name}.snow"));
    fs::write(&file, program)?;
    Ok(command::run(
        Command::new(command::snow()?)
            .arg("run")
            .arg(&file)
            .env("TMPDIR", folder.path()),
        "",
        Duration::from_secs(60),
    )?)
}

/// Runs all examples of one module's source.
fn run_module(source: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(source)?;
    let examples = doc::examples(&text);
    let public = text.lines().any(|line| line.starts_with("pub "));
    // About services and supervisors, which an example cannot define, and what they are made of.
    let without = ["calls.snow", "service.snow", "supervisor.snow"];
    let may_lack = without.iter().any(|name| source.ends_with(name));
    if examples.is_empty() && (!public || may_lack) {
        return Ok(());
    }
    if examples.is_empty() {
        return Err("no example in this module".into());
    }
    let name = source
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let output = run(&name, &doc::program(&examples))?;
    let wrong = doc::compare(&examples, &output.stdout);
    if wrong.is_empty() && output.code == Some(0) {
        return Ok(());
    }
    Err(format!(
        "{}\nexit code {:?}\n{}",
        wrong.join("\n"),
        output.code,
        output.stderr
    )
    .into())
}
