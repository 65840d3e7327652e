//! Interfaces and implementations.
//!
//! An interface is a row of *slots*: `Self`, its parameters, its associated types, and what the bounds between them bring
//! in (the associated types of interfaces that it requires). A bound `T: I` is the interface with types for all slots but
//! `Self`; an associated type is a type parameter like any other, which the implementation determines. So `T.Item` in a
//! signature is the name of a type parameter that nobody writes in `< >`, and no type ever contains a projection.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Con, FuncId, ModuleId, Program, Ty, TypeParam};
use crate::syntax::ast::Span;

/// Index into [`Program::interfaces`]. The first ones are those that the language itself refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InterfaceId(pub u32);

/// Index into [`Program::impls`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImplId(pub u32);

macro_rules! lang_interfaces {
    ($($number:literal $constant:ident $name:literal $doc:literal;)*) => {
        impl InterfaceId {
            $(#[doc = $doc] pub const $constant: InterfaceId = InterfaceId($number);)*

            /// Names of the interfaces that the language refers to; the position is the number.
            pub const LANG: &'static [&'static str] = &[$($name),*];
        }
    };
}

lang_interfaces! {
    0 EQ "Eq" "`==` and `!=`.";
    1 ORD "Ord" "`<` and its like, `compare`, sorting.";
    2 DISPLAY "Display" "The text for users.";
    3 DEBUG "Debug" "The text for programmers.";
    4 HASH "Hash" "Keys of maps, elements of sets.";
    5 ADD "Add" "`+`.";
    6 SUB "Sub" "`-`.";
    7 MUL "Mul" "`*`.";
    8 DIV "Div" "`/`.";
    9 REM "Rem" "`%`.";
    10 NEG "Neg" "Unary minus.";
    11 CONCAT "Concat" "`<>`: String and Bytes.";
    12 COMPARISON "Comparison" "What a comparator may return: Int or Ordering.";
    13 DEFAULT "Default" "A value to start with.";
    14 FROM "From" "Conversion, also of errors by `?`.";
    15 ITERATOR "Iterator" "Gives one element after the other.";
    16 ITERABLE "Iterable" "What `for` loops over.";
    17 JSON "Json" "What can be JSON.";
    18 ROW "Row" "What can be read from a row of a database.";
    19 COLUMN "Column" "What a column of a database may hold.";
}

impl InterfaceId {
    /// The interface of the language with this name.
    pub fn lang(name: &str) -> Option<InterfaceId> {
        let found = InterfaceId::LANG.iter().position(|known| *known == name);
        found.map(|number| InterfaceId(number as u32))
    }

    /// Whether types may have it by their structure, without an implementation.
    pub fn is_structural(self) -> bool {
        matches!(
            self,
            InterfaceId::EQ
                | InterfaceId::ORD
                | InterfaceId::DISPLAY
                | InterfaceId::DEBUG
                | InterfaceId::HASH
        )
    }

    /// Whether it belongs to an arithmetic operator.
    pub fn is_arithmetic(self) -> bool {
        (InterfaceId::ADD.0..=InterfaceId::NEG.0).contains(&self.0)
    }

    /// Whether only the compiler knows its implementations.
    pub fn is_closed(self) -> bool {
        self == InterfaceId::CONCAT || self == InterfaceId::COMPARISON
    }
}

/// An interface that a type must have, with types for its slots after `Self`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The interface.
    pub interface: InterfaceId,
    /// Its slots from the second on.
    pub args: Vec<Ty>,
}

impl Bound {
    /// A bound on an interface that has no slot but `Self`.
    pub fn plain(interface: InterfaceId) -> Bound {
        Bound {
            interface,
            args: Vec::new(),
        }
    }
}

/// An interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interface {
    /// Source name.
    pub name: SmolStr,
    /// Where it is defined.
    pub module: ModuleId,
    /// Whether other modules may name it.
    pub public: bool,
    /// How many parameters are written after its name.
    pub params: u32,
    /// Names of its own associated types.
    pub assoc: Vec<SmolStr>,
    /// `Self`, its parameters, its associated types, and what their bounds bring in. The bounds of `Self` are the
    /// interfaces that it requires.
    pub slots: Vec<TypeParam>,
    /// Its methods.
    pub methods: Vec<FuncId>,
    /// Its name in the source.
    pub span: Span,
    /// `##` text.
    pub doc: Option<String>,
}

/// An implementation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Impl {
    /// What is implemented.
    pub interface: InterfaceId,
    /// Where it stands.
    pub module: ModuleId,
    /// Its type parameters, with those that bounds bring in.
    pub type_params: Vec<TypeParam>,
    /// For which type.
    pub target: Ty,
    /// The interface's slots after `Self`.
    pub args: Vec<Ty>,
    /// By number of method; none where the interface's own is used.
    pub methods: Vec<Option<FuncId>>,
    /// From `impl` to the end of the target.
    pub span: Span,
}

impl Impl {
    /// The constructor that it is for; none when its target was reported.
    pub fn con(&self) -> Option<Con> {
        match &self.target {
            Ty::App(con, _) => Some(*con),
            Ty::Param(_) => None,
        }
    }
}

/// What a function belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// Its module.
    Module,
    /// An interface: it is a method, whose first type parameters are the slots.
    Interface(InterfaceId),
    /// An implementation, whose type parameters come first.
    Impl(ImplId),
    /// Nobody: it is a test of its module, which no name leads to.
    Test,
}

impl Program {
    /// An interface.
    pub fn interface(&self, id: InterfaceId) -> &Interface {
        &self.interfaces[id.0 as usize]
    }

    /// The names of an interface's methods.
    pub fn method_names<'a>(&'a self, interface: &'a Interface) -> impl Iterator<Item = &'a str> {
        let ids = interface.methods.iter();
        ids.map(|id| self.funcs[id.0 as usize].name.as_str())
    }

    /// An implementation.
    pub fn implementation(&self, id: ImplId) -> &Impl {
        &self.impls[id.0 as usize]
    }
}
