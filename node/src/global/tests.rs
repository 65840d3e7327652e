//! Several nodes without sockets: frames wait in queues, and chance says which one goes on.

use super::*;
use crate::name::NodeName;
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

pub(super) type Frame = (Kind, u64, u64, Arc<str>);

/// Numbers that follow from a seed.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % end
    }
}

pub(super) struct Net {
    pub(super) nodes: Vec<Names>,
    /// What is under way, by sender and receiver. No queue: not connected.
    pub(super) wires: BTreeMap<(usize, usize), VecDeque<Frame>>,
    pub(super) told: Vec<(usize, u64, Outcome)>,
    pub(super) lost: Vec<(usize, Pid)>,
}

fn life(at: usize) -> Life {
    let name = NodeName::parse(&format!("n{at}@h:1")).expect("a name");
    Life {
        name: Arc::new(name),
        creation: 1,
    }
}

/// The number that a node has on another one.
pub(super) fn number(at: usize) -> u32 {
    at as u32 + 1
}

impl Net {
    fn new(count: usize) -> Net {
        Net {
            nodes: (0..count).map(|at| Names::new(life(at), true)).collect(),
            wires: BTreeMap::new(),
            told: Vec::new(),
            lost: Vec::new(),
        }
    }

    pub(super) fn connect(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            self.wires.insert((from, to), VecDeque::new());
        }
        for (from, to) in [(a, b), (b, a)] {
            self.nodes[from].connected(number(to), life(to), true);
            self.act(from);
        }
    }

    fn cut(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            self.wires.remove(&(from, to));
            self.nodes[from].disconnected(number(to));
            self.act(from);
        }
    }

    fn is_connected(&self, a: usize, b: usize) -> bool {
        self.wires.contains_key(&(a, b))
    }

    pub(super) fn act(&mut self, at: usize) {
        for act in self.nodes[at].acts() {
            match act {
                Act::Send(to, kind, req, value, name) => {
                    let wire = self.wires.get_mut(&(at, to as usize - 1));
                    if let Some(wire) = wire {
                        wire.push_back((kind, req, value, name));
                    }
                }
                Act::Tell(_, reference, outcome) => self.told.push((at, reference, outcome)),
                Act::Watch(_) => {}
                Act::Lost(pid, _) => self.lost.push((at, pid)),
            }
        }
    }

    /// Takes a frame that is under way; false when there is none.
    fn step(&mut self, chance: &mut Chance) -> bool {
        let full = self.wires.iter().filter(|(_, wire)| !wire.is_empty());
        let full: Vec<(usize, usize)> = full.map(|(ends, _)| *ends).collect();
        if full.is_empty() {
            return false;
        }
        let (from, to) = full[chance.below(full.len())];
        self.deliver(from, to);
        true
    }

    /// Takes the next frame of a wire that has one.
    pub(super) fn deliver(&mut self, from: usize, to: usize) {
        let wire = self.wires.get_mut(&(from, to));
        let frame = wire.and_then(VecDeque::pop_front);
        let (kind, req, value, name) = frame.expect("a frame");
        let note = Note {
            kind,
            req,
            value,
            name: &name,
        };
        self.nodes[to].take(number(from), &note);
        self.act(to);
    }

    fn settle(&mut self, chance: &mut Chance) {
        while self.step(chance) {}
    }

    pub(super) fn register(&mut self, at: usize, pid: Pid, reference: u64) {
        self.nodes[at].register("x", pid, Asker::Here(Pid::new(1, 1), reference));
        self.act(at);
    }

    /// Who has the name, as a node sees it: a node and an actor there.
    fn owner(&self, at: usize) -> Option<(usize, u64)> {
        let pid = self.nodes[at].whereis("x")?;
        let node = match pid.node() {
            HERE => at,
            node => node as usize - 1,
        };
        Some((node, pid.serial()))
    }

    fn holders(&self) -> Vec<usize> {
        let holds = |at: &usize| self.owner(*at).is_some_and(|(node, _)| node == *at);
        (0..self.nodes.len()).filter(holds).collect()
    }

    fn nothing_is_left(&self) -> bool {
        let is_clean = |names: &Names| {
            names.locks.is_empty() && names.attempts.is_empty() && names.forwarded.is_empty()
        };
        self.nodes.iter().all(is_clean)
    }

    fn is_whole(&self) -> bool {
        let count = self.nodes.len();
        let mut pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        pairs.all(|(a, b)| self.is_connected(a, b))
    }
}

