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
export "Main.main" f3 () -> t0
entry f3
"#;

/// `fill` changes a list of words in a loop, `mark` one of bytes; `rounds` calls `fill` in a loop, `main` both.
const CHANGED_LISTS: &str = r#"types
  t0 = Int
  t1 = List t0
  t2 = Bool
  t3 = List t2
consts
files
natives
fn f0 "Main.fill" (ref t1, word, word) -> (ref t1) {
  @0: br.int lt r1 r2 @2
  @1: ret [r0]
  @2: r0 = list.set r0 r1 r2
  @3: r1 = int.bin.imm add r1 1
  @4: jump @0
}
fn f1 "Main.mark" (ref t3, word, word) -> (ref t3) {
  @0: br.int lt r1 r2 @2
  @1: ret [r0]
  @2: r0 = list.set r0 r1 r2
  @3: r1 = int.bin.imm add r1 1
  @4: jump @0
}
fn f2 "Main.rounds" (ref t1, word) -> (ref t1) {
  reg r2..r3 word
  @0: r2 = int 0
  @1: br.int lt r2 r1 @3
  @2: ret [r0]
  @3: [r0] = call f0 [r0, r2, r1]
  @4: r1 = int.bin.imm sub r1 1
  @5: jump @1
}
fn f3 "Main.main" () -> (word) {
  reg r0..r2 word
  reg r2..r3 ref t1
  reg r3..r4 ref t3
  @0: r0 = int 1
  @1: r1 = int 2
  @2: r2 = list.new t1 [r0, r1]
  @3: [r2] = call f0 [r2, r0, r1]
  @4: drop r2
  @5: r3 = list.new t3 [r0, r0]
  @6: [r3] = call f1 [r3, r0, r1]
  @7: drop r3
  @8: ret [r0]
}
export "Main.main" f3 () -> t0
entry f3
"#;

fn module() -> Module {
    assembled(TAIL_CALLS)
}

fn assembled(listing: &str) -> Module {
    let module = assemble(listing).expect("the listing is well-formed");
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
    String::from_utf8(code.files.concat()).expect("text")
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

/// The definition of a function in LLVM's terms.
fn definition<'t>(ir: &'t str, symbol: &str) -> &'t str {
    let functions = ir.split("\ndefine ").skip(1);
    let mut functions = functions.filter(|text| text.contains(&format!("@{symbol}(")));
    let found = functions.find(|text| text.find(symbol) < text.find('\n'));
    found
        .and_then(|text| text.split("\n}").next())
        .unwrap_or_else(|| panic!("{symbol} is not defined:\n{ir}"))
}

/// Counts are numbers of 32 bits, and nothing else that these functions read is.
const COUNT: &str = "load i32";

#[test]
fn lists_that_are_known_to_be_own_are_changed_without_a_look() {
    let module = assembled(CHANGED_LISTS);
    let ir = text(&module, &job(unit(&[0, 1, 3]), Level::O0, Emit::PlainIr));
    for function in ["snow.f0", "snow.f1"] {
        assert!(definition(&ir, function).contains(COUNT), "{function}");
        let own = definition(&ir, &format!("{function}.own"));
        assert!(!own.contains(COUNT), "{own}");
    }
}

#[test]
fn callers_that_know_their_lists_say_so() {
    let module = assembled(CHANGED_LISTS);
    let ir = text(&module, &job(unit(&[0, 2, 3]), Level::O0, Emit::PlainIr));
    let calls = |function| definition(&ir, function).matches("@snow.f0.own(").count();
    // A list that was just made; one of which a turn of a loop has found out.
    assert_eq!(calls("snow.f3"), 1);
    assert_eq!(calls("snow.f2"), 1);
    assert!(!ir.contains("@snow.f2.own"), "nothing calls it");
}

#[test]
fn what_is_rarely_called_keeps_registers() {
    let module = assembled(CHANGED_LISTS);
    let ir = text(&module, &job(unit(&[0]), Level::O0, Emit::PlainIr));
    for function in ["snow_safe_point", "snow_unwind"] {
        let call = format!("call preserve_mostcc i32 @{function}(");
        assert!(ir.contains(&call), "{call}\n{ir}");
    }
}

#[test]
fn elements_that_fit_a_byte_are_written_as_one() {
    let module = assembled(CHANGED_LISTS);
    let ir = text(&module, &job(unit(&[0, 1]), Level::O1, Emit::Ir));
    assert!(definition(&ir, "snow.f1").contains("store i8"));
    assert!(!definition(&ir, "snow.f0").contains("store i8"));
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
    assert!(ir.contains("define hidden i32 @snow.o2.1(ptr"), "{ir}");
    assert!(ir.contains("module asm \"snow.u2:\""), "{ir}");
}

#[test]
fn entries_of_functions_that_take_and_give_the_same_share_their_code() {
    let functions = (0..40).collect::<Vec<_>>();
    let ir = text(&chain(40), &job(unit(&functions), Level::O0, Emit::PlainIr));
    let entries = (0..40).filter(|id| ir.contains(&format!("module asm \"snow.u{id}:\"")));
    assert_eq!(entries.count(), 40);
    assert_eq!(
        ir.matches("@snow.s").count(),
        1,
        "one is defined, none is called by LLVM's code"
    );
    let overflows = ir
        .lines()
        .filter(|line| line.starts_with("define ") && line.contains("@snow.overflow."));
    assert_eq!(overflows.count(), 1);
}

