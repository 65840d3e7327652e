//! `Node.spawn` and its like: typed by hand, because they take a function by its name, and its arguments.

use smol_str::format_smolstr;

use super::args::{Args, Value};
use super::call::{Target, with_lets};
use super::lookup::Instance;
use super::{Expect, Infer, holes};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mailbox::Mailbox;
use crate::types::mismatch::Why;

/// A function of `Node` that starts another one, and what the library calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// What programs call it.
    name: &'static str,
    /// The function that does it, with the spawned one's name and arguments as values.
    code: &'static str,
    /// What is said besides.
    extra: Extra,
}

/// The last argument of the library's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    /// The two actors have nothing to do with each other.
    Apart,
    /// They are linked.
    Linked,
    /// How long the result may take: the argument `timeout:`.
    Time,
}

const REMOTES: [Remote; 6] = [
    remote("spawn", "remote_or_crash", Extra::Apart),
    remote("spawn_link", "remote_or_crash", Extra::Linked),
    remote("try_spawn", "remote", Extra::Apart),
    remote("try_spawn_link", "remote", Extra::Linked),
    remote("call", "remote_call", Extra::Time),
    remote("try_call", "remote_try_call", Extra::Time),
];

const fn remote(name: &'static str, code: &'static str, extra: Extra) -> Remote {
    Remote { name, code, extra }
}

/// The argument that says how long a result may take, and how many milliseconds that is when nothing is said.
const TIMEOUT: &str = "timeout";
const DEFAULT_TIMEOUT: i64 = 5000;

impl Infer<'_, '_> {
    /// What `Node.spawn` and its like mean, where `Node` is the library's.
    pub(super) fn remote_of(&self, path: &[Ident], name: &Ident) -> Option<Remote> {
        let found = REMOTES.iter().find(|remote| remote.name == name.name)?;
        let hit = self.world.find_module(self.f.module, path)?;
        let library = self.world.std_modules.get("Node")?;
        (hit.item.id == *library).then_some(*found)
    }

    /// `Node.spawn(node, f, args…)`.
    pub(super) fn remote_spawn(
        &mut self,
        remote: Remote,
        mut args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        if args.items.len() < 2 {
            return self.remote_count(remote, args, span);
        }
        let node = args.items.remove(0).value;
        let callee = args.items.remove(0).value;
        let node = self.value(node, Expect::Type(TyId::STRING, Why::Unknown));
        let named = match &callee {
            Value::Written(expr) => self.spawned_func(expr),
            Value::Ready(_) | Value::Block(_) => None,
        };
        let Some((id, instance, at)) = named else {
            self.value(callee, Expect::Any);
            return self.not_remote(
                remote,
                args,
                span,
                "only functions with names can be started on other nodes",
            );
        };
        // Types of functions of the group at hand are not known yet; such have no arguments here.
        let is_known = !instance.args.is_empty();
        if is_known && !self.world.program.funcs[id.0 as usize].is_definite() {
            return self.not_remote(
                remote,
                args,
                at,
                "a generic function cannot be started on another node",
            );
        }
        for arg in &instance.args {
            let _fresh = self.unify_quietly(*arg, TyId::UNIT);
        }
        let extra = self.extra(remote, &mut args, span);
        let ends = (node, extra);
        self.start_remote(remote, ends, (id, instance, at), args, span, expect)
    }

    /// The last argument of the library's function.
    fn extra(&mut self, remote: Remote, args: &mut Args<'_>, span: Span) -> Expr {
        let int = |number| plain(ExprKind::Int(number), TyId::INT, span);
        match remote.extra {
            Extra::Apart => int(0),
            Extra::Linked => int(1),
            Extra::Time => {
                let mut items = args.items.iter();
                let is_time = |name: Option<&Ident>| name.is_some_and(|name| name.name == TIMEOUT);
                match items.position(|arg| is_time(arg.name)) {
                    Some(at) => {
                        let time = args.items.remove(at).value;
                        self.value(time, Expect::Type(TyId::INT, Why::Unknown))
                    }
                    None => int(DEFAULT_TIMEOUT),
                }
            }
        }
    }

