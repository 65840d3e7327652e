//! Runs the examples in the doc comments of the standard library, one program a module.

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
    let trials = modules.into_iter().map(|path| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || run_module(&path))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit()
}

/// Runs all examples of one module's source.
fn run_module(source: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(source)?;
    let examples = doc::examples(&text);
    if examples.is_empty() {
        return Err("no example in this module".into());
    }
    let name = source
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doc_{name}.snow"));
    fs::write(&file, doc::program(&examples))?;
    let output = command::run(
        Command::new(command::snow()?).arg("run").arg(&file),
        "",
        Duration::from_secs(60),
    )?;
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
