//! How rules fail: where, and what would have fitted there.
//!
//! Most failures are alternatives that were tried and given up, so that a failure must cost next to nothing: it is a place and a set of
//! bits, from which the text of a diagnostic can be made.

use chumsky::DefaultExpected;
use chumsky::error::{Error, LabelError};
use chumsky::util::MaybeRef;

use super::rules::Tokens;
use crate::syntax::ast::Span;
use crate::syntax::token::Tok;

macro_rules! labels {
    ($($label:ident $name:literal;)*) => {
        /// Names of what rules read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Label {
            $($label,)*
        }

        impl Label {
            const ALL: &[Label] = &[$(Label::$label,)*];

            /// How messages call it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Label::$label => $name,)*
                }
            }
        }
    };
}

labels! {
    ActorName "the actor's name";
    Argument "an argument";
    Capital "a name starting with a capital";
    ChildName "the child's name";
    Closure "a closure";
    Condition "a condition";
    Do "`do`";
    Else "`else`";
    EndOfLine "the end of the line";
    Expression "an expression";
    FieldName "a field name";
    FunctionName "the function's name";
    HandlerName "the handler's name";
    Item "an item";
    LiteralKey "a literal key";
    ModuleName "a module name";
    Name "a name";
    NameOrPattern "a name or pattern";
    Operator "an operator";
    Parameter "a parameter";
    Pattern "a pattern";
    SettingName "the name of a setting";
    SizeOrForm "a size or form like `16` or `bytes`";
    Statement "a statement";
    String "a string";
    Type "a type";
    TypeParameter "a type parameter";
    Variant "a variant";
    Within "`within`";
}

/// A set of tokens and labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    tokens: [u64; 2],
    labels: u64,
}

const _: () = assert!(Tok::NUMBERED.len() <= 128 && Label::ALL.len() <= 64);

impl Expected {
    fn label(label: Label) -> Expected {
        Expected {
            labels: 1 << label as u8,
            ..Expected::default()
        }
    }

    fn add(&mut self, expected: &DefaultExpected<'_, Tok>) {
        match expected {
            DefaultExpected::Token(token) => {
                if let Some(number) = token.number() {
                    self.tokens[usize::from(number >> 6)] |= 1 << (number & 63);
                }
            }
            DefaultExpected::EndOfInput => self.labels |= 1 << Label::EndOfLine as u8,
            // That something else would fit helps nobody.
            _ => {}
        }
    }

    fn union(self, other: Expected) -> Expected {
        Expected {
            tokens: [
                self.tokens[0] | other.tokens[0],
                self.tokens[1] | other.tokens[1],
            ],
            labels: self.labels | other.labels,
        }
    }

    /// The names of everything in the set, in alphabetical order.
    pub fn names(self) -> Vec<String> {
        let [low, high] = self.tokens;
        let bits = u128::from(high) << 64 | u128::from(low);
        let tokens = Tok::NUMBERED.iter().enumerate();
        let tokens = tokens.filter(|(number, _)| bits >> number & 1 == 1);
        let labels = Label::ALL
            .iter()
            .filter(|label| self.labels >> **label as u8 & 1 == 1);
        let mut names: Vec<String> = tokens.map(|(_, token)| token.to_string()).collect();
        names.extend(labels.map(|label| label.name().to_owned()));
        names.sort();
        names.dedup();
        names
    }
}

/// Why a rule does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the token that does not fit starts.
    pub start: u32,
    /// What would fit.
    pub expected: Expected,
}

impl Failure {
    /// That a failure has been noted already: adds nothing to it.
    pub const NOTED: Failure = Failure {
        start: 0,
        expected: Expected {
            tokens: [0; 2],
            labels: 0,
        },
    };

    /// That something would fit where a token starts.
    pub fn expecting(label: Label, start: u32) -> Failure {
        Failure {
            start,
            expected: Expected::label(label),
        }
    }
}

impl<'t> Error<'t, Tokens<'t>> for Failure {
    #[inline]
    fn merge(self, other: Self) -> Self {
        Failure {
            expected: self.expected.union(other.expected),
            ..self
        }
    }
}

impl<'t> LabelError<'t, Tokens<'t>, DefaultExpected<'t, Tok>> for Failure {
    #[inline]
    fn expected_found<E: IntoIterator<Item = DefaultExpected<'t, Tok>>>(
        expected: E,
        _found: Option<MaybeRef<'t, Tok>>,
        span: Span,
    ) -> Self {
        let mut set = Expected::default();
        expected.into_iter().for_each(|one| set.add(&one));
        Failure {
            start: span.start,
            expected: set,
        }
    }
}

impl<'t> LabelError<'t, Tokens<'t>, Label> for Failure {
    #[inline]
    fn expected_found<E: IntoIterator<Item = Label>>(
        expected: E,
        _found: Option<MaybeRef<'t, Tok>>,
        span: Span,
    ) -> Self {
        let labels = expected.into_iter().map(Expected::label);
        Failure {
            start: span.start,
            expected: labels.fold(Expected::default(), Expected::union),
        }
    }

    #[inline]
    fn label_with(&mut self, label: Label) {
        self.expected = Expected::label(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_their_numbers() {
        for (number, token) in Tok::NUMBERED.iter().enumerate() {
            assert_eq!(token.number().map(usize::from), Some(number), "{token}");
        }
    }

    #[test]
    fn a_set_names_what_was_added() {
        let mut set = Expected::label(Label::Operator);
        set.add(&DefaultExpected::Token(MaybeRef::Val(Tok::Comma)));
        set.add(&DefaultExpected::Token(MaybeRef::Val(Tok::StrClose)));
        set.add(&DefaultExpected::EndOfInput);
        let names = set.union(Expected::label(Label::Name)).names();
        assert_eq!(
            names,
            [
                "`,`",
                "a name",
                "a string",
                "an operator",
                "the end of the line"
            ]
        );
    }
}
