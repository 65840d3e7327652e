//! The handshake over a socket: TLS, then what [`crate::hello`] says, in a bounded time and with bounded memory.

use crate::cookie::Cookie;
use crate::hello::{
    BadHello, EXPORTER_LABEL, Hello, MAX_MESSAGE, Reply, Role, Transcript, Verdict,
};
use crate::tls::Tls;
use crate::wire::Malformed;
use rustls::Connection;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a handshake may take.
pub const TIME: Duration = Duration::from_secs(5);
/// Bytes that the other side may send meanwhile.
const MOST_BYTES: usize = 64 << 10;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The socket.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// TLS.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
    /// The other side says what cannot be.
    #[error(transparent)]
    Hello(#[from] BadHello),
    /// The other side speaks another language.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It sends more than a handshake has.
    #[error("the other side sends too much")]
    TooMuch,
    /// It is slow.
    #[error("the other side took too long")]
    TooSlow,
    /// It has hung up.
    #[error("the other side has hung up")]
    Closed,
    /// It does not know the cookie.
    #[error("the cookies differ")]
    Cookie,
    /// Its certificate does not hold the name that it says it has.
    #[error("the other side's certificate is another node's")]
    Certificate,
    /// It refuses.
    #[error("the other side refuses: {0}")]
    Refused(String),
    /// This side refuses.
    #[error("refused: {0}")]
    Refuses(String),
    /// Another connection of the two counts.
    #[error("another connection to the node is under way")]
    Other,
    /// It is this very node.
    #[error("this is the node itself")]
    Itself,
}

type Step<T> = Result<T, Failure>;

/// A socket with TLS, before the other side is known.
struct Channel {
    socket: TcpStream,
    tls: Connection,
    deadline: Instant,
    received: usize,
    /// Decrypted bytes that were not used.
    plain: Vec<u8>,
}

/// Two nodes that have proved to each other that they know the cookie.
pub struct Met {
    channel: Channel,
    role: Role,
    /// The other side.
    pub peer: Hello,
}

/// A connection that stands.
pub struct Connected {
    /// Its socket.
    pub socket: TcpStream,
    /// Its TLS.
    pub tls: Connection,
    /// What has arrived already.
    pub arrived: Vec<u8>,
    /// The other side.
    pub peer: Hello,
}

/// Meets the other side of a socket.
pub fn meet(socket: TcpStream, role: Role, tls: &Tls, own: &Hello, cookie: &Cookie) -> Step<Met> {
    let deadline = Instant::now() + TIME;
    socket.set_nodelay(true)?;
    let connection = match role {
        Role::Client => Connection::Client(tls.dial()?),
        Role::Server => Connection::Server(tls.accept()?),
    };
    let mut channel = Channel {
        socket,
        tls: connection,
        deadline,
        received: 0,
        plain: Vec::new(),
    };
    channel.shake_hands()?;
    let peer = channel.introduce(role, tls, own, cookie)?;
    Ok(Met {
        channel,
        role,
        peer,
    })
}

impl Met {
    /// Says what this side thinks of the connection, and hears what the other does.
    pub fn conclude(mut self, verdict: Verdict) -> Step<Connected> {
        let channel = &mut self.channel;
        let theirs = match self.role {
            Role::Client => {
                channel.reply(Reply::Verdict(verdict.clone()))?;
                refused_by(&verdict)?;
                channel.verdict()?
            }
            Role::Server => {
                let theirs = channel.verdict()?;
                channel.reply(Reply::Verdict(verdict.clone()))?;
                refused_by(&verdict)?;
                theirs
            }
        };
        match theirs {
            Verdict::Yes => {}
            Verdict::Other => return Err(Failure::Other),
            Verdict::No(reason) => return Err(Failure::Refused(reason)),
        }
        let Channel {
            socket, tls, plain, ..
        } = self.channel;
        Ok(Connected {
            socket,
            tls,
            arrived: plain,
            peer: self.peer,
        })
    }
}

fn refused_by(verdict: &Verdict) -> Step<()> {
    match verdict {
        Verdict::Yes => Ok(()),
        Verdict::Other => Err(Failure::Other),
        Verdict::No(reason) => Err(Failure::Refuses(reason.clone())),
    }
}

impl Channel {
    fn shake_hands(&mut self) -> Step<()> {
        while self.tls.is_handshaking() {
            self.flush()?;
            if self.tls.is_handshaking() {
                self.fill()?;
            }
        }
        self.flush()
    }

