//! Typed programs as text, for snapshots.

use std::fmt::Write;

use crate::typed::{
    Arm, Body, Clause, Expr, ExprKind, Func, Imp, InterpPart, ListItem, Mailboxes, Pat, PatKind,
    Program, Receive, Receives, Segment, SegmentForm, Stmt, Ty,
};
use crate::types::show::Shower;

/// Every function of the user's modules: signature, locals, clauses.
pub fn program(program: &Program) -> String {
    let mut out = String::new();
    for func in &program.funcs {
        let module = &program.modules[func.module.0 as usize];
        if module.std {
            continue;
        }
        let shower = Shower::new(program, func.module);
        let _ = writeln!(out, "{}", shower.signature(func));
        mailboxes(&shower, func, &mut out);
        if let Imp::Body(body) = &func.imp {
            Printer {
                program,
                func,
                body,
                shower,
            }
            .body(&mut out);
        }
    }
    out
}

/// What is received, where a signature says something about that.
fn mailboxes(shower: &Shower<'_>, func: &Func, out: &mut String) {
    if func.mailboxes == Mailboxes::default() {
        return;
    }
    let names: Vec<&str> = func.type_params.iter().map(|p| p.name.as_str()).collect();
    let part = |part: &Receives| match part {
        Receives::Nothing => "-".to_owned(),
        Receives::Shared(number) => format!("#{number}"),
        Receives::Messages(ty) => shower.closed(ty, &names),
        Receives::Free => "free".to_owned(),
    };
    let parts: Vec<String> = func.mailboxes.parts(func.params.len()).map(part).collect();
    let _ = writeln!(out, "  receives {}", parts.join(", "));
}

struct Printer<'p> {
    program: &'p Program,
    func: &'p Func,
    body: &'p Body,
    shower: Shower<'p>,
}

