//! What the answer to a test means for the other patterns of a place.

use super::rows::Head;
use super::{Builder, Test};
use crate::patterns::occ::{Occ, OccId};
use crate::typed::Pat;

/// What an answered test means for a head of the tested occurrence.
pub enum Verdict<'p> {
    /// The head cannot match.
    Drop,
    /// Nothing is known about the head yet.
    Keep,
    /// The head matches if these do.
    Open(Vec<(OccId, &'p Pat)>),
    /// The head is replaced by a smaller one; and these must match.
    Shrink(Head<'p>, Vec<(OccId, &'p Pat)>),
}

impl<'p> Builder<'p> {
    pub(super) fn when_true(&mut self, on: OccId, test: &Test, head: &Head<'p>) -> Verdict<'p> {
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
            (Test::Below(a), Head::Str(b)) => keep_if(*b < a),
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

pub(super) fn when_false<'p>(test: &Test, head: &Head<'p>) -> Verdict<'p> {
    match (test, head) {
        (Test::True, Head::Bool(value)) => matched_if(!value),
        (Test::Length(n), Head::List(lead, None)) => keep_if(lead.len() != *n as usize),
        (Test::Float(a), Head::Float(b)) => keep_if(a != b),
        (Test::Atom(a), Head::Atom(b)) => keep_if(a != *b),
        (Test::Between(from, to), Head::Int(value)) => keep_if(!(*from..=*to).contains(value)),
        (Test::Between(from, to), Head::Between(a, b)) => keep_if(!(from <= a && b <= to)),
        (Test::Str(a), Head::Str(b)) => keep_if(a != *b),
        (Test::Below(a), Head::Str(b)) => keep_if(*b >= a),
        (Test::Prefix(a), Head::Str(b)) => keep_if(!b.starts_with(a.as_str())),
        (Test::Prefix(a), Head::Prefix(b, _)) => keep_if(!b.starts_with(a.as_str())),
        (Test::HasKey(key), Head::Map(entries)) => keep_if(entries.iter().all(|(at, _)| at != key)),
        _ => Verdict::Keep,
    }
}

/// The test that decides about a head.
pub(super) fn test_for(head: &Head<'_>) -> Test {
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
        Head::Bool(_) | Head::Variant { .. } | Head::Bytes(_) | Head::Or(_) | Head::Never => {
            Test::True
        }
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
