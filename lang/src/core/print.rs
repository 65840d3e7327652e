//! Core as text, for tests and for reading what the compiler does.

use std::fmt::Write;

use snow_bytecode::inst::{Cond, FloatOp, IntOp};
use snow_bytecode::types::{Type, TypeId, TypeTable};

use super::ir::{Block, End, Func, FuncId, FuncKind, Join, Op, Program, Stmt, Var};
use crate::stack::with_stack;

/// All functions of a program.
pub fn program(program: &Program) -> String {
    let mut text = String::new();
    for id in 0..program.funcs.len() {
        if id > 0 {
            text.push('\n');
        }
        text.push_str(&func(program, FuncId(id as u32)));
    }
    text
}

/// One function.
pub fn func(program: &Program, id: FuncId) -> String {
    let func = &program.funcs[id.0 as usize];
    let mut printer = Printer {
        program,
        func,
        text: String::new(),
        indent: 1,
    };
    let params = printer.typed_vars(&func.params);
    let ret = type_name(&program.types, func.ret);
    let captures = match &func.kind {
        FuncKind::Direct => String::new(),
        FuncKind::Closure { captures, .. } => {
            format!(" captures({})", printer.typed_vars(captures))
        }
    };
    let _ = writeln!(
        printer.text,
        "fn #{} {}({params}){captures} -> {ret}",
        id.0, func.name
    );
    printer.block(&func.body);
    printer.text
}

/// A type as in the source.
pub fn type_name(types: &TypeTable, id: TypeId) -> String {
    let list = |ids: &[TypeId]| {
        let names = ids.iter().map(|id| with_stack(|| type_name(types, *id)));
        names.collect::<Vec<_>>().join(", ")
    };
    match types.get(id) {
        Type::Int => "Int".into(),
        Type::Float => "Float".into(),
        Type::Bool => "Bool".into(),
        Type::Unit => "()".into(),
        Type::String => "String".into(),
        Type::Bytes => "Bytes".into(),
        Type::Atom => "Atom".into(),
        Type::Range => "Range".into(),
        Type::List(item) => format!("List<{}>", list(&[*item])),
        Type::Map(key, value) => format!("Map<{}>", list(&[*key, *value])),
        Type::Set(item) => format!("Set<{}>", list(&[*item])),
        Type::Pid(message) => format!("Pid<{}>", list(&[*message])),
        Type::Ref => "Ref".into(),
        Type::Fun { params, ret } => format!("Fun({}) -> {}", list(params), list(&[*ret])),
        Type::Tuple(items) => format!("({})", list(items)),
        Type::Struct { name, args, .. } | Type::Sum { name, args, .. } if args.is_empty() => {
            name.clone()
        }
        Type::Struct { name, args, .. } | Type::Sum { name, args, .. } => {
            format!("{name}<{}>", list(args))
        }
    }
}

