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
  snow test                    run the tests of the project in this folder
  snow build -o app.snowb .    compile a project to bytecode
  snow aot -o app .            compile a project to an executable

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
  SNOW_SCHEDULERS   how many threads run actors (default: one for each core)
  SNOW_MAX_PROCESSES   most actors at once (default 16777215)
  SNOW_HEAP_STATS   1 prints the counts of heap objects on standard error at exit
  SNOW_TIER_LOG     1 tells on standard error what is compiled to native code, why, and how long it takes
  SNOW_TIER_THRESHOLD   after how many samples a function is compiled (default 40)
  SNOW_LLVM         another compiler for native code than the snow-llvm of this installation"
    )]
    Run(RunArgs),

    /// Look at a running cluster
    #[command(
        after_help = "The node that looks is no member: nobody is told of it. It needs the cookie.

Examples:
  snow node ping a@10.0.0.1:4040      whether a node answers, and how fast
  snow node list a@10.0.0.1:4040      the members that it is connected with
  snow node info a@10.0.0.1:4040 --cookie-file secret
  snow node call a@10.0.0.1:4040 double 21   the result of a function, which the node must let others start"
    )]
    Node(NodeArgs),

    /// Make what the nodes of a cluster need to know each other
    #[command(after_help = "Examples:
  snow cluster init secrets                                  a cookie, and a certificate authority
  snow cluster init secrets a@10.0.0.1:4040 b@10.0.0.2:4040  and certificates of two nodes

`init` makes what is missing; later calls add certificates. Each node gets `cookie`, `ca.pem`, and its own
`NAME.pem` and `NAME.key`. Keep `ca.key` to yourself.")]
    Cluster(ClusterArgs),

    /// Type expressions that a running node evaluates (not there yet)
    #[command(hide = true)]
    Remote {
        /// The node's name, `name@host:port`
        name: String,
    },

    /// Look for mistakes without running anything
    #[command(after_help = "Examples:
  snow check                   the project in this folder
  snow check hello.snow --deny-warnings
  snow check --json src        one JSON object a line on standard error
  snow check --lint            also which public functions do not say their types")]
    Check(CheckArgs),

    /// Compile a program to bytecode (.snowb), which `snow run` runs anywhere
    #[command(after_help = "Examples:
  snow build hello.snow        writes hello.snowb
  snow build -o out/app.snowb game
  snow build --standalone hello.snow
                               writes hello, an executable that holds bytecode and virtual machine")]
    Build(BuildArgs),

    /// Compile a program to native code: one executable that needs nothing else
    #[command(
        after_help = "Needs the worker snow-llvm with LLVM 19, and a C linker. `snow build --standalone` needs neither.

Examples:
  snow aot hello.snow          writes hello
  snow aot -O3 --target-cpu native --strip -o out/game game
  snow aot --emit llvm-ir hello.snow
                               writes hello.ll

Environment:
  SNOW_CACHE     where compiled code is kept for the next time; empty: nowhere (default: snow in
                 the user's cache folder)
  SNOW_LLVM      another worker
  SNOW_RT        another libsnow_rt.a
  CC             another C compiler to link with (default cc)"
    )]
    Aot(AotArgs),

    /// Show the bytecode of a program
    #[command(after_help = "Examples:
  snow disasm hello.snow
  snow disasm app.snowb | less")]
    Disasm(DisasmArgs),

    /// Say what the code of a diagnostic means, with an example
    #[command(after_help = "Examples:
  snow explain E0012
  snow explain 12")]
    Explain(ExplainArgs),

    /// Run the tests and the examples in doc comments of a program
    #[command(
        after_help = "A test is `test \"title\" do … end` in any file; it fails when it crashes, as at an `assert` that does not hold. An
example is a `## >>> expression` in a doc comment with the text of its value in `##` lines below. Each runs on its own.

Examples:
  snow test                    all tests of the project in this folder
  snow test queue.snow --filter empty
  snow test --seed 7 --jobs 1  one after another, in another order
  snow test --coverage         which lines ran, also in coverage.lcov
  snow test --json             one JSON object a line on standard output"
    )]
    Test(TestArgs),

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

/// What to explain.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code, as in `[E0012]`
    pub code: String,
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
    /// What runs the program
    #[arg(long, value_enum, value_name = "TIER", default_value = "auto")]
    pub tier: Tier,
    /// Make the run repeatable: who runs when, the time and random numbers follow from the number (one thread, --tier=vm)
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// The node that the program is
    #[command(flatten)]
    pub join: JoinArgs,
    /// How much to optimise with --tier=native: 0 (compiles fast) to 3 (runs fast)
    // Without a short form: `-O1` would be taken for the program, since that may begin with a hyphen.
    #[arg(long = "opt-level", value_name = "LEVEL", default_value = "2")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=3))]
    pub opt: u8,
    /// A .snow file, a project folder, or a .snowb file; then what the program gets as `Env.args()`
    // One list, because only so does everything after the program belong to the program.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    #[arg(value_names = ["PROGRAM", "ARGUMENTS"], num_args = 1..)]
    pub program: Vec<OsString>,
}

