//! `snow run`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use snow_aot::cache::Cache;
use snow_aot::find::WORKER;
use snow_aot::tier::{self, HotTier, TierSettings};
use snow_bytecode::decode::decode;
use snow_bytecode::module::Module;
use snow_node::launch::{CookieSource, Launch, TlsArgs};
use snow_vm::interp::{NativeUnit, TierHook};
use snow_vm::run::{Prepare, RunOptions, VerifiedModule};

use super::aot::opt_level;
use crate::args::{JoinArgs, RunArgs, Tier, TlsFileArgs};
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::project::{Program, load};
use crate::report;

/// Runs a program; the exit code is the program's.
pub fn run(args: RunArgs) -> Result<ExitCode, CliError> {
    let mut words = args.program.into_iter();
    let program = PathBuf::from(words.next().unwrap_or_default());
    let module = match load(&program)? {
        Program::Sources(sources) => compile_sources(&sources, args.report)?,
        Program::Bytecode(path) => read_module(&path)?,
    };
    let failed = |reason: String| CliError::Bytecode {
        path: program.clone(),
        reason,
    };
    let module = VerifiedModule::new(module).map_err(|error| failed(error.to_string()))?;
    let arguments = words.map(into_text).collect();
    let mut options = RunOptions::from_environment(arguments).map_err(CliError::Environment)?;
    options.seed = args.seed;
    options.prepare = joining(args.join);
    // Compiled code is not counted, so a run with it cannot be repeated.
    let tier = if args.seed.is_some() {
        Tier::Vm
    } else {
        args.tier
    };
    match tier {
        Tier::Vm => {}
        Tier::Native => options.units.extend(compiled(module.module(), args.opt)?),
        Tier::Auto => options.hook = hot_tier(module.module())?,
    }
    let finished = snow_vm::run::run(module, &snow_stdlib::intrinsics(), options)
        .map_err(|error| failed(error.to_string()))?;
    Ok(ExitCode::from(finished.code))
}

/// What makes the program a node, if it is to be one.
fn joining(args: JoinArgs) -> Option<Prepare> {
    let launch = Launch {
        name: args.name?,
        cookie: cookie(args.cookie_file),
        listen: args.listen,
        spawn: args.spawn,
        connect: args.connect,
        discover: args.discover,
        tls: certificates(args.tls),
        ..Launch::default()
    };
    Some(Box::new(move |runtime| {
        let started = launch.start(Arc::clone(runtime));
        started.map(|_| ()).map_err(|error| error.to_string())
    }))
}

/// The files of certificates.
pub fn certificates(args: TlsFileArgs) -> TlsArgs {
    TlsArgs {
        ca: args.tls_ca,
        cert: args.tls_cert,
        key: args.tls_key,
    }
}

/// The cookie in a file, or the user's own.
pub fn cookie(file: Option<PathBuf>) -> CookieSource {
    file.map_or(CookieSource::User, CookieSource::File)
}

/// Native code of the whole program; none, after a warning, when this program cannot be compiled.
pub fn compiled(module: &Module, opt: u8) -> Result<Option<NativeUnit>, CliError> {
    match tier::compile_all(module, opt_level(opt), Cache::of_user().as_ref()) {
        Ok((unit, unkept)) => {
            unkept.iter().for_each(report::unkept);
            Ok(Some(unit))
        }
        Err(error) if error.is_final() => Err(CliError::Tier(error)),
        Err(error) => {
            tier::warn(&error.to_string());
            Ok(None)
        }
    }
}

/// What compiles hot code while the program runs; none without the worker.
fn hot_tier(module: &Arc<Module>) -> Result<Option<Box<dyn TierHook>>, CliError> {
    let settings = TierSettings::from_environment().map_err(CliError::TierSettings)?;
    let Ok(worker) = WORKER.find() else {
        return Ok(None);
    };
    let tier = HotTier::new(Arc::clone(module), worker, settings);
    Ok(Some(Box::new(tier)))
}

/// Reads a compiled program.
pub fn read_module(path: &Path) -> Result<Module, CliError> {
    let bytes = fs::read(path).map_err(|error| CliError::read(path, error))?;
    decode(&bytes).map_err(|error| CliError::Bytecode {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// Arguments of programs are text; what is not is replaced.
fn into_text(argument: OsString) -> String {
    argument.to_string_lossy().into_owned()
}
