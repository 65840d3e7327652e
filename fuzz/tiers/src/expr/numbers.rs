//! Int, Float, Bool and Ordering.

use crate::generate::Gen;
use crate::tree::Node;
use crate::types::Type::{self, Bool, Float, Int, Ordering, Str};

/// Float functions of one argument; what comes from the C library is left out.
const FLOAT_FUNCTIONS: &[&str] = &[
    "Math.sqrt(@)",
    "Float.abs(@)",
    "(-@)",
    "Float.round_to(@, 2)",
    "Math.abs(@)",
];

impl Gen {
    /// An Int.
    pub(super) fn int(&mut self, fuel: u32) -> Node {
        match self.choices.below(12) {
            0..4 => self.int_operator(fuel),
            4 => self.expr_with(Int, "(@ % 1000 + @ % 1000)", &[Int, Int], fuel),
            5 => {
                let divisor = self.choices.pick(&["-1", "2", "-3", "7", "10"]).to_string();
                let operator = if divisor == "-1" {
                    "%"
                } else {
                    *self.choices.pick(&["/", "%"])
                };
                self.expr_with(Int, &format!("(@ {operator} {divisor})"), &[Int], fuel)
            }
            6 => self.int_function(fuel),
            7..9 => self.measured(fuel),
            9 => {
                let template = *self
                    .choices
                    .pick(&["max(@, @)", "min(@, @)", "Int.max(@, @)"]);
                self.expr_with(Int, template, &[Int, Int], fuel)
            }
            10 => self.checked(fuel),
            _ => {
                let template = "Option.unwrap_or(String.to_int(@), @)";
                self.expr_with(Int, template, &[Str, Int], fuel)
            }
        }
    }

    fn int_operator(&mut self, fuel: u32) -> Node {
        if self.danger && self.choices.chance(15) {
            let template = *self
                .choices
                .pick(&["(@ + @)", "(@ - @)", "(@ * @)", "(@ / @)", "(@ % @)"]);
            return self.expr_with(Int, template, &[Int, Int], fuel);
        }
        let name = *self.choices.pick(&["add", "sub", "mul"]);
        self.expr_with(
            Int,
            &format!("Int.wrapping_{name}(@, @)"),
            &[Int, Int],
            fuel,
        )
    }

    fn int_function(&mut self, fuel: u32) -> Node {
        match self.choices.below(4) {
            0 => {
                let name = *self.choices.pick(&["and", "or", "xor"]);
                self.expr_with(Int, &format!("Int.{name}(@, @)"), &[Int, Int], fuel)
            }
            1 => {
                let (name, count) = (*self.choices.pick(&["shl", "shr"]), self.choices.below(64));
                self.expr_with(Int, &format!("Int.{name}(@, {count})"), &[Int], fuel)
            }
            2 => self.expr_with(Int, "Int.mod(@, 7)", &[Int], fuel),
            _ => self.expr_with(Int, "Int.popcount(@)", &[Int], fuel),
        }
    }

    /// The size of something.
    fn measured(&mut self, fuel: u32) -> Node {
        let ty = self
            .type_with(|_, ty| matches!(ty, Str | Type::List(_) | Type::Set(_) | Type::Map(..)));
        let template = match ty {
            Str => *self
                .choices
                .pick(&["String.length(@)", "String.byte_size(@)", "@.length()"]),
            Type::List(_) => "List.length(@)",
            Type::Set(_) => "Set.size(@)",
            Type::Map(..) => "Map.size(@)",
            _ => "Int.wrapping_sub(0, @)",
        };
        match template.starts_with('@') {
            true => {
                let text = self.leaf(&ty);
                Node::expr(Int, "(@).length()", [text])
            }
            false => self.expr_with(Int, template, &[ty], fuel),
        }
    }

    fn checked(&mut self, fuel: u32) -> Node {
        let name = *self.choices.pick(&["add", "sub", "mul"]);
        let template = format!("Option.unwrap_or(Int.checked_{name}(@, @), @)");
        self.expr_with(Int, &template, &[Int, Int, Int], fuel)
    }

