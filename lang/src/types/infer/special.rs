//! Prelude functions that the compiler knows: `panic`, `todo`, `inspect`, `dbg`, `self`, `send`, `spawn`.

use smol_str::{SmolStr, format_smolstr};

use super::args::{Args, Value};
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::typed::{Expr, ExprKind, FuncId, InterpPart, Pat, PatKind, Stmt};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

/// A function that becomes a form of the typed tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    /// Crashes with a text.
    Panic,
    /// Crashes: not written yet.
    Todo,
    /// The Debug text.
    Inspect,
    /// Prints the Debug text with its place and returns the value.
    Dbg,
    /// The pid of the actor at hand.
    SelfPid,
    /// Sends a message.
    Send,
    /// Starts an actor.
    Spawn,
    /// Starts an actor and links it.
    SpawnLink,
    /// Starts an actor that is called by a given name, linked or not: for the library.
    SpawnAs,
}

impl Special {
    /// Names.
    pub(super) const NAMES: [(&'static str, Special); 9] = [
        ("spawn_as", Special::SpawnAs),
        ("self", Special::SelfPid),
        ("send", Special::Send),
        ("spawn", Special::Spawn),
        ("spawn_link", Special::SpawnLink),
        ("panic", Special::Panic),
        ("todo", Special::Todo),
        ("inspect", Special::Inspect),
        ("dbg", Special::Dbg),
    ];

    /// The function of a name.
    pub(super) fn from_name(name: &str) -> Option<Special> {
        let found = Special::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|&(_, special)| special)
    }

    /// Whether it needs no more than a value, so that it can be one itself.
    fn is_plain(self) -> bool {
        matches!(
            self,
            Special::Panic | Special::Todo | Special::Inspect | Special::Dbg
        )
    }

    fn takes(self) -> &'static str {
        match self {
            Special::SelfPid => "no arguments",
            Special::Send => "2 arguments, a pid and a message",
            Special::Spawn | Special::SpawnLink | Special::SpawnAs => {
                "a function and its arguments"
            }
            _ => "1 argument",
        }
    }

    fn name(self) -> &'static str {
        Special::NAMES
            .iter()
            .find(|(_, special)| *special == self)
            .map_or("", |(name, _)| *name)
    }
}

impl Infer<'_, '_> {
    /// The special function that a name means where no other function of the name is.
    pub(super) fn special_of(&self, name: &str) -> Option<Special> {
        let special = Special::from_name(name)?;
        let usable = special != Special::SpawnAs || self.world.is_std(self.f.module);
        usable.then_some(special)
    }

