//! Decisions that wait for a type: fields, methods, indexing and iteration of values not known yet.
//!
//! A decision is tried at once, again before a `let` is generalised, and at the end of the binding group, where a field
//! may also determine its struct. The variables involved are pinned: no `let` generalises them.

use super::control::TryOf;
use super::method::MethodCall;
use super::tuple::PartOf;
use super::{Infer, hole};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::Item;
use crate::syntax::ast::{Ident, Span};
use crate::typed::{Con, Expr, ExprKind, FieldDef, InterfaceId, ModuleId, Shape, TypeDefId};
use crate::types::arena::{Needs, Node, TyId};
use crate::types::mailbox::SlotId;
use crate::types::mismatch::Why;
use crate::types::solve::Has;

/// What waits.
#[derive(Debug)]
pub enum Wait {
    /// The elements of something looped over.
    Elements {
        /// What is looped over.
        of: TyId,
        /// Its elements.
        element: TyId,
    },
    /// `base[key]`.
    Index {
        /// The type of the base.
        of: TyId,
        /// The key's type and place.
        key: (TyId, Span),
        /// The element.
        result: TyId,
    },
    /// `base.name`.
    Field {
        /// The base.
        base: Box<Expr>,
        /// The field.
        name: Ident,
        /// The field's type.
        result: TyId,
    },
    /// `base.name(args)`.
    Method(Box<MethodCall>),
    /// `value?`.
    Try(TryOf),
    /// A part of a tuple, or its size.
    Part(PartOf),
    /// `%{base | …}`.
    Update {
        /// The base.
        base: Box<Expr>,
        /// Names and values in source order.
        fields: Vec<(Ident, Expr)>,
    },
}

/// A decision.
#[derive(Debug)]
pub struct Pending {
    /// What waits; gone when decided.
    wait: Option<Wait>,
    /// The expression.
    span: Span,
    /// Where names are looked up.
    module: ModuleId,
    /// The body that it is in.
    slot: SlotId,
    /// What it was decided to be, for decisions that stand for an expression.
    pub outcome: Option<ExprKind>,
}

impl Infer<'_, '_> {
    /// Decides now, or later when the type is known.
    pub(super) fn await_type(&mut self, wait: Wait, span: Span) -> ExprKind {
        if !self.arena.is_var(self.waits_for(&wait)) {
            return self.decide(wait, span);
        }
        self.pin(&wait);
        let index = self.pending.len();
        self.pending.push(Pending {
            wait: Some(wait),
            span,
            module: self.f.module,
            slot: self.f.slot,
            outcome: None,
        });
        self.waiting += 1;
        hole::of_pending(index)
    }

    /// The type that a decision needs.
    fn waits_for(&self, wait: &Wait) -> TyId {
        match wait {
            Wait::Elements { of, .. } | Wait::Index { of, .. } => *of,
            Wait::Try(tried) => self.type_of(&tried.value),
            Wait::Part(wanted) => self.type_of(&wanted.value),
            Wait::Field { base, .. } | Wait::Update { base, .. } => self.type_of(base),
            Wait::Method(call) => self.type_of(&call.receiver),
        }
    }

    /// Keeps what is involved from being generalised.
    fn pin(&mut self, wait: &Wait) {
        let mut types = vec![self.waits_for(wait)];
        match wait {
            Wait::Elements { element, .. } => types.push(*element),
            Wait::Index { key, result, .. } => types.extend([key.0, *result]),
            Wait::Field { result, .. } | Wait::Part(PartOf { result, .. }) => types.push(*result),
            Wait::Try(tried) => types.extend([tried.result, tried.ret.0]),
            Wait::Update { fields, .. } => {
                types.extend(fields.iter().map(|(_, value)| self.type_of(value)));
            }
            Wait::Method(call) => {
                types.push(call.result);
                types.extend(call.args.iter().map(|arg| self.type_of(arg)));
            }
        }
        types.into_iter().for_each(|ty| self.arena.pin(ty));
    }

