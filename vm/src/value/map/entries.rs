//! The entries of a map by number: leaves of 32 in a 32-way tree, and the last leaf apart from it.

use crate::heap::{Cell, Heap};
use crate::types::TypeInfo;

use super::{ENTRIES, LEAF, Map, NODE, TAIL};

/// Words of an inner node: header, unused, children.
pub(super) const NODE_WORDS: usize = 2 + FAN as usize;

const BITS: u32 = 5;
const FAN: u32 = 1 << BITS;
/// Words of a leaf before its entries: header, unused, mask and capacity.
const LEAF_HEAD: usize = 3;
/// Entries of a first leaf.
const FIRST: u32 = 2;

/// Which entries of a leaf are live.
///
/// # Safety
/// The cell is a leaf.
#[inline(always)]
pub(super) unsafe fn mask(leaf: Cell) -> u32 {
    // SAFETY: word 2 has mask and capacity.
    unsafe { leaf.get(2) as u32 }
}

#[inline(always)]
unsafe fn capacity(leaf: Cell) -> u32 {
    // SAFETY: as above.
    unsafe { (leaf.get(2) >> 32) as u32 }
}

#[inline(always)]
unsafe fn set_mask(leaf: Cell, mask: u32, capacity: u32) {
    // SAFETY: as above.
    unsafe { leaf.set(2, u64::from(mask) | u64::from(capacity) << 32) }
}

/// # Safety
/// The cell is a leaf of a map with this stride.
pub(super) unsafe fn leaf_words(leaf: Cell, stride: usize) -> usize {
    // SAFETY: by contract.
    LEAF_HEAD + unsafe { capacity(leaf) } as usize * stride
}

/// Address of the entry at a position of a leaf.
///
/// # Safety
/// The position is below the capacity.
#[inline(always)]
pub(super) unsafe fn slot(leaf: Cell, position: u32, stride: usize) -> *mut u64 {
    // SAFETY: by contract.
    unsafe { leaf.as_ptr().add(LEAF_HEAD + position as usize * stride) }
}

/// Number of the first entry in the tail.
#[inline(always)]
fn tail_start(total: u32) -> u32 {
    total.saturating_sub(1) & !(FAN - 1)
}

/// The leaf that has an entry number.
#[inline(always)]
unsafe fn leaf(map: Map, number: u32) -> Cell {
    // SAFETY: the caller has a live map and a number below its total.
    unsafe {
        if number >= tail_start(map.total()) {
            return Cell::from_word(map.0.get(TAIL));
        }
        let mut node = Cell::from_word(map.0.get(ENTRIES));
        let mut shift = map.depth() * BITS;
        while shift > 0 {
            node = Cell::from_word(node.get(2 + (number >> shift) as usize % FAN as usize));
            shift -= BITS;
        }
        node
    }
}

/// Address of an entry.
///
/// # Safety
/// The map is live, the number below its total.
#[inline(always)]
pub(super) unsafe fn address(map: Map, number: u32, stride: usize) -> *mut u64 {
    // SAFETY: by contract.
    unsafe { slot(leaf(map, number), number % FAN, stride) }
}

/// Address of an entry, unless it was deleted.
///
/// # Safety
/// As [`address`].
#[inline(always)]
pub(super) unsafe fn live_address(map: Map, number: u32, stride: usize) -> Option<*mut u64> {
    // SAFETY: by contract.
    unsafe {
        let leaf = leaf(map, number);
        let is_live = mask(leaf) >> (number % FAN) & 1 == 1;
        is_live.then(|| slot(leaf, number % FAN, stride))
    }
}

/// The first live entry from a number on.
///
/// # Safety
/// As [`address`].
#[inline]
pub(super) unsafe fn next(map: Map, from: u32) -> Option<u32> {
    // SAFETY: each number looked at is below the total.
    unsafe {
        let total = map.total();
        let mut number = from;
        while number < total {
            let rest = mask(leaf(map, number)) >> (number % FAN);
            if rest != 0 {
                return Some(number + rest.trailing_zeros());
            }
            number = (number & !(FAN - 1)).checked_add(FAN)?;
        }
        None
    }
}

/// Address of an entry that may be written: all on the way to it is made unique.
///
/// # Safety
/// The map is unique, the number below its total.
pub(super) unsafe fn own_address(
    heap: &mut Heap,
    map: Map,
    number: u32,
    info: &TypeInfo,
) -> *mut u64 {
    // SAFETY: by contract.
    unsafe {
        let leaf = own_leaf(heap, map, number, info);
        slot(leaf, number % FAN, info.stride)
    }
}

/// As [`own_address`], unless the entry was deleted.
///
/// # Safety
/// As there.
#[inline(always)]
pub(super) unsafe fn own_live_address(
    heap: &mut Heap,
    map: Map,
    number: u32,
    info: &TypeInfo,
) -> Option<*mut u64> {
    // SAFETY: by contract.
    unsafe {
        let leaf = own_leaf(heap, map, number, info);
        let is_live = mask(leaf) >> (number % FAN) & 1 == 1;
        is_live.then(|| slot(leaf, number % FAN, info.stride))
    }
}

/// The leaf that has an entry number, made unique with all on the way to it.
#[inline(always)]
unsafe fn own_leaf(heap: &mut Heap, map: Map, number: u32, info: &TypeInfo) -> Cell {
    // SAFETY: the caller has a unique map and a number below its total.
    unsafe {
        let mut at = map.at(TAIL);
        if number < tail_start(map.total()) {
            at = map.at(ENTRIES);
            let mut shift = map.depth() * BITS;
            while shift > 0 {
                let node = own(heap, at, info);
                at = node
                    .as_ptr()
                    .add(2 + (number >> shift) as usize % FAN as usize);
                shift -= BITS;
            }
        }
        own(heap, at, info)
    }
}

