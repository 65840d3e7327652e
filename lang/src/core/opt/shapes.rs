//! Loops for what they are entered with: where a loop is entered with a closure whose code is known (on its own or as part of a struct), it
//! gets a version for that code, which takes what the closure has captured.
//!
//! A loop over a lazy sequence hands on what is left of it, a closure, from turn to turn. In the version for a closure's code the call of the
//! closure is one of a known function and can be inlined; then the next turn's closure is known, too, mostly of the same code: a jump to the
//! version itself. What is left is a loop over what the closures captured. Where the next turn's code is another (the elements of an inner
//! sequence), it is a version within the version: a loop in a loop.
//!
//! Jumps to a version become known only when the code in it has been inlined. Until then nothing may be concluded from the jumps that it
//! has: it is *open*.

use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::types::{Type, TypeId, TypeTable};

use super::copy::{Copier, Places, Renamed};
use super::{exits, inline};
use crate::core::ir::{Block, End, Func, FuncId, Join, JoinId, Op, Site, Stmt, Var, VarInfo};
use crate::stack::with_stack;

/// Versions in one function.
const MAX_VERSIONS: usize = 128;

/// Closures and structs that a version knows.
const MAX_PARTS: usize = 40;

/// Largest function in which versions are made, statements with all versions.
const MAX_SIZE: usize = 6000;

/// What a version knows of a value: its type, and how it is built.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shape {
    ty: TypeId,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Handed over as it is.
    Whole,
    Function(FuncId),
    Closure(FuncId, Vec<Shape>),
    Construct(u8, Vec<Shape>),
}

impl Shape {
    fn has_code(&self) -> bool {
        match &self.kind {
            Kind::Whole => false,
            Kind::Function(_) | Kind::Closure(..) => true,
            Kind::Construct(_, parts) => parts.iter().any(Shape::has_code),
        }
    }

    fn parts(&self) -> usize {
        match &self.kind {
            Kind::Whole => 1,
            Kind::Function(_) => 1,
            Kind::Closure(_, parts) | Kind::Construct(_, parts) => {
                1 + parts.iter().map(Shape::parts).sum::<usize>()
            }
        }
    }
}

/// The versions of a function's loops.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// The loop that each is of, and what it knows of the loop's parameters.
    known: FxHashMap<JoinId, (JoinId, Vec<Shape>)>,
    /// Joins from whose jumps nothing follows yet.
    pub(super) open: FxHashSet<JoinId>,
}

impl Versions {
    /// Makes versions and leads jumps to them; how many are new, or none when nothing has changed.
    pub(super) fn make(&mut self, func: &mut Func, types: &TypeTable) -> Option<usize> {
        if !loops_over_code(func, types) {
            return None;
        }
        let before = self.known.len();
        let mut changed = false;
        loop {
            let definitions = definitions(func);
            let mut search = Search {
                versions: self,
                vars: &func.vars,
                definitions: &definitions,
                visible: Vec::new(),
                inside: Vec::new(),
                wanted: None,
                changed: false,
            };
            search.block(&mut func.body);
            changed |= search.changed;
            let wanted = search.wanted;
            let full = self.known.len() >= MAX_VERSIONS || inline::size(func) > MAX_SIZE;
            if !wanted.is_some_and(|wanted| !full && self.add(func, wanted)) {
                return changed.then_some(self.known.len() - before);
            }
        }
    }

    fn add(&mut self, func: &mut Func, wanted: Wanted) -> bool {
        if !exits::move_out(func, wanted.of) {
            return false;
        }
        let Some(original) = find(&func.body, wanted.of).cloned() else {
            return false;
        };
        let version = version(func, &original, &wanted.shapes);
        self.open.insert(version.id);
        self.known.insert(version.id, (wanted.of, wanted.shapes));
        put(&mut func.body, wanted.place, version);
        true
    }
}

/// Whether a type's values have code in them.
pub(super) fn carries_code(types: &TypeTable, ty: TypeId) -> bool {
    match types.get(ty) {
        Type::Fun { .. } => true,
        Type::Struct { fields, .. } => {
            let mut fields = fields.iter();
            fields.any(|field| matches!(types.get(field.ty), Type::Fun { .. }))
        }
        _ => false,
    }
}

