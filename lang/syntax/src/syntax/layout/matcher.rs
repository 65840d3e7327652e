//! Matches blocks and brackets in one pass over the tokens.

use super::frame::{BlockFrame, BracketFrame, Chunk, Frame, Head, Height};
use super::{Group, Layout, MAX_HEIGHT, MAX_NESTING, Section, SectionKind, Token};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{FileId, Span};
use crate::syntax::lexer::LexedToken;
use crate::syntax::token::{GroupKind, GroupRef, Tok};

/// What to do when something does not match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Give up, so that a second run can repair.
    Strict,
    /// Report it, and use indentation to decide what is missing.
    Repair,
}

#[derive(Clone, Copy)]
pub(super) struct Input<'s> {
    pub file: FileId,
    pub text: &'s str,
    pub tokens: &'s [LexedToken],
}

pub(super) struct Matcher<'s> {
    pub input: Input<'s>,
    pub mode: Mode,
    /// Index of the token being looked at.
    pub at: usize,
    /// Indentation of the current line.
    pub indent: u32,
    pub frames: Vec<Frame>,
    pub heads: Vec<Head>,
    pub problems: Vec<Diagnostic>,
    /// Where strings and comments start that never end.
    pub cuts: &'s [u32],
    /// Something did not match in the strict run, or nesting is too deep in either.
    pub stopped: bool,
    out: Layout,
    spare: Vec<Vec<Token>>,
}

impl<'s> Matcher<'s> {
    pub fn new(input: Input<'s>, cuts: &'s [u32], mode: Mode) -> Self {
        let mut out = Layout::default();
        out.tokens
            .reserve(input.tokens.len() + input.tokens.len() / 8);
        let mut matcher = Matcher {
            input,
            mode,
            at: 0,
            indent: 0,
            frames: Vec::new(),
            heads: Vec::new(),
            problems: Vec::new(),
            cuts,
            stopped: false,
            out,
            spare: Vec::new(),
        };
        let start = matcher.span(0, 0);
        let file = matcher.new_block(None, start, start, [0, 0]);
        matcher.frames.push(Frame::Block(Box::new(file)));
        matcher
    }

    /// The layout, or `None` if the strict run met something that does not match.
    pub fn run(mut self, problems: &mut Vec<Diagnostic>) -> Option<Layout> {
        let tokens = self.input.tokens;
        while let Some(token) = tokens.get(self.at) {
            self.token(*token);
            self.at += 1;
            if self.stopped && self.mode == Mode::Strict {
                return None;
            }
            if self.stopped {
                break;
            }
        }
        self.finish_file();
        if self.stopped && self.mode == Mode::Strict {
            return None;
        }
        problems.append(&mut self.problems);
        Some(self.out)
    }

    fn token(&mut self, token: LexedToken) {
        if token.first_on_line {
            self.indent = self.column(token.start);
            if self.mode == Mode::Repair {
                self.repair_line_start(token);
            }
            self.line_break(token);
        }
        let span = self.span(token.start, token.end);
        match token.tok {
            Tok::LParen
            | Tok::LBracket
            | Tok::LBrace
            | Tok::MapOpen
            | Tok::BytesOpen
            | Tok::InterpOpen => {
                self.open_bracket(token.tok, span);
            }
            Tok::RParen | Tok::RBracket | Tok::RBrace | Tok::InterpClose => {
                self.close_bracket(token.tok, span)
            }
            Tok::Gt if self.closes_bytes(token) => self.close_bytes(span),
            Tok::Semicolon => self.semicolon(span),
            Tok::Do => self.open_do(span),
            Tok::End => self.close_end(token, span),
            Tok::Else => self.open_else(span),
            Tok::Fn if !self.starts_function() => self.open_closure(span),
            Tok::After if self.in_block() && self.block().kind == Some(GroupKind::Receive) => {
                self.end_statement(None);
                self.separator();
                self.push(Tok::After, span);
            }
            tok => {
                self.note_head(tok, span);
                self.push(tok, span);
            }
        }
    }

    pub fn span(&self, start: u32, end: u32) -> Span {
        Span {
            file: self.input.file,
            start,
            end,
        }
    }

    /// Bytes between the start of the line and `offset`.
    fn column(&self, offset: u32) -> u32 {
        let before = &self.input.text.as_bytes()[..offset as usize];
        before
            .iter()
            .rev()
            .take_while(|&&byte| byte != b'\n')
            .count() as u32
    }

