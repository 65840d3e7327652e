//! Groups: sets of actors under a name, in the whole cluster. Each node says which of its own actors are in them; reading asks nobody. This file decides, and
//! sends nothing itself.

use crate::peers::HERE;
use rustc_hash::FxHashMap;
use snow_vm::actor::Pid;
use std::sync::Arc;

/// What a frame about groups says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// An actor of the sender has joined.
    Joined = 0,
    /// It has left.
    Left = 1,
    /// The receiver's actor is to join.
    Join = 2,
    /// It is to leave.
    Leave = 3,
}

impl Kind {
    /// The kind of a number.
    pub fn of(number: u64) -> Option<Kind> {
        let all = [Kind::Joined, Kind::Left, Kind::Join, Kind::Leave];
        all.get(usize::try_from(number).ok()?).copied()
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Send a frame to a node.
    Send(u32, Kind, u64, Arc<str>),
    /// Tell [`Groups::ended`] when an actor of this node ends.
    Watch(Pid),
    /// Tell an actor of this node that one has joined a group, or left it.
    Tell(Pid, Kind, Arc<str>, Pid),
}

/// What a node knows of groups.
#[derive(Default)]
pub struct Groups {
    /// Actors of all nodes, in the order in which they were heard of.
    members: FxHashMap<Arc<str>, Vec<Pid>>,
    monitors: FxHashMap<Arc<str>, Vec<Pid>>,
    others: Vec<u32>,
    acts: Vec<Act>,
}

impl Groups {
    /// What is to be done, in this order.
    pub fn acts(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }

    /// The actors in a group.
    pub fn members(&self, name: &str) -> &[Pid] {
        self.members.get(name).map_or(&[], Vec::as_slice)
    }

    /// The groups that have members, in order.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = self.members.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// A connection with a member has begun: it is told of all of this node's actors that are in groups.
    pub fn connected(&mut self, node: u32) {
        self.others.push(node);
        for name in self.names() {
            for pid in self.own(&name) {
                let act = Act::Send(node, Kind::Joined, pid.serial(), Arc::clone(&name));
                self.acts.push(act);
            }
        }
    }

    fn own(&self, name: &str) -> Vec<Pid> {
        let all = self.members(name).iter();
        all.filter(|pid| pid.node() == HERE).copied().collect()
    }

    /// A connection with a member is over: its actors leave.
    pub fn disconnected(&mut self, node: u32) {
        self.others.retain(|other| *other != node);
        self.drop_all(|pid| pid.node() == node);
    }

    /// An actor of this node has ended.
    pub fn ended(&mut self, pid: Pid) {
        for name in self.drop_all(|other| other == pid) {
            self.tell_others(Kind::Left, &name, pid);
        }
        self.monitors.retain(|_, pids| {
            pids.retain(|other| *other != pid);
            !pids.is_empty()
        });
    }

    /// Takes actors out of all groups; gives a group's name for each.
    fn drop_all(&mut self, goes: impl Fn(Pid) -> bool) -> Vec<Arc<str>> {
        let mut left = Vec::new();
        for name in self.names() {
            for pid in self.members(&name).to_vec() {
                if goes(pid) {
                    self.remove(&name, pid);
                    left.push(Arc::clone(&name));
                }
            }
        }
        left
    }

    /// An actor joins a group.
    pub fn join(&mut self, name: &str, pid: Pid) {
        let name: Arc<str> = name.into();
        match pid.node() {
            HERE => {
                if self.insert(&name, pid) {
                    self.acts.push(Act::Watch(pid));
                    self.tell_others(Kind::Joined, &name, pid);
                }
            }
            node => self.send(node, Kind::Join, pid, &name),
        }
    }

    /// An actor leaves a group.
    pub fn leave(&mut self, name: &str, pid: Pid) {
        let name: Arc<str> = name.into();
        match pid.node() {
            HERE => {
                if self.remove(&name, pid) {
                    self.tell_others(Kind::Left, &name, pid);
                }
            }
            node => self.send(node, Kind::Leave, pid, &name),
        }
    }

    /// From now on an actor is told who joins a group and who leaves it.
    pub fn monitor(&mut self, name: &str, pid: Pid) {
        let pids = self.monitors.entry(name.into()).or_default();
        if !pids.contains(&pid) {
            pids.push(pid);
            self.acts.push(Act::Watch(pid));
        }
    }

