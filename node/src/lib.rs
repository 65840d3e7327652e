//! Clusters: programs as nodes that send each other messages and start each other's functions.
//!
//! - [`name`], [`cookie`], [`hello`], [`tls`], [`handshake`]: who a node is, and how two nodes prove to each other that they know the cookie;
//! - [`wire`], [`value`]: what is on the wire, as frames, and values and types in them;
//! - [`launch`], [`node`], [`accept`], [`table`], [`keeper`]: which connections there are;
//! - [`session`], [`outbox`], [`lanes`], [`incoming`], [`spawn`]: what passes over one;
//! - [`poll`], [`pulse`]: noticing what arrives, and when nothing does any more;
//! - [`peers`], [`facts`], [`watchers`]: what is known of other nodes and of the program, and who wants to know.

pub mod accept;
pub mod cookie;
pub mod facts;
pub mod handshake;
pub mod hello;
mod home;
pub mod incoming;
pub mod keeper;
pub mod lanes;
pub mod launch;
pub mod name;
pub mod node;
pub mod outbox;
pub mod peers;
pub mod poll;
pub mod pulse;
pub mod session;
pub mod spawn;
pub mod table;
pub mod tls;
pub mod value;
pub mod watchers;
pub mod wire;
