//! Sleeping when there is nothing to do, waking when there is, and noticing that nothing can happen any more.
//!
//! Work comes from running actors, from timers, and from outside (see [`Idle::outside`]). So when all schedulers sleep, no timer is set that anybody waits for, and nothing
//! is expected from outside, nothing can happen any more. The last scheduler to fall asleep sees that, since all fall asleep under one lock.

use super::runtime::{Phase, Runtime};
use super::stop::Hope;
use crate::remote::Remote;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize, fence};
use std::time::{Duration, Instant};

/// How long a scheduler without work looks for some before it sleeps.
const SEARCH: Duration = Duration::from_micros(50);

/// The sleepers of a runtime.
pub struct Idle {
    asleep: Mutex<Asleep>,
    wake: Condvar,
    pub(super) sleeping: AtomicUsize,
    searching: AtomicUsize,
    /// Whether somebody was woken who is not up yet.
    waking: AtomicBool,
    /// Things that will make an actor run without any scheduler's doing: native calls on other threads, and what listens to the system.
    pub outside: AtomicUsize,
    /// By scheduler: whether it should look around, also while its queue is empty.
    attention: Box<[AtomicBool]>,
    /// How often anybody has looked whether something has arrived from other nodes.
    pub(super) looks: AtomicUsize,
    /// How often, when the ticker has asked last.
    looks_seen: AtomicUsize,
}

#[derive(Default)]
struct Asleep {
    count: usize,
    started: usize,
    /// Where one of them waits for what arrives from other nodes.
    outlook: Option<Arc<dyn Remote>>,
}

/// Why a scheduler has woken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// There may be work.
    Over,
    /// Nothing can happen any more; it is the only one that is told, and all others sleep.
    Quiet,
}

impl Idle {
    /// For so many schedulers, none of which sleeps.
    pub fn new(count: usize) -> Idle {
        Idle {
            asleep: Mutex::default(),
            wake: Condvar::new(),
            sleeping: AtomicUsize::new(0),
            searching: AtomicUsize::new(0),
            waking: AtomicBool::new(false),
            outside: AtomicUsize::new(0),
            attention: (0..count).map(|_| AtomicBool::new(false)).collect(),
            looks: AtomicUsize::new(0),
            looks_seen: AtomicUsize::new(0),
        }
    }

    /// Another scheduler has a thread now.
    pub(super) fn started(&self) {
        self.asleep.lock().started += 1;
    }

    /// It has none after all.
    pub(super) fn not_started(&self) {
        self.asleep.lock().started -= 1;
    }

    /// Wakes all sleepers.
    pub fn wake_all(&self) {
        let asleep = self.asleep.lock();
        self.wake.notify_all();
        asleep.outlook.iter().for_each(|remote| remote.rouse());
    }

    /// Wakes a sleeper, if there is one.
    pub fn wake_one(&self) {
        self.wake_of(&self.asleep.lock());
    }

    /// Who waits for what arrives is woken last: it would have to be replaced.
    fn wake_of(&self, asleep: &Asleep) {
        if !self.wake.notify_one() {
            asleep.outlook.iter().for_each(|remote| remote.rouse());
        }
    }

    /// Whether nobody waits for what arrives from other nodes.
    pub(super) fn wants_outlook(&self) -> bool {
        self.asleep.lock().outlook.is_none()
    }

    /// When nobody looks whether something arrives, since who did has something long to do, a sleeper takes its place.
    pub(super) fn see_to_looking(&self) {
        let looks = self.looks.load(Relaxed);
        if looks == 0 || self.looks_seen.swap(looks, Relaxed) != looks {
            return;
        }
        let asleep = self.asleep.lock();
        if asleep.count > 0 && asleep.outlook.is_none() {
            self.wake.notify_one();
        }
    }

    /// Wakes a sleeper, unless one is about to get up.
    fn wake_another(&self) {
        if self.waking.swap(true, SeqCst) {
            return;
        }
        let asleep = self.asleep.lock();
        if asleep.count == 0 {
            self.waking.store(false, SeqCst);
        } else {
            self.wake_of(&asleep);
        }
    }

    /// All schedulers should look around.
    pub(super) fn call_attention(&self) {
        for attention in &self.attention {
            attention.store(true, Relaxed);
        }
    }

    /// A scheduler begins to look around.
    pub(super) fn attend(&self, number: usize) -> bool {
        let attention = &self.attention[number];
        attention.load(Relaxed) && attention.swap(false, Relaxed)
    }
}

