//! What `snow test` prints: lines for people, or one JSON object a line.

use serde_json::json;

use super::diff;
use super::{Case, Outcome};
use crate::error::CliError;
use crate::output::print;

/// For whom the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Prints outcomes, and counts them.
pub struct Reporter {
    form: Form,
    passed: usize,
    failed: usize,
    left_out: usize,
}

impl Reporter {
    /// A report on `count` tests; `left_out` others were not asked for.
    pub fn begin(
        form: Form,
        count: usize,
        left_out: usize,
        seed: Option<u64>,
    ) -> Result<Self, CliError> {
        if form == Form::Text {
            let order =
                seed.map_or_else(String::new, |seed| format!(" in the order of seed {seed}"));
            print(format!("running {}{order}\n", tests(count)).as_bytes())?;
        }
        Ok(Reporter {
            form,
            passed: 0,
            failed: 0,
            left_out,
        })
    }

    /// Reports on a test.
    pub fn test(&mut self, case: &Case, outcome: &Outcome) -> Result<(), CliError> {
        match outcome.failure {
            None => self.passed += 1,
            Some(_) => self.failed += 1,
        }
        let text = match self.form {
            Form::Text => in_words(case, outcome),
            Form::Json => in_json(case, outcome),
        };
        print(text.as_bytes())
    }

    /// Sums up; whether all is well.
    pub fn end(self) -> Result<bool, CliError> {
        let Reporter {
            form,
            passed,
            failed,
            left_out,
        } = self;
        let text = match form {
            Form::Text => {
                let others = match left_out {
                    0 => String::new(),
                    count => format!(", {count} left out"),
                };
                format!("\n{passed} passed, {failed} failed{others}\n")
            }
            Form::Json => {
                let summary = json!({
                    "type": "summary", "passed": passed, "failed": failed, "left_out": left_out,
                });
                format!("{summary}\n")
            }
        };
        print(text.as_bytes())?;
        Ok(failed == 0)
    }
}

fn tests(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}

fn in_words(case: &Case, outcome: &Outcome) -> String {
    let name = format!("{}: {}", case.module, case.title);
    let Some(failure) = &outcome.failure else {
        return format!("ok    {name}\n");
    };
    let mut text = format!("FAIL  {name} ({}:{})\n", case.file, case.line);
    indent(
        &mut text,
        failure.strip_prefix("crash: ").unwrap_or(failure),
    );
    if let Some(difference) = diff::of_report(failure) {
        indent(&mut text, &format!("  diff:  {difference}"));
    }
    if !outcome.output.is_empty() {
        indent(&mut text, "it printed:");
        outcome
            .output
            .lines()
            .for_each(|line| indent(&mut text, &format!("  {line}")));
    }
    text
}

fn indent(text: &mut String, lines: &str) {
    for line in lines.lines() {
        text.push_str("      ");
        text.push_str(line);
        text.push('\n');
    }
}

fn in_json(case: &Case, outcome: &Outcome) -> String {
    let object = json!({
        "type": "test",
        "module": case.module,
        "title": case.title,
        "file": case.file,
        "line": case.line,
        "passed": outcome.failure.is_none(),
        "failure": outcome.failure,
        "output": outcome.output,
        "microseconds": outcome.time.as_micros() as u64,
    });
    format!("{object}\n")
}
