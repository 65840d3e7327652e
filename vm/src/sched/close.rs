//! The end of a program.
//!
//! It ends when `main` has returned and nothing can happen any more: then the actors that are left are asked to end, which gives their `terminate` blocks their turn; after five
//! seconds, or when it is told to end at once, all that is left is given up where it is.

use super::queue::Queue;
use super::runtime::{Main, Outlook, Parts, Phase, Runtime};
use super::stop::Hope;
use super::worker::Worker;
use crate::actor::entry::Signal;
use crate::actor::process::{Origin, Process};
use crate::actor::slots::NO_TYPE;
use crate::actor::{Pid, Reason};
use crate::heap::Counters;
use crate::interp::Packed;
use crate::run::Prepare;
use snow_bytecode::module::FuncId;
use std::sync::Arc;
use std::time::Duration;

/// How long actors may take to end when the program ends.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// Reason of the crash of a `main` that nothing can wake any more.
const DEADLOCK: &str = "deadlock: main waits, and nothing is left that could wake it";

/// What is left of a program.
pub struct Ended {
    /// How `main` ended, and how the program was to end.
    pub outlook: Outlook,
    /// What all heaps have counted.
    pub counters: Counters,
}

/// Runs a function without parameters as the program's `main`, until the program is over.
pub fn run_program(
    parts: Parts,
    main: FuncId,
    schedulers: usize,
    prepare: Option<Prepare>,
) -> Ended {
    let queues: Vec<Queue> = (0..schedulers.max(1)).map(|_| Queue::new()).collect();
    let runtime = Arc::new(Runtime::new(parts, &queues));
    // A world belongs to one run of one program.
    let _ = runtime.world.runtime.set(Arc::downgrade(&runtime));
    runtime.keep_for_later(queues);
    if let Some(Err(reason)) = prepare.map(|prepare| prepare(&runtime)) {
        runtime.report(&format!("error: {reason}\n"));
        runtime.exit(1);
    }
    // Not on this thread: it must be able to end the program while that one blocks.
    if let Err(error) = runtime.start_scheduler(move |worker| start_main(worker, main)) {
        runtime.report(&format!("error: cannot start a thread: {error}\n"));
        runtime.exit(1);
    }
    let workers = runtime.await_threads();
    clean_up(&runtime, workers)
}

fn start_main(worker: &mut Worker, main: FuncId) {
    let scheduler = &mut *worker.scheduler;
    let runtime = Arc::clone(&scheduler.runtime);
    let pid = runtime
        .slots
        .take(&mut scheduler.spare)
        .expect("there are no actors yet");
    let name = &runtime.program.module.func(main).name;
    // SAFETY: the function has no parameters (contract of `run_program`).
    let code = unsafe { Packed::call(&runtime.program, main, &[], runtime.max_stack) };
    let process = Process::new(code, Origin::new(pid, name, None));
    runtime.main.set(pid);
    scheduler.start(process, NO_TYPE);
}

/// An actor has ended: is it the program's end?
#[inline]
pub(super) fn actor_ended(worker: &mut Worker) {
    let main = worker.runtime.main_is();
    if main != Main::Runs {
        actor_ended_after(worker, main);
    }
}

/// As [`actor_ended`], when `main` has ended.
fn actor_ended_after(worker: &mut Worker, main: Main) {
    let runtime = Arc::clone(&worker.runtime);
    let has_failed = main == Main::HasFailed;
    // Other nodes may start actors on one that has none.
    let may_go_on = runtime.phase() == Phase::Running && !has_failed && runtime.is_node();
    if runtime.census.count() == 0 && !may_go_on {
        return runtime.enter(Phase::Over);
    }
    if has_failed && runtime.phase() == Phase::Running {
        close(worker);
    }
}

/// Nothing can happen any more, and all other schedulers sleep.
pub(super) fn nothing_happens(worker: &mut Worker) {
    let runtime = Arc::clone(&worker.runtime);
    let main_has_ended = runtime.main_is() != Main::Runs;
    match runtime.phase() {
        Phase::Running if main_has_ended => close(worker),
        Phase::Running if runtime.has_listeners(|hope| hope == Hope::Waits) => {}
        Phase::Running => runtime.deadlock(worker),
        // What does not end by itself is given up.
        Phase::Closing | Phase::Over => runtime.enter(Phase::Over),
    }
}

/// Asks all actors to end.
pub(super) fn close(worker: &mut Worker) {
    let runtime = Arc::clone(&worker.runtime);
    runtime.enter(Phase::Closing);
    let deadline = runtime.platform().deadline(GRACE.as_millis() as u64);
    runtime.close_at(deadline);
    for pid in runtime.slots.all() {
        worker.tell(pid, Signal::End(Reason::Shutdown));
    }
    if runtime.census.count() == 0 {
        runtime.enter(Phase::Over);
    }
}

impl Worker {
    pub(super) fn tell(&mut self, pid: Pid, signal: Signal) {
        self.scheduler
            .deliver_signal(&mut self.vm.ctx.heap, pid, signal);
    }
}

impl Runtime {
    fn deadlock(&self, worker: &mut Worker) {
        let main = self.main.get();
        worker.tell(main, Signal::End(Reason::Crash(DEADLOCK.into())));
    }
}

/// Gives up all that is left.
fn clean_up(runtime: &Arc<Runtime>, mut workers: Vec<Worker>) -> Ended {
    runtime.leave_cluster();
    runtime.join_ticker();
    let mut counters = Counters::default();
    if let Some(worker) = workers.iter_mut().find(|worker| worker.has_scheduler()) {
        for pid in runtime.slots.all() {
            // SAFETY: no scheduler runs any more; an actor in the table is nobody else's then, unless a thread blocks.
            unsafe {
                if let Some(process) = runtime.slots.process(pid)
                    && !runtime.is_blocked(process)
                {
                    worker.end_at_once(Box::from_raw(process));
                }
            }
        }
        runtime.clear_timers(&mut worker.vm.ctx.heap);
    }
    for worker in &mut workers {
        worker.vm.ctx.heap.settle_all();
    }
    // Again, for what one has given up may have been on the others' lists.
    for worker in &mut workers {
        worker.vm.ctx.heap.settle_all();
        counters.add(&worker.vm.ctx.heap.counters);
        worker.retire_spares();
    }
    runtime.settle_machines(&mut counters);
    let outlook = std::mem::take(&mut *runtime.outlook.lock());
    runtime.discard(workers);
    Ended { outlook, counters }
}
