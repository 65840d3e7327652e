//! The index of a map: a trie over 32-bit hashes with 32-way branches; its leaves are small hash tables of entry numbers.
//!
//! Where a word refers to a node, its low three bits say how large a bucket is (0: it is a branch). So a search reads only the
//! slot it wants and not the bucket's header, which would be a second miss of the cache.

use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap};

use super::{BRANCH, BUCKET};

/// Words of a branch: header, unused, children.
pub(super) const BRANCH_WORDS: usize = 2 + FAN;

const BITS: u32 = 5;
const FAN: usize = 1 << BITS;
/// Words of a bucket before its slots.
const BUCKET_HEAD: usize = 2;
/// Slots of a first bucket.
const FIRST: usize = 4;
/// A full bucket of so many slots becomes a branch.
const SPLIT: usize = 64;
/// Bits of the hash that branches can use; buckets below that grow without bound.
const MAX_SHIFT: u32 = 30;
/// A slot that holds nothing. Entry numbers are below `u32::MAX`.
const EMPTY: u64 = u64::MAX;

/// Low bits of a word that refers to a bucket of more than 64 slots.
const LARGE: u64 = 6;

/// Address of the node that a word refers to.
#[inline(always)]
pub(super) fn address(word: u64) -> u64 {
    word & !7
}

/// The word that refers to a bucket.
#[inline(always)]
unsafe fn bucket_word(bucket: Cell) -> u64 {
    // SAFETY: the caller has a live bucket.
    let size = u64::from(unsafe { capacity(bucket) }.trailing_zeros()) - 1;
    bucket.word() | size.min(LARGE)
}

/// Capacity of the bucket that a word refers to.
#[inline(always)]
unsafe fn capacity_of(word: u64) -> usize {
    match word & 7 {
        // SAFETY: the caller has a word that refers to a live bucket.
        LARGE => unsafe { capacity(Cell::from_word(address(word))) },
        size => 2 << size,
    }
}

#[inline(always)]
unsafe fn capacity(bucket: Cell) -> usize {
    // SAFETY: word 1 of a bucket has used and capacity.
    unsafe { (bucket.get(1) >> 32) as usize }
}

#[inline(always)]
unsafe fn used(bucket: Cell) -> usize {
    // SAFETY: as above.
    unsafe { bucket.get(1) as u32 as usize }
}

#[inline(always)]
unsafe fn set_used(bucket: Cell, used: usize, capacity: usize) {
    // SAFETY: as above.
    unsafe { bucket.set(1, used as u64 | (capacity as u64) << 32) }
}

/// # Safety
/// The cell is a bucket.
#[inline(always)]
pub(super) unsafe fn bucket_words(bucket: Cell) -> usize {
    // SAFETY: by contract.
    unsafe { BUCKET_HEAD + capacity(bucket) }
}

/// Where the search for a hash begins: branches use the low bits, buckets the high ones.
#[inline(always)]
fn home(hash: u32, capacity: usize) -> usize {
    (hash >> 1) as usize >> (31 - capacity.trailing_zeros())
}

/// The entry number with this hash that `is_it` accepts.
///
/// # Safety
/// `index` refers to the root of an index.
#[inline(always)]
pub(super) unsafe fn lookup(
    index: u64,
    hash: u32,
    mut is_it: impl FnMut(u32) -> bool,
) -> Option<u32> {
    // SAFETY: children are null or nodes; buckets always have an empty slot, which ends the search.
    unsafe {
        let mut word = index;
        let mut bits = hash;
        while word & 7 == 0 {
            let branch = Cell::from_nullable(word)?;
            word = branch.get(2 + bits as usize % FAN);
            bits >>= BITS;
        }
        let capacity = capacity_of(word);
        let node = Cell::from_word(address(word));
        let mut at = home(hash, capacity);
        loop {
            let slot = node.get(BUCKET_HEAD + at);
            if (slot >> 32) as u32 == hash {
                if slot == EMPTY {
                    return None;
                }
                if is_it(slot as u32) {
                    return Some(slot as u32);
                }
            } else if slot == EMPTY {
                return None;
            }
            at = (at + 1) & (capacity - 1);
        }
    }
}

unsafe fn new_bucket(heap: &mut Heap, ty: TypeId, capacity: usize) -> Cell {
    // SAFETY: all slots are filled.
    unsafe {
        let bucket = heap.alloc(ty, BUCKET, BUCKET_HEAD + capacity);
        set_used(bucket, 0, capacity);
        for i in 0..capacity {
            bucket.set(BUCKET_HEAD + i, EMPTY);
        }
        bucket
    }
}

/// Puts a slot where a search for it will find it; there is room.
#[inline(always)]
unsafe fn place(bucket: Cell, slot: u64) {
    // SAFETY: the bucket is unique and not full.
    unsafe {
        let capacity = capacity(bucket);
        let mut at = home((slot >> 32) as u32, capacity);
        while bucket.get(BUCKET_HEAD + at) != EMPTY {
            at = (at + 1) & (capacity - 1);
        }
        bucket.set(BUCKET_HEAD + at, slot);
        set_used(bucket, used(bucket) + 1, capacity);
    }
}

/// Adds an entry number that is not in the index.
///
/// # Safety
/// `root` is the place of the index in a unique map.
#[inline]
pub(super) unsafe fn insert(heap: &mut Heap, ty: TypeId, root: *mut u64, hash: u32, number: u32) {
    // SAFETY: the way down is made unique.
    unsafe { insert_below(heap, ty, root, 0, u64::from(hash) << 32 | u64::from(number)) }
}

