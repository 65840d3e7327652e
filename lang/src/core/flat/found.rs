//! A branch on whether a map has a key, and the reading of the value behind it: one search in the map.

use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::module::Label;
use snow_bytecode::types::Type;

use super::branch::branch_end;
use super::func::{Entry, Flattener, Found};
use super::ir::{Block, End, Stmt, Var};
use super::{Result, internal};
use crate::core::ir;
use crate::stack::with_stack;

impl<'a> Flattener<'a> {
    /// A branch on `has`, which says whether a map has a key.
    pub(super) fn branch_key(
        &mut self,
        has: Var,
        entry: Entry,
        yes: &'a ir::Block,
        no: &'a ir::Block,
    ) -> Result<End> {
        if self.found.contains_key(&entry.names) {
            // Decided by a branch that this code is behind.
            return self.rest(yes);
        }
        let (span, target) = (self.span, Label(0));
        let unless = Inst::BranchUnless { a: has, target };
        let Type::Map(_, value_type) = *self.shared.types.get(self.ty(entry.names.0)?) else {
            let (fall, other) = (self.block(yes)?, self.block(no)?);
            return Ok(branch_end(unless, span, fall, other));
        };
        let slot = self.layouts().element(value_type);
        let dst = self.out.fresh(slot);
        let (mut fall, read) = self.with_found(entry, dst, yes)?;
        let other = self.block(no)?;
        let (map, key) = (entry.map, entry.key);
        if !read {
            return Ok(branch_end(unless, span, fall, other));
        }
        if slot.is_ref() && puts_into(&fall, map) {
            // Only a statement of its own may move the value out of the map, so that it can be updated in place.
            let target = self.crash_label("key not found");
            let get = Inst::MapGet {
                dst,
                map,
                key,
                target,
            };
            fall.stmts.insert(0, Stmt::Inst(get, span));
            return Ok(branch_end(unless, span, fall, other));
        }
        let get = Inst::MapGet {
            dst,
            map,
            key,
            target,
        };
        Ok(branch_end(get, span, fall, other))
    }

    /// A block in which the value of an entry is in `value`, and whether the block reads it.
    fn with_found(
        &mut self,
        entry: Entry,
        value: Var,
        yes: &'a ir::Block,
    ) -> Result<(Block, bool)> {
        let found = Found { value, read: false };
        let before = self.found.insert(entry.names, found);
        let fall = self.block(yes)?;
        let after = match before {
            Some(before) => self.found.insert(entry.names, before),
            None => self.found.remove(&entry.names),
        };
        match after {
            Some(found) => Ok((fall, found.read)),
            None => Err(internal(self.span, "a found value was lost")),
        }
    }
}

/// Whether a block puts something into a map.
fn puts_into(block: &Block, map: Var) -> bool {
    let puts = |inst: &Inst| {
        let mut taken = false;
        inst.accesses(None, &mut |access| {
            taken |= matches!(access, Access::Take(var) if var == map)
        });
        taken && matches!(inst, Inst::MapPut { .. })
    };
    with_stack(|| {
        block.stmts.iter().any(|stmt| match stmt {
            Stmt::Inst(inst, _) => puts(inst),
            Stmt::Join(join) => puts_into(&join.body, map),
        }) || block.end.blocks().any(|block| puts_into(block, map))
    })
}
