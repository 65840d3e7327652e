//! Names that hold in the whole cluster. This file decides; it sends nothing itself, and knows no sockets.
//!
//! A node tells the members of the names of its own actors, and of nobody else's: all when a connection begins, then what changes. Reading a name asks nobody.
//!
//! Registering one takes two steps. The member that the name's hash picks from all members locks it, so that of several who want it at once one goes first; the
//! request says which members its node knows, and where the two know different ones it is made again. Then all members are told, and the name counts when each has
//! said that it knows of no other owner. That second step is what holds while members come and go. When a lost connection is there again, two actors may have a name:
//! the one with the smaller node name, creation and serial keeps it.

#[cfg(test)]
mod cuts;
mod members;
#[cfg(test)]
mod tests;

use crate::peers::{HERE, Life};
use members::Members;
use rustc_hash::{FxHashMap, FxHashSet};
use snow_vm::actor::Pid;
use std::sync::Arc;

/// What a frame about names says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// All names of the sender were told; what follows are changes.
    Synced = 0,
    /// The actor `value` of the sender has the name. If `req` is not 0 the sender waits to hear whether that can be.
    Name = 1,
    /// That actor has not.
    NoName = 2,
    /// What is thought of the name of a request: `value` is 1 when it can be.
    Seen = 3,
    /// Lock the name for a request, if you know the members whose hash is `value`.
    Lock = 4,
    /// What has come of that: an [`Outcome`].
    Locked = 5,
    /// The name of the request is not locked any more.
    Unlock = 6,
    /// Give the name to the receiver's actor `value`.
    Register = 7,
    /// What has come of that: an [`Outcome`].
    Registered = 8,
    /// Take the name from the receiver's actor that has it.
    Release = 9,
}

impl Kind {
    /// The kind of a number.
    pub fn of(number: u64) -> Option<Kind> {
        use Kind::{
            Lock, Locked, Name, NoName, Register, Registered, Release, Seen, Synced, Unlock,
        };
        let all = [
            Synced, Name, NoName, Seen, Lock, Locked, Unlock, Register, Registered, Release,
        ];
        all.get(usize::try_from(number).ok()?).copied()
    }
}

/// A frame about names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note<'a> {
    /// What it says.
    pub kind: Kind,
    /// The request that it belongs to; 0 if to none.
    pub req: u64,
    /// See the kinds.
    pub value: u64,
    /// The name.
    pub name: &'a str,
}

/// What has come of an attempt to register a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// The name is taken, or the actor has ended.
    No = 0,
    /// The actor has it.
    Yes = 1,
    /// The members did not agree: it is to be tried again.
    Again = 2,
}

impl Outcome {
    fn of(number: u64) -> Outcome {
        match number {
            0 => Outcome::No,
            1 => Outcome::Yes,
            _ => Outcome::Again,
        }
    }
}

/// Who wants to register a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An actor of this node, under the reference of a call.
    Here(Pid, u64),
    /// Another node, under its request.
    There(u32, u64),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Send a frame to a node.
    Send(u32, Kind, u64, u64, Arc<str>),
    /// Tell an actor of this node what has come of its request.
    Tell(Pid, u64, Outcome),
    /// Tell [`Names::ended`] when an actor of this node ends.
    Watch(Pid),
    /// Tell an actor of this node that it has lost a name.
    Lost(Pid, Arc<str>),
}

struct Own {
    pid: Pid,
    /// The attempt that is not over yet.
    attempt: Option<u64>,
}

/// An attempt to register a name for an actor of this node.
struct Attempt {
    name: Arc<str>,
    pid: Pid,
    asker: Asker,
    stage: Stage,
    /// Where the name is locked.
    lock: Option<u32>,
    told: FxHashSet<u32>,
}

enum Stage {
    /// Waits for a lock, asked for with these members in view.
    Locking { at: u32, view: u64 },
    /// Waits to hear from these members.
    Telling {
        missing: FxHashSet<u32>,
        has_conflict: bool,
    },
}

/// A name that is locked here.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Lock {
    who: u32,
    req: u64,
}

/// What a node knows of names.
pub struct Names {
    members: Members,
    own: FxHashMap<Arc<str>, Own>,
    /// Those of others; more than one only until a quarrel is over.
    theirs: FxHashMap<Arc<str>, Vec<Pid>>,
    locks: FxHashMap<Arc<str>, Lock>,
    attempts: FxHashMap<u64, Attempt>,
    /// Requests about actors of other nodes, which those work on.
    forwarded: FxHashMap<u64, (u32, Asker)>,
    next: u64,
    acts: Vec<Act>,
}

