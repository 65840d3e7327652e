//! `receive`.

use serde::{Deserialize, Serialize};

use super::{Arm, Expr, FuncId, Ty};

/// A `receive`: the first message or signal that an arm matches is taken, the others stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receive {
    /// Arms for the actor's own messages.
    pub messages: Vec<Arm>,
    /// Arms for signals.
    pub signals: Vec<Arm>,
    /// Milliseconds and what happens after them.
    pub after: Option<(Expr, Expr)>,
    /// What the mailbox's messages are.
    pub message: Ty,
    /// The signals that arms match, as bits by variant.
    pub wanted: u32,
    /// The functions of the library that do it.
    pub code: ReceiveCode,
}

/// The functions of `Process` that a `receive` consists of.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ReceiveCode {
    /// Waits for what is wanted: 0 a message, 1 a signal, 2 time is up.
    pub wait: FuncId,
    /// Takes the message out.
    pub message: FuncId,
    /// Takes the message out for good, and ends the search.
    pub take: FuncId,
    /// Puts it back and goes on behind it.
    pub skip: FuncId,
    /// The signal.
    pub signal: FuncId,
    /// Goes on behind the signal.
    pub skip_signal: FuncId,
    /// Forgets what was found and ends the search.
    pub done: FuncId,
}

impl ReceiveCode {
    /// Names in `Process`, in the order of the fields.
    pub const NAMES: [&str; 7] = [
        "receive_wait",
        "receive_message",
        "receive_take",
        "receive_skip",
        "signal",
        "receive_skip_signal",
        "receive_done",
    ];

    /// The functions of [`ReceiveCode::NAMES`].
    pub fn new([wait, message, take, skip, signal, skip_signal, done]: [FuncId; 7]) -> ReceiveCode {
        ReceiveCode {
            wait,
            message,
            take,
            skip,
            signal,
            skip_signal,
            done,
        }
    }
}

impl Receive {
    /// All arms.
    pub fn arms(&self) -> impl Iterator<Item = &Arm> {
        self.messages.iter().chain(&self.signals)
    }
}
