//! Making aggregates from Rust, whatever their layout.

use snow_bytecode::types::TypeId;

use crate::heap::Heap;
use crate::types::{Elem, Form, TagSource};

use super::cells;

/// The words of a variant of a sum (or of a struct or tuple, with tag 0) made of its fields, each given by its slots.
///
/// # Safety
/// `ty` is a struct, tuple or sum; `tag` and the fields' words are of its layout. Takes the fields.
pub unsafe fn variant(heap: &mut Heap, ty: TypeId, tag: u8, fields: &[&[u64]]) -> [u64; 3] {
    let types = heap.types_arc();
    let Form::Aggregate(form) = &types.info(ty).form else {
        panic!("not an aggregate")
    };
    let places = &form.variants[usize::from(tag)].fields;
    assert_eq!(places.len(), fields.len(), "fields of the variant");
    let mut words = [0; 3];
    let fill = |out: &mut [u64]| {
        for (place, field) in places.iter().zip(fields) {
            for (&slot, &word) in place.slots[..usize::from(place.len)].iter().zip(*field) {
                out[usize::from(slot)] = word;
            }
        }
    };
    if form.boxed {
        let mut payload = vec![0; usize::from(types.info(ty).shape(tag).len)];
        fill(&mut payload);
        // SAFETY: the payload has the words of the shape.
        words[0] = unsafe { cells::new(heap, ty, tag, &payload) };
    } else {
        if form.tag == TagSource::Word {
            words[0] = tag.into();
        }
        fill(&mut words);
    }
    words
}

/// A value in element form from its words. Takes the words.
///
/// # Safety
/// The words are those of a value of the type.
pub unsafe fn element(heap: &mut Heap, elem: Elem, words: &[u64]) -> u64 {
    match elem.slots {
        1 => words[0],
        // SAFETY: a box holds the slots verbatim.
        slots => unsafe { cells::new(heap, elem.ty, 0, &words[..usize::from(slots)]) },
    }
}