unsafe fn insert_below(heap: &mut Heap, ty: TypeId, mut at: *mut u64, mut shift: u32, slot: u64) {
    let hash = (slot >> 32) as u32;
    // SAFETY: `at` is a place in a unique cell.
    unsafe {
        loop {
            if *at == 0 {
                let bucket = new_bucket(heap, ty, FIRST);
                place(bucket, slot);
                *at = bucket_word(bucket);
                return;
            }
            let node = own(heap, at);
            if node.tag() == BRANCH {
                at = node.as_ptr().add(2 + (hash >> shift) as usize % FAN);
                shift += BITS;
                continue;
            }
            if used(node) * 4 < capacity(node) * 3 {
                return place(node, slot);
            }
            *at = if capacity(node) < SPLIT || shift >= MAX_SHIFT {
                enlarge(heap, ty, node)
            } else {
                split(heap, ty, node, shift)
            };
        }
    }
}

/// A bucket of twice the capacity; frees the old one, which is unique.
#[inline(never)]
unsafe fn enlarge(heap: &mut Heap, ty: TypeId, bucket: Cell) -> u64 {
    // SAFETY: buckets own nothing but themselves.
    unsafe {
        let larger = new_bucket(heap, ty, capacity(bucket) * 2);
        for_each_slot(bucket, |slot| place(larger, slot));
        heap.free(bucket, bucket_words(bucket));
        bucket_word(larger)
    }
}

/// A branch with the slots of a bucket in buckets below it; frees the bucket, which is unique.
#[inline(never)]
unsafe fn split(heap: &mut Heap, ty: TypeId, bucket: Cell, shift: u32) -> u64 {
    // SAFETY: the branch is new; its children are filled below.
    unsafe {
        let branch = heap.alloc(ty, BRANCH, BRANCH_WORDS);
        for word in 1..BRANCH_WORDS {
            branch.set(word, 0);
        }
        for_each_slot(bucket, |slot| {
            let at = branch
                .as_ptr()
                .add(2 + ((slot >> 32) as u32 >> shift) as usize % FAN);
            insert_below(heap, ty, at, shift + BITS, slot);
        });
        heap.free(bucket, bucket_words(bucket));
        branch.word()
    }
}

unsafe fn for_each_slot(bucket: Cell, mut visit: impl FnMut(u64)) {
    // SAFETY: the caller has a live bucket.
    unsafe {
        for i in 0..capacity(bucket) {
            let slot = bucket.get(BUCKET_HEAD + i);
            if slot != EMPTY {
                visit(slot);
            }
        }
    }
}

/// Removes an entry number.
///
/// # Safety
/// `root` is the place of the index in a unique map; the number is in the index under this hash.
pub(super) unsafe fn remove(heap: &mut Heap, root: *mut u64, hash: u32, number: u32) {
    let slot = u64::from(hash) << 32 | u64::from(number);
    // SAFETY: the way down is made unique.
    unsafe {
        let mut at = root;
        let mut bits = hash;
        loop {
            let node = own(heap, at);
            if node.tag() == BUCKET {
                remove_slot(node, slot);
                if used(node) == 0 && at != root {
                    heap.free(node, bucket_words(node));
                    *at = 0;
                }
                return;
            }
            at = node.as_ptr().add(2 + bits as usize % FAN);
            bits >>= BITS;
        }
    }
}

unsafe fn remove_slot(bucket: Cell, slot: u64) {
    // SAFETY: the bucket is unique and has the slot; slots after the hole move up when their search would pass it.
    unsafe {
        let capacity = capacity(bucket);
        let mask = capacity - 1;
        let mut hole = home((slot >> 32) as u32, capacity);
        while bucket.get(BUCKET_HEAD + hole) != slot {
            hole = (hole + 1) & mask;
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let other = bucket.get(BUCKET_HEAD + at);
            if other == EMPTY {
                break;
            }
            let wish = home((other >> 32) as u32, capacity);
            if at.wrapping_sub(wish) & mask >= at.wrapping_sub(hole) & mask {
                bucket.set(BUCKET_HEAD + hole, other);
                hole = at;
            }
        }
        bucket.set(BUCKET_HEAD + hole, EMPTY);
        set_used(bucket, used(bucket) - 1, capacity);
    }
}

/// The node at a place of a unique cell, made unique.
#[inline(always)]
unsafe fn own(heap: &mut Heap, at: *mut u64) -> Cell {
    // SAFETY: the caller says that there is a node.
    unsafe {
        let node = Cell::from_word(address(*at));
        if node.is_unique() {
            node
        } else {
            copy(heap, at, node)
        }
    }
}

#[inline(never)]
unsafe fn copy(heap: &mut Heap, at: *mut u64, node: Cell) -> Cell {
    // SAFETY: the copy of a branch counts as a further reference to its children.
    unsafe {
        let words = if node.tag() == BRANCH {
            BRANCH_WORDS
        } else {
            bucket_words(node)
        };
        let copy = heap.alloc(node.ty(), node.tag(), words);
        std::ptr::copy_nonoverlapping(node.payload(), copy.payload(), words - 1);
        if node.tag() == BRANCH {
            for word in 2..words {
                heap.dup_nullable(address(node.get(word)));
            }
        }
        heap.counters.copies += 1;
        *at = copy.word() | (*at & 7);
        heap.drop_ref(node.word());
        copy
    }
}
