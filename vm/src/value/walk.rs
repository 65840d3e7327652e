//! Reading values by their types: what equality, comparison, hashing and text have in common.

use snow_bytecode::types::TypeId;

use crate::heap::Cell;
use crate::types::{Aggregate, Demand, Elem, FieldForm, TagSource, VariantForm};

/// A value: its type and its slots, of which the type says how many count.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Its type.
    pub ty: TypeId,
    /// Its slots.
    pub words: [u64; 3],
}

impl Value {
    /// A value in registers.
    pub fn new(ty: TypeId, slots: &[u64]) -> Value {
        let mut words = [0; 3];
        words[..slots.len()].copy_from_slice(slots);
        Value { ty, words }
    }

    /// A value in element form.
    ///
    /// # Safety
    /// The word is a live element of that type.
    #[inline]
    pub unsafe fn element(elem: Elem, word: u64) -> Value {
        let mut words = [word, 0, 0];
        if elem.slots > 1 {
            // SAFETY: a box holds the slots verbatim.
            let cell = unsafe { Cell::from_word(word) };
            for (i, slot) in words.iter_mut().take(usize::from(elem.slots)).enumerate() {
                // SAFETY: as above.
                *slot = unsafe { cell.get(i + 1) };
            }
        }
        Value { ty: elem.ty, words }
    }

    /// The variant that the value is; `None` when its words are no value of the type (see [`Demand`]).
    ///
    /// # Safety
    /// The value is live and of the aggregate's type.
    #[inline]
    pub unsafe fn tag(&self, form: &Aggregate) -> Option<usize> {
        let tag = match form.tag {
            TagSource::Only => 0,
            TagSource::Word => self.words[0],
            // SAFETY: a boxed value is a cell.
            TagSource::Header => unsafe { Cell::from_word(self.words[0]).tag() }.into(),
            TagSource::Null { some } => u64::from(some) ^ u64::from(self.words[0] == 0),
        };
        let variant = form.variants.get(tag as usize)?;
        // SAFETY: reference slots hold null or live cells, whatever the tag says.
        let fits = variant
            .demands
            .iter()
            .all(|demand| unsafe { self.meets(demand) });
        fits.then_some(tag as usize)
    }

    /// Whether a shared slot holds what a variant demands.
    ///
    /// # Safety
    /// The slot holds null or a live cell.
    unsafe fn meets(&self, demand: &Demand) -> bool {
        // SAFETY: by contract.
        let cell = unsafe { Cell::from_nullable(self.words[usize::from(demand.slot)]) };
        cell.map_or(demand.nullable, |cell| cell.ty() == demand.ty)
    }

    /// A field of a value.
    ///
    /// # Safety
    /// The value is live and of the aggregate's type, the field is one of its variant.
    #[inline]
    pub unsafe fn field(&self, form: &Aggregate, field: &FieldForm) -> Value {
        let mut words = [0; 3];
        for (word, &slot) in words.iter_mut().zip(&field.slots[..usize::from(field.len)]) {
            *word = if form.boxed {
                // SAFETY: a boxed value is a cell with the slots of its variant.
                unsafe { Cell::from_word(self.words[0]).get(usize::from(slot) + 1) }
            } else {
                self.words[usize::from(slot)]
            };
        }
        Value {
            ty: field.ty,
            words,
        }
    }
}

/// The variant of both values, when it is the same.
///
/// # Safety
/// Both are live and of the aggregate's type.
pub(super) unsafe fn same_variant<'t>(
    form: &'t Aggregate,
    a: &Value,
    b: &Value,
) -> Result<Option<&'t VariantForm>, std::cmp::Ordering> {
    // SAFETY: by contract.
    let (a, b) = unsafe { (a.tag(form), b.tag(form)) };
    if a == b {
        Ok(a.map(|tag| &form.variants[tag]))
    } else {
        Err(a.cmp(&b))
    }
}

/// Bits of a float by which keys are equal: one NaN, one zero.
#[inline]
pub(super) fn float_key(bits: u64) -> u64 {
    let value = f64::from_bits(bits);
    if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        bits
    }
}
