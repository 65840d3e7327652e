//! `<<a, b:16, rest:bytes>>` as an expression and as a pattern.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, ByteSegment, ByteSpec, Pattern, PatternKind, Span};
use crate::typed::walk::children;
use crate::typed::{Con, Expr, ExprKind, FieldForm, LocalId, Pat, PatKind, Segment, SegmentForm};
use crate::types::arena::TyId;
use crate::types::mismatch::Why;

/// Why segments of the different forms take what they take.
const INT: Why = Why::Segment(
    "a segment is an integer of 8 bits unless it says `:bytes`, `:utf8` for text, or `:float64`",
);
const FLOAT: Why = Why::Segment("`:float64` is for a `Float`");
const SCALAR: Why = Why::Segment("`:utf8` is for a code point, an `Int`, or for a `String`");
const SCALAR_PATTERN: Why =
    Why::Segment("`:utf8` matches one code point, an `Int`, or the text of a literal");
const BYTES: Why = Why::Segment("`:bytes` is for `Bytes`");
const SIZE: Why = Why::Segment("a size is a number of bytes, an `Int`");

/// Bits that the segments of one `<<…>>` may have when their sizes are known.
const MAX_BITS: u64 = 1 << 31;

/// What the specifiers of a segment say.
enum Said<'s> {
    /// Nothing: an integer of 8 bits, or the text of a string literal.
    Nothing,
    Int(FieldForm),
    Float(FieldForm),
    Utf8,
    Bytes(Option<&'s ast::Expr>),
}

impl Infer<'_, '_> {
    /// An expression: all bytes one after the other.
    pub(super) fn bytes(
        &mut self,
        segments: &[ByteSegment<ast::Expr>],
        span: Span,
        expect: Expect,
    ) -> Expr {
        let mut typed = Vec::with_capacity(segments.len());
        let mut places = Places::new(span);
        for segment in segments {
            let said = self.said(&segment.specs, segment.span);
            let segment = self.segment(segment, said);
            places.after(self, &segment.form, segment.span);
            typed.push(segment);
        }
        places.end(self);
        let kind = match constant(&typed) {
            Some(bytes) => ExprKind::Bytes(bytes),
            None => ExprKind::Segments(typed),
        };
        self.done(kind, TyId::BYTES, span, expect)
    }

    fn segment(&mut self, segment: &ByteSegment<ast::Expr>, said: Said<'_>) -> Segment<Expr> {
        let is_text = matches!(segment.value.kind, ast::ExprKind::Str(_));
        let (value, form) = match said {
            Said::Nothing if is_text => self.text_segment(&segment.value),
            Said::Utf8 => self.text_segment(&segment.value),
            Said::Nothing => self.int_segment(&segment.value, FieldForm::BYTE),
            Said::Int(field) => self.int_segment(&segment.value, field),
            Said::Float(field) => {
                let value = self.check(&segment.value, TyId::FLOAT, FLOAT);
                (value, SegmentForm::Float(field))
            }
            Said::Bytes(size) => {
                let value = self.check(&segment.value, TyId::BYTES, BYTES);
                let size = size.map(|size| self.check(size, TyId::INT, SIZE));
                (value, SegmentForm::Bytes(size))
            }
        };
        let span = segment.span;
        Segment { value, form, span }
    }

    fn int_segment(&mut self, value: &ast::Expr, field: FieldForm) -> (Expr, SegmentForm) {
        let value = self.check(value, TyId::INT, INT);
        if let ExprKind::Int(literal) = value.kind {
            let low = field.signed || literal < 0;
            self.must_fit(literal, field, low, value.span);
        }
        (value, SegmentForm::Int(field))
    }

    /// A String where that is known, otherwise a code point.
    fn text_segment(&mut self, value: &ast::Expr) -> (Expr, SegmentForm) {
        let (value, ty) = self.infer(value);
        if matches!(self.arena.known(ty), Some((Con::String, _))) {
            return (value, SegmentForm::Text);
        }
        self.demand(value.span, TyId::INT, ty, SCALAR);
        (value, SegmentForm::Scalar)
    }

