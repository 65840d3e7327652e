//! Ids, kinds, operand counts, jumps, tables.

use super::{Rule, accepts, module, rejects};
use crate::asm::assemble;
use crate::inst::{Inst, TABLE};
use crate::module::{ConstId, Export, ExportKind, ExportedCode, FuncId, Label, Reg};
use crate::types::TypeId;
use crate::verify::{Place, verify};

#[test]
fn kinds_must_fit() {
    rejects(
        Rule::Kind,
        "r0 is word and cannot hold float",
        "() -> (word) { reg r0 word r0 = float 1.0 ret [r0] }",
    );
    rejects(
        Rule::Kind,
        "needed is word",
        "(float) -> (float) { r0 = int.bin add r0 r0 ret [r0] }",
    );
    rejects(
        Rule::Kind,
        "needed is ref t1",
        "(ref t2) -> (ref t1) { ret [r0] }",
    );
    accepts("(ref t1) -> (null t1) { ret [r0] }");
    accepts("(ref t1) -> (any) { reg r1 null t1 r1 = move r0 ret [r1] }");
    rejects(
        Rule::Kind,
        "needed is ref t1",
        "(null t1) -> (ref t1) { ret [r0] }",
    );
    rejects(
        Rule::Kind,
        "does not refine",
        "(null t1) -> (ref t2) { reg r1 ref t2 r1 = cast r0 ret [r1] }",
    );
    accepts("(any) -> (null t2) { reg r1 null t2 r1 = cast r0 ret [r1] }");
    accepts("(any) -> (ref t2) { reg r1 ref t2 r1 = cast r0 ret [r1] }");
    rejects(
        Rule::Kind,
        "never null",
        "() -> (ref t1) { reg r0 ref t1 r0 = null ret [r0] }",
    );
    rejects(
        Rule::Kind,
        "never null",
        "(ref t1) -> (ref t1) { br.null r0 @x @x: ret [r0] }",
    );
    rejects(
        Rule::Kind,
        "no reference",
        "(word) -> (word) { drop r0 ret [r0] }",
    );
}

#[test]
fn sorts_must_fit() {
    rejects(
        Rule::Sort,
        "c1 is no constant of t1",
        "() -> (ref t1) { reg r0 ref t1 r0 = str c1 ret [r0] }",
    );
    accepts("() -> (ref t8) { reg r0 ref t8 r0 = str c2 ret [r0] }");
    rejects(
        Rule::Sort,
        "c0 is no atom",
        "() -> (word) { reg r0 word r0 = atom c0 ret [r0] }",
    );
    rejects(
        Rule::Sort,
        "t7 is not a boxed type",
        "(word, ref t1) -> (ref t7) { reg r2 ref t7 r2 = new t7 0 [r0, r1] ret [r2] }",
    );
    accepts("(word, ref t1) -> (ref t7) { reg r2 ref t7 r2 = box t7 [r0, r1] ret [r2] }");
    rejects(
        Rule::Sort,
        "t4 has one slot",
        "(ref t4) -> (word) { reg r1 word [r1] = unbox r0 ret [r1] }",
    );
    rejects(
        Rule::Sort,
        "t5 has no tag 3",
        "() -> (ref t5) { reg r0 ref t5 r0 = new t5 3 [] ret [r0] }",
    );
    accepts("() -> (ref t5) { reg r0 ref t5 r0 = new t5 2 [] ret [r0] }");
    rejects(
        Rule::Sort,
        "t5 has 3 variants",
        "(borrow ref t5) -> (word) { switch.tag r0 [@x, @x, @x, @x] @x @x: jump @x }",
    );
    rejects(
        Rule::Sort,
        "needed is a list",
        "(ref t1) -> (word) { reg r1 word r1 = list.len r0 drop r0 ret [r1] }",
    );
    rejects(
        Rule::Sort,
        "neither map nor set",
        "() -> (ref t1) { reg r0 ref t1 r0 = map.new t1 ret [r0] }",
    );
    accepts("() -> (ref t9) { reg r0 ref t9 r0 = map.new t9 ret [r0] }");
    rejects(
        Rule::Sort,
        "needed is a map",
        "(ref t9, ref t1, word) -> (ref t9) { r0 = map.put r0 r1 r2 ret [r0] }",
    );
    rejects(
        Rule::Sort,
        "without slots",
        "(ref t5) -> (word) { reg r1 token 0 br.tag.not r0 2 @x r1 = drop.reuse r0 drop r1 crash message c0 @x: crash message c0 }",
    );
}

