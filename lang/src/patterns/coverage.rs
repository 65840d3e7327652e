//! Which values no row matches.
//!
//! After Maranget, "Warnings for pattern matching" (JFP 2007). One question serves both checks: which values inside a
//! given space do the rows leave out? Asked with the space of all values, the answer says what a match lacks; asked with the space of
//! a later row, an empty answer says that the row is superfluous.

use super::space::{ANY, BYTE, Ctor, Signature, Space};
use super::tree::TooComplex;
use crate::stack::with_stack;
use crate::typed::{Program, Ty};

/// A value that is left out, as an example.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Example {
    /// Its type.
    pub(super) ty: Ty,
    /// Its constructor; none when any value will do.
    pub(super) of: Option<(Ctor, Vec<Example>)>,
}

/// Bound of the work for one question.
const MAX_WORK: usize = 1_000_000;

/// Up to `limit` rows of values inside `within` that none of `rows` matches.
pub(super) fn uncovered(
    program: &Program,
    rows: &[Vec<&Space>],
    within: &[&Space],
    types: &[Ty],
    limit: usize,
) -> Result<Vec<Vec<Example>>, TooComplex> {
    let mut search = Search {
        program,
        work: 0,
        limit,
    };
    search.examples(rows.to_vec(), within.to_vec(), types.to_vec())
}

struct Search<'p> {
    program: &'p Program,
    work: usize,
    limit: usize,
}

type Row<'s> = Vec<&'s Space>;

impl Search<'_> {
    fn examples<'s>(
        &mut self,
        rows: Vec<Row<'s>>,
        within: Row<'s>,
        types: Vec<Ty>,
    ) -> Result<Vec<Vec<Example>>, TooComplex> {
        self.work += 1 + rows.len() / 64;
        if self.work > MAX_WORK {
            return Err(TooComplex);
        }
        let Some(ty) = types.first() else {
            return Ok(if rows.is_empty() {
                vec![Vec::new()]
            } else {
                Vec::new()
            });
        };
        match within[0] {
            Space::Or(parts) => {
                let mut found = Vec::new();
                for part in parts {
                    let mut within = within.clone();
                    within[0] = part;
                    let more = with_stack(|| self.examples(rows.clone(), within, types.clone()))?;
                    found.extend(more);
                    if found.len() >= self.limit {
                        break;
                    }
                }
                found.truncate(self.limit);
                return Ok(found);
            }
            Space::Any | Space::Unknown | Space::Of(..) => {}
        }
        let rows = expand(rows);
        let parts = self.parts(&rows, within[0], ty);
        let mut found = Vec::new();
        for part in parts {
            let more = with_stack(|| self.in_part(&part, &rows, &within, &types))?;
            found.extend(more);
            if found.len() >= self.limit {
                break;
            }
        }
        found.truncate(self.limit);
        Ok(found)
    }

    /// Examples whose first value is of one part of the first column.
    fn in_part<'s>(
        &mut self,
        part: &Part,
        rows: &[Row<'s>],
        within: &Row<'s>,
        types: &[Ty],
    ) -> Result<Vec<Vec<Example>>, TooComplex> {
        let (ctor, fields) = match part {
            Part::Other => (None, &[] as &[Ty]),
            Part::Ctor(ctor, fields) => (Some(ctor), fields.as_slice()),
        };
        let Some(inner) = specialise(within, ctor, fields.len()) else {
            return Ok(Vec::new());
        };
        let rows = rows
            .iter()
            .filter_map(|row| specialise_row(row, ctor, fields.len()));
        let rows: Vec<_> = rows.collect();
        let mut inner_types = fields.to_vec();
        inner_types.extend_from_slice(&types[1..]);
        let found = self.examples(rows, inner, inner_types)?;
        let rebuilt = found.into_iter().map(|mut values| {
            let rest = values.split_off(fields.len());
            let of = ctor.map(|ctor| (ctor.clone(), values));
            let mut whole = vec![Example {
                ty: types[0].clone(),
                of,
            }];
            whole.extend(rest);
            whole
        });
        Ok(rebuilt.collect())
    }

    /// The parts into which the first column of the rows splits the values of its type.
    fn parts(&self, rows: &[Row<'_>], within: &Space, ty: &Ty) -> Vec<Part> {
        let mut heads: Vec<&Ctor> = Vec::new();
        for space in rows.iter().map(|row| row[0]).chain([within]) {
            if let Space::Of(ctor, _) = space {
                heads.push(ctor);
            }
        }
        if heads.is_empty() {
            return vec![Part::Other];
        }
        match Signature::of(self.program, ty) {
            Signature::Finite(ctors) => ctors
                .into_iter()
                .map(|(ctor, fields)| Part::Ctor(ctor, fields))
                .collect(),
            Signature::Ints => int_parts(&heads, within),
            Signature::Endless => match within {
                Space::Of(ctor, _) => vec![endless_part(ctor, ty)],
                _ => endless_parts(&heads, ty),
            },
        }
    }
}