fn loops_over_code(func: &Func, types: &TypeTable) -> bool {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| match stmt {
        Stmt::Join(join) if join.looping => join
            .params
            .iter()
            .any(|param| carries_code(types, func.vars[param.0 as usize].ty)),
        _ => false,
    })
}

/// How variables are built from others, where that may be of use.
fn definitions(func: &Func) -> FxHashMap<Var, Op> {
    let mut found = FxHashMap::default();
    for stmt in func.body.all_blocks().flat_map(|block| &block.stmts) {
        if let Stmt::Let { var, op, .. } = stmt
            && matches!(op, Op::Closure(..) | Op::FuncValue(_) | Op::Construct(..))
        {
            found.insert(*var, op.clone());
        }
    }
    found
}

/// A version to be made.
struct Wanted {
    of: JoinId,
    shapes: Vec<Shape>,
    place: Place,
}

/// Where a version is put.
#[derive(Clone, Copy)]
enum Place {
    /// Behind the loop that it is of.
    Behind(JoinId),
    /// At the beginning of another version.
    In(JoinId),
}

/// Looks for jumps with known code.
struct Search<'s> {
    versions: &'s Versions,
    vars: &'s [VarInfo],
    definitions: &'s FxHashMap<Var, Op>,
    /// Loops that can be jumped to.
    visible: Vec<JoinId>,
    /// Loops in whose bodies the search is.
    inside: Vec<JoinId>,
    wanted: Option<Wanted>,
    changed: bool,
}

impl Search<'_> {
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            let before = self.visible.len();
            for stmt in &mut block.stmts {
                if let Stmt::Join(join) = stmt {
                    self.join(join);
                }
            }
            if let End::Jump(join, args) = &mut block.end {
                self.jump(join, args);
            }
            block.end.blocks_mut().for_each(|block| self.block(block));
            self.visible.truncate(before);
        });
    }

    fn join(&mut self, join: &mut Join) {
        if !join.looping {
            return self.block(&mut join.body);
        }
        self.visible.push(join.id);
        self.inside.push(join.id);
        self.block(&mut join.body);
        self.inside.pop();
    }

    /// Leads a jump with known code to the version for that, or asks for one.
    fn jump(&mut self, join: &mut JoinId, args: &mut Vec<Var>) {
        if !self.visible.contains(join) || self.inside.contains(join) {
            return;
        }
        let shapes: Vec<Shape> = args.iter().map(|arg| self.shape(*arg)).collect();
        if !shapes.iter().any(Shape::has_code)
            || shapes.iter().map(Shape::parts).sum::<usize>() > MAX_PARTS
        {
            return;
        }
        let fits = |version: &&JoinId| {
            let known = self.versions.known.get(version);
            known.is_some_and(|(of, known)| of == join && *known == shapes)
        };
        if let Some(version) = self.visible.iter().rev().find(fits) {
            let handed = args.iter().zip(&shapes);
            let handed = handed.flat_map(|(arg, shape)| self.handed(*arg, shape));
            *args = handed.collect();
            *join = *version;
            self.changed = true;
        } else if self.wanted.is_none() {
            self.wanted = Some(Wanted {
                of: *join,
                place: self.place(*join),
                shapes,
            });
        }
    }

    fn is_version(&self, version: JoinId, of: JoinId) -> bool {
        let known = self.versions.known.get(&version);
        known.is_some_and(|(original, _)| *original == of)
    }

    /// Where a version can be reached from all jumps that lead to it later.
    fn place(&self, of: JoinId) -> Place {
        let mut around = self.inside.iter().rev();
        match around.find(|inside| self.is_version(**inside, of)) {
            Some(version) => Place::In(*version),
            None => Place::Behind(of),
        }
    }

    fn shape(&self, var: Var) -> Shape {
        let parts = |vars: &[Var]| vars.iter().map(|var| self.shape(*var)).collect();
        let kind = with_stack(|| match self.definitions.get(&var) {
            Some(Op::FuncValue(func)) => Kind::Function(*func),
            Some(Op::Closure(func, captures)) => Kind::Closure(*func, parts(captures)),
            Some(Op::Construct(tag, fields)) => Kind::Construct(*tag, parts(fields)),
            _ => Kind::Whole,
        });
        let ty = self.vars[var.0 as usize].ty;
        let shape = Shape { ty, kind };
        match shape.has_code() {
            true => shape,
            false => Shape {
                ty,
                kind: Kind::Whole,
            },
        }
    }

    /// What a jump to a version hands over for an argument.
    fn handed(&self, var: Var, shape: &Shape) -> Vec<Var> {
        let (Kind::Closure(_, parts) | Kind::Construct(_, parts)) = &shape.kind else {
            let whole = matches!(shape.kind, Kind::Whole);
            return whole.then_some(var).into_iter().collect();
        };
        let Some(Op::Closure(_, vars) | Op::Construct(_, vars)) = self.definitions.get(&var) else {
            return Vec::new();
        };
        let handed = vars.iter().zip(parts);
        let handed = handed.flat_map(|(var, part)| self.handed(*var, part));
        handed.collect()
    }
}