pub(super) fn whole(count: usize, chance: &mut Chance) -> Net {
    let mut net = Net::new(count);
    for b in 1..count {
        for a in 0..b {
            net.connect(a, b);
        }
    }
    net.settle(chance);
    net
}

pub(super) fn own(at: usize) -> Pid {
    Pid::new(10 + at as u32, 1)
}

#[test]
fn a_name_is_seen_by_all_and_leaves_with_its_actor_or_its_node() {
    let mut chance = Chance(1);
    let mut net = whole(3, &mut chance);
    net.register(1, own(1), 7);
    net.settle(&mut chance);
    assert_eq!(net.told, [(1, 7, Outcome::Yes)]);
    let owner = Some((1, own(1).serial()));
    assert_eq!([net.owner(0), net.owner(1), net.owner(2)], [owner; 3]);
    net.register(2, own(2), 8);
    net.settle(&mut chance);
    assert_eq!(net.told.pop(), Some((2, 8, Outcome::No)));
    net.cut(1, 2);
    net.settle(&mut chance);
    assert_eq!((net.owner(0), net.owner(2)), (owner, None));
    net.nodes[1].ended(own(1));
    net.act(1);
    net.settle(&mut chance);
    assert_eq!((net.owner(0), net.owner(1)), (None, None));
    assert!(net.nothing_is_left());
}

#[test]
fn a_name_can_be_given_to_an_actor_elsewhere_and_taken_from_it() {
    let mut chance = Chance(2);
    let mut net = whole(3, &mut chance);
    let there = Pid::foreign(number(2), own(2).serial());
    net.register(0, there, 5);
    net.settle(&mut chance);
    assert_eq!(net.told, [(0, 5, Outcome::Yes)]);
    assert_eq!(net.owner(1), Some((2, own(2).serial())));
    assert!(net.nodes[1].unregister("x"));
    net.act(1);
    net.settle(&mut chance);
    assert_eq!([net.owner(0), net.owner(1), net.owner(2)], [None; 3]);
    assert!(!net.nodes[1].unregister("x"));
    assert!(net.nothing_is_left());
}

#[test]
fn after_a_partition_the_smaller_actor_keeps_the_name() {
    let mut chance = Chance(3);
    let mut net = Net::new(4);
    net.connect(0, 1);
    net.connect(2, 3);
    net.settle(&mut chance);
    net.register(1, own(1), 1);
    net.register(2, own(2), 2);
    net.settle(&mut chance);
    assert_eq!(net.told, [(1, 1, Outcome::Yes), (2, 2, Outcome::Yes)]);
    for (a, b) in [(0, 2), (0, 3), (1, 3), (1, 2)] {
        net.connect(a, b);
        net.settle(&mut chance);
    }
    assert_eq!(net.lost, [(2, own(2))]);
    let owner = Some((1, own(1).serial()));
    let seen: Vec<_> = (0..4).map(|at| net.owner(at)).collect();
    assert_eq!(seen, [owner; 4]);
}

#[test]
fn who_waits_no_more_leaves_nothing() {
    let mut chance = Chance(4);
    let mut net = whole(3, &mut chance);
    for steps in 0..12 {
        net.register(0, own(0), steps);
        for _ in 0..steps {
            net.step(&mut chance);
        }
        net.nodes[0].abandon(Asker::Here(Pid::new(1, 1), steps));
        net.act(0);
        net.settle(&mut chance);
        assert!(net.nothing_is_left());
        if net.owner(0).is_some() {
            assert!(net.nodes[0].unregister("x"));
            net.act(0);
            net.settle(&mut chance);
        }
        assert_eq!([net.owner(0), net.owner(1), net.owner(2)], [None; 3]);
    }
}

