//! `snow node`: looks at a running cluster, as a node that is no member, and calls functions there.

use std::process::ExitCode;
use std::sync::Arc;

use snow_node::launch::Launch;
use snow_vm::output::Output;
use snow_vm::run::{Finished, RunOptions, VerifiedModule};

use super::run::{certificates, cookie};
use crate::args::{NodeArgs, NodeQuestion, ReportArgs};
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::project::{Source, Sources};

/// The program that asks.
const PROGRAM: &str = include_str!("node.snow");
/// The module of a program's main file.
const MAIN: &str = "Main";

/// Asks a node; the exit code says whether it has answered.
pub fn node(args: NodeArgs) -> Result<ExitCode, CliError> {
    let question = match args.question {
        NodeQuestion::Ping => "ping",
        NodeQuestion::List => "list",
        NodeQuestion::Info => "info",
        NodeQuestion::Call => return call(&args),
    };
    if let Some(more) = args.rest.first() {
        return Err(CliError::Cluster(format!(
            "`snow node {question}` asks one node, and nothing about `{more}`"
        )));
    }
    let finished = run(&args, program(PROGRAM), &[question], Output::stdout())?;
    Ok(ExitCode::from(finished.code))
}

/// Calls a function of a node: asks which types it has, and runs a program that calls one of these types.
fn call(args: &NodeArgs) -> Result<ExitCode, CliError> {
    let Some((function, values)) = args.rest.split_first() else {
        let why = "which function? `snow node call NAME FUNCTION ARGUMENTS`";
        return Err(CliError::Cluster(why.to_owned()));
    };
    let full = match function.contains('.') {
        true => function.clone(),
        false => format!("{MAIN}.{function}"),
    };
    let asked = run(args, program(PROGRAM), &["types", &full], Output::memory())?;
    if asked.code != 0 {
        return Ok(ExitCode::from(asked.code));
    }
    let types = String::from_utf8_lossy(&asked.output).into_owned();
    let types: Vec<&str> = types.lines().collect();
    let Some((ret, params)) = types.split_last() else {
        let why = format!(
            "{} has no function `{full}` that could be called",
            args.name
        );
        return Err(CliError::Cluster(why));
    };
    if params.len() != values.len() {
        return Err(CliError::Cluster(format!(
            "`{full}` takes ({}), but {} values are given",
            params.join(", "),
            values.len()
        )));
    }
    let finished = run(
        args,
        calling(&full, params, ret, values),
        &["call"],
        Output::stdout(),
    )?;
    Ok(ExitCode::from(finished.code))
}

/// A program that calls a function: it has one of the same name and types itself, which says what the other one is.
fn calling(full: &str, params: &[&str], ret: &str, values: &[String]) -> Sources {
    let (module, name) = full.rsplit_once('.').unwrap_or((MAIN, full));
    let named = |(at, ty): (usize, &&str)| format!("a{at} :: {ty}");
    let named: Vec<String> = params.iter().enumerate().map(named).collect();
    let stub = format!(
        "pub fn {name}({}) -> {ret} = panic(\"\")\n",
        named.join(", ")
    );
    let written = |(ty, value): (&&str, &String)| match *ty {
        // A text needs no quotes on a command line.
        "String" => format!("{value:?}").replace('$', "\\$"),
        _ => value.clone(),
    };
    let mut all: Vec<String> = params.iter().zip(values).map(written).collect();
    let function = match module {
        MAIN => name.to_owned(),
        _ => full.to_owned(),
    };
    all.insert(0, function);
    let main = format!(
        r#"fn main() do
  let node = Env.args()[1]
  case Result.flat_map(Node.try_connect(node), fn _ -> Result.map_err(Node.try_call(node, {}), fn e -> "${{e}}" end) end) do
    Ok(value) -> do
      println(inspect(value))
      System.exit(0)
    end
    Err(reason) -> do
      eprintln("snow: {full} on ${{node}}: ${{reason}}")
      System.exit(1)
    end
  end
end
"#,
        all.join(", ")
    );
    match module {
        MAIN => program(&(main + &stub)),
        _ => {
            let mut sources = program(&format!("import {module}\n{main}"));
            sources.modules.push(Source {
                module: module.to_owned(),
                path: format!("{module}.snow"),
                text: stub,
            });
            sources
        }
    }
}

/// Runs a program as a node that only looks. Its arguments are these, with the other node's name as the second one.
fn run(
    args: &NodeArgs,
    sources: Sources,
    words: &[&str],
    output: Output,
) -> Result<Finished, CliError> {
    let report = ReportArgs {
        json: false,
        deny_warnings: false,
    };
    let module = compile_sources(&sources, report)?;
    let failed = |reason: String| CliError::Bytecode {
        path: "snow node".into(),
        reason,
    };
    let module = VerifiedModule::new(module).map_err(|error| failed(error.to_string()))?;
    let mut arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    arguments.insert(1, args.name.clone());
    let mut options = RunOptions::from_environment(arguments).map_err(CliError::Environment)?;
    options.output = output;
    let own = || format!("snow-node-{}@127.0.0.1:0", std::process::id());
    let launch = Launch {
        name: args.own_name.clone().unwrap_or_else(own),
        cookie: cookie(args.cookie_file.clone()),
        tls: certificates(args.tls.clone()),
        hidden: true,
        no_mesh: true,
        ..Launch::default()
    };
    options.prepare = Some(Box::new(move |runtime| {
        let started = launch.start(Arc::clone(runtime));
        started.map(|_| ()).map_err(|error| error.to_string())
    }));
    snow_vm::run::run(module, &snow_stdlib::intrinsics(), options)
        .map_err(|error| failed(error.to_string()))
}

/// A program of one module.
fn program(text: &str) -> Sources {
    Sources {
        name: "node".to_owned(),
        modules: vec![Source {
            module: MAIN.to_owned(),
            path: "node.snow".into(),
            text: text.to_owned(),
        }],
    }
}
