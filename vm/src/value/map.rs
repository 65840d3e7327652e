//! Maps and sets in insertion order: entries in a radix tree, and above eight of them an index by hash.
//! `docs/memory.md` has the layouts. A set is a map without values.
//!
//! Keys and values are words in element form.

mod entries;
mod hole;
mod index;
#[cfg(test)]
mod tests;

pub use hole::{fill, take};
use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap, Seen};
use crate::types::{KeyKind, RuntimeTypes, TypeInfo};

use super::{equal, hash, text};

/// Tag of a map or set.
pub const MAP: u8 = 0;
/// Tag of a leaf of entries.
pub(crate) const LEAF: u8 = 1;
/// Tag of an inner node of entries.
pub(crate) const NODE: u8 = 2;
/// Tag of an inner node of the index.
pub(crate) const BRANCH: u8 = 3;
/// Tag of a bucket of the index.
pub(crate) const BUCKET: u8 = 4;

/// The reason of a crash by a key that is absent.
pub const NO_KEY: &str = "key not found";
/// The reason of a crash by a number that is no entry's.
pub const NO_ENTRY: &str = "not an entry of the map";

/// Words of a map cell.
pub(crate) const MAP_WORDS: usize = 6;
const INDEX: usize = 3;
const ENTRIES: usize = 4;
const TAIL: usize = 5;

/// Maps of at most so many entries have no index.
const SMALL: u32 = 8;

/// Most entries, deleted ones included.
const MAX_TOTAL: u32 = u32::MAX - 1;

/// The words of a map cell; methods require it to be live, setters that it is unique.
#[derive(Clone, Copy)]
struct Map(Cell);

impl Map {
    #[inline(always)]
    unsafe fn live(self) -> u32 {
        // SAFETY: word 1 has both numbers.
        unsafe { self.0.get(1) as u32 }
    }

    /// Entries ever appended since the last rebuilding.
    #[inline(always)]
    unsafe fn total(self) -> u32 {
        // SAFETY: as in `live`.
        unsafe { (self.0.get(1) >> 32) as u32 }
    }

    #[inline(always)]
    unsafe fn set_counts(self, live: u32, total: u32) {
        // SAFETY: as in `live`.
        unsafe { self.0.set(1, u64::from(live) | u64::from(total) << 32) }
    }

    /// No entry before this one is live.
    #[inline(always)]
    unsafe fn first(self) -> u32 {
        // SAFETY: word 2 has the number and the depth.
        unsafe { self.0.get(2) as u32 }
    }

    #[inline(always)]
    unsafe fn set_first(self, first: u32) {
        // SAFETY: as in `first`.
        unsafe {
            self.0
                .set(2, self.0.get(2) & !0xffff_ffff | u64::from(first))
        }
    }

    /// Levels of nodes above the leaves in `entries`.
    #[inline(always)]
    unsafe fn depth(self) -> u32 {
        // SAFETY: as in `first`.
        unsafe { (self.0.get(2) >> 32) as u32 }
    }

    #[inline(always)]
    unsafe fn set_depth(self, depth: u32) {
        // SAFETY: as in `first`.
        unsafe {
            self.0
                .set(2, self.0.get(2) & 0xffff_ffff | u64::from(depth) << 32)
        }
    }

    #[inline(always)]
    unsafe fn index(self) -> u64 {
        // SAFETY: a word of the cell.
        unsafe { self.0.get(INDEX) }
    }

    /// Address of one of the reference words.
    #[inline(always)]
    unsafe fn at(self, word: usize) -> *mut u64 {
        // SAFETY: a word of the cell.
        unsafe { self.0.as_ptr().add(word) }
    }
}

/// Words from one entry to the next: key and value, or only a key.
#[inline(always)]
fn stride(info: &TypeInfo) -> usize {
    info.stride
}

/// The empty map or set of a type.
#[inline(always)]
pub fn empty(heap: &Heap, ty: TypeId) -> u64 {
    heap.types().info(ty).empty
}

/// Number of entries.
///
/// # Safety
/// `map` refers to a map or set.
#[inline(always)]
pub unsafe fn len(map: u64) -> usize {
    // SAFETY: by contract.
    unsafe { Map(Cell::from_word(map)).live() as usize }
}