#[test]
fn bytes_and_fields_must_fit() {
    accepts("(borrow ref t8) -> (word) { reg r1 word r1 = bytes.get u64le@8 r0 ret [r1] }");
    accepts("(borrow ref t8) -> (float) { reg r1 float r1 = bytes.get u64be@0 r0 ret [r1] }");
    rejects(
        Rule::Kind,
        "r1 is float",
        "(borrow ref t8) -> (float) { reg r1 float r1 = bytes.get u32be@0 r0 ret [r1] }",
    );
    rejects(
        Rule::Sort,
        "needed are Bytes",
        "(borrow ref t1) -> (word) { reg r1 word r1 = bytes.get u8be@0 r0 ret [r1] }",
    );
    for field in ["u0be@0", "u65be@0", "u12le@0"] {
        rejects(
            Rule::Operands,
            "no field that can be read",
            &format!(
                "(borrow ref t8) -> (word) {{ reg r1 word r1 = bytes.get {field} r0 ret [r1] }}"
            ),
        );
    }
    accepts("(ref t8, word) -> (ref t8) { r0 = bytes.put u4be@4 r0 r1 ret [r0] }");
    rejects(
        Rule::Operands,
        "begins behind the last byte",
        "(ref t8, word) -> (ref t8) { r0 = bytes.put u4be@8 r0 r1 ret [r0] }",
    );
    accepts("() -> (ref t8) { reg r0 ref t8 r0 = bytes.new t8 4 ret [r0] }");
    rejects(
        Rule::Sort,
        "t1 is no Bytes",
        "() -> (ref t1) { reg r0 ref t1 r0 = bytes.new t1 4 ret [r0] }",
    );
    for room in ["-1", "99999999"] {
        rejects(
            Rule::Operands,
            "no room to begin with",
            &format!("() -> (ref t8) {{ reg r0 ref t8 r0 = bytes.new t8 {room} ret [r0] }}"),
        );
    }
    accepts("(ref t8, borrow ref t1) -> (ref t8) { r0 = concat r0 r1 ret [r0] }");
    rejects(
        Rule::Kind,
        "r1 is ref t8, but r0 is ref t1",
        "(ref t1, borrow ref t8) -> (ref t1) { r0 = concat r0 r1 ret [r0] }",
    );
}

#[test]
fn jumps_stay_inside() {
    rejects(
        Rule::Target,
        "@9 is outside",
        "(word) -> (word) { br.if r0 @9 ret [r0] }",
    );
    rejects(
        Rule::Target,
        "past the end",
        "(word) -> (word) { r0 = int 1 }",
    );
    rejects(Rule::Target, "no code", "(word) -> (word) { }");
    accepts("(word) -> (word) { @loop: jump @loop }");
    // Code that no path reaches is not walked, but its operands are checked.
    accepts("(word) -> (word) { ret [r0] jump @0 }");
    rejects(
        Rule::Kind,
        "needed is word",
        "(float) -> (float) { ret [r0] br.if r0 @0 ret [r0] }",
    );
}

