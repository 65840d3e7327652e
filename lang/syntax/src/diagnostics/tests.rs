use super::render::{Colours, Renderer};
use super::*;
use crate::syntax::ast::FileId;

fn span(file: FileId, start: u32, end: u32) -> Span {
    Span { file, start, end }
}

fn sample() -> (FileSet, Diagnostic) {
    let mut files = FileSet::new();
    let file = files.add("geo.snow", "fn area(w) do\n  « w » + hight\nend\n");
    let diagnostic = Diagnostic::new(
        Code::TYPE_MISMATCH,
        span(file, 26, 31),
        "unknown name `hight`",
    )
    .label("not found")
    .secondary(span(file, 3, 7), "in this function")
    .note("names are looked up in the function first")
    .maybe_help(did_you_mean("hight", ["width", "height"]));
    (files, diagnostic)
}

#[test]
fn text_without_colours() {
    let (files, diagnostic) = sample();
    insta::assert_snapshot!(Renderer::new(&files, Colours::Off).render(&diagnostic));
}

#[test]
fn text_with_colours_has_escapes() {
    let (files, diagnostic) = sample();
    assert!(
        Renderer::new(&files, Colours::On)
            .render(&diagnostic)
            .contains('\u{1b}')
    );
}

#[test]
fn text_at_the_end_of_the_file() {
    let mut files = FileSet::new();
    for text in ["", "x", "x\n", "é\n\n"] {
        let file = files.add("end.snow", text);
        let end = text.len() as u32;
        for (start, end) in [(end, end), (end, end + 9), (0, end + 1), (1, 1)] {
            let diagnostic =
                Diagnostic::new(Code::MISSING_END, span(file, start, end), "missing `end`")
                    .label("here");
            let drawn = Renderer::new(&files, Colours::Off).render(&diagnostic);
            assert!(
                drawn.contains("end.snow"),
                "{text:?} {start}..{end}: {drawn}"
            );
        }
    }
    let lost = Diagnostic::new(Code::INTERNAL, span(FileId(99), 5, 6), "no such file");
    assert!(
        Renderer::new(&files, Colours::Off)
            .render(&lost)
            .contains("E0901")
    );
}

#[test]
fn json_is_one_line() {
    let (files, diagnostic) = sample();
    insta::assert_snapshot!(json::to_json(&diagnostic, &files));
}

#[test]
fn line_and_column_count_characters() {
    let (files, diagnostic) = sample();
    let file = files
        .get(diagnostic.primary.span.file)
        .expect("the sample's file");
    assert_eq!(file.line_column(0), LineColumn { line: 1, column: 1 });
    assert_eq!(file.line_column(14), LineColumn { line: 2, column: 1 });
    assert_eq!(
        file.line_column(26),
        LineColumn {
            line: 2,
            column: 11
        }
    );
    assert_eq!(file.line_column(9999).line, 4);
    assert_eq!(file.line_text(2), "  « w » + hight");
    assert_eq!(file.line_text(9), "");
}

#[test]
fn codes_are_unique_and_print_four_digits() {
    let mut names: Vec<String> = Code::ALL.iter().map(|info| info.code.to_string()).collect();
    assert!(names.contains(&"E0001".to_owned()));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(Code::MISSING_END.title(), "missing end");
}

#[test]
fn near_names() {
    assert_eq!(
        nearest("lenght", ["length", "leng", "last"]),
        Some("length")
    );
    assert_eq!(nearest("Println", ["print", "println"]), Some("println"));
    assert_eq!(nearest("x", ["y", "z"]), None);
    assert_eq!(nearest("foo", ["completely", "different"]), None);
    assert_eq!(
        did_you_mean("strng", ["String"]),
        Some("did you mean `String`?".to_owned())
    );
}

#[test]
fn sink_counts_bounds_and_drops_repetitions() {
    let mut sink = Sink::with_limit(2);
    let at = |start| {
        Diagnostic::new(
            Code::TYPE_MISMATCH,
            span(FileId(0), start, start + 1),
            "types differ",
        )
    };
    sink.extend([at(5), at(5), at(1), at(9)]);
    assert_eq!(
        (sink.error_count(), sink.suppressed(), sink.is_full()),
        (3, 1, true)
    );
    let starts: Vec<u32> = sink
        .into_sorted()
        .iter()
        .map(|d| d.primary.span.start)
        .collect();
    assert_eq!(starts, [1, 5]);
}

#[test]
fn long_lines_are_cut_around_the_places() {
    let filler = "é, ".repeat(100_000);
    let text = format!("# first\nlet xs = [{filler}oops, {filler}odd, {filler}]\nshort\n");
    let (oops, odd) = (text.find("oops").unwrap(), text.find("odd").unwrap());
    let mut files = FileSet::new();
    let file = files.add("long.snow", text.as_str());
    let diagnostic = Diagnostic::new(
        Code::TYPE_MISMATCH,
        span(file, oops as u32, oops as u32 + 4),
        "types differ",
    )
    .label("this one")
    .secondary(span(file, odd as u32, odd as u32 + 3), "and this one");
    insta::assert_snapshot!(Renderer::new(&files, Colours::Off).render(&diagnostic));
    // A span over all of it, and one that ends in the next line.
    for end in [text.len() - 7, text.len()] {
        let whole = Diagnostic::new(Code::TYPE_MISMATCH, span(file, 17, end as u32), "all");
        let drawn = Renderer::new(&files, Colours::Off).render(&whole);
        assert!(drawn.contains("long.snow:2:10"), "{drawn}");
        assert!(
            drawn.lines().all(|line| line.chars().count() < 400),
            "{drawn}"
        );
    }
}
