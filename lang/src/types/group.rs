//! Binding groups: functions that are inferred together, because they refer to each other.

use rustc_hash::FxHashMap;

use super::arena::{Arena, Node, RigidId, TyId};
use super::finish::{Finisher, Quantified};
use super::infer::{Frame, Infer, Member, Rigid};
use super::mailbox::SlotId;
use super::mismatch::Why;
use super::show;
use super::signature::{Signature, param_names};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::resolve::FuncSource;
use crate::syntax::ast::{FnBody, FnClause, Name, Span};
use crate::typed::BodyRef;
use crate::typed::{
    Bound, Clause, FuncId, Imp, InterfaceId, Mailboxes, Owner, Receives, Ty, TypeParam,
};

impl Infer<'_, '_> {
    /// Infers a group and puts its functions into the program.
    pub fn group(mut self, ids: &[FuncId], signatures: &[Signature]) {
        let errors = self.sink.error_count();
        let said = self.sink.diagnostics().len();
        for &id in ids {
            let index = (id.0 - self.world.first_func) as usize;
            self.member(id, &signatures[index]);
        }
        for index in 0..self.members.len() {
            self.body(index);
        }
        self.force_pending();
        self.settle_slots();
        if self.sink.error_count() > errors {
            let found = self.sink.diagnostics().get(said..).unwrap_or_default();
            if found.is_empty() || !found.iter().all(leaves_types_alone) {
                self.poison(signatures);
            }
        }
        self.warn_ignored();
        self.finish();
    }

    /// After errors, what was inferred of the signatures is doubtful: callers are not held to it.
    fn poison(&mut self, signatures: &[Signature]) {
        for member in &mut self.members {
            let signature = &signatures[(member.func.0 - self.world.first_func) as usize];
            for (ty, written) in member.params.iter_mut().zip(&signature.params) {
                if written.is_none() {
                    *ty = TyId::ERROR;
                }
            }
            if signature.ret.is_none() {
                member.ret = TyId::ERROR;
            }
        }
    }

    /// Sets up a function's types: annotated ones as written, the others unknown.
    fn member(&mut self, func: FuncId, signature: &Signature) {
        let rigid = self.rigid_params(Some(func), &signature.type_params);
        for &number in &signature.reported {
            self.arena.forgive(rigid[number as usize]);
        }
        let open = |ty: &Option<Ty>, arena: &mut Arena| match ty {
            Some(ty) => arena.instantiate(ty, &rigid),
            None => arena.fresh(),
        };
        let params = signature
            .params
            .iter()
            .map(|ty| open(ty, self.arena))
            .collect();
        let ret = open(&signature.ret, self.arena);
        let module = self.world.program.funcs[func.0 as usize].module;
        let names: Vec<Name> = signature
            .type_params
            .iter()
            .map(|p| p.name.clone())
            .collect();
        let mut frame = Frame::new(func, module, names, rigid.clone());
        frame.fixed = signature.fixed.clone();
        let slot = self.arena.slots.fresh();
        frame.slot = slot;
        self.members.push(Member {
            func,
            params,
            ret,
            frame,
            clauses: Vec::new(),
            slot,
            rigid,
        });
    }

    /// Type parameters that stand for themselves.
    pub fn rigid_params(&mut self, func: Option<FuncId>, params: &[TypeParam]) -> Vec<TyId> {
        let first = TyId(self.arena.len() as u32);
        params
            .iter()
            .map(|param| {
                let id = RigidId(self.rigid.len() as u32);
                self.rigid.push(Rigid {
                    func,
                    param: param.clone(),
                    first,
                    count: params.len() as u32,
                });
                self.arena.rigid(id)
            })
            .collect()
    }

    /// Infers a function's clauses.
    fn body(&mut self, index: usize) {
        let func = self.members[index].func;
        let Some(FuncSource::Clauses(clauses)) = self
            .world
            .funcs
            .get((func.0 - self.world.first_func) as usize)
        else {
            return;
        };
        let clauses = clauses.clone();
        let in_gap = clauses.iter().any(|clause| self.world.gaps_in(clause.span));
        let placeholder = Frame::new(
            func,
            self.members[index].frame.module,
            Vec::new(),
            Vec::new(),
        );
        self.world.in_gap = in_gap;
        self.f = std::mem::replace(&mut self.members[index].frame, placeholder);
        let params = self.members[index].params.clone();
        let written = clauses.iter().find_map(|clause| clause.ret.as_ref());
        let written = written.map(|ty| ty.span);
        let why = match written.or_else(|| self.method_result(func)) {
            Some(place) => Why::Return(place),
            None => Why::Unknown,
        };
        self.f.ret = (self.members[index].ret, why);
        let mut typed = Vec::with_capacity(clauses.len());
        for clause in clauses {
            typed.push(self.clause(clause, &params));
        }
        self.warn_unused();
        self.world.in_gap = false;
        let empty = Frame::new(func, self.f.module, Vec::new(), Vec::new());
        self.members[index].frame = std::mem::replace(&mut self.f, empty);
        self.members[index].clauses = typed;
    }

