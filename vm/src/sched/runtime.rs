//! What all schedulers of one program share. A value, not a global: two of them can live in one process.

use super::Timer;
use super::blocking::Seat;
use super::census::Census;
use super::idle::Idle;
use super::queue::{Queue, Ready, Shared};
use super::stop::{Signals, Stop};
use super::threads::Threads;
use super::ticker::{self, Limits, Ticking};
use super::wheel::Wheel;
use crate::actor::entry::Content;
use crate::actor::log::Reports;
use crate::actor::slots::{Slots, Woken};
use crate::actor::{Pid, Process, Reason};
use crate::heap::{Counters, Depot, Heap};
use crate::interp::{Program, Vm};
use crate::platform::Platform;
use crate::remote::Remote;
use crate::world::World;
use crossbeam_deque::Injector;
use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize};
use std::thread::JoinHandle;
use std::time::Instant;

/// The first reference; smaller numbers are statuses where C functions give either.
const FIRST_REFERENCE: u64 = 256;

/// How far a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It runs.
    Running = 0,
    /// Its end has begun: actors that are left are asked to end.
    Closing = 1,
    /// It is over: schedulers stop where they are.
    Over = 2,
}

/// What has come of a program's `main`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Main {
    /// It has not ended.
    Runs = 0,
    /// It has ended.
    HasEnded = 1,
    /// It has crashed.
    HasFailed = 2,
}

/// What has come of a program's `main`, and how the program is to end.
#[derive(Default)]
pub struct Outlook {
    /// Why `main` has ended, once it has.
    pub main: Option<Reason>,
    /// The exit code that the program has asked for.
    pub exit: Option<i32>,
    /// Whether its time was up.
    pub timed_out: bool,
}

/// What all schedulers of a program share.
pub struct Runtime {
    /// The program.
    pub program: Arc<Program>,
    /// The outside.
    pub world: Arc<World>,
    /// Most bytes that the stacks of an actor may take.
    pub max_stack: usize,
    /// When the program is ended if it still runs.
    pub deadline: Option<Instant>,
    /// The actors.
    pub slots: Slots,
    /// The actor that runs `main`.
    pub main: OnceMain,
    /// The first reference that nobody has.
    pub references: AtomicU64,
    /// Timers, by scheduler.
    pub wheels: Box<[Mutex<Wheel<Timer>>]>,
    /// What is known of the end.
    pub outlook: Mutex<Outlook>,
    pub(super) shares: Box<[Shared]>,
    pub(super) injector: Injector<Ready>,
    pub(super) idle: Idle,
    pub(super) limits: Limits,
    pub(super) seats: Box<[Seat]>,
    pub(super) threads: Threads,
    pub(super) stop: Stop,
    /// Whether it listens to the process's signals.
    pub signals: Signals,
    /// Addresses of the actors whose threads have lost their schedulers, and have not come back.
    pub(super) blocked: Mutex<FxHashSet<usize>>,
    /// Whether the ticker has anything to tick for.
    pub(super) ticking: Ticking,
    /// What connects the program with others.
    pub(super) remote: RwLock<Option<Arc<dyn Remote>>>,
    /// How often that has changed.
    pub(super) cluster_changes: AtomicUsize,
    names: RwLock<FxHashMap<Arc<str>, Pid>>,
    pub(super) census: Census,
    /// Whether there has been a second actor.
    has_several: AtomicBool,
    /// Whether [`Outlook::main`] is known, and what it is: who only wants to know that takes no lock.
    main_is: AtomicU8,
    phase: AtomicU8,
    /// What operators are told, and how.
    pub reports: Reports,
    /// The least level that is written.
    pub(crate) log_level: AtomicU8,
    /// Where it goes.
    errors: Mutex<Box<dyn Write + Send>>,
    /// Where it goes instead when the program has chosen a file.
    log_file: Mutex<Option<File>>,
    /// Where entries of mailboxes go that were freed by others than have made them.
    depot: Arc<Depot>,
    /// Machines that no scheduler needs now.
    machines: Mutex<Vec<Spared>>,
    /// The tick at which what has not ended by itself is given up.
    close_at: AtomicU64,
    /// The tick until which actors that were told may take to end.
    stop_by: AtomicU64,
    ticker: Mutex<Option<JoinHandle<()>>>,
}

/// A machine that nobody uses.
struct Spared(Box<Vm>);

// SAFETY: a machine is used by one thread at a time, and keeps nothing of the thread.
unsafe impl Send for Spared {}

/// The pid of `main`, known once it is started.
#[derive(Default)]
pub struct OnceMain(AtomicU64);

impl OnceMain {
    /// Sets it.
    pub fn set(&self, pid: Pid) {
        self.0.store(pid.word(), Release);
    }

    /// It.
    pub fn get(&self) -> Pid {
        Pid::from_word(self.0.load(Acquire))
    }

