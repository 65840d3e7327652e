//! The loop of a scheduler's thread: takes a ready actor, runs it for a slice, and sees what came of it.

use super::idle::Rest;
use super::queue::Ready;
use super::runtime::{Phase, Runtime};
use super::{Scheduler, close, stop};
use crate::actor::ending::{Then, release};
use crate::actor::entry::{Answer, Content, discard_all, hand_over_some};
use crate::actor::process::{LastWords, Process, Wait};
use crate::actor::{Place, Reason};
use crate::ctx::{Fate, ParkedFor};
use crate::interp::{Crash, Frames, Outcome, Trace, Vm};
use crate::remote::Passed;
use crate::value::build;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Instant;

/// Every how many turns a scheduler looks at its timers, and at what came from outside.
const LOOK_AROUND: u32 = 32;
/// Time that a slice takes in a seeded run.
const TURN_NANOS: u64 = 10_000;
/// Dead cells that are taken apart at the end of a slice of an actor whose memory is bounded.
const SETTLED: usize = 4096;
/// Messages of an actor that pile up: with more of them it does not stand behind those that have used up their slices, or what these send would be taken in ever later.
const BACKLOG: usize = 256;
/// Machines that are kept for actors that will park.
const MOST_SPARE: usize = 16;

/// A scheduler's thread: its scheduler, and the machine that runs code.
pub struct Worker {
    pub(super) runtime: Arc<Runtime>,
    /// Its scheduler; another thread's when `has_scheduler` is false.
    pub(super) scheduler: ManuallyDrop<Box<Scheduler>>,
    has_scheduler: bool,
    /// The machine that runs what has no machine of its own. Its heap is the scheduler's, and moves to whichever machine runs.
    pub(super) vm: Box<Vm>,
    #[allow(
        clippy::vec_box,
        reason = "compiled code knows machines by their address"
    )]
    spare: Vec<Box<Vm>>,
    /// Where the frames of the next actor go; none while some are on it.
    stage: Option<Box<Frames>>,
    /// The actor that runs, or null when its turn is over already.
    current: *mut Process,
    /// An actor that was taken out of the queue and has not had its turn.
    held: Option<Ready>,
    turns: u32,
}

