//! Runs every program under `tests/programs`, and the examples, in every tier; arguments are those of a Rust
//! test (`cargo test -p snow-tests --test programs -- patterns/`).

use libtest_mimic::{Arguments, Trial};
use snow_tests::case::{Case, Length};
use snow_tests::check::{Tier, check};
use snow_tests::command;
use std::path::Path;

/// Machines this is developed on have two cores, and some programs use a lot of memory.
const THREADS: usize = 2;

fn main() -> Result<(), String> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Case::discover(&root.join("programs"))?;
    cases.extend(Case::in_section(&root.join("../examples"))?);
    // It starts nodes of its own, in several tiers at once: `clusters.rs` runs it.
    cases.retain(|case| !["examples/cluster", "examples/deploy"].contains(&&*case.name));
    let length = Length::from_environment();
    cases.retain(|case| case.belongs_to(length));
    let mut trials = Vec::new();
    for case in cases {
        // A program that is only checked is checked once.
        let tiers = if case.is_run() {
            Tier::ALL
        } else {
            &[Tier::Vm]
        };
        trials.extend(tiers.iter().map(|&tier| trial(case.clone(), tier, length)));
    }
    libtest_mimic::run(&arguments, trials).exit()
}

fn trial(case: Case, tier: Tier, length: Length) -> Trial {
    Trial::test(case.name.clone(), move || {
        let snow = command::snow()?;
        check(&snow, &case, tier, length).map_err(Into::into)
    })
    .with_kind(tier.name())
}
