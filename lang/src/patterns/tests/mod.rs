//! Decision trees and coverage against a matcher that tries row after row.

mod bytes;

use proptest::prelude::*;

use super::coverage::uncovered;
use super::example;
use super::occ::{Occ, OccId, Occs};
use super::space::{ANY, Space};
use super::tree::{self, RowSpec, Test, Tree};
use crate::diagnostics::{Code, Sink};
use crate::syntax::ast::Span;
use crate::typed::{
    Con, Expr, ExprKind, FieldDef, LocalId, Module, ModuleId, Pat, PatKind, Program, Shape, Ty,
    TypeDef, TypeDefId, VariantDef,
};

/// A type of the tests.
#[derive(Clone, Debug)]
enum T {
    Bool,
    Int,
    Str,
    List(Box<T>),
    Pair(Box<T>, Box<T>),
    /// `One(Bool) | Two(a, Bool) | Three`.
    Sum(Box<T>),
    Map,
    Bytes,
}

#[derive(Clone, Debug, PartialEq)]
enum V {
    Bool(bool),
    Int(i64),
    Str(String),
    List(Vec<V>),
    Fields(u8, Vec<V>),
    Map(Vec<(String, bool)>),
    Bytes(Vec<u8>),
}

fn program() -> Program {
    let field = |ty| FieldDef {
        name: "".into(),
        ty,
    };
    let variant = |name: &str, fields| VariantDef {
        name: name.into(),
        fields,
    };
    let bool_ty = Ty::App(Con::Bool, [].into());
    let sum = TypeDef {
        name: "Sum".into(),
        module: ModuleId(0),
        type_params: vec!["a".into()],
        shape: Shape::Sum(vec![
            variant("One", vec![field(bool_ty.clone())]),
            variant("Two", vec![field(Ty::Param(0)), field(bool_ty)]),
            variant("Three", vec![]),
        ]),
        display: false,
        bounds: Vec::new(),
        derives: Vec::new(),
        public: true,
        span: Span::default(),
        doc: None,
    };
    let main = Module {
        name: "Main".into(),
        std: false,
        parent: None,
        public: true,
        doc: None,
    };
    Program {
        modules: vec![main],
        types: vec![sum],
        ..Program::default()
    }
}

fn ty(t: &T) -> Ty {
    match t {
        T::Bool => Ty::App(Con::Bool, [].into()),
        T::Int => Ty::App(Con::Int, [].into()),
        T::Str => Ty::App(Con::String, [].into()),
        T::List(item) => Ty::App(Con::List, [ty(item)].into()),
        T::Pair(a, b) => Ty::App(Con::Tuple, [ty(a), ty(b)].into()),
        T::Sum(a) => Ty::App(Con::Adt(TypeDefId(0)), [ty(a)].into()),
        T::Bytes => Ty::App(Con::Bytes, [].into()),
        T::Map => Ty::App(Con::Map, [ty(&T::Str), ty(&T::Bool)].into()),
    }
}

fn key(text: &str) -> Expr {
    Expr {
        kind: ExprKind::Str(text.into()),
        ty: ty(&T::Str),
        span: Span::default(),
    }
}

fn types() -> impl Strategy<Value = T> {
    let leaf = prop_oneof![
        1 => Just(T::Bool),
        1 => Just(T::Int),
        1 => Just(T::Str),
        1 => Just(T::Map),
        2 => Just(T::Bytes)
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| T::List(Box::new(t))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| T::Pair(Box::new(a), Box::new(b))),
            inner.prop_map(|t| T::Sum(Box::new(t))),
        ]
    })
}

const TEXTS: [&str; 5] = ["", "a", "ab", "abc", "b"];

