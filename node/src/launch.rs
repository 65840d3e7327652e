//! Starting a node from what people write: on a command line, in environment variables, in a program.

use crate::cookie::{Cookie, CookieError};
use crate::discovery::{BadSource, Source};
use crate::facts::SpawnPolicy;
use crate::hello::TICKS;
use crate::keeper::Wanted;
use crate::name::{BadName, NodeName};
use crate::node::{DEFAULT_TICK, Node, NotStarted, Options};
use crate::tls::TlsFiles;
use snow_vm::sched::Runtime;
use std::path::PathBuf;
use std::sync::Arc;

/// The variable that holds a node's name.
pub const NAME_VARIABLE: &str = "SNOW_NODE";
/// The variable that holds the file of the cookie.
pub const COOKIE_VARIABLE: &str = "SNOW_COOKIE_FILE";
/// The variable that holds the names of nodes to connect with, with commas between.
pub const CONNECT_VARIABLE: &str = "SNOW_CONNECT";

/// The variable that says where nodes are looked for: `dns:HOST:PORT`.
pub const DISCOVER_VARIABLE: &str = "SNOW_DISCOVER";
/// The variable that holds the file of the authority's certificate.
pub const TLS_CA_VARIABLE: &str = "SNOW_TLS_CA";
/// The variable that holds the file of the node's certificate.
pub const TLS_CERT_VARIABLE: &str = "SNOW_TLS_CERT";
/// The variable that holds the file of its key.
pub const TLS_KEY_VARIABLE: &str = "SNOW_TLS_KEY";

/// A node that is to be started.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Its name.
    pub name: String,
    /// Where the cookie is.
    pub cookie: CookieSource,
    /// Where it listens, if not at its name.
    pub listen: Option<String>,
    /// Seconds of silence after which a connection is lost.
    pub tick: Option<u64>,
    /// A word for what others may start.
    pub spawn: Option<String>,
    /// Whether it only looks.
    pub hidden: bool,
    /// Whether it is connected only with nodes that were asked for.
    pub no_mesh: bool,
    /// Nodes to be connected with.
    pub connect: Vec<String>,
    /// Where nodes are looked for: `dns:HOST:PORT`.
    pub discover: Option<String>,
    /// Files of certificates.
    pub tls: TlsArgs,
}

/// Files of certificates as people name them: all three, or none.
#[derive(Clone, Debug, Default)]
pub struct TlsArgs {
    /// The certificate of the authority.
    pub ca: Option<PathBuf>,
    /// The node's own.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
}

impl TlsArgs {
    /// What environment variables say.
    pub fn from_environment() -> TlsArgs {
        let file = |name| std::env::var_os(name).map(PathBuf::from);
        TlsArgs {
            ca: file(TLS_CA_VARIABLE),
            cert: file(TLS_CERT_VARIABLE),
            key: file(TLS_KEY_VARIABLE),
        }
    }

    fn files(&self) -> Result<Option<TlsFiles>, LaunchError> {
        match (self.ca.clone(), self.cert.clone(), self.key.clone()) {
            (None, None, None) => Ok(None),
            (Some(ca), Some(cert), Some(key)) => Ok(Some(TlsFiles { ca, cert, key })),
            _ => Err(LaunchError::HalfTls),
        }
    }
}

/// Where a cookie is.
#[derive(Clone, Debug, Default)]
pub enum CookieSource {
    /// In the user's configuration folder.
    #[default]
    User,
    /// In a file.
    File(PathBuf),
    /// Here.
    Text(String),
}

