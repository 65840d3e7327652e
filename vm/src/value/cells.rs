//! Cells of boxed structs, tuples and sums, and boxes: what the cell instructions do.

use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap};

/// In lists of destination registers: nothing is stored.
pub const NO_REG: u16 = u16::MAX;

/// A new cell; takes the fields. Without fields the static cell.
///
/// # Safety
/// `fields` are the slots of the type's cells with this tag.
#[inline]
pub unsafe fn new(heap: &mut Heap, ty: TypeId, tag: u8, fields: &[u64]) -> u64 {
    if fields.is_empty() {
        return heap.types().info(ty).shape(tag).static_cell;
    }
    // SAFETY: the cell has one word a field.
    unsafe {
        let cell = heap.alloc(ty, tag, fields.len() + 1);
        std::ptr::copy_nonoverlapping(fields.as_ptr(), cell.payload(), fields.len());
        cell.word()
    }
}

/// A new cell in the memory of `token`, when that is not null; takes both.
///
/// # Safety
/// As [`new`]; the token has the size of the cell.
#[inline]
pub unsafe fn new_reuse(heap: &mut Heap, token: u64, ty: TypeId, tag: u8, fields: &[u64]) -> u64 {
    // SAFETY: a token is the memory of a dead cell of the same size.
    unsafe {
        let Some(cell) = Cell::from_nullable(token) else {
            return new(heap, ty, tag, fields);
        };
        if fields.is_empty() {
            heap.free_token(token, 1);
            return new(heap, ty, tag, fields);
        }
        cell.init(ty, tag);
        std::ptr::copy_nonoverlapping(fields.as_ptr(), cell.payload(), fields.len());
        cell.word()
    }
}

/// Payload word `slot`; a reference stays the cell's.
///
/// # Safety
/// `cell` refers to a cell with that slot.
#[inline(always)]
pub unsafe fn load(cell: u64, slot: u16) -> u64 {
    // SAFETY: by contract.
    unsafe { Cell::from_word(cell).get(usize::from(slot) + 1) }
}

/// Takes a cell apart: stores slot `i` in register `dsts[i]` ([`NO_REG`]: dropped), moved when the cell was unique, dupped otherwise.
///
/// # Safety
/// `src` is an owned reference to a cell with as many slots as `dsts`; the registers are inside the frame at `regs`.
#[inline]
pub unsafe fn unpack(heap: &mut Heap, src: u64, dsts: &[u16], regs: *mut u64) {
    // SAFETY: by contract.
    unsafe {
        let token = unpack_reuse(heap, src, dsts, regs);
        heap.free_token(token, dsts.len().max(1) as u16);
    }
}

/// As [`unpack`]; the result is a token with the memory of a unique cell, else null.
///
/// # Safety
/// As [`unpack`].
#[inline]
pub unsafe fn unpack_reuse(heap: &mut Heap, src: u64, dsts: &[u16], regs: *mut u64) -> u64 {
    // SAFETY: by contract; reference slots say so in the shape.
    unsafe {
        let cell = Cell::from_word(src);
        let shape: *const _ = heap.types().info(cell.ty()).shape(cell.tag());
        let unique = cell.is_unique();
        for (slot, &dst) in dsts.iter().enumerate() {
            let word = cell.get(slot + 1);
            let is_ref = (*shape).is_ref(slot as u16);
            if dst != NO_REG {
                if is_ref && !unique {
                    heap.dup_nullable(word);
                }
                *regs.add(usize::from(dst)) = word;
            } else if is_ref && unique {
                heap.drop_nullable(word);
            }
        }
        if unique {
            src
        } else {
            heap.drop_ref(src);
            0
        }
    }
}

/// Drops a cell and gives its memory as a token when it was unique, else null.
///
/// # Safety
/// `src` is an owned reference to a cell of a boxed type.
#[inline]
pub unsafe fn drop_reuse(heap: &mut Heap, src: u64) -> u64 {
    // SAFETY: by contract; a unique cell's fields are given up with it.
    unsafe {
        let cell = Cell::from_word(src);
        if !cell.is_unique() {
            heap.drop_ref(src);
            return 0;
        }
        let shape: *const _ = heap.types().info(cell.ty()).shape(cell.tag());
        heap.release_fields(cell, &*shape);
        heap.settle_some();
        src
    }
}

/// Moves the reference in a slot out of an owned cell: a unique one keeps a hole, of a shared one the slot is dupped.
///
/// # Safety
/// `src` is an owned reference to a cell with a reference in that slot.
#[inline]
pub unsafe fn take_slot(heap: &mut Heap, src: u64, slot: u16) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(src);
        let word = cell.get(usize::from(slot) + 1);
        if cell.is_unique() {
            cell.set(usize::from(slot) + 1, 0);
        } else {
            heap.dup_nullable(word);
        }
        word
    }
}

/// Replaces slots of a cell by registers: `fields` are pairs of slot and register. In place when unique (what was in the slots is
/// dropped), else in a copy. Takes the cell and the registers.
///
/// # Safety
/// `src` is an owned reference to a cell with these slots; the registers are inside the frame at `regs` and of the slots' kinds.
#[inline]
pub unsafe fn update(heap: &mut Heap, src: u64, fields: &[[u16; 2]], regs: *const u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(src);
        let target = if cell.is_unique() {
            cell
        } else {
            copy(heap, cell)
        };
        let shape: *const _ = heap.types().info(cell.ty()).shape(cell.tag());
        for &[slot, reg] in fields {
            let at = usize::from(slot) + 1;
            let old = target.get(at);
            target.set(at, *regs.add(usize::from(reg)));
            if (*shape).is_ref(slot) {
                heap.drop_nullable(old);
            }
        }
        target.word()
    }
}

/// A unique copy of a cell; takes the reference to the original.
///
/// # Safety
/// `cell` is an owned reference to a cell of a boxed type.
#[inline(never)]
pub(crate) unsafe fn copy(heap: &mut Heap, cell: Cell) -> Cell {
    // SAFETY: both cells have the words of the shape.
    unsafe {
        let shape: *const crate::types::Shape = heap.types().info(cell.ty()).shape(cell.tag());
        let len = usize::from((*shape).len);
        let target = heap.alloc(cell.ty(), cell.tag(), (*shape).words());
        heap.counters.copies += 1;
        for slot in 0..len {
            let word = cell.get(slot + 1);
            if (*shape).is_ref(slot as u16) {
                heap.dup_nullable(word);
            }
            target.set(slot + 1, word);
        }
        heap.drop_ref(cell.word());
        target
    }
}