    /// Whether an actor is the one.
    pub fn is(&self, pid: Pid) -> bool {
        self.0.load(Acquire) == pid.word()
    }
}

/// What a runtime is made of.
pub struct Parts {
    /// The program.
    pub program: Arc<Program>,
    /// The outside.
    pub world: Arc<World>,
    /// Most bytes that the stacks of an actor may take.
    pub max_stack: usize,
    /// When the program is ended if it still runs.
    pub deadline: Option<Instant>,
    /// Most actors at once.
    pub max_processes: u32,
    /// Whether to listen to the process's signals.
    pub signals: Signals,
    /// What operators are told, and how.
    pub reports: Reports,
    /// Where it goes.
    pub errors: Box<dyn Write + Send>,
}

impl Runtime {
    /// A runtime for schedulers with these queues.
    pub fn new(parts: Parts, queues: &[Queue]) -> Runtime {
        let count = queues.len();
        Runtime {
            program: parts.program,
            world: parts.world,
            max_stack: parts.max_stack,
            deadline: parts.deadline,
            slots: Slots::new(parts.max_processes),
            main: OnceMain::default(),
            references: AtomicU64::new(FIRST_REFERENCE),
            wheels: (0..count)
                .map(|number| Mutex::new(Wheel::new(number as u8)))
                .collect(),
            outlook: Mutex::default(),
            shares: queues.iter().map(Queue::shared).collect(),
            injector: Injector::new(),
            idle: Idle::new(count),
            limits: Limits::new(count),
            seats: (0..count).map(|_| Seat::default()).collect(),
            threads: Threads::default(),
            stop: Stop::default(),
            signals: parts.signals,
            blocked: Mutex::default(),
            ticking: Ticking::default(),
            remote: RwLock::default(),
            cluster_changes: AtomicUsize::new(0),
            names: RwLock::default(),
            census: Census::new(count),
            has_several: AtomicBool::new(false),
            main_is: AtomicU8::new(Main::Runs as u8),
            phase: AtomicU8::new(Phase::Running as u8),
            reports: parts.reports,
            log_level: AtomicU8::new(parts.reports.level as u8),
            log_file: Mutex::default(),
            errors: Mutex::new(parts.errors),
            depot: Arc::default(),
            machines: Mutex::default(),
            close_at: AtomicU64::new(u64::MAX),
            stop_by: AtomicU64::new(u64::MAX),
            ticker: Mutex::default(),
        }
    }

    /// Clocks, seeds and choices.
    pub fn platform(&self) -> &Platform {
        &self.world.platform
    }

