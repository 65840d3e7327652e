//! Values of all kinds of types, there and back, between versions of a type, and out of bytes that are none.

use super::decode::{Mailboxes, Misfit, Progress};
use super::{Decoder, Encoder, Nodes, Structure, Unsendable, encode};
use crate::wire::pack::{Reader, Writer};
use proptest::prelude::*;
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};
use snow_vm::actor::Pid;
use snow_vm::actor::entry::drop_element;
use snow_vm::atoms::Atoms;
use snow_vm::heap::Heap;
use snow_vm::types::RuntimeTypes;
use std::sync::Arc;

/// Node 0 is index 0, node 7 is index 1; others are not known.
struct Two;

impl Nodes for Two {
    fn index_of(&mut self, node: u32) -> Option<u32> {
        [0, 7]
            .iter()
            .position(|known| *known == node)
            .map(|at| at as u32)
    }

    fn node_at(&mut self, index: u32) -> Option<u32> {
        [0, 7].get(index as usize).copied()
    }
}

/// Actors with an even number take everything, others nothing.
struct Even;

impl Mailboxes for Even {
    fn takes(&self, pid: Pid, _message: TypeId) -> bool {
        pid.serial().is_multiple_of(2)
    }
}

fn field(name: &str, ty: u32) -> Field {
    Field {
        name: name.to_owned(),
        ty: TypeId(ty),
    }
}

fn sum(name: &str, variants: &[(&str, &[Field])]) -> Type {
    Type::Sum {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args: Vec::new(),
        variants: variants
            .iter()
            .map(|(name, fields)| Variant {
                name: (*name).to_owned(),
                fields: fields.to_vec(),
            })
            .collect(),
        shows: Shows::Debug,
    }
}

fn record(name: &str, fields: &[Field]) -> Type {
    Type::Struct {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args: Vec::new(),
        fields: fields.to_vec(),
        shows: Shows::Debug,
    }
}

const INT: u32 = 0;
const STRING: u32 = 4;
const OPTION: u32 = 15;
const PERSON: u32 = 16;
const TREE: u32 = 17;
const ALL: u32 = 20;
const FUN: u32 = 21;

fn table() -> TypeTable {
    let of = TypeId;
    let mut types = vec![
        Type::Int,
        Type::Float,
        Type::Bool,
        Type::Unit,
        Type::String,
        Type::Bytes,
        Type::Atom,
        Type::Range,
        Type::Pid(of(3)),
        Type::Ref,
        Type::List(of(INT)),
        Type::List(of(STRING)),
        Type::Map(of(STRING), of(10)),
        Type::Set(of(STRING)),
        Type::Tuple(vec![of(INT), of(STRING)]),
        sum("Option", &[("Some", &[field("", INT)]), ("None", &[])]),
        record(
            "Person",
            &[
                field("name", STRING),
                field("age", INT),
                field("tag", OPTION),
            ],
        ),
        sum(
            "Tree",
            &[
                ("Leaf", &[]),
                ("Node", &[field("", TREE), field("", INT), field("", TREE)]),
            ],
        ),
        Type::List(of(TREE)),
        Type::List(of(2)),
    ];
    types.push(Type::Tuple((0..20).map(of).collect()));
    types.push(Type::Fun {
        params: Vec::new(),
        ret: of(INT),
    });
    TypeTable { types }
}

fn heap(table: &TypeTable) -> Heap {
    let types = RuntimeTypes::new(table, [1, 2]).expect("good types");
    Heap::new(Arc::new(types))
}

fn atoms() -> Atoms {
    let mut atoms = Atoms::default();
    atoms.intern("ok");
    atoms.intern("no");
    atoms
}

fn decode(
    heap: &mut Heap,
    ty: u32,
    structure: Option<&Structure>,
    bytes: &[u8],
) -> Result<u64, Misfit> {
    let (atoms, mut nodes) = (atoms(), Two);
    let mut decoder = Decoder::new(heap, &atoms, &mut nodes, &Even, structure);
    let mut read = Reader::new(bytes);
    let word = decoder.element(&mut read, TypeId(ty))?;
    assert!(read.is_empty(), "all was read");
    Ok(word)
}

