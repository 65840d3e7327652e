//! Which functions a function refers to, and the order in which functions are typed.
//!
//! A local hides the function of its name: a reference too many would make a binding group larger, and the types in it less general.
//! Functions with complete signatures come before their users too, since what they receive is not written.

use super::scope::Access;
use super::{FuncSource, World};
use crate::stack::with_stack;
use crate::syntax::ast::{
    Block, ByteSpec, Expr, ExprKind, FnBody, FnClause, Ident, ListItem, Name, Param, Pattern,
    PatternKind, Stmt, StrPart,
};
use crate::typed::{FuncId, ModuleId};

/// The functions of this compilation in binding groups, those referred to first.
pub fn groups(world: &World<'_>, complete: impl Fn(FuncId) -> bool) -> Vec<Vec<FuncId>> {
    let first = world.first_func;
    let methods = methods(world, complete);
    let edges: Vec<Vec<u32>> = (0..world.funcs.len() as u32)
        .map(|index| {
            let id = FuncId(first + index);
            let mut finder = Finder {
                world,
                module: world.program.funcs[id.0 as usize].module,
                methods: &methods,
                locals: Vec::new(),
                found: Vec::new(),
            };
            if let Some(FuncSource::Clauses(clauses)) = world.funcs.get(index as usize) {
                clauses.iter().for_each(|clause| finder.clause(clause));
            }
            let mut found = finder.found;
            found.retain(|&to| to.0 >= first);
            found.sort_unstable();
            found.dedup();
            found.into_iter().map(|to| to.0 - first).collect()
        })
        .collect();
    let components = components(&edges);
    components
        .into_iter()
        .map(|group| {
            group
                .into_iter()
                .map(|index| FuncId(first + index))
                .collect()
        })
        .collect()
}

type Methods<'a> = rustc_hash::FxHashMap<&'a str, Vec<FuncId>>;

/// While the standard library itself is checked, `x.name()` may refer to any of its functions called so; those with complete signatures
/// need not come first, as they receive nothing.
fn methods<'a>(world: &'a World<'_>, complete: impl Fn(FuncId) -> bool) -> Methods<'a> {
    let mut methods = Methods::default();
    if world.first_func == 0 {
        for (index, func) in world.program.funcs.iter().enumerate() {
            let id = FuncId(index as u32);
            if !complete(id) {
                methods.entry(func.name.as_str()).or_default().push(id);
            }
        }
    }
    methods
}

struct Finder<'w, 'a> {
    world: &'w World<'a>,
    module: ModuleId,
    methods: &'w Methods<'w>,
    /// Names that are bound here, the innermost last.
    locals: Vec<Name>,
    found: Vec<FuncId>,
}

impl Finder<'_, '_> {
    fn clause(&mut self, clause: &FnClause) {
        self.scoped(|finder| {
            finder.params(&clause.params);
            if let Some(guard) = &clause.guard {
                finder.expr(guard);
            }
            match &clause.body {
                Some(FnBody::Expr(body)) => finder.expr(body),
                Some(FnBody::Block(block)) => finder.block(block),
                None => {}
            }
        });
    }

    /// What is bound meanwhile is forgotten afterwards.
    fn scoped(&mut self, inner: impl FnOnce(&mut Self)) {
        let outer = self.locals.len();
        inner(self);
        self.locals.truncate(outer);
    }

    fn params(&mut self, params: &[Param]) {
        params.iter().for_each(|param| self.pattern(&param.pattern));
    }

    /// Names that a pattern binds, and the sizes in it.
    fn pattern(&mut self, pattern: &Pattern) {
        let mut sizes = Vec::new();
        names_in(pattern, &mut self.locals, &mut sizes);
        self.exprs(sizes);
    }

    fn arm(&mut self, pattern: &Pattern, guard: &Option<Expr>, body: &Block) {
        self.scoped(|finder| {
            finder.pattern(pattern);
            finder.exprs(guard);
            finder.block(body);
        });
    }