    fn introduce(&mut self, role: Role, tls: &Tls, own: &Hello, cookie: &Cookie) -> Step<Hello> {
        let ours = own.encode();
        let theirs = match role {
            Role::Client => {
                self.send(&ours)?;
                self.receive()?
            }
            Role::Server => {
                let theirs = self.receive()?;
                self.send(&ours)?;
                theirs
            }
        };
        let peer = hello_of(&theirs)?;
        if !tls.admits(&self.tls, &peer.name) {
            let why = Verdict::No("the certificate is another node's".to_owned());
            self.reply(Reply::Verdict(why))?;
            return Err(Failure::Certificate);
        }
        if peer.name == own.name && peer.creation == own.creation {
            return Err(Failure::Itself);
        }
        let (client, server) = match role {
            Role::Client => (&ours, &theirs),
            Role::Server => (&theirs, &ours),
        };
        let exported = self
            .tls
            .export_keying_material([0; 32], EXPORTER_LABEL, None)?;
        let transcript = Transcript::new(cookie, client, server, &exported);
        match role {
            Role::Client => {
                self.reply(Reply::Proof(transcript.proof(Role::Client)))?;
                self.check(&transcript, Role::Server)?;
            }
            Role::Server => {
                self.check(&transcript, Role::Client)?;
                self.reply(Reply::Proof(transcript.proof(Role::Server)))?;
            }
        }
        Ok(peer)
    }

    /// Takes the other side's proof.
    fn check(&mut self, transcript: &Transcript, role: Role) -> Step<()> {
        match Reply::decode(&self.receive()?)? {
            Reply::Proof(proof) if transcript.is_proof(role, &proof) => Ok(()),
            Reply::Proof(_) => {
                let why = Verdict::No("the cookies differ".to_owned());
                self.reply(Reply::Verdict(why))?;
                Err(Failure::Cookie)
            }
            Reply::Verdict(Verdict::No(reason)) => Err(Failure::Refused(reason)),
            Reply::Verdict(_) => Err(Malformed("a verdict before the proof").into()),
        }
    }

    fn verdict(&mut self) -> Step<Verdict> {
        match Reply::decode(&self.receive()?)? {
            Reply::Verdict(verdict) => Ok(verdict),
            Reply::Proof(_) => Err(Malformed("a proof in the place of a verdict").into()),
        }
    }

    fn reply(&mut self, reply: Reply) -> Step<()> {
        self.send(&reply.encode())
    }

    /// Sends a message.
    fn send(&mut self, message: &[u8]) -> Step<()> {
        let mut framed = (message.len() as u32).to_be_bytes().to_vec();
        framed.extend_from_slice(message);
        self.tls.writer().write_all(&framed)?;
        self.flush()
    }

    /// Waits for a message.
    fn receive(&mut self) -> Step<Vec<u8>> {
        loop {
            if let Some((length, rest)) = self.plain.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*length) as usize;
                if length > MAX_MESSAGE {
                    return Err(Failure::TooMuch);
                }
                if rest.len() >= length {
                    let message = rest[..length].to_vec();
                    self.plain.drain(..4 + length);
                    return Ok(message);
                }
            }
            self.fill()?;
        }
    }

    /// Waits for bytes, and decrypts them.
    fn fill(&mut self) -> Step<()> {
        let mut raw = [0; 4096];
        self.socket.set_read_timeout(Some(self.time_left()?))?;
        let count = self.socket.read(&mut raw).map_err(in_time)?;
        if count == 0 {
            return Err(Failure::Closed);
        }
        self.received += count;
        if self.received > MOST_BYTES {
            return Err(Failure::TooMuch);
        }
        let mut rest = &raw[..count];
        while !rest.is_empty() {
            self.tls.read_tls(&mut rest)?;
            let processed = self.tls.process_new_packets();
            if let Err(error) = processed {
                // The other side may want to know.
                let _ = self.flush();
                return Err(error.into());
            }
            read_plain(&mut self.tls, &mut self.plain)?;
        }
        Ok(())
    }

    /// Sends what TLS has to send.
    fn flush(&mut self) -> Step<()> {
        while self.tls.wants_write() {
            let mut bytes = Vec::new();
            self.tls.write_tls(&mut bytes)?;
            self.socket.set_write_timeout(Some(self.time_left()?))?;
            self.socket.write_all(&bytes).map_err(in_time)?;
        }
        Ok(())
    }

    fn time_left(&self) -> Step<Duration> {
        match self.deadline.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(Failure::TooSlow),
        }
    }
}

fn hello_of(bytes: &[u8]) -> Step<Hello> {
    Hello::decode(bytes).map_err(|error| match Reply::decode(bytes) {
        Ok(Reply::Verdict(Verdict::No(reason))) => Failure::Refused(reason),
        _ => error.into(),
    })
}

/// Moves all that was decrypted to a buffer; says whether the other side has said that nothing more will come.
pub fn read_plain(tls: &mut Connection, plain: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 4096];
    loop {
        match tls.reader().read(&mut chunk) {
            Ok(0) => return Ok(true),
            Ok(count) => plain.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

fn in_time(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Failure::TooSlow,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Failure::Closed,
        _ => Failure::Io(error),
    }
}

/// Says that a connection is refused before anything was said, without waiting.
pub fn turn_away(socket: &TcpStream) {
    // There is nobody to tell when this fails.
    let _ = socket.shutdown(Shutdown::Both);
}
