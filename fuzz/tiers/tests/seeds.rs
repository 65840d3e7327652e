//! Some seeds in every tier, each time all tests run.

use snow_fuzz_tiers::compare::{Verdict, compare};
use snow_fuzz_tiers::program::program;
use snow_fuzz_tiers::run::Runner;
use snow_tests::command;

/// How many programs run in the interpreter.
const SEEDS: u64 = 60;

/// Programs that are not longer also run in the other tiers: compiling long ones takes seconds.
const SMALL: usize = 5_000;

/// How many of those there are.
const IN_ALL_TIERS: usize = 8;

#[test]
fn every_tier_runs_random_programs_alike() {
    let folder = tempfile::tempdir().unwrap();
    let runner = Runner::new(command::snow().unwrap(), folder.path().to_owned()).unwrap();
    let mut small = 0;
    for seed in 0..SEEDS {
        let text = program(seed).root.print();
        let everywhere = text.len() <= SMALL && small < IN_ALL_TIERS;
        small += usize::from(everywhere);
        let tiers = if everywhere {
            runner.others.as_slice()
        } else {
            &[]
        };
        if let Verdict::Found(finding) = compare(&runner, &text, tiers).unwrap() {
            panic!("seed {seed}: {finding}\n{text}");
        }
    }
    assert_eq!(small, IN_ALL_TIERS, "too few programs are small");
}

#[test]
fn a_seed_always_gives_the_same_program() {
    for seed in 0..20 {
        assert_eq!(program(seed).root.print(), program(seed).root.print());
    }
}
