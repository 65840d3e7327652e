//! Static cells: constants of a module and variants without fields. Counting leaves them alone.

use snow_bytecode::types::TypeId;

use super::cell::{Cell, STATIC, header_word};

/// Owns the memory of static cells; they live as long as it.
#[derive(Default)]
pub struct Statics {
    blocks: Vec<Box<[u64]>>,
}

// SAFETY: static cells are never written after they are made.
unsafe impl Send for Statics {}
// SAFETY: as above.
unsafe impl Sync for Statics {}

impl Statics {
    /// A static cell with this payload; the result is a reference word.
    pub fn cell(&mut self, ty: TypeId, tag: u8, payload: &[u64]) -> u64 {
        let mut block = Vec::with_capacity(payload.len() + 2);
        block.push(header_word(ty, tag, STATIC));
        block.extend_from_slice(payload);
        if payload.is_empty() {
            block.push(0);
        }
        self.blocks.push(block.into_boxed_slice());
        let block = self.blocks.last_mut().expect("just pushed");
        block.as_mut_ptr().expose_provenance() as u64
    }

    /// A static flat string or bytes cell.
    pub fn text(&mut self, ty: TypeId, bytes: &[u8]) -> u64 {
        let words = bytes.len().div_ceil(8);
        let mut payload = vec![0u64; 2 + words];
        payload[0] = bytes.len() as u64;
        payload[1] = words as u64 * 8;
        let word = self.cell(ty, 0, &payload);
        // SAFETY: the block has `words` words after the two of the head, and is ours.
        unsafe {
            let start = Cell::from_word(word).as_ptr().add(3).cast::<u8>();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len());
        }
        word
    }
}
