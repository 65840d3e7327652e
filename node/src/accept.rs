//! Being dialled and dialling.
//!
//! Before the other side has proved that it knows the cookie it gets little: few connections at once, few from one address, little time and memory.

use crate::handshake::{self, Connected, Failure, Met};
use crate::hello::{Role, Verdict};
use crate::incoming::{self, Until};
use crate::keeper::Wanted;
use crate::name::NodeName;
use crate::node::Node;
use crate::outbox;
use crate::peers::Life;
use crate::session::Session;
use crate::table::{Asks, Begin, Claim};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use rustix::event::epoll::EventFlags;
use snow_vm::sched::visitor::Visitor;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections that may be unproved at once.
const MOST_STRANGERS: usize = 64;
/// Connections that may be unproved at once from one address.
const MOST_OF_ADDRESS: usize = 4;
/// How often refusals are told.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// How long an old connection may take to answer when a new one of the same life comes.
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// Connections that are unproved, by address.
#[derive(Default)]
struct Strangers {
    count: usize,
    of: FxHashMap<IpAddr, usize>,
}

impl Strangers {
    fn enter(&mut self, address: IpAddr) -> bool {
        let of = self.of.get(&address).copied().unwrap_or(0);
        if self.count >= MOST_STRANGERS || of >= MOST_OF_ADDRESS {
            return false;
        }
        self.count += 1;
        self.of.insert(address, of + 1);
        true
    }

    fn leave(&mut self, address: IpAddr) {
        self.count -= 1;
        if let Some(of) = self.of.get_mut(&address) {
            *of -= 1;
            if *of == 0 {
                self.of.remove(&address);
            }
        }
    }
}

/// Tells what was refused, but not all the time.
#[derive(Default)]
struct Refusals {
    untold: usize,
    told: Option<Instant>,
}

impl Refusals {
    fn add(&mut self, node: &Node, who: SocketAddr, why: &str) {
        self.untold += 1;
        if self.told.is_some_and(|told| told.elapsed() < TOLD_EVERY) {
            return;
        }
        let more = match self.untold - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        node.log("refused", &who.to_string(), &format!("{why}{more}"));
        self.untold = 0;
        self.told = Some(Instant::now());
    }
}

