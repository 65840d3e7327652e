//! Kinds of operands: what an instruction's field is, and the Rust type that holds it.

use super::{BitField, Cond, CrashKind, FloatOp, FloatUnOp, IntOp, TextForm};
use crate::module::{ConstId, FuncId, Label, NativeId, Reg};
use crate::types::TypeId;

/// The Rust type of an operand kind.
macro_rules! operand_type {
    (Def) => { Reg }; (Defs) => { Vec<Reg> }; (OptDefs) => { Vec<Option<Reg>> };
    (Use) => { Reg }; (Uses) => { Vec<Reg> };
    (Take) => { Reg }; (Takes) => { Vec<Reg> }; (Args) => { Vec<Reg> };
    (Imm) => { i64 }; (FloatBits) => { u64 }; (Field) => { u16 }; (Tag) => { u8 };
    (Type) => { TypeId }; (Func) => { FuncId }; (NativeRef) => { NativeId }; (Const) => { ConstId };
    (Target) => { Label }; (Targets) => { Vec<Label> };
    (IntOp) => { IntOp }; (FloatOp) => { FloatOp }; (FloatUnOp) => { FloatUnOp };
    (Cond) => { Cond }; (CrashKind) => { CrashKind }; (TextForm) => { TextForm };
    (Bits) => { BitField };
    (FieldTakes) => { Vec<(u16, Reg)> };
}
pub(super) use operand_type;

macro_rules! operand_enums {
    ($( $(#[doc = $doc:literal])* $kind:ident ),* $(,)?) => {
        /// What a field of an instruction is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OperandKind { $( $(#[doc = $doc])* $kind ),* }

        impl OperandKind {
            /// All kinds and what they mean.
            pub const ALL: &[(OperandKind, &str)] = &[$( (OperandKind::$kind, concat!($($doc, "\n"),*)) ),*];
        }

        /// An operand by reference, as [`Inst::operands`](super::Inst::operands) hands them out.
        #[derive(Debug)]
        pub enum Operand<'a> { $( $(#[doc = $doc])* $kind(&'a operand_type!($kind)) ),* }

        /// An operand to be filled in or changed, as [`Inst::operands_mut`](super::Inst::operands_mut) hands them out.
        #[derive(Debug)]
        pub enum OperandMut<'a> { $( $(#[doc = $doc])* $kind(&'a mut operand_type!($kind)) ),* }
    };
}

operand_enums! {
    /// A register that is written.
    Def,
    /// Registers that are written.
    Defs,
    /// Registers that are written; what has none is dropped.
    OptDefs,
    /// A register that is read.
    Use,
    /// Registers that are read.
    Uses,
    /// A register whose reference is consumed.
    Take,
    /// Registers whose references are consumed.
    Takes,
    /// Arguments: used or taken as the callee's parameters say.
    Args,
    /// An integer.
    Imm,
    /// The bits of a double.
    FloatBits,
    /// The number of a slot of a cell, or of a capture.
    Field,
    /// The tag of a variant.
    Tag,
    /// A type.
    Type,
    /// A function.
    Func,
    /// An imported native.
    NativeRef,
    /// A constant.
    Const,
    /// A jump target.
    Target,
    /// Jump targets.
    Targets,
    /// An integer operation.
    IntOp,
    /// A float operation.
    FloatOp,
    /// An operation on one float.
    FloatUnOp,
    /// A condition.
    Cond,
    /// A kind of crash.
    CrashKind,
    /// A text form.
    TextForm,
    /// A field among bytes.
    Bits,
    /// Numbers of slots, each with a register whose reference is consumed.
    FieldTakes,
}
