//! Which implementation, or what structure, gives a type an interface.

use super::arena::{Clash, Due, Need, Node, Origin, RigidId, TyId};
use super::infer::Infer;
use super::mismatch::Why;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::typed::{Con, ImplId, InterfaceId};

/// How deep types are compared to choose an implementation.
const CHOICE_DEPTH: u32 = 16;

/// An implementation with fresh types for its parameters.
struct Fresh {
    id: ImplId,
    target: TyId,
    params: Vec<TyId>,
    args: Vec<TyId>,
}

impl Infer<'_, '_> {
    /// How many parameters an interface has.
    pub fn inputs(&self, interface: InterfaceId) -> u32 {
        self.world.program.interface(interface).params
    }

    /// Checks interfaces of types that became known.
    pub fn settle_due(&mut self) {
        loop {
            if let Some((a, b, origin)) = self.arena.same.pop() {
                self.one_way(a, b, origin);
            } else if let Some(due) = self.arena.due.pop() {
                self.settled.clear();
                self.settle(due, due.ty, 0);
            } else if let Some(clash) = self.arena.slots.due.pop() {
                self.one_mailbox(clash);
            } else {
                return;
            }
        }
    }

    /// A type has an interface in one way, so what it determines is one type.
    fn one_way(&mut self, a: TyId, b: TyId, origin: Origin) {
        if let Err(clash) = self.arena.unify(a, b) {
            self.report_clash(origin.span, a, b, Why::Unknown, clash);
        }
    }

    /// Checks that `part` of the type of `due` has the interface; `false` when it was reported.
    fn settle(&mut self, due: Due, part: TyId, depth: u32) -> bool {
        if depth > super::arena::MAX_DEPTH {
            return true;
        }
        match self.arena.node(part) {
            Node::Var { .. } => {
                self.arena.require(part, due.need, due.origin);
                true
            }
            Node::Error | Node::Link(_) => true,
            Node::Rigid(id) => self.settle_rigid(due, part, id),
            // A parameter of a local: its bounds were taken when it was generalised; a later demand comes too late.
            Node::LetParam(_) => true,
            Node::App(con, args) => {
                if depth > 0 && !self.is_first_visit(due, part) {
                    return true;
                }
                if !self.world.impls_of(due.need.interface, con).is_empty() {
                    return self.settle_impl(due, part, con, depth);
                }
                let args = self.arena.args(args).to_vec();
                self.settle_structure(due, part, con, &args, depth)
            }
        }
    }

    /// Whether a part is met for the first time: types share parts, and there can be far more paths than parts.
    fn is_first_visit(&mut self, due: Due, part: TyId) -> bool {
        let simple = matches!(self.arena.known(part), Some((_, [])));
        let determines = !self.arena.args(due.need.args).is_empty();
        simple || determines || {
            let root = self.arena.root(part);
            self.settled.insert((root, due.need.interface))
        }
    }

    /// By the bounds of a written type parameter.
    fn settle_rigid(&mut self, due: Due, part: TyId, id: RigidId) -> bool {
        let need = due.need;
        let inputs = need.inputs as usize;
        let mut fitting: Vec<Vec<TyId>> = Vec::new();
        for bound in self.rigid[id.0 as usize].param.bounds.clone() {
            if bound.interface != need.interface {
                continue;
            }
            let args = self.rigid_args(id, &bound.args);
            if self.could_be(&args[..inputs], need) {
                fitting.push(args);
            }
        }
        match fitting.as_slice() {
            [] => {
                self.unmet(due, part);
                false
            }
            [one] => {
                let slots = self.arena.args(need.args).to_vec();
                for (index, (wanted, &found)) in slots.into_iter().zip(one).enumerate() {
                    self.tie(due, part, index, [wanted, found]);
                }
                true
            }
            _ => self.stick(due, part),
        }
    }

    /// Types in terms of the parameters of the function that a rigid one belongs to.
    pub fn rigid_args(&mut self, id: RigidId, types: &[crate::typed::Ty]) -> Vec<TyId> {
        let rigid = &self.rigid[id.0 as usize];
        let own: Vec<TyId> = (0..rigid.count)
            .map(|at| TyId(rigid.first.0 + at))
            .collect();
        types
            .iter()
            .map(|ty| self.arena.instantiate(ty, &own))
            .collect()
    }

    fn could_be(&self, args: &[TyId], need: Need) -> bool {
        args.iter().enumerate().all(|(index, &arg)| {
            let wanted = self.arena.arg(need.args, index);
            self.arena.could_unify(wanted, arg, CHOICE_DEPTH)
        })
    }

