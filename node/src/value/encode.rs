//! Writing values.

use super::{Nodes, split};
use crate::wire::fragment::{MAX_MESSAGE, PIECE};
use crate::wire::pack::Writer;
use snow_bytecode::types::TypeId;
use snow_vm::atoms::Atoms;
use snow_vm::types::{Aggregate, Elem, Form, RuntimeTypes};
use snow_vm::value::walk::Value;
use snow_vm::value::{list, map, text};

/// Why a value cannot leave its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// It has a function in it.
    #[error("a function value cannot be sent to another node")]
    Function,
    /// It has the reference of a timer in it.
    #[error("the reference of a timer cannot be sent to another node")]
    Timer,
    /// It is too large.
    #[error("a message to another node has at most 64 MiB")]
    TooLarge,
    /// It mentions too many nodes.
    #[error("a connection knows at most 65,535 other nodes")]
    TooManyNodes,
    /// Its words are no value.
    #[error("the message is no value of its type")]
    NoValue,
}

/// Writes values of a program's types. They stay the caller's.
pub struct Encoder<'a> {
    /// The types.
    pub types: &'a RuntimeTypes,
    /// Names of atoms.
    pub atoms: &'a Atoms,
    /// Numbers of nodes.
    pub nodes: &'a mut dyn Nodes,
}

/// How far a value was written that is written in parts. It owns nothing.
#[derive(Default)]
pub struct Progress {
    /// What is still to be written, the next last.
    work: Vec<Todo>,
    is_begun: bool,
    /// Bytes that were taken away from where it is written.
    taken: usize,
}

impl Progress {
    /// What was written is taken away: so many bytes.
    pub fn take(&mut self, bytes: usize) {
        self.taken += bytes;
    }
}

/// Texts up to this many bytes are written in one step.
const SHORT: usize = PIECE;
/// How many steps a piece of a text costs that is longer; a value without parts costs one.
pub const PIECE_STEPS: usize = 512;

/// Something that is still to be written.
enum Todo {
    Value(Value),
    /// The elements of a list from one on.
    Items {
        list: u64,
        elem: Elem,
        at: i64,
    },
    /// The entries of a map or set from one on.
    Entries {
        map: u64,
        key: Elem,
        value: Option<Elem>,
        at: i64,
    },
    /// The bytes of a long text from one on.
    Text {
        text: u64,
        at: usize,
    },
}

