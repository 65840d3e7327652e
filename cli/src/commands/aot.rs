//! `snow aot`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use snow_aot::build::{compile_program, link_program};
use snow_aot::cache::Cache;
use snow_aot::link::Symbols;
use snow_aot::protocol::{Cpu, Emit, OptLevel, Options};
use snow_bytecode::encode::encode;
use snow_bytecode::module::Module;
use snow_vm::run::VerifiedModule;

use super::run::read_module;
use crate::args::{AotArgs, EmitForm, ReportArgs, TargetCpu};
use crate::compiler::compile_sources;
use crate::error::CliError;
use crate::output::write_whole;
use crate::project::{Program, load};
use crate::report;

/// Compiles a program to native code.
pub fn aot(args: AotArgs) -> Result<ExitCode, CliError> {
    let (name, bytecode) = bytecode(&args.program, args.report)?;
    let compiled = compile_program(bytecode, options(&args), Cache::of_user().as_ref())?;
    compiled.unkept.iter().for_each(report::unkept);
    let extension = args.emit.map_or("", extension);
    let output = args
        .output
        .unwrap_or_else(|| PathBuf::from(format!("{name}{extension}")));
    if args.emit.is_some() {
        write_whole(&output, &compiled.files.concat())?;
    } else {
        let symbols = if args.strip {
            Symbols::Strip
        } else {
            Symbols::Keep
        };
        link_program(&compiled.files, symbols, &output)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Name and bytecode of a program.
fn bytecode(path: &Path, report: ReportArgs) -> Result<(String, Vec<u8>), CliError> {
    let (name, module) = match load(path)? {
        Program::Sources(sources) => {
            let module = compile_sources(&sources, report)?;
            (sources.name, module)
        }
        Program::Bytecode(path) => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            (stem.into_owned(), read_module(&path)?)
        }
    };
    let module = verified(path, module)?;
    Ok((name, encode(module.module())))
}

/// Only verified code may become native code, which nobody checks any more.
fn verified(path: &Path, module: Module) -> Result<VerifiedModule, CliError> {
    VerifiedModule::new(module).map_err(|error| CliError::Bytecode {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// The level that a number on the command line means.
pub fn opt_level(number: u8) -> OptLevel {
    match number {
        0 => OptLevel::O0,
        1 => OptLevel::O1,
        2 => OptLevel::O2,
        _ => OptLevel::O3,
    }
}

fn options(args: &AotArgs) -> Options {
    Options {
        opt: opt_level(args.opt),
        cpu: match args.target_cpu {
            TargetCpu::Generic => Cpu::Generic,
            TargetCpu::Native => Cpu::Native,
        },
        emit: match args.emit {
            None => Emit::Objects,
            Some(EmitForm::Obj) => Emit::Object,
            Some(EmitForm::LlvmIr) => Emit::Ir,
            Some(EmitForm::Asm) => Emit::Asm,
        },
        debug_info: args.debug,
    }
}

fn extension(form: EmitForm) -> &'static str {
    match form {
        EmitForm::LlvmIr => ".ll",
        EmitForm::Asm => ".s",
        EmitForm::Obj => ".o",
    }
}
