//! What is sent to actors: messages, answers to calls, and signals.

use super::{Pid, Reason};
use crate::ctx::Ctx;
use crate::heap::{BLOCK_WORDS, Heap, Walk, Way};
use crate::native::Fault;
use crate::remote::{Letter, Parcel};
use snow_bytecode::types::TypeId;
use std::sync::Arc;

/// What a sender puts in a mailbox: a link of a list, in a block of the heap.
pub struct Entry {
    /// The next one.
    pub next: *mut Entry,
    /// What it is.
    pub content: Content,
}

/// What was sent.
#[derive(Debug)]
pub enum Content {
    /// A message: its type, and the value in element form, owned.
    Message(TypeId, u64),
    /// A message that a timer sends: no bound of the mailbox keeps it out.
    Due(TypeId, u64),
    /// The answer to a call that the receiver has prepared.
    Answer(Answer),
    /// As `Answer`, from another node: the call's reference, and the value. In a box, so that entries are small.
    Parcel(Box<(u64, Box<dyn Parcel>)>),
    /// The time of a wait is up, if it is still the one of the timer with this key.
    Timeout(u64),
    /// Anything else.
    Signal(Box<Signal>),
    /// A message from another node that is still to be read.
    Letter(Box<dyn Letter>),
    /// A connection that the receiver was held for has room again.
    Room,
    /// The message was taken out and is being looked at.
    Taken,
}

/// The answer to a call.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Type of the value.
    pub ty: TypeId,
    /// The value in element form, owned.
    pub word: u64,
    /// The call's reference.
    pub reference: u64,
    /// Whether who answers was monitored for this call, and has ended that.
    pub unwatched: bool,
}

/// What the runtime sends for an actor, or by itself.
#[derive(Debug)]
pub enum Signal {
    /// The sender links itself to the receiver.
    Link(Pid),
    /// As `Link`, of a supervisor with its child: the child ends when the connection between the two does.
    Adopt(Pid),
    /// The sender gives up the link.
    Unlink(Pid),
    /// The sender wants to know when the receiver ends, under this reference.
    Monitor(Pid, u64),
    /// It does not any more.
    Demonitor(u64),
    /// A monitored actor has ended.
    Down(u64, Pid, Reason),
    /// A linked actor has ended.
    LinkExit(Pid, Reason),
    /// An actor asks the receiver to exit.
    Exit(Pid, Reason),
    /// The runtime ends the receiver for this reason, whether it traps exits or not.
    End(Reason),
    /// The program was asked to stop.
    Stopping,
    /// A node has joined.
    NodeUp(Arc<str>),
    /// A node has left.
    NodeDown(Arc<str>),
    /// A global name is another actor's now.
    NameLost(Arc<str>),
    /// An actor has joined a group.
    Joined(Arc<str>, Pid),
    /// An actor has left a group.
    Left(Arc<str>, Pid),
    /// The sender wants to know how the receiver is: it answers this call with a list of numbers, of this type.
    Info(Pid, u64, TypeId),
    /// How the sender is, for an actor of another node that has asked under the reference of a call.
    Numbers(u64, Box<[u64]>),
    /// The sender asks the receiver's node, which is another one, under the reference of a call.
    Question(Pid, u64, Question),
}

/// What an actor may want to know of one of another node, which that node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether it lives.
    Alive,
    /// Its names.
    Names,
}

impl Entry {
    /// A new entry.
    pub fn new(heap: &mut Heap, content: Content) -> *mut Entry {
        // Two of them fill a cache line, which goes from the sender's core to the receiver's.
        const { assert!(size_of::<Entry>() == 8 * BLOCK_WORDS && align_of::<Entry>() == 8) };
        let entry: *mut Entry = heap.take_block().cast();
        let next = std::ptr::null_mut();
        // SAFETY: the block is ours and has the size.
        unsafe { entry.write(Entry { next, content }) };
        entry
    }

    /// Takes an entry apart: gives what was in it, and its memory back.
    ///
    /// # Safety
    /// [`Entry::new`] has made it, and nobody else refers to it.
    pub unsafe fn open(heap: &mut Heap, entry: *mut Entry) -> Content {
        // SAFETY: by contract.
        unsafe {
            let content = entry.read().content;
            heap.give_block(entry.cast());
            content
        }
    }
}

