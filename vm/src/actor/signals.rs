//! What happens when entries arrive: messages are queued, signals that concern the runtime take effect.

use super::entry::{Answer, Content, Entry, Signal};
use super::process::{Alarm, KEEPER, Process, Wait};
use super::slots::{Gone, Slot, Slots, Woken};
use super::{Pid, Reason, calls};
use crate::heap::Heap;
use crate::sched::Scheduler;
use crate::value::list;

/// The number of messages at which a mailbox is called long.
pub const LONG: usize = 10_000;

impl Scheduler {
    /// Takes in all that has arrived for an actor; whether there was anything.
    ///
    /// # Safety
    /// The actor is the caller's, see [`Process`].
    #[inline]
    pub unsafe fn drain(&mut self, heap: &mut Heap, process: *mut Process) -> bool {
        // SAFETY: by contract; the table lives as long as its runtime, and entries that were taken are this actor's alone.
        unsafe {
            let process = &mut *process;
            let newest = process.own.take_all(process.pid.generation());
            if newest.is_null() {
                return false;
            }
            match (*newest).next.is_null() {
                true => self.arrive(heap, process, newest),
                false => self.arrive_all(heap, process, newest),
            }
            if process.mailbox.len() > LONG {
                self.note_long(process);
            }
            true
        }
    }

    /// Takes in a list of entries, which come the newest first.
    ///
    /// # Safety
    /// They are the actor's alone.
    unsafe fn arrive_all(&mut self, heap: &mut Heap, process: &mut Process, newest: *mut Entry) {
        // SAFETY: by contract.
        unsafe {
            let (last, mut newest, mut oldest) = (newest, newest, std::ptr::null_mut());
            let mut are_messages = !process.is_bounded();
            let mut count = 0;
            while !newest.is_null() {
                let next = (*newest).next;
                (*newest).next = oldest;
                are_messages &= matches!((*newest).content, Content::Message(..));
                count += 1;
                oldest = newest;
                newest = next;
            }
            if are_messages {
                // They come from another core's cache: each is looked at once.
                return process.mailbox.append_messages(oldest, last, count);
            }
            while !oldest.is_null() {
                let next = (*oldest).next;
                self.arrive(heap, process, oldest);
                oldest = next;
            }
        }
    }

    #[cold]
    fn note_long(&self, process: &mut Process) {
        if !process.is_long && process.mailbox_limit().is_none() {
            process.is_long = true;
            self.runtime.report_long_mailbox(process);
        }
    }

    /// # Safety
    /// The entry is the actor's alone.
    #[inline]
    unsafe fn arrive(&mut self, heap: &mut Heap, process: &mut Process, entry: *mut Entry) {
        // SAFETY: by contract.
        unsafe {
            match (*entry).content {
                Content::Message(..) if !process.is_bounded() => process.mailbox.append(entry),
                _ => self.arrive_other(heap, process, entry),
            }
        }
    }

    /// # Safety
    /// As [`Scheduler::arrive`].
    #[inline(never)]
    unsafe fn arrive_other(&mut self, heap: &mut Heap, process: &mut Process, entry: *mut Entry) {
        // SAFETY: by contract.
        unsafe {
            process.count_arrival(heap, &(*entry).content);
            match (*entry).content {
                Content::Message(..) | Content::Letter(_) | Content::Taken => {
                    process.queue_message(heap, entry);
                }
                Content::Due(ty, word) => {
                    (*entry).content = Content::Message(ty, word);
                    process.mailbox.append(entry);
                }
                _ => match Entry::open(heap, entry) {
                    Content::Answer(answer) => answer_arrives(heap, process, answer),
                    Content::Parcel(sealed) => {
                        let (reference, parcel) = *sealed;
                        if let Some(call) = process.calls.get(reference)
                            && matches!(call.state, calls::State::Open)
                        {
                            call.state = calls::State::Sealed(parcel);
                        }
                    }
                    Content::Timeout(word) => {
                        if matches!(process.alarm, Alarm::Set(key) if key.word() == word) {
                            process.alarm = Alarm::Rung;
                        }
                    }
                    Content::Room => process.held = process.held.saturating_sub(1),
                    Content::Signal(signal) if matches!(*signal, Signal::Info(..)) => {
                        self.tell_numbers(heap, process, *signal);
                    }
                    Content::Signal(signal) => signal_arrives(heap, process, signal),
                    Content::Message(..)
                    | Content::Due(..)
                    | Content::Letter(_)
                    | Content::Taken => {
                        unreachable!("just matched")
                    }
                },
            }
        }
    }

    /// Answers who wants to know how an actor is.
    fn tell_numbers(&mut self, heap: &mut Heap, process: &Process, signal: Signal) {
        let Signal::Info(to, reference, ty) = signal else {
            return;
        };
        if to.node() != 0 {
            let numbers = Box::from(process.numbers());
            self.deliver_signal(heap, to, Signal::Numbers(reference, numbers));
            return;
        }
        // SAFETY: the type is a list of Ints, as the native's signature says.
        let word = unsafe { list::new(heap, ty, &process.numbers()) };
        let answer = Answer {
            ty,
            word,
            reference,
            unwatched: false,
        };
        self.deliver(heap, to, Content::Answer(answer));
    }

    /// Sends something to an actor, and makes it run if it must; false when the actor is gone, and the content is given up.
    pub fn deliver(&mut self, heap: &mut Heap, to: Pid, content: Content) -> bool {
        if !to.is_local() {
            // What cannot be sent is a value, and who sends one asks beforehand.
            let _ = self.send_away(heap, None, to, content);
            return true;
        }
        // SAFETY: the content is owned.
        let put = unsafe { put(heap, &self.runtime.slots, to, content) };
        let is_there = put.is_ok();
        if let Ok(Some(woken)) = put {
            self.ready(woken);
        }
        is_there
    }

