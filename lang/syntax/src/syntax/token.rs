//! Tokens: what logos recognises, and what the string scanner and the layout pass add.

use std::fmt;

use logos::Logos;

/// What a balanced group holds, decided by the word that owns its `do` (or `fn`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupKind {
    /// Body of a function.
    Fn,
    /// `if c do … else … end` after the condition.
    If,
    /// Arms of `case` or `match`.
    Case,
    /// Arms of `cond`.
    Cond,
    /// Body of `while`.
    While,
    /// Body of `for`.
    For,
    /// Arms of `receive` and its `after`.
    Receive,
    /// A `do` that no keyword owns: a trailing block, or a block standing alone.
    Free,
    /// `fn … end`, from after `fn`.
    Closure,
    /// The `else … end` of a `let`.
    LetElse,
    /// Fields of a struct.
    Struct,
    /// Variants of a sum type.
    Sum,
    /// Members of an interface.
    Interface,
    /// Members of an implementation.
    Impl,
    /// Body of an actor.
    Actor,
    /// `terminate do … end`.
    Terminate,
    /// Members of a service.
    Service,
    /// Body of a `call`, `cast` or `info` handler.
    Handler,
    /// Settings and children of a supervisor.
    Supervisor,
    /// Settings of a child.
    Child,
    /// Items of a nested module.
    Module,
    /// Body of a test.
    Test,
}

/// Index of a group in the layout's output.
pub type GroupId = u32;

/// A balanced group as one token: what it holds, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupRef(pub GroupKind, pub GroupId);

/// Index of a decoded text in the lexer's output.
pub type TextId = u32;

/// A kind of token. Names, numbers and slots are read from the source by span.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[logos(skip r"[ \t\r\f]+")]
#[allow(missing_docs)]
pub enum Tok {
    /// A line break; the layout pass keeps the significant ones.
    #[token("\n")]
    Newline,
    #[token(";")]
    Semicolon,
    /// Starts a comment; never leaves the lexer.
    #[token("#")]
    Hash,
    /// Starts a string; never leaves the lexer.
    #[token("\"")]
    Quote,
    /// Starts a text in single quotes, a mistake; never leaves the lexer.
    #[token("'")]
    SingleQuote,
    /// What can be no token, reported already or to be reported with what stands around it; no rule takes it.
    Unknown,
    /// A name in lower case or starting with `_`.
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
    Ident,
    /// A name that starts with a capital.
    Upper,
    #[regex(r"[0-9][0-9a-zA-Z_]*")]
    Int,
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9a-zA-Z_]*([eE][+-][0-9][0-9_]*)?")]
    #[regex(r"[0-9][0-9_]*[eE][+-][0-9][0-9a-zA-Z_]*")]
    Float,
    /// `:name`.
    #[regex(r":[\p{XID_Start}_]\p{XID_Continue}*")]
    Atom,
    /// `|2>`.
    #[regex(r"\|[0-9]+>")]
    SlotPipe,
    /// A string without interpolation.
    Str(TextId),
    /// The opening quotes of a string with interpolation.
    StrOpen,
    /// A text part of one.
    StrText(TextId),
    /// `${`.
    InterpOpen,
    /// The `}` that belongs to `${`.
    InterpClose,
    /// The closing quotes of a string with interpolation.
    StrClose,
    /// `>>` that closes `<<`.
    BytesClose,
    /// A balanced group, made by the layout pass.
    Group(GroupRef),
    #[token("actor")]
    Actor,
    #[token("after")]
    After,
    #[token("alias")]
    Alias,
    #[token("and")]
    And,
    #[token("break")]
    Break,
    #[token("case")]
    Case,
    #[token("cond")]
    Cond,
    #[token("continue")]
    Continue,
    #[token("do")]
    Do,
    #[token("else")]
    Else,
    #[token("end")]
    End,
    #[token("false")]
    False,
    #[token("fn")]
    #[token("def")]
    Fn,
    #[token("for")]
    For,
    #[token("if")]
    If,
    #[token("impl")]
    Impl,
    #[token("import")]
    Import,
    #[token("in")]
    In,
    #[token("interface")]
    Interface,
    #[token("let")]
    Let,
    #[token("match")]
    Match,
    #[token("module")]
    Module,
    #[token("nil")]
    Nil,
    #[token("not")]
    Not,
    #[token("or")]
    Or,
    #[token("pub")]
    Pub,
    #[token("receive")]
    Receive,
    #[token("return")]
    Return,
    #[token("service")]
    Service,
    #[token("struct")]
    Struct,
    #[token("supervisor")]
    Supervisor,
    #[token("terminate")]
    Terminate,
    #[token("trait")]
    Trait,
    #[token("true")]
    True,
    #[token("type")]
    Type,
    #[token("when")]
    When,
    #[token("where")]
    Where,
    #[token("while")]
    While,
    #[token("with")]
    With,
    // Words that are keywords only where their construct can start.
    #[token("as")]
    As,
    #[token("call")]
    CallWord,
    #[token("cast")]
    CastWord,
    #[token("from")]
    From,
    #[token("test")]
    TestWord,
    #[token("assert")]
    Assert,
    #[token("assert_receive")]
    AssertReceive,
    #[token("assert_crash")]
    AssertCrash,
    #[token("native")]
    Native,
    #[token("deriving")]
    Deriving,
    #[token("child")]
    ChildWord,
    #[token("info")]
    InfoWord,
    #[token("own")]
    Own,
    #[token("|>")]
    Pipe,
    #[token("||")]
    OrOr,
    #[token("&&")]
    AndAnd,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Lt,
    #[token(">")]
    Gt,
    #[token("<=")]
    Le,
    #[token(">=")]
    Ge,
    #[token("..")]
    DotDot,
    #[token("..=")]
    DotDotEq,
    #[token("...")]
    Ellipsis,
    #[token("<>")]
    Diamond,
    #[token("++")]
    PlusPlus,
    #[token("::")]
    ColonColon,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("!")]
    Bang,
    #[token("?")]
    Question,
    #[token(".")]
    Dot,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token("=")]
    Eq,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token("|")]
    Bar,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("%{")]
    MapOpen,
    #[token("<<")]
    BytesOpen,
}

