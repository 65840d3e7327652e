//! Source files by id, and line and column of a byte offset.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::syntax::ast::{FileId, Span};

/// A place as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One source file: the path it is shown by and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// The path to show.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Line and column of a byte offset; offsets past the end or inside a character are moved back.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = self.text.floor_char_boundary(offset as usize).max(start);
        let column = self
            .text
            .get(start..end)
            .map_or(0, |before| before.chars().count());
        LineColumn {
            line: line as u32,
            column: column as u32 + 1,
        }
    }

    /// The text of a line (from 1) without its line break; empty past the end.
    pub fn line_text(&self, line: u32) -> &str {
        &self.text[self.line_range(line)]
    }

    /// Where a line (from 1) is in the text, without its line break; empty past the end.
    pub fn line_range(&self, line: u32) -> Range<usize> {
        let starts = self.line_starts();
        let index = (line as usize).saturating_sub(1);
        let Some(&start) = starts.get(index) else {
            return self.text.len()..self.text.len();
        };
        let start = start as usize;
        let end = starts
            .get(index + 1)
            .map_or(self.text.len(), |&next| next as usize);
        let line = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + line.len()
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.match_indices('\n');
            let mut starts = vec![0];
            starts.extend(breaks.map(|(at, _)| at as u32 + 1));
            starts
        })
    }
}

/// All source files of a compilation, addressed by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct FileSet {
    files: Vec<SourceFile>,
}

impl FileSet {
    /// An empty set.
    pub fn new() -> Self {
        FileSet::default()
    }

    /// Adds a file under the path it is to be shown by.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile {
            path: path.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
        });
        id
    }

    /// The file of an id that this set gave out; `None` for any other.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text at a place; empty when there is none.
    pub fn text_of(&self, span: Span) -> &str {
        let text = self.get(span.file).map(SourceFile::text);
        text.and_then(|text| text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(index as u32), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
