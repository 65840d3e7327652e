//! Reading values.
//!
//! A value is built from the inside out, on a list of what is unfinished: no value is nested too deeply, and what it takes grows with what was read.

use super::encode::PIECE_STEPS;
use super::plan::{Plan, Plans, is_like};
use super::structure::{Part, Shape, Structure, plain_number};
use super::{Nodes, join};
use crate::wire::Malformed;
use crate::wire::fragment::PIECE;
use crate::wire::pack::{Kind, Reader};
use snow_bytecode::types::{Type, TypeId};
use snow_vm::actor::Pid;
use snow_vm::actor::pid::SERIAL;
use snow_vm::atoms::Atoms;
use snow_vm::heap::Heap;
use snow_vm::types::{Aggregate, Elem, FieldForm, Form, RuntimeTypes};
use snow_vm::value::{build, list, map, text};

/// Why bytes are no value of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// They are no value of any type.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// They are a value of another type.
    #[error("the value does not fit the type")]
    Type,
    /// A variant that the type does not have.
    #[error("the type has no such variant")]
    Variant,
    /// A field is missing that is no `Option`.
    #[error("a field is missing")]
    Field,
    /// An atom that the program does not have.
    #[error("the program has no such atom")]
    Atom,
    /// A node that was not defined.
    #[error("an unknown node")]
    Node,
    /// An actor of this node that takes other messages.
    #[error("an actor takes other messages")]
    Mailbox,
}

pub(super) type Fit<T> = Result<T, Misfit>;

/// The words of a value.
pub type Words = [u64; 3];

/// Who knows which messages an actor of this node takes.
pub trait Mailboxes {
    /// Whether an actor of this node may stand for one that takes messages of a type.
    fn takes(&self, pid: Pid, message: TypeId) -> bool;
}

/// Reads values for a program.
pub struct Decoder<'a> {
    /// Where cells are made.
    pub heap: &'a mut Heap,
    /// Numbers of atoms.
    pub atoms: &'a Atoms,
    /// Numbers of nodes.
    pub nodes: &'a mut dyn Nodes,
    /// What actors take.
    pub mailboxes: &'a dyn Mailboxes,
    /// How the type was described; none if it is the very type that is read.
    pub structure: Option<&'a Structure>,
    /// What was found out about the fields of described types.
    plans: Plans,
}

/// A value that is to be read: what it is to be, and how it was described.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    ours: TypeId,
    theirs: Option<Part>,
}

/// Texts up to this many bytes are read in one step; longer ones in pieces of as many.
const SHORT: usize = PIECE;

/// What comes next of an unfinished value.
enum Next {
    /// A part that has to be read.
    Part(Wanted),
    /// A piece of a text was read, and there is more.
    Piece,
    /// Nothing: all parts have come.
    End,
}

impl Next {
    fn of(part: Option<Wanted>) -> Next {
        part.map_or(Next::End, Next::Part)
    }
}

/// A value of which parts are still to come.
enum Open {
    /// A long text: its cell, which has room for all, and how many bytes are still to come.
    Text {
        word: u64,
        left: usize,
        is_string: bool,
    },
    List {
        ty: TypeId,
        elem: Elem,
        theirs: Option<Part>,
        left: usize,
        words: Vec<u64>,
    },
    Entries {
        key: (Elem, Option<Part>),
        value: Option<(Elem, Option<Part>)>,
        left: usize,
        /// The map or set so far.
        word: u64,
        /// A key whose value is still to come.
        pending: Option<u64>,
    },
    Fields {
        ty: TypeId,
        plan: Plan,
        next: usize,
        /// Our fields, by their numbers; those that have come are owned.
        words: Vec<Option<Words>>,
    },
}

/// How far a value was read that is read in parts.
#[derive(Default)]
pub struct Progress {
    open: Vec<Open>,
    plans: Plans,
    is_begun: bool,
}