fn pattern(t: T, depth: u32) -> BoxedStrategy<Pat> {
    let own = ty(&t);
    let at = move |kind| Pat {
        kind,
        ty: own.clone(),
        span: Span::default(),
    };
    let plain = prop_oneof![
        2 => Just(PatKind::Wildcard),
        1 => Just(PatKind::Bind(LocalId(0))),
    ];
    if depth == 0 {
        return plain.prop_map(at).boxed();
    }
    let sub = |t: &T| pattern(t.clone(), depth - 1);
    let or = prop::collection::vec(pattern(t.clone(), depth - 1), 2..4).prop_map(PatKind::Or);
    let refutable: BoxedStrategy<PatKind> = match &t {
        T::Bool => any::<bool>().prop_map(PatKind::Bool).boxed(),
        T::Int => prop_oneof![
            (-2..4i64).prop_map(PatKind::Int),
            (-2..4i64, -2..4i64, any::<bool>())
                .prop_map(|(a, b, closed)| PatKind::Range(a, b, closed)),
        ]
        .boxed(),
        T::Str => prop_oneof![
            prop::sample::select(TEXTS.to_vec()).prop_map(|text| PatKind::Str(text.into())),
            (prop::sample::select(TEXTS.to_vec()), sub(&T::Str))
                .prop_map(|(text, rest)| PatKind::Prefix(text.into(), Box::new(rest))),
        ]
        .boxed(),
        T::List(item) => (
            prop::collection::vec(sub(item), 0..4),
            prop::option::of(sub(&t)),
        )
            .prop_map(|(lead, rest)| PatKind::List(lead, rest.map(Box::new)))
            .boxed(),
        T::Pair(a, b) => (sub(a), sub(b))
            .prop_map(|(a, b)| PatKind::Tuple(vec![a, b]))
            .boxed(),
        T::Sum(a) => prop_oneof![
            sub(&T::Bool).prop_map(|x| PatKind::Construct {
                variant: 0,
                fields: vec![x]
            }),
            (sub(a), sub(&T::Bool)).prop_map(|(x, y)| PatKind::Construct {
                variant: 1,
                fields: vec![x, y]
            }),
            Just(PatKind::Construct {
                variant: 2,
                fields: vec![]
            }),
        ]
        .boxed(),
        T::Bytes => bytes::segments(depth - 1),
        T::Map => {
            prop::collection::vec((prop::sample::select(vec!["a", "b"]), sub(&T::Bool)), 0..3)
                .prop_map(|entries| {
                    PatKind::Map(entries.into_iter().map(|(k, p)| (key(k), p)).collect())
                })
                .boxed()
        }
    };
    prop_oneof![3 => refutable, 1 => plain, 1 => or]
        .prop_map(at)
        .boxed()
}

fn value(t: &T) -> BoxedStrategy<V> {
    match t {
        T::Bool => any::<bool>().prop_map(V::Bool).boxed(),
        T::Int => (-3..5i64).prop_map(V::Int).boxed(),
        T::Str => prop::sample::select(vec!["", "a", "ab", "abc", "abab", "aa", "b", "x"])
            .prop_map(|text| V::Str(text.into()))
            .boxed(),
        T::List(item) => prop::collection::vec(value(item), 0..5)
            .prop_map(V::List)
            .boxed(),
        T::Pair(a, b) => (value(a), value(b))
            .prop_map(|(a, b)| V::Fields(0, vec![a, b]))
            .boxed(),
        T::Sum(a) => prop_oneof![
            value(&T::Bool).prop_map(|x| V::Fields(0, vec![x])),
            (value(a), value(&T::Bool)).prop_map(|(x, y)| V::Fields(1, vec![x, y])),
            Just(V::Fields(2, vec![])),
        ]
        .boxed(),
        T::Bytes => bytes::value(),
        T::Map => {
            prop::collection::vec((prop::sample::select(vec!["a", "b"]), any::<bool>()), 0..2)
                .prop_map(|entries| {
                    V::Map(
                        entries
                            .into_iter()
                            .map(|(k, v)| (k.to_string(), v))
                            .collect(),
                    )
                })
                .boxed()
        }
    }
}

