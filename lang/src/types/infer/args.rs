//! Arguments before they are inferred: positional, keyword, trailing block, piped; and which parameter each fills.

use crate::syntax::ast::{self, ExprKind as Ast, Ident, TrailingBlock};
use crate::typed::Expr;

/// The value of an argument.
pub(super) enum Value<'e> {
    /// As written.
    Written(&'e ast::Expr),
    /// Inferred already: what was piped, or the receiver of a method.
    Ready(Expr),
    /// `do |x| … end`.
    Block(&'e TrailingBlock),
}

impl Value<'_> {
    /// Whether it is better inferred after the other arguments, which may determine its parameters' types.
    pub(super) fn is_closure(&self) -> bool {
        match self {
            Value::Written(expr) => matches!(expr.kind, Ast::Closure(_)),
            Value::Ready(_) => false,
            Value::Block(_) => true,
        }
    }

    /// Whether inferring it without an expectation loses nothing.
    pub(super) fn is_plain(&self) -> bool {
        match self {
            Value::Written(expr) => matches!(
                expr.kind,
                Ast::Int(_)
                    | Ast::Float(_)
                    | Ast::Bool(_)
                    | Ast::Name(_)
                    | Ast::Str(_)
                    | Ast::Field(..)
            ),
            Value::Ready(_) => true,
            Value::Block(_) => false,
        }
    }
}

/// An argument.
pub(super) struct Argument<'e> {
    /// `name:`.
    pub name: Option<&'e Ident>,
    /// Its value.
    pub value: Value<'e>,
    /// Its position (from 0), for a receiver and a piped value; the others fill the positions left.
    fixed: Option<usize>,
}

impl Argument<'_> {
    /// Whether it is given as `name:`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name.is_some_and(|given| given.name == name)
    }
}

/// The arguments of a call, in the order of evaluation.
#[derive(Default)]
pub(super) struct Args<'e> {
    /// Positional and keyword arguments, the trailing block last.
    pub items: Vec<Argument<'e>>,
}

impl<'e> Args<'e> {
    /// The arguments of a call as written.
    pub(super) fn of(call: &'e ast::Call) -> Self {
        let written = call.args.iter().map(|arg| Argument {
            name: arg.name.as_ref(),
            value: Value::Written(&arg.value),
            fixed: None,
        });
        let trailing = call.trailing.iter().map(|block| Argument {
            name: None,
            value: Value::Block(block),
            fixed: None,
        });
        Args {
            items: written.chain(trailing).collect(),
        }
    }

    /// Values in order.
    pub(super) fn of_values(values: impl IntoIterator<Item = Value<'e>>) -> Self {
        let items = values.into_iter().map(|value| Argument {
            name: None,
            value,
            fixed: None,
        });
        Args {
            items: items.collect(),
        }
    }

    /// Adds a piped value, which is evaluated first and stands at `slot` (from 0).
    pub(super) fn with_piped(mut self, value: Expr, slot: usize) -> Self {
        self.items.insert(0, ready(value, slot));
        self
    }

    /// Adds the receiver of a method, which is the first argument but evaluated after what is piped into the call.
    pub(super) fn with_receiver(mut self, receiver: Expr) -> Self {
        let mut piped = 0;
        for item in &mut self.items {
            if let Some(slot) = &mut item.fixed {
                *slot += 1;
                piped += 1;
            }
        }
        self.items.insert(piped, ready(receiver, 0));
        self
    }

    /// Adds a value for the last of `count` parameters, `name`, when it is not given.
    pub(super) fn with_default(mut self, count: usize, name: &str, value: Expr) -> Self {
        let named = |arg: &Argument<'_>| arg.name.is_some_and(|given| given.name == name);
        if self.items.len() + 1 == count && !self.items.iter().any(named) {
            self.items.push(ready(value, count - 1));
        }
        self
    }

    /// Adds a value for the last of `count` parameters when nothing is given for it, not even keyword arguments.
    pub(super) fn with_last(mut self, count: usize, value: impl FnOnce() -> Expr) -> Self {
        let named = self.items.iter().any(|arg| arg.name.is_some());
        if self.items.len() + 1 == count && !named {
            self.items.push(ready(value(), count - 1));
        }
        self
    }

    /// How many parameters they fill when none is passed by name.
    pub(super) fn count(&self) -> usize {
        let keywords = self.items.iter().filter(|arg| arg.name.is_some()).count();
        self.items.len() - keywords + usize::from(keywords > 0)
    }

    /// The arguments that are not keywords, as indices into `items`, in the order of their positions.
    pub(super) fn positional(&self) -> Vec<usize> {
        let unfixed =
            |at: &usize| self.items[*at].name.is_none() && self.items[*at].fixed.is_none();
        let mut order: Vec<usize> = (0..self.items.len()).filter(unfixed).collect();
        let mut fixed: Vec<(usize, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| Some((item.fixed?, at)))
            .collect();
        fixed.sort_unstable();
        for (slot, at) in fixed {
            order.insert(slot.min(order.len()), at);
        }
        order
    }
}

fn ready<'e>(value: Expr, slot: usize) -> Argument<'e> {
    Argument {
        name: None,
        value: Value::Ready(value),
        fixed: Some(slot),
    }
}

/// What fills a parameter.
pub(super) enum Placed<'e> {
    /// One argument.
    One(Value<'e>),
    /// Keyword arguments that name no parameter, as one map.
    Map(Vec<(&'e Ident, Value<'e>)>),
}

/// Gives arguments without a slot one of the `open` parameters, in order: `(parameter, value)` in order of evaluation.
/// Gives the arguments back when their number does not fit.
pub(super) fn fill<'e>(
    args: Args<'e>,
    mut slots: Vec<Option<usize>>,
    open: Vec<usize>,
) -> Result<Vec<(usize, Placed<'e>)>, Args<'e>> {
    let unplaced = |at: &usize| slots[*at].is_none();
    let keywords = (0..args.items.len())
        .filter(unplaced)
        .any(|at| args.items[at].name.is_some());
    let positional = args.positional();
    if positional.len() + usize::from(keywords) != open.len() {
        return Err(args);
    }
    let trailing = args
        .items
        .last()
        .is_some_and(|arg| matches!(arg.value, Value::Block(_)));
    // `f(a, key: 1) do … end`: the block stays last, the map stands before it.
    let map_at = keywords.then(|| open[open.len() - 1 - usize::from(trailing)]);
    let mut free = open.into_iter().filter(|&index| Some(index) != map_at);
    for at in positional {
        slots[at] = free.next();
    }
    let mut placed = Vec::with_capacity(args.items.len());
    let mut pairs = Vec::new();
    for (slot, arg) in slots.into_iter().zip(args.items) {
        match (slot, arg.name) {
            (Some(index), _) => placed.push((index, Placed::One(arg.value))),
            (None, Some(name)) => pairs.push((name, arg.value)),
            (None, None) => {}
        }
    }
    if let Some(index) = map_at {
        placed.push((index, Placed::Map(pairs)));
    }
    Ok(placed)
}
