//! The instruction set, as one declarative table.
//!
//! `instructions!` below is the only place where an instruction is declared: the [`Inst`] enum, its mnemonics and
//! codes, and the operand walk that encoder, decoder, verifier, disassembler, interpreter loader and docs use come from it.
//!
//! Registers hold one word each and have one fixed kind ([`crate::layout::Slot`]) per function. A reference register is, at
//! any point, *unset*, *owned*, or *borrowed* from an owned register or borrowed parameter (and then usable only until that root is
//! taken). Operand kinds say what happens to ownership:
//!
//! - `Def`: written; must not be owned before (a plain overwrite would leak). Becomes owned if its kind is a reference, unless the
//!   instruction says that it borrows.
//! - `Use`: read; a reference may be owned or borrowed and stays so.
//! - `Take`: a word is read; a reference must be owned and is unset afterwards (its count moves on).
//!
//! Arguments of calls (`Args`) are `Use` or `Take` as the callee's parameter says.
//!
//! All reads of an instruction happen before its writes, so a register may be read or taken and written by the same instruction. A
//! register must not be taken twice by one instruction, nor used while its root (or itself) is taken by it; written registers differ.
//!
//! Wherever a register is read or written, its kind may be *narrower* or *wider* than needed: `Ref(t)` fits where `Null(t)` or `Any` is
//! needed, `Null(t)` where `Any` is.
//!
//! **Crashes.** An instruction that crashes has consumed its `Take` operands and written nothing: what the frame still owns is what it owned
//! before the instruction, less the registers that it takes. [`crate::liveness`] computes these sets.

mod bits;
mod operand;
mod ops;
mod walk;

pub use bits::BitField;
pub use operand::{Operand, OperandKind, OperandMut};
pub use ops::{Cond, CrashKind, FloatOp, FloatUnOp, IntOp, TextForm};
pub use walk::Access;

use crate::module::{ConstId, FuncId, Label, NativeId, Reg};
use crate::types::TypeId;
use operand::operand_type;

/// What the table says about an instruction.
#[derive(Clone, Copy, Debug)]
pub struct InstInfo {
    /// The byte that stands for it in a file.
    pub code: u8,
    /// Name of the variant of [`Inst`].
    pub name: &'static str,
    /// Name in disassembly.
    pub mnemonic: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Operands in order: field name and kind.
    pub operands: &'static [(&'static str, OperandKind)],
}

impl InstInfo {
    /// The entry of a mnemonic.
    pub fn by_mnemonic(mnemonic: &str) -> Option<&'static InstInfo> {
        TABLE.iter().find(|info| info.mnemonic == mnemonic)
    }
}

