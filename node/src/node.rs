//! A node: what it is called, whom it is connected with, and how what is sent to others leaves it.

use crate::cookie::Cookie;
use crate::discovery::{self, Source};
use crate::facts::{Facts, SpawnPolicy};
use crate::global::Names;
use crate::group::Groups;
use crate::hello::Hello;
use crate::incoming::{RAW, Until};
use crate::lanes::{NOBODY, Pair};
use crate::membership::NODE_ITSELF;
use crate::name::NodeName;
use crate::outbox::{OutNodes, Outbox};
use crate::peers::{Life, Peers};
use crate::poll::Poll;
use crate::session::{LAST_WORDS, Session, Unsent};
use crate::table::Table;
use crate::tls::{NoTls, Tls, TlsFiles};
use crate::value::{Encoder, Unsendable, split};
use crate::watchers::Watchers;
use crate::wire::frame::{ExitKind, Frame, Payload};
use crate::wire::pack::Writer;
use crate::{accept, incoming, keeper, pulse, questions};
use parking_lot::{Mutex, RwLock};
use ring::rand::{SecureRandom, SystemRandom};
use rustc_hash::FxHashMap;
use rustix::event::epoll::EventFlags;
use snow_bytecode::types::TypeId;
use snow_vm::actor::Pid;
use snow_vm::actor::entry::{Content, Signal};
use snow_vm::heap::Heap;
use snow_vm::remote::{Passed, Remote, Undelivered};
use snow_vm::sched::Runtime;
use snow_vm::sched::visitor::{Host, Visitor};
use std::any::Any;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a node is started.
pub struct Options {
    /// Its name; with port 0 it takes one that is free.
    pub name: NodeName,
    /// Where it listens, `host:port`, if not at its name.
    pub listen: Option<String>,
    /// The cookie.
    pub cookie: Cookie,
    /// Seconds of silence after which a connection is lost.
    pub tick: u64,
    /// What others may start here.
    pub spawn: SpawnPolicy,
    /// Whether it only looks.
    pub hidden: bool,
    /// Whether it wants to be connected with all members.
    pub mesh: bool,
    /// The certificates that all nodes must have, if they must.
    pub tls: Option<TlsFiles>,
    /// Where nodes are looked for.
    pub discover: Option<Source>,
}

/// The tick of nodes that do not say theirs.
pub const DEFAULT_TICK: u64 = 10;

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The program is a node already.
    #[error("the program is a node already")]
    Already,
    /// It cannot listen.
    #[error("cannot listen at {0}: {1}")]
    Listen(String, std::io::Error),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] NoTls),
    /// There are no random numbers.
    #[error("the system gives no random numbers")]
    NoRandom,
    /// There are no threads.
    #[error("the system gives no thread: {0}")]
    NoThread(std::io::Error),
}

/// What is said of a connection.
#[derive(serde::Serialize)]
struct Event<'a> {
    level: &'a str,
    event: &'a str,
    node: &'a str,
    peer: &'a str,
    why: &'a str,
}

/// A running node.
pub struct Node {
    /// The program.
    pub runtime: Arc<Runtime>,
    /// Its name.
    pub name: Arc<NodeName>,
    /// Which of its lives.
    pub creation: u64,
    /// What is known of the program.
    pub facts: Facts,
    /// Numbers of nodes.
    pub peers: Arc<Peers>,
    pub(crate) options: Options,
    pub(crate) tls: Tls,
    pub(crate) table: Table,
    pub(crate) watchers: Mutex<Watchers>,
    pub(crate) names: Mutex<Names>,
    pub(crate) mismatches: Mutex<FxHashMap<Pid, (String, String)>>,
    pub(crate) groups: Mutex<Groups>,
    pub(crate) keeper: keeper::Keeper,
    pub(crate) pulse: pulse::Pulse,
    pub(crate) poll: Poll,
    pub(crate) unsent: Arc<Unsent>,
    raw: Mutex<Vec<Vec<u8>>>,
    sessions: RwLock<FxHashMap<u32, Arc<Session>>>,
    pub(crate) address: SocketAddr,
    next_session: AtomicU64,
    is_leaving: AtomicBool,
    threads: Mutex<Vec<JoinHandle<()>>>,
    own: Weak<Node>,
}