    /// How far the program is.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Acquire) {
            0 => Phase::Running,
            1 => Phase::Closing,
            _ => Phase::Over,
        }
    }

    /// The program goes on to a later phase.
    pub(super) fn enter(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Release);
        if phase == Phase::Over {
            self.idle.wake_all();
            self.ticking.begin();
            self.announce_end();
        }
    }

    /// The program ends at once, with this exit code.
    pub fn exit(&self, code: i32) {
        self.outlook.lock().exit.get_or_insert(code);
        self.enter(Phase::Over);
    }

    /// What has come of `main`.
    #[inline]
    pub(super) fn main_is(&self) -> Main {
        match self.main_is.load(SeqCst) {
            0 => Main::Runs,
            1 => Main::HasEnded,
            _ => Main::HasFailed,
        }
    }

    /// Makes a new actor known under its pid; it is to be made to run. It is counted in this row.
    pub(super) fn admit(
        self: &Arc<Self>,
        mut process: Process,
        mailbox_type: u32,
        row: usize,
    ) -> Woken {
        let pid = process.pid;
        process.own = self.slots.own(pid);
        let process = Box::into_raw(Box::new(process));
        self.slots.settle(pid, process, mailbox_type);
        self.census.started(row);
        if !self.has_several.load(Relaxed) {
            self.look_for_second();
        }
        Woken(process)
    }

    /// The second actor makes a ticker necessary.
    #[cold]
    fn look_for_second(self: &Arc<Self>) {
        if self.census.count() > 1 && !self.has_several.swap(true, Relaxed) {
            self.need_ticker();
        }
    }

    /// From now on there is a ticker.
    pub(super) fn need_ticker(self: &Arc<Self>) {
        let mut ticker = self.ticker.lock();
        if ticker.is_none() {
            // Without a ticker compiled code is not stopped, which is better than not to run.
            *ticker = ticker::start(self).ok();
            drop(ticker);
            self.listen();
            self.ticking.begin();
        }
    }

    /// The ticker has ended, or is about to.
    pub(super) fn join_ticker(&self) {
        if let Some(ticker) = self.ticker.lock().take() {
            let _ = ticker.join();
        }
    }

    /// A machine for an actor to park on, or to run others meanwhile.
    pub(super) fn machine(&self) -> Box<Vm> {
        if let Some(Spared(vm)) = self.machines.lock().pop() {
            return vm;
        }
        let mut vm = Box::new(Vm::new(Arc::clone(&self.program), Arc::clone(&self.world)));
        vm.ctx.heap.share_blocks(Arc::clone(&self.depot));
        vm
    }

    /// Settles what the heaps of machines without a scheduler have left, and adds up what they have counted.
    pub(super) fn settle_machines(&self, counters: &mut Counters) {
        for Spared(vm) in &mut *self.machines.lock() {
            vm.ctx.heap.settle_all();
            counters.add(&vm.ctx.heap.counters);
        }
    }

    /// Keeps a machine. None is ever given back to the system while the program runs, since the ticker may know it.
    pub(super) fn retire(&self, vm: Box<Vm>) {
        self.machines.lock().push(Spared(vm));
    }

    /// Whether there are other schedulers.
    pub(super) fn has_company(&self) -> bool {
        self.shares.len() > 1
    }

    /// Until a tick the actors that were told that the program is to stop may take to end.
    pub(super) fn stop_by(&self, tick: u64) {
        self.stop_by.fetch_min(tick, Relaxed);
    }

    /// The tick of [`Runtime::stop_by`].
    pub(super) fn stop_tick(&self) -> Option<u64> {
        let tick = self.stop_by.load(Relaxed);
        (tick != u64::MAX && self.phase() == Phase::Running).then_some(tick)
    }

    /// What has not ended by itself at a tick is given up.
    pub(super) fn close_at(&self, tick: u64) {
        self.close_at.fetch_min(tick, Relaxed);
    }

    /// The tick of [`Runtime::close_at`].
    pub(super) fn closing_tick(&self) -> Option<u64> {
        let tick = self.close_at.load(Relaxed);
        (tick != u64::MAX).then_some(tick)
    }

    /// An actor is no more. It is counted in this row.
    pub(crate) fn actor_ended(&self, pid: Pid, reason: &Reason, row: usize) {
        if self.main.is(pid) {
            self.outlook.lock().main = Some(reason.clone());
            let is = match reason {
                Reason::Crash(_) => Main::HasFailed,
                _ => Main::HasEnded,
            };
            // Before the census: of `main` and the last of the others, whichever ends later sees that nobody is left.
            self.main_is.store(is as u8, SeqCst);
        }
        self.census.ended(row);
    }

    /// Gives an actor a name; false when the name is taken or the actor has ended.
    pub fn register(&self, name: &str, pid: Pid) -> bool {
        let mut names = self.names.write();
        if let Some(&holder) = names.get(name)
            && self.slots.is_alive(holder)
        {
            return false;
        }
        // In this order: an actor that ends meanwhile is seen to have ended here, or sees that it has a name.
        self.slots.set_named(pid);
        if !self.slots.is_alive(pid) {
            return false;
        }
        names.insert(name.into(), pid);
        true
    }

    /// Takes a name away; whether there was one.
    pub fn unregister(&self, name: &str) -> bool {
        let holder = self.names.write().remove(name);
        holder.is_some_and(|pid| self.slots.is_alive(pid))
    }

    /// The actor of a name.
    pub fn whereis(&self, name: &str) -> Option<Pid> {
        let pid = self.names.read().get(name).copied();
        pid.filter(|&pid| self.slots.is_alive(pid))
    }

    /// The names that lead to an actor.
    pub fn names_of(&self, pid: Pid) -> Vec<Arc<str>> {
        if !self.slots.is_named(pid) {
            return Vec::new();
        }
        let names = self.names.read();
        let own = names.iter().filter(|&(_, &holder)| holder == pid);
        own.map(|(name, _)| Arc::clone(name)).collect()
    }

    /// An actor has ended: it has no names.
    pub fn forget_names(&self, pid: Pid) {
        if self.slots.take_named(pid) {
            self.names.write().retain(|_, &mut holder| holder != pid);
        }
    }

    /// Writes what operators are told.
    pub fn report(&self, text: &str) {
        let mut file = self.log_file.lock();
        // That it cannot be written cannot be reported anywhere.
        let _ = match &mut *file {
            Some(file) => file.write_all(text.as_bytes()),
            None => self.errors.lock().write_all(text.as_bytes()),
        };
    }

    /// Lets it go to a file from now on, or where it went in the beginning.
    pub fn report_to(&self, file: Option<File>) {
        *self.log_file.lock() = file;
    }

    /// Gives up the messages of all timers.
    pub(super) fn clear_timers(&self, heap: &mut Heap) {
        for wheel in &self.wheels {
            for timer in wheel.lock().clear() {
                if let Timer::Send { ty, word, .. } = timer {
                    // SAFETY: the timer owned the message.
                    unsafe { Content::Message(ty, word).discard(heap) };
                }
            }
        }
    }
}
