//! Closures: an entry and the captured words.

use std::sync::atomic::AtomicPtr;

use snow_bytecode::layout::Slot;
use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap};
use crate::types::Shape;

/// What a closure runs. Made by the loader, one for each closure function, and alive as long as the program.
#[derive(Debug)]
#[repr(C)]
pub struct ClosureEntry {
    /// Typed code of the function, or null while it only runs in the interpreter.
    pub code: AtomicPtr<u8>,
    /// Index of the function in the loaded program.
    pub func: u32,
    /// `Module.name/fn`, for text forms.
    pub name: Box<str>,
    /// The payload: this entry's address, then the captures.
    shape: Shape,
}

impl ClosureEntry {
    /// The entry of a function with these captures.
    pub fn new(func: u32, name: &str, captures: &[Slot]) -> ClosureEntry {
        let mut slots = vec![Slot::Word];
        slots.extend_from_slice(captures);
        ClosureEntry {
            code: AtomicPtr::new(std::ptr::null_mut()),
            func,
            name: name.into(),
            shape: Shape::new(&slots),
        }
    }

    /// Number of captured words.
    pub fn captures(&self) -> usize {
        usize::from(self.shape.len) - 1
    }
}

/// A closure over captures in element form; takes them.
///
/// # Safety
/// `entry` outlives the closure and has as many captures.
#[inline]
pub unsafe fn new(
    heap: &mut Heap,
    ty: TypeId,
    entry: *const ClosureEntry,
    captures: &[u64],
) -> u64 {
    // SAFETY: the cell has room for the entry and the captures.
    unsafe {
        debug_assert_eq!(captures.len(), (*entry).captures());
        let cell = heap.alloc(ty, 0, 2 + captures.len());
        cell.set(1, entry.expose_provenance() as u64);
        std::ptr::copy_nonoverlapping(captures.as_ptr(), cell.payload().add(1), captures.len());
        cell.word()
    }
}

/// The entry of a closure.
///
/// # Safety
/// `closure` refers to a closure.
#[inline(always)]
pub unsafe fn entry(closure: u64) -> *const ClosureEntry {
    // SAFETY: payload word 0 of a closure is its entry.
    unsafe { std::ptr::with_exposed_provenance(Cell::from_word(closure).get(1) as usize) }
}

/// A captured word; a reference stays the closure's.
///
/// # Safety
/// `closure` refers to a closure with that capture.
#[inline(always)]
pub unsafe fn capture(closure: u64, index: u16) -> u64 {
    // SAFETY: by contract.
    unsafe { Cell::from_word(closure).get(usize::from(index) + 2) }
}

/// # Safety
/// The cell is a closure whose entry is in place.
pub(crate) unsafe fn shape(cell: Cell) -> *const Shape {
    // SAFETY: by contract.
    unsafe { &raw const (*entry(cell.word())).shape }
}
