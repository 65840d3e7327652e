//! Documents: text with places where lines may break, laid out to a width.

use std::rc::Rc;

/// Columns that a line should not pass.
const WIDTH: usize = 100;

/// Columns of one level of indentation.
const INDENT: usize = 2;

/// Text with possible line breaks.
#[derive(Clone, Debug)]
pub enum Doc {
    /// Text without line breaks.
    Text(String),
    /// Text as it stands in the source, line breaks included.
    Verbatim(String),
    /// A blank, or a line break in a broken group.
    Line,
    /// Nothing, or a line break in a broken group.
    Soft,
    /// A line break.
    Hard,
    /// A line break and an empty line.
    Blank,
    /// A line break between two members, and an empty line where one of them has several lines.
    Between,
    /// Start of a member of those that this is between; none is part of another.
    Start,
    /// End of a member.
    End,
    /// A comment for the end of the line.
    Suffix(String),
    /// Nothing, but the groups around it are broken.
    Break,
    /// A document that stands in several others.
    Shared(Rc<Doc>),
    /// The arguments of a call whose last one may have several lines.
    Hug(Box<Hug>),
    /// What follows a `=`: on the same line if it fits; on the next, deeper, if it fits there; else it opens on the same line.
    Assigned(Rc<Doc>),
    /// Deeper by one level.
    Indent(Rc<Doc>),
    /// On one line if it fits and nothing in it demands a break.
    Group(Rc<Doc>, bool),
    /// One after the other; whether something in it demands a break.
    Concat(Vec<Doc>, bool),
}

/// The ways to lay out arguments, the first that fits.
#[derive(Clone, Debug)]
pub struct Hug {
    /// All on one line.
    flat: Doc,
    /// The last one opens on the line of the call, and has several.
    hugged: Doc,
    /// One a line.
    broken: Doc,
}

impl Doc {
    /// Arguments in parentheses, the last of which may open on the line of the call.
    pub fn hug(leading: Vec<Doc>, last: Doc) -> Doc {
        let last = Doc::Shared(Rc::new(last));
        let leading: Vec<Doc> = leading
            .into_iter()
            .map(|doc| Doc::Shared(Rc::new(doc)))
            .collect();
        let around = |last: Doc| {
            let all = leading.iter().cloned().chain([last]);
            Doc::concat(vec![
                Doc::text("("),
                Doc::join(all, &Doc::text(", ")),
                Doc::text(")"),
            ])
        };
        let separator = Doc::concat(vec![Doc::text(","), Doc::Hard]);
        let lines = Doc::join(leading.iter().cloned().chain([last.clone()]), &separator);
        let lines = Doc::concat(vec![Doc::Hard, lines]).indent();
        let broken = Doc::concat(vec![Doc::text("("), lines, Doc::Hard, Doc::text(")")]);
        Doc::Hug(Box::new(Hug {
            flat: around(last.clone()).group(),
            hugged: around(last.forced()),
            broken,
        }))
    }

    /// The document with its outermost group broken.
    fn forced(&self) -> Doc {
        match self {
            Doc::Shared(inner) => inner.forced(),
            Doc::Group(inner, _) => Doc::Group(inner.clone(), true),
            other => other.clone(),
        }
    }

    /// Nothing.
    pub fn nil() -> Doc {
        Doc::Concat(Vec::new(), false)
    }

