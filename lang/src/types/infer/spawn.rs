//! `self()`, `send` and `spawn`: typed by hand, because they are about mailboxes.

use smol_str::{SmolStr, format_smolstr};

use super::args::{Args, Argument, Value, fill};
use super::call::{Target, arguments, with_lets};
use super::lookup::Instance;
use super::special::Special;
use super::{Expect, Infer, holes};
use crate::diagnostics::{Code, Diagnostic};
use crate::expand::RUN;
use crate::resolve::Item;
use crate::resolve::deps::upper_path;
use crate::resolve::scope::Access;
use crate::syntax::ast::{self, ExprKind as Ast, Ident, Span};
use crate::typed::{Clause, Con, Expr, ExprKind, FuncId, Stmt, TypeDefId};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mailbox::{Mailbox, SlotId};
use crate::types::messages;
use crate::types::mismatch::Why;

/// The bit of `spawn` that links; the library says it as a number.
const LINK: i64 = 1;

/// The keyword of bounds, and the place of the parameter that takes them.
const LIMITS: &str = "limits";
const LIMITS_PARAM: usize = 3;

/// What is spawned.
struct Spawned {
    /// Bindings of the arguments, made by the spawner.
    lets: Vec<Stmt>,
    /// The closure without parameters that the actor runs.
    code: Expr,
    /// What it gives, which is thrown away.
    ret: TyId,
    /// What it receives.
    slot: Option<SlotId>,
    /// How reports call it.
    name: SmolStr,
}

impl Infer<'_, '_> {
    /// `self()`.
    pub(super) fn self_pid(&mut self, args: Args<'_>, span: Span, expect: Expect) -> Expr {
        if !args.items.is_empty() {
            return self.special_count(Special::SelfPid, args.items.len(), span);
        }
        let Some(code) = self.process_func("raw_self", span) else {
            return self.error(span);
        };
        let message = self.mailbox(span).message;
        let kind = ExprKind::Call(code, holes(&[message]), Vec::new());
        let ty = self.arena.app(Con::Pid, &[message]);
        self.done(kind, ty, span, expect)
    }

    /// `send(pid, message)`.
    pub(super) fn send(&mut self, args: Args<'_>, span: Span, expect: Expect) -> Expr {
        let count = args.items.len();
        let mut values = args.items.into_iter().map(|arg| arg.value);
        let (Some(to), Some(message), None) = (values.next(), values.next(), values.next()) else {
            return self.special_count(Special::Send, count, span);
        };
        let Some(code) = self.process_func("raw_send", span) else {
            return self.error(span);
        };
        let to = self.value(to, Expect::Any);
        let found = self.type_of(&to);
        if let Some(post) = self.post_of(found) {
            let args = Args::of_values([message]).with_receiver(to);
            return self.call_func(post, args, span, span, expect);
        }
        let accepted = self.arena.fresh();
        let pid = self.arena.app(Con::Pid, &[accepted]);
        self.demand(to.span, pid, found, Why::Receiver);
        let message = self.value(message, Expect::Type(accepted, Why::Message(to.span)));
        let kind = ExprKind::Call(code, holes(&[accepted]), vec![to, message]);
        self.done(kind, TyId::UNIT, span, expect)
    }

    fn global_name(&self) -> Option<TypeDefId> {
        let module = self.world.std_modules.get("Global")?;
        match self.world.scope(*module).types.get("Name") {
            Some(Item::Type(id)) => Some(*id),
            _ => None,
        }
    }

    /// What sends to a receiver that is found by a name: `(name, node)` or `global(name)`.
    fn post_of(&self, receiver: TyId) -> Option<FuncId> {
        let is_named = match self.arena.known(receiver)? {
            (Con::Tuple, [_, _]) => true,
            (Con::Adt(def), []) => Some(def) == self.global_name(),
            _ => false,
        };
        let service = self.world.std_modules.get("Service").copied();
        let post = service.and_then(|id| self.world.scope(id).values.get("cast").copied());
        post.filter(|_| is_named)
    }