/// The node that a program is to be.
#[derive(Clone, Debug, Args)]
pub struct JoinArgs {
    /// Make the program a node of this name, `name@host:port`
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The file of the cookie (default: snow/cookie in the user's configuration folder)
    #[arg(long, value_name = "FILE", requires = "name")]
    pub cookie_file: Option<PathBuf>,
    /// Nodes to connect with, with commas between
    #[arg(long, value_name = "NAMES", requires = "name", value_delimiter = ',')]
    pub connect: Vec<String>,
    /// Where to listen, `host:port` (default: the host and port of the name)
    #[arg(long, value_name = "ADDRESS", requires = "name")]
    pub listen: Option<String>,
    /// What other nodes may start: none, actors, pub or all (default: actors)
    #[arg(long, value_name = "WHAT", requires = "name")]
    pub spawn: Option<String>,
    /// Where to look for nodes, `dns:HOST:PORT`: all addresses that the name has are dialled
    #[arg(long, value_name = "WHERE", requires = "name")]
    pub discover: Option<String>,
    /// Certificates, where all nodes must have one
    #[command(flatten)]
    pub tls: TlsFileArgs,
}

/// Files of certificates: all three, or none.
#[derive(Clone, Debug, Default, Args)]
pub struct TlsFileArgs {
    /// The certificate of the authority that has signed those of all nodes
    #[arg(long, value_name = "FILE", requires_all = ["tls_cert", "tls_key"])]
    pub tls_ca: Option<PathBuf>,
    /// The node's certificate, which holds its name
    #[arg(long, value_name = "FILE", requires = "tls_ca")]
    pub tls_cert: Option<PathBuf>,
    /// The key of the node's certificate
    #[arg(long, value_name = "FILE", requires = "tls_ca")]
    pub tls_key: Option<PathBuf>,
}

/// `snow cluster`.
#[derive(Debug, Args)]
pub struct ClusterArgs {
    /// What to do
    #[command(subcommand)]
    pub task: ClusterTask,
}

/// What `snow cluster` does.
#[derive(Debug, clap::Subcommand)]
pub enum ClusterTask {
    /// Make a cookie, a certificate authority, and certificates of nodes
    Init {
        /// The folder
        folder: PathBuf,
        /// Names of nodes, `name@host:port`
        names: Vec<String>,
    },
}

/// `snow node`.
#[derive(Debug, Args)]
pub struct NodeArgs {
    /// What to do
    #[arg(value_enum)]
    pub question: NodeQuestion,
    /// The node's name, `name@host:port`
    pub name: String,
    /// For `call`: the function and its arguments, as they are written in a program; texts need no quotes
    #[arg(allow_negative_numbers = true)]
    pub rest: Vec<String>,
    /// The file of the cookie (default: snow/cookie in the user's configuration folder)
    #[arg(long, value_name = "FILE")]
    pub cookie_file: Option<PathBuf>,
    /// The name of the node that asks, where certificates say it
    #[arg(long = "as", value_name = "NAME")]
    pub own_name: Option<String>,
    /// Certificates, where all nodes must have one
    #[command(flatten)]
    pub tls: TlsFileArgs,
}

/// What is asked of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum NodeQuestion {
    /// Whether it answers
    Ping,
    /// The members that it is connected with
    List,
    /// Whether it answers, its members, and what has passed over its connections with them
    Info,
    /// Calls a function that its program exports and others may start
    Call,
}

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Tier {
    /// The virtual machine
    Vm,
    /// Native code, compiled before the program begins
    Native,
    /// The virtual machine, and native code for what is hot, if snow-llvm is installed
    Auto,
}

/// `snow check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// Also suggest what is no mistake: types of public functions
    #[arg(long)]
    pub lint: bool,
    /// A .snow file or a project folder
    #[arg(default_value = ".")]
    pub program: PathBuf,
}

/// `snow test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// Only tests whose module and title, as in `Main: adds`, contain this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Run them in a random order, the same for the same number
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// How many run at once (default: as many as there are processors)
    #[arg(long, value_name = "NUMBER")]
    pub jobs: Option<std::num::NonZeroU16>,
    /// Compile them to native code instead of interpreting them
    #[arg(long)]
    pub native: bool,
    /// Count which lines run: a summary, and a file that lcov and editors read
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "coverage.lcov"
    )]
    pub coverage: Option<PathBuf>,
    /// Seconds after which a test is stopped, unless it is native code
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub timeout: u64,
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
    /// Write an executable that holds the bytecode and the virtual machine
    #[arg(long)]
    pub standalone: bool,
    /// Where the result goes (default: the program's name in this folder, bytecode with .snowb)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A .snow file or a project folder
    #[arg(default_value = ".")]
    pub program: PathBuf,
}

/// `snow aot`.
#[derive(Debug, Args)]
pub struct AotArgs {
    /// How mistakes are reported
    #[command(flatten)]
    pub report: ReportArgs,
    /// How much to optimise: 0 (compiles fast) to 3 (runs fast)
    #[arg(
        short = 'O',
        long = "opt-level",
        value_name = "LEVEL",
        default_value = "2"
    )]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=3))]
    pub opt: u8,
    /// Processors that the code runs on
    #[arg(long, value_enum, value_name = "CPU", default_value = "generic")]
    pub target_cpu: TargetCpu,
    /// Write another form of the code instead of an executable
    #[arg(long, value_enum, value_name = "FORM")]
    pub emit: Option<EmitForm>,
    /// Leave out the symbols that debuggers and profilers read
    #[arg(long, conflicts_with = "debug")]
    pub strip: bool,
    /// Tell debuggers and profilers the lines of the code
    #[arg(long)]
    pub debug: bool,
    /// Where the result goes (default: the program's name in this folder)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A .snow file, a project folder, or a .snowb file
    #[arg(default_value = ".")]
    pub program: PathBuf,
}

/// Processors that native code runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TargetCpu {
    /// Every one of this architecture
    Generic,
    /// Those like this machine's
    Native,
}

/// Forms of native code besides executables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum EmitForm {
    /// LLVM's intermediate representation, as text
    LlvmIr,
    /// Assembly
    Asm,
    /// An object file
    Obj,
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
