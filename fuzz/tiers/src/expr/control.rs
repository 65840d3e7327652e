//! Expressions that decide and repeat.

use crate::generate::{Gen, Var};
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Int, Str};

/// How many elements a collection is taken to have.
const ELEMENTS: u64 = 6;

impl Gen {
    /// `if c do a else b end`
    pub(super) fn if_else(&mut self, ty: &Type, fuel: u32) -> Node {
        let test = self.expr(&Type::Bool, fuel);
        if self.choices.chance(60) {
            let yes = self.expr(ty, fuel);
            let no = self.expr(ty, fuel);
            // `else if` would go on with this `if`, and share its `end`.
            let template = match no.print().starts_with("if ") {
                true => "if @ do @ else (@) end",
                false => "if @ do @ else @ end",
            };
            return Node::expr(ty.clone(), template, [test, yes, no]);
        }
        let yes = self.inside(1, |this| this.body(ty, fuel));
        let no = self.inside(1, |this| this.body(ty, fuel));
        let parts = vec![Part::Node(test), Part::Block(yes), Part::Block(no)];
        Node::filled(Role::Expr(ty.clone()), "if @ do@else@end", parts)
    }

    /// `cond do … end`
    pub(super) fn cond(&mut self, ty: &Type, fuel: u32) -> Node {
        let mut arms = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            let (test, value) = (self.expr(&Type::Bool, fuel), self.expr(ty, fuel));
            arms.push(Node::line(
                "@ -> @",
                vec![Part::Node(test), Part::Node(value)],
            ));
        }
        let value = self.expr(ty, fuel);
        arms.push(Node::filled(
            Role::Piece,
            "true -> @",
            vec![Part::Node(value)],
        ));
        Node::filled(
            Role::Expr(ty.clone()),
            "cond do@end",
            vec![Part::Block(arms)],
        )
    }

    /// `do … end`
    pub(super) fn block(&mut self, ty: &Type, fuel: u32) -> Node {
        let body = self.inside(1, |this| this.body(ty, fuel));
        Node::filled(Role::Expr(ty.clone()), "(do@end)", vec![Part::Block(body)])
    }

    /// `case e do … end` with a last arm that always matches.
    pub(super) fn case(&mut self, ty: &Type, fuel: u32) -> Node {
        let subject = self.any_type();
        let value = match self.choices.chance(50) {
            true => self.leaf(&subject),
            false => self.expr(&subject, fuel),
        };
        let mut arms = Vec::new();
        for _ in 0..1 + self.choices.below(4) {
            arms.extend(self.inside(1, |this| this.arm(&subject, ty, fuel)));
        }
        arms.push(self.last_arm(&subject, ty, fuel));
        let parts = vec![Part::Node(value), Part::Block(arms)];
        Node::filled(Role::Expr(ty.clone()), "case @ do@end", parts)
    }

    fn arm(&mut self, subject: &Type, ty: &Type, fuel: u32) -> Option<Node> {
        let pattern = self.refutable_pattern(subject, 2)?;
        let guard = match self.choices.chance(25) {
            true => Some(self.expr(&Type::Bool, fuel.min(1))),
            false => None,
        };
        let mut parts = vec![Part::Text(pattern)];
        let with_guard = guard.is_some();
        parts.extend(guard.map(Part::Node));
        let head = if with_guard { "@ when @" } else { "@" };
        if self.choices.chance(20) {
            parts.push(Part::Arm(self.body(ty, fuel)));
            return Some(Node::line(&format!("{head} ->@"), parts));
        }
        parts.push(Part::Node(self.expr(ty, fuel)));
        Some(Node::line(&format!("{head} -> @"), parts))
    }

    fn last_arm(&mut self, subject: &Type, ty: &Type, fuel: u32) -> Node {
        self.inside(1, |this| {
            let pattern = this.irrefutable_pattern(subject, 1);
            let value = this.expr(ty, fuel);
            Node::filled(
                Role::Piece,
                "@ -> @",
                vec![Part::Text(pattern), Part::Node(value)],
            )
        })
    }

    /// What can be looped over, the pattern of its elements, and about how many they are.
    pub(super) fn generator(&mut self, fuel: u32) -> (Node, String, u64) {
        let ty = self.any_type();
        match self.choices.below(7) {
            0 => {
                let (to, sign) = (self.choices.below(5), *self.choices.pick(&["..", "..="]));
                let range = Node::word(Type::Unit, format!("{}{sign}{to}", self.choices.below(3)));
                (range, self.loop_pattern(&Int), ELEMENTS)
            }
            1 => {
                let key = self.type_with(|decls, ty| !decls.has_functions(ty));
                let map = Type::Map(Box::new(key.clone()), Box::new(ty.clone()));
                let map = self.expr(&map, fuel);
                let (k, v) = (self.loop_pattern(&key), self.loop_pattern(&ty));
                let pattern = *self.choices.pick(&["{@, @}", "(@, @)"]);
                let pattern = pattern.replacen('@', &k, 1).replacen('@', &v, 1);
                (map, pattern, ELEMENTS)
            }
            2 => {
                let of = self.type_with(|decls, ty| !decls.has_functions(ty));
                let set = self.expr(&Type::Set(Box::new(of.clone())), fuel);
                (set, self.loop_pattern(&of), ELEMENTS)
            }
            3 => {
                let text = self.expr(&Str, fuel);
                (
                    Node::expr(Str, "String.slice(@, 0, 5)", [text]),
                    self.loop_pattern(&Str),
                    ELEMENTS,
                )
            }
            _ => {
                let list = self.expr(&Type::list(ty.clone()), fuel);
                (list, self.loop_pattern(&ty), ELEMENTS)
            }
        }
    }

    /// A name, or sometimes a pattern that skips what does not match.
    fn loop_pattern(&mut self, ty: &Type) -> String {
        match self.choices.chance(25) {
            true => self.any_pattern(ty, 1),
            false => self.irrefutable_pattern(ty, 0),
        }
    }

    /// `for p in e, q in f when c do … end`
    pub(super) fn comprehension(&mut self, of: &Type, fuel: u32) -> Node {
        let role = Role::Expr(Type::list(of.clone()));
        let (head, mut parts, depth, before) = self.loop_head(fuel);
        let looping = std::mem::replace(&mut self.frame.in_loop, true);
        let body = self.loop_body(of, fuel);
        self.frame.in_loop = looping;
        self.scope.truncate(depth);
        self.frame.times = before;
        parts.push(body);
        Node::filled(role, &format!("{head} do@end"), parts)
    }

    fn loop_body(&mut self, of: &Type, fuel: u32) -> Part {
        let leave = self.choices.chance(20);
        let mut lines = self.body(of, fuel);
        if leave {
            let test = self.expr(&Type::Bool, 1);
            let word = *self.choices.pick(&["break", "continue"]);
            let line = Node::line(&format!("if @ do {word} end"), vec![Part::Node(test)]);
            lines.insert(0, line);
        }
        Part::Block(lines)
    }

    /// The head of a loop, whose variables are in scope then; also the scope and count before.
    pub fn loop_head(&mut self, fuel: u32) -> (String, Vec<Part>, usize, u64) {
        let (depth, before) = (self.scope.len(), self.frame.times);
        let mut heads = Vec::new();
        let mut parts = Vec::new();
        for _ in 0..if self.choices.chance(25) { 2 } else { 1 } {
            let (source, pattern, count) = self.generator(fuel.min(2));
            heads.push("@ in @");
            parts.push(Part::Text(pattern));
            parts.push(Part::Node(source));
            self.frame.times = self.frame.times.saturating_mul(count);
        }
        let mut head = format!("for {}", heads.join(", "));
        if self.choices.chance(25) {
            parts.push(Part::Node(self.expr(&Type::Bool, 1)));
            head.push_str(" when @");
        }
        (head, parts, depth, before)
    }

    /// An element of a list or map, with something in case there is none.
    pub(super) fn element(&mut self, ty: &Type, fuel: u32) -> Option<Node> {
        let own = ty.clone();
        match self.choices.below(5) {
            0 | 1 => {
                let index = self.choices.below(3);
                let holes = [Type::list(own.clone()), own.clone()];
                Some(self.expr_with(own, &format!("List.get_or(@, {index}, @)"), &holes, fuel))
            }
            2 => {
                let key = self.type_with(|decls, ty| !decls.has_functions(ty));
                let map = Type::Map(Box::new(key.clone()), Box::new(own.clone()));
                Some(self.expr_with(own.clone(), "Map.get_or(@, @, @)", &[map, key, own], fuel))
            }
            3 => {
                let holes = [Type::option(own.clone()), own.clone()];
                Some(self.expr_with(own, "Option.unwrap_or(@, @)", &holes, fuel))
            }
            _ if self.danger && self.choices.chance(30) => {
                let holes = [Type::list(own.clone())];
                let template = *self
                    .choices
                    .pick(&["(@)[1]", "List.last(@)", "List.head(@)"]);
                Some(self.expr_with(own, template, &holes, fuel))
            }
            _ => None,
        }
    }

    /// A list folded into a value.
    pub(super) fn reduced(&mut self, ty: &Type, fuel: u32) -> Node {
        let from = self.any_type();
        let list = self.expr(&Type::list(from.clone()), fuel);
        let start = self.expr(ty, fuel);
        // What is folded grows with every element, and a closure would hold the one before.
        let growing = self.decls.has_functions(ty);
        let step = match growing {
            true => self.lambda(&[ty.clone(), from], ty, 6, 0),
            false => self.lambda(&[ty.clone(), from], ty, 6, fuel),
        };
        let template = *self
            .choices
            .pick(&["List.reduce(@, @, @)", "fold_all(@, @, @)"]);
        let folded = Node::expr(ty.clone(), template, [list, start, step]);
        self.trimmed(folded)
    }

    /// `e?`, where the function around gives an option or result.
    pub(super) fn try_operator(&mut self, ty: &Type, fuel: u32) -> Option<Node> {
        let inner = match self.frame.ret.clone() {
            Type::Option(_) => Type::option(ty.clone()),
            Type::Result(_, error) => Type::Result(Box::new(ty.clone()), error),
            _ => return None,
        };
        Some(self.expr_with(ty.clone(), "(@)?", &[inner], fuel))
    }

    /// A variable for a value.
    pub fn bind(&mut self, name: &str, ty: &Type) {
        self.scope.push(Var {
            name: name.to_owned(),
            ty: ty.clone(),
        });
    }
}
