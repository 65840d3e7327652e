//! Checks of Core after each pass, in tests and debug builds: scopes, single assignment, types of operands.

use snow_bytecode::types::{Type, TypeId};

use super::ir::{Block, End, Func, FuncId, FuncKind, Join, JoinId, Op, Program, Stmt, Var};
use super::print;
use crate::stack::with_stack;

/// What is wrong with a program, and in which function; empty when all is well.
pub fn program(program: &Program) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, func) in program.funcs.iter().enumerate() {
        let mut check = Check {
            program,
            func,
            assigned: vec![false; func.vars.len()],
            in_scope: vec![false; func.vars.len()],
            joins: vec![None; func.joins as usize],
            problems: Vec::new(),
        };
        check.func();
        let found = std::mem::take(&mut check.problems);
        problems.extend(
            found
                .into_iter()
                .map(|text| format!("{} (#{number}): {text}", func.name)),
        );
    }
    problems
}

/// Panics with the problems and the program when there are any. For debug builds and tests.
pub fn assert_valid(checked: &Program, after: &str) {
    let problems = program(checked);
    assert!(
        problems.is_empty(),
        "Core is broken after {after}:\n{}\n\n{}",
        problems.join("\n"),
        print::program(checked)
    );
}

struct Check<'p> {
    program: &'p Program,
    func: &'p Func,
    assigned: Vec<bool>,
    in_scope: Vec<bool>,
    /// Parameters of the joins in scope.
    joins: Vec<Option<&'p [Var]>>,
    problems: Vec<String>,
}

impl<'p> Check<'p> {
    fn func(&mut self) {
        let func = self.func;
        for param in &func.params {
            self.assign(*param);
        }
        if let FuncKind::Closure { captures, fun_type } = &func.kind {
            captures.iter().for_each(|capture| self.assign(*capture));
            self.closure_type(*fun_type);
        }
        self.block(&func.body);
    }

    fn closure_type(&mut self, fun_type: TypeId) {
        let own: Vec<TypeId> = self
            .func
            .params
            .iter()
            .map(|param| self.ty(*param))
            .collect();
        match self.program.types.get(fun_type) {
            Type::Fun { params, ret } if *params == own && *ret == self.func.ret => {}
            _ => self.problem("closure type and parameters differ".into()),
        }
    }

    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn assign(&mut self, var: Var) {
        let at = var.0 as usize;
        if at >= self.assigned.len() {
            return self.problem(format!("v{at} is not declared"));
        }
        if self.assigned[at] {
            self.problem(format!("v{at} is assigned twice"));
        }
        self.assigned[at] = true;
        self.in_scope[at] = true;
    }

