//! Values that have arrived: how the other side has described them, and how they are read, at once or when their receiver looks at them.

use crate::facts::Print;
use crate::node::Node;
use crate::outbox::{RECEIVER, SENDER};
use crate::peers::HERE;
use crate::session::Session;
use crate::value::decode::Progress;
use crate::value::structure::Shape;
use crate::value::{Decoder, Misfit, Nodes, Structure};
use crate::wire::Malformed;
use crate::wire::pack::Reader;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::actor::entry::drop_element;
use snow_vm::heap::Heap;
use snow_vm::remote::{Letter, Parcel, Reading};
use std::ops::Range;
use std::sync::Arc;

/// A type that the other side has described.
#[derive(Debug)]
pub(crate) struct Described {
    pub fingerprint: Print,
    pub structure: Structure,
}

impl Described {
    /// How a type of this program was described; none if it is the very one.
    pub fn unless_same(&self, node: &Node, ty: TypeId) -> Option<&Structure> {
        let is_same = node.facts.describe(ty).fingerprint == self.fingerprint;
        (!is_same).then_some(&self.structure)
    }

    /// Whether a type of this program has all variants that this one has; types without variants are not compared.
    pub fn fits_variants(&self, ours: &Type) -> bool {
        match (self.structure.shape(Structure::ROOT), ours) {
            (Shape::Sum(theirs), Type::Sum { variants, .. }) => theirs.iter().all(|theirs| {
                let mut ours = variants.iter();
                ours.any(|ours| *ours.name == *theirs.name)
            }),
            _ => true,
        }
    }
}

/// The numbers here of the nodes that the other side has defined.
#[derive(Debug)]
struct InNodes {
    peer: u32,
    defined: RwLock<FxHashMap<u32, u32>>,
}

/// Reading goes on from whichever thread opens what has come.
#[derive(Clone, Debug)]
pub(crate) struct SharedNodes(Arc<InNodes>);

impl SharedNodes {
    /// Of a connection with the node of this number, on which no node was defined.
    pub fn new(peer: u32) -> SharedNodes {
        let defined = RwLock::default();
        SharedNodes(Arc::new(InNodes { peer, defined }))
    }

    /// What was defined so far, and what will be.
    pub fn defined(&self) -> &RwLock<FxHashMap<u32, u32>> {
        &self.0.defined
    }
}

impl Nodes for SharedNodes {
    fn index_of(&mut self, _node: u32) -> Option<u32> {
        None
    }

    fn node_at(&mut self, index: u32) -> Option<u32> {
        match index {
            SENDER => Some(self.0.peer),
            RECEIVER => Some(HERE),
            other => self.0.defined.read().get(&other).copied(),
        }
    }
}

/// Reads a value that was described, as one of a type of this program.
pub(crate) fn read_value(
    node: &Node,
    heap: &mut Heap,
    nodes: &mut dyn Nodes,
    described: &Described,
    bytes: &[u8],
    ty: TypeId,
) -> Result<u64, Misfit> {
    let structure = described.unless_same(node, ty);
    let atoms = &node.runtime.program.atoms;
    let mut read = Reader::new(bytes);
    let mut decoder = Decoder::new(heap, atoms, nodes, node, structure);
    let word = decoder.element(&mut read, ty)?;
    match read.end() {
        Ok(()) => Ok(word),
        Err(malformed) => {
            // SAFETY: the word is an owned element of the type.
            unsafe { drop_element(heap, ty, word) };
            Err(malformed.into())
        }
    }
}

/// Values that are read at once, about, of what is large.
pub(crate) const STEPS: usize = 4096;

/// A value that has arrived and is read in parts.
pub(crate) struct Unread {
    pub node: Arc<Node>,
    pub nodes: SharedNodes,
    pub described: Arc<Described>,
    /// Bytes that have the value in them.
    pub bytes: Vec<u8>,
    /// Where it is.
    pub value: Range<usize>,
    /// How many of its bytes were read, and as what, once it was begun.
    read: usize,
    ty: Option<TypeId>,
    progress: Progress,
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.value.len())
    }
}

