//! Functions: plain, with clauses, and recursive in several ways.

use crate::expr::FUEL;
use crate::generate::{Frame, Func, Gen};
use crate::tree::{Node, Part, Role};
use crate::types::Type::{self, Int};

/// What a call of a function may cost.
const BUDGET: u64 = 1500;

/// What a turn of a recursion that counts may cost.
const TURN_BUDGET: u64 = 60;

/// How deep a recursion goes that keeps its frames.
const DEEPEST: u64 = 50_000;

/// How long a recursion goes that keeps none.
const LONGEST: u64 = 500_000;

impl Gen {
    /// One more function, or two that call each other.
    pub fn functions(&mut self) -> Vec<Node> {
        match self.choices.below(10) {
            0..3 => vec![self.plain()],
            3 | 4 => vec![self.clauses()],
            5 => vec![self.tail_recursive()],
            6 => self.mutually_recursive(),
            7 => vec![self.over_list()],
            8 => vec![self.over_variants()],
            _ => vec![self.deep()],
        }
    }

    /// Starts a function: its parameters are in scope.
    fn start(&mut self, params: &[Type], ret: &Type, budget: u64) -> Vec<String> {
        self.frame = Frame::new(ret.clone(), budget);
        self.scope.clear();
        let names: Vec<String> = params.iter().map(|_| self.name("p")).collect();
        for (name, ty) in names.iter().zip(params) {
            self.bind(name, ty);
        }
        names
    }

    fn signature(&self, names: &[String], params: &[Type]) -> String {
        let each = names.iter().zip(params);
        let shown: Vec<String> = each
            .map(|(name, ty)| format!("{name} :: {}", self.show(ty)))
            .collect();
        shown.join(", ")
    }

    fn some_types(&mut self, most: usize) -> Vec<Type> {
        (0..self.choices.below(most + 1))
            .map(|_| self.any_type())
            .collect()
    }

    /// Makes a function known to those after it.
    fn define(&mut self, name: &str, params: Vec<Type>, ret: Type, cost: u64, turns: Option<u64>) {
        self.funcs.push(Func {
            name: name.to_owned(),
            params,
            ret,
            cost: cost + 2,
            turns,
            prints: self.frame.prints,
        });
    }

    /// A value of the result's type that does not grow from call to call.
    fn result_of(&mut self, ty: &Type, fuel: u32) -> Node {
        let value = self.expr(ty, fuel);
        self.trimmed(value)
    }