#[test]
fn who_was_away_during_an_attempt_is_told_again() {
    let net = race(5, 17_995_874_708_792_086_809, 2);
    all_agree(&net);
}

/// Every node wants the name, while connections come and, when the seed says so, go. Whoever was told to try again does.
fn race(count: usize, seed: u64, cuts: usize) -> Net {
    let mut chance = Chance(seed);
    let mut net = Net::new(count);
    let mut joins: Vec<(usize, usize)> = (0..count)
        .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
        .collect();
    let (mut wants, mut cuts, mut tries): (Vec<usize>, _, _) = ((0..count).collect(), cuts, 0);
    while tries < 20_000 {
        tries += 1;
        match chance.below(6) {
            0 if !joins.is_empty() => {
                let (a, b) = joins.swap_remove(chance.below(joins.len()));
                net.connect(a, b);
            }
            1 if cuts > 0 => {
                let (a, b) = (chance.below(count), chance.below(count));
                if net.is_connected(a, b) {
                    cuts -= 1;
                    net.cut(a, b);
                    joins.push((a.min(b), a.max(b)));
                }
            }
            2 if !wants.is_empty() => {
                let at = wants.swap_remove(chance.below(wants.len()));
                net.register(at, own(at), at as u64);
            }
            _ => {
                net.step(&mut chance);
            }
        }
        let again = net.told.iter().filter(|told| told.2 == Outcome::Again);
        wants.extend(again.map(|told| told.0));
        net.told.retain(|told| told.2 != Outcome::Again);
        let is_quiet = net.wires.values().all(VecDeque::is_empty);
        if joins.is_empty() && wants.is_empty() && is_quiet && cuts == 0 {
            break;
        }
    }
    assert!(tries < 20_000, "they never agree");
    net
}

pub(super) fn all_agree(net: &Net) {
    assert!(net.is_whole() && net.nothing_is_left());
    assert_eq!(net.holders().len(), 1);
    let seen: Vec<_> = (0..net.nodes.len()).map(|at| net.owner(at)).collect();
    assert!(seen.iter().all(|owner| *owner == seen[0]), "{seen:?}");
}

proptest! {
    /// In a whole mesh exactly one wins, and nobody loses what was promised.
    #[test]
    fn of_several_at_once_exactly_one_wins(count in 2..6usize, seed: u64) {
        let mut chance = Chance(seed);
        let mut net = whole(count, &mut chance);
        let mut wants: Vec<usize> = (0..count).collect();
        for _ in 0..20_000 {
            if !wants.is_empty() && chance.below(4) == 0 {
                let at = wants.swap_remove(chance.below(wants.len()));
                net.register(at, own(at), at as u64);
            } else if !net.step(&mut chance) && wants.is_empty() {
                break;
            }
            let again = net.told.iter().filter(|told| told.2 == Outcome::Again);
            wants.extend(again.map(|told| told.0));
            net.told.retain(|told| told.2 != Outcome::Again);
        }
        let won: Vec<_> = net.told.iter().filter(|told| told.2 == Outcome::Yes).collect();
        prop_assert_eq!(won.len(), 1);
        prop_assert_eq!(net.told.len(), count);
        prop_assert!(net.lost.is_empty());
        all_agree(&net);
    }

    /// While members meet and lose each other several may win, but in the end one has the name, and all who lost it were told.
    #[test]
    fn in_the_end_one_has_the_name(count in 2..6usize, seed: u64, cuts in 0..6usize) {
        let net = race(count, seed, cuts);
        all_agree(&net);
        let won = net.told.iter().filter(|told| told.2 == Outcome::Yes).count();
        prop_assert_eq!(won, net.lost.len() + 1);
    }
}
