//! A heap with a few types, for the tests of this crate.

use std::sync::Arc;

use snow_bytecode::inst::TextForm;
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

use crate::atoms::Atoms;
use crate::heap::Heap;
use crate::types::RuntimeTypes;
use crate::value::{show, text};

/// Ids of the types of [`Fixture`], by position in its table.
#[allow(missing_docs)]
pub mod ty {
    use snow_bytecode::types::TypeId;

    pub const INT: TypeId = TypeId(0);
    pub const FLOAT: TypeId = TypeId(1);
    pub const STRING: TypeId = TypeId(2);
    pub const INTS: TypeId = TypeId(3);
    pub const STRINGS: TypeId = TypeId(4);
    pub const INT_MAP: TypeId = TypeId(5);
    pub const STRING_MAP: TypeId = TypeId(6);
    pub const STRING_SET: TypeId = TypeId(7);
    /// `struct Point do x :: Int, y :: Float end`, unboxed.
    pub const POINT: TypeId = TypeId(8);
    /// `type Tree do Leaf, Node(Tree, String, Tree) end`, boxed.
    pub const TREE: TypeId = TypeId(9);
    /// `Option<Int>`, two words.
    pub const MAYBE_INT: TypeId = TypeId(10);
    /// `Option<String>`, nullable.
    pub const MAYBE_STRING: TypeId = TypeId(11);
    pub const POINTS: TypeId = TypeId(12);
    pub const MAP_MAP: TypeId = TypeId(13);
    pub const POINT_MAP: TypeId = TypeId(14);
    pub const RESULT: TypeId = TypeId(15);
    pub const PAIR: TypeId = TypeId(16);
    pub const FUN: TypeId = TypeId(17);
    /// `type Nest do Nest(Map<Nest, Int>) end`: keys nested without bound.
    pub const NEST: TypeId = TypeId(18);
    pub const NEST_MAP: TypeId = TypeId(19);
    pub const BYTES: TypeId = TypeId(20);
    pub const RANGE: TypeId = TypeId(21);
    /// A sum of 256 variants without fields: lists of it are narrow.
    pub const SHADE: TypeId = TypeId(22);
    pub const SHADES: TypeId = TypeId(23);
    pub const PID: TypeId = TypeId(24);
    pub const REF: TypeId = TypeId(25);
}

fn field(name: &str, ty: TypeId) -> Field {
    Field {
        name: name.to_owned(),
        ty,
    }
}

fn sum(name: &str, args: Vec<TypeId>, variants: &[(&str, &[TypeId])]) -> Type {
    let variant = |(name, fields): &(&str, &[TypeId])| Variant {
        name: (*name).to_owned(),
        fields: fields.iter().map(|&ty| field("", ty)).collect(),
    };
    Type::Sum {
        module: "Main".to_owned(),
        name: name.to_owned(),
        args,
        variants: variants.iter().map(variant).collect(),
        shows: Shows::Display,
    }
}

fn table() -> TypeTable {
    let types = vec![
        Type::Int,
        Type::Float,
        Type::String,
        Type::List(ty::INT),
        Type::List(ty::STRING),
        Type::Map(ty::INT, ty::INT),
        Type::Map(ty::STRING, ty::STRING),
        Type::Set(ty::STRING),
        Type::Struct {
            module: "Main".to_owned(),
            name: "Point".to_owned(),
            args: vec![],
            fields: vec![field("x", ty::INT), field("y", ty::FLOAT)],
            shows: Shows::Debug,
        },
        sum(
            "Tree",
            vec![],
            &[("Leaf", &[]), ("Node", &[ty::TREE, ty::STRING, ty::TREE])],
        ),
        sum(
            "Option",
            vec![ty::INT],
            &[("Some", &[ty::INT]), ("None", &[])],
        ),
        sum(
            "Option",
            vec![ty::STRING],
            &[("Some", &[ty::STRING]), ("None", &[])],
        ),
        Type::List(ty::POINT),
        Type::Map(ty::STRING, ty::INT_MAP),
        Type::Map(ty::POINT, ty::STRING),
        sum(
            "Result",
            vec![ty::INT, ty::STRING],
            &[("Ok", &[ty::INT]), ("Err", &[ty::STRING])],
        ),
        Type::Tuple(vec![ty::INT, ty::STRING]),
        Type::Fun {
            params: vec![ty::INT],
            ret: ty::INT,
        },
        sum("Nest", vec![], &[("Nest", &[ty::NEST_MAP])]),
        Type::Map(ty::NEST, ty::INT),
        Type::Bytes,
        Type::Range,
        sum("Shade", vec![], &[("Shade", &[] as &[TypeId]); 256]),
        Type::List(ty::SHADE),
        Type::Pid(ty::SHADE),
        Type::Ref,
    ];
    TypeTable { types }
}

/// A heap, and what tests do with values all the time.
pub struct Fixture {
    pub heap: Heap,
    pub atoms: Atoms,
}

impl Fixture {
    pub fn new() -> Fixture {
        let types = RuntimeTypes::new(&table(), [0x1234_5678_9abc_def1, 0xfeed_beef_0bad_cafe]);
        let types = Arc::new(types.expect("the table is fine"));
        Fixture {
            heap: Heap::new(types),
            atoms: Atoms::default(),
        }
    }

    pub fn str(&mut self, value: &str) -> u64 {
        text::new(&mut self.heap, ty::STRING, value.as_bytes())
    }

    pub fn display(&mut self, ty: TypeId, words: &[u64]) -> String {
        // SAFETY: tests pass values of the type.
        unsafe { show::to_string(&mut self.heap, &self.atoms, TextForm::Display, ty, words) }
    }

    pub fn debug(&mut self, ty: TypeId, words: &[u64]) -> String {
        // SAFETY: tests pass values of the type.
        unsafe { show::to_string(&mut self.heap, &self.atoms, TextForm::Debug, ty, words) }
    }

    pub fn drop(&mut self, word: u64) {
        // SAFETY: tests give up what they own.
        unsafe { self.heap.drop_nullable(word) }
    }

    pub fn dup(&mut self, word: u64) -> u64 {
        // SAFETY: tests dup what is alive.
        unsafe { self.heap.dup(word) };
        word
    }

    /// Nothing must be left.
    pub fn finish(mut self) {
        self.heap.settle_all();
        assert_eq!(self.heap.live(), 0, "cells leaked");
    }
}
