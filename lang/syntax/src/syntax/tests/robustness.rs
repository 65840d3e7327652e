use proptest::prelude::*;

use super::*;

/// Parses and gives the number of mistakes.
fn count(text: &str) -> usize {
    let mut sink = Sink::new();
    parse(FileId(0), text, &mut sink);
    sink.error_count()
}

#[test]
fn deep_nesting_is_one_error() {
    let deep = 10_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("%{1 => ", "}"),
        ("<<", ">>"),
        ("\"${", "}\""),
    ] {
        let text = format!("fn f() = {}1{}\n", open.repeat(deep), close.repeat(deep));
        assert_eq!(count(&text), 1, "{open}");
    }
    for open in [
        "do ",
        "if x do ",
        "fn -> ",
        "case x do y -> ",
        "for x in y do ",
    ] {
        let text = format!(
            "fn f() do {} 1 {} end\n",
            open.repeat(deep),
            "end ".repeat(deep)
        );
        assert_eq!(count(&text), 1, "{open}");
    }
    assert_eq!(count(&"(".repeat(deep)), 1);
    assert_eq!(count(&"fn f() = fn ".repeat(deep)), 1);
}

#[test]
fn long_chains_are_one_error() {
    let long = 10_000;
    for link in [
        "1 + ", "1 :: ", "- ", "not ", "x.", "x |> ", "return ", "if ", "assert ",
    ] {
        assert!(
            count(&format!("fn f() = {}x\n", link.repeat(long))) >= 1,
            "{link}"
        );
    }
    assert_eq!(count(&format!("fn f() = x{}\n", "()".repeat(long))), 1);
    assert_eq!(
        count(&format!(
            "fn f() do if a do 1 {} end end\n",
            "else if b do 2 ".repeat(long)
        )),
        1
    );
    assert_eq!(
        count(&format!(
            "fn f(x :: {}Int{}) = 1\n",
            "List<".repeat(long),
            ">".repeat(long)
        )),
        1
    );
    assert_eq!(
        count(&format!("fn f(x :: Int{}) = 1\n", "?".repeat(long))),
        1
    );
}

#[test]
fn nesting_within_the_bounds_is_read() {
    let nested = format!("fn f() = {}1{}\n", "(".repeat(150), ")".repeat(150));
    assert_eq!(count(&nested), 0);
    // Reading a bracket's content twice at each level would not end.
    for (open, close) in [("(", ")"), ("[", "]"), ("Some(", ")"), ("%{1 => ", "}")] {
        let pattern = format!("{}x{}", open.repeat(150), close.repeat(150));
        assert_eq!(count(&format!("fn f({pattern}) = 1\n")), 0);
        assert_eq!(
            count(&format!("fn f() = case 1 do {pattern} -> 1 end\n")),
            0
        );
    }
    assert_eq!(count(&format!("fn f() = {}1\n", "1 + ".repeat(400))), 0);
    assert_eq!(count(&format!("fn f() = [{}1]\n", "1, ".repeat(50_000))), 0);
    assert_eq!(
        count(&format!("fn f() do\n{}end\n", "x\n".repeat(50_000))),
        0
    );
}

#[test]
fn huge_files_are_refused() {
    assert_eq!(count(&" ".repeat(MAX_SOURCE_BYTES + 1)), 1);
    assert_eq!(count(&"#".repeat(1 << 20)), 0);
}

#[test]
fn odd_files() {
    for text in [
        "",
        "\n",
        "\u{feff}",
        "\u{feff}fn f() = 1",
        "\r\n",
        ";",
        "#",
        "#=",
        "\"",
        "\"\"\"",
        "${",
        "'",
        "\\",
        "\0",
        "\u{2028}",
    ] {
        parse_text(text);
    }
    assert_eq!(count("\u{feff}fn f() = 1\r\nfn größe(ñ) = ñ\r\n"), 0);
}

/// Pieces that programs are made of, and pieces that break them.
fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "fn ",
        "f",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "%{",
        "<<",
        ">>",
        " do\n",
        "\nend\n",
        " end ",
        "if ",
        " else ",
        "case ",
        " -> ",
        "|",
        "=",
        "==",
        "let ",
        "x",
        "Some",
        ",",
        "\n",
        ";",
        "\"",
        "\"\"\"",
        "${",
        "\\n",
        "1",
        "1.5",
        "-",
        "+",
        "::",
        ":",
        ":a",
        ".",
        "..",
        "?",
        "!",
        "|>",
        "|2>",
        "receive ",
        "after ",
        "for ",
        " in ",
        "while ",
        "struct ",
        "type ",
        "interface ",
        "impl ",
        "actor ",
        "service ",
        "supervisor ",
        "child ",
        "call ",
        "test ",
        "import ",
        "from ",
        "pub ",
        "native ",
        "#",
        "#=",
        "=#",
        "##",
        "'",
        "@",
        "return ",
        "when ",
        "where ",
        "<",
        ">",
        "as ",
        "not ",
        "é",
        "\t",
        " ",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_ends_without_panic(text in "\\PC{0,200}") {
        parse_text(&text);
    }

    #[test]
    fn any_pieces_end_without_panic(pieces in proptest::collection::vec(piece(), 0..80)) {
        parse_text(&pieces.concat());
    }
}

#[test]
fn damaged_programs_end_without_panic() {
    let mut step = 7usize;
    for path in sources("tests/programs") {
        let text = std::fs::read_to_string(&path).expect("test sources are UTF-8");
        let words: Vec<&str> = text.split_inclusive([' ', '\n', '(', ')']).collect();
        for _ in 0..3 {
            step = step
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (step >> 33) % words.len().max(1);
            let mut damaged = words.clone();
            match step >> 60 {
                0..=5 => drop(damaged.remove(at)),
                6..=10 => damaged.insert(at, words[(step >> 20) % words.len()]),
                _ => damaged.truncate(at),
            }
            parse_text(&damaged.concat());
        }
    }
}
