//! A node: what it is called, whom it is connected with, and its threads.

use crate::cookie::Cookie;
use crate::discovery::{self, Source};
use crate::facts::{Facts, SpawnPolicy};
use crate::global::Names;
use crate::group::Groups;
use crate::hello::Hello;
use crate::name::NodeName;
use crate::nursery::Nursery;
use crate::peers::{Life, Peers};
use crate::poll::Poll;
use crate::session::{Session, Unsent};
use crate::table::Table;
use crate::tls::{NoTls, Tls, TlsFiles};
use crate::watchers::Watchers;
use crate::{accept, keeper, pulse};
use parking_lot::{Mutex, RwLock};
use ring::rand::{SecureRandom, SystemRandom};
use rustc_hash::FxHashMap;
use snow_vm::actor::entry::Signal;
use snow_vm::actor::log::Level;
use snow_vm::actor::{Pid, ops};
use snow_vm::ctx::Ctx;
use snow_vm::native::Fault;
use snow_vm::remote::Remote;
use snow_vm::sched::Runtime;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

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
    /// What arrives cannot be waited for.
    #[error("the system gives no epoll: {0}")]
    NoPoll(std::io::Error),
    /// There are no threads.
    #[error("the system gives no thread: {0}")]
    NoThread(std::io::Error),
}

/// What is said of a connection.
#[derive(serde::Serialize)]
struct Event<'a> {
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
    pub(crate) nursery: Nursery,
    pub(crate) unsent: Arc<Unsent>,
    pub(crate) raw: Mutex<Vec<Vec<u8>>>,
    pub(crate) sessions: RwLock<FxHashMap<u32, Arc<Session>>>,
    pub(crate) address: SocketAddr,
    /// Where others dial, as long as it accepts them.
    pub(crate) listener: Mutex<Option<TcpListener>>,
    next_session: AtomicU64,
    pub(crate) is_leaving: AtomicBool,
    pub(crate) threads: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) own: Weak<Node>,
}

/// Bytes of the stacks of the node's threads.
const STACK: usize = 512 << 10;

impl Node {
    /// Makes the program a node.
    pub fn start(runtime: Arc<Runtime>, options: Options) -> Result<Arc<Node>, NotStarted> {
        let (listener, own_listener, address) = listen(&options)?;
        let name = match options.name.port() {
            0 => options.name.with_port(address.port()),
            _ => options.name.clone(),
        };
        let (name, creation) = (Arc::new(name), random()?);
        let tls = Tls::new(options.tls.as_ref(), &name)?;
        let poll = Poll::new().map_err(NotStarted::NoPoll)?;
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
            nursery: Nursery::default(),
            unsent: Arc::default(),
            raw: Mutex::default(),
            sessions: RwLock::default(),
            address,
            listener: Mutex::new(Some(own_listener)),
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
        let colon = if why.is_empty() { "" } else { ": " };
        let text = || format!("node: {event}: {peer}{colon}{why}\n");
        let event = || Event {
            event,
            node: self.name.as_str(),
            peer,
            why,
        };
        self.runtime.tell(Level::Info, text, event);
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

    /// The running actor wants to know of a node, or of all; at once when the node is not connected.
    pub fn watch_for(&self, ctx: &mut Ctx, name: Option<Arc<str>>) -> Result<(), Fault> {
        self.watchers.lock().add(ctx.me()?, name.clone());
        match name {
            Some(name) if *name != *self.name.as_str() && self.session_with(&name).is_none() => {
                ops::signal_self(ctx, Signal::NodeDown(name))
            }
            _ => Ok(()),
        }
    }

    /// It does not any more.
    pub fn unwatch(&self, pid: Pid, name: Option<&str>) {
        self.watchers.lock().remove(pid, name);
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

/// The socket where others dial, for who accepts them and for who ends that, and its address.
fn listen(options: &Options) -> Result<(TcpListener, TcpListener, SocketAddr), NotStarted> {
    let place = match &options.listen {
        Some(place) => place.clone(),
        None => format!("{}:{}", options.name.host(), options.name.port()),
    };
    let bound = || {
        let addresses: Vec<SocketAddr> = place.to_socket_addrs()?.collect();
        let listener = TcpListener::bind(&addresses[..])?;
        let address = listener.local_addr()?;
        Ok((listener.try_clone()?, listener, address))
    };
    bound().map_err(|error| NotStarted::Listen(place.clone(), error))
}
