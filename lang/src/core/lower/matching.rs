//! Matching: decision trees become code. Projections are made where a path first needs them, bodies exist once.

use smol_str::SmolStr;
use snow_bytecode::inst::Cond;
use snow_bytecode::types::{Type, TypeId};

use super::{Cont, Fault, Lower, Res};
use crate::core::ir::{Block, End, Join, JoinId, Op, Stmt, Var};
use crate::patterns::occ::{Occ, OccId, Occs};
use crate::patterns::tree::{self, Binding, RowSpec, Test, Tree};
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{Arm, Con, Expr, LocalId, Pat, PatKind};

/// A row of a match.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// One pattern a matched value.
    pub(super) pats: &'a [Pat],
    /// `when …`.
    pub(super) guard: Option<&'a Expr>,
}

/// Builds the code of a row's body; must end the block.
type Body<'b, 'm, 'a> = &'b mut dyn FnMut(&mut Lower<'m, 'a>, usize) -> Res<()>;

/// A match being lowered.
pub(super) struct Match<'b, 'm, 'a> {
    rows: Vec<Row<'a>>,
    /// The places that patterns look at.
    pub(super) occs: Occs<'a>,
    /// Variables of occurrences that the current path has projected.
    vars: Vec<Option<Var>>,
    /// Lengths of lists and bytes that the current path has read.
    lengths: Vec<Option<Var>>,
    /// Keys of map patterns that the current path has computed.
    keys: Vec<Option<Var>>,
    /// Where a body that several leaves share stands, and the locals that its join takes.
    shared: Vec<Option<(JoinId, Vec<LocalId>)>>,
    fail: End,
    /// The match in the source.
    pub(super) span: Span,
    body: Body<'b, 'm, 'a>,
}

impl<'m, 'a> Lower<'m, 'a> {
    pub(super) fn case(
        &mut self,
        on: &'a Expr,
        arms: &'a [Arm],
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        let on = self.value(on)?;
        let rows = arms.iter().map(|arm| Row {
            pats: std::slice::from_ref(&arm.pat),
            guard: arm.guard.as_ref(),
        });
        let fail = End::Crash {
            text: "no matching clause in case".into(),
            span: span.into(),
        };
        self.matching(&[on], rows.collect(), span, fail, &mut |lower, row| {
            lower.into(&arms[row].body, cont)
        })
    }

