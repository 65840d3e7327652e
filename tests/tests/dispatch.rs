//! The handlers of threaded dispatch end in jumps: the command under test is disassembled. What a compiler makes of a call at the end of a
//! function depends on the build, so `SNOW=path cargo test -p snow-tests --test dispatch` is worth running on any build that is to be given away.

#![cfg(target_arch = "x86_64")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, Register};
use object::{Object, ObjectSection, ObjectSymbol};
use snow_tests::command;

/// Part of the names of all functions that dispatch.
const THREADED: &str = "8dispatch8threaded";

/// Fewer functions than there are handlers and rests.
const AT_LEAST: usize = 200;

/// The dispatching functions of a file: name, address, code.
fn handlers<'data>(file: &object::File<'data>) -> Vec<(String, u64, &'data [u8])> {
    let threaded = file.symbols().filter(|symbol| {
        symbol.size() > 0 && symbol.name().is_ok_and(|name| name.contains(THREADED))
    });
    // `begin` is where dispatching starts: it is the one function that calls a handler.
    let handlers =
        threaded.filter(|symbol| symbol.name().is_ok_and(|name| !name.contains("5begin")));
    let functions = handlers.map(|symbol| {
        let section = file
            .section_by_index(symbol.section_index().unwrap())
            .unwrap();
        let code = section
            .data_range(symbol.address(), symbol.size())
            .unwrap()
            .unwrap();
        (symbol.name().unwrap().to_owned(), symbol.address(), code)
    });
    functions.collect()
}

/// Whether an instruction only takes a frame off the stack.
fn gives_up_frame(inst: &Instruction) -> bool {
    match inst.mnemonic() {
        Mnemonic::Pop | Mnemonic::Vzeroupper | Mnemonic::Nop => true,
        Mnemonic::Add | Mnemonic::Lea => inst.op0_register() == Register::RSP,
        _ => false,
    }
}

/// Addresses of calls behind which there is nothing left to do but return.
fn calls_at_the_end(address: u64, code: &[u8]) -> Vec<u64> {
    let mut open = None;
    let mut found = Vec::new();
    for inst in &mut Decoder::with_ip(64, code, address, DecoderOptions::NONE) {
        match inst.mnemonic() {
            Mnemonic::Call => open = Some(inst.ip()),
            Mnemonic::Ret => found.extend(open.take()),
            _ if gives_up_frame(&inst) => {}
            _ => open = None,
        }
    }
    found
}

#[test]
fn handlers_jump_to_the_next_instruction() {
    let command = std::fs::read(command::snow().unwrap()).unwrap();
    let file = object::File::parse(&*command).unwrap();
    let handlers = handlers(&file);
    assert!(
        handlers.len() >= AT_LEAST,
        "only {} functions of threaded dispatch are in the command: it was built without optimisation, or for the loop",
        handlers.len()
    );
    for (name, address, code) in handlers {
        let calls = calls_at_the_end(address, code);
        assert!(
            calls.is_empty(),
            "{name} calls the next instruction instead of jumping, at {calls:x?}"
        );
    }
}

#[test]
fn a_call_at_the_end_is_found() {
    // push rbx; call [rax]; add rsp, 8; pop rbx; ret
    let code = [0x53, 0xff, 0x10, 0x48, 0x83, 0xc4, 0x08, 0x5b, 0xc3];
    assert_eq!(calls_at_the_end(0, &code), [1]);
    // call [rax]; test eax, eax; ret
    assert!(calls_at_the_end(0, &[0xff, 0x10, 0x85, 0xc0, 0xc3]).is_empty());
}
