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

use crate::core::flat::ir::Program;
use crate::core::flat::prune;

use signatures::Signatures;

/// Makes ownership explicit in all functions.
pub fn insert(program: &mut Program) {
    params::infer(program);
    let signatures = Signatures::of(program);
    for func in &mut program.funcs {
        unpack::unpack(func, &program.layouts, &signatures);
        prune::prune(func);
        reuse::reuse(func);
        counts::insert(func, &signatures);
    }
}
