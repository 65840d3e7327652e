//! Mailbox types: what bodies receive, and what calls make of it. See [`crate::types::mailbox`].

use rustc_hash::FxHashMap;

use super::Infer;
use super::lookup::Instance;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::typed::{FuncId, Mailboxes, Owner, Receives};
use crate::types::arena::TyId;
use crate::types::mailbox::{Mailbox, MailboxClash, SlotId};

/// What a slot of a signature belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Code that receives: the function's own, or its result.
    Code,
    /// A parameter, which may receive what the code that calls it does, or nothing.
    Taken,
}

impl Infer<'_, '_> {
    /// The type of the messages that the body at hand receives; `span` is what receives.
    pub(super) fn mailbox(&mut self, span: Span) -> Mailbox {
        let slot = self.f.slot;
        if let Some(known) = self.arena.slots.mailbox(slot) {
            return known;
        }
        let message = self.arena.fresh();
        self.arena.pin(message);
        let mailbox = Mailbox { message, span };
        self.arena.slots.receive(slot, mailbox);
        mailbox
    }

    /// The code of an instance is called by the body at hand.
    pub(super) fn calls(&mut self, slot: SlotId, span: Span) {
        self.arena.slots.flow(slot, self.f.slot, span);
        self.settle_due();
    }

    /// A value of this function type is called by the body at hand.
    pub(super) fn calls_value(&mut self, fun: TyId, span: Span) {
        if let Some(slot) = self.arena.slot(fun) {
            self.calls(slot, span);
        }
    }

    /// Values of these types become fields: functions among them must receive nothing.
    pub(super) fn put_into_data(&mut self, fields: &[TyId], span: Span) {
        for &field in fields {
            if let Some(slot) = self.arena.slot(field) {
                self.arena.slots.keep_free(slot, span);
            }
        }
    }

    /// Gives the functions in an instance of a signature their slots.
    pub(super) fn tie_instance(&mut self, id: FuncId, instance: &mut Instance, span: Span) {
        if let Some(member) = self.members.iter().find(|member| member.func == id) {
            let (params, ret, slot) = (member.params.clone(), member.ret, member.slot);
            instance.slot = slot;
            let own = params.into_iter().chain([ret]);
            let parts = instance.params.iter().copied().chain([instance.ret]);
            for (own, part) in own.zip(parts.collect::<Vec<_>>()) {
                if let Some(slot) = self.arena.slot(own) {
                    self.arena.set_slot(part, slot);
                }
            }
            return;
        }
        let mailboxes = &self.world.program.funcs[id.0 as usize].mailboxes;
        if *mailboxes == Mailboxes::default() {
            return;
        }
        let mailboxes = mailboxes.clone();
        let types = instance.params.iter().copied().chain([instance.ret]);
        let slots: Vec<Option<SlotId>> = types.map(|ty| self.arena.slot(ty)).collect();
        let last = slots.len() - 1;
        let mut shared: FxHashMap<u32, SlotId> = FxHashMap::default();
        let own = (Role::Code, Some(instance.slot));
        let others = slots.into_iter().enumerate();
        let others = others.map(|(at, slot)| match at == last {
            true => (Role::Code, slot),
            false => (Role::Taken, slot),
        });
        let parts = mailboxes.parts(instance.params.len());
        for (part, (role, slot)) in parts.zip(std::iter::once(own).chain(others)) {
            let Some(slot) = slot else { continue };
            match part {
                Receives::Nothing => {}
                Receives::Shared(number) => {
                    let fresh = &mut self.arena.slots;
                    let all = *shared.entry(*number).or_insert_with(|| fresh.fresh());
                    match role {
                        Role::Code => self.arena.slots.join(slot, all),
                        Role::Taken => self.arena.slots.flow(slot, all, span),
                    }
                }
                Receives::Messages(ty) => {
                    let message = self.arena.instantiate(ty, &instance.args);
                    self.arena.pin(message);
                    let code = match role {
                        Role::Code => slot,
                        Role::Taken => self.arena.slots.fresh(),
                    };
                    self.arena.slots.receive(code, Mailbox { message, span });
                    self.arena.slots.flow(slot, code, span);
                }
                Receives::Free => self.arena.slots.keep_free(slot, span),
            }
        }
    }

