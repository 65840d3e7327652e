//! Whole-program tests of Snow.