/// Accepts connections until the node leaves.
pub fn run(node: &Arc<Node>, listener: TcpListener) {
    let strangers = Arc::new(Mutex::new(Strangers::default()));
    let refusals = Arc::new(Mutex::new(Refusals::default()));
    while !node.is_leaving() {
        match listener.accept() {
            Ok((socket, from)) => greet(node, socket, from, &strangers, &refusals),
            // Out of file descriptors, or the like: some will be free again.
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn greet(
    node: &Arc<Node>,
    socket: TcpStream,
    from: SocketAddr,
    strangers: &Arc<Mutex<Strangers>>,
    refusals: &Arc<Mutex<Refusals>>,
) {
    if node.is_leaving() {
        return;
    }
    if !strangers.lock().enter(from.ip()) {
        handshake::turn_away(&socket);
        refusals
            .lock()
            .add(node, from, "too many connections at once");
        return;
    }
    let (inner, told) = (Arc::clone(strangers), Arc::clone(refusals));
    let started = node.thread("snow handshake", move |node| {
        let met = meet(&node, socket, Role::Server);
        inner.lock().leave(from.ip());
        let done = met.and_then(|met| conclude(&node, met, Role::Server));
        match done {
            Ok(()) | Err(Failure::Itself | Failure::Other) => {}
            Err(why) => told.lock().add(&node, from, &why.to_string()),
        }
    });
    if started.is_err() {
        strangers.lock().leave(from.ip());
    }
}

/// Nobody is accepted any more: whoever waits for connections hears that there will be none. Dialling it would not do, since a node may not reach itself.
pub fn close(listener: &TcpListener) {
    // SAFETY: the descriptor is open. If it fails, nobody waits any more.
    unsafe { libc::shutdown(listener.as_raw_fd(), libc::SHUT_RDWR) };
}

fn meet(node: &Node, socket: TcpStream, role: Role) -> Result<Met, Failure> {
    let hello = node
        .hello()
        .map_err(|error| Failure::Refuses(error.to_string()))?;
    handshake::meet(socket, role, &node.tls, &hello, &node.options.cookie)
}

/// Connects with a node, unless that is done.
pub fn connect(node: &Arc<Node>, name: &NodeName) -> Result<(), Failure> {
    if *name == *node.name {
        return Err(Failure::Itself);
    }
    match node.table.begin(name) {
        Begin::Connected => return Ok(()),
        Begin::TooSlow => return Err(Failure::TooSlow),
        Begin::Dial => {}
    }
    let done = dial(node, name);
    node.table.dialled(name);
    match done {
        Err(Failure::Other) if node.table.await_up(name, handshake::TIME) => Ok(()),
        other => other,
    }
}

/// As [`connect`]; whenever the connection is not there it is tried again.
pub fn connect_for_good(node: &Arc<Node>, name: &NodeName) -> Result<(), Failure> {
    let done = connect(node, name);
    node.keeper().keep(name, Wanted::Asked);
    done
}

fn dial(node: &Arc<Node>, name: &NodeName) -> Result<(), Failure> {
    if node.is_leaving() {
        return Err(Failure::Refuses("this node is about to leave".to_owned()));
    }
    let mut failure = Failure::Closed;
    for address in name.addresses()? {
        match TcpStream::connect_timeout(&address, handshake::TIME) {
            Ok(socket) => {
                let met = meet(node, socket, Role::Client)?;
                if met.peer.name != *name {
                    let why = format!("this is {}", met.peer.name);
                    return Err(Failure::Refuses(why));
                }
                return conclude(node, met, Role::Client);
            }
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

/// Connects with whatever node is at an address; gives its name.
pub(crate) fn dial_address(node: &Arc<Node>, address: SocketAddr) -> Result<NodeName, Failure> {
    let socket = TcpStream::connect_timeout(&address, handshake::TIME)?;
    let met = meet(node, socket, Role::Client)?;
    let name = met.peer.name.clone();
    if node.session_with(name.as_str()).is_some() {
        // It hears that there is a connection already.
        let _ = met.conclude(Verdict::Other);
        return Ok(name);
    }
    conclude(node, met, Role::Client).map(|()| name)
}

/// Decides whether a connection stands, and begins to use it.
fn conclude(node: &Arc<Node>, met: Met, role: Role) -> Result<(), Failure> {
    let peer = met.peer.name.clone();
    let verdict = judge(node, &met, role);
    let is_promised = verdict == Verdict::Yes;
    let done = met
        .conclude(verdict)
        .and_then(|connected| begin(node, connected));
    if done.is_err() && is_promised {
        node.table.settle(&peer, None);
    }
    done
}

fn judge(node: &Node, met: &Met, role: Role) -> Verdict {
    if node.is_leaving() {
        return Verdict::No("the node is about to leave".to_owned());
    }
    let peer = &met.peer;
    if peer.name == *node.name {
        return Verdict::No("the name is in use".to_owned());
    }
    let asks = match role {
        Role::Client => Asks::Dialler,
        Role::Server => Asks::Dialled {
            own_counts: *node.name < peer.name,
        },
    };
    loop {
        let old = match node.table.claim(&peer.name, asks) {
            Claim::Promised => return Verdict::Yes,
            Claim::Other => return Verdict::Other,
            Claim::Taken(old) => old,
        };
        if old.peer.creation == peer.creation {
            if role == Role::Client {
                return Verdict::Other;
            }
            if old.answers(ANSWER_TIME) {
                return Verdict::No("the name is in use".to_owned());
            }
        }
        old.close("another connection has taken its place");
        if !node.table.await_end(&old, ANSWER_TIME) {
            return Verdict::No("the old connection does not end".to_owned());
        }
    }
}

/// Begins to use a connection.
fn begin(node: &Arc<Node>, connected: Connected) -> Result<(), Failure> {
    let life = Life {
        name: Arc::new(connected.peer.name.clone()),
        creation: connected.peer.creation,
    };
    let Some(number) = node.peers.number(&life) else {
        return Err(Failure::Refuses("too many nodes were seen".to_owned()));
    };
    let own = node
        .hello()
        .map_err(|error| Failure::Refuses(error.to_string()))?;
    let tick = outbox::tick(&own, &connected.peer);
    let session = Session::new(connected, (number, node.session_id()), tick, &node.unsent)?;
    let mut visitor = Visitor::new(Arc::clone(&node.runtime));
    node.add_session(&session);
    incoming::begin(node, &session, &mut visitor);
    if let Err(error) = node.poll.add(&session) {
        session.close(&error.to_string());
        incoming::take_in(node, &session, &mut visitor, Until::Nothing);
        return Err(error.into());
    }
    // Something may have arrived with the handshake.
    node.poll.note(&session, EventFlags::IN);
    node.poll.ring();
    node.pulse.wake();
    node.flush_now();
    // Who waits for the connection goes on when all know of it, and the other side has told of its names.
    match node.table.await_up(&session.peer.name, handshake::TIME) {
        true => Ok(()),
        false => Err(Failure::Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_few_and_few_of_an_address() {
        let mut strangers = Strangers::default();
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        for _ in 0..MOST_OF_ADDRESS {
            assert!(strangers.enter(address(1)));
        }
        assert!(!strangers.enter(address(1)));
        let others = (2..).filter(|last| strangers.enter(address(*last)));
        assert_eq!(others.take(60).count(), 60);
        assert!(!strangers.enter(address(200)));
        strangers.leave(address(1));
        assert!(strangers.enter(address(200)));
    }
}