#[inline(always)]
unsafe fn key_equal(types: &RuntimeTypes, info: &TypeInfo, a: u64, b: u64) -> bool {
    match info.key {
        KeyKind::Word => a == b,
        // SAFETY: both are keys of the map's type.
        KeyKind::Text => a == b || unsafe { text::equals(a, text::bytes(b)) },
        // SAFETY: as above.
        KeyKind::Other(elem) => unsafe { equal::elements(types, elem, a, b) },
    }
}

#[inline(always)]
unsafe fn key_hash(types: &RuntimeTypes, info: &TypeInfo, key: u64) -> u32 {
    let secret = types.hash_key();
    let hash = match info.key {
        KeyKind::Word => return word_hash(secret, key),
        // SAFETY: the key is of the map's type.
        KeyKind::Text => hash::bytes(secret, unsafe { text::bytes(key) }),
        // SAFETY: as above.
        KeyKind::Other(elem) => unsafe { hash::element(types, elem, key) },
    };
    (hash ^ hash >> 32) as u32
}

/// The hash of a plain word. Sixteen neighbouring words go into the same two lines of the cache: the low bits, by which the trie branches, are equal for
/// them, and those by which a bucket is searched differ in their last four places only.
#[inline(always)]
fn word_hash(secret: [u64; 2], key: u64) -> u32 {
    let group = hash::word(secret, key >> 4);
    let place = (key ^ group >> 32) & 15;
    (group & 0x3ff_ffff | place << 26 | (group >> 36 & 3) << 30) as u32
}

/// Entry number and address of the entry of a key.
#[inline(always)]
unsafe fn find(types: &RuntimeTypes, map: Map, key: u64) -> Option<(u32, *mut u64)> {
    // SAFETY: the map is live, entry numbers in the index are of live entries.
    unsafe {
        let info = types.info(map.0.ty());
        if map.index() == 0 {
            return find_small(types, info, map, key);
        }
        let hash = key_hash(types, info, key);
        find_indexed(types, info, map, hash, key)
    }
}

/// As [`find`], in a map with an index, for a key with this hash.
#[inline(always)]
unsafe fn find_indexed(
    types: &RuntimeTypes,
    info: &TypeInfo,
    map: Map,
    hash: u32,
    key: u64,
) -> Option<(u32, *mut u64)> {
    // SAFETY: as in `find`. Each kind of key has a search of its own.
    unsafe {
        match info.key {
            KeyKind::Word => search(info, map, hash, |other| other == key),
            KeyKind::Text => find_text(info, map, hash, key),
            KeyKind::Other(_) => {
                search(info, map, hash, |other| key_equal(types, info, other, key))
            }
        }
    }
}

#[inline(never)]
unsafe fn find_text(info: &TypeInfo, map: Map, hash: u32, key: u64) -> Option<(u32, *mut u64)> {
    // SAFETY: the keys of the map are texts.
    unsafe {
        let wanted = text::bytes(key);
        search(info, map, hash, |other| {
            other == key || text::equals(other, wanted)
        })
    }
}

#[inline(always)]
unsafe fn search(
    info: &TypeInfo,
    map: Map,
    hash: u32,
    mut is_it: impl FnMut(u64) -> bool,
) -> Option<(u32, *mut u64)> {
    // SAFETY: as in `find`.
    unsafe {
        let mut found = std::ptr::null_mut();
        let number = index::lookup(map.index(), hash, |number| {
            found = entries::address(map, number, stride(info));
            is_it(*found)
        })?;
        Some((number, found))
    }
}

unsafe fn find_small(
    types: &RuntimeTypes,
    info: &TypeInfo,
    map: Map,
    key: u64,
) -> Option<(u32, *mut u64)> {
    // SAFETY: all entries of a map without an index are in its tail.
    unsafe {
        if map.live() == 0 {
            return None;
        }
        let tail = Cell::from_word(map.0.get(TAIL));
        let mut mask = entries::mask(tail);
        while mask != 0 {
            let number = mask.trailing_zeros();
            mask &= mask - 1;
            let at = entries::slot(tail, number, stride(info));
            if key_equal(types, info, *at, key) {
                return Some((number, at));
            }
        }
        None
    }
}

