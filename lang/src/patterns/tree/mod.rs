//! Decision trees.
//!
//! After Maranget, "Compiling Pattern Matching to Good Decision Trees" (ML 2008): a matrix of rows is split on one occurrence
//! at a time, chosen by how many rows in a row need it. Every path tests an occurrence at most once; binding happens at the
//! leaves; bodies are named by number, so a tree never copies them. Structs and tuples need no test and are opened at once.
//!
//! Byte patterns are described in [`bytes`].
//! Lists are tested by length: each path knows the interval in which a list's length lies, so `[]` and `h :: t` make one test.

mod bytes;
mod lengths;
mod rows;
mod split;
mod verdict;

use smol_str::SmolStr;

use super::occ::{OccId, Occs, Place};
use crate::stack::with_stack;
use crate::typed::{Expr, LocalId, Pat, Program};
use lengths::Lengths;
pub(super) use rows::variants_of;
use rows::{Head, Row};
use verdict::test_for;

/// A local and the place it names.
pub type Binding = (LocalId, OccId);

/// What to do.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Tree {
    /// No row matches.
    Fail,
    /// Row `row` matches.
    Leaf { row: usize, binds: Vec<Binding> },
    /// Row `row` matches if its guard holds.
    Guard {
        row: usize,
        binds: Vec<Binding>,
        otherwise: Box<Tree>,
    },
    /// By the variant of a sum; no default when all variants are there.
    Switch {
        on: OccId,
        arms: Vec<(u8, Tree)>,
        default: Option<Box<Tree>>,
    },
    /// By the value of an integer.
    Ints {
        on: OccId,
        arms: Vec<(i64, Tree)>,
        default: Box<Tree>,
    },
    /// By a test that holds or not.
    Test {
        on: OccId,
        test: Test,
        yes: Box<Tree>,
        no: Box<Tree>,
    },
}

impl Tree {
    /// Whether some value matches no row.
    pub fn may_fail(&self) -> bool {
        match self {
            Tree::Fail => true,
            Tree::Leaf { .. } => false,
            Tree::Guard { otherwise, .. } => otherwise.may_fail(),
            Tree::Switch { arms, default, .. } => {
                arms.iter().any(|(_, tree)| tree.may_fail())
                    || default.as_ref().is_some_and(|tree| tree.may_fail())
            }
            Tree::Ints { arms, default, .. } => {
                default.may_fail() || arms.iter().any(|(_, tree)| tree.may_fail())
            }
            Tree::Test { yes, no, .. } => yes.may_fail() || no.may_fail(),
        }
    }
}

/// A test that holds or not.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Test {
    True,
    /// Both ends included.
    Between(i64, i64),
    Float(f64),
    Atom(SmolStr),
    Str(SmolStr),
    /// Comes before this text, byte by byte.
    Below(SmolStr),
    Prefix(SmolStr),
    /// Exactly so many elements, or bytes.
    Length(u32),
    /// At least so many elements, or bytes.
    AtLeast(u32),
    /// As many bytes as an occurrence says are at a place.
    Fits(Place, OccId),
    /// A code point is at a place.
    Scalar(Place),
    /// The map has the key (a number of [`Occs::key`]).
    HasKey(u32),
}

/// A row of a match: patterns for the roots, and whether a guard follows.
#[derive(Clone, Copy, Debug)]
pub struct RowSpec<'p> {
    /// One pattern a root.
    pub pats: &'p [Pat],
    /// Whether it has a guard.
    pub guarded: bool,
}

/// The patterns would make a tree beyond all measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex;

/// Bound of the work for one tree: a node costs one, and more when it has many rows.
const MAX_WORK: usize = 300_000;

/// How many rows cost as much as a node.
const ROWS_PER_UNIT: usize = 256;

/// So many texts are searched by halves: comparing with one by order costs about as much as two tests for equality.
const MANY_TEXTS: usize = 8;

/// Bound of a tree's depth, which is that of the code made from it.
const MAX_DEPTH: usize = 5_000;

/// Builds the tree of a match and the table of its occurrences.
pub fn build<'p>(
    program: &'p Program,
    rows: &[RowSpec<'p>],
) -> Result<(Tree, Occs<'p>), TooComplex> {
    let mut builder = Builder {
        program,
        occs: Occs::default(),
        work: 0,
        depth: 0,
    };
    let rows = rows
        .iter()
        .enumerate()
        .map(|(number, spec)| builder.row(number, spec))
        .collect();
    let tree = builder.tree(rows, &Lengths::default())?;
    Ok((tree, builder.occs))
}

struct Builder<'p> {
    pub program: &'p Program,
    pub occs: Occs<'p>,
    pub work: usize,
    pub depth: usize,
}

impl<'p> Builder<'p> {
    fn tree(&mut self, rows: Vec<Row<'p>>, lengths: &Lengths) -> Result<Tree, TooComplex> {
        self.spend(1 + rows.len() / ROWS_PER_UNIT)?;
        if self.depth == MAX_DEPTH {
            return Err(TooComplex);
        }
        self.depth += 1;
        let tree = with_stack(|| self.node(rows, lengths));
        self.depth -= 1;
        tree
    }