impl<'a> Decoder<'a> {
    /// A decoder.
    pub fn new(
        heap: &'a mut Heap,
        atoms: &'a Atoms,
        nodes: &'a mut dyn Nodes,
        mailboxes: &'a dyn Mailboxes,
        structure: Option<&'a Structure>,
    ) -> Decoder<'a> {
        Decoder {
            heap,
            atoms,
            nodes,
            mailboxes,
            structure,
            plans: Plans::default(),
        }
    }

    /// A value of a type, owned, in element form.
    pub fn element(&mut self, read: &mut Reader<'_>, ty: TypeId) -> Fit<u64> {
        let words = self.words(read, ty)?;
        let elem = self.heap.types().info(ty).elem;
        // SAFETY: the words are of the type.
        Ok(unsafe { build::element(self.heap, elem, &words) })
    }

    /// The words of a value of a type, owned.
    fn words(&mut self, read: &mut Reader<'_>, ty: TypeId) -> Fit<Words> {
        let types = self.heap.types_arc();
        let (mut progress, mut steps) = (Progress::default(), usize::MAX);
        let result = self.run(&types, read, ty, &mut progress, &mut steps);
        if result.is_err() {
            self.give_up_all(&mut progress);
        }
        // It takes fewer steps than there are numbers.
        result?.ok_or(Misfit::Type)
    }

    /// As [`Decoder::element`], but only so many steps; none when more are to follow. The reader is where it was left the last time.
    pub fn some_steps(
        &mut self,
        progress: &mut Progress,
        read: &mut Reader<'_>,
        ty: TypeId,
        mut steps: usize,
    ) -> Fit<Option<u64>> {
        let words = self.some_words(progress, read, ty, &mut steps)?;
        let elem = self.heap.types().info(ty).elem;
        // SAFETY: the words are of the type.
        Ok(words.map(|words| unsafe { build::element(self.heap, elem, &words) }))
    }

    /// As [`Decoder::words`], but only so many steps, which are counted down.
    pub fn some_words(
        &mut self,
        progress: &mut Progress,
        read: &mut Reader<'_>,
        ty: TypeId,
        steps: &mut usize,
    ) -> Fit<Option<Words>> {
        let types = self.heap.types_arc();
        std::mem::swap(&mut self.plans, &mut progress.plans);
        let result = self.run(&types, read, ty, progress, steps);
        std::mem::swap(&mut self.plans, &mut progress.plans);
        if result.is_err() {
            self.give_up_all(progress);
        }
        result
    }

    /// Gives up what was read so far.
    pub fn give_up_all(&mut self, progress: &mut Progress) {
        let types = self.heap.types_arc();
        for part in progress.open.drain(..) {
            self.give_up(&types, part);
        }
    }

    fn run(
        &mut self,
        types: &RuntimeTypes,
        read: &mut Reader<'_>,
        ty: TypeId,
        progress: &mut Progress,
        steps: &mut usize,
    ) -> Fit<Option<Words>> {
        let open = &mut progress.open;
        let mut done = None;
        if !std::mem::replace(&mut progress.is_begun, true) {
            let theirs = self.structure.map(|_| Structure::ROOT);
            done = self.begin(types, read, Wanted { ours: ty, theirs }, open)?;
        }
        loop {
            if let Some(words) = done.take() {
                match open.last_mut() {
                    None => return Ok(Some(words)),
                    Some(part) => self.put(part, words),
                }
            }
            let Some(part) = open.last_mut() else {
                return Err(Misfit::Type);
            };
            let cost = match part {
                Open::Text { .. } => PIECE_STEPS,
                _ => 1,
            };
            if *steps < cost {
                return Ok(None);
            }
            *steps -= cost;
            done = match self.next(part, read)? {
                Next::Part(wanted) => self.begin(types, read, wanted, open)?,
                Next::Piece => None,
                Next::End => open.pop().map(|part| self.close(types, part)),
            };
        }
    }

    /// Begins to read a value; gives it if it has no parts.
    fn begin(
        &mut self,
        types: &RuntimeTypes,
        read: &mut Reader<'_>,
        wanted: Wanted,
        open: &mut Vec<Open>,
    ) -> Fit<Option<Words>> {
        let (ours, theirs) = (wanted.ours, wanted.theirs);
        let form = &types.info(ours).form;
        let shape = theirs
            .zip(self.structure)
            .map(|(part, all)| all.shape(part));
        let opened = match (form, shape) {
            (Form::List(elem), None | Some(Shape::List(_))) => {
                let theirs = part_of(shape, 0);
                list_of(ours, *elem, theirs, read.array()?)
            }
            (Form::Set(key), None | Some(Shape::Set(_))) => {
                let key = (*key, part_of(shape, 0));
                self.entries(ours, key, None, read.array()?)
            }
            (Form::Map(key, value), None | Some(Shape::Map(..))) => {
                let key = (*key, part_of(shape, 0));
                let value = (*value, part_of(shape, 1));
                self.entries(ours, key, Some(value), read.map()?)
            }
            (Form::Aggregate(form), _) => {
                let plan = self.variant(types, read, wanted, form, shape)?;
                let count = form.variants[usize::from(plan.tag())].fields.len();
                Open::Fields {
                    ty: ours,
                    plan,
                    next: 0,
                    words: vec![None; count],
                }
            }
            (Form::String | Form::Bytes, shape) if read.text_length()? > SHORT => {
                check_plain(types, ours, form, shape)?;
                self.long_text(read, ours, form)?
            }
            (form, shape) => {
                check_plain(types, ours, form, shape)?;
                return self.plain(types, read, ours, form).map(Some);
            }
        };
        open.push(opened);
        Ok(None)
    }

    fn entries(
        &mut self,
        ty: TypeId,
        key: (Elem, Option<Part>),
        value: Option<(Elem, Option<Part>)>,
        left: usize,
    ) -> Open {
        Open::Entries {
            key,
            value,
            left,
            word: map::empty(self.heap, ty),
            pending: None,
        }
    }

    fn long_text(&mut self, read: &mut Reader<'_>, ty: TypeId, form: &Form) -> Fit<Open> {
        let is_string = matches!(form, Form::String);
        let left = match is_string {
            true => read.text_header()?,
            false => read.bytes_header()?,
        };
        // All of it has come.
        if left > read.rest().len() {
            return Err(Malformed("it ends too early").into());
        }
        let word = text::with_capacity(self.heap, ty, left).word();
        Ok(Open::Text {
            word,
            left,
            is_string,
        })
    }

    /// A value without parts.
    fn plain(
        &mut self,
        types: &RuntimeTypes,
        read: &mut Reader<'_>,
        ty: TypeId,
        form: &Form,
    ) -> Fit<Words> {
        let one = |word: u64| [word, 0, 0];
        Ok(match form {
            Form::Int => one(read.int()? as u64),
            Form::Float => one(read.float()?.to_bits()),
            Form::Bool => one(read.bool()?.into()),
            Form::Unit => {
                read.nil()?;
                one(0)
            }
            Form::String => one(text::new(self.heap, ty, read.text()?.as_bytes())),
            Form::Bytes => one(text::new(self.heap, ty, read.bytes()?)),
            Form::Atom => one(self.atoms.number(read.text()?).ok_or(Misfit::Atom)?),
            Form::Range => {
                read.array_of(2)?;
                [read.int()? as u64, read.int()? as u64, 0]
            }
            Form::Ref => one(self.number(read)?),
            Form::Pid => one(self.pid(types, read, ty)?),
            _ => return Err(Misfit::Type),
        })
    }

    fn number(&mut self, read: &mut Reader<'_>) -> Fit<u64> {
        read.array_of(2)?;
        let node = self.nodes.node_at(read.small()?).ok_or(Misfit::Node)?;
        match read.number()? {
            number @ 0..=SERIAL => Ok(join(node, number)),
            _ => Err(Misfit::Type),
        }
    }

    fn pid(&mut self, types: &RuntimeTypes, read: &mut Reader<'_>, ty: TypeId) -> Fit<u64> {
        let word = self.number(read)?;
        let pid = Pid::from_word(word);
        let Type::Pid(message) = types.table().get(ty) else {
            return Err(Misfit::Type);
        };
        // What actors of other nodes take is looked at there.
        if pid.node() == 0 && !self.mailboxes.takes(pid, *message) {
            return Err(Misfit::Mailbox);
        }
        Ok(word)
    }

    /// The next part of an unfinished value, if there is one.
    fn next(&mut self, open: &mut Open, read: &mut Reader<'_>) -> Fit<Next> {
        match open {
            Open::Text {
                word,
                left,
                is_string,
            } => {
                let piece = match is_string {
                    true => read.some_text(*left, SHORT)?.as_bytes(),
                    false => read.some_bytes((*left).min(SHORT))?,
                };
                // SAFETY: the cell is ours alone, and has the room.
                *word = unsafe { text::push(self.heap, *word, piece) };
                *left -= piece.len();
                Ok(match *left {
                    0 => Next::End,
                    _ => Next::Piece,
                })
            }
            Open::List {
                elem, theirs, left, ..
            } => Ok(Next::of(take_one(left).then_some(Wanted {
                ours: elem.ty,
                theirs: *theirs,
            }))),
            Open::Entries {
                key,
                value,
                left,
                pending,
                ..
            } => {
                if let (Some(_), Some((elem, theirs))) = (&pending, value) {
                    let (ours, theirs) = (elem.ty, *theirs);
                    return Ok(Next::Part(Wanted { ours, theirs }));
                }
                let (ours, theirs) = (key.0.ty, key.1);
                Ok(Next::of(take_one(left).then_some(Wanted { ours, theirs })))
            }
            Open::Fields { ty, plan, next, .. } => {
                while let Some(target) = plan.target(*next) {
                    if let Some((field, theirs)) = target {
                        let ours = self.field_type(*ty, plan.tag(), field);
                        return Ok(Next::Part(Wanted { ours, theirs }));
                    }
                    read.skip()?;
                    *next += 1;
                }
                Ok(Next::End)
            }
        }
    }

    fn field_type(&self, ty: TypeId, tag: u8, field: u16) -> TypeId {
        field_of(aggregate(self.heap.types(), ty), tag, field).ty
    }

    /// Puts a part into an unfinished value.
    fn put(&mut self, open: &mut Open, words: Words) {
        // SAFETY: the words are of the part's type.
        unsafe {
            match open {
                Open::Text { .. } => unreachable!("a text has no parts"),
                Open::List {
                    elem, words: all, ..
                } => {
                    all.push(build::element(self.heap, *elem, &words));
                }
                Open::Entries {
                    key,
                    value,
                    word,
                    pending,
                    ..
                } => match (pending.take(), value) {
                    (Some(key), Some((elem, _))) => {
                        let value = build::element(self.heap, *elem, &words);
                        *word = map::put(self.heap, *word, key, value);
                    }
                    (_, Some(_)) => *pending = Some(build::element(self.heap, key.0, &words)),
                    (_, None) => {
                        let key = build::element(self.heap, key.0, &words);
                        *word = map::add(self.heap, *word, key);
                    }
                },
                Open::Fields {
                    plan,
                    next,
                    words: all,
                    ..
                } => {
                    if let Some(Some((field, _))) = plan.target(*next) {
                        all[usize::from(field)] = Some(words);
                    }
                    *next += 1;
                }
            }
        }
    }

    /// All parts have come.
    fn close(&mut self, types: &RuntimeTypes, open: Open) -> Words {
        match open {
            Open::Text { word, .. } => [word, 0, 0],
            // SAFETY: the words are owned elements of the list's type.
            Open::List { ty, words, .. } => [unsafe { list::new(self.heap, ty, &words) }, 0, 0],
            Open::Entries { word, .. } => [word, 0, 0],
            Open::Fields {
                ty,
                plan,
                mut words,
                ..
            } => {
                for &field in plan.missing() {
                    words[usize::from(field)] = Some(self.none(types, ty, plan.tag(), field));
                }
                self.build(types, ty, plan.tag(), &words)
            }
        }
    }

    /// `None` in the place of a field.
    fn none(&mut self, types: &RuntimeTypes, ty: TypeId, tag: u8, field: u16) -> Words {
        let ty = field_of(aggregate(types, ty), tag, field).ty;
        let none = aggregate(types, ty).outcome.map_or(0, |(_, none)| none);
        // SAFETY: a plan has only options among its missing fields.
        unsafe { build::variant(self.heap, ty, none, &[]) }
    }

    fn build(
        &mut self,
        types: &RuntimeTypes,
        ty: TypeId,
        tag: u8,
        words: &[Option<Words>],
    ) -> Words {
        let fields = &aggregate(types, ty).variants[usize::from(tag)].fields;
        let values: Vec<&[u64]> = fields
            .iter()
            .zip(words)
            .map(|(field, words)| match words {
                Some(words) => &words[..usize::from(field.len)],
                None => unreachable!("all fields have come, or were made"),
            })
            .collect();
        // SAFETY: the fields are of the variant, and owned.
        unsafe { build::variant(self.heap, ty, tag, &values) }
    }

    /// Which variant comes, and where its fields go.
    fn variant(
        &mut self,
        types: &RuntimeTypes,
        read: &mut Reader<'_>,
        wanted: Wanted,
        form: &Aggregate,
        shape: Option<&Shape>,
    ) -> Fit<Plan> {
        let ours = types.table().get(wanted.ours);
        if shape.is_some_and(|shape| !is_like(ours, shape)) {
            return Err(Misfit::Type);
        }
        let is_sum = matches!(ours, Type::Sum { .. });
        let (number, count) = match is_sum {
            false => (0, read.array()?),
            true if read.peek()? == Kind::Int => (read.small::<u8>()?, 0),
            true => {
                let len = read.array()?;
                let fields = len.checked_sub(1).ok_or(Malformed("an empty variant"))?;
                (read.small()?, fields)
            }
        };
        let plan = match wanted.theirs.zip(shape) {
            Some((part, shape)) => {
                let key = (part, number, wanted.ours);
                self.plans.described(types, key, form, shape)?
            }
            None => Plan::same(form, number)?,
        };
        match plan.count() == count {
            true => Ok(plan),
            false => Err(Misfit::Malformed(Malformed("another number of fields"))),
        }
    }

    /// Gives up what was read of a value.
    fn give_up(&mut self, types: &RuntimeTypes, open: Open) {
        // SAFETY: what has come is owned, and of the types that it was read as.
        unsafe {
            match open {
                Open::Text { word, .. } => self.heap.drop_ref(word),
                Open::List { elem, words, .. } => {
                    if elem.is_ref {
                        words
                            .into_iter()
                            .for_each(|word| self.heap.drop_nullable(word));
                    }
                }
                Open::Entries {
                    key, word, pending, ..
                } => {
                    self.heap.drop_ref(word);
                    if let (Some(word), true) = (pending, key.0.is_ref) {
                        self.heap.drop_nullable(word);
                    }
                }
                Open::Fields {
                    ty, plan, words, ..
                } => {
                    let fields = &aggregate(types, ty).variants[usize::from(plan.tag())].fields;
                    for (field, words) in fields.iter().zip(words) {
                        if let Some(words) = words {
                            let slots = types.layouts().slots(field.ty);
                            self.heap.drop_slots(slots, words.as_ptr());
                        }
                    }
                }
            }
        }
    }
}