/// The value of a key, which stays the map's; of a set, the stored key.
///
/// # Safety
/// `map` refers to a map or set, `key` is of its key type.
#[inline]
pub unsafe fn get(heap: &Heap, map: u64, key: u64) -> Option<u64> {
    // SAFETY: by contract; the value is the last word of an entry.
    unsafe {
        let map = Map(Cell::from_word(map));
        let at = look_up(heap, map, key)?;
        Some(*at.add(stride(heap.types().info(map.0.ty())) - 1))
    }
}

/// Whether a map or set has a key.
///
/// # Safety
/// As [`get`].
#[inline]
pub unsafe fn has(heap: &Heap, map: u64, key: u64) -> bool {
    // SAFETY: by contract.
    unsafe { look_up(heap, Map(Cell::from_word(map)), key).is_some() }
}

/// The address of the entry of a key. Notes which one it is, since who reads an entry often writes it next.
#[inline(always)]
unsafe fn look_up(heap: &Heap, map: Map, key: u64) -> Option<*mut u64> {
    // SAFETY: by contract of the callers.
    unsafe {
        let (number, at) = find(heap.types(), map, key)?;
        note(heap, map, key, number);
        Some(at)
    }
}

/// Notes an entry that was found. Plain words are found about as fast as what is noted.
#[inline(always)]
fn note(heap: &Heap, map: Map, key: u64, number: u32) {
    if heap.types().info(map.0.ty()).key != KeyKind::Word {
        let map = map.0.word();
        heap.seen.set(Seen { map, key, number });
    }
}

/// The number of the entry that was noted for this key, as far as the words of map and key say it.
#[inline(always)]
unsafe fn hint(heap: &Heap, info: &TypeInfo, map: Map, key: u64) -> Option<u32> {
    let seen = heap.seen.get();
    // SAFETY: the map is live.
    let is_there = unsafe {
        info.key != KeyKind::Word
            && seen.map == map.0.word()
            && seen.key == key
            && seen.number < map.total()
    };
    is_there.then_some(seen.number)
}

/// The number of the entry of a key, when it was noted.
#[inline(always)]
unsafe fn noted(heap: &Heap, info: &TypeInfo, map: Map, key: u64) -> Option<u32> {
    // SAFETY: the map is live; that the entry is there and has the key is looked up, whatever was noted.
    unsafe {
        let number = hint(heap, info, map, key)?;
        let at = entries::live_address(map, number, stride(info))?;
        key_equal(heap.types(), info, *at, key).then_some(number)
    }
}

/// The address of the entry of a key, when it was noted; it may be written. What was noted wrongly costs copies at most.
#[inline(always)]
unsafe fn noted_own(heap: &mut Heap, info: &TypeInfo, map: Map, key: u64) -> Option<*mut u64> {
    // SAFETY: as in `noted`; the map is unique.
    unsafe {
        let number = hint(heap, info, map, key)?;
        let at = entries::own_live_address(heap, map, number, info)?;
        key_equal(heap.types(), info, *at, key).then_some(at)
    }
}

/// The number of the entry of a key, which is going to be written.
#[inline(always)]
unsafe fn number_of(heap: &Heap, map: Map, key: u64) -> Option<u32> {
    // SAFETY: by contract of the callers.
    unsafe {
        let info = heap.types().info(map.0.ty());
        if let Some(number) = noted(heap, info, map, key) {
            return Some(number);
        }
        let (number, _) = find(heap.types(), map, key)?;
        note(heap, map, key, number);
        Some(number)
    }
}

/// Entry numbers whose keys may equal `key`: those with its hash.
///
/// # Safety
/// As [`get`].
pub(super) unsafe fn candidates(types: &RuntimeTypes, map: u64, key: u64) -> Vec<u32> {
    let mut numbers = Vec::new();
    // SAFETY: by contract.
    unsafe {
        let map = Map(Cell::from_word(map));
        let info = types.info(map.0.ty());
        if map.index() != 0 {
            index::lookup(map.index(), key_hash(types, info, key), |number| {
                numbers.push(number);
                false
            });
        } else if map.live() > 0 {
            let mut mask = entries::mask(Cell::from_word(map.0.get(TAIL)));
            while mask != 0 {
                numbers.push(mask.trailing_zeros());
                mask &= mask - 1;
            }
        }
    }
    numbers
}

