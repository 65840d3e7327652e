//! Statements and bodies.

use crate::expr::FUEL;
use crate::generate::{Gen, Var};
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Bool, Str};

impl Gen {
    /// Some statements and a value.
    pub fn body(&mut self, ty: &Type, fuel: u32) -> Vec<Node> {
        self.inside(1, |this| {
            let mut lines = Vec::new();
            for _ in 0..this.choices.below(3) {
                lines.extend(this.statement(fuel));
            }
            lines.push(this.value(ty, fuel));
            lines
        })
    }

    /// The last line of a body.
    fn value(&mut self, ty: &Type, fuel: u32) -> Node {
        let value = self.expr(ty, fuel);
        Node::filled(Role::Piece, "@", vec![Part::Node(value)])
    }

    /// A statement; none when nothing more is affordable.
    pub fn statement(&mut self, fuel: u32) -> Option<Node> {
        if !self.can_spend() {
            return None;
        }
        match self.choices.below(20) {
            0..5 => Some(self.let_variable(fuel)),
            5..8 => Some(self.update_variable(fuel)),
            8 | 9 => Some(self.let_pattern(fuel)),
            10 | 11 => self.let_else(fuel),
            12..15 => self.print(),
            15 => Some(self.early_return(fuel)),
            16 => self.loop_statement(fuel),
            17 => self.read_loop(),
            18 => Some(self.if_statement(fuel)),
            _ if self.danger => Some(self.crash_statement()),
            _ => Some(self.let_variable(fuel)),
        }
    }

    /// `let x = e`
    pub fn let_variable(&mut self, fuel: u32) -> Node {
        let ty = self.any_type();
        let value = self.expr(&ty, fuel);
        let name = self.name("v");
        self.bind(&name, &ty);
        let annotation = match self.choices.chance(50) {
            true => format!(" :: {}", self.show(&ty)),
            false => String::new(),
        };
        Node::line(
            &format!("let {name}{annotation} = @"),
            vec![Part::Node(value)],
        )
    }

    /// `let x = …x…`: in place, when nothing else holds what `x` was.
    fn update_variable(&mut self, fuel: u32) -> Node {
        let grown = |ty: &Type| {
            matches!(
                ty,
                Type::List(_) | Type::Map(..) | Type::Set(_) | Type::User(..) | Str
            )
        };
        let Some(var) = self.var(grown) else {
            return self.let_variable(fuel);
        };
        let value = self.update_of(&var.name, &var.ty, 2);
        let value = self.trimmed(value);
        // The old value stays alive under its name when the new one has another.
        let name = match self.choices.chance(75) {
            true => var.name.clone(),
            false => self.name("v"),
        };
        self.bind(&name, &var.ty);
        Node::line(&format!("let {name} = @"), vec![Part::Node(value)])
    }

    /// An update of what the path leads to; a field may hold what is updated inside.
    fn update_of(&mut self, path: &str, ty: &Type, depth: u32) -> Node {
        let old = Node::word(ty.clone(), path);
        match ty {
            Type::List(of) if self.choices.chance(50) => {
                let x = self.expr(of, 1);
                Node::expr(ty.clone(), "List.append(@, @)", [old, x])
            }
            Type::List(of) => {
                let (list, value) = (self.expr(of, 1), self.expr(of, 1));
                Node::expr(ty.clone(), "List.set(@ :: @, 0, @)", [list, old, value])
            }
            Type::Map(key, value) => {
                let (key, value) = (self.expr(key, 1), self.expr(value, 1));
                Node::expr(ty.clone(), "Map.put(@, @, @)", [old, key, value])
            }
            Type::Set(of) => {
                let x = self.expr(of, 1);
                Node::expr(ty.clone(), "Set.add(@, @)", [old, x])
            }
            Str => {
                let text = self.expr(&Str, 1);
                Node::expr(Str, "(@ <> @)", [old, text])
            }
            Type::User(..) => self.update_of_field(path, ty, depth),
            _ => self.expr(ty, 1),
        }
    }

    fn update_of_field(&mut self, path: &str, ty: &Type, depth: u32) -> Node {
        let Some(fields) = self.decls.struct_fields(ty) else {
            return self.expr(ty, 2);
        };
        let field = self.choices.pick(&fields).clone();
        let value = match depth {
            0 => self.expr(&field.ty, 1),
            _ => self.update_of(&format!("{path}.{}", field.name), &field.ty, depth - 1),
        };
        Node::expr(
            ty.clone(),
            &format!("%{{{path} | {}: @}}", field.name),
            [value],
        )
    }

    fn let_pattern(&mut self, fuel: u32) -> Node {
        let ty = self.type_with(|decls, ty| {
            matches!(ty, Type::Tuple(_)) || decls.struct_fields(ty).is_some()
        });
        let value = self.expr(&ty, fuel);
        let pattern = self.irrefutable_pattern(&ty, 3);
        Node::line("let @ = @", vec![Part::Text(pattern), Part::Node(value)])
    }