    /// A pattern: what it matches has these segments and nothing else.
    pub(super) fn bytes_pattern(
        &mut self,
        segments: &[ByteSegment<Pattern>],
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        self.demand(span, ty, TyId::BYTES, why);
        let mut typed = Vec::with_capacity(segments.len());
        let mut places = Places::new(span);
        let mut fields = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let said = self.said(&segment.specs, segment.span);
            if matches!(said, Said::Bytes(None)) && index + 1 < segments.len() {
                self.bad_segment(
                    segment.span,
                    "`bytes` without a size takes all that follows",
                )
                .label("must be the last segment")
                .help("give it a size: `:bytes(n)`")
                .report(self);
            }
            let segment = self.segment_pattern(segment, said, &fields);
            places.after(self, &segment.form, segment.span);
            if let SegmentForm::Int(_) = segment.form {
                plain_names(&segment.value, &mut fields);
            }
            typed.push(segment);
        }
        places.end(self);
        PatKind::Segments(typed)
    }

    fn segment_pattern(
        &mut self,
        segment: &ByteSegment<Pattern>,
        said: Said<'_>,
        fields: &[LocalId],
    ) -> Segment<Pat> {
        let pattern = &segment.value;
        let is_text = matches!(pattern.kind, PatternKind::Str(_));
        let (value, form) = match said {
            Said::Nothing | Said::Utf8 if is_text => {
                let value = self.pattern_part(pattern, TyId::STRING, Why::Unknown);
                (value, SegmentForm::Text)
            }
            Said::Utf8 => {
                let value = self.pattern_part(pattern, TyId::INT, SCALAR_PATTERN);
                (value, SegmentForm::Scalar)
            }
            Said::Nothing => self.int_pattern(pattern, FieldForm::BYTE),
            Said::Int(field) => self.int_pattern(pattern, field),
            Said::Float(field) => {
                let value = self.pattern_part(pattern, TyId::FLOAT, FLOAT);
                (value, SegmentForm::Float(field))
            }
            Said::Bytes(size) => {
                let size = size.map(|size| self.size_in_pattern(size, fields));
                let value = self.pattern_part(pattern, TyId::BYTES, BYTES);
                (value, SegmentForm::Bytes(size))
            }
        };
        let span = segment.span;
        Segment { value, form, span }
    }

    fn int_pattern(&mut self, pattern: &Pattern, field: FieldForm) -> (Pat, SegmentForm) {
        let value = self.pattern_part(pattern, TyId::INT, INT);
        if let PatKind::Int(literal) = value.kind {
            self.must_fit(literal, field, field.signed, value.span);
        }
        (value, SegmentForm::Int(field))
    }

    /// A size in a pattern: of the names that the pattern binds it may use those of integers before it in the same `<<…>>`, as they are known by then.
    fn size_in_pattern(&mut self, size: &ast::Expr, fields: &[LocalId]) -> Expr {
        let size = self.check(size, TyId::INT, SIZE);
        if let ExprKind::Int(literal) = size.kind
            && literal < 0
        {
            self.bad_segment(size.span, "a size is not negative")
                .label("nothing has this size")
                .report(self);
        }
        let mut waiting = vec![&size];
        let mut early = None;
        while let Some(expr) = waiting.pop() {
            if let ExprKind::Local(local, _) = expr.kind
                && !fields.contains(&local)
                && self.is_of_pattern(local)
            {
                early = Some((local, expr.span));
            }
            children(expr, &mut |child| waiting.push(child));
        }
        if let Some((local, span)) = early {
            let name = self.f.locals[local.0 as usize].name.clone();
            let message = format!("`{name}` cannot be used in a size here");
            self.bad_segment(span, message)
                .label("not known yet where this is matched")
                .help("a size may use integers that come before it in the same `<<…>>`, and names from outside of the pattern")
                .report(self);
        }
        size
    }

    /// Whether the pattern at hand binds a local.
    fn is_of_pattern(&self, local: LocalId) -> bool {
        let names = &self.f.names;
        names.bound.iter().any(|(_, bound, _)| *bound == local)
            || (names.alternatives.as_ref())
                .is_some_and(|first| first.values().any(|bound| *bound == local))
    }

    fn said<'s>(&mut self, specs: &'s [ByteSpec], span: Span) -> Said<'s> {
        let mut read = Read::default();
        let outcome = specs
            .iter()
            .try_for_each(|spec| read.spec(spec))
            .and_then(|()| read.said());
        outcome.unwrap_or_else(|problem| {
            self.bad_segment(span, problem)
                .label("this segment")
                .help("after the colon stand, joined by `-`: a number of bits with `little`, `big`, `signed`, `unsigned`; or `float64`, `utf8`, `bytes`, `bytes(n)`")
                .report(self);
            Said::Nothing
        })
    }

    fn must_fit(&mut self, literal: i64, field: FieldForm, signed: bool, span: Span) {
        let unused = 64 - u32::from(field.bits);
        let back = if signed {
            literal << unused >> unused
        } else {
            ((literal << unused) as u64 >> unused) as i64
        };
        if back != literal {
            let bits = field.bits;
            let sign = if signed { "signed" } else { "unsigned" };
            self.bad_segment(span, format!("{literal} does not fit into {bits} bits"))
                .label(format!("more than {bits} {sign} bits"))
                .report(self);
        }
    }

    fn bad_segment(&self, span: Span, message: impl Into<String>) -> BadSegment {
        BadSegment(Diagnostic::new(Code::BAD_SEGMENT, span, message))
    }
}