impl Printer<'_> {
    fn body(&self, out: &mut String) {
        for local in &self.body.locals {
            let _ = writeln!(out, "  {} :: {}", local.name, self.ty(&local.ty));
        }
        for clause in &self.body.clauses {
            let _ = writeln!(out, "  {}", self.clause(clause));
        }
    }

    fn ty(&self, ty: &Ty) -> String {
        let names: Vec<&str> = self
            .func
            .type_params
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        self.shower.closed(ty, &names)
    }

    fn types(&self, types: &[Ty]) -> String {
        match types {
            [] => String::new(),
            _ => {
                let texts: Vec<String> = types.iter().map(|ty| self.ty(ty)).collect();
                format!("<{}>", texts.join(", "))
            }
        }
    }

    fn clause(&self, clause: &Clause) -> String {
        let params: Vec<String> = clause.params.iter().map(|pat| self.pat(pat)).collect();
        let guard = match &clause.guard {
            Some(guard) => format!(" when {}", self.expr(guard)),
            None => String::new(),
        };
        format!(
            "({}){guard} -> {}",
            params.join(", "),
            self.expr(&clause.body)
        )
    }

    fn list(&self, exprs: &[Expr]) -> String {
        let texts: Vec<String> = exprs.iter().map(|expr| self.expr(expr)).collect();
        texts.join(", ")
    }

    fn local(&self, id: crate::typed::LocalId) -> &str {
        &self.body.locals[id.0 as usize].name
    }

    fn func_name(&self, id: crate::typed::FuncId) -> String {
        let func = &self.program.funcs[id.0 as usize];
        format!(
            "{}.{}",
            self.program.modules[func.module.0 as usize].name, func.name
        )
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Unit => "()".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Str(text) => format!("{text:?}"),
            ExprKind::Atom(name) => format!(":{name}"),
            ExprKind::Bytes(bytes) => format!("{bytes:?}"),
            ExprKind::Segments(segments) => {
                self.segments(segments, |printer, value| printer.expr(value))
            }
            ExprKind::Local(id, types) => format!("{}{}", self.local(*id), self.types(types)),
            ExprKind::Func(id, types) => format!("{}{}", self.func_name(*id), self.types(types)),
            ExprKind::Call(id, types, args) => {
                format!(
                    "{}{}({})",
                    self.func_name(*id),
                    self.types(types),
                    self.list(args)
                )
            }
            ExprKind::CallValue(callee, args) => {
                format!("{}.({})", self.expr(callee), self.list(args))
            }
            ExprKind::Lambda(clauses) => {
                let texts: Vec<String> = clauses.iter().map(|clause| self.clause(clause)).collect();
                format!("fn {} end", texts.join(" | "))
            }
            ExprKind::Construct { variant, fields } => {
                format!("{}#{variant}({})", self.ty(&expr.ty), self.list(fields))
            }
            ExprKind::Tuple(items) => format!("({})", self.list(items)),
            ExprKind::List(items) => {
                let texts: Vec<String> = items
                    .iter()
                    .map(|item| match item {
                        ListItem::One(expr) => self.expr(expr),
                        ListItem::Splice(expr) => format!("...{}", self.expr(expr)),
                    })
                    .collect();
                format!("[{}]", texts.join(", "))
            }
            ExprKind::Map(pairs) => {
                let texts: Vec<String> = pairs
                    .iter()
                    .map(|(k, v)| format!("{} => {}", self.expr(k), self.expr(v)))
                    .collect();
                format!("%{{{}}}", texts.join(", "))
            }
            ExprKind::Field(base, index) => format!("{}.{index}", self.expr(base)),
            ExprKind::Update(base, fields) => {
                let texts: Vec<String> = fields
                    .iter()
                    .map(|(index, value)| format!("{index}: {}", self.expr(value)))
                    .collect();
                format!("%{{{} | {}}}", self.expr(base), texts.join(", "))
            }
            ExprKind::Index(base, index) => format!("{}[{}]", self.expr(base), self.expr(index)),
            ExprKind::Arith(op, a, b) => self.two(&format!("{op:?}"), a, b),
            ExprKind::Compare(op, a, b) => self.two(&format!("{op:?}"), a, b),
            ExprKind::And(a, b) => self.two("and", a, b),
            ExprKind::Or(a, b) => self.two("or", a, b),
            ExprKind::Range(a, b, inclusive) => {
                self.two(if *inclusive { "..=" } else { ".." }, a, b)
            }
            ExprKind::Concat(a, b) => self.two("<>", a, b),
            ExprKind::Append(a, b) => self.two("++", a, b),
            ExprKind::Cons(a, b) => self.two("::", a, b),
            ExprKind::Neg(a) => format!("neg {}", self.expr(a)),
            ExprKind::Not(a) => format!("not {}", self.expr(a)),
            ExprKind::Interp(parts) => {
                let texts: Vec<String> = parts
                    .iter()
                    .map(|part| match part {
                        InterpPart::Text(text) => format!("{text:?}"),
                        InterpPart::Value(expr) => self.expr(expr),
                    })
                    .collect();
                format!("interp({})", texts.join(", "))
            }
            ExprKind::Inspect(a) => format!("inspect({})", self.expr(a)),
            ExprKind::Block(stmts, value) => {
                let mut texts: Vec<String> = stmts.iter().map(|stmt| self.stmt(stmt)).collect();
                texts.push(self.expr(value));
                format!("{{ {} }}", texts.join("; "))
            }
            ExprKind::If(a, b, c) => {
                format!(
                    "if {} then {} else {}",
                    self.expr(a),
                    self.expr(b),
                    self.expr(c)
                )
            }
            ExprKind::Case(on, arms) => {
                format!("case {} of {} end", self.expr(on), self.arms(arms.iter()))
            }
            ExprKind::Cond(arms) => {
                let texts: Vec<String> = arms
                    .iter()
                    .map(|(cond, body)| format!("{} -> {}", self.expr(cond), self.expr(body)))
                    .collect();
                format!("cond {} end", texts.join("; "))
            }
            ExprKind::While(id, cond, body) => {
                format!(
                    "while@{} {} do {} end",
                    id.0,
                    self.expr(cond),
                    self.expr(body)
                )
            }
            ExprKind::For(parts) => {
                let generators: Vec<String> = parts
                    .generators
                    .iter()
                    .map(|(pat, of)| format!("{} in {}", self.pat(pat), self.expr(of)))
                    .collect();
                let guard = match &parts.guard {
                    Some(guard) => format!(" when {}", self.expr(guard)),
                    None => String::new(),
                };
                let word = if parts.collects { "for" } else { "each" };
                let body = self.expr(&parts.body);
                format!(
                    "{word}@{} {}{guard} do {body} end",
                    parts.id.0,
                    generators.join(", ")
                )
            }
            ExprKind::Return(a) => format!("return {}", self.expr(a)),
            ExprKind::Break(id) => format!("break@{}", id.0),
            ExprKind::Continue(id) => format!("continue@{}", id.0),
            ExprKind::Try(a) => format!("{}?", self.expr(a)),
            ExprKind::Receive(receive) => self.receive(receive),
            ExprKind::Assert(a, text) => format!("assert({}, {text:?})", self.expr(a)),
            ExprKind::Panic(a) => format!("panic({})", self.expr(a)),
        }
    }

    fn two(&self, op: &str, a: &Expr, b: &Expr) -> String {
        format!("({} {op} {})", self.expr(a), self.expr(b))
    }

    fn stmt(&self, stmt: &Stmt) -> String {
        match stmt {
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::Let {
                pat,
                value,
                otherwise,
            } => {
                let otherwise = match otherwise {
                    Some(otherwise) => format!(" else {}", self.expr(otherwise)),
                    None => String::new(),
                };
                format!("let {} = {}{otherwise}", self.pat(pat), self.expr(value))
            }
            Stmt::LetPoly {
                local,
                params,
                value,
            } => {
                let params: Vec<Ty> = params.iter().map(|&number| Ty::Param(number)).collect();
                format!(
                    "let {}{} = {}",
                    self.local(*local),
                    self.types(&params),
                    self.expr(value)
                )
            }
        }
    }

    fn segments<T>(&self, segments: &[Segment<T>], show: impl Fn(&Self, &T) -> String) -> String {
        let form = |form: &SegmentForm| match form {
            SegmentForm::Int(field) | SegmentForm::Float(field) => {
                let kind = if let SegmentForm::Int(_) = form {
                    "int"
                } else {
                    "float"
                };
                let sign = if field.signed { " signed" } else { "" };
                let order = if field.little { " little" } else { "" };
                format!("{kind}{}{sign}{order}", field.bits)
            }
            SegmentForm::Scalar => "code point".into(),
            SegmentForm::Text => "text".into(),
            SegmentForm::Bytes(None) => "bytes".into(),
            SegmentForm::Bytes(Some(size)) => format!("bytes({})", self.expr(size)),
        };
        let texts: Vec<String> = segments
            .iter()
            .map(|segment| format!("{}: {}", show(self, &segment.value), form(&segment.form)))
            .collect();
        format!("<<{}>>", texts.join(", "))
    }

    fn pats(&self, pats: &[Pat]) -> String {
        let texts: Vec<String> = pats.iter().map(|pat| self.pat(pat)).collect();
        texts.join(", ")
    }

    fn arms<'a>(&self, arms: impl Iterator<Item = &'a Arm>) -> String {
        let texts: Vec<String> = arms
            .map(|arm| {
                let guard = match &arm.guard {
                    Some(guard) => format!(" when {}", self.expr(guard)),
                    None => String::new(),
                };
                format!("{}{guard} -> {}", self.pat(&arm.pat), self.expr(&arm.body))
            })
            .collect();
        texts.join("; ")
    }

    fn receive(&self, receive: &Receive) -> String {
        let after = match &receive.after {
            Some((limit, body)) => format!(" after {} -> {}", self.expr(limit), self.expr(body)),
            None => String::new(),
        };
        format!(
            "receive<{}> {}{after} end",
            self.ty(&receive.message),
            self.arms(receive.arms())
        )
    }

    fn pat(&self, pat: &Pat) -> String {
        match &pat.kind {
            PatKind::Wildcard => "_".to_owned(),
            PatKind::Bind(id) => self.local(*id).to_owned(),
            PatKind::As(inner, id) => format!("{} as {}", self.pat(inner), self.local(*id)),
            PatKind::Unit => "()".to_owned(),
            PatKind::Bool(value) => value.to_string(),
            PatKind::Int(value) => value.to_string(),
            PatKind::Float(value) => format!("{value:?}"),
            PatKind::Str(text) => format!("{text:?}"),
            PatKind::Atom(name) => format!(":{name}"),
            PatKind::Range(a, b, inclusive) => {
                format!("{a}{}{b}", if *inclusive { "..=" } else { ".." })
            }
            PatKind::Tuple(parts) => format!("({})", self.pats(parts)),
            PatKind::Construct { variant, fields } => {
                format!("{}#{variant}({})", self.ty(&pat.ty), self.pats(fields))
            }
            PatKind::List(parts, rest) => match rest {
                Some(rest) => format!("[{}, ...{}]", self.pats(parts), self.pat(rest)),
                None => format!("[{}]", self.pats(parts)),
            },
            PatKind::Or(parts) => {
                let texts: Vec<String> = parts.iter().map(|part| self.pat(part)).collect();
                format!("({})", texts.join(" | "))
            }
            PatKind::Prefix(prefix, rest) => format!("{prefix:?} <> {}", self.pat(rest)),
            PatKind::Segments(segments) => self.segments(segments, |printer, pat| printer.pat(pat)),
            PatKind::Map(pairs) => {
                let texts: Vec<String> = pairs
                    .iter()
                    .map(|(k, p)| format!("{} => {}", self.expr(k), self.pat(p)))
                    .collect();
                format!("%{{{}}}", texts.join(", "))
            }
        }
    }
}