/// Gives up a list of entries and what is in them.
///
/// # Safety
/// They were taken out of a mailbox, and nobody else refers to them.
pub unsafe fn discard_all(heap: &mut Heap, first: *mut Entry) {
    let mut entry = first;
    while !entry.is_null() {
        // SAFETY: by contract; an entry owns the value in it.
        unsafe {
            let next = (*entry).next;
            Entry::open(heap, entry).discard(heap);
            entry = next;
        }
    }
}

impl Content {
    /// Gives up the value that is in it.
    ///
    /// # Safety
    /// The value is owned, and of the type that it says.
    pub unsafe fn discard(mut self, heap: &mut Heap) {
        match &mut self {
            Content::Letter(letter) => letter.give_up(heap),
            Content::Parcel(parcel) => parcel.1.give_up(heap),
            _ => {}
        }
        if let Some((ty, word)) = self.value() {
            // SAFETY: by contract.
            unsafe { drop_element(heap, ty, word) };
        }
    }

    /// The value that is in it: its type, and its element form.
    pub fn value(&self) -> Option<(TypeId, u64)> {
        match *self {
            Content::Message(ty, word)
            | Content::Due(ty, word)
            | Content::Answer(Answer { ty, word, .. }) => Some((ty, word)),
            Content::Parcel(..)
            | Content::Timeout(_)
            | Content::Signal(_)
            | Content::Letter(_)
            | Content::Room
            | Content::Taken => None,
        }
    }

    /// Whether it is a signal.
    pub fn is_signal(&self) -> bool {
        matches!(self, Content::Signal(_))
    }
}

/// Gives up an owned value in element form.
///
/// # Safety
/// The word is an owned element of the type.
pub unsafe fn drop_element(heap: &mut Heap, ty: TypeId, word: u64) {
    if heap.types().info(ty).elem.is_ref {
        // SAFETY: by contract.
        unsafe { heap.drop_nullable(word) };
    }
}

/// Another reference to a value in element form.
///
/// # Safety
/// The word is a live element of the type.
pub unsafe fn dup_element(heap: &Heap, ty: TypeId, word: u64) {
    if heap.types().info(ty).elem.is_ref {
        // SAFETY: by contract.
        unsafe { heap.dup_nullable(word) };
    }
}

/// Cells of one value that are looked at before others have a turn: about half a millisecond.
const MOST_AT_ONCE: usize = 32 * 1024;

/// Hands a value in element form over to another actor, for a native of kind `Handing`: when that is pending it is called again.
///
/// # Safety
/// As [`hand_over`] at the call that is not pending; before that nobody uses the value.
pub unsafe fn hand_over_in_turns(
    ctx: &mut Ctx,
    ty: TypeId,
    word: u64,
    way: Way,
) -> Result<(), Fault> {
    if ctx.heap.types().info(ty).elem.is_ref {
        // SAFETY: by contract.
        unsafe { hand_over_ref_in_turns(ctx, word, way) }
    } else {
        Ok(())
    }
}

/// As [`hand_over_in_turns`], for a reference or null.
///
/// # Safety
/// As there.
pub unsafe fn hand_over_ref_in_turns(ctx: &mut Ctx, word: u64, way: Way) -> Result<(), Fault> {
    // SAFETY: by contract.
    unsafe {
        ctx.heap
            .walk_some(&mut ctx.handing, word, way, MOST_AT_ONCE);
    }
    if ctx.handing.is_over() {
        Ok(())
    } else {
        Err(Fault::Pending)
    }
}

/// Hands a value in element form over to another actor, which nobody else uses; of a large one a part. Whether that was all.
///
/// # Safety
/// The word is an owned element of the type, the same one as long as the walk is not over.
pub unsafe fn hand_over_some(heap: &Heap, walk: &mut Walk, ty: TypeId, word: u64) -> bool {
    if heap.types().info(ty).elem.is_ref {
        // SAFETY: by contract.
        unsafe { heap.walk_some(walk, word, Way::Move, MOST_AT_ONCE) };
    }
    walk.is_over()
}
