//! Calls: positional, keyword and trailing-block arguments of functions, variants and function values.

use smol_str::{SmolStr, format_smolstr};

use super::args::{Args, Placed, Value, fill};
use super::lookup::Shaped;
use super::special::Special;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::resolve::deps::upper_path;
use crate::resolve::scope::Access;
use crate::syntax::ast::{self, ExprKind as Ast, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FuncId, Pat, PatKind, Stmt};
use crate::types::arena::{Clash, TyId};
use crate::types::hole;
use crate::types::messages;
use crate::types::mismatch::Why;

/// What is called.
#[derive(Clone, Copy, Debug)]
enum Target {
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
        if let Some(special) = Special::from_name(name) {
            return self.special_call(special, args, span, expect);
        }
        self.unknown_name(name, name_span);
        self.absorb(args, span)
    }

    /// Infers the arguments of a call that was reported, for mistakes of their own.
    pub(super) fn absorb(&mut self, args: Args<'_>, span: Span) -> Expr {
        for arg in args.items {
            self.value(arg.value, Expect::Type(TyId::ERROR, Why::Unknown));
        }
        self.error(span)
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
        match self.module_func(&path, name) {
            Some(id) => self.call_func(id, args, name.span, span, expect),
            None => self.absorb(args, span),
        }
    }

    /// `None.map(f)`: a variant without fields as receiver, where no module has that name and function.
    fn nullary_receiver(&mut self, path: &[Ident], name: &Ident) -> Option<Expr> {
        let module = self.world.find_module(self.f.module, path);
        let found = module.is_some_and(|hit| {
            self.world.func_in(self.f.module, hit.item, &name.name) != Access::Missing
        });
        let [one] = path else { return None };
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
        let names: Vec<SmolStr> = self.param_names(id);
        let target = Target::Func(id);
        let Some(placed) = self.place(args, &names, target, name_span) else {
            return self.error(span);
        };
        let (lets, args) = self.arguments(placed, &instance.params, target);
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
        let target = Target::Shape(shaped);
        let Some(placed) = self.place(args, &names, target, name_span) else {
            return self.error(span);
        };
        let (lets, fields) = self.arguments(placed, &types, target);
        let kind = ExprKind::Construct {
            variant: shaped.variant,
            fields,
        };
        let built = self.done(kind, ty, span, expect);
        with_lets(lets, built)
    }

    /// Gives each argument its parameter: `(parameter, value)` in order of evaluation. Reports what does not fit.
    fn place<'e>(
        &mut self,
        args: Args<'e>,
        names: &[SmolStr],
        target: Target,
        name_span: Span,
    ) -> Option<Vec<(usize, Placed<'e>)>> {
        let keywords: Vec<&Ident> = args.items.iter().filter_map(|arg| arg.name).collect();
        let by_name = keywords.iter().any(|k| names.contains(&k.name));
        if by_name && let Some(odd) = keywords.iter().find(|k| !names.contains(&k.name)) {
            self.unknown_keyword(odd, names, target);
            return None;
        }
        if matches!(target, Target::Shape(_)) && !keywords.is_empty() && !by_name {
            self.unknown_keyword(keywords[0], names, target);
            return None;
        }
        let mut slots: Vec<Option<usize>> = vec![None; args.items.len()];
        let mut open: Vec<usize> = (0..names.len()).collect();
        if by_name {
            for (at, arg) in args.items.iter().enumerate() {
                let Some(name) = arg.name else { continue };
                let index = names.iter().position(|n| *n == name.name)?;
                let Some(free) = open.iter().position(|&free| free == index) else {
                    self.repeated_keyword(name);
                    return None;
                };
                open.remove(free);
                slots[at] = Some(index);
            }
        }
        let keywords = keywords.len();
        match fill(args, slots, open) {
            Ok(placed) => Some(placed),
            Err(args) => {
                self.count_mismatch(target, names, args.items.len(), keywords, name_span);
                self.absorb(args, name_span);
                None
            }
        }
    }

    fn unknown_keyword(&mut self, odd: &Ident, names: &[SmolStr], target: Target) {
        let name = self.target_name(target);
        let what = match target {
            Target::Func(_) => "parameter",
            Target::Shape(_) => "field",
            Target::Value(_) => "argument",
        };
        let known: Vec<&str> = names
            .iter()
            .map(|n| n.as_str())
            .filter(|n| !n.is_empty())
            .collect();
        let diagnostic = Diagnostic::new(
            Code::KEYWORD_ARGUMENT,
            odd.span,
            format!("`{name}` has no {what} `{}`", odd.name),
        )
        .label(format!("no such {what}"))
        .maybe_help(did_you_mean(&odd.name, known.iter().copied()));
        let diagnostic = match known.is_empty() {
            true => diagnostic,
            false => diagnostic.note(format!("its {what}s are: {}", known.join(", "))),
        };
        self.sink.push(diagnostic);
    }

    fn repeated_keyword(&mut self, name: &Ident) {
        self.sink.push(
            Diagnostic::new(
                Code::KEYWORD_ARGUMENT,
                name.span,
                format!("`{}` is given twice", name.name),
            )
            .label("given again here"),
        );
    }

    fn target_name(&self, target: Target) -> SmolStr {
        match target {
            Target::Func(id) => self.world.program.funcs[id.0 as usize].name.clone(),
            Target::Shape(shaped) => self.shaped_name(shaped),
            Target::Value(_) => SmolStr::new_static("this function"),
        }
    }

    fn count_mismatch(
        &mut self,
        target: Target,
        names: &[SmolStr],
        given: usize,
        keywords: usize,
        name_span: Span,
    ) {
        let name = self.target_name(target);
        let expected = arguments(names.len());
        let were = messages::are(given);
        let diagnostic = Diagnostic::new(
            Code::ARGUMENT_COUNT,
            name_span,
            format!("`{name}` takes {expected}, but {were} given"),
        )
        .label("wrong number of arguments");
        let diagnostic = self.declared_as(diagnostic, target, names);
        let diagnostic = match (target, names.len()) {
            (Target::Shape(_), 0) => diagnostic.help(format!("write `{name}` without parentheses")),
            _ if keywords > 0 => {
                diagnostic.note("keyword arguments that name no parameter count as one map")
            }
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
    }

    /// Adds the signature of what is called.
    fn declared_as(&self, diagnostic: Diagnostic, target: Target, names: &[SmolStr]) -> Diagnostic {
        let Target::Func(id) = target else {
            return diagnostic;
        };
        let func = &self.world.program.funcs[id.0 as usize];
        let ours = id.0.checked_sub(self.world.first_func);
        let known = ours.is_none_or(|index| self.ready[index as usize]);
        let signature = match known {
            true => self.shower().signature(func),
            false => format!("fn {}({})", func.name, names.join(", ")),
        };
        match ours {
            Some(_) => diagnostic.secondary(func.span, format!("declared as `{signature}`")),
            None => diagnostic.note(format!("declared as `{signature}`")),
        }
    }

    /// Infers placed arguments: plain ones first, closures last, each against its parameter.
    fn arguments(
        &mut self,
        placed: Vec<(usize, Placed<'_>)>,
        types: &[TyId],
        target: Target,
    ) -> (Vec<Stmt>, Vec<Expr>) {
        let why = |index: usize| match target {
            Target::Func(id) => Why::Param(id, index as u32),
            Target::Shape(shaped) => Why::Field(shaped.def, shaped.variant, index as u32),
            Target::Value(span) => Why::ValueParam(span),
        };
        let order: Vec<usize> = placed.iter().map(|(index, _)| *index).collect();
        let mut done: Vec<Option<Expr>> = types.iter().map(|_| None).collect();
        let mut closures = Vec::new();
        let mut plain = Vec::new();
        for (index, value) in placed {
            match value {
                Placed::One(value) if value.is_closure() => closures.push((index, value)),
                Placed::One(value) if value.is_plain() => {
                    done[index] = Some(self.value(value, Expect::Any));
                    plain.push(index);
                }
                Placed::One(value) => {
                    done[index] = Some(self.value(value, Expect::Type(types[index], why(index))));
                }
                Placed::Map(pairs) => {
                    done[index] =
                        Some(self.keyword_map(pairs, Expect::Type(types[index], why(index))));
                }
            }
        }
        self.demand_plain(&plain, &done, types, why);
        for (index, value) in closures {
            done[index] = Some(self.value(value, Expect::Type(types[index], why(index))));
        }
        self.in_parameter_order(order, done)
    }

    /// Holds plain arguments against their parameters; two that were swapped are one mistake.
    fn demand_plain(
        &mut self,
        plain: &[usize],
        done: &[Option<Expr>],
        types: &[TyId],
        why: impl Fn(usize) -> Why,
    ) {
        let mut settled: Vec<usize> = Vec::new();
        for &index in plain {
            let Some(expr) = &done[index] else { continue };
            let found = self.type_of(expr);
            if settled.contains(&index) {
                continue;
            }
            let Err(clash) = self.unify_quietly(types[index], found) else {
                continue;
            };
            let other = plain.iter().copied().find(|&other| {
                let there = done[other]
                    .as_ref()
                    .map_or(TyId::ERROR, |expr| self.type_of(expr));
                other > index
                    && matches!(clash, Clash::Differ(..))
                    && !self.arena.could_unify(there, types[other], 4)
                    && self.arena.could_unify(there, types[index], 4)
                    && self.arena.could_unify(found, types[other], 4)
            });
            match other.and_then(|other| done[other].as_ref().map(|expr| (other, expr.span))) {
                Some((other, other_span)) => {
                    self.swapped(expr.span, other_span, [types[index], found]);
                    settled.push(other);
                }
                None => self.report_clash(expr.span, types[index], found, why(index), clash),
            }
        }
    }

    fn swapped(&mut self, span: Span, other: Span, [want, found]: [TyId; 2]) {
        let [want, found] = self.show([want, found]);
        self.sink.push(
            Diagnostic::new(
                Code::TYPE_MISMATCH,
                span,
                format!(
                    "types differ: expected `{want}`, found `{found}`: two arguments are swapped"
                ),
            )
            .label(format!("this is `{found}`"))
            .secondary(other, format!("this is `{want}`"))
            .help("exchange these two arguments"),
        );
    }

    /// Keyword arguments that name no parameters: one map with string keys.
    fn keyword_map(&mut self, pairs: Vec<(&Ident, Value<'_>)>, expect: Expect) -> Expr {
        let value = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::Map, parts)) => parts[1],
            _ => self.arena.fresh(),
        };
        let mut typed: Vec<(Expr, Expr)> = Vec::with_capacity(pairs.len());
        let mut span: Option<Span> = None;
        for (name, item) in pairs {
            let why = typed
                .first()
                .map_or(Why::Unknown, |(_, v)| Why::Element(v.span));
            let item = self.value(item, Expect::Type(value, why));
            let whole = name.span.to(item.span);
            span = Some(span.map_or(whole, |span| span.to(whole)));
            let key = Expr {
                kind: ExprKind::Str(name.name.clone()),
                ty: hole::of_type(TyId::STRING),
                span: name.span,
            };
            typed.push((key, item));
        }
        let ty = self.arena.app(Con::Map, &[TyId::STRING, value]);
        self.done(ExprKind::Map(typed), ty, span.unwrap_or_default(), expect)
    }

    /// Puts values into parameter order; those evaluated in another order get names first.
    pub(super) fn in_parameter_order(
        &mut self,
        order: Vec<usize>,
        mut done: Vec<Option<Expr>>,
    ) -> (Vec<Stmt>, Vec<Expr>) {
        let mut lets = Vec::new();
        if order.windows(2).any(|pair| pair[0] > pair[1]) {
            for index in order {
                if let Some(value) = done[index].take_if(|value| !is_pure(value)) {
                    done[index] = Some(self.named(value, &mut lets));
                }
            }
        }
        (lets, done.into_iter().flatten().collect())
    }

    /// Binds a value to a hidden local and refers to it.
    fn named(&mut self, value: Expr, lets: &mut Vec<Stmt>) -> Expr {
        let (ty, span) = (self.type_of(&value), value.span);
        let local = self.hidden(&format_smolstr!("_arg{}", lets.len()), ty, span);
        let pat = Pat {
            kind: PatKind::Bind(local),
            ty: hole::of_type(ty),
            span,
        };
        lets.push(Stmt::Let {
            pat,
            value,
            otherwise: None,
        });
        Expr {
            kind: ExprKind::Local(local, Vec::new()),
            ty: hole::of_type(ty),
            span,
        }
    }

    /// Infers an argument's value.
    pub(super) fn value(&mut self, value: Value<'_>, expect: Expect) -> Expr {
        match value {
            Value::Written(expr) => self.expr(expr, expect),
            Value::Block(block) => self.trailing_block(block, expect),
            Value::Ready(expr) => {
                if let Expect::Type(want, why) = expect {
                    let found = self.type_of(&expr);
                    self.demand(expr.span, want, found, why);
                }
                expr
            }
        }
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

    fn not_a_function(&mut self, callee: &Expr, args: Args<'_>, span: Span) -> Expr {
        let ty = self.type_of(callee);
        if !self.arena.is_error(ty) {
            let text = self.show_one(ty);
            self.sink.push(
                Diagnostic::new(
                    Code::NOT_A_FUNCTION,
                    callee.span,
                    format!("`{text}` is not a function and cannot be called"),
                )
                .label(format!("this is `{text}`")),
            );
        }
        self.absorb(args, span)
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

/// Whether it does not matter when the expression is evaluated.
fn is_pure(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Atom(_)
            | ExprKind::Local(..)
            | ExprKind::Func(..)
            | ExprKind::Lambda(_)
    )
}

/// `1 argument`, `2 arguments`.
fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
