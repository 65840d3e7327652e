//! Very long lines: of those, a message shows only what is near the places that it points at.

use std::ops::Range;

use super::source::SourceFile;

/// Lines of more bytes are cut.
const LONG: usize = 240;

/// How many bytes are shown on each side of a place.
const AROUND: usize = 60;

/// Stands for what is left out.
const LEFT_OUT: &str = "…";

/// The lines of a file that a message is about, with long ones cut. Line numbers are those of the file.
pub(super) struct Cut {
    text: String,
    /// What is kept of the file, and where it stands in `text`; ascending.
    kept: Vec<(Range<usize>, usize)>,
}

impl Cut {
    /// The lines that hold these places; `None` when none of them is long.
    pub(super) fn of(file: &SourceFile, spans: &[Range<usize>]) -> Option<Cut> {
        let mut places: Vec<usize> = spans.iter().flat_map(|s| [s.start, s.end]).collect();
        places.sort_unstable();
        let line = |place: usize| file.line_column(place as u32).line;
        if places
            .iter()
            .all(|&place| file.line_range(line(place)).len() <= LONG)
        {
            return None;
        }
        let (first, last) = (line(*places.first()?), line(*places.last()?));
        let mut cut = Cut {
            text: "\n".repeat(first as usize - 1),
            kept: Vec::new(),
        };
        for number in first..=last {
            cut.line(file.text(), file.line_range(number), &places);
            cut.text.push('\n');
        }
        Some(cut)
    }

    /// The text to show.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a place of the file is in the text; of what is left out, the sign that stands for it.
    pub(super) fn place(&self, offset: usize) -> usize {
        let next = self.kept.partition_point(|(kept, _)| kept.start <= offset);
        match next.checked_sub(1).map(|index| &self.kept[index]) {
            Some((kept, at)) => at + offset.min(kept.end) - kept.start,
            None => 0,
        }
    }

    /// The column, from 1, of a place in the text.
    pub(super) fn column(&self, place: usize) -> usize {
        let before = &self.text[..place];
        let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
        line.chars().count() + 1
    }

    fn line(&mut self, text: &str, line: Range<usize>, places: &[usize]) {
        if line.len() <= LONG {
            return self.keep(text, line);
        }
        let mut at = line.start;
        for window in windows(text, &line, places) {
            if window.start > at {
                self.text.push_str(LEFT_OUT);
            }
            at = window.end;
            self.keep(text, window);
        }
        if at < line.end {
            self.text.push_str(LEFT_OUT);
        }
    }

    fn keep(&mut self, text: &str, part: Range<usize>) {
        self.kept.push((part.clone(), self.text.len()));
        self.text.push_str(&text[part]);
    }
}

/// What is shown of a long line: the surroundings of the places in it, or its start.
fn windows(text: &str, line: &Range<usize>, places: &[usize]) -> Vec<Range<usize>> {
    let inside = places
        .iter()
        .copied()
        .filter(|place| (line.start..=line.end).contains(place));
    let mut windows: Vec<Range<usize>> = Vec::new();
    for place in inside {
        let from = text
            .floor_char_boundary(place.saturating_sub(AROUND))
            .max(line.start);
        let to = text.ceil_char_boundary(place + AROUND).min(line.end);
        match windows.last_mut() {
            Some(last) if from <= last.end => last.end = to.max(last.end),
            _ => windows.push(from..to),
        }
    }
    if windows.is_empty() {
        windows.push(line.start..text.floor_char_boundary(line.start + 2 * AROUND));
    }
    windows
}
