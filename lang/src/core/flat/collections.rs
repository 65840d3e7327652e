//! Lists and maps: elements, keys and values in element form.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::types::{Type, TypeId};

use super::func::{Entry, Flattener, Test};
use super::ir::Var;
use super::row::Row;
use super::{Result, internal};
use crate::core::ir::{self, Op};

impl Flattener<'_> {
    /// A value in element form: itself, or a box of its slots.
    pub(super) fn element_of(&mut self, var: ir::Var) -> Result<Var> {
        let (ty, row) = (self.ty(var)?, self.row(var)?);
        Ok(self.box_row(ty, row))
    }

    /// As [`Self::element_of`], for slots.
    pub(super) fn box_row(&mut self, ty: TypeId, row: Row) -> Var {
        if !self.layouts().is_box(ty) {
            return row.get(0);
        }
        let dst = self.out.fresh(Slot::Ref(ty));
        let slots = row.to_vec();
        self.push(Inst::Box { dst, ty, slots });
        dst
    }

    /// The slots of a value that arrived in element form, as `element` computes it into the variable that it is given.
    pub(super) fn bind_element(
        &mut self,
        var: ir::Var,
        element: impl FnOnce(&mut Self, Var) -> Inst,
    ) -> Result<()> {
        let ty = self.ty(var)?;
        let row = self.element_row(ty, element);
        self.bind(var, row);
        Ok(())
    }

    /// As [`Self::bind_element`], without a variable.
    pub(super) fn element_row(
        &mut self,
        ty: TypeId,
        element: impl FnOnce(&mut Self, Var) -> Inst,
    ) -> Row {
        let slot = self.layouts().element(ty);
        let src = self.out.fresh(slot);
        let inst = element(self, src);
        self.push(inst);
        self.unboxed(ty, src)
    }

    /// The slots of a value in element form.
    fn unboxed(&mut self, ty: TypeId, src: Var) -> Row {
        if !self.layouts().is_box(ty) {
            return Row::one(src);
        }
        let row = self.fresh_row(ty);
        let dsts = row.as_slice().iter().copied().map(Some).collect();
        self.push(Inst::Unbox { dsts, src });
        row
    }

    pub(super) fn list(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match op {
            Op::List(items) => {
                let mut elems = Vec::with_capacity(items.len());
                for item in items {
                    elems.push(self.element_of(*item)?);
                }
                let (ty, dst) = (self.ty(var)?, self.fresh_one(var)?);
                self.push(Inst::ListNew { dst, ty, elems });
            }
            Op::ListLen(list) => {
                let (list, dst) = (self.one(*list)?, self.fresh_one(var)?);
                self.push(Inst::ListLen { dst, list });
            }
            Op::ListGet(list, index) => {
                let (list, index) = (self.one(*list)?, self.one(*index)?);
                self.bind_element(var, |_, dst| Inst::ListGet { dst, list, index })?;
            }
            Op::ListHead(list) => {
                let (list, index) = (self.one(*list)?, self.int(0));
                self.bind_element(var, |_, dst| Inst::ListGet { dst, list, index })?;
            }
            Op::ListAppend(list, elem) => {
                let (list, elem) = (self.one(*list)?, self.element_of(*elem)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::ListAppend { dst, list, elem });
            }
            Op::ListPrepend(list, elem) => {
                let (list, elem) = (self.one(*list)?, self.element_of(*elem)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::ListPrepend { dst, list, elem });
            }
            Op::ListDrop(list, count) => {
                let (list, count) = (self.one(*list)?, self.one(*count)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::ListDrop { dst, list, count });
            }
            Op::ListConcat(a, b) => {
                let (a, b) = (self.one(*a)?, self.one(*b)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::ListConcat { dst, a, b });
            }
            Op::ListSet(list, index, elem) => {
                let (list, index) = (self.one(*list)?, self.one(*index)?);
                let elem = self.element_of(*elem)?;
                let dst = self.fresh_one(var)?;
                self.push(Inst::ListSet {
                    dst,
                    list,
                    index,
                    elem,
                });
            }
            _ => return Err(internal(self.span, "not a list operation")),
        }
        Ok(())
    }

    pub(super) fn map(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match op {
            Op::MapNew => {
                let (ty, dst) = (self.ty(var)?, self.fresh_one(var)?);
                self.push(Inst::MapNew { dst, ty });
            }
            Op::MapPut(map, key, value) => {
                let map = self.one(*map)?;
                let (key, value) = (self.element_of(*key)?, self.element_of(*value)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::MapPut {
                    dst,
                    map,
                    key,
                    value,
                });
            }
            Op::MapHas(map, key) => {
                let names = (*map, *key);
                let (map, key) = (self.one(*map)?, self.element_of(*key)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::MapHas { dst, map, key });
                let entry = Entry { names, map, key };
                self.tests.insert(dst, Test::HasKey(entry));
            }
            Op::MapGet(map, key) => match self.found.get_mut(&(*map, *key)) {
                Some(found) => {
                    found.read = true;
                    let (value, ty) = (found.value, self.ty(var)?);
                    let row = self.unboxed(ty, value);
                    self.bind(var, row);
                }
                None => {
                    let (map, key) = (self.one(*map)?, self.element_of(*key)?);
                    self.map_get(var, map, key)?;
                }
            },
            Op::MapNext(map, from) => {
                let (map, from) = (self.one(*map)?, self.one(*from)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::MapNext { dst, map, from });
            }
            Op::MapKeyAt(map, entry) => {
                let (map, entry) = (self.one(*map)?, self.one(*entry)?);
                self.bind_element(var, |_, dst| Inst::MapKeyAt { dst, map, entry })?;
            }
            Op::MapValueAt(map, entry) => {
                let (map, entry) = (self.one(*map)?, self.one(*entry)?);
                self.bind_element(var, |_, dst| Inst::MapValueAt { dst, map, entry })?;
            }
            _ => return Err(internal(self.span, "not a map operation")),
        }
        Ok(())
    }

    /// The value under a key, which crashes when it is absent.
    pub(super) fn map_get(&mut self, var: ir::Var, map: Var, key: Var) -> Result<()> {
        let target = self.crash_label("key not found");
        self.bind_element(var, |_, dst| Inst::MapGet {
            dst,
            map,
            key,
            target,
        })
    }

    /// Element type of a list or set, key type of a map.
    pub(super) fn key_type(&self, ty: TypeId) -> Result<TypeId> {
        match self.shared.types.get(ty) {
            Type::List(elem) | Type::Set(elem) | Type::Map(elem, _) => Ok(*elem),
            other => Err(internal(self.span, format!("not a collection: {other:?}"))),
        }
    }
}
