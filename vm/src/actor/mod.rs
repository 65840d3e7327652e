//! Actors: their identity, mailboxes, links and monitors, and how they end. How they are scheduled is said in [`crate::sched`]; `docs/actors.md` describes both.
//!
//! - [`pid`], [`slots`]: an actor's identity, and the table through which others reach its mailbox;
//! - [`entry`], [`mailbox`]: what is sent, and the queue of one actor;
//! - [`limits`]: bounds of mailboxes; [`bound`]: of memory;
//! - [`process`]: all that belongs to one actor;
//! - [`signals`]: what happens when signals arrive;
//! - [`ending`]: what happens when an actor ends;
//! - [`log`]: what operators are told; [`report`]: what the runtime tells by itself;
//! - [`ops`]: what running code asks for: the bodies of the natives of `Process`, `Timer` and their like.

pub mod bound;
pub mod calls;
pub mod ending;
pub mod entry;
#[cfg(test)]
mod inbox_model;
pub mod info;
pub mod limits;
pub mod locals;
pub mod log;
pub mod mailbox;
pub mod ops;
pub mod pid;
pub mod process;
pub mod reason;
pub mod receive;
pub mod report;
pub mod signals;
pub mod slots;

pub use pid::Pid;
pub use process::Process;
pub use reason::Reason;

use crate::sched::Scheduler;

/// The actor that code runs for, and the scheduler that runs it. Null where there is none: in a machine that is used by itself.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The actor.
    pub process: *mut Process,
    /// The scheduler.
    pub scheduler: *mut Scheduler,
}

impl Place {
    /// No actor.
    pub const NOWHERE: Place = Place {
        process: std::ptr::null_mut(),
        scheduler: std::ptr::null_mut(),
    };

    /// Whether the scheduler has others to run, or the actor is held.
    ///
    /// # Safety
    /// The place is that of a running actor, or nowhere.
    pub unsafe fn others_wait(&self) -> bool {
        // SAFETY: by contract; a scheduler outlives what it runs.
        !self.scheduler.is_null()
            && unsafe { (*self.scheduler).has_others() || (*self.process).held > 0 }
    }
}
