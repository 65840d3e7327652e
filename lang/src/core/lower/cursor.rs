//! Loops over iterators: the loop's state is what is left of the iterator.

use snow_bytecode::types::Type;

use super::iterate::{Generator, Turn};
use super::{Fault, Lower, Res};
use crate::core::ir::{Block, End, JoinId, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, InterfaceId};

/// How a loop gets the next element of an iterator.
#[derive(Clone, Copy)]
pub(super) enum Advance {
    /// By the method `next`: `Some` of a pair, or `None`.
    Next,
    /// By a step of an `Iter`: `Yield` of an element and the rest, `Skip` of the rest, or `Done`.
    Step,
}

impl<'m, 'a> Lower<'m, 'a> {
    /// How a loop goes over a value, if it is an iterator.
    pub(super) fn advance_of(&self, value: Var) -> Option<Advance> {
        let (con, _) = self.mono.types.key(self.type_of(value));
        if self.is_iter(con) {
            return Some(Advance::Step);
        }
        let iterates = !self.is_walked(con) && self.mono.has_impl(InterfaceId::ITERATOR, con);
        iterates.then_some(Advance::Next)
    }

    fn is_iter(&self, con: Con) -> bool {
        matches!(con, Con::Adt(id) if Some(id) == self.mono.program.known.iter)
    }

    /// What a loop over a value goes over: its iterator, for a type that implements `Iterable`.
    pub(super) fn iterator_of(&mut self, value: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(value);
        let (con, _) = self.mono.types.key(ty);
        let as_it_is = self.is_walked(con) || self.is_iter(con);
        if as_it_is || !self.mono.has_impl(InterfaceId::ITERABLE, con) {
            return Ok(value);
        }
        self.method_call(InterfaceId::ITERABLE, value, span)
    }

    /// Calls the first method of an interface without parameters on a value.
    fn method_call(&mut self, interface: InterfaceId, value: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(value);
        let mut types = vec![ty];
        types.extend(self.mono.slots(interface, ty, &[], span)?);
        let method = self.mono.program.interface(interface).methods[0];
        self.call_with(method, types, vec![value], span)
    }

    /// Ends the current block with a loop over an iterator.
    pub(super) fn iterate_cursor(
        &mut self,
        generator: Generator<'a>,
        (start, advance): (Var, Advance),
        collected: Vec<Var>,
        turn: Turn<'_, 'm, 'a>,
    ) -> Res<()> {
        let head = self.join();
        let ty = self.type_of(start);
        let cursor = self.var(ty, "");
        let so_far = self.fresh_like(&collected);
        let mut params = vec![cursor];
        params.extend(&so_far);
        self.declare(head, params, true, |lower| {
            let at = Head {
                generator,
                head,
                cursor,
                so_far,
            };
            match advance {
                Advance::Next => lower.turn_by_next(at, turn),
                Advance::Step => lower.turn_by_step(at, turn),
            }
        })?;
        let mut args = vec![start];
        args.extend(collected);
        self.jump(head, args)
    }

    fn turn_by_next(&mut self, at: Head<'a>, turn: Turn<'_, 'm, 'a>) -> Res<()> {
        let span = at.generator.iterable.span;
        let found = self.method_call(InterfaceId::ITERATOR, at.cursor, span)?;
        let some = self.block(|lower| {
            let pair = lower.project(found, 0, 0, span)?;
            let element = lower.project(pair, 0, 0, span)?;
            let rest = lower.project(pair, 0, 1, span)?;
            lower.turn_with(&at, element, rest, turn)
        })?;
        let none = self.done(&at)?;
        self.end(End::Switch {
            on: found,
            arms: vec![(0, some), (1, none)],
            default: None,
        })
    }

    fn turn_by_step(&mut self, at: Head<'a>, turn: Turn<'_, 'm, 'a>) -> Res<()> {
        let span = at.generator.iterable.span;
        let code = self.project(at.cursor, 0, 0, span)?;
        let Type::Fun { ret, .. } = *self.mono.types.get(self.type_of(code)) else {
            return Err(Fault::internal(span, "an Iter whose step is no function").into());
        };
        let found = self.emit(ret, Op::CallClosure(code, Vec::new()), span);
        let yielded = self.block(|lower| {
            let element = lower.project(found, 0, 0, span)?;
            let rest = lower.project(found, 0, 1, span)?;
            lower.turn_with(&at, element, rest, turn)
        })?;
        let skipped = self.block(|lower| {
            let mut args = vec![lower.project(found, 1, 0, span)?];
            args.extend(&at.so_far);
            lower.jump(at.head, args)
        })?;
        let done = self.done(&at)?;
        self.end(End::Switch {
            on: found,
            arms: vec![(0, yielded), (1, skipped), (2, done)],
            default: None,
        })
    }

    /// A turn with an element; the next one begins with the rest.
    fn turn_with(
        &mut self,
        at: &Head<'a>,
        element: Var,
        rest: Var,
        turn: Turn<'_, 'm, 'a>,
    ) -> Res<()> {
        let next = self.join();
        let after = self.fresh_like(&at.so_far);
        self.declare(next, after.clone(), false, |lower| {
            let mut args = vec![rest];
            args.extend(after);
            lower.jump(at.head, args)
        })?;
        self.match_element(at.generator, element, next, at.so_far.clone(), turn)
    }

    fn done(&mut self, at: &Head<'a>) -> Result<Block, Fault> {
        self.block(|lower| lower.jump(at.generator.done, at.so_far.clone()))
    }

    fn project(&mut self, value: Var, tag: u8, field: u32, span: Span) -> Res<Var> {
        let ty = self.field_type(value, tag, field, span)?;
        Ok(self.emit(ty, Op::Project { value, tag, field }, span))
    }
}

/// The beginning of a turn.
struct Head<'a> {
    generator: Generator<'a>,
    head: JoinId,
    /// The iterator.
    cursor: Var,
    /// What was collected so far.
    so_far: Vec<Var>,
}
