//! Examples in the doc comments of the standard library: making programs of them.

use std::fmt::Write;

pub use snow_lang::examples::{Example, examples};

/// What separates the outputs of two examples.
const SEPARATOR: &str = "-- next example --";

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
        // Each in an actor of its own: examples receive messages of different types.
        let _ = writeln!(text, "  Job.await(Job.async(fn -> example_{index}() end))");
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
    fn programs_print_what_steps_give() {
        let program = program(&examples(SOURCE));
        assert!(program.contains("  let x = 1\n  println(x + 1)\n"));
    }

    #[test]
    fn tells_a_wrong_result() {
        let found = examples(SOURCE);
        assert!(compare(&found, "2\n-- next example --\na\nb\n-- next example --\n").is_empty());
        assert_eq!(compare(&found, "3\n-- next example --\na\nb\n").len(), 1);
    }
}