    /// The innermost block, in which tokens of open brackets lie too.
    pub fn block(&mut self) -> &mut BlockFrame {
        let found = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Block(block) => Some(block),
            Frame::Bracket(_) => None,
        });
        found.expect("the file's own frame is never popped")
    }

    pub fn in_block(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Block(_)))
    }

    fn height(&mut self) -> &mut Height {
        match self
            .frames
            .last_mut()
            .expect("the file's own frame is never popped")
        {
            Frame::Block(block) => &mut block.height,
            Frame::Bracket(bracket) => &mut bracket.height,
        }
    }

    /// Length of the stack of heads below the innermost frame.
    pub fn heads_base(&self) -> usize {
        match self.frames.last() {
            Some(Frame::Block(block)) => block.heads,
            Some(Frame::Bracket(bracket)) => bracket.heads,
            None => 0,
        }
    }

    pub fn head_waits(&self) -> bool {
        self.heads.len() > self.heads_base()
    }

    pub fn push(&mut self, tok: Tok, span: Span) {
        if links(tok) {
            self.height().link();
        }
        if tok == Tok::Comma && !self.in_block() {
            self.height().separate();
        }
        let in_block = self.in_block();
        let indent = self.indent;
        let block = self.block();
        if block.at_chunk_start() {
            block.chunk.indent = indent;
        }
        if in_block {
            note_in_chunk(block, tok, span);
        }
        block.buffer.push((tok, span));
    }

    // --- statements ---

    /// A line break before a token: ends the statement unless the line goes on.
    fn line_break(&mut self, token: LexedToken) {
        let next = token.tok;
        let over = self.mode == Mode::Repair && self.starts_item(token);
        if !self.in_block() || !over && self.goes_on(next) {
            return;
        }
        self.end_statement(Some(next));
        let block = self.block();
        if next == Tok::Else
            && block.kind == Some(GroupKind::If)
            && block.section() != SectionKind::Else
        {
            block.chunk.is_let = false;
        }
        if !matches!(next, Tok::End | Tok::Else) {
            self.separator();
        }
    }

    fn goes_on(&mut self, next: Tok) -> bool {
        let waits = self.head_waits();
        let block = self.block();
        let Some((last, _)) = block.last_token() else {
            return true;
        };
        let star_import =
            last == Tok::Star && matches!(block.buffer.as_slice(), [.., (Tok::Import, _), _]);
        let colon_of_block = last == Tok::Colon && waits;
        let end_of_type = last == Tok::Gt && block.chunk.angles == CLOSED_ANGLE;
        let after = last.continues_after() && !colon_of_block && !end_of_type && !star_import;
        let before = next.continues_before()
            || next == Tok::Do
                && (waits || block.kind == Some(GroupKind::Closure) && !block.head_done)
            || next == Tok::Deriving
                && matches!(
                    last,
                    Tok::Group(GroupRef(GroupKind::Struct | GroupKind::Sum, _))
                );
        last == Tok::Newline || after || before
    }

    fn separator(&mut self) {
        let end = self.block().last_token().map(|(_, span)| span.end);
        if let Some(end) = end.filter(|_| self.block().last() != Some(Tok::Newline)) {
            let span = self.span(end, end);
            self.block().buffer.push((Tok::Newline, span));
        }
        let block = self.block();
        block.chunk = Chunk {
            start: block.buffer.len(),
            ..Chunk::default()
        };
    }

    fn semicolon(&mut self, span: Span) {
        if self.in_block() {
            self.end_statement(None);
            self.separator();
        } else {
            self.push(Tok::Semicolon, span);
        }
    }

    /// Checks what a statement leaves open, and its height. `next` is the token of a following line.
    pub fn end_statement(&mut self, next: Option<Tok>) {
        self.settle_heads(next);
        let stretch = self.height().separate();
        let block = self.block();
        if stretch > MAX_HEIGHT {
            let start = block.chunk.start.min(block.buffer.len());
            let place = block
                .buffer
                .get(start)
                .map_or(block.open, |(_, span)| *span);
            block.buffer.truncate(start);
            self.height().forget();
            if !self.stopped {
                self.problems.push(too_deep(place));
            }
        }
    }

    // --- brackets ---

    fn open_bracket(&mut self, tok: Tok, span: Span) {
        self.push(tok, span);
        let (indent, heads) = (self.indent, self.heads.len());
        self.push_frame(
            Frame::Bracket(BracketFrame {
                open: tok,
                span,
                indent,
                height: Height::default(),
                heads,
            }),
            span,
        );
    }

    fn close_bracket(&mut self, tok: Tok, span: Span) {
        let fits = matches!(self.frames.last(), Some(Frame::Bracket(open)) if open.open.closer() == Some(tok));
        if fits || self.repair_closer(tok, span) {
            self.pop_bracket();
            self.push(tok, span);
        }
    }

    /// Ends the innermost bracket without a token.
    pub fn pop_bracket(&mut self) {
        self.settle_heads(None);
        if let Some(Frame::Bracket(bracket)) = self.frames.pop() {
            let height = self.height();
            height.link();
            height.nest(bracket.height.total());
        }
    }

    /// Whether this `>` is the first half of a `>>` that closes `<<`.
    fn closes_bytes(&self, token: LexedToken) -> bool {
        let open = matches!(self.frames.last(), Some(Frame::Bracket(bracket)) if bracket.open == Tok::BytesOpen);
        let next = self.input.tokens.get(self.at + 1);
        open && next.is_some_and(|next| next.tok == Tok::Gt && next.start == token.end)
    }

    fn close_bytes(&mut self, span: Span) {
        self.at += 1;
        let span = self.span(span.start, span.end + 1);
        self.close_bracket(Tok::BytesClose, span);
    }

    // --- blocks ---

    fn new_block(
        &mut self,
        kind: Option<GroupKind>,
        owner: Span,
        open: Span,
        indents: [u32; 2],
    ) -> BlockFrame {
        let buffer = self.spare.pop().unwrap_or_default();
        BlockFrame {
            kind,
            owner,
            open,
            indents,
            invented: false,
            buffer,
            sections: vec![(SectionKind::Main, 0)],
            chunk: Chunk::default(),
            head_done: false,
            height: Height::default(),
            heads: self.heads.len(),
        }
    }

    pub fn push_block(
        &mut self,
        kind: GroupKind,
        owner: Span,
        open: Span,
        indents: [u32; 2],
    ) -> &mut BlockFrame {
        let block = self.new_block(Some(kind), owner, open, indents);
        self.push_frame(Frame::Block(Box::new(block)), open);
        self.block()
    }

    fn push_frame(&mut self, frame: Frame, span: Span) {
        self.frames.push(frame);
        if self.frames.len() > MAX_NESTING && !self.stopped {
            self.problems.push(too_deep(span));
            // Deeper text is not read at all; the strict run leaves the report to the other one.
            self.stopped = true;
        }
    }

    fn open_do(&mut self, span: Span) {
        if let Some(head) = self.take_head() {
            self.push_block(head.kind, head.span, span, [head.indent, self.indent]);
            return;
        }
        let in_block = self.in_block();
        let indent = self.indent;
        let block = self.block();
        if in_block && block.kind == Some(GroupKind::Closure) && !block.head_done {
            block.head_done = true;
            return self.push(Tok::Do, span);
        }
        if in_block && block.section() == SectionKind::ElseIf {
            return self.start_section(SectionKind::ElseIfBody);
        }
        let chunk_indent = if block.at_chunk_start() {
            indent
        } else {
            block.chunk.indent
        };
        self.push_block(GroupKind::Free, span, span, [indent, chunk_indent]);
    }

    fn open_closure(&mut self, span: Span) {
        let indent = self.indent;
        let block = self.block();
        let chunk_indent = if block.at_chunk_start() {
            indent
        } else {
            block.chunk.indent
        };
        self.push_block(GroupKind::Closure, span, span, [indent, chunk_indent]);
    }

    fn open_else(&mut self, span: Span) {
        if self.in_block() && self.block().chunk.is_let {
            self.settle_heads(None);
            self.block().chunk.is_let = false;
            let indents = [self.block().chunk.indent, self.indent];
            self.push_block(GroupKind::LetElse, span, span, indents);
            return;
        }
        let may = self.in_block()
            && self.block().kind == Some(GroupKind::If)
            && self.block().section() != SectionKind::Else;
        if !may && !self.repair_else(span) {
            return;
        }
        self.end_statement(None);
        let next = self.input.tokens.get(self.at + 1);
        if next.is_some_and(|next| next.tok == Tok::If && !next.first_on_line) {
            self.at += 1;
            self.start_section(SectionKind::ElseIf);
        } else {
            self.start_section(SectionKind::Else);
        }
    }

    pub fn start_section(&mut self, kind: SectionKind) {
        self.height().part();
        let block = self.block();
        let start = block.buffer.len();
        block.sections.push((kind, start));
        block.chunk = Chunk {
            start,
            ..Chunk::default()
        };
    }

    fn close_end(&mut self, token: LexedToken, span: Span) {
        if self.mode == Mode::Repair && !self.repair_end(token, span) {
            return;
        }
        if self.in_block()
            && self.head_waits()
            && !self.heads.last().is_some_and(|head| head.optional)
        {
            self.settle_heads(Some(Tok::End));
        }
        match self.frames.last() {
            Some(Frame::Block(block)) if block.kind.is_some() => self.close_block(span),
            _ => self.stopped = true,
        }
    }

    /// Ends the innermost block, which is on top, and puts its token into the text around it.
    pub fn close_block(&mut self, close: Span) {
        self.end_statement(None);
        let Some(Frame::Block(mut block)) = self.frames.pop() else {
            return;
        };
        let Some(kind) = block.kind else { return };
        if block.height.total() > MAX_HEIGHT {
            self.empty(&mut block);
        }
        let height = block.height.total();
        let (open, id) = (block.open, self.out.groups.len() as u32);
        let sections = self.store(*block);
        self.out.groups.push(Group {
            kind,
            open,
            close,
            sections,
        });
        self.height().nest(height);
        self.push(Tok::Group(GroupRef(kind, id)), open.to(close));
    }

    /// Drops what a block holds because it is too high, as a long chain of `else if`.
    fn empty(&mut self, block: &mut BlockFrame) {
        if !self.stopped {
            self.problems.push(too_deep(block.open));
        }
        block.height.forget();
        block.buffer.clear();
        block.sections.truncate(1);
    }

    fn store(&mut self, block: BlockFrame) -> std::ops::Range<usize> {
        let base = self.out.tokens.len();
        let first = self.out.sections.len();
        let ends = block
            .sections
            .iter()
            .skip(1)
            .map(|section| section.1)
            .chain([block.buffer.len()]);
        for (&(kind, start), end) in block.sections.iter().zip(ends) {
            self.out.sections.push(Section {
                kind,
                tokens: base + start..base + end,
            });
        }
        let mut buffer = block.buffer;
        self.out.tokens.append(&mut buffer);
        self.spare.push(buffer);
        first..self.out.sections.len()
    }

    fn finish_file(&mut self) {
        let end = self.input.text.len() as u32;
        let place = self.span(end, end);
        let open = self.frames.len() > 1;
        if open && !self.stopped && self.mode == Mode::Strict {
            self.stopped = true;
            return;
        }
        self.close_while(place, None, |matcher| matcher.frames.len() > 1);
        self.end_statement(None);
        if let Some(Frame::Block(block)) = self.frames.pop() {
            let start = self.out.tokens.len();
            let mut buffer = block.buffer;
            self.out.tokens.append(&mut buffer);
            self.out.root = start..self.out.tokens.len();
            self.out.cut_short = self.stopped;
        }
    }
}

