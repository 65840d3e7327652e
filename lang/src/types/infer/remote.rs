//! `Node.spawn` and its like: typed by hand, because they take a function by its name, and its arguments.

use smol_str::format_smolstr;

use super::args::{Args, Value};
use super::call::{Target, with_lets};
use super::lookup::Instance;
use super::{Expect, Infer, holes};
use crate::diagnostics::{Code, Diagnostic};
use crate::expand::RUN;
use crate::resolve::scope::Access;
use crate::syntax::ast::{self, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mailbox::Mailbox;
use crate::types::mismatch::Why;

/// A function that starts another one on another node, and what the library calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// The module that programs say; none for a service or supervisor.
    module: Option<&'static str>,
    /// What programs call it.
    name: &'static str,
    /// The function of `Node` that does it, with the spawned one's name and arguments as values.
    code: &'static str,
    /// Whether the two actors are linked.
    link: bool,
}

const REMOTES: [Remote; 10] = [
    node("spawn", "remote_or_crash", false),
    node("spawn_link", "remote_or_crash", true),
    node("try_spawn", "remote", false),
    node("try_spawn_link", "remote", true),
    node("call", "remote_call", false),
    node("try_call", "remote_try_call", false),
    remote(Some("Job"), "async_on", "remote_job", false),
    remote(None, "start", "remote_start_or_crash", false),
    remote(None, "start_link", "remote_start_or_crash", true),
    remote(None, "try_start", "remote_start", false),
];

const fn node(name: &'static str, code: &'static str, link: bool) -> Remote {
    remote(Some("Node"), name, code, link)
}

const fn remote(
    module: Option<&'static str>,
    name: &'static str,
    code: &'static str,
    link: bool,
) -> Remote {
    Remote {
        module,
        name,
        code,
        link,
    }
}

/// The argument that says how long the other node may take, and how many milliseconds that is when nothing is said.
const TIMEOUT: &str = "timeout";
const DEFAULT_TIMEOUT: i64 = 5000;
/// The argument that says on which node a service is to start.
const NODE: &str = "node";

impl Remote {
    /// Its name with its module.
    fn shown(self) -> String {
        match self.module {
            Some(module) => format!("{module}.{}", self.name),
            None => self.name.to_owned(),
        }
    }
}

impl Infer<'_, '_> {
    /// What `Node.spawn` and its like mean, where `Node` is the library's.
    pub(super) fn remote_of(&self, path: &[Ident], name: &Ident) -> Option<Remote> {
        let mut named = REMOTES.iter().filter(|remote| remote.name == name.name);
        let hit = self.world.find_module(self.f.module, path)?;
        let found = named.find(|remote| {
            let library = remote
                .module
                .and_then(|module| self.world.std_modules.get(module));
            library == Some(&hit.item.id)
        });
        found.copied()
    }

    /// What `Store.start(…, node: n)` means, where `Store` is a service or a supervisor.
    pub(super) fn remote_start_of(
        &self,
        path: &[Ident],
        name: &Ident,
        args: &Args<'_>,
    ) -> Option<Remote> {
        let mut starts = REMOTES.iter().filter(|remote| remote.module.is_none());
        let found = starts.find(|remote| remote.name == name.name)?;
        args.items.iter().find(|arg| arg.is_named(NODE))?;
        let hit = self.world.find_module(self.f.module, path)?;
        let Access::Found(run) = self.world.func_in(self.f.module, hit.item, RUN) else {
            return None;
        };
        // One whose own parameter has the name starts here.
        let is_own = self.param_names(run).iter().any(|param| param == NODE);
        (!is_own).then_some(*found)
    }

    /// `Store.start(args…, node: n)`.
    pub(super) fn remote_start(
        &mut self,
        remote: Remote,
        definition: &ast::Expr,
        mut args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let at = args.items.iter().position(|arg| arg.is_named(NODE));
        let Some(node) = at.map(|at| args.items.remove(at).value) else {
            return self.remote_count(remote, args, span);
        };
        self.remote_call(remote, node, Value::Written(definition), args, span, expect)
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
        self.remote_call(remote, node, callee, args, span, expect)
    }

    fn remote_call(
        &mut self,
        remote: Remote,
        node: Value<'_>,
        callee: Value<'_>,
        mut args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
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
        let time = self.time_of(&mut args, span);
        let ends = (node, time);
        self.start_remote(remote, ends, (id, instance, at), args, span, expect)
    }

    /// How long the other node may take.
    fn time_of(&mut self, args: &mut Args<'_>, span: Span) -> Expr {
        match args.items.iter().position(|arg| arg.is_named(TIMEOUT)) {
            Some(at) => {
                let time = args.items.remove(at).value;
                self.value(time, Expect::Type(TyId::INT, Why::Unknown))
            }
            None => plain(ExprKind::Int(DEFAULT_TIMEOUT), TyId::INT, span),
        }
    }

    fn start_remote(
        &mut self,
        remote: Remote,
        (node, time): (Expr, Expr),
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
        let link = int(remote.link.into());
        let values = vec![node, name, all, int(count as i64), link, time];
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
        let name = remote.shown();
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                span,
                format!("`{name}` takes a node, a function and its arguments"),
            )
            .label("wrong number of arguments"),
        );
        self.absorb(args, span)
    }

    fn not_remote(&mut self, remote: Remote, args: Args<'_>, span: Span, why: &str) -> Expr {
        let name = remote.shown();
        self.sink.push(
            Diagnostic::new(Code::NOT_REMOTE, span, why.to_owned())
                .label("the other node finds it by its name alone")
                .help(format!(
                    "write a function that calls it, `fn start(n :: Int) = …`, and `{name}(node, start, 1)`"
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
