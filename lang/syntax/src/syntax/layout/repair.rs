//! What is missing where: the decisions of the second run, which may use indentation.

use super::SectionKind;
use super::frame::{Frame, block_name};
use super::matcher::{Matcher, Mode};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::syntax::lexer::LexedToken;
use crate::syntax::token::{GroupKind, Tok};

impl Matcher<'_> {
    /// Before the first token of a line: closes what this line shows to be over.
    pub fn repair_line_start(&mut self, token: LexedToken) {
        let item = self.starts_item(token);
        let column = self.indent;
        let over = |frame: &Frame| match frame {
            Frame::Bracket(open) => {
                open.open != Tok::InterpOpen && !is_closer(token.tok) && column <= open.indent
            }
            Frame::Block(block) => match block.kind {
                None => false,
                Some(_) if item => !block.holds_items() && column <= block.indent(),
                Some(_) => block.invented && column <= block.indent() && token.tok != Tok::End,
            },
        };
        let place = self.place_before(token.start);
        let clue = item.then_some(self.span(token.start, token.end));
        self.close_while(place, clue, |matcher| {
            matcher.frames.last().is_some_and(over)
        });
    }

    /// Decides what an `end` closes; false if it closes nothing.
    pub fn repair_end(&mut self, token: LexedToken, span: Span) -> bool {
        let outer = self
            .frames
            .iter()
            .any(|frame| matches!(frame, Frame::Block(block) if block.kind.is_some()));
        let column = token.first_on_line.then_some(self.indent);
        let meant = column.and_then(|column| {
            self.frames
                .iter()
                .rposition(|frame| matches!(frame, Frame::Block(block) if block.fits(column)))
        });
        let deeper = column.is_some_and(|column| self.all_shallower(column));
        if !outer || deeper && meant.is_none() {
            self.problems.push(
                Diagnostic::new(Code::UNMATCHED_CLOSER, span, "this `end` closes nothing")
                    .label("no block is open here")
                    .help("remove it, or add the `do` that it belongs to"),
            );
            return false;
        }
        let place = self.place_before(token.start);
        self.close_while(place, Some(span), |matcher| {
            !matcher.in_block() || meant.is_some_and(|meant| matcher.frames.len() - 1 > meant)
        });
        true
    }

    /// Whether every open block started further left than `column`.
    fn all_shallower(&self, column: u32) -> bool {
        self.frames.iter().all(|frame| match frame {
            Frame::Block(block) => {
                block.kind.is_none() || block.indents.iter().all(|&indent| indent < column)
            }
            Frame::Bracket(_) => true,
        })
    }

    /// An `else` that the innermost block has no place for; true if closing inner blocks helped.
    pub fn repair_else(&mut self, span: Span) -> bool {
        if self.mode == Mode::Strict {
            self.stopped = true;
            return false;
        }
        let open = |frame: &Frame| {
            matches!(frame, Frame::Block(block)
                if block.kind == Some(GroupKind::If) && block.section() != SectionKind::Else)
        };
        let Some(found) = self.frames.iter().rposition(open) else {
            let help = match self.block().kind {
                Some(GroupKind::Cond) => Some("the last arm of a `cond` is `true -> …`"),
                Some(GroupKind::Case) => Some("the last arm of a `case` is `_ -> …`"),
                _ => None,
            };
            self.problems.push(
                Diagnostic::new(
                    Code::UNMATCHED_CLOSER,
                    span,
                    "this `else` belongs to no `if`",
                )
                .label("no `if` is open here")
                .maybe_help(help.map(str::to_owned)),
            );
            return false;
        };
        let place = self.place_before(span.start);
        self.close_while(place, Some(span), |matcher| {
            matcher.frames.len() - 1 > found
        });
        true
    }

    /// A closing bracket that does not fit; true if closing inner brackets made it fit.
    pub fn repair_closer(&mut self, tok: Tok, span: Span) -> bool {
        if self.mode == Mode::Strict {
            self.stopped = true;
            return false;
        }
        let found = self.frames.iter().rposition(
            |frame| matches!(frame, Frame::Bracket(open) if open.open.closer() == Some(tok)),
        );
        let Some(found) = found.filter(|&at| self.brackets_only(at)) else {
            self.problems.push(
                Diagnostic::new(
                    Code::UNMATCHED_CLOSER,
                    span,
                    format!("this {tok} closes nothing"),
                )
                .label("no bracket of this kind is open here"),
            );
            return false;
        };
        self.close_while(span, Some(span), |matcher| matcher.frames.len() - 1 > found);
        true
    }

    fn brackets_only(&self, from: usize) -> bool {
        self.frames[from..]
            .iter()
            .all(|frame| matches!(frame, Frame::Bracket(_)))
    }

    /// Closes blocks and brackets whose closing token is missing, as long as a test holds, and reports
    /// them as the one mistake they are. `clue` is the token that shows it.
    pub fn close_while(&mut self, place: Span, clue: Option<Span>, test: impl Fn(&Self) -> bool) {
        let place = self.span(place.start, place.start);
        let mut unclosed = Vec::new();
        while test(self) {
            unclosed.extend(self.close_unclosed(place));
        }
        // Where nesting was too deep, everything open is closed without a word.
        if !self.stopped
            && let Some(diagnostic) = report(&unclosed, place, clue)
        {
            self.problems.push(diagnostic);
        }
    }

    /// Closes what is innermost. What the lexer or a missing `do` has explained already is not
    /// given back.
    fn close_unclosed(&mut self, place: Span) -> Option<Unclosed> {
        match self.frames.last()? {
            Frame::Bracket(bracket) => {
                let (open, span) = (bracket.open, bracket.span);
                self.pop_bracket();
                let closer = open.closer()?;
                self.push(closer, place);
                (!self.cut_off(span, place)).then_some(Unclosed::Bracket { open, closer, span })
            }
            Frame::Block(block) => {
                let (kind, owner, invented) = (block.kind?, block.owner, block.invented);
                self.close_block(place);
                (!invented && !self.cut_off(owner, place))
                    .then_some(Unclosed::Block { kind, owner })
            }
        }
    }

    /// Whether a string or comment that never ends lies between two places.
    fn cut_off(&self, from: Span, to: Span) -> bool {
        self.cuts
            .iter()
            .any(|&cut| from.start <= cut && cut <= to.start)
    }

    /// The end of the last token before `offset`.
    fn place_before(&self, offset: u32) -> Span {
        let tokens = self.input.tokens;
        let before = tokens.partition_point(|token| token.start < offset);
        let end = before
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .map_or(offset, |token| token.end);
        self.span(end, end)
    }

    /// Whether this line starts an item, which no function body can hold.
    pub fn starts_item(&self, token: LexedToken) -> bool {
        let next = |ahead: usize| {
            self.input
                .tokens
                .get(self.at + ahead)
                .map(|token| token.tok)
        };
        match token.tok {
            Tok::Fn => {
                next(1) == Some(Tok::Ident) && matches!(next(2), Some(Tok::LParen | Tok::Lt))
            }
            Tok::Struct
            | Tok::Interface
            | Tok::Trait
            | Tok::Impl
            | Tok::Actor
            | Tok::Service
            | Tok::Supervisor
            | Tok::Module
            | Tok::Import
            | Tok::Pub => true,
            Tok::Type => next(1) == Some(Tok::Upper),
            Tok::TestWord => matches!(next(1), Some(Tok::Str(_))),
            Tok::Native => next(1) == Some(Tok::Fn),
            _ => false,
        }
    }
}

