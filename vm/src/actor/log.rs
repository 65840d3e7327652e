//! What operators are told, whoever tells it: crash reports, what the runtime notices, what happens to connections, and entries of the program's own.
//! All of it is lines that this module writes: for people `level: text`, or one JSON object each.

use super::process::Process;
use crate::sched::Runtime;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

/// How urgent something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// What happens.
    Info,
    /// What should not happen.
    Warning,
    /// What must not happen.
    Error,
    /// Above all: nothing is as urgent as this.
    Off,
}

impl Level {
    /// All levels of entries, by their numbers.
    const ALL: [Level; 5] = [
        Level::Debug,
        Level::Info,
        Level::Warning,
        Level::Error,
        Level::Off,
    ];

    /// The level of a number.
    pub fn of(number: i64) -> Level {
        let index = usize::try_from(number).unwrap_or(0);
        Level::ALL.get(index).copied().unwrap_or(Level::Off)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
            Level::Off => "off",
        }
    }

    fn named(name: &str) -> Option<Level> {
        match name {
            "warn" => Some(Level::Warning),
            _ => Level::ALL.into_iter().find(|level| level.name() == name),
        }
    }
}

/// The form of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is written, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports {
    /// The form of lines.
    pub form: Form,
    /// The least level that is written.
    pub level: Level,
    /// Whether the runtime tells anything by itself.
    pub own: bool,
}

impl Default for Reports {
    fn default() -> Reports {
        Reports {
            form: Form::Text,
            level: Level::Info,
            own: true,
        }
    }
}

impl Reports {
    /// What the environment says: `SNOW_LOG=json,warning`, `SNOW_CRASH_REPORTS=off`. The value of `SNOW_LOG` when it means nothing.
    pub fn from_environment() -> Result<Reports, String> {
        let mut reports = Reports::default();
        let text = std::env::var("SNOW_LOG").unwrap_or_default();
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            reports.choose(word).ok_or_else(|| text.clone())?;
        }
        let silent = std::env::var("SNOW_CRASH_REPORTS").is_ok_and(|text| text == "off");
        reports.own = !silent;
        Ok(reports)
    }

    fn choose(&mut self, word: &str) -> Option<()> {
        match word {
            "json" => self.form = Form::Json,
            "text" => self.form = Form::Text,
            _ => self.level = Level::named(word)?,
        }
        Some(())
    }
}

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

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number or Bool, which JSON has, too.
    Plain(&'a str),
    /// Any other text.
    Text(&'a str),
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            // Infinities and NaN are no JSON.
            Value::Plain(text) => match serde_json::from_str::<serde_json::Value>(text) {
                Ok(value) => value.serialize(serializer),
                Err(_) => serializer.serialize_str(text),
            },
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

struct Fields<'a>(&'a [(&'a str, Value<'a>)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Fields<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An entry, in the order in which its fields are written.
#[derive(Serialize)]
struct Entry<'a> {
    event: &'a str,
    actor: String,
    function: &'a str,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    fields: Fields<'a>,
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

/// `info: connected peer=b ms=3`, on one line whatever the texts are.
fn line(level: Level, message: &str, fields: &[(&str, Value<'_>)]) -> String {
    let mut line = format!("{}: ", level.name());
    for c in message.chars() {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    for (name, value) in fields {
        let (Value::Plain(text) | Value::Text(text)) = *value;
        // Writing to a String cannot fail.
        let _ = write!(line, " {}={}", word(name), word(text));
    }
    line.push('\n');
    line
}

/// A text as one word, in quotes where it is none.
fn word(text: &str) -> String {
    let separates = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '=');
    match text.is_empty() || text.contains(separates) {
        true => serde_json::Value::from(text).to_string(),
        false => text.to_owned(),
    }
}

/// Milliseconds since 1970 as `2026-11-27T09:30:00.123Z`.
fn timestamp(millis: u64) -> String {
    let (days, rest) = (millis / 86_400_000, millis % 86_400_000);
    let (year, month, day) = date(days);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Year, month and day so many days after the first of January 1970. Years begin in March here, so that a leap day is the last one; after
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year + era * 400 + u64::from(month <= 2), month, day)
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

    #[test]
    fn an_entry_is_one_line_whatever_it_says() {
        let fields = [
            ("peer", Value::Text("b@host")),
            ("why", Value::Text("a \"b\"\nc")),
            ("x y", Value::Text("")),
            ("ms", Value::Plain("3")),
        ];
        assert_eq!(
            line(Level::Info, "two\nlines", &fields),
            "info: two\\nlines peer=b@host why=\"a \\\"b\\\"\\nc\" \"x y\"=\"\" ms=3\n"
        );
    }

    #[test]
    fn numbers_stay_numbers_in_json() {
        let fields = [
            ("n", Value::Plain("-3")),
            ("f", Value::Plain("1.5")),
            ("b", Value::Plain("true")),
            ("nan", Value::Plain("NaN")),
            ("s", Value::Text("3")),
        ];
        let text = serde_json::to_string(&Fields(&fields)).expect("JSON");
        assert_eq!(text, r#"{"n":-3,"f":1.5,"b":true,"nan":"NaN","s":"3"}"#);
    }

    #[test]
    fn words_choose_form_and_level() {
        let chosen = |words: &[&str]| {
            let mut reports = Reports::default();
            let known = words.iter().all(|word| reports.choose(word).is_some());
            known.then_some((reports.form, reports.level))
        };
        assert_eq!(chosen(&[]), Some((Form::Text, Level::Info)));
        assert_eq!(
            chosen(&["json", "warn"]),
            Some((Form::Json, Level::Warning))
        );
        assert_eq!(chosen(&["off"]), Some((Form::Text, Level::Off)));
        assert_eq!(chosen(&["loud"]), None);
    }
}
