//! Examples in doc comments.
//!
//! An example is a run of `## >>> expression` lines, each followed by `##` lines with the text of its value, as `println` shows
//! it, up to the next `>>>`, an empty `##` line or the end of the comment. A `>>>` line without a result is a
//! statement for the lines after it.

use std::fmt::Write;

/// One doc comment's examples.
#[derive(Debug, Default)]
pub struct Example {
    /// 1-based line of the first `>>>`.
    pub line: usize,
    /// Where that line begins.
    pub start: usize,
    /// Statements and expressions in order.
    pub steps: Vec<Step>,
}

/// One `>>>` line.
#[derive(Debug)]
pub struct Step {
    /// What stands after `>>>`.
    pub code: String,
    /// The text of its value, when a result is given.
    pub result: Option<String>,
}

/// All examples of a source text.
pub fn examples(source: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    let mut next = 0;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let start = next;
        next += line.len();
        let text = doc_text(line.trim_end_matches(['\n', '\r']));
        match text {
            Some(text) if text.trim_start().starts_with(">>>") => {
                if !inside {
                    found.push(Example {
                        line: index + 1,
                        start,
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

/// What a line of a doc comment says, about an item or the module.
fn doc_text(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("##")?;
    let text = text.strip_prefix('!').unwrap_or(text);
    Some(text.strip_prefix(' ').unwrap_or(text))
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

impl Example {
    /// The example as source text of a test, which holds when every step gives its result.
    pub fn test(&self) -> String {
        let mut text = format!("test \"example in line {}\" do\n", self.line);
        for step in &self.steps {
            // Writing to a String cannot fail.
            let _ = match &step.result {
                None => writeln!(text, "  {}", step.code),
                Some(result) => {
                    let result = literal(result);
                    writeln!(text, "  assert \"${{{}}}\" == {result}", step.code)
                }
            };
        }
        text.push_str("end\n");
        text
    }
}

/// A text as a string literal.
fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let escaped = escaped.replace('$', "\\$").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::examples;

    #[test]
    fn finds_steps_and_results() {
        let source = "## Doc.\n## >>> let x = 1\n## >>> x + 1\n## 2\npub fn f() = 1\n\n## >>> \"a\\nb\"\n## a\n## b\nfn g() = 2\n";
        let found = examples(source);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].steps[0].result, None);
        assert_eq!(found[0].steps[1].result.as_deref(), Some("2"));
        assert_eq!(found[1].steps[0].result.as_deref(), Some("a\nb"));
        assert_eq!(
            found[0].test(),
            "test \"example in line 2\" do\n  let x = 1\n  assert \"${x + 1}\" == \"2\"\nend\n"
        );
    }

    #[test]
    fn the_doc_of_a_module_has_examples_too() {
        let found = examples("##! About it.\r\n##! >>> 1 + 1\r\n##! 2\r\n\nfn f() = 1\n");
        assert_eq!((found[0].line, found[0].start), (2, 15));
        assert_eq!(found[0].steps[0].code, "1 + 1");
        assert_eq!(found[0].steps[0].result.as_deref(), Some("2"));
    }

    #[test]
    fn results_are_literal_text() {
        let found = examples("## >>> f()\n## \"$\\\n");
        assert!(found[0].test().contains("== \"\\\"\\$\\\\\"\n"));
    }
}
