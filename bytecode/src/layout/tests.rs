use super::*;
use crate::types::{Field, Shows, Variant};

/// Builds tables by short calls.
#[derive(Default)]
struct Table(TypeTable);

impl Table {
    fn add(&mut self, ty: Type) -> TypeId {
        self.0.types.push(ty);
        TypeId(self.0.types.len() as u32 - 1)
    }

    fn fields(types: &[TypeId]) -> Vec<Field> {
        types
            .iter()
            .map(|ty| Field {
                name: String::new(),
                ty: *ty,
            })
            .collect()
    }

    fn structure(&mut self, fields: &[TypeId]) -> TypeId {
        let fields = Table::fields(fields);
        self.add(Type::Struct {
            module: String::new(),
            name: "S".into(),
            args: vec![],
            fields,
            shows: Shows::Debug,
        })
    }

    fn sum(&mut self, variants: &[&[TypeId]]) -> TypeId {
        let variant = |fields: &&[TypeId]| Variant {
            name: "V".into(),
            fields: Table::fields(fields),
        };
        let variants = variants.iter().map(variant).collect();
        self.add(Type::Sum {
            module: String::new(),
            name: "T".into(),
            args: vec![],
            variants,
            shows: Shows::Debug,
        })
    }

    fn layouts(&self) -> Layouts {
        Layouts::compute(&self.0).unwrap()
    }
}

#[test]
fn scalars_and_collections_take_one_slot() {
    let mut t = Table::default();
    let int = t.add(Type::Int);
    let float = t.add(Type::Float);
    let text = t.add(Type::String);
    let list = t.add(Type::List(float));
    let l = t.layouts();
    assert_eq!(l.slots(int), [Slot::Word]);
    assert_eq!(l.slots(float), [Slot::Float]);
    assert_eq!(l.slots(text), [Slot::Ref(text)]);
    assert_eq!(l.element(list), Slot::Ref(list));
    assert!(l.cells(list).is_empty() && l.has_cells(&t.0, list));
    assert!(!l.has_cells(&t.0, int));
}

#[test]
fn small_structs_are_unboxed_and_larger_ones_boxed() {
    let mut t = Table::default();
    let int = t.add(Type::Int);
    let text = t.add(Type::String);
    let range = t.add(Type::Range);
    let three = t.structure(&[range, text]);
    let four = t.structure(&[three, int]);
    let none = t.structure(&[]);
    let wrapper = t.structure(&[text]);
    let l = t.layouts();
    assert_eq!(l.slots(range), [Slot::Word, Slot::Word]);
    assert_eq!(l.slots(three), [Slot::Word, Slot::Word, Slot::Ref(text)]);
    assert_eq!(
        l.repr(three),
        &Repr::UnboxedStruct {
            slots: l.slots(three).to_vec(),
            fields: vec![(0, 2), (2, 1)]
        }
    );
    assert_eq!(l.element(three), Slot::Ref(three));
    assert_eq!(l.cell(three, 0).slots, l.slots(three));
    assert_eq!(l.slots(four), [Slot::Ref(four)]);
    assert_eq!(l.cell(four, 0).fields, [(0, 3), (3, 1)]);
    assert_eq!(l.slots(none), [Slot::Word]);
    assert_eq!(l.element(wrapper), Slot::Ref(text));
}

#[test]
fn options_are_nullable_or_tagged() {
    let mut t = Table::default();
    let int = t.add(Type::Int);
    let text = t.add(Type::String);
    let unit = t.add(Type::Unit);
    let some_text = t.sum(&[&[text], &[]]);
    let some_int = t.sum(&[&[int], &[]]);
    let nested = t.sum(&[&[some_text], &[]]);
    let enumeration = t.sum(&[&[], &[], &[]]);
    let pair = t.structure(&[int, text]);
    let some_pair = t.sum(&[&[], &[pair]]);
    let big = t.structure(&[pair, pair]);
    let some_big = t.sum(&[&[], &[big]]);
    let l = t.layouts();
    assert_eq!(
        l.repr(some_text),
        &Repr::Nullable {
            payload: text,
            some: 0
        }
    );
    assert_eq!(l.element(some_text), Slot::Null(text));
    assert_eq!(l.slots(some_int), [Slot::Word, Slot::Word]);
    assert_eq!(l.slots(nested), [Slot::Word, Slot::Null(text)]);
    assert_eq!(l.slots(enumeration), [Slot::Word]);
    assert_eq!(
        l.slots(some_pair),
        [Slot::Word, Slot::Word, Slot::Null(text)]
    );
    assert_eq!(
        l.repr(some_big),
        &Repr::Nullable {
            payload: big,
            some: 1
        }
    );
    assert_eq!(l.slots(unit), [Slot::Word]);
}

