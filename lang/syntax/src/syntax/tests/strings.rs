use super::statements;
use super::*;

#[test]
fn strings() {
    insta::assert_snapshot!(statements(
        r#""a\n\t\r\0\\\"\$\u{1F600}é"
           ""; "$5 and $"
           "${x}"; "a${x + 1}b${f("inner ${y}")}c"
           "${"${"${deep}"}"}"
           "${if c do "yes" else "no" end}"
           "${%{"a" => 1}}""#
    ));
}

/// The text parts of the only string in a program.
fn text_of(program: &str) -> String {
    let (file, errors) = parse_text(program);
    format!("{}{errors}", dump::tree(&file.items))
}

#[test]
fn multi_line_text_loses_the_closing_indentation() {
    let program = "fn f() = \"\"\"\n    one\n      two ${x} three\n\n    four\n    \"\"\"\n";
    insta::assert_snapshot!(text_of(program));
}

#[test]
fn multi_line_text_of_other_shapes() {
    assert!(text_of("fn f() = \"\"\"one\n  two\"\"\"").contains(r#""one\n  two""#));
    assert!(
        text_of("fn f() = \"\"\"\n\"\"\"").contains("Str[]")
            || text_of("fn f() = \"\"\"\n\"\"\"").contains("Str([])")
    );
    assert!(text_of("fn f() = \"\"\"\n  a\r\n  b\n  \"\"\"").contains(r#""a\nb\n""#));
    assert!(
        text_of("fn f() = \"\"\"\n  say \"hi\" ${\n x \n}\n  \"\"\"").contains(r#"say \"hi\" "#)
    );
    assert!(text_of("fn f() = \"\"\"\n  a\n b\n  \"\"\"").contains("E0115"));
}

#[test]
fn comments_and_docs() {
    let text = "##! About the module.\n##! More.\n\n# plain\n#= block #= nested =# still =#\n## Doc of f.\n##\n## More.\nfn f() = 1 # trailing\n\n## Lost.\n\n# between\nfn g() = \"# no comment ${1 # but this is\n}\"\n";
    let (file, errors) = parse_text(text);
    assert_eq!(file.module_doc.as_deref(), Some("About the module.\nMore."));
    assert_eq!(file.items[0].doc.as_deref(), Some("Doc of f.\n\nMore."));
    assert_eq!(file.items[1].doc, None);
    assert!(errors.contains("E0105"), "{errors}");
    let own: Vec<(&str, bool)> = file
        .comments
        .iter()
        .map(|comment| {
            (
                &text[comment.span.start as usize..comment.span.end as usize],
                comment.own_line,
            )
        })
        .collect();
    insta::assert_debug_snapshot!(own);
}
