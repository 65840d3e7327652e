//! The kinds that each instruction needs, for what does not depend on the path: one line per instruction.

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::inst::Inst;
use crate::layout::Slot::{self, Float, Word};
use crate::module::{Const, ConstId, Reg};
use crate::types::Type;

impl Scope<'_> {
    /// Checks kinds of registers, and sorts of types, constants and callees; all ids are known. (Long because a new instruction must not be
    /// forgotten: the match has no default.)
    pub(super) fn kinds(&self, inst: &Inst) -> Check {
        match inst {
            Inst::ConstInt { dst, .. } => self.writes(*dst, Word),
            Inst::ConstFloat { dst, .. } => self.writes(*dst, Float),
            Inst::ConstStr { dst, value } => self.const_text(*dst, *value),
            Inst::ConstAtom { dst, value } => self.const_atom(*dst, *value),
            Inst::ConstNull { dst } => self.const_null(*dst),
            Inst::Move { dst, src } => self.writes(*dst, self.kind(*src)),
            Inst::Dup { dst, src } => self.dup(*dst, *src),
            Inst::Drop { src } => self.reference(*src),
            Inst::Cast { dst, src } => self.cast(*dst, *src),

            Inst::IntBin { dst, a, b, .. } | Inst::IntCmp { dst, a, b, .. } => {
                self.words(Word, &[*a, *b], *dst)
            }
            Inst::IntBinImm { dst, a, .. } | Inst::IntImmBin { dst, a, .. } => {
                self.words(Word, &[*a], *dst)
            }
            Inst::IntNeg { dst, a } | Inst::Not { dst, a } | Inst::IntCmpImm { dst, a, .. } => {
                self.words(Word, &[*a], *dst)
            }
            Inst::FloatBin { dst, a, b, .. } => self.words(Float, &[*a, *b], *dst),
            Inst::FloatUn { dst, a, .. } => self.words(Float, &[*a], *dst),
            Inst::FloatCmp { dst, a, b, .. } => self
                .pair(Float, *a, *b)
                .and_then(|()| self.writes(*dst, Word)),
            Inst::IntToFloat { dst, a } => {
                self.reads(*a, Word).and_then(|()| self.writes(*dst, Float))
            }
            Inst::FloatToInt { dst, a } => {
                self.reads(*a, Float).and_then(|()| self.writes(*dst, Word))
            }

            Inst::Jump { .. } => Ok(()),
            Inst::BranchIf { a, .. }
            | Inst::BranchUnless { a, .. }
            | Inst::BranchIntImm { a, .. } => self.reads(*a, Word),
            Inst::BranchInt { a, b, .. } => self.pair(Word, *a, *b),
            Inst::BranchFloat { a, b, .. } | Inst::BranchFloatNot { a, b, .. } => {
                self.pair(Float, *a, *b)
            }
            Inst::BranchNull { a, .. } => self.nullable(*a),
            Inst::Switch { a, .. } => self.reads(*a, Word),
            Inst::SwitchTag { a, targets, .. } => self.switch_tag(*a, targets.len()),
            Inst::BranchTagNot { a, tag, .. } => self.switch_tag(*a, usize::from(*tag) + 1),
            Inst::GetTag { dst, a } => self
                .switch_tag(*a, 0)
                .and_then(|()| self.writes(*dst, Word)),
            Inst::Return { values } => self.reads_all(values, &self.func.results),
            Inst::Crash { text, .. } => self.is_text(*text),
            Inst::Panic { text } => self.is_string(*text),

            Inst::Call { func, dsts, args } => self.call(*func, dsts, args),
            Inst::TailCall { func, args } => self.tail_call(*func, args),
            Inst::CallClosure {
                dsts,
                closure,
                args,
            }
            | Inst::CallClosureKeep {
                dsts,
                closure,
                args,
            } => self
                .call_closure(*closure, args)
                .and_then(|results| self.writes_all(dsts, results)),
            Inst::TailCallClosure { closure, args } => self.tail_call_closure(*closure, args),
            Inst::CallNative { native, dsts, args } => self.call_native(*native, dsts, args),
            Inst::MakeClosure {
                dst,
                func,
                captures,
            } => self.make_closure(*dst, *func, captures),
            Inst::Capture { src, .. } => self.cell_type(*src).map(|_| ()),

            Inst::New {
                dst,
                ty,
                tag,
                fields,
            } => self.new_cell(*dst, *ty, *tag, fields),
            Inst::NewReuse {
                dst,
                token,
                ty,
                tag,
                fields,
            } => self.new_reuse(*dst, *token, *ty, *tag, fields),
            Inst::Load { src, .. } | Inst::LoadDup { src, .. } | Inst::TakeSlot { src, .. } => {
                self.boxed(*src)
            }
            Inst::Unpack { src, .. }
            | Inst::UnpackReuse { src, .. }
            | Inst::DropReuse { src, .. } => self.boxed(*src),
            Inst::Update { dst, src, .. } => self
                .boxed(*src)
                .and_then(|()| self.writes(*dst, self.kind(*src))),
            Inst::Box { dst, ty, slots } => self.make_box(*dst, *ty, slots),
            Inst::Unbox { dsts, src } | Inst::UnboxTake { dsts, src } => self.unbox(dsts, *src),

            Inst::ListNew { dst, ty, elems } => self.list_new(*dst, *ty, elems),
            Inst::ListLen { dst, list } => self.list(*list).and_then(|_| self.writes(*dst, Word)),
            Inst::ListGet { dst, list, index } | Inst::ListGetDup { dst, list, index } => {
                self.list_get(*dst, *list, *index)
            }
            Inst::ListAppend { dst, list, elem } | Inst::ListPrepend { dst, list, elem } => {
                self.list_add(*dst, *list, *elem)
            }
            Inst::ListUncons { head, tail, list } => self.list_uncons(*head, *tail, *list),
            Inst::ListDrop { dst, list, count } => self.list_drop(*dst, *list, *count),
            Inst::ListSet {
                dst,
                list,
                index,
                elem,
            }
            | Inst::ListFill {
                dst,
                list,
                index,
                elem,
            } => self
                .reads(*index, Word)
                .and_then(|()| self.list_add(*dst, *list, *elem)),
            Inst::ListTake {
                elem,
                dst,
                list,
                index,
            } => self.list_take(*elem, *dst, *list, *index),
            Inst::ListConcat { dst, a, b } => self.list_concat(*dst, *a, *b),

            Inst::Concat { dst, a, b } => self.concat(*dst, *a, *b),
            Inst::AppendText {
                dst,
                text,
                ty,
                slots,
                ..
            } => self.append_text(*dst, *text, *ty, slots),
            Inst::Equal { dst, ty, a, b } | Inst::Compare { dst, ty, a, b } => {
                self.two_values(*dst, *ty, a, b)
            }
            Inst::Hash { dst, ty, slots } => self
                .reads_all(slots, self.slots(*ty))
                .and_then(|()| self.writes(*dst, Word)),
            Inst::StrEqConst { dst, a, value } => self
                .string_and(*a, *value)
                .and_then(|()| self.writes(*dst, Word)),
            Inst::StrStripPrefix { dst, a, prefix, .. } => self
                .string_and(*a, *prefix)
                .and_then(|()| self.writes(*dst, self.kind(*a))),

            Inst::BytesLen { dst, a } => self.is_bytes(*a).and_then(|()| self.writes(*dst, Word)),
            Inst::BytesGet { field, dst, a } => self.bytes_get(*field, *dst, *a),
            Inst::BytesGetAt { field, dst, a, at } => self
                .reads(*at, Word)
                .and_then(|()| self.bytes_get(*field, *dst, *a)),
            Inst::BytesScalar { dst, a, at } => self
                .is_bytes(*a)
                .and_then(|()| self.words(Word, &[*at], *dst)),
            Inst::BytesSlice { dst, a, from, to } => self
                .pair(Word, *from, *to)
                .and_then(|()| self.more_bytes(*dst, *a)),
            Inst::BytesDrop {
                dst,
                a,
                count: value,
            }
            | Inst::BytesPutScalar { dst, a, value } => self
                .reads(*value, Word)
                .and_then(|()| self.more_bytes(*dst, *a)),
            Inst::BytesNew { dst, ty, capacity } => self.bytes_new(*dst, *ty, *capacity),
            Inst::BytesPut {
                field,
                dst,
                a,
                value,
            } => self.bytes_put(*field, *dst, *a, *value),

            Inst::MapNew { dst, ty } => self.map_new(*dst, *ty),
            Inst::MapGet { dst, map, key, .. } => self.map_get(*dst, *map, *key),
            Inst::MapPut {
                dst,
                map,
                key,
                value,
            }
            | Inst::MapFill {
                dst,
                map,
                key,
                value,
            } => self.map_put(*dst, *map, *key, *value),
            Inst::MapTake {
                value,
                dst,
                map,
                key,
            } => self.map_take(*value, *dst, *map, *key),
            Inst::MapHas { dst, map, key } => self.map_has(*dst, *map, *key),
            Inst::MapNext { dst, map, from } => self.map_next(*dst, *map, *from),
            Inst::MapKeyAt { dst, map, entry } => self.map_key_at(*dst, *map, *entry),
            Inst::MapValueAt { dst, map, entry } => self.map_value_at(*dst, *map, *entry),
        }
    }

    /// Operands and result are all of one kind.
    fn words(&self, kind: Slot, reads: &[Reg], dst: Reg) -> Check {
        reads.iter().try_for_each(|reg| self.reads(*reg, kind))?;
        self.writes(dst, kind)
    }

    fn pair(&self, kind: Slot, a: Reg, b: Reg) -> Check {
        self.reads(a, kind)?;
        self.reads(b, kind)
    }

    fn reference(&self, reg: Reg) -> Check {
        ensure(self.is_ref(reg), Rule::Kind, || {
            format!("{reg} is no reference")
        })
    }

    fn nullable(&self, reg: Reg) -> Check {
        let kind = self.kind(reg);
        ensure(
            matches!(kind, Slot::Null(_) | Slot::Any),
            Rule::Kind,
            || format!("{reg} is {kind}, which is never null"),
        )
    }

    fn boxed(&self, reg: Reg) -> Check {
        self.boxed_cells(reg).map(|_| ())
    }

    fn const_text(&self, dst: Reg, value: ConstId) -> Check {
        let (ty, found) = self.cell_type(dst)?;
        let fits = match self.module.constant(value) {
            Const::Str(_) => matches!(found, Type::String),
            Const::Bytes(_) => matches!(found, Type::Bytes),
            Const::Atom(_) => false,
        };
        ensure(fits, Rule::Sort, || {
            format!("{value} is no constant of {ty}")
        })
    }

    fn const_atom(&self, dst: Reg, value: ConstId) -> Check {
        let is_atom = matches!(self.module.constant(value), Const::Atom(_));
        ensure(is_atom, Rule::Sort, || format!("{value} is no atom"))?;
        self.writes(dst, Word)
    }

    fn const_null(&self, dst: Reg) -> Check {
        let kind = self.kind(dst);
        let nullable = matches!(kind, Slot::Null(_) | Slot::Any | Slot::Token(_));
        ensure(nullable, Rule::Kind, || {
            format!("{dst} is {kind}, which is never null")
        })
    }

    fn dup(&self, dst: Reg, src: Reg) -> Check {
        let kind = self.kind(src);
        let countable = kind.is_ref() && !matches!(kind, Slot::Token(_));
        ensure(countable, Rule::Kind, || {
            format!("{src} is {kind}, which is not counted")
        })?;
        self.writes(dst, kind)
    }

    fn cast(&self, dst: Reg, src: Reg) -> Check {
        let (from, to) = (self.kind(src), self.kind(dst));
        let refines = match (from, to) {
            (Slot::Any, Slot::Ref(_) | Slot::Null(_)) => true,
            (Slot::Null(a), Slot::Ref(b)) => a == b,
            _ => false,
        };
        ensure(refines, Rule::Kind, || {
            format!("{src} is {from}, which does not refine to {to}")
        })
    }

    /// The register holds a boxed sum with at least this many variants.
    fn switch_tag(&self, reg: Reg, count: usize) -> Check {
        let (ty, cells) = self.boxed_cells(reg)?;
        let is_sum = matches!(self.module.types.get(ty), Type::Sum { .. });
        ensure(is_sum, Rule::Sort, || format!("{ty} is no sum"))?;
        ensure(count <= cells.len(), Rule::Sort, || {
            format!("{ty} has {} variants, not {count}", cells.len())
        })
    }

    /// The constant is a String.
    pub(super) fn is_text(&self, id: ConstId) -> Check {
        let is_text = matches!(self.module.constant(id), Const::Str(_));
        ensure(is_text, Rule::Sort, || format!("{id} is no string"))
    }

    /// The register holds a String.
    pub(super) fn is_string(&self, reg: Reg) -> Check {
        match self.cell_type(reg)? {
            (_, Type::String) => Ok(()),
            (ty, _) => Err(Fault::new(
                Rule::Sort,
                format!("{reg} is a reference to {ty}, needed is a String"),
            )),
        }
    }
}