    /// Makes every decision whose type is known by now.
    pub(in crate::types) fn solve_pending(&mut self) {
        let mut progress = self.waiting > 0 || !self.stuck.is_empty();
        while progress {
            progress = !self.stuck.is_empty() && self.retry_stuck();
            for index in 0..self.pending.len() {
                let ready = self.pending[index]
                    .wait
                    .as_ref()
                    .is_some_and(|wait| !self.arena.is_var(self.waits_for(wait)));
                if ready {
                    self.decide_pending(index);
                    progress = true;
                }
            }
        }
    }

    fn decide_pending(&mut self, index: usize) {
        let pending = &mut self.pending[index];
        let (span, module, slot) = (pending.span, pending.module, pending.slot);
        let Some(wait) = pending.wait.take() else {
            return;
        };
        self.waiting -= 1;
        let here = std::mem::replace(&mut self.f.module, module);
        let body = std::mem::replace(&mut self.f.slot, slot);
        let outcome = self.decide(wait, span);
        self.f.module = here;
        self.f.slot = body;
        self.pending[index].outcome = Some(outcome);
    }

    /// Makes all decisions that are left, at the end of the binding group: first those that only one answer fits,
    /// then by the rules for what nothing determines; the rest is reported.
    pub(in crate::types) fn force_pending(&mut self) {
        for force in [
            Self::by_fields,
            Self::by_methods,
            Self::by_rule,
            Self::undecided,
        ] {
            self.solve_pending();
            for index in 0..self.pending.len() {
                let Some(wait) = &self.pending[index].wait else {
                    continue;
                };
                let ty = self.waits_for(wait);
                if self.arena.is_var(ty) {
                    force(self, index, ty);
                    self.solve_pending();
                }
            }
        }
        self.report_stuck();
    }

    /// The one interface that has a method of the name called gives its meaning.
    fn by_methods(&mut self, index: usize, _ty: TyId) {
        let Some(Wait::Method(call)) = &self.pending[index].wait else {
            return;
        };
        let name = call.name.name.clone();
        let (module, slot) = (self.pending[index].module, self.pending[index].slot);
        let here = std::mem::replace(&mut self.f.module, module);
        let body = std::mem::replace(&mut self.f.slot, slot);
        let found = self.only_method(&name);
        if let Some(id) = found
            && let Some(Wait::Method(call)) = self.pending[index].wait.take()
        {
            self.waiting -= 1;
            let outcome = self.decide_by_method(id, *call);
            self.pending[index].outcome = Some(outcome);
        }
        self.f.module = here;
        self.f.slot = body;
    }

    /// The one struct in scope that has all the fields used determines the type.
    fn by_fields(&mut self, index: usize, ty: TyId) {
        let (span, module) = (self.pending[index].span, self.pending[index].module);
        let fields = self.fields_used(ty);
        if fields.is_empty() {
            return;
        }
        let meant = match self.structs_with(module, &fields).as_slice() {
            [one] => Some(*one),
            // A field is misspelt: the others say which struct is meant.
            [] => self.struct_with_most(module, &fields),
            _ => None,
        };
        if let Some(one) = meant {
            let count = self.world.program.types[one.0 as usize].type_params.len();
            let args: Vec<TyId> = (0..count).map(|_| self.arena.fresh()).collect();
            let whole = self.adt(one, &args);
            self.demand(span, whole, ty, Why::Unknown);
        }
    }

    /// The one struct in scope that has more of the fields than any other.
    fn struct_with_most(&self, module: ModuleId, wanted: &[Ident]) -> Option<TypeDefId> {
        let mut counts: Vec<(usize, TypeDefId)> = Vec::new();
        for name in wanted {
            for id in self.structs_with(module, std::slice::from_ref(name)) {
                match counts.iter_mut().find(|(_, known)| *known == id) {
                    Some((count, _)) => *count += 1,
                    None => counts.push((1, id)),
                }
            }
        }
        counts.sort_unstable_by(|a, b| b.cmp(a));
        match counts.as_slice() {
            [(most, id), rest @ ..] if rest.first().is_none_or(|(next, _)| next < most) => {
                Some(*id)
            }
            _ => None,
        }
    }

