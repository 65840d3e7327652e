//! The functions that every module promises, and that each public function has an example, which another test runs.

use crate::SOURCES;

/// Modules and their functions. What needs actors comes with those.
const PROMISED: &[(&str, &str)] = &[
    (
        "string",
        "length byte_size codepoints graphemes get slice at first last reverse concat join split split_once \
         lines words trim trim_start trim_end pad_start pad_end to_upper to_lower capitalize contains \
         starts_with ends_with index_of replace replace_first repeat count to_int to_float from to_bytes \
         from_bytes compare equal_fold normalize is_empty collect",
    ),
    (
        "bytes",
        "size get slice concat to_hex from_hex to_base64 from_base64 to_list from_list",
    ),
    (
        "list",
        "new length is_empty head tail last get nth get_or first at find find_index append prepend concat \
         insert_at set update_at delete_at pop map filter reduce fold_right each map_with_index filter_map \
         flat_map flatten zip zip_with unzip enumerate take drop take_while drop_while split_at chunk windows \
         partition group_by frequencies sort sorted sort_by sort_desc reverse unique unique_by any all \
         contains count sum product min max min_by max_by join intersperse scan repeat range shuffle sample \
         to_set to_map first_some try_map collect",
    ),
    (
        "map",
        "new put get find get_or has_key delete update update_or size is_empty keys values to_list from_list \
         merge merge_with map filter reduce each any all map_values filter_keys invert group pop min_by \
         max_by collect",
    ),
    (
        "set",
        "new add remove contains size union intersection difference symmetric_difference is_subset \
         is_disjoint to_list from_list map filter any all collect",
    ),
    ("queue", "new push pop peek size is_empty to_list from_list"),
    ("range", "new length to_list contains step reverse"),
    ("tuple", "first second nth size"),
    (
        "option",
        "map flat_map unwrap_or unwrap_or_else or is_some is_none to_result filter zip",
    ),
    (
        "result",
        "map map_err flat_map unwrap_or is_ok is_err to_option all partition",
    ),
    ("ordering", "reverse then"),
    (
        "int",
        "parse to_string to_float abs min max clamp pow gcd mod div_floor and or xor not shl shr popcount \
         to_string_base parse_base wrapping_add wrapping_sub wrapping_mul checked_add checked_sub checked_mul \
         is_even is_odd digits random",
    ),
    (
        "float",
        "parse to_int round_to is_nan is_finite from to_string_fixed",
    ),
    (
        "math",
        "pi e tau abs min max pow sqrt cbrt exp log log2 log10 sin cos tan asin acos atan atan2 sinh cosh \
         tanh hypot floor ceil round trunc",
    ),
    (
        "io",
        "print println eprintln read_line read_all read_lines flush",
    ),
    (
        "file",
        "read read_bytes write append delete exists copy rename stat list make_dir remove_dir open read_line \
         lines stream temp",
    ),
    (
        "iter",
        "from range repeat iterate unfold empty map filter filter_map flat_map take skip take_while skip_while \
         enumerate zip chain chunk scan inspect peekable peek step_by next count sum product any all find reduce fold \
         min max last nth each",
    ),
    (
        "json",
        "encode encode_pretty decode parse get encode_int encode_string encode_bool",
    ),
    ("path", "join base dir ext absolute relative"),
    ("env", "get set all args"),
    (
        "system",
        "exit time monotonic_ms monotonic_ns cpu_count pid os arch version hostname exec spawn_process",
    ),
    ("random", "seed int float bool choice shuffle bytes uuid"),
    (
        "prelude",
        "println print eprintln map filter reduce head tail compare min max abs",
    ),
];

/// The lines of a module, and the name that a line declares a public function of.
fn lines(module: &str) -> Vec<&'static str> {
    let path = format!("{module}.snow");
    let source = SOURCES
        .iter()
        .find(|source| source.path.ends_with(&format!("/{path}")));
    let source = source.unwrap_or_else(|| panic!("there is no module {path}"));
    source.text.lines().collect()
}

fn declared(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ")?;
    let rest = rest
        .strip_prefix("native ")
        .unwrap_or(rest)
        .strip_prefix("fn ")?;
    rest.split(['<', '(']).next()
}

#[test]
fn every_promised_function_is_there() {
    let mut missing = Vec::new();
    for (module, names) in PROMISED {
        let lines = lines(module);
        let known: Vec<&str> = lines.iter().filter_map(|line| declared(line)).collect();
        let absent = names
            .split_whitespace()
            .filter(|name| !known.contains(name));
        missing.extend(absent.map(|name| format!("{module}.{name}")));
    }
    assert!(missing.is_empty(), "missing: {}", missing.join(", "));
}

/// Modules about services and supervisors, which the statements of an example cannot define; programs under `tests/` use them.
const ABOUT_DEFINITIONS: [&str; 2] = ["std/service.snow", "std/supervisor.snow"];

#[test]
fn every_public_function_has_an_example() {
    let mut without = Vec::new();
    let sources = SOURCES
        .iter()
        .filter(|source| !ABOUT_DEFINITIONS.contains(&source.path));
    for source in sources {
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            // An ordinary comment: for other modules and generated code only.
            if at > 0 && lines[at - 1].starts_with("# ") {
                continue;
            }
            let doc = lines[..at]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("##"));
            if let Some(name) = declared(line)
                && !doc.into_iter().any(|line| line.starts_with("## >>> "))
            {
                without.push(format!("{}: {name}", source.path));
            }
        }
    }
    assert!(
        without.is_empty(),
        "without an example: {}",
        without.join(", ")
    );
}
