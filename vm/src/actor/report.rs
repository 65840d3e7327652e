//! What the runtime tells by itself: crashes, and what an operator should know.

use super::log::Level;
use super::process::{LastMessage, Origin, Process};
use super::signals::LONG;
use crate::atoms::Atoms;
use crate::interp::{Crash, Frame};
use crate::sched::Runtime;
use crate::types::{Aggregate, FieldForm, Form, RuntimeTypes, TagSource};
use crate::value::show::float_display;
use serde::Serialize;
use snow_bytecode::types::{Type, TypeId};
use std::fmt::Write;

impl Runtime {
    /// Reports that an actor has crashed.
    pub fn report_crash(&self, process: &Process, crash: &Crash) {
        let text = || self.crash_text(process, crash);
        self.tell(Level::Error, text, || self.crash_event(process, crash));
    }

    fn crash_text(&self, process: &Process, crash: &Crash) -> String {
        let mut text = format!("crash: {}\n{}", crash.reason, crash.trace.render());
        if !self.main.is(process.pid) {
            let origin = &process.origin;
            let _ = writeln!(
                text,
                "  in {} ({}){}",
                origin.pid,
                origin.name,
                ancestors(origin)
            );
        }
        if let Some(message) = self.last_message(&process.last_message) {
            let _ = writeln!(text, "  last message: {message}");
        }
        text
    }

    fn crash_event<'r>(&self, process: &'r Process, crash: &'r Crash) -> CrashReport<'r> {
        let origin = &process.origin;
        let frames = crash.trace.first.iter().chain(&crash.trace.last);
        CrashReport {
            event: "crash",
            actor: origin.pid.to_string(),
            function: &origin.name,
            reason: &crash.reason,
            last_message: self.last_message(&process.last_message),
            ancestors: parents(origin).map(named).collect(),
            stack: frames.map(StackFrame::of).collect(),
        }
    }

    /// Reports that a mailbox has become long.
    pub fn report_long_mailbox(&self, process: &Process) {
        let (who, len) = (named(&process.origin), LONG);
        let text = || format!("warning: the mailbox of {who} has passed {len} messages\n");
        let event = || LongMailbox {
            event: "long mailbox",
            actor: &who,
            messages: len,
        };
        self.tell(Level::Warning, text, event);
    }

    /// The last message of an actor: its variant, numbers as they are, and the types of the rest.
    fn last_message(&self, look: &LastMessage) -> Option<String> {
        let ty = TypeId(look.ty.checked_sub(1)?);
        let types = &self.program.types;
        Some(describe(types, &self.program.atoms, ty, look))
    }
}

fn named(origin: &Origin) -> String {
    format!("{} ({})", origin.pid, origin.name)
}

fn parents(origin: &Origin) -> impl Iterator<Item = &Origin> {
    std::iter::successors(origin.parent.as_deref(), |parent| parent.parent.as_deref())
}

fn ancestors(origin: &Origin) -> String {
    parents(origin)
        .map(|parent| format!(", started by {}", named(parent)))
        .collect()
}

/// A crash, in the order in which its fields are written.
#[derive(Serialize)]
struct CrashReport<'r> {
    event: &'static str,
    actor: String,
    function: &'r str,
    reason: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_message: Option<String>,
    ancestors: Vec<String>,
    stack: Vec<StackFrame<'r>>,
}

#[derive(Serialize)]
struct StackFrame<'r> {
    function: &'r str,
    place: Option<&'r str>,
}

impl<'r> StackFrame<'r> {
    fn of(frame: &'r Frame) -> StackFrame<'r> {
        StackFrame {
            function: &frame.function,
            place: frame.place.as_deref(),
        }
    }
}

/// A mailbox that has become long.
#[derive(Serialize)]
struct LongMailbox<'r> {
    event: &'static str,
    actor: &'r str,
    messages: usize,
}

fn describe(types: &RuntimeTypes, atoms: &Atoms, ty: TypeId, look: &LastMessage) -> String {
    let form = match &types.info(ty).form {
        Form::Aggregate(form) => form,
        _ => return scalar(types, atoms, ty, look.words[0]),
    };
    let Some(variant) = form.variants.get(tag(form, look)) else {
        return type_name(types, ty);
    };
    let field = |field: &FieldForm| {
        let word = look.words.get(usize::from(field.slots[0]));
        let is_there = usize::from(field.slots[0]) < usize::from(look.len) && field.len == 1;
        match word {
            Some(&word) if is_there => scalar(types, atoms, field.ty, word),
            _ => type_name(types, field.ty),
        }
    };
    let fields: Vec<String> = variant.fields.iter().map(field).collect();
    match fields.as_slice() {
        [] => variant.name.to_string(),
        fields => format!("{}({})", variant.name, fields.join(", ")),
    }
}

fn tag(form: &Aggregate, look: &LastMessage) -> usize {
    match form.tag {
        TagSource::Only => 0,
        TagSource::Word => look.words[0] as usize,
        TagSource::Header => look.tag.into(),
        TagSource::Null { some } => (some ^ u8::from(look.words[0] == 0)).into(),
    }
}

/// A word of a scalar type as text; of another type the type's name.
fn scalar(types: &RuntimeTypes, atoms: &Atoms, ty: TypeId, word: u64) -> String {
    match &types.info(ty).form {
        Form::Int => (word as i64).to_string(),
        Form::Float => float_display(f64::from_bits(word)),
        Form::Bool => (word != 0).to_string(),
        Form::Unit => "()".to_owned(),
        Form::Atom => format!(":{}", atoms.name(word)),
        Form::Pid => super::Pid::from_word(word).to_string(),
        Form::Ref => format!("#Ref<{word}>"),
        _ => type_name(types, ty),
    }
}

fn type_name(types: &RuntimeTypes, ty: TypeId) -> String {
    match types.table().get(ty) {
        Type::Struct { name, .. } | Type::Sum { name, .. } => name.clone(),
        Type::Tuple(_) => "(…)".to_owned(),
        Type::List(_) => "List".to_owned(),
        Type::Map(..) => "Map".to_owned(),
        Type::Set(_) => "Set".to_owned(),
        Type::String => "String".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Range => "Range".to_owned(),
        Type::Fun { .. } => "Fun".to_owned(),
        _ => "…".to_owned(),
    }
}
