//! What is open while groups are matched.

use super::{SectionKind, Token};
use crate::syntax::ast::Span;
use crate::syntax::token::{GroupKind, Tok};

/// Something open: the file, a block or a bracket.
pub(super) enum Frame {
    /// A block, or the file when `kind` is `None`.
    Block(Box<BlockFrame>),
    /// A bracket; its tokens lie in the block around it.
    Bracket(BracketFrame),
}

/// An open block.
pub(super) struct BlockFrame {
    /// `None` for the file itself.
    pub kind: Option<GroupKind>,
    /// The word that the block belongs to, for messages.
    pub owner: Span,
    /// Its `do`, `fn` or `else`.
    pub open: Span,
    /// Indentation of the owner's line and of the line with the `do`.
    pub indents: [u32; 2],
    /// Put by the matcher because a `do` was missing; then a missing `end` is not a second mistake.
    pub invented: bool,
    /// Tokens so far.
    pub buffer: Vec<Token>,
    /// Where each section starts in the buffer.
    pub sections: Vec<(SectionKind, usize)>,
    /// The current statement.
    pub chunk: Chunk,
    /// In a closure: whether the head of its first clause is over.
    pub head_done: bool,
    /// Heights of what it holds.
    pub height: Height,
    /// Length of the stack of waiting heads when it was opened.
    pub heads: usize,
}

/// An open bracket.
pub(super) struct BracketFrame {
    /// The opening token.
    pub open: Tok,
    /// Its place.
    pub span: Span,
    /// Indentation of its line.
    pub indent: u32,
    /// Heights of what it holds.
    pub height: Height,
    /// Length of the stack of waiting heads when it was opened.
    pub heads: usize,
}

/// The statement being read in a block.
#[derive(Clone, Copy, Default)]
pub(super) struct Chunk {
    /// Where it starts in the buffer.
    pub start: usize,
    /// Indentation of its first line.
    pub indent: u32,
    /// Whether it is a `let` whose `else` may still come.
    pub is_let: bool,
    /// Type brackets `<` open in it.
    pub angles: u32,
}

/// Height of the tree that a stretch of tokens becomes, at most.
#[derive(Clone, Copy, Default)]
pub(super) struct Height {
    /// Operators since the last comma or statement end.
    links: u32,
    /// Highest bracket or block since then.
    inner: u32,
    /// Highest stretch before.
    before: u32,
    /// Parts that nest into each other, such as `else if`.
    parts: u32,
}

impl Height {
    pub fn link(&mut self) {
        self.links += 1;
    }

    pub fn nest(&mut self, inner: u32) {
        self.inner = self.inner.max(inner);
    }

    /// Starts a part inside the one before.
    pub fn part(&mut self) {
        self.parts += 1;
    }

    /// Ends a stretch and gives its height.
    pub fn separate(&mut self) -> u32 {
        let stretch = self.links + self.inner;
        self.before = self.before.max(stretch);
        (self.links, self.inner) = (0, 0);
        stretch
    }

    /// Forgets what is too high, so that it is reported once.
    pub fn forget(&mut self) {
        *self = Height::default();
    }

    pub fn total(mut self) -> u32 {
        self.separate();
        self.before + self.parts + 1
    }
}

/// A keyword whose `do` has not come yet.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub kind: GroupKind,
    pub span: Span,
    pub indent: u32,
    /// Whether it may do without (`type A = B`, a method without default).
    pub optional: bool,
}

impl BlockFrame {
    /// The last token of the current section.
    pub fn last(&self) -> Option<Tok> {
        self.last_token().map(|(tok, _)| tok)
    }

    pub fn last_token(&self) -> Option<Token> {
        let start = self.sections.last().map_or(0, |section| section.1);
        if self.buffer.len() > start {
            self.buffer.last().copied()
        } else {
            None
        }
    }

    pub fn section(&self) -> SectionKind {
        self.sections
            .last()
            .map_or(SectionKind::Main, |section| section.0)
    }

    /// Whether items may stand directly inside.
    pub fn holds_items(&self) -> bool {
        matches!(
            self.kind,
            None | Some(
                GroupKind::Module | GroupKind::Interface | GroupKind::Impl | GroupKind::Service
            )
        )
    }

    pub fn at_chunk_start(&self) -> bool {
        self.buffer.len() == self.chunk.start
    }

    pub fn fits(&self, column: u32) -> bool {
        self.kind.is_some() && self.indents.contains(&column)
    }

    pub fn indent(&self) -> u32 {
        self.indents[0].min(self.indents[1])
    }
}

/// The words that a message names a block by.
pub(super) fn block_name(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Fn => "function",
        GroupKind::If => "`if`",
        GroupKind::Case => "`case`",
        GroupKind::Cond => "`cond`",
        GroupKind::While => "`while`",
        GroupKind::For => "`for`",
        GroupKind::Receive => "`receive`",
        GroupKind::Free => "`do` block",
        GroupKind::Closure => "closure",
        GroupKind::LetElse => "`else` of a `let`",
        GroupKind::Struct => "struct",
        GroupKind::Sum => "type",
        GroupKind::Interface => "interface",
        GroupKind::Impl => "implementation",
        GroupKind::Actor => "actor",
        GroupKind::Terminate => "`terminate` block",
        GroupKind::Service => "service",
        GroupKind::Handler => "handler",
        GroupKind::Supervisor => "supervisor",
        GroupKind::Child => "child",
        GroupKind::Module => "module",
        GroupKind::Test => "test",
    }
}
