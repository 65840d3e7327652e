//! `while` and `for`.

use super::iterate::Generator;
use super::scope::LoopTarget;
use super::{Cont, Lower, Res};
use crate::core::ir::{JoinId, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, For, LoopId};

impl<'m, 'a> Lower<'m, 'a> {
    pub(super) fn while_loop(
        &mut self,
        id: LoopId,
        cond: &'a Expr,
        body: &'a Expr,
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        let unit = self.con(Con::Unit)?;
        let exit = self.join();
        self.declare(exit, Vec::new(), false, |lower| {
            let value = lower.emit(unit, Op::Unit, span);
            lower.flow(value, cont)
        })?;
        let head = self.join();
        let target = LoopTarget {
            exit,
            next: head,
            collected: Vec::new(),
        };
        self.frame_mut().loops.insert(id, target);
        self.declare(head, Vec::new(), true, |lower| {
            let turn = |lower: &mut Self| {
                lower.effect(body)?;
                lower.jump(head, Vec::new())
            };
            lower.branch(cond, turn, |lower| lower.jump(exit, Vec::new()))
        })?;
        self.jump(head, Vec::new())
    }

    /// A `for`: one loop inside the other; the list of values is handed from turn to turn, so that it has one owner.
    pub(super) fn for_loop(&mut self, the_loop: &'a For, expr: &'a Expr, cont: Cont) -> Res<()> {
        let ty = self.ty(&expr.ty, expr.span)?;
        let exit = self.join();
        let start = match the_loop.collects {
            true => vec![self.emit(ty, Op::List(Vec::new()), expr.span)],
            false => Vec::new(),
        };
        let result = self.fresh_like(&start);
        self.declare(exit, result.clone(), false, |lower| {
            match (result.first(), cont) {
                (Some(&list), _) => lower.flow(list, cont),
                (None, Cont::Discard(join)) => lower.jump(join, Vec::new()),
                (None, _) => {
                    let list = lower.emit(ty, Op::List(Vec::new()), expr.span);
                    lower.flow(list, cont)
                }
            }
        })?;
        self.generators(the_loop, 0, start, exit, exit)
    }

    /// The loops from generator `index` on; after its last element control goes to `done`.
    fn generators(
        &mut self,
        the_loop: &'a For,
        index: usize,
        collected: Vec<Var>,
        done: JoinId,
        exit: JoinId,
    ) -> Res<()> {
        let (pat, iterable) = &the_loop.generators[index];
        let generator = Generator {
            pat,
            iterable,
            done,
        };
        self.iterate(generator, collected, &mut |lower, collected, next| {
            if index + 1 < the_loop.generators.len() {
                lower.generators(the_loop, index + 1, collected, next, exit)
            } else {
                lower.innermost(the_loop, collected, next, exit)
            }
        })
    }

    fn innermost(
        &mut self,
        the_loop: &'a For,
        collected: Vec<Var>,
        next: JoinId,
        exit: JoinId,
    ) -> Res<()> {
        let target = LoopTarget {
            exit,
            next,
            collected: collected.clone(),
        };
        self.frame_mut().loops.insert(the_loop.id, target);
        let Some(guard) = &the_loop.guard else {
            return self.loop_body(&the_loop.body, collected, next);
        };
        let turn = |lower: &mut Self| lower.loop_body(&the_loop.body, collected.clone(), next);
        self.branch(guard, turn, |lower| lower.jump(next, collected.clone()))
    }

    fn loop_body(&mut self, body: &'a Expr, collected: Vec<Var>, next: JoinId) -> Res<()> {
        let Some(&list) = collected.first() else {
            self.effect(body)?;
            return self.jump(next, Vec::new());
        };
        let value = self.value(body)?;
        let ty = self.type_of(list);
        let longer = self.emit(ty, Op::ListAppend(list, value), body.span);
        self.jump(next, vec![longer])
    }
}
