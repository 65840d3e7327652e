//! Keeping connections: nodes that were asked for, and members that others have told of, are dialled again when they are lost.

use crate::accept;
use crate::name::NodeName;
use crate::node::Node;
use parking_lot::{Condvar, Mutex};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The time between the first attempts.
const FIRST: Duration = Duration::from_millis(200);
/// The longest time between attempts.
const LONGEST: Duration = Duration::from_secs(30);
/// For how long a member that others have told of is dialled.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Nodes that are kept at most, unless the program asks for more.
const MOST: usize = 4096;

/// Why a node is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The program has asked for it.
    Asked,
    /// Another node has told of it.
    Learned,
}

struct Kept {
    wanted: Wanted,
    next: Instant,
    pause: Duration,
    lost: Instant,
    is_dialled: bool,
    /// Whether somebody was told that it cannot be reached.
    is_told: bool,
}

#[derive(Default)]
struct State {
    kept: FxHashMap<NodeName, Kept>,
    /// Nodes that the program does not want to be connected with.
    left: FxHashSet<NodeName>,
}

/// The nodes with which this one wants to be connected.
#[derive(Default)]
pub struct Keeper {
    state: Mutex<State>,
    changed: Condvar,
}

impl Keeper {
    /// A node is to be kept.
    pub fn keep(&self, name: &NodeName, wanted: Wanted) {
        let mut state = self.state.lock();
        match wanted {
            Wanted::Asked => {
                state.left.remove(name);
            }
            Wanted::Learned if state.left.contains(name) || state.kept.len() >= MOST => return,
            Wanted::Learned => {}
        }
        let now = Instant::now();
        let kept = state.kept.entry(name.clone()).or_insert(Kept {
            wanted,
            next: now + FIRST,
            pause: FIRST,
            lost: now,
            is_dialled: false,
            is_told: false,
        });
        if wanted == Wanted::Asked {
            kept.wanted = wanted;
        }
        self.changed.notify_all();
    }

    /// A node is not to be kept any more, whoever tells of it.
    pub fn leave(&self, name: &NodeName) {
        let mut state = self.state.lock();
        state.kept.remove(name);
        state.left.insert(name.clone());
    }

    /// A connection has begun.
    pub fn found(&self, name: &NodeName) {
        if let Some(kept) = self.state.lock().kept.get_mut(name) {
            (kept.pause, kept.is_told) = (FIRST, false);
        }
    }

    /// A connection is over.
    pub fn lost(&self, name: &NodeName) {
        let now = Instant::now();
        if let Some(kept) = self.state.lock().kept.get_mut(name) {
            (kept.lost, kept.next) = (now, now + kept.pause);
        }
        self.changed.notify_all();
    }

    /// Whoever waits looks around.
    pub fn wake(&self) {
        let _state = self.state.lock();
        self.changed.notify_all();
    }

    /// Dialling is over; whether its failure is news.
    fn dialled(&self, name: &NodeName, has_failed: bool) -> bool {
        match self.state.lock().kept.get_mut(name) {
            Some(kept) => {
                kept.is_dialled = false;
                has_failed && !std::mem::replace(&mut kept.is_told, true)
            }
            None => false,
        }
    }
}

impl State {
    /// The nodes that are to be dialled now, and when to look again. What nobody has asked for and was lost long ago is forgotten.
    fn due(&mut self, now: Instant, is_up: impl Fn(&NodeName) -> bool) -> (Vec<NodeName>, Instant) {
        self.kept.retain(|name, kept| {
            kept.wanted == Wanted::Asked || is_up(name) || now < kept.lost + REMEMBERED
        });
        let (mut due, mut next) = (Vec::new(), None);
        for (name, kept) in self.kept.iter_mut().filter(|(name, _)| !is_up(name)) {
            if now >= kept.next && !kept.is_dialled {
                kept.is_dialled = true;
                kept.pause = (kept.pause * 2).min(LONGEST);
                kept.next = now + jittered(kept.pause);
                due.push(name.clone());
            }
            next = Some(next.map_or(kept.next, |next: Instant| next.min(kept.next)));
        }
        // Also when nothing is due something may have ended by then.
        (due, next.unwrap_or(now + LONGEST).max(now + FIRST / 4))
    }
}

/// Dials what is to be dialled until the node leaves.
pub fn run(node: &Arc<Node>) {
    let keeper = &node.keeper;
    let mut state = keeper.state.lock();
    while !node.is_leaving() {
        let is_up = |name: &NodeName| node.session_with(name.as_str()).is_some();
        let (due, next) = state.due(Instant::now(), is_up);
        for name in due {
            let other = name.clone();
            let begun = node.thread("snow dial", move |node| {
                let done = accept::connect(&node, &other);
                let is_news = node.keeper.dialled(&other, done.is_err());
                if let (Err(why), true) = (done, is_news) {
                    node.log("not connected", other.as_str(), &why.to_string());
                }
            });
            if let (Err(_), Some(kept)) = (begun, state.kept.get_mut(&name)) {
                kept.is_dialled = false;
            }
        }
        keeper.changed.wait_until(&mut state, next);
    }
}

/// A time of about this length, so that nodes that have lost each other do not all dial at once.
fn jittered(pause: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let part = RandomState::new().hash_one(0) % 256;
    pause.mul_f64(0.75 + part as f64 / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> NodeName {
        NodeName::parse(text).expect("a name")
    }

    /// How often each is dialled in a time in which nothing answers, looked at every 100 ms.
    fn dialled(keeper: &Keeper, from: Instant, time: Duration) -> FxHashMap<NodeName, u32> {
        let (mut now, mut counts) = (from, FxHashMap::default());
        while now < from + time {
            let (due, _) = keeper.state.lock().due(now, |_| false);
            for name in due {
                keeper.dialled(&name, true);
                *counts.entry(name).or_default() += 1;
            }
            now += Duration::from_millis(100);
        }
        counts
    }

    #[test]
    fn what_others_have_told_of_is_dialled_for_an_hour_and_what_was_asked_for_for_ever() {
        let keeper = Keeper::default();
        let (asked, learned) = (name("a@10.0.0.1:1"), name("b@10.0.0.1:2"));
        keeper.keep(&asked, Wanted::Asked);
        keeper.keep(&learned, Wanted::Learned);
        let start = Instant::now();
        let first = dialled(&keeper, start, REMEMBERED);
        // At first often, then at least every 38 s, and every 22 s at most.
        for name in [&asked, &learned] {
            assert!((100..180).contains(&first[name]), "{first:?}");
        }
        let later = dialled(&keeper, start + REMEMBERED, REMEMBERED);
        assert!(
            later[&asked] > 90 && !later.contains_key(&learned),
            "{later:?}"
        );
        // Told of again, it is dialled again; one that the program has left is not.
        keeper.keep(&learned, Wanted::Learned);
        keeper.leave(&asked);
        keeper.keep(&asked, Wanted::Learned);
        let again = dialled(&keeper, Instant::now() + FIRST, Duration::from_secs(60));
        assert!(
            again.contains_key(&learned) && !again.contains_key(&asked),
            "{again:?}"
        );
    }

    #[test]
    fn who_is_being_dialled_or_is_there_is_not_dialled() {
        let keeper = Keeper::default();
        let other = name("a@10.0.0.1:1");
        keeper.keep(&other, Wanted::Asked);
        let later = Instant::now() + Duration::from_secs(1);
        let mut state = keeper.state.lock();
        assert!(state.due(later, |_| true).0.is_empty());
        assert_eq!(state.due(later, |_| false).0, [other]);
        assert!(state.due(later + LONGEST * 2, |_| false).0.is_empty());
    }
}
