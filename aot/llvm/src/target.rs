//! The machine that code is made for.

use inkwell::OptimizationLevel;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetTriple,
};

use crate::{Error, Level};

/// Which processor may be assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// Any of the architecture.
    Generic,
    /// The one that this process runs on.
    Native,
}

/// The variable that names another machine than this one to make code for. (To test the runtime of another architecture in an emulator, where LLVM itself
/// would be slow.)
const OTHER: &str = "SNOW_LLVM_TARGET";

/// The machine that code is made for, in LLVM's words.
fn triple() -> TargetTriple {
    match std::env::var(OTHER) {
        Ok(name) if !name.is_empty() => TargetTriple::create(&name),
        _ => TargetMachine::get_default_triple(),
    }
}

fn is_other() -> bool {
    triple() != TargetMachine::get_default_triple()
}

/// The processor that code is made for: its name and what it can do, as far as it is known.
pub fn processor() -> String {
    if is_other() {
        return triple().to_string();
    }
    format!(
        "{} {}",
        TargetMachine::get_host_cpu_name(),
        TargetMachine::get_host_cpu_features()
    )
}

/// Architectures that the runtime knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// `x86-64`.
    X86_64,
    /// `AArch64`.
    Aarch64,
}

impl Arch {
    /// That of a machine.
    pub fn of(machine: &TargetMachine) -> Arch {
        let triple = machine.get_triple();
        match triple.as_str().to_bytes().starts_with(b"aarch64") {
            true => Arch::Aarch64,
            false => Arch::X86_64,
        }
    }

    /// The register that holds the stack pointer, as LLVM calls it.
    pub fn stack_pointer(self) -> &'static str {
        match self {
            Arch::X86_64 => "rsp",
            Arch::Aarch64 => "sp",
        }
    }

    /// Assembly of a function that goes on in `shared` with the address of `code` as its fourth argument.
    pub fn trampoline(self, symbol: &str, code: &str, shared: &str) -> String {
        let jump = match self {
            Arch::X86_64 => format!("leaq {code}(%rip), %rcx\n\tjmp {shared}"),
            Arch::Aarch64 => {
                format!("adrp x3, {code}\n\tadd x3, x3, :lo12:{code}\n\tb {shared}")
            }
        };
        let head = format!("\t.globl {symbol}\n\t.hidden {symbol}\n\t.type {symbol}, %function");
        format!("{head}\n{symbol}:\n\t{jump}\n\t.size {symbol}, . - {symbol}\n")
    }
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

/// The machine for code of this process's architecture and system, or of the one that is asked for.
pub fn machine(cpu: Cpu, level: Level) -> Result<TargetMachine, Error> {
    Target::initialize_native(&InitializationConfig::default()).map_err(Error::Target)?;
    if is_other() {
        Target::initialize_aarch64(&InitializationConfig::default());
    }
    let triple = triple();
    let target = Target::from_triple(&triple).map_err(|error| Error::Target(error.to_string()))?;
    let (name, features) = match cpu {
        Cpu::Native if !is_other() => (
            TargetMachine::get_host_cpu_name().to_string(),
            TargetMachine::get_host_cpu_features().to_string(),
        ),
        _ => ("generic".to_owned(), String::new()),
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