impl Runtime {
    /// Whether a scheduler should look around.
    pub fn wants_attention(&self, number: usize) -> bool {
        self.idle.attention[number].load(Relaxed)
    }

    /// Whether there is a scheduler that could take work and is not about to.
    #[inline]
    pub(super) fn could_help(&self) -> bool {
        let idle = &self.idle;
        let count = idle.sleeping.load(Relaxed) + self.unstarted();
        count > 0 && idle.searching.load(Relaxed) == 0
    }

    /// Wakes a scheduler that takes work, or starts one.
    #[cold]
    pub(super) fn call_help(self: &Arc<Self>) {
        if self.idle.sleeping.load(SeqCst) > 0 {
            return self.idle.wake_another();
        }
        // Without another thread those that are there do all of the work.
        let _ = self.start_scheduler(|_| ());
    }

    /// Looks for work for a while; whether there is some.
    pub(super) fn search(&self, number: usize) -> bool {
        self.idle.searching.fetch_add(1, SeqCst);
        let end = Instant::now() + SEARCH;
        let found = loop {
            if self.has_work_for(number) {
                break true;
            }
            if Instant::now() >= end {
                break false;
            }
            for _ in 0..32 {
                std::hint::spin_loop();
            }
        };
        self.idle.searching.fetch_sub(1, SeqCst);
        found
    }

    /// Whether there is something that a scheduler without work can take.
    fn has_work_for(&self, number: usize) -> bool {
        let others = self.shares.iter().enumerate();
        !self.injector.is_empty()
            || self.phase() == Phase::Over
            || self.has_stop_news()
            || others
                .into_iter()
                .any(|(other, share)| other != number && !share.is_empty())
    }

    /// Sleeps until there may be work.
    pub(super) fn sleep(&self, number: usize, remote: Option<Arc<dyn Remote>>) -> Rest {
        let mut asleep = self.idle.asleep.lock();
        asleep.count += 1;
        self.idle.sleeping.fetch_add(1, SeqCst);
        // Whoever adds work from now on sees the sleeper; what was there before is seen here.
        fence(SeqCst);
        let has_arrivals = remote.as_ref().is_some_and(|remote| remote.has_arrivals());
        let rest = if self.has_work_for(number) || has_arrivals {
            Rest::Over
        } else if asleep.count == asleep.started && self.is_quiet() {
            Rest::Quiet
        } else {
            let next = self.wheels[number].lock().next_deadline();
            let next = next
                .into_iter()
                .chain(self.closing_tick())
                .chain(self.stop_tick())
                .min();
            let until = [
                next.and_then(|tick| self.platform().instant(tick)),
                self.deadline,
            ]
            .into_iter()
            .flatten()
            .min();
            if asleep.count == asleep.started {
                self.ticking.pause();
            }
            if next.is_some_and(|tick| self.platform().skip_to(tick)) {
                self.wake_up(&mut asleep);
                return Rest::Over;
            }
            match (remote, until) {
                (Some(remote), _) if asleep.outlook.is_none() => {
                    self.look_out(&mut asleep, remote, until);
                }
                (_, Some(until)) => drop(self.idle.wake.wait_until(&mut asleep, until)),
                (_, None) => self.idle.wake.wait(&mut asleep),
            }
            Rest::Over
        };
        self.wake_up(&mut asleep);
        rest
    }

    /// Sleeps until something arrives from another node.
    fn look_out(
        &self,
        asleep: &mut MutexGuard<'_, Asleep>,
        remote: Arc<dyn Remote>,
        until: Option<Instant>,
    ) {
        asleep.outlook = Some(Arc::clone(&remote));
        self.idle.looks.fetch_add(1, Relaxed);
        MutexGuard::unlocked(asleep, || remote.rest(until));
        asleep.outlook = None;
    }

    fn wake_up(&self, asleep: &mut Asleep) {
        if asleep.count == asleep.started {
            self.ticking.begin();
        }
        self.idle.waking.store(false, SeqCst);
        self.idle.sleeping.fetch_sub(1, SeqCst);
        asleep.count -= 1;
    }

    /// Whether nothing can happen any more, once all schedulers sleep.
    fn is_quiet(&self) -> bool {
        let awaited = |wheel: &super::wheel::Wheel<super::Timer>| {
            wheel
                .all()
                .any(|timer| self.slots.is_alive(timer.receiver()))
        };
        self.idle.outside.load(SeqCst) == 0
            && (self.stop_tick().is_some()
                || self.phase() != Phase::Running
                || !self.has_listeners(|hope| hope == Hope::Waits))
            && !self.wheels.iter().any(|wheel| awaited(&wheel.lock()))
    }
}