    fn block(&mut self, block: &'p Block) {
        let mut vars = Vec::new();
        let mut joins = Vec::new();
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { var, op, .. } => {
                    op.operands(&mut |operand| self.used(operand));
                    self.op(*var, op);
                    self.assign(*var);
                    vars.push(*var);
                }
                Stmt::Join(join) => {
                    self.join(join);
                    joins.push(join.id);
                }
            }
        }
        self.end(&block.end);
        for var in vars {
            self.leave(var);
        }
        for join in joins {
            if let Some(slot) = self.joins.get_mut(join.0 as usize) {
                *slot = None;
            }
        }
    }

    fn leave(&mut self, var: Var) {
        if let Some(slot) = self.in_scope.get_mut(var.0 as usize) {
            *slot = false;
        }
    }

    fn join(&mut self, join: &'p Join) {
        let Some(slot) = self.joins.get_mut(join.id.0 as usize) else {
            return self.problem(format!("j{} is not declared", join.id.0));
        };
        if slot.is_some() {
            self.problem(format!("j{} is declared twice", join.id.0));
        }
        if join.looping {
            self.joins[join.id.0 as usize] = Some(&join.params);
        }
        for param in &join.params {
            self.assign(*param);
        }
        with_stack(|| self.block(&join.body));
        for param in &join.params {
            self.leave(*param);
        }
        self.joins[join.id.0 as usize] = Some(&join.params);
    }

    fn used(&mut self, var: Var) {
        if !self.in_scope.get(var.0 as usize).copied().unwrap_or(false) {
            self.problem(format!("v{} is used out of scope", var.0));
        }
    }

    fn end(&mut self, end: &'p End) {
        end.operands(&mut |operand| self.used(operand));
        match end {
            End::Return(var) => self.same(self.ty(*var), self.func.ret, "returned value"),
            End::Jump(join, args) => self.jump(*join, args),
            End::If(on, ..) => self.expect(*on, |ty| matches!(ty, Type::Bool), "condition"),
            End::Switch { on, arms, default } => self.switch(*on, arms, default.is_some()),
            End::SwitchInt { on, .. } => {
                self.expect(*on, |ty| matches!(ty, Type::Int), "switched integer")
            }
            End::Panic { text, .. } => {
                self.expect(*text, |ty| matches!(ty, Type::String), "panic text")
            }
            End::Crash { .. } | End::Unreachable => {}
        }
        for block in end.blocks() {
            with_stack(|| self.block(block));
        }
    }

    fn jump(&mut self, join: JoinId, args: &[Var]) {
        let Some(params) = self.joins.get(join.0 as usize).copied().flatten() else {
            return self.problem(format!("j{} is not in scope", join.0));
        };
        if params.len() != args.len() {
            return self.problem(format!(
                "j{} takes {} values, not {}",
                join.0,
                params.len(),
                args.len()
            ));
        }
        for (param, arg) in params.iter().zip(args) {
            self.same(self.ty(*arg), self.ty(*param), "value handed to a join");
        }
    }

    fn switch(&mut self, on: Var, arms: &[(u8, Block)], has_default: bool) {
        let Type::Sum { variants, .. } = self.program.types.get(self.ty(on)) else {
            return self.problem(format!("switch on v{}, which is no sum", on.0));
        };
        let mut tags: Vec<u8> = arms.iter().map(|(tag, _)| *tag).collect();
        tags.sort_unstable();
        tags.dedup();
        if tags.len() != arms.len() {
            self.problem("a switch has two arms for one variant".into());
        }
        if tags.len() < variants.len() && !has_default {
            self.problem("a switch misses variants".into());
        }
    }

    fn ty(&self, var: Var) -> TypeId {
        self.func
            .vars
            .get(var.0 as usize)
            .map_or(TypeId(0), |info| info.ty)
    }

    fn same(&mut self, found: TypeId, wanted: TypeId, what: &str) {
        if found != wanted {
            let types = &self.program.types;
            let (found, wanted) = (
                print::type_name(types, found),
                print::type_name(types, wanted),
            );
            self.problem(format!("{what}: {found} where {wanted} must be"));
        }
    }

    fn expect(&mut self, var: Var, fits: impl Fn(&Type) -> bool, what: &str) {
        let ty = self.ty(var);
        if !fits(self.program.types.get(ty)) {
            let found = print::type_name(&self.program.types, ty);
            self.problem(format!("{what} v{} is a {found}", var.0));
        }
    }

    fn all(&mut self, vars: &[Var], wanted: &[TypeId], what: &str) {
        if vars.len() != wanted.len() {
            return self.problem(format!(
                "{what}: {} values for {}",
                vars.len(),
                wanted.len()
            ));
        }
        for (var, wanted) in vars.iter().zip(wanted) {
            self.same(self.ty(*var), *wanted, what);
        }
    }

    /// Types of operands and result, as far as an operation fixes them.
    fn op(&mut self, var: Var, op: &'p Op) {
        let ty = self.ty(var);
        match op {
            Op::Copy(a) => self.same(self.ty(*a), ty, "copy"),
            Op::IntBin(_, a, b) | Op::IntCmp(_, a, b) => {
                self.expect(*a, is_word, "operand");
                self.expect(*b, is_word, "operand");
            }
            Op::IntNeg(a) => self.expect(*a, is_word, "operand"),
            Op::FloatBin(_, a, b) | Op::FloatCmp(_, a, b) => {
                self.expect(*a, is_float, "operand");
                self.expect(*b, is_float, "operand");
            }
            Op::FloatUn(_, a) => self.expect(*a, is_float, "operand"),
            Op::Not(a) => self.expect(*a, |ty| matches!(ty, Type::Bool), "operand"),
            Op::Equal(a, b) | Op::Compare(a, b) => {
                self.same(self.ty(*a), self.ty(*b), "compared values")
            }
            Op::Call(func, args) => self.call(*func, args, ty),
            Op::CallClosure(callee, args) => self.call_closure(*callee, args, ty),
            Op::Closure(func, captured) => self.closure(*func, captured, ty),
            Op::FuncValue(func) => self.func_value(*func, ty),
            Op::Construct(tag, fields) => self.construct(*tag, fields, ty),
            Op::Project { value, tag, field } => self.project(*value, *tag, *field, ty),
            Op::List(items) => {
                if let Type::List(item) = self.program.types.get(ty) {
                    items
                        .iter()
                        .for_each(|value| self.same(self.ty(*value), *item, "element"));
                } else {
                    self.problem("a list that is none".into());
                }
            }
            Op::ListAppend(list, value) | Op::ListPrepend(list, value) => {
                self.same(self.ty(*list), ty, "list");
                self.element(*list, self.ty(*value));
            }
            Op::ListGet(list, _) | Op::ListHead(list) => self.element(*list, ty),
            Op::ListDrop(a, _) => self.same(self.ty(*a), ty, "list"),
            Op::Concat(a, b) if self.is_bytes(*a) && !self.is_bytes(*b) => {
                self.same(self.ty(*a), ty, "left side");
                self.expect(*b, |ty| matches!(ty, Type::String), "right side");
            }
            Op::BytesLen(a) | Op::BytesGet { bytes: a, .. } | Op::BytesScalar(a, _) => {
                self.expect(*a, |ty| matches!(ty, Type::Bytes), "operand")
            }
            Op::BytesSlice(a, ..)
            | Op::BytesDrop(a, _)
            | Op::BytesPut(_, a, _)
            | Op::BytesPutScalar(a, _) => {
                self.expect(*a, |ty| matches!(ty, Type::Bytes), "operand");
                self.same(self.ty(*a), ty, "bytes");
            }
            Op::ListConcat(a, b) | Op::Concat(a, b) => {
                self.same(self.ty(*a), ty, "left side");
                self.same(self.ty(*b), ty, "right side");
            }
            Op::MapPut(map, key, value) => {
                self.same(self.ty(*map), ty, "map");
                if let Type::Map(k, v) = self.program.types.get(ty) {
                    self.all(&[*key, *value], &[*k, *v], "entry");
                }
            }
            _ => {}
        }
    }

    fn is_bytes(&self, var: Var) -> bool {
        matches!(self.program.types.get(self.ty(var)), Type::Bytes)
    }

    fn element(&mut self, list: Var, ty: TypeId) {
        match self.program.types.get(self.ty(list)) {
            Type::List(item) => self.same(ty, *item, "element"),
            _ => self.problem(format!("v{} is no list", list.0)),
        }
    }

    fn call(&mut self, func: FuncId, args: &[Var], ty: TypeId) {
        let Some(callee) = self.program.funcs.get(func.0 as usize) else {
            return self.problem(format!("function #{} does not exist", func.0));
        };
        let params: Vec<TypeId> = callee
            .params
            .iter()
            .map(|param| callee.vars[param.0 as usize].ty)
            .collect();
        self.all(args, &params, "argument");
        self.same(ty, callee.ret, "result of a call");
    }

    fn call_closure(&mut self, callee: Var, args: &[Var], ty: TypeId) {
        match self.program.types.get(self.ty(callee)) {
            Type::Fun { params, ret } => {
                self.all(args, params, "argument");
                self.same(ty, *ret, "result of a call");
            }
            _ => self.problem(format!("v{} is no function", callee.0)),
        }
    }

    fn closure(&mut self, func: FuncId, captured: &[Var], ty: TypeId) {
        let Some(Func {
            kind: FuncKind::Closure { fun_type, captures },
            vars,
            ..
        }) = self.program.funcs.get(func.0 as usize)
        else {
            return self.problem(format!("#{} is no closure", func.0));
        };
        self.same(ty, *fun_type, "closure");
        let types: Vec<TypeId> = captures
            .iter()
            .map(|capture| vars[capture.0 as usize].ty)
            .collect();
        self.all(captured, &types, "captured value");
    }

    fn func_value(&mut self, func: FuncId, ty: TypeId) {
        let Some(callee) = self.program.funcs.get(func.0 as usize) else {
            return self.problem(format!("function #{} does not exist", func.0));
        };
        let own: Vec<TypeId> = callee
            .params
            .iter()
            .map(|param| callee.vars[param.0 as usize].ty)
            .collect();
        match self.program.types.get(ty) {
            Type::Fun { params, ret } if *params == own && *ret == callee.ret => {}
            _ => self.problem(format!("function #{} has another type", func.0)),
        }
    }

    fn fields(&self, ty: TypeId, tag: u8) -> Option<Vec<TypeId>> {
        match self.program.types.get(ty) {
            Type::Tuple(items) => Some(items.clone()),
            Type::Struct { fields, .. } => Some(fields.iter().map(|field| field.ty).collect()),
            Type::Sum { variants, .. } => {
                let variant = variants.get(tag as usize)?;
                Some(variant.fields.iter().map(|field| field.ty).collect())
            }
            _ => None,
        }
    }

    fn construct(&mut self, tag: u8, values: &[Var], ty: TypeId) {
        match self.fields(ty, tag) {
            Some(fields) => self.all(values, &fields, "field"),
            None => self.problem("construction of something that has no fields".into()),
        }
    }

    fn project(&mut self, value: Var, tag: u8, field: u32, ty: TypeId) {
        let fields = self.fields(self.ty(value), tag);
        match fields
            .as_deref()
            .and_then(|fields| fields.get(field as usize))
        {
            Some(field) => self.same(ty, *field, "field"),
            None => self.problem(format!("v{} has no field {field}", value.0)),
        }
    }
}

/// Types whose values are one integer word.
fn is_word(ty: &Type) -> bool {
    match ty {
        Type::Int | Type::Bool | Type::Atom | Type::Pid(_) | Type::Ref => true,
        Type::Sum { variants, .. } => variants.iter().all(|variant| variant.fields.is_empty()),
        _ => false,
    }
}

fn is_float(ty: &Type) -> bool {
    matches!(ty, Type::Float)
}
