//! The bound of an actor's memory: the cells that only it can see, and its mailbox.
//!
//! What an actor holds is measured exactly, by a walk from its frames and its mailbox, but not often: in between cells are only counted as they are allocated and freed, small ones all alike. When
//! the count would take it past the bound, it is measured again. Compiled code that does not wait cannot be measured; it goes by the count alone, with some room.

use super::entry::Content;
use super::process::Process;
use crate::ctx::Ctx;
use crate::heap::{BLOCK_WORDS, Heap, Meter};
use snow_bytecode::types::TypeId;

/// A bound, and what is known of how much is held.
pub struct Bound {
    /// Words that may be held.
    most: u64,
    /// Words held when that was measured.
    base: u64,
    /// Words allocated since, less those freed.
    growth: i64,
    /// The growth at which it is measured again.
    slack: i64,
    /// What the heap's count was when the present slice began.
    mark: i64,
}

/// The part of a bound that it may be exceeded by before it is looked at closely: a walk is as long as what is held.
const PART: u64 = 16;

impl Bound {
    /// A bound of so many bytes; nothing is known yet.
    pub fn new(bytes: u64, heap: &Heap) -> Bound {
        Bound {
            most: bytes / 8,
            base: 0,
            growth: 1,
            slack: 0,
            mark: heap.net_words(),
        }
    }

    /// A slice begins.
    pub fn begin(&mut self, heap: &Heap) {
        self.mark = heap.net_words();
    }

    /// A slice ends, or is looked at.
    pub fn note(&mut self, heap: &Heap) {
        let now = heap.net_words();
        self.growth += now - self.mark;
        self.mark = now;
    }

    /// Something has come from outside, or left.
    pub fn moved(&mut self, words: i64) {
        self.growth += words;
    }

    fn is_due(&self) -> bool {
        self.growth > self.slack
    }

    fn measured(&mut self, words: u64) -> bool {
        self.base = words;
        self.growth = 0;
        self.slack = self.most.saturating_sub(words).max(self.most / PART) as i64;
        words > self.most
    }

    /// Whether the bound is passed for certain, as far as counting can tell.
    fn is_passed(&self) -> bool {
        self.base.saturating_add_signed(self.growth) > self.most + 2 * self.most / PART
    }

    fn reason(&self) -> String {
        format!("the heap is full: {} bytes", self.most * 8)
    }
}

impl Process {
    /// Whether it should be measured before it goes on.
    pub fn is_heap_due(&self) -> bool {
        let bound = self.bounds.as_ref().and_then(|bounds| bounds.heap.as_ref());
        bound.is_some_and(Bound::is_due)
    }

    /// Measures all that it holds besides its frames, which are in the meter already, and ends it if that is too much.
    pub fn settle_bound(&mut self, heap: &Heap, mut meter: Meter) {
        self.measure_values(heap, &mut meter);
        let Some(bound) = self.heap_bound() else {
            return;
        };
        if bound.measured(meter.words()) {
            let reason = bound.reason();
            self.blame(reason);
        }
    }

    /// A meter for it.
    pub fn meter(&self) -> Meter {
        let bound = self.bounds.as_ref().and_then(|bounds| bounds.heap.as_ref());
        Meter::new(bound.map_or(0, |bound| bound.most))
    }

    fn measure_values(&self, heap: &Heap, meter: &mut Meter) {
        self.mailbox
            .each(|content| measure_content(heap, meter, content));
        let mut value = |ty, word| measure_value(heap, meter, ty, word);
        self.calls.each_answer(&mut value);
        self.locals.each(&mut value);
        // SAFETY: the actor owns the closure, if there is one.
        unsafe { heap.measure(meter, self.terminate) };
    }

    /// Something arrives that will be the actor's.
    pub fn count_arrival(&mut self, heap: &Heap, content: &Content) {
        let Some(bound) = self.heap_bound() else {
            return;
        };
        let mut meter = Meter::new(bound.most);
        measure_content(heap, &mut meter, content);
        bound.moved(meter.words() as i64);
    }

    /// The actor gives a value away, with the entry that it is in.
    pub fn count_departure(&mut self, heap: &Heap, ty: TypeId, word: u64) {
        let Some(bound) = self.heap_bound() else {
            return;
        };
        let mut meter = Meter::new(bound.most);
        measure_value(heap, &mut meter, ty, word);
        bound.moved(-((meter.words() as usize + BLOCK_WORDS) as i64));
    }
}

/// Why the running actor has to end, if it has passed its bound: what compiled code is asked at its safe points.
pub fn passed(ctx: &Ctx) -> Option<String> {
    let process = ctx.process().ok()?;
    let bound = process.heap_bound()?;
    bound.note(&ctx.heap);
    bound.is_passed().then(|| bound.reason())
}

fn measure_content(heap: &Heap, meter: &mut Meter, content: &Content) {
    meter.add(BLOCK_WORDS);
    if let Some((ty, word)) = content.value() {
        measure_value(heap, meter, ty, word);
    }
}

fn measure_value(heap: &Heap, meter: &mut Meter, ty: TypeId, word: u64) {
    if heap.types().info(ty).elem.is_ref {
        // SAFETY: whoever has the value keeps it alive.
        unsafe { heap.measure(meter, word) };
    }
}
