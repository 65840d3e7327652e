//! Values that have arrived: how the other side has described them, and how they are read, at once or when their receiver looks at them.

use crate::facts::Print;
use crate::node::Node;
use crate::outbox::{RECEIVER, SENDER};
use crate::peers::HERE;
use crate::session::Session;
use crate::value::decode::Progress;
use crate::value::structure::Shape;
use crate::value::{Decoder, Misfit, Nodes, Structure};
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

/// A large message.
pub(crate) struct RemoteLetter {
    pub node: Arc<Node>,
    pub session: Arc<Session>,
    pub nodes: SharedNodes,
    pub described: Arc<Described>,
    pub ty: TypeId,
    /// The whole frame.
    pub bytes: Vec<u8>,
    /// What is still to be read of it.
    pub value: Range<usize>,
    pub progress: Progress,
}

impl std::fmt::Debug for RemoteLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

impl RemoteLetter {
    fn with<R>(
        &mut self,
        heap: &mut Heap,
        act: impl FnOnce(&mut Decoder<'_>, &mut Progress, &mut Reader<'_>) -> R,
    ) -> R {
        let (node, mut nodes) = (&*self.node, self.nodes.clone());
        let structure = self.described.unless_same(node, self.ty);
        let atoms = &node.runtime.program.atoms;
        let mut read = Reader::new(&self.bytes[self.value.clone()]);
        let mut decoder = Decoder::new(heap, atoms, &mut nodes, node, structure);
        let result = act(&mut decoder, &mut self.progress, &mut read);
        self.value.start = self.value.end - read.rest().len();
        result
    }
}

impl Letter for RemoteLetter {
    fn read(&mut self, heap: &mut Heap) -> Reading {
        let ty = self.ty;
        let read = self.with(heap, |decoder, progress, read| {
            decoder.some_steps(progress, read, ty, STEPS)
        });
        match read {
            Ok(None) => Reading::More,
            Ok(Some(word)) if self.value.is_empty() => Reading::Done(ty, word),
            Ok(Some(word)) => {
                // SAFETY: the word is an owned element of the type.
                unsafe { drop_element(heap, ty, word) };
                self.session.close("malformed: more than a value");
                Reading::Unfit
            }
            Err(Misfit::Malformed(malformed)) => {
                self.session.close(&malformed.to_string());
                Reading::Unfit
            }
            Err(misfit) => {
                reject(&self.node, &self.session, &misfit.to_string());
                Reading::Unfit
            }
        }
    }

    fn give_up(&mut self, heap: &mut Heap) {
        self.with(heap, |decoder, progress, _| decoder.give_up_all(progress));
    }
}

/// The answer to a call, which is read when it is taken, by the type that is expected then.
pub(crate) struct RemoteParcel {
    pub node: Arc<Node>,
    pub nodes: SharedNodes,
    pub described: Arc<Described>,
    pub bytes: Box<[u8]>,
    pub unwatched: bool,
}

impl std::fmt::Debug for RemoteParcel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

impl Parcel for RemoteParcel {
    fn open(&self, heap: &mut Heap, ty: TypeId) -> Option<u64> {
        let mut nodes = self.nodes.clone();
        let (described, bytes) = (&self.described, &self.bytes);
        read_value(&self.node, heap, &mut nodes, described, bytes, ty).ok()
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
