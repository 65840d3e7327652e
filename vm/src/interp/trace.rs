//! Stack traces.

use super::program::{Position, Program};
use snow_bytecode::module::Place;
use std::collections::VecDeque;
use std::fmt::Write;

/// Frames shown at either end of a long trace.
const SHOWN: usize = 20;

/// A frame in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// `Module.function`.
    pub function: String,
    /// `file:line:column`, when the code says.
    pub place: Option<String>,
}

/// The frames of a crash, innermost first. Of long ones only both ends are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The innermost frames.
    pub first: Vec<Frame>,
    /// Number of frames that were left out.
    pub omitted: usize,
    /// The outermost frames, when there are more than fit in `first`.
    pub last: Vec<Frame>,
}

impl Trace {
    /// The trace as lines of a crash report.
    pub fn render(&self) -> String {
        let mut text = String::new();
        self.first.iter().for_each(|frame| frame.render(&mut text));
        if self.omitted > 0 {
            let frames = if self.omitted == 1 { "frame" } else { "frames" };
            text.push_str(&format!("  ... {} more {frames} ...\n", self.omitted));
        }
        self.last.iter().for_each(|frame| frame.render(&mut text));
        text
    }
}

impl Frame {
    fn render(&self, text: &mut String) {
        let place = self
            .place
            .as_ref()
            .map(|place| format!(" ({place})"))
            .unwrap_or_default();
        writeln!(text, "  at {}{place}", self.function).expect("writing to a string cannot fail");
    }
}

fn place_text(program: &Program, place: Place) -> String {
    let files = &program.module.files;
    let file = files.get(place.file as usize).map_or("?", String::as_str);
    format!("{file}:{}:{}", place.line, place.column)
}

/// Collects a trace frame by frame in bounded space.
#[derive(Default)]
pub struct TraceBuilder {
    first: Vec<Step>,
    last: VecDeque<Step>,
    omitted: usize,
}

/// A frame: an instruction, and which of the calls inlined there (0 for the innermost).
type Step = (Position, usize);

impl TraceBuilder {
    /// Adds the next outer frame, and those of the calls inlined in it.
    pub fn push(&mut self, position: Position, program: &Program) {
        for (inner, _) in program.frames(position).enumerate() {
            self.step((position, inner));
        }
    }

    fn step(&mut self, step: Step) {
        if self.first.len() < SHOWN {
            return self.first.push(step);
        }
        self.last.push_back(step);
        if self.last.len() > SHOWN {
            self.last.pop_front();
            self.omitted += 1;
        }
    }

    /// The trace, with names and places; the builder is as new.
    pub fn finish(&mut self, program: &Program) -> Trace {
        let frame = |(position, inner): Step| {
            let (function, place) = program.frames(position).nth(inner)?;
            Some(Frame {
                function: function.to_owned(),
                place: place.map(|place| place_text(program, place)),
            })
        };
        let frames = std::mem::take(self);
        Trace {
            first: frames.first.into_iter().filter_map(frame).collect(),
            omitted: frames.omitted,
            last: frames.last.into_iter().filter_map(frame).collect(),
        }
    }
}
