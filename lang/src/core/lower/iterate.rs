//! Loops over what a `for` iterates, without iterators: a join that jumps to itself with a position.

use snow_bytecode::inst::{Cond, IntOp};
use snow_bytecode::types::{Type, TypeId};

use super::matching::Row;
use super::{Fault, Lower, Res};
use crate::core::ir::{End, JoinId, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, Pat};

/// How elements are reached from a position.
#[derive(Clone, Copy)]
enum Source {
    /// The position is the element.
    Range,
    /// The position is an index.
    List(Var, TypeId),
    /// The position is an entry number; elements are pairs of this type.
    Map(Var, TypeId),
    /// The position is an entry number.
    Set(Var, TypeId),
    /// The position is an entry number of the map of entries that `MapBy` keeps.
    Entries(Var, TypeId),
    /// The position is a byte offset.
    Text(Var),
}

/// A generator of a `for`.
#[derive(Clone, Copy)]
pub(super) struct Generator<'a> {
    pub(super) pat: &'a Pat,
    pub(super) iterable: &'a Expr,
    /// Where control goes after the last element, with what was collected.
    pub(super) done: JoinId,
}

/// Builds the code of a turn: gets what was collected so far and the join for the next turn.
pub(super) type Turn<'b, 'm, 'a> =
    &'b mut dyn FnMut(&mut Lower<'m, 'a>, Vec<Var>, JoinId) -> Res<()>;

impl<'m, 'a> Lower<'m, 'a> {
    /// Ends the current block with a loop over a generator's elements; `collected` is the list so far, if one is collected.
    pub(super) fn iterate(
        &mut self,
        generator: Generator<'a>,
        collected: Vec<Var>,
        turn: Turn<'_, 'm, 'a>,
    ) -> Res<()> {
        let span = generator.iterable.span;
        let iterable = self.value(generator.iterable)?;
        let iterable = self.iterator_of(iterable, span)?;
        if let Some(advance) = self.advance_of(iterable) {
            return self.iterate_cursor(generator, (iterable, advance), collected, turn);
        }
        let (source, start, end) = self.source(iterable, generator, span)?;
        let int = self.con(Con::Int)?;
        let head = self.join();
        let position = self.var(int, "");
        let so_far = self.fresh_like(&collected);
        let mut params = vec![position];
        params.extend(&so_far);
        self.declare(head, params, true, |lower| {
            let (at, more) = lower.advance(source, position, end, span)?;
            let then = lower
                .block(|lower| lower.one_turn(generator, source, at, head, so_far.clone(), turn))?;
            let otherwise = lower.block(|lower| lower.jump(generator.done, so_far.clone()))?;
            lower.end(End::If(more, Box::new(then), Box::new(otherwise)))
        })?;
        let mut args = vec![start];
        args.extend(collected);
        self.jump(head, args)
    }

    /// Fresh variables of the same types.
    pub(super) fn fresh_like(&mut self, vars: &[Var]) -> Vec<Var> {
        vars.iter()
            .map(|var| self.var(self.type_of(*var), ""))
            .collect()
    }

    /// The source of an iterable, its first position, and the first position behind it (0 where the source tells).
    fn source(
        &mut self,
        iterable: Var,
        generator: Generator<'a>,
        span: Span,
    ) -> Res<(Source, Var, Var)> {
        let int = self.con(Con::Int)?;
        match self.mono.types.get(self.type_of(iterable)).clone() {
            Type::Range => {
                let start = self.emit(int, Op::RangeStart(iterable), span);
                let end = self.emit(int, Op::RangeEnd(iterable), span);
                Ok((Source::Range, start, end))
            }
            Type::List(element) => self.list_source(iterable, element, span),
            Type::Map(..) => {
                let pair = self.ty(&generator.pat.ty, span)?;
                let zero = self.int(0, span)?;
                Ok((Source::Map(iterable, pair), zero, zero))
            }
            Type::Set(element) => {
                let zero = self.int(0, span)?;
                Ok((Source::Set(iterable, element), zero, zero))
            }
            Type::String => {
                let start = self.int(0, span)?;
                let end = self.text_function("byte_size", vec![iterable], span)?;
                Ok((Source::Text(iterable), start, end))
            }
            Type::Struct { .. } if self.mono.types.is_keyed(self.type_of(iterable)) => {
                self.keyed_source(iterable, span)
            }
            // Its list, which is there already.
            Type::Struct { name, .. } | Type::Sum { name, .. } if name == "Queue" => {
                self.list_of("Queue", "to_list", iterable, span)
            }
            _ => Err(Fault::internal(span, "`for` over something that cannot be iterated").into()),
        }
    }

    /// The entries of a map, or the elements of a set, that code of the library keeps.
    fn keyed_source(&mut self, iterable: Var, span: Span) -> Res<(Source, Var, Var)> {
        let ty = self.type_of(iterable);
        if self.mono.types.key(ty).0 == Con::Set {
            let list = self.keyed_at(ty, "set_to_list", vec![iterable], span)?;
            let element = self.element_type(list, span)?;
            return self.list_source(list, element, span);
        }
        let pair = self.mono.types.key(ty).1.to_vec();
        let pair = self.mono.types.app(Con::Tuple, pair, span)?;
        let entries = self.keyed_at(ty, "entries", vec![iterable], span)?;
        let zero = self.int(0, span)?;
        Ok((Source::Entries(entries, pair), zero, zero))
    }