/// As [`decode`], a few steps at a time; what was read is given up after so many times.
fn decode_in_steps(
    heap: &mut Heap,
    bytes: &[u8],
    ty: u32,
    steps: usize,
    most: usize,
) -> Result<Option<u64>, Misfit> {
    let (atoms, mut nodes) = (atoms(), Two);
    let (mut progress, mut rest) = (Progress::default(), bytes);
    for _ in 0..most {
        let mut decoder = Decoder::new(heap, &atoms, &mut nodes, &Even, None);
        let mut read = Reader::new(rest);
        let word = decoder.some_steps(&mut progress, &mut read, TypeId(ty), steps)?;
        if word.is_some() {
            assert!(read.is_empty());
            return Ok(word);
        }
        rest = read.rest();
    }
    Decoder::new(heap, &atoms, &mut nodes, &Even, None).give_up_all(&mut progress);
    Ok(None)
}

fn encode(heap: &Heap, ty: u32, word: u64) -> Result<Vec<u8>, Unsendable> {
    let (atoms, mut nodes) = (atoms(), Two);
    let mut encoder = Encoder {
        types: heap.types(),
        atoms: &atoms,
        nodes: &mut nodes,
    };
    let mut out = Writer::default();
    // SAFETY: tests pass live elements of the type.
    unsafe { encoder.element(&mut out, TypeId(ty), word) }?;
    Ok(out.bytes)
}

fn discard(heap: &mut Heap, ty: u32, word: u64) {
    // SAFETY: tests pass owned elements of the type.
    unsafe { drop_element(heap, TypeId(ty), word) };
    heap.settle_all();
}

/// Choices that follow from a number.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % limit
    }

    fn text(&mut self) -> String {
        (0..self.below(60))
            .map(|at| ['a', 'ß', '❄', ' '][(at % 4) as usize])
            .collect()
    }
}

/// Writes some value of a type.
fn some(table: &TypeTable, ty: TypeId, depth: u32, by: &mut Choices, out: &mut Writer) {
    match table.get(ty) {
        Type::Int => out.int((by.below(1 << 30) as i64 - 1000) << by.below(33)),
        Type::Float => out.float(by.below(1000) as f64 / 7.0),
        Type::Bool => out.bool(by.below(2) == 0),
        Type::Unit => out.nil(),
        Type::String => out.text(&by.text()),
        Type::Bytes => out.bytes(by.text().as_bytes()),
        Type::Atom => out.text(["ok", "no"][by.below(2) as usize]),
        Type::Range => {
            out.array(2);
            out.int(-5);
            out.int(by.below(100) as i64);
        }
        Type::Pid(_) | Type::Ref => {
            out.array(2);
            out.number(by.below(2));
            out.number(2 * by.below(1 << 30));
        }
        Type::List(item) => {
            let len = by.below(5);
            out.array(len as usize);
            (0..len).for_each(|_| some(table, *item, depth + 1, by, out));
        }
        Type::Set(_) | Type::Map(..) => some_entries(table, ty, depth, by, out),
        Type::Tuple(items) => {
            out.array(items.len());
            items
                .iter()
                .for_each(|ty| some(table, *ty, depth + 1, by, out));
        }
        Type::Struct { fields, .. } => {
            out.array(fields.len());
            fields
                .iter()
                .for_each(|field| some(table, field.ty, depth + 1, by, out));
        }
        Type::Sum { variants, .. } => {
            let tag = if depth > 12 { 0 } else { by.below(2) as usize };
            let fields = &variants[tag].fields;
            match fields.is_empty() {
                true => out.number(tag as u64),
                false => {
                    out.array(1 + fields.len());
                    out.number(tag as u64);
                }
            }
            fields
                .iter()
                .for_each(|field| some(table, field.ty, depth + 1, by, out));
        }
        Type::Fun { .. } => out.nil(),
    }
}

fn some_entries(table: &TypeTable, ty: TypeId, depth: u32, by: &mut Choices, out: &mut Writer) {
    let len = by.below(20);
    match table.get(ty) {
        Type::Map(_, value) => {
            out.map(len as usize);
            for key in 0..len {
                out.text(&format!("key {key}"));
                some(table, *value, depth + 1, by, out);
            }
        }
        _ => {
            out.array(len as usize);
            (0..len).for_each(|key| out.text(&format!("key {key}")));
        }
    }
}

