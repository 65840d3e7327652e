//! Which nodes this one is connected with, or about to be. Of two nodes there is one connection at most.

use crate::name::NodeName;
use crate::session::Session;
use parking_lot::{Condvar, Mutex};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a handshake may have to wait for another one with the same node.
const PATIENCE: Duration = Duration::from_secs(5);

/// How it stands with another node.
#[derive(Default)]
struct Place {
    /// This node dials it.
    dialling: bool,
    /// A handshake with it is about to succeed.
    promised: bool,
    /// The connection.
    up: Option<Arc<Session>>,
}

impl Place {
    fn is_empty(&self) -> bool {
        !self.dialling && !self.promised && self.up.is_none()
    }
}

/// All nodes with which something is going on.
#[derive(Default)]
pub struct Table {
    places: Mutex<FxHashMap<Box<str>, Place>>,
    changed: Condvar,
}

/// What is to be done to be connected with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nothing: it is connected.
    Connected,
    /// Dialling it, which is up to the caller now.
    Dial,
    /// Others took too long.
    TooSlow,
}

/// What becomes of a handshake.
pub enum Claim {
    /// It may succeed.
    Promised,
    /// Another one counts.
    Other,
    /// There is a connection; it must end first.
    Taken(Arc<Session>),
}

/// Which side of a connection asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Who has dialled.
    Dialler,
    /// Who was dialled; does its own dialling count if there is any?
    Dialled {
        /// Its name is the smaller one.
        own_counts: bool,
    },
}

impl Table {
    /// Someone wants a connection with a node.
    pub fn begin(&self, name: &NodeName) -> Begin {
        let deadline = Instant::now() + 2 * PATIENCE;
        let mut places = self.places.lock();
        loop {
            let place = places.entry(name.as_str().into()).or_default();
            if place.up.is_some() {
                return Begin::Connected;
            }
            if !place.dialling && !place.promised {
                place.dialling = true;
                return Begin::Dial;
            }
            if self.changed.wait_until(&mut places, deadline).timed_out() {
                return Begin::TooSlow;
            }
        }
    }

    /// Dialling is over.
    pub fn dialled(&self, name: &NodeName) {
        self.change(name, |place| place.dialling = false);
    }

    /// A handshake has come so far that the two sides know each other.
    pub fn claim(&self, name: &NodeName, asks: Asks) -> Claim {
        let deadline = Instant::now() + PATIENCE;
        let mut places = self.places.lock();
        loop {
            let place = places.entry(name.as_str().into()).or_default();
            let own_dial_counts = asks == Asks::Dialled { own_counts: true } && place.dialling;
            if own_dial_counts {
                return Claim::Other;
            }
            if !place.promised {
                if let Some(session) = &place.up {
                    return Claim::Taken(Arc::clone(session));
                }
                place.promised = true;
                return Claim::Promised;
            }
            if self.changed.wait_until(&mut places, deadline).timed_out() {
                return Claim::Other;
            }
        }
    }

    /// What was promised has come true, or not.
    pub fn settle(&self, name: &NodeName, session: Option<Arc<Session>>) {
        self.change(name, |place| {
            place.promised = false;
            if session.is_some() {
                place.up = session;
            }
        });
    }

    /// A connection is over.
    pub fn ended(&self, session: &Session) {
        self.change(&session.peer.name, |place| {
            if place.up.as_ref().is_some_and(|up| up.id == session.id) {
                place.up = None;
            }
        });
    }

    fn change(&self, name: &NodeName, change: impl FnOnce(&mut Place)) {
        let mut places = self.places.lock();
        let place = places.entry(name.as_str().into()).or_default();
        change(place);
        if place.is_empty() {
            places.remove(name.as_str());
        }
        self.changed.notify_all();
    }

    /// Waits until a connection is over; whether it is.
    pub fn await_end(&self, session: &Session, time: Duration) -> bool {
        let is_up = |places: &FxHashMap<Box<str>, Place>| {
            let place = places.get(session.peer.name.as_str());
            let up = place.and_then(|place| place.up.as_ref());
            up.is_some_and(|up| up.id == session.id)
        };
        self.await_change(time, |places| !is_up(places))
    }

    /// Waits until a node is connected; whether it is.
    pub fn await_up(&self, name: &NodeName, time: Duration) -> bool {
        self.await_change(time, |places| {
            places
                .get(name.as_str())
                .is_some_and(|place| place.up.is_some())
        })
    }

    fn await_change(
        &self,
        time: Duration,
        holds: impl Fn(&FxHashMap<Box<str>, Place>) -> bool,
    ) -> bool {
        let deadline = Instant::now() + time;
        let mut places = self.places.lock();
        while !holds(&places) {
            if self.changed.wait_until(&mut places, deadline).timed_out() {
                return holds(&places);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> NodeName {
        NodeName::parse("b@h:1").expect("a name")
    }

    #[test]
    fn of_two_handshakes_at_once_one_is_promised() {
        let table = Table::default();
        assert_eq!(table.begin(&name()), Begin::Dial);
        let smaller = Asks::Dialled { own_counts: true };
        assert!(matches!(table.claim(&name(), smaller), Claim::Other));
        assert!(matches!(
            table.claim(&name(), Asks::Dialler),
            Claim::Promised
        ));
        table.settle(&name(), None);
        table.dialled(&name());
        assert!(matches!(table.claim(&name(), smaller), Claim::Promised));
        table.settle(&name(), None);
        assert!(table.places.lock().is_empty(), "nothing is left");
    }

    #[test]
    fn the_greater_name_lets_the_other_one_s_handshake_count() {
        let table = Table::default();
        assert_eq!(table.begin(&name()), Begin::Dial);
        let greater = Asks::Dialled { own_counts: false };
        assert!(matches!(table.claim(&name(), greater), Claim::Promised));
    }
}
