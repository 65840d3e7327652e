//! A connection that stands: a thread that reads from it, and one that writes to it and watches over it.
//!
//! A socket is written by one thread only, and read by one. Both use the state of TLS, each for the time that it takes to encrypt or decrypt a block.

use crate::handshake::{Connected, read_plain};
use crate::hello::Hello;
use crate::outbox::Outbox;
use crate::wire::frame::Frame;
use parking_lot::{Condvar, Mutex, MutexGuard};
use rustls::Connection;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

/// Bytes that are read from the socket at once.
const RAW: usize = 32 << 10;
/// How long a write may stand still before the writer looks around.
const LOOK_AROUND: Duration = Duration::from_millis(500);
/// How long what waits may take to leave when a connection is ended.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A connection with another node.
pub struct Session {
    /// The other side.
    pub peer: Hello,
    /// Its number in pids.
    pub node: u32,
    /// A number that no other connection of this node has.
    pub id: u64,
    socket: TcpStream,
    tls: Mutex<Connection>,
    outbox: Mutex<Outbox>,
    changed: Condvar,
    began: Instant,
    /// Milliseconds from the beginning until something was heard last.
    heard: AtomicU64,
    /// The largest token of a PONG.
    answered: AtomicU64,
    tick: Duration,
}

/// What has arrived on a connection.
pub enum Arrival {
    /// Decrypted bytes were appended.
    Bytes,
    /// The connection is over.
    End(String),
}

impl Session {
    /// A session over a connection; gives what has arrived on it already, too.
    pub fn new(connected: Connected, node: u32, id: u64, tick: u64) -> (Session, Vec<u8>) {
        let Connected {
            socket,
            tls,
            arrived,
            peer,
        } = connected;
        let session = Session {
            peer,
            node,
            id,
            socket,
            tls: Mutex::new(tls),
            outbox: Mutex::default(),
            changed: Condvar::new(),
            began: Instant::now(),
            heard: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            tick: Duration::from_secs(tick),
        };
        (session, arrived)
    }