    fn block(&mut self, block: &Block) {
        self.scoped(|finder| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Expr(expr) => finder.expr(expr),
                    Stmt::Let(binding) => {
                        finder.expr(&binding.value);
                        if let Some(otherwise) = &binding.otherwise {
                            finder.block(otherwise);
                        }
                        finder.pattern(&binding.pattern);
                    }
                }
            }
        });
    }

    fn name(&mut self, name: &str) {
        if let Some(hit) = self.world.find_value(self.module, name)
            && !self.locals.iter().any(|local| local == name)
        {
            self.found.push(hit.item);
        }
    }

    /// `A.B.name`, or a method's name on any other value.
    fn field(&mut self, base: &Expr, name: &Ident) {
        if let Some(path) = upper_path(base) {
            if let Some(hit) = self.world.find_module(self.module, &path)
                && let Access::Found(id) = self.world.func_in(self.module, hit.item, &name.name)
            {
                self.found.push(id);
            }
            return;
        }
        if let Some(known) = self.methods.get(name.name.as_str()) {
            self.found.extend(known);
        }
        self.expr(base);
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        with_stack(|| self.expr_here(expr));
    }

    fn expr_here(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Field(base, name) => self.field(base, name),
            ExprKind::Call(call) => {
                self.expr(&call.callee);
                self.exprs(call.args.iter().map(|arg| &arg.value));
                if let Some(trailing) = &call.trailing {
                    self.scoped(|finder| {
                        finder.params(&trailing.params);
                        finder.block(&trailing.body);
                    });
                }
            }
            ExprKind::Str(parts) => self.exprs(parts.iter().filter_map(|part| match part {
                StrPart::Expr(expr) => Some(expr),
                StrPart::Text(_) => None,
            })),
            ExprKind::Bytes(segments) => {
                for segment in segments {
                    self.expr(&segment.value);
                    self.exprs(segment.specs.iter().filter_map(size_of));
                }
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, _, a, b) => self.exprs([&**a, &**b]),
            ExprKind::Pipe { value, target, .. } => self.exprs([&**value, &**target]),
            ExprKind::Try(inner)
            | ExprKind::Unary(_, inner)
            | ExprKind::Paren(inner)
            | ExprKind::Assert(inner)
            | ExprKind::AssertCrash(inner)
            | ExprKind::Return(Some(inner)) => self.expr(inner),
            ExprKind::Tuple(items) => self.exprs(items),
            ExprKind::List(items) => self.exprs(items.iter().map(|item| match item {
                ListItem::One(expr) | ListItem::Splice(expr) => expr,
            })),
            ExprKind::Map(pairs) => self.exprs(pairs.iter().flat_map(|(k, v)| [k, v])),
            ExprKind::Struct { fields, .. } => self.exprs(fields.iter().map(|(_, value)| value)),
            ExprKind::Update { base, fields } => {
                self.expr(base);
                self.exprs(fields.iter().map(|(_, value)| value));
            }
            _ => self.control(expr),
        }
    }

    fn control(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Closure(closure) => {
                for clause in &closure.clauses {
                    self.scoped(|finder| {
                        finder.params(&clause.params);
                        finder.exprs(&clause.guard);
                        finder.block(&clause.body);
                    });
                }
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::If(parts) => {
                self.expr(&parts.cond);
                self.block(&parts.then);
                parts.otherwise.iter().for_each(|block| self.block(block));
            }
            ExprKind::Case(case) => {
                self.expr(&case.scrutinee);
                for arm in &case.arms {
                    self.arm(&arm.pattern, &arm.guard, &arm.body);
                }
            }
            ExprKind::Cond(arms) => {
                for (cond, body) in arms {
                    self.expr(cond);
                    self.block(body);
                }
            }
            ExprKind::While(cond, body) => {
                self.expr(cond);
                self.block(body);
            }
            ExprKind::For(parts) => {
                self.scoped(|finder| {
                    for (pattern, iterable) in &parts.generators {
                        finder.expr(iterable);
                        finder.pattern(pattern);
                    }
                    finder.exprs(&parts.guard);
                    finder.block(&parts.body);
                });
            }
            ExprKind::Receive(receive) => {
                for arm in &receive.arms {
                    self.arm(&arm.pattern, &arm.guard, &arm.body);
                }
                if let Some((limit, body)) = &receive.after {
                    self.expr(limit);
                    self.block(body);
                }
            }
            ExprKind::AssertReceive(pattern, limit) => {
                limit.iter().for_each(|limit| self.expr(limit));
                self.pattern(pattern);
            }
            _ => {}
        }
    }
}