/// A part of a type's values.
enum Part {
    /// Values of a constructor, with the types of its fields.
    Ctor(Ctor, Vec<Ty>),
    /// Values of no constructor that a row names.
    Other,
}

/// Splits the integers at the ends of all ranges; only those inside `within`.
fn int_parts(heads: &[&Ctor], within: &Space) -> Vec<Part> {
    let (low, high) = match within {
        Space::Of(Ctor::Ints(low, high), _) => (*low, *high),
        _ => (i64::MIN, i64::MAX),
    };
    let mut starts = vec![low];
    for head in heads {
        let Ctor::Ints(from, to) = head else { continue };
        starts.push(*from);
        starts.extend(to.checked_add(1));
    }
    starts.retain(|start| (low..=high).contains(start));
    starts.sort_unstable();
    starts.dedup();
    // Small numbers make better examples than the least one.
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([high]);
    let mut parts: Vec<(i64, i64)> = starts.iter().copied().zip(ends).collect();
    parts.sort_by_key(|&(from, to)| {
        if to < 0 {
            (1, from.unsigned_abs())
        } else {
            (0, from.max(0).unsigned_abs())
        }
    });
    let part = |(from, to)| Part::Ctor(Ctor::Ints(from, to), Vec::new());
    parts.into_iter().map(part).collect()
}

fn endless_parts(heads: &[&Ctor], ty: &Ty) -> Vec<Part> {
    let mut seen: Vec<&Ctor> = Vec::new();
    for head in heads {
        if !seen.contains(head) {
            seen.push(head);
        }
    }
    let named = seen.into_iter().map(|ctor| endless_part(ctor, ty));
    named.chain([Part::Other]).collect()
}

/// The part of a constructor of a type that has no end of them.
fn endless_part(ctor: &Ctor, ty: &Ty) -> Part {
    let fields = match ctor {
        Ctor::Prefix(_) => vec![ty.clone()],
        _ => Vec::new(),
    };
    Part::Ctor(ctor.clone(), fields)
}

/// Rows with the alternatives of their first column as rows of their own.
fn expand(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    if !rows.iter().any(|row| matches!(row[0], Space::Or(_))) {
        return rows;
    }
    let mut expanded = Vec::with_capacity(rows.len());
    let mut waiting: Vec<_> = rows.into_iter().rev().collect();
    while let Some(row) = waiting.pop() {
        let Space::Or(parts) = row[0] else {
            expanded.push(row);
            continue;
        };
        for part in parts.iter().rev() {
            let mut copy = row.clone();
            copy[0] = part;
            waiting.push(copy);
        }
    }
    expanded
}

/// A row of spaces to search in, within a part of the first column; `None` when they have nothing in common.
fn specialise<'s>(row: &Row<'s>, ctor: Option<&Ctor>, fields: usize) -> Option<Row<'s>> {
    match row[0] {
        // What a map pattern matches is unknown: look everywhere. The type of bytes does not say how large they are.
        Space::Unknown | Space::Any => {
            let mut opened = match ctor {
                Some(Ctor::Byte) => vec![&BYTE, &ANY],
                _ => vec![&ANY; fields],
            };
            opened.extend_from_slice(&row[1..]);
            Some(opened)
        }
        _ => specialise_row(row, ctor, fields),
    }
}

/// What a row matches within a part of the first column; `None` when nothing.
fn specialise_row<'s>(row: &Row<'s>, ctor: Option<&Ctor>, fields: usize) -> Option<Row<'s>> {
    let mut opened: Row<'s> = match (row[0], ctor) {
        (Space::Any, _) => vec![&ANY; fields],
        (Space::Of(own, parts), Some(ctor)) => opened_fields(own, parts, ctor, fields)?,
        (Space::Of(..), None) | (Space::Unknown | Space::Or(_), _) => return None,
    };
    opened.extend_from_slice(&row[1..]);
    Some(opened)
}

/// The fields of a space of constructor `own` for values of constructor `ctor`.
fn opened_fields<'s>(
    own: &Ctor,
    parts: &'s [Space],
    ctor: &Ctor,
    fields: usize,
) -> Option<Row<'s>> {
    match (own, ctor) {
        (Ctor::Ints(from, to), Ctor::Ints(a, b)) => (from <= a && b <= to).then(Vec::new),
        (Ctor::Prefix(own), Ctor::Str(text)) => {
            (text.starts_with(own.as_str()) && parts.iter().all(Space::is_any)).then(Vec::new)
        }
        (Ctor::Prefix(own), Ctor::Prefix(other)) if own != other => {
            let covers = other.starts_with(own.as_str()) && parts.iter().all(Space::is_any);
            covers.then(|| vec![&ANY; fields])
        }
        _ if own == ctor => Some(parts.iter().collect()),
        _ => None,
    }
}