    /// What is to be sent. The writer is told when the guard of [`Session::send`] is given up; this is for looking.
    pub fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock()
    }

    /// Does something with what is to be sent, and lets the writer know.
    pub fn send<R>(&self, f: impl FnOnce(&mut Outbox) -> R) -> R {
        let result = f(&mut self.outbox.lock());
        self.changed.notify_all();
        result
    }

    /// Ends the connection at once.
    pub fn close(&self, reason: &str) {
        self.send(|outbox| outbox.close(reason));
        // It may be closed already.
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
        self.answered.fetch_max(token, SeqCst);
        self.changed.notify_all();
    }

    /// Whether the other side answers a PING within a time.
    pub fn answers(&self, within: Duration) -> bool {
        let token = self.now().max(1);
        let deadline = Instant::now() + within;
        self.send(|outbox| outbox.push_urgent(&Frame::Ping { token }));
        let mut outbox = self.outbox.lock();
        while self.answered.load(SeqCst) < token && outbox.closed.is_none() {
            if self.changed.wait_until(&mut outbox, deadline).timed_out() {
                break;
            }
        }
        self.answered.load(SeqCst) >= token && outbox.closed.is_none()
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    fn silence(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.heard.load(Relaxed)))
    }

    /// Waits for bytes and appends what they say.
    pub fn read(&self, plain: &mut Vec<u8>) -> Arrival {
        let mut raw = [0; RAW];
        match (&self.socket).read(&mut raw) {
            Ok(0) => Arrival::End("the other side has hung up".to_owned()),
            Ok(count) => {
                self.heard.store(self.now(), Relaxed);
                self.decrypt(&raw[..count], plain)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Arrival::Bytes,
            Err(error) => Arrival::End(error.to_string()),
        }
    }

    fn decrypt(&self, mut raw: &[u8], plain: &mut Vec<u8>) -> Arrival {
        let mut tls = self.tls.lock();
        while !raw.is_empty() {
            let step = tls
                .read_tls(&mut raw)
                .map_err(|error| error.to_string())
                .and_then(|_| tls.process_new_packets().map_err(|error| error.to_string()))
                .and_then(|_| read_plain(&mut tls, plain).map_err(|error| error.to_string()));
            match step {
                Ok(false) => {}
                Ok(true) => return Arrival::End("the other side has left".to_owned()),
                Err(error) => return Arrival::End(error),
            }
        }
        if tls.wants_write() {
            drop(tls);
            self.changed.notify_all();
        }
        Arrival::Bytes
    }

    /// Writes what is to be sent until the connection is over.
    pub fn write_all(&self) {
        match self.write_loop() {
            // The other side hangs up when it has read all; so what was sent is not lost.
            Ok(()) => self.send(|outbox| outbox.close("this side has left")),
            Err(reason) => self.close(&reason),
        }
    }

    fn write_loop(&self) -> Result<(), String> {
        let set = self.socket.set_write_timeout(Some(LOOK_AROUND));
        set.map_err(|error| error.to_string())?;
        loop {
            let next = self.next_block()?;
            let Some(block) = next else {
                return self.say_goodbye();
            };
            self.write_block(&block)?;
        }
    }

    /// The next block, waiting for it; none when the last was written.
    fn next_block(&self) -> Result<Option<Vec<u8>>, String> {
        let quarter = self.tick / 4;
        let mut due = Instant::now() + quarter.mul_f64(0.75);
        let mut outbox = self.outbox.lock();
        loop {
            if let Some(reason) = &outbox.closed {
                return Err(reason.clone());
            }
            if let Some(block) = outbox.take() {
                return Ok(Some(block));
            }
            if outbox.is_ending {
                return Ok(None);
            }
            if self.tls.lock().wants_write() {
                return Ok(Some(Vec::new()));
            }
            if self.changed.wait_until(&mut outbox, due).timed_out() {
                self.check_silence()?;
                outbox.push_urgent(&Frame::Ping { token: 0 });
                due = Instant::now() + quarter;
            }
        }
    }

    fn check_silence(&self) -> Result<(), String> {
        let silence = self.silence();
        match silence < self.tick {
            true => Ok(()),
            false => Err(format!(
                "nothing was heard for {:.1} s",
                silence.as_secs_f64()
            )),
        }
    }

    fn write_block(&self, block: &[u8]) -> Result<(), String> {
        let mut bytes = Vec::with_capacity(block.len() + 512);
        {
            let mut tls = self.tls.lock();
            let mut rest = block;
            while !rest.is_empty() || tls.wants_write() {
                let taken = tls.writer().write(rest).map_err(|e| e.to_string())?;
                rest = &rest[taken..];
                while tls.wants_write() {
                    tls.write_tls(&mut bytes).map_err(|e| e.to_string())?;
                }
            }
        }
        self.write_socket(&bytes, None)
    }

    /// Writes bytes, and looks after the connection while the other side does not take them.
    fn write_socket(&self, bytes: &[u8], deadline: Option<Instant>) -> Result<(), String> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match (&self.socket).write(rest) {
                Ok(0) => return Err("the other side has hung up".to_owned()),
                Ok(count) => rest = &rest[count..],
                Err(error) if is_pause(&error) => {
                    self.check_silence()?;
                    if let Some(reason) = &self.outbox.lock().closed {
                        return Err(reason.clone());
                    }
                    if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                        return Err("the other side does not take the last words".to_owned());
                    }
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }

    /// Tells the other side that nothing more will come.
    fn say_goodbye(&self) -> Result<(), String> {
        let mut bytes = Vec::new();
        {
            let mut tls = self.tls.lock();
            tls.send_close_notify();
            while tls.wants_write() {
                tls.write_tls(&mut bytes).map_err(|e| e.to_string())?;
            }
        }
        self.write_socket(&bytes, Some(Instant::now() + LAST_WORDS))?;
        // It may be closed already.
        let _ = self.socket.shutdown(Shutdown::Write);
        Ok(())
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}
