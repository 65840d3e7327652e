//! Checks the examples of `docs/errors.md`: a block fenced as ```` ```snow error=E0001 ```` (or
//! `warning=W0001`) must give exactly that code, once, and every code of the registry has a section with an example.
//!
//! The example is checked, with `lint` after the code so that suggestions are made, or with `build` compiled. A line `# file: ping.snow` in a block starts another file of the
//! example's project. `«20 text»` stands for the text 20 times, with its number, from 1, for `%`, and a new line for `|`.

#[path = "../../lang/tests/support/files.rs"]
mod files;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use files::files;
use libtest_mimic::{Arguments, Failed, Trial};
use snow_lang::diagnostics::Code;
use snow_tests::check::parse_json_diagnostics;
use snow_tests::command;

const LIMIT: Duration = Duration::from_secs(20);

/// Codes that no program can give: of constructs that are not supported yet, and of mistakes of the compiler.
const WITHOUT_EXAMPLE: &[&str] = &["E0901"];

/// A fenced block: its code, the command it is for, the line it starts at, and its text.
struct Example {
    code: String,
    command: &'static [&'static str],
    line: usize,
    text: String,
}

fn main() -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    let page = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut trials = vec![
        Trial::test("every code has a section", {
            let page = page.clone();
            move || every_code_has_a_section(&page)
        }),
        Trial::test("every code has an example", {
            let page = page.clone();
            move || every_code_has_an_example(&page)
        }),
        Trial::test("every code has a remedy", {
            let page = page.clone();
            move || every_code_has_a_remedy(&page)
        }),
    ];
    trials.extend(examples(&page).into_iter().map(|example| {
        Trial::test(
            format!("{} at line {}", example.code, example.line),
            move || check(&example),
        )
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

fn every_code_has_a_section(page: &str) -> Result<(), Failed> {
    let has_section = |code: &Code| {
        page.lines()
            .any(|line| line.starts_with(&format!("## {code}")))
    };
    let all = Code::ALL.iter().map(|info| info.code);
    let missing: Vec<String> = all
        .filter(|code| !has_section(code))
        .map(|code| code.to_string())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("no section for {}", missing.join(", ")).into())
    }
}

fn every_code_has_a_remedy(page: &str) -> Result<(), Failed> {
    let sections = page.split("\n## ").skip(1);
    let missing: Vec<&str> = sections
        .filter(|section| !section.contains("\n**Remedy:** "))
        .filter_map(|section| section.lines().next())
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("no remedy for {}", missing.join(", ")).into())
    }
}

fn every_code_has_an_example(page: &str) -> Result<(), Failed> {
    let examples = examples(page);
    let has_example = |code: &str| examples.iter().any(|example| example.code == code);
    let codes = Code::ALL.iter().map(|info| info.code.to_string());
    let wrong = |code: &String| has_example(code) == WITHOUT_EXAMPLE.contains(&code.as_str());
    let wrong: Vec<String> = codes.filter(wrong).collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "no example, or one that was not expected: {}",
            wrong.join(", ")
        )
        .into())
    }
}

fn examples(page: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let fence = line
            .strip_prefix("```snow error=")
            .or(line.strip_prefix("```snow warning="));
        if let Some(fence) = fence {
            let (code, how) = fence.split_once(' ').unwrap_or((fence, ""));
            let body = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```");
            let text: String = body.map(|line| format!("{line}\n")).collect();
            found.push(Example {
                code: code.to_owned(),
                command: match how {
                    "build" => &["build"],
                    "lint" => &["check", "--lint"],
                    _ => &["check"],
                },
                line: number + 1,
                text: repeated(&text),
            });
        }
    }
    found
}

/// The text with `«20 text»` written out.
fn repeated(text: &str) -> String {
    let mut parts = text.split('«');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, after) = part.split_once('»').unwrap_or((part, ""));
        let (count, piece) = inside.split_once(' ').unwrap_or(("0", ""));
        for number in 1..=count.parse::<usize>().unwrap_or(0) {
            out.push_str(&piece.replace('%', &number.to_string()).replace('|', "\n"));
        }
        out.push_str(after);
    }
    out
}

fn check(example: &Example) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    for (name, text) in files(&example.text) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, text)?;
    }
    let mut command = Command::new(command::snow()?);
    command
        .args(example.command)
        .arg("--json")
        .arg(folder.path());
    command.current_dir(folder.path());
    let output = command::run(&mut command, "", LIMIT)?;
    let found = parse_json_diagnostics(&output.stderr)?;
    match found.as_slice() {
        [one] if one.code == example.code => Ok(()),
        others => {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            Err(format!("expected one {}, got [{}]", example.code, others.join("; ")).into())
        }
    }
}