/// Why a node was not started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Its name, or that of another.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Its cookie.
    #[error(transparent)]
    Cookie(#[from] CookieError),
    /// The system.
    #[error(transparent)]
    Start(#[from] NotStarted),
    /// A word that is no policy.
    #[error("there is no spawn policy `{0}`; there are none, actors, pub and all")]
    Policy(String),
    /// Where nodes are to be looked for.
    #[error(transparent)]
    Source(#[from] BadSource),
    /// Not all files of certificates.
    #[error("certificates need three files: of the authority, of the node, and of its key")]
    HalfTls,
    /// A tick that is too short or too long.
    #[error("a tick has {} to {} seconds", TICKS.start(), TICKS.end())]
    Tick,
}

impl Launch {
    /// What environment variables say; nothing when they say no name.
    pub fn from_environment() -> Option<Launch> {
        let name = std::env::var(NAME_VARIABLE).ok()?;
        let cookie = std::env::var_os(COOKIE_VARIABLE);
        Some(Launch {
            name,
            cookie: cookie.map_or(CookieSource::User, |file| CookieSource::File(file.into())),
            connect: names(&std::env::var(CONNECT_VARIABLE).unwrap_or_default()),
            discover: std::env::var(DISCOVER_VARIABLE).ok(),
            tls: TlsArgs::from_environment(),
            ..Launch::default()
        })
    }

    /// Makes a program this node.
    pub fn start(&self, runtime: Arc<Runtime>) -> Result<Arc<Node>, LaunchError> {
        let options = self.options()?;
        let peers = self.connect.iter().map(|name| NodeName::parse(name));
        let peers = peers.collect::<Result<Vec<_>, _>>()?;
        let node = Node::start(runtime, options)?;
        for peer in peers {
            node.keeper().keep(&peer, Wanted::Asked);
        }
        Ok(node)
    }

    fn options(&self) -> Result<Options, LaunchError> {
        let spawn = match self.spawn.as_deref() {
            None | Some("") => SpawnPolicy::default(),
            Some(word) => {
                SpawnPolicy::of(word).ok_or_else(|| LaunchError::Policy(word.to_owned()))?
            }
        };
        let tick = self.tick.unwrap_or(DEFAULT_TICK);
        if !TICKS.contains(&tick) {
            return Err(LaunchError::Tick);
        }
        Ok(Options {
            name: NodeName::parse(&self.name)?,
            cookie: match &self.cookie {
                CookieSource::User => Cookie::of_user()?,
                CookieSource::File(path) => Cookie::from_file(path)?,
                CookieSource::Text(text) => Cookie::new(text.as_bytes())?,
            },
            listen: self.listen.clone(),
            tick,
            spawn,
            hidden: self.hidden,
            mesh: !self.no_mesh,
            tls: self.tls.files()?,
            discover: match self.discover.as_deref() {
                None | Some("") => None,
                Some(text) => Some(Source::parse(text)?),
            },
        })
    }
}

/// The names in a list with commas.
pub fn names(list: &str) -> Vec<String> {
    let names = list.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_may_have_gaps() {
        assert_eq!(names(" a@h:1, b@h ,,"), ["a@h:1", "b@h"]);
        assert!(names("").is_empty());
    }

    #[test]
    fn what_cannot_be_is_said() {
        let launch = |change: fn(&mut Launch)| {
            let mut launch = Launch {
                name: "a@h".to_owned(),
                cookie: CookieSource::Text("long enough for a cookie".to_owned()),
                ..Launch::default()
            };
            change(&mut launch);
            launch.options().map(|_| ())
        };
        assert!(launch(|_| ()).is_ok());
        let policy = launch(|launch| launch.spawn = Some("everything".to_owned()));
        assert!(matches!(policy, Err(LaunchError::Policy(_))));
        let tick = launch(|launch| launch.tick = Some(0));
        assert!(matches!(tick, Err(LaunchError::Tick)));
        let name = launch(|launch| launch.name = "a".to_owned());
        assert!(matches!(name, Err(LaunchError::Name(_))));
        let cookie = launch(|launch| launch.cookie = CookieSource::Text("short".to_owned()));
        assert!(matches!(cookie, Err(LaunchError::Cookie(_))));
    }
}
