//! Prints the code of a compiled program: `cargo run -p snow-llvm --example ir -- FILE.snowb plain|ir|asm|obj [0-3] [unchecked]`.

use snow_llvm::{Content, Cpu, Emit, Job, Level, compile};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let bytecode = std::fs::read(&args[1])?;
    let module = snow_bytecode::decode::decode(&bytecode)?;
    snow_bytecode::verify::verify(&module)?;
    let job = Job {
        content: Content::Program {
            bytecode: &bytecode,
        },
        level: match args.get(3).map(String::as_str) {
            Some("0") => Level::O0,
            Some("1") => Level::O1,
            Some("3") => Level::O3,
            _ => Level::O2,
        },
        cpu: Cpu::Generic,
        emit: match args[2].as_str() {
            "plain" => Emit::PlainIr,
            "ir" => Emit::Ir,
            "asm" => Emit::Assembly,
            _ => Emit::Object,
        },
        debug_info: false,
        limit_checks: args.get(4).map(String::as_str) != Some("unchecked"),
        verify: true,
    };
    let code = compile(&module, &job)?;
    eprintln!(
        "lowering {:?}, optimising {:?}, emitting {:?}",
        code.lowering, code.optimising, code.emitting
    );
    for file in &code.files {
        std::io::stdout().write_all(file)?;
    }
    Ok(())
}
