//! Why lowering stops.

use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;

/// A diagnostic that ends lowering.
#[derive(Clone, Debug)]
pub struct Fault(Box<Diagnostic>);

impl Fault {
    /// A fact that an earlier phase promised is missing.
    pub fn internal(span: Span, message: impl Into<String>) -> Fault {
        Fault(Box::new(Diagnostic::internal(span, message)))
    }

    /// Instances of `what` nest without end.
    pub fn endless(span: Span, what: &str) -> Fault {
        let message = format!("instances of {what} nest without end");
        let diagnostic = Diagnostic::new(Code::ENDLESS_INSTANCES, span, message)
            .label("used with ever larger type arguments")
            .note(format!(
                "every use with other type arguments becomes code of its own; they may be nested {} deep",
                crate::core::mono::MAX_NESTING
            ))
            .help("let the recursion use the same type arguments");
        Fault(Box::new(diagnostic))
    }

    /// The patterns of one match need too large a decision tree.
    pub fn patterns(span: Span) -> Fault {
        let diagnostic = Diagnostic::new(
            Code::PATTERNS_TOO_COMPLEX,
            span,
            "these patterns are too complex",
        )
        .label("their combinations are too many")
        .help("match in several steps");
        Fault(Box::new(diagnostic))
    }

    /// What to report.
    pub fn into_diagnostic(self) -> Diagnostic {
        *self.0
    }
}

/// Why code that follows is not lowered.
#[derive(Debug)]
pub(super) enum Stop {
    /// Control never gets there; the current block has its end.
    Diverged,
    /// A diagnostic.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// Result of lowering a piece of code; `Err(Stop::Diverged)` is no mistake.
pub(super) type Res<T> = Result<T, Stop>;
