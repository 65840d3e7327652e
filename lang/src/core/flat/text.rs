//! Text form of flat functions, for snapshot tests and for finding mistakes.

use std::fmt::Write;

use snow_bytecode::inst::{Inst, Operand};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Mode;

use super::ir::{Block, End, Func, Stmt, Var};

/// The text of a function: variables as `%3`, borrowed parameters with `&`.
pub fn function(func: &Func) -> String {
    let mut out = String::new();
    let params: Vec<String> = func
        .params
        .iter()
        .map(|param| {
            let borrow = if param.mode == Mode::Borrow { "&" } else { "" };
            format!("{borrow}{}:{}", var(param.var), slot(func.slot(param.var)))
        })
        .collect();
    let results: Vec<String> = func.results.iter().copied().map(slot).collect();
    let _ = writeln!(
        out,
        "fn {}({}) -> {}",
        func.name,
        params.join(", "),
        results.join(" ")
    );
    block(&mut out, &func.body, 1);
    out
}

fn var(var: Var) -> String {
    format!("%{}", var.0)
}

fn vars(list: &[Var]) -> String {
    list.iter().copied().map(var).collect::<Vec<_>>().join(" ")
}

fn slot(slot: Slot) -> String {
    match slot {
        Slot::Word => "word".to_owned(),
        Slot::Float => "float".to_owned(),
        Slot::Ref(ty) => format!("t{}", ty.0),
        Slot::Null(ty) => format!("t{}?", ty.0),
        Slot::Any => "any".to_owned(),
        Slot::Token(words) => format!("token{words}"),
    }
}

fn block(out: &mut String, code: &Block, depth: usize) {
    let indent = "  ".repeat(depth);
    for stmt in &code.stmts {
        match stmt {
            Stmt::Inst(inst, _) => {
                let _ = writeln!(out, "{indent}{}", instruction(inst));
            }
            Stmt::Join(join) => {
                let kind = if join.looping { "loop" } else { "join" };
                let _ = writeln!(
                    out,
                    "{indent}{kind} j{}({}):",
                    join.id.0,
                    vars(&join.params)
                );
                block(out, &join.body, depth + 1);
            }
        }
    }
    let _ = match &code.end {
        End::Leave(inst, _) => writeln!(out, "{indent}{}", instruction(inst)),
        End::Jump(id, args) => writeln!(out, "{indent}jump j{} {}", id.0, vars(args)),
        End::Branch {
            inst, fall, target, ..
        } => {
            let _ = writeln!(out, "{indent}{} else:", instruction(inst));
            block(out, target, depth + 1);
            return block(out, fall, depth);
        }
        End::Switch {
            inst,
            arms,
            default,
            ..
        } => {
            let _ = writeln!(out, "{indent}{}", instruction(inst));
            for (index, arm) in arms {
                let _ = writeln!(out, "{indent}{index}:");
                block(out, arm, depth + 1);
            }
            let _ = writeln!(out, "{indent}_:");
            return block(out, default, depth + 1);
        }
    };
}

/// An instruction: what it writes, its mnemonic, its other operands.
fn instruction(inst: &Inst) -> String {
    let (mut defs, mut rest) = (Vec::new(), Vec::new());
    inst.operands(&mut |operand| match operand {
        Operand::Def(dst) => defs.push(var(*dst)),
        Operand::Defs(dsts) => defs.extend(dsts.iter().copied().map(var)),
        Operand::OptDefs(dsts) => defs.extend(
            dsts.iter()
                .map(|dst| dst.map_or_else(|| "_".to_owned(), var)),
        ),
        Operand::Use(reg) | Operand::Take(reg) => rest.push(var(*reg)),
        Operand::Uses(regs) | Operand::Takes(regs) | Operand::Args(regs) => {
            rest.push(format!("({})", vars(regs)));
        }
        Operand::FieldTakes(fields) => rest.extend(
            fields
                .iter()
                .map(|(field, reg)| format!("{field}: {}", var(*reg))),
        ),
        Operand::Imm(value) => rest.push(value.to_string()),
        Operand::FloatBits(bits) => rest.push(f64::from_bits(*bits).to_string()),
        Operand::Field(field) => rest.push(format!(".{field}")),
        Operand::Tag(tag) => rest.push(format!("#{tag}")),
        Operand::Type(ty) => rest.push(format!("t{}", ty.0)),
        Operand::Func(func) => rest.push(format!("f{}", func.0)),
        Operand::NativeRef(native) => rest.push(format!("n{}", native.0)),
        Operand::Const(constant) => rest.push(format!("c{}", constant.0)),
        Operand::IntOp(op) => rest.push(op.name().to_owned()),
        Operand::FloatOp(op) => rest.push(op.name().to_owned()),
        Operand::FloatUnOp(op) => rest.push(op.name().to_owned()),
        Operand::Cond(cond) => rest.push(cond.name().to_owned()),
        Operand::CrashKind(kind) => rest.push(kind.name().to_owned()),
        Operand::TextForm(form) => rest.push(form.name().to_owned()),
        Operand::Bits(field) => rest.push(field.to_string()),
        Operand::Target(_) | Operand::Targets(_) => {}
    });
    let mut text = defs.join(" ");
    if !defs.is_empty() {
        text.push_str(" = ");
    }
    text.push_str(inst.mnemonic());
    for part in rest {
        text.push(' ');
        text.push_str(&part);
    }
    text
}
