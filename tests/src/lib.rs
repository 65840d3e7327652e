//! Whole-program tests of Snow: every program under `tests/programs` runs through the real
//! `snow` command and is compared with the expectations that lie beside it.
//!
//! `tests/README.md` describes the files; this crate reads them ([`case`]), runs the command
//! ([`command`]) and compares ([`check`]).

pub mod case;
pub mod check;
pub mod command;
pub mod diff;
pub mod doc;
