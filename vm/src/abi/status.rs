//! Statuses of compiled code, as numbers.

use crate::ctx::Status;

/// The result is there.
pub const OK: u32 = Status::Ok as u32;
/// Crash: reason and frames so far are in the context.
pub const CRASH: u32 = Status::Crash as u32;
/// The program ends.
pub const EXIT: u32 = Status::Exit as u32;
/// Nothing was computed: the caller carries out the call in [`super::NativeState::tail_func`].
pub const TAIL: u32 = 3;

/// The function is suspended: its frames are in the context, and will go on later.
pub const SUSPENDED: u32 = Status::Suspended as u32;

/// First of the statuses that stand for a crash with a fixed reason, whose text is not in the context yet.
pub const FIRST_REASON: u32 = 16;

/// Crashes with a fixed reason. Their statuses only exist inside a compiled function, until `snow_unwind` stores the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Reason {
    /// Int arithmetic left its range.
    Overflow = FIRST_REASON,
    /// Int division by zero.
    DivisionByZero,
    /// Shift by less than 0 or more than 63.
    BadShift,
    /// Float that is no Int.
    FloatRange,
    /// A word that is no value of its type.
    Corrupt,
}

impl Reason {
    /// All reasons, by their statuses.
    pub const ALL: [Reason; 5] = [
        Reason::Overflow,
        Reason::DivisionByZero,
        Reason::BadShift,
        Reason::FloatRange,
        Reason::Corrupt,
    ];

    /// The text in crash reports.
    pub fn text(self) -> &'static str {
        match self {
            Reason::Overflow => "integer overflow",
            Reason::DivisionByZero => "division by zero",
            Reason::BadShift => "shift count out of range",
            Reason::FloatRange => "float out of range for an integer",
            Reason::Corrupt => "corrupt value",
        }
    }

    /// The reason that a status stands for.
    pub fn of_status(status: u32) -> Option<Reason> {
        Reason::ALL
            .into_iter()
            .find(|reason| *reason as u32 == status)
    }
}
