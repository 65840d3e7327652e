//! Arbitrary bytes as the body of a file: decoding and verifying give a verdict, and what passes survives listing, reading back and
//! the analysis of every instruction.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snow_bytecode::asm::assemble;
use snow_bytecode::decode::decode;
use snow_bytecode::disasm::disassemble;
use snow_bytecode::encode::{encode, seal};
use snow_bytecode::liveness::Liveness;
use snow_bytecode::module::FuncId;
use snow_bytecode::verify::verify;

fuzz_target!(|body: &[u8]| {
    let Ok(module) = decode(&seal(body)) else { return };
    assert_eq!(decode(&encode(&module)).as_ref(), Ok(&module));
    let Ok(layouts) = verify(&module) else { return };
    assert_eq!(assemble(&disassemble(&module)).as_ref(), Ok(&module));
    for (index, func) in module.funcs.iter().enumerate() {
        let liveness = Liveness::compute(&module, &layouts, FuncId(index as u32)).expect("a verified function");
        for at in 0..func.code.len() {
            liveness.owned_during(&module, &layouts, at as u32);
        }
    }
});
