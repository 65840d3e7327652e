//! Reference counts: which parameters are borrowed, where references are dupped, dropped and moved, and which updates happen in place.
//!
//! After Perceus (Reinking, Xie, de Moura, Leijen: PLDI 2021) and "Counting Immutable Beans" (Ullrich, de Moura: IFL 2019), on flat Core:
//!
//! 1. [`params`] decides which parameters of direct functions are borrowed.
//! 2. [`unpack`] turns reads of dying cells into moves out of them, and leaves holes where an update will fill them.
//! 3. [`reuse`] hands the memory of unpacked cells to the next cells built.
//! 4. [`counts`] inserts dups and drops, each drop as early as possible.

mod apart;
mod at_once;
mod counts;
mod free;
mod live;
mod params;
mod reuse;
mod signatures;
mod unpack;
mod uses;
mod var_set;

use snow_bytecode::layout::Layouts;

use crate::core::flat::ir::{Func, Program};
use crate::core::flat::prune;

use signatures::Signatures;

/// Makes ownership explicit, function by function.
pub struct Counting {
    signatures: Signatures,
}

impl Counting {
    /// Decides the modes of all parameters of a program.
    pub fn begin(program: &mut Program) -> Counting {
        params::infer(program);
        Counting {
            signatures: Signatures::of(program),
        }
    }

    /// Makes ownership explicit in a function of the program.
    pub fn count(&self, func: &mut Func, layouts: &Layouts) {
        if !func.vars.iter().any(|info| info.slot.is_ref()) {
            return;
        }
        if unpack::unpack(func, layouts, &self.signatures) {
            prune::prune(func);
        }
        reuse::reuse(func);
        counts::insert(func, &self.signatures);
    }
}
