//! What nodes say to each other before they are connected: who they are, and that they know the cookie.
//!
//! ```text
//! client                          server
//!   HELLO ───────────────────────▶
//!         ◀─────────────────────── HELLO
//!   PROOF ("C") ─────────────────▶
//!         ◀─────────────────────── PROOF ("S"), or why not
//!   yes, or why not ─────────────▶
//!         ◀─────────────────────── yes, or why not
//! ```
//!
//! A proof is an HMAC under a key made of the cookie over the role, both HELLOs and a value that only this TLS connection has. So a proof is worth nothing
//! in another connection, in the other direction, or when anything in a HELLO was changed; and the cookie does not travel.

use crate::cookie::Cookie;
use crate::name::NodeName;
use crate::wire::pack::{Reader, Writer};
use crate::wire::{Malformed, Read};
use ring::digest::{SHA256, digest};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac::{self, HMAC_SHA256};

/// Version of the protocol.
pub const VERSION: u64 = 1;
/// Label of the key that is made of the cookie.
const KEY_LABEL: &[u8] = b"snow-dist-1";
/// Label of the value that only one TLS connection has.
pub const EXPORTER_LABEL: &[u8] = b"EXPORTER-snow-dist-1";
/// Bytes of a proof.
pub const PROOF_LEN: usize = 32;
/// Bytes that a message of the handshake may have.
pub const MAX_MESSAGE: usize = 4096;
/// Seconds that a tick may have.
pub const TICKS: std::ops::RangeInclusive<u64> = 1..=300;

/// Who a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Numbers that no other HELLO has.
    pub nonce: [u8; 16],
    /// The node's name.
    pub name: NodeName,
    /// Which of its lives it is.
    pub creation: u64,
    /// After how many seconds of silence it takes the connection for lost.
    pub tick: u64,
    /// Whether it only looks, and is no member.
    pub hidden: bool,
    /// Whether it wants to be connected with all members.
    pub mesh: bool,
}

/// Why a HELLO is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHello {
    /// It is none.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The other side speaks another version.
    #[error("the other side speaks version {0} of the protocol, this one version {VERSION}")]
    Version(u64),
    /// Something in it is forbidden.
    #[error("the other side says of itself what cannot be")]
    Content,
}

impl Hello {
    /// It in bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.array(7);
        out.number(VERSION);
        out.bytes(&self.nonce);
        out.text(self.name.as_str());
        out.number(self.creation);
        out.number(self.tick);
        out.bool(self.hidden);
        out.bool(self.mesh);
        out.bytes
    }

    /// It from bytes. What a later version says besides is not looked at: the version comes first.
    pub fn decode(bytes: &[u8]) -> Result<Hello, BadHello> {
        let mut read = Reader::new(bytes);
        let len = read.array()?;
        let version = read.number()?;
        if version != VERSION {
            return Err(BadHello::Version(version));
        }
        if len != 7 {
            return Err(BadHello::Content);
        }
        let hello = Hello {
            nonce: read.exactly()?,
            name: NodeName::parse(read.text()?).map_err(|_| BadHello::Content)?,
            creation: read.number()?,
            tick: read.number()?,
            hidden: read.bool()?,
            mesh: read.bool()?,
        };
        read.end()?;
        match TICKS.contains(&hello.tick) && hello.creation != 0 {
            true => Ok(hello),
            false => Err(BadHello::Content),
        }
    }
}

/// On which side of a connection a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It has dialled.
    Client,
    /// It was dialled.
    Server,
}

/// What proofs of one connection are about.
pub struct Transcript {
    key: hmac::Key,
    text: Vec<u8>,
}

impl Transcript {
    /// The HELLOs as they have travelled, and the value that only this connection has.
    pub fn new(cookie: &Cookie, client: &[u8], server: &[u8], exported: &[u8; 32]) -> Transcript {
        let mut text = Vec::with_capacity(3 * 32);
        text.extend_from_slice(digest(&SHA256, client).as_ref());
        text.extend_from_slice(digest(&SHA256, server).as_ref());
        text.extend_from_slice(exported);
        Transcript {
            key: key_of(cookie),
            text,
        }
    }

    fn about(&self, role: Role) -> Vec<u8> {
        let role = match role {
            Role::Client => b'C',
            Role::Server => b'S',
        };
        [&[role], self.text.as_slice()].concat()
    }

    /// The proof of a role.
    pub fn proof(&self, role: Role) -> [u8; PROOF_LEN] {
        let tag = hmac::sign(&self.key, &self.about(role));
        let mut proof = [0; PROOF_LEN];
        proof.copy_from_slice(tag.as_ref());
        proof
    }

    /// Whether it is the proof of a role; takes the same time for all that are not.
    pub fn is_proof(&self, role: Role, proof: &[u8]) -> bool {
        hmac::verify(&self.key, &self.about(role), proof).is_ok()
    }
}