#[test]
fn variants_share_slots_by_class() {
    let mut t = Table::default();
    let int = t.add(Type::Int);
    let float = t.add(Type::Float);
    let text = t.add(Type::String);
    let bytes = t.add(Type::Bytes);
    let mixed = t.sum(&[&[text], &[bytes]]);
    let same = t.sum(&[&[text], &[text]]);
    let classes = t.sum(&[&[int], &[float]]);
    let too_many = t.sum(&[&[int], &[float], &[text]]);
    let shapes = t.sum(&[&[float], &[float, float], &[]]);
    let l = t.layouts();
    assert_eq!(l.slots(mixed), [Slot::Word, Slot::Any]);
    assert_eq!(l.slots(same), [Slot::Word, Slot::Ref(text)]);
    assert_eq!(l.slots(classes), [Slot::Word, Slot::Word, Slot::Float]);
    assert_eq!(l.slots(too_many), [Slot::Ref(too_many)]);
    assert_eq!(l.cells(too_many).len(), 3);
    let Repr::UnboxedSum { variants, .. } = l.repr(shapes) else {
        panic!("{:?}", l.repr(shapes))
    };
    assert_eq!(variants[1], [vec![1], vec![2]]);
    assert_eq!(variants[2], Vec::<Vec<u16>>::new());
}

#[test]
fn recursive_types_are_boxed_but_their_options_are_null() {
    let mut t = Table::default();
    let node = TypeId(0);
    let option = TypeId(1);
    let wrapped = TypeId(2);
    assert_eq!(t.structure(&[option]), node);
    assert_eq!(t.sum(&[&[node], &[]]), option);
    assert_eq!(t.structure(&[node]), wrapped);
    let peano = TypeId(3);
    assert_eq!(t.sum(&[&[], &[peano]]), peano);
    let l = t.layouts();
    assert_eq!(
        l.repr(option),
        &Repr::Nullable {
            payload: node,
            some: 0
        }
    );
    assert_eq!(l.slots(node), [Slot::Ref(node)]);
    assert_eq!(l.cell(node, 0).slots, [Slot::Null(node)]);
    assert_eq!(l.slots(wrapped), [Slot::Ref(node)]);
    assert_eq!(l.slots(peano), [Slot::Ref(peano)]);
    assert_eq!(l.cell(peano, 1).slots, [Slot::Ref(peano)]);
}

#[test]
fn recursion_through_a_list_is_not_inline() {
    let mut t = Table::default();
    let list = TypeId(1);
    let tree = t.structure(&[list]);
    t.add(Type::List(tree));
    assert_eq!(t.layouts().slots(tree), [Slot::Ref(list)]);
}

#[test]
fn hostile_tables_give_errors() {
    let bad = TypeTable {
        types: vec![Type::List(TypeId(7))],
    };
    assert_eq!(
        Layouts::compute(&bad).unwrap_err(),
        LayoutError::UnknownType {
            from: TypeId(0),
            to: TypeId(7)
        }
    );
    let mut t = Table::default();
    let many: Vec<&[TypeId]> = vec![&[]; 257];
    t.sum(&many);
    assert!(matches!(
        Layouts::compute(&t.0),
        Err(LayoutError::TooManyVariants { count: 257, .. })
    ));
    let mut t = Table::default();
    let int = t.add(Type::Int);
    t.structure(&vec![int; MAX_CELL_WORDS + 1]);
    assert!(matches!(
        Layouts::compute(&t.0),
        Err(LayoutError::CellTooLarge { .. })
    ));
}

#[test]
fn deep_nesting_is_linear() {
    let mut t = Table::default();
    let mut last = t.add(Type::Int);
    for _ in 0..200_000 {
        last = t.add(Type::Tuple(vec![last, last]));
    }
    let l = t.layouts();
    assert_eq!(l.slots(last), [Slot::Ref(last)]);
}