/// A copy of a loop that builds what is known of its parameters by itself.
fn version(func: &mut Func, original: &Join, shapes: &[Shape]) -> Join {
    let id = JoinId(func.joins);
    func.joins += 1;
    let mut builder = Builder {
        vars: &mut func.vars,
        params: Vec::new(),
        stmts: Vec::new(),
        site: Site::from(func.span),
    };
    let params = original.params.iter().zip(shapes);
    let names: Vec<(Var, Var)> = params
        .map(|(param, shape)| (*param, builder.value(shape)))
        .collect();
    let Builder { params, stmts, .. } = builder;
    let map = Renamed::many(func.vars.len(), names.into_iter());
    let mut copier = Copier {
        from: None,
        vars: &mut func.vars,
        joins: &mut func.joins,
        map,
        join_map: FxHashMap::default(),
        places: Places::Own,
    };
    let mut body = Block {
        stmts,
        end: End::Unreachable,
    };
    body.append(copier.block(&original.body));
    Join {
        id,
        params,
        looping: true,
        body,
    }
}

/// Builds values of known shapes.
struct Builder<'f> {
    vars: &'f mut Vec<VarInfo>,
    /// What has to be handed over for them.
    params: Vec<Var>,
    stmts: Vec<Stmt>,
    site: Site,
}

impl Builder<'_> {
    fn value(&mut self, shape: &Shape) -> Var {
        let op = match &shape.kind {
            Kind::Whole => {
                let var = self.fresh(shape.ty);
                self.params.push(var);
                return var;
            }
            Kind::Function(func) => Op::FuncValue(*func),
            Kind::Closure(func, parts) => Op::Closure(*func, self.values(parts)),
            Kind::Construct(tag, parts) => Op::Construct(*tag, self.values(parts)),
        };
        let var = self.fresh(shape.ty);
        self.stmts.push(Stmt::Let {
            var,
            op,
            span: self.site,
        });
        var
    }

    fn values(&mut self, shapes: &[Shape]) -> Vec<Var> {
        shapes.iter().map(|shape| self.value(shape)).collect()
    }

    fn fresh(&mut self, ty: TypeId) -> Var {
        self.vars.push(VarInfo {
            ty,
            name: Default::default(),
        });
        Var(self.vars.len() as u32 - 1)
    }
}

/// A loop of a body.
fn find(body: &Block, id: JoinId) -> Option<&Join> {
    let stmts = body.all_blocks().flat_map(|block| &block.stmts);
    stmts
        .filter_map(|stmt| match stmt {
            Stmt::Join(join) => Some(&**join),
            Stmt::Let { .. } => None,
        })
        .find(|join| join.id == id)
}

fn put(body: &mut Block, place: Place, version: Join) {
    let mut version = Some(Stmt::Join(Box::new(version)));
    body.for_each_block_mut(&mut |block| {
        let found = block.stmts.iter_mut().enumerate();
        let found = found.filter_map(|(at, stmt)| match stmt {
            Stmt::Join(join) => Some((at, join)),
            Stmt::Let { .. } => None,
        });
        for (at, join) in found {
            match place {
                Place::Behind(id) if join.id == id => {
                    block.stmts.splice(at + 1..at + 1, version.take());
                    return;
                }
                Place::In(id) if join.id == id => {
                    join.body.stmts.splice(0..0, version.take());
                    return;
                }
                _ => {}
            }
        }
    });
}
