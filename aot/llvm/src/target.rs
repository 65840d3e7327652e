//! The machine that code is made for.

use inkwell::OptimizationLevel;
use inkwell::targets::{CodeModel, InitializationConfig, RelocMode, Target, TargetMachine};

use crate::{Error, Level};

/// Which processor may be assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// Any of the architecture.
    Generic,
    /// The one that this process runs on.
    Native,
}

/// This machine's processor: its name and what it can do.
pub fn processor() -> String {
    format!(
        "{} {}",
        TargetMachine::get_host_cpu_name(),
        TargetMachine::get_host_cpu_features()
    )
}

/// Sets what LLVM has only options of its command line for; they hold for the process.
pub fn configure() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let args = [
            c"snow-llvm",
            // A loop that tests something that does not change in it becomes two loops, when it has at most so many instructions. With overflow checks
            // and safe points, loops have more of them than those that LLVM's choice (50) was made for.
            c"-unswitch-threshold=150",
            // The first use of a register that callees keep costs about as much as putting a value away on each call of the function: so what lives across
            // calls that are rarely made is put away there.
            c"-regalloc-csr-first-time-cost=16000",
        ]
        .map(|arg| arg.as_ptr());
        // SAFETY: the strings are static and end with a null; LLVM is called by nobody else before this has returned.
        unsafe {
            inkwell::llvm_sys::support::LLVMParseCommandLineOptions(
                args.len() as i32,
                args.as_ptr(),
                std::ptr::null(),
            );
        }
    });
}

/// The machine for code of this process's architecture and system.
pub fn machine(cpu: Cpu, level: Level) -> Result<TargetMachine, Error> {
    Target::initialize_native(&InitializationConfig::default()).map_err(Error::Target)?;
    let triple = TargetMachine::get_default_triple();
    let target = Target::from_triple(&triple).map_err(|error| Error::Target(error.to_string()))?;
    let (name, features) = match cpu {
        Cpu::Generic => ("generic".to_owned(), String::new()),
        Cpu::Native => (
            TargetMachine::get_host_cpu_name().to_string(),
            TargetMachine::get_host_cpu_features().to_string(),
        ),
    };
    let level = match level {
        Level::O0 => OptimizationLevel::None,
        Level::O1 => OptimizationLevel::Less,
        Level::O2 => OptimizationLevel::Default,
        Level::O3 => OptimizationLevel::Aggressive,
    };
    target
        .create_target_machine(
            &triple,
            &name,
            &features,
            level,
            RelocMode::PIC,
            CodeModel::Small,
        )
        .ok_or_else(|| Error::Target(format!("no code can be made for {triple:?}")))
}

/// The register that holds the stack pointer, as LLVM calls it.
pub fn stack_pointer() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "sp"
    } else {
        "rsp"
    }
}
