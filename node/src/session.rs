//! A connection that stands. Whoever has something to send puts it into its [`Outbox`]; [`Session::flush`] encrypts and writes it as far as the system takes it, [`Session::receive`] reads. None of them waits.

use crate::handshake::Connected;
use crate::hello::Hello;
use crate::incoming::Incoming;
use crate::outbox::{Leaving, Outbox};
use crate::wire::frame::Frame;
use parking_lot::{Condvar, Mutex, MutexGuard};
use rustix::event::epoll::EventFlags;
use rustls::Connection;
use snow_vm::actor::Pid;
use std::io::{self, BufRead, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Bytes that are written before others have their turn.
const MOST_WRITTEN: usize = 1 << 20;
/// Bytes that are encrypted at once, at most.
const MOST_FRAME: usize = 256 << 10;
/// How long the last words may take to leave when a connection is ended.
pub const LAST_WORDS: Duration = Duration::from_secs(5);

/// A connection with another node.
pub struct Session {
    /// The other side.
    pub peer: Hello,
    /// Its number in pids.
    pub node: u32,
    /// A number that no other connection of this node has.
    pub id: u64,
    /// Seconds of silence after which it is lost.
    pub tick: Duration,
    socket: TcpStream,
    tls: Mutex<Connection>,
    outbox: Mutex<Outbox>,
    is_closed: AtomicBool,
    writing: Mutex<Writing>,
    /// What is known of what arrives. Whoever has the lock reads.
    pub(crate) incoming: Mutex<Incoming>,
    turn: AtomicU8,
    events: AtomicU32,
    began: Instant,
    /// Milliseconds from the beginning until something was heard last.
    heard: AtomicU64,
    /// Bytes that were sent when the pulse was last felt.
    pulse: AtomicU64,
    /// The largest token of a PONG.
    answered: Mutex<u64>,
    has_answered: Condvar,
    unsent: Arc<Unsent>,
    own: Weak<Session>,
}

/// How writing goes. What is encrypted and was not taken by the system is in the buffers of TLS.
#[derive(Default)]
struct Writing {
    /// Whether the system takes no bytes now.
    is_full: bool,
    has_said_goodbye: bool,
}

/// The connections of a node on which something is to be written.
#[derive(Default)]
pub struct Unsent {
    sessions: Mutex<Vec<Arc<Session>>>,
    any: AtomicBool,
    /// Actors that were held, and may go on.
    released: Mutex<Vec<Pid>>,
    any_released: AtomicBool,
}

impl Unsent {
    /// Whether there are any.
    pub fn any(&self) -> bool {
        self.any.load(Acquire)
    }

    /// Takes all.
    pub fn take(&self) -> Vec<Arc<Session>> {
        if !self.any() {
            return Vec::new();
        }
        let mut sessions = self.sessions.lock();
        self.any.store(false, Release);
        std::mem::take(&mut *sessions)
    }

    fn add(&self, session: Arc<Session>) {
        let mut sessions = self.sessions.lock();
        sessions.push(session);
        self.any.store(true, Release);
    }

    fn release(&self, actors: impl IntoIterator<Item = Pid>) {
        let mut released = self.released.lock();
        released.extend(actors);
        self.any_released.store(true, Release);
    }

    /// Whether there are actors that may go on.
    pub fn has_released(&self) -> bool {
        self.any_released.load(Acquire)
    }

    /// Takes the actors that may go on.
    pub fn released(&self) -> Vec<Pid> {
        if !self.has_released() {
            return Vec::new();
        }
        let mut released = self.released.lock();
        self.any_released.store(false, Release);
        std::mem::take(&mut *released)
    }
}

/// Who sees to a connection.
mod turn {
    /// Nobody has to.
    pub const IDLE: u8 = 0;
    /// It is on the list.
    pub const READY: u8 = 1;
    /// Somebody does.
    pub const BUSY: u8 = 2;
    /// Somebody does, and has to look again.
    pub const AGAIN: u8 = 3;
}

/// What has arrived on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// So many bytes, which are decrypted; the system may have more.
    Bytes(usize),
    /// Nothing more for now.
    Nothing,
    /// The connection is over.
    End(String),
}

impl Session {
    /// A session over a connection.
    pub fn new(
        connected: Connected,
        (node, id): (u32, u64),
        tick: u64,
        unsent: &Arc<Unsent>,
    ) -> io::Result<Arc<Session>> {
        let Connected {
            socket,
            mut tls,
            arrived,
            peer,
        } = connected;
        socket.set_nonblocking(true)?;
        tls.set_buffer_limit(Some(2 * MOST_FRAME));
        bound_unsent(&socket)?;
        let incoming = Mutex::new(Incoming::new(node, &arrived));
        Ok(Arc::new_cyclic(|own| Session {
            peer,
            node,
            id,
            tick: Duration::from_secs(tick),
            socket,
            tls: Mutex::new(tls),
            outbox: Mutex::default(),
            is_closed: AtomicBool::new(false),
            writing: Mutex::default(),
            incoming,
            turn: AtomicU8::new(turn::IDLE),
            events: AtomicU32::new(0),
            began: Instant::now(),
            heard: AtomicU64::new(0),
            pulse: AtomicU64::new(0),
            answered: Mutex::default(),
            has_answered: Condvar::new(),
            unsent: Arc::clone(unsent),
            own: Weak::clone(own),
        }))
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// What is to be sent, for looking.
    pub fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock()
    }

