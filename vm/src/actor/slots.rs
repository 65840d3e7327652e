//! The table through which actors reach each other.
//!
//! A slot is never given back to the system, so a pid that is out of date leads to a slot still, of another generation or of none. Its word `inbox` has
//! everything that a sender must know at once:
//!
//! ```text
//!  bit 63      48 47                         1    0
//!     ┌──────────┬─────────────────────────┬────────┐
//!     │generation│ newest entry, or null   │ waiting│
//!     └──────────┴─────────────────────────┴────────┘
//! ```
//!
//! A sender puts its entry before the newest with one compare-and-swap, which fails when the actor has ended: its end raises the generation. (A list that is
//! only pushed to, and taken as a whole, has no ABA problem; Treiber 1986.) When the bit *waiting* was set the sender has taken it away, and is the one
//! who must make the actor run: so nobody is woken twice.
//!
//! Memory orders: a push releases the entry, taking the list acquires them; setting the bit releases the actor's state, taking it away acquires it.

use super::entry::Entry;
use super::pid::{GENERATION_BITS, Pid, SLOT_BITS};
use super::process::Process;
use parking_lot::Mutex;
use snow_bytecode::types::TypeId;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, fence};

const WAITING: u64 = 1;
const GENERATION_SHIFT: u32 = 64 - GENERATION_BITS;
const ADDRESS: u64 = ((1 << GENERATION_SHIFT) - 1) & !WAITING;

/// Actors that there may be at once, at most.
pub const MOST: u32 = (1 << SLOT_BITS) - 1;
/// Slots that are made at once.
const CHUNK: usize = 4096;
/// Free slots that change hands at once.
const BATCH: usize = 64;
/// The mailbox type of an actor that has not said its own.
pub const NO_TYPE: u32 = u32::MAX;

/// One actor's place.
pub struct Slot {
    inbox: AtomicU64,
    /// The type of messages that it takes.
    mailbox_type: AtomicU32,
    /// Whether it may have a name.
    named: AtomicBool,
    /// The actor, while there is one.
    process: AtomicPtr<Process>,
}

/// An actor's own slot, for the actor itself, which knows its generation.
#[derive(Clone, Copy)]
pub struct Own(*const Slot);

impl Own {
    /// That of an actor which is not in the table yet: nothing arrives.
    pub const NONE: Own = Own(std::ptr::null());

    /// As [`Slot::take_all`].
    ///
    /// # Safety
    /// The table is still there.
    #[inline]
    pub unsafe fn take_all(self, generation: u16) -> *mut Entry {
        // SAFETY: by contract; a table never moves its slots.
        match unsafe { self.0.as_ref() } {
            Some(slot) => slot.take_all(generation),
            None => std::ptr::null_mut(),
        }
    }

    /// As [`Slot::wait`].
    ///
    /// # Safety
    /// As [`Own::take_all`].
    #[inline]
    pub unsafe fn wait(self, generation: u16) -> bool {
        // SAFETY: by contract.
        unsafe { self.0.as_ref() }.is_some_and(|slot| slot.wait(generation))
    }
}

/// An actor that a sender must make run.
#[must_use]
pub struct Woken(pub *mut Process);

/// The actor has ended.
#[derive(Clone, Copy, Debug)]
pub struct Gone;

impl Slot {
    fn new() -> Slot {
        Slot {
            inbox: AtomicU64::new(1 << GENERATION_SHIFT),
            mailbox_type: AtomicU32::new(NO_TYPE),
            named: AtomicBool::new(false),
            process: AtomicPtr::default(),
        }
    }

    /// Whether the actor that has the slot takes messages of a type, as far as that is known.
    #[inline]
    pub fn takes(&self, ty: TypeId) -> bool {
        let known = self.mailbox_type.load(Relaxed);
        known == ty.0 || known == NO_TYPE
    }

    /// The type of messages that the actor takes, if it has said so; for a pid that is out of date, of whichever actor has the slot.
    pub fn mailbox(&self) -> Option<TypeId> {
        let known = self.mailbox_type.load(Relaxed);
        (known != NO_TYPE).then_some(TypeId(known))
    }

    /// Takes all that has arrived, the newest first. Only the actor itself does this.
    #[inline]
    pub fn take_all(&self, generation: u16) -> *mut Entry {
        let empty = u64::from(generation) << GENERATION_SHIFT;
        if self.inbox.load(Relaxed) == empty {
            return std::ptr::null_mut();
        }
        let all = self.inbox.swap(empty, AcqRel);
        std::ptr::with_exposed_provenance_mut((all & ADDRESS) as usize)
    }