/// A mistake in a segment that is being described.
struct BadSegment(Diagnostic);

impl BadSegment {
    fn label(self, text: impl Into<String>) -> BadSegment {
        BadSegment(self.0.label(text))
    }

    fn help(self, text: &str) -> BadSegment {
        BadSegment(self.0.help(text))
    }

    fn report(self, infer: &mut Infer<'_, '_>) {
        infer.sink.push(self.0);
    }
}

/// Specifiers as they are read.
#[derive(Default)]
struct Read<'s> {
    bits: Option<u32>,
    little: Option<bool>,
    signed: Option<bool>,
    kind: Option<Kind<'s>>,
}

/// What a segment is other than an integer.
#[derive(Clone, Copy)]
enum Kind<'s> {
    Float,
    Utf8,
    Bytes(Option<&'s ast::Expr>),
}

impl<'s> Read<'s> {
    fn spec(&mut self, spec: &'s ByteSpec) -> Result<(), String> {
        match spec {
            ByteSpec::Bits(bits) => once(&mut self.bits, *bits, "two sizes"),
            ByteSpec::Sized(word, size) if word.name == "bytes" => {
                once(&mut self.kind, Kind::Bytes(Some(size)), "two forms")
            }
            ByteSpec::Sized(..) => Err("only `bytes` has a size in parentheses".into()),
            ByteSpec::Word(word) => match word.name.as_str() {
                "little" => once(&mut self.little, true, "two orders of bytes"),
                "big" => once(&mut self.little, false, "two orders of bytes"),
                "signed" => once(&mut self.signed, true, "two signs"),
                "unsigned" => once(&mut self.signed, false, "two signs"),
                "float64" => once(&mut self.kind, Kind::Float, "two forms"),
                "utf8" => once(&mut self.kind, Kind::Utf8, "two forms"),
                "bytes" => once(&mut self.kind, Kind::Bytes(None), "two forms"),
                other => Err(format!("a byte segment has no form `{other}`")),
            },
        }
    }