impl Names {
    /// Of a node that knows no other one. One that is not in the mesh locks no names.
    pub fn new(own: Life, is_in_mesh: bool) -> Names {
        Names {
            members: Members::new(own, is_in_mesh),
            own: FxHashMap::default(),
            theirs: FxHashMap::default(),
            locks: FxHashMap::default(),
            attempts: FxHashMap::default(),
            forwarded: FxHashMap::default(),
            next: 1,
            acts: Vec::new(),
        }
    }

    /// What is to be done, in this order.
    pub fn acts(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }

    /// The actor of a name.
    pub fn whereis(&self, name: &str) -> Option<Pid> {
        let own = self.own.get(name).filter(|own| own.attempt.is_none());
        let theirs = self.theirs.get(name).into_iter().flatten().copied();
        let all = own.map(|own| own.pid).into_iter().chain(theirs);
        all.min_by(|a, b| self.members.compare(*a, *b))
    }

    /// A connection with a member has begun: it is told all names of this node.
    pub fn connected(&mut self, node: u32, life: Life, is_in_mesh: bool) {
        self.members.add(node, life, is_in_mesh);
        let held = self.own.iter().filter(|(_, own)| own.attempt.is_none());
        let mut held: Vec<_> = held
            .map(|(name, own)| (own.pid, Arc::clone(name)))
            .collect();
        held.sort_unstable_by_key(|(pid, _)| *pid);
        for (pid, name) in held {
            self.send(node, Kind::Name, 0, pid.serial(), &name);
        }
        self.send(node, Kind::Synced, 0, 0, &Arc::from(""));
    }

    /// A connection with a member is over.
    pub fn disconnected(&mut self, node: u32) {
        self.members.remove(node);
        self.theirs.retain(|_, pids| {
            pids.retain(|pid| pid.node() != node);
            !pids.is_empty()
        });
        self.locks.retain(|_, lock| lock.who != node);
        let forwarded = self.forwarded.extract_if(|_, (at, _)| *at == node);
        let askers: Vec<Asker> = forwarded.map(|(_, (_, asker))| asker).collect();
        for asker in askers {
            self.answer(asker, Outcome::Again);
        }
        for id in self.attempt_ids() {
            let Some(attempt) = self.attempts.get_mut(&id) else {
                continue;
            };
            // It has forgotten what it was told; should it be back before the attempt is over, it is told again.
            attempt.told.remove(&node);
            match &mut attempt.stage {
                Stage::Locking { at, .. } if *at == node => self.fail(id, Outcome::Again),
                Stage::Telling { missing, .. } => {
                    missing.remove(&node);
                    self.go_on(id);
                }
                Stage::Locking { .. } => {}
            }
        }
    }