/// Sets the value of a key, which keeps its place when it exists; takes all three.
///
/// # Safety
/// Owned references: `map` to a map, `key` and `value` of its types.
#[inline]
pub unsafe fn put(heap: &mut Heap, map: u64, key: u64, value: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { insert(heap, map, key, Some(value)) }
}

/// Adds a key to a set; takes both.
///
/// # Safety
/// Owned references: `set` to a set, `key` of its type.
#[inline]
pub unsafe fn add(heap: &mut Heap, set: u64, key: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { insert(heap, set, key, None) }
}

#[inline(always)]
unsafe fn insert(heap: &mut Heap, map: u64, key: u64, value: Option<u64>) -> u64 {
    // SAFETY: by contract of the callers. The types are not changed while the heap lives.
    unsafe {
        let types: *const RuntimeTypes = heap.types();
        let map = own_map(heap, Cell::from_word(map));
        let info = (*types).info(map.0.ty());
        let found = match value {
            Some(_) => noted_own(heap, info, map, key),
            None => noted(heap, info, map, key)
                .map(|number| entries::address(map, number, stride(info))),
        };
        if let Some(at) = found {
            write(heap, info, at, key, value);
        } else if map.index() != 0 {
            let hash = key_hash(&*types, info, key);
            match find_indexed(&*types, info, map, hash, key) {
                Some((number, _)) => replace(heap, map, info, number, key, value),
                None => {
                    let number = append(heap, map, info, key, value);
                    index::insert(heap, map.0.ty(), map.at(INDEX), hash, number);
                }
            }
        } else {
            match find_small(&*types, info, map, key) {
                Some((number, _)) => replace(heap, map, info, number, key, value),
                None => insert_small(heap, map, info, key, value),
            }
        }
        map.0.word()
    }
}

unsafe fn replace(
    heap: &mut Heap,
    map: Map,
    info: &TypeInfo,
    number: u32,
    key: u64,
    value: Option<u64>,
) {
    // SAFETY: the entry is live; the path to it is made unique before it is written.
    unsafe {
        let at = match value {
            Some(_) => entries::own_address(heap, map, number, info),
            None => entries::address(map, number, info.stride),
        };
        write(heap, info, at, key, value);
    }
}

/// Replaces the value of an entry whose key equals this one; takes both. An entry of a set is only read.
#[inline(always)]
unsafe fn write(heap: &mut Heap, info: &TypeInfo, at: *mut u64, key: u64, value: Option<u64>) {
    // SAFETY: the entry is live, and may be written where it has a value.
    unsafe {
        if let Some(value) = value {
            let old = std::mem::replace(&mut *at.add(1), value);
            if info.value_ref {
                heap.drop_nullable(old);
            }
        }
        if info.elem_ref {
            heap.drop_nullable(key);
        }
    }
}

unsafe fn append(heap: &mut Heap, map: Map, info: &TypeInfo, key: u64, value: Option<u64>) -> u32 {
    // SAFETY: the new entry is nobody else's.
    unsafe {
        let number = map.total();
        assert!(number < MAX_TOTAL, "map too large");
        let at = entries::append(heap, map, info);
        *at = key;
        if let Some(value) = value {
            *at.add(1) = value;
        }
        map.set_counts(map.live() + 1, number + 1);
        number
    }
}

/// Appends to a map without an index, which gets one when it becomes too large for that.
unsafe fn insert_small(heap: &mut Heap, map: Map, info: &TypeInfo, key: u64, value: Option<u64>) {
    // SAFETY: the map is unique.
    unsafe {
        if map.total() == SMALL && map.live() < SMALL {
            rebuild(heap, map, info);
        }
        append(heap, map, info, key, value);
        if map.total() > SMALL {
            build_index(heap, map, info);
        }
    }
}

unsafe fn build_index(heap: &mut Heap, map: Map, info: &TypeInfo) {
    // SAFETY: numbers given by `next` are live entries.
    unsafe {
        let types: *const RuntimeTypes = heap.types();
        let mut from = 0;
        while let Some(number) = next(map.0.word(), from) {
            let key = *entries::address(map, number as u32, stride(info));
            let hash = key_hash(&*types, info, key);
            index::insert(heap, map.0.ty(), map.at(INDEX), hash, number as u32);
            from = number + 1;
        }
    }
}

