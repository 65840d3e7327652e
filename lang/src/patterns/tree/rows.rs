//! The rows of a match: what each place must be, and what it is bound to.

use smol_str::SmolStr;

use super::bytes::Segments;
use super::{Binding, Builder, RowSpec};
use crate::patterns::occ::{Occ, OccId, Place};
use crate::typed::{Con, Pat, PatKind, Program, Shape, Ty};

/// A refutable pattern at an occurrence.
#[derive(Clone, Debug)]
pub enum Head<'p> {
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
    Bytes(Segments<'p>),
    Or(&'p [Pat]),
    /// A pattern that nothing matches, as the range `5..1`.
    Never,
}

#[derive(Clone, Debug)]
pub struct Row<'p> {
    pub number: usize,
    pub guarded: bool,
    pub columns: Vec<(OccId, Head<'p>)>,
    pub binds: Vec<Binding>,
}

impl<'p> Row<'p> {
    pub fn head(&self, occ: OccId) -> Option<&Head<'p>> {
        let found = self.columns.iter().find(|(at, _)| *at == occ);
        found.map(|(_, head)| head)
    }
}

impl<'p> Builder<'p> {
    pub(super) fn row(&mut self, number: usize, spec: &RowSpec<'p>) -> Row<'p> {
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
    pub(super) fn add(&mut self, row: &mut Row<'p>, occ: OccId, pat: &'p Pat) {
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
            PatKind::Segments(rest) => {
                let place = Place {
                    of: occ,
                    from: None,
                    bits: 0,
                };
                row.columns
                    .push((occ, Head::Bytes(Segments { place, rest })));
            }
            PatKind::Prefix(prefix, rest) if prefix.is_empty() => self.add(row, occ, rest),
            PatKind::Prefix(prefix, rest) => row.columns.push((occ, Head::Prefix(prefix, rest))),
        }
    }

    pub(super) fn add_all(&mut self, row: &mut Row<'p>, parts: Vec<(OccId, &'p Pat)>) {
        for (occ, pat) in parts {
            self.add(row, occ, pat);
        }
    }

    pub(super) fn fields(
        &mut self,
        of: OccId,
        tag: u8,
        fields: &'p [Pat],
    ) -> Vec<(OccId, &'p Pat)> {
        let number = |(field, pat)| {
            let field = field as u32;
            (self.occs.intern(Occ::Field { of, tag, field }), pat)
        };
        fields.iter().enumerate().map(number).collect::<Vec<_>>()
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

/// Number of variants of a sum type; `None` for structs and all others.
pub fn variants_of(program: &Program, ty: &Ty) -> Option<usize> {
    let Ty::App(Con::Adt(id), _) = ty else {
        return None;
    };
    match &program.types[id.0 as usize].shape {
        Shape::Sum(variants) => Some(variants.len()),
        Shape::Struct(_) => None,
    }
}