    /// Names of the fields that waiting decisions use of values of a type.
    fn fields_used(&self, ty: TyId) -> Vec<Ident> {
        let root = self.arena.root(ty);
        let waiting = self
            .pending
            .iter()
            .filter_map(|pending| pending.wait.as_ref());
        let same = waiting.filter(|wait| self.arena.root(self.waits_for(wait)) == root);
        same.flat_map(|wait| match wait {
            Wait::Field { name, .. } => vec![name.clone()],
            Wait::Update { fields, .. } => fields.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        })
        .collect()
    }

    /// What is looped over or indexed by a number is a list, what is indexed by anything else a map, and what is
    /// tried has the form that the function returns.
    fn by_rule(&mut self, index: usize, ty: TyId) {
        let known = match &self.pending[index].wait {
            Some(Wait::Elements { element, .. }) => self.arena.app(Con::List, &[*element]),
            Some(Wait::Index { key, result, .. }) => {
                let (key, result) = (key.0, *result);
                match self.arena.node(key) {
                    Node::Var { .. } | Node::App(Con::Int, _) => {
                        self.arena.app(Con::List, &[result])
                    }
                    _ => self.arena.app(Con::Map, &[key, result]),
                }
            }
            Some(Wait::Try(tried)) => match self.arena.known(tried.ret.0) {
                Some((Con::Adt(id), parts)) => {
                    let error = parts.get(1).copied();
                    let parts: Vec<TyId> = std::iter::once(tried.result).chain(error).collect();
                    self.adt(id, &parts)
                }
                _ => return,
            },
            _ => return,
        };
        let span = self.pending[index].span;
        self.demand(span, known, ty, Why::Unknown);
    }

    /// Reports what could not be decided.
    fn undecided(&mut self, index: usize, ty: TyId) {
        let module = self.pending[index].module;
        let fields = self.fields_used(ty);
        let diagnostic = match fields.first() {
            Some(first) => match self.structs_with(module, &fields).as_slice() {
                [] => Diagnostic::new(
                    Code::UNKNOWN_FIELD,
                    first.span,
                    match fields.as_slice() {
                        [one] => format!("no struct in scope has a field `{}`", one.name),
                        _ => format!(
                            "no struct in scope has a field `{}` and the others used of this value",
                            first.name
                        ),
                    },
                )
                .label("unknown field"),
                several => self.several_structs(first, several),
            },
            None => Diagnostic::new(
                Code::AMBIGUOUS_TYPE,
                self.waiting_span(index),
                "the type of this is not known, so it cannot be told what is meant",
            )
            .label("type not known")
            .help(self.annotate(index)),
        };
        self.sink.push(diagnostic);
        // Reported: from here on it agrees with everything.
        let _agrees = self.unify_quietly(ty, TyId::ERROR);
    }

