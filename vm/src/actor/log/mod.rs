//! What operators are told, whoever tells it: crash reports, what the runtime notices, what happens to connections, and entries of the program's own.
//! All of it is lines that this module writes: for people `level: text` (a crash report is several lines and begins with `crash:`), or one JSON object each.

mod entry;
mod settings;

pub use entry::Value;
pub use settings::{Form, Level, Reports};

use super::process::Process;
use crate::sched::Runtime;
use entry::{Entry, Fields, line};
use jiff::Timestamp;
use serde::Serialize;
use std::sync::atomic::Ordering::Relaxed;

impl Runtime {
    /// The least level that is written.
    pub fn log_level(&self) -> Level {
        Level::of(self.log_level.load(Relaxed).into())
    }

    /// Changes it.
    pub fn set_log_level(&self, level: Level) {
        self.log_level.store(level as u8, Relaxed);
    }

    /// Tells something that the runtime has noticed: the text for people, whole lines, or the event as JSON.
    pub fn tell<E: Serialize>(
        &self,
        level: Level,
        text: impl FnOnce() -> String,
        event: impl FnOnce() -> E,
    ) {
        if self.reports.own {
            self.write_log(level, text, event);
        }
    }

    /// Writes an entry of an actor.
    pub(super) fn log_entry(
        &self,
        process: &Process,
        level: Level,
        message: &str,
        fields: &[(&str, Value<'_>)],
    ) {
        let event = || Entry {
            event: message,
            actor: process.pid.to_string(),
            function: &process.origin.name,
            fields: Fields(fields),
        };
        self.write_log(level, || line(level, message, fields), event);
    }

    fn write_log<E: Serialize>(
        &self,
        level: Level,
        text: impl FnOnce() -> String,
        event: impl FnOnce() -> E,
    ) {
        if level < self.log_level() {
            return;
        }
        match self.reports.form {
            Form::Text => self.report(&text()),
            Form::Json => self.report(&json_line(&Told {
                time: timestamp(self.platform().unix_millis()),
                level: level.name(),
                event: event(),
            })),
        }
    }
}

/// Something told, with what all lines have.
#[derive(Serialize)]
struct Told<E> {
    time: String,
    level: &'static str,
    #[serde(flatten)]
    event: E,
}

fn json_line(told: &impl Serialize) -> String {
    let mut line = serde_json::to_string(told).expect("texts and numbers can be written as JSON");
    line.push('\n');
    line
}

/// Milliseconds since 1970 as `2026-11-27T09:30:00.123Z`.
fn timestamp(millis: u64) -> String {
    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
    format!(
        "{:.3}",
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_577_836_800_000, "2020-01-01T00:00:00.000Z"),
            (1_795_772_645_678, "2026-11-27T09:44:05.678Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(millis), expected);
        }
    }
}
