//! Text forms of values, with an explicit worklist.

use std::fmt::Write as _;

use snow_bytecode::inst::TextForm;
use snow_bytecode::types::{Shows, TypeId};

use crate::atoms::Atoms;
use crate::heap::Heap;
use crate::types::{Aggregate, Elem, Form, RuntimeTypes, VariantForm};

use super::walk::Value;
use super::{closure, list, map, text};

/// Appends the text of a value to a string; takes the string, uses the value.
///
/// # Safety
/// `text` is an owned reference to a string; the words are the slots of a live value of the type.
pub unsafe fn append(
    heap: &mut Heap,
    atoms: &Atoms,
    form: TextForm,
    text: u64,
    ty: TypeId,
    words: &[u64],
) -> u64 {
    // SAFETY: by contract.
    unsafe {
        match (&heap.types().info(ty).form, form) {
            (Form::Int, _) => return push_int(heap, text, words[0] as i64),
            (Form::String, TextForm::Display) => return text::concat(heap, text, words[0]),
            _ => {}
        }
        let types = heap.types_arc();
        let mut writer = Writer { heap, text };
        walk(&types, atoms, Value::new(ty, words), form, &mut writer);
        writer.text
    }
}

/// The text of a value as a Rust string.
///
/// # Safety
/// The words are the slots of a live value of the type.
pub unsafe fn to_string(
    heap: &mut Heap,
    atoms: &Atoms,
    form: TextForm,
    ty: TypeId,
    words: &[u64],
) -> String {
    // SAFETY: by contract; the string is ours.
    unsafe {
        let string = heap.types().string();
        let start = text::new(heap, string, &[]);
        let word = append(heap, atoms, form, start, ty, words);
        let text = text::str(word).to_owned();
        heap.drop_ref(word);
        text
    }
}

unsafe fn push_int(heap: &mut Heap, text: u64, value: i64) -> u64 {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    // SAFETY: the caller owns the string; digits are ASCII.
    unsafe { text::push(heap, text, &digits[at..]) }
}

/// Display form of a float: shortest that reads back the same, never an exponent, whole numbers without a fraction.
pub fn float_display(value: f64) -> String {
    value.to_string()
}

/// Debug form of a float: whole numbers have `.0`.
pub fn float_debug(value: f64) -> String {
    let mut text = value.to_string();
    if value.is_finite() && value.fract() == 0.0 {
        text.push_str(".0");
    }
    text
}

/// A string in quotes, escaped so that it could stand in a program.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '$' if rest.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:X}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

struct Writer<'h> {
    heap: &'h mut Heap,
    text: u64,
}

impl Writer<'_> {
    fn push(&mut self, piece: &str) {
        // SAFETY: the writer owns its string.
        self.text = unsafe { text::push(self.heap, self.text, piece.as_bytes()) };
    }
}

/// What is to be written still.
enum Frame<'t> {
    Text(&'static str),
    Value(Value, TextForm),
    Items {
        elem: Elem,
        list: u64,
        at: usize,
        form: TextForm,
    },
    Entries {
        key: Elem,
        value: Option<Elem>,
        map: u64,
        from: i64,
        form: TextForm,
    },
    Fields {
        aggregate: &'t Aggregate,
        variant: &'t VariantForm,
        value: Value,
        at: usize,
        style: Style,
    },
}

#[derive(Clone, Copy)]
struct Style {
    form: TextForm,
    /// Whether field names are written.
    named: bool,
}

unsafe fn walk(
    types: &RuntimeTypes,
    atoms: &Atoms,
    root: Value,
    form: TextForm,
    out: &mut Writer<'_>,
) {
    let mut stack = vec![Frame::Value(root, form)];
    // SAFETY: every value reached is a part of the root, and live with it.
    unsafe {
        while let Some(frame) = stack.pop() {
            match frame {
                Frame::Text(piece) => out.push(piece),
                Frame::Value(value, form) => enter(types, atoms, value, form, out, &mut stack),
                Frame::Items {
                    elem,
                    list,
                    at,
                    form,
                } => {
                    let Some(word) = list::get(list, at as i64) else {
                        continue;
                    };
                    if at > 0 {
                        out.push(", ");
                    }
                    stack.push(Frame::Items {
                        elem,
                        list,
                        at: at + 1,
                        form,
                    });
                    stack.push(Frame::Value(Value::element(elem, word), form));
                }
                Frame::Entries {
                    key,
                    value,
                    map,
                    from,
                    form,
                } => {
                    let Some(number) = map::next(map, from) else {
                        continue;
                    };
                    if from > 0 {
                        out.push(", ");
                    }
                    stack.push(Frame::Entries {
                        key,
                        value,
                        map,
                        from: number + 1,
                        form,
                    });
                    if let (Some(elem), Some(word)) = (value, map::value_at(types, map, number)) {
                        stack.push(Frame::Value(Value::element(elem, word), form));
                        stack.push(Frame::Text(" => "));
                    }
                    if let Some(word) = map::key_at(types, map, number) {
                        stack.push(Frame::Value(Value::element(key, word), form));
                    }
                }
                Frame::Fields {
                    aggregate,
                    variant,
                    value,
                    at,
                    style,
                } => {
                    let Some(field) = variant.fields.get(at) else {
                        continue;
                    };
                    if at > 0 {
                        out.push(", ");
                    }
                    if style.named {
                        out.push(&field.name);
                        out.push(": ");
                    }
                    stack.push(Frame::Fields {
                        aggregate,
                        variant,
                        value,
                        at: at + 1,
                        style,
                    });
                    stack.push(Frame::Value(value.field(aggregate, field), style.form));
                }
            }
        }
    }
}