    /// `spawn(f, args…)` and `spawn_link(f, args…)`.
    pub(super) fn spawn(
        &mut self,
        special: Special,
        mut args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        if args.items.is_empty() {
            return self.special_count(special, 0, span);
        }
        let Some(code) = self.process_func("raw_spawn", span) else {
            return self.error(span);
        };
        let named = match special {
            Special::SpawnAs if args.items.len() == 3 => {
                let name = args.items.remove(0).value;
                let flags = args.items.remove(0).value;
                let name = self.value(name, Expect::Type(TyId::STRING, Why::Unknown));
                Some((
                    name,
                    self.value(flags, Expect::Type(TyId::INT, Why::Unknown)),
                ))
            }
            _ => None,
        };
        let limits = self.spawn_limits(&mut args, span);
        let first = args.items.remove(0).value;
        let Some(spawned) = self.spawned(first, args, span) else {
            return self.error(span);
        };
        let message = self.arena.fresh();
        self.arena.pin(message);
        if let Some(slot) = spawned.slot {
            let actor = self.arena.slots.fresh();
            self.arena.slots.receive(actor, Mailbox { message, span });
            self.arena.slots.flow(slot, actor, span);
            self.settle_due();
        }
        let flags = match special {
            Special::SpawnLink => LINK,
            _ => 0,
        };
        let (name, flags) = named.unwrap_or((
            plain(ExprKind::Str(spawned.name), TyId::STRING, span),
            plain(ExprKind::Int(flags), TyId::INT, span),
        ));
        let types = holes(&[message, spawned.ret]);
        let kind = match limits {
            None => ExprKind::Call(code, types, vec![spawned.code, name, flags]),
            Some((code, limits)) => {
                ExprKind::Call(code, types, vec![spawned.code, name, flags, limits])
            }
        };
        let ty = self.arena.app(Con::Pid, &[message]);
        let call = self.done(kind, ty, span, expect);
        with_lets(spawned.lets, call)
    }

    /// `limits: …`, which is the argument of `spawn` itself, and the function that does it then.
    fn spawn_limits(&mut self, args: &mut Args<'_>, span: Span) -> Option<(FuncId, Expr)> {
        let is_it = |arg: &Argument<'_>| arg.name.is_some_and(|name| name.name == LIMITS);
        let at = args.items.iter().position(is_it).filter(|at| *at > 0)?;
        let limits = args.items.remove(at).value;
        let code = self.process_func("spawn_limited", span)?;
        let wanted = self.instance(code, span).params[LIMITS_PARAM];
        let limits = self.value(limits, Expect::Type(wanted, Why::Unknown));
        Some((code, limits))
    }

    /// What the arguments of `spawn` mean; none when that was reported.
    fn spawned(&mut self, first: Value<'_>, args: Args<'_>, span: Span) -> Option<Spawned> {
        if let Value::Written(expr) = &first
            && let Some((id, instance, at)) = self.spawned_func(expr)
        {
            return self.spawn_func(id, instance, args, at, span);
        }
        let callee = self.value(first, Expect::Any);
        self.spawn_value(callee, args, span)
    }

    /// The function that the first argument of `spawn` names.
    pub(super) fn spawned_func(&mut self, expr: &ast::Expr) -> Option<(FuncId, Instance, Span)> {
        match &expr.kind {
            Ast::Paren(inner) => self.spawned_func(inner),
            Ast::Name(name) if !self.f.scope.contains_key(name) => {
                let hit = self.world.find_value(self.f.module, name)?;
                let id = self.world.note(hit);
                Some((id, self.instance(id, expr.span), expr.span))
            }
            Ast::Field(base, name) if name.name.starts_with(char::is_lowercase) => {
                let path = upper_path(base)?;
                let found = self.path_func(&path, name)?;
                Some((found.id, self.instance_on(found, name.span), name.span))
            }
            Ast::Upper(_) | Ast::Field(..) => {
                self.spawned_definition(&upper_path(expr)?, expr.span)
            }
            _ => None,
        }
    }

    /// `spawn(App)`: what a service or supervisor runs.
    fn spawned_definition(
        &mut self,
        path: &[Ident],
        span: Span,
    ) -> Option<(FuncId, Instance, Span)> {
        let hit = self.world.find_module(self.f.module, path)?;
        let Access::Found(id) = self.world.func_in(self.f.module, hit.item, RUN) else {
            return None;
        };
        self.world.note(hit);
        Some((id, self.instance(id, span), span))
    }