/// Marks, in [`Chunk::angles`], that the last token closed a type's `<`.
const CLOSED_ANGLE: u32 = u32::MAX;

impl BlockFrame {
    /// Whether the last token is a name in the `<…>` of a type: an `=` after it, as in `Iterable<Item = Int>`, starts no body.
    pub(super) fn in_type_arguments(&self) -> bool {
        let open = self.chunk.angles != 0 && self.chunk.angles != CLOSED_ANGLE;
        open && self
            .last_token()
            .is_some_and(|(last, _)| last == Tok::Upper)
    }
}

/// Follows `let` and the angle brackets of types, whose `>` does not continue a line.
fn note_in_chunk(block: &mut BlockFrame, tok: Tok, span: Span) {
    let last = block.last_token();
    let opens_body = |tok| matches!(tok, Tok::Arrow | Tok::Do);
    let fresh = block.at_chunk_start() || last.is_some_and(|(last, _)| opens_body(last));
    let in_arguments = block.in_type_arguments();
    let chunk = &mut block.chunk;
    if chunk.angles == CLOSED_ANGLE {
        chunk.angles = 0;
    }
    match tok {
        Tok::Let if fresh => chunk.is_let = true,
        Tok::Lt
            if last.is_some_and(|(last, place)| last == Tok::Upper && place.end == span.start) =>
        {
            chunk.angles += 1
        }
        Tok::Gt if chunk.angles == 1 => chunk.angles = CLOSED_ANGLE,
        Tok::Gt if chunk.angles > 1 => chunk.angles -= 1,
        Tok::Eq if !in_arguments => chunk.angles = 0,
        Tok::Arrow | Tok::FatArrow => block.head_done = true,
        _ => {}
    }
}

/// Whether a token makes the tree of its statement higher.
fn links(tok: Tok) -> bool {
    tok.is_binary_operator()
        || matches!(
            tok,
            Tok::Minus
                | Tok::Not
                | Tok::Bang
                | Tok::Question
                | Tok::Dot
                | Tok::Arrow
                | Tok::Return
                | Tok::As
                | Tok::Assert
                | Tok::AssertCrash
                | Tok::If
                | Tok::Case
                | Tok::Match
                | Tok::Cond
                | Tok::While
                | Tok::For
                | Tok::Receive
        )
}

fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(Code::TOO_DEEP, place, "this is nested too deeply")
        .label("here")
        .note(format!(
            "brackets and blocks may nest {MAX_NESTING} deep, and one statement may chain about {MAX_HEIGHT} operators"
        ))
        .help("give parts of it a name with `let`, or move them into functions")
}