    /// Where the interface of a method writes the type of its result.
    fn method_result(&self, func: FuncId) -> Option<Span> {
        let decl = &self.world.program.funcs[func.0 as usize];
        let Owner::Impl(id) = decl.owner else {
            return None;
        };
        let interface = self.world.program.implementation(id).interface;
        let methods = &self.world.program.interface(interface).methods;
        let method = methods
            .iter()
            .find(|id| self.world.program.funcs[id.0 as usize].name == decl.name)?;
        match self.world.func_source(*method)? {
            FuncSource::Clauses(clauses) => clauses
                .iter()
                .find_map(|clause| Some(clause.ret.as_ref()?.span)),
            FuncSource::Native(_) => None,
        }
    }

    fn clause(&mut self, clause: &FnClause, types: &[TyId]) -> Clause {
        self.scoped(|this| {
            let params = this.params(&clause.params, types);
            let guard = this.guard(clause.guard.as_ref());
            let body = this.clause_body(clause);
            Clause {
                params,
                guard,
                body,
                span: clause.name.span,
            }
        })
    }

    /// Writes a group's inferred signatures and finished bodies into the program.
    fn finish(mut self) {
        let slots: Vec<Vec<Option<SlotId>>> = (0..self.members.len())
            .map(|index| self.member_slots(index))
            .collect();
        let Infer {
            world,
            sink,
            arena,
            rigid,
            members,
            mut pending,
            ..
        } = self;
        let mut quantified: FxHashMap<FuncId, Quantified> = FxHashMap::default();
        let mut raw = Vec::with_capacity(members.len());
        for (member, slots) in members.iter().zip(&slots) {
            let (found, bounds) = quantify(arena, &rigid, member, slots);
            quantified.insert(member.func, found);
            raw.push(bounds);
        }
        for ((member, raw), slots) in members.into_iter().zip(raw).zip(slots) {
            let parts = received(arena, &slots);
            let names = match world.func_source(member.func) {
                Some(source) => param_names(source),
                None => Vec::new(),
            };
            let mut finisher = Finisher::new(
                world,
                sink,
                arena,
                &rigid,
                &mut pending,
                &quantified,
                &member,
            );
            let params: Vec<Ty> = member.params.iter().map(|&ty| finisher.ty(ty)).collect();
            let ret = finisher.ty(member.ret);
            let mailboxes = finished(parts, &mut finisher);
            let func = member.func;
            let mut type_params = quantified[&func].params.clone();
            for (param, bounds) in type_params.iter_mut().zip(raw) {
                param
                    .bounds
                    .extend(bounds.into_iter().map(|(interface, args)| Bound {
                        interface,
                        args: args.into_iter().map(|arg| finisher.ty(arg)).collect(),
                    }));
            }
            let body = finisher.body(member);
            let decl = &mut world.program.funcs[func.0 as usize];
            decl.type_params = type_params;
            decl.params = names.into_iter().zip(params).collect();
            decl.ret = ret;
            decl.mailboxes = mailboxes;
            decl.imp = implemented(&decl.imp, body.into());
        }
    }

    fn clause_body(&mut self, clause: &FnClause) -> crate::typed::Expr {
        let (ret, why) = self.f.ret;
        self.needless_return(clause);
        let expect = super::infer::Expect::Type(ret, why);
        let body = match &clause.body {
            Some(FnBody::Expr(expr)) => self.expr(expr, expect),
            Some(FnBody::Block(block)) => self.function_block(block, expect),
            None => self.error(clause.span),
        };
        if why == Why::Unknown {
            // Later clauses are held against the first one's value.
            self.f.ret.1 = Why::Branch(super::infer::value_span(&body));
        }
        body
    }
}

/// Whether a mistake says nothing against the types around it: what was written there is of no type at all, so it took no part in them.
fn leaves_types_alone(found: &Diagnostic) -> bool {
    let names = [
        Code::UNKNOWN_NAME,
        Code::UNKNOWN_FIELD,
        Code::UNKNOWN_METHOD,
        Code::UNKNOWN_VARIANT,
        Code::UNKNOWN_TYPE,
        Code::NOT_EXPORTED,
        Code::PRIVATE_ITEM,
        Code::MODULE_NOT_FOUND,
        Code::ARGUMENT_COUNT,
        Code::KEYWORD_ARGUMENT,
        Code::MISSING_FIELD,
    ];
    found.severity == Severity::Warning || names.contains(&found.code)
}

/// A body in the place of what stood there: a method of an interface keeps its number.
fn implemented(before: &Imp, body: BodyRef) -> Imp {
    match before {
        Imp::Method {
            number, has_self, ..
        } => Imp::Method {
            number: *number,
            has_self: *has_self,
            default: Some(body),
        },
        _ => Imp::Body(body),
    }
}