/// Rooms for what is read that are kept.
const MOST_RAW: usize = 4;
/// Connections that are seen to before actors have their turn.
const MOST_TURNS: usize = 16;
/// How long a node that leaves waits without looking around.
const LOOK_AROUND: Duration = Duration::from_millis(100);
/// Bytes of the stacks of the node's threads.
const STACK: usize = 512 << 10;

impl Node {
    /// Makes the program a node.
    pub fn start(runtime: Arc<Runtime>, options: Options) -> Result<Arc<Node>, NotStarted> {
        let (listener, address) = listen(&options)?;
        let name = match options.name.port() {
            0 => options.name.with_port(address.port()),
            _ => options.name.clone(),
        };
        let (name, creation) = (Arc::new(name), random()?);
        let tls = Tls::new(options.tls.as_ref(), &name)?;
        let poll = Poll::new().map_err(NotStarted::NoThread)?;
        let program = &runtime.program;
        let facts = Facts::new(Arc::clone(&program.module), Arc::clone(&program.types));
        let life = Life {
            name: Arc::clone(&name),
            creation,
        };
        let peers = Arc::new(Peers::new(life.clone()));
        let node = Arc::new_cyclic(|own| Node {
            runtime: Arc::clone(&runtime),
            name,
            creation,
            facts,
            peers: Arc::clone(&peers),
            names: Mutex::new(Names::new(life, options.mesh)),
            groups: Mutex::default(),
            mismatches: Mutex::default(),
            options,
            tls,
            table: Table::default(),
            watchers: Mutex::default(),
            keeper: keeper::Keeper::default(),
            pulse: pulse::Pulse::default(),
            poll,
            unsent: Arc::default(),
            raw: Mutex::default(),
            sessions: RwLock::default(),
            address,
            next_session: AtomicU64::new(1),
            is_leaving: AtomicBool::new(false),
            threads: Mutex::default(),
            own: Weak::clone(own),
        });
        if !runtime.join_cluster(Arc::clone(&node) as Arc<dyn Remote>) {
            return Err(NotStarted::Already);
        }
        node.facts.types().name_nodes(peers);
        // From now on SIGTERM lets what was sent leave.
        runtime.is_stopping();
        let begun = node
            .thread("snow accept", move |node| accept::run(&node, listener))
            .and_then(|()| node.thread("snow keeper", |node| keeper::run(&node)))
            .and_then(|()| node.thread("snow pulse", |node| pulse::run(&node)))
            .and_then(|()| discovery::begin(&node));
        if let Err(error) = begun {
            runtime.leave_cluster();
            return Err(NotStarted::NoThread(error));
        }
        Ok(node)
    }

    /// The node of a program, if it is one.
    pub fn of(runtime: &Runtime) -> Option<Arc<Node>> {
        let remote = runtime.remote()?;
        remote.as_any().downcast_ref::<Node>()?.own.upgrade()
    }

    /// The HELLO of a new connection.
    pub(crate) fn hello(&self) -> Result<Hello, NotStarted> {
        let mut nonce = [0; 16];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(|_| NotStarted::NoRandom)?;
        Ok(Hello {
            nonce,
            name: (*self.name).clone(),
            creation: self.creation,
            tick: self.options.tick,
            hidden: self.options.hidden,
            mesh: self.options.mesh,
        })
    }

