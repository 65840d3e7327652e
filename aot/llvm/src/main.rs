//! The worker process: compiles what the `snow` command asks for.

use std::io;
use std::process::ExitCode;

use snow_aot::protocol;
use snow_aot::serve::{Compiler, serve};
use snow_bytecode::decode::decode;
use snow_bytecode::module::{FuncId, Module};
use snow_bytecode::verify::verify;
use snow_llvm::{Code, Content, Cpu, Emit, Job, Level, compile};

fn main() -> ExitCode {
    let mut worker = Worker::default();
    match serve(
        &mut worker,
        &mut io::stdin().lock(),
        &mut io::stdout().lock(),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked is gone, or does not speak as it should: there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

/// The program that jobs are about.
#[derive(Default)]
struct Worker {
    program: Option<(Vec<u8>, Module)>,
}

impl Compiler for Worker {
    fn identity(&self) -> String {
        let (major, minor, patch) = inkwell::support::get_llvm_version();
        // Code for this machine's processor must not be taken for that of another, when two machines share a cache.
        format!(
            "snow {} llvm {major}.{minor}.{patch} {}",
            env!("CARGO_PKG_VERSION"),
            snow_llvm::processor()
        )
    }

    fn load(&mut self, bytecode: &[u8]) -> Result<(), String> {
        let module = decode(bytecode).map_err(|error| error.to_string())?;
        verify(&module).map_err(|error| error.to_string())?;
        self.program = Some((bytecode.to_vec(), module));
        Ok(())
    }

    fn compile(&mut self, job: &protocol::Job) -> Result<protocol::Compiled, String> {
        let (bytecode, module) = self.program.as_ref().ok_or("no program is loaded")?;
        let code = compile(module, &lowered(job, bytecode)).map_err(|error| error.to_string())?;
        let stats = stats(&code);
        Ok(protocol::Compiled {
            files: code.files,
            stats,
        })
    }
}

/// The job in this crate's terms.
fn lowered<'a>(job: &protocol::Job, bytecode: &'a [u8]) -> Job<'a> {
    let options = &job.options;
    Job {
        content: match &job.kind {
            protocol::JobKind::Program => Content::Program { bytecode },
            protocol::JobKind::Unit { funcs, loops } => Content::Unit {
                funcs: funcs.iter().map(|func| FuncId(*func)).collect(),
                loops: loops
                    .iter()
                    .map(|entry| (FuncId(entry.func), entry.header))
                    .collect(),
            },
        },
        level: match options.opt {
            protocol::OptLevel::O0 => Level::O0,
            protocol::OptLevel::O1 => Level::O1,
            protocol::OptLevel::O2 => Level::O2,
            protocol::OptLevel::O3 => Level::O3,
        },
        cpu: match options.cpu {
            protocol::Cpu::Generic => Cpu::Generic,
            protocol::Cpu::Native => Cpu::Native,
        },
        emit: match options.emit {
            protocol::Emit::Object => Emit::Object,
            protocol::Emit::Objects => Emit::Objects,
            protocol::Emit::Ir => Emit::Ir,
            protocol::Emit::Asm => Emit::Assembly,
        },
        debug_info: options.debug_info,
        limit_checks: true,
        verify: cfg!(debug_assertions),
    }
}

fn stats(code: &Code) -> protocol::Stats {
    protocol::Stats {
        functions: code.functions as u32,
        lowering: code.lowering.as_micros() as u64,
        optimising: code.optimising.as_micros() as u64,
        emitting: code.emitting.as_micros() as u64,
    }
}
