//! Looking for nodes by a name of the domain name system that stands for all their addresses, as a headless service of Kubernetes does.
//!
//! What such a name says are addresses, not nodes: each is dialled, and whoever proves that it knows the cookie is who it says it is.

use crate::accept;
use crate::handshake::Failure;
use crate::name::NodeName;
use crate::node::Node;
use rustc_hash::{FxHashMap, FxHashSet};
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// How often the name is looked up.
const EVERY: Duration = Duration::from_secs(3);
/// How often it is looked whether the node leaves.
const GLANCE: Duration = Duration::from_millis(100);
/// How long a look-up may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Addresses that are dialled at most.
const MOST: usize = 1024;

/// Where nodes are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    host: String,
    port: u16,
}

/// A text that says of no place where nodes could be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` says not where nodes are: it must be like `dns:workers.example.org:4040`")]
pub struct BadSource(String);

impl Source {
    /// The source of a text: `dns:HOST:PORT`.
    pub fn parse(text: &str) -> Result<Source, BadSource> {
        let parts = text.strip_prefix("dns:").and_then(|rest| {
            let (host, port) = rest.rsplit_once(':')?;
            let port = port.parse().ok().filter(|port| *port != 0)?;
            (!host.is_empty()).then(|| (host.to_owned(), port))
        });
        let (host, port) = parts.ok_or_else(|| BadSource(text.to_owned()))?;
        Ok(Source { host, port })
    }

    /// The addresses that the name has now. The system may take its time, also when nobody waits any more.
    fn addresses(&self) -> Vec<SocketAddr> {
        let (sender, receiver) = channel();
        let place = (self.host.clone(), self.port);
        let looking = std::thread::Builder::new().spawn(move || {
            let found = place.to_socket_addrs();
            // Whoever has asked may have given up.
            let _ = sender.send(found.map_or_else(|_| Vec::new(), Iterator::collect));
        });
        match looking {
            Ok(_) => receiver.recv_timeout(PATIENCE).unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }
}

/// What is known of addresses.
#[derive(Default)]
struct Known {
    own: FxHashSet<SocketAddr>,
    nodes: FxHashMap<SocketAddr, NodeName>,
    /// Those of which it was said already that they cannot be reached.
    told: FxHashSet<SocketAddr>,
}

/// Begins to look, if there is anything to look for.
pub(crate) fn begin(node: &Arc<Node>) -> std::io::Result<()> {
    match node.options.discover.clone() {
        Some(source) => node.thread("snow discover", move |node| run(&node, &source)),
        None => Ok(()),
    }
}

fn run(node: &Arc<Node>, source: &Source) {
    let mut known = Known::default();
    while !node.is_leaving() {
        for address in source.addresses().into_iter().take(MOST) {
            if !node.is_leaving() {
                look_at(node, &mut known, address);
            }
        }
        let mut left = EVERY;
        while !node.is_leaving() && !left.is_zero() {
            std::thread::sleep(GLANCE);
            left = left.saturating_sub(GLANCE);
        }
    }
}

fn look_at(node: &Arc<Node>, known: &mut Known, address: SocketAddr) {
    let name = known.nodes.get(&address);
    let is_up = name.is_some_and(|name| node.session_with(name.as_str()).is_some());
    if is_up || known.own.contains(&address) || address == node.address {
        return;
    }
    match accept::dial_address(node, address) {
        Ok(name) => {
            known.told.remove(&address);
            known.nodes.insert(address, name);
        }
        Err(Failure::Itself) => {
            known.own.insert(address);
        }
        Err(Failure::Other) => {}
        Err(why) => {
            if known.told.insert(address) {
                node.log("not found", &address.to_string(), &why.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_a_name_and_a_port() {
        let source = Source::parse("dns:a.b:4040").expect("a source");
        assert_eq!((source.host.as_str(), source.port), ("a.b", 4040));
        for wrong in ["a.b:4040", "dns:a.b", "dns::4040", "dns:a.b:0", "dns:a.b:x"] {
            assert!(Source::parse(wrong).is_err(), "{wrong}");
        }
    }
}
