//! List and map expressions.

use snow_bytecode::types::TypeId;

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Expr, ListItem};

/// Elements that one `Op::List` takes; longer literals append the others one by one, so that a frame needs few registers.
const CHUNK: usize = 32;

impl<'a> Lower<'_, 'a> {
    pub(super) fn list(&mut self, items: &'a [ListItem], ty: TypeId, span: Span) -> Res<Var> {
        if let [lead @ .., ListItem::Splice(rest)] = items
            && !lead.is_empty()
            && lead.len() <= CHUNK
            && lead.iter().all(|item| matches!(item, ListItem::One(_)))
        {
            return self.prepended(lead, rest, ty, span);
        }
        let ones = items.iter().take(CHUNK).map_while(|item| match item {
            ListItem::One(value) => Some(value),
            ListItem::Splice(_) => None,
        });
        let first = ones
            .map(|value| self.value(value))
            .collect::<Res<Vec<_>>>()?;
        let built = first.len();
        let mut list = match (&items[built..], first.is_empty()) {
            ([ListItem::Splice(rest), ..], true) => self.value(rest)?,
            _ => self.emit(ty, Op::List(first), span),
        };
        let built = if matches!(items.first(), Some(ListItem::Splice(_))) {
            1
        } else {
            built
        };
        for item in &items[built..] {
            list = match item {
                ListItem::One(value) => {
                    let value = self.value(value)?;
                    self.emit(ty, Op::ListAppend(list, value), span)
                }
                ListItem::Splice(rest) => {
                    let rest = self.value(rest)?;
                    self.emit(ty, Op::ListConcat(list, rest), span)
                }
            };
        }
        Ok(list)
    }

    /// `[a, b, ...rest]`: the rest with elements before it.
    fn prepended(
        &mut self,
        lead: &'a [ListItem],
        rest: &'a Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<Var> {
        let mut values = Vec::with_capacity(lead.len());
        for item in lead {
            if let ListItem::One(value) = item {
                values.push(self.value(value)?);
            }
        }
        let mut list = self.value(rest)?;
        for value in values.into_iter().rev() {
            list = self.emit(ty, Op::ListPrepend(list, value), span);
        }
        Ok(list)
    }

    pub(super) fn map(&mut self, entries: &'a [(Expr, Expr)], ty: TypeId, span: Span) -> Res<Var> {
        let mut map = self.map_new(ty, span)?;
        for (key, value) in entries {
            let key = self.value(key)?;
            let value = self.value(value)?;
            map = self.map_put(map, key, value, span)?;
        }
        Ok(map)
    }
}
