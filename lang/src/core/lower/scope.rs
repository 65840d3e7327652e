//! Locals: binding, looking up, captures of closures, and let-generalised locals.

use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;

use super::{Fault, Lower, Res, Stop};
use crate::core::ir::{Block, End, JoinId, Op, Stmt, Var};
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, LocalId, Ty};

/// A value that a closure takes from the code around it.
pub(super) struct Capture {
    local: LocalId,
    args: Vec<TypeId>,
    /// Variable of the frame around.
    pub(super) outer: Var,
    /// Variable of the closure's frame.
    pub(super) inner: Var,
}

/// A let-generalised local: its value is lowered once for each row of type arguments it is used at.
pub(super) struct PolyLocal<'a> {
    params: &'a [u32],
    value: &'a Expr,
    /// The statement before which the instances' code is placed.
    place: Var,
    instances: FxHashMap<Vec<TypeId>, Var>,
}

/// Where `break` and `continue` of a loop go.
#[derive(Clone)]
pub(super) struct LoopTarget {
    pub(super) exit: JoinId,
    pub(super) next: JoinId,
    /// The list collected so far, if the loop collects one.
    pub(super) collected: Vec<Var>,
}

impl<'a> Lower<'_, 'a> {
    /// Binds a local to a variable.
    pub(super) fn bind(&mut self, local: LocalId, var: Var) {
        let name = &self.locals[local.0 as usize].name;
        self.name_var(var, name);
        self.frame_mut().bound.insert(local, var);
    }

    /// Binds a local to a fresh variable of its type.
    pub(super) fn bind_fresh(&mut self, local: LocalId) -> Result<Var, Fault> {
        let info = &self.locals[local.0 as usize];
        let ty = self.ty(&info.ty, info.span)?;
        let var = self.var(ty, "");
        self.bind(local, var);
        Ok(var)
    }

    /// Introduces a let-generalised local.
    pub(super) fn bind_poly(
        &mut self,
        local: LocalId,
        params: &'a [u32],
        value: &'a Expr,
    ) -> Res<()> {
        let unit = self.con(Con::Unit)?;
        let place = self.emit(unit, Op::Unit, value.span);
        let poly = PolyLocal {
            params,
            value,
            place,
            instances: FxHashMap::default(),
        };
        self.frame_mut().poly.insert(local, poly);
        Ok(())
    }

    /// The variable of a local at type arguments (none but for let-generalised ones).
    pub(super) fn local(&mut self, local: LocalId, args: &[Ty], span: Span) -> Res<Var> {
        let args = self.type_args(args, span)?;
        self.find(self.depth() - 1, local, args, span)
    }

    /// Entries of type arguments.
    pub(super) fn type_args(&mut self, args: &[Ty], span: Span) -> Result<Vec<TypeId>, Fault> {
        args.iter().map(|arg| self.ty(arg, span)).collect()
    }

    fn find(&mut self, level: usize, local: LocalId, args: Vec<TypeId>, span: Span) -> Res<Var> {
        let frame = &self.frames[level];
        if let Some(&var) = frame.bound.get(&local) {
            return Ok(var);
        }
        if let Some(poly) = frame.poly.get(&local) {
            let known = poly.instances.get(&args).copied();
            return match known {
                Some(var) => Ok(var),
                None => self.instantiate(level, local, args, span),
            };
        }
        let captured = frame
            .captures
            .iter()
            .find(|c| c.local == local && c.args == args);
        if let Some(capture) = captured {
            return Ok(capture.inner);
        }
        if level == 0 {
            let name = &self.locals[local.0 as usize].name;
            return Err(Fault::internal(span, format!("local `{name}` is not bound")).into());
        }
        let outer = with_stack(|| self.find(level - 1, local, args.clone(), span))?;
        let info = self.frames[level - 1].vars[outer.0 as usize].clone();
        let frame = &mut self.frames[level];
        let inner = Var(frame.vars.len() as u32);
        frame.vars.push(info);
        frame.captures.push(Capture {
            local,
            args,
            outer,
            inner,
        });
        Ok(inner)
    }

    /// Lowers the value of a let-generalised local at type arguments, as code of the place where it is bound.
    fn instantiate(
        &mut self,
        level: usize,
        local: LocalId,
        args: Vec<TypeId>,
        span: Span,
    ) -> Res<Var> {
        let above = self.frames.split_off(level + 1);
        let open = std::mem::take(&mut self.frame_mut().open);
        let known = self.subst.inner.len();
        let poly = &self.frame().poly[&local];
        let (params, value, place) = (poly.params, poly.value, poly.place);
        self.subst
            .inner
            .extend(params.iter().copied().zip(args.iter().copied()));
        let var = self.value(value);
        self.subst.inner.truncate(known);
        let made = std::mem::replace(&mut self.frame_mut().open, open);
        let frame = self.frame_mut();
        frame
            .inserts
            .entry(place)
            .or_default()
            .extend(made.into_straight_line(span)?);
        let var = var.map_err(|stop| match stop {
            Stop::Diverged => Stop::from(Fault::internal(
                span,
                "a generalised value that does not end",
            )),
            fault => fault,
        })?;
        if let Some(poly) = frame.poly.get_mut(&local) {
            poly.instances.insert(args, var);
        }
        self.frames.extend(above);
        Ok(var)
    }
}

/// Puts collected statements before the `Let` of the variable that they belong to.
pub(super) fn place_inserts(body: &mut Block, mut inserts: FxHashMap<Var, Vec<Stmt>>) {
    if !inserts.is_empty() {
        place_in(body, &mut inserts);
    }
}

fn place_in(block: &mut Block, inserts: &mut FxHashMap<Var, Vec<Stmt>>) {
    let stmts = std::mem::take(&mut block.stmts);
    for mut stmt in stmts {
        match &mut stmt {
            Stmt::Let { var, .. } => {
                if let Some(mut made) = inserts.remove(var) {
                    block.stmts.append(&mut made);
                }
            }
            Stmt::Join(join) => with_stack(|| place_in(&mut join.body, inserts)),
        }
        block.stmts.push(stmt);
    }
    with_stack(|| match &mut block.end {
        End::If(_, then, otherwise) => {
            place_in(then, inserts);
            place_in(otherwise, inserts);
        }
        End::Switch { arms, default, .. } => {
            arms.iter_mut().for_each(|(_, arm)| place_in(arm, inserts));
            if let Some(default) = default {
                place_in(default, inserts);
            }
        }
        End::SwitchInt { arms, default, .. } => {
            arms.iter_mut().for_each(|(_, arm)| place_in(arm, inserts));
            place_in(default, inserts);
        }
        End::Return(_)
        | End::Jump(..)
        | End::Crash { .. }
        | End::Panic { .. }
        | End::Unreachable => {}
    });
}