/// Whether a value matches, tried directly.
fn matches(pat: &Pat, value: &V) -> bool {
    match (&pat.kind, value) {
        (PatKind::Wildcard | PatKind::Bind(_), _) => true,
        (PatKind::Bool(a), V::Bool(b)) => a == b,
        (PatKind::Int(a), V::Int(b)) => a == b,
        (PatKind::Range(from, to, true), V::Int(n)) => (from..=to).contains(&n),
        (PatKind::Range(from, to, false), V::Int(n)) => (from..to).contains(&n),
        (PatKind::Str(a), V::Str(b)) => a == b,
        (PatKind::Prefix(prefix, rest), V::Str(text)) => {
            let rest_text = text.strip_prefix(prefix.as_str());
            rest_text.is_some_and(|text| matches(rest, &V::Str(text.into())))
        }
        (PatKind::Tuple(pats), V::Fields(_, values)) => {
            pats.iter().zip(values).all(|(p, v)| matches(p, v))
        }
        (PatKind::Construct { variant, fields }, V::Fields(tag, values)) => {
            *variant == u32::from(*tag) && fields.iter().zip(values).all(|(p, v)| matches(p, v))
        }
        (PatKind::List(lead, rest), V::List(items)) => {
            let long_enough = items.len() >= lead.len();
            long_enough
                && lead.iter().zip(items).all(|(p, v)| matches(p, v))
                && match rest {
                    None => items.len() == lead.len(),
                    Some(rest) => matches(rest, &V::List(items[lead.len()..].to_vec())),
                }
        }
        (PatKind::Map(entries), V::Map(map)) => entries.iter().all(|(key, pat)| {
            let found = map_value(map, key);
            found.is_some_and(|value| matches(pat, &V::Bool(value)))
        }),
        (PatKind::Segments(segments), V::Bytes(bytes)) => bytes::matches_segments(segments, bytes),
        (PatKind::Or(pats), _) => pats.iter().any(|pat| matches(pat, value)),
        _ => panic!("a pattern of another type: {pat:?} {value:?}"),
    }
}

fn map_value(map: &[(String, bool)], key: &Expr) -> Option<bool> {
    let ExprKind::Str(text) = &key.kind else {
        panic!("keys are strings");
    };
    map.iter()
        .find(|(k, _)| k == text.as_str())
        .map(|(_, value)| *value)
}

/// The row that a tree picks.
fn run(tree: &Tree, occs: &Occs<'_>, roots: &[V]) -> Option<usize> {
    match tree {
        Tree::Fail => None,
        Tree::Leaf { row, binds } => {
            binds
                .iter()
                .for_each(|(_, occ)| drop(at(occs, *occ, roots)));
            Some(*row)
        }
        Tree::Guard { otherwise, .. } => run(otherwise, occs, roots),
        Tree::Switch { on, arms, default } => {
            let V::Fields(tag, _) = at(occs, *on, roots) else {
                panic!("switch on no sum")
            };
            let arm = arms
                .iter()
                .find(|(arm, _)| *arm == tag)
                .map(|(_, tree)| tree);
            let tree = arm
                .or(default.as_deref())
                .expect("a switch covers all variants");
            run(tree, occs, roots)
        }
        Tree::Ints { on, arms, default } => {
            let V::Int(value) = at(occs, *on, roots) else {
                panic!("switch on no integer")
            };
            let arm = arms
                .iter()
                .find(|(arm, _)| *arm == value)
                .map(|(_, tree)| tree);
            run(arm.unwrap_or(default), occs, roots)
        }
        Tree::Test { on, test, yes, no } => {
            let tree = if holds(*on, test, occs, roots) {
                yes
            } else {
                no
            };
            run(tree, occs, roots)
        }
    }
}

fn holds(on: OccId, test: &Test, occs: &Occs<'_>, roots: &[V]) -> bool {
    match test {
        Test::Length(n) => return bytes::length(occs, on, roots) == *n as usize,
        Test::AtLeast(n) => return bytes::length(occs, on, roots) >= *n as usize,
        Test::Fits(place, size) => return bytes::fits(occs, *place, *size, roots),
        Test::Scalar(place) => return bytes::scalar_at(occs, *place, roots).is_some(),
        _ => {}
    }
    match (test, &at(occs, on, roots)) {
        (Test::True, V::Bool(value)) => *value,
        (Test::Between(from, to), V::Int(n)) => (from..=to).contains(&n),
        (Test::Str(text), V::Str(value)) => text == value,
        (Test::Prefix(prefix), V::Str(value)) => value.starts_with(prefix.as_str()),
        (Test::HasKey(key), V::Map(map)) => map_value(map, occs.key(*key)).is_some(),
        (_, value) => panic!("a test of another type: {test:?} {value:?}"),
    }
}

