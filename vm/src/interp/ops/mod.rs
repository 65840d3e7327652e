//! Handlers: what each internal instruction does, one file per subject.

pub mod call;
pub mod cell;
pub mod closure;
pub mod control;
pub mod float;
pub mod int;
pub mod list;
pub mod map;
pub mod native;
pub mod text;
pub mod tier;
pub mod word;
