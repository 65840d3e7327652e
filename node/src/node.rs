//! A node: what it is called, whom it is connected with, and how what is sent to others leaves it.

use crate::cookie::Cookie;
use crate::facts::{Facts, SpawnPolicy};
use crate::hello::Hello;
use crate::name::NodeName;
use crate::outbox::{OutNodes, Outbox};
use crate::peers::{Life, Peers};
use crate::session::Session;
use crate::table::Table;
use crate::tls::{NoTls, Tls};
use crate::value::{Encoder, Unsendable, split};
use crate::watchers::Watchers;
use crate::wire::frame::{ExitKind, Frame, Payload};
use crate::wire::pack::Writer;
use crate::{accept, keeper};
use parking_lot::{Mutex, RwLock};
use ring::rand::{SecureRandom, SystemRandom};
use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;
use snow_vm::actor::Pid;
use snow_vm::actor::entry::{Content, Signal};
use snow_vm::heap::Heap;
use snow_vm::remote::{Remote, Undelivered};
use snow_vm::sched::Runtime;
use std::any::Any;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

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
    pub peers: Peers,
    pub(crate) options: Options,
    pub(crate) tls: Tls,
    pub(crate) table: Table,
    pub(crate) watchers: Mutex<Watchers>,
    pub(crate) keeper: keeper::Keeper,
    sessions: RwLock<FxHashMap<u32, Arc<Session>>>,
    address: SocketAddr,
    next_session: AtomicU64,
    is_leaving: AtomicBool,
    threads: Mutex<Vec<JoinHandle<()>>>,
    own: Weak<Node>,
}

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
        let tls = Tls::new()?;
        let program = &runtime.program;
        let facts = Facts::new(Arc::clone(&program.module), Arc::clone(&program.types));
        let life = Life {
            name: Arc::clone(&name),
            creation,
        };
        let node = Arc::new_cyclic(|own| Node {
            runtime: Arc::clone(&runtime),
            name,
            creation,
            facts,
            peers: Peers::new(life),
            options,
            tls,
            table: Table::default(),
            watchers: Mutex::default(),
            keeper: keeper::Keeper::default(),
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
        let begun = node
            .thread("snow accept", move |node| accept::run(&node, listener))
            .and_then(|()| node.thread("snow keeper", |node| keeper::run(&node)));
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

    /// Whether the node is about to end.
    pub(crate) fn is_leaving(&self) -> bool {
        self.is_leaving.load(SeqCst)
    }

    /// Says something to whoever operates the node.
    pub(crate) fn log(&self, event: &str, detail: &str) {
        use snow_vm::actor::report::Reports;
        let quoted = |text: &str| format!("{text:?}");
        match self.runtime.reports {
            Reports::Off => {}
            Reports::Text => self.runtime.report(&format!("node: {event}: {detail}\n")),
            Reports::Json => self.runtime.report(&format!(
                "{{\"level\":\"info\",\"event\":{},\"detail\":{}}}\n",
                quoted(event),
                quoted(detail)
            )),
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
        node: &str,
        name: &str,
        ty: TypeId,
        word: u64,
    ) -> Result<(), Undelivered> {
        let session = self.session_with(node).ok_or(Undelivered::NoConnection)?;
        session.send(|outbox| {
            if outbox.closed.is_some() {
                return Err(Undelivered::NoConnection);
            }
            // SAFETY: by contract.
            let (ty, bytes) = unsafe { self.write(outbox, session.node, ty, word)? };
            let value = Payload { ty, bytes: &bytes };
            outbox.push(&Frame::RegSend { name, value });
            Ok(())
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

    /// Writes a value for a connection: the index of its type, and its bytes.
    ///
    /// # Safety
    /// The word is a live element of the type.
    pub(crate) unsafe fn write(
        &self,
        outbox: &mut Outbox,
        peer: u32,
        ty: TypeId,
        word: u64,
    ) -> Result<(u32, Vec<u8>), Undelivered> {
        let index = self.define(outbox, ty)?;
        let mut out = Writer::default();
        // SAFETY: by contract.
        unsafe { self.write_value(outbox, peer, &mut out, ty, word)? };
        Ok((index, out.bytes))
    }

    /// Writes a value for a connection, without its type.
    ///
    /// # Safety
    /// The word is a live element of the type.
    pub(crate) unsafe fn write_value(
        &self,
        outbox: &mut Outbox,
        peer: u32,
        out: &mut Writer,
        ty: TypeId,
        word: u64,
    ) -> Result<(), Undelivered> {
        let life = |number| self.peers.life(number);
        let mut nodes = OutNodes {
            outbox,
            peer,
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
    pub(crate) fn define(&self, outbox: &mut Outbox, ty: TypeId) -> Result<u32, Undelivered> {
        use crate::value::structure::MAX_STRUCTURE;
        let known = self.facts.describe(ty);
        if known.structure.len() > MAX_STRUCTURE {
            let why = "the type of the message is too large for other nodes";
            return Err(Undelivered::Unsendable(why.to_owned()));
        }
        let Some((index, is_new)) = outbox.type_index(ty) else {
            let why = "a connection knows at most 4096 types";
            return Err(Undelivered::Unsendable(why.to_owned()));
        };
        if is_new {
            outbox.push(&Frame::TypeDef {
                index,
                fingerprint: known.fingerprint,
                structure: &known.structure,
            });
        }
        Ok(index)
    }

    fn forward_content(
        &self,
        outbox: &mut Outbox,
        peer: u32,
        to: Pid,
        content: &Content,
    ) -> Result<(), Undelivered> {
        if outbox.closed.is_some() {
            return Err(Undelivered::NoConnection);
        }
        let to = to.serial();
        match content {
            Content::Message(ty, word) | Content::Due(ty, word) => {
                // SAFETY: the caller has the value.
                let (ty, bytes) = unsafe { self.write(outbox, peer, *ty, *word)? };
                let value = Payload { ty, bytes: &bytes };
                outbox.push(&Frame::Send { to, value });
            }
            Content::Answer(answer) => {
                // SAFETY: as above.
                let (ty, bytes) = unsafe { self.write(outbox, peer, answer.ty, answer.word)? };
                if answer.unwatched {
                    outbox.watched.remove(&answer.reference);
                }
                outbox.push(&Frame::Answer {
                    to,
                    call: split(answer.reference).1,
                    unwatched: answer.unwatched,
                    value: Payload { ty, bytes: &bytes },
                });
            }
            Content::Signal(signal) => return forward_signal(outbox, to, signal),
            Content::Parcel(..) | Content::Timeout(_) | Content::Taken => {}
        }
        Ok(())
    }
}

/// Passes a signal on, and notes what it means for the connection.
fn forward_signal(outbox: &mut Outbox, to: u64, signal: &Signal) -> Result<(), Undelivered> {
    let frame = match *signal {
        Signal::Link(from) => {
            outbox.links.insert((from, to));
            let from = from.serial();
            Frame::Link { from, to }
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
            Some(_) => Frame::Demonitor { to, reference },
            // It has fired already.
            None => return Ok(()),
        },
        Signal::Down(reference, pid, ref reason) => {
            if outbox.watched.remove(&reference).is_none() {
                return Ok(());
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
        Signal::Info(..) => return Err(Undelivered::NoProc),
        Signal::End(_) | Signal::Stopping | Signal::NodeUp(_) | Signal::NodeDown(_) => {
            return Ok(());
        }
    };
    outbox.push(&frame);
    Ok(())
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
    fn forward(&self, _heap: &mut Heap, to: Pid, content: &Content) -> Result<(), Undelivered> {
        let session = self.session_of(to)?;
        session.send(|outbox| self.forward_content(outbox, session.node, to, content))
    }

    fn leave(&self) {
        self.is_leaving.store(true, SeqCst);
        self.keeper.wake();
        accept::wake(self.address);
        self.sessions().iter().for_each(|session| session.finish());
        self.table.await_nobody(Duration::from_secs(5));
        for session in self.sessions() {
            session.close("this side has left");
        }
        // A thread may begin another one while it ends.
        loop {
            let threads = std::mem::take(&mut *self.threads.lock());
            if threads.is_empty() {
                return;
            }
            for thread in threads {
                // A thread that has panicked has said so.
                let _ = thread.join();
            }
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
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