    fn spend(&mut self, work: usize) -> Result<(), TooComplex> {
        self.work += work;
        if self.work > MAX_WORK {
            Err(TooComplex)
        } else {
            Ok(())
        }
    }

    fn node(&mut self, mut rows: Vec<Row<'p>>, lengths: &Lengths) -> Result<Tree, TooComplex> {
        self.settle(&mut rows, lengths);
        let Some(first) = rows.first() else {
            return Ok(Tree::Fail);
        };
        if first.columns.is_empty() {
            return self.leaf(rows, lengths);
        }
        let occ = choose(&rows);
        if rows
            .iter()
            .any(|row| matches!(row.head(occ), Some(Head::Or(_))))
        {
            let rows = self.expand_alternatives(rows, occ)?;
            return self.tree(rows, lengths);
        }
        match rows[0].head(occ) {
            Some(&Head::Variant { of, .. }) => self.switch(rows, occ, of, lengths),
            Some(&Head::Bytes(left)) => self.bytes(rows, occ, left, lengths),
            Some(Head::Int(_)) if only_ints(&rows, occ) => self.ints(rows, occ, lengths),
            Some(Head::Str(_)) if let Some(middle) = middle_text(&rows, occ) => {
                self.two_way(rows, occ, Test::Below(middle), lengths)
            }
            Some(head) => {
                let test = test_for(head);
                self.two_way(rows, occ, test, lengths)
            }
            None => Err(TooComplex),
        }
    }

    fn leaf(&mut self, mut rows: Vec<Row<'p>>, lengths: &Lengths) -> Result<Tree, TooComplex> {
        let Row {
            number: row,
            guarded,
            binds,
            ..
        } = rows.remove(0);
        if !guarded {
            return Ok(Tree::Leaf { row, binds });
        }
        let otherwise = Box::new(self.tree(rows, lengths)?);
        Ok(Tree::Guard {
            row,
            binds,
            otherwise,
        })
    }

    /// Splits rows whose pattern at `occ` is a set of alternatives.
    fn expand_alternatives(
        &mut self,
        rows: Vec<Row<'p>>,
        occ: OccId,
    ) -> Result<Vec<Row<'p>>, TooComplex> {
        let mut expanded = Vec::with_capacity(rows.len());
        let mut waiting: Vec<Row<'p>> = rows.into_iter().rev().collect();
        while let Some(mut row) = waiting.pop() {
            let at = row
                .columns
                .iter()
                .position(|(at, head)| *at == occ && matches!(head, Head::Or(_)));
            let Some(at) = at else {
                expanded.push(row);
                continue;
            };
            self.spend(1)?;
            let (_, head) = row.columns.remove(at);
            let Head::Or(alternatives) = head else {
                continue;
            };
            for alternative in alternatives.iter().rev() {
                let mut copy = row.clone();
                self.add(&mut copy, occ, alternative);
                waiting.push(copy);
            }
        }
        Ok(expanded)
    }
}

fn only_ints(rows: &[Row<'_>], occ: OccId) -> bool {
    let mut heads = rows.iter().filter_map(|row| row.head(occ));
    heads.all(|head| matches!(head, Head::Int(_)))
}

/// Of many texts that an occurrence is compared with the one in the middle, by which they are halved; few are compared one by one.
fn middle_text(rows: &[Row<'_>], occ: OccId) -> Option<SmolStr> {
    let mut texts = Vec::new();
    for head in rows.iter().filter_map(|row| row.head(occ)) {
        match head {
            Head::Str(text) => texts.push(*text),
            _ => return None,
        }
    }
    texts.sort_unstable();
    texts.dedup();
    (texts.len() >= MANY_TEXTS).then(|| texts[texts.len() / 2].clone())
}

/// The occurrence of the first row that most following rows need too; of equal ones that with the fewest branches. What bytes only say one after the
/// other comes last.
fn choose(rows: &[Row<'_>]) -> OccId {
    let mut best: Option<(usize, usize, OccId)> = None;
    let is_late = |head: &Head<'_>| matches!(head, Head::Bytes(left) if left.is_late());
    let all_late = rows[0].columns.iter().all(|(_, head)| is_late(head));
    for (occ, head) in &rows[0].columns {
        if is_late(head) && !all_late {
            continue;
        }
        let needed = rows
            .iter()
            .take_while(|row| row.head(*occ).is_some())
            .count();
        let branches = match head {
            Head::Variant { of, .. } => *of,
            Head::Or(_) => usize::MAX,
            _ => 2,
        };
        if best.is_none_or(|(n, b, _)| needed > n || (needed == n && branches < b)) {
            best = Some((needed, branches, *occ));
        }
    }
    best.map_or(OccId(0), |(_, _, occ)| occ)
}

/// Whether two expressions are the same literal.
pub(super) fn same_literal(a: &Expr, b: &Expr) -> bool {
    use crate::typed::ExprKind::{Atom, Bool, Int, Str};
    match (&a.kind, &b.kind) {
        (Int(a), Int(b)) => a == b,
        (Str(a), Str(b)) => a == b,
        (Bool(a), Bool(b)) => a == b,
        (Atom(a), Atom(b)) => a == b,
        _ => false,
    }
}
