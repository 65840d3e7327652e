//! `snow check` with what the last check has left in the cache says what it says without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use snow_tests::command;

const LIMIT: Duration = Duration::from_secs(120);

/// A project that is large enough for its checks to be remembered.
fn project(folder: &Path) {
    let module = |number: usize| {
        let functions: String = (0..300)
            .map(|n| {
                format!(
                    "pub fn f{n}(x :: Int) -> Int do\n  let y = x + {n}\n  y * {number}\nend\n\n"
                )
            })
            .collect();
        functions + "fn unused_here() = 1\n"
    };
    for number in 0..6 {
        fs::write(folder.join(format!("part{number}.snow")), module(number)).expect("written");
    }
    let main =
        "import Part0\nimport Part3\n\nfn main() do\n  println(Part0.f1(1) + Part3.f2(2))\nend\n";
    fs::write(folder.join("main.snow"), main).expect("written");
}

fn check(folder: &Path, cache: &str) -> (Option<i32>, String) {
    let mut snow = Command::new(command::snow().expect("a command"));
    snow.args(["check", "."]).current_dir(folder);
    snow.env("SNOW_CACHE", cache).env("NO_COLOR", "1");
    let output = command::run(&mut snow, "", LIMIT).expect("it ends");
    (output.code, output.stderr)
}

fn remembered(cache: &Path) -> PathBuf {
    let entries = fs::read_dir(cache).expect("a cache");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "check"));
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

#[test]
fn checks_say_the_same_with_and_without_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a cache");
    let kept = cache.path().to_string_lossy().into_owned();
    project(folder.path());
    let same = |what: &str| {
        let scratch = check(folder.path(), "");
        assert_eq!(check(folder.path(), &kept), scratch, "{what}");
        scratch
    };
    let (code, warnings) = same("first");
    assert_eq!(code, Some(0));
    assert_eq!(warnings.matches("unused_here").count(), 12, "{warnings}");
    same("nothing changed");
    let part = folder.path().join("part3.snow");
    let text = fs::read_to_string(&part).expect("read");
    fs::write(&part, text.replacen("y * 3", "y + \"\"", 1)).expect("written");
    let (code, errors) = same("a mistake");
    assert_eq!(code, Some(1));
    assert_eq!(errors.matches("E0001").count(), 1, "{errors}");
    fs::write(&part, text.replacen("y * 3", "y * 4", 1)).expect("written");
    same("mended");
    let file = remembered(cache.path());
    let whole = fs::read(&file).expect("read");
    for (what, bytes) in [
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("no such form", b"snowchk\x00 something else".to_vec()),
        ("changed", whole.iter().map(|byte| byte ^ 0x55).collect()),
    ] {
        fs::write(&file, bytes).expect("written");
        same(what);
        assert_eq!(
            fs::read(&file).expect("read").len(),
            whole.len(),
            "{what}: written anew"
        );
    }
    fs::remove_file(folder.path().join("part5.snow")).expect("removed");
    same("a module less");
}

#[test]
fn small_programs_leave_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = tempfile::tempdir().expect("a cache");
    fs::write(
        folder.path().join("main.snow"),
        "fn main() do\n  println(1)\nend\n",
    )
    .expect("written");
    check(folder.path(), &cache.path().to_string_lossy());
    assert_eq!(fs::read_dir(cache.path()).expect("a cache").count(), 0);
}