/// Declares the tokens that mistakes are told by: those with a fixed text, then those without.
macro_rules! named_tokens {
    (fixed { $($fixed:ident $text:literal)* } varying { $($varying:ident)* }) => {
        #[derive(Clone, Copy)]
        #[repr(u8)]
        enum Number {
            $($fixed,)*
            $($varying,)*
        }

        impl Tok {
            /// The tokens that have a number, by their numbers.
            pub const NUMBERED: &[Tok] = &[$(Tok::$fixed,)* $(Tok::$varying,)*];

            /// A small number that stands for this token in sets; `None` for tokens that no rule asks for by themselves.
            pub fn number(self) -> Option<u8> {
                Some(match self {
                    $(Tok::$fixed => Number::$fixed as u8,)*
                    $(Tok::$varying => Number::$varying as u8,)*
                    _ => return None,
                })
            }

            /// The fixed text of a keyword or punctuation mark; `None` for tokens whose text varies.
            pub fn text(self) -> Option<&'static str> {
                Some(match self {
                    $(Tok::$fixed => $text,)*
                    _ => return None,
                })
            }
        }
    };
}

named_tokens! {
    fixed {
        Actor "actor"
        After "after"
        Alias "alias"
        And "and"
        Break "break"
        Case "case"
        Cond "cond"
        Continue "continue"
        Do "do"
        Else "else"
        End "end"
        False "false"
        Fn "fn"
        For "for"
        If "if"
        Impl "impl"
        Import "import"
        In "in"
        Interface "interface"
        Let "let"
        Match "match"
        Module "module"
        Nil "nil"
        Not "not"
        Or "or"
        Pub "pub"
        Receive "receive"
        Return "return"
        Service "service"
        Struct "struct"
        Supervisor "supervisor"
        Terminate "terminate"
        Trait "trait"
        True "true"
        Type "type"
        When "when"
        Where "where"
        While "while"
        With "with"
        As "as"
        CallWord "call"
        CastWord "cast"
        From "from"
        TestWord "test"
        Assert "assert"
        AssertReceive "assert_receive"
        AssertCrash "assert_crash"
        Native "native"
        Deriving "deriving"
        ChildWord "child"
        InfoWord "info"
        Own "own"
        Pipe "|>"
        OrOr "||"
        AndAnd "&&"
        EqEq "=="
        NotEq "!="
        Lt "<"
        Gt ">"
        Le "<="
        Ge ">="
        DotDot ".."
        DotDotEq "..="
        Ellipsis "..."
        Diamond "<>"
        PlusPlus "++"
        ColonColon "::"
        Plus "+"
        Minus "-"
        Star "*"
        Slash "/"
        Percent "%"
        Bang "!"
        Question "?"
        Dot "."
        Comma ","
        Colon ":"
        Eq "="
        FatArrow "=>"
        Arrow "->"
        Bar "|"
        LParen "("
        RParen ")"
        LBracket "["
        RBracket "]"
        LBrace "{"
        RBrace "}"
        MapOpen "%{"
        BytesOpen "<<"
        Semicolon ";"
        InterpOpen "${"
        InterpClose "}"
        BytesClose ">>"
    }
    varying {
        Ident
        Upper
        Int
        Float
        Atom
        StrOpen
        StrClose
    }
}

impl Tok {
    /// Whether this word is a keyword only in places.
    pub fn is_soft_keyword(self) -> bool {
        matches!(
            self,
            Tok::As
                | Tok::CallWord
                | Tok::CastWord
                | Tok::From
                | Tok::TestWord
                | Tok::Native
                | Tok::Deriving
                | Tok::ChildWord
                | Tok::InfoWord
                | Tok::Own
        )
    }

