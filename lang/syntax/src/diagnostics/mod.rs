//! Diagnostics as values: a stable code, labelled places, and the facts a reader needs to
//! mend the program. Phases build them and push them into a [`Sink`]; text and JSON are
//! made in one place each ([`render`] and [`json`]).

mod code;
mod cut;
pub mod json;
pub mod render;
mod sink;
mod source;
mod suggest;

pub use code::{Code, CodeInfo, Severity};
pub use sink::Sink;
pub use source::{FileSet, LineColumn, SourceFile};
pub use suggest::{did_you_mean, listed, nearest};

use serde::{Deserialize, Serialize};

use crate::syntax::ast::Span;

/// A place and what to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A short phrase in lower case; may be empty for a bare underline.
    pub text: String,
}

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Which mistake this is.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One line that can stand alone.
    pub message: String,
    /// The place that has to change, most likely.
    pub primary: Label,
    /// Further places that explain the first.
    pub secondary: Vec<Label>,
    /// Background: why this is a mistake.
    pub notes: Vec<String>,
    /// Remedies: what to write instead.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic with the severity of its code and a bare underline at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// All places, the primary one first.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        std::iter::once(&self.primary).chain(&self.secondary)
    }

    /// Sets the text at the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a further place.
    pub fn secondary(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds background.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds background if there is some.
    pub fn maybe_note(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.note(text),
            None => self,
        }
    }

    /// Adds a remedy.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a remedy if there is one, as from [`did_you_mean`].
    pub fn maybe_help(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// An internal compiler error: a fact that a later phase needs is missing.
    pub fn internal(span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(
            Code::INTERNAL,
            span,
            format!("internal compiler error: {}", message.into()),
        )
        .help("this is a mistake in the Snow compiler, not in your program; please report it")
    }
}

#[cfg(test)]
mod tests;