    fn attempt_ids(&self) -> Vec<u64> {
        let mut ids: Vec<u64> = self.attempts.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// Somebody wants to give a name to an actor.
    pub fn register(&mut self, name: &str, pid: Pid, asker: Asker) {
        let name: Arc<str> = name.into();
        if self.whereis(&name).is_some() {
            return self.answer(asker, Outcome::No);
        }
        if pid.node() != HERE {
            return self.forward(name, pid, asker);
        }
        if self.own.contains_key(&name) {
            return self.answer(asker, Outcome::Again);
        }
        let id = self.next;
        self.next += 1;
        let attempt = Some(id);
        self.own.insert(Arc::clone(&name), Own { pid, attempt });
        let (at, view) = self.members.judge_of(&name);
        let attempt = Attempt {
            name: Arc::clone(&name),
            pid,
            asker,
            stage: Stage::Locking { at, view },
            lock: None,
            told: FxHashSet::default(),
        };
        self.attempts.insert(id, attempt);
        self.acts.push(Act::Watch(pid));
        if !self.members.is_in_mesh() {
            return self.tell(id);
        }
        if at != HERE {
            return self.send(at, Kind::Lock, id, view, &name);
        }
        let outcome = self.lock(&name, Lock { who: HERE, req: id });
        self.locked(id, HERE, outcome);
    }

    /// The node of the actor works on it.
    fn forward(&mut self, name: Arc<str>, pid: Pid, asker: Asker) {
        let node = pid.node();
        if !self.members.knows(node) || matches!(asker, Asker::There(..)) {
            return self.answer(asker, Outcome::No);
        }
        let id = self.next;
        self.next += 1;
        self.forwarded.insert(id, (node, asker));
        self.send(node, Kind::Register, id, pid.serial(), &name);
    }

    /// Who has asked does not wait any more: what was not reached by now is given up.
    pub fn abandon(&mut self, asker: Asker) {
        self.forwarded.retain(|_, (_, known)| *known != asker);
        for id in self.attempt_ids() {
            if self
                .attempts
                .get(&id)
                .is_some_and(|attempt| attempt.asker == asker)
            {
                self.fail(id, Outcome::Again);
            }
        }
    }

    /// Takes a name away, wherever its actor is; whether it had one.
    pub fn unregister(&mut self, name: &str) -> bool {
        let Some(pid) = self.whereis(name) else {
            return false;
        };
        match pid.node() {
            HERE => self.give_up(name),
            node => self.send(node, Kind::Release, 0, pid.serial(), &Arc::from(name)),
        }
        true
    }

    /// An actor of this node has ended.
    pub fn ended(&mut self, pid: Pid) {
        let of_it = self.own.iter().filter(|(_, own)| own.pid == pid);
        let mut names: Vec<Arc<str>> = of_it.map(|(name, _)| Arc::clone(name)).collect();
        names.sort_unstable();
        for name in names {
            match self.own.get(&name).and_then(|own| own.attempt) {
                Some(id) => self.fail(id, Outcome::No),
                None => self.give_up(&name),
            }
        }
    }

    /// A name of an actor of this node is not its any more.
    fn give_up(&mut self, name: &str) {
        if let Some((name, own)) = self.own.remove_entry(name) {
            for node in self.members.nodes() {
                self.send(node, Kind::NoName, 0, own.pid.serial(), &name);
            }
        }
    }

    /// A frame has come.
    pub fn take(&mut self, from: u32, note: &Note<'_>) {
        if !self.members.knows(from) {
            return;
        }
        let name: Arc<str> = note.name.into();
        let there = Pid::foreign(from, note.value);
        match note.kind {
            Kind::Synced => self.members.synced(from),
            Kind::Name if note.req == 0 => self.learn(&name, there),
            Kind::Name => self.look_at(from, note.req, &name, there),
            Kind::NoName => self.forget(&name, there),
            Kind::Seen => self.seen(note.req, from, note.value == 1),
            Kind::Lock => {
                let lock = Lock {
                    who: from,
                    req: note.req,
                };
                let outcome = match self.members.view() == note.value {
                    true => self.lock(&name, lock),
                    false => Outcome::Again,
                };
                self.send(from, Kind::Locked, note.req, outcome as u64, &name);
            }
            Kind::Locked => self.locked(note.req, from, Outcome::of(note.value)),
            Kind::Unlock => self.unlock(&name, from, note.req),
            Kind::Register => {
                let asker = Asker::There(from, note.req);
                self.register(&name, Pid::from_word(note.value), asker);
            }
            Kind::Registered => {
                if let Some((_, asker)) = self.forwarded.remove(&note.req) {
                    self.answer(asker, Outcome::of(note.value));
                }
            }
            Kind::Release => {
                let own = self.own.get(&name);
                if own.is_some_and(|own| own.attempt.is_none() && own.pid.serial() == note.value) {
                    self.give_up(&name);
                }
            }
        }
    }

    /// A member's actor has a name. If one of this node has it, too, one of the two loses it.
    fn learn(&mut self, name: &Arc<str>, there: Pid) {
        let known = self.theirs.entry(Arc::clone(name)).or_default();
        if !known.contains(&there) {
            known.push(there);
        }
        let Some(own) = self.own.get(name) else {
            return;
        };
        if own.attempt.is_some() || self.members.compare(own.pid, there).is_lt() {
            return;
        }
        self.acts.push(Act::Lost(own.pid, Arc::clone(name)));
        self.give_up(name);
    }

    /// A member wants to know whether a name can be its actor's.
    fn look_at(&mut self, from: u32, req: u64, name: &Arc<str>, there: Pid) {
        let lock = Lock { who: from, req };
        let is_free = !self.own.contains_key(name)
            && self.theirs.get(name).is_none_or(|pids| pids == &[there])
            && self.locks.get(name).is_none_or(|known| *known == lock);
        if is_free {
            self.theirs.insert(Arc::clone(name), vec![there]);
        }
        self.send(from, Kind::Seen, req, is_free.into(), name);
    }

    fn forget(&mut self, name: &Arc<str>, there: Pid) {
        if let Some(pids) = self.theirs.get_mut(name) {
            pids.retain(|pid| *pid != there);
            if pids.is_empty() {
                self.theirs.remove(name);
            }
        }
    }

    /// Locks a name for an attempt, if nobody has it and no other attempt is under way.
    fn lock(&mut self, name: &Arc<str>, lock: Lock) -> Outcome {
        if self.whereis(name).is_some() {
            return Outcome::No;
        }
        let is_own = self
            .own
            .get(name)
            .is_none_or(|own| lock.who == HERE && own.attempt == Some(lock.req));
        if !is_own || self.locks.contains_key(name) {
            return Outcome::Again;
        }
        self.locks.insert(Arc::clone(name), lock);
        Outcome::Yes
    }

    fn unlock(&mut self, name: &Arc<str>, who: u32, req: u64) {
        if self.locks.get(name) == Some(&Lock { who, req }) {
            self.locks.remove(name);
        }
    }

    /// What has come of asking for a lock.
    fn locked(&mut self, id: u64, from: u32, outcome: Outcome) {
        let view = self.members.view();
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let Stage::Locking { at, view: before } = attempt.stage else {
            return;
        };
        if at != from {
            return;
        }
        match outcome {
            Outcome::Yes => {
                attempt.lock = Some(from);
                match before == view {
                    true => self.tell(id),
                    false => self.fail(id, Outcome::Again),
                }
            }
            no => self.fail(id, no),
        }
    }

    /// Tells the members that were not told yet.
    fn tell(&mut self, id: u64) {
        let all = self.members.nodes();
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let new: Vec<u32> = all
            .into_iter()
            .filter(|node| attempt.told.insert(*node))
            .collect();
        let (name, serial) = (Arc::clone(&attempt.name), attempt.pid.serial());
        attempt.stage = Stage::Telling {
            missing: new.iter().copied().collect(),
            has_conflict: false,
        };
        for node in new {
            self.send(node, Kind::Name, id, serial, &name);
        }
        self.go_on(id);
    }

    fn seen(&mut self, id: u64, from: u32, agrees: bool) {
        let attempt = self.attempts.get_mut(&id);
        if let Some(Stage::Telling {
            missing,
            has_conflict,
        }) = attempt.map(|attempt| &mut attempt.stage)
            && missing.remove(&from)
        {
            *has_conflict |= !agrees;
            self.go_on(id);
        }
    }

    /// When all have been heard the attempt is over, unless somebody has come meanwhile.
    fn go_on(&mut self, id: u64) {
        let Some(attempt) = self.attempts.get(&id) else {
            return;
        };
        let Stage::Telling {
            missing,
            has_conflict,
        } = &attempt.stage
        else {
            return;
        };
        if !missing.is_empty() {
            return;
        }
        if *has_conflict || self.theirs.contains_key(&attempt.name) {
            return self.fail(id, Outcome::Again);
        }
        match self
            .members
            .nodes()
            .iter()
            .all(|node| attempt.told.contains(node))
        {
            true => self.succeed(id),
            false => self.tell(id),
        }
    }

    fn succeed(&mut self, id: u64) {
        let Some(attempt) = self.attempts.remove(&id) else {
            return;
        };
        if let Some(own) = self.own.get_mut(&attempt.name) {
            own.attempt = None;
        }
        self.end(id, &attempt, Outcome::Yes);
    }

    fn fail(&mut self, id: u64, outcome: Outcome) {
        let Some(attempt) = self.attempts.remove(&id) else {
            return;
        };
        self.own.remove(&attempt.name);
        let mut told: Vec<u32> = attempt.told.iter().copied().collect();
        told.sort_unstable();
        for node in told {
            let serial = attempt.pid.serial();
            self.send(node, Kind::NoName, 0, serial, &attempt.name);
        }
        self.end(id, &attempt, outcome);
    }

    fn end(&mut self, id: u64, attempt: &Attempt, outcome: Outcome) {
        match attempt.lock {
            Some(HERE) => self.unlock(&attempt.name, HERE, id),
            Some(node) => self.send(node, Kind::Unlock, id, 0, &attempt.name),
            None => {
                // The lock may be on its way.
                if let Stage::Locking { at, .. } = attempt.stage {
                    self.send(at, Kind::Unlock, id, 0, &attempt.name);
                }
            }
        }
        self.answer(attempt.asker, outcome);
    }

    fn answer(&mut self, asker: Asker, outcome: Outcome) {
        match asker {
            Asker::Here(pid, reference) => self.acts.push(Act::Tell(pid, reference, outcome)),
            Asker::There(node, req) => {
                self.send(node, Kind::Registered, req, outcome as u64, &Arc::from(""));
            }
        }
    }

    fn send(&mut self, node: u32, kind: Kind, req: u64, value: u64, name: &Arc<str>) {
        if self.members.knows(node) {
            let name = Arc::clone(name);
            self.acts.push(Act::Send(node, kind, req, value, name));
        }
    }
}