fn is_closer(tok: Tok) -> bool {
    matches!(
        tok,
        Tok::RParen
            | Tok::RBracket
            | Tok::RBrace
            | Tok::InterpClose
            | Tok::Gt
            | Tok::StrText(_)
            | Tok::StrClose
    )
}

/// Something whose closing token is missing.
enum Unclosed {
    Bracket { open: Tok, closer: Tok, span: Span },
    Block { kind: GroupKind, owner: Span },
}

impl Unclosed {
    fn place(&self) -> Span {
        match self {
            Unclosed::Bracket { span, .. } => *span,
            Unclosed::Block { owner, .. } => *owner,
        }
    }

    fn name(&self) -> String {
        match self {
            Unclosed::Bracket { open, .. } => open.to_string(),
            Unclosed::Block { kind, .. } => block_name(*kind).to_owned(),
        }
    }

    fn closer(&self) -> String {
        match self {
            Unclosed::Bracket { closer, .. } => closer.to_string(),
            Unclosed::Block { .. } => "`end`".to_owned(),
        }
    }
}

/// One diagnostic for all that was found unclosed at one place, about the innermost.
fn report(unclosed: &[Unclosed], place: Span, clue: Option<Span>) -> Option<Diagnostic> {
    let (first, outer) = unclosed.split_first()?;
    let code = match first {
        Unclosed::Bracket { .. } => Code::UNCLOSED_BRACKET,
        Unclosed::Block { .. } => Code::MISSING_END,
    };
    let (name, closer) = (first.name(), first.closer());
    let mut diagnostic = Diagnostic::new(
        code,
        first.place(),
        format!("missing {closer} for this {name}"),
    )
    .label(format!("this {name} is never closed"))
    .secondary(place, format!("expected {closer} here"));
    if let (Some(clue), Unclosed::Block { .. }) = (clue, first) {
        diagnostic = diagnostic.secondary(clue, "this does not belong to it any more");
    }
    for other in outer {
        diagnostic = diagnostic.secondary(
            other.place(),
            format!("this {} is not closed either", other.name()),
        );
    }
    Some(diagnostic)
}
