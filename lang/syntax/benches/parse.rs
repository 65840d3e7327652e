//! How many lines a second are parsed and formatted: `cargo bench -p snow-syntax`. The budgets are 300,000 for parsing alone, and 150,000 for both.

use std::path::{Path, PathBuf};
use std::time::Instant;

use snow_syntax::diagnostics::Sink;
use snow_syntax::format::format;
use snow_syntax::syntax::ast::FileId;
use snow_syntax::syntax::parse;

/// About how many lines are parsed at once.
const LINES: usize = 100_000;

/// The best of so many runs counts.
const RUNS: usize = 5;

fn main() {
    let text = programs();
    let text = text.repeat(LINES / text.lines().count() + 1);
    let lines = text.lines().count();
    for (what, time) in [
        ("parsed", parsing as fn(&str) -> f64),
        ("parsed and formatted", formatting),
    ] {
        let seconds = (0..RUNS).map(|_| time(&text)).fold(f64::INFINITY, f64::min);
        println!(
            "{lines} lines {what}: {:.0} lines/s",
            lines as f64 / seconds
        );
    }
}

fn formatting(text: &str) -> f64 {
    let start = Instant::now();
    let file = parse(FileId(0), text, &mut Sink::new());
    let formatted = format(text, &file);
    let seconds = start.elapsed().as_secs_f64();
    assert!(!formatted.is_empty());
    seconds
}

fn parsing(text: &str) -> f64 {
    let start = Instant::now();
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    let seconds = start.elapsed().as_secs_f64();
    assert!(!sink.has_errors() && !file.items.is_empty());
    seconds
}

/// The library and the test programs that are free of mistakes, as one text.
fn programs() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    collect(&root.join("stdlib"), &mut files);
    collect(&root.join("tests/programs"), &mut files);
    files.sort();
    let texts = files
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("sources are UTF-8"));
    texts.map(|text| text + "\n").collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("diagnostics") {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "snow")
        {
            files.push(path);
        }
    }
}
