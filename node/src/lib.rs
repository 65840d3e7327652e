//! Clusters: programs as nodes that send each other messages and start each other's functions.
//!
//! - [`name`], [`cookie`], [`hello`], [`certificates`], [`tls`], [`handshake`]: who a node is, and how two nodes prove to each other that they know the cookie;
//! - [`wire`], [`value`]: what is on the wire, as frames, and values and types in them;
//! - [`launch`], [`node`], [`accept`], [`table`], [`keeper`], [`discovery`]: which connections there are;
//! - [`session`], [`outbox`], [`lanes`], [`forward`], [`incoming`], [`arrived`], [`spawn`], [`arguments`], [`nursery`], [`questions`]: what passes over one;
//! - [`intrinsics`]: the C functions that need a node;
//! - [`remote`], [`poll`], [`pulse`]: what schedulers do for it, noticing what arrives, and when nothing does any more;
//! - [`global`], [`group`], [`membership`]: names and groups that all members know;
//! - [`peers`], [`facts`], [`watchers`]: what is known of other nodes and of the program, and who wants to know.

pub mod accept;
mod arguments;
mod arrived;
pub mod certificates;
pub mod cookie;
mod departure;
pub mod discovery;
pub mod facts;
mod forward;
pub mod global;
pub mod group;
pub mod handshake;
pub mod held;
pub mod hello;
mod home;
pub mod incoming;
pub mod intrinsics;
pub mod keeper;
pub mod lanes;
pub mod launch;
mod membership;
pub mod name;
pub mod node;
mod nursery;
pub mod outbox;
pub mod peers;
pub mod poll;
pub mod pulse;
pub mod questions;
mod remote;
pub mod session;
pub mod spawn;
pub mod table;
pub mod tls;
pub mod value;
pub mod watchers;
mod window;
pub mod wire;