    fn said(self) -> Result<Said<'s>, String> {
        let field = |bits| FieldForm {
            bits,
            signed: self.signed == Some(true),
            little: self.little == Some(true),
        };
        let is_number = self.bits.is_some() || self.little.is_some() || self.signed.is_some();
        match self.kind {
            Some(Kind::Float) if self.bits.is_some() || self.signed.is_some() => {
                Err("`float64` has 64 bits and a sign".into())
            }
            Some(Kind::Float) => Ok(Said::Float(field(64))),
            Some(Kind::Utf8) if is_number => Err("`utf8` goes with nothing else".into()),
            Some(Kind::Utf8) => Ok(Said::Utf8),
            Some(Kind::Bytes(_)) if is_number => {
                Err("`bytes` goes with nothing else; its size stands in parentheses".into())
            }
            Some(Kind::Bytes(size)) => Ok(Said::Bytes(size)),
            None if !is_number => Ok(Said::Nothing),
            None => match self.bits.unwrap_or(8) {
                bits @ 1..=64 if self.little != Some(true) || bits % 8 == 0 => {
                    Ok(Said::Int(field(bits as u8)))
                }
                1..=64 => Err("`little` needs whole bytes".into()),
                bits => Err(format!("an integer has 1 to 64 bits, not {bits}")),
            },
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T, twice: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("a byte segment cannot have {twice}")),
    }
}

/// Looks where segments begin and end.
struct Places {
    span: Span,
    /// Bits of integers since a segment of another form.
    bits: u64,
    total: u64,
}

impl Places {
    fn new(span: Span) -> Places {
        Places {
            span,
            bits: 0,
            total: 0,
        }
    }

    fn after(&mut self, infer: &mut Infer<'_, '_>, form: &SegmentForm, span: Span) {
        let bits = u64::from(form.bits().unwrap_or(0));
        self.total += bits;
        if let SegmentForm::Int(_) = form {
            self.bits += bits;
            return;
        }
        if !self.bits.is_multiple_of(8) {
            let message = format!(
                "this segment begins in the middle of a byte, after {} bits",
                self.bits
            );
            infer
                .bad_segment(span, message)
                .label("only integers may begin there")
                .report(infer);
            // What is missing may come after it: one mistake, one error.
            return;
        }
        self.bits = 0;
    }

    fn end(self, infer: &mut Infer<'_, '_>) {
        let bits = self.bits;
        if !bits.is_multiple_of(8) {
            infer
                .bad_segment(self.span, format!("{bits} bits are no whole bytes"))
                .label("ends in the middle of a byte")
                .help("a byte has 8 bits")
                .report(infer);
        }
        if self.total > MAX_BITS {
            infer
                .bad_segment(self.span, "these segments are too long")
                .label(format!("more than {MAX_BITS} bits"))
                .report(infer);
        }
    }
}

/// The names that a pattern binds to the whole value.
fn plain_names(pat: &Pat, names: &mut Vec<LocalId>) {
    let mut pat = pat;
    loop {
        match &pat.kind {
            PatKind::Bind(local) => return names.push(*local),
            PatKind::As(inner, local) => {
                names.push(*local);
                pat = inner;
            }
            _ => return,
        }
    }
}

/// The bytes of segments that are all literals.
fn constant(segments: &[Segment<Expr>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut used = 0;
    for segment in segments {
        match (&segment.form, &segment.value.kind) {
            (SegmentForm::Text, ExprKind::Str(text)) => bytes.extend(text.as_bytes()),
            (SegmentForm::Int(field), ExprKind::Int(value)) => {
                append(&mut bytes, &mut used, *value as u64, *field);
            }
            (SegmentForm::Float(field), ExprKind::Float(value)) => {
                append(&mut bytes, &mut used, value.to_bits(), *field);
            }
            _ => return None,
        }
    }
    Some(bytes)
}

/// Appends a field bit by bit; of the last byte `used` bits are taken, none when it is 0.
fn append(bytes: &mut Vec<u8>, used: &mut u32, value: u64, field: FieldForm) {
    let bits = u32::from(field.bits);
    let value = match field.little {
        true => value.swap_bytes() >> (64 - bits),
        false => value,
    };
    for index in (0..bits).rev() {
        if *used == 0 {
            bytes.push(0);
        }
        let bit = (value >> index & 1) as u8;
        if let Some(last) = bytes.last_mut() {
            *last |= bit << (7 - *used);
        }
        *used = (*used + 1) % 8;
    }
}
