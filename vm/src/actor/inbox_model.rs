//! A model of the word `inbox` of a slot (see [`super::slots`]), of which all interleavings are tried.
//!
//! Two senders send, one actor takes everything, waits, is woken, and may end at any time. Each step is one atomic operation of the code: a load, a compare-and-swap, a swap. Entries are
//! addresses that are used again as soon as they are free, so that a compare-and-swap may find an old address anew.

use std::collections::HashSet;

/// Messages of each sender.
const EACH: u8 = 2;
/// Addresses of entries: one fewer than there are messages, so that some must be used again.
const ADDRESSES: usize = 3;

/// The word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Inbox {
    generation: u8,
    newest: Option<u8>,
    waits: bool,
}

/// A message: who has sent it, and which it is of theirs.
type Message = (u8, u8);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Entry {
    next: Option<u8>,
    message: Message,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Sender {
    sent: u8,
    /// What it has read, with the entry that it is about to put in.
    read: Option<(Inbox, u8)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Actor {
    Runs,
    Waits,
    Ended,
}

/// Everything there is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    inbox: Inbox,
    memory: [Option<Entry>; ADDRESSES],
    senders: [Sender; 2],
    actor: Actor,
    received: Vec<Message>,
    /// What has come to nothing since the actor had ended.
    lost: Vec<Message>,
}

impl World {
    fn new() -> World {
        let sender = Sender {
            sent: 0,
            read: None,
        };
        World {
            inbox: Inbox {
                generation: 0,
                newest: None,
                waits: false,
            },
            memory: [None; ADDRESSES],
            senders: [sender; 2],
            actor: Actor::Runs,
            received: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// The worlds that one step leads to.
    fn steps(&self) -> Vec<World> {
        let senders = (0..2).flat_map(|number| self.sender_step(number));
        senders.chain(self.actor_steps()).collect()
    }

    fn sender_step(&self, number: usize) -> Option<World> {
        let mut world = self.clone();
        let sender = self.senders[number];
        let Some((read, address)) = sender.read else {
            return world.load(number).then_some(world);
        };
        if read.generation != 0 {
            world.give_up(number, address);
        } else if self.inbox == read {
            world.put_in(number, read, address);
        } else {
            world.senders[number].read = Some((self.inbox, address));
        }
        Some(world)
    }

    /// Takes a block for the entry and reads the word; false when there is nothing to send, or no block.
    fn load(&mut self, number: usize) -> bool {
        let sender = &mut self.senders[number];
        let free = self.memory.iter().position(Option::is_none);
        let (true, Some(address)) = (sender.sent < EACH, free) else {
            return false;
        };
        let message = (number as u8, sender.sent);
        self.memory[address] = Some(Entry {
            next: None,
            message,
        });
        sender.read = Some((self.inbox, address as u8));
        true
    }

    fn put_in(&mut self, number: usize, read: Inbox, address: u8) {
        if let Some(entry) = &mut self.memory[address as usize] {
            entry.next = read.newest;
        }
        self.inbox = Inbox {
            newest: Some(address),
            waits: false,
            ..read
        };
        if read.waits {
            assert_eq!(
                self.actor,
                Actor::Waits,
                "woken while it does not wait: {self:?}"
            );
            self.actor = Actor::Runs;
        }
        self.senders[number].sent += 1;
        self.senders[number].read = None;
    }

    fn give_up(&mut self, number: usize, address: u8) {
        let entry = self.memory[address as usize].take();
        self.lost.push(entry.expect("it is the sender's").message);
        self.senders[number].sent += 1;
        self.senders[number].read = None;
    }

    fn actor_steps(&self) -> Vec<World> {
        if self.actor != Actor::Runs {
            return Vec::new();
        }
        let mut takes = self.clone();
        let taken = takes.take(0);
        takes.received.extend(taken);
        let mut ends = self.clone();
        ends.actor = Actor::Ended;
        let late = ends.take(1);
        ends.lost.extend(late);
        let mut worlds = vec![takes, ends];
        let empty = Inbox {
            generation: 0,
            newest: None,
            waits: false,
        };
        if self.inbox == empty {
            let mut waits = self.clone();
            waits.inbox.waits = true;
            waits.actor = Actor::Waits;
            worlds.push(waits);
        }
        worlds
    }

    /// Takes the list out, and gives the messages in the order in which they were put in.
    fn take(&mut self, generation: u8) -> Vec<Message> {
        let mut next = self.inbox.newest;
        self.inbox = Inbox {
            generation,
            newest: None,
            waits: false,
        };
        let mut messages = Vec::new();
        while let Some(address) = next {
            let entry = self.memory[address as usize].take();
            let entry = entry.unwrap_or_else(|| panic!("an entry was freed twice: {self:?}"));
            messages.push(entry.message);
            next = entry.next;
        }
        messages.reverse();
        messages
    }

    /// What must hold when nothing more can happen.
    fn check_end(&self) {
        let all = self.received.iter().chain(&self.lost);
        let unique: HashSet<_> = all.clone().collect();
        assert_eq!(unique.len(), all.count(), "a message came twice: {self:?}");
        assert_eq!(
            unique.len(),
            2 * usize::from(EACH),
            "a message is missing: {self:?}"
        );
        assert_ne!(self.actor, Actor::Runs, "{self:?}");
        if self.actor == Actor::Waits {
            assert!(
                self.lost.is_empty(),
                "a living actor has lost a message: {self:?}"
            );
        }
        assert!(
            self.memory.iter().all(Option::is_none),
            "an entry is left: {self:?}"
        );
    }

    /// What must hold always: the messages of a sender come in order.
    fn check_order(&self) {
        for number in 0..2 {
            let of = self.received.iter().filter(|(from, _)| *from == number);
            let of: Vec<u8> = of.map(|(_, which)| *which).collect();
            assert!(of.is_sorted(), "out of order: {self:?}");
        }
    }
}

#[test]
fn no_interleaving_loses_a_message_or_wakes_twice() {
    let mut seen = HashSet::new();
    let mut open = vec![World::new()];
    let mut ends = 0;
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        world.check_order();
        let next = world.steps();
        // An actor that runs may always take once more: the end is where it waits or has ended, and nobody sends.
        let is_over = world.actor != Actor::Runs && next.is_empty();
        if is_over {
            world.check_end();
            ends += 1;
        }
        open.extend(next);
    }
    assert!(ends > 10 && seen.len() > 1000, "{ends} of {}", seen.len());
}
