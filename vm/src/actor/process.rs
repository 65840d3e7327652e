//! All that belongs to one actor.

use super::calls::Calls;
use super::entry::drop_element;
use super::limits::Bounds;
use super::locals::Locals;
use super::mailbox::Mailbox;
use super::slots::Own;
use super::{Pid, Reason};
use crate::heap::{Heap, Walk};
use crate::interp::{Frames, Packed, Vm};
use crate::remote::Departing;
use crate::sched::wheel::TimerKey;
use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::types::TypeId;
use std::sync::Arc;

/// An actor. Whoever has taken it out of a run queue or has woken it is the only one who uses it.
pub struct Process {
    /// Who it is.
    pub pid: Pid,
    /// Where what is sent to it arrives.
    pub own: Own,
    /// What has arrived and was taken in.
    pub mailbox: Mailbox,
    /// What it waits for.
    pub wait: Wait,
    /// How its present wait ends by itself.
    pub alarm: Alarm,
    /// Its code.
    pub code: Code,
    /// Calls that it has made and not finished.
    pub calls: Calls,
    /// Values that the library keeps for it.
    pub locals: Locals,
    /// Why it is ending, once it is.
    pub ending: Option<Reason>,
    /// Whether that is a crash by the runtime's doing, which is reported as one of its code is.
    pub is_blamed: bool,
    /// Whether its `terminate` block runs: it is over then, for this reason.
    pub terminating: Option<Reason>,
    /// The closure that runs when it ends, or 0.
    pub terminate: u64,
    /// Whether exits of linked actors arrive as messages.
    pub traps_exits: bool,
    /// Actors that it is linked with.
    pub links: FxHashSet<Pid>,
    /// Its monitors of others, by reference.
    pub monitors: FxHashMap<u64, Pid>,
    /// Who monitors it, by reference.
    pub watchers: FxHashMap<u64, Pid>,
    /// What it is called in reports, and who started it.
    pub origin: Arc<Origin>,
    /// What its latest message looked like.
    pub last_message: LastMessage,
    /// State of its random generator.
    pub random: Option<u64>,
    /// Slices that it has had.
    pub slices: u64,
    /// Whether anybody was told that the mailbox is long.
    pub is_long: bool,
    /// Connections with other nodes that have to get room before it goes on.
    pub held: u32,
    /// What bounds it, if anything does.
    pub bounds: Option<Box<Bounds>>,
    /// The call that its result is the answer to.
    pub answers: Option<Box<Awaited>>,
}

/// The reference under which a supervisor watches a child with which it ends, also when that traps exits, if the connection between them does. No monitor has it.
pub const KEEPER: u64 = u64::MAX - 1;

/// A call that waits for the result of an actor.
pub struct Awaited {
    /// Who waits.
    pub to: Pid,
    /// The call.
    pub reference: u64,
    /// Type of the result.
    pub ty: TypeId,
    /// The result, once the actor's code is over.
    pub result: Option<LastWords>,
}

/// What a finished actor has to say: its result in element form, owned, and how far that was handed over.
pub struct LastWords {
    /// The result.
    pub word: u64,
    /// What is left to do of handing it over.
    pub handing: Walk,
    /// What is left to do of passing it on to another node.
    pub departing: Departing,
}

impl LastWords {
    /// A result of which nothing was handed over.
    pub fn new(word: u64) -> LastWords {
        LastWords {
            word,
            handing: Walk::default(),
            departing: Departing::default(),
        }
    }
}

impl Awaited {
    /// Of a result of a type.
    pub fn new(to: Pid, reference: u64, ty: TypeId) -> Awaited {
        Awaited {
            to,
            reference,
            ty,
            result: None,
        }
    }
}

// One that waits for the first time takes this and little else; the allocator's next class has 640 bytes.
const _: () = assert!(size_of::<Process>() <= 512);

/// Where an actor comes from.
pub struct Origin {
    /// Its pid.
    pub pid: Pid,
    /// The function that it runs, `Main.counter`.
    pub name: Box<str>,
    /// Who has started it.
    pub parent: Option<Arc<Origin>>,
}

/// Ancestors that are remembered at most.
const MOST_ANCESTORS: usize = 8;

impl Origin {
    /// The origin of an actor. Only a few ancestors are kept, so that a chain of actors each of which starts the next one takes no memory.
    pub fn new(pid: Pid, name: &str, parent: Option<&Arc<Origin>>) -> Arc<Origin> {
        Arc::new(Origin {
            pid,
            name: name.into(),
            parent: parent.map(|parent| parent.cut(MOST_ANCESTORS)),
        })
    }

