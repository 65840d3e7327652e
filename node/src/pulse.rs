//! The pulse of a node: says to the others that it is there when nothing else was sent, and gives up those of whom nothing was heard.

use crate::node::Node;
use crate::session::Session;
use crate::wire::frame::Frame;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long nothing is looked at when there is no connection.
const LONG: Duration = Duration::from_secs(3600);

/// What wakes it early: connections that begin, and the node's end.
#[derive(Default)]
pub struct Pulse {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Pulse {
    /// Looks again at which connections there are.
    pub fn wake(&self) {
        *self.is_woken.lock() = true;
        self.woken.notify_all();
    }

    fn wait(&self, until: Instant) {
        let mut is_woken = self.is_woken.lock();
        if !*is_woken {
            self.woken.wait_until(&mut is_woken, until);
        }
        *is_woken = false;
    }
}

/// Beats until the node leaves. There are four beats in a tick, which come early by up to a quarter, so that nodes do not all beat at once.
pub fn run(node: &Arc<Node>) {
    let early = 1.0 - f64::from(node.creation as u8) / 1024.0;
    let mut last = Instant::now();
    while !node.is_leaving() {
        let sessions = node.sessions();
        let beat = sessions.iter().map(|session| session.tick / 4).min();
        let next = last + beat.unwrap_or(LONG).mul_f64(early);
        if Instant::now() < next {
            node.pulse.wait(next);
            continue;
        }
        // If this thread has slept much longer than it should, the whole program has: what has arrived meanwhile counts before anybody is given up.
        let slept = last.elapsed();
        last = Instant::now();
        for session in &sessions {
            if slept > beat.unwrap_or(LONG).mul_f64(1.25) {
                session.forgive();
            }
            feel(node, session);
        }
        node.flush_now();
    }
}

fn feel(node: &Node, session: &Session) {
    let silence = session.silence();
    if silence >= session.tick {
        let seconds = silence.as_secs_f64();
        return session.close(&format!("nothing was heard for {seconds:.1} s"));
    }
    if silence >= session.tick / 2 {
        let (name, seconds) = (&session.peer.name, silence.as_secs_f64());
        node.log(
            "silent",
            name.as_str(),
            &format!("nothing was heard for {seconds:.1} s"),
        );
    }
    if !session.has_pulse() {
        session.send(|outbox| outbox.push_urgent(&Frame::Ping { token: 0 }));
    }
}