/// Marks an entry as deleted; what it referred to is the caller's now.
///
/// # Safety
/// The way to the entry is unique.
pub(super) unsafe fn clear(map: Map, number: u32) {
    // SAFETY: by contract.
    unsafe {
        let leaf = leaf(map, number);
        set_mask(leaf, mask(leaf) & !(1 << (number % FAN)), capacity(leaf));
    }
}

/// Makes room for the entry with the number `total`, marks it live and gives its address. The caller fills it and counts it.
///
/// # Safety
/// The map is unique.
#[inline]
pub(super) unsafe fn append(heap: &mut Heap, map: Map, info: &TypeInfo) -> *mut u64 {
    // SAFETY: the tail is made unique before it is written.
    unsafe {
        let total = map.total();
        let position = total % FAN;
        if position == 0 && total > 0 {
            push_tail(heap, map, info);
        }
        let at = map.at(TAIL);
        if *at == 0 {
            // Later leaves will probably be filled; the first one of a small map grows.
            let size = if total > 0 { FAN } else { FIRST };
            *at = new_leaf(heap, map, size, info.stride).word();
        }
        let mut leaf = own(heap, at, info);
        if position == capacity(leaf) {
            leaf = enlarge(heap, leaf, info.stride);
            *at = leaf.word();
        }
        set_mask(leaf, mask(leaf) | 1 << position, capacity(leaf));
        slot(leaf, position, info.stride)
    }
}

unsafe fn new_leaf(heap: &mut Heap, map: Map, capacity: u32, stride: usize) -> Cell {
    // SAFETY: entries that are not in the mask need no value.
    unsafe {
        let leaf = heap.alloc(map.0.ty(), LEAF, LEAF_HEAD + capacity as usize * stride);
        leaf.set(1, 0);
        set_mask(leaf, 0, capacity);
        leaf
    }
}

#[inline(never)]
unsafe fn enlarge(heap: &mut Heap, leaf: Cell, stride: usize) -> Cell {
    // SAFETY: the leaf is unique.
    unsafe {
        let old = capacity(leaf);
        let new = if old < 8 { old * 2 } else { FAN };
        let words = |capacity: u32| LEAF_HEAD + capacity as usize * stride;
        let leaf = heap.resize(leaf, words(old), words(new));
        set_mask(leaf, mask(leaf), new);
        leaf
    }
}

/// Moves the full tail into the tree.
#[inline(never)]
unsafe fn push_tail(heap: &mut Heap, map: Map, info: &TypeInfo) {
    // SAFETY: the way to the place of the new leaf is made unique.
    unsafe {
        let number = tail_start(map.total());
        let mut depth = map.depth();
        if depth == 0 || u64::from(number) >> (BITS * (depth + 1)) != 0 {
            let root = new_node(heap, map);
            root.set(2, map.0.get(ENTRIES));
            *map.at(ENTRIES) = root.word();
            depth += 1;
            map.set_depth(depth);
        }
        let mut at = map.at(ENTRIES);
        let mut shift = depth * BITS;
        while shift > 0 {
            if *at == 0 {
                *at = new_node(heap, map).word();
            }
            let node = own(heap, at, info);
            at = node
                .as_ptr()
                .add(2 + (number >> shift) as usize % FAN as usize);
            shift -= BITS;
        }
        *at = map.0.get(TAIL);
        *map.at(TAIL) = 0;
    }
}

unsafe fn new_node(heap: &mut Heap, map: Map) -> Cell {
    // SAFETY: all words are filled.
    unsafe {
        let node = heap.alloc(map.0.ty(), NODE, NODE_WORDS);
        for word in 1..NODE_WORDS {
            node.set(word, 0);
        }
        node
    }
}

/// The node or leaf at a place of a unique cell, made unique.
#[inline(always)]
unsafe fn own(heap: &mut Heap, at: *mut u64, info: &TypeInfo) -> Cell {
    // SAFETY: the caller says that there is a node or leaf.
    unsafe {
        let cell = Cell::from_word(*at);
        if cell.is_unique() {
            cell
        } else {
            copy(heap, at, cell, info)
        }
    }
}

#[inline(never)]
unsafe fn copy(heap: &mut Heap, at: *mut u64, cell: Cell, info: &TypeInfo) -> Cell {
    // SAFETY: the copy counts as a further reference to children, keys and values.
    unsafe {
        let is_leaf = cell.tag() == LEAF;
        let words = if is_leaf {
            leaf_words(cell, info.stride)
        } else {
            NODE_WORDS
        };
        let copy = heap.alloc(cell.ty(), cell.tag(), words);
        std::ptr::copy_nonoverlapping(cell.payload(), copy.payload(), words - 1);
        if is_leaf {
            dup_entries(heap, copy, info);
        } else {
            for word in 2..words {
                heap.dup_nullable(cell.get(word));
            }
        }
        heap.counters.copies += 1;
        *at = copy.word();
        heap.drop_ref(cell.word());
        copy
    }
}

unsafe fn dup_entries(heap: &Heap, leaf: Cell, info: &TypeInfo) {
    // SAFETY: live entries are filled.
    unsafe {
        let mut live = mask(leaf);
        while live != 0 && (info.elem_ref || info.value_ref) {
            let at = slot(leaf, live.trailing_zeros(), info.stride);
            live &= live - 1;
            if info.elem_ref {
                heap.dup_nullable(*at);
            }
            if info.value_ref {
                heap.dup_nullable(*at.add(1));
            }
        }
    }
}