    fn list_source(&mut self, list: Var, element: TypeId, span: Span) -> Res<(Source, Var, Var)> {
        let int = self.con(Con::Int)?;
        let start = self.int(0, span)?;
        let end = self.emit(int, Op::ListLen(list), span);
        Ok((Source::List(list, element), start, end))
    }

    /// The list that a library function makes of the iterable.
    fn list_of(
        &mut self,
        module: &str,
        name: &str,
        iterable: Var,
        span: Span,
    ) -> Res<(Source, Var, Var)> {
        let func = self.mono.library(module, name, span)?;
        let args = match self.mono.types.get(self.type_of(iterable)) {
            Type::Struct { args, .. } | Type::Sum { args, .. } => args.clone(),
            _ => Vec::new(),
        };
        let list = self.call_with(func, args, vec![iterable], span)?;
        let element = self.element_type(list, span)?;
        self.list_source(list, element, span)
    }

    /// A call of a function of the module `String`.
    fn text_function(&mut self, name: &str, args: Vec<Var>, span: Span) -> Res<Var> {
        let func = self.mono.library("String", name, span)?;
        self.call_with(func, Vec::new(), args, span)
    }

    /// The position of the next element, and whether there is one.
    fn advance(&mut self, source: Source, position: Var, end: Var, span: Span) -> Res<(Var, Var)> {
        let bool_type = self.con(Con::Bool)?;
        let int = self.con(Con::Int)?;
        match source {
            Source::Range | Source::List(..) | Source::Text(_) => {
                let more = self.emit(bool_type, Op::IntCmp(Cond::Lt, position, end), span);
                Ok((position, more))
            }
            Source::Map(map, _) | Source::Set(map, _) | Source::Entries(map, _) => {
                let at = self.emit(int, Op::MapNext(map, position), span);
                let zero = self.int(0, span)?;
                let more = self.emit(bool_type, Op::IntCmp(Cond::Ge, at, zero), span);
                Ok((at, more))
            }
        }
    }

    fn one_turn(
        &mut self,
        generator: Generator<'a>,
        source: Source,
        at: Var,
        head: JoinId,
        so_far: Vec<Var>,
        turn: Turn<'_, 'm, 'a>,
    ) -> Res<()> {
        let span = generator.iterable.span;
        let int = self.con(Con::Int)?;
        let element = self.element_at(source, at, span)?;
        let size = match source {
            Source::Text(_) => Some(self.text_function("byte_size", vec![element], span)?),
            _ => None,
        };
        let next = self.join();
        let collected = self.fresh_like(&so_far);
        self.declare(next, collected.clone(), false, |lower| {
            let step = match size {
                Some(size) => size,
                None => lower.int(1, span)?,
            };
            // No overflow: the position is below another Int.
            let mut args = vec![lower.emit(int, Op::IntBin(IntOp::WrappingAdd, at, step), span)];
            args.extend(collected);
            lower.jump(head, args)
        })?;
        self.match_element(generator, element, next, so_far, turn)
    }

    /// A turn with an element, if the pattern matches it; else the next turn.
    pub(super) fn match_element(
        &mut self,
        generator: Generator<'a>,
        element: Var,
        next: JoinId,
        so_far: Vec<Var>,
        turn: Turn<'_, 'm, 'a>,
    ) -> Res<()> {
        let rows = vec![
            Row {
                pats: std::slice::from_ref(generator.pat),
                guard: None,
            },
            Row {
                pats: &[],
                guard: None,
            },
        ];
        self.matching(
            &[element],
            rows,
            generator.iterable.span,
            End::Unreachable,
            &mut |lower, row| match row {
                0 => turn(lower, so_far.clone(), next),
                _ => lower.jump(next, so_far.clone()),
            },
        )
    }

    /// Whether loops know how to go over values of a constructor.
    pub(super) fn is_walked(&self, con: Con) -> bool {
        let queue = self.mono.program.known.queue;
        match con {
            Con::Adt(id) => Some(id) == queue,
            _ => matches!(
                con,
                Con::Range | Con::List | Con::Map | Con::Set | Con::String
            ),
        }
    }

    fn element_at(&mut self, source: Source, at: Var, span: Span) -> Res<Var> {
        Ok(match source {
            Source::Range => at,
            Source::List(list, ty) => self.emit(ty, Op::ListGet(list, at), span),
            Source::Set(set, ty) => self.emit(ty, Op::MapKeyAt(set, at), span),
            Source::Entries(map, pair) => self.emit(pair, Op::MapValueAt(map, at), span),
            Source::Text(text) => self.text_function("grapheme_from", vec![text, at], span)?,
            Source::Map(map, pair) => {
                let Type::Map(key, value) = self.mono.types.get(self.type_of(map)).clone() else {
                    return Err(
                        Fault::internal(span, "entries of something that is not a map").into(),
                    );
                };
                let key = self.emit(key, Op::MapKeyAt(map, at), span);
                let value = self.emit(value, Op::MapValueAt(map, at), span);
                self.emit(pair, Op::Construct(0, vec![key, value]), span)
            }
        })
    }
}
