//! Tests of text and of the operations that are driven by structure.

use std::cmp::Ordering;

use proptest::prelude::*;
use snow_bytecode::layout::Slot;
use snow_bytecode::types::TypeId;

use super::*;
use crate::fixture::{Fixture, ty};

fn float(value: f64) -> u64 {
    value.to_bits()
}

impl Fixture {
    fn equal(&self, ty: TypeId, a: &[u64], b: &[u64]) -> bool {
        // SAFETY: tests pass values of the type.
        unsafe { equal::values(self.heap.types(), ty, a, b) }
    }

    fn compare(&self, ty: TypeId, a: &[u64], b: &[u64]) -> Ordering {
        // SAFETY: as above.
        unsafe { compare::values(self.heap.types(), ty, a, b) }
    }

    fn hash(&self, ty: TypeId, words: &[u64]) -> u64 {
        // SAFETY: as above.
        unsafe { hash::value(self.heap.types(), ty, words) }
    }

    fn strings(&mut self, items: &[&str]) -> u64 {
        let words: Vec<u64> = items.iter().map(|item| self.str(item)).collect();
        // SAFETY: owned strings.
        unsafe { list::new(&mut self.heap, ty::STRINGS, &words) }
    }

    fn tree(&mut self, left: u64, name: &str, right: u64) -> u64 {
        let name = self.str(name);
        // SAFETY: the fields of `Node`.
        unsafe { cells::new(&mut self.heap, ty::TREE, 1, &[left, name, right]) }
    }

    fn leaf(&mut self) -> u64 {
        // SAFETY: `Leaf` has no fields.
        unsafe { cells::new(&mut self.heap, ty::TREE, 0, &[]) }
    }
}

#[test]
fn text_forms_of_scalars() {
    let mut f = Fixture::new();
    for (value, display, debug) in [
        (42.0, "42", "42.0"),
        (0.1, "0.1", "0.1"),
        (-0.0, "-0", "-0.0"),
        (1e21, "1000000000000000000000", "1000000000000000000000.0"),
        (1.5e-7, "0.00000015", "0.00000015"),
        (f64::INFINITY, "inf", "inf"),
        (f64::NEG_INFINITY, "-inf", "-inf"),
        (f64::NAN, "NaN", "NaN"),
    ] {
        assert_eq!(f.display(ty::FLOAT, &[float(value)]), display);
        assert_eq!(f.debug(ty::FLOAT, &[float(value)]), debug);
    }
    for value in [0, 7, -7, i64::MAX, i64::MIN] {
        assert_eq!(f.display(ty::INT, &[value as u64]), value.to_string());
    }
    assert_eq!(f.display(ty::RANGE, &[1, 5]), "1..5");
    assert_eq!(f.display(ty::PID, &[0x0300_000c]), "#Pid<0.12>");
    assert_eq!(f.debug(ty::REF, &[7]), "#Ref<7>");
    let word = f.str("a \"b\"\n\\ ${x} $ \u{1}");
    assert_eq!(f.display(ty::STRING, &[word]), "a \"b\"\n\\ ${x} $ \u{1}");
    assert_eq!(
        f.debug(ty::STRING, &[word]),
        r#""a \"b\"\n\\ \${x} $ \u{1}""#
    );
    f.drop(word);
    f.finish();
}

