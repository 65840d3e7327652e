//! Literals, with the values at the edges often.

use crate::generate::Gen;
use crate::tree::Node;
use crate::types::Type;

const INTS: &[&str] = &[
    "9223372036854775807",
    "-9223372036854775808",
    "-9223372036854775807",
    "4294967296",
    "-2147483649",
    "2147483647",
    "0xFF",
    "0b1010",
    "1_000_000",
    "255",
    "256",
    "-129",
];

const FLOATS: &[&str] = &[
    "0.0",
    "-0.0",
    "0.5",
    "1.0",
    "-1.5",
    "0.1",
    "3.0e10",
    "2e-3",
    "1.0e308",
    "-1.0e308",
    "5.0e-324",
    "9007199254740993.0",
    "(0.0 / 0.0)",
    "(1.0 / 0.0)",
    "(-1.0 / 0.0)",
];

const TEXTS: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"snow\"",
    "\"über\"",
    "\"日本\"",
    "\"🎉x\"",
    "\"e\\u{301}\"",
    "\"say \\\"hi\\\"\"",
    "\"a,b,c\"",
    "\"42\"",
    "\"-7\"",
    "\"2.5\"",
    "\"tab\\tline\\n\"",
    "\"\\$\"",
    "\"a longer text that does not fit into a word\"",
];

/// Texts that patterns name too.
pub const PREFIXES: &[&str] = &["\"a\"", "\"b\"", "\"snow\"", "\"über\"", "\"日\"", "\"42\""];

impl Gen {
    /// A value that is written down.
    pub fn literal(&mut self, ty: &Type) -> Node {
        let text = match ty {
            Type::Int => self.int_literal(),
            Type::Float => (*self.choices.pick(FLOATS)).to_owned(),
            Type::Bool => self.choices.pick(&["true", "false"]).to_string(),
            Type::Str => (*self.choices.pick(TEXTS)).to_owned(),
            Type::Bytes => self.bytes_literal(),
            Type::Atom => self.choices.pick(&[":a", ":b", ":ok"]).to_string(),
            Type::Ordering => self.choices.pick(&["Less", "Equal", "Greater"]).to_string(),
            _ => return self.compound_literal(ty),
        };
        Node::word(ty.clone(), text)
    }

    /// An Int, as it is written.
    pub fn int_literal(&mut self) -> String {
        match self.choices.below(8) {
            0 => (*self.choices.pick(INTS)).to_owned(),
            1 => format!("-{}", 1 + self.choices.below(12)),
            2 => self.choices.below(200).to_string(),
            _ => self.choices.below(8).to_string(),
        }
    }

    fn compound_literal(&mut self, ty: &Type) -> Node {
        if self.frame.spent > 2 * self.frame.budget || self.choices.chance(15) {
            return self.simplest(ty);
        }
        // Also where nothing more is affordable the value should be interesting, once.
        self.frame.spent += self.frame.times;
        match ty {
            Type::Tuple(parts) => self.tuple(parts, 0),
            Type::List(of) => self.list_of(of, 3, 0),
            Type::Set(of) => self.set_of(of, 0),
            Type::Map(key, value) => self.map_of(key, value, 0),
            Type::Option(of) if self.choices.chance(70) => self.some(of, 0),
            Type::Result(of, error) => self.ok_or_err(of, error, 0),
            Type::User(..) => self.constructed(ty, 0),
            _ => self.simplest(ty),
        }
    }
}
