//! `snow test`.

use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use snow_bytecode::module::Module;
use snow_stdlib::random::Source;
use snow_vm::run::{LoadedProgram, VerifiedModule};
use snow_vm::world::Counts;

use super::run::compiled;
use crate::args::TestArgs;
use crate::compiler::{Counting, compile_suite};
use crate::error::CliError;
use crate::project::load_sources;
use crate::testing::{Case, Form, Reporter, Settings, Suite, run};

/// How much native code of tests is optimised: that of `snow run --tier=native`.
const NATIVE_LEVEL: u8 = 2;

/// Runs the tests and the examples in doc comments of a project.
pub fn test(args: TestArgs) -> Result<ExitCode, CliError> {
    let counting = match args.coverage {
        Some(_) => Counting::Lines,
        None => Counting::Nothing,
    };
    let suite = compile_suite(&load_sources(&args.program)?, counting, args.report)?;
    let all = suite.cases.len();
    let cases = chosen(&suite, &args);
    let form = if args.report.json {
        Form::Json
    } else {
        Form::Text
    };
    let program = suite
        .module
        .map(|module| load(module, args.native))
        .transpose()?;
    let mut reporter = Reporter::begin(form, cases.len(), all - cases.len(), args.seed)?;
    if let Some(program) = program {
        let counts = suite.covered.as_ref().map(|covered| covered.counts.clone());
        run(
            &program,
            &cases,
            &settings(&args, counts),
            |case, outcome| reporter.test(case, &outcome),
        )?;
    }
    let outcome = match reporter.end()? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    };
    if let (Some(covered), Some(path)) = (&suite.covered, &args.coverage) {
        covered.report(form, path)?;
    }
    Ok(outcome)
}

/// Makes the tests ready to run, as native code if that is wanted.
fn load(module: Module, native: bool) -> Result<LoadedProgram, CliError> {
    let unsound = |error: String| CliError::Unsound(error);
    let module = VerifiedModule::new(module).map_err(|error| unsound(error.to_string()))?;
    let unit = match native {
        true => compiled(module.module(), NATIVE_LEVEL)?,
        false => None,
    };
    let program = LoadedProgram::new(module, &snow_stdlib::intrinsics())
        .map_err(|error| unsound(error.to_string()))?;
    unit.into_iter().for_each(|unit| program.install(unit));
    Ok(program)
}

/// The tests that were asked for, in the order in which they run.
fn chosen(suite: &Suite, args: &TestArgs) -> Vec<Case> {
    let wanted = |case: &&Case| {
        let name = format!("{}: {}", case.module, case.title);
        args.filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
    };
    let mut cases: Vec<Case> = suite.cases.iter().filter(wanted).cloned().collect();
    if let Some(seed) = args.seed {
        Source::seeded(seed).shuffle(&mut cases);
    }
    cases
}

fn settings(args: &TestArgs, counts: Option<Counts>) -> Settings {
    let cores = available_parallelism().map_or(1, usize::from);
    Settings {
        jobs: args.jobs.map_or(cores, |jobs| usize::from(jobs.get())),
        limit: Duration::from_secs(args.timeout),
        counts,
    }
}