    /// Makes the slot with this number that is wanted equal to the one that the type has.
    fn tie(&mut self, due: Due, part: TyId, index: usize, [wanted, found]: [TyId; 2]) {
        match self.arena.unify(wanted, found) {
            Ok(()) => {}
            Err(Clash::Differ(..)) => self.other_slot(due, part, index, [wanted, found]),
            Err(clash) => self.report_clash(due.origin.span, wanted, found, Why::Unknown, clash),
        }
    }

    /// Reports an associated type that is not the one needed.
    fn other_slot(&mut self, due: Due, part: TyId, index: usize, [wanted, found]: [TyId; 2]) {
        let [wanted, found, text] = self.show([wanted, found, part]);
        let interface = self.world.program.interface(due.need.interface);
        let slot = interface.slots.get(index + 1);
        let slot = slot.map_or("", |slot| slot.name.trim_start_matches("Self."));
        let label = format!("`{slot}` of `{}` for `{text}` is `{found}`", interface.name);
        let written = self.written_at(due.need.interface, part);
        let diagnostic = Diagnostic::new(
            Code::TYPE_MISMATCH,
            due.origin.span,
            format!("types differ: expected `{wanted}`, found `{found}`"),
        )
        .label(label);
        self.sink.push(match written {
            Some(span) => diagnostic.secondary(span, "the implementation says so"),
            None => diagnostic,
        });
    }

    /// Where the project implements an interface for a type, when there is one place.
    fn written_at(&self, interface: InterfaceId, ty: TyId) -> Option<Span> {
        let (con, _) = self.arena.known(ty)?;
        match self.world.impls_of(interface, con) {
            [one] if one.0 >= self.world.first_impl => {
                Some(self.world.program.implementation(*one).span)
            }
            _ => None,
        }
    }

    /// By an implementation.
    fn settle_impl(&mut self, due: Due, part: TyId, con: Con, depth: u32) -> bool {
        let ids = self.world.impls_of(due.need.interface, con).to_vec();
        let mut fitting = Vec::new();
        for id in ids {
            let fresh = self.fresh_impl(id);
            if self.arena.could_unify(part, fresh.target, CHOICE_DEPTH)
                && self.could_be(&fresh.args[..due.need.inputs as usize], due.need)
            {
                fitting.push(fresh);
            }
        }
        match fitting.len() {
            0 => {
                self.unmet(due, part);
                false
            }
            1 => fitting
                .pop()
                .is_some_and(|fresh| self.apply(fresh, due, part, depth)),
            _ => self.stick(due, part),
        }
    }

    fn fresh_impl(&mut self, id: ImplId) -> Fresh {
        let decl = self.world.program.implementation(id);
        let params: Vec<TyId> = decl
            .type_params
            .iter()
            .map(|_| self.arena.fresh())
            .collect();
        let target = self.arena.instantiate(&decl.target, &params);
        let args = decl
            .args
            .iter()
            .map(|arg| self.arena.instantiate(arg, &params))
            .collect();
        Fresh {
            id,
            target,
            params,
            args,
        }
    }

    /// Uses an implementation: its parameters, associated types and bounds.
    fn apply(&mut self, fresh: Fresh, due: Due, part: TyId, depth: u32) -> bool {
        if self.arena.unify(fresh.target, part).is_err() {
            self.unmet(due, part);
            return false;
        }
        let slots = self.arena.args(due.need.args).to_vec();
        for (index, (&wanted, &found)) in slots.iter().zip(&fresh.args).enumerate() {
            self.tie(due, part, index, [wanted, found]);
        }
        let mut met = true;
        let type_params = self
            .world
            .program
            .implementation(fresh.id)
            .type_params
            .clone();
        for (param, &ty) in type_params.iter().zip(&fresh.params) {
            for bound in &param.bounds {
                let inputs = self.inputs(bound.interface);
                let need = self.arena.instantiate_bound(bound, inputs, &fresh.params);
                let next = Due {
                    need,
                    via: Some(fresh.id),
                    ..due
                };
                met &= self.settle(next, ty, depth + 1);
            }
        }
        self.bring_in(due, part, &slots);
        met
    }

    /// Slots that the interface has from what it requires are determined by the implementations of that.
    fn bring_in(&mut self, due: Due, part: TyId, slots: &[TyId]) {
        let interface = self.world.program.interface(due.need.interface);
        if interface.slots.len() <= 1 + interface.params as usize + interface.assoc.len() {
            return;
        }
        let interface = interface.clone();
        let all: Vec<TyId> = std::iter::once(part).chain(slots.iter().copied()).collect();
        for (slot, &ty) in interface.slots.iter().zip(&all) {
            for bound in slot.bounds.iter().filter(|bound| !bound.args.is_empty()) {
                let inputs = self.inputs(bound.interface);
                let need = self.arena.instantiate_bound(bound, inputs, &all);
                self.arena.require(ty, need, due.origin);
            }
        }
    }