    fn annotate(&self, index: usize) -> &'static str {
        match &self.pending[index].wait {
            Some(Wait::Part(_)) => {
                "annotate it where it is bound, for example `t :: (Int, String)`"
            }
            _ => "annotate it where it is bound, for example `x :: List<Int>`",
        }
    }

    fn waiting_span(&self, index: usize) -> Span {
        match &self.pending[index].wait {
            Some(Wait::Method(call)) => call.receiver.span,
            Some(Wait::Part(wanted)) => wanted.value.span,
            _ => self.pending[index].span,
        }
    }

    fn several_structs(&self, name: &Ident, several: &[TypeDefId]) -> Diagnostic {
        let shower = self.shower();
        let names: Vec<String> = several
            .iter()
            .map(|id| format!("`{}`", shower.type_name(*id)))
            .collect();
        Diagnostic::new(
            Code::AMBIGUOUS_TYPE,
            name.span,
            format!(
                "several structs have a field `{}`: {}",
                name.name,
                names.join(", ")
            ),
        )
        .label("which struct is meant?")
        .help(format!(
            "annotate the value where it is bound, for example `x :: {}`",
            names[0].trim_matches('`')
        ))
    }

    /// The structs in scope of a module that have all these fields.
    fn structs_with(&self, module: ModuleId, wanted: &[Ident]) -> Vec<TypeDefId> {
        let fits = |fields: &[FieldDef]| {
            wanted
                .iter()
                .all(|name| fields.iter().any(|known| known.name == name.name))
        };
        let mut found = Vec::new();
        let mut next = Some(module);
        while let Some(id) = next {
            let scope = self.world.scope(id);
            let imported = scope.imports.values().flat_map(|imported| &imported.items);
            for item in scope.types.values().chain(imported) {
                if let Item::Type(id) = item
                    && let Shape::Struct(fields) = &self.world.program.types[id.0 as usize].shape
                    && fits(fields)
                    && !found.contains(id)
                {
                    found.push(*id);
                }
            }
            next = scope.parent;
        }
        found.sort_unstable();
        found
    }

    /// Decides what is meant, now that the type is known.
    fn decide(&mut self, wait: Wait, span: Span) -> ExprKind {
        match wait {
            Wait::Elements { of, element } => {
                self.elements(of, element, span);
                ExprKind::Unit
            }
            Wait::Index { of, key, result } => {
                self.decide_index(of, key, result, span);
                ExprKind::Unit
            }
            Wait::Field { base, name, result } => self.decide_field(*base, &name, result),
            Wait::Method(call) => self.decide_method(*call),
            Wait::Try(tried) => self.decide_try(tried, span),
            Wait::Part(wanted) => self.decide_part(wanted, span),
            Wait::Update { base, fields } => self.decide_update(*base, fields),
        }
    }

    /// The elements of what `for` loops over.
    fn elements(&mut self, of: TyId, element: TyId, span: Span) {
        let queue = self.world.program.known.queue;
        let found = match self.arena.known(of) {
            Some((Con::Range, _)) => TyId::INT,
            Some((Con::String, _)) => TyId::STRING,
            Some((Con::List | Con::Set, parts)) => parts[0],
            Some((Con::Map, &[key, value])) => self.arena.app(Con::Tuple, &[key, value]),
            Some((Con::Adt(id), parts)) if Some(id) == queue => parts[0],
            _ => match self.elements_by_interface(of, span) {
                Some(found) => found,
                None => return self.not_iterable(of, span),
            },
        };
        self.demand(span, element, found, Why::Unknown);
    }

    /// The elements of a type that implements `Iterable` or `Iterator`.
    fn elements_by_interface(&mut self, of: TyId, span: Span) -> Option<TyId> {
        if self.arena.is_error(of) || matches!(self.arena.node(of), Node::LetParam(_)) {
            return Some(TyId::ERROR);
        }
        let interface = [InterfaceId::ITERABLE, InterfaceId::ITERATOR]
            .into_iter()
            .find(|&interface| self.may_have(of, interface) != Has::No)?;
        let slots = self.world.program.interface(interface).slots.len() - 1;
        let args: Vec<TyId> = (0..slots).map(|_| self.arena.fresh()).collect();
        let need = self.arena.need(interface, &args, 0);
        self.require_need(of, need, span, Needs::Loop);
        Some(args[0])
    }

    fn not_iterable(&mut self, of: TyId, span: Span) {
        let text = self.show_one(of);
        let diagnostic = Diagnostic::new(
            Code::UNMET_BOUND,
            span,
            format!("`{text}` cannot be looped over"),
        )
        .label(format!("this is `{text}`"));
        let diagnostic = match self.arena.known(of) {
            Some((Con::Int, _)) => diagnostic.help("to count, loop over a range: `0..n`"),
            _ => diagnostic.help(
                "`for` loops over ranges, lists, maps, sets, queues, strings and types that implement `Iterable` or `Iterator`",
            ),
        };
        self.sink.push(diagnostic);
    }
}
