//! Random Snow programs that every tier must run alike.
//!
//! A seed gives a program ([`program`]) that is well typed and ends; it prints much of what it computes, and may
//! crash. It runs in every tier that the `snow` command has ([`run`]), and output, exit code, crash report and the
//! number of objects left over must be the same ([`compare`]). A program on which tiers differ is made smaller
//! ([`shrink`]). This crate knows the language, but nothing of the compiler.

pub mod choices;
pub mod compare;
pub mod declare;
pub mod expr;
pub mod function;
pub mod generate;
pub mod helpers;
pub mod pattern;
pub mod program;
pub mod run;
pub mod shrink;
pub mod statement;
pub mod tree;
pub mod types;