    fn cut(self: &Arc<Origin>, depth: usize) -> Arc<Origin> {
        if self.depth() <= depth {
            return Arc::clone(self);
        }
        let parent = self.parent.as_ref().filter(|_| depth > 1);
        Arc::new(Origin {
            pid: self.pid,
            name: self.name.clone(),
            parent: parent.map(|parent| parent.cut(depth - 1)),
        })
    }

    fn depth(&self) -> usize {
        let mut depth = 1;
        let mut origin = self;
        while let Some(parent) = &origin.parent {
            depth += 1;
            origin = parent;
        }
        depth
    }
}

/// The code of an actor.
#[derive(Default)]
pub struct Code {
    /// Its frames without a stack, when it waits or has not begun.
    pub packed: Packed,
    /// Its frames on a stack, otherwise. They stay where they are while a machine is parked, which knows them by their address.
    pub frames: Option<Box<Frames>>,
    /// The machine on whose carrier compiled code of it is parked.
    pub machine: Option<Box<Vm>>,
}

impl Code {
    /// Whether its frames are without a stack, and there are some.
    pub fn is_packed(&self) -> bool {
        self.machine.is_none() && self.frames.is_none() && !self.packed.is_empty()
    }
}

/// What an actor waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: it is to run.
    Nothing,
    /// An entry that its `receive` wants, see [`super::receive`].
    Entry(u64),
    /// The answer to a call.
    Answer(u64),
    /// Only that time passes.
    Time,
    /// Nothing: it reads a letter, and others have their turn meanwhile.
    Reading,
}

/// How a wait ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// It has none.
    Off,
    /// A timer was started.
    Set(TimerKey),
    /// The time is up.
    Rung,
}

/// The variant and the first words of a message, copied when it was received: keeping the message itself would make each update in that turn a copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastMessage {
    /// Its type, plus one; 0 when there was none.
    pub ty: u32,
    /// Which of the words are there.
    pub len: u8,
    /// The tag of its cell.
    pub tag: u8,
    /// Words of the value.
    pub words: [u64; 4],
}

impl Process {
    /// Whether its code is over, and its result is to be handed over.
    pub fn has_last_words(&self) -> bool {
        let awaited = self.answers.as_ref();
        awaited.is_some_and(|awaited| awaited.result.is_some())
    }

    /// Nobody gets its result.
    pub fn answers_nobody(&mut self, heap: &mut Heap) {
        if let Some(awaited) = self.answers.take()
            && let Some(result) = awaited.result
        {
            // SAFETY: the result was owned, and is of the type.
            unsafe { drop_element(heap, awaited.ty, result.word) };
        }
    }

    /// An actor that is about to run this code.
    pub fn new(packed: Packed, origin: Arc<Origin>) -> Process {
        Process {
            pid: origin.pid,
            own: Own::NONE,
            mailbox: Mailbox::new(),
            wait: Wait::Nothing,
            alarm: Alarm::Off,
            code: Code {
                packed,
                ..Code::default()
            },
            calls: Calls::default(),
            locals: Locals::default(),
            ending: None,
            is_blamed: false,
            terminating: None,
            terminate: 0,
            traps_exits: false,
            links: FxHashSet::default(),
            monitors: FxHashMap::default(),
            watchers: FxHashMap::default(),
            origin,
            last_message: LastMessage::default(),
            random: None,
            slices: 0,
            is_long: false,
            held: 0,
            bounds: None,
            answers: None,
        }
    }

    /// How it is, as numbers: messages that wait, links, monitors of others, monitors by others, slices that it has had, messages that were dropped.
    pub fn numbers(&self) -> [u64; 6] {
        [
            self.mailbox.len() as u64,
            self.links.len() as u64,
            self.monitors.len() as u64,
            self.watchers.len() as u64,
            self.slices,
            self.bounds.as_ref().map_or(0, |bounds| bounds.dropped),
        ]
    }

    /// Whether anything that arrives is counted.
    #[inline]
    pub fn is_bounded(&self) -> bool {
        self.bounds.is_some()
    }

    /// It is to end with a crash that its code has not caused by itself.
    pub fn blame(&mut self, reason: String) {
        if self.ending.is_none() && self.terminating.is_none() {
            self.ending = Some(Reason::Crash(reason.into()));
            self.is_blamed = true;
        }
    }

    /// Whether it has a reason to run.
    pub fn is_ready(&mut self) -> bool {
        if self.ending.is_some() {
            return true;
        }
        if self.held > 0 {
            return false;
        }
        if self.alarm == Alarm::Rung {
            return true;
        }
        match self.wait {
            Wait::Nothing | Wait::Reading => true,
            Wait::Entry(wanted) => self.finds_wanted(wanted),
            Wait::Answer(reference) => self.calls.is_over(reference),
            Wait::Time => false,
        }
    }
}
