//! Expressions that crash.

use crate::generate::Gen;
use crate::tree::Node;
use crate::types::Type::{self, Int, Str};

impl Gen {
    /// An expression of the type whose value is never seen.
    pub fn crash(&mut self, ty: &Type) -> Node {
        let none = self.simplest(&Type::list(ty.clone()));
        match self.choices.below(7) {
            0 => self.expr_with(ty.clone(), "panic(@)", &[Str], 1),
            1 => Node::expr(ty.clone(), "List.head(@)", [none]),
            2 => {
                let index = self.int_literal();
                Node::expr(ty.clone(), &format!("(@)[{index}]"), [none])
            }
            3 => {
                let map = self.simplest(&Type::Map(Box::new(Str), Box::new(ty.clone())));
                let key = self.expr(&Str, 1);
                Node::expr(ty.clone(), "(@)[@]", [map, key])
            }
            4 => {
                let value = self.expr(ty, 1);
                Node::expr(ty.clone(), "only_zero(1, @)", [value])
            }
            _ => self.crash_in_number(ty),
        }
    }

    /// A crash in arithmetic, beside a value of the type.
    fn crash_in_number(&mut self, ty: &Type) -> Node {
        let x = self.expr(&Int, 1);
        let template = match self.choices.below(6) {
            0 => "(9223372036854775807 + Int.max(1, @))",
            1 => "(-9223372036854775808 - Int.max(1, @))",
            2 => "(@ / (1 - 1))",
            3 => "(@ % (1 - 1))",
            4 => "(Int.or(@, 4611686018427387904) * 4)",
            _ => "Int.abs(Int.min(-9223372036854775808, @))",
        };
        let number = Node::expr(Int, template, [x]);
        if *ty == Int {
            return number;
        }
        let value = self.expr(ty, 1);
        Node::expr(ty.clone(), "second_of((@, @))", [number, value])
    }
}
