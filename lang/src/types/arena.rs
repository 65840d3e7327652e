//! Inference types: a union-find arena of nodes addressed by `u32`, emptied after each binding group.

use super::mailbox::Slots;
use crate::syntax::ast::Span;
use crate::typed::{Con, FuncId, ImplId, InterfaceId, TypeDefId};

/// A type under inference: index of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TyId(pub u32);

impl TyId {
    /// The type of what was reported already; agrees with every type.
    pub const ERROR: TyId = TyId(0);
    /// `Int`.
    pub const INT: TyId = TyId(1);
    /// `Float`.
    pub const FLOAT: TyId = TyId(2);
    /// `Bool`.
    pub const BOOL: TyId = TyId(3);
    /// `()`.
    pub const UNIT: TyId = TyId(4);
    /// `String`.
    pub const STRING: TyId = TyId(5);
    /// `Bytes`.
    pub const BYTES: TyId = TyId(6);
    /// `Atom`.
    pub const ATOM: TyId = TyId(7);
    /// `Range`.
    pub const RANGE: TyId = TyId(8);
    /// `Ref`.
    pub const REF: TyId = TyId(9);
}

/// Constructors of the fixed ids `1..`.
const FIXED: [Con; 9] = [
    Con::Int,
    Con::Float,
    Con::Bool,
    Con::Unit,
    Con::String,
    Con::Bytes,
    Con::Atom,
    Con::Range,
    Con::Ref,
];

/// How deeply types may nest; deeper ones are reported instead of overflowing the stack.
pub const MAX_DEPTH: u32 = 200;

/// A slice of [`Arena::args`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Args {
    start: u32,
    len: u32,
}

impl Args {
    /// No types.
    pub const NONE: Args = Args { start: 0, len: 0 };
}

/// An interface with types for its slots after `Self`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The interface.
    pub interface: InterfaceId,
    /// The slots; a type with the interface determines those after the first `inputs`.
    pub args: Args,
    /// How many parameters the interface has.
    pub inputs: u32,
}

impl From<InterfaceId> for Need {
    fn from(interface: InterfaceId) -> Need {
        Need {
            interface,
            args: Args::NONE,
            inputs: 0,
        }
    }
}

/// A type parameter that stands for itself while its function is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RigidId(pub u32);

/// Where a bound comes from, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The place that needs the interface.
    pub span: Span,
    /// What needs it there.
    pub why: Needs,
}

/// What needs an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// An operator, as written.
    Operator(&'static str),
    /// A call of this function, whose signature has the bound.
    Call(FuncId),
    /// The keys of a map literal or pattern.
    MapKey,
    /// A construction of this type, whose definition has the bound.
    Construct(TypeDefId),
    /// An implementation, whose interface requires it.
    Impl(ImplId),
    /// `?`, which converts.
    Conversion,
    /// A `for`.
    Loop,
}

/// A list of bounds of a variable; cells are shared and only ever appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds(u32);

impl Bounds {
    /// No bounds.
    pub const NONE: Bounds = Bounds(u32::MAX);
}

#[derive(Clone, Copy, Debug)]
struct BoundCell {
    need: Need,
    origin: Origin,
    next: Bounds,
}

/// A node.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// Not known yet.
    Var {
        /// Depth of the `let` that may generalise it.
        level: u32,
        /// What it must have.
        bounds: Bounds,
    },
    /// Known to be another node.
    Link(TyId),
    /// A constructor.
    App(Con, Args),
    /// A written type parameter of a function of the group.
    Rigid(RigidId),
    /// A parameter of a let-generalised local.
    LetParam(u32),
    /// Reported already.
    Error,
}

/// Why two types do not unify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// They differ, first at these parts.
    Differ(TyId, TyId),
    /// A variable would have to contain itself.
    Infinite(TyId, TyId),
    /// The type grows beyond what can be handled.
    TooDeep,
}

/// An interface that a now known type must have.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// The type.
    pub ty: TyId,
    /// The interface.
    pub need: Need,
    /// What needs it.
    pub origin: Origin,
    /// The implementation whose bound it is, when a type has the interface only under conditions.
    pub via: Option<ImplId>,
}

