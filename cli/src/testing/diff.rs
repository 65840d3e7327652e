//! Where the two sides of a failed comparison differ.

use similar::{ChangeTag, TextDiff};

/// Texts shorter than this are compared by eye.
const SHORT: usize = 24;

/// The difference between the sides that a crash report shows, words that only one side has marked: `[-left-]{+right+}`. None when the report shows no
/// sides, or they are short.
pub fn of_report(report: &str) -> Option<String> {
    let (_, rest) = report.split_once("\n  left:  ")?;
    let (left, rest) = rest.split_once("\n  right: ")?;
    let right = rest.lines().next()?;
    if left.len().max(right.len()) < SHORT {
        return None;
    }
    Some(marked(left, right))
}

fn marked(left: &str, right: &str) -> String {
    let diff = TextDiff::from_unicode_words(left, right);
    let mut text = String::new();
    let mut open = ChangeTag::Equal;
    for change in diff.iter_all_changes() {
        if change.tag() != open {
            text.push_str(end(open));
            open = change.tag();
            text.push_str(start(open));
        }
        text.push_str(change.value());
    }
    text.push_str(end(open));
    text
}

fn start(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "",
        ChangeTag::Delete => "[-",
        ChangeTag::Insert => "{+",
    }
}

fn end(tag: ChangeTag) -> &'static str {
    match tag {
        ChangeTag::Equal => "",
        ChangeTag::Delete => "-]",
        ChangeTag::Insert => "+}",
    }
}

#[cfg(test)]
mod tests {
    use super::of_report;

    #[test]
    fn words_of_one_side_are_marked() {
        let report = "crash: assertion failed: a == b\n  left:  [1, 2, 3, 4, 5, 6, 7, 8, 9]\n  right: [1, 2, 3, 5, 5, 6, 7, 8, 9]\n  at f\n";
        assert_eq!(
            of_report(report).as_deref(),
            Some("[1, 2, 3, [-4-]{+5+}, 5, 6, 7, 8, 9]")
        );
    }

    #[test]
    fn short_sides_and_other_reports_have_no_difference() {
        assert_eq!(of_report("x\n  left:  1\n  right: 2\n"), None);
        assert_eq!(of_report("crash: no\n"), None);
        assert_eq!(
            of_report("\n  left:  a long text that has no other side at all"),
            None
        );
    }
}
