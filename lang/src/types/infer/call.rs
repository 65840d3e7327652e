//! Calls: positional, keyword and trailing-block arguments of functions, variants and function values.

use smol_str::SmolStr;

use super::args::{Args, fill};
use super::lookup::Instance;
use super::shape::Shaped;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::deps::upper_path;
use crate::resolve::scope::Access;
use crate::syntax::ast::{self, ExprKind as Ast, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId, Stmt};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::messages;
use crate::types::mismatch::Why;

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Func(FuncId),
    Shape(Shaped),
    /// A function value, which is here.
    Value(Span),
}

impl Infer<'_, '_> {
    pub(super) fn call(&mut self, call: &ast::Call, span: Span, expect: Expect) -> Expr {
        self.call_with(&call.callee, Args::of(call), span, expect)
    }

    /// Calls what `callee` means with `args`.
    pub(super) fn call_with(
        &mut self,
        callee: &ast::Expr,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match &callee.kind {
            Ast::Name(name) if !self.f.scope.contains_key(name) => {
                self.call_name(name, callee.span, args, span, expect)
            }
            Ast::Upper(name) => {
                let path = [Ident {
                    name: name.clone(),
                    span: callee.span,
                }];
                self.call_variant(&path, args, span, expect)
            }
            Ast::Field(base, name) => self.call_field(base, name, args, span, expect),
            _ => {
                let callee = self.infer(callee).0;
                self.call_value(callee, args, span, expect)
            }
        }
    }

    fn call_name(
        &mut self,
        name: &ast::Name,
        name_span: Span,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        if let Some(hit) = self.world.find_value(self.f.module, name) {
            let id = self.world.note(hit);
            return self.call_func(id, args, name_span, span, expect);
        }
        if let Some(special) = self.special_of(name) {
            return self.special_call(special, args, span, expect);
        }
        self.unknown_name(name, name_span);
        self.absorb(args, span)
    }

    /// Infers the arguments of a call that was reported, for mistakes of their own.
    pub(super) fn absorb(&mut self, args: Args<'_>, span: Span) -> Expr {
        for arg in args.items {
            let value = self.value(arg.value, Expect::Type(TyId::ERROR, Why::Unknown));
            self.forgive_function(&value);
        }
        self.error(span)
    }

    /// What a function that nobody will call takes and gives is not to be determined by anything.
    fn forgive_function(&mut self, value: &Expr) {
        let ty = self.type_of(value);
        if matches!(self.arena.known(ty), Some((Con::Fun, _))) {
            self.forgive(ty, 1);
        }
    }

    /// Parts of a type that nothing determines because what would was reported.
    fn forgive(&mut self, ty: TyId, depth: u32) {
        if self.arena.is_var(ty) {
            let _agrees = self.unify_quietly(ty, TyId::ERROR);
        } else if let (Some((_, parts)), true) = (self.arena.known(ty), depth > 0) {
            let parts = parts.to_vec();
            for part in parts {
                self.forgive(part, depth - 1);
            }
        }
    }

    fn call_variant(&mut self, path: &[Ident], args: Args<'_>, span: Span, expect: Expect) -> Expr {
        match self.shaped(path, expect.ty()) {
            Some(shaped) => self.call_shape(shaped, args, Self::path_span(path), span, expect),
            None => self.absorb(args, span),
        }
    }

    /// `Module.f(…)`, `Shape.Circle(…)`, or a method of a value.
    fn call_field(
        &mut self,
        base: &ast::Expr,
        name: &Ident,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let Some(mut path) = upper_path(base) else {
            return self.method(base, name, args, span, expect);
        };
        if name.name.starts_with(char::is_uppercase) {
            path.push(name.clone());
            return self.call_variant(&path, args, span, expect);
        }
        if let Some(expr) = self.nullary_receiver(&path, name) {
            return self.method_on(expr, name, args, span, expect);
        }
        if let Some(remote) = self.remote_of(&path, name) {
            return self.remote_spawn(remote, args, span, expect);
        }
        if let Some(remote) = self.remote_start_of(&path, name, &args) {
            return self.remote_start(remote, base, args, span, expect);
        }
        let Some(found) = self.path_func(&path, name) else {
            return self.absorb(args, span);
        };
        let instance = self.instance_on(found, name.span);
        self.call_instance(found.id, instance, args, name.span, span, expect)
    }

