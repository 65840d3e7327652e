//! Moving a value out of a map for an update, and back.

use crate::heap::{Cell, Heap};
use crate::types::RuntimeTypes;

use super::{Map, entries, number_of, own_map};

/// Moves the value of a key out of a map and leaves a hole there; takes the map, uses the key. The second result is the map. `None` without
/// such a key: the map is dropped.
///
/// # Safety
/// `map` is an owned reference to a map, `key` of its key type; the result is only dropped or given to [`fill`] with the same key.
pub unsafe fn take(heap: &mut Heap, map: u64, key: u64) -> Option<(u64, u64)> {
    // SAFETY: by contract; the path to the entry is made unique before the value leaves it.
    unsafe {
        let types: *const RuntimeTypes = heap.types();
        let Some(number) = number_of(heap, Map(Cell::from_word(map)), key) else {
            heap.drop_ref(map);
            return None;
        };
        let map = own_map(heap, Cell::from_word(map));
        let info = (*types).info(map.0.ty());
        let at = entries::own_address(heap, map, number, info).add(1);
        let value = if info.value_ref {
            std::mem::take(&mut *at)
        } else {
            *at
        };
        Some((value, map.0.word()))
    }
}

/// Fills the hole that [`take`] left; takes map and value, uses the key. `None` without such a key: both are dropped.
///
/// # Safety
/// As [`take`], and `value` is an owned value of the map.
pub unsafe fn fill(heap: &mut Heap, map: u64, key: u64, value: u64) -> Option<u64> {
    // SAFETY: by contract; the path to the entry is made unique before it is written.
    unsafe {
        let types: *const RuntimeTypes = heap.types();
        let info = (*types).info(Cell::from_word(map).ty());
        let Some(number) = number_of(heap, Map(Cell::from_word(map)), key) else {
            heap.drop_ref(map);
            if info.value_ref {
                heap.drop_nullable(value);
            }
            return None;
        };
        let map = own_map(heap, Cell::from_word(map));
        let at = entries::own_address(heap, map, number, info).add(1);
        let old = std::mem::replace(&mut *at, value);
        if info.value_ref {
            heap.drop_nullable(old);
        }
        Some(map.0.word())
    }
}