/// The value at an occurrence; panics when the tree did not make sure that it exists.
fn at(occs: &Occs<'_>, occ: OccId, roots: &[V]) -> V {
    match occs.get(occ) {
        Occ::Root(root) => roots[root as usize].clone(),
        Occ::Field { of, field, .. } => {
            let V::Fields(_, values) = at(occs, of, roots) else {
                panic!("no fields")
            };
            values[field as usize].clone()
        }
        Occ::Element { list, index } => {
            let V::List(items) = at(occs, list, roots) else {
                panic!("no list")
            };
            items[index as usize].clone()
        }
        Occ::Rest { list, from } => {
            let V::List(items) = at(occs, list, roots) else {
                panic!("no list")
            };
            V::List(items[from as usize..].to_vec())
        }
        Occ::Suffix { of, bytes } => {
            let V::Str(text) = at(occs, of, roots) else {
                panic!("no text")
            };
            V::Str(text[bytes as usize..].into())
        }
        Occ::Value { of, key } => {
            let V::Map(map) = at(occs, of, roots) else {
                panic!("no map")
            };
            V::Bool(map_value(&map, occs.key(key)).expect("a key that was tested"))
        }
        among => bytes::at(occs, among, roots),
    }
}

fn cases() -> impl Strategy<Value = (Vec<Pat>, Vec<bool>, T, Vec<V>)> {
    types().prop_flat_map(|t| {
        let pats = prop::collection::vec(pattern(t.clone(), 3), 1..6).prop_map(|mut pats| {
            let mut next = 1;
            pats.iter_mut()
                .for_each(|pat| bytes::number_sizes(pat, &mut next));
            pats
        });
        let guards = prop::collection::vec(prop::bool::weighted(0.2), 6);
        let values = prop::collection::vec(value(&t), 1..12);
        (pats, guards, Just(t), values)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// With guards that never hold, the tree picks the first row without a guard that matches.
    #[test]
    fn trees_pick_the_first_row_that_matches((pats, guards, _t, values) in cases()) {
        let program = program();
        let specs: Vec<_> = pats
            .iter()
            .zip(&guards)
            .map(|(pat, guarded)| RowSpec { pats: std::slice::from_ref(pat), guarded: *guarded })
            .collect();
        let (tree, occs) = tree::build(&program, &specs).expect("small patterns");
        for value in values {
            let rows = pats.iter().zip(&guards);
            let expected = rows.clone().position(|(pat, guarded)| !guarded && matches(pat, &value));
            prop_assert_eq!(run(&tree, &occs, std::slice::from_ref(&value)), expected);
        }
    }

    /// Patterns that leave nothing out match every value; a row that is called superfluous never is the first to match.
    #[test]
    fn coverage_agrees_with_matching((pats, _guards, t, values) in cases()) {
        let program = program();
        let spaces: Vec<Space> = pats.iter().map(|pat| Space::of(&program, pat)).collect();
        let rows: Vec<Vec<&Space>> = spaces.iter().map(|space| vec![space]).collect();
        let missing = uncovered(&program, &rows, &[&ANY], &[ty(&t)], 1).expect("small patterns");
        let superfluous: Vec<bool> = (0..rows.len())
            .map(|n| uncovered(&program, &rows[..n], &rows[n], &[ty(&t)], 1).expect("small patterns").is_empty())
            .collect();
        for value in values {
            match pats.iter().position(|pat| matches(pat, &value)) {
                Some(first) => prop_assert!(!superfluous[first], "row {first} is not superfluous"),
                None => prop_assert!(!missing.is_empty(), "{:?} is missing", value),
            }
        }
    }
}

fn pat(kind: PatKind, t: &T) -> Pat {
    Pat {
        kind,
        ty: ty(t),
        span: Span::default(),
    }
}

/// The missing patterns of a match, as a message shows them.
fn missing(t: &T, pats: &[Pat]) -> Vec<String> {
    let program = program();
    let spaces: Vec<Space> = pats.iter().map(|pat| Space::of(&program, pat)).collect();
    let rows: Vec<Vec<&Space>> = spaces.iter().map(|space| vec![space]).collect();
    let missing = uncovered(&program, &rows, &[&ANY], &[ty(t)], 4).expect("small patterns");
    missing
        .iter()
        .map(|values| example::row(&program, values))
        .collect()
}

#[test]
fn missing_patterns_are_shown_in_source_syntax() {
    let any = |t: &T| pat(PatKind::Wildcard, t);
    let sum = T::Sum(Box::new(T::Bool));
    let two = PatKind::Construct {
        variant: 1,
        fields: vec![pat(PatKind::Bool(true), &T::Bool), any(&T::Bool)],
    };
    assert_eq!(
        missing(&sum, &[pat(two, &sum)]),
        ["One(_)", "Two(false, _)", "Three"]
    );

    let list = T::List(Box::new(T::Int));
    let empty = pat(PatKind::List(vec![], None), &list);
    let one = pat(PatKind::List(vec![any(&T::Int)], None), &list);
    assert_eq!(missing(&list, std::slice::from_ref(&empty)), ["_ :: _"]);
    assert_eq!(missing(&list, &[empty, one]), ["_ :: _ :: _"]);

    assert_eq!(
        missing(&T::Int, &[pat(PatKind::Range(0, 9, true), &T::Int)]),
        ["10", "-1"]
    );
    assert_eq!(
        missing(&T::Str, &[pat(PatKind::Str("a".into()), &T::Str)]),
        ["_"]
    );
    let pair = T::Pair(Box::new(T::Bool), Box::new(T::Bool));
    let both = PatKind::Tuple(vec![
        pat(PatKind::Bool(true), &T::Bool),
        pat(PatKind::Bool(true), &T::Bool),
    ]);
    assert_eq!(
        missing(&pair, &[pat(both, &pair)]),
        ["(true, false)", "(false, _)"]
    );
}

/// Rows of which each column has a literal in one row only make trees that double with each column.
#[test]
fn exponential_patterns_end_with_an_error() {
    let program = program();
    let columns = 60;
    let row = |n: usize| -> Vec<Pat> {
        let cell = |column: usize| match column {
            c if c == n => pat(PatKind::Int(0), &T::Int),
            c if c == (n + 1) % columns => pat(PatKind::Int(1), &T::Int),
            _ => pat(PatKind::Wildcard, &T::Int),
        };
        (0..columns).map(cell).collect()
    };
    let rows: Vec<Vec<Pat>> = (0..columns).map(row).collect();
    let specs: Vec<_> = rows
        .iter()
        .map(|pats| RowSpec {
            pats,
            guarded: false,
        })
        .collect();
    assert!(tree::build(&program, &specs).is_err());
}

#[test]
fn literals_are_superfluous_once_they_were_asked_for() {
    let text = "fn f(x :: String) do
  case x do
    \"a\" when x == \"b\" -> 0
    \"a\" -> 1
    \"b\" -> 2
    \"a\" -> 3
    \"b\" <> _ -> 4
    \"b\" -> 5
    \"c\" -> 6
    \"c\" -> 7
    _ -> 8
  end
end
fn g(1) = 1
fn g(2..5) = 2
fn g(3) = 3
fn g(1) = 4
fn g(_) = 5
fn main() do
  println(f(\"a\") + g(1))
end
";
    let std = crate::types::tests::std_image();
    let mut sink = Sink::new();
    let mut project = std.project();
    project.add("main.snow", "Main", text, &mut sink);
    project.main = Some(0);
    crate::check::check(&project, std, &mut sink).expect("it has no errors");
    let never_reached = sink.into_sorted().into_iter().filter_map(|found| {
        let span = found.primary.span;
        (found.code == Code::UNREACHABLE_ARM)
            .then(|| 1 + text[..span.start as usize].matches('\n').count())
    });
    assert_eq!(never_reached.collect::<Vec<_>>(), [6, 8, 10, 16, 17]);
}
