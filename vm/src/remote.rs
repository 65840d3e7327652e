//! Other nodes, as far as the runtime knows of them: pids whose upper bits are not 0 are theirs, and what is sent to those goes to whatever has been
//! [joined](crate::sched::Runtime::join_cluster).

use crate::actor::Pid;
use crate::actor::entry::Content;
use crate::heap::Heap;
use snow_bytecode::types::TypeId;
use std::any::Any;
use std::fmt::Debug;

/// A program's connections with others.
pub trait Remote: Send + Sync {
    /// Passes something on to an actor of another node. It stays the caller's, who gives it up then.
    fn forward(&self, heap: &mut Heap, to: Pid, content: &Content) -> Result<(), Undelivered>;

    /// The program is over, or leaves the cluster: nothing is delivered to its actors any more when this returns.
    fn leave(&self);

    /// The object itself, for the library.
    fn as_any(&self) -> &dyn Any;
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

/// A value that has come from another node and is read when it is known of which type it should be.
pub trait Parcel: Send + Debug {
    /// The value, owned, in element form; none if what has come is no value of the type.
    fn open(&self, heap: &mut Heap, ty: TypeId) -> Option<u64>;

    /// Whether who answers was monitored for this call, and has ended that.
    fn is_unwatched(&self) -> bool;
}