    /// A call of a special function.
    pub(super) fn special_call(
        &mut self,
        special: Special,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match special {
            Special::SelfPid => return self.self_pid(args, span, expect),
            Special::Send => return self.send(args, span, expect),
            Special::Spawn | Special::SpawnLink | Special::SpawnAs => {
                return self.spawn(special, args, span, expect);
            }
            _ => {}
        }
        let count = args.items.len();
        let mut values = args.items.into_iter().map(|arg| arg.value);
        let value = match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            (None, _) if special == Special::Todo => None,
            _ => return self.special_count(special, count, span),
        };
        self.special(special, value, span, expect)
    }

    pub(super) fn special_count(&mut self, special: Special, count: usize, span: Span) -> Expr {
        let name = special.name();
        let were = crate::types::messages::are(count);
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                span,
                format!("`{name}` takes {}, but {were} given", special.takes()),
            )
            .label("wrong number of arguments"),
        );
        self.error(span)
    }

    fn special(
        &mut self,
        special: Special,
        value: Option<Value<'_>>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match (special, value) {
            (Special::Panic | Special::Todo, Some(value)) => {
                let want = Expect::Type(TyId::STRING, Why::Text(special.name()));
                let text = self.value(value, want);
                self.panic(text, span, expect)
            }
            (Special::Inspect, Some(value)) => {
                let value = self.value(value, Expect::Any);
                self.done(
                    ExprKind::Inspect(Box::new(value)),
                    TyId::STRING,
                    span,
                    expect,
                )
            }
            (Special::Dbg, Some(value)) => {
                let value = self.value(value, Expect::Any);
                self.dbg(value, span, expect)
            }
            (_, None | Some(_)) => {
                let text = Expr {
                    kind: ExprKind::Str(SmolStr::new_static("not implemented yet")),
                    ty: hole::of_type(TyId::STRING),
                    span,
                };
                self.panic(text, span, expect)
            }
        }
    }

    fn panic(&mut self, text: Expr, span: Span, expect: Expect) -> Expr {
        let ty = self.arena.fresh();
        self.done(ExprKind::Panic(Box::new(text)), ty, span, expect)
    }

    /// `dbg(x)`: `let it = x`, print `file:line: x` to standard error, `it`.
    fn dbg(&mut self, value: Expr, span: Span, expect: Expect) -> Expr {
        let ty = self.type_of(&value);
        let Some(eprintln) = self.eprintln() else {
            let message = "the standard library has no `IO.eprintln` for `dbg`";
            self.sink.push(Diagnostic::internal(span, message));
            return self.error(span);
        };
        let local = self.hidden(&SmolStr::new_static("_dbg"), ty, span);
        let it = |ty| Expr {
            kind: ExprKind::Local(local, Vec::new()),
            ty: hole::of_type(ty),
            span,
        };
        let shown = Expr {
            kind: ExprKind::Inspect(Box::new(it(ty))),
            ty: hole::of_type(TyId::STRING),
            span,
        };
        let place = InterpPart::Text(format_smolstr!("{}: ", self.file_line(span)));
        let text = Expr {
            kind: ExprKind::Interp(vec![place, InterpPart::Value(shown)]),
            ty: hole::of_type(TyId::STRING),
            span,
        };
        let instance = self.instance(eprintln, span);
        if let Some(&param) = instance.params.first() {
            self.demand(span, param, TyId::STRING, Why::Unknown);
        }
        let print = Expr {
            kind: ExprKind::Call(eprintln, super::holes(&instance.args), vec![text]),
            ty: hole::of_type(instance.ret),
            span,
        };
        let pat = Pat {
            kind: PatKind::Bind(local),
            ty: hole::of_type(ty),
            span,
        };
        let bind = Stmt::Let {
            pat,
            value,
            otherwise: None,
        };
        let kind = ExprKind::Block(vec![bind, Stmt::Expr(print)], Box::new(it(ty)));
        self.done(kind, ty, span, expect)
    }

    fn eprintln(&self) -> Option<FuncId> {
        let in_module = |module| self.world.scope(module).values.get("eprintln").copied();
        let io = self.world.std_modules.get("IO").copied();
        io.and_then(in_module)
            .or_else(|| self.world.prelude.and_then(in_module))
    }

    /// `file:line` of a place.
    pub(super) fn file_line(&self, span: Span) -> String {
        match self.world.files.get(span.file) {
            Some(file) => format!("{}:{}", file.path(), file.line_column(span.start).line),
            None => "?".to_owned(),
        }
    }

    /// A special function that is about the mailbox of who calls it, as a value.
    fn uncalled(&mut self, special: Special, span: Span) -> Expr {
        let name = special.name();
        self.sink.push(
            Diagnostic::new(
                Code::NOT_A_FUNCTION,
                span,
                format!("`{name}` is not a value and can only be called"),
            )
            .label("must be called")
            .help(format!("write `{name}(…)`, or a closure that calls it")),
        );
        self.error(span)
    }

    /// A special function as a value: the closure that calls it.
    pub(super) fn special_value(&mut self, special: Special, span: Span, expect: Expect) -> Expr {
        if !special.is_plain() {
            return self.uncalled(special, span);
        }
        let param = match special {
            Special::Panic | Special::Todo => TyId::STRING,
            _ => self.arena.fresh(),
        };
        let ret = match special {
            Special::Inspect => TyId::STRING,
            Special::Dbg => param,
            _ => self.arena.fresh(),
        };
        let local = self.hidden(&SmolStr::new_static("_0"), param, span);
        let arg = Expr {
            kind: ExprKind::Local(local, Vec::new()),
            ty: hole::of_type(param),
            span,
        };
        let pat = Pat {
            kind: PatKind::Bind(local),
            ty: hole::of_type(param),
            span,
        };
        let body = self.special(
            special,
            Some(Value::Ready(arg)),
            span,
            Expect::Type(ret, Why::Unknown),
        );
        let clause = crate::typed::Clause {
            params: vec![pat],
            guard: None,
            body,
            span,
        };
        let ty = self.arena.fun(&[param], ret);
        self.done(ExprKind::Lambda(vec![clause]), ty, span, expect)
    }
}