/// The arena.
#[derive(Debug, Default)]
pub struct Arena {
    nodes: Vec<Node>,
    args: Vec<TyId>,
    cells: Vec<BoundCell>,
    /// Bounds of variables that became known types; the checker settles them after each unification.
    pub due: Vec<Due>,
    /// Types that must be equal because one type has an interface in one way only.
    pub same: Vec<(TyId, TyId, Origin)>,
    /// Which function types receive messages.
    pub slots: Slots,
    /// The current `let` depth.
    pub level: u32,
    /// Visit marks of [`Arena::occurs`].
    marks: Vec<u32>,
    mark: u32,
}

impl Arena {
    /// Empties the arena but for the fixed types.
    pub fn reset(&mut self) {
        self.nodes.clear();
        self.args.clear();
        self.cells.clear();
        self.due.clear();
        self.same.clear();
        self.slots.reset();
        self.marks.clear();
        self.mark = 0;
        self.level = 1;
        self.nodes.push(Node::Error);
        let none = Args { start: 0, len: 0 };
        self.nodes
            .extend(FIXED.iter().map(|&con| Node::App(con, none)));
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    fn push(&mut self, node: Node) -> TyId {
        self.nodes.push(node);
        TyId(self.nodes.len() as u32 - 1)
    }

    /// A fresh variable at the current level.
    pub fn fresh(&mut self) -> TyId {
        let level = self.level;
        self.push(Node::Var {
            level,
            bounds: Bounds::NONE,
        })
    }

    /// A rigid type parameter.
    pub fn rigid(&mut self, id: RigidId) -> TyId {
        self.push(Node::Rigid(id))
    }

    /// A constructor applied to arguments.
    pub fn app(&mut self, con: Con, args: &[TyId]) -> TyId {
        if args.is_empty()
            && let Some(at) = FIXED.iter().position(|&fixed| fixed == con)
        {
            return TyId(at as u32 + 1);
        }
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.push(Node::App(
            con,
            Args {
                start,
                len: args.len() as u32,
            },
        ))
    }

    /// `Fun(params) -> ret`.
    pub fn fun(&mut self, params: &[TyId], ret: TyId) -> TyId {
        let start = self.args.len() as u32;
        self.args.extend_from_slice(params);
        self.args.push(ret);
        let len = params.len() as u32 + 1;
        self.push(Node::App(Con::Fun, Args { start, len }))
    }

    /// The representative of a type.
    pub fn root(&self, mut id: TyId) -> TyId {
        while let Node::Link(next) = self.nodes[id.0 as usize] {
            id = next;
        }
        id
    }

    /// The node of a type's representative.
    pub fn node(&self, id: TyId) -> Node {
        self.nodes[self.root(id).0 as usize]
    }

    /// The `index`th argument.
    pub fn arg(&self, args: Args, index: usize) -> TyId {
        self.args[args.start as usize + index]
    }

    /// The arguments of an application.
    pub fn args(&self, args: Args) -> &[TyId] {
        &self.args[args.start as usize..(args.start + args.len) as usize]
    }

    /// The arguments of all applications, in data as in functions.
    pub fn all_parts(&self) -> impl Iterator<Item = TyId> + '_ {
        self.nodes
            .iter()
            .flat_map(|node| match *node {
                Node::App(_, args) => self.args(args),
                _ => &[],
            })
            .copied()
    }

    /// The constructor and arguments, when the type is known so far.
    pub fn known(&self, id: TyId) -> Option<(Con, &[TyId])> {
        match self.node(id) {
            Node::App(con, args) => Some((con, self.args(args))),
            _ => None,
        }
    }

    /// Whether nothing is known about the type.
    pub fn is_var(&self, id: TyId) -> bool {
        matches!(self.node(id), Node::Var { .. })
    }

    /// Whether the type was reported already.
    pub fn is_error(&self, id: TyId) -> bool {
        matches!(self.node(id), Node::Error)
    }

    /// Makes a variable generalised: it becomes the parameter `number` of a local.
    pub fn generalise(&mut self, var: TyId, number: u32) {
        let root = self.root(var);
        self.nodes[root.0 as usize] = Node::LetParam(number);
    }

    /// Makes a type agree with every type, because something was reported about it.
    pub fn forgive(&mut self, ty: TyId) {
        let root = self.root(ty);
        self.nodes[root.0 as usize] = Node::Error;
    }

