//! Diagnostics as text for people, drawn by ariadne.

use std::borrow::Cow;

use ariadne::{CharSet, Color, Config, IndexType, ReportKind};

use super::cut::Cut;
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
                missing: ariadne::Source::from(Cow::Borrowed("")),
                cuts: Vec::new(),
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
        self.cache.cut_for(diagnostic);
        let config = Config::default()
            .with_color(self.colours == Colours::On)
            .with_char_set(CharSet::Unicode)
            .with_index_type(IndexType::Char);
        let first = &diagnostic.primary;
        let mut report = ariadne::Report::build(kind, self.cache.range(first))
            .with_config(config)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_label(self.cache.label(first, first, colour).with_priority(1));
        for label in &diagnostic.secondary {
            report = report.with_label(self.cache.label(label, first, Color::Blue));
        }
        report.with_notes(&diagnostic.notes);
        report.with_helps(&diagnostic.help);
        let mut text = Vec::new();
        report
            .finish()
            .write(&mut self.cache, &mut text)
            .expect("writing to memory cannot fail");
        let text = String::from_utf8_lossy(&text).into_owned();
        self.cache.with_true_columns(diagnostic, text)
    }
}

type Range = (FileId, std::ops::Range<usize>);

struct SourceCache<'a> {
    files: &'a FileSet,
    prepared: Vec<Option<Source<'a>>>,
    missing: Source<'a>,
    /// Files with long lines, as the diagnostic at hand shows them.
    cuts: Vec<(FileId, Cut, Source<'a>)>,
}

type Source<'a> = ariadne::Source<Cow<'a, str>>;

impl SourceCache<'_> {
    /// Where the label is in the text that is shown, in characters: ariadne takes its own places for such even where it is given bytes.
    fn range(&self, label: &Label) -> Range {
        let bytes = self.shown_range(label);
        let file = label.span.file;
        let text = match self.cut(file) {
            Some(cut) => cut.text(),
            None => self.files.get(file).map_or("", |file| file.text()),
        };
        let chars = |bytes| text.get(bytes).map_or(0, |part: &str| part.chars().count());
        let start = chars(0..bytes.start);
        (file, start..start + chars(bytes))
    }

    /// The label's bytes in the text that is shown.
    fn shown_range(&self, label: &Label) -> std::ops::Range<usize> {
        let whole = self.whole_range(label);
        match self.cut(label.span.file) {
            Some(cut) => cut.place(whole.start)..cut.place(whole.end),
            None => whole,
        }
    }

    /// The label's bytes, kept inside the text and on character boundaries.
    fn whole_range(&self, label: &Label) -> std::ops::Range<usize> {
        let text = self
            .files
            .get(label.span.file)
            .map_or("", |file| file.text());
        let start = text.floor_char_boundary(label.span.start as usize);
        let end = text.ceil_char_boundary(label.span.end as usize).max(start);
        start..end
    }

    fn cut(&self, file: FileId) -> Option<&Cut> {
        let found = self.cuts.iter().find(|(id, _, _)| *id == file);
        found.map(|(_, cut, _)| cut)
    }

    /// Cuts the long lines that a diagnostic points at.
    fn cut_for(&mut self, diagnostic: &Diagnostic) {
        self.cuts.clear();
        for Label { span, .. } in diagnostic.labels() {
            let Some(file) = self.files.get(span.file) else {
                continue;
            };
            if self.cut(span.file).is_some() {
                continue;
            }
            let here = diagnostic
                .labels()
                .filter(|label| label.span.file == span.file);
            let places: Vec<_> = here.map(|label| self.whole_range(label)).collect();
            if let Some(cut) = Cut::of(file, &places) {
                let source = ariadne::Source::from(Cow::Owned(cut.text().to_owned()));
                self.cuts.push((span.file, cut, source));
            }
        }
    }

    /// Text with the columns of the file in place of those in a cut line.
    fn with_true_columns(&self, diagnostic: &Diagnostic, mut text: String) -> String {
        for label in diagnostic.labels() {
            let (id, Some(file)) = (label.span.file, self.files.get(label.span.file)) else {
                continue;
            };
            let Some(cut) = self.cut(id) else { continue };
            let place = file.line_column(label.span.start);
            let shown = cut.column(self.shown_range(label).start);
            let head = |column| format!("{}:{}:{column} ]", file.path(), place.line);
            text = text.replacen(&head(shown), &head(place.column as usize), 1);
        }
        text
    }

    /// The line of a label, and after all lines of the first file when it is in another one: labels in any other order are drawn apart, under the place of
    /// the first one.
    fn order(&self, label: &Label, first: &Label) -> i32 {
        let file = self.files.get(label.span.file);
        let line = file.map_or(0, |file| file.line_column(label.span.end).line as i32);
        if label.span.file == first.span.file {
            line - i32::MAX / 2
        } else {
            line
        }
    }

    fn label(&self, label: &Label, first: &Label, colour: Color) -> ariadne::Label<Range> {
        let drawn = ariadne::Label::new(self.range(label))
            .with_color(colour)
            .with_order(self.order(label, first));
        if label.text.is_empty() {
            drawn
        } else {
            drawn.with_message(&label.text)
        }
    }
}

impl<'a> ariadne::Cache<FileId> for &mut SourceCache<'a> {
    type Storage = Cow<'a, str>;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<'a>, impl std::fmt::Debug> {
        let cut = self.cuts.iter().find(|(file, _, _)| file == id);
        let slot = self.prepared.get_mut(id.0 as usize);
        let source: &Source<'a> = match (cut, slot, self.files.get(*id)) {
            (Some((_, _, source)), _, _) => source,
            (None, Some(slot), Some(file)) => {
                slot.get_or_insert_with(|| ariadne::Source::from(Cow::Borrowed(file.text())))
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