/// The life of a thread that has taken a scheduler over.
pub fn run(runtime: Arc<Runtime>, scheduler: Box<Scheduler>) -> Worker {
    let mut worker = Worker::new(runtime, scheduler);
    worker.work();
    worker
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(runtime: Arc<Runtime>, scheduler: Box<Scheduler>) -> Worker {
        Worker {
            vm: runtime.machine(),
            runtime,
            scheduler: ManuallyDrop::new(scheduler),
            has_scheduler: true,
            spare: Vec::new(),
            stage: None,
            current: std::ptr::null_mut(),
            held: None,
            turns: 0,
        }
    }

    /// Runs actors until the program is over, or another thread has the scheduler.
    pub fn work(&mut self) {
        while self.has_scheduler && self.runtime.phase() != Phase::Over {
            match self.held.take().or_else(|| self.next()) {
                Some(ready) => {
                    self.turn(ready);
                    self.send_soon();
                }
                None => self.rest(),
            }
        }
    }

    fn next(&mut self) -> Option<Ready> {
        self.turns = self.turns.wrapping_add(1);
        let number = self.scheduler.number;
        let is_called = self.runtime.idle.attend(number);
        if is_called || self.turns.is_multiple_of(LOOK_AROUND) {
            self.look_around();
        }
        if is_called {
            self.look_outside();
        }
        let scheduler = &mut **self.scheduler;
        let platform = &self.runtime.world.platform;
        if platform.is_seeded() {
            return scheduler.queue.pick(|count| platform.choose(count));
        }
        if is_called && let Some(ready) = scheduler.queue.pop_oldest() {
            return Some(ready);
        }
        scheduler.queue.pop().or_else(|| self.injected())
    }

    /// An actor that belongs to no scheduler.
    fn injected(&self) -> Option<Ready> {
        let injected = std::iter::repeat_with(|| self.runtime.injector.steal());
        let injected = injected.take_while(|steal| !steal.is_empty());
        injected.filter_map(|steal| steal.success()).next()
    }

    fn look_around(&mut self) {
        self.scheduler.fire_timers(&mut self.vm.ctx.heap);
        self.vm.ctx.heap.shed();
        // Those that come from elsewhere have their turn also while there is always something to do here.
        if let Some(Ready(process)) = self.injected() {
            self.scheduler.queue.push_woken(process);
        }
        stop::look_after_stop(self);
        let runtime = &self.runtime;
        if runtime.deadline.is_some_and(|end| Instant::now() >= end) {
            runtime.outlook.lock().timed_out = true;
            runtime.enter(Phase::Over);
        }
        if runtime
            .closing_tick()
            .is_some_and(|tick| runtime.platform().now() >= tick)
        {
            runtime.enter(Phase::Over);
        }
    }

    /// Finds work elsewhere, or sleeps.
    fn rest(&mut self) {
        self.scheduler.demand.is_met();
        self.look_around();
        self.send_now();
        if self.take_in() || self.scheduler.has_unsent() {
            return;
        }
        self.vm.ctx.heap.settle_some();
        if self.vm.ctx.heap.has_pending() {
            return;
        }
        if !self.scheduler.queue.is_empty() {
            return;
        }
        let (runtime, number) = (Arc::clone(&self.runtime), self.scheduler.number);
        if let Some(ready) = self.steal() {
            self.turn(ready);
            return self.send_soon();
        }
        let remote = self.scheduler.remote();
        // Who waits for what arrives does so at once: the system wakes sooner who has slept than who has used its time to look around.
        let is_outlook = remote.is_some() && runtime.idle.wants_outlook();
        let demand = &mut self.scheduler.demand;
        if runtime.has_company() && !is_outlook && demand.is_worth_search() {
            let found = runtime.search(number);
            demand.has_searched(found);
            if found {
                return;
            }
        }
        let start = Instant::now();
        let rest = runtime.sleep(number, remote);
        self.scheduler.demand.has_slept(start.elapsed());
        if rest == Rest::Quiet {
            close::nothing_happens(self);
        }
    }

    fn steal(&mut self) -> Option<Ready> {
        let scheduler = &mut *self.scheduler;
        let shares = &scheduler.runtime.shares;
        let others = (1..shares.len()).map(|step| (scheduler.number + step) % shares.len());
        let mut others = others.into_iter();
        others.find_map(|other| scheduler.queue.steal(&shares[other]))
    }

    /// Runs an actor for a slice.
    fn turn(&mut self, ready: Ready) {
        // SAFETY: whoever takes an actor out of a queue owns it.
        let mut process = unsafe { Box::from_raw(ready.0) };
        // SAFETY: it is ours.
        unsafe {
            self.scheduler
                .drain(&mut self.vm.ctx.heap, &raw mut *process)
        };
        if process.is_heap_due() {
            self.measure(&mut process);
        }
        if process.ending.is_some() {
            return self.leave(process);
        }
        if process.has_last_words() {
            return self.say(process);
        }
        if !process.is_ready() {
            if process.code.machine.is_none() {
                self.take_off_stage(&mut process);
            }
            return self.wait(process);
        }
        self.runtime.platform().pass(TURN_NANOS);
        let outcome = self.enter(Box::into_raw(process));
        self.came_out(outcome);
        self.vm.ctx.heap.settle_some();
    }

    /// Lets the actor's code go on.
    fn enter(&mut self, raw: *mut Process) -> Outcome {
        // SAFETY: the actor is ours, and nobody uses another reference to it.
        let process = unsafe { &mut *raw };
        if let Some(vm) = process.code.machine.take() {
            self.change_machine(vm);
            self.occupy(process);
            // SAFETY: the machine was parked, and the frames are where they were.
            let outcome = unsafe { self.vm.go_on() };
            self.vacate(&outcome);
            return outcome;
        }
        if process.code.frames.is_none() {
            self.put_on_stage(process);
        }
        let frames = process.code.frames.as_deref_mut();
        let frames: *mut Frames = frames.expect("frames were just put on a stack");
        self.occupy(process);
        let (fuel, worker) = (self.vm.next_fuel(), &raw mut *self);
        // SAFETY: the frames are the actor's, and stay where they are. The worker waits; `next` runs on its thread, unless the code was parked, and is not called then.
        let outcome = unsafe {
            let vm = &raw mut *(*worker).vm;
            Vm::resume_all(vm, frames, fuel, || (*worker).next_in_place())
        };
        self.vacate(&outcome);
        outcome
    }

    /// Measures what an actor holds that does not run, and ends it if that is more than its bound. What is parked in compiled code is measured when it waits.
    #[cold]
    fn measure(&mut self, process: &mut Process) {
        if process.code.machine.is_some() {
            return;
        }
        let mut meter = process.meter();
        if process.code.is_packed() {
            self.put_on_stage(process);
        }
        if let Some(frames) = &process.code.frames {
            self.vm.measure(frames, &mut meter);
        }
        process.settle_bound(&self.vm.ctx.heap, meter);
    }

    /// Puts the packed frames of an actor on a stack.
    #[inline]
    fn put_on_stage(&mut self, process: &mut Process) {
        let frames = self.stage.take();
        let mut frames = frames.unwrap_or_else(|| self.vm.free_frames());
        self.vm.unpack(&mut process.code.packed, &mut frames);
        process.code.frames = Some(frames);
    }

    /// Takes the frames of an actor that waits off their stack, unless they are large.
    #[inline]
    fn take_off_stage(&mut self, process: &mut Process) -> bool {
        let code = &mut process.code;
        match code.frames.take() {
            Some(frames) if self.vm.pack(&frames, &mut code.packed) => {
                self.stage = frames.kept();
                true
            }
            frames => {
                code.frames = frames;
                false
            }
        }
    }

    /// The running actor waits: lets the next one take its place, whose frames are where its own were, and gives the fuel for it. None when
    /// something else is to be done first.
    fn next_in_place(&mut self) -> Option<i64> {
        // SAFETY: the running actor is ours until it waits, and whoever takes an actor out of a queue owns it.
        unsafe {
            if !self.ends_turn() {
                return None;
            }
            let ready = self.next_at_once()?;
            let process = &mut *ready.0;
            let heap = &mut self.vm.ctx.heap;
            self.scheduler.drain(heap, process);
            if !process.is_ready() || process.ending.is_some() || !process.code.is_packed() {
                self.held = Some(ready);
                return None;
            }
            self.put_on_stage(process);
            self.take_place(process);
            Some(self.vm.next_fuel())
        }
    }

    /// Ends the turn of the running actor, which waits; false when it goes on, or its turn has to be ended on the thread's own stack.
    ///
    /// # Safety
    /// There is one.
    unsafe fn ends_turn(&mut self) -> bool {
        // SAFETY: by contract.
        unsafe {
            let process = &mut *self.current;
            if process.heap_bound().is_some()
                || process.wait == Wait::Reading
                || !process
                    .code
                    .frames
                    .as_deref()
                    .is_some_and(Frames::are_small)
                || !self.take_off_stage(process)
            {
                return false;
            }
            let ctx = &mut self.vm.ctx;
            ctx.heap.settle_some();
            process.random = ctx.random.take();
            let waits = process.own.wait(process.pid.generation());
            if waits {
                self.current = std::ptr::null_mut();
            }
            waits
        }
    }

    /// The next actor, if no time has to be spent on anything else before.
    fn next_at_once(&mut self) -> Option<Ready> {
        let runtime = &self.runtime;
        let is_time = (self.turns + 1).is_multiple_of(LOOK_AROUND)
            || runtime.wants_attention(self.scheduler.number)
            || runtime.phase() == Phase::Over
            || runtime.platform().is_seeded();
        if is_time || self.scheduler.has_to_send() {
            return None;
        }
        self.turns += 1;
        self.scheduler.queue.pop()
    }

    /// The machine is that of the actor.
    fn occupy(&mut self, process: &mut Process) {
        self.take_place(process);
        let ctx = &mut self.vm.ctx;
        ctx.place.scheduler = &raw mut **self.scheduler;
        let limits = &self.scheduler.runtime.limits;
        limits.set(self.scheduler.number, &raw const ctx.native.limit);
    }

    #[inline]
    fn take_place(&mut self, process: &mut Process) {
        process.slices += 1;
        let ctx = &mut self.vm.ctx;
        if let Some(bound) = process.heap_bound() {
            bound.begin(&ctx.heap);
        }
        ctx.random = process.random;
        ctx.place.process = &raw mut *process;
        self.current = &raw mut *process;
    }

    fn vacate(&mut self, outcome: &Outcome) {
        self.has_scheduler = !matches!(outcome, Outcome::Parked(ParkedFor::Scheduler));
        let ctx = &mut self.vm.ctx;
        // SAFETY: an actor whose turn is not over is ours.
        if let Some(process) = unsafe { self.current.as_mut() } {
            process.random = ctx.random.take();
            if let Some(bound) = process.heap_bound() {
                // What it has given up is its own affair: others' slices should not be credited with it.
                ctx.heap.settle(SETTLED);
                bound.note(&ctx.heap);
            }
        }
        ctx.place = Place::NOWHERE;
        if self.has_scheduler {
            let number = self.scheduler.number;
            self.runtime.limits.set(number, std::ptr::null());
        }
    }

    /// From now on another machine runs, with the scheduler's heap.
    fn change_machine(&mut self, mut vm: Box<Vm>) {
        std::mem::swap(&mut vm.ctx.heap, &mut self.vm.ctx.heap);
        let before = std::mem::replace(&mut self.vm, vm);
        if self.spare.len() < MOST_SPARE {
            self.spare.push(before);
        } else {
            self.runtime.retire(before);
        }
    }

    /// Takes the machine away from the scheduler, which gets another one.
    fn give_machine_away(&mut self) -> Box<Vm> {
        let runtime = &self.runtime;
        let mut vm = self.spare.pop().unwrap_or_else(|| runtime.machine());
        std::mem::swap(&mut vm.ctx.heap, &mut self.vm.ctx.heap);
        std::mem::replace(&mut self.vm, vm)
    }

    /// What came of a slice.
    fn came_out(&mut self, outcome: Outcome) {
        let current = std::mem::replace(&mut self.current, std::ptr::null_mut());
        if current.is_null() {
            return;
        }
        // SAFETY: the turn of the actor is not over, so it is ours.
        let mut process = unsafe { Box::from_raw(current) };
        match outcome {
            Outcome::Yielded => self.again(process),
            Outcome::Waiting if process.is_heap_due() || process.wait == Wait::Reading => {
                self.again(process);
            }
            Outcome::Waiting => {
                self.take_off_stage(&mut process);
                self.wait(process);
            }
            Outcome::Parked(ParkedFor::Scheduler) => self.hand_in(process),
            Outcome::Parked(reason) => {
                process.code.machine = Some(self.give_machine_away());
                match reason {
                    ParkedFor::Turn => self.again(process),
                    ParkedFor::Waking if process.wait == Wait::Reading => self.again(process),
                    _ => self.wait(process),
                }
            }
            Outcome::Done(words) => {
                if process.answers.is_some() {
                    return self.answer(process, words);
                }
                self.drop_results(&process, words);
                self.end(process, Reason::Normal);
            }
            Outcome::Crashed(crash) => self.crashed(process, crash),
            Outcome::Exit(code) => {
                self.runtime.exit(code);
                self.end_at_once(process);
            }
        }
    }

    /// The thread has come back from a call and has no scheduler any more: what it ran goes on elsewhere, with the machine and its heap.
    fn hand_in(&mut self, mut process: Box<Process>) {
        self.vm.ctx.heap.settle_all();
        let vm = std::mem::replace(&mut self.vm, self.runtime.machine());
        process.code.machine = Some(vm);
        self.runtime.hand_in(Box::into_raw(process));
    }

    /// The actor has used up its slice.
    fn again(&mut self, process: Box<Process>) {
        if process.held > 0 {
            return self.hold(process);
        }
        let scheduler = &mut self.scheduler;
        match process.mailbox.len() > BACKLOG {
            true => scheduler.queue.push_behind(Box::into_raw(process)),
            false => scheduler.queue.push_used(Box::into_raw(process)),
        }
        scheduler.share_work();
    }

    /// The actor has sent more than a connection takes: it goes on when there is room.
    #[cold]
    fn hold(&mut self, mut process: Box<Process>) {
        if process.code.machine.is_none() {
            self.take_off_stage(&mut process);
        }
        self.wait(process);
    }

    /// The actor waits, unless something has arrived.
    fn wait(&mut self, mut process: Box<Process>) {
        loop {
            let (own, generation) = (process.own, process.pid.generation());
            let raw = Box::into_raw(process);
            // SAFETY: the table is there; nobody else has the actor unless it waits.
            unsafe {
                if own.wait(generation) {
                    return;
                }
                self.scheduler.drain(&mut self.vm.ctx.heap, raw);
                process = Box::from_raw(raw);
            }
            if process.is_ready() {
                self.scheduler.queue.push_woken(Box::into_raw(process));
                return;
            }
        }
    }

    /// What the code of a finished actor returned is the answer to a call.
    fn answer(&mut self, mut process: Box<Process>, words: [u64; 3]) {
        if let Some(frames) = process.code.frames.take() {
            self.stage = frames.kept();
        }
        if let Some(awaited) = &mut process.answers {
            let ctx = &mut self.vm.ctx;
            let elem = ctx.types().info(awaited.ty).elem;
            // SAFETY: the function has returned a value of the type, which is owned.
            let word = unsafe { build::element(&mut ctx.heap, elem, &words) };
            awaited.result = Some(LastWords::new(word));
        }
        self.say(process);
    }

    /// Hands over the result of a finished actor; of one that is large, a part, before others have their turn.
    fn say(&mut self, mut process: Box<Process>) {
        let heap = &mut self.vm.ctx.heap;
        let Some(mut awaited) = process.answers.take() else {
            return self.end(process, Reason::Normal);
        };
        let Some(result) = &mut awaited.result else {
            return self.end(process, Reason::Normal);
        };
        let (to, ty) = (awaited.to, awaited.ty);
        let answer = Answer {
            ty,
            word: result.word,
            reference: awaited.reference,
            unwatched: false,
        };
        let content = Content::Answer(answer);
        if to.is_local() {
            // SAFETY: the result is owned, and nobody uses it.
            if unsafe { hand_over_some(heap, &mut result.handing, ty, result.word) } {
                self.scheduler.deliver(heap, to, content);
                return self.end(process, Reason::Normal);
            }
            process.answers = Some(awaited);
            return self.again(process);
        }
        // As from the actor, so that its end does not overtake what it gives.
        let (from, departing) = (Some(process.pid), &mut result.departing);
        let sent = (self.scheduler).send_away_in_turns(heap, from, to, content, departing);
        match sent {
            Ok(Passed::More) => {
                process.answers = Some(awaited);
                self.again(process);
            }
            Ok(Passed::On | Passed::Held) => self.end(process, Reason::Normal),
            Err(why) => {
                process.blame(why);
                let reason = process.ending.take().unwrap_or(Reason::Normal);
                self.end_told(process, reason, Trace::default());
            }
        }
    }

    /// Gives up what the code of a finished actor returned.
    fn drop_results(&mut self, process: &Process, words: [u64; 3]) {
        let Some(frames) = &process.code.frames else {
            return;
        };
        let results = &self.runtime.program.module.func(frames.function()).results;
        // SAFETY: the function has returned these results, which are owned.
        unsafe { self.vm.ctx.heap.drop_slots(results, words.as_ptr()) };
    }

    fn crashed(&mut self, mut process: Box<Process>, crash: Crash) {
        if let Some(reason) = process.ending.take() {
            return self.end_told(process, reason, crash.trace);
        }
        self.runtime.report_crash(&process, &crash);
        self.end(process, Reason::Crash(crash.reason.into()));
    }

    /// Ends an actor that was told to end while it did not run.
    fn leave(&mut self, mut process: Box<Process>) {
        let trace = self.give_up_code(&mut process);
        let reason = process.ending.take().unwrap_or(Reason::Killed);
        self.end_told(process, reason, trace);
    }

    /// Ends an actor that was told to, in code that was there.
    fn end_told(&mut self, process: Box<Process>, reason: Reason, trace: Trace) {
        if process.is_blamed {
            let reason = reason.text().to_owned();
            self.runtime
                .report_crash(&process, &Crash { reason, trace });
        }
        self.end(process, reason);
    }

    /// Leaves the frames of an actor that does not run; says where they were.
    fn give_up_code(&mut self, process: &mut Process) -> Trace {
        if let Some(vm) = process.code.machine.take() {
            return self.leave_machine(vm);
        }
        if process.code.is_packed() {
            self.put_on_stage(process);
        }
        match process.code.frames.take() {
            Some(mut frames) => {
                let trace = self.vm.kill(&mut frames);
                self.stage = frames.kept();
                trace
            }
            None => Trace::default(),
        }
    }

    /// Lets parked code leave.
    fn leave_machine(&mut self, vm: Box<Vm>) -> Trace {
        self.change_machine(vm);
        self.vm.ctx.fate = Fate::Leave;
        // SAFETY: the machine was parked, and the frames are where they were.
        let outcome = unsafe { self.vm.go_on() };
        self.vm.ctx.fate = Fate::GoOn;
        match outcome {
            Outcome::Crashed(crash) => crash.trace,
            outcome => unreachable!("killed code leaves, but here: {outcome:?}"),
        }
    }

    /// An actor's code is over.
    fn end(&mut self, mut process: Box<Process>, reason: Reason) {
        if let Some(frames) = process.code.frames.take() {
            self.stage = frames.kept();
        }
        process.wait = Wait::Nothing;
        process.held = 0;
        match self.scheduler.end(&mut self.vm.ctx.heap, process, reason) {
            Then::Terminate(process) => {
                self.scheduler.queue.push_woken(Box::into_raw(process));
            }
            Then::Gone => close::actor_ended(self),
        }
    }

    /// Whether no other thread has taken its scheduler.
    pub(super) fn has_scheduler(&self) -> bool {
        self.has_scheduler
    }

    /// Gives its spare machines to the runtime.
    pub(super) fn retire_spares(&mut self) {
        self.spare.drain(..).for_each(|vm| self.runtime.retire(vm));
    }

    /// Ends an actor when the program is over: nobody is told.
    pub(super) fn end_at_once(&mut self, mut process: Box<Process>) {
        self.give_up_code(&mut process);
        let heap = &mut self.vm.ctx.heap;
        release(heap, &mut process);
        let late = self
            .runtime
            .slots
            .end(process.pid, &mut self.scheduler.spare);
        // SAFETY: entries that were taken out are nobody else's.
        unsafe { discard_all(heap, late) };
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.has_scheduler {
            // SAFETY: it is this thread's, and not used any more.
            unsafe { ManuallyDrop::drop(&mut self.scheduler) }
        }
    }
}