/// The names that a pattern binds, and the sizes of its byte segments.
fn names_in<'p>(pattern: &'p Pattern, names: &mut Vec<Name>, sizes: &mut Vec<&'p Expr>) {
    with_stack(|| names_here(pattern, names, sizes));
}

fn names_here<'p>(pattern: &'p Pattern, names: &mut Vec<Name>, sizes: &mut Vec<&'p Expr>) {
    let mut all = |patterns: &mut dyn Iterator<Item = &'p Pattern>| {
        patterns.for_each(|pattern| names_in(pattern, names, sizes));
    };
    match &pattern.kind {
        PatternKind::Bind(name) => names.push(name.clone()),
        PatternKind::Tuple(parts) | PatternKind::Braces(parts) | PatternKind::Or(parts) => {
            all(&mut parts.iter());
        }
        PatternKind::Variant { fields, .. } => {
            all(&mut fields.iter().flatten().map(|(_, part)| part));
        }
        PatternKind::Struct { fields, .. } => {
            for (name, part) in fields {
                match part {
                    Some(part) => names_in(part, names, sizes),
                    None => names.push(name.name.clone()),
                }
            }
        }
        PatternKind::Cons(head, tail) => all(&mut [&**head, &**tail].into_iter()),
        PatternKind::List(items) => all(&mut items.iter().map(|item| match item {
            ListItem::One(part) | ListItem::Splice(part) => part,
        })),
        PatternKind::As(part, name) => {
            names_in(part, names, sizes);
            names.push(name.name.clone());
        }
        PatternKind::Prefix(_, rest) => names_in(rest, names, sizes),
        PatternKind::Map(pairs) => all(&mut pairs.iter().map(|(_, part)| part)),
        PatternKind::Bytes(segments) => {
            all(&mut segments.iter().map(|segment| &segment.value));
            let specs = segments.iter().flat_map(|segment| &segment.specs);
            sizes.extend(specs.filter_map(size_of));
        }
        _ => {}
    }
}

/// The size that a specifier gives by an expression.
fn size_of(spec: &ByteSpec) -> Option<&Expr> {
    match spec {
        ByteSpec::Sized(_, size) => Some(size),
        ByteSpec::Bits(_) | ByteSpec::Word(_) => None,
    }
}

/// The path of `A.B` written as an expression.
pub fn upper_path(expr: &Expr) -> Option<Vec<Ident>> {
    match &expr.kind {
        ExprKind::Upper(name) => Some(vec![Ident {
            name: name.clone(),
            span: expr.span,
        }]),
        ExprKind::Field(base, name) if name.name.starts_with(char::is_uppercase) => {
            let mut path = upper_path(base)?;
            path.push(name.clone());
            Some(path)
        }
        _ => None,
    }
}

/// Strongly connected components of a graph, each after those it points to (Tarjan's algorithm with its own stack).
fn components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        edges,
        index: vec![u32::MAX; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        out: Vec::new(),
    };
    for node in 0..edges.len() as u32 {
        if search.index[node as usize] == u32::MAX {
            search.from(node);
        }
    }
    search.out
}

struct Search<'e> {
    edges: &'e [Vec<u32>],
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    next: u32,
    out: Vec<Vec<u32>>,
}

impl Search<'_> {
    fn enter(&mut self, node: u32) {
        self.index[node as usize] = self.next;
        self.low[node as usize] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node as usize] = true;
    }

    fn from(&mut self, start: u32) {
        let mut calls: Vec<(u32, usize)> = vec![(start, 0)];
        self.enter(start);
        while let Some((node, edge)) = calls.last_mut() {
            let (at, here) = (*node as usize, *node);
            if let Some(&to) = self.edges[at].get(*edge) {
                *edge += 1;
                if self.index[to as usize] == u32::MAX {
                    self.enter(to);
                    calls.push((to, 0));
                } else if self.on_stack[to as usize] {
                    self.low[at] = self.low[at].min(self.index[to as usize]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                let parent = parent as usize;
                self.low[parent] = self.low[parent].min(self.low[at]);
            }
            if self.low[at] == self.index[at] {
                self.component(here);
            }
        }
    }

    fn component(&mut self, root: u32) {
        let mut members = Vec::new();
        while let Some(node) = self.stack.pop() {
            self.on_stack[node as usize] = false;
            members.push(node);
            if node == root {
                break;
            }
        }
        members.sort_unstable();
        self.out.push(members);
    }
}
