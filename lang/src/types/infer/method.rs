//! Method calls: `v.name(args)` on values.

use super::args::Args;
use super::call::with_lets;
use super::interface::Method;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{self, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId, Stmt};
use crate::types::arena::{Node, TyId};
use crate::types::messages;
use crate::types::mismatch::Why;

use super::pending::Wait;

/// A method call on a value of unknown type.
#[derive(Debug)]
pub struct MethodCall {
    /// The value before the dot.
    pub receiver: Expr,
    /// The method.
    pub name: Ident,
    /// Arguments, already inferred.
    pub args: Vec<Expr>,
    /// Result type.
    pub result: TyId,
}

impl Infer<'_, '_> {
    pub(super) fn method(
        &mut self,
        base: &ast::Expr,
        name: &Ident,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let receiver = self.infer(base).0;
        self.method_on(receiver, name, args, span, expect)
    }

    /// Calls a method of a value.
    pub(super) fn method_on(
        &mut self,
        receiver: Expr,
        name: &Ident,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let ty = self.type_of(&receiver);
        if self.arena.is_var(ty) {
            self.solve_pending();
        }
        if self.arena.is_var(ty) {
            return self.method_later(receiver, name, args, span, expect);
        }
        if let Some((index, field)) = self.struct_field(ty, &name.name) {
            let field_span = receiver.span.to(name.span);
            let kind = ExprKind::Field(Box::new(receiver), index);
            let callee = self.done(kind, field, field_span, Expect::Any);
            return self.call_value(callee, args, span, expect);
        }
        match self.interface_method(ty, name, true) {
            Method::One(id) => {
                return self.call_func(id, args.with_receiver(receiver), name.span, span, expect);
            }
            Method::Several => return self.absorb(args, span),
            Method::None => {}
        }
        match self.method_of(ty, &name.name) {
            Some(id) => self.call_func(id, args.with_receiver(receiver), name.span, span, expect),
            None => {
                self.no_method(ty, name);
                self.absorb(args, span)
            }
        }
    }

    /// The receiver's type is not known yet: arguments are inferred by themselves.
    fn method_later(
        &mut self,
        receiver: Expr,
        name: &Ident,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        if args.items.iter().any(|arg| arg.name.is_some()) {
            self.sink.push(
                Diagnostic::new(
                    Code::AMBIGUOUS_TYPE,
                    receiver.span,
                    "the type of this is not known here, so keyword arguments cannot be placed",
                )
                .label("type not known")
                .help("annotate it where it is bound"),
            );
            return self.absorb(args, span);
        }
        let (lets, mut values) = self.in_positions(args.with_receiver(receiver));
        let receiver = values.remove(0);
        let result = self.arena.fresh();
        let call = MethodCall {
            receiver,
            name: name.clone(),
            args: values,
            result,
        };
        let kind = self.await_type(Wait::Method(Box::new(call)), span);
        let call = self.done(kind, result, span, expect);
        with_lets(lets, call)
    }

    /// Infers arguments by themselves and puts them into the order of their positions.
    fn in_positions(&mut self, args: Args<'_>) -> (Vec<Stmt>, Vec<Expr>) {
        let positional = args.positional();
        let position = |at| positional.iter().position(|&index| index == at);
        let order: Vec<usize> = (0..args.items.len()).filter_map(position).collect();
        let mut done: Vec<Option<Expr>> = order.iter().map(|_| None).collect();
        for (arg, &at) in args.items.into_iter().zip(&order) {
            done[at] = Some(self.value(arg.value, Expect::Any));
        }
        self.in_parameter_order(order, done)
    }

    /// Decides a method call whose receiver is known by now.
    pub(super) fn decide_method(&mut self, call: MethodCall) -> ExprKind {
        let MethodCall {
            receiver,
            name,
            args,
            result,
        } = call;
        let ty = self.type_of(&receiver);
        if let Some((index, field)) = self.struct_field(ty, &name.name) {
            let types: Vec<TyId> = args.iter().map(|arg| self.type_of(arg)).collect();
            let fun = self.arena.fun(&types, result);
            self.demand(name.span, field, fun, Why::Unknown);
            self.calls_value(field, name.span);
            let callee = Expr {
                kind: ExprKind::Field(Box::new(receiver), index),
                ty: super::hole::of_type(field),
                span: name.span,
            };
            return ExprKind::CallValue(Box::new(callee), args);
        }
        let found = match self.interface_method(ty, &name, true) {
            Method::One(id) => Some(id),
            Method::Several => None,
            Method::None => {
                let found = self.method_of(ty, &name.name);
                if found.is_none() && !self.arena.is_error(ty) {
                    self.no_method(ty, &name);
                }
                found
            }
        };
        let Some(id) = found else {
            let _agrees = self.unify_quietly(result, TyId::ERROR);
            return ExprKind::Unit;
        };
        let mut all = vec![receiver];
        all.extend(args);
        self.late_call(id, all, &name, result)
    }

    /// Decides that a call on a value that nothing determines is one of an interface's method.
    pub(super) fn decide_by_method(&mut self, id: FuncId, call: MethodCall) -> ExprKind {
        let mut all = vec![call.receiver];
        all.extend(call.args);
        self.late_call(id, all, &call.name, call.result)
    }

