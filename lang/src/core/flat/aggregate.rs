//! Structs, tuples and sums: unboxed ones are rows of variables and cost nothing, boxed ones are cells.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::{Repr, Slot};
use snow_bytecode::types::TypeId;

use super::func::Flattener;
use super::ir::{Block, End, Stmt, Var};
use super::row::Row;
use super::{Result, internal};
use crate::core::ir;

impl Flattener<'_> {
    pub(super) fn construct(&mut self, var: ir::Var, tag: u8, fields: &[ir::Var]) -> Result<()> {
        let ty = self.ty(var)?;
        let fields = fields
            .iter()
            .map(|field| self.row(*field))
            .collect::<Result<Vec<_>>>()?;
        let row = self.construct_rows(ty, tag, &fields)?;
        self.bind(var, row);
        Ok(())
    }

    /// A value of a struct, tuple or sum type from the slots of its fields.
    pub(super) fn construct_rows(&mut self, ty: TypeId, tag: u8, fields: &[Row]) -> Result<Row> {
        let flat: Vec<Var> = fields.iter().flat_map(|row| row.to_vec()).collect();
        match self.layouts().repr(ty).clone() {
            Repr::Plain(_) => Ok(Row::one(self.int(i64::from(tag)))),
            Repr::Nullable { payload, some } => match flat.as_slice() {
                [value] if tag == some => Ok(Row::one(*value)),
                _ => {
                    let dst = self.out.fresh(Slot::Null(payload));
                    self.push(Inst::ConstNull { dst });
                    Ok(Row::one(dst))
                }
            },
            Repr::UnboxedStruct { .. } if flat.is_empty() => Ok(Row::one(self.int(0))),
            Repr::UnboxedStruct { .. } => Row::from_slice(&flat)
                .ok_or_else(|| internal(self.span, "an unboxed struct of more than three slots")),
            Repr::UnboxedSum { slots, variants } => {
                let places = variants
                    .get(usize::from(tag))
                    .ok_or_else(|| internal(self.span, format!("no variant {tag}")))?;
                self.unboxed_variant(tag, &slots, places, fields)
            }
            Repr::Boxed { .. } => {
                let dst = self.out.fresh(Slot::Ref(ty));
                self.push(Inst::New {
                    dst,
                    ty,
                    tag,
                    fields: flat,
                });
                Ok(Row::one(dst))
            }
        }
    }

    fn unboxed_variant(
        &mut self,
        tag: u8,
        slots: &[Slot],
        places: &[Vec<u16>],
        fields: &[Row],
    ) -> Result<Row> {
        let mut values = vec![None; slots.len()];
        for (place, row) in places.iter().zip(fields) {
            for (slot, var) in place.iter().zip(row.as_slice()) {
                values[usize::from(*slot)] = Some(*var);
            }
        }
        let mut row = Row::one(self.int(i64::from(tag)));
        for (slot, value) in slots.iter().zip(values).skip(1) {
            let var = match value {
                Some(var) => var,
                None => self.unused_slot(*slot)?,
            };
            row.push(var);
        }
        Ok(row)
    }

    /// What a slot holds that the variant does not use.
    fn unused_slot(&mut self, slot: Slot) -> Result<Var> {
        match slot {
            Slot::Word => Ok(self.int(0)),
            Slot::Float => {
                let dst = self.out.fresh(slot);
                self.push(Inst::ConstFloat { dst, bits: 0 });
                Ok(dst)
            }
            Slot::Null(_) | Slot::Any => {
                let dst = self.out.fresh(slot);
                self.push(Inst::ConstNull { dst });
                Ok(dst)
            }
            Slot::Ref(_) | Slot::Token(_) => Err(internal(
                self.span,
                "a slot that cannot be empty is not filled",
            )),
        }
    }

    pub(super) fn project(
        &mut self,
        var: ir::Var,
        value: ir::Var,
        tag: u8,
        field: u32,
    ) -> Result<()> {
        let (ty, row) = (self.ty(value)?, self.row(value)?);
        let no_field = || internal(self.span, format!("no field {field} in variant {tag}"));
        match self.layouts().repr(ty).clone() {
            Repr::Plain(_) => Err(no_field()),
            Repr::Nullable { payload, .. } => {
                let slot = self.refined(value, row, 0, Slot::Ref(payload));
                self.bind(var, Row::one(slot));
                Ok(())
            }
            Repr::UnboxedStruct { fields, .. } => {
                let (start, count) = *fields.get(field as usize).ok_or_else(no_field)?;
                let (start, count) = (usize::from(start), usize::from(count));
                let slots = row.as_slice().get(start..start + count);
                self.bind_slice(var, slots.ok_or_else(no_field)?)
            }
            Repr::UnboxedSum { variants, .. } => {
                let places = variants.get(usize::from(tag));
                let places = places
                    .and_then(|fields| fields.get(field as usize))
                    .ok_or_else(no_field)?;
                self.project_shared(var, value, places)
            }
            Repr::Boxed { cells } => {
                if let Some(parts) = self.pairs.get(&row.get(0)) {
                    let part = *parts.get(field as usize).ok_or_else(no_field)?;
                    self.bind(var, part);
                    return Ok(());
                }
                let cell = cells.get(usize::from(tag)).ok_or_else(no_field)?;
                let (start, count) = *cell.fields.get(field as usize).ok_or_else(no_field)?;
                let mut loaded = Row::default();
                for slot in start..start + count {
                    let dst = self.out.fresh(cell.slots[usize::from(slot)]);
                    let src = row.get(0);
                    self.push(Inst::Load { dst, src, slot });
                    loaded.push(dst);
                }
                self.bind(var, loaded);
                Ok(())
            }
        }
    }

    /// A field whose slots the variants of an unboxed sum share.
    fn project_shared(&mut self, var: ir::Var, value: ir::Var, places: &[u16]) -> Result<()> {
        let ty = self.ty(var)?;
        let wanted = self.layouts().slots(ty).to_vec();
        let mut result = Row::default();
        for (place, slot) in places.iter().zip(wanted) {
            let row = self.row(value)?;
            result.push(self.refined(value, row, usize::from(*place), slot));
        }
        self.bind(var, result);
        Ok(())
    }

    /// Slot `index` of a value as what it is known to hold; from here on the value stands for the refined slot too.
    fn refined(&mut self, value: ir::Var, row: Row, index: usize, wanted: Slot) -> Var {
        let src = row.get(index);
        let refined = match (self.out.slot(src), wanted) {
            (have, want) if have == want || !want.is_ref() => return src,
            (Slot::Ref(_), _) | (_, Slot::Any) => return src,
            (_, Slot::Null(_)) => self.refine_nullable(src, wanted),
            _ => {
                let dst = self.out.fresh(wanted);
                self.push(Inst::Cast { dst, src });
                dst
            }
        };
        self.bind(value, row.with(index, refined));
        refined
    }

    /// An `Any` slot that holds null or a reference of one type.
    fn refine_nullable(&mut self, src: Var, wanted: Slot) -> Var {
        let Slot::Null(payload) = wanted else {
            return src;
        };
        let (join, param) = (self.fresh_join(), self.out.fresh(wanted));
        let (null, dst) = (self.out.fresh(wanted), self.out.fresh(Slot::Ref(payload)));
        let span = self.span;
        let leads = |inst, value| Block {
            stmts: vec![Stmt::Inst(inst, span)],
            end: End::Jump(join, vec![value]),
        };
        let end = End::Branch {
            inst: Inst::BranchNull {
                a: src,
                target: Default::default(),
            },
            span,
            fall: Box::new(leads(Inst::Cast { dst, src }, dst)),
            target: Box::new(leads(Inst::ConstNull { dst: null }, null)),
        };
        self.continue_in(join, vec![param], end);
        param
    }

    pub(super) fn update(
        &mut self,
        var: ir::Var,
        base: ir::Var,
        fields: &[(u32, ir::Var)],
    ) -> Result<()> {
        let (ty, row) = (self.ty(base)?, self.row(base)?);
        let places = match self.layouts().repr(ty) {
            Repr::UnboxedStruct { fields, .. } => fields.clone(),
            Repr::Boxed { cells } if cells.len() == 1 => cells[0].fields.clone(),
            _ => return Err(internal(self.span, "update of a value that has no fields")),
        };
        let mut slots: Vec<(u16, Var)> = Vec::new();
        for (field, value) in fields {
            let Some((start, _)) = places.get(*field as usize) else {
                return Err(internal(self.span, format!("no field {field}")));
            };
            for (offset, value) in self.row(*value)?.as_slice().iter().enumerate() {
                slots.push((start + offset as u16, *value));
            }
        }
        if self.layouts().is_boxed(ty) {
            let dst = self.fresh_one(var)?;
            let (src, fields) = (row.get(0), slots);
            self.push(Inst::Update { dst, src, fields });
        } else {
            let updated = slots.iter().fold(row, |row, (slot, value)| {
                row.with(usize::from(*slot), *value)
            });
            self.bind(var, updated);
        }
        Ok(())
    }
}