impl Unread {
    /// Of which nothing was read.
    pub fn new(
        node: &Arc<Node>,
        nodes: SharedNodes,
        described: Arc<Described>,
        (bytes, value): (Vec<u8>, Range<usize>),
    ) -> Unread {
        Unread {
            node: Arc::clone(node),
            nodes,
            described,
            bytes,
            value,
            read: 0,
            ty: None,
            progress: Progress::default(),
        }
    }

    /// Reads on in it as a value of a type, for a while: gives the value, owned, in element form, when that was all. After a misfit it is as it was at first.
    fn some(&mut self, heap: &mut Heap, ty: TypeId) -> Result<Option<u64>, Misfit> {
        if self.ty.replace(ty) != Some(ty) {
            self.give_up(heap);
            self.ty = Some(ty);
        }
        let (result, left) = self.with(heap, |decoder, progress, read| {
            let result = decoder.some_steps(progress, read, ty, STEPS);
            (result, read.rest().len())
        });
        self.read = self.value.len() - left;
        match result {
            Ok(Some(word)) if left > 0 => {
                // SAFETY: the word is an owned element of the type.
                unsafe { drop_element(heap, ty, word) };
                self.give_up(heap);
                Err(Malformed("more than a value").into())
            }
            Err(misfit) => {
                self.give_up(heap);
                Err(misfit)
            }
            read => read,
        }
    }

    fn with<R>(
        &mut self,
        heap: &mut Heap,
        act: impl FnOnce(&mut Decoder<'_>, &mut Progress, &mut Reader<'_>) -> R,
    ) -> R {
        let (node, mut nodes) = (&*self.node, self.nodes.clone());
        let structure = self.ty.and_then(|ty| self.described.unless_same(node, ty));
        let atoms = &node.runtime.program.atoms;
        let mut read = Reader::new(&self.bytes[self.value.clone()][self.read..]);
        let mut decoder = Decoder::new(heap, atoms, &mut nodes, node, structure);
        act(&mut decoder, &mut self.progress, &mut read)
    }

    /// Gives up what was read so far.
    fn give_up(&mut self, heap: &mut Heap) {
        self.with(heap, |decoder, progress, _| decoder.give_up_all(progress));
        (self.read, self.ty, self.progress) = (0, None, Progress::default());
    }
}

/// A large message.
pub(crate) struct RemoteLetter {
    pub session: Arc<Session>,
    /// The type of the receiver's mailbox.
    pub ty: TypeId,
    pub unread: Unread,
}

impl std::fmt::Debug for RemoteLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.unread.fmt(f)
    }
}

impl Letter for RemoteLetter {
    fn read(&mut self, heap: &mut Heap) -> Reading {
        match self.unread.some(heap, self.ty) {
            Ok(None) => Reading::More,
            Ok(Some(word)) => Reading::Done(self.ty, word),
            Err(Misfit::Malformed(malformed)) => {
                self.session.close(&malformed.to_string());
                Reading::Unfit
            }
            Err(misfit) => {
                reject(&self.unread.node, &self.session, &misfit.to_string());
                Reading::Unfit
            }
        }
    }

    fn give_up(&mut self, heap: &mut Heap) {
        self.unread.give_up(heap);
    }
}

/// The answer to a call, which is read when it is taken, by the type that is expected then.
#[derive(Debug)]
pub(crate) struct RemoteParcel {
    pub unread: Unread,
    pub unwatched: bool,
}

impl Parcel for RemoteParcel {
    fn open(&mut self, heap: &mut Heap, ty: TypeId) -> Reading {
        match self.unread.some(heap, ty) {
            Ok(None) => Reading::More,
            Ok(Some(word)) => Reading::Done(ty, word),
            Err(_) => Reading::Unfit,
        }
    }

    fn give_up(&mut self, heap: &mut Heap) {
        self.unread.give_up(heap);
    }

    fn is_unwatched(&self) -> bool {
        self.unwatched
    }
}

/// A value that does not fit is dropped. The connection stays: it may only be of another version of the program.
pub(crate) fn reject(node: &Node, session: &Session, why: &str) {
    let rejected = {
        let counts = &mut session.outbox().counts;
        counts.rejected += 1;
        counts.rejected
    };
    if rejected.is_power_of_two() {
        let name = &session.peer.name;
        node.log("rejected", name.as_str(), why);
    }
}