    fn late_call(&mut self, id: FuncId, args: Vec<Expr>, name: &Ident, result: TyId) -> ExprKind {
        let instance = self.instance(id, name.span);
        if instance.params.len() != args.len() {
            let func = &self.world.program.funcs[id.0 as usize];
            let signature = self.shower().signature(func);
            self.sink.push(
                Diagnostic::new(
                    Code::ARGUMENT_COUNT,
                    name.span,
                    format!(
                        "`{}` takes {} arguments with the value before the dot, but {} given",
                        name.name,
                        instance.params.len(),
                        messages::are(args.len())
                    ),
                )
                .label("wrong number of arguments")
                .note(format!("declared as `{signature}`")),
            );
            let _agrees = self.unify_quietly(result, TyId::ERROR);
            return ExprKind::Unit;
        }
        for (index, (arg, &want)) in args.iter().zip(&instance.params).enumerate() {
            let found = self.type_of(arg);
            self.demand(arg.span, want, found, Why::Param(id, index as u32));
        }
        self.demand(name.span, result, instance.ret, Why::Unknown);
        self.calls(instance.slot, name.span);
        self.call_kind(id, &instance.args, args, instance.ret, name.span)
    }

    /// The function of the standard module of a type.
    pub(super) fn method_of(&self, ty: TyId, name: &str) -> Option<FuncId> {
        if let Some(id) = self.service_function(ty, name) {
            return Some(id);
        }
        let own = self.home_module(ty).and_then(|module| {
            let id = *self.world.scope(module).values.get(name)?;
            let public = self.world.program.funcs[id.0 as usize].public;
            (public || self.world.is_inside(self.f.module, module)).then_some(id)
        });
        own.or_else(|| self.conversion_method(ty, name))
    }

    /// A function of the service that a pid belongs to.
    fn service_function(&self, ty: TyId, name: &str) -> Option<FuncId> {
        let Some((Con::Pid, &[message])) = self.arena.known(ty) else {
            return None;
        };
        let Some((Con::Adt(id), _)) = self.arena.known(message) else {
            return None;
        };
        let def = &self.world.program.types[id.0 as usize];
        let nested = self.world.scope(def.module).nested.get(&def.name).copied();
        let service = match self.world.is_std(def.module) {
            true => def.module,
            false => nested?,
        };
        let id = *self.world.scope(service).values.get(name)?;
        self.world.program.funcs[id.0 as usize].public.then_some(id)
    }

    /// `x.into()`, which values of all types have.
    fn conversion_method(&self, ty: TyId, name: &str) -> Option<FuncId> {
        if name != "into" || self.arena.is_error(ty) {
            return None;
        }
        let prelude = self.world.prelude?;
        self.world.scope(prelude).values.get(name).copied()
    }

    /// The standard module of a type.
    fn home_module(&self, ty: TyId) -> Option<crate::typed::ModuleId> {
        let (con, _) = self.arena.known(ty)?;
        let name = match con {
            Con::Fun => return None,
            Con::Adt(id) => {
                let module = self.world.program.types[id.0 as usize].module;
                return self.world.is_std(module).then_some(module);
            }
            Con::Int => "Int",
            Con::Float => "Float",
            Con::Bool => "Bool",
            Con::Unit => "Unit",
            Con::String => "String",
            Con::Bytes => "Bytes",
            Con::Atom => "Atom",
            Con::Range => "Range",
            Con::Ref => "Ref",
            Con::Pid => "Pid",
            Con::List => "List",
            Con::Map => "Map",
            Con::Set => "Set",
            Con::Tuple => "Tuple",
        };
        self.world.std_modules.get(name).copied()
    }

    fn no_method(&mut self, ty: TyId, name: &Ident) {
        if self.arena.is_error(ty) {
            return;
        }
        let text = self.show_one(ty);
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_METHOD,
            name.span,
            format!("`{text}` has no function `{}`", name.name),
        )
        .label("unknown function");
        let lacking = self.lacking_interface(name);
        if let Some((interface, span)) = lacking {
            if self.world.disowned.iter().any(|name| *name == interface) {
                return;
            }
            let help = match self.arena.node(ty) {
                Node::Rigid(_) => {
                    format!("demand it in the signature: `where {text}: {interface}`")
                }
                _ => format!("implement it: `impl {interface} for {text} do … end`"),
            };
            self.sink.push(
                diagnostic
                    .secondary(span, format!("`{interface}` has such a method, but `{text}` does not have `{interface}`"))
                    .help(help),
            );
            return;
        }
        let bare = self.world.find_value(self.f.module, &name.name).is_some()
            || self.f.scope.contains_key(&name.name);
        let diagnostic = if bare {
            diagnostic.help(format!(
                "`{0}` is an ordinary function: write `{0}(value)` or `value |> {0}`",
                name.name
            ))
        } else {
            let home = self.home_module(ty).map(|id| self.world.scope(id));
            let names = home.into_iter().flat_map(|scope| scope.values.keys());
            let names = names.map(|name| name.as_str()).chain(self.method_names(ty));
            let public = names.filter(|name| !name.starts_with('_'));
            diagnostic.maybe_help(did_you_mean(&name.name, public).or_else(|| habit(&name.name)))
        };
        self.sink.push(diagnostic);
    }
}

/// Methods of other languages that are something else in Snow.
fn habit(name: &str) -> Option<String> {
    match name {
        "to_s" | "toString" => Some("make text with interpolation: `\"${value}\"`".to_owned()),
        "clone" => Some("values are immutable, so no copy is needed".to_owned()),
        _ => crate::resolve::imports::habit(name),
    }
}