    /// Runs something on a thread of the node, which is waited for when the node leaves.
    pub(crate) fn thread(
        &self,
        name: &str,
        life: impl FnOnce(Arc<Node>) + Send + 'static,
    ) -> std::io::Result<()> {
        let Some(node) = self.own.upgrade() else {
            return Ok(());
        };
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(STACK);
        let mut threads = self.threads.lock();
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread.spawn(move || life(node))?);
        Ok(())
    }

    /// Seconds of silence after which a connection is lost, if the other side does not say fewer.
    pub fn tick(&self) -> u64 {
        self.options.tick
    }

    /// Whether the node is about to end.
    pub(crate) fn is_leaving(&self) -> bool {
        self.is_leaving.load(SeqCst)
    }

    /// Says something to whoever operates the node.
    pub(crate) fn log(&self, event: &str, peer: &str, why: &str) {
        use snow_vm::actor::report::Reports;
        let colon = if why.is_empty() { "" } else { ": " };
        let text = format!("node: {event}: {peer}{colon}{why}\n");
        match self.runtime.reports {
            Reports::Off => {}
            Reports::Text => self.runtime.report(&text),
            Reports::Json => self.runtime.report_json(&Event {
                level: "info",
                event,
                node: self.name.as_str(),
                peer,
                why,
            }),
        }
    }

    /// A number for a connection.
    pub(crate) fn session_id(&self) -> u64 {
        self.next_session.fetch_add(1, SeqCst)
    }

    pub(crate) fn add_session(&self, session: &Arc<Session>) {
        let session = Arc::clone(session);
        self.sessions.write().insert(session.node, session);
    }

    pub(crate) fn remove_session(&self, session: &Session) {
        let mut sessions = self.sessions.write();
        if sessions
            .get(&session.node)
            .is_some_and(|known| known.id == session.id)
        {
            sessions.remove(&session.node);
        }
    }

    /// All connections.
    pub fn sessions(&self) -> Vec<Arc<Session>> {
        self.sessions.read().values().cloned().collect()
    }

    /// The connection with the node of a name.
    pub fn session_with(&self, name: &str) -> Option<Arc<Session>> {
        let sessions = self.sessions.read();
        let mut all = sessions.values();
        all.find(|session| session.peer.name.as_str() == name)
            .cloned()
    }

    /// The connection with the node of a number.
    pub(crate) fn session_of_number(&self, node: u32) -> Option<Arc<Session>> {
        self.sessions.read().get(&node).cloned()
    }

    /// The members that are connected.
    pub fn members(&self) -> Vec<NodeName> {
        let sessions = self.sessions();
        let members = sessions.iter().filter(|session| !session.peer.hidden);
        members.map(|session| session.peer.name.clone()).collect()
    }

    /// The nodes with which this one wants to be connected.
    pub fn keeper(&self) -> &keeper::Keeper {
        &self.keeper
    }

    /// An actor wants to know of a node, or of all.
    pub fn watch(&self, pid: Pid, name: Option<Arc<str>>) {
        self.watchers.lock().add(pid, name);
    }

    /// It does not any more.
    pub fn unwatch(&self, pid: Pid, name: Option<&str>) {
        self.watchers.lock().remove(pid, name);
    }

    /// Sends a message to whoever has a name on a node.
    ///
    /// # Safety
    /// The word is a live element of the type. It stays the caller's.
    pub unsafe fn send_named(
        &self,
        from: Pid,
        node: &str,
        name: &str,
        ty: TypeId,
        word: u64,
    ) -> Result<Passed, Undelivered> {
        let session = self.session_with(node).ok_or(Undelivered::NoConnection)?;
        let ty_index = self.define(&session, ty)?;
        let mut out = Writer::default();
        // SAFETY: by contract.
        unsafe { self.write_value(&session, &mut out, ty, word)? };
        let value = Payload {
            ty: ty_index,
            bytes: &out.bytes,
        };
        let pair = Pair {
            from: from.serial(),
            to: None,
        };
        session.send(|outbox| {
            if outbox.closed.is_some() {
                return Err(Undelivered::NoConnection);
            }
            outbox.push_of(Some(pair), &Frame::RegSend { name, value });
            Ok(outbox.passed(from))
        })
    }

    /// The connection with the node of a pid.
    fn session_of(&self, to: Pid) -> Result<Arc<Session>, Undelivered> {
        if let Some(session) = self.sessions.read().get(&to.node()) {
            return Ok(Arc::clone(session));
        }
        // Another life of a connected node is known to be over.
        let life = self.peers.life(to.node());
        let is_over = life.is_some_and(|life| {
            life.name == self.name || self.session_with(life.name.as_str()).is_some()
        });
        Err(match is_over {
            true => Undelivered::NoProc,
            false => Undelivered::NoConnection,
        })
    }

    /// Writes a value for a connection, without its type.
    ///
    /// # Safety
    /// The word is a live element of the type.
    pub(crate) unsafe fn write_value(
        &self,
        session: &Session,
        out: &mut Writer,
        ty: TypeId,
        word: u64,
    ) -> Result<(), Undelivered> {
        let life = |number| self.peers.life(number);
        let mut nodes = OutNodes {
            session,
            life: &life,
        };
        let mut encoder = Encoder {
            types: self.facts.types(),
            atoms: &self.runtime.program.atoms,
            nodes: &mut nodes,
        };
        // SAFETY: by contract.
        unsafe { encoder.element(out, ty, word) }.map_err(unsendable)
    }

    /// The index of a type on a connection, which is told of it if it does not know it.
    pub(crate) fn define(&self, session: &Session, ty: TypeId) -> Result<u32, Undelivered> {
        use crate::value::structure::MAX_STRUCTURE;
        let mut outbox = session.outbox();
        if let Some(index) = outbox.known_type(ty) {
            return Ok(index);
        }
        let known = self.facts.describe(ty);
        if known.structure.len() > MAX_STRUCTURE {
            let why = "the type of the message is too large for other nodes";
            return Err(Undelivered::Unsendable(why.to_owned()));
        }
        let Some(index) = outbox.new_type(ty) else {
            let why = "a connection knows at most 4096 types";
            return Err(Undelivered::Unsendable(why.to_owned()));
        };
        outbox.push(&Frame::TypeDef {
            index,
            fingerprint: known.fingerprint,
            structure: &known.structure,
        });
        Ok(index)
    }

    /// Writes a message or an answer, and puts it into what is to be sent.
    ///
    /// # Safety
    /// The word is a live element of the type.
    unsafe fn send_value(
        &self,
        session: &Session,
        from: Option<Pid>,
        to: Pid,
        call: Option<(u64, bool)>,
        (ty, word): (TypeId, u64),
    ) -> Result<Passed, Undelivered> {
        let to = to.serial();
        let number = call.map(|(call, unwatched)| (split(call).1, unwatched));
        let index = self.define(session, ty)?;
        let (mut out, start) = Frame::begin_send(to, number, index);
        // SAFETY: by contract.
        unsafe { self.write_value(session, &mut out, ty, word)? };
        out.close_bytes(start);
        let pair = Pair::new(from.map_or(NOBODY, Pid::serial), to);
        session.send(|outbox| {
            if outbox.closed.is_some() {
                return Err(Undelivered::NoConnection);
            }
            if let Some((call, true)) = call {
                outbox.watched.remove(&call);
            }
            outbox.push_framed(pair, out.bytes);
            Ok(outbox.passed_of(from))
        })
    }

    /// Writes all that is to be sent, as far as the system takes it, from a thread that is no scheduler.
    pub(crate) fn flush_now(&self) {
        for session in self.unsent.take() {
            session.flush();
        }
        if self.unsent.has_released() {
            self.release(&mut Visitor::new(Arc::clone(&self.runtime)));
        }
    }

    /// Lets actors go on that were held.
    fn release(&self, host: &mut dyn Host) {
        for sender in self.unsent.released() {
            host.deliver(sender, Content::Room);
        }
    }

    /// Room for what is read.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let kept = self.raw.lock().pop();
        kept.unwrap_or_else(|| vec![0; RAW])
    }

    /// The room is not needed any more.
    pub(crate) fn keep_raw(&self, raw: Vec<u8>) {
        let mut kept = self.raw.lock();
        if kept.len() < MOST_RAW {
            kept.push(raw);
        }
    }
}

