//! What the generator knows while it writes a program.

use crate::choices::Choices;
use crate::helpers::Helpers;
use crate::tree::{Node, Role};
use crate::types::{Decls, Type};

/// What a call of a closure is taken to cost.
pub const CLOSURE_COST: u64 = 60;

/// A variable in scope.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A function of the program that code may call.
#[derive(Clone, Debug)]
pub struct Func {
    /// Its name, with the module before it.
    pub name: String,
    /// Types of its parameters, without the count of a recursive one.
    pub params: Vec<Type>,
    /// Type of its result.
    pub ret: Type,
    /// What a call costs; for a recursive function, what a turn costs.
    pub cost: u64,
    /// How often it may recurse: its first parameter counts down.
    pub turns: Option<u64>,
    /// Whether a call may print.
    pub prints: bool,
}

/// The function or closure being written.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What it returns.
    pub ret: Type,
    /// How often the place being written runs in one call.
    pub times: u64,
    /// What a call costs so far.
    pub spent: u64,
    /// What a call may cost.
    pub budget: u64,
    /// Whether `break` and `continue` have a loop to leave.
    pub in_loop: bool,
    /// Whether it is a closure that may be called from anywhere.
    pub closure: bool,
    /// Whether it may print.
    pub prints: bool,
}

/// A program being written.
pub struct Gen {
    /// What decides.
    pub choices: Choices,
    /// The declared types.
    pub decls: Decls,
    /// Types that values have.
    pub pool: Vec<Type>,
    /// Functions around the types.
    pub helpers: Helpers,
    /// Functions written so far.
    pub funcs: Vec<Func>,
    /// Variables in scope.
    pub scope: Vec<Var>,
    /// What is being written.
    pub frame: Frame,
    /// Whether the program may crash.
    pub danger: bool,
    /// Whether it runs long enough to be compiled while it runs.
    pub long: bool,
    names: usize,
}

impl Frame {
    /// The frame of a function.
    pub fn new(ret: Type, budget: u64) -> Frame {
        Frame {
            ret,
            times: 1,
            spent: 0,
            budget,
            in_loop: false,
            closure: false,
            prints: false,
        }
    }
}

impl Gen {
    /// An empty program with its types.
    pub fn new(seed: u64) -> Gen {
        let mut choices = Choices::new(seed);
        let decls = crate::declare::declare(&mut choices);
        let pool = crate::declare::pool(&mut choices, &decls);
        let danger = choices.chance(45);
        let long = choices.chance(8);
        Gen {
            choices,
            decls,
            pool,
            helpers: Helpers::default(),
            funcs: Vec::new(),
            scope: Vec::new(),
            frame: Frame::new(Type::Unit, 0),
            danger,
            long,
            names: 0,
        }
    }

    /// A name that nothing else has.
    pub fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A type that values of the program have.
    pub fn any_type(&mut self) -> Type {
        self.choices.pick(&self.pool).clone()
    }

    /// A type of the pool that fulfils a condition, or `Int`.
    pub fn type_with(&mut self, such: impl Fn(&Decls, &Type) -> bool) -> Type {
        let fitting: Vec<&Type> = self
            .pool
            .iter()
            .filter(|ty| such(&self.decls, ty))
            .collect();
        match fitting.is_empty() {
            true => Type::Int,
            false => (*self.choices.pick(&fitting)).clone(),
        }
    }

    /// The variables in scope of a type.
    pub fn vars(&self, such: impl Fn(&Type) -> bool) -> Vec<Var> {
        let shadowed = |index: usize, var: &Var| {
            self.scope[index + 1..]
                .iter()
                .any(|later| later.name == var.name)
        };
        let vars = self.scope.iter().enumerate();
        vars.filter(|(index, var)| such(&var.ty) && !shadowed(*index, var))
            .map(|(_, var)| var.clone())
            .collect()
    }

    /// One of the variables of such a type.
    pub fn var(&mut self, such: impl Fn(&Type) -> bool) -> Option<Var> {
        let vars = self.vars(such);
        match vars.is_empty() {
            true => None,
            false => Some(self.choices.pick(&vars).clone()),
        }
    }

    /// Books what something costs; false when it costs too much.
    pub fn spend(&mut self, cost: u64) -> bool {
        let cost = cost.saturating_mul(self.frame.times);
        let fits = self.frame.spent.saturating_add(cost) <= self.frame.budget;
        if fits {
            self.frame.spent += cost;
        }
        fits
    }

    /// Whether more than leaves is affordable.
    pub fn can_spend(&self) -> bool {
        self.frame.spent.saturating_add(4 * self.frame.times) <= self.frame.budget
    }

    /// Writes something that runs so often, with variables of its own.
    pub fn inside<T>(&mut self, times: u64, write: impl FnOnce(&mut Gen) -> T) -> T {
        let (depth, before) = (self.scope.len(), self.frame.times);
        self.frame.times = before.saturating_mul(times);
        let written = write(self);
        self.frame.times = before;
        self.scope.truncate(depth);
        written
    }

    /// The simplest value of a type.
    pub fn simplest(&mut self, ty: &Type) -> Node {
        let text = self.helpers.simplest(&self.decls, ty);
        Node::word(ty.clone(), text)
    }

    /// A value that does not grow without end.
    pub fn trimmed(&mut self, value: Node) -> Node {
        self.helpers.trimmed(&self.decls, value)
    }

    /// How a type is written.
    pub fn show(&self, ty: &Type) -> String {
        self.decls.show(ty)
    }
}

/// The type of an expression.
pub fn type_of(node: &Node) -> Type {
    match &node.role {
        Role::Expr(ty) => ty.clone(),
        Role::Line | Role::Piece => Type::Unit,
    }
}