unsafe fn enter<'t>(
    types: &'t RuntimeTypes,
    atoms: &Atoms,
    value: Value,
    form: TextForm,
    out: &mut Writer<'_>,
    stack: &mut Vec<Frame<'t>>,
) {
    let first = value.words[0];
    // SAFETY: the value is live and of its type.
    unsafe {
        match &types.info(value.ty).form {
            Form::Int => out.text = push_int(out.heap, out.text, first as i64),
            Form::Float => out.push(&match form {
                TextForm::Display => float_display(f64::from_bits(first)),
                TextForm::Debug => float_debug(f64::from_bits(first)),
            }),
            Form::Bool => out.push(if first == 0 { "false" } else { "true" }),
            Form::Unit => out.push("()"),
            Form::Atom => {
                out.push(":");
                out.push(atoms.name(first));
            }
            Form::String if form == TextForm::Display => {
                out.text = text::concat(out.heap, out.text, first);
            }
            Form::String => out.push(&quoted(text::str(first))),
            Form::Bytes => out.push(&bytes_text(text::bytes(first))),
            Form::Range => {
                out.text = push_int(out.heap, out.text, first as i64);
                out.push("..");
                out.text = push_int(out.heap, out.text, value.words[1] as i64);
            }
            Form::Pid => out.push(&types.show_pid(crate::actor::Pid::from_word(first))),
            Form::Ref => out.push(&format!("#Ref<{first}>")),
            Form::Fun { arity } => {
                let name = &(*closure::entry(first)).name;
                out.push(&format!("#Fun<{name}/{arity}>"));
            }
            Form::List(elem) => {
                out.push("[");
                stack.push(Frame::Text("]"));
                stack.push(Frame::Items {
                    elem: *elem,
                    list: first,
                    at: 0,
                    form,
                });
            }
            Form::Map(key, item) => {
                out.push("%{");
                stack.push(Frame::Text("}"));
                let value = Some(*item);
                stack.push(Frame::Entries {
                    key: *key,
                    value,
                    map: first,
                    from: 0,
                    form,
                });
            }
            Form::Set(key) => {
                out.push("#{");
                stack.push(Frame::Text("}"));
                stack.push(Frame::Entries {
                    key: *key,
                    value: None,
                    map: first,
                    from: 0,
                    form,
                });
            }
            Form::Aggregate(aggregate) => enter_aggregate(aggregate, value, form, out, stack),
        }
    }
}

unsafe fn enter_aggregate<'t>(
    aggregate: &'t Aggregate,
    value: Value,
    form: TextForm,
    out: &mut Writer<'_>,
    stack: &mut Vec<Frame<'t>>,
) {
    // SAFETY: the value is live and of the aggregate's type.
    let Some(tag) = (unsafe { value.tag(aggregate) }) else {
        return out.push("?");
    };
    let variant = &aggregate.variants[tag];
    let form = if aggregate.shows == Shows::Debug {
        TextForm::Debug
    } else {
        form
    };
    out.push(&variant.name);
    if variant.fields.is_empty() {
        return;
    }
    let named = form == TextForm::Debug && variant.fields.iter().all(|f| !f.name.is_empty());
    out.push(if named { " { " } else { "(" });
    stack.push(Frame::Text(if named { " }" } else { ")" }));
    let style = Style { form, named };
    stack.push(Frame::Fields {
        aggregate,
        variant,
        value,
        at: 0,
        style,
    });
}

fn bytes_text(bytes: &[u8]) -> String {
    let mut text = String::from("<<");
    for (i, byte) in bytes.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{byte}");
    }
    text.push_str(">>");
    text
}