fn take_one(left: &mut usize) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

fn list_of(ty: TypeId, elem: Elem, theirs: Option<Part>, left: usize) -> Open {
    Open::List {
        ty,
        elem,
        theirs,
        left,
        words: Vec::new(),
    }
}

/// A part of a collection's description.
fn part_of(shape: Option<&Shape>, index: usize) -> Option<Part> {
    match (shape?, index) {
        (Shape::List(part) | Shape::Set(part) | Shape::Map(part, _), 0) => Some(*part),
        (Shape::Map(_, part), _) => Some(*part),
        _ => None,
    }
}

/// Checks that a type without parts was described as itself.
fn check_plain(types: &RuntimeTypes, ty: TypeId, form: &Form, shape: Option<&Shape>) -> Fit<()> {
    match (form, shape) {
        (_, None) | (Form::Pid, Some(Shape::Pid(_))) => Ok(()),
        (Form::List(_) | Form::Map(..) | Form::Set(_) | Form::Pid, _) => Err(Misfit::Type),
        (_, Some(Shape::Plain(number)))
            if *number == plain_number(types.table().get(ty).keyword()) =>
        {
            Ok(())
        }
        _ => Err(Misfit::Type),
    }
}

fn aggregate(types: &RuntimeTypes, ty: TypeId) -> &Aggregate {
    match &types.info(ty).form {
        Form::Aggregate(form) => form,
        _ => unreachable!("only aggregates have fields"),
    }
}

fn field_of(form: &Aggregate, tag: u8, field: u16) -> &FieldForm {
    &form.variants[usize::from(tag)].fields[usize::from(field)]
}
