//! Keyword arguments as fields of entries of the log: of any types, each shown on its own. They are `Log.field(Log.field(Log.fields(), "a", x), "b", y)`.

use super::args::{Args, Value};
use super::{Expect, Infer};
use crate::resolve::Item;
use crate::syntax::ast::{Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId};
use crate::types::arena::TyId;
use crate::types::hole;

impl Infer<'_, '_> {
    /// Whether a type is `Log.Fields`.
    pub(super) fn is_fields(&self, ty: TyId) -> bool {
        let Some((Con::Adt(def), _)) = self.arena.known(ty) else {
            return false;
        };
        let module = self.world.std_modules.get("Log");
        let fields = module.and_then(|id| self.world.scope(*id).types.get("Fields"));
        fields == Some(&Item::Type(def))
    }

    /// No fields.
    pub(super) fn no_fields(&mut self, span: Span) -> Expr {
        self.log_call("fields", Args::default(), span)
    }

    /// Keyword arguments that name no parameters, as fields in their order.
    pub(super) fn keyword_fields(&mut self, pairs: Vec<(&Ident, Value<'_>)>) -> Expr {
        let span = pairs.first().map_or(Span::default(), |(name, _)| name.span);
        let none = self.no_fields(span);
        pairs.into_iter().fold(none, |fields, (name, value)| {
            let key = Expr {
                kind: ExprKind::Str(name.name.clone()),
                ty: hole::of_type(TyId::STRING),
                span: name.span,
            };
            let args = Args::of_values([Value::Ready(fields), Value::Ready(key), value]);
            self.log_call("field", args, name.span)
        })
    }

    fn log_call(&mut self, name: &str, args: Args<'_>, span: Span) -> Expr {
        match self.log_func(name) {
            Some(id) => self.call_func(id, args, span, span, Expect::Any),
            // Who writes `Log.Fields` has the module.
            None => self.error(span),
        }
    }

    fn log_func(&self, name: &str) -> Option<FuncId> {
        let module = *self.world.std_modules.get("Log")?;
        self.world.scope(module).values.get(name).copied()
    }
}