/// Interfaces of a type parameter with the types of their slots.
type RawBounds = Vec<(InterfaceId, Vec<TyId>)>;

/// What a slot of a signature receives, before its type is finished.
enum Part {
    Settled(Receives),
    Messages(TyId),
}

/// What the slots of a signature receive: slots that are one and receive nothing yet share what a caller's functions receive.
fn received(arena: &Arena, slots: &[Option<SlotId>]) -> Vec<Part> {
    let root = |slot: &Option<SlotId>| slot.map(|slot| arena.slots.root(slot));
    let part = |slot: &Option<SlotId>| {
        let Some(slot) = root(slot) else {
            return Part::Settled(Receives::Nothing);
        };
        if let Some(mailbox) = arena.slots.mailbox(slot) {
            return Part::Messages(mailbox.message);
        }
        if arena.slots.is_free(slot) {
            return Part::Settled(Receives::Free);
        }
        let same = |other: &Option<SlotId>| root(other) == Some(slot);
        match slots.iter().filter(|other| same(other)).count() {
            1 => Part::Settled(Receives::Nothing),
            _ => {
                let first = slots.iter().position(same).unwrap_or_default();
                Part::Settled(Receives::Shared(first as u32))
            }
        }
    };
    slots.iter().map(part).collect()
}

fn finished(parts: Vec<Part>, finisher: &mut Finisher<'_>) -> Mailboxes {
    let part = |part| match part {
        Part::Settled(known) => known,
        Part::Messages(ty) => Receives::Messages(finisher.ty(ty)),
    };
    let mut parts: Vec<Receives> = parts.into_iter().map(part).collect();
    let ret = parts.pop().unwrap_or_default();
    let own = match parts.is_empty() {
        true => Receives::Nothing,
        false => parts.remove(0),
    };
    if parts.iter().all(|part| *part == Receives::Nothing) {
        parts.clear();
    }
    Mailboxes {
        own,
        params: parts,
        ret,
    }
}

/// The type parameters of a function of the group: written ones first, then the variables of its type and of its mailboxes, and what their
/// interfaces determine. The bounds of the latter come apart, because finishing them needs the numbers of all.
fn quantify(
    arena: &mut Arena,
    rigid: &[Rigid],
    member: &Member,
    slots: &[Option<SlotId>],
) -> (Quantified, Vec<RawBounds>) {
    let mut out = Quantified {
        types: member.rigid.clone(),
        params: Vec::new(),
    };
    let own = rigid.iter().filter(|rigid| rigid.func == Some(member.func));
    out.params.extend(own.map(|rigid| rigid.param.clone()));
    let mut raw: Vec<RawBounds> = vec![Vec::new(); out.params.len()];
    let mut seen: rustc_hash::FxHashSet<TyId> =
        out.types.iter().map(|&ty| arena.root(ty)).collect();
    let mailboxes = slots.iter().rev().flatten();
    let mut work: Vec<TyId> = mailboxes
        .filter_map(|&slot| arena.slots.mailbox(slot))
        .map(|mailbox| mailbox.message)
        .collect();
    work.push(member.ret);
    work.extend(member.params.iter().rev());
    while let Some(ty) = work.pop() {
        let root = arena.root(ty);
        if !seen.insert(root) {
            continue;
        }
        let mut bounds: RawBounds = match arena.node(root) {
            Node::App(_, args) => {
                work.extend(arena.args(args).iter().rev());
                continue;
            }
            Node::Var { bounds, .. } => arena
                .bounds(bounds)
                .map(|(need, _)| (need.interface, arena.args(need.args).to_vec()))
                .collect(),
            Node::Rigid(id) => foreign_bounds(arena, &rigid[id.0 as usize]),
            _ => continue,
        };
        bounds.sort_by_key(|(interface, _)| *interface);
        work.extend(bounds.iter().flat_map(|(_, args)| args.iter().rev()));
        out.params.push(TypeParam {
            name: fresh_name(&out.params),
            bounds: Vec::new(),
        });
        raw.push(bounds);
        out.types.push(root);
    }
    (out, raw)
}

/// The bounds of a type parameter of another function of the group.
fn foreign_bounds(arena: &mut Arena, rigid: &Rigid) -> RawBounds {
    let own: Vec<TyId> = (0..rigid.count)
        .map(|at| TyId(rigid.first.0 + at))
        .collect();
    let bounds = rigid.param.bounds.iter().map(|bound| {
        let args = bound.args.iter().map(|arg| arena.instantiate(arg, &own));
        (bound.interface, args.collect())
    });
    bounds.collect()
}

/// The next letter that no parameter is called.
fn fresh_name(params: &[TypeParam]) -> smol_str::SmolStr {
    let mut index = params.len();
    loop {
        let name = show::letter(index);
        if params.iter().all(|param| param.name != name) {
            return name.into();
        }
        index += 1;
    }
}