    /// Whether one of these rows matches whatever the root is, without looking at a guard.
    pub(super) fn always_match(&self, rows: &[Row<'a>], span: Span) -> Res<bool> {
        if rows.iter().any(|row| row.guard.is_some()) {
            return Ok(false);
        }
        let (tree, _) = self.decision(rows, span)?;
        Ok(!tree.may_fail())
    }

    fn decision(&self, rows: &[Row<'a>], span: Span) -> Res<(Tree, Occs<'a>)> {
        let specs: Vec<_> = rows
            .iter()
            .map(|row| RowSpec {
                pats: row.pats,
                guarded: row.guard.is_some(),
            })
            .collect();
        Ok(tree::build(self.mono.program, &specs).map_err(|_| Fault::patterns(span))?)
    }

    /// Ends the current block with a match of `roots`; `fail` is what happens when no row matches.
    pub(super) fn matching(
        &mut self,
        roots: &[Var],
        rows: Vec<Row<'a>>,
        span: Span,
        fail: End,
        body: Body<'_, 'm, 'a>,
    ) -> Res<()> {
        if let [row] = rows.as_slice()
            && self.binds_plainly(row, roots)
        {
            return body(self, 0);
        }
        let (tree, occs) = self.decision(&rows, span)?;
        let mut vars = vec![None; occs.len()];
        for (number, var) in vars.iter_mut().enumerate() {
            if let Occ::Root(root) = occs.get(OccId(number as u32)) {
                *var = Some(roots[root as usize]);
            }
        }
        let lengths = vec![None; occs.len()];
        let keys = vec![None; occs.key_count()];
        let shared = vec![None; rows.len()];
        let mut state = Match {
            rows,
            occs,
            vars,
            lengths,
            keys,
            shared,
            fail,
            span,
            body,
        };
        self.share_bodies(&tree, &mut state)?;
        self.tree(&tree, &mut state)
    }

    /// Binds the names of a row that has nothing else, as most parameters are; whether it is such a row.
    fn binds_plainly(&mut self, row: &Row<'a>, roots: &[Var]) -> bool {
        let plain = |pat: &Pat| matches!(pat.kind, PatKind::Bind(_) | PatKind::Wildcard);
        if row.guard.is_some() || !row.pats.iter().all(plain) {
            return false;
        }
        for (pat, root) in row.pats.iter().zip(roots) {
            if let PatKind::Bind(local) = pat.kind {
                self.bind(local, *root);
            }
        }
        true
    }

    /// Declares joins for the bodies that several leaves of the tree reach.
    fn share_bodies(&mut self, tree: &Tree, state: &mut Match<'_, 'm, 'a>) -> Res<()> {
        let mut leaves: Vec<Option<&[Binding]>> = vec![None; state.rows.len()];
        let mut several = vec![false; state.rows.len()];
        count_leaves(tree, &mut leaves, &mut several);
        for row in 0..several.len() {
            let (true, Some(binds)) = (several[row], leaves[row]) else {
                continue;
            };
            let mut locals: Vec<LocalId> = binds.iter().map(|(local, _)| *local).collect();
            locals.sort_unstable();
            locals.dedup();
            let mut params = Vec::with_capacity(locals.len());
            for &local in &locals {
                params.push(self.bind_fresh(local)?);
            }
            let join = self.join();
            self.declare(join, params, false, |lower| (state.body)(lower, row))?;
            state.shared[row] = Some((join, locals));
        }
        Ok(())
    }

    fn tree(&mut self, tree: &Tree, state: &mut Match<'_, 'm, 'a>) -> Res<()> {
        with_stack(|| match tree {
            Tree::Fail => self.end(state.fail.clone()),
            Tree::Leaf { row, binds } => {
                self.bind_all(binds, state)?;
                self.leaf(*row, state)
            }
            Tree::Guard {
                row,
                binds,
                otherwise,
            } => {
                self.bind_all(binds, state)?;
                let Some(guard) = state.rows[*row].guard else {
                    return Err(Fault::internal(state.span, "a guard that is not there").into());
                };
                let (yes, no) = (self.join(), self.join());
                let body = self.path(state, |lower, state| lower.leaf(*row, state))?;
                self.push(plain_join(yes, body));
                let body = self.path(state, |lower, state| lower.tree(otherwise, state))?;
                self.push(plain_join(no, body));
                // Another alternative of the row, tried when the guard fails, has bound the same locals.
                self.bind_all(binds, state)?;
                self.condition(guard, yes, no)
            }
            Tree::Switch { on, arms, default } => self.switch(*on, arms, default.as_deref(), state),
            Tree::Ints { on, arms, default } => self.ints(*on, arms, default, state),
            Tree::Test { on, test, yes, no } => {
                let holds = self.test(*on, test, state)?;
                let yes = self.path(state, |lower, state| lower.tree(yes, state))?;
                let no = self.path(state, |lower, state| lower.tree(no, state))?;
                self.end(End::If(holds, Box::new(yes), Box::new(no)))
            }
        })
    }

    /// A block of its own, after which what it has projected is forgotten.
    fn path<'b>(
        &mut self,
        state: &mut Match<'b, 'm, 'a>,
        code: impl FnOnce(&mut Self, &mut Match<'b, 'm, 'a>) -> Res<()>,
    ) -> Result<Block, Fault> {
        let (vars, lengths) = (state.vars.clone(), state.lengths.clone());
        let keys = state.keys.clone();
        let block = self.block(|lower| code(lower, state));
        (state.vars, state.lengths, state.keys) = (vars, lengths, keys);
        block
    }

    fn leaf(&mut self, row: usize, state: &mut Match<'_, 'm, 'a>) -> Res<()> {
        let Some((join, locals)) = state.shared[row].clone() else {
            return (state.body)(self, row);
        };
        let mut args = Vec::with_capacity(locals.len());
        for local in locals {
            args.push(self.local(local, &[], state.span)?);
        }
        self.jump(join, args)
    }

    fn bind_all(&mut self, binds: &[Binding], state: &mut Match<'_, 'm, 'a>) -> Res<()> {
        for &(local, occ) in binds {
            let var = self.occurrence(occ, state)?;
            self.bind(local, var);
        }
        Ok(())
    }

    fn switch(
        &mut self,
        on: OccId,
        arms: &[(u8, Tree)],
        default: Option<&Tree>,
        state: &mut Match<'_, 'm, 'a>,
    ) -> Res<()> {
        let on = self.occurrence(on, state)?;
        let mut blocks = Vec::with_capacity(arms.len());
        for (tag, tree) in arms {
            blocks.push((
                *tag,
                self.path(state, |lower, state| lower.tree(tree, state))?,
            ));
        }
        let default = match default {
            Some(tree) => Some(Box::new(
                self.path(state, |lower, state| lower.tree(tree, state))?,
            )),
            None => None,
        };
        self.end(End::Switch {
            on,
            arms: blocks,
            default,
        })
    }

    fn ints(
        &mut self,
        on: OccId,
        arms: &[(i64, Tree)],
        default: &Tree,
        state: &mut Match<'_, 'm, 'a>,
    ) -> Res<()> {
        let on = self.occurrence(on, state)?;
        let mut blocks = Vec::with_capacity(arms.len());
        for (value, tree) in arms {
            blocks.push((
                *value,
                self.path(state, |lower, state| lower.tree(tree, state))?,
            ));
        }
        let default = Box::new(self.path(state, |lower, state| lower.tree(default, state))?);
        self.end(End::SwitchInt {
            on,
            arms: blocks,
            default,
        })
    }

    /// A Bool: whether the test holds.
    fn test(&mut self, on: OccId, test: &Test, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        let bool_type = self.con(Con::Bool)?;
        let span = state.span;
        let op = match test {
            Test::True => return self.occurrence(on, state),
            Test::Length(n) | Test::AtLeast(n) => {
                let length = self.length(on, state)?;
                let cond = if matches!(test, Test::Length(_)) {
                    Cond::Eq
                } else {
                    Cond::Ge
                };
                let n = self.int(i64::from(*n), span)?;
                Op::IntCmp(cond, length, n)
            }
            Test::Fits(place, size) => self.fits(*place, *size, state)?,
            Test::Scalar(place) => self.is_scalar(*place, state)?,
            Test::Between(from, to) => {
                let value = self.occurrence(on, state)?;
                return self.between(value, *from, *to, span);
            }
            Test::Float(value) => {
                let float = self.con(Con::Float)?;
                let value = self.emit(float, Op::Float(*value), span);
                Op::FloatCmp(Cond::Eq, self.occurrence(on, state)?, value)
            }
            Test::Atom(name) => {
                let atom = self.con(Con::Atom)?;
                let name = self.emit(atom, Op::Atom(name.clone()), span);
                Op::IntCmp(Cond::Eq, self.occurrence(on, state)?, name)
            }
            Test::Below(text) => {
                let value = self.occurrence(on, state)?;
                return self.below(value, text, span);
            }
            Test::Str(text) => Op::StrEq(self.occurrence(on, state)?, text.clone()),
            Test::Prefix(text) => Op::StrStartsWith(self.occurrence(on, state)?, text.clone()),
            Test::HasKey(key) => {
                let map = self.occurrence(on, state)?;
                Op::MapHas(map, self.key(*key, state)?)
            }
        };
        Ok(self.emit(bool_type, op, span))
    }

    /// A Bool: whether a String comes before a text.
    fn below(&mut self, value: Var, text: &SmolStr, span: Span) -> Res<Var> {
        let (bool_type, int, string) = (
            self.con(Con::Bool)?,
            self.con(Con::Int)?,
            self.con(Con::String)?,
        );
        let text = self.emit(string, Op::Str(text.clone()), span);
        // The tag word of the Ordering: Less 0, Equal 1, Greater 2.
        let order = self.emit(int, Op::Compare(value, text), span);
        let equal = self.int(1, span)?;
        Ok(self.emit(bool_type, Op::IntCmp(Cond::Lt, order, equal), span))
    }

    /// A Bool: whether an Int lies between two others, ends included.
    fn between(&mut self, value: Var, from: i64, to: i64, span: Span) -> Res<Var> {
        let bool_type = self.con(Con::Bool)?;
        if from == to {
            let bound = self.int(from, span)?;
            return Ok(self.emit(bool_type, Op::IntCmp(Cond::Eq, value, bound), span));
        }
        let join = self.join();
        let after = self.block(|lower| {
            let low = lower.int(from, span)?;
            let above = lower.emit(bool_type, Op::IntCmp(Cond::Ge, value, low), span);
            let then = lower.block(|lower| {
                let high = lower.int(to, span)?;
                let below = lower.emit(bool_type, Op::IntCmp(Cond::Le, value, high), span);
                lower.jump(join, vec![below])
            })?;
            let otherwise = lower.block(|lower| {
                let no = lower.emit(bool_type, Op::Bool(false), span);
                lower.jump(join, vec![no])
            })?;
            lower.end(End::If(above, Box::new(then), Box::new(otherwise)))
        })?;
        let result = self.var(bool_type, "");
        self.resume(join, vec![result], after)?;
        Ok(result)
    }

    /// How long a list is, or bytes are.
    pub(super) fn length(&mut self, list: OccId, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        if let Some(known) = state.lengths[list.0 as usize] {
            return Ok(known);
        }
        let int = self.con(Con::Int)?;
        let var = self.occurrence(list, state)?;
        let op = match self.mono.types.get(self.type_of(var)) {
            Type::List(_) => Op::ListLen(var),
            _ => self.byte_length(list, state)?,
        };
        let length = self.emit(int, op, state.span);
        state.lengths[list.0 as usize] = Some(length);
        Ok(length)
    }

    fn key(&mut self, number: u32, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        if let Some(known) = state.keys[number as usize] {
            return Ok(known);
        }
        let key = self.value(state.occs.key(number))?;
        state.keys[number as usize] = Some(key);
        Ok(key)
    }

    /// The variable of an occurrence, projected now if the path has not done so.
    pub(super) fn occurrence(&mut self, occ: OccId, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        if let Some(known) = state.vars[occ.0 as usize] {
            return Ok(known);
        }
        let span = state.span;
        let (ty, op) = match state.occs.get(occ) {
            Occ::Root(_) => {
                return Err(Fault::internal(span, "a matched value without a variable").into());
            }
            Occ::Field { of, tag, field } => {
                let value = with_stack(|| self.occurrence(of, state))?;
                (
                    self.field_type(value, tag, field, span)?,
                    Op::Project { value, tag, field },
                )
            }
            Occ::Element { list, index } => {
                let list = self.occurrence(list, state)?;
                (
                    self.element_type(list, span)?,
                    self.element(list, index, span)?,
                )
            }
            Occ::Rest { list, from } => {
                let list = self.occurrence(list, state)?;
                let count = self.int(i64::from(from), span)?;
                (self.type_of(list), Op::ListDrop(list, count))
            }
            Occ::Suffix { of, bytes } => {
                let text = self.occurrence(of, state)?;
                (self.type_of(text), Op::StrDropBytes(text, bytes))
            }
            Occ::Value { of, key } => {
                let map = self.occurrence(of, state)?;
                let key = self.key(key, state)?;
                (self.map_value_type(map, span)?, Op::MapGet(map, key))
            }
            among => with_stack(|| self.byte_occurrence(among, state))?,
        };
        let var = self.emit(ty, op, span);
        state.vars[occ.0 as usize] = Some(var);
        Ok(var)
    }

    fn element(&mut self, list: Var, index: u32, span: Span) -> Res<Op> {
        if index == 0 {
            return Ok(Op::ListHead(list));
        }
        let index = self.int(i64::from(index), span)?;
        Ok(Op::ListGet(list, index))
    }

    /// A constant Int.
    pub(super) fn int(&mut self, value: i64, span: Span) -> Res<Var> {
        let ty = self.con(Con::Int)?;
        Ok(self.emit(ty, Op::Int(value), span))
    }

    /// Type of a field of a struct, tuple or variant.
    pub(super) fn field_type(
        &self,
        value: Var,
        tag: u8,
        field: u32,
        span: Span,
    ) -> Result<TypeId, Fault> {
        let field = field as usize;
        let found = match self.mono.types.get(self.type_of(value)) {
            Type::Tuple(items) => items.get(field).copied(),
            Type::Struct { fields, .. } => fields.get(field).map(|field| field.ty),
            Type::Sum { variants, .. } => {
                let variant = variants.get(tag as usize);
                variant
                    .and_then(|variant| variant.fields.get(field))
                    .map(|field| field.ty)
            }
            _ => None,
        };
        found.ok_or_else(|| Fault::internal(span, "a field that the type does not have"))
    }

    /// Type of a list's or set's elements.
    pub(super) fn element_type(&self, list: Var, span: Span) -> Result<TypeId, Fault> {
        match self.mono.types.get(self.type_of(list)) {
            Type::List(element) | Type::Set(element) => Ok(*element),
            _ => Err(Fault::internal(
                span,
                "elements of something that is not a list",
            )),
        }
    }

    /// Type of a map's values.
    pub(super) fn map_value_type(&self, map: Var, span: Span) -> Result<TypeId, Fault> {
        match self.mono.types.get(self.type_of(map)) {
            Type::Map(_, value) => Ok(*value),
            _ => Err(Fault::internal(
                span,
                "values of something that is not a map",
            )),
        }
    }
}

fn plain_join(id: JoinId, body: Block) -> Stmt {
    Stmt::Join(Box::new(Join {
        id,
        params: Vec::new(),
        looping: false,
        body,
    }))
}

/// Notes the bindings of each row's first leaf, and which rows have several.
fn count_leaves<'t>(tree: &'t Tree, leaves: &mut [Option<&'t [Binding]>], several: &mut [bool]) {
    let mut waiting = vec![tree];
    while let Some(tree) = waiting.pop() {
        match tree {
            Tree::Fail => {}
            Tree::Leaf { row, binds } | Tree::Guard { row, binds, .. } => {
                several[*row] |= leaves[*row].is_some();
                leaves[*row] = Some(binds);
                if let Tree::Guard { otherwise, .. } = tree {
                    waiting.push(otherwise);
                }
            }
            Tree::Switch { arms, default, .. } => {
                waiting.extend(arms.iter().map(|(_, tree)| tree));
                waiting.extend(default.as_deref());
            }
            Tree::Ints { arms, default, .. } => {
                waiting.extend(arms.iter().map(|(_, tree)| tree));
                waiting.push(default);
            }
            Tree::Test { yes, no, .. } => waiting.extend([yes.as_ref(), no.as_ref()]),
        }
    }
}