    fn lines(&mut self, count: usize, ty: &Type) -> Vec<Node> {
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.extend(self.statement(FUEL));
        }
        let value = self.result_of(ty, FUEL);
        lines.push(Node::filled(Role::Piece, "@", vec![Part::Node(value)]));
        lines
    }

    fn plain(&mut self) -> Node {
        let (params, ret) = (self.some_types(4), self.any_type());
        let name = self.name("f");
        let names = self.start(&params, &ret, BUDGET);
        let count = 1 + self.choices.below(5);
        let body = self.lines(count, &ret);
        let head = format!(
            "fn {name}({}) -> {}",
            self.signature(&names, &params),
            self.show(&ret)
        );
        let cost = self.frame.spent;
        if self.choices.chance(15) {
            let module = name.replace('f', "M");
            self.define(&format!("{module}.{name}"), params, ret, cost, None);
            let inner = Node::filled(
                Role::Piece,
                &format!("pub {head} do@end"),
                vec![Part::Block(body)],
            );
            return Node::line(
                &format!("module {module} do@end"),
                vec![Part::Block(vec![inner])],
            );
        }
        self.define(&name, params, ret, cost, None);
        Node::line(&format!("{head} do@end"), vec![Part::Block(body)])
    }

    /// A function of several clauses; the last one catches everything.
    fn clauses(&mut self) -> Node {
        let mut params = self.some_types(2);
        params.push(self.any_type());
        let ret = self.any_type();
        let name = self.name("f");
        self.start(&[], &ret, BUDGET);
        let mut clauses = Vec::new();
        for _ in 0..1 + self.choices.below(3) {
            clauses.extend(self.clause(&name, &params, &ret));
        }
        self.scope.clear();
        let names: Vec<String> = params
            .iter()
            .map(|ty| self.irrefutable_pattern(ty, 0))
            .collect();
        let value = self.result_of(&ret, FUEL);
        let head = self.signature(&names, &params);
        clauses.push(Node::filled(
            Role::Piece,
            &format!("fn {name}({head}) -> {} = @", self.show(&ret)),
            vec![Part::Node(value)],
        ));
        let cost = self.frame.spent;
        self.define(&name, params, ret, cost, None);
        Node::line("@", vec![Part::Lines(clauses)])
    }

    fn clause(&mut self, name: &str, params: &[Type], ret: &Type) -> Option<Node> {
        self.scope.clear();
        let which = self.choices.below(params.len());
        let mut patterns = Vec::new();
        for (index, ty) in params.iter().enumerate() {
            patterns.push(match index == which {
                true => self.refutable_pattern(ty, 2)?,
                false => self.any_pattern(ty, 2),
            });
        }
        let head = self.signature(&patterns, params);
        let shown = self.show(ret);
        let mut parts = Vec::new();
        let mut when = "";
        if self.choices.chance(25) {
            parts.push(Part::Node(self.expr(&Type::Bool, 1)));
            when = " when @";
        }
        if self.choices.chance(40) {
            parts.push(Part::Block(self.lines(1, ret)));
            return Some(Node::line(
                &format!("fn {name}({head}) -> {shown}{when} do@end"),
                parts,
            ));
        }
        parts.push(Part::Node(self.result_of(ret, FUEL)));
        Some(Node::line(
            &format!("fn {name}({head}) -> {shown}{when} = @"),
            parts,
        ))
    }

    /// Types for what a recursion carries along; a closure would become a chain of closures.
    fn carried(&mut self) -> Vec<Type> {
        let count = 1 + self.choices.below(3);
        (0..count)
            .map(|_| self.type_with(|decls, ty| !decls.has_functions(ty)))
            .collect()
    }

    fn tail_recursive(&mut self) -> Node {
        let (params, name) = (self.carried(), self.name("f"));
        let ret = self.any_type();
        let node = self.counting(&name, &name, &params, &ret);
        let cost = self.frame.spent;
        self.define(&name, params, ret, cost, Some(LONGEST));
        node
    }

    fn mutually_recursive(&mut self) -> Vec<Node> {
        let (params, ret) = (self.carried(), self.any_type());
        let (first, second) = (self.name("f"), self.name("f"));
        let a = self.counting(&first, &second, &params, &ret);
        let (cost, prints) = (self.frame.spent, self.frame.prints);
        let b = self.counting(&second, &first, &params, &ret);
        let cost = cost.max(self.frame.spent);
        self.frame.prints |= prints;
        self.define(&first, params.clone(), ret.clone(), cost, Some(LONGEST));
        self.define(&second, params, ret, cost, Some(LONGEST));
        vec![a, b]
    }

    /// A function that counts down, and calls the next in tail position.
    fn counting(&mut self, name: &str, next: &str, params: &[Type], ret: &Type) -> Node {
        let names = self.start(params, ret, TURN_BUDGET);
        self.bind("n", &Int);
        let end = self.inside(1, |this| this.result_of(ret, 1));
        let mut lines = Vec::new();
        for _ in 0..self.choices.below(3) {
            lines.extend(self.statement(2));
        }
        let mut arguments = Vec::new();
        for ty in params {
            let value = self.expr(ty, 2);
            arguments.push(self.trimmed(value));
        }
        let template = format!("{next}(n - 1, {})", vec!["@"; params.len()].join(", "));
        let call = Node::expr(ret.clone(), &template, arguments);
        lines.push(Node::filled(Role::Piece, "@", vec![Part::Node(call)]));
        let head = self.signature(&names, params);
        let template = format!("fn {name}(n :: Int, {head}) -> {} do@end", self.show(ret));
        let choice = Node::filled(
            Role::Piece,
            "if n <= 0 do @ else@end",
            vec![Part::Node(end), Part::Block(lines)],
        );
        Node::line(&template, vec![Part::Block(vec![choice])])
    }

    /// A recursion that keeps all its frames.
    fn deep(&mut self) -> Node {
        let params = self.carried();
        let ret = self.type_with(|decls, ty| !decls.has_functions(ty));
        let name = self.name("f");
        let names = self.start(&params, &ret, 12);
        self.bind("n", &Int);
        let end = self.inside(1, |this| this.result_of(&ret, 1));
        let mut arguments = Vec::new();
        for (name, ty) in names.iter().zip(&params) {
            arguments.push(match self.choices.chance(60) {
                true => Node::word(ty.clone(), name.clone()),
                false => {
                    let value = self.expr(ty, 1);
                    self.trimmed(value)
                }
            });
        }
        let template = format!(
            "let r = {name}(n - 1, {})",
            vec!["@"; params.len()].join(", ")
        );
        let arguments = arguments.into_iter().map(Part::Node).collect();
        let mut lines = vec![Node::filled(Role::Piece, &template, arguments)];
        self.bind("r", &ret);
        if self.danger && self.choices.chance(30) {
            lines.push(self.crash_at_bottom());
        }
        lines.extend(self.lines(0, &ret));
        let head = self.signature(&names, &params);
        let choice = Node::filled(
            Role::Piece,
            "if n <= 0 do @ else@end",
            vec![Part::Node(end), Part::Block(lines)],
        );
        let cost = self.frame.spent;
        let shown = self.show(&ret);
        self.define(&name, params, ret, cost, Some(DEEPEST));
        let template = format!("fn {name}(n :: Int, {head}) -> {shown} do@end");
        Node::line(&template, vec![Part::Block(vec![choice])])
    }

    fn crash_at_bottom(&mut self) -> Node {
        let crash = self.crash(&Int);
        let crash = Node::filled(Role::Piece, "let _ = @", vec![Part::Node(crash)]);
        let at = self.choices.below(4);
        Node::line(
            &format!("if n == {at} do@end"),
            vec![Part::Block(vec![crash])],
        )
    }

    /// A recursion over the elements of a list.
    fn over_list(&mut self) -> Node {
        let (of, extra, ret) = (self.any_type(), self.any_type(), self.any_type());
        let name = self.name("f");
        let list = Type::list(of.clone());
        self.start(&[], &ret, BUDGET / 15);
        let shown = [self.show(&list), self.show(&extra), self.show(&ret)];
        self.bind("k", &extra);
        let end = self.result_of(&ret, FUEL);
        let pattern = self.irrefutable_pattern(&of, 2);
        let call = Node::expr(ret.clone(), &format!("{name}(rest, k)"), []);
        let call = Node::filled(Role::Piece, "let r = @", vec![Part::Node(call)]);
        self.bind("r", &ret);
        let mut lines = vec![call];
        let count = self.choices.below(2);
        lines.extend(self.lines(count, &ret));
        let [l, e, r] = &shown;
        let clauses = vec![
            Node::filled(
                Role::Piece,
                &format!("fn {name}([] :: {l}, k :: {e}) -> {r} = @"),
                vec![Part::Node(end)],
            ),
            Node::filled(
                Role::Piece,
                &format!("fn {name}([{pattern}, ...rest] :: {l}, k :: {e}) -> {r} do@end"),
                vec![Part::Block(lines)],
            ),
        ];
        let cost = self.frame.spent * 15;
        self.define(&name, vec![list, extra], ret, cost, None);
        Node::line("@", vec![Part::Lines(clauses)])
    }

    /// A function with an arm for every variant, which goes into the fields of its own type.
    fn over_variants(&mut self) -> Node {
        let ty = self.type_with(|decls, ty| decls.variants(ty).is_some());
        let Some(variants) = self.decls.variants(&ty) else {
            return self.plain();
        };
        let (ret, name) = (self.any_type(), self.name("f"));
        let names = self.start(std::slice::from_ref(&ty), &ret, BUDGET / 20);
        let mut arms = Vec::new();
        for variant in variants {
            let mut fields = Vec::new();
            let mut lines = Vec::new();
            let depth = self.scope.len();
            for field in &variant.fields {
                let field_name = self.name("v");
                self.bind(&field_name, &field.ty);
                fields.push(field_name.clone());
                if field.ty == ty {
                    let result = self.name("r");
                    let text = format!("let {result} = {name}({field_name})");
                    lines.push(Node::filled(Role::Piece, &text, Vec::new()));
                    self.bind(&result, &ret);
                }
            }
            lines.extend(self.lines(0, &ret));
            self.scope.truncate(depth);
            let pattern = crate::helpers::applied(&variant.name, &fields);
            arms.push(Node::filled(
                Role::Piece,
                &format!("{pattern} ->@"),
                vec![Part::Arm(lines)],
            ));
        }
        let case = format!("case {} do@end", names[0]);
        let case = Node::filled(Role::Piece, &case, vec![Part::Block(arms)]);
        let head = self.signature(&names, std::slice::from_ref(&ty));
        let template = format!("fn {name}({head}) -> {} do@end", self.show(&ret));
        let cost = self.frame.spent * 20;
        self.define(&name, vec![ty], ret, cost, None);
        Node::line(&template, vec![Part::Block(vec![case])])
    }
}