    /// As [`Scheduler::deliver`], for a signal.
    pub fn deliver_signal(&mut self, heap: &mut Heap, to: Pid, signal: Signal) -> bool {
        self.deliver(heap, to, Content::Signal(Box::new(signal)))
    }

    /// The actor waits no more.
    pub fn forget_wait(&mut self, process: &mut Process) {
        if let Alarm::Set(key) = process.alarm {
            self.cancel_timer(key);
        }
        process.alarm = Alarm::Off;
        process.wait = Wait::Nothing;
    }
}

/// Sends something to an actor of this runtime; gives the actor if it must be made to run. When the actor is gone, the content is given up.
///
/// # Safety
/// What is in the content is owned.
pub unsafe fn put(
    heap: &mut Heap,
    slots: &Slots,
    to: Pid,
    content: Content,
) -> Result<Option<Woken>, Gone> {
    // SAFETY: by contract.
    unsafe {
        match slots.of(to) {
            Ok(slot) => put_in(heap, slot, to, content),
            Err(Gone) => {
                content.discard(heap);
                Err(Gone)
            }
        }
    }
}

/// Puts something in an actor's slot; gives the actor if it must be made to run. When the actor is gone, the content is given up.
///
/// # Safety
/// What is in the content is owned.
#[inline]
pub unsafe fn put_in(
    heap: &mut Heap,
    slot: &Slot,
    to: Pid,
    content: Content,
) -> Result<Option<Woken>, Gone> {
    let entry = Entry::new(heap, content);
    // SAFETY: the entry is new, and still ours when the actor is gone.
    unsafe {
        slot.push(to.generation(), entry).inspect_err(|Gone| {
            Entry::open(heap, entry).discard(heap);
        })
    }
}

/// An answer is kept for its call, or dropped when that is over.
fn answer_arrives(heap: &mut Heap, process: &mut Process, answer: Answer) {
    if let Some(call) = process.calls.get(answer.reference)
        && matches!(call.state, calls::State::Open)
    {
        call.state = calls::State::Answered(answer);
        return;
    }
    // SAFETY: the entry owned the value.
    unsafe { Content::Answer(answer).discard(heap) };
}

fn signal_arrives(heap: &mut Heap, process: &mut Process, signal: Box<Signal>) {
    match *signal {
        Signal::Link(pid) => {
            process.links.insert(pid);
        }
        Signal::Adopt(pid) => {
            process.links.insert(pid);
            process.watchers.insert(KEEPER, pid);
        }
        Signal::Unlink(pid) => {
            process.links.remove(&pid);
        }
        Signal::Monitor(pid, reference) => {
            process.watchers.insert(reference, pid);
        }
        Signal::Demonitor(reference) => {
            process.watchers.remove(&reference);
        }
        Signal::Down(reference, _, ref reason) => {
            if let Some(call) = process.calls.get(reference) {
                if matches!(call.state, calls::State::Open) {
                    call.state = calls::State::Gone(reason.clone());
                }
            } else if process.monitors.remove(&reference).is_some() {
                queue(heap, process, signal);
            }
        }
        Signal::LinkExit(pid, ref reason) => {
            // What is no link any more does not matter any more.
            if process.links.remove(&pid) {
                let reason = reason.clone();
                if reason == Reason::NoConnection && process.watchers.get(&KEEPER) == Some(&pid) {
                    lose_keeper(process);
                    return;
                }
                exit_signal(heap, process, signal, &reason);
            }
        }
        Signal::Exit(_, Reason::Killed) => process.ending = Some(Reason::Killed),
        Signal::Exit(_, ref reason) => {
            let reason = reason.clone();
            exit_signal(heap, process, signal, &reason);
        }
        Signal::End(Reason::Crash(ref reason)) => process.blame(reason.to_string()),
        Signal::End(ref reason) => {
            if process.terminating.is_none() {
                process.ending.get_or_insert(reason.clone());
            }
        }
        Signal::NodeUp(_)
        | Signal::NodeDown(_)
        | Signal::NameLost(_)
        | Signal::Stopping
        | Signal::Joined(..)
        | Signal::Left(..) => queue(heap, process, signal),
        Signal::Info(..) => unreachable!("answered where it arrives"),
        Signal::Numbers(..) | Signal::Question(..) => unreachable!("for actors of other nodes"),
    }
}

/// The supervisor cannot be reached any more: it starts the child anew, so this one ends, also when it traps exits.
fn lose_keeper(process: &mut Process) {
    if process.terminating.is_none() {
        process.ending.get_or_insert(Reason::NoConnection);
    }
}

/// An exit that is not to be trapped ends the actor, unless it was normal; one whose `terminate` block runs is ending already.
fn exit_signal(heap: &mut Heap, process: &mut Process, signal: Box<Signal>, reason: &Reason) {
    if process.terminating.is_some() {
        return;
    }
    if process.traps_exits {
        queue(heap, process, signal);
    } else if *reason != Reason::Normal {
        process.ending.get_or_insert(reason.clone());
    }
}

fn queue(heap: &mut Heap, process: &mut Process, signal: Box<Signal>) {
    let entry = Entry::new(heap, Content::Signal(signal));
    // SAFETY: the entry is new.
    unsafe { process.mailbox.append(entry) };
}