    /// `None.map(f)`: a variant without fields as receiver, where no module has that name and function.
    fn nullary_receiver(&mut self, path: &[Ident], name: &Ident) -> Option<Expr> {
        let module = self.world.find_module(self.f.module, path);
        let found = module.is_some_and(|hit| {
            self.world.func_in(self.f.module, hit.item, &name.name) != Access::Missing
        });
        let [one] = path else {
            return self.qualified_receiver(path);
        };
        if found
            || self
                .world
                .find_variants(self.f.module, &one.name)
                .item
                .is_empty()
        {
            return None;
        }
        Some(self.upper(&one.name, one.span, Expect::Any))
    }

    /// `Light.Red.name()`.
    fn qualified_receiver(&mut self, path: &[Ident]) -> Option<Expr> {
        let (name, owner) = path.split_last()?;
        let def = self.type_of_path(owner)?;
        let variant = self.world.variant_number(def, &name.name)?;
        let span = Self::path_span(path);
        Some(self.variant_value(Shaped { def, variant }, span, Expect::Any))
    }

    /// Calls a function by name.
    pub(super) fn call_func(
        &mut self,
        id: FuncId,
        args: Args<'_>,
        name_span: Span,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let instance = self.instance(id, name_span);
        self.call_instance(id, instance, args, name_span, span, expect)
    }

    /// Calls an instance of a function.
    fn call_instance(
        &mut self,
        id: FuncId,
        instance: Instance,
        args: Args<'_>,
        name_span: Span,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let names: Vec<SmolStr> = self.param_names(id);
        let target = Target::Func(id);
        let args = match self.world.program.funcs[id.0 as usize].may_wait {
            true => args.with_default(names.len(), TIMEOUT, default_timeout(span)),
            false => args,
        };
        let args = match instance.params.last() {
            Some(&last) if self.is_fields(last) => {
                args.with_last(names.len(), || self.no_fields(span))
            }
            _ => args,
        };
        let Some(placed) = self.place(args, &names, target, name_span) else {
            return self.error(span);
        };
        let (lets, args) = self.arguments(placed, &instance.params, target);
        for (arg, &param) in args.iter().zip(&instance.params) {
            if self.arena.is_error(self.type_of(arg)) {
                self.forgive(param, 3);
            }
        }
        self.calls(instance.slot, span);
        let kind = self.call_kind(id, &instance.args, args, instance.ret, span);
        let call = self.done(kind, instance.ret, span, expect);
        with_lets(lets, call)
    }

    /// Names of a function's parameters, empty for patterns.
    pub(super) fn param_names(&self, id: FuncId) -> Vec<SmolStr> {
        match self.world.func_source(id) {
            Some(source) => crate::types::signature::param_names(source),
            None => {
                let func = &self.world.program.funcs[id.0 as usize];
                func.params.iter().map(|(name, _)| name.clone()).collect()
            }
        }
    }

    fn call_shape(
        &mut self,
        shaped: Shaped,
        args: Args<'_>,
        name_span: Span,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (ty, types) = self.instance_of(shaped);
        if let Some(want) = expect.ty()
            && self.arena.could_unify(want, ty, 2)
        {
            // What is wanted tells what the fields hold; a difference is reported by `done`.
            let _differs = self.unify_quietly(want, ty);
        }
        let names: Vec<SmolStr> = self
            .fields_of(shaped)
            .iter()
            .map(|field| field.name.clone())
            .collect();
        self.put_into_data(&types, span);
        let target = Target::Shape(shaped);
        let Some(placed) = self.place(args, &names, target, name_span) else {
            return self.error(span);
        };
        let (lets, fields) = self.arguments(placed, &types, target);
        self.require_of_parts(shaped, ty, name_span);
        let kind = ExprKind::Construct {
            variant: shaped.variant,
            fields,
        };
        let built = self.done(kind, ty, span, expect);
        with_lets(lets, built)
    }

