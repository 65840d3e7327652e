//! Maps and sets: kept by the runtime, or by code of the library (module `MapBy`) where keys have an equality or a hash of their own.

use snow_bytecode::types::TypeId;

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::Con;

/// The functions that stand for natives: symbol and name in the module `MapBy`.
const FUNCTIONS: [(&str, &str); 15] = [
    ("map.get", "get"),
    ("map.has", "has"),
    ("map.put", "put"),
    ("map.take", "take"),
    ("map.fill", "put"),
    ("map.next", "next"),
    ("map.key", "key_at"),
    ("map.value", "value_at"),
    ("snow_map_delete", "delete"),
    ("snow_map_size", "size"),
    ("set.new", "set_new"),
    ("set.has", "set_has"),
    ("snow_set_add", "set_add"),
    ("snow_set_remove", "set_remove"),
    ("snow_set_size", "set_size"),
];

/// Functions of `List` that stand for natives on elements with an order of their own.
const SORTS: [(&str, &str); 2] = [
    ("snow_list_sort", "sort_by_order"),
    ("snow_list_sort_order", "order_of"),
];

impl Lower<'_, '_> {
    /// An empty map.
    pub(super) fn map_new(&mut self, ty: TypeId, span: Span) -> Res<Var> {
        match self.mono.types.is_keyed(ty) {
            true => self.keyed_at(ty, "new", Vec::new(), span),
            false => Ok(self.emit(ty, Op::MapNew, span)),
        }
    }

    pub(super) fn map_put(&mut self, map: Var, key: Var, value: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(map);
        match self.mono.types.is_keyed(ty) {
            true => self.keyed_at(ty, "put", vec![map, key, value], span),
            false => Ok(self.emit(ty, Op::MapPut(map, key, value), span)),
        }
    }

    pub(super) fn map_has(&mut self, map: Var, key: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(map);
        if self.mono.types.is_keyed(ty) {
            return self.keyed_at(ty, "has", vec![map, key], span);
        }
        let bool_type = self.con(Con::Bool)?;
        Ok(self.emit(bool_type, Op::MapHas(map, key), span))
    }

    pub(super) fn map_get(&mut self, map: Var, key: Var, value: TypeId, span: Span) -> Res<Var> {
        let ty = self.type_of(map);
        match self.mono.types.is_keyed(ty) {
            true => self.keyed_at(ty, "get", vec![map, key], span),
            false => Ok(self.emit(value, Op::MapGet(map, key), span)),
        }
    }

    /// A call of a function of `MapBy` for a map or set of a type.
    pub(super) fn keyed_at(
        &mut self,
        ty: TypeId,
        name: &str,
        args: Vec<Var>,
        span: Span,
    ) -> Res<Var> {
        let types = self.mono.types.key(ty).1.to_vec();
        let func = self.mono.library("MapBy", name, span)?;
        self.call_with(func, types, args, span)
    }

    /// The library's function in the place of a native, where the types have code of their own for what it does.
    pub(super) fn in_place_of(
        &mut self,
        symbol: &str,
        types: &[TypeId],
        args: &[Var],
        ret: TypeId,
        span: Span,
    ) -> Res<Option<Var>> {
        let sort = SORTS.iter().find(|(known, _)| *known == symbol);
        if let (Some((_, name)), Some(&element)) = (sort, types.first())
            && self
                .mono
                .types
                .is_custom(crate::typed::InterfaceId::ORD, element)
        {
            let func = self.mono.library("List", name, span)?;
            let sorted = self.call_with(func, types.to_vec(), args.to_vec(), span)?;
            return Ok(Some(sorted));
        }
        let on = args.first().map_or(ret, |&first| self.type_of(first));
        if !self.mono.types.is_keyed(on) {
            return Ok(None);
        }
        let Some((_, name)) = FUNCTIONS.iter().find(|(known, _)| *known == symbol) else {
            return Ok(None);
        };
        let result = self.keyed_at(on, name, args.to_vec(), span)?;
        Ok(Some(result))
    }
}