macro_rules! instructions {
    ($( $(#[doc = $doc:literal])* $code:literal $name:ident $mnemonic:literal { $( $field:ident : $kind:ident ),* $(,)? } )*) => {
        /// One instruction.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Inst { $( $(#[doc = $doc])* $name { $( $field: operand_type!($kind) ),* } ),* }

        /// Every instruction, in order of the codes.
        pub const TABLE: &[InstInfo] = &[$( InstInfo {
            code: $code,
            name: stringify!($name),
            mnemonic: $mnemonic,
            doc: concat!($($doc, "\n"),*),
            operands: &[$( (stringify!($field), OperandKind::$kind) ),*],
        } ),*];

        impl Inst {
            /// The byte that stands for the instruction in a file.
            pub fn code(&self) -> u8 { match self { $( Inst::$name { .. } => $code ),* } }

            /// Its name in disassembly.
            pub fn mnemonic(&self) -> &'static str { match self { $( Inst::$name { .. } => $mnemonic ),* } }

            /// The instruction with a code, all operands zero or empty, to be filled in through [`Inst::operands_mut`].
            pub fn blank(code: u8) -> Option<Inst> {
                match code {
                    $( $code => Some(Inst::$name { $( $field: Default::default() ),* }), )*
                    _ => None,
                }
            }

            /// Calls `visit` for each operand in declaration order.
            /// Inlined, so that a known `visit` is as well: analyses spend their time here.
            #[inline(always)]
            pub fn operands<'a>(&'a self, visit: &mut dyn FnMut(Operand<'a>)) {
                match self { $( Inst::$name { $( $field ),* } => { $( visit(Operand::$kind($field)); )* } ),* }
            }

            /// Calls `change` for each operand in declaration order.
            pub fn operands_mut(&mut self, change: &mut dyn FnMut(OperandMut<'_>)) {
                match self { $( Inst::$name { $( $field ),* } => { $( change(OperandMut::$kind($field)); )* } ),* }
            }
        }
    };
}

instructions! {
    // ---- words and floats
    /// `dst = value` (Int, Bool, Unit, tag).
    0x01 ConstInt "int" { dst: Def, value: Imm }
    /// `dst = value`.
    0x02 ConstFloat "float" { dst: Def, bits: FloatBits }
    /// `dst` = the static cell of a string or bytes constant (owned, but counting does nothing).
    0x03 ConstStr "str" { dst: Def, value: Const }
    /// `dst` = the atom's number.
    0x04 ConstAtom "atom" { dst: Def, value: Const }
    /// `dst = null`, for `Null`, `Any` and `Token` registers.
    0x05 ConstNull "null" { dst: Def }
    /// Copies a word or float; moves an owned reference (src unset, and what was borrowed from it is borrowed from `dst` now); a borrowed
    /// source makes a borrowed `dst` with the same root. Kinds must be equal, or widen: `Ref(t)` to `Null(t)` or `Any`, `Null(t)` to `Any`.
    0x06 Move "move" { dst: Def, src: Use }
    /// `dst` = another owned reference to the same cell. Not for tokens.
    0x07 Dup "dup" { dst: Def, src: Use }
    /// Gives up an owned reference (null is allowed), or frees a token.
    0x08 Drop "drop" { src: Take }
    /// Refines a reference: `Null(t)` or `Any` to `Ref(t)`, or `Any` to `Null(t)`. A cell of another type, or null where a `Ref` is wanted,
    /// crashes with "corrupt value"; `src` is still owned then. Moves ownership like `Move`.
    0x09 Cast "cast" { dst: Def, src: Use }

    /// `dst = a op b`.
    0x10 IntBin "int.bin" { op: IntOp, dst: Def, a: Use, b: Use }
    /// `dst = a op imm`.
    0x11 IntBinImm "int.bin.imm" { op: IntOp, dst: Def, a: Use, imm: Imm }
    /// `dst = imm - a` for `Sub`, and so on, with the immediate on the left.
    0x12 IntImmBin "int.imm.bin" { op: IntOp, dst: Def, imm: Imm, a: Use }
    /// Crash "integer overflow" for the minimum.
    0x13 IntNeg "int.neg" { dst: Def, a: Use }
    /// `dst` = 1 when the condition holds, else 0.
    0x14 IntCmp "int.cmp" { cond: Cond, dst: Def, a: Use, b: Use }
    /// `dst` = 1 when the condition holds, else 0.
    0x15 IntCmpImm "int.cmp.imm" { cond: Cond, dst: Def, a: Use, imm: Imm }
    /// `dst` = 1 when `a` is 0, else 0.
    0x16 Not "not" { dst: Def, a: Use }
    /// `dst = a op b`.
    0x17 FloatBin "float.bin" { op: FloatOp, dst: Def, a: Use, b: Use }
    /// `dst = op a`.
    0x18 FloatUn "float.un" { op: FloatUnOp, dst: Def, a: Use }
    /// `dst` = 1 when the condition holds, else 0.
    0x19 FloatCmp "float.cmp" { cond: Cond, dst: Def, a: Use, b: Use }
    /// The nearest double.
    0x1A IntToFloat "int.to.float" { dst: Def, a: Use }
    /// Truncates; crash when it does not fit.
    0x1B FloatToInt "float.to.int" { dst: Def, a: Use }

    // ---- control
    /// A jump to a smaller or equal index is a loop turn: it counts a reduction and is a safe point.
    0x20 Jump "jump" { target: Target }
    /// Jumps when `a` is not 0.
    0x21 BranchIf "br.if" { a: Use, target: Target }
    /// Jumps when `a` is 0.
    0x22 BranchUnless "br.unless" { a: Use, target: Target }
    /// Jumps when the condition holds.
    0x23 BranchInt "br.int" { cond: Cond, a: Use, b: Use, target: Target }
    /// Jumps when the condition holds.
    0x24 BranchIntImm "br.int.imm" { cond: Cond, a: Use, imm: Imm, target: Target }
    /// Jumps when the condition holds.
    0x25 BranchFloat "br.float" { cond: Cond, a: Use, b: Use, target: Target }
    /// Jumps when the condition does *not* hold (differs from the opposite condition on NaN).
    0x26 BranchFloatNot "br.float.not" { cond: Cond, a: Use, b: Use, target: Target }
    /// Jumps when a `Null` or `Any` register is null. Where it jumps to, a register that was owned is unset, as there is nothing to be dropped;
    /// a borrowed one stays. Otherwise it is not null, and a `Cast` to `Ref` will not crash for that reason.
    0x27 BranchNull "br.null" { a: Use, target: Target }
    /// Jumps to `targets[a]`, or to `default` when `a` is not below their number.
    0x28 Switch "switch" { a: Use, targets: Targets, default: Target }
    /// `Switch` on the header tag of a boxed sum; on the edge to `targets[k]` the tag is known to be `k` (where no edge with another tag
    /// goes there). If `targets` covers all variants but the last one, `default` knows that one.
    0x29 SwitchTag "switch.tag" { a: Use, targets: Targets, default: Target }
    /// Jumps when the tag of a boxed sum is not `tag`; falls through with the tag known. Of two variants, the jump knows the other.
    0x2A BranchTagNot "br.tag.not" { a: Use, tag: Tag, target: Target }
    /// `dst` = header tag of a boxed sum.
    0x2B GetTag "tag" { dst: Def, a: Use }
    /// Returns; references must be owned, and nothing else may be owned.
    0x2C Return "ret" { values: Takes }
    /// Crashes with a constant text. What is owned is dropped, as in every crash.
    0x2D Crash "crash" { kind: CrashKind, text: Const }
    /// Crashes with the text of an owned String.
    0x2E Panic "panic" { text: Take }

    // ---- calls (each call counts a reduction and is a safe point)
    /// Calls a function of kind `Direct`.
    0x30 Call "call" { func: Func, dsts: Defs, args: Args }
    /// Replaces the frame by a function of kind `Direct` with the same results; nothing may be owned after the arguments were taken.
    /// Arguments for borrowed parameters must be borrowed from the frame's own borrowed parameters (so that they outlive it).
    0x31 TailCall "call.tail" { func: Func, args: Args }
    /// Consumes the closure; all arguments are taken.
    0x32 CallClosure "call.fn" { dsts: Defs, closure: Take, args: Takes }
    /// As `CallClosure`, but the closure is only used (the instruction dups it).
    0x33 CallClosureKeep "call.fn.keep" { dsts: Defs, closure: Use, args: Takes }
    /// As `CallClosure`, replacing the frame: nothing else may be owned.
    0x34 TailCallClosure "call.fn.tail" { closure: Take, args: Takes }
    /// Calls a native.
    0x35 CallNative "call.native" { native: NativeRef, dsts: Defs, args: Args }
    /// A closure over captured words in element form, of a function of kind `Closure`.
    0x36 MakeClosure "closure" { dst: Def, func: Func, captures: Takes }
    /// Reads capture `index` of the closure in `src`, which is this function's own closure: parameter 0, or where it was moved. A
    /// reference is borrowed from `src`.
    0x37 Capture "capture" { dst: Def, src: Use, index: Field }

    // ---- cells of boxed structs, tuples and sums; boxes of unboxed aggregates
    /// Allocates a cell of a boxed type; `fields` are the slots of `cells[tag]`. A tag without slots gives the static cell. (In this section
    /// `Box` and the two `Unbox` are for types of several slots, all others for boxed types; dst and src are `Ref`s of the type.)
    0x40 New "new" { dst: Def, ty: Type, tag: Tag, fields: Takes }
    /// As `New`, in the memory of `token` when that is not null. The token's size is the number of fields, at least one.
    0x41 NewReuse "new.reuse" { dst: Def, token: Take, ty: Type, tag: Tag, fields: Takes }
    /// Reads slot `slot` of a boxed cell whose tag is known (structs and tuples: tag 0); a reference is borrowed from `src`.
    0x42 Load "load" { dst: Def, src: Use, slot: Field }
    /// As `Load`, but a reference is dupped and owned.
    0x43 LoadDup "load.dup" { dst: Def, src: Use, slot: Field }
    /// Consumes a cell whose tag is known: moves its slots into `dsts` when it was unique (and frees it), dups them otherwise. Slots without
    /// a destination are dropped.
    0x44 Unpack "unpack" { dsts: OptDefs, src: Take }
    /// As `Unpack`, keeping the memory of a unique cell in `token` (null otherwise), whose size is the number of slots, at least one.
    0x45 UnpackReuse "unpack.reuse" { token: Def, dsts: OptDefs, src: Take }
    /// Drops a cell whose tag is known, keeping its memory in `token` when it was unique (null otherwise); sizes as for `UnpackReuse`.
    0x46 DropReuse "drop.reuse" { token: Def, src: Take }
    /// Moves the reference in slot `slot` out of an owned cell whose tag is known: a unique cell gets a hole (null) there, of a shared one the
    /// slot is dupped. Until `Update` fills it, the cell may only be moved, dropped, loaded from at other slots, taken from, or updated.
    /// What was borrowed from the cell before is unset.
    0x47 TakeSlot "take" { dst: Def, src: Use, slot: Field }
    /// Consumes an owned cell with known tag and gives one with the slots replaced: in place when unique (old references are dropped, holes skipped),
    /// a copy otherwise. Every hole must be among `fields`; the slot numbers differ.
    0x48 Update "update" { dst: Def, src: Take, fields: FieldTakes }
    /// Packs the slots of an unboxed aggregate into a box (element form).
    0x49 Box "box" { dst: Def, ty: Type, slots: Takes }
    /// Reads the slots of a box; references are borrowed from `src`.
    0x4A Unbox "unbox" { dsts: OptDefs, src: Use }
    /// Consumes a box: moves or dups its slots as `Unpack`.
    0x4B UnboxTake "unbox.take" { dsts: OptDefs, src: Take }

    // ---- lists (elements in element form)
    /// A list of these elements.
    0x50 ListNew "list.new" { dst: Def, ty: Type, elems: Takes }
    /// `dst` = number of elements.
    0x51 ListLen "list.len" { dst: Def, list: Use }
    /// Element at an index; a reference is borrowed from `list`. Crash "index I out of range for a list of length N".
    0x52 ListGet "list.get" { dst: Def, list: Use, index: Use }
    /// As `ListGet`, dupped and owned.
    0x53 ListGetDup "list.get.dup" { dst: Def, list: Use, index: Use }
    /// The list with `elem` at its end; amortised O(1) when unique.
    0x54 ListAppend "list.append" { dst: Def, list: Take, elem: Take }
    /// `elem :: list`.
    0x55 ListPrepend "list.prepend" { dst: Def, list: Take, elem: Take }
    /// Consumes a list that is not empty and gives its first element and the rest, without copying. Crashes "empty list".
    0x56 ListUncons "list.uncons" { head: Def, tail: Def, list: Take }
    /// The list without its first `count` elements, as a view. Count is clamped.
    0x57 ListDrop "list.drop" { dst: Def, list: Take, count: Use }
    /// Replaces an element, in place when unique. Crash when out of range.
    0x58 ListSet "list.set" { dst: Def, list: Take, index: Use, elem: Take }
    /// Consumes a list: gives the element at an index moved out (dupped when shared) and the list with a hole there. Until `ListFill` with the
    /// same index register, unchanged, the list may only be moved or dropped. Crash when out of range.
    0x59 ListTake "list.take" { elem: Def, dst: Def, list: Take, index: Use }
    /// Fills the hole that `ListTake` left.
    0x5A ListFill "list.fill" { dst: Def, list: Take, index: Use, elem: Take }
    /// `a ++ b`.
    0x5B ListConcat "list.concat" { dst: Def, a: Take, b: Take }

    // ---- text and structure-driven operations; `a`, `b`, `slots` are all slots of one value of type `ty`
    /// `a <> b` for String or Bytes: appends to `a` in place when unique. A String may be appended to Bytes.
    0x60 Concat "concat" { dst: Def, a: Take, b: Use }
    /// Appends the text of a value to an owned String.
    0x61 AppendText "text" { form: TextForm, dst: Def, text: Take, ty: Type, slots: Uses }
    /// `dst` = 1 when equal.
    0x62 Equal "eq" { dst: Def, ty: Type, a: Uses, b: Uses }
    /// `dst` = 0 Less, 1 Equal, 2 Greater.
    0x63 Compare "compare" { dst: Def, ty: Type, a: Uses, b: Uses }
    /// `dst` = hash.
    0x64 Hash "hash" { dst: Def, ty: Type, slots: Uses }
    /// `dst` = 1 when String `a` equals the constant.
    0x65 StrEqConst "str.eq.const" { dst: Def, a: Use, value: Const }
    /// When String `a` starts with the constant, `dst` is the rest (owned) and the next instruction runs; else jumps with `dst` unset.
    0x66 StrStripPrefix "str.strip" { dst: Def, a: Use, prefix: Const, target: Target }

    // ---- bytes; a `field` is of an integer, or with 64 bits of a double, as the register's kind says
    /// `dst` = number of bytes.
    0x80 BytesLen "bytes.len" { dst: Def, a: Use }
    /// Reads a field. Crash when it ends outside of the bytes.
    0x81 BytesGet "bytes.get" { field: Bits, dst: Def, a: Use }
    /// As `BytesGet`, with the field's offset counted from byte `at`.
    0x82 BytesGetAt "bytes.get.at" { field: Bits, dst: Def, a: Use, at: Use }
    /// The code point in UTF-8 at byte `at`, shifted left by 3, plus the number of its bytes; -1 where there is none.
    0x83 BytesScalar "bytes.scalar" { dst: Def, a: Use, at: Use }
    /// Bytes `from` up to `to`, a view when they are many. Crash when they are not there.
    0x84 BytesSlice "bytes.slice" { dst: Def, a: Use, from: Use, to: Use }
    /// What follows the first `count` bytes; a view is moved on in place when it is unique. Crash when there are fewer.
    0x85 BytesDrop "bytes.drop" { dst: Def, a: Take, count: Use }
    /// No bytes, with room for `capacity`.
    0x86 BytesNew "bytes.new" { dst: Def, ty: Type, capacity: Imm }
    /// Appends the low bits of a value, in place when unique. The field's offset is the number of bits of the last byte that are in use, 0
    /// when that is full.
    0x87 BytesPut "bytes.put" { field: Bits, dst: Def, a: Take, value: Use }
    /// Appends a code point in UTF-8. Crash when the value is none.
    0x88 BytesPutScalar "bytes.put.scalar" { dst: Def, a: Take, value: Use }

    // ---- maps (the common operations; the others are natives)
    /// An empty map or set of type `ty`.
    0x70 MapNew "map.new" { dst: Def, ty: Type }
    /// Value under a key (both in element form), borrowed from `map`; jumps when absent.
    0x71 MapGet "map.get" { dst: Def, map: Use, key: Use, target: Target }
    /// The map with `value` under `key` (not for sets); in place when unique.
    0x72 MapPut "map.put" { dst: Def, map: Take, key: Take, value: Take }
    /// `dst` = 1 when the map or set has the key.
    0x73 MapHas "map.has" { dst: Def, map: Use, key: Use }
    /// Number of the first entry of a map or set at or after number `from`, or -1: iterates in insertion order.
    0x74 MapNext "map.next" { dst: Def, map: Use, from: Use }
    /// Key of an entry number that `MapNext` gave (of a set: the element), borrowed. Crashes on a number that is no entry.
    0x75 MapKeyAt "map.key" { dst: Def, map: Use, entry: Use }
    /// Value of an entry number of a map, borrowed.
    0x76 MapValueAt "map.value" { dst: Def, map: Use, entry: Use }
    /// Consumes a map and a key that it has: gives the value moved out (dupped when shared) and the map with a hole there. Until `MapFill` with
    /// the same key register, unchanged, the map may only be moved or dropped. Crash "key not found".
    0x77 MapTake "map.take" { value: Def, dst: Def, map: Take, key: Use }
    /// Fills the hole that `MapTake` left.
    0x78 MapFill "map.fill" { dst: Def, map: Take, key: Use, value: Take }
}