#[test]
fn operand_lists_have_their_lengths() {
    rejects(
        Rule::Operands,
        "2 registers are given, 1 are needed",
        "(word) -> (word) { ret [r0, r0] }",
    );
    rejects(
        Rule::Operands,
        "3 are needed",
        "(word) -> (ref t5) { reg r1 ref t5 r1 = new t5 1 [r0] ret [r1] }",
    );
    rejects(
        Rule::Operands,
        "written twice",
        "(ref t4) -> (word) { reg r1 ref t1 reg r2 word [r1, r1, _, r2] = unpack r0 drop r1 ret [r2] }",
    );
    rejects(
        Rule::Operands,
        "updated twice",
        "(ref t4, ref t1, ref t1) -> (ref t4) { r0 = update r0 [1: r1, 1: r2] ret [r0] }",
    );
    accepts("(ref t4) -> (word) { reg r1 word [_, _, _, r1] = unpack r0 ret [r1] }");
}

#[test]
fn signatures_are_sound() {
    rejects(Rule::Signature, "0 results", "() -> () { ret [] }");
    rejects(
        Rule::Signature,
        "borrowed, but no reference",
        "(borrow word) -> (word) { ret [r0] }",
    );
    rejects(Rule::Signature, "token", "(token 3) -> (word) { jump @0 }");
    rejects(
        Rule::Unknown,
        "t99 does not exist",
        "(ref t99) -> (word) { jump @0 }",
    );
    rejects(
        Rule::Unknown,
        "t0 has no cells",
        "(ref t0) -> (word) { jump @0 }",
    );
    rejects(
        Rule::Signature,
        "do not follow",
        "closure t6 [] (ref t6) -> (word) { jump @0 }",
    );
    rejects(
        Rule::Signature,
        "no function type",
        "closure t1 [] (ref t6) -> (word) { jump @0 }",
    );
}

#[test]
fn tables_are_sound() {
    let good = assemble(&module("() -> (word) { jump @0 }")).unwrap();
    let broken = |change: fn(&mut crate::module::Module)| {
        let mut module = good.clone();
        change(&mut module);
        let error = verify(&module).unwrap_err();
        (error.rule, error.place)
    };
    let function = |name: &str| Place::Function(name.into());
    assert_eq!(
        broken(|m| m.entry = FuncId(1)),
        (Rule::Export, Place::Module)
    );
    assert_eq!(
        broken(|m| m.entry = FuncId(77)),
        (Rule::Unknown, Place::Module)
    );
    assert_eq!(
        broken(|m| m.types.types.truncate(3)),
        (Rule::Unknown, function("closure"))
    );
    assert_eq!(broken(|m| m.types.types.truncate(1)).0, Rule::Unknown);
    assert_eq!(
        broken(|m| m.types.types[2] = crate::types::Type::List(TypeId(500))),
        (Rule::Layout, Place::Module)
    );
    assert_eq!(
        broken(|m| m.exports = vec![
            Export {
                name: "x".into(),
                kind: ExportKind::Private,
                code: None
            };
            2
        ]),
        (Rule::Export, Place::Module)
    );
    let with_code = |change: fn(&mut ExportedCode)| {
        let mut module = good.clone();
        let mut code = ExportedCode {
            func: module.entry,
            params: Vec::new(),
            ret: TypeId(0),
            mailbox: None,
        };
        change(&mut code);
        module.exports.push(Export {
            name: "x".into(),
            kind: ExportKind::Actor,
            code: Some(code),
        });
        verify(&module).map(|_| ()).map_err(|error| error.rule)
    };
    assert_eq!(with_code(|_| {}), Ok(()));
    assert_eq!(with_code(|code| code.func = FuncId(77)), Err(Rule::Unknown));
    assert_eq!(with_code(|code| code.ret = TypeId(500)), Err(Rule::Unknown));
    assert_eq!(
        with_code(|code| code.mailbox = Some(TypeId(500))),
        Err(Rule::Unknown)
    );
    assert_eq!(
        with_code(|code| code.params.push(TypeId(0))),
        Err(Rule::Export)
    );
    assert_eq!(
        broken(|m| m.natives[0].type_args.push(TypeId(500))),
        (Rule::Unknown, Place::Module)
    );
    assert_eq!(
        broken(|m| m.funcs[1].regs.truncate(1)).0,
        Rule::Unknown,
        "r1 is not there"
    );
}