    /// Text without line breaks.
    pub fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }

    /// Documents one after the other.
    pub fn concat(docs: Vec<Doc>) -> Doc {
        let breaks = docs.iter().any(Doc::breaks);
        Doc::Concat(docs, breaks)
    }

    /// Documents with a separator between them.
    pub fn join(docs: impl IntoIterator<Item = Doc>, separator: &Doc) -> Doc {
        let mut joined = Vec::new();
        for doc in docs {
            if !joined.is_empty() {
                joined.push(separator.clone());
            }
            joined.push(doc);
        }
        Doc::concat(joined)
    }

    /// A group that is broken only if it has to.
    pub fn group(self) -> Doc {
        let breaks = self.breaks();
        Doc::Group(Rc::new(self), breaks)
    }

    /// A group that is broken if asked for.
    pub fn group_broken(self, broken: bool) -> Doc {
        let breaks = broken || self.breaks();
        Doc::Group(Rc::new(self), breaks)
    }

    /// One level deeper.
    pub fn indent(self) -> Doc {
        Doc::Indent(Rc::new(self))
    }

    /// As what follows a `=`.
    pub fn assigned(self) -> Doc {
        Doc::Assigned(Rc::new(self))
    }

    /// Whether this is no text at all.
    pub fn is_nil(&self) -> bool {
        matches!(self, Doc::Concat(docs, _) if docs.is_empty())
    }

    /// Whether it holds a line break that must be taken.
    pub fn breaks(&self) -> bool {
        match self {
            Doc::Hard | Doc::Blank | Doc::Between | Doc::Break => true,
            Doc::Text(_) | Doc::Verbatim(_) | Doc::Suffix(_) => false,
            Doc::Line | Doc::Soft | Doc::Start | Doc::End => false,
            Doc::Shared(inner) => inner.breaks(),
            Doc::Hug(hug) => hug.flat.breaks(),
            Doc::Assigned(inner) | Doc::Indent(inner) => inner.breaks(),
            Doc::Group(_, breaks) | Doc::Concat(_, breaks) => *breaks,
        }
    }

    /// Lays the document out.
    pub fn render(&self) -> String {
        Renderer {
            out: String::new(),
            column: 0,
            suffixes: Vec::new(),
            members: Members::default(),
        }
        .run(self)
    }
}

/// Whether groups around the current place are broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

type Step<'d> = (usize, Mode, &'d Doc);

struct Renderer {
    out: String,
    column: usize,
    suffixes: Vec<String>,
    members: Members,
}

/// Members are told apart by how they came out, since one may be broken only because it is too wide; the next time it is broken already, and must stand
/// as it does now.
#[derive(Default)]
struct Members {
    /// Where the member at hand starts.
    start: usize,
    /// Whether the one before it has several lines.
    is_tall: bool,
    /// Where an empty line may be put between the two.
    gap: Option<usize>,
}

impl Renderer {
    fn run(mut self, doc: &Doc) -> String {
        let mut steps: Vec<Step<'_>> = vec![(0, Mode::Broken, doc)];
        while let Some((indent, mode, doc)) = steps.pop() {
            match doc {
                Doc::Text(text) | Doc::Verbatim(text) => self.text(text),
                Doc::Line if mode == Mode::Flat => self.text(" "),
                Doc::Soft if mode == Mode::Flat => {}
                Doc::Line | Doc::Soft | Doc::Hard => self.line_break(indent, 1),
                Doc::Blank => self.line_break(indent, 2),
                Doc::Between => {
                    self.line_break(indent, 1);
                    self.members.gap = Some(self.out.len() - indent);
                }
                Doc::Start => self.members.start = self.out.len(),
                Doc::End => self.end_member(),
                Doc::Suffix(text) => self.suffixes.push(text.clone()),
                Doc::Break => {}
                Doc::Shared(inner) => steps.push((indent, mode, inner)),
                Doc::Hug(hug) => {
                    let way = self.choose(hug, mode, &steps);
                    steps.push((indent, mode, way));
                }
                Doc::Assigned(inner) => steps.push(self.assigned(indent, mode, inner, &steps)),
                Doc::Indent(inner) => steps.push((indent + INDENT, mode, inner)),
                Doc::Concat(docs, _) => {
                    steps.extend(docs.iter().rev().map(|doc| (indent, mode, doc)))
                }
                Doc::Group(inner, breaks) => {
                    let flat = !breaks && self.fits(inner, &steps);
                    steps.push((indent, if flat { Mode::Flat } else { Mode::Broken }, inner));
                }
            }
        }
        self.line_break(0, 1);
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
        self.out
    }