    /// By the structure of the type.
    fn settle_structure(
        &mut self,
        due: Due,
        part: TyId,
        con: Con,
        args: &[TyId],
        depth: u32,
    ) -> bool {
        let Some(needed) = self.needed_args(con, due.need.interface, args.len()) else {
            self.unmet(due, part);
            return false;
        };
        for index in 0..self.arena.args(due.need.args).len() {
            // What an operator gives for numbers.
            let wanted = self.arena.arg(due.need.args, index);
            self.tie(due, part, index, [wanted, part]);
        }
        needed.into_iter().all(|(index, interface)| {
            let next = Due {
                need: Need::from(interface),
                ..due
            };
            self.settle(next, args[index], depth + 1)
        })
    }

    /// Which arguments must have which interface for the constructor to have it; `None` when it never has.
    pub fn needed_args(
        &self,
        con: Con,
        interface: InterfaceId,
        count: usize,
    ) -> Option<Vec<(usize, InterfaceId)>> {
        match con {
            Con::Adt(id) if interface == InterfaceId::COMPARISON => {
                (self.world.program.known.ordering == Some(id)).then(Vec::new)
            }
            Con::Adt(id) => {
                let def = &self.world.program.types[id.0 as usize];
                let claim = def.derives.iter().find(|(known, _)| *known == interface);
                let params = claim?.1.iter();
                Some(params.map(|&(at, needs)| (at as usize, needs)).collect())
            }
            _ if !super::derive::has(con, interface) => None,
            con if con.is_opaque() => Some(Vec::new()),
            _ => Some((0..count).map(|at| (at, interface)).collect()),
        }
    }

    /// Several implementations may be meant: the choice waits for more to be known.
    fn stick(&mut self, due: Due, part: TyId) -> bool {
        self.arena.pin(part);
        for index in 0..self.arena.args(due.need.args).len() {
            self.arena.pin(self.arena.arg(due.need.args, index));
        }
        self.stuck.push((due, part));
        true
    }

    /// Tries the choices that wait again; whether one was made.
    pub fn retry_stuck(&mut self) -> bool {
        let stuck = std::mem::take(&mut self.stuck);
        let before = stuck.len();
        for (due, part) in stuck {
            self.settled.clear();
            self.settle(due, part, 0);
        }
        self.settle_due();
        self.stuck.len() < before
    }

    /// Reports the choices that nothing makes. Where there are mistakes, one of them may be why.
    pub fn report_stuck(&mut self) {
        let stuck = std::mem::take(&mut self.stuck);
        if self.sink.has_errors() {
            return;
        }
        for (due, part) in stuck {
            let need = self.need_text(due.need);
            let text = self.show_one(part);
            self.sink.push(
                Diagnostic::new(
                    Code::AMBIGUOUS_TYPE,
                    due.origin.span,
                    format!("several implementations of `{need}` for `{text}` could be meant"),
                )
                .label("type not determined")
                .help("annotate one of the values, for example `x :: Int`"),
            );
        }
    }

    /// An interface with its parameters, as text.
    pub fn need_text(&self, need: Need) -> String {
        let name = &self.world.program.interface(need.interface).name;
        let inputs: Vec<String> = (0..need.inputs as usize)
            .map(|index| self.show_one(self.arena.arg(need.args, index)))
            .collect();
        match inputs.as_slice() {
            [] => name.to_string(),
            _ => format!("{name}<{}>", inputs.join(", ")),
        }
    }

    /// Whether a type has an interface, as far as its outermost constructor or its bounds say.
    pub fn may_have(&self, ty: TyId, interface: InterfaceId) -> Has {
        match self.arena.node(ty) {
            Node::App(con, args) => {
                if !self.world.impls_of(interface, con).is_empty() {
                    return Has::Written;
                }
                let count = self.arena.args(args).len();
                match self.needed_args(con, interface, count) {
                    Some(_) => Has::Structural,
                    None => Has::No,
                }
            }
            Node::Rigid(id) => {
                let bounds = &self.rigid[id.0 as usize].param.bounds;
                match bounds.iter().any(|bound| bound.interface == interface) {
                    true => Has::Written,
                    false => Has::No,
                }
            }
            _ => Has::No,
        }
    }
}

/// How a type has an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    /// By an implementation or a bound.
    Written,
    /// By its structure.
    Structural,
    /// Not at all.
    No,
}
