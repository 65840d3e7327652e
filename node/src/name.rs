//! Names of nodes: `name@host:port`.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};

/// The port of a node whose name has none.
pub const DEFAULT_PORT: u16 = 4040;
/// Bytes that a name may have.
pub const MAX_LEN: usize = 255;

/// A node's full name. Names are compared as text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeName {
    text: Box<str>,
    /// Where the host begins, and where the port's colon is.
    at: usize,
    colon: usize,
}

/// A text that is no name of a node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a node: it must be like `name@host` or `name@host:4040`")]
pub struct BadName(pub String);

impl NodeName {
    /// The name in a text; the port may be missing there.
    pub fn parse(text: &str) -> Result<NodeName, BadName> {
        NodeName::parts(text).ok_or_else(|| BadName(text.chars().take(MAX_LEN).collect()))
    }

    fn parts(text: &str) -> Option<NodeName> {
        let (own, place) = text.split_once('@')?;
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, parse_port(port)?),
            _ => (place, DEFAULT_PORT),
        };
        if !is_own_name(own) || !is_host(host) {
            return None;
        }
        let text = format!("{own}@{host}:{port}");
        let (at, colon) = (own.len(), own.len() + 1 + host.len());
        (text.len() <= MAX_LEN).then(|| NodeName {
            text: text.into(),
            at,
            colon,
        })
    }

    /// The whole name, with the port.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn own(&self) -> &str {
        &self.text[..self.at]
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.text[self.at + 1..self.colon]
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.text[self.colon + 1..].parse().unwrap_or(DEFAULT_PORT)
    }

    /// The same name at another port.
    pub fn with_port(&self, port: u16) -> NodeName {
        let text = format!("{}:{port}", &self.text[..self.colon]).into();
        NodeName { text, ..*self }
    }

    /// The addresses that its host has.
    pub fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        let host = self.host().trim_start_matches('[').trim_end_matches(']');
        Ok((host, self.port()).to_socket_addrs()?.collect())
    }
}

/// A port as it is written: digits and nothing else.
fn parse_port(text: &str) -> Option<u16> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

fn is_own_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// A host's name, an IPv4 address, or an IPv6 address in brackets.
fn is_host(text: &str) -> bool {
    let (inner, extra): (&str, &[u8]) = match text.strip_prefix('[') {
        Some(rest) => (rest.strip_suffix(']').unwrap_or(""), b":.%"),
        None => (text, b"-."),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || extra.contains(&byte);
    !inner.is_empty() && inner.bytes().all(allowed)
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_three_parts_and_a_port_if_none_is_said() {
        let name = NodeName::parse("a@127.0.0.1:4001").expect("a name");
        assert_eq!(
            (name.own(), name.host(), name.port()),
            ("a", "127.0.0.1", 4001)
        );
        assert_eq!(
            NodeName::parse("web-1@host").expect("a name").as_str(),
            "web-1@host:4040"
        );
        let six = NodeName::parse("b@[::1]:9").expect("a name");
        assert_eq!((six.host(), six.port()), ("[::1]", 9));
        let six = NodeName::parse("b@[::1]").expect("a name");
        assert_eq!((six.host(), six.port()), ("[::1]", DEFAULT_PORT));
        assert_eq!(name.with_port(7).as_str(), "a@127.0.0.1:7");
        assert_eq!(name.with_port(7).host(), "127.0.0.1");
    }

    #[test]
    fn other_texts_are_refused() {
        let long = format!("a@{}", "h".repeat(MAX_LEN));
        for text in [
            "",
            "a",
            "@h",
            "a@",
            "a@:1",
            "a@h:",
            "a@h:65536",
            "a@h:+1",
            "a@h:-1",
            "a b@h",
            "a@h h",
            "a@b@c",
            "a@[::1",
            "a@[]",
            "a@::1:x",
            "a@h:1\n",
            &long,
        ] {
            assert!(NodeName::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_parsed_is_parsed_again_alike(text in "[a@:0-9h.\\[\\]-]{0,20}") {
            if let Ok(name) = NodeName::parse(&text) {
                prop_assert_eq!(NodeName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