    fn let_else(&mut self, fuel: u32) -> Option<Node> {
        let ty = self.any_type();
        let value = self.expr(&ty, fuel);
        // The other way out is written first: it does not see what the pattern binds.
        let leave = self.leave();
        let pattern = self.refutable_pattern(&ty, 2)?;
        let parts = vec![
            Part::Text(pattern),
            Part::Node(value),
            Part::Block(vec![leave]),
        ];
        Some(Node::line("let @ = @ else@end", parts))
    }

    /// A statement after which nothing follows.
    fn leave(&mut self) -> Node {
        if self.frame.in_loop && self.choices.chance(50) {
            let word = *self.choices.pick(&["break", "continue"]);
            return Node::filled(Role::Piece, word, Vec::new());
        }
        let value = self.leaf(&self.frame.ret.clone());
        Node::filled(Role::Piece, "return @", vec![Part::Node(value)])
    }

    fn early_return(&mut self, fuel: u32) -> Node {
        let test = self.rare(fuel.min(1));
        let value = self.leaf(&self.frame.ret.clone());
        Node::line(
            "if @ do return @ end",
            vec![Part::Node(test), Part::Node(value)],
        )
    }

    /// A test that is seldom true.
    fn rare(&mut self, fuel: u32) -> Node {
        let number = self.expr(&Type::Int, fuel);
        let which = self.choices.below(11);
        Node::expr(Bool, &format!("(Int.mod(@, 11) == {which})"), [number])
    }

    fn crash_statement(&mut self) -> Node {
        let test = self.rare(1);
        let ty = self.any_type();
        let crash = self.crash(&ty);
        let crash = Node::filled(Role::Piece, "let _ = @", vec![Part::Node(crash)]);
        Node::line(
            "if @ do@end",
            vec![Part::Node(test), Part::Block(vec![crash])],
        )
    }

    fn if_statement(&mut self, fuel: u32) -> Node {
        let test = self.expr(&Bool, 1);
        let lines = self.inside(1, |this| {
            let mut lines = Vec::new();
            for _ in 0..1 + this.choices.below(2) {
                lines.extend(this.statement(fuel.min(1)));
            }
            lines.push(Node::filled(Role::Piece, "()", Vec::new()));
            lines
        });
        Node::line("if @ do@end", vec![Part::Node(test), Part::Block(lines)])
    }

    /// A `for` whose value nobody uses.
    fn loop_statement(&mut self, fuel: u32) -> Option<Node> {
        let (head, mut parts, depth, before) = self.loop_head(fuel);
        let looping = std::mem::replace(&mut self.frame.in_loop, true);
        let mut lines: Vec<Node> = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            lines.extend(self.statement(fuel.min(2)));
        }
        lines.extend(self.print());
        lines.push(Node::filled(Role::Piece, "()", Vec::new()));
        self.frame.in_loop = looping;
        self.scope.truncate(depth);
        self.frame.times = before;
        parts.push(Part::Block(lines));
        Some(Node::line(&format!("{head} do@end"), parts))
    }

    /// A `while` over some of the lines of standard input.
    fn read_loop(&mut self) -> Option<Node> {
        let (depth, before) = (self.scope.len(), self.frame.times);
        self.frame.times = before.saturating_mul(4);
        let looping = std::mem::replace(&mut self.frame.in_loop, true);
        let name = self.name("line");
        self.bind(&name, &Str);
        let mut lines = vec![
            Node::filled(
                Role::Piece,
                &format!("let Ok({name}) = IO.read_line() else break end"),
                Vec::new(),
            ),
            Node::filled(
                Role::Piece,
                &format!("if {name} == \"\" or {name} == \"stop\\n\" do break end"),
                Vec::new(),
            ),
        ];
        lines.extend(self.statement(1));
        lines.extend(self.print());
        self.frame.in_loop = looping;
        self.frame.times = before;
        self.scope.truncate(depth);
        Some(Node::line("while true do@end", vec![Part::Block(lines)]))
    }

    /// Prints variables or an expression.
    pub fn print(&mut self) -> Option<Node> {
        if !self.spend(6) {
            return None;
        }
        self.frame.prints = true;
        let ty = self.any_type();
        let shown = match self.choices.below(4) {
            0 => self.interpolated(1),
            _ => match self.recent_var() {
                Some(var) => Node::word(var.ty, var.name),
                None => self.expr(&ty, FUEL - 1),
            },
        };
        let template = *self.choices.pick(&[
            "println(@)",
            "println(inspect(@))",
            "println(\"- ${@}\")",
            "println((1, @))",
        ]);
        Some(Node::line(template, vec![Part::Node(shown)]))
    }

    fn recent_var(&mut self) -> Option<Var> {
        let vars = self.vars(|_| true);
        let recent = vars.len().saturating_sub(5);
        match vars.is_empty() {
            true => None,
            false => Some(self.choices.pick(&vars[recent..]).clone()),
        }
    }
}