    /// A named function with its arguments, which the spawner evaluates.
    fn spawn_func(
        &mut self,
        id: FuncId,
        instance: Instance,
        args: Args<'_>,
        at: Span,
        span: Span,
    ) -> Option<Spawned> {
        let names = self.param_names(id);
        let target = Target::Func(id);
        let placed = self.place(args, &names, target, at)?;
        let (lets, values) = self.arguments(placed, &instance.params, target);
        let (lets, locals) = self.for_actor(lets, values);
        let kind = self.call_kind(id, &instance.args, locals, instance.ret, span);
        let func = &self.world.program.funcs[id.0 as usize];
        let module = &self.world.program.modules[func.module.0 as usize].name;
        Some(Spawned {
            lets,
            name: format_smolstr!("{module}.{}", func.name),
            code: self.thunk(kind, instance.ret, span),
            ret: instance.ret,
            slot: Some(instance.slot),
        })
    }

    /// A function value with its arguments.
    fn spawn_value(&mut self, callee: Expr, args: Args<'_>, span: Span) -> Option<Spawned> {
        let ty = self.type_of(&callee);
        let count = args.count();
        let (params, ret) = match self.arena.known(ty) {
            Some((Con::Fun, [params @ .., ret])) => (params.to_vec(), *ret),
            Some(_) => {
                self.not_spawnable(&callee);
                self.absorb(args, span);
                return None;
            }
            None => {
                let params: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
                let ret = self.arena.fresh();
                let fun = self.arena.fun(&params, ret);
                let _reported = self.unify_quietly(ty, fun);
                (params, ret)
            }
        };
        let slot = self.arena.slot(ty);
        let func = &self.world.program.funcs[self.f.func.0 as usize];
        let module = &self.world.program.modules[func.module.0 as usize].name;
        let name = format_smolstr!("{module}.{}.fn", func.name);
        if params.is_empty() && count == 0 {
            return Some(Spawned {
                lets: Vec::new(),
                code: callee,
                ret,
                slot,
                name,
            });
        }
        let slots = vec![None; args.items.len()];
        let placed = match fill(args, slots, (0..params.len()).collect()) {
            Ok(placed) => placed,
            Err(args) => {
                self.spawn_count(&callee, params.len(), count);
                self.absorb(args, span);
                return None;
            }
        };
        let (lets, mut values) = self.arguments(placed, &params, Target::Value(callee.span));
        values.insert(0, callee);
        let (lets, mut locals) = self.for_actor(lets, values);
        let callee = locals.remove(0);
        let kind = ExprKind::CallValue(Box::new(callee), locals);
        Some(Spawned {
            lets,
            code: self.thunk(kind, ret, span),
            ret,
            slot,
            name,
        })
    }

    /// Binds values before the actor starts; it captures them.
    fn for_actor(&mut self, mut lets: Vec<Stmt>, values: Vec<Expr>) -> (Vec<Stmt>, Vec<Expr>) {
        let locals = values
            .into_iter()
            .map(|value| match value.kind {
                ExprKind::Local(..) => value,
                _ => self.named(value, &mut lets),
            })
            .collect();
        (lets, locals)
    }

    /// `fn -> kind end`.
    fn thunk(&mut self, kind: ExprKind, ret: TyId, span: Span) -> Expr {
        let clause = Clause {
            params: Vec::new(),
            guard: None,
            body: plain(kind, ret, span),
            span,
        };
        let ty = self.arena.fun(&[], ret);
        plain(ExprKind::Lambda(vec![clause]), ty, span)
    }

    fn not_spawnable(&mut self, callee: &Expr) {
        let ty = self.type_of(callee);
        if self.arena.is_error(ty) {
            return;
        }
        let text = self.show_one(ty);
        self.sink.push(
            Diagnostic::new(
                Code::NOT_A_FUNCTION,
                callee.span,
                format!("`{text}` is not a function and cannot be spawned"),
            )
            .label(format!("this is `{text}`"))
            .help("spawn an actor or function with its arguments, `spawn(counter, 0)`, or a closure, `spawn(fn -> … end)`"),
        );
    }

    fn spawn_count(&mut self, callee: &Expr, expected: usize, given: usize) {
        let text = self.show_one(self.type_of(callee));
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                callee.span,
                format!(
                    "this function takes {}, but {} given to `spawn` for it",
                    arguments(expected),
                    messages::are(given)
                ),
            )
            .label(format!("this is `{text}`")),
        );
    }
}

fn plain(kind: ExprKind, ty: TyId, span: Span) -> Expr {
    Expr {
        kind,
        ty: hole::of_type(ty),
        span,
    }
}