#[test]
fn text_forms_of_collections_and_aggregates() {
    let mut f = Fixture::new();
    let list = f.strings(&["a", "b"]);
    assert_eq!(f.display(ty::STRINGS, &[list]), "[a, b]");
    assert_eq!(f.debug(ty::STRINGS, &[list]), r#"["a", "b"]"#);
    let (key, value) = (f.str("k"), f.str("v"));
    let empty = map::empty(&f.heap, ty::STRING_MAP);
    // SAFETY: owned strings.
    let map = unsafe { map::put(&mut f.heap, empty, key, value) };
    assert_eq!(f.display(ty::STRING_MAP, &[map]), "%{k => v}");
    assert_eq!(f.debug(ty::STRING_MAP, &[map]), r#"%{"k" => "v"}"#);
    let (leaf, name) = (f.leaf(), f.str("s"));
    let tree = f.tree(leaf, "x", leaf);
    assert_eq!(f.display(ty::TREE, &[tree]), "Node(Leaf, x, Leaf)");
    assert_eq!(f.debug(ty::TREE, &[tree]), r#"Node(Leaf, "x", Leaf)"#);
    assert_eq!(
        f.display(ty::POINT, &[1, float(2.0)]),
        "Point { x: 1, y: 2.0 }"
    );
    assert_eq!(f.display(ty::PAIR, &[1, name]), "(1, s)");
    assert_eq!(f.debug(ty::PAIR, &[1, name]), r#"(1, "s")"#);
    assert_eq!(f.display(ty::MAYBE_INT, &[0, 5]), "Some(5)");
    assert_eq!(f.display(ty::MAYBE_INT, &[1, 0]), "None");
    assert_eq!(f.display(ty::MAYBE_INT, &[9, 0]), "?", "not a tag");
    assert_eq!(f.display(ty::MAYBE_STRING, &[name]), "Some(s)");
    assert_eq!(f.display(ty::MAYBE_STRING, &[0]), "None");
    let bytes = text::new(&mut f.heap, ty::BYTES, &[1, 255]);
    assert_eq!(f.display(ty::BYTES, &[bytes]), "<<1, 255>>");
    for word in [list, map, tree, name, bytes] {
        f.drop(word);
    }
    f.finish();
}

#[test]
fn results_are_built_in_their_layout() {
    let mut f = Fixture::new();
    let reason = f.str("no");
    // SAFETY: Err has one String.
    let words = unsafe { build::variant(&mut f.heap, ty::RESULT, 1, &[&[reason]]) };
    let len = f.heap.types().layouts().slots(ty::RESULT).len();
    assert_eq!(f.display(ty::RESULT, &words[..len]), "Err(no)");
    // SAFETY: Ok has one Int.
    let words = unsafe { build::variant(&mut f.heap, ty::RESULT, 0, &[&[3]]) };
    assert_eq!(f.display(ty::RESULT, &words[..len]), "Ok(3)");
    f.drop(reason);
    f.finish();
}

#[test]
fn floats_have_two_equalities() {
    let mut f = Fixture::new();
    let nan = [1, float(f64::NAN)];
    assert!(!f.equal(ty::POINT, &nan, &nan));
    assert_eq!(f.compare(ty::POINT, &nan, &nan), Ordering::Equal);
    assert_eq!(
        f.hash(ty::POINT, &nan),
        f.hash(ty::POINT, &[1, float(-f64::NAN)])
    );
    assert!(f.equal(ty::FLOAT, &[float(0.0)], &[float(-0.0)]));
    assert_eq!(
        f.hash(ty::FLOAT, &[float(0.0)]),
        f.hash(ty::FLOAT, &[float(-0.0)])
    );
    assert_eq!(
        f.compare(ty::FLOAT, &[float(f64::NAN)], &[float(f64::INFINITY)]),
        Ordering::Greater
    );
    f.heap.settle_all();
    f.finish();
}

#[test]
fn million_deep_values_are_compared_hashed_and_shown() {
    let mut f = Fixture::new();
    let deep = |f: &mut Fixture| {
        let mut tree = f.leaf();
        for i in 0..1_000_000 {
            let leaf = f.leaf();
            tree = if i % 2 == 0 {
                f.tree(tree, "", leaf)
            } else {
                f.tree(leaf, "", tree)
            };
        }
        tree
    };
    let (a, b) = (deep(&mut f), deep(&mut f));
    assert!(f.equal(ty::TREE, &[a], &[b]));
    assert_eq!(f.compare(ty::TREE, &[a], &[b]), Ordering::Equal);
    assert_eq!(f.hash(ty::TREE, &[a]), f.hash(ty::TREE, &[b]));
    assert!(f.display(ty::TREE, &[a]).len() > 10_000_000);
    f.drop(a);
    f.drop(b);
    f.finish();
}

#[test]
fn maps_nested_in_keys_are_compared_without_recursion() {
    let mut f = Fixture::new();
    // `Nest` has one field of one slot, so a nest is its map.
    let deep = |f: &mut Fixture, levels: u64| {
        let mut map = map::empty(&f.heap, ty::NEST_MAP);
        for _ in 0..levels {
            let empty = map::empty(&f.heap, ty::NEST_MAP);
            // SAFETY: owned words of the map's types. The hash of the key walks all levels: only few of them.
            map = unsafe { map::put(&mut f.heap, empty, map, 1) };
        }
        map
    };
    let (a, b, c) = (deep(&mut f, 2000), deep(&mut f, 2000), deep(&mut f, 1999));
    assert!(f.equal(ty::NEST_MAP, &[a], &[b]));
    assert!(!f.equal(ty::NEST_MAP, &[a], &[c]));
    [a, b, c].into_iter().for_each(|word| f.drop(word));
    f.finish();
}

#[test]
fn maps_are_equal_whatever_their_order() {
    let mut f = Fixture::new();
    let make = |f: &mut Fixture, keys: &[u64]| {
        let mut map = map::empty(&f.heap, ty::INT_MAP);
        for &key in keys {
            // SAFETY: owned map of words.
            map = unsafe { map::put(&mut f.heap, map, key, key + 1) };
        }
        map
    };
    let keys: Vec<u64> = (0..100).collect();
    let reversed: Vec<u64> = keys.iter().rev().copied().collect();
    let (a, b, c) = (
        make(&mut f, &keys),
        make(&mut f, &reversed),
        make(&mut f, &keys[1..]),
    );
    assert!(f.equal(ty::INT_MAP, &[a], &[b]));
    assert_eq!(f.hash(ty::INT_MAP, &[a]), f.hash(ty::INT_MAP, &[b]));
    assert!(!f.equal(ty::INT_MAP, &[a], &[c]));
    // SAFETY: owned map of words.
    let d = unsafe { map::put(&mut f.heap, c, 0, 99) };
    assert!(!f.equal(ty::INT_MAP, &[a], &[d]), "same keys, other value");
    [a, b, d].into_iter().for_each(|word| f.drop(word));
    f.finish();
}

#[test]
fn lists_compare_like_words_in_a_dictionary() {
    let mut f = Fixture::new();
    let cases: [(&[&str], &[&str], Ordering); 4] = [
        (&["a"], &["a", "b"], Ordering::Less),
        (&["b"], &["a", "b"], Ordering::Greater),
        (&[], &[], Ordering::Equal),
        (&["a", "c"], &["a", "b"], Ordering::Greater),
    ];
    for (a, b, expected) in cases {
        let (x, y) = (f.strings(a), f.strings(b));
        assert_eq!(f.compare(ty::STRINGS, &[x], &[y]), expected);
        assert_eq!(
            f.equal(ty::STRINGS, &[x], &[y]),
            expected == Ordering::Equal
        );
        f.drop(x);
        f.drop(y);
    }
    f.finish();
}

#[derive(Clone, Debug)]
enum Step {
    Push(usize, u8, u8),
    Slice(usize, u8, u8),
    Concat(usize, usize),
    Share(usize, usize),
    Strip(usize, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let text = 0..3usize;
    prop_oneof![
        4 => (text.clone(), any::<u8>(), 0..60u8).prop_map(|(t, c, n)| Step::Push(t, c, n)),
        3 => (text.clone(), any::<u8>(), any::<u8>()).prop_map(|(t, a, b)| Step::Slice(t, a, b)),
        2 => (text.clone(), text.clone()).prop_map(|(a, b)| Step::Concat(a, b)),
        2 => (text.clone(), text.clone()).prop_map(|(a, b)| Step::Share(a, b)),
        1 => (text, any::<u8>()).prop_map(|(t, n)| Step::Strip(t, n)),
    ]
}

proptest! {
    #[test]
    fn strings_behave_like_strings(steps in prop::collection::vec(step(), 1..60)) {
        let mut f = Fixture::new();
        let mut texts: [(u64, String); 3] = std::array::from_fn(|_| (f.str(""), String::new()));
        for step in steps {
            // SAFETY: the strings are owned; the model is ASCII, so every position is a border.
            unsafe {
                match step {
                    Step::Push(t, c, n) => {
                        let piece = char::from(b'a' + c % 26).to_string().repeat(n.into());
                        texts[t].0 = text::push(&mut f.heap, texts[t].0, piece.as_bytes());
                        texts[t].1 += &piece;
                    }
                    Step::Slice(t, a, b) => {
                        let to = usize::from(a.max(b)).min(texts[t].1.len());
                        let from = usize::from(a.min(b)).min(to);
                        let piece = text::slice(&mut f.heap, texts[t].0, from, to);
                        f.drop(texts[t].0);
                        texts[t] = (piece, texts[t].1[from..to].to_owned());
                    }
                    Step::Concat(a, b) if texts[a].1.len() + texts[b].1.len() < 10_000 => {
                        let other = texts[b].clone();
                        f.dup(other.0);
                        texts[a].0 = text::concat(&mut f.heap, texts[a].0, other.0);
                        texts[a].1 += &other.1;
                        f.drop(other.0);
                    }
                    Step::Concat(..) => {}
                    Step::Share(a, b) => {
                        let copy = texts[a].clone();
                        f.dup(copy.0);
                        f.drop(texts[b].0);
                        texts[b] = copy;
                    }
                    Step::Strip(t, n) => {
                        let prefix = texts[t].1[..usize::from(n).min(texts[t].1.len())].to_owned();
                        assert!(text::strip_prefix(&mut f.heap, texts[t].0, b"#").is_none());
                        let rest = text::strip_prefix(&mut f.heap, texts[t].0, prefix.as_bytes());
                        f.drop(texts[t].0);
                        texts[t] = (rest.expect("it is a prefix"), texts[t].1[prefix.len()..].to_owned());
                    }
                }
                for (word, model) in &texts {
                    prop_assert_eq!(text::str(*word), model);
                }
            }
        }
        for (word, _) in texts {
            f.drop(word);
        }
        f.finish();
    }
}

#[test]
fn appending_to_the_only_reference_copies_nothing() {
    let mut f = Fixture::new();
    let mut word = f.str("");
    for _ in 0..100_000 {
        // SAFETY: an owned string.
        word = unsafe { text::push(&mut f.heap, word, b"xy") };
    }
    assert_eq!(f.heap.counters.copies, 0);
    assert!(f.heap.counters.allocated < 50);
    f.drop(word);
    f.finish();
}

#[test]
fn closures_own_their_captures() {
    let mut f = Fixture::new();
    let slots = [Slot::Ref(ty::STRING), Slot::Word, Slot::Ref(ty::STRING)];
    let entry = closure::ClosureEntry::new(3, "Main.f", &slots);
    let captures = [f.str("a"), 1, f.str("b")];
    // SAFETY: the captures are those of the entry, which outlives the closure.
    unsafe {
        let word = closure::new(&mut f.heap, ty::FUN, &entry, &captures);
        assert_eq!((*closure::entry(word)).func, 3);
        assert_eq!(text::str(closure::capture(word, 2)), "b");
        assert_eq!(f.display(ty::FUN, &[word]), "#Fun<Main.f/1>");
        f.drop(word);
    }
    f.finish();
}

#[test]
fn boxes_in_lists_hold_all_slots() {
    let mut f = Fixture::new();
    let elem = f.heap.types().info(ty::POINT).elem;
    // SAFETY: a point is an Int and a Float.
    unsafe {
        let items = [1u64, 2].map(|x| build::element(&mut f.heap, elem, &[x, float(0.5)]));
        let list = list::new(&mut f.heap, ty::POINTS, &items);
        let text = "[Point { x: 1, y: 0.5 }, Point { x: 2, y: 0.5 }]";
        assert_eq!(f.display(ty::POINTS, &[list]), text);
        f.drop(list);
    }
    f.finish();
}

#[test]
fn nested_maps_are_updated_without_copies() {
    let mut f = Fixture::new();
    let mut outer = map::empty(&f.heap, ty::MAP_MAP);
    // SAFETY: owned words of the maps' types; a key is used while the map is hollow.
    unsafe {
        for i in 0..20 {
            let (key, inner) = (f.str(&format!("{i}")), map::empty(&f.heap, ty::INT_MAP));
            outer = map::put(&mut f.heap, outer, key, inner);
        }
        for i in 0..1000u64 {
            let key = f.str(&format!("{}", i % 20));
            let (inner, hollow) = map::take(&mut f.heap, outer, key).expect("present");
            let inner = map::put(&mut f.heap, inner, i, i);
            outer = map::fill(&mut f.heap, hollow, key, inner).expect("present");
            f.drop(key);
        }
    }
    assert_eq!(f.heap.counters.copies, 0);
    f.drop(outer);
    f.finish();
}