    /// Makes the next sender wake the actor; false when something has arrived meanwhile. Only whoever holds the actor does this, and holds it no more when
    /// it has worked.
    #[inline]
    pub fn wait(&self, generation: u16) -> bool {
        let empty = u64::from(generation) << GENERATION_SHIFT;
        self.inbox
            .compare_exchange(empty, empty | WAITING, AcqRel, Relaxed)
            .is_ok()
    }

    fn generation(&self) -> u16 {
        (self.inbox.load(Acquire) >> GENERATION_SHIFT) as u16
    }

    /// Adds an entry; gives the actor when it was waiting.
    ///
    /// # Safety
    /// The entry is nobody else's.
    #[inline]
    pub unsafe fn push(&self, generation: u16, entry: *mut Entry) -> Result<Option<Woken>, Gone> {
        let mut now = self.inbox.load(Relaxed);
        loop {
            if (now >> GENERATION_SHIFT) as u16 != generation {
                return Err(Gone);
            }
            // SAFETY: by contract.
            unsafe {
                (*entry).next = std::ptr::with_exposed_provenance_mut((now & ADDRESS) as usize);
            }
            let new = u64::from(generation) << GENERATION_SHIFT | entry.expose_provenance() as u64;
            match self.inbox.compare_exchange_weak(now, new, AcqRel, Relaxed) {
                Ok(_) if now & WAITING != 0 => {
                    return Ok(Some(Woken(self.process.load(Acquire))));
                }
                Ok(_) => return Ok(None),
                Err(other) => now = other,
            }
        }
    }
}

/// The slots of a runtime.
pub struct Slots {
    chunks: Box<[AtomicPtr<[Slot; CHUNK]>]>,
    free: Mutex<Free>,
}

struct Free {
    slots: Vec<u32>,
    /// The first that was never used.
    fresh: u32,
    /// The first that is never used.
    end: u32,
}

/// Free slots that a scheduler keeps for itself.
#[derive(Default)]
pub struct Spare(Vec<u32>);

impl Slots {
    /// No actors yet, and never more than so many at once.
    pub fn new(most: u32) -> Slots {
        let chunks = (1_usize << SLOT_BITS) / CHUNK;
        Slots {
            chunks: (0..chunks).map(|_| AtomicPtr::default()).collect(),
            // Number 0 stays unused.
            free: Mutex::new(Free {
                slots: Vec::new(),
                fresh: 1,
                end: most.min(MOST) + 1,
            }),
        }
    }

    #[inline]
    fn slot(&self, number: u32) -> Option<&Slot> {
        let (chunk, at) = (number as usize / CHUNK, number as usize % CHUNK);
        let chunk = self.chunks.get(chunk)?.load(Acquire);
        // SAFETY: a chunk stays as long as the table.
        unsafe { chunk.as_ref() }.map(|chunk| &chunk[at])
    }

    /// The slot of a pid. One that somebody made up might not exist.
    #[inline]
    pub fn of(&self, pid: Pid) -> Result<&Slot, Gone> {
        if !pid.is_local() {
            return Err(Gone);
        }
        self.slot(pid.slot()).ok_or(Gone)
    }

    /// A place for a new actor; none when there are too many.
    pub fn take(&self, spare: &mut Spare) -> Option<Pid> {
        if spare.0.is_empty() {
            self.refill(spare);
        }
        let number = spare.0.pop()?;
        let slot = self.slot(number).expect("slots that are given out exist");
        Some(Pid::new(number, slot.generation()))
    }

    #[cold]
    fn refill(&self, spare: &mut Spare) {
        let mut free = self.free.lock();
        while spare.0.len() < BATCH {
            if let Some(number) = free.slots.pop() {
                spare.0.push(number);
                continue;
            }
            if free.fresh == free.end {
                break;
            }
            self.make_chunk(free.fresh);
            spare.0.push(free.fresh);
            free.fresh += 1;
        }
        spare.0.reverse();
    }

    fn make_chunk(&self, number: u32) {
        let chunk = &self.chunks[number as usize / CHUNK];
        if chunk.load(Relaxed).is_null() {
            let slots: Box<[Slot]> = (0..CHUNK).map(|_| Slot::new()).collect();
            let slots: Box<[Slot; CHUNK]> = slots
                .try_into()
                .unwrap_or_else(|_| unreachable!("it has this length"));
            chunk.store(Box::into_raw(slots), Release);
        }
    }

    /// The slot of an actor, for itself.
    pub fn own(&self, pid: Pid) -> Own {
        self.of(pid).map_or(Own::NONE, |slot| Own(slot))
    }

    /// Makes the actor known under its pid.
    pub fn settle(&self, pid: Pid, process: *mut Process, mailbox_type: u32) {
        if let Ok(slot) = self.of(pid) {
            slot.mailbox_type.store(mailbox_type, Relaxed);
            slot.process.store(process, Release);
        }
    }

