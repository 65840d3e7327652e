//! The instructions, one file a subject.

mod bytes;
mod calls;
mod cells;
mod control;
mod floats;
mod ints;
mod lists;
mod maps;
mod texts;
mod words;
