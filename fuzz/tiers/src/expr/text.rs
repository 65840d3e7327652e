//! Strings, interpolation and text forms.

use crate::generate::Gen;
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Float, Int, Str};

impl Gen {
    /// A String.
    pub(super) fn text(&mut self, fuel: u32) -> Node {
        match self.choices.below(11) {
            0..2 => self.expr_with(Str, "(@ <> @)", &[Str, Str], fuel),
            2..5 => self.interpolated(fuel),
            5 => {
                let ty = self.any_type();
                self.expr_with(Str, "inspect(@)", &[ty], fuel)
            }
            6 => self.text_function(fuel),
            7 => {
                let (from, to) = (self.choices.below(3), self.choices.below(6));
                self.expr_with(Str, &format!("String.slice(@, {from}, {to})"), &[Str], fuel)
            }
            8 => {
                let ty = self.any_type();
                self.expr_with(Str, "List.join(@, @)", &[Type::list(ty), Str], fuel)
            }
            9 => self.expr_with(Str, "String.replace(@, \"a\", @)", &[Str, Str], fuel),
            _ => {
                let ty = self.choices.pick(&[Int, Float]).clone();
                self.expr_with(Str, "\"${@}\"", &[ty], fuel)
            }
        }
    }

    fn text_function(&mut self, fuel: u32) -> Node {
        let name = *self
            .choices
            .pick(&["to_upper", "reverse", "trim", "capitalize"]);
        if self.choices.chance(30) {
            return self.expr_with(Str, &format!("(@ |> String.{name})"), &[Str], fuel);
        }
        self.expr_with(Str, &format!("String.{name}(@)"), &[Str], fuel)
    }

    /// A text with values in it.
    pub fn interpolated(&mut self, fuel: u32) -> Node {
        let mut parts = vec![Part::Text("\"".into())];
        for _ in 0..1 + self.choices.below(3) {
            let word = *self.choices.pick(&["", " ", "ä ", "x=", ", "]);
            let ty = self.any_type();
            let value = self.expr(&ty, fuel.min(1));
            parts.push(Part::Text(format!("{word}${{")));
            parts.push(Part::Node(value));
            parts.push(Part::Text("}".into()));
        }
        parts.push(Part::Text("\"".into()));
        Node {
            role: Role::Expr(Str),
            parts,
        }
    }
}
