//! Decision trees.
//!
//! After Maranget, "Compiling Pattern Matching to Good Decision Trees" (ML 2008): a matrix of rows is split on one occurrence
//! at a time, chosen by how many rows in a row need it. Every path tests an occurrence at most once; binding happens at the
//! leaves; bodies are named by number, so a tree never copies them. Structs and tuples need no test and are opened at once.
//!
//! Lists are tested by length: each path knows the interval in which a list's length lies, so `[]` and `h :: t` make one test.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::occ::{Occ, OccId, Occs};
use crate::stack::with_stack;
use crate::typed::{Con, Expr, LocalId, Pat, PatKind, Program, Shape, Ty};

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
    Prefix(SmolStr),
    /// Exactly so many elements.
    Length(u32),
    /// At least so many elements.
    AtLeast(u32),
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

/// A refutable pattern at an occurrence.
#[derive(Clone, Debug)]
enum Head<'p> {
    Variant {
        tag: u8,
        of: usize,
        fields: &'p [Pat],
    },
    Bool(bool),
    Int(i64),
    Between(i64, i64),
    Float(f64),
    Atom(&'p SmolStr),
    Str(&'p SmolStr),
    Prefix(&'p SmolStr, &'p Pat),
    List(&'p [Pat], Option<&'p Pat>),
    Map(Vec<(u32, &'p Pat)>),
    Or(&'p [Pat]),
    /// A pattern that nothing matches, as the range `5..1`.
    Never,
}

#[derive(Clone, Debug)]
struct Row<'p> {
    number: usize,
    guarded: bool,
    columns: Vec<(OccId, Head<'p>)>,
    binds: Vec<Binding>,
}

impl<'p> Row<'p> {
    fn head(&self, occ: OccId) -> Option<&Head<'p>> {
        let found = self.columns.iter().find(|(at, _)| *at == occ);
        found.map(|(_, head)| head)
    }
}

/// What a path knows about lengths of lists: `(list, least, most)`.
#[derive(Clone, Debug, Default)]
struct Lengths(Vec<(OccId, u32, u32)>);

impl Lengths {
    fn of(&self, list: OccId) -> (u32, u32) {
        let found = self.0.iter().find(|(at, _, _)| *at == list);
        found.map_or((0, u32::MAX), |&(_, least, most)| (least, most))
    }

    fn with(&self, list: OccId, least: u32, most: u32) -> Lengths {
        let mut lengths = self.clone();
        lengths.0.retain(|(at, _, _)| *at != list);
        lengths.0.push((list, least, most));
        lengths
    }

    /// What is known after a test held, and after it did not.
    fn after(&self, list: OccId, test: &Test) -> (Lengths, Lengths) {
        let (least, most) = self.of(list);
        match *test {
            Test::Length(n) => {
                let otherwise = match n {
                    n if n == least => self.with(list, n + 1, most),
                    n if n == most => self.with(list, least, n - 1),
                    _ => self.clone(),
                };
                (self.with(list, n, n), otherwise)
            }
            Test::AtLeast(n) => (self.with(list, n, most), self.with(list, least, n - 1)),
            _ => (self.clone(), self.clone()),
        }
    }
}

/// What an answered test means for a head of the tested occurrence.
enum Verdict<'p> {
    /// The head cannot match.
    Drop,
    /// Nothing is known about the head yet.
    Keep,
    /// The head matches if these do.
    Open(Vec<(OccId, &'p Pat)>),
    /// The head is replaced by a smaller one; and these must match.
    Shrink(Head<'p>, Vec<(OccId, &'p Pat)>),
}

struct Builder<'p> {
    program: &'p Program,
    occs: Occs<'p>,
    work: usize,
    depth: usize,
}

impl<'p> Builder<'p> {
    fn row(&mut self, number: usize, spec: &RowSpec<'p>) -> Row<'p> {
        let mut row = Row {
            number,
            guarded: spec.guarded,
            columns: Vec::new(),
            binds: Vec::new(),
        };
        for (root, pat) in spec.pats.iter().enumerate() {
            let occ = self.occs.intern(Occ::Root(root as u32));
            self.add(&mut row, occ, pat);
        }
        row
    }

    /// Adds a pattern to a row: bindings and what needs no test are taken apart at once.
    fn add(&mut self, row: &mut Row<'p>, occ: OccId, pat: &'p Pat) {
        match &pat.kind {
            PatKind::Wildcard | PatKind::Unit => {}
            PatKind::Bind(local) => row.binds.push((*local, occ)),
            PatKind::As(inner, local) => {
                row.binds.push((*local, occ));
                self.add(row, occ, inner);
            }
            PatKind::Tuple(fields) => self.add_fields(row, occ, 0, fields),
            PatKind::Construct { variant, fields } => match variants_of(self.program, &pat.ty) {
                None | Some(1) => self.add_fields(row, occ, *variant as u8, fields),
                Some(of) => {
                    let tag = *variant as u8;
                    row.columns.push((occ, Head::Variant { tag, of, fields }));
                }
            },
            PatKind::Or(alternatives) => match alternatives.as_slice() {
                [only] => self.add(row, occ, only),
                _ => row.columns.push((occ, Head::Or(alternatives))),
            },
            PatKind::Map(entries) if entries.is_empty() => {}
            PatKind::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (self.occs.intern_key(key), value));
                let head = Head::Map(entries.collect());
                row.columns.push((occ, head));
            }
            PatKind::List(lead, Some(rest)) if lead.is_empty() => self.add(row, occ, rest),
            PatKind::Bool(value) => row.columns.push((occ, Head::Bool(*value))),
            PatKind::Int(value) => row.columns.push((occ, Head::Int(*value))),
            PatKind::Float(value) => row.columns.push((occ, Head::Float(*value))),
            PatKind::Str(text) => row.columns.push((occ, Head::Str(text))),
            PatKind::Atom(name) => row.columns.push((occ, Head::Atom(name))),
            PatKind::Range(from, to, inclusive) => {
                row.columns.push((occ, between(*from, *to, *inclusive)))
            }
            PatKind::List(lead, rest) => self.add_list(row, occ, lead, rest.as_deref()),
            PatKind::Prefix(prefix, rest) if prefix.is_empty() => self.add(row, occ, rest),
            PatKind::Prefix(prefix, rest) => row.columns.push((occ, Head::Prefix(prefix, rest))),
        }
    }

    fn add_fields(&mut self, row: &mut Row<'p>, of: OccId, tag: u8, fields: &'p [Pat]) {
        for (field, pat) in fields.iter().enumerate() {
            let field = field as u32;
            let occ = self.occs.intern(Occ::Field { of, tag, field });
            self.add(row, occ, pat);
        }
    }

    fn add_list(&mut self, row: &mut Row<'p>, occ: OccId, lead: &'p [Pat], rest: Option<&'p Pat>) {
        row.columns.push((occ, Head::List(lead, rest)));
    }

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
        self.settle_lists(&mut rows, lengths);
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
            Some(Head::Int(_)) if only_ints(&rows, occ) => self.ints(rows, occ, lengths),
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

    fn switch(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        of: usize,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        let (parts, others) = self.group(rows, on, |builder, head| match head {
            Head::Variant { tag, fields, .. } => (*tag, builder.fields(on, *tag, fields)),
            _ => (0, Vec::new()),
        });
        let mut arms = Vec::with_capacity(parts.len());
        for (tag, rows) in parts {
            arms.push((tag, self.tree(rows, lengths)?));
        }
        let default = match arms.len() == of {
            true => None,
            false => Some(Box::new(self.tree(others, lengths)?)),
        };
        Ok(Tree::Switch { on, arms, default })
    }

    fn ints(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        let (parts, others) = self.group(rows, on, |_, head| match head {
            Head::Int(value) => (*value, Vec::new()),
            _ => (0, Vec::new()),
        });
        let mut arms = Vec::with_capacity(parts.len());
        for (value, rows) in parts {
            arms.push((value, self.tree(rows, lengths)?));
        }
        let default = Box::new(self.tree(others, lengths)?);
        Ok(Tree::Ints { on, arms, default })
    }

    /// Rows by the value that `open` reads off their heads at `on`, ascending, and those without a head there, which
    /// belong to every group as well.
    #[allow(clippy::type_complexity)]
    fn group<K: Copy + Ord + std::hash::Hash>(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        open: impl Fn(&mut Self, &Head<'p>) -> (K, Vec<(OccId, &'p Pat)>),
    ) -> (Vec<(K, Vec<Row<'p>>)>, Vec<Row<'p>>) {
        let mut groups: Vec<(K, Vec<Row<'p>>)> = Vec::new();
        let mut index: FxHashMap<K, usize> = FxHashMap::default();
        let mut others: Vec<Row<'p>> = Vec::new();
        for mut row in rows {
            let at = row.columns.iter().position(|(at, _)| *at == on);
            let Some(at) = at else {
                for (_, group) in &mut groups {
                    group.push(row.clone());
                }
                others.push(row);
                continue;
            };
            let (_, head) = row.columns.swap_remove(at);
            let (key, parts) = open(self, &head);
            self.add_all(&mut row, parts);
            let group = *index.entry(key).or_insert_with(|| {
                groups.push((key, others.clone()));
                groups.len() - 1
            });
            groups[group].1.push(row);
        }
        groups.sort_by_key(|(key, _)| *key);
        (groups, others)
    }

    fn two_way(
        &mut self,
        rows: Vec<Row<'p>>,
        at: OccId,
        test: Test,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        let mut yes = Vec::new();
        for row in &rows {
            let mut heads = row.columns.iter().filter(|(occ, _)| *occ == at);
            let mut drops =
                |head: &Head<'p>| matches!(self.when_true(at, &test, head), Verdict::Drop);
            if heads.any(|(_, head)| drops(head)) {
                continue;
            }
            let mut row = row.clone();
            if self.answer(&mut row, at, |builder, head| {
                builder.when_true(at, &test, head)
            }) {
                yes.push(row);
            }
        }
        let no = rows.into_iter().filter_map(|mut row| {
            let fits = self.answer(&mut row, at, |_, head| when_false(&test, head));
            fits.then_some(row)
        });
        let no: Vec<_> = no.collect();
        let (list, skipped) = self.occs.list_root(at);
        let (on, test) = match test {
            Test::Length(n) => (list, Test::Length(n + skipped)),
            Test::AtLeast(n) => (list, Test::AtLeast(n + skipped)),
            other => (at, other),
        };
        let (known, otherwise) = lengths.after(on, &test);
        let yes = Box::new(self.tree(yes, &known)?);
        let no = Box::new(self.tree(no, &otherwise)?);
        Ok(Tree::Test { on, test, yes, no })
    }

    /// Updates a row by what an answered test says about its head at `occ`; false when the row cannot match.
    fn answer(
        &mut self,
        row: &mut Row<'p>,
        occ: OccId,
        verdict: impl Fn(&mut Self, &Head<'p>) -> Verdict<'p>,
    ) -> bool {
        let mut at = 0;
        let end = row.columns.len();
        let mut gone = 0;
        while at + gone < end {
            if row.columns[at].0 != occ {
                at += 1;
                continue;
            }
            match verdict(self, &row.columns[at].1) {
                Verdict::Drop => return false,
                Verdict::Keep => at += 1,
                Verdict::Open(parts) => {
                    row.columns.remove(at);
                    gone += 1;
                    self.add_all(row, parts);
                }
                Verdict::Shrink(head, parts) => {
                    row.columns[at].1 = head;
                    at += 1;
                    self.add_all(row, parts);
                }
            }
        }
        true
    }

    fn add_all(&mut self, row: &mut Row<'p>, parts: Vec<(OccId, &'p Pat)>) {
        for (occ, pat) in parts {
            self.add(row, occ, pat);
        }
    }

    fn fields(&mut self, of: OccId, tag: u8, fields: &'p [Pat]) -> Vec<(OccId, &'p Pat)> {
        let number = |(field, pat)| {
            let field = field as u32;
            (self.occs.intern(Occ::Field { of, tag, field }), pat)
        };
        fields.iter().enumerate().map(number).collect::<Vec<_>>()
    }

    /// Elements and rest of a list that is known to be long enough.
    fn elements(
        &mut self,
        of: OccId,
        lead: &'p [Pat],
        rest: Option<&'p Pat>,
    ) -> Vec<(OccId, &'p Pat)> {
        let (list, skipped) = self.occs.list_root(of);
        let mut parts = Vec::with_capacity(lead.len() + 1);
        for (index, pat) in lead.iter().enumerate() {
            let index = skipped + index as u32;
            parts.push((self.occs.intern(Occ::Element { list, index }), pat));
        }
        if let Some(pat) = rest {
            let from = skipped + lead.len() as u32;
            parts.push((self.occs.intern(Occ::Rest { list, from }), pat));
        }
        parts
    }

    /// Opens list patterns that need no test any more and removes rows whose list patterns cannot match.
    fn settle_lists(&mut self, rows: &mut Vec<Row<'p>>, lengths: &Lengths) {
        let taken = std::mem::take(rows);
        for mut row in taken {
            if self.settle_row(&mut row, lengths) {
                rows.push(row);
            }
        }
    }

    fn settle_row(&mut self, row: &mut Row<'p>, lengths: &Lengths) -> bool {
        let mut at = 0;
        while at < row.columns.len() {
            let (occ, head) = &row.columns[at];
            let occ = *occ;
            let Head::List(lead, rest) = head else {
                if matches!(head, Head::Never) {
                    return false;
                }
                at += 1;
                continue;
            };
            let (lead, rest) = (*lead, *rest);
            let (least, most) = self.known(occ, lengths);
            let n = lead.len() as u32;
            if n > most || (rest.is_none() && n < least) {
                return false;
            }
            if n <= least && (rest.is_some() || (n == least && n == most)) {
                row.columns.remove(at);
                let parts = self.elements(occ, lead, rest);
                self.add_all(row, parts);
            } else {
                at += 1;
            }
        }
        true
    }

    /// The interval of a list's length; for the rest of another list, what follows from that one's.
    fn known(&self, occ: OccId, lengths: &Lengths) -> (u32, u32) {
        let (list, skipped) = self.occs.list_root(occ);
        let (least, most) = lengths.of(list);
        let most = if most == u32::MAX {
            most
        } else {
            most.saturating_sub(skipped)
        };
        (least.saturating_sub(skipped), most)
    }

    fn when_true(&mut self, on: OccId, test: &Test, head: &Head<'p>) -> Verdict<'p> {
        match (test, head) {
            (Test::True, Head::Bool(value)) => matched_if(*value),
            (Test::Float(a), Head::Float(b)) => matched_if(a == b),
            (Test::Atom(a), Head::Atom(b)) => matched_if(a == *b),
            (Test::Between(from, to), Head::Int(value)) => {
                if from == to {
                    matched_if(from == value)
                } else {
                    keep_if((*from..=*to).contains(value))
                }
            }
            (Test::Between(from, to), Head::Between(a, b)) => {
                if a <= from && to <= b {
                    Verdict::Open(Vec::new())
                } else {
                    keep_if(a <= to && from <= b)
                }
            }
            (Test::Str(a), Head::Str(b)) => matched_if(a == *b),
            // Suffixes exist only behind the test of their own prefix.
            (Test::Str(a), Head::Prefix(prefix, _)) => keep_if(a.starts_with(prefix.as_str())),
            (Test::Prefix(a), Head::Str(b)) => keep_if(b.starts_with(a.as_str())),
            (Test::Prefix(a), Head::Prefix(prefix, rest)) if a == *prefix => {
                let bytes = prefix.len() as u32;
                Verdict::Open(vec![(
                    self.occs.intern(Occ::Suffix { of: on, bytes }),
                    rest,
                )])
            }
            (Test::Prefix(a), Head::Prefix(prefix, _)) => {
                keep_if(a.starts_with(prefix.as_str()) || prefix.starts_with(a.as_str()))
            }
            (Test::HasKey(key), Head::Map(entries)) => self.with_key(on, *key, entries),
            // Lists: the known interval decides when the rows are settled.
            _ => Verdict::Keep,
        }
    }

    fn with_key(&mut self, of: OccId, key: u32, entries: &[(u32, &'p Pat)]) -> Verdict<'p> {
        let value = self.occs.intern(Occ::Value { of, key });
        let (here, others): (Vec<_>, Vec<_>) =
            entries.iter().copied().partition(|(at, _)| *at == key);
        let parts = here.into_iter().map(|(_, pat)| (value, pat)).collect();
        if others.is_empty() {
            Verdict::Open(parts)
        } else {
            Verdict::Shrink(Head::Map(others), parts)
        }
    }
}

/// The test that decides about a head.
fn test_for(head: &Head<'_>) -> Test {
    match head {
        Head::Int(value) => Test::Between(*value, *value),
        Head::Between(from, to) => Test::Between(*from, *to),
        Head::Float(value) => Test::Float(*value),
        Head::Atom(name) => Test::Atom((*name).clone()),
        Head::Str(text) => Test::Str((*text).clone()),
        Head::Prefix(prefix, _) => Test::Prefix((*prefix).clone()),
        Head::List(lead, None) => Test::Length(lead.len() as u32),
        Head::List(lead, Some(_)) => Test::AtLeast(lead.len() as u32),
        Head::Map(entries) => Test::HasKey(entries.first().map_or(0, |(key, _)| *key)),
        Head::Bool(_) | Head::Variant { .. } | Head::Or(_) | Head::Never => Test::True,
    }
}

fn matched_if<'p>(holds: bool) -> Verdict<'p> {
    if holds {
        Verdict::Open(Vec::new())
    } else {
        Verdict::Drop
    }
}

fn keep_if<'p>(holds: bool) -> Verdict<'p> {
    if holds { Verdict::Keep } else { Verdict::Drop }
}

fn when_false<'p>(test: &Test, head: &Head<'p>) -> Verdict<'p> {
    match (test, head) {
        (Test::True, Head::Bool(value)) => matched_if(!value),
        (Test::Length(n), Head::List(lead, None)) => keep_if(lead.len() != *n as usize),
        (Test::Float(a), Head::Float(b)) => keep_if(a != b),
        (Test::Atom(a), Head::Atom(b)) => keep_if(a != *b),
        (Test::Between(from, to), Head::Int(value)) => keep_if(!(*from..=*to).contains(value)),
        (Test::Between(from, to), Head::Between(a, b)) => keep_if(!(from <= a && b <= to)),
        (Test::Str(a), Head::Str(b)) => keep_if(a != *b),
        (Test::Prefix(a), Head::Str(b)) => keep_if(!b.starts_with(a.as_str())),
        (Test::Prefix(a), Head::Prefix(b, _)) => keep_if(!b.starts_with(a.as_str())),
        (Test::HasKey(key), Head::Map(entries)) => keep_if(entries.iter().all(|(at, _)| at != key)),
        _ => Verdict::Keep,
    }
}

fn between<'p>(from: i64, to: i64, inclusive: bool) -> Head<'p> {
    match if inclusive {
        Some(to)
    } else {
        to.checked_sub(1)
    } {
        Some(last) if from <= last => Head::Between(from, last),
        _ => Head::Never,
    }
}

fn only_ints(rows: &[Row<'_>], occ: OccId) -> bool {
    let mut heads = rows.iter().filter_map(|row| row.head(occ));
    heads.all(|head| matches!(head, Head::Int(_)))
}

/// The occurrence of the first row that most following rows need too; of equal ones that with the fewest branches.
fn choose(rows: &[Row<'_>]) -> OccId {
    let mut best: Option<(usize, usize, OccId)> = None;
    for (occ, head) in &rows[0].columns {
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

/// Number of variants of a sum type; `None` for structs and all others.
pub(super) fn variants_of(program: &Program, ty: &Ty) -> Option<usize> {
    let Ty::App(Con::Adt(id), _) = ty else {
        return None;
    };
    match &program.types[id.0 as usize].shape {
        Shape::Sum(variants) => Some(variants.len()),
        Shape::Struct(_) => None,
    }
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