struct Printer<'p> {
    program: &'p Program,
    func: &'p Func,
    text: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:1$}{text}", "", self.indent * 2);
    }

    fn nested(&mut self, block: &Block) {
        self.indent += 1;
        with_stack(|| self.block(block));
        self.indent -= 1;
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { var, op, .. } => {
                    let line = format!("{} = {}", self.var(*var), self.op(*var, op));
                    self.line(&line);
                }
                Stmt::Join(join) => self.join(join),
            }
        }
        self.end(&block.end);
    }

    fn join(&mut self, join: &Join) {
        let word = if join.looping { "loop" } else { "join" };
        let line = format!("{word} j{}({}):", join.id.0, self.typed_vars(&join.params));
        self.line(&line);
        self.nested(&join.body);
    }

    fn end(&mut self, end: &End) {
        match end {
            End::Return(var) => self.line(&format!("return {}", self.var(*var))),
            End::Jump(join, args) => self.line(&format!("jump j{}({})", join.0, self.vars(args))),
            End::If(cond, then, otherwise) => {
                self.line(&format!("if {}:", self.var(*cond)));
                self.nested(then);
                self.line("else:");
                self.nested(otherwise);
            }
            End::Switch { on, arms, default } => {
                self.line(&format!("switch {}:", self.var(*on)));
                for (tag, block) in arms {
                    let name = self.variant(self.func.vars[on.0 as usize].ty, *tag);
                    self.line(&format!("{name} ->"));
                    self.nested(block);
                }
                if let Some(block) = default {
                    self.line("else ->");
                    self.nested(block);
                }
            }
            End::SwitchInt { on, arms, default } => {
                self.line(&format!("switch {}:", self.var(*on)));
                for (value, block) in arms {
                    self.line(&format!("{value} ->"));
                    self.nested(block);
                }
                self.line("else ->");
                self.nested(default);
            }
            End::Crash { text, .. } => self.line(&format!("crash {text:?}")),
            End::Panic { text, .. } => self.line(&format!("panic {}", self.var(*text))),
            End::Unreachable => self.line("unreachable"),
        }
    }

    fn var(&self, var: Var) -> String {
        match self.func.vars.get(var.0 as usize) {
            Some(info) if !info.name.is_empty() => format!("{}.{}", info.name, var.0),
            _ => format!("v{}", var.0),
        }
    }

    fn vars(&self, vars: &[Var]) -> String {
        let names = vars.iter().map(|var| self.var(*var));
        names.collect::<Vec<_>>().join(", ")
    }

    fn typed_vars(&self, vars: &[Var]) -> String {
        let names = vars.iter().map(|var| {
            let ty = self.func.vars[var.0 as usize].ty;
            format!(
                "{} :: {}",
                self.var(*var),
                type_name(&self.program.types, ty)
            )
        });
        names.collect::<Vec<_>>().join(", ")
    }

    fn variant(&self, ty: TypeId, tag: u8) -> String {
        match self.program.types.get(ty) {
            Type::Sum { variants, .. } => match variants.get(tag as usize) {
                Some(variant) => variant.name.clone(),
                None => format!("tag {tag}"),
            },
            other => match other {
                Type::Struct { name, .. } => name.clone(),
                _ => "tuple".into(),
            },
        }
    }

    fn call(&self, func: FuncId) -> String {
        match self.program.funcs.get(func.0 as usize) {
            Some(callee) => format!("{}#{}", callee.name, func.0),
            None => format!("#{}", func.0),
        }
    }

    fn op(&self, target: Var, op: &Op) -> String {
        let v = |var: &Var| self.var(*var);
        match op {
            Op::Unit => "()".into(),
            Op::Bool(value) => value.to_string(),
            Op::Int(value) => value.to_string(),
            Op::Float(value) => format!("{value:?}"),
            Op::Str(text) => format!("{text:?}"),
            Op::Bytes(bytes) => format!("bytes {bytes:?}"),
            Op::Atom(name) => format!(":{name}"),
            Op::Copy(a) => v(a),
            Op::IntBin(op, a, b) => format!("{} {} {}", v(a), int_sign(*op), v(b)),
            Op::IntNeg(a) => format!("-{}", v(a)),
            Op::IntCmp(cond, a, b) => format!("{} {} {}", v(a), cond_sign(*cond), v(b)),
            Op::FloatBin(op, a, b) => format!("{} {}. {}", v(a), float_sign(*op), v(b)),
            Op::FloatUn(op, a) => format!("{op:?} {}", v(a)).to_lowercase(),
            Op::FloatCmp(cond, a, b) => format!("{} {}. {}", v(a), cond_sign(*cond), v(b)),
            Op::Not(a) => format!("not {}", v(a)),
            Op::Call(func, args) => format!("call {}({})", self.call(*func), self.vars(args)),
            Op::CallClosure(callee, args) => format!("call {}({})", v(callee), self.vars(args)),
            Op::Native(native, args) => format!("native {}({})", native.symbol, self.vars(args)),
            Op::Closure(func, captures) => {
                format!("closure {}[{}]", self.call(*func), self.vars(captures))
            }
            Op::FuncValue(func) => format!("function {}", self.call(*func)),
            Op::Construct(tag, fields) => {
                let name = self.variant(self.func.vars[target.0 as usize].ty, *tag);
                format!("{name}({})", self.vars(fields))
            }
            Op::Project { value, tag, field } => {
                let name = self.variant(self.func.vars[value.0 as usize].ty, *tag);
                format!("{}.{name}.{field}", v(value))
            }
            Op::Update(base, fields) => {
                let fields = fields
                    .iter()
                    .map(|(field, value)| format!("{field}: {}", v(value)));
                format!(
                    "%{{{} | {}}}",
                    v(base),
                    fields.collect::<Vec<_>>().join(", ")
                )
            }
            Op::Range(a, b) => format!("{}..{}", v(a), v(b)),
            Op::List(items) => format!("[{}]", self.vars(items)),
            Op::Concat(a, b) => format!("{} <> {}", v(a), v(b)),
            Op::AppendText(form, text, value) => {
                format!(
                    "{} <> {}({})",
                    v(text),
                    format!("{form:?}").to_lowercase(),
                    v(value)
                )
            }
            Op::StrEq(a, text) => format!("{} == {text:?}", v(a)),
            Op::StrStartsWith(a, text) => format!("starts_with({}, {text:?})", v(a)),
            Op::StrDropBytes(a, bytes) => format!("drop_bytes({}, {bytes})", v(a)),
            Op::BytesNew(room) => format!("bytes_new({room})"),
            Op::BytesGet { bytes, at, field } => match at {
                Some(at) => format!("bytes_get({}, {field}, {})", v(bytes), v(at)),
                None => format!("bytes_get({}, {field})", v(bytes)),
            },
            Op::BytesPut(field, a, value) => {
                format!("bytes_put({}, {field}, {})", v(a), v(value))
            }
            Op::MapNew => "%{}".into(),
            other => {
                let (name, args) = plain(other);
                format!("{name}({})", self.vars(&args))
            }
        }
    }
}

