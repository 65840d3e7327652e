//! Functions as values.

use crate::generate::{CLOSURE_COST, Frame, Gen, Var};
use crate::tree::{Node, Part, Role};
use crate::types::Type;

/// What a call of a closure that may be called from anywhere may cost, before the closures that it calls.
const BUDGET: u64 = CLOSURE_COST + 20;

impl Gen {
    /// A value of a function type: a closure, or a function of the program.
    pub(super) fn function(&mut self, params: &[Type], ret: &Type, fuel: u32) -> Node {
        let fits = |func: &crate::generate::Func| {
            func.params == params && func.ret == *ret && func.turns.is_none() && func.cost < BUDGET
        };
        let named: Vec<String> = self
            .funcs
            .iter()
            .filter(|func| fits(func))
            .map(|func| func.name.clone())
            .collect();
        if !named.is_empty() && self.choices.chance(50) {
            let ty = Type::Fun(params.to_vec(), Box::new(ret.clone()));
            return Node::word(ty, self.choices.pick(&named).clone());
        }
        let mut frame = Frame::new(ret.clone(), BUDGET);
        frame.closure = true;
        self.closure(params, frame, fuel, true)
    }

    /// A closure that is called so often where it is passed, and nowhere else.
    pub(super) fn lambda(&mut self, params: &[Type], ret: &Type, times: u64, fuel: u32) -> Node {
        let mut frame = self.frame.clone();
        frame.times = frame.times.saturating_mul(times);
        frame.in_loop = false;
        frame.ret = ret.clone();
        let before = self.frame.times;
        let closure = self.closure(params, frame, fuel, false);
        self.frame.times = before;
        closure
    }

    /// A closure in a frame; the frame around takes over what was spent when it is the same budget.
    fn closure(&mut self, params: &[Type], frame: Frame, fuel: u32, own: bool) -> Node {
        let (depth, outer) = (self.scope.len(), std::mem::replace(&mut self.frame, frame));
        let names: Vec<String> = params.iter().map(|_| self.name("c")).collect();
        let annotate = own || self.choices.chance(30);
        let mut shown = Vec::new();
        for (name, ty) in names.iter().zip(params) {
            let var = Var {
                name: name.clone(),
                ty: ty.clone(),
            };
            shown.push(match annotate {
                true => format!("{name} :: {}", self.show(ty)),
                false => name.clone(),
            });
            self.scope.push(var);
        }
        let ret = self.frame.ret.clone();
        let node = self.closure_body(&shown.join(", "), annotate, params, &ret, fuel);
        self.scope.truncate(depth);
        let inner = std::mem::replace(&mut self.frame, outer);
        if !own {
            self.frame.spent = inner.spent;
        }
        // It may be called right here.
        self.frame.prints |= inner.prints;
        node
    }

    fn closure_body(
        &mut self,
        shown: &str,
        annotate: bool,
        params: &[Type],
        ret: &Type,
        fuel: u32,
    ) -> Node {
        let role = Role::Expr(Type::Fun(params.to_vec(), Box::new(ret.clone())));
        let head = match (params.is_empty(), annotate) {
            (true, _) => "fn".to_owned(),
            (false, true) => format!("fn({shown})"),
            (false, false) => format!("fn {shown}"),
        };
        if self.choices.chance(25) {
            let body = self.body(ret, fuel);
            return Node::filled(role, &format!("{head} do@end"), vec![Part::Block(body)]);
        }
        if let [param] = params
            && self.choices.chance(15)
        {
            return self.clauses_of_closure(role, param, ret, fuel);
        }
        let value = self.expr(ret, fuel);
        Node::filled(role, &format!("{head} -> @ end"), vec![Part::Node(value)])
    }

    /// `fn p -> a | q -> b end`
    fn clauses_of_closure(&mut self, role: Role, param: &Type, ret: &Type, fuel: u32) -> Node {
        // The clauses have names of their own for the parameter.
        self.scope.pop();
        let depth = self.scope.len();
        let Some(pattern) = self.refutable_pattern(param, 1) else {
            let value = self.expr(ret, fuel);
            return Node::filled(role, "fn _ -> @ end", vec![Part::Node(value)]);
        };
        let first = self.expr(ret, fuel);
        self.scope.truncate(depth);
        let name = self.name("c");
        self.scope.push(Var {
            name: name.clone(),
            ty: param.clone(),
        });
        let other = self.expr(ret, fuel);
        self.scope.truncate(depth);
        let holes = vec![
            Part::Text(pattern),
            Part::Node(first),
            Part::Text(name),
            Part::Node(other),
        ];
        Node::filled(role, "fn (@) -> @ | @ -> @ end", holes)
    }

    /// `(fn x -> e end)(a)`
    pub(super) fn apply_at_once(&mut self, ty: &Type, fuel: u32) -> Node {
        let param = self.any_type();
        let closure = self.lambda(std::slice::from_ref(&param), ty, 1, fuel);
        let argument = self.expr(&param, fuel);
        // The parameter's type is known from the argument only when that is looked at first.
        let call = [argument, closure];
        Node::expr(ty.clone(), "(@ |> apply(@))", call)
    }

    /// A call of a function in scope, or of one in a field.
    pub(super) fn call_closure(&mut self, ty: &Type, fuel: u32) -> Option<Node> {
        let var = self.var(|other| matches!(other, Type::Fun(_, ret) if **ret == *ty))?;
        // A closure calls at most one other, or calls would multiply along a chain.
        if !self.spend(CLOSURE_COST) {
            return None;
        }
        let Type::Fun(params, _) = &var.ty else {
            return None;
        };
        let template = format!("{}({})", var.name, vec!["@"; params.len()].join(", "));
        Some(self.expr_with(ty.clone(), &template, params, fuel))
    }
}
