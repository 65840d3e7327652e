//! Lists and bytes are tested by length: what a path knows about lengths, and what follows for list patterns.

use super::bytes::Settled;
use super::rows::{Head, Row};
use super::{Builder, Test};
use crate::patterns::occ::{Occ, OccId};
use crate::typed::Pat;

/// What a path knows about lengths: `(list, or where bytes are counted from; least, most)`.
#[derive(Clone, Debug, Default)]
pub struct Lengths(Vec<(OccId, u32, u32)>);

impl Lengths {
    pub fn of(&self, list: OccId) -> (u32, u32) {
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
    pub fn after(&self, list: OccId, test: &Test) -> (Lengths, Lengths) {
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

impl<'p> Builder<'p> {
    /// Opens patterns of lists and bytes as far as they need no test any more, and removes rows of which one cannot match.
    pub(super) fn settle(&mut self, rows: &mut Vec<Row<'p>>, lengths: &Lengths) {
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
            let (lead, rest) = match head {
                Head::List(lead, rest) => (*lead, *rest),
                Head::Never => return false,
                Head::Bytes(_) => {
                    match self.settle_bytes(row, at, lengths) {
                        Settled::Fails => return false,
                        Settled::Opened => {}
                        Settled::Stays => at += 1,
                    }
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
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
}
