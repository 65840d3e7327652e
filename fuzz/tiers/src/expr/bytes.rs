//! Bytes: segments of all forms, as expressions and as patterns.

use crate::generate::Gen;
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Bytes, Float, Int, Str};

const LITERALS: &[&str] = &[
    "<<>>",
    "<<0>>",
    "<<1, 2, 3>>",
    "<<255, 0x80:8, -1:8-signed>>",
    "<<\"snow\", 0>>",
    "<<2, \"ab\", 1, \"c\", 0>>",
    "<<0xE2, 0x82, 0xAC, 0x41>>",
    "<<0x0102030405060708:64, 9>>",
    "<<\"a text of more than thirty-two bytes in all\">>",
];

const SIGNS: &[&str] = &["", "-signed", "-unsigned", "-big"];

impl Gen {
    /// Bytes that are written down.
    pub(super) fn bytes_literal(&mut self) -> String {
        (*self.choices.pick(LITERALS)).to_owned()
    }

    /// Bytes.
    pub(super) fn bytes(&mut self, fuel: u32) -> Node {
        match self.choices.below(8) {
            0 => self.expr_with(Bytes, "(@ <> @)", &[Bytes, Bytes], fuel),
            1 => self.expr_with(Bytes, "String.to_bytes(@)", &[Str], fuel),
            2 => {
                let (from, to) = (self.choices.below(3), self.choices.below(6));
                self.expr_with(
                    Bytes,
                    &format!("Bytes.slice(@, {from}, {to})"),
                    &[Bytes],
                    fuel,
                )
            }
            _ => self.segments(fuel),
        }
    }

    /// `<<…>>` around values.
    fn segments(&mut self, fuel: u32) -> Node {
        let mut template = Vec::new();
        let mut values = Vec::new();
        for _ in 0..1 + self.choices.below(4) {
            let (segment, ty) = self.segment();
            template.push(segment);
            values.push(Part::Node(self.expr(&ty, fuel.min(1))));
        }
        let template = format!("<<{}>>", template.join(", "));
        Node::filled(Role::Expr(Bytes), &template, values)
    }

    /// Integers are sums: literals that do not fit would be mistakes.
    fn segment(&mut self) -> (String, Type) {
        match self.choices.below(8) {
            0 => ("@:bytes".into(), Bytes),
            1 => ("@:utf8".into(), Str),
            2 => ("@:float64".into(), Float),
            3 => {
                let bits = 1 + self.choices.below(7);
                (
                    format!("(@ + 0):{bits}, {}:{}", self.choices.below(2), 8 - bits),
                    Int,
                )
            }
            4 => {
                let bits = *self.choices.pick(&[16, 24, 40, 64]);
                (format!("(@ + 0):{bits}-little"), Int)
            }
            _ => {
                let bits = *self.choices.pick(&[8, 16, 32, 48, 64]);
                (format!("(@ + 0):{bits}{}", self.choices.pick(SIGNS)), Int)
            }
        }
    }

    /// `<<…>>` as a pattern that something does not match.
    pub fn bytes_pattern(&mut self, depth: u32) -> String {
        let mut segments = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            let segment = self.segment_pattern(depth);
            segments.push(segment);
        }
        if self.choices.chance(60) {
            let rest = self.irrefutable_pattern(&Bytes, 0);
            segments.push(format!("{rest}:bytes"));
        }
        format!("<<{}>>", segments.join(", "))
    }

    fn segment_pattern(&mut self, depth: u32) -> String {
        let sign = *self.choices.pick(SIGNS);
        match self.choices.below(9) {
            0 => self.choices.below(4).to_string(),
            1 => self
                .choices
                .pick(&["\"a\"", "\"ab\":utf8", "\"snow\""])
                .to_string(),
            2 => format!("{}:utf8", self.irrefutable_pattern(&Int, 0)),
            3 => format!("{}:float64", self.irrefutable_pattern(&Float, 0)),
            4 => {
                let bits = 1 + self.choices.below(7);
                let (high, low) = (
                    self.irrefutable_pattern(&Int, 0),
                    self.irrefutable_pattern(&Int, 0),
                );
                format!("{high}:{bits}{sign}, {low}:{}", 8 - bits)
            }
            5 => {
                let size = self.name("v");
                self.bind(&size, &Int);
                let piece = match depth > 0 && self.choices.chance(30) {
                    true => self.bytes_pattern(depth - 1),
                    false => self.irrefutable_pattern(&Bytes, 0),
                };
                let of = *self.choices.pick(&["", " - 1", " % 3"]);
                format!("{size}, {piece}:bytes({size}{of})")
            }
            6 => format!("{}:16-little", self.irrefutable_pattern(&Int, 0)),
            7 => format!(
                "{}:bytes({})",
                self.irrefutable_pattern(&Bytes, 0),
                self.choices.below(4)
            ),
            _ => format!("{}:{}{sign}", self.irrefutable_pattern(&Int, 0), {
                *self.choices.pick(&[8, 16, 32, 64])
            }),
        }
    }
}