/// Deletes a key; takes the map, uses the key.
///
/// # Safety
/// `map` is an owned reference to a map or set, `key` of its key type.
pub unsafe fn delete(heap: &mut Heap, map: u64, key: u64) -> u64 {
    // SAFETY: by contract; the path to the entry is made unique before it is emptied.
    unsafe {
        let types: *const RuntimeTypes = heap.types();
        let Some((number, _)) = find(&*types, Map(Cell::from_word(map)), key) else {
            return map;
        };
        let map = own_map(heap, Cell::from_word(map));
        let info = (*types).info(map.0.ty());
        if map.index() != 0 {
            let hash = key_hash(&*types, info, key);
            index::remove(heap, map.at(INDEX), hash, number);
        }
        let at = entries::own_address(heap, map, number, info);
        let (old_key, last) = (*at, *at.add(stride(info) - 1));
        entries::clear(map, number);
        map.set_counts(map.live() - 1, map.total());
        if number == map.first() {
            let first = next(map.0.word(), i64::from(number)).unwrap_or(i64::from(map.total()));
            map.set_first(first as u32);
        }
        if map.live() < map.total().div_ceil(2) && (map.total() > 32 || map.live() == 0) {
            rebuild(heap, map, info);
        }
        if info.value_ref {
            heap.drop_nullable(last);
        }
        if info.elem_ref {
            heap.drop_nullable(old_key);
        }
        map.0.word()
    }
}

/// Rewrites a unique map without its deleted entries.
unsafe fn rebuild(heap: &mut Heap, map: Map, info: &TypeInfo) {
    // SAFETY: keys and values are dupped for the new entries, then the old ones are dropped.
    unsafe {
        let old = heap.alloc(map.0.ty(), MAP, MAP_WORDS);
        for word in 1..MAP_WORDS {
            old.set(word, map.0.get(word));
            map.0.set(word, 0);
        }
        let old_map = Map(old);
        let mut from = 0;
        while let Some(number) = next(old.word(), from) {
            let at = entries::address(old_map, number as u32, stride(info));
            let value = (stride(info) == 2).then(|| *at.add(1));
            if info.elem_ref {
                heap.dup_nullable(*at);
            }
            if let (true, Some(value)) = (info.value_ref, value) {
                heap.dup_nullable(value);
            }
            append(heap, map, info, *at, value);
            from = number + 1;
        }
        if map.total() > SMALL {
            build_index(heap, map, info);
        }
        heap.drop_ref(old.word());
    }
}

/// Number of the first entry at or after number `from`.
///
/// # Safety
/// `map` refers to a map or set.
#[inline]
pub unsafe fn next(map: u64, from: i64) -> Option<i64> {
    // SAFETY: by contract.
    unsafe {
        let map = Map(Cell::from_word(map));
        let from = from.max(i64::from(map.first()));
        if from >= i64::from(map.total()) {
            return None;
        }
        entries::next(map, from as u32).map(i64::from)
    }
}

/// Key of an entry, which stays the map's; `None` when the number is not of a live entry.
///
/// # Safety
/// `map` refers to a map or set.
#[inline]
pub unsafe fn key_at(types: &RuntimeTypes, map: u64, number: i64) -> Option<u64> {
    // SAFETY: by contract.
    unsafe {
        let map = Map(Cell::from_word(map));
        if !(0..i64::from(map.total())).contains(&number) {
            return None;
        }
        let stride = stride(types.info(map.0.ty()));
        entries::live_address(map, number as u32, stride).map(|at| *at)
    }
}

/// Value of an entry, as [`key_at`].
///
/// # Safety
/// As [`key_at`].
#[inline]
pub unsafe fn value_at(types: &RuntimeTypes, map: u64, number: i64) -> Option<u64> {
    // SAFETY: by contract; the value is the last word of an entry.
    unsafe {
        let map = Map(Cell::from_word(map));
        if !(0..i64::from(map.total())).contains(&number) {
            return None;
        }
        let stride = stride(types.info(map.0.ty()));
        entries::live_address(map, number as u32, stride).map(|at| *at.add(stride - 1))
    }
}

/// The map as a unique cell; takes it.
#[inline(always)]
unsafe fn own_map(heap: &mut Heap, cell: Cell) -> Map {
    if cell.is_unique() {
        return Map(cell);
    }
    // SAFETY: the caller owns a reference.
    unsafe { copy_map(heap, cell) }
}