    /// It is not any more.
    pub fn demonitor(&mut self, name: &str, pid: Pid) {
        if let Some(pids) = self.monitors.get_mut(name) {
            pids.retain(|other| *other != pid);
            if pids.is_empty() {
                self.monitors.remove(name);
            }
        }
    }

    /// A frame has come.
    pub fn take(&mut self, from: u32, kind: Kind, serial: u64, name: &str) {
        let name: Arc<str> = name.into();
        let (here, there) = (Pid::from_word(serial), Pid::foreign(from, serial));
        match kind {
            Kind::Joined if self.others.contains(&from) => {
                self.insert(&name, there);
            }
            Kind::Left => {
                self.remove(&name, there);
            }
            Kind::Join => self.join(&name, here),
            Kind::Leave => self.leave(&name, here),
            Kind::Joined => {}
        }
    }

    fn insert(&mut self, name: &Arc<str>, pid: Pid) -> bool {
        let pids = self.members.entry(Arc::clone(name)).or_default();
        let is_new = !pids.contains(&pid);
        if is_new {
            pids.push(pid);
            self.tell_monitors(Kind::Joined, name, pid);
        }
        is_new
    }

    fn remove(&mut self, name: &Arc<str>, pid: Pid) -> bool {
        let Some(pids) = self.members.get_mut(name) else {
            return false;
        };
        let before = pids.len();
        pids.retain(|other| *other != pid);
        let was_there = pids.len() < before;
        if pids.is_empty() {
            self.members.remove(name);
        }
        if was_there {
            self.tell_monitors(Kind::Left, name, pid);
        }
        was_there
    }

    fn tell_monitors(&mut self, kind: Kind, name: &Arc<str>, pid: Pid) {
        let monitors = self.monitors.get(name).into_iter().flatten();
        let acts = monitors.map(|monitor| Act::Tell(*monitor, kind, Arc::clone(name), pid));
        self.acts.extend(acts);
    }

    fn tell_others(&mut self, kind: Kind, name: &Arc<str>, pid: Pid) {
        for node in self.others.clone() {
            self.send(node, kind, pid, name);
        }
    }

    fn send(&mut self, node: u32, kind: Kind, pid: Pid, name: &Arc<str>) {
        let act = Act::Send(node, kind, pid.serial(), Arc::clone(name));
        self.acts.push(act);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(node: u32, slot: u32) -> Pid {
        Pid::foreign(node, Pid::new(slot, 1).serial())
    }

    #[test]
    fn others_hear_of_own_actors_and_monitors_of_all() {
        let mut groups = Groups::default();
        let (a, watcher) = (Pid::new(1, 1), Pid::new(2, 1));
        groups.monitor("g", watcher);
        groups.connected(1);
        groups.join("g", a);
        groups.join("g", a);
        groups.take(1, Kind::Joined, there(1, 9).serial(), "g");
        assert_eq!(groups.members("g"), [a, there(1, 9)]);
        let name: Arc<str> = "g".into();
        let told = |kind, pid| Act::Tell(watcher, kind, Arc::clone(&name), pid);
        let sent = |node, kind| Act::Send(node, kind, a.serial(), Arc::clone(&name));
        let expected = [
            Act::Watch(watcher),
            told(Kind::Joined, a),
            Act::Watch(a),
            sent(1, Kind::Joined),
            told(Kind::Joined, there(1, 9)),
        ];
        assert_eq!(groups.acts(), expected);
        groups.connected(2);
        assert_eq!(groups.acts(), [sent(2, Kind::Joined)]);
        groups.disconnected(1);
        groups.ended(a);
        let expected = [
            told(Kind::Left, there(1, 9)),
            told(Kind::Left, a),
            sent(2, Kind::Left),
        ];
        assert_eq!(groups.acts(), expected);
        assert!(groups.names().is_empty());
    }

    #[test]
    fn actors_of_others_join_and_leave_where_they_are() {
        let mut groups = Groups::default();
        groups.connected(1);
        groups.join("g", there(1, 9));
        groups.leave("g", there(1, 9));
        let sent = |kind| Act::Send(1, kind, there(1, 9).serial(), "g".into());
        assert_eq!(groups.acts(), [sent(Kind::Join), sent(Kind::Leave)]);
        assert!(groups.members("g").is_empty());
        let own = Pid::new(3, 1);
        groups.take(1, Kind::Join, own.serial(), "g");
        assert_eq!(groups.members("g"), [own]);
        groups.take(1, Kind::Leave, own.serial(), "g");
        assert!(groups.members("g").is_empty());
    }
}