    /// Whether the variable may be generalised at the current level.
    pub fn is_general(&self, id: TyId) -> bool {
        matches!(self.node(id), Node::Var { level, .. } if level > self.level)
    }

    /// The bounds of a variable, with their origins.
    pub fn bounds(&self, bounds: Bounds) -> impl Iterator<Item = (Need, Origin)> + '_ {
        let mut at = bounds;
        std::iter::from_fn(move || {
            let cell = *self.cells.get(at.0 as usize)?;
            at = cell.next;
            Some((cell.need, cell.origin))
        })
    }

    /// An interface with types for its slots after `Self`.
    pub fn need(&mut self, interface: InterfaceId, args: &[TyId], inputs: u32) -> Need {
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        let len = args.len() as u32;
        Need {
            interface,
            args: Args { start, len },
            inputs,
        }
    }

    /// Demands that a type have an interface: a variable keeps the demand, anything else is [`Arena::due`].
    pub fn require(&mut self, ty: TyId, need: Need, origin: Origin) {
        let root = self.root(ty);
        match self.nodes[root.0 as usize] {
            Node::Var { level, bounds } => {
                let bounds = self.with_bound(bounds, need, origin);
                self.nodes[root.0 as usize] = Node::Var { level, bounds };
                self.lower_args(need, level);
            }
            Node::Error => {}
            _ => self.due.push(Due {
                ty,
                need,
                origin,
                via: None,
            }),
        }
    }

    /// What a variable determines is generalised with it or not at all.
    fn lower_args(&mut self, need: Need, level: u32) {
        for index in 0..need.args.len as usize {
            self.mark += 1;
            self.marks.resize(self.nodes.len(), 0);
            let arg = self.arg(need.args, index);
            let nowhere = TyId(u32::MAX);
            // A type too deep to walk is reported when it is finished.
            let _too_deep = self.occurs(nowhere, arg, level, 0);
        }
    }

    fn with_bound(&mut self, bounds: Bounds, need: Need, origin: Origin) -> Bounds {
        let known: Option<Need> = self
            .bounds(bounds)
            .map(|(known, _)| known)
            .find(|known| self.is_same(*known, need));
        if let Some(known) = known {
            for index in need.inputs as usize..need.args.len as usize {
                let (a, b) = (self.arg(known.args, index), self.arg(need.args, index));
                self.same.push((a, b, origin));
            }
            return bounds;
        }
        self.cells.push(BoundCell {
            need,
            origin,
            next: bounds,
        });
        Bounds(self.cells.len() as u32 - 1)
    }

    /// Whether two demands are of one interface with the same parameters.
    fn is_same(&self, a: Need, b: Need) -> bool {
        a.interface == b.interface
            && (0..a.inputs as usize)
                .all(|index| self.is_equal(self.arg(a.args, index), self.arg(b.args, index), 0))
    }

    /// Whether two types are equal already.
    pub fn is_equal(&self, a: TyId, b: TyId, depth: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        match (self.nodes[a.0 as usize], self.nodes[b.0 as usize]) {
            (Node::App(c, xs), Node::App(d, ys)) => {
                depth < MAX_DEPTH
                    && c == d
                    && xs.len == ys.len
                    && (0..xs.len as usize)
                        .all(|i| self.is_equal(self.arg(xs, i), self.arg(ys, i), depth + 1))
            }
            (Node::Rigid(x), Node::Rigid(y)) => x == y,
            (Node::LetParam(x), Node::LetParam(y)) => x == y,
            _ => false,
        }
    }

    /// Makes two types equal.
    pub fn unify(&mut self, a: TyId, b: TyId) -> Result<(), Clash> {
        self.unify_at(a, b, 0)
    }

    fn unify_at(&mut self, a: TyId, b: TyId, depth: u32) -> Result<(), Clash> {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return Ok(());
        }
        if depth > MAX_DEPTH {
            return Err(Clash::TooDeep);
        }
        match (self.nodes[a.0 as usize], self.nodes[b.0 as usize]) {
            (Node::Var { .. }, _) => self.bind(a, b),
            (_, Node::Var { .. }) => self.bind(b, a),
            (Node::Error, _) | (_, Node::Error) => Ok(()),
            (Node::App(c, xs), Node::App(d, ys)) if c == d && xs.len == ys.len => {
                for index in 0..xs.len as usize {
                    let (x, y) = (self.arg(xs, index), self.arg(ys, index));
                    self.unify_at(x, y, depth + 1)?;
                }
                if c == Con::Fun {
                    self.join_slots(a, b);
                }
                if xs.len > 0 {
                    // Equal from now on: a type that shares parts is compared once, not once a path.
                    self.nodes[a.0 as usize] = Node::Link(b);
                }
                Ok(())
            }
            (Node::Rigid(x), Node::Rigid(y)) if x == y => Ok(()),
            (Node::LetParam(x), Node::LetParam(y)) if x == y => Ok(()),
            _ => Err(Clash::Differ(a, b)),
        }
    }

    /// Binds the variable `var` to the different type `to`.
    fn bind(&mut self, var: TyId, to: TyId) -> Result<(), Clash> {
        let Node::Var { level, bounds } = self.nodes[var.0 as usize] else {
            return Ok(());
        };
        self.mark += 1;
        self.marks.resize(self.nodes.len(), 0);
        if self.occurs(var, to, level, 0)? {
            return Err(Clash::Infinite(var, to));
        }
        self.nodes[var.0 as usize] = Node::Link(to);
        let mut at = bounds;
        while let Some(&cell) = self.cells.get(at.0 as usize) {
            self.require(to, cell.need, cell.origin);
            at = cell.next;
        }
        Ok(())
    }

    /// Whether `var` occurs in `ty`; lowers the levels of the variables met to `level`.
    fn occurs(&mut self, var: TyId, ty: TyId, level: u32, depth: u32) -> Result<bool, Clash> {
        let root = self.root(ty);
        if depth > MAX_DEPTH {
            return Err(Clash::TooDeep);
        }
        match self.nodes[root.0 as usize] {
            Node::Var { level: l, bounds } => {
                if l > level {
                    self.nodes[root.0 as usize] = Node::Var { level, bounds };
                    self.occurs_in_bounds(bounds, level, depth)?;
                }
                Ok(root == var)
            }
            Node::App(_, args) if args.len > 0 => {
                if std::mem::replace(&mut self.marks[root.0 as usize], self.mark) == self.mark {
                    return Ok(false);
                }
                for index in 0..args.len as usize {
                    if self.occurs(var, self.arg(args, index), level, depth + 1)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// Lowers the levels of what a variable's interfaces determine.
    fn occurs_in_bounds(&mut self, bounds: Bounds, level: u32, depth: u32) -> Result<(), Clash> {
        let mut at = bounds;
        while let Some(&cell) = self.cells.get(at.0 as usize) {
            for index in 0..cell.need.args.len as usize {
                let nowhere = TyId(u32::MAX);
                self.occurs(nowhere, self.arg(cell.need.args, index), level, depth + 1)?;
            }
            at = cell.next;
        }
        Ok(())
    }

    /// Keeps every variable in the type from being generalised by `let`s inside the function.
    pub fn pin(&mut self, ty: TyId) {
        self.mark += 1;
        self.marks.resize(self.nodes.len(), 0);
        let nowhere = TyId(u32::MAX);
        // A type too deep to walk is reported when it is finished.
        let _too_deep = self.occurs(nowhere, ty, 1, 0);
    }

    /// Whether two types could be made equal, without doing it; for hints only, so it looks a few levels deep.
    pub fn could_unify(&self, a: TyId, b: TyId, depth: u32) -> bool {
        match (self.node(a), self.node(b)) {
            _ if depth == 0 => true,
            (Node::App(c, xs), Node::App(d, ys)) => {
                c == d
                    && xs.len == ys.len
                    && (0..xs.len as usize)
                        .all(|i| self.could_unify(self.arg(xs, i), self.arg(ys, i), depth - 1))
            }
            (Node::Rigid(x), Node::Rigid(y)) => x == y,
            (Node::LetParam(x), Node::LetParam(y)) => x == y,
            (Node::Rigid(_) | Node::LetParam(_), Node::App(..))
            | (Node::App(..), Node::Rigid(_) | Node::LetParam(_)) => false,
            _ => true,
        }
    }
}
