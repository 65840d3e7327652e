//! Why actors end.

use std::sync::Arc;

/// The reason of an exit, as `ExitReason` in the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It returned.
    Normal,
    /// It was asked to end.
    Shutdown,
    /// It was ended without being asked.
    Killed,
    /// The node that it is on cannot be reached.
    NoConnection,
    /// There is no such actor.
    NoProc,
    /// It crashed with this text.
    Crash(Arc<str>),
}

impl Reason {
    /// The number that the library knows it by.
    pub fn code(&self) -> i64 {
        match self {
            Reason::Normal => 0,
            Reason::Shutdown => 1,
            Reason::Killed => 2,
            Reason::NoConnection => 3,
            Reason::NoProc => 4,
            Reason::Crash(_) => 5,
        }
    }

    /// The text of a crash; empty for others.
    pub fn text(&self) -> &str {
        match self {
            Reason::Crash(text) => text,
            _ => "",
        }
    }

    /// The reason of a number, with this text if it is a crash.
    pub fn from_parts(code: i64, text: &str) -> Reason {
        match code {
            0 => Reason::Normal,
            1 => Reason::Shutdown,
            2 => Reason::Killed,
            3 => Reason::NoConnection,
            4 => Reason::NoProc,
            _ => Reason::Crash(text.into()),
        }
    }
}
