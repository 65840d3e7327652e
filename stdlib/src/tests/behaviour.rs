//! What natives answer. The examples of the Snow declarations say most of it; here is what they cannot.

use proptest::prelude::*;

use super::harness::{Answer, Arg, FLOAT, INT, STRING, call, call_in, context, result_words};
use Arg::{Bytes, Float, Floats, Int, Ints, Map, Set, Str, Strs};

fn ok(text: &str) -> Answer {
    Ok(text.to_owned())
}

#[test]
fn every_result_fits_in_three_words() {
    for intrinsic in crate::TABLES.iter().flat_map(|table| table.iter()) {
        let words = result_words(intrinsic.symbol);
        assert!(words <= 3, "{}: {words} words", intrinsic.symbol);
    }
}

#[test]
fn positions_count_grapheme_clusters() {
    let family = "👨‍👩‍👧e\u{301}x";
    for (symbol, args, expected) in [
        ("snow_string_length", vec![Str(family)], "3"),
        ("snow_string_length", vec![Str("a\r\nb")], "3"),
        ("snow_string_at", vec![Str(family), Int(2)], r#"Some("x")"#),
        ("snow_string_at", vec![Str(family), Int(3)], "None"),
        ("snow_string_at", vec![Str(family), Int(-1)], "None"),
        (
            "snow_string_slice",
            vec![Str(family), Int(1), Int(2)],
            "\"e\u{301}\"",
        ),
        (
            "snow_string_slice",
            vec![Str("abc"), Int(-5), Int(99)],
            r#""abc""#,
        ),
        (
            "snow_string_slice",
            vec![Str("abc"), Int(2), Int(1)],
            r#""""#,
        ),
        (
            "snow_string_reverse",
            vec![Str("e\u{301}x")],
            "\"xe\u{301}\"",
        ),
        (
            "snow_string_index_of",
            vec![Str(family), Str("x")],
            "Some(2)",
        ),
        (
            "snow_string_split",
            vec![Str("añb"), Str("")],
            r#"["a", "ñ", "b"]"#,
        ),
    ] {
        assert_eq!(call(symbol, &[], &args), ok(expected), "{symbol}");
    }
}

#[test]
fn long_pieces_are_views_that_do_not_leak() {
    let line = "0123456789".repeat(10);
    let text = format!("{line}\n{line}");
    let expected = format!("[{line:?}, {line:?}]");
    assert_eq!(call("snow_string_lines", &[], &[Str(&text)]), ok(&expected));
    let padded = format!("  {line}  ");
    assert_eq!(
        call("snow_string_trim", &[], &[Str(&padded)]),
        ok(&format!("{line:?}"))
    );
}

#[test]
fn numbers_are_read_with_care() {
    for (symbol, text, expected) in [
        ("snow_string_to_int", "9223372036854775808", "None"),
        (
            "snow_string_to_int",
            "-9223372036854775808",
            "Some(-9223372036854775808)",
        ),
        ("snow_string_to_int", "1 2", "None"),
        ("snow_string_to_float", "1e400", "Some(inf)"),
        ("snow_string_to_float", "-0", "Some(-0.0)"),
        ("snow_string_to_float", "", "None"),
    ] {
        assert_eq!(call(symbol, &[], &[Str(text)]), ok(expected), "{text}");
    }
}

#[test]
fn rounding_follows_the_shown_digits() {
    for (value, digits, expected) in [
        (2.675, 2, "2.68"),
        (-2.675, 2, "-2.68"),
        (0.5, 0, "1.0"),
        (9.995, 2, "10.0"),
        (99.5, 0, "100.0"),
        (1e300, 3, &format!("{}.0", 1e300)),
        (f64::NAN, 2, "NaN"),
    ] {
        let answer = call("snow_float_round_to", &[], &[Float(value), Int(digits)]);
        assert_eq!(answer, ok(expected), "{value}");
    }
    let crash = call("snow_float_round_to", &[], &[Float(1.0), Int(-1)]);
    assert!(crash.is_err_and(|reason| reason.contains("-1")));
}

#[test]
fn powers_overflow_loudly() {
    for (base, exponent, expected) in [
        (2, 62, ok("4611686018427387904")),
        (2, 63, Err("integer overflow".to_owned())),
        (-2, 63, ok("-9223372036854775808")),
        (-1, 1_000_001, ok("-1")),
        (1, i64::MAX, ok("1")),
        (0, 0, ok("1")),
        (3, 1_000_000, Err("integer overflow".to_owned())),
    ] {
        assert_eq!(
            call("snow_int_pow", &[], &[Int(base), Int(exponent)]),
            expected
        );
    }
    assert!(call("snow_int_pow", &[], &[Int(2), Int(-1)]).is_err());
}

#[test]
fn sorting_orders_each_kind() {
    let sort = |ty, list| call("snow_list_sort", &[ty], &[list]);
    assert_eq!(sort(INT, Ints(&[3, -1, 2])), ok("[-1, 2, 3]"));
    assert_eq!(sort(STRING, Strs(&["b", "", "a"])), ok(r#"["", "a", "b"]"#));
    let floats = Floats(&[1.0, f64::NAN, -1.0, f64::INFINITY]);
    assert_eq!(sort(FLOAT, floats), ok("[-1.0, 1.0, inf, NaN]"));
    let order = call("snow_list_sort_order", &[STRING], &[Strs(&["b", "a", "b"])]);
    assert_eq!(order, ok("[1, 0, 2]"));
    assert_eq!(sort(INT, Ints(&[])), ok("[]"));
}

#[test]
fn lists_maps_and_sets() {
    assert_eq!(
        call("snow_list_take", &[INT], &[Ints(&[1, 2, 3]), Int(2)]),
        ok("[1, 2]")
    );
    assert_eq!(
        call("snow_list_take", &[INT], &[Ints(&[1]), Int(-2)]),
        ok("[]")
    );
    assert_eq!(
        call("snow_list_repeat", &[INT], &[Int(7), Int(3)]),
        ok("[7, 7, 7]")
    );
    assert_eq!(
        call("snow_list_repeat", &[STRING], &[Str("a"), Int(2)]),
        ok(r#"["a", "a"]"#)
    );
    assert_eq!(
        call("snow_list_repeat", &[INT], &[Int(7), Int(-1)]),
        ok("[]")
    );
    assert_eq!(
        call("snow_list_reverse", &[STRING], &[Strs(&["a", "b"])]),
        ok(r#"["b", "a"]"#)
    );
    assert_eq!(
        call("snow_map_delete", &[INT, INT], &[Map(3), Int(1)]),
        ok("%{0 => 0, 2 => 2}")
    );
    assert_eq!(call("snow_map_size", &[INT, INT], &[Map(40)]), ok("40"));
    assert_eq!(
        call("snow_set_add", &[STRING], &[Set(&["a"]), Str("a")]),
        ok(r#"#{"a"}"#)
    );
    assert_eq!(
        call("snow_set_remove", &[STRING], &[Set(&["a", "b"]), Str("a")]),
        ok(r#"#{"b"}"#)
    );
}

#[test]
fn seeded_randomness_repeats() {
    let draw = || {
        let mut ctx = context();
        call_in(&mut ctx, "snow_random_seed", &[], &[Int(42)]).expect("no crash");
        let one = |ctx: &mut _| call_in(ctx, "snow_random_int", &[], &[Int(1), Int(1_000_000)]);
        (one(&mut ctx), one(&mut ctx))
    };
    let (first, second) = draw();
    assert_ne!(first, second);
    assert_eq!(draw(), (first, second));
    let all = call("snow_random_int", &[], &[Int(i64::MIN), Int(i64::MAX)]);
    assert!(all.is_ok_and(|text| text.parse::<i64>().is_ok()));
    assert!(call("snow_random_int", &[], &[Int(2), Int(1)]).is_err());
}

#[test]
fn bytes_that_are_no_text_or_encoding_are_refused() {
    for (symbol, arg, expected) in [
        (
            "snow_string_from_bytes",
            Bytes(b"a\xff"),
            r#"Err("not UTF-8 at byte 1")"#,
        ),
        ("snow_bytes_from_hex", Str("0"), "None"),
        ("snow_bytes_from_hex", Str("0g"), "None"),
        ("snow_bytes_from_base64", Str("a"), "None"),
        ("snow_bytes_from_base64", Str("QR=="), "None"),
        ("snow_bytes_from_base64", Str("QQ="), "None"),
        ("snow_bytes_from_base64", Str("Q Q="), "None"),
    ] {
        assert_eq!(call(symbol, &[], &[arg]), ok(expected), "{symbol}");
    }
    assert!(call("snow_bytes_from_list", &[], &[Ints(&[1, 256])]).is_err());
    assert!(call("snow_bytes_get", &[], &[Bytes(b"a"), Int(1)]).is_err());
}

#[test]
fn what_the_system_refuses_names_the_path() {
    let answer = call("snow_file_read", &[], &[Str("/no/such/file")]);
    assert_eq!(
        answer,
        ok(r#"Err("/no/such/file: No such file or directory")"#)
    );
    let answer = call(
        "snow_system_exec",
        &[],
        &[Str("/no/such/command"), Strs(&[])],
    );
    assert!(answer.is_ok_and(|text| text.starts_with(r#"Err("/no/such/command: "#)));
}

#[test]
fn the_environment_is_the_programs_own() {
    let mut ctx = context();
    call_in(
        &mut ctx,
        "snow_env_set",
        &[],
        &[Str("SNOW_TEST_VALUE"), Str("x")],
    )
    .expect("no crash");
    let get = call_in(&mut ctx, "snow_env_get", &[], &[Str("SNOW_TEST_VALUE")]);
    assert_eq!(get, ok(r#"Some("x")"#));
    assert!(std::env::var("SNOW_TEST_VALUE").is_err());
    assert_eq!(
        call_in(&mut ctx, "snow_env_args", &[], &[]),
        ok(r#"["one"]"#)
    );
    assert!(call_in(&mut ctx, "snow_env_set", &[], &[Str("A=B"), Str("")]).is_err());
}

proptest! {
    #[test]
    fn encodings_come_back(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let shown = call("snow_bytes_slice", &[], &[Bytes(&bytes), Int(0), Int(1000)]).map_err(TestCaseError::fail)?;
        for (encode, decode) in [
            ("snow_bytes_to_hex", "snow_bytes_from_hex"),
            ("snow_bytes_to_base64", "snow_bytes_from_base64"),
        ] {
            let text = call(encode, &[], &[Bytes(&bytes)]).map_err(TestCaseError::fail)?;
            let back = call(decode, &[], &[Str(text.trim_matches('"'))]).map_err(TestCaseError::fail)?;
            prop_assert_eq!(back, format!("Some({shown})"));
        }
    }

    #[test]
    fn bases_come_back(value: i64, base in 2i64..=36) {
        let text = call("snow_int_to_string_base", &[], &[Int(value), Int(base)]).map_err(TestCaseError::fail)?;
        let back = call("snow_int_parse_base", &[], &[Str(text.trim_matches('"')), Int(base)]).map_err(TestCaseError::fail)?;
        prop_assert_eq!(back, format!("Some({value})"));
    }

    #[test]
    fn text_is_cut_where_it_may_be(text in "\\PC{0,40}", from in -3i64..50, to in -3i64..50) {
        call("snow_string_slice", &[], &[Str(&text), Int(from), Int(to)]).map_err(TestCaseError::fail)?;
        call("snow_string_at", &[], &[Str(&text), Int(from)]).map_err(TestCaseError::fail)?;
        for symbol in ["snow_string_words", "snow_string_graphemes", "snow_string_to_upper", "snow_string_normalize"] {
            call(symbol, &[], &[Str(&text)]).map_err(TestCaseError::fail)?;
        }
    }
}

/// Checks the words of a text of these, and gives how many cells the list of them took.
fn cells_of_words(words: &[String]) -> u64 {
    let mut ctx = context();
    let answer = call_in(&mut ctx, "snow_string_words", &[], &[Str(&words.join(" "))]);
    assert_eq!(answer, ok(&format!("{words:?}")));
    let made = ctx.heap.counters.allocated;
    ctx.heap.settle_all();
    assert_eq!(ctx.heap.live(), 0);
    made
}

/// Words, each one of so many different ones.
fn any_of(different: u64, count: usize) -> Vec<String> {
    let mut seed = 42;
    let mut word = || {
        seed = seed * 16807 % 2_147_483_647;
        format!("w{}", seed % different)
    };
    (0..count).map(|_| word()).collect()
}

#[test]
fn equal_short_pieces_of_a_long_text_are_one_string() {
    for different in [1, 50, 5_000, 10_000] {
        let made = cells_of_words(&any_of(different, 100_000));
        assert!(made < different + 200, "{different}: {made} cells");
    }
}

#[test]
fn few_or_long_pieces_are_strings_of_their_own() {
    assert!(cells_of_words(&any_of(1, 60)) > 60);
    assert!(cells_of_words(&vec!["seventeen_letters".to_owned(); 1_000]) > 1_000);
}

#[test]
fn of_many_different_pieces_those_that_are_kept_are_one_string() {
    let made = cells_of_words(&any_of(30_000, 200_000));
    assert!((30_000..60_000).contains(&made), "{made} cells");
}

#[test]
fn pieces_are_no_longer_looked_for_where_few_come_again() {
    let words = (0..3 * 8192).map(|i| format!("w{i}"));
    let twice: Vec<String> = words.clone().chain(words).collect();
    let made = cells_of_words(&twice);
    assert!(made > twice.len() as u64, "{made} cells");
}