    /// Makes the types of two mailboxes equal that belong to one actor.
    pub(in crate::types) fn one_mailbox(&mut self, MailboxClash { known, other }: MailboxClash) {
        if self.arena.unify(known.message, other.message).is_err() {
            self.two_mailboxes(known, other);
        }
    }

    fn two_mailboxes(&mut self, known: Mailbox, other: Mailbox) {
        let (first, second) = match known.span.start <= other.span.start {
            true => (known, other),
            false => (other, known),
        };
        let [a, b] = self.show([first.message, second.message]);
        self.sink.push(
            Diagnostic::new(
                Code::MAILBOX_CLASH,
                second.span,
                format!("an actor has one type of messages, but this receives `{b}` and before it `{a}` is received"),
            )
            .label(format!("messages of type `{b}` are received here"))
            .secondary(first.span, format!("messages of type `{a}` are received here"))
            .help("make one sum type of both, with a variant for each; or let another actor receive one of them"),
        );
    }

    /// Settles what the functions of the group receive, once their bodies are known.
    pub(in crate::types) fn settle_slots(&mut self) {
        self.settle_due();
        let stored = self.arena.slots_in_data();
        for index in 0..self.members.len() {
            for slot in self.member_slots(index).into_iter().flatten() {
                self.arena.slots.merge_flows(slot);
            }
        }
        self.settle_due();
        for (slot, span) in stored {
            match self.arena.slots.mailbox(slot) {
                Some(mailbox) => self.stored(mailbox, span),
                None => self.arena.slots.make_free(slot),
            }
        }
        for index in 0..self.members.len() {
            self.settle_member(index);
        }
    }

    /// The slots of a member's code, of its parameters, and of its result, as far as they are functions.
    pub(in crate::types) fn member_slots(&mut self, index: usize) -> Vec<Option<SlotId>> {
        let member = &self.members[index];
        let types: Vec<TyId> = member.params.iter().copied().chain([member.ret]).collect();
        let own = Some(member.slot);
        let parts = types.into_iter().map(|ty| self.arena.slot(ty));
        std::iter::once(own).chain(parts).collect()
    }

    /// `main` and tests receive `()` when nothing says what; implementations of interfaces receive nothing.
    fn settle_member(&mut self, index: usize) {
        let member = &self.members[index];
        let (func, slot) = (member.func, member.slot);
        let Some(mailbox) = self.arena.slots.mailbox(slot) else {
            return;
        };
        let owner = self.world.program.funcs[func.0 as usize].owner;
        let is_main = self.world.program.main == Some(func);
        if (is_main || owner == Owner::Test) && self.arena.is_var(mailbox.message) {
            let _fits = self.unify_quietly(mailbox.message, TyId::UNIT);
        }
        if matches!(owner, Owner::Interface(_) | Owner::Impl(_)) {
            self.sink.push(
                Diagnostic::new(
                    Code::METHOD_RECEIVES,
                    mailbox.span,
                    "a method of an interface cannot receive messages",
                )
                .label("receives here")
                .note("who calls a method does not know which implementation runs, so its mailbox could not be checked")
                .help("receive in a function of its own, and pass the message to the method"),
            );
        }
    }

    /// A function that receives was put into data.
    fn stored(&mut self, mailbox: Mailbox, span: Option<Span>) {
        let message = "a function that receives messages cannot be put into data, a message, or another function's hands";
        let diagnostic = Diagnostic::new(Code::STORED_RECEIVE, mailbox.span, message)
            .label("receives here")
            .note("any actor could call it then, whatever messages that one takes")
            .help("receive first, and let the function have what was received as a parameter");
        self.sink.push(match span {
            Some(span) => diagnostic.secondary(span, "is put into data here"),
            None => diagnostic,
        });
    }
}