#[inline(never)]
unsafe fn copy_map(heap: &mut Heap, cell: Cell) -> Map {
    // SAFETY: the copy counts as a further reference to the three parts.
    unsafe {
        let copy = heap.alloc(cell.ty(), MAP, MAP_WORDS);
        for word in 1..MAP_WORDS {
            copy.set(word, cell.get(word));
        }
        for word in [INDEX, ENTRIES, TAIL] {
            heap.dup_nullable(index::address(cell.get(word)));
        }
        if Map(cell).live() > 0 {
            heap.counters.copies += 1;
        }
        heap.drop_ref(cell.word());
        Map(copy)
    }
}

/// # Safety
/// The cell is a bucket.
pub(crate) unsafe fn bucket_words(cell: Cell) -> usize {
    // SAFETY: by contract.
    unsafe { index::bucket_words(cell) }
}

/// Gives up what a dead part of a map refers to and frees it.
///
/// # Safety
/// The cell is dead and a part of a map whose keys and values are references or not, as told; not a bucket.
pub(crate) unsafe fn release_parts(heap: &mut Heap, cell: Cell, key_ref: bool, value_ref: bool) {
    // SAFETY: each kind's references are where its layout says.
    unsafe {
        match cell.tag() {
            MAP => {
                for word in [INDEX, ENTRIES, TAIL] {
                    heap.release_nullable(index::address(cell.get(word)));
                }
                heap.free(cell, MAP_WORDS);
            }
            LEAF => {
                let info: *const TypeInfo = heap.types().info(cell.ty());
                let stride = stride(&*info);
                let mut mask = entries::mask(cell);
                while mask != 0 && (key_ref || value_ref) {
                    let at = entries::slot(cell, mask.trailing_zeros(), stride);
                    mask &= mask - 1;
                    if key_ref {
                        heap.release_nullable(*at);
                    }
                    if value_ref {
                        heap.release_nullable(*at.add(1));
                    }
                }
                heap.free(cell, entries::leaf_words(cell, stride));
            }
            NODE => {
                for word in 2..entries::NODE_WORDS {
                    heap.release_nullable(cell.get(word));
                }
                heap.free(cell, entries::NODE_WORDS);
            }
            _ => {
                for word in 2..index::BRANCH_WORDS {
                    heap.release_nullable(index::address(cell.get(word)));
                }
                heap.free(cell, index::BRANCH_WORDS);
            }
        }
    }
}

/// Words of a part of a map or set.
///
/// # Safety
/// The cell is live, of the type that `info` is about.
pub(crate) unsafe fn words_of(cell: Cell, info: &TypeInfo) -> usize {
    // SAFETY: by contract; the tag says what it is.
    unsafe {
        match cell.tag() {
            MAP => MAP_WORDS,
            LEAF => entries::leaf_words(cell, stride(info)),
            NODE => entries::NODE_WORDS,
            BUCKET => bucket_words(cell),
            _ => index::BRANCH_WORDS,
        }
    }
}

/// Calls a function with each reference in a part of a map or set, or null.
///
/// # Safety
/// The cell is live, of the type that `info` is about.
pub(crate) unsafe fn each_part(cell: Cell, info: &TypeInfo, part: &mut impl FnMut(u64)) {
    // SAFETY: each kind's references are where its layout says.
    unsafe {
        match cell.tag() {
            MAP => [INDEX, ENTRIES, TAIL]
                .into_iter()
                .for_each(|word| part(index::address(cell.get(word)))),
            LEAF => {
                let stride = stride(info);
                let mut mask = entries::mask(cell);
                while mask != 0 && (info.elem_ref || info.value_ref) {
                    let at = entries::slot(cell, mask.trailing_zeros(), stride);
                    mask &= mask - 1;
                    if info.elem_ref {
                        part(*at);
                    }
                    if info.value_ref {
                        part(*at.add(1));
                    }
                }
            }
            NODE => (2..entries::NODE_WORDS).for_each(|word| part(cell.get(word))),
            BUCKET => {}
            _ => (2..index::BRANCH_WORDS).for_each(|word| part(index::address(cell.get(word)))),
        }
    }
}
