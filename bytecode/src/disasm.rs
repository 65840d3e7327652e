//! A readable listing of a module, which [`crate::asm`] reads back.
//!
//! An instruction is written `results = mnemonic operands`, operands in the order of the instruction table, lists in brackets. What follows
//! `#` is for the reader.

use crate::inst::{Inst, Operand};
use crate::layout::Slot;
use crate::module::{Const, Export, FuncKind, Function, Module, Native, ParamSlot, Place, Reg};
use crate::names::type_name;
use crate::types::{Field, Type, TypeId, Variant};
use std::fmt::{self, Display, Write};

/// The listing of a whole module. Works on any module, verified or not.
pub fn disassemble(module: &Module) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_module(&mut out, module);
    out
}

/// One instruction as in the listing, without comment.
pub fn inst_text(inst: &Inst) -> String {
    let (mut results, mut operands) = (Vec::new(), String::new());
    inst.operands(&mut |operand| match &operand {
        Operand::Def(_) | Operand::Defs(_) | Operand::OptDefs(_) => {
            results.push(operand.to_string())
        }
        _ => {
            let _ = write!(operands, " {operand}");
        }
    });
    let equals = if results.is_empty() { "" } else { " = " };
    format!(
        "{}{equals}{}{operands}",
        results.join(", "),
        inst.mnemonic()
    )
}

fn write_module(out: &mut String, module: &Module) -> fmt::Result {
    writeln!(out, "types")?;
    for (index, ty) in module.types.types.iter().enumerate() {
        let id = TypeId(index as u32);
        let name = Some(type_name(&module.types, id)).filter(|_| has_parts(ty));
        writeln!(out, "  {id} = {}{}", TypeText(ty), comment(name))?;
    }
    writeln!(out, "consts")?;
    for (index, value) in module.consts.iter().enumerate() {
        writeln!(out, "  c{index} = {}", ConstText(value))?;
    }
    writeln!(out, "files")?;
    for file in &module.files {
        writeln!(out, "  {}", quote(file))?;
    }
    writeln!(out, "natives")?;
    for (index, native) in module.natives.iter().enumerate() {
        write_native(out, index, native)?;
    }
    for (index, func) in module.funcs.iter().enumerate() {
        write_function(out, module, index, func)?;
    }
    for export in &module.exports {
        write_export(out, export)?;
    }
    writeln!(out, "entry {}", module.entry)
}

fn write_export(out: &mut String, export: &Export) -> fmt::Result {
    write!(out, "export {} ", quote(&export.name))?;
    if let Some(kind) = export.kind.keyword() {
        write!(out, "{kind} ")?;
    }
    match &export.code {
        None => writeln!(out, "generic"),
        Some(code) => {
            let params = list("(", &code.params, ")");
            write!(out, "{} {params} -> {}", code.func, code.ret)?;
            if let Some(mailbox) = code.mailbox {
                write!(out, " receives {mailbox}")?;
            }
            writeln!(out)
        }
    }
}

fn has_parts(ty: &Type) -> bool {
    let mut any = false;
    ty.for_each_type(&mut |_| any = true);
    any
}

fn write_native(out: &mut String, index: usize, native: &Native) -> fmt::Result {
    let (params, results) = (
        list("(", &native.params, ")"),
        list("(", &native.results, ")"),
    );
    let types = list("[", &native.type_args, "]");
    writeln!(
        out,
        "  n{index} = {} {types} {params} -> {results}",
        quote(&native.symbol)
    )
}

fn write_function(out: &mut String, module: &Module, index: usize, func: &Function) -> fmt::Result {
    write!(out, "fn f{index} {}", quote(&func.name))?;
    if let FuncKind::Closure { fun_type, captures } = &func.kind {
        write!(out, " closure {fun_type} {}", list("[", captures, "]"))?;
    }
    writeln!(
        out,
        " {} -> {} {{",
        list("(", &func.params, ")"),
        list("(", &func.results, ")")
    )?;
    write_registers(out, func)?;
    for entry in &func.inlined {
        write!(out, "  inlined {}", quote(&entry.function))?;
        match &entry.call {
            Some(place) => writeln!(
                out,
                " from {}{}",
                place_text(*place),
                file_remark(module, *place)
            )?,
            None => writeln!(out)?,
        }
    }
    let mut lines = func.lines.iter().peekable();
    for (index, inst) in func.code.iter().enumerate() {
        while let Some((_, place)) = lines.next_if(|(start, _)| *start as usize <= index) {
            writeln!(
                out,
                "  .line {}{}",
                place_text(*place),
                file_remark(module, *place)
            )?;
        }
        writeln!(
            out,
            "  @{index}: {}{}",
            inst_text(inst),
            comment(remark(module, inst))
        )?;
    }
    writeln!(out, "}}")
}

fn place_text(place: Place) -> String {
    let Place {
        file, line, column, ..
    } = place;
    match place.inlined {
        0 => format!("{file} {line} {column}"),
        entry => format!("{file} {line} {column} in {entry}"),
    }
}

fn file_remark(module: &Module, place: Place) -> String {
    let file = module.files.get(place.file as usize);
    comment(file.map(|file| format!("{file}:{}", place.line)))
}

/// Registers after the parameters, equal neighbours together.
fn write_registers(out: &mut String, func: &Function) -> fmt::Result {
    let mut first = func.params.len().min(func.regs.len());
    for group in func.regs[first..].chunk_by(|a, b| a == b) {
        writeln!(
            out,
            "  reg {}..{} {}",
            Reg(first as u32),
            Reg((first + group.len()) as u32),
            group[0]
        )?;
        first += group.len();
    }
    Ok(())
}

