//! What the verifier says about a module that it rejects.

use std::fmt;

/// A module broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid bytecode in {place}: {rule}: {detail}")]
pub struct VerifyError {
    /// Where.
    pub place: Place,
    /// Which rule.
    pub rule: Rule,
    /// The registers, kinds and numbers involved.
    pub detail: String,
}

/// Part of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Tables of the module.
    Module,
    /// Signature, registers or tables of a function.
    Function(String),
    /// An instruction.
    Inst {
        /// Name of the function.
        function: String,
        /// Index of the instruction.
        index: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Module => f.write_str("the module's tables"),
            Place::Function(name) => write!(f, "function {name}"),
            Place::Inst { function, index } => write!(f, "function {function} at @{index}"),
        }
    }
}

macro_rules! rules {
    ($( $(#[doc = $doc:literal])* $rule:ident $text:literal ),* $(,)?) => {
        /// The rules.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $( $(#[doc = $doc])* $rule ),* }

        impl Rule {
            /// All rules, with their short text and what they demand.
            pub const ALL: &[(Rule, &str, &str)] = &[$( (Rule::$rule, $text, concat!($($doc, "\n"),*)) ),*];
        }

        impl fmt::Display for Rule {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $( Rule::$rule => f.write_str($text) ),* }
            }
        }
    };
}

rules! {
    /// Every type can be laid out.
    Layout "type table",
    /// Every id (type, function, native, constant, file, register) is in its table, and every kind of a slot is of a type that has cells.
    Unknown "unknown id",
    /// Parameters come first in the registers, results are one to three, closures fit their function type, tokens stay in registers.
    Signature "bad signature",
    /// Line tables ascend.
    Lines "bad line table",
    /// `main` and exports are functions of kind `Direct`; `main` has no parameters; names of exports differ; exports take and give what their types say, and own what they take.
    Export "bad export",
    /// Jump targets are instructions of the function, and no path runs past its end.
    Target "bad jump",
    /// Operand lists have the length that types and callees ask for, and written registers differ.
    Operands "wrong operands",
    /// Registers have the kinds that the instruction needs.
    Kind "wrong kind",
    /// The types, constants and functions that an instruction names are of the sort that it needs.
    Sort "wrong sort",
    /// Only what was written on every path is read, and only borrowed while its root lives.
    Unset "unset register",
    /// Only owned references are taken.
    NotOwned "not owned",
    /// Owned references are not overwritten.
    Overwrite "owned register overwritten",
    /// Nothing is owned after a return or tail call.
    Leak "owned at the end",
    /// Paths that meet own the same registers.
    Join "paths disagree",
    /// A sum's tag is known before its fields are touched.
    Tag "unknown tag",
    /// Holes are filled before a cell or list is used otherwise.
    Hole "hole",
    /// The function needs no more work to check than its size justifies.
    TooComplex "too complex",
}

/// A broken rule, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) rule: Rule,
    pub(crate) detail: String,
}

/// Result of a check.
pub(crate) type Check<T = ()> = Result<T, Fault>;

impl Fault {
    /// A fault to return.
    pub(crate) fn new(rule: Rule, detail: impl Into<String>) -> Fault {
        Fault {
            rule,
            detail: detail.into(),
        }
    }

    pub(crate) fn at(self, place: Place) -> VerifyError {
        VerifyError {
            place,
            rule: self.rule,
            detail: self.detail,
        }
    }
}

/// Fails with `rule` unless `ok`.
pub(crate) fn ensure(ok: bool, rule: Rule, detail: impl FnOnce() -> String) -> Check {
    if ok {
        Ok(())
    } else {
        Err(Fault::new(rule, detail()))
    }
}
