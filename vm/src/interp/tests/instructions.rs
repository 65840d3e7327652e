//! Every instruction does what its line in the instruction table says. The tests are rows: a small `main` and how it must end.

mod bytes;
mod cells;
mod control;
mod lists;
mod maps;
mod numbers;
mod text;
mod words;

use super::build::{Builder, Code, main_only};
use super::{Ending, crash, run};
use snow_bytecode::inst::TABLE;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Module;
use std::collections::BTreeSet;

/// A row: what it shows, the program, how it ends.
struct Row {
    name: String,
    module: Module,
    ending: Ending,
}

/// Collects rows.
#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// A `main` with these results, and how it ends.
    fn add(
        &mut self,
        name: &str,
        results: &[Slot],
        ending: Ending,
        build: impl FnOnce(&mut Builder, &mut Code),
    ) {
        self.add_module(name, main_only(results, build), ending);
    }

    fn add_module(&mut self, name: &str, module: Module, ending: Ending) {
        self.0.push(Row {
            name: name.to_owned(),
            module,
            ending,
        });
    }

    /// A `main` that returns one number.
    fn gives(&mut self, name: &str, value: u64, build: impl FnOnce(&mut Builder, &mut Code)) {
        self.add(name, &[Slot::Word], Ending::Words(vec![value]), build);
    }

    /// A `main` that returns one number unless it crashes, which it does.
    fn crashes(&mut self, name: &str, reason: &str, build: impl FnOnce(&mut Builder, &mut Code)) {
        self.add(name, &[Slot::Word], crash(reason), build);
    }

    /// A `main` that returns one String.
    fn says(&mut self, name: &str, text: &str, build: impl FnOnce(&mut Builder, &mut Code)) {
        self.add(
            name,
            &[super::build::S],
            Ending::Text(text.to_owned()),
            build,
        );
    }
}

fn all_rows() -> Vec<Row> {
    let mut rows = Rows::default();
    words::rows(&mut rows);
    numbers::rows(&mut rows);
    control::rows(&mut rows);
    cells::rows(&mut rows);
    lists::rows(&mut rows);
    text::rows(&mut rows);
    bytes::rows(&mut rows);
    maps::rows(&mut rows);
    rows.0
}

#[test]
fn every_row_ends_as_it_says() {
    for row in all_rows() {
        assert_eq!(run(row.module), row.ending, "{}", row.name);
    }
}

#[test]
fn every_instruction_has_a_row() {
    let mut tested = BTreeSet::new();
    for row in all_rows() {
        let insts = row.module.funcs.iter().flat_map(|func| &func.code);
        tested.extend(insts.map(|inst| inst.code()));
    }
    // A native needs a table of natives, which the rows do not have: see `super::natives`.
    let elsewhere = ["call.native"];
    let missing: Vec<&str> = TABLE
        .iter()
        .filter(|info| !tested.contains(&info.code) && !elsewhere.contains(&info.mnemonic))
        .map(|info| info.mnemonic)
        .collect();
    assert!(missing.is_empty(), "without a test: {missing:?}");
}
