//! Which instructions may take their source apart, and what becomes of them.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;

use super::unpack::{Later, Pass};
use super::uses::{Kind, Use};
use crate::core::flat::ir::Var;

impl Pass<'_> {
    /// A form of the instruction that takes its source apart, if the source dies here or is refilled.
    pub(super) fn apart(&mut self, inst: &Inst, at: u32, block_end: u32) -> Option<Inst> {
        let src = match inst {
            Inst::Load { src, .. } | Inst::Unbox { src, .. } => *src,
            Inst::ListGet { list, .. } | Inst::ListDrop { list, .. } => *list,
            Inst::MapGet { map, .. } => *map,
            _ => return None,
        };
        if !self.owned[src.0 as usize] || self.needed_elsewhere(src, at) {
            return None;
        }
        let rest = self.uses.within(src, at, block_end).to_vec();
        let all = |wanted: fn(&Kind) -> bool| rest.iter().all(|usage| wanted(&usage.kind));
        match inst {
            Inst::Load { .. }
                if all(|kind| matches!(kind, Kind::Load(..))) && !self.holed.contains(&src) =>
            {
                self.unpack_cell(src, at, &rest)
            }
            Inst::Load { dst, src, slot } => self.take_slot(*dst, *src, *slot, at, &rest),
            Inst::Unbox { dsts, src } if rest.len() == 1 => {
                let (dsts, src) = (dsts.clone(), *src);
                Some(Inst::UnboxTake { dsts, src })
            }
            Inst::ListGet { .. } | Inst::ListDrop { .. }
                if all(|kind| matches!(kind, Kind::Head(_) | Kind::Tail(_))) =>
            {
                self.uncons(src, at, &rest)
            }
            Inst::ListGet { dst, list, index } => self.take_element(*dst, *list, *index, at, &rest),
            Inst::MapGet { dst, map, key, .. } => self.take_value(*dst, *map, *key, at, &rest),
            _ => None,
        }
    }

    /// Whether a join point in scope needs the variable, or a loop comes by again.
    fn needed_elsewhere(&self, var: Var, at: u32) -> bool {
        self.scope.iter().any(|join| {
            if (join.start..join.end).contains(&at) {
                join.looping && self.uses.defined[var.0 as usize] < join.start
            } else {
                !self.uses.within(var, join.start, join.end).is_empty()
            }
        })
    }

    fn unpack_cell(&mut self, src: Var, at: u32, rest: &[Use]) -> Option<Inst> {
        let Slot::Ref(ty) = self.func.slot(src) else {
            return None;
        };
        let tag = match self.variants(src) {
            1 => 0,
            _ => *self.tags.get(&src)?,
        };
        let mut dsts = vec![None; self.layouts.cell(ty, tag).slots.len()];
        for usage in rest {
            if let Kind::Load(slot, dst) = usage.kind {
                self.collect(&mut dsts[usize::from(slot)], dst, usage.at, at);
            }
        }
        Some(Inst::Unpack { dsts, src })
    }

    fn uncons(&mut self, list: Var, at: u32, rest: &[Use]) -> Option<Inst> {
        let is_head = |usage: &Use| matches!(usage.kind, Kind::Head(_));
        if rest.iter().all(is_head) || !rest.iter().any(is_head) {
            return None;
        }
        let (mut head, mut tail) = (None, None);
        for usage in rest {
            match usage.kind {
                Kind::Head(dst) => self.collect(&mut head, dst, usage.at, at),
                Kind::Tail(dst) => self.collect(&mut tail, dst, usage.at, at),
                _ => {}
            }
        }
        let (head, tail) = (head?, tail?);
        Some(Inst::ListUncons { head, tail, list })
    }

    /// A part that was read to `dst` at position `read` is now written at `at`; a second name for it goes.
    fn collect(&mut self, part: &mut Option<Var>, dst: Var, read: u32, at: u32) {
        match *part {
            None => {
                *part = Some(dst);
                self.uses.defined[dst.0 as usize] = at;
            }
            Some(kept) => self.same(kept, dst),
        }
        if read != at {
            self.gone.insert(read, Later::Removed);
        }
    }

    /// Moves a slot out of a cell that will be updated there.
    fn take_slot(&mut self, dst: Var, src: Var, slot: u16, at: u32, rest: &[Use]) -> Option<Inst> {
        let mut again = Vec::new();
        for usage in &rest[1..] {
            match &usage.kind {
                Kind::Load(other, dst) if *other == slot => again.push((usage.at, *dst)),
                Kind::Load(..) => {}
                Kind::Update(slots) if slots.contains(&slot) => self.is_last(src, usage, at)?,
                _ => return None,
            }
        }
        let refilled = rest.iter().any(|u| matches!(u.kind, Kind::Update(_)));
        if !refilled || !self.func.is_ref(dst) || !self.uses.consumed(dst) {
            return None;
        }
        for (at, gone) in again {
            self.same(dst, gone);
            self.gone.insert(at, Later::Removed);
        }
        self.holed.insert(src);
        Some(Inst::TakeSlot { dst, src, slot })
    }

    /// Moves an element out of a list that will be set at the same index.
    fn take_element(
        &mut self,
        elem: Var,
        list: Var,
        index: Var,
        at: u32,
        rest: &[Use],
    ) -> Option<Inst> {
        let same = |other: Var| {
            let constant = self.func.constant(index);
            other == index || (constant.is_some() && constant == self.func.constant(other))
        };
        let set = |usage: &Use| matches!(usage.kind, Kind::Set(other) if same(other));
        if !rest[1..].iter().all(set) {
            return None;
        }
        let dst = self.with_hole(elem, list, index, at, rest)?;
        Some(Inst::ListTake {
            elem,
            dst,
            list,
            index,
        })
    }

    /// Moves a value out of a map that will have one put under the same key.
    fn take_value(
        &mut self,
        value: Var,
        map: Var,
        key: Var,
        at: u32,
        rest: &[Use],
    ) -> Option<Inst> {
        let put = |usage: &Use| matches!(usage.kind, Kind::MapPut(other) if other == key);
        if !rest[1..].iter().all(put) {
            return None;
        }
        let dst = self.with_hole(value, map, key, at, rest)?;
        Some(Inst::MapTake {
            value,
            dst,
            map,
            key,
        })
    }

    /// The list or map with a hole, which all reads but the first will fill.
    fn with_hole(
        &mut self,
        elem: Var,
        from: Var,
        place: Var,
        at: u32,
        rest: &[Use],
    ) -> Option<Var> {
        if rest.len() < 2 || !self.func.is_ref(elem) || !self.uses.consumed(elem) {
            return None;
        }
        for usage in &rest[1..] {
            self.is_last(from, usage, at)?;
        }
        let holed = self.func.fresh(self.func.slot(from));
        self.uses.add(at);
        self.owned.push(true);
        for usage in &rest[1..] {
            self.gone.insert(usage.at, Later::Fill(holed, place));
        }
        Some(holed)
    }

    /// Whether a read is the last of its variable, and not in a loop that `at` is not in.
    fn is_last(&self, var: Var, usage: &Use, at: u32) -> Option<()> {
        let last = usage.loop_start <= at && !self.uses.read_after(var, usage, at);
        last.then_some(())
    }

    /// `gone`, which another instruction would write with the same value, is `kept`.
    fn same(&mut self, kept: Var, gone: Var) {
        self.uses.merge(kept, gone);
        self.renamed.insert(gone, kept);
    }
}

/// An instruction that replaces an element as one that fills the hole there.
pub(super) fn fill(inst: Inst, into: Var, place: Var) -> Inst {
    match inst {
        Inst::ListSet { dst, elem, .. } => Inst::ListFill {
            dst,
            list: into,
            index: place,
            elem,
        },
        Inst::MapPut { dst, value, .. } => Inst::MapFill {
            dst,
            map: into,
            key: place,
            value,
        },
        other => other,
    }
}
