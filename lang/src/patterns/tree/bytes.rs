//! Byte patterns are opened from front to back: a field becomes a place of its own as soon as the path knows that there are enough bytes, so that rows share
//! tests of fields. What is asked is how many bytes there are, whether a size that is computed fits, and whether a code point is there.

use super::lengths::Lengths;
use super::rows::{Head, Row};
use super::{Builder, Test, TooComplex, Tree};
use crate::patterns::occ::{Occ, OccId, Place, Size, Step};
use crate::typed::walk::children;
use crate::typed::{Expr, ExprKind, LocalId, Pat, PatKind, Segment, SegmentForm};

/// Bytes of a text that are compared at once.
const CHUNK: usize = 8;

/// What is left of a byte pattern.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'p> {
    /// Where the first of them begins.
    pub place: Place,
    /// They.
    pub rest: &'p [Segment<Pat>],
}

/// What has to be asked before a byte pattern can be opened further.
#[derive(Clone, Copy)]
enum Question<'p> {
    /// How many bytes there are.
    Room,
    /// Whether so many bytes are there.
    Fits(&'p Expr),
    /// Whether a code point is there.
    Scalar,
}

/// How many bytes, from where the place counts, segments need whose sizes are known, and whether nothing follows them.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Run {
    end: u32,
    exact: bool,
}

impl<'p> Segments<'p> {
    fn question(&self) -> Question<'p> {
        match self.rest.first() {
            Some(segment) if known_bits(segment).is_none() => match &segment.form {
                SegmentForm::Bytes(Some(size)) => Question::Fits(size),
                SegmentForm::Scalar => Question::Scalar,
                _ => Question::Room,
            },
            _ => Question::Room,
        }
    }

    fn run(&self) -> Run {
        let mut bits = self.place.bits;
        let known = self.rest.iter().map_while(known_bits);
        let count = known.inspect(|more| bits += more).count();
        Run {
            end: bits.div_ceil(8),
            exact: count == self.rest.len(),
        }
    }

    /// Whether its next step is to wait until all else in its row has matched: it may evaluate code of the user's, which is to see only values that
    /// the tests before it have let through, and rows seldom share it.
    pub fn is_late(&self) -> bool {
        matches!(self.question(), Question::Fits(_) | Question::Scalar)
    }
}

/// Bits of a segment that can be known without looking at the value.
fn known_bits(segment: &Segment<Pat>) -> Option<u32> {
    match (&segment.form, &segment.value.kind) {
        (SegmentForm::Text, PatKind::Str(text)) => Some(text.len() as u32 * 8),
        (form, _) => form.bits(),
    }
}

impl<'p> Builder<'p> {
    /// Opens what the path knows enough about of the byte pattern in a column; whether the row may still match, and whether the column stays.
    pub(super) fn settle_bytes(
        &mut self,
        row: &mut Row<'p>,
        at: usize,
        lengths: &Lengths,
    ) -> Settled {
        let Head::Bytes(mut left) = row.columns[at].1 else {
            return Settled::Stays;
        };
        let (least, most) = lengths.of(left.place.origin());
        let run = left.run();
        if run.end > most || (run.exact && run.end < least) {
            return Settled::Fails;
        }
        while let Some((segment, rest)) = left.rest.split_first() {
            let end = known_bits(segment).map(|bits| left.place.bits + bits);
            let Some(end) = end.filter(|end| end.div_ceil(8) <= least) else {
                break;
            };
            self.open_segment(row, left.place, segment);
            left.place.bits = end;
            left.rest = rest;
        }
        match left.rest {
            [] if least == most => {}
            [last] if matches!(last.form, SegmentForm::Bytes(None)) => {
                let occ = self.occs.intern(Occ::Remains(left.place));
                self.add(row, occ, &last.value);
            }
            _ => {
                row.columns[at].1 = Head::Bytes(left);
                return Settled::Stays;
            }
        }
        row.columns.remove(at);
        Settled::Opened
    }

    /// Adds the pattern of a segment whose bytes are there.
    fn open_segment(&mut self, row: &mut Row<'p>, place: Place, segment: &'p Segment<Pat>) {
        let occ = match (&segment.form, &segment.value.kind) {
            (SegmentForm::Text, PatKind::Str(text)) => {
                return self.open_text(row, place, text.as_bytes());
            }
            (SegmentForm::Int(field), _) => Occ::Bits {
                place,
                field: *field,
                is_float: false,
            },
            (SegmentForm::Float(field), _) => Occ::Bits {
                place,
                field: *field,
                is_float: true,
            },
            (form, _) => Occ::Piece {
                place,
                size: Size::Known(form.bits().unwrap_or(0) / 8),
            },
        };
        let occ = self.occs.intern(occ);
        self.add(row, occ, &segment.value);
    }

    /// A text is compared in pieces, as integers.
    fn open_text(&mut self, row: &mut Row<'p>, place: Place, text: &[u8]) {
        for (index, chunk) in text.chunks(CHUNK).enumerate() {
            let place = Place {
                bits: place.bits + (index * CHUNK * 8) as u32,
                ..place
            };
            let value = chunk
                .iter()
                .fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
            let field = crate::typed::FieldForm {
                bits: chunk.len() as u8 * 8,
                ..crate::typed::FieldForm::BYTE
            };
            let occ = self.occs.intern(Occ::Bits {
                place,
                field,
                is_float: false,
            });
            row.columns.push((occ, Head::Int(value as i64)));
        }
    }