/// f0 calls a function in a loop that reads a list; f1 reads one that the loop also changes; in f3 nothing reaches what reads one.
const READ_LISTS: &str = r#"types
  t0 = Int
  t1 = List t0
consts
files
natives
fn f0 "Main.sum" (borrow ref t1, word) -> (word) {
  reg r2..r4 word
  @0: r2 = int 0
  @1: r3 = list.len r0
  @2: br.int ge r2 r3 @7
  @3: r3 = list.get r0 r2
  @4: [r1] = call f2 [r1, r3]
  @5: r2 = int.bin.imm wrapping.add r2 1
  @6: jump @1
  @7: ret [r1]
}
fn f1 "Main.shift" (ref t1, word) -> (ref t1) {
  reg r2..r3 word
  @0: br.int.imm eq r1 0 @5
  @1: r2 = list.get r0 r1
  @2: r0 = list.set r0 r1 r2
  @3: r1 = int.bin.imm sub r1 1
  @4: jump @0
  @5: ret [r0]
}
fn f2 "Main.add" (word, word) -> (word) {
  @0: r0 = int.bin wrapping.add r0 r1
  @1: ret [r0]
}
fn f3 "Main.unreached" (word) -> (word) {
  reg r1 ref t1
  reg r2 word
  @0: r2 = int 0
  @1: br.int.imm eq r0 0 @6
  @2: r0 = int.bin.imm sub r0 1
  @3: jump @1
  @4: r2 = list.len r1
  @5: jump @1
  @6: ret [r0]
}
fn f4 "Main.main" () -> (word) {
  reg r0..r1 word
  @0: r0 = int 1
  @1: ret [r0]
}
export "Main.main" f4 () -> t0
entry f4
"#;

#[test]
fn a_loop_reads_the_parts_of_a_list_once_that_it_does_not_change() {
    let module = assembled(READ_LISTS);
    let ir = text(&module, &job(unit(&[0, 1, 3]), Level::O0, Emit::PlainIr));
    let before = |function| definition(&ir, function).matches("\nbefore").count();
    assert_eq!(before("snow.f0"), 1);
    assert_eq!(before("snow.f1"), 0);
    assert_eq!(before("snow.f3"), 0);
    let words = definition(&ir, "snow.f0").lines();
    let words = words.filter(|line| line.contains("load i64"));
    let lengths = words.filter(|line| line.contains("!range")).count();
    assert_eq!(lengths, 1, "the length is read before the loop only");
}

/// f0 calls a function in a loop that may crash and is small enough to be inlined.
const CALLS_IN_A_LOOP: &str = r#"types
  t0 = Int
consts
files
natives
fn f0 "Main.rounds" (word, word) -> (word) {
  @0: br.int.imm eq r1 0 @4
  @1: [r0] = call f1 [r0]
  @2: r1 = int.bin.imm sub r1 1
  @3: jump @0
  @4: ret [r0]
}
fn f1 "Main.step" (word) -> (word) {
  @0: r0 = int.bin.imm add r0 1
  @1: ret [r0]
}
fn f2 "Main.main" () -> (word) {
  reg r0..r1 word
  @0: r0 = int 1
  @1: ret [r0]
}
export "Main.main" f2 () -> t0
entry f2
"#;

#[test]
fn a_crash_in_a_function_that_is_inlined_leads_out_of_the_loop_around_it() {
    let module = assembled(CALLS_IN_A_LOOP);
    let program = Content::Program { bytecode: b"" };
    let ir = text(&module, &job(program, Level::O2, Emit::Ir));
    let rounds = definition(&ir, "snow.f0");
    let noted = rounds.lines().filter(|line| line.contains("@snow_unwind("));
    // The overflow in f1 is noted in the code of f0.
    assert!(
        noted.clone().any(|line| line.contains("i32 1, i32 0, ")),
        "{rounds}"
    );
    for line in noted {
        let status = line.trim().split(' ').next().expect("a result");
        let tested = format!("icmp eq i32 {status}, ");
        assert!(!rounds.contains(&tested), "{rounds}");
    }
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

/// Functions of 30 instructions; each calls the one before it.
fn chain(count: usize) -> Module {
    let mut listing = String::from("types\n  t0 = Int\nconsts\nfiles\nnatives\n");
    for index in 0..count {
        listing += &format!("fn f{index} \"Main.f{index}\" () -> (word) {{\n  reg r0..r1 word\n");
        for at in 0..28 {
            listing += &format!("  @{at}: r0 = int {at}\n");
        }
        let callee = index.saturating_sub(1);
        listing += &format!("  @28: [r0] = call f{callee} []\n  @29: ret [r0]\n}}\n");
    }
    listing += "export \"Main.f0\" f0 () -> t0\nentry f0\n";
    assembled(&listing)
}

#[test]
fn parts_are_valid_at_every_level() {
    let module = chain(40);
    let bytecode = encode(&module);
    for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
        let program = Content::Program {
            bytecode: &bytecode,
        };
        let unit = unit(&(0..40).collect::<Vec<_>>());
        for content in [program, unit] {
            let code = compile(&module, &job(content, level, Emit::Objects)).expect("it compiles");
            assert!(code.files.len() > 1);
            assert_eq!(code.functions, 40);
        }
    }
}