/// What the ids of an instruction stand for.
fn remark(module: &Module, inst: &Inst) -> Option<String> {
    let mut parts = Vec::new();
    inst.operands(&mut |operand| {
        parts.extend(match operand {
            Operand::Type(ty) => Some(type_name(&module.types, *ty)),
            Operand::Func(func) => module
                .funcs
                .get(func.0 as usize)
                .map(|func| func.name.clone()),
            Operand::NativeRef(native) => module
                .natives
                .get(native.0 as usize)
                .map(|native| native.symbol.clone()),
            Operand::Const(value) => module
                .consts
                .get(value.0 as usize)
                .map(|value| ConstText(value).to_string()),
            _ => None,
        });
    });
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn comment(text: Option<String>) -> String {
    text.map_or(String::new(), |text| {
        format!("  # {}", text.replace('\n', " "))
    })
}

fn list<T: Display>(open: &str, items: &[T], close: &str) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    format!("{open}{}{close}", items.join(", "))
}

fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl Display for ParamSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = if self.is_borrowed() { "borrow " } else { "" };
        write!(f, "{mode}{}", self.slot)
    }
}

struct ConstText<'a>(&'a Const);

impl Display for ConstText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Const::Str(text) => f.write_str(&quote(text)),
            Const::Atom(name) => write!(f, "atom {}", quote(name)),
            Const::Bytes(bytes) => write!(f, "bytes {}", list("[", bytes, "]")),
        }
    }
}

struct TypeText<'a>(&'a Type);

impl Display for TypeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.keyword())?;
        match self.0 {
            Type::List(item) | Type::Set(item) | Type::Pid(item) => write!(f, " {item}"),
            Type::Map(key, value) => write!(f, " {key} {value}"),
            Type::Fun { params, ret } => write!(f, " {} -> {ret}", list("(", params, ")")),
            Type::Tuple(items) => write!(f, " {}", list("(", items, ")")),
            Type::Struct {
                module,
                name,
                args,
                fields,
                shows,
            } => {
                named(f, module, name, args, shows.keyword())?;
                write!(f, " {}", FieldsText(fields))
            }
            Type::Sum {
                module,
                name,
                args,
                variants,
                shows,
            } => {
                named(f, module, name, args, shows.keyword())?;
                let variants: Vec<VariantText<'_>> = variants.iter().map(VariantText).collect();
                write!(f, " {}", list("[", &variants, "]"))
            }
            _ => Ok(()),
        }
    }
}

fn named(
    f: &mut fmt::Formatter<'_>,
    module: &str,
    name: &str,
    args: &[TypeId],
    shows: &str,
) -> fmt::Result {
    write!(
        f,
        " {} {} {} {shows}",
        quote(module),
        quote(name),
        list("[", args, "]")
    )
}

struct FieldsText<'a>(&'a [Field]);

impl Display for FieldsText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<String> = self
            .0
            .iter()
            .map(|field| format!("{} {}", quote(&field.name), field.ty))
            .collect();
        f.write_str(&list("(", &fields, ")"))
    }
}

struct VariantText<'a>(&'a Variant);

impl Display for VariantText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", quote(&self.0.name), FieldsText(&self.0.fields))
    }
}

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Def(reg) | Operand::Use(reg) | Operand::Take(reg) => write!(f, "{reg}"),
            Operand::Defs(regs)
            | Operand::Uses(regs)
            | Operand::Takes(regs)
            | Operand::Args(regs) => f.write_str(&list("[", regs, "]")),
            Operand::OptDefs(regs) => {
                let regs: Vec<String> = regs
                    .iter()
                    .map(|reg| reg.map_or("_".into(), |reg| reg.to_string()))
                    .collect();
                f.write_str(&list("[", &regs, "]"))
            }
            Operand::FieldTakes(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(slot, reg)| format!("{slot}: {reg}"))
                    .collect();
                f.write_str(&list("[", &fields, "]"))
            }
            Operand::Imm(value) => write!(f, "{value}"),
            Operand::FloatBits(bits) => write_float(f, **bits),
            Operand::Field(number) => write!(f, "{number}"),
            Operand::Tag(tag) => write!(f, "{tag}"),
            Operand::Type(id) => write!(f, "{id}"),
            Operand::Func(id) => write!(f, "{id}"),
            Operand::NativeRef(id) => write!(f, "{id}"),
            Operand::Const(id) => write!(f, "{id}"),
            Operand::Target(label) => write!(f, "{label}"),
            Operand::Targets(labels) => f.write_str(&list("[", labels, "]")),
            Operand::IntOp(op) => f.write_str(op.name()),
            Operand::FloatOp(op) => f.write_str(op.name()),
            Operand::FloatUnOp(op) => f.write_str(op.name()),
            Operand::Cond(cond) => f.write_str(cond.name()),
            Operand::CrashKind(kind) => f.write_str(kind.name()),
            Operand::TextForm(form) => f.write_str(form.name()),
            Operand::Bits(field) => write!(f, "{field}"),
        }
    }
}

/// A double so that its very bits can be read back.
fn write_float(f: &mut fmt::Formatter<'_>, bits: u64) -> fmt::Result {
    match f64::from_bits(bits) {
        value if value.is_finite() => write!(f, "{value:?}"),
        _ => write!(f, "{bits:#x}"),
    }
}

impl Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Word => f.write_str("word"),
            Slot::Float => f.write_str("float"),
            Slot::Ref(ty) => write!(f, "ref {ty}"),
            Slot::Null(ty) => write!(f, "null {ty}"),
            Slot::Any => f.write_str("any"),
            Slot::Token(words) => write!(f, "token {words}"),
        }
    }
}