proptest! {
    #[test]
    fn values_come_back(seed in any::<u64>()) {
        let table = table();
        let mut heap = heap(&table);
        let structure = Structure::of(&table, TypeId(ALL));
        for described in [None, Some(&structure)] {
            let mut out = Writer::default();
            some(&table, TypeId(ALL), 0, &mut Choices(seed), &mut out);
            let word = decode(&mut heap, ALL, described, &out.bytes).expect("a value");
            prop_assert_eq!(encode(&heap, ALL, word).expect("sendable"), out.bytes);
            discard(&mut heap, ALL, word);
            prop_assert_eq!(heap.live(), 0);
        }
    }

    #[test]
    fn values_that_are_read_in_steps_come_back_or_leave_nothing(seed in any::<u64>(), steps in 1..50_usize, most in 1..50_usize) {
        let table = table();
        let mut heap = heap(&table);
        let mut out = Writer::default();
        some(&table, TypeId(ALL), 0, &mut Choices(seed), &mut out);
        for most in [most, usize::MAX] {
            let read = decode_in_steps(&mut heap, &out.bytes, ALL, steps, most);
            if let Some(word) = read.expect("a value") {
                prop_assert_eq!(&encode(&heap, ALL, word).expect("sendable"), &out.bytes);
                discard(&mut heap, ALL, word);
            }
            heap.settle_all();
            prop_assert_eq!(heap.live(), 0);
        }
    }

    #[test]
    fn bytes_that_are_no_value_leave_nothing(seed in any::<u64>(), at in any::<usize>(), to in any::<u8>(), cut in any::<usize>()) {
        let table = table();
        let mut heap = heap(&table);
        let structure = Structure::of(&table, TypeId(ALL));
        let mut out = Writer::default();
        some(&table, TypeId(ALL), 0, &mut Choices(seed), &mut out);
        let mut changed = out.bytes.clone();
        let at = at % changed.len();
        changed[at] = to;
        for bytes in [&out.bytes[..cut % out.bytes.len()], &changed] {
            for described in [None, Some(&structure)] {
                let (atoms, mut nodes) = (atoms(), Two);
                let mut decoder = Decoder::new(&mut heap, &atoms, &mut nodes, &Even, described);
                if let Ok(word) = decoder.element(&mut Reader::new(bytes), TypeId(ALL)) {
                    encode(&heap, ALL, word).expect("a value that was read can be written");
                    discard(&mut heap, ALL, word);
                }
                heap.settle_all();
                prop_assert_eq!(heap.live(), 0);
            }
        }
    }

    #[test]
    fn described_structures_come_back_and_damaged_ones_do_no_harm(at in any::<usize>(), to in any::<u8>()) {
        let structure = Structure::of(&table(), TypeId(ALL));
        let mut bytes = structure.encode();
        prop_assert_eq!(Structure::decode(&bytes), Ok(structure));
        let at = at % bytes.len();
        bytes[at] = to;
        let damaged = Structure::decode(&bytes);
        if let Ok(damaged) = damaged {
            let table = table();
            let mut heap = heap(&table);
            let mut out = Writer::default();
            some(&table, TypeId(ALL), 0, &mut Choices(to.into()), &mut out);
            let (atoms, mut nodes) = (atoms(), Two);
            let mut decoder = Decoder::new(&mut heap, &atoms, &mut nodes, &Even, Some(&damaged));
            if let Ok(word) = decoder.element(&mut Reader::new(&out.bytes), TypeId(ALL)) {
                discard(&mut heap, ALL, word);
            }
            heap.settle_all();
            prop_assert_eq!(heap.live(), 0);
        }
    }
}

/// Reads what another version of a type has written.
fn read_as(
    theirs: &TypeTable,
    their: u32,
    ours: &TypeTable,
    our: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, Misfit> {
    let mut heap = heap(ours);
    let structure = Structure::of(theirs, TypeId(their));
    let result = decode(&mut heap, our, Some(&structure), bytes).map(|word| {
        let bytes = encode(&heap, our, word).expect("sendable");
        discard(&mut heap, our, word);
        bytes
    });
    heap.settle_all();
    assert_eq!(heap.live(), 0);
    result
}

fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::default();
    write(&mut out);
    out.bytes
}