    /// Asks what the first row needs to know about the bytes at a place.
    pub(super) fn bytes(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        left: Segments<'p>,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        match left.question() {
            Question::Room => self.room(rows, on, left, lengths),
            Question::Fits(_) | Question::Scalar => self.step(rows, on, left, lengths),
        }
    }

    /// How many bytes there are: what the least demanding row asks, so that the others can look at the fields before that.
    fn room(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        left: Segments<'p>,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        let origin = left.place.origin();
        let run_of = |row: &Row<'p>| match row.head(on) {
            Some(Head::Bytes(other)) if other.place.origin() == origin => {
                matches!(other.question(), Question::Room).then(|| other.run())
            }
            _ => None,
        };
        let first = left.run();
        let runs = rows.iter().filter_map(run_of);
        let all_alike = runs.clone().all(|run| run == first);
        let end = runs.map(|run| run.end).min().unwrap_or(first.end);
        let (least, _) = lengths.of(origin);
        let test = match (all_alike && first.exact) || end <= least {
            true => Test::Length(end),
            false => Test::AtLeast(end),
        };
        let (known, otherwise) = lengths.after(origin, &test);
        let excluded = Run { end, exact: true };
        let others = rows
            .iter()
            .filter(|row| !matches!(test, Test::Length(_)) || run_of(row) != Some(excluded));
        let others = others.cloned().collect();
        let yes = Box::new(self.tree(rows, &known)?);
        let no = Box::new(self.tree(others, &otherwise)?);
        let on = origin;
        Ok(Tree::Test { on, test, yes, no })
    }

    /// A piece whose size is computed, or a code point: rows that ask the same go on behind it.
    fn step(
        &mut self,
        rows: Vec<Row<'p>>,
        on: OccId,
        left: Segments<'p>,
        lengths: &Lengths,
    ) -> Result<Tree, TooComplex> {
        let Some(step) = self.step_of(&rows[0], left) else {
            return Err(TooComplex);
        };
        let place = left.place;
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for mut row in rows {
            let at = row.columns.iter().position(|(at, _)| *at == on);
            let same = at.and_then(|at| match row.columns[at].1 {
                Head::Bytes(other) if other.place == place => {
                    (self.step_of(&row, other) == Some(step)).then_some((at, other))
                }
                _ => None,
            });
            match same {
                Some((at, other)) => {
                    self.take_step(&mut row, at, other, step);
                    yes.push(row);
                }
                None => {
                    yes.push(row.clone());
                    no.push(row);
                }
            }
        }
        let test = match step {
            Step::Size(size) => Test::Fits(place, size),
            Step::Scalar(_) => Test::Scalar(place),
        };
        let yes = Box::new(self.tree(yes, lengths)?);
        let no = Box::new(self.tree(no, lengths)?);
        Ok(Tree::Test { on, test, yes, no })
    }

    fn step_of(&mut self, row: &Row<'p>, left: Segments<'p>) -> Option<Step> {
        match left.question() {
            Question::Room => None,
            Question::Scalar => Some(Step::Scalar(self.occs.intern(Occ::Scalar(left.place)))),
            Question::Fits(size) => Some(Step::Size(self.size(row, size))),
        }
    }

    /// The place of a size: of the field that it names, or one of its own.
    fn size(&mut self, row: &Row<'p>, size: &'p Expr) -> OccId {
        let bound = |local: LocalId| row.binds.iter().find(|(name, _)| *name == local);
        if let ExprKind::Local(local, _) = size.kind
            && let Some((_, occ)) = bound(local)
        {
            return *occ;
        }
        let mut binds = Vec::new();
        let mut waiting = vec![size];
        while let Some(expr) = waiting.pop() {
            if let ExprKind::Local(local, _) = expr.kind {
                binds.extend(bound(local));
            }
            children(expr, &mut |child| waiting.push(child));
        }
        let number = self.occs.intern_size(size, binds);
        self.occs.intern(Occ::Size(number))
    }

    fn take_step(&mut self, row: &mut Row<'p>, at: usize, left: Segments<'p>, step: Step) {
        let Some((segment, rest)) = left.rest.split_first() else {
            return;
        };
        let occ = match step {
            Step::Size(size) => Occ::Piece {
                place: left.place,
                size: Size::Of(size),
            },
            Step::Scalar(scalar) => Occ::Code(scalar),
        };
        let occ = self.occs.intern(occ);
        let past = self.occs.intern(Occ::Past {
            place: left.place,
            step,
        });
        let place = Place {
            of: left.place.of,
            from: Some(past),
            bits: 0,
        };
        row.columns[at].1 = Head::Bytes(Segments { place, rest });
        self.add(row, occ, &segment.value);
    }
}

/// What became of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Its row cannot match.
    Fails,
    /// It is gone; its parts are columns of their own.
    Opened,
    /// It waits for an answer.
    Stays,
}
