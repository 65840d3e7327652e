//! The loop of a scheduler's thread: takes a ready actor, runs it for a slice, and sees what came of it.

use super::idle::Rest;
use super::queue::Ready;
use super::runtime::{Phase, Runtime};
use super::{Scheduler, close, stop};
use crate::actor::ending::{Then, release};
use crate::actor::entry::discard_all;
use crate::actor::process::{Process, Wait};
use crate::actor::{Place, Reason};
use crate::ctx::{Fate, ParkedFor};
use crate::interp::{Crash, Frames, Outcome, Trace, Vm};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Instant;

/// Every how many turns a scheduler looks at its timers, and at what came from outside.
const LOOK_AROUND: u32 = 32;
/// Time that a slice takes in a seeded run.
const TURN_NANOS: u64 = 10_000;
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
            turns: 0,
        }
    }

    /// Runs actors until the program is over, or another thread has the scheduler.
    pub fn work(&mut self) {
        while self.has_scheduler && self.runtime.phase() != Phase::Over {
            match self.next() {
                Some(ready) => self.turn(ready),
                None => self.rest(),
            }
        }
    }

    fn next(&mut self) -> Option<Ready> {
        self.turns = self.turns.wrapping_add(1);
        let number = self.scheduler.number;
        if self.turns.is_multiple_of(LOOK_AROUND) || self.runtime.idle.attend(number) {
            self.look_around();
        }
        let scheduler = &mut **self.scheduler;
        let platform = &self.runtime.world.platform;
        if platform.is_seeded() {
            return scheduler.queue.pick(|count| platform.choose(count));
        }
        scheduler.queue.pop().or_else(|| {
            let injected = std::iter::repeat_with(|| scheduler.runtime.injector.steal());
            let injected = injected.take_while(|steal| !steal.is_empty());
            injected.filter_map(|steal| steal.success()).next()
        })
    }

    fn look_around(&mut self) {
        self.scheduler.fire_timers(&mut self.vm.ctx.heap);
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
        self.look_around();
        self.vm.ctx.heap.settle_some();
        if self.vm.ctx.heap.has_pending() {
            return;
        }
        if !self.scheduler.queue.is_empty() {
            return;
        }
        let (runtime, number) = (Arc::clone(&self.runtime), self.scheduler.number);
        if let Some(ready) = self.steal() {
            return self.turn(ready);
        }
        if runtime.has_company() && runtime.search(number) {
            return;
        }
        if runtime.sleep(number) == Rest::Quiet {
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
        if process.ending.is_some() {
            return self.leave(process);
        }
        if !process.is_ready() {
            return self.wait(process);
        }
        process.slices += 1;
        self.runtime.platform().pass(TURN_NANOS);
        let outcome = self.enter(&mut process);
        self.came_out(process, outcome);
        self.vm.ctx.heap.settle_some();
    }

    /// Lets the actor's code go on.
    fn enter(&mut self, process: &mut Process) -> Outcome {
        if let Some(vm) = process.code.machine.take() {
            self.change_machine(vm);
            self.occupy(process);
            // SAFETY: the machine was parked, and the frames are where they were.
            let outcome = unsafe { self.vm.go_on() };
            self.vacate(process, &outcome);
            return outcome;
        }
        let code = &mut process.code;
        let frames = code.frames.take();
        let frames = frames.unwrap_or_else(|| self.vm.unpack(&mut code.packed));
        let frames = code.frames.insert(frames);
        let frames = &raw mut *frames;
        self.occupy(process);
        let fuel = self.vm.next_fuel();
        // SAFETY: the frames are the actor's, and stay where they are.
        let outcome = unsafe { self.vm.resume(&mut *frames, fuel) };
        self.vacate(process, &outcome);
        outcome
    }

    /// The machine is that of the actor.
    fn occupy(&mut self, process: &mut Process) {
        let ctx = &mut self.vm.ctx;
        ctx.place = Place {
            process: &raw mut *process,
            scheduler: &raw mut **self.scheduler,
        };
        ctx.random = process.random;
        let limits = &self.scheduler.runtime.limits;
        limits.set(self.scheduler.number, &raw const ctx.native.limit);
    }

    fn vacate(&mut self, process: &mut Process, outcome: &Outcome) {
        self.has_scheduler = !matches!(outcome, Outcome::Parked(ParkedFor::Scheduler));
        let ctx = &mut self.vm.ctx;
        process.random = ctx.random.take();
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
    fn came_out(&mut self, mut process: Box<Process>, outcome: Outcome) {
        match outcome {
            Outcome::Yielded => self.again(process),
            Outcome::Waiting => {
                let code = &mut process.code;
                code.frames = code
                    .frames
                    .take()
                    .and_then(|frames| self.vm.pack(frames, &mut code.packed));
                self.wait(process);
            }
            Outcome::Parked(ParkedFor::Scheduler) => self.hand_in(process),
            Outcome::Parked(reason) => {
                process.code.machine = Some(self.give_machine_away());
                match reason {
                    ParkedFor::Turn => self.again(process),
                    _ => self.wait(process),
                }
            }
            Outcome::Done(words) => {
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
        let scheduler = &mut self.scheduler;
        scheduler.queue.push_used(Box::into_raw(process));
        scheduler.runtime.share_work(&scheduler.queue);
    }

    /// The actor waits, unless something has arrived.
    fn wait(&mut self, mut process: Box<Process>) {
        loop {
            let (pid, raw) = (process.pid, Box::into_raw(process));
            if self.runtime.slots.wait(pid) {
                return;
            }
            // SAFETY: nobody else has the actor, since it does not wait.
            unsafe {
                self.scheduler.drain(&mut self.vm.ctx.heap, raw);
                process = Box::from_raw(raw);
            }
            if process.is_ready() {
                self.scheduler.queue.push_woken(Box::into_raw(process));
                return;
            }
        }
    }

    /// Gives up what the code of a finished actor returned.
    fn drop_results(&mut self, process: &Process, words: [u64; 3]) {
        let Some(frames) = &process.code.frames else {
            return;
        };
        let func = frames.function();
        let program = Arc::clone(self.vm.program());
        let results = &program.module.func(func).results;
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
        let code = &mut process.code;
        if let Some(vm) = code.machine.take() {
            return self.leave_machine(vm);
        }
        match code.frames.take() {
            Some(frames) => self.kill(frames),
            None if code.packed.is_empty() => Trace::default(),
            None => {
                let frames = self.vm.unpack(&mut code.packed);
                self.kill(frames)
            }
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

    fn kill(&mut self, mut frames: Frames) -> Trace {
        let trace = self.vm.kill(&mut frames);
        self.vm.keep_frames(frames);
        trace
    }

    /// An actor's code is over.
    fn end(&mut self, mut process: Box<Process>, reason: Reason) {
        if let Some(frames) = process.code.frames.take() {
            self.vm.keep_frames(frames);
        }
        process.wait = Wait::Nothing;
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