/// Passes a signal on, and notes what it means for the connection.
fn forward_signal(
    outbox: &mut Outbox,
    from: Option<Pid>,
    to: u64,
    signal: &Signal,
) -> Result<Passed, Undelivered> {
    let mut pair = None;
    let frame = match *signal {
        Signal::Link(from) | Signal::Adopt(from) => {
            outbox.links.insert((from, to));
            Frame::Link {
                from: from.serial(),
                to,
                adopts: matches!(signal, Signal::Adopt(_)),
            }
        }
        Signal::Unlink(from) => {
            outbox.links.remove(&(from, to));
            let from = from.serial();
            Frame::Unlink { from, to }
        }
        Signal::Monitor(from, reference) => {
            outbox.monitors.insert(reference, (from, to));
            Frame::Monitor {
                from: from.serial(),
                to,
                reference,
            }
        }
        Signal::Demonitor(reference) => match outbox.monitors.remove(&reference) {
            Some((from, _)) => {
                pair = Some(Pair::new(from.serial(), to));
                Frame::Demonitor { to, reference }
            }
            // It has fired already.
            None => return Ok(Passed::On),
        },
        Signal::Down(reference, pid, ref reason) => {
            if outbox.watched.remove(&reference).is_none() {
                return Ok(Passed::On);
            }
            Frame::MonitorExit {
                from: pid.serial(),
                to,
                reference: split(reference).1,
                reason: reason.clone(),
            }
        }
        Signal::LinkExit(pid, ref reason) => {
            outbox.links.remove(&(pid, to));
            exit(pid, to, ExitKind::Linked, reason)
        }
        Signal::Exit(pid, ref reason) => exit(pid, to, ExitKind::Asked, reason),
        Signal::Info(from, reference, _) => Frame::Ask {
            from: from.serial(),
            call: reference,
            kind: questions::Kind::Info,
            serial: to,
            name: "",
        },
        Signal::Question(from, reference, question) => {
            let kind = questions::Kind::from(question);
            return questions::put(outbox, (from, reference), kind, to, "");
        }
        Signal::Numbers(reference, ref numbers) => Frame::Told {
            to,
            call: split(reference).1,
            numbers: numbers.to_vec(),
            texts: Vec::new(),
        },
        // They are for actors here.
        Signal::End(_)
        | Signal::Stopping
        | Signal::NodeUp(_)
        | Signal::NodeDown(_)
        | Signal::NameLost(_)
        | Signal::Joined(..)
        | Signal::Left(..) => return Ok(Passed::On),
    };
    match pair {
        Some(_) => outbox.push_of(pair, &frame),
        None => outbox.push(&frame),
    }
    Ok(outbox.passed_of(from))
}