    /// Does something with what is to be sent. It is written at the next flush of the node.
    pub fn send<R>(&self, f: impl FnOnce(&mut Outbox) -> R) -> R {
        let mut outbox = self.outbox.lock();
        let result = f(&mut outbox);
        let is_news = outbox.has_something() && !std::mem::replace(&mut outbox.is_marked, true);
        let is_over = outbox.closed.is_some() && !self.is_closed();
        drop(outbox);
        if is_over {
            self.shut();
        } else if is_news {
            self.mark();
        }
        result
    }

    fn mark(&self) {
        if let Some(session) = self.own.upgrade() {
            self.unsent.add(session);
        }
    }

    /// Whether nothing is sent and taken in any more.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Acquire)
    }

    /// Ends the connection at once.
    pub fn close(&self, reason: &str) {
        self.outbox.lock().close(reason);
        self.shut();
    }

    fn shut(&self) {
        self.is_closed.store(true, Release);
        self.has_answered.notify_all();
        // It may be closed already. Whoever reads hears of it.
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Ends the connection when what waits was sent.
    pub fn finish(&self) {
        self.send(|outbox| outbox.is_ending = true);
    }

    /// Why the connection is over.
    pub fn reason(&self) -> String {
        let closed = self.outbox.lock().closed.clone();
        closed.unwrap_or_else(|| "closed".to_owned())
    }

    /// A PONG has arrived.
    pub fn pong(&self, token: u64) {
        let mut answered = self.answered.lock();
        *answered = token.max(*answered);
        self.has_answered.notify_all();
    }

    /// Whether the other side answers a PING within a time. What it answers must be taken in meanwhile, by another thread.
    pub fn answers(&self, within: Duration) -> bool {
        let token = self.now().max(1);
        let deadline = Instant::now() + within;
        self.send(|outbox| outbox.push_urgent(&Frame::Ping { token }));
        self.flush();
        let mut answered = self.answered.lock();
        while *answered < token && !self.is_closed() {
            if self
                .has_answered
                .wait_until(&mut answered, deadline)
                .timed_out()
            {
                break;
            }
        }
        *answered >= token && !self.is_closed()
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// How long nothing was heard.
    pub fn silence(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.heard.load(Relaxed)))
    }

    /// The silence begins now.
    pub fn forgive(&self) {
        self.heard.store(self.now(), Relaxed);
    }

    /// Whether anything was sent since this was asked last.
    pub fn has_pulse(&self) -> bool {
        let sent = self.outbox.lock().counts.bytes_out;
        self.pulse.swap(sent, Relaxed) != sent
    }

    /// Something has happened; whether somebody has to be found who sees to it.
    pub(crate) fn happened(&self, flags: EventFlags) -> bool {
        self.events.fetch_or(flags.bits(), AcqRel);
        let next = |now| match now {
            turn::IDLE => Some(turn::READY),
            turn::BUSY => Some(turn::AGAIN),
            _ => None,
        };
        self.turn.fetch_update(SeqCst, SeqCst, next) == Ok(turn::IDLE)
    }

    /// Somebody sees to the connection: gives what has happened.
    pub(crate) fn attend(&self) -> EventFlags {
        self.turn.store(turn::BUSY, SeqCst);
        EventFlags::from_bits_retain(self.events.swap(0, AcqRel))
    }

    /// It was seen to, as far as that goes, but for `more`; whether somebody has to go on.
    pub(crate) fn leave_alone(&self, more: EventFlags) -> bool {
        if !more.is_empty() {
            self.events.fetch_or(more.bits(), AcqRel);
        } else {
            let done = self
                .turn
                .compare_exchange(turn::BUSY, turn::IDLE, SeqCst, SeqCst);
            if done.is_ok() {
                return false;
            }
        }
        self.turn.store(turn::READY, SeqCst);
        true
    }

    /// Reads what the system has, into a buffer and decrypted into what is known of what arrives.
    pub(crate) fn receive(&self, raw: &mut [u8], incoming: &mut Incoming) -> Arrival {
        match (&self.socket).read(raw) {
            Ok(0) => Arrival::End("the other side has hung up".to_owned()),
            Ok(count) => {
                self.heard.store(self.now(), Relaxed);
                self.decrypt(&raw[..count], incoming)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Arrival::Nothing,
            Err(error) if error.kind() == ErrorKind::Interrupted => Arrival::Bytes(raw.len()),
            Err(error) => Arrival::End(error.to_string()),
        }
    }

    fn decrypt(&self, raw: &[u8], incoming: &mut Incoming) -> Arrival {
        let mut tls = self.tls.lock();
        let mut rest = raw;
        while !rest.is_empty() {
            let before = rest.len();
            while !rest.is_empty() && matches!(tls.read_tls(&mut rest), Ok(1..)) {}
            let step = tls
                .process_new_packets()
                .map_err(|error| error.to_string())
                .and_then(|_| take_plain(&mut tls, incoming).map_err(|error| error.to_string()));
            match step {
                Ok(false) if rest.len() < before => {}
                Ok(false) => return Arrival::End("what arrives is no TLS".to_owned()),
                Ok(true) => return Arrival::End("the other side has left".to_owned()),
                Err(error) => return Arrival::End(error),
            }
        }
        let has_answer = tls.wants_write();
        drop(tls);
        if has_answer && !std::mem::replace(&mut self.outbox.lock().is_marked, true) {
            self.mark();
        }
        Arrival::Bytes(raw.len())
    }

    /// Writes what is to be sent, as far as the system takes it now. When that is not all, the connection is among the [`Unsent`] again, or something happens when the system takes more.
    pub fn flush(&self) {
        let writing = self.writing.lock();
        // When the system takes bytes again, whoever hears of it writes all that is there.
        if !writing.is_full {
            self.write_all(writing);
        }
    }

    /// As [`Session::flush`], when the system takes bytes again.
    pub(crate) fn flush_again(&self) {
        let mut writing = self.writing.lock();
        writing.is_full = false;
        self.write_all(writing);
    }

    fn write_all(&self, mut writing: MutexGuard<'_, Writing>) {
        if let Err(reason) = self.write(&mut writing) {
            self.close(&reason);
        }
        drop(writing);
        let released = self.outbox.lock().released();
        if !released.is_empty() {
            self.unsent.release(released);
        }
    }

    fn write(&self, writing: &mut Writing) -> Result<(), String> {
        let mut written = 0;
        loop {
            let mut tls = self.tls.lock();
            written += self.write_socket(&mut tls, writing)?;
            if writing.is_full {
                return Ok(());
            }
            let mut outbox = self.outbox.lock();
            if written >= MOST_WRITTEN && outbox.has_something() {
                outbox.is_marked = true;
                drop(outbox);
                self.mark();
                return Ok(());
            }
            outbox.is_marked = false;
            let next = outbox.take();
            let is_ending = outbox.is_ending;
            drop(outbox);
            match next {
                // TLS takes all: it has room for two blocks, and none is there.
                Some(plain) => write_plain(&mut tls, &plain).map_err(|e| e.to_string())?,
                None if is_ending && !writing.has_said_goodbye => {
                    writing.has_said_goodbye = true;
                    tls.send_close_notify();
                }
                None if is_ending => {
                    self.hang_up();
                    return Ok(());
                }
                None if tls.wants_write() => {}
                None => return Ok(()),
            }
        }
    }

    /// Writes what TLS has encrypted, straight from its buffers; gives how many bytes.
    fn write_socket(&self, tls: &mut Connection, writing: &mut Writing) -> Result<usize, String> {
        let mut written = 0;
        while tls.wants_write() {
            match tls.write_tls(&mut &self.socket) {
                Ok(0) => return Err("the other side has hung up".to_owned()),
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    writing.is_full = true;
                    break;
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(written)
    }

    /// Nothing more is written.
    fn hang_up(&self) {
        self.outbox.lock().close("this side has left");
        // It may be closed already. The other side hangs up when it has read all; so what was sent is not lost.
        let _ = self.socket.shutdown(Shutdown::Write);
    }
}

/// Bytes that the system takes before it has sent them: what is there cannot be overtaken.
const MOST_UNSENT: libc::c_int = 256 << 10;

fn bound_unsent(socket: &TcpStream) -> io::Result<()> {
    let (level, name) = (libc::IPPROTO_TCP, libc::TCP_NOTSENT_LOWAT);
    let most = MOST_UNSENT;
    let size = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the descriptor is open, and the option's value is a number of this size.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            (&raw const most).cast(),
            size,
        )
    };
    match done {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Hands all to TLS. What stands before a piece gets no record of its own.
fn write_plain(tls: &mut Connection, plain: &Leaving) -> io::Result<()> {
    let (header, bytes) = (&plain.header[..], &plain.bytes[..]);
    let mut writer = tls.writer();
    let written = writer.write_vectored(&[IoSlice::new(header), IoSlice::new(bytes)])?;
    match written.checked_sub(header.len()) {
        Some(written) => writer.write_all(&bytes[written..]),
        None => {
            writer.write_all(&header[written..])?;
            writer.write_all(bytes)
        }
    }
}

/// Moves all that was decrypted; says whether the other side has said that nothing more will come.
fn take_plain(tls: &mut Connection, incoming: &mut Incoming) -> io::Result<bool> {
    loop {
        let mut reader = tls.reader();
        match reader.fill_buf() {
            Ok([]) => return Ok(true),
            Ok(chunk) => {
                incoming.push(chunk);
                let count = chunk.len();
                reader.consume(count);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}
