//! How the functions to compile are divided into parts that are compiled at the same time, each to an object of its own.
//!
//! The division depends on the program alone, not on the machine, so that the same program gives the same objects everywhere. Neighbours stay together:
//! functions of one source module have numbers next to each other. What a part calls in other parts and is small enough to be inlined is lowered there
//! once more, for LLVM to look at; no code of these copies stays. (Other compilers call parts *codegen units*.)

use std::collections::{BTreeSet, VecDeque};

use snow_bytecode::inst::Inst;
use snow_bytecode::module::{FuncId, Module};

/// About as many instructions make a part.
pub const PART: usize = 1200;

/// As [`PART`], where LLVM verifies after each pass: that takes time with the square of a part's length. And so tests see many parts.
pub const VERIFIED_PART: usize = 300;

/// There are at most so many parts.
const MOST_PARTS: usize = 16;

/// Functions of at most so many instructions are worth a copy: LLVM inlines few that are larger.
const COPIED: usize = 40;

/// Copies of a part have at most so many instructions together.
const MOST_COPIED: usize = 600;

/// Functions whose code is in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The functions.
    pub home: BTreeSet<FuncId>,
    /// Functions of other parts that may be inlined here.
    pub copies: BTreeSet<FuncId>,
}

impl Part {
    /// A part of these functions that knows no other.
    pub fn of(funcs: impl IntoIterator<Item = FuncId>) -> Part {
        Part {
            home: funcs.into_iter().collect(),
            copies: BTreeSet::new(),
        }
    }
}

/// All functions of a program.
pub fn all(module: &Module) -> impl Iterator<Item = FuncId> + use<> {
    (0..module.funcs.len() as u32).map(FuncId)
}

/// Divides the functions that are compiled into parts of about so many instructions.
pub fn divide(module: &Module, funcs: &BTreeSet<FuncId>, size: usize) -> Vec<Part> {
    let len = |id: &FuncId| module.func(*id).code.len();
    let total: usize = funcs.iter().map(len).sum();
    let count = total.div_ceil(size).clamp(1, MOST_PARTS);
    let mut parts = Vec::new();
    let (mut home, mut sum) = (BTreeSet::new(), 0);
    for id in funcs {
        sum += len(id);
        home.insert(*id);
        if sum * count >= total * (parts.len() + 1) {
            parts.push(part(module, funcs, std::mem::take(&mut home)));
        }
    }
    if !home.is_empty() || parts.is_empty() {
        parts.push(part(module, funcs, home));
    }
    parts
}

fn part(module: &Module, funcs: &BTreeSet<FuncId>, home: BTreeSet<FuncId>) -> Part {
    let mut copies = BTreeSet::new();
    let mut open: VecDeque<FuncId> = home.iter().copied().collect();
    let mut room = MOST_COPIED;
    // Nearest first: what is called from here is worth more than what that calls.
    while let Some(func) = open.pop_front() {
        for callee in callees(module, func) {
            let len = module.func(callee).code.len();
            let is_wanted = len <= COPIED.min(room) && funcs.contains(&callee);
            if is_wanted && !home.contains(&callee) && copies.insert(callee) {
                room -= len;
                open.push_back(callee);
            }
        }
    }
    Part { home, copies }
}

fn callees(module: &Module, func: FuncId) -> impl Iterator<Item = FuncId> {
    let code = &module.func(func).code;
    code.iter().filter_map(|inst| match inst {
        Inst::Call { func, .. } | Inst::TailCall { func, .. } => Some(*func),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use snow_bytecode::asm::assemble;

    /// `count` functions of `len` instructions; each calls the one before it.
    fn program(count: usize, len: usize) -> Module {
        let mut listing = String::from("types\n  t0 = Int\nconsts\nfiles\nnatives\n");
        for index in 0..count {
            listing +=
                &format!("fn f{index} \"Main.f{index}\" () -> (word) {{\n  reg r0..r1 word\n");
            for at in 0..len - 2 {
                listing += &format!("  @{at}: r0 = int {at}\n");
            }
            let callee = index.saturating_sub(1);
            listing += &format!("  @{}: [r0] = call f{callee} []\n", len - 2);
            listing += &format!("  @{}: ret [r0]\n}}\n", len - 1);
        }
        listing += "export \"Main.f0\" f0 () -> t0\nentry f0\n";
        assemble(&listing).expect("the listing is well-formed")
    }

    #[test]
    fn each_function_has_one_home() {
        for (count, len) in [(1, 2), (7, 300), (500, 100), (3, 5000)] {
            let module = program(count, len);
            let parts = divide(&module, &all(&module).collect(), PART);
            assert!(parts.len() <= MOST_PARTS);
            let homes: Vec<FuncId> = parts.iter().flat_map(|part| part.home.clone()).collect();
            assert_eq!(homes, all(&module).collect::<Vec<_>>());
            assert!(parts.iter().all(|part| !part.home.is_empty()));
        }
    }

    #[test]
    fn a_small_program_is_one_part() {
        let module = program(10, 100);
        let parts = divide(&module, &all(&module).collect(), PART);
        assert_eq!(parts, [Part::of(all(&module))]);
        assert_eq!(divide(&module, &BTreeSet::new(), PART), [Part::of([])]);
    }

    #[test]
    fn small_functions_are_copied_to_where_they_are_called() {
        let module = program(200, 20);
        let parts = divide(&module, &all(&module).collect(), PART);
        let (first, last) = (&parts[0], &parts[parts.len() - 1]);
        assert_eq!(first.copies, BTreeSet::new());
        let begin = last.home.first().expect("it has functions").0;
        let nearest = begin - MOST_COPIED as u32 / 20..begin;
        assert_eq!(last.copies, nearest.map(FuncId).collect());
        let module = program(100, COPIED + 1);
        let parts = divide(&module, &all(&module).collect(), PART);
        assert!(parts.iter().all(|part| part.copies.is_empty()));
    }
}
