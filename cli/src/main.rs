//! The `snow` command: reads sources, calls the compiler and the VM, reports what went wrong.
//!
//! Exit codes: 0 done; 1 the program crashed, does not compile or something could not be
//! read or written; 2 the command line makes no sense; a running program chooses its own.

mod allocator;
mod args;
mod commands;
mod compiler;
mod error;
mod memory;
mod output;
mod project;
mod report;
mod testing;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use error::CliError;
use output::print;

/// The exit code of a command line that makes no sense.
const USAGE: u8 = 2;

#[global_allocator]
static ALLOCATOR: allocator::Mimalloc = allocator::Mimalloc;

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => command(cli.command),
        Err(error) => usage(&error),
    };
    result.unwrap_or_else(|error| {
        // In JSON the diagnostics say it all, and every line is one of them.
        if !matches!(error, CliError::Diagnostics { json: true, .. }) {
            // Nobody is left to tell when standard error itself is closed.
            let _ = writeln!(std::io::stderr(), "snow: {error}");
        }
        ExitCode::FAILURE
    })
}

fn command(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Run(args) => commands::run::run(args),
        Command::Node(args) => commands::node::node(args),
        Command::Cluster(args) => commands::cluster::cluster(args),
        Command::Remote { name } => Err(CliError::NoRemote(name)),
        Command::Check(args) => commands::check::check(args),
        Command::Build(args) => commands::build::build(args),
        Command::Aot(args) => commands::aot::aot(args),
        Command::Disasm(args) => commands::disasm::disasm(args),
        Command::Explain(args) => commands::explain::explain(args),
        Command::Test(args) => commands::test::test(args),
        Command::Fmt(args) => commands::fmt::fmt(args),
        Command::Version => commands::about::version(),
        Command::Completions { shell } => commands::about::completions(shell),
    }
}

/// What a command line that is no command gives: the help that it asks for, or what is wrong with it.
fn usage(error: &clap::Error) -> Result<ExitCode, CliError> {
    if !error.use_stderr() {
        print(error.render().to_string().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    // Nobody is left to tell when standard error itself is closed.
    let _ = error.print();
    Ok(ExitCode::from(USAGE))
}