    /// Whether the actor has not ended.
    pub fn is_alive(&self, pid: Pid) -> bool {
        self.of(pid)
            .is_ok_and(|slot| slot.generation() == pid.generation())
    }

    /// Says what messages an actor takes, unless that is known. Only the actor itself does this.
    pub fn know_type(&self, pid: Pid, mailbox_type: u32) {
        if let Ok(slot) = self.of(pid)
            && slot.mailbox_type.load(Relaxed) == NO_TYPE
        {
            slot.mailbox_type.store(mailbox_type, Relaxed);
        }
    }

    /// The actor may have a name from now on.
    pub fn set_named(&self, pid: Pid) {
        if let Ok(slot) = self.of(pid) {
            slot.named.store(true, SeqCst);
            fence(SeqCst);
        }
    }

    /// Whether the actor may have a name.
    pub fn is_named(&self, pid: Pid) -> bool {
        self.of(pid).is_ok_and(|slot| slot.named.load(Relaxed))
    }

    /// As [`Slots::is_named`], for an actor that has ended.
    pub fn take_named(&self, pid: Pid) -> bool {
        fence(SeqCst);
        self.of(pid)
            .is_ok_and(|slot| slot.named.load(SeqCst) && slot.named.swap(false, SeqCst))
    }

    /// The actor has ended: from now on its pid leads nowhere. Gives what has arrived, the newest first.
    pub fn end(&self, pid: Pid, spare: &mut Spare) -> *mut Entry {
        let Ok(slot) = self.of(pid) else {
            return std::ptr::null_mut();
        };
        slot.process.store(std::ptr::null_mut(), Relaxed);
        slot.mailbox_type.store(NO_TYPE, Relaxed);
        let next = u64::from(pid.generation().wrapping_add(1)) << GENERATION_SHIFT;
        let all = slot.inbox.swap(next, AcqRel);
        // A slot whose generations are used up is not used again.
        if next != 0 {
            self.give(pid.slot(), spare);
        }
        std::ptr::with_exposed_provenance_mut((all & ADDRESS) as usize)
    }

    fn give(&self, number: u32, spare: &mut Spare) {
        spare.0.push(number);
        if spare.0.len() >= 4 * BATCH {
            let rest = spare.0.split_off(2 * BATCH);
            self.free.lock().slots.extend(rest);
        }
    }

    /// The actors there are, in order of their slots.
    pub fn all(&self) -> Vec<Pid> {
        let fresh = self.free.lock().fresh;
        let living = |number| {
            let slot = self.slot(number)?;
            let generation = slot.generation();
            let is_there = !slot.process.load(Acquire).is_null();
            is_there.then(|| Pid::new(number, generation))
        };
        (1..fresh).filter_map(living).collect()
    }

    /// The actor of a pid.
    ///
    /// # Safety
    /// No scheduler runs.
    pub unsafe fn process(&self, pid: Pid) -> Option<*mut Process> {
        let process = self.of(pid).ok()?.process.load(Acquire);
        (!process.is_null()).then_some(process)
    }
}

