//! Splitting rows by the answers that a place may give.

use rustc_hash::FxHashMap;

use super::lengths::Lengths;
use super::rows::{Head, Row};
use super::verdict::{Verdict, when_false};
use super::{Builder, Test, TooComplex, Tree};
use crate::patterns::occ::OccId;
use crate::typed::Pat;

impl<'p> Builder<'p> {
    pub(super) fn switch(
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

    pub(super) fn ints(
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

    pub(super) fn two_way(
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
}
