//! `receive`: a scan through the mailbox, entry by entry.
//!
//! Compiled to calls of natives: `receive_wait` gives the kind of the next entry that some arm might match, or suspends the actor; then the entry is looked at
//! and either passed over or removed, which ends the scan.

use super::entry::{Content, Signal, drop_element};
use super::process::{Alarm, LastMessage, Wait};
use super::{Pid, Process, Reason, ops};
use crate::carrier;
use crate::ctx::Ctx;
use crate::heap::{Cell, Heap};
use crate::native::Fault;
use crate::remote::Reading;
use snow_bytecode::types::TypeId;
use std::sync::Arc;

/// In the mask of what a `receive` wants: its actor's own messages.
pub const MESSAGES: u64 = 1;
/// In the mask, for each kind of signal: this, shifted by its number.
pub const SIGNALS: u64 = 2;
/// The time-out of a `receive` without one.
pub const NO_TIMEOUT: i64 = i64::MIN;

/// What a scan has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A message.
    Message = 0,
    /// A signal.
    Signal = 1,
    /// The time is up.
    Timeout = 2,
}

impl Signal {
    /// The number of its kind, for signals that programs see.
    fn kind(&self) -> Option<u32> {
        match self {
            Signal::Down(..) => Some(0),
            Signal::Exit(..) | Signal::LinkExit(..) => Some(1),
            Signal::NodeUp(_) => Some(2),
            Signal::NodeDown(_) => Some(3),
            Signal::NameLost(_) => Some(4),
            Signal::Stopping => Some(5),
            Signal::Joined(..) => Some(6),
            Signal::Left(..) => Some(7),
            _ => None,
        }
    }
}

impl Content {
    fn is_wanted(&self, wanted: u64) -> Option<Found> {
        match self {
            Content::Message(..) | Content::Letter(_) if wanted & MESSAGES != 0 => {
                Some(Found::Message)
            }
            Content::Signal(signal) => {
                let kind = signal.kind()?;
                (wanted & SIGNALS << kind != 0).then_some(Found::Signal)
            }
            _ => None,
        }
    }
}

impl Process {
    /// Whether the scan, which goes on here, finds something that is wanted.
    pub fn finds_wanted(&mut self, wanted: u64) -> bool {
        self.find(wanted).is_some()
    }

    #[inline]
    fn find(&mut self, wanted: u64) -> Option<Found> {
        while let Some(content) = self.mailbox.at() {
            if let Some(found) = content.is_wanted(wanted) {
                return Some(found);
            }
            self.mailbox.pass();
        }
        None
    }
}

/// Goes on with the scan, or begins one; pending when there is nothing yet.
pub fn wait(ctx: &mut Ctx, timeout: i64, wanted: u64) -> Result<Found, Fault> {
    let process = ctx.process()?;
    if matches!(process.mailbox.at(), Some(Content::Taken)) {
        return Err("a guard of a receive cannot receive".into());
    }
    process.wait = Wait::Nothing;
    process.mailbox.begin_scan();
    if let Some(found) = search(ctx, wanted)? {
        return Ok(found);
    }
    // What has come since the actor was taken out of its queue.
    let has_come = ops::drain(ctx)?;
    if has_come && let Some(found) = search(ctx, wanted)? {
        return Ok(found);
    }
    let process = ctx.process()?;
    if process.alarm == Alarm::Rung || (timeout <= 0 && timeout != NO_TIMEOUT) {
        end_scan(ctx)?;
        return Ok(Found::Timeout);
    }
    if process.alarm == Alarm::Off && timeout != NO_TIMEOUT {
        ops::set_alarm(ctx, timeout)?;
    }
    process.wait = Wait::Entry(wanted);
    Err(Fault::Pending)
}

/// Goes on with the scan; letters that it comes to are read.
#[inline]
fn search(ctx: &mut Ctx, wanted: u64) -> Result<Option<Found>, Fault> {
    loop {
        let process = ctx.process()?;
        let found = process.find(wanted);
        if !matches!(process.mailbox.at(), Some(Content::Letter(_))) {
            return Ok(found);
        }
        read_letter(ctx)?;
    }
}

/// Reads on in the letter at which the scan stands: for as long as a slice, then others have their turn.
#[cold]
fn read_letter(ctx: &mut Ctx) -> Result<(), Fault> {
    let process = ctx.process()?;
    let Some(Content::Letter(letter)) = process.mailbox.at() else {
        return Ok(());
    };
    let raw = &raw mut *ctx;
    // SAFETY: the context is that of the running actor, which is on its carrier, if on any; no Snow code runs meanwhile, and the letter is the actor's.
    let read = unsafe { carrier::on_system_stack(raw, || letter.read(&mut (*raw).heap)) };
    match read {
        Reading::More => {
            process.wait = Wait::Reading;
            return Err(Fault::Pending);
        }
        Reading::Done(ty, word) => {
            let message = Content::Message(ty, word);
            process.count_arrival(&ctx.heap, &message);
            if let Some(place) = process.mailbox.at() {
                *place = message;
            }
        }
        Reading::Unfit => {
            process.mailbox.remove(&mut ctx.heap);
        }
    }
    Ok(())
}