    fn end_member(&mut self) {
        let is_tall = self.out[self.members.start..].contains('\n');
        let before = std::mem::replace(&mut self.members.is_tall, is_tall);
        if let Some(gap) = self.members.gap.take()
            && (before || is_tall)
        {
            self.out.insert(gap, '\n');
        }
    }

    /// Puts a blank or a line break before what follows a `=`.
    fn assigned<'d>(
        &mut self,
        indent: usize,
        mode: Mode,
        inner: &'d Doc,
        after: &[Step<'_>],
    ) -> Step<'d> {
        let on_one_line = |this: &Self| !inner.breaks() && this.fits(inner, after);
        self.column += 1;
        let here = mode == Mode::Flat || on_one_line(self);
        let column = std::mem::replace(&mut self.column, indent + INDENT) - 1;
        let below = !here && on_one_line(self);
        self.column = column;
        match below {
            true => self.line_break(indent + INDENT, 1),
            false => self.text(" "),
        }
        let mode = if here || below {
            Mode::Flat
        } else {
            Mode::Broken
        };
        (if below { indent + INDENT } else { indent }, mode, inner)
    }

    fn choose<'d>(&self, hug: &'d Hug, mode: Mode, after: &[Step<'_>]) -> &'d Doc {
        if mode == Mode::Flat || !hug.flat.breaks() && self.fits(&hug.flat, after) {
            &hug.flat
        } else if self.fits(&hug.hugged, after) {
            &hug.hugged
        } else {
            &hug.broken
        }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn line_break(&mut self, indent: usize, count: usize) {
        for suffix in self.suffixes.drain(..) {
            self.out.push(' ');
            self.out.push_str(&suffix);
        }
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        for _ in 0..count {
            self.out.push('\n');
        }
        self.out.push_str(&" ".repeat(indent));
        self.column = indent;
    }

    /// Whether a document fits on the rest of the line, with what follows it up to the next break.
    fn fits(&self, doc: &Doc, after: &[Step<'_>]) -> bool {
        let mut left = WIDTH.saturating_sub(self.column);
        let mut pending: Vec<(Mode, &Doc)> = vec![(Mode::Flat, doc)];
        let mut rest = after.iter().rev();
        loop {
            let Some((mode, doc)) = pending
                .pop()
                .or_else(|| rest.next().map(|(_, mode, doc)| (*mode, *doc)))
            else {
                return true;
            };
            let width = match doc {
                Doc::Text(text) => text.chars().count(),
                Doc::Verbatim(text) => match text.split_once('\n') {
                    Some((first, _)) => return first.chars().count() <= left,
                    None => text.chars().count(),
                },
                Doc::Line if mode == Mode::Flat => 1,
                Doc::Soft if mode == Mode::Flat => 0,
                Doc::Line | Doc::Soft | Doc::Hard | Doc::Blank | Doc::Between => return true,
                Doc::Suffix(_) | Doc::Break | Doc::Start | Doc::End => 0,
                Doc::Shared(inner) => {
                    pending.push((mode, inner));
                    0
                }
                Doc::Hug(hug) => {
                    let way = if hug.flat.breaks() {
                        &hug.hugged
                    } else {
                        &hug.flat
                    };
                    pending.push((mode, way));
                    0
                }
                // It may still go to the next line.
                Doc::Assigned(inner) if mode == Mode::Broken && !inner.breaks() => return true,
                Doc::Assigned(inner) => {
                    pending.push((mode, inner));
                    1
                }
                Doc::Indent(inner) => {
                    pending.push((mode, inner));
                    0
                }
                Doc::Concat(docs, _) => {
                    pending.extend(docs.iter().rev().map(|doc| (mode, doc)));
                    0
                }
                Doc::Group(inner, breaks) => {
                    pending.push((if *breaks { Mode::Broken } else { mode }, inner));
                    0
                }
            };
            if width > left {
                return false;
            }
            left -= width;
        }
    }
}
