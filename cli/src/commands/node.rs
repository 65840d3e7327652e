//! `snow node`: looks at a running cluster, as a node that is no member.

use std::process::ExitCode;
use std::sync::Arc;

use snow_node::launch::Launch;
use snow_vm::run::{RunOptions, VerifiedModule};

use super::run::cookie;
use crate::args::{NodeArgs, NodeQuestion, ReportArgs};
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::project::{Source, Sources};

/// The program that asks.
const PROGRAM: &str = include_str!("node.snow");

/// Asks a node; the exit code says whether it has answered.
pub fn node(args: NodeArgs) -> Result<ExitCode, CliError> {
    let report = ReportArgs {
        json: false,
        deny_warnings: false,
    };
    let module = compile_sources(&asking(), report)?;
    let failed = |reason: String| CliError::Bytecode {
        path: "snow node".into(),
        reason,
    };
    let module = VerifiedModule::new(module).map_err(|error| failed(error.to_string()))?;
    let question = match args.question {
        NodeQuestion::Ping => "ping",
        NodeQuestion::List => "list",
        NodeQuestion::Info => "info",
    };
    let arguments = vec![question.to_owned(), args.name];
    let mut options = RunOptions::from_environment(arguments).map_err(CliError::Environment)?;
    let launch = Launch {
        name: format!("snow-node-{}@127.0.0.1:0", std::process::id()),
        cookie: cookie(args.cookie_file),
        hidden: true,
        no_mesh: true,
        ..Launch::default()
    };
    options.prepare = Some(Box::new(move |runtime| {
        let started = launch.start(Arc::clone(runtime));
        started.map(|_| ()).map_err(|error| error.to_string())
    }));
    let finished = snow_vm::run::run(module, &snow_stdlib::intrinsics(), options)
        .map_err(|error| failed(error.to_string()))?;
    Ok(ExitCode::from(finished.code))
}

fn asking() -> Sources {
    Sources {
        name: "node".to_owned(),
        modules: vec![Source {
            module: "Main".to_owned(),
            path: "node.snow".to_owned(),
            text: PROGRAM.to_owned(),
        }],
    }
}