fn exit(from: Pid, to: u64, kind: ExitKind, reason: &snow_vm::actor::Reason) -> Frame<'static> {
    Frame::Exit {
        from: from.serial(),
        to,
        kind,
        reason: reason.clone(),
    }
}

pub(crate) fn unsendable(why: Unsendable) -> Undelivered {
    Undelivered::Unsendable(why.to_string())
}

impl Remote for Node {
    fn forward(
        &self,
        _heap: &mut Heap,
        from: Option<Pid>,
        to: Pid,
        content: &Content,
    ) -> Result<Passed, Undelivered> {
        if to == NODE_ITSELF {
            self.hear(content);
            return Ok(Passed::On);
        }
        let session = self.session_of(to)?;
        let session = &*session;
        // SAFETY: the caller has the value.
        unsafe {
            match content {
                Content::Message(ty, word) => {
                    self.send_value(session, from, to, None, (*ty, *word))
                }
                Content::Due(ty, word) => {
                    let sent = self.send_value(session, None, to, None, (*ty, *word));
                    // Nobody can be held for it.
                    session.send(Outbox::bound);
                    sent
                }
                Content::Answer(answer) => {
                    let call = Some((answer.reference, answer.unwatched));
                    self.send_value(session, from, to, call, (answer.ty, answer.word))
                }
                Content::Signal(signal) => session.send(|outbox| {
                    if outbox.closed.is_some() {
                        return Err(Undelivered::NoConnection);
                    }
                    forward_signal(outbox, from, to.serial(), signal)
                }),
                Content::Parcel(..)
                | Content::Letter(_)
                | Content::Timeout(_)
                | Content::Room
                | Content::Taken => Ok(Passed::On),
            }
        }
    }