    /// A Float.
    pub(super) fn float(&mut self, fuel: u32) -> Node {
        match self.choices.below(7) {
            0..3 => {
                let operator = *self.choices.pick(&["+", "-", "*", "/", "%"]);
                self.expr_with(Float, &format!("(@ {operator} @)"), &[Float, Float], fuel)
            }
            3 => self.expr_with(Float, "Int.to_float(@)", &[Int], fuel),
            4 => self.expr_with(Float, "max(@, @)", &[Float, Float], fuel),
            5 => self.expr_with(Float, "List.sum(@)", &[Type::list(Float)], fuel),
            _ => {
                let template = *self.choices.pick(FLOAT_FUNCTIONS);
                self.expr_with(Float, template, &[Float], fuel)
            }
        }
    }

    /// A Bool.
    pub(super) fn bool(&mut self, fuel: u32) -> Node {
        match self.choices.below(10) {
            0..3 => self.compared(fuel),
            3 => self.expr_with(Bool, "(@ and @)", &[Bool, Bool], fuel),
            4 => self.expr_with(Bool, "(@ or @)", &[Bool, Bool], fuel),
            5 => self.expr_with(Bool, "(not @)", &[Bool], fuel),
            6 => self.contained(fuel),
            7 => {
                let operator = *self.choices.pick(&["<", "<=", "==", "!="]);
                let ty = self.choices.pick(&[Int, Float]).clone();
                self.expr_with(Bool, &format!("(@ {operator} @)"), &[ty.clone(), ty], fuel)
            }
            8 => self.expr_with(Bool, "(Int.mod(@, 3) == 1)", &[Int], fuel),
            _ => self.asked(fuel),
        }
    }

    fn compared(&mut self, fuel: u32) -> Node {
        if self.choices.chance(50) {
            let ty = self.type_with(|decls, ty| decls.ordered(ty));
            let operator = *self.choices.pick(&["<", ">", "<=", ">="]);
            return self.expr_with(Bool, &format!("(@ {operator} @)"), &[ty.clone(), ty], fuel);
        }
        let ty = self.type_with(|decls, ty| !decls.has_functions(ty));
        let operator = *self.choices.pick(&["==", "!="]);
        self.expr_with(Bool, &format!("(@ {operator} @)"), &[ty.clone(), ty], fuel)
    }

    fn contained(&mut self, fuel: u32) -> Node {
        let ty = self.type_with(|decls, ty| !decls.has_functions(ty));
        match self.choices.below(4) {
            0 => self.expr_with(
                Bool,
                "List.contains(@, @)",
                &[Type::list(ty.clone()), ty],
                fuel,
            ),
            1 => {
                let set = Type::Set(Box::new(ty.clone()));
                self.expr_with(Bool, "Set.contains(@, @)", &[set, ty], fuel)
            }
            2 => {
                let map = Type::Map(Box::new(ty.clone()), Box::new(Int));
                self.expr_with(Bool, "Map.has_key(@, @)", &[map, ty], fuel)
            }
            _ => self.expr_with(Bool, "String.contains(@, @)", &[Str, Str], fuel),
        }
    }

    fn asked(&mut self, fuel: u32) -> Node {
        let ty = self.any_type();
        let (template, ty) = match self.choices.below(4) {
            0 => ("Option.is_some(@)", Type::option(ty)),
            1 => ("List.is_empty(@)", Type::list(ty)),
            2 => ("Result.is_ok(@)", Type::Result(Box::new(ty), Box::new(Str))),
            _ => ("Float.is_nan(@)", Float),
        };
        self.expr_with(Bool, template, &[ty], fuel)
    }

    /// An Ordering.
    pub(super) fn ordering(&mut self, fuel: u32) -> Node {
        let ty = self.type_with(|decls, ty| decls.ordered(ty));
        self.expr_with(Ordering, "compare(@, @)", &[ty.clone(), ty], fuel)
    }

    /// A template with expressions of these types in its holes.
    pub(super) fn expr_with(
        &mut self,
        ty: Type,
        template: &str,
        holes: &[Type],
        fuel: u32,
    ) -> Node {
        let holes: Vec<Node> = holes.iter().map(|hole| self.expr(hole, fuel)).collect();
        Node::expr(ty, template, holes)
    }
}