impl Default for Slots {
    fn default() -> Slots {
        Slots::new(MOST)
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        for chunk in &self.chunks {
            let chunk = chunk.load(Relaxed);
            if !chunk.is_null() {
                // SAFETY: `make_chunk` has made it, and nobody uses the table any more.
                drop(unsafe { Box::from_raw(chunk) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Own, Slots, Spare};
    use crate::actor::Pid;
    use crate::actor::entry::{Content, Entry};
    use crate::actor::process::Process;
    use crate::fixture::{Fixture, ty};
    use crate::heap::Heap;
    use std::mem::ManuallyDrop;
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering::SeqCst;

    const SENDERS: u64 = 3;
    const EACH: u64 = 20_000;

    /// A heap whose memory stays: what one has made is opened by another.
    fn heap() -> ManuallyDrop<Heap> {
        ManuallyDrop::new(Fixture::new().heap)
    }

    /// An address that stands for an actor: nobody looks at it.
    fn actor() -> *mut Process {
        std::ptr::dangling_mut()
    }

    fn send(slots: &Slots, heap: &mut Heap, to: Pid, number: u64) -> Option<bool> {
        let entry = Entry::new(heap, Content::Message(ty::INT, number));
        // SAFETY: the entry is new, and still ours when the actor is gone.
        unsafe {
            let pushed = slots
                .of(to)
                .and_then(|slot| slot.push(to.generation(), entry));
            match pushed {
                Ok(woken) => Some(woken.is_some()),
                Err(_) => {
                    Entry::open(heap, entry);
                    None
                }
            }
        }
    }

    fn own<R>(slots: &Slots, pid: Pid, act: unsafe fn(Own, u16) -> R) -> R {
        // SAFETY: the table is there.
        unsafe { act(slots.own(pid), pid.generation()) }
    }

    fn open_all(heap: &mut Heap, mut newest: *mut Entry) -> Vec<u64> {
        let mut numbers = Vec::new();
        while !newest.is_null() {
            // SAFETY: whoever has taken entries owns them.
            let content = unsafe {
                let entry = newest;
                newest = (*entry).next;
                Entry::open(heap, entry)
            };
            match content {
                Content::Message(_, number) => numbers.push(number),
                other => panic!("not sent: {other:?}"),
            }
        }
        numbers.reverse();
        numbers
    }

    /// Several threads send to one actor, which waits again and again: nothing is lost, the order of each sender is kept, and each wait ends by exactly one wake.
    #[test]
    fn messages_arrive_once_in_order_and_wake_once() {
        let slots = Slots::new(MOST);
        let pid = slots.take(&mut Spare::default()).expect("there is room");
        slots.settle(pid, actor(), 0);
        let wakes = AtomicU64::new(0);
        let (mut counted, mut waits) = (0, 0);
        std::thread::scope(|scope| {
            for sender in 0..SENDERS {
                let (slots, wakes) = (&slots, &wakes);
                scope.spawn(move || {
                    let mut heap = heap();
                    for number in 0..EACH {
                        if send(slots, &mut heap, pid, sender * EACH + number) == Some(true) {
                            wakes.fetch_add(1, SeqCst);
                        }
                    }
                });
            }
            let mut heap = heap();
            let mut next = [0; SENDERS as usize];
            while counted < SENDERS * EACH {
                for number in open_all(&mut heap, own(&slots, pid, Own::take_all)) {
                    let sender = (number / EACH) as usize;
                    assert_eq!(number % EACH, next[sender]);
                    next[sender] += 1;
                    counted += 1;
                }
                if counted < SENDERS * EACH && own(&slots, pid, Own::wait) {
                    waits += 1;
                    while wakes.load(SeqCst) < waits {
                        std::hint::spin_loop();
                    }
                    assert_eq!(wakes.load(SeqCst), waits);
                }
            }
        });
        assert_eq!((counted, wakes.load(SeqCst)), (SENDERS * EACH, waits));
    }

    /// An actor ends while others send: what was accepted is in what the end gives, all else is refused; the next actor in the slot gets none of it.
    #[test]
    fn nothing_reaches_an_actor_that_has_ended_or_its_successor() {
        for round in 0..200 {
            let slots = Slots::new(MOST);
            let mut spare = Spare::default();
            let pid = slots.take(&mut spare).expect("there is room");
            slots.settle(pid, actor(), 0);
            let (accepted, late, after) = std::thread::scope(|scope| {
                let senders: Vec<_> = (0..2)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut heap = heap();
                            (0..50)
                                .filter(|number| send(&slots, &mut heap, pid, *number).is_some())
                                .count()
                        })
                    })
                    .collect();
                for _ in 0..round {
                    std::hint::spin_loop();
                }
                let mut heap = heap();
                let late = open_all(&mut heap, slots.end(pid, &mut spare)).len();
                let next = slots.take(&mut spare).expect("there is room");
                assert_eq!((next.slot(), next == pid), (pid.slot(), false));
                slots.settle(next, actor(), 0);
                let accepted: usize = senders
                    .into_iter()
                    .map(|sender| sender.join().expect("no panic"))
                    .sum();
                assert!(!slots.is_alive(pid) && slots.is_alive(next));
                (
                    accepted,
                    late,
                    open_all(&mut heap, own(&slots, next, Own::take_all)).len(),
                )
            });
            assert_eq!((accepted, after), (late, 0));
        }
    }

    #[test]
    fn a_slot_whose_generations_are_used_up_is_not_used_again() {
        let slots = Slots::new(MOST);
        let mut spare = Spare::default();
        let first = slots.take(&mut spare).expect("there is room");
        let mut pid = first;
        for generation in 1..=u16::MAX {
            assert_eq!((pid.slot(), pid.generation()), (first.slot(), generation));
            slots.settle(pid, actor(), 0);
            assert!(slots.end(pid, &mut spare).is_null());
            pid = slots.take(&mut spare).expect("there is room");
        }
        assert_ne!(pid.slot(), first.slot());
        assert!(!slots.is_alive(first));
    }

    #[test]
    fn made_up_pids_lead_nowhere() {
        let slots = Slots::new(MOST);
        let mut heap = heap();
        for word in [0, 5, u64::MAX, 1 << 24 | 0xff_ffff, 1 << 40 | 1 << 24 | 1] {
            let pid = Pid::from_word(word);
            assert!(!slots.is_alive(pid));
            assert_eq!(send(&slots, &mut heap, pid, 1), None);
        }
        assert_eq!(heap.live(), 0);
    }
}