    fn flush(&self, host: &mut dyn Host) -> bool {
        for session in self.unsent.take() {
            session.flush();
        }
        self.release(host);
        self.unsent.any()
    }

    fn look(&self) -> bool {
        self.poll.look()
    }

    fn has_arrivals(&self) -> bool {
        self.poll.has_ready()
    }

    fn take_in(&self, host: &mut dyn Host) -> bool {
        let Some(node) = self.own.upgrade() else {
            return false;
        };
        let mut has_come = false;
        // Each once: what has more goes to the end.
        for _ in 0..self.poll.ready().min(MOST_TURNS) {
            let Some(session) = self.poll.take() else {
                break;
            };
            has_come = true;
            let events = session.attend();
            if events.contains(EventFlags::OUT) {
                session.flush_again();
            }
            let over = EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
            let until = match events.intersects(over) {
                true => Until::Nothing,
                false => Until::Short,
            };
            let arrives = events.intersects(over | EventFlags::IN);
            let has_more = arrives && incoming::take_in(&node, &session, host, until);
            // That the other side has hung up is told only once.
            let more = match has_more {
                true => events.difference(EventFlags::OUT) | EventFlags::IN,
                false => EventFlags::empty(),
            };
            if session.leave_alone(more) {
                self.poll.put(session);
            }
        }
        self.release(host);
        has_come
    }

    fn rest(&self, until: Option<Instant>) {
        if !self.unsent.any() {
            self.poll.wait(until);
        }
    }

    fn rouse(&self) {
        self.poll.ring();
    }

    fn leave(&self) {
        self.is_leaving.store(true, SeqCst);
        self.keeper.wake();
        self.pulse.wake();
        accept::wake(self.address);
        self.poll.ring();
        self.end_sessions();
        // A thread may begin another one while it ends.
        loop {
            let threads = std::mem::take(&mut *self.threads.lock());
            if threads.is_empty() {
                break;
            }
            for thread in threads {
                // A thread that has panicked has said so.
                let _ = thread.join();
            }
        }
        // One that was about to begin.
        self.end_sessions();
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Node {
    /// Sends the last words on all connections, and waits until the others have hung up. No scheduler does that any more.
    fn end_sessions(&self) {
        let mut visitor = Visitor::new(Arc::clone(&self.runtime));
        let deadline = Instant::now() + LAST_WORDS;
        self.sessions().iter().for_each(|session| session.finish());
        while !self.sessions.read().is_empty() && Instant::now() < deadline {
            self.flush(&mut visitor);
            self.rest(Some(deadline.min(Instant::now() + LOOK_AROUND)));
            self.take_in(&mut visitor);
        }
        let Some(node) = self.own.upgrade() else {
            return;
        };
        for session in self.sessions() {
            session.close("this side has left");
            // It waits for whoever is at it, and finds that it is over.
            incoming::take_in(&node, &session, &mut visitor, Until::Nothing);
        }
    }
}

/// A creation: 64 random bits, but not 0.
fn random() -> Result<u64, NotStarted> {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| NotStarted::NoRandom)?;
    Ok(u64::from_le_bytes(bytes).max(1))
}

fn listen(options: &Options) -> Result<(TcpListener, SocketAddr), NotStarted> {
    let place = match &options.listen {
        Some(place) => place.clone(),
        None => format!("{}:{}", options.name.host(), options.name.port()),
    };
    let bound = || {
        let addresses: Vec<SocketAddr> = place.to_socket_addrs()?.collect();
        let listener = TcpListener::bind(&addresses[..])?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound().map_err(|error| NotStarted::Listen(place.clone(), error))
}