fn end_scan(ctx: &mut Ctx) -> Result<(), Fault> {
    let process = ctx.process()?;
    ctx.scheduler()?.forget_wait(process);
    process.mailbox.end_scan();
    Ok(())
}

/// Moves the message at which the scan stands out; what is left there is filled by [`skip`] or removed by [`done`].
pub fn message(ctx: &mut Ctx, ty: TypeId) -> Result<u64, Fault> {
    let process = ctx.process()?;
    let content = process.mailbox.at().ok_or("no message is there")?;
    match std::mem::replace(content, Content::Taken) {
        Content::Message(is, word) if is == ty => {
            process.last_message = LastMessage::of(&ctx.heap, ty, word);
            Ok(word)
        }
        other => {
            *content = other;
            Err("no message of this type is there".into())
        }
    }
}

/// Moves the message at which the scan stands out for good, and ends the scan: [`message`] and [`done`] in one.
pub fn take(ctx: &mut Ctx, ty: TypeId) -> Result<u64, Fault> {
    let process = ctx.process()?;
    match process.mailbox.at() {
        Some(&mut Content::Message(is, word)) if is == ty => {
            process.last_message = LastMessage::of(&ctx.heap, ty, word);
            process.mailbox.remove(&mut ctx.heap);
            end_scan(ctx)?;
            Ok(word)
        }
        _ => Err("no message of this type is there".into()),
    }
}

/// Puts a message back, and passes over it.
pub fn skip(ctx: &mut Ctx, ty: TypeId, word: u64) -> Result<(), Fault> {
    let process = ctx.process()?;
    match process.mailbox.at() {
        Some(content @ Content::Taken) => *content = Content::Message(ty, word),
        _ => {
            // SAFETY: the caller hands over an owned value of the type.
            unsafe { drop_element(&mut ctx.heap, ty, word) };
            return Err("no message was taken out".into());
        }
    }
    process.mailbox.pass();
    Ok(())
}

/// Passes over a signal.
pub fn skip_signal(ctx: &mut Ctx) -> Result<(), Fault> {
    ctx.process()?.mailbox.pass();
    Ok(())
}

/// Removes what the scan has stopped at, and ends it.
pub fn done(ctx: &mut Ctx) -> Result<(), Fault> {
    ctx.process()?.mailbox.remove(&mut ctx.heap);
    end_scan(ctx)
}

/// What a signal says.
pub struct SignalParts {
    /// The number of its kind.
    pub kind: u32,
    /// The reference of a monitor, or 0.
    pub reference: u64,
    /// The actor that it is about.
    pub pid: Option<Pid>,
    /// Why that has ended.
    pub reason: Option<Reason>,
    /// The text that comes with it, or nothing.
    pub text: Arc<str>,
}

/// The signal at which the scan stands.
pub fn signal(ctx: &mut Ctx) -> Result<SignalParts, Fault> {
    let process = ctx.process()?;
    let Some(Content::Signal(signal)) = process.mailbox.at() else {
        return Err("no signal is there".into());
    };
    let kind = signal.kind().ok_or("no signal is there")?;
    let text = match &**signal {
        Signal::NodeUp(name)
        | Signal::NodeDown(name)
        | Signal::NameLost(name)
        | Signal::Joined(name, _)
        | Signal::Left(name, _) => Arc::clone(name),
        Signal::Down(_, _, Reason::Crash(text))
        | Signal::Exit(_, Reason::Crash(text))
        | Signal::LinkExit(_, Reason::Crash(text)) => Arc::clone(text),
        _ => Arc::from(""),
    };
    let (reference, pid, reason) = match &**signal {
        Signal::Down(reference, pid, reason) => (*reference, Some(*pid), Some(reason.clone())),
        Signal::Exit(pid, reason) | Signal::LinkExit(pid, reason) => {
            (0, Some(*pid), Some(reason.clone()))
        }
        Signal::Joined(_, pid) | Signal::Left(_, pid) => (0, Some(*pid), None),
        _ => (0, None, None),
    };
    Ok(SignalParts {
        kind,
        reference,
        pid,
        reason,
        text,
    })
}

impl LastMessage {
    /// The look of a message.
    fn of(heap: &Heap, ty: TypeId, word: u64) -> LastMessage {
        let elem = heap.types().info(ty).elem;
        let mut look = LastMessage {
            ty: ty.0 + 1,
            len: 1,
            tag: 0,
            words: [word, 0, 0, 0],
        };
        if !elem.is_ref || word == 0 {
            return look;
        }
        // SAFETY: an element that is a reference is null or a live cell.
        unsafe {
            let cell = Cell::from_word(word);
            look.tag = cell.tag();
            look.len = 0;
            let info = heap.types().info(cell.ty());
            if matches!(info.class, crate::types::Class::Fields) {
                let shape = info.shape(cell.tag());
                look.len = shape.len.min(4) as u8;
                for at in 0..usize::from(look.len) {
                    look.words[at] = cell.get(at + 1);
                }
            }
        }
        look
    }
}
