//! What happens when a connection with another member begins and ends: who is told, and what the two tell each other of third ones.

use crate::global;
use crate::incoming::Reading;
use crate::keeper::Wanted;
use crate::name::NodeName;
use crate::wire::frame::Frame;
use crate::wire::{Malformed, Read};
use snow_vm::actor::Reason;
use snow_vm::actor::entry::{Content, Signal};
use std::sync::Arc;

/// Members that one list may name.
const MOST_PEERS: usize = 1024;

impl Reading<'_> {
    fn is_member(&self) -> bool {
        !self.session.peer.hidden && !self.node.options.hidden
    }

    /// A connection begins: the other side is told whom this one knows.
    pub(crate) fn begin(&mut self) {
        let name = self.session.peer.name.clone();
        self.node.keeper.found(&name);
        // Also to who only looks.
        if self.session.peer.hidden || (self.node.options.mesh && self.session.peer.mesh) {
            self.introduce_members();
        }
        match self.is_member() {
            true => self.node.member_begins(self.host, self.session),
            false => self.settle(),
        }
    }

    /// The connection counts from now on.
    fn settle(&mut self) {
        let up = Some(Arc::clone(self.session));
        self.node.table.settle(&self.session.peer.name, up);
    }

    /// The other side has told of all its names.
    fn known(&mut self) {
        if std::mem::replace(self.is_known, true) || !self.is_member() {
            return;
        }
        let name = self.session.peer.name.clone();
        self.node.log("connected", name.as_str(), "");
        self.tell_watchers(name.as_str(), Signal::NodeUp);
        self.settle();
    }

    /// The other side tells of a name.
    pub(crate) fn note(&mut self, note: &global::Note<'_>) {
        let from = self.session.node;
        self.node
            .with_names(self.host, |names| names.take(from, note));
        if note.kind == global::Kind::Synced {
            self.known();
        }
    }

    /// Tells the other side whom this one is connected with.
    fn introduce_members(&self) {
        let sessions = self.node.sessions();
        let members = sessions.iter().filter(|session| {
            session.id != self.session.id && !session.peer.hidden && session.peer.mesh
        });
        let peers: Vec<&str> = members
            .map(|session| session.peer.name.as_str())
            .take(MOST_PEERS)
            .collect();
        self.session
            .send(|outbox| outbox.push(&Frame::PeerList { peers }));
    }

    fn tell_watchers(&mut self, name: &str, signal: impl Fn(Arc<str>) -> Signal) {
        let text: Arc<str> = name.into();
        let host = &mut *self.host;
        self.node.watchers.lock().tell(
            name,
            || signal(Arc::clone(&text)),
            |pid, signal| host.signal(pid, signal),
        );
    }

    /// The other side tells whom it is connected with.
    pub(crate) fn learn(&mut self, peers: &[&str]) -> Read<()> {
        if peers.len() > MOST_PEERS {
            return Err(Malformed("too many members"));
        }
        let names = peers.iter().map(|peer| NodeName::parse(peer));
        let names = names.collect::<Result<Vec<_>, _>>();
        let names = names.map_err(|_| Malformed("a member without a name"))?;
        let told = names.iter().map(|name| name.as_str().to_owned());
        self.session.outbox().told_peers = told.collect();
        if !self.is_member() || !self.node.options.mesh {
            return Ok(());
        }
        for name in names.iter().filter(|name| **name != *self.node.name) {
            self.node.keeper.keep(name, Wanted::Learned);
        }
        Ok(())
    }

    /// The connection is over: whatever went across it is, too.
    pub(crate) fn end(&mut self) {
        let (node, session) = (self.node, self.session);
        node.remove_session(session);
        let left = session.send(|outbox| {
            (
                std::mem::take(&mut outbox.links),
                std::mem::take(&mut outbox.monitors),
                std::mem::take(&mut outbox.watched),
                std::mem::take(&mut outbox.pending_spawns),
                outbox
                    .questions
                    .drain()
                    .map(|(call, asker)| (asker, call))
                    .chain(outbox.awaiting_room.drain(..))
                    .collect::<Vec<_>>(),
                outbox.released(),
            )
        });
        let (links, monitors, watched, spawns, askers, held) = left;
        for sender in held {
            self.host.deliver(sender, Content::Room);
        }
        for (here, serial) in links {
            let exit = Signal::LinkExit(self.there(serial), Reason::NoConnection);
            self.host.signal(here, exit);
        }
        for (reference, (here, serial)) in monitors {
            let down = Signal::Down(reference, self.there(serial), Reason::NoConnection);
            self.host.signal(here, down);
        }
        for (reference, here) in watched {
            self.host.signal(here, Signal::Demonitor(reference));
        }
        for (request, pending) in spawns {
            let reference = crate::spawn::reference(request);
            let down = Signal::Down(reference, self.there(0), Reason::NoConnection);
            self.host.signal(pending.requester, down);
        }
        for (asker, call) in askers {
            let down = Signal::Down(call, self.there(0), Reason::NoConnection);
            self.host.signal(asker, down);
        }
        let name = session.peer.name.clone();
        if self.is_member() {
            node.member_ends(self.host, session);
        }
        if *self.is_known {
            node.log("disconnected", name.as_str(), &session.reason());
            self.tell_watchers(name.as_str(), Signal::NodeDown);
        }
        node.table.ended(session);
        node.keeper.lost(&name);
    }
}