#[test]
fn line_tables_ascend() {
    let lines = "() -> (word) { .line 0 1 1 jump @0 }";
    accepts(lines);
    let mut module = assemble(&module(lines)).unwrap();
    let place = module.funcs[0].lines[0].1;
    module.funcs[0].lines.push((0, place));
    assert_eq!(verify(&module).unwrap_err().rule, Rule::Lines);
    module.funcs[0].lines[1].0 = 1;
    assert_eq!(verify(&module).unwrap_err().rule, Rule::Lines);
    module.funcs[0].lines.pop();
    module.funcs[0].lines[0].1.file = 1;
    assert_eq!(verify(&module).unwrap_err().rule, Rule::Unknown);
}

#[test]
fn inlined_calls_are_in_earlier_ones() {
    let with = |entries: &str, within: u32| {
        format!("() -> (word) {{ {entries} .line 0 1 1 in {within} jump @0 }}")
    };
    let two = r#"inlined "A.f" from 0 3 1 inlined "A.g" from 0 2 1 in 1"#;
    accepts(&with(two, 2));
    accepts(&with(r#"inlined "A.f""#, 1));
    for wrong in [
        with(two, 3),
        with(r#"inlined "A.f" from 0 3 1 in 1"#, 1),
        with(r#"inlined "A.f" from 1 3 1"#, 1),
    ] {
        let module = assemble(&module(&wrong)).unwrap();
        assert_eq!(verify(&module).unwrap_err().rule, Rule::Unknown, "{wrong}");
    }
}

/// Whatever instruction it is, ids outside of the tables are found before anything is looked up with them.
#[test]
fn every_instruction_with_unknown_ids_is_rejected() {
    let good = assemble(&module("(word) -> (word) { jump @0 }")).unwrap();
    for info in TABLE {
        let mut inst = Inst::blank(info.code).unwrap();
        let mut changed = false;
        inst.operands_mut(&mut |operand| {
            use crate::inst::OperandMut as M;
            changed |= match operand {
                M::Def(reg) | M::Use(reg) | M::Take(reg) => set(reg, Reg(9_999)),
                M::Defs(regs) | M::Uses(regs) | M::Takes(regs) | M::Args(regs) => {
                    set(regs, vec![Reg(9_999)])
                }
                M::Type(id) => set(id, TypeId(9_999)),
                M::Const(id) => set(id, ConstId(9_999)),
                M::Target(id) => set(id, Label(9_999)),
                _ => false,
            };
        });
        assert!(changed, "{}", info.mnemonic);
        let mut module = good.clone();
        module.funcs[0].code = vec![inst];
        let rule = verify(&module).unwrap_err().rule;
        assert!(
            matches!(rule, Rule::Unknown | Rule::Target),
            "{}: {rule:?}",
            info.mnemonic
        );
    }
}

fn set<T>(place: &mut T, value: T) -> bool {
    *place = value;
    true
}

/// Many registers live across many jumps: the bound on work ends it.
#[test]
fn hostile_code_does_not_take_long() {
    let regs = 20_000;
    let mut text = format!("(word) -> (word) {{ reg r1..r{regs} word\n");
    for block in 0..20_000 {
        text.push_str(&format!(
            "@l{block}: br.if r0 @l{}\n",
            (block * 7919) % 20_000
        ));
    }
    text.push_str("ret [r0] }");
    let module = assemble(&module(&text)).unwrap();
    let started = std::time::Instant::now();
    let verified = verify(&module);
    assert!(verified.is_ok() || verified.is_err_and(|error| error.rule == Rule::TooComplex));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
