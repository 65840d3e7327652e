//! Natives of the module `Json`. A text is read into a flat row of events, from which Snow code builds its values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use snow_bytecode::types::TypeId;
use snow_vm::native::Call;
use snow_vm::types::Form;

use crate::support::{Outcome, natives, new_list, string_list, yes_type};

natives! {
    "snow_json_read" Large "(String) -> Result<(List<Int>, List<Float>, List<String>), String>" = read;
    "snow_json_quote" Small "(String) -> String" = quote;
}

/// Arrays and objects in each other; more are refused, so that no text makes a program recurse without a bound.
const MAX_DEPTH: usize = 128;

/// What an event begins with.
mod code {
    pub const NULL: i64 = 0;
    pub const FALSE: i64 = 1;
    pub const TRUE: i64 = 2;
    /// The number follows.
    pub const INT: i64 = 3;
    /// The next of the floats.
    pub const FLOAT: i64 = 4;
    /// The next of the texts.
    pub const TEXT: i64 = 5;
    /// The number of elements follows, then they.
    pub const ARRAY: i64 = 6;
    /// The number of fields follows, then they: the name, the next of the texts, and the value.
    pub const OBJECT: i64 = 7;
}

/// A text in pieces, in the order in which they stand there.
#[derive(Default)]
struct Events {
    codes: Vec<i64>,
    floats: Vec<f64>,
    texts: Vec<String>,
    depth: usize,
}

fn read(call: &mut Call<'_>) -> Outcome {
    let mut events = Events::default();
    let mut source = serde_json::Deserializer::from_str(call.str(0));
    source.disable_recursion_limit();
    let read = events.deserialize(&mut source).and_then(|()| source.end());
    match read {
        Ok(()) => give(call, &events),
        Err(error) => call.return_err(&reason(&error)),
    }
}

fn give(call: &mut Call<'_>, events: &Events) -> Outcome {
    let types = part_types(call);
    let words: Vec<u64> = events.codes.iter().map(|code| *code as u64).collect();
    let codes = new_list(call, types[0], &words);
    let words: Vec<u64> = events.floats.iter().map(|float| float.to_bits()).collect();
    let floats = new_list(call, types[1], &words);
    let texts = string_list(call, types[2], &events.texts);
    call.return_yes(&[codes, floats, texts])
}

/// The types of the three lists.
fn part_types(call: &Call<'_>) -> [TypeId; 3] {
    match &call.runtime_types().info(yes_type(call)).form {
        Form::Aggregate(form) => {
            let fields = &form.variants[0].fields;
            [fields[0].ty, fields[1].ty, fields[2].ty]
        }
        _ => unreachable!("the signature says a tuple"),
    }
}

/// Place and reason: `line 1, column 5: expected value`.
fn reason(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let text = text.strip_suffix(&place).unwrap_or(&text);
    format!("line {line}, column {column}: {text}")
}

fn quote(call: &mut Call<'_>) -> Outcome {
    let quoted = serde_json::Value::from(call.str(0)).to_string();
    call.return_str(&quoted)
}

impl Events {
    fn push(&mut self, code: i64) {
        self.codes.push(code);
    }

    /// Begins an array or object, whose size is told when it ends: where that is to stand.
    fn open<E: serde::de::Error>(&mut self, code: i64) -> Result<usize, E> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH}")));
        }
        self.push(code);
        self.push(0);
        Ok(self.codes.len() - 1)
    }

    fn close(&mut self, place: usize, size: i64) {
        self.depth -= 1;
        self.codes[place] = size;
    }
}

impl<'de> DeserializeSeed<'de> for &mut Events {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Events {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(code::NULL);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(if value { code::TRUE } else { code::FALSE });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.push(code::INT);
        self.push(value);
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(code::FLOAT);
        self.floats.push(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.push(code::TEXT);
        self.texts.push(value.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let place = self.open(code::ARRAY)?;
        let mut size = 0;
        while items.next_element_seed(&mut *self)?.is_some() {
            size += 1;
        }
        self.close(place, size);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let place = self.open(code::OBJECT)?;
        let mut size = 0;
        while let Some(name) = fields.next_key::<String>()? {
            self.texts.push(name);
            fields.next_value_seed(&mut *self)?;
            size += 1;
        }
        self.close(place, size);
        Ok(())
    }
}
