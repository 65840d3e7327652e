//! Where phases put their diagnostics.

use rustc_hash::FxHashSet;

use super::{Code, Diagnostic, Severity};
use crate::syntax::ast::Span;

/// How many diagnostics a sink keeps; a file with more mistakes than this is not read to its end.
const DEFAULT_LIMIT: usize = 500;

/// Collects diagnostics: keeps up to a bound, counts all, and drops repetitions of one code at one place.
#[derive(Debug)]
pub struct Sink {
    kept: Vec<Diagnostic>,
    seen: FxHashSet<(Code, Span)>,
    limit: usize,
    errors: usize,
    suppressed: usize,
}

impl Default for Sink {
    fn default() -> Self {
        Sink::with_limit(DEFAULT_LIMIT)
    }
}

impl Sink {
    /// An empty sink with the default bound.
    pub fn new() -> Self {
        Sink::default()
    }

    /// An empty sink that keeps at most `limit` diagnostics.
    pub fn with_limit(limit: usize) -> Self {
        Sink {
            kept: Vec::new(),
            seen: FxHashSet::default(),
            limit,
            errors: 0,
            suppressed: 0,
        }
    }

    /// Takes a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self
            .seen
            .contains(&(diagnostic.code, diagnostic.primary.span))
        {
            return;
        }
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.is_full() {
            self.suppressed += 1;
            return;
        }
        self.seen.insert((diagnostic.code, diagnostic.primary.span));
        self.kept.push(diagnostic);
    }

    /// Takes all diagnostics of another sink.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Forgets the warnings: beside errors they distract, and some only follow from them.
    pub fn drop_warnings(&mut self) {
        self.kept
            .retain(|diagnostic| diagnostic.severity == Severity::Error);
    }

    /// Takes the warnings out.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        let is_warning = |diagnostic: &mut Diagnostic| diagnostic.severity == Severity::Warning;
        let warnings: Vec<Diagnostic> = self.kept.extract_if(.., is_warning).collect();
        for warning in &warnings {
            self.seen.remove(&(warning.code, warning.primary.span));
        }
        warnings
    }

    /// Whether any error was pushed, kept or not.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors were pushed, kept or not.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// Whether the bound is reached, so that a phase may stop looking for more.
    pub fn is_full(&self) -> bool {
        self.kept.len() >= self.limit
    }

    /// How many diagnostics the bound has cost.
    pub fn suppressed(&self) -> usize {
        self.suppressed
    }

    /// What was kept so far, in the order pushed.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// What was kept, in the order pushed.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.kept
    }

    /// What was kept, by file and place.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.kept
            .sort_by_key(|d| (d.primary.span.file, d.primary.span.start, d.severity));
        self.kept
    }
}
