//! Examples in the doc comments of the standard library: finding them and making programs of them.
//!
//! An example is a run of `## >>> expression` lines, each followed by the `##` lines that `println` of the expression
//! prints, up to the next `>>>`, an empty `##` line or the end of the comment. A `>>>` line without a result is a
//! statement for the lines after it.

use std::fmt::Write;

/// One doc comment's examples.
#[derive(Debug, Default)]
pub struct Example {
    /// 1-based line of the first `>>>`.
    pub line: usize,
    /// Statements and expressions in order.
    pub steps: Vec<Step>,
}

/// One `>>>` line.
#[derive(Debug)]
pub struct Step {
    /// What stands after `>>>`.
    pub code: String,
    /// What it prints, when a result is given.
    pub result: Option<String>,
}

/// What separates the outputs of two examples.
const SEPARATOR: &str = "-- next example --";

/// All examples of a source text.
pub fn examples(source: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    for (index, line) in source.lines().enumerate() {
        let text = line
            .trim_start()
            .strip_prefix("##")
            .map(|text| text.strip_prefix(' ').unwrap_or(text));
        match text {
            Some(text) if text.trim_start().starts_with(">>>") => {
                if !inside {
                    found.push(Example {
                        line: index + 1,
                        steps: Vec::new(),
                    });
                }
                inside = true;
                let code = text.trim_start()[3..].trim().to_owned();
                add_step(&mut found, Step { code, result: None });
            }
            Some(text) if inside && !text.trim().is_empty() => add_result(&mut found, text),
            _ => inside = false,
        }
    }
    found
}

fn add_step(found: &mut [Example], step: Step) {
    if let Some(example) = found.last_mut() {
        example.steps.push(step);
    }
}

fn add_result(found: &mut [Example], line: &str) {
    if let Some(step) = found
        .last_mut()
        .and_then(|example| example.steps.last_mut())
    {
        match &mut step.result {
            Some(result) => {
                result.push('\n');
                result.push_str(line);
            }
            None => step.result = Some(line.to_owned()),
        }
    }
}

/// A program that prints what every step with a result gives.
pub fn program(examples: &[Example]) -> String {
    let mut text = String::new();
    for (index, example) in examples.iter().enumerate() {
        let _ = writeln!(text, "fn example_{index}() do");
        for step in &example.steps {
            let _ = match step.result {
                Some(_) => writeln!(text, "  println({})", step.code),
                None => writeln!(text, "  {}", step.code),
            };
        }
        let _ = writeln!(text, "  println(\"{SEPARATOR}\")\nend\n");
    }
    text.push_str("fn main() do\n");
    for index in 0..examples.len() {
        let _ = writeln!(text, "  example_{index}()");
    }
    text.push_str("end\n");
    text
}

/// Compares what the program printed with the results; gives one line a difference.
pub fn compare(examples: &[Example], stdout: &str) -> Vec<String> {
    let separator = format!("{SEPARATOR}\n");
    let mut outputs = stdout.split(separator.as_str());
    let mut wrong = Vec::new();
    for example in examples {
        let expected: String = example
            .steps
            .iter()
            .filter_map(|step| step.result.as_ref())
            .map(|result| format!("{result}\n"))
            .collect();
        let actual = outputs.next().unwrap_or("");
        if actual != expected {
            let code = example
                .steps
                .iter()
                .map(|step| step.code.as_str())
                .collect::<Vec<_>>()
                .join("; ");
            wrong.push(format!(
                "line {}: {code}\n    expected {expected:?}\n    printed  {actual:?}",
                example.line
            ));
        }
    }
    wrong
}

/// The first fenced block of `language` in a Markdown text.
pub fn fenced<'a>(markdown: &'a str, language: &str) -> Option<&'a str> {
    let (_, rest) = markdown.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(block, _)| block)
}

#[cfg(test)]
mod tests {
    use super::{compare, examples, program};

    const SOURCE: &str = "## Doc.\n## >>> let x = 1\n## >>> x + 1\n## 2\npub fn f() = 1\n\n## >>> \"a\\nb\"\n## a\n## b\nfn g() = 2\n";

    #[test]
    fn finds_steps_and_results() {
        let found = examples(SOURCE);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].steps[0].result, None);
        assert_eq!(found[0].steps[1].result.as_deref(), Some("2"));
        assert_eq!(found[1].steps[0].result.as_deref(), Some("a\nb"));
        assert!(program(&found).contains("  let x = 1\n  println(x + 1)\n"));
    }

    #[test]
    fn tells_a_wrong_result() {
        let found = examples(SOURCE);
        assert!(compare(&found, "2\n-- next example --\na\nb\n-- next example --\n").is_empty());
        assert_eq!(compare(&found, "3\n-- next example --\na\nb\n").len(), 1);
    }
}
