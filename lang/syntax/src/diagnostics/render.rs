//! Diagnostics as text for people, drawn by ariadne.

use ariadne::{CharSet, Color, Config, IndexType, ReportKind};

use super::{Diagnostic, FileSet, Label, Severity};
use crate::syntax::ast::FileId;

/// Whether the text may hold terminal escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// Plain text.
    Off,
    /// ANSI escapes.
    On,
}

/// Draws diagnostics one after the other, keeping the prepared sources between them.
pub struct Renderer<'a> {
    cache: SourceCache<'a>,
    colours: Colours,
}

impl<'a> Renderer<'a> {
    /// A renderer over the files that the diagnostics' spans point into.
    pub fn new(files: &'a FileSet, colours: Colours) -> Self {
        let prepared = (0..files.len()).map(|_| None).collect();
        Renderer {
            cache: SourceCache {
                files,
                prepared,
                missing: ariadne::Source::from(""),
            },
            colours,
        }
    }

    /// One diagnostic as text that ends with a line break.
    pub fn render(&mut self, diagnostic: &Diagnostic) -> String {
        let (kind, colour) = match diagnostic.severity {
            Severity::Error => (ReportKind::Error, Color::Red),
            Severity::Warning => (ReportKind::Warning, Color::Yellow),
        };
        let config = Config::default()
            .with_color(self.colours == Colours::On)
            .with_char_set(CharSet::Unicode)
            .with_index_type(IndexType::Byte);
        let mut report = ariadne::Report::build(kind, self.cache.range(&diagnostic.primary))
            .with_config(config)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_label(self.cache.label(&diagnostic.primary, colour, 1));
        for label in &diagnostic.secondary {
            report = report.with_label(self.cache.label(label, Color::Blue, 0));
        }
        report.with_notes(&diagnostic.notes);
        report.with_helps(&diagnostic.help);
        let mut text = Vec::new();
        report
            .finish()
            .write(&mut self.cache, &mut text)
            .expect("writing to memory cannot fail");
        String::from_utf8_lossy(&text).into_owned()
    }
}

type Range = (FileId, std::ops::Range<usize>);

struct SourceCache<'a> {
    files: &'a FileSet,
    prepared: Vec<Option<ariadne::Source<&'a str>>>,
    missing: ariadne::Source<&'static str>,
}

impl SourceCache<'_> {
    /// The label's bytes, kept inside the text and on character boundaries.
    fn range(&self, label: &Label) -> Range {
        let text = self
            .files
            .get(label.span.file)
            .map_or("", |file| file.text());
        let start = text.floor_char_boundary(label.span.start as usize);
        let end = text.ceil_char_boundary(label.span.end as usize).max(start);
        (label.span.file, start..end)
    }

    fn label(&self, label: &Label, colour: Color, priority: i32) -> ariadne::Label<Range> {
        let drawn = ariadne::Label::new(self.range(label))
            .with_color(colour)
            .with_priority(priority);
        if label.text.is_empty() {
            drawn
        } else {
            drawn.with_message(&label.text)
        }
    }
}

impl<'a> ariadne::Cache<FileId> for &mut SourceCache<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &FileId) -> Result<&ariadne::Source<&'a str>, impl std::fmt::Debug> {
        let slot = self.prepared.get_mut(id.0 as usize);
        let source: &ariadne::Source<&'a str> = match (slot, self.files.get(*id)) {
            (Some(slot), Some(file)) => {
                slot.get_or_insert_with(|| ariadne::Source::from(file.text()))
            }
            _ => &self.missing,
        };
        Ok::<_, std::convert::Infallible>(source)
    }

    fn display<'b>(&self, id: &'b FileId) -> Option<impl std::fmt::Display + 'b> {
        Some(
            self.files
                .get(*id)
                .map_or_else(String::new, |file| file.path().to_owned()),
        )
    }
}