    /// Calls a function value.
    pub(super) fn call_value(
        &mut self,
        callee: Expr,
        args: Args<'_>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let ty = self.type_of(&callee);
        let count = args.count();
        let here = callee.span;
        let (params, ret) = match self.arena.known(ty) {
            Some((Con::Fun, [params @ .., ret])) => (params.to_vec(), *ret),
            Some(_) => return self.not_a_function(&callee, args, span),
            None => {
                let params: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
                let ret = self.arena.fresh();
                let fun = self.arena.fun(&params, ret);
                if self.unify_quietly(ty, fun).is_err() {
                    return self.not_a_function(&callee, args, span);
                }
                (params, ret)
            }
        };
        let slots = vec![None; args.items.len()];
        match fill(args, slots, (0..params.len()).collect()) {
            Ok(placed) => {
                let target = Target::Value(callee.span);
                let (lets, typed) = self.arguments(placed, &params, target);
                self.calls_value(ty, here);
                let kind = ExprKind::CallValue(Box::new(callee), typed);
                let call = self.done(kind, ret, span, expect);
                with_lets(lets, call)
            }
            Err(args) => self.value_count(&callee, params.len(), args, span),
        }
    }

    fn value_count(&mut self, callee: &Expr, expected: usize, args: Args<'_>, span: Span) -> Expr {
        let text = self.show_one(self.type_of(callee));
        let were = messages::are(args.items.len());
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                callee.span,
                format!(
                    "this function takes {}, but {were} given",
                    arguments(expected)
                ),
            )
            .label(format!("this is `{text}`")),
        );
        self.absorb(args, span)
    }

    /// Whether a `|>` stands before a place.
    pub(super) fn is_piped_into(&self, span: Span) -> bool {
        let file = self.world.files.get(span.file);
        let before = file.and_then(|file| file.text().get(..span.start as usize));
        let path = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let before = before.map(|before| before.trim_end_matches(path).trim_end());
        before.is_some_and(|before| before.ends_with("|>"))
    }

    fn not_a_function(&mut self, callee: &Expr, args: Args<'_>, span: Span) -> Expr {
        let ty = self.type_of(callee);
        if !self.arena.is_error(ty) {
            let text = self.show_one(ty);
            let diagnostic = Diagnostic::new(
                Code::NOT_A_FUNCTION,
                callee.span,
                format!("`{text}` is not a function and cannot be called"),
            )
            .label(format!("this is `{text}`"));
            self.sink.push(match self.is_piped_into(callee.span) {
                true => diagnostic.help("on the right of `|>` stands a call, which gets the value as its first argument: `x |> f(y)` is `f(x, y)`"),
                false => diagnostic,
            });
        }
        self.absorb(args, span)
    }
}

/// The name of the last parameter of functions that wait.
const TIMEOUT: &str = "timeout";
/// How many milliseconds they wait when nothing is said.
const DEFAULT_TIMEOUT: i64 = 5000;

fn default_timeout(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Int(DEFAULT_TIMEOUT),
        ty: hole::of_type(TyId::INT),
        span,
    }
}

/// Puts the bindings of arguments before a call.
pub(super) fn with_lets(lets: Vec<Stmt>, call: Expr) -> Expr {
    if lets.is_empty() {
        return call;
    }
    Expr {
        ty: call.ty.clone(),
        span: call.span,
        kind: ExprKind::Block(lets, Box::new(call)),
    }
}

/// `1 argument`, `2 arguments`.
pub(super) fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