    /// Whether this word is always a keyword.
    pub fn is_keyword(self) -> bool {
        self.text()
            .is_some_and(|text| text.starts_with(|c: char| c.is_ascii_lowercase()))
            && !self.is_soft_keyword()
    }

    /// Whether an operand can end with this token, so that a `-` after it subtracts.
    pub fn ends_operand(self) -> bool {
        self.is_soft_keyword()
            || matches!(
                self,
                Tok::Ident
                    | Tok::Upper
                    | Tok::Int
                    | Tok::Float
                    | Tok::Atom
                    | Tok::Str(_)
                    | Tok::StrClose
                    | Tok::BytesClose
                    | Tok::Group(..)
                    | Tok::True
                    | Tok::False
                    | Tok::Nil
                    | Tok::RParen
                    | Tok::RBracket
                    | Tok::RBrace
                    | Tok::Question
                    | Tok::End
            )
    }

    /// Whether a statement that ends with this token goes on in the next line.
    pub fn continues_after(self) -> bool {
        self.is_binary_operator()
            || matches!(
                self,
                Tok::Minus
                    | Tok::Comma
                    | Tok::Arrow
                    | Tok::FatArrow
                    | Tok::Eq
                    | Tok::Do
                    | Tok::Not
                    | Tok::Bang
                    | Tok::Dot
                    | Tok::Colon
                    | Tok::When
                    | Tok::Where
                    | Tok::In
                    | Tok::Bar
            )
    }

    /// Whether a line that starts with this token continues the line before.
    pub fn continues_before(self) -> bool {
        self.is_binary_operator()
            || matches!(
                self,
                Tok::Dot
                    | Tok::Comma
                    | Tok::Arrow
                    | Tok::FatArrow
                    | Tok::Eq
                    | Tok::When
                    | Tok::Where
                    | Tok::In
                    | Tok::Bar
            )
    }

    /// Binary operators that cannot start an expression.
    pub(super) fn is_binary_operator(self) -> bool {
        matches!(
            self,
            Tok::Pipe
                | Tok::SlotPipe
                | Tok::Or
                | Tok::OrOr
                | Tok::And
                | Tok::AndAnd
                | Tok::EqEq
                | Tok::NotEq
                | Tok::Lt
                | Tok::Gt
                | Tok::Le
                | Tok::Ge
                | Tok::DotDot
                | Tok::DotDotEq
                | Tok::Diamond
                | Tok::PlusPlus
                | Tok::ColonColon
                | Tok::Plus
                | Tok::Star
                | Tok::Slash
                | Tok::Percent
        )
    }

    /// Whether an expression can start with this token.
    pub fn starts_expression(self) -> bool {
        self.is_soft_keyword()
            || matches!(
                self,
                Tok::Ident
                    | Tok::Upper
                    | Tok::Int
                    | Tok::Float
                    | Tok::Atom
                    | Tok::Str(_)
                    | Tok::StrOpen
                    | Tok::Group(GroupRef(GroupKind::Closure | GroupKind::Free, _))
                    | Tok::True
                    | Tok::False
                    | Tok::Nil
                    | Tok::If
                    | Tok::Case
                    | Tok::Match
                    | Tok::Cond
                    | Tok::While
                    | Tok::For
                    | Tok::Receive
                    | Tok::Return
                    | Tok::Break
                    | Tok::Continue
                    | Tok::Not
                    | Tok::Bang
                    | Tok::Minus
                    | Tok::LParen
                    | Tok::LBracket
                    | Tok::MapOpen
                    | Tok::BytesOpen
                    | Tok::Assert
                    | Tok::AssertReceive
                    | Tok::AssertCrash
            )
    }

    /// The token that closes this opening bracket.
    pub fn closer(self) -> Option<Tok> {
        Some(match self {
            Tok::LParen => Tok::RParen,
            Tok::LBracket => Tok::RBracket,
            Tok::LBrace | Tok::MapOpen => Tok::RBrace,
            Tok::BytesOpen => Tok::BytesClose,
            Tok::InterpOpen => Tok::InterpClose,
            _ => return None,
        })
    }
}

/// The token in an error message: fixed text in backquotes, or what kind of thing it is.
impl fmt::Display for Tok {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.text() {
            return write!(f, "`{text}`");
        }
        f.write_str(match self {
            Tok::Newline => "end of line",
            Tok::Unknown => "what is no token",
            Tok::Ident => "a name",
            Tok::Upper => "a name starting with a capital",
            Tok::Int => "an integer",
            Tok::Float => "a float",
            Tok::Atom => "an atom",
            Tok::SlotPipe => "a slot pipe",
            Tok::Group(GroupRef(GroupKind::Closure, _)) => "a closure",
            Tok::Group(GroupRef(GroupKind::LetElse, _)) => "`else`",
            Tok::Group(..) => "`do`",
            _ => "a string",
        })
    }
}
