//! The numbers that nodes have in pids here.

use crate::name::NodeName;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use snow_vm::types::NodeNames;
use std::sync::Arc;

/// The number of this node.
pub const HERE: u32 = 0;
/// The largest number: pids have 24 bits for it, and the last is no node's.
const MOST: u32 = (1 << 24) - 2;

/// A life of a node: its name and its creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Life {
    /// The node.
    pub name: Arc<NodeName>,
    /// Which of its lives.
    pub creation: u64,
}

/// All lives of nodes that were ever mentioned. A number is never given to another one.
pub struct Peers {
    own: Life,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    numbers: FxHashMap<Life, u32>,
    /// By number, from 1 on.
    lives: Vec<Life>,
}

impl Peers {
    /// Only this node.
    pub fn new(own: Life) -> Peers {
        Peers {
            own,
            known: RwLock::default(),
        }
    }

    /// The number of a life; none when there are no numbers any more.
    pub fn number(&self, life: &Life) -> Option<u32> {
        if *life == self.own {
            return Some(HERE);
        }
        if let Some(number) = self.known.read().numbers.get(life) {
            return Some(*number);
        }
        let mut known = self.known.write();
        if let Some(number) = known.numbers.get(life) {
            return Some(*number);
        }
        let number = known.lives.len() as u32 + 1;
        if number > MOST {
            return None;
        }
        known.lives.push(life.clone());
        known.numbers.insert(life.clone(), number);
        Some(number)
    }

    /// The life of a number.
    pub fn life(&self, number: u32) -> Option<Life> {
        match number.checked_sub(1) {
            None => Some(self.own.clone()),
            Some(at) => self.known.read().lives.get(at as usize).cloned(),
        }
    }
}

impl NodeNames for Peers {
    fn name(&self, node: u32) -> Option<(Arc<str>, u64)> {
        let life = self.life(node)?;
        Some((life.name.as_str().into(), life.creation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(name: &str, creation: u64) -> Life {
        let name = Arc::new(NodeName::parse(name).expect("a name"));
        Life { name, creation }
    }

    #[test]
    fn each_life_has_a_number_of_its_own() {
        let peers = Peers::new(life("a@h:1", 1));
        let numbers = [
            life("a@h:1", 1),
            life("b@h:1", 1),
            life("a@h:1", 2),
            life("b@h:1", 1),
        ]
        .map(|life| peers.number(&life));
        assert_eq!(numbers, [Some(0), Some(1), Some(2), Some(1)]);
        assert_eq!(peers.life(2), Some(life("a@h:1", 2)));
        assert_eq!(peers.life(3), None);
        assert_eq!(peers.life(0), Some(life("a@h:1", 1)));
    }
}
