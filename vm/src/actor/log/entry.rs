//! Entries of programs: a text, and fields with names.

use super::Level;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt::Write;

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

pub(super) struct Fields<'a>(pub &'a [(&'a str, Value<'a>)]);

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
pub(super) struct Entry<'a> {
    pub event: &'a str,
    pub actor: String,
    pub function: &'a str,
    #[serde(skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields<'a>,
}

/// `info: connected peer=b ms=3`, on one line whatever the texts are.
pub(super) fn line(level: Level, message: &str, fields: &[(&str, Value<'_>)]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
