//! The command line: what `snow` understands, with the help texts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// The Snow programming language.
#[derive(Debug, Parser)]
#[command(
    name = "snow",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Examples:
  snow run hello.snow          run a program
  snow run . one two           run the project in this folder with two arguments
  snow check                   look for mistakes in the project in this folder
  snow build -o app.snowb .    compile a project to bytecode

`snow COMMAND --help` shows the options and examples of a command.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program: a file, a project folder, or compiled bytecode
    #[command(
        after_help = "Everything after PROGRAM belongs to the program (`Env.args()`).

A FILE is a program of its own, unless it is called main.snow: then its folder is the project.

Examples:
  snow run hello.snow
  snow run game --level 3
  snow run app.snowb < input.txt

Environment:
  SNOW_MAX_STACK    most memory an actor's stack may use, in bytes (default 1 GiB)
  SNOW_HEAP_STATS   1 prints the counts of heap objects on standard error at exit"
    )]
    Run(RunArgs),

    /// Look for mistakes without running anything
    #[command(after_help = "Examples:
  snow check                   the project in this folder
  snow check hello.snow --deny-warnings
  snow check --json src        one JSON object a line on standard error")]
    Check(CheckArgs),

    /// Compile a program to bytecode (.snowb), which `snow run` runs anywhere
    #[command(after_help = "Examples:
  snow build hello.snow        writes hello.snowb
  snow build -o out/app.snowb game")]
    Build(BuildArgs),

    /// Show the bytecode of a program
    #[command(after_help = "Examples:
  snow disasm hello.snow
  snow disasm app.snowb | less")]
    Disasm(DisasmArgs),

    /// Format source files in the one style
    #[command(after_help = "Examples:
  snow fmt                     every .snow file below this folder
  snow fmt --check src         names the files that are not formatted; exit code 1 if there are some")]
    Fmt(FmtArgs),

    /// Print the version
    #[command(after_help = "Examples:
  snow version")]
    Version,

    /// Print a completion script for a shell
    #[command(after_help = "Examples:
  snow completions bash > ~/.local/share/bash-completion/completions/snow
  snow completions fish > ~/.config/fish/completions/snow.fish")]
    Completions {
        /// The shell to complete for
        shell: Shell,
    },
}

/// How mistakes are reported.
#[derive(Clone, Copy, Debug, Args)]
pub struct ReportArgs {
    /// Report mistakes as JSON, one object a line, on standard error
    #[arg(long)]
    pub json: bool,
    /// Treat warnings as errors
    #[arg(long)]
    pub deny_warnings: bool,
}

/// `snow run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// A .snow file, a project folder, or a .snowb file; then what the program gets as `Env.args()`
    // One list, because only so does everything after the program belong to the program.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    #[arg(value_names = ["PROGRAM", "ARGUMENTS"], num_args = 1..)]
    pub program: Vec<OsString>,
}

/// `snow check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// A .snow file or a project folder
    #[arg(default_value = ".")]
    pub program: PathBuf,
}

/// `snow build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// Where the bytecode goes (default: the program's name with .snowb, in this folder)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A .snow file or a project folder
    #[arg(default_value = ".")]
    pub program: PathBuf,
}

/// `snow fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// Change nothing, only name the files that are not formatted
    #[arg(long)]
    pub check: bool,
    /// Files and folders
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
}

/// `snow disasm`.
#[derive(Debug, Args)]
pub struct DisasmArgs {
    /// A .snow file, a project folder, or a .snowb file
    pub program: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn everything_after_the_program_is_the_programs() {
        let cli = Cli::try_parse_from(["snow", "run", "a.snow", "--json", "-x", "--", "y"])
            .expect("valid");
        let Command::Run(run) = cli.command else {
            panic!("not run")
        };
        assert!(!run.report.json);
        assert_eq!(run.program, ["a.snow", "--json", "-x", "--", "y"]);
        let cli = Cli::try_parse_from(["snow", "run", "--json", "a.snow", "-x"]).expect("valid");
        let Command::Run(run) = cli.command else {
            panic!("not run")
        };
        assert!(run.report.json);
        assert_eq!(run.program, ["a.snow", "-x"]);
    }
}
