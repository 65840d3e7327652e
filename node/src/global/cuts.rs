//! Connections that end as they do in a network: one side notices before the other, the one may hear what the other does not, and what was sent last may have arrived.

use super::tests::{Chance, Net, all_agree, number, own, whole};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Nodes of which some do not hear others.
struct Cuts {
    net: Net,
    /// From whom nothing comes to whom, by sender and receiver.
    stalled: BTreeSet<(usize, usize)>,
    /// Wires whose end arrives after what is on them: the sender has hung up.
    ending: BTreeSet<(usize, usize)>,
}

impl Cuts {
    fn is_up(&self, at: usize, other: usize) -> bool {
        self.net.nodes[at].members.knows(number(other))
    }

    fn pairs(&self) -> Vec<(usize, usize)> {
        let count = self.net.nodes.len();
        let all = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
        all.filter(|(a, b)| a != b).collect()
    }

    /// A node has heard nothing of another one for too long, or has heard its end.
    fn hang_up(&mut self, at: usize, other: usize, chance: &mut Chance) {
        self.net.nodes[at].disconnected(number(other));
        self.net.act(at);
        self.net.wires.remove(&(other, at));
        self.ending.remove(&(other, at));
        if !self.is_up(other, at) {
            self.net.wires.remove(&(at, other));
        } else if let Some(wire) = self.net.wires.get_mut(&(at, other)) {
            // What the system had not taken yet is lost.
            wire.truncate(chance.below(wire.len() + 1));
            self.ending.insert((at, other));
        }
    }

    /// Something arrives; false when nothing is under way that can.
    fn step(&mut self, chance: &mut Chance) -> bool {
        let wires = self.net.wires.iter();
        let wires = wires.filter(|(ends, wire)| {
            !self.stalled.contains(ends) && (!wire.is_empty() || self.ending.contains(ends))
        });
        let wires: Vec<_> = wires.map(|(ends, wire)| (*ends, wire.is_empty())).collect();
        if wires.is_empty() {
            return false;
        }
        let ((from, to), is_end) = wires[chance.below(wires.len())];
        match is_end {
            true => self.hang_up(to, from, chance),
            false => self.net.deliver(from, to),
        }
        true
    }

    /// One thing that happens to the cables, or to who uses them.
    fn trouble(&mut self, chance: &mut Chance) {
        let pairs = self.pairs();
        let (a, b) = pairs[chance.below(pairs.len())];
        match chance.below(3) {
            0 => {
                self.stalled.insert((a, b));
            }
            1 => {
                self.stalled.extend([(a, b), (b, a)]);
            }
            _ => {
                self.stalled.remove(&(a, b));
            }
        }
    }

    /// Whoever hears nothing gives up at some time; cables become whole, and the two meet again.
    fn time_passes(&mut self, chance: &mut Chance) {
        let pairs = self.pairs();
        let (a, b) = pairs[chance.below(pairs.len())];
        if self.stalled.contains(&(a, b)) {
            match self.is_up(b, a) && chance.below(2) == 0 {
                true => self.hang_up(b, a, chance),
                false => {
                    self.stalled.remove(&(a, b));
                }
            }
        } else if !self.is_up(a, b) && !self.is_up(b, a) && !self.stalled.contains(&(b, a)) {
            self.net.connect(a, b);
        }
    }

    /// Who was told to try again wants to.
    fn retries(&mut self, wants: &mut Vec<usize>) {
        let again = self.net.told.iter();
        let again = again.filter(|told| told.2 == Outcome::Again);
        wants.extend(again.map(|told| told.0));
        self.net.told.retain(|told| told.2 != Outcome::Again);
    }

    fn is_quiet(&self) -> bool {
        let is_whole = self.pairs().iter().all(|(a, b)| self.is_up(*a, *b));
        let is_empty = self.net.wires.values().all(|wire| wire.is_empty());
        is_whole && is_empty && self.stalled.is_empty() && self.ending.is_empty()
    }
}

/// All nodes want the name while cables are cut, in one direction or both. Some wait no more in the middle, and try again.
fn troubled(count: usize, seed: u64, mut troubles: usize) -> Net {
    let mut chance = Chance(seed);
    let mut cuts = Cuts {
        net: whole(count, &mut chance),
        stalled: BTreeSet::new(),
        ending: BTreeSet::new(),
    };
    let mut wants: Vec<usize> = (0..count).collect();
    for _ in 0..40_000 {
        match chance.below(12) {
            0 if troubles > 0 => {
                troubles -= 1;
                cuts.trouble(&mut chance);
            }
            1 => cuts.time_passes(&mut chance),
            2 if !wants.is_empty() => {
                let at = wants.swap_remove(chance.below(wants.len()));
                cuts.net.register(at, own(at), at as u64);
            }
            3 if chance.below(8) == 0 => {
                let at = chance.below(count);
                cuts.net.nodes[at].abandon(Asker::Here(Pid::new(1, 1), at as u64));
                cuts.net.act(at);
            }
            _ => {
                cuts.step(&mut chance);
            }
        }
        cuts.retries(&mut wants);
        if troubles == 0 && wants.is_empty() && cuts.is_quiet() {
            return cuts.net;
        }
    }
    panic!("they never agree");
}

/// The one that hears the other registers, and so does the one that does not: each has the name for itself, and when they meet again the smaller one keeps it.
#[test]
fn a_cut_in_one_direction_heals_like_any_other() {
    for (deaf, heard) in [(0, 1), (1, 0)] {
        let mut chance = Chance(7);
        let mut cuts = Cuts {
            net: whole(2, &mut chance),
            stalled: BTreeSet::from([(heard, deaf)]),
            ending: BTreeSet::new(),
        };
        let outcomes = |net: &Net, at: usize| {
            let own = net.told.iter().filter(|told| told.0 == at);
            own.map(|told| told.2).collect::<Vec<_>>()
        };
        for at in [deaf, heard] {
            cuts.net.register(at, own(at), at as u64);
            while cuts.step(&mut chance) {}
        }
        // The deaf one waits to hear of the other, which sees that somebody is about to have the name, or waits, too.
        assert_eq!(outcomes(&cuts.net, deaf), []);
        assert!(!outcomes(&cuts.net, heard).contains(&Outcome::Yes));
        cuts.hang_up(deaf, heard, &mut chance);
        while cuts.step(&mut chance) {}
        for at in [deaf, heard] {
            if !outcomes(&cuts.net, at).contains(&Outcome::Yes) {
                cuts.net.register(at, own(at), at as u64);
            }
            assert_eq!(outcomes(&cuts.net, at).last(), Some(&Outcome::Yes), "{at}");
        }
        cuts.stalled.clear();
        cuts.net.connect(deaf, heard);
        while cuts.step(&mut chance) {}
        assert_eq!(cuts.net.lost, [(1, own(1))]);
        all_agree(&cuts.net);
    }
}

proptest! {
    #[test]
    fn in_the_end_one_has_the_name_whoever_heard_whom(count in 2..6usize, seed: u64, troubles in 0..8usize) {
        let net = troubled(count, seed, troubles);
        all_agree(&net);
        let won = net.told.iter().filter(|told| told.2 == Outcome::Yes).count();
        prop_assert_eq!(won, net.lost.len() + 1);
    }
}
