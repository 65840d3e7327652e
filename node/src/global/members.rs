//! The members that a node knows, who is to lock a name, and which of two actors is the smaller one.

use crate::peers::{HERE, Life};
use ring::digest::{Context, SHA256};
use rustc_hash::FxHashMap;
use snow_vm::actor::Pid;
use std::cmp::Ordering;

struct Member {
    life: Life,
    is_in_mesh: bool,
    /// Whether it has told all its names.
    is_synced: bool,
}

/// All members, this node among them.
pub struct Members {
    own: Life,
    is_in_mesh: bool,
    others: FxHashMap<u32, Member>,
}

impl Members {
    /// Only this node.
    pub fn new(own: Life, is_in_mesh: bool) -> Members {
        Members {
            own,
            is_in_mesh,
            others: FxHashMap::default(),
        }
    }

    /// Whether this node is connected with all that are in the mesh.
    pub fn is_in_mesh(&self) -> bool {
        self.is_in_mesh
    }

    /// A member has come.
    pub fn add(&mut self, node: u32, life: Life, is_in_mesh: bool) {
        let member = Member {
            life,
            is_in_mesh,
            is_synced: false,
        };
        self.others.insert(node, member);
    }

    /// A member has told all its names.
    pub fn synced(&mut self, node: u32) {
        if let Some(member) = self.others.get_mut(&node) {
            member.is_synced = true;
        }
    }

    /// A member has gone.
    pub fn remove(&mut self, node: u32) {
        self.others.remove(&node);
    }

    /// Whether it is a member.
    pub fn knows(&self, node: u32) -> bool {
        self.others.contains_key(&node)
    }

    /// The other members, in order.
    pub fn nodes(&self) -> Vec<u32> {
        let mut nodes: Vec<u32> = self.others.keys().copied().collect();
        nodes.sort_unstable();
        nodes
    }

    /// Which of two actors is the smaller one, on all nodes alike.
    pub fn compare(&self, a: Pid, b: Pid) -> Ordering {
        let key = |pid: Pid| {
            let life = match pid.node() {
                HERE => Some(&self.own),
                node => self.others.get(&node).map(|member| &member.life),
            };
            // One of a node that has gone is larger than all others.
            let name = life.map(|life| (life.name.as_str(), life.creation));
            (name.is_none(), name, pid.serial())
        };
        key(a).cmp(&key(b))
    }

    /// Those in the mesh whose names are known here.
    fn seen(&self) -> Vec<(&Life, u32)> {
        let others = self.others.iter();
        let others = others.filter(|(_, member)| member.is_in_mesh && member.is_synced);
        let others = others.map(|(node, member)| (&member.life, *node));
        let mut all: Vec<_> = others.chain([(&self.own, HERE)]).collect();
        all.sort_unstable_by_key(|(life, _)| (life.name.as_str(), life.creation));
        all
    }

    /// A number for the members in view: two nodes that see the same ones have the same.
    pub fn view(&self) -> u64 {
        let mut context = Context::new(&SHA256);
        for (life, _) in self.seen() {
            add_life(&mut context, life);
        }
        first_bytes(context)
    }

    /// The node that locks a name, and the view that gives it: the hash of name and member decides, so that few names move when a member comes or goes.
    pub fn judge_of(&self, name: &str) -> (u32, u64) {
        let weight = |life: &Life| {
            let mut context = Context::new(&SHA256);
            add_life(&mut context, life);
            context.update(name.as_bytes());
            first_bytes(context)
        };
        let all = self.seen().into_iter();
        let heaviest = all.max_by_key(|(life, _)| weight(life));
        (heaviest.map_or(HERE, |(_, node)| node), self.view())
    }
}

fn add_life(context: &mut Context, life: &Life) {
    context.update(life.name.as_str().as_bytes());
    context.update(&[0]);
    context.update(&life.creation.to_le_bytes());
}

fn first_bytes(context: Context) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&context.finish().as_ref()[..8]);
    u64::from_le_bytes(bytes)
}