impl Encoder<'_> {
    /// Writes a value in element form.
    ///
    /// # Safety
    /// The word is a live element of the type.
    pub unsafe fn element(
        &mut self,
        out: &mut Writer,
        ty: TypeId,
        word: u64,
    ) -> Result<(), Unsendable> {
        let (mut progress, mut steps) = (Progress::default(), usize::MAX);
        // SAFETY: by contract.
        let is_all = unsafe { self.some(&mut progress, out, (ty, word), &mut steps, usize::MAX)? };
        debug_assert!(is_all, "there are fewer steps than numbers");
        Ok(())
    }

    /// Writes on in a value in element form, for so many steps, which are counted down, or until there are so many bytes; whether that was all.
    ///
    /// # Safety
    /// The word is a live element of the type, the same one as long as the progress is, and has not changed meanwhile.
    pub unsafe fn some(
        &mut self,
        progress: &mut Progress,
        out: &mut Writer,
        (ty, word): (TypeId, u64),
        steps: &mut usize,
        until: usize,
    ) -> Result<bool, Unsendable> {
        let mut next = match std::mem::replace(&mut progress.is_begun, true) {
            true => progress.work.pop(),
            false => {
                let elem = self.types.info(ty).elem;
                // SAFETY: by contract.
                Some(Todo::Value(unsafe { Value::element(elem, word) }))
            }
        };
        while let Some(todo) = next {
            if progress.taken + out.bytes.len() > MAX_MESSAGE {
                return Err(Unsendable::TooLarge);
            }
            let cost = match todo {
                Todo::Text { .. } => PIECE_STEPS,
                _ => 1,
            };
            let work = &mut progress.work;
            if *steps < cost || out.bytes.len() >= until {
                work.push(todo);
                return Ok(false);
            }
            *steps -= cost;
            // SAFETY: what is to be written is part of the value.
            unsafe {
                match todo {
                    Todo::Value(value) => self.value(out, &value, work)?,
                    Todo::Items { list, elem, at } => next_item(work, list, elem, at),
                    Todo::Entries {
                        map,
                        key,
                        value,
                        at,
                    } => self.next_entry(work, map, key, value, at),
                    Todo::Text { text, at } => {
                        let room = until - out.bytes.len();
                        next_bytes(out, work, text, at, room);
                    }
                }
            }
            next = work.pop();
        }
        // A text alone may be too large.
        match progress.taken + out.bytes.len() > MAX_MESSAGE {
            true => Err(Unsendable::TooLarge),
            false => Ok(true),
        }
    }

    /// # Safety
    /// The value is live.
    unsafe fn value(
        &mut self,
        out: &mut Writer,
        value: &Value,
        work: &mut Vec<Todo>,
    ) -> Result<(), Unsendable> {
        let types = self.types;
        let [first, second, _] = value.words;
        // SAFETY: the words are of the type.
        unsafe {
            match &types.info(value.ty).form {
                Form::Int => out.int(first as i64),
                Form::Float => out.float(f64::from_bits(first)),
                Form::Bool => out.bool(first & 1 == 1),
                Form::Unit => out.nil(),
                Form::Atom => out.text(self.atoms.name(first)),
                Form::String if text::len(first) <= SHORT => out.text(text::str(first)),
                Form::Bytes if text::len(first) <= SHORT => out.bytes(text::bytes(first)),
                Form::String => {
                    out.text_header(text::len(first));
                    work.push(Todo::Text { text: first, at: 0 });
                }
                Form::Bytes => {
                    out.bytes_header(text::len(first));
                    work.push(Todo::Text { text: first, at: 0 });
                }
                Form::Range => {
                    out.array(2);
                    out.int(first as i64);
                    out.int(second as i64);
                }
                Form::Pid => self.number(out, first)?,
                Form::Ref if first >> 63 == 1 => return Err(Unsendable::Timer),
                Form::Ref => self.number(out, first)?,
                Form::List(elem) => {
                    out.array(list::len(first));
                    let (list, elem) = (first, *elem);
                    work.push(Todo::Items { list, elem, at: 0 });
                }
                Form::Map(key, value) => {
                    out.map(map::len(first));
                    work.push(entries(first, *key, Some(*value)));
                }
                Form::Set(key) => {
                    out.array(map::len(first));
                    work.push(entries(first, *key, None));
                }
                Form::Fun { .. } => return Err(Unsendable::Function),
                Form::Aggregate(form) => self.aggregate(out, value, form, work)?,
            }
        }
        Ok(())
    }

    /// A pid or a reference.
    fn number(&mut self, out: &mut Writer, word: u64) -> Result<(), Unsendable> {
        let (node, number) = split(word);
        let node = self.nodes.index_of(node).ok_or(Unsendable::TooManyNodes)?;
        out.array(2);
        out.number(node.into());
        out.number(number);
        Ok(())
    }

    /// # Safety
    /// The value is live and of the form.
    unsafe fn aggregate(
        &mut self,
        out: &mut Writer,
        value: &Value,
        form: &Aggregate,
        work: &mut Vec<Todo>,
    ) -> Result<(), Unsendable> {
        // SAFETY: by contract.
        let tag = unsafe { value.tag(form) }.ok_or(Unsendable::NoValue)?;
        let variant = &form.variants[tag];
        if !self.is_sum(value.ty) {
            out.array(variant.fields.len());
        } else if variant.fields.is_empty() {
            out.number(tag as u64);
        } else {
            out.array(1 + variant.fields.len());
            out.number(tag as u64);
        }
        for field in variant.fields.iter().rev() {
            // SAFETY: the field is one of the value's variant.
            work.push(Todo::Value(unsafe { value.field(form, field) }));
        }
        Ok(())
    }

    fn is_sum(&self, ty: TypeId) -> bool {
        matches!(
            self.types.table().get(ty),
            snow_bytecode::types::Type::Sum { .. }
        )
    }

    /// # Safety
    /// The map is live and has such entries.
    unsafe fn next_entry(
        &self,
        work: &mut Vec<Todo>,
        map: u64,
        key: Elem,
        value: Option<Elem>,
        at: i64,
    ) {
        // SAFETY: by contract.
        unsafe {
            let Some(at) = map::next(map, at) else { return };
            work.push(Todo::Entries {
                map,
                key,
                value,
                at: at + 1,
            });
            if let Some(elem) = value
                && let Some(word) = map::value_at(self.types, map, at)
            {
                work.push(Todo::Value(Value::element(elem, word)));
            }
            if let Some(word) = map::key_at(self.types, map, at) {
                work.push(Todo::Value(Value::element(key, word)));
            }
        }
    }
}

fn entries(map: u64, key: Elem, value: Option<Elem>) -> Todo {
    Todo::Entries {
        map,
        key,
        value,
        at: 0,
    }
}

/// # Safety
/// The list is live and has such elements.
unsafe fn next_item(work: &mut Vec<Todo>, list: u64, elem: Elem, at: i64) {
    // SAFETY: by contract.
    unsafe {
        if let Some(word) = list::get(list, at) {
            let at = at + 1;
            work.push(Todo::Items { list, elem, at });
            work.push(Todo::Value(Value::element(elem, word)));
        }
    }
}

/// Writes as many bytes of a text as there is room for.
///
/// # Safety
/// The text is live.
unsafe fn next_bytes(out: &mut Writer, work: &mut Vec<Todo>, text: u64, at: usize, room: usize) {
    // SAFETY: by contract.
    let rest = unsafe { &text::bytes(text)[at..] };
    let count = rest.len().min(room);
    out.bytes.extend_from_slice(&rest[..count]);
    if count < rest.len() {
        let at = at + count;
        work.push(Todo::Text { text, at });
    }
}