/// `Person` as a later version might have it: in another order, with a field more, and without the optional one.
fn later() -> TypeTable {
    let mut table = table();
    table.types[PERSON as usize] = record(
        "Person",
        &[field("email", 11), field("age", INT), field("name", STRING)],
    );
    table
}

#[test]
fn fields_are_found_by_name_unknown_ones_are_ignored_and_missing_options_are_none() {
    let bytes = written(|out| {
        out.array(3);
        out.array(1);
        out.text("x@y");
        out.int(44);
        out.text("Ada");
    });
    let read = read_as(&later(), PERSON, &table(), PERSON, &bytes);
    let expected = written(|out| {
        out.array(3);
        out.text("Ada");
        out.int(44);
        out.number(1);
    });
    assert_eq!(read, Ok(expected));
}

#[test]
fn a_missing_field_that_is_no_option_does_not_fit() {
    let bytes = written(|out| {
        out.array(3);
        out.text("Ada");
        out.int(44);
        out.number(1);
    });
    let read = read_as(&table(), PERSON, &later(), PERSON, &bytes);
    assert_eq!(read, Err(Misfit::Field));
}

#[test]
fn variants_are_found_by_name_and_unknown_ones_do_not_fit() {
    let mut other = table();
    other.types[TREE as usize] = sum(
        "Tree",
        &[
            ("Fruit", &[field("", INT)]),
            ("Node", &[field("", TREE), field("", INT), field("", TREE)]),
            ("Leaf", &[]),
        ],
    );
    let tree = |leaf: u64| {
        written(|out| {
            out.array(4);
            out.number(1);
            out.number(leaf);
            out.int(5);
            out.number(leaf);
        })
    };
    assert_eq!(read_as(&other, TREE, &table(), TREE, &tree(2)), Ok(tree(0)));
    let fruit = written(|out| {
        out.array(2);
        out.number(0);
        out.int(1);
    });
    let read = read_as(&other, TREE, &table(), TREE, &fruit);
    assert_eq!(read, Err(Misfit::Variant));
}

#[test]
fn a_value_of_another_type_never_fits() {
    let table = table();
    for their in 0..ALL {
        for our in 0..ALL {
            if their == our {
                continue;
            }
            let mut out = Writer::default();
            some(
                &table,
                TypeId(their),
                0,
                &mut Choices(their.into()),
                &mut out,
            );
            let read = read_as(&table, their, &table, our, &out.bytes);
            // An empty list is an empty list.
            let both_lists = [their, our].iter().all(|ty| [10, 11, 18, 19].contains(ty));
            assert!(read.is_err() || both_lists, "{their} as {our}");
            // It is a good value, of another type: the connection stays.
            let is_malformed = matches!(read, Err(Misfit::Malformed(_)));
            assert!(!is_malformed, "{their} as {our}: {read:?}");
        }
    }
}

#[test]
fn pids_are_of_the_nodes_that_they_are_of_and_take_what_they_should() {
    let table = table();
    let mut heap = heap(&table);
    let pid = |node: u64, serial: u64| {
        written(|out| {
            out.array(2);
            out.number(node);
            out.number(serial);
        })
    };
    assert_eq!(decode(&mut heap, 8, None, &pid(0, 4)), Ok(4));
    assert_eq!(decode(&mut heap, 8, None, &pid(1, 5)), Ok(7 << 40 | 5));
    assert_eq!(decode(&mut heap, 8, None, &pid(0, 5)), Err(Misfit::Mailbox));
    assert_eq!(decode(&mut heap, 8, None, &pid(2, 4)), Err(Misfit::Node));
    assert_eq!(
        decode(&mut heap, 8, None, &pid(0, 1 << 40)),
        Err(Misfit::Type)
    );
    assert_eq!(encode(&heap, 8, 7 << 40 | 5), Ok(pid(1, 5)));
    assert_eq!(encode(&heap, 8, 3 << 40 | 5), Err(Unsendable::TooManyNodes));
    assert_eq!(encode(&heap, 9, 1 << 63 | 5), Err(Unsendable::Timer));
}

#[test]
fn functions_do_not_travel() {
    let table = table();
    let heap = heap(&table);
    assert_eq!(encode(&heap, FUN, 0), Err(Unsendable::Function));
}

