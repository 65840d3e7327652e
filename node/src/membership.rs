//! Does what names and groups ask for: sends frames, watches actors, tells them.

use crate::global::{self, Asker, Names};
use crate::group::{self, Groups};
use crate::node::Node;
use crate::peers::Life;
use crate::session::Session;
use crate::wire::frame::Frame;
use snow_vm::actor::Pid;
use snow_vm::actor::entry::{Answer, Content, Signal};
use snow_vm::sched::visitor::{Host, Visitor};
use std::sync::Arc;

/// The pid under which a node watches its own actors: it has a number that no node gets.
pub(crate) const NODE_ITSELF: Pid = Pid::foreign((1 << 24) - 1, 0);
/// The reference of those monitors; no actor has it.
const WATCH: u64 = u64::MAX;

impl Node {
    /// Does something with the names, and what follows from it.
    pub(crate) fn with_names<R>(
        &self,
        host: &mut dyn Host,
        change: impl FnOnce(&mut Names) -> R,
    ) -> R {
        let mut names = self.names.lock();
        let result = change(&mut names);
        loop {
            let acts = names.acts();
            if acts.is_empty() {
                return result;
            }
            for act in acts {
                self.do_with_name(&mut names, host, act);
            }
        }
    }

    fn do_with_name(&self, names: &mut Names, host: &mut dyn Host, act: global::Act) {
        match act {
            global::Act::Send(node, kind, req, value, name) => {
                let name = &name;
                let note = global::Note {
                    kind,
                    req,
                    value,
                    name,
                };
                self.push_to(node, &Frame::Global(note));
            }
            global::Act::Tell(pid, reference, outcome) => {
                self.tell_outcome(host, pid, reference, outcome);
            }
            global::Act::Watch(pid) => {
                if !host.signal(pid, Signal::Monitor(NODE_ITSELF, WATCH)) {
                    names.ended(pid);
                }
            }
            global::Act::Lost(pid, name) => {
                host.signal(pid, Signal::NameLost(name));
            }
        }
    }

    fn tell_outcome(
        &self,
        host: &mut dyn Host,
        pid: Pid,
        reference: u64,
        outcome: global::Outcome,
    ) {
        let Some(ty) = self.facts.int else { return };
        let answer = Answer {
            ty,
            word: outcome as u64,
            reference,
            unwatched: true,
        };
        host.deliver(pid, Content::Answer(answer));
    }

    /// Does something with the groups, and what follows from it.
    pub(crate) fn with_groups<R>(
        &self,
        host: &mut dyn Host,
        change: impl FnOnce(&mut Groups) -> R,
    ) -> R {
        let mut groups = self.groups.lock();
        let result = change(&mut groups);
        loop {
            let acts = groups.acts();
            if acts.is_empty() {
                return result;
            }
            for act in acts {
                self.do_with_group(&mut groups, host, act);
            }
        }
    }

    fn do_with_group(&self, groups: &mut Groups, host: &mut dyn Host, act: group::Act) {
        match act {
            group::Act::Send(node, kind, serial, name) => {
                let name = &name;
                self.push_to(node, &Frame::Group { kind, serial, name });
            }
            group::Act::Watch(pid) => {
                if !host.signal(pid, Signal::Monitor(NODE_ITSELF, WATCH)) {
                    groups.ended(pid);
                }
            }
            group::Act::Tell(monitor, kind, name, pid) => {
                let signal = match kind {
                    group::Kind::Joined => Signal::Joined(name, pid),
                    _ => Signal::Left(name, pid),
                };
                host.signal(monitor, signal);
            }
        }
    }

    fn push_to(&self, node: u32, frame: &Frame<'_>) {
        if let Some(session) = self.session_of_number(node) {
            session.send(|outbox| outbox.push(frame));
        }
    }

    /// A member is connected: it is told of names and groups before anything else.
    pub(crate) fn member_begins(&self, host: &mut dyn Host, session: &Session) {
        let life = Life {
            name: Arc::new(session.peer.name.clone()),
            creation: session.peer.creation,
        };
        self.with_groups(host, |groups| groups.connected(session.node));
        self.with_names(host, |names| {
            names.connected(session.node, life, session.peer.mesh);
        });
    }

    /// It is not any more.
    pub(crate) fn member_ends(&self, host: &mut dyn Host, session: &Session) {
        self.with_groups(host, |groups| groups.disconnected(session.node));
        self.with_names(host, |names| names.disconnected(session.node));
    }

    /// What actors that the node watches send to it: that they have ended.
    pub(crate) fn hear(&self, content: &Content) {
        let Content::Signal(signal) = content else {
            return;
        };
        if let Signal::Down(_, pid, _) = **signal {
            let mut host = Visitor::new(Arc::clone(&self.runtime));
            self.with_groups(&mut host, |groups| groups.ended(pid));
            self.with_names(&mut host, |names| names.ended(pid));
        }
    }

    /// Does something for an actor; what is to be sent for it leaves at once.
    fn visit<R>(&self, f: impl FnOnce(&Node, &mut dyn Host) -> R) -> R {
        let mut host = Visitor::new(Arc::clone(&self.runtime));
        let result = f(self, &mut host);
        self.flush_now();
        result
    }

    /// An actor wants to give a name to an actor; the [outcome](global::Outcome) comes as the answer to a call.
    pub fn register_name(&self, name: &str, pid: Pid, asker: (Pid, u64)) {
        let asker = Asker::Here(asker.0, asker.1);
        self.visit(|node, host| {
            node.with_names(host, |names| names.register(name, pid, asker));
        });
    }

    /// It does not wait any more.
    pub fn abandon_name(&self, asker: (Pid, u64)) {
        let asker = Asker::Here(asker.0, asker.1);
        self.visit(|node, host| node.with_names(host, |names| names.abandon(asker)));
    }

    /// Takes a name away; whether an actor had it.
    pub fn unregister_name(&self, name: &str) -> bool {
        self.visit(|node, host| node.with_names(host, |names| names.unregister(name)))
    }

    /// The actor of a name.
    pub fn whereis_name(&self, name: &str) -> Option<Pid> {
        self.names.lock().whereis(name)
    }

    /// An actor joins a group, or leaves it.
    pub fn change_group(&self, name: &str, pid: Pid, joins: bool) {
        self.visit(|node, host| {
            node.with_groups(host, |groups| match joins {
                true => groups.join(name, pid),
                false => groups.leave(name, pid),
            });
        });
    }

    /// From now on an actor is told of changes of a group, or is not any more.
    pub fn watch_group(&self, name: &str, pid: Pid, watches: bool) {
        self.visit(|node, host| {
            node.with_groups(host, |groups| match watches {
                true => groups.monitor(name, pid),
                false => groups.demonitor(name, pid),
            });
        });
    }

    /// The actors in a group.
    pub fn group_members(&self, name: &str) -> Vec<Pid> {
        self.groups.lock().members(name).to_vec()
    }

    /// The groups that have members.
    pub fn group_names(&self) -> Vec<Arc<str>> {
        self.groups.lock().names()
    }
}
