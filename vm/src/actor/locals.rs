//! Values that an actor keeps under numbers, for the library: what services remember between turns.

use super::entry::drop_element;
use crate::heap::Heap;
use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;

/// The values by their numbers: type, and the value in element form, owned.
#[derive(Default)]
pub struct Locals(FxHashMap<i64, (TypeId, u64)>);

impl Locals {
    /// Keeps an owned value in the place of an earlier one.
    ///
    /// # Safety
    /// The word is an owned element of the type.
    pub unsafe fn put(&mut self, heap: &mut Heap, key: i64, ty: TypeId, word: u64) {
        if let Some((ty, word)) = self.0.insert(key, (ty, word)) {
            // SAFETY: the table owned the value.
            unsafe { drop_element(heap, ty, word) };
        }
    }

    /// The value under a number, if it is of the type; it stays the table's.
    pub fn get(&self, key: i64, ty: TypeId) -> Option<u64> {
        let found = self.0.get(&key).filter(|(known, _)| *known == ty);
        found.map(|&(_, word)| word)
    }

    /// Calls a function with the type and word of each value.
    pub fn each(&self, look: &mut impl FnMut(TypeId, u64)) {
        self.0.values().for_each(|&(ty, word)| look(ty, word));
    }

    /// Forgets all values.
    pub fn clear(&mut self, heap: &mut Heap) {
        for (ty, word) in std::mem::take(&mut self.0).into_values() {
            // SAFETY: the table owned the value.
            unsafe { drop_element(heap, ty, word) };
        }
    }
}