#[test]
fn depth_has_no_bound() {
    const DEPTH: usize = 300_000;
    let table = table();
    let mut heap = heap(&table);
    let mut bytes = Vec::new();
    for _ in 0..DEPTH {
        bytes.extend([0x94, 1]);
    }
    bytes.push(0);
    for _ in 0..DEPTH {
        bytes.extend([7, 0]);
    }
    let word = decode(&mut heap, TREE, None, &bytes).expect("a value");
    assert!(encode(&heap, TREE, word) == Ok(bytes));
    discard(&mut heap, TREE, word);
    assert_eq!(heap.live(), 0);
}

#[test]
fn atoms_that_the_program_does_not_have_do_not_fit() {
    let table = table();
    let mut heap = heap(&table);
    let bytes = written(|out| out.text("unheard of"));
    assert_eq!(decode(&mut heap, 6, None, &bytes), Err(Misfit::Atom));
}

/// As [`encode`], a few steps and bytes at a time.
fn encode_in_steps(
    heap: &Heap,
    ty: u32,
    word: u64,
    steps: usize,
    bytes: usize,
) -> Result<Vec<u8>, Unsendable> {
    let (atoms, mut nodes) = (atoms(), Two);
    let mut progress = encode::Progress::default();
    let (mut all, mut out) = (Vec::new(), Writer::default());
    loop {
        let mut encoder = Encoder {
            types: heap.types(),
            atoms: &atoms,
            nodes: &mut nodes,
        };
        let (value, mut left) = ((TypeId(ty), word), steps);
        // SAFETY: tests pass live elements of the type.
        let is_all = unsafe { encoder.some(&mut progress, &mut out, value, &mut left, bytes)? };
        progress.take(out.bytes.len());
        all.append(&mut out.bytes);
        if is_all {
            return Ok(all);
        }
    }
}

/// A text of so many bytes, with characters of one to four bytes.
fn long_text(len: usize) -> String {
    let mut text: String = "❄ß🦀a".chars().cycle().take(len / 3).collect();
    text.extend(std::iter::repeat_n('x', len.saturating_sub(text.len())));
    text
}

proptest! {
    #[test]
    fn values_that_are_written_in_steps_are_the_same_bytes(seed in any::<u64>(), steps in 1..9_usize, bytes in 1..200_usize) {
        let table = table();
        let mut heap = heap(&table);
        let mut out = Writer::default();
        some(&table, TypeId(ALL), 0, &mut Choices(seed), &mut out);
        let word = decode(&mut heap, ALL, None, &out.bytes).expect("a good value");
        prop_assert_eq!(encode_in_steps(&heap, ALL, word, steps, bytes), Ok(out.bytes));
        discard(&mut heap, ALL, word);
        prop_assert_eq!(heap.live(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn long_texts_are_written_and_read_in_pieces(len in 66_000..400_000_usize, bytes in 1000..100_000_usize, turns in 1..4_usize, at in any::<usize>()) {
        let mut heap = heap(&table());
        let text = long_text(len);
        let mut bytes_of_it = written(|out| out.text(&text));
        let steps = turns * encode::PIECE_STEPS;
        let read = decode_in_steps(&mut heap, &bytes_of_it, STRING, steps, usize::MAX);
        let word = read.expect("a text").expect("all of it");
        prop_assert_eq!(encode_in_steps(&heap, STRING, word, steps, bytes), Ok(bytes_of_it.clone()));
        discard(&mut heap, STRING, word);
        // Given up in the middle, cut off, and no text.
        let read = decode_in_steps(&mut heap, &bytes_of_it, STRING, encode::PIECE_STEPS, 1);
        prop_assert_eq!(read, Ok(None));
        let cut = &bytes_of_it[..5 + at % len];
        prop_assert!(decode_in_steps(&mut heap, cut, STRING, steps, usize::MAX).is_err());
        let at = 5 + at % (bytes_of_it.len() - 5);
        bytes_of_it[at] = 0xff;
        prop_assert!(decode_in_steps(&mut heap, &bytes_of_it, STRING, steps, usize::MAX).is_err());
        heap.settle_all();
        prop_assert_eq!(heap.live(), 0);
    }
}
