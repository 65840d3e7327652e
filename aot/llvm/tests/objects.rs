//! What objects look like: tail calls, arguments beyond registers, loop entries, debug information, wrong requests.

use snow_bytecode::asm::assemble;
use snow_bytecode::encode::encode;
use snow_bytecode::module::{FuncId, Module};
use snow_bytecode::verify::verify;
use snow_llvm::{Content, Cpu, Emit, Error, Job, Level, compile};

/// `even` and `odd` call each other in tail position; they have different numbers of parameters, eight in the second case, so that not all fit registers.
const TAIL_CALLS: &str = r#"types
  t0 = Int
consts
files
natives
fn f0 "Main.even" (word, word) -> (word) {
  reg r2..r9 word
  @0: br.int.imm gt r0 0 @2
  @1: ret [r1]
  @2: r0 = int.bin.imm sub r0 1
  @3: r2 = int 0
  @4: r3 = int 0
  @5: r4 = int 0
  @6: r5 = int 0
  @7: r6 = int 0
  @8: r7 = int 0
  @9: call.tail f1 [r0, r1, r2, r3, r4, r5, r6, r7]
}
fn f1 "Main.odd" (word, word, word, word, word, word, word, word) -> (word) {
  @0: br.int.imm gt r0 0 @2
  @1: ret [r7]
  @2: r0 = int.bin.imm sub r0 1
  @3: call.tail f0 [r0, r1]
}
fn f2 "Main.count" (word) -> (word) {
  reg r1..r2 word
  @0: r1 = int 0
  @1: br.int.imm le r0 0 @5
  @2: r1 = int.bin add r1 r0
  @3: r0 = int.bin.imm sub r0 1
  @4: jump @1
  @5: ret [r1]
}
fn f3 "Main.main" () -> (word) {
  reg r0..r2 word
  @0: r0 = int 10
  @1: r1 = int 1
  @2: [r0] = call f0 [r0, r1]
  @3: ret [r0]
}
export "Main.main" f3
entry f3
"#;

fn module() -> Module {
    let module = assemble(TAIL_CALLS).expect("the listing is well-formed");
    verify(&module).expect("the module is valid");
    module
}

fn job(content: Content<'_>, level: Level, emit: Emit) -> Job<'_> {
    Job {
        content,
        level,
        cpu: Cpu::Generic,
        emit,
        debug_info: false,
        limit_checks: true,
        verify: true,
    }
}

fn text(module: &Module, job: &Job<'_>) -> String {
    let code = compile(module, job).expect("it compiles");
    String::from_utf8(code.bytes).expect("text")
}

fn unit(funcs: &[u32]) -> Content<'static> {
    Content::Unit {
        funcs: funcs.iter().map(|func| FuncId(*func)).collect(),
        loops: Vec::new(),
    }
}

/// The instructions of a function in an assembly text.
fn body<'t>(assembly: &'t str, symbol: &str) -> Vec<&'t str> {
    let start = format!("{symbol}:");
    assembly
        .lines()
        .skip_while(|line| *line != start)
        .skip(1)
        .take_while(|line| !line.starts_with(".Lfunc_end"))
        .map(str::trim)
        .collect()
}

#[cfg(target_arch = "x86_64")]
#[test]
fn tail_calls_are_jumps_at_every_level() {
    let module = module();
    for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
        let assembly = text(&module, &job(unit(&[0, 1]), level, Emit::Assembly));
        for (symbol, target) in [("snow.f0", "snow.f1"), ("snow.f1", "snow.f0")] {
            let body = body(&assembly, symbol);
            assert!(!body.is_empty(), "{symbol} at {level:?}");
            let calls = body.iter().filter(|line| {
                line.starts_with("call") && (line.contains(target) || line.contains("snow_hop"))
            });
            assert_eq!(
                calls.count(),
                0,
                "{symbol} at {level:?}:\n{}",
                body.join("\n")
            );
            assert!(
                body.iter()
                    .any(|line| line.starts_with("jmp") && line.contains("snow_hop")),
                "{symbol} at {level:?}"
            );
        }
    }
}

#[test]
fn functions_outside_a_unit_are_reached_through_the_context() {
    let ir = text(&module(), &job(unit(&[3]), Level::O0, Emit::PlainIr));
    assert!(
        !ir.contains("@snow.f0"),
        "the function is of another object"
    );
    assert!(ir.contains("@snow_call("), "it may be in the interpreter");
}

#[test]
fn a_loop_gets_an_entry_with_the_registers_of_a_frame() {
    let content = Content::Unit {
        funcs: vec![FuncId(2)],
        loops: vec![(FuncId(2), 1)],
    };
    let ir = text(&module(), &job(content, Level::O2, Emit::Ir));
    assert!(ir.contains("define i32 @snow.o2.1(ptr"), "{ir}");
    assert!(ir.contains("define i32 @snow.u2(ptr"), "{ir}");
}

#[test]
fn what_the_module_does_not_have_is_an_error() {
    let module = module();
    let asked = |content| compile(&module, &job(content, Level::O0, Emit::Object)).map(|_| ());
    assert_eq!(asked(unit(&[9])), Err(Error::Unknown(FuncId(9))));
    let no_header = Content::Unit {
        funcs: Vec::new(),
        loops: vec![(FuncId(2), 2)],
    };
    assert_eq!(asked(no_header), Err(Error::Unknown(FuncId(2))));
}

#[test]
fn debug_information_names_functions_and_passes_verification() {
    let module = module();
    let mut with_debug = job(unit(&[0, 1, 2, 3]), Level::O2, Emit::Ir);
    with_debug.debug_info = true;
    assert!(text(&module, &with_debug).contains("Main.even"));
}

#[test]
fn a_program_describes_itself() {
    let module = module();
    let bytecode = encode(&module);
    let content = Content::Program {
        bytecode: &bytecode,
    };
    let ir = text(&module, &job(content, Level::O0, Emit::PlainIr));
    assert!(ir.contains("@snow_program = constant"));
}

#[test]
fn the_code_of_a_small_function() {
    insta::assert_snapshot!(text(&module(), &job(unit(&[2]), Level::O1, Emit::Ir)));
}