fn key_of(cookie: &Cookie) -> hmac::Key {
    let secret = Salt::new(HKDF_SHA256, &[]).extract(cookie.bytes());
    let expanded = secret.expand(&[KEY_LABEL], HMAC_SHA256);
    hmac::Key::from(expanded.expect("HKDF gives keys of the length of its hash"))
}

/// Yes, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The connection stands.
    Yes,
    /// Another connection of the two nodes is under way, and that one counts.
    Other,
    /// It does not.
    No(String),
}

/// A proof, or why there is none; yes, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A proof.
    Proof([u8; PROOF_LEN]),
    /// A verdict.
    Verdict(Verdict),
}

/// Bytes of a reason.
const MAX_REASON: usize = 200;

impl Reply {
    /// It in bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match self {
            Reply::Proof(proof) => out.bytes(proof),
            Reply::Verdict(Verdict::Yes) => out.bool(true),
            Reply::Verdict(Verdict::Other) => out.bool(false),
            Reply::Verdict(Verdict::No(reason)) => {
                let reason: String = reason.chars().take(MAX_REASON).collect();
                out.text(&reason);
            }
        }
        out.bytes
    }

    /// It from bytes.
    pub fn decode(bytes: &[u8]) -> Read<Reply> {
        let read = Reader::new(bytes);
        let attempt = |take: &dyn Fn(&mut Reader<'_>) -> Read<Reply>| {
            let mut read = read;
            let reply = take(&mut read)?;
            read.end().map(|()| reply)
        };
        attempt(&|read| Ok(Reply::Proof(read.exactly()?)))
            .or_else(|_| {
                attempt(&|read| {
                    Ok(Reply::Verdict(match read.bool()? {
                        true => Verdict::Yes,
                        false => Verdict::Other,
                    }))
                })
            })
            .or_else(|_| attempt(&|read| Ok(Reply::Verdict(Verdict::No(plain(read.text()?))))))
    }
}

/// A reason that goes into a log: one line, not too long.
fn plain(text: &str) -> String {
    let text = text.chars().filter(|c| !c.is_control());
    text.take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello(name: &str) -> Hello {
        Hello {
            nonce: [7; 16],
            name: NodeName::parse(name).expect("a name"),
            creation: 5,
            tick: 10,
            hidden: false,
            mesh: true,
        }
    }

    fn cookie(text: &str) -> Cookie {
        Cookie::new(text.as_bytes()).expect("long enough")
    }

    #[test]
    fn hellos_come_back() {
        let hello = hello("a@h:1");
        assert_eq!(Hello::decode(&hello.encode()), Ok(hello));
    }

    #[test]
    fn other_versions_are_told_apart_whatever_follows() {
        let mut out = Writer::default();
        out.array(9);
        out.number(2);
        out.text("something new");
        assert_eq!(Hello::decode(&out.bytes), Err(BadHello::Version(2)));
    }

    #[test]
    fn impossible_contents_are_refused() {
        for change in [
            |hello: &mut Hello| hello.tick = 0,
            |hello: &mut Hello| hello.tick = 301,
            |hello: &mut Hello| hello.creation = 0,
        ] {
            let mut hello = hello("a@h:1");
            change(&mut hello);
            assert_eq!(Hello::decode(&hello.encode()), Err(BadHello::Content));
        }
    }

    #[test]
    fn proofs_count_for_one_role_one_connection_and_one_cookie() {
        let (client, server) = (hello("a@h:1").encode(), hello("b@h:2").encode());
        let made = |cookie: &Cookie, client: &[u8], exported: u8| {
            Transcript::new(cookie, client, &server, &[exported; 32])
        };
        let right = cookie("a cookie of the cluster");
        let one = made(&right, &client, 1);
        let proof = one.proof(Role::Client);
        assert!(one.is_proof(Role::Client, &proof));
        assert!(!one.is_proof(Role::Server, &proof), "reflected");
        assert!(
            !made(&right, &client, 2).is_proof(Role::Client, &proof),
            "replayed"
        );
        assert!(
            !made(&right, &server, 1).is_proof(Role::Client, &proof),
            "changed"
        );
        let other = made(&cookie("another cookie of this"), &client, 1);
        assert!(!other.is_proof(Role::Client, &proof), "another cookie");
        assert!(!one.is_proof(Role::Client, &proof[..31]), "cut");
        assert!(!one.is_proof(Role::Client, &[]), "nothing");
    }

    #[test]
    fn replies_come_back() {
        for reply in [
            Reply::Proof([3; PROOF_LEN]),
            Reply::Verdict(Verdict::Yes),
            Reply::Verdict(Verdict::Other),
            Reply::Verdict(Verdict::No("name in use".to_owned())),
        ] {
            assert_eq!(Reply::decode(&reply.encode()), Ok(reply));
        }
        let long = Reply::Verdict(Verdict::No("x\n".repeat(1000)));
        let Ok(Reply::Verdict(Verdict::No(text))) = Reply::decode(&long.encode()) else {
            panic!("a refusal");
        };
        assert_eq!(text, "x".repeat(100));
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Hello::decode(&bytes);
            let _ = Reply::decode(&bytes);
        }
    }
}