/// Name and operands of operations that are shown as a call.
fn plain(op: &Op) -> (&'static str, Vec<Var>) {
    match *op {
        Op::Equal(a, b) => ("equal", vec![a, b]),
        Op::Compare(a, b) => ("compare", vec![a, b]),
        Op::Hash(a) => ("hash", vec![a]),
        Op::RangeStart(a) => ("range_start", vec![a]),
        Op::RangeEnd(a) => ("range_end", vec![a]),
        Op::ListLen(a) => ("list_len", vec![a]),
        Op::ListGet(a, b) => ("list_get", vec![a, b]),
        Op::ListAppend(a, b) => ("list_append", vec![a, b]),
        Op::ListPrepend(a, b) => ("list_prepend", vec![a, b]),
        Op::ListHead(a) => ("list_head", vec![a]),
        Op::ListDrop(a, b) => ("list_drop", vec![a, b]),
        Op::ListConcat(a, b) => ("list_concat", vec![a, b]),
        Op::ListSet(a, b, c) => ("list_set", vec![a, b, c]),
        Op::BytesLen(a) => ("bytes_len", vec![a]),
        Op::BytesScalar(a, b) => ("bytes_scalar", vec![a, b]),
        Op::BytesSlice(a, b, c) => ("bytes_slice", vec![a, b, c]),
        Op::BytesDrop(a, b) => ("bytes_drop", vec![a, b]),
        Op::BytesPutScalar(a, b) => ("bytes_put_scalar", vec![a, b]),
        Op::MapPut(a, b, c) => ("map_put", vec![a, b, c]),
        Op::MapHas(a, b) => ("map_has", vec![a, b]),
        Op::MapGet(a, b) => ("map_get", vec![a, b]),
        Op::MapNext(a, b) => ("map_next", vec![a, b]),
        Op::MapKeyAt(a, b) => ("map_key_at", vec![a, b]),
        Op::MapValueAt(a, b) => ("map_value_at", vec![a, b]),
        _ => ("?", Vec::new()),
    }
}

fn int_sign(op: IntOp) -> &'static str {
    match op {
        IntOp::Add => "+",
        IntOp::Sub => "-",
        IntOp::Mul => "*",
        IntOp::Div => "/",
        IntOp::Rem => "%",
        IntOp::WrappingAdd => "+%",
        IntOp::WrappingSub => "-%",
        IntOp::WrappingMul => "*%",
        IntOp::And => "&",
        IntOp::Or => "|",
        IntOp::Xor => "^",
        IntOp::Shl => "<<",
        IntOp::Shr => ">>",
    }
}

fn float_sign(op: FloatOp) -> &'static str {
    match op {
        FloatOp::Add => "+",
        FloatOp::Sub => "-",
        FloatOp::Mul => "*",
        FloatOp::Div => "/",
        FloatOp::Rem => "%",
    }
}

fn cond_sign(cond: Cond) -> &'static str {
    match cond {
        Cond::Eq => "==",
        Cond::Ne => "!=",
        Cond::Lt => "<",
        Cond::Le => "<=",
        Cond::Gt => ">",
        Cond::Ge => ">=",
    }
}
