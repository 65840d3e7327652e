//! Other nodes, as far as the runtime knows of them: pids whose upper bits are not 0 are theirs, and what is sent to those goes to whatever has been
//! [joined](crate::sched::Runtime::join_cluster).

use crate::actor::Pid;
use crate::actor::entry::Content;
use crate::heap::Heap;
use crate::sched::visitor::Host;
use snow_bytecode::types::TypeId;
use std::any::Any;
use std::fmt::Debug;
use std::time::Instant;

/// A program's connections with others. Schedulers read and write them, see [`crate::sched::cluster`].
pub trait Remote: Send + Sync {
    /// Passes something on to an actor of another node, to be written at the next [`Remote::flush`]. It stays the caller's, who gives it up unless [`Passed::More`] is to be passed on. `from` is the
    /// running actor that sends it; none if that must not be held.
    fn forward(
        &self,
        from: Option<Pid>,
        to: Pid,
        content: &Content,
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered>;

    /// Writes what was passed on, as far as the system takes it; what it does not take is written when it takes more. Whether it should be called again, after others had their turn.
    fn flush(&self, host: &mut dyn Host) -> bool;

    /// Asks the system what has arrived, without waiting; whether there is anything to be taken in.
    fn look(&self) -> bool;

    /// Whether there is anything to be taken in, as far as is known.
    fn has_arrivals(&self) -> bool;

    /// Takes in some of what is known to have arrived; whether there was anything.
    fn take_in(&self, host: &mut dyn Host) -> bool;

    /// Waits until something arrives, [`Remote::rouse`] is called, or an instant.
    fn rest(&self, until: Option<Instant>);

    /// Whoever [rests](Remote::rest) gets up; if nobody does, the next one to rest does at once.
    fn rouse(&self);

    /// The program is over, or leaves the cluster: nothing is delivered to its actors any more when this returns.
    fn leave(&self);

    /// The object itself, for the library.
    fn as_any(&self) -> &dyn Any;
}

/// What has come of passing something on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is on its way.
    On,
    /// It is, but too much waits before it: the sender is held until it gets [`Content::Room`].
    Held,
    /// It is large, and only a part of it was passed on: the same is to be passed on again, unchanged, with the same [`Departing`], when others have had their turn.
    More,
}

/// How far something was passed on of which there is more. It owns nothing of a heap: whoever does not go on forgets it.
#[derive(Default)]
pub struct Departing(Option<Box<dyn Any + Send>>);

impl Departing {
    /// Whether nothing is under way.
    pub fn is_over(&self) -> bool {
        self.0.is_none()
    }

    /// Nothing is under way any more.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    /// Keeps what is needed to go on.
    pub fn keep(&mut self, state: Box<dyn Any + Send>) {
        self.0 = Some(state);
    }

    /// What is needed to go on, if something is under way.
    pub fn take<T: Any>(&mut self) -> Option<Box<T>> {
        self.0.take()?.downcast().ok()
    }
}

/// Why something was not passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The node is not connected.
    NoConnection,
    /// The actor has ended, or what is asked of it is not known elsewhere.
    NoProc,
    /// The value cannot leave its node.
    Unsendable(String),
}

/// A large message that has come from another node. Its receiver reads it, in its own slices, when it looks for messages.
pub trait Letter: Send + Debug {
    /// Reads on for a while.
    fn read(&mut self, heap: &mut Heap) -> Reading;

    /// Gives up what was read so far.
    fn give_up(&mut self, heap: &mut Heap);
}

/// How far a letter or a parcel was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not to the end.
    More,
    /// All of it: its type, and the value in element form, owned.
    Done(TypeId, u64),
    /// It is no value of the type that is needed.
    Unfit,
}

/// A value that has come from another node and is read when it is known of which type it should be.
pub trait Parcel: Send + Debug {
    /// Reads on for a while in the value, as one of a type.
    fn open(&mut self, heap: &mut Heap, ty: TypeId) -> Reading;

    /// Gives up what was read so far.
    fn give_up(&mut self, heap: &mut Heap);

    /// Whether who answers was monitored for this call, and has ended that.
    fn is_unwatched(&self) -> bool;
}