    fn start_remote(
        &mut self,
        remote: Remote,
        (node, extra): (Expr, Expr),
        (id, instance, at): (FuncId, Instance, Span),
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let names = self.param_names(id);
        let target = Target::Func(id);
        let (Some(placed), Some(code)) = (
            self.place(args, &names, target, at),
            self.node_func(remote.code, span),
        ) else {
            return self.error(span);
        };
        let (lets, values) = self.arguments(placed, &instance.params, target);
        let message = self.messages_of(&instance, span);
        let count = values.len();
        let (all, all_type) = self.together(values, &instance.params, span);
        let start = self.instance(code, span);
        for (param, known) in start.args.iter().zip([message, instance.ret, all_type]) {
            let _fresh = self.unify_quietly(*param, known);
        }
        let func = &self.world.program.funcs[id.0 as usize];
        let module = &self.world.program.modules[func.module.0 as usize].name;
        let name = format_smolstr!("{module}.{}", func.name);
        let int = |number| plain(ExprKind::Int(number), TyId::INT, span);
        let name = plain(ExprKind::Str(name), TyId::STRING, span);
        let values = vec![node, name, all, int(count as i64), extra];
        self.calls(start.slot, span);
        let kind = ExprKind::Call(code, holes(&start.args), values);
        let call = self.done(kind, start.ret, span, expect);
        with_lets(lets, call)
    }

    /// The type of the messages that a function receives; any, if it receives none.
    fn messages_of(&mut self, instance: &Instance, span: Span) -> TyId {
        let message = self.arena.fresh();
        self.arena.pin(message);
        let actor = self.arena.slots.fresh();
        self.arena.slots.receive(actor, Mailbox { message, span });
        self.arena.slots.flow(instance.slot, actor, span);
        self.settle_due();
        message
    }

    /// Arguments as one value: none as `()`, several as a tuple.
    fn together(&mut self, mut values: Vec<Expr>, types: &[TyId], span: Span) -> (Expr, TyId) {
        match types {
            [] => (plain(ExprKind::Unit, TyId::UNIT, span), TyId::UNIT),
            [one] => (values.remove(0), *one),
            _ => {
                let ty = self.arena.app(Con::Tuple, types);
                (plain(ExprKind::Tuple(values), ty, span), ty)
            }
        }
    }

    fn node_func(&mut self, name: &str, span: Span) -> Option<FuncId> {
        let module = self.world.std_modules.get("Node").copied();
        let found = module.and_then(|id| self.world.scope(id).values.get(name).copied());
        if found.is_none() {
            let message = format!("the standard library has no `Node.{name}`");
            self.sink.push(Diagnostic::internal(span, message));
        }
        found
    }

    fn remote_count(&mut self, remote: Remote, args: Args<'_>, span: Span) -> Expr {
        let name = remote.name;
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                span,
                format!("`Node.{name}` takes a node, a function and its arguments"),
            )
            .label("wrong number of arguments"),
        );
        self.absorb(args, span)
    }

    fn not_remote(&mut self, remote: Remote, args: Args<'_>, span: Span, why: &str) -> Expr {
        let name = remote.name;
        self.sink.push(
            Diagnostic::new(Code::NOT_REMOTE, span, why.to_owned())
                .label("the other node finds it by its name alone")
                .help(format!(
                    "write a function that calls it, `fn start(n :: Int) = …`, and `Node.{name}(node, start, 1)`"
                )),
        );
        self.absorb(args, span)
    }
}

fn plain(kind: ExprKind, ty: TyId, span: Span) -> Expr {
    Expr {
        kind,
        ty: hole::of_type(ty),
        span,
    }
}
