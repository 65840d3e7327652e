//! Which lines of a program run: counters for the places where its expressions begin, and what they say about lines.
//!
//! Lowering puts a call of [`NATIVE`] before the first expression of each line that a path comes to, so that a line has as many counters as there are
//! ways to begin it; it has run as often as the one that counted most.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::diagnostics::FileSet;
use crate::syntax::ast::{FileId, Span};
use crate::typed::walk::{children, clause_children};
use crate::typed::{Body, Expr, ExprKind, Func, Imp, Owner, Program};

/// The function of the library's module `System` that counts.
pub(crate) const NATIVE: &str = "covered";

/// The counters of a program.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By where an expression begins.
    ids: FxHashMap<(FileId, u32), u32>,
    /// File and line of each counter.
    places: Vec<(FileId, u32)>,
}

/// How often the lines of a file have run; lines without code are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLines {
    /// Path of the file.
    pub path: String,
    /// Line, from 1, and how often it ran.
    pub lines: Vec<(u32, u64)>,
}

impl FileLines {
    /// How many of its lines ran.
    pub fn covered(&self) -> usize {
        self.lines.iter().filter(|(_, count)| *count > 0).count()
    }
}

impl Coverage {
    /// Counters for all that the user has written, but for tests.
    pub fn of(program: &Program, files: &FileSet) -> Coverage {
        let mut coverage = Coverage::default();
        for func in &program.funcs {
            let is_users = !program.modules[func.module.0 as usize].std;
            if is_users && func.owner != Owner::Test && !is_derived(func) {
                coverage.function(func, files);
            }
        }
        coverage
    }

    /// How many counters there are.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// The counter of an expression, and its line; none where nothing is counted.
    pub(crate) fn counter(&self, expr: &Expr) -> Option<(u32, u32)> {
        if !is_counted(expr) {
            return None;
        }
        let id = *self.ids.get(&(expr.span.file, expr.span.start))?;
        Some((id, self.places[id as usize].1))
    }

    /// What the counters say about lines, file by file.
    pub fn lines(&self, files: &FileSet, counts: &[u64]) -> Vec<FileLines> {
        let mut found: BTreeMap<FileId, BTreeMap<u32, u64>> = BTreeMap::new();
        for ((file, line), count) in self.places.iter().zip(counts) {
            let most = found.entry(*file).or_default().entry(*line).or_default();
            *most = (*most).max(*count);
        }
        let file = |(file, lines): (FileId, BTreeMap<u32, u64>)| {
            Some(FileLines {
                path: files.get(file)?.path().to_owned(),
                lines: lines.into_iter().collect(),
            })
        };
        found.into_iter().filter_map(file).collect()
    }

    fn function(&mut self, func: &Func, files: &FileSet) {
        let Some(body) = body_of(func) else { return };
        let mut waiting: Vec<&Expr> = Vec::new();
        for clause in &body.clauses {
            clause_children(clause, &mut |expr| waiting.push(expr));
        }
        while let Some(expr) = waiting.pop() {
            if is_counted(expr) {
                self.add(expr.span, files);
            }
            children(expr, &mut |child| waiting.push(child));
        }
    }

    fn add(&mut self, span: Span, files: &FileSet) {
        let Some(file) = files.get(span.file) else {
            return;
        };
        let next = self.places.len() as u32;
        let id = *self.ids.entry((span.file, span.start)).or_insert(next);
        if id == next {
            let line = file.line_column(span.start).line;
            self.places.push((span.file, line));
        }
    }
}

fn body_of(func: &Func) -> Option<&Body> {
    match &func.imp {
        Imp::Body(body) => Some(body),
        Imp::Method { default, .. } => default.as_deref(),
        Imp::Native { .. } => None,
    }
}

/// Whether the code of a method was not written but derived: then its head is no more than its name.
fn is_derived(func: &Func) -> bool {
    let is_head = |body: &Body| body.clauses.iter().all(|clause| clause.span == func.span);
    matches!(func.owner, Owner::Impl(_)) && body_of(func).is_some_and(is_head)
}

/// Whether an expression is code of its own. A `()` is mostly not written, and a block begins where its first statement does.
fn is_counted(expr: &Expr) -> bool {
    !matches!(expr.kind, ExprKind::Unit | ExprKind::Block(..))
}
