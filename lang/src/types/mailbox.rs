//! Mailboxes under inference: which function values and functions receive messages, and of which type.
//!
//! Every function value has a *slot*, and so has every function and closure body under inference. A slot with a mailbox belongs to code that
//! receives, or asks for `self()`; one without belongs to code that any actor may run. Slots are apart from types, so that only code
//! that receives pays for them: a `Fun` type gets a slot when something asks for it. Two function types that are made equal share one.
//! What one body calls *flows* into it: it receives what its callees receive, and nothing when they receive nothing.
//!
//! A function value may be called by the actor that has it, and become an actor of its own; it cannot lie in data that other actors
//! may read: there its slot must stay *free*.

use rustc_hash::FxHashMap;

use super::arena::{Arena, Node, TyId};
use crate::syntax::ast::Span;
use crate::typed::Con;

/// A slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlotId(u32);

impl SlotId {
    /// The slot of code that is not any function's.
    pub const NOWHERE: SlotId = SlotId(0);
}

/// What a slot's code receives, and the place that says so first.
#[derive(Clone, Copy, Debug)]
pub struct Mailbox {
    /// The type of the messages.
    pub message: TyId,
    /// The `receive`, `self()` or call that says so.
    pub span: Span,
}

#[derive(Debug, Default)]
struct Slot {
    /// The slot that this one was made equal to.
    link: Option<SlotId>,
    mailbox: Option<Mailbox>,
    /// The slots that receive what this one receives, with the places where they call it.
    flows: Vec<(SlotId, Span)>,
    /// Whether a function value of this slot lies in data.
    free: bool,
}

/// Code of one actor that would receive messages of two types.
#[derive(Clone, Copy, Debug)]
pub struct MailboxClash {
    /// What was known.
    pub known: Mailbox,
    /// What differs.
    pub other: Mailbox,
}

/// All slots of a binding group.
#[derive(Debug, Default)]
pub struct Slots {
    slots: Vec<Slot>,
    of_fun: FxHashMap<TyId, SlotId>,
    /// Slots of function values in data, and where they were put there.
    free: Vec<(SlotId, Span)>,
    /// Mailboxes that must be of one type.
    pub due: Vec<MailboxClash>,
}

impl Slots {
    /// Empties the table but for [`SlotId::NOWHERE`].
    pub fn reset(&mut self) {
        self.slots.clear();
        self.slots.push(Slot::default());
        self.of_fun.clear();
        self.free.clear();
        self.due.clear();
    }

    /// A fresh slot.
    pub fn fresh(&mut self) -> SlotId {
        self.slots.push(Slot::default());
        SlotId(self.slots.len() as u32 - 1)
    }

    /// The representative of a slot.
    pub fn root(&self, mut slot: SlotId) -> SlotId {
        while let Some(next) = self.slots[slot.0 as usize].link {
            slot = next;
        }
        slot
    }

    fn at(&mut self, slot: SlotId) -> &mut Slot {
        let root = self.root(slot);
        &mut self.slots[root.0 as usize]
    }

    /// What a slot's code receives.
    pub fn mailbox(&self, slot: SlotId) -> Option<Mailbox> {
        self.slots[self.root(slot).0 as usize].mailbox
    }

    /// Says what a slot's code receives.
    pub fn receive(&mut self, slot: SlotId, mailbox: Mailbox) {
        let mut work = vec![(slot, mailbox)];
        while let Some((slot, mailbox)) = work.pop() {
            let slot = self.at(slot);
            if let Some(known) = slot.mailbox {
                let other = mailbox;
                self.due.push(MailboxClash { known, other });
                continue;
            }
            slot.mailbox = Some(mailbox);
            let flows = std::mem::take(&mut slot.flows);
            let message = mailbox.message;
            work.extend(
                flows
                    .into_iter()
                    .map(|(to, span)| (to, Mailbox { message, span })),
            );
        }
    }

    /// Code of slot `to` calls code of slot `from`, at `span`.
    pub fn flow(&mut self, from: SlotId, to: SlotId, span: Span) {
        let (from, to) = (self.root(from), self.root(to));
        if from == to {
            return;
        }
        match self.mailbox(from) {
            Some(Mailbox { message, .. }) => self.receive(to, Mailbox { message, span }),
            None => self.at(from).flows.push((to, span)),
        }
    }

    /// Makes two slots one.
    pub fn join(&mut self, a: SlotId, b: SlotId) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let Slot { mailbox, flows, .. } = std::mem::take(&mut self.slots[a.0 as usize]);
        self.slots[a.0 as usize].link = Some(b);
        match (mailbox, self.mailbox(b)) {
            (Some(mailbox), _) => self.receive(b, mailbox),
            (None, Some(_)) => {
                for (to, span) in flows {
                    self.flow(b, to, span);
                }
            }
            (None, None) => self.at(b).flows.extend(flows),
        }
    }

    /// Demands that a slot's code receive nothing, because it is put into data at `span`.
    pub fn keep_free(&mut self, slot: SlotId, span: Span) {
        self.free.push((slot, span));
    }

    /// Notes that a slot's code must receive nothing, now that all is known.
    pub fn make_free(&mut self, slot: SlotId) {
        self.at(slot).free = true;
    }

    /// Whether a slot's code must receive nothing.
    pub fn is_free(&self, slot: SlotId) -> bool {
        self.slots[self.root(slot).0 as usize].free
    }

    /// Makes one slot of this and of all that it flows into.
    pub fn merge_flows(&mut self, slot: SlotId) {
        loop {
            let targets = std::mem::take(&mut self.at(slot).flows);
            if targets.is_empty() {
                return;
            }
            for (to, _) in targets {
                self.join(to, slot);
            }
        }
    }
}

impl Arena {
    /// The slot of a function type; none of another one.
    pub fn slot(&mut self, ty: TyId) -> Option<SlotId> {
        let root = self.root(ty);
        if !matches!(self.node(root), Node::App(Con::Fun, _)) {
            return None;
        }
        if let Some(&known) = self.slots.of_fun.get(&root) {
            return Some(known);
        }
        let fresh = self.slots.fresh();
        self.slots.of_fun.insert(root, fresh);
        Some(fresh)
    }

    /// Makes a slot that of a function type.
    pub fn set_slot(&mut self, fun: TyId, slot: SlotId) {
        if let Some(own) = self.slot(fun) {
            self.slots.join(own, slot);
        }
    }

    /// Function type `a` is about to become `b`.
    pub(super) fn join_slots(&mut self, a: TyId, b: TyId) {
        match (
            self.slots.of_fun.get(&a).copied(),
            self.slots.of_fun.get(&b).copied(),
        ) {
            (Some(a), Some(b)) => self.slots.join(a, b),
            (Some(slot), None) => drop(self.slots.of_fun.insert(b, slot)),
            (None, _) => {}
        }
    }

    /// The copy of a function type shares its slot.
    pub(super) fn copy_slot(&mut self, from: TyId, to: TyId) {
        if let Some(slot) = self.slot(from) {
            self.set_slot(to, slot);
        }
    }

    /// The slots of function values that lie in data, with the place that put them there where one is known.
    pub fn slots_in_data(&mut self) -> Vec<(SlotId, Option<Span>)> {
        let mut found: Vec<(SlotId, Option<Span>)> = self
            .slots
            .free
            .iter()
            .map(|&(slot, span)| (slot, Some(span)))
            .collect();
        if !self.slots.of_fun.is_empty() {
            for part in self.all_parts() {
                if let Some(&slot) = self.slots.of_fun.get(&self.root(part)) {
                    found.push((slot, None));
                }
            }
        }
        found
    }
}
