//! Reading the arguments of a function that is to be started, all at once or in parts.

use crate::arrived::Described;
use crate::node::Node;
use crate::value::decode::Progress;
use crate::value::{Decoder, Misfit, Nodes};
use crate::wire::pack::Reader;
use snow_bytecode::types::TypeId;
use snow_vm::heap::Heap;
use std::sync::Arc;

/// A parameter: how the other side has described its type, unless it is the very one, and its type here.
pub(crate) type Parameter = (Option<Arc<Described>>, TypeId);

/// Arguments of which some were read.
pub(crate) struct Arguments {
    params: Vec<Parameter>,
    /// How many bytes were read.
    at: usize,
    /// How many arguments were read.
    next: usize,
    /// Their words.
    words: Vec<u64>,
    progress: Progress,
}

impl Arguments {
    /// For a function with these parameters.
    pub fn new(params: Vec<Parameter>) -> Arguments {
        Arguments {
            params,
            at: 0,
            next: 0,
            words: Vec::new(),
            progress: Progress::default(),
        }
    }

    /// Reads all: the words of all parameters, in order, owned.
    pub fn read_all(
        mut self,
        node: &Node,
        heap: &mut Heap,
        nodes: &mut dyn Nodes,
        bytes: &[u8],
    ) -> Result<Vec<u64>, Misfit> {
        let words = self.read(node, heap, nodes, bytes, usize::MAX)?;
        // It takes fewer steps than there are numbers.
        words.ok_or(Misfit::Type)
    }

    /// Reads on in the same bytes, for so many steps; the words when that was all. What was read is given up when not all can be.
    pub fn read(
        &mut self,
        node: &Node,
        heap: &mut Heap,
        nodes: &mut dyn Nodes,
        bytes: &[u8],
        mut steps: usize,
    ) -> Result<Option<Vec<u64>>, Misfit> {
        let mut read = Reader::new(&bytes[self.at..]);
        let result = self.go_on(node, heap, nodes, &mut read, &mut steps);
        self.at = bytes.len() - read.rest().len();
        if result.is_err() {
            self.give_up(node, heap, nodes);
        }
        Ok(result?.then(|| std::mem::take(&mut self.words)))
    }

    /// Whether that was all.
    fn go_on(
        &mut self,
        node: &Node,
        heap: &mut Heap,
        nodes: &mut dyn Nodes,
        read: &mut Reader<'_>,
        steps: &mut usize,
    ) -> Result<bool, Misfit> {
        if self.at == 0 {
            read.array_of(self.params.len())?;
        }
        let layouts = node.facts.types().layouts();
        while let Some((described, ty)) = self.params.get(self.next) {
            let structure = described.as_ref().map(|described| &described.structure);
            let atoms = &node.runtime.program.atoms;
            let mut decoder = Decoder::new(heap, atoms, nodes, node, structure);
            let Some(words) = decoder.some_words(&mut self.progress, read, *ty, steps)? else {
                return Ok(false);
            };
            self.words
                .extend_from_slice(&words[..layouts.slots(*ty).len()]);
            self.next += 1;
            self.progress = Progress::default();
        }
        read.end()?;
        Ok(true)
    }

    /// Gives up what was read so far.
    pub fn give_up(&mut self, node: &Node, heap: &mut Heap, nodes: &mut dyn Nodes) {
        let atoms = &node.runtime.program.atoms;
        Decoder::new(heap, atoms, nodes, node, None).give_up_all(&mut self.progress);
        let layouts = node.facts.types().layouts();
        let read = self.params[..self.next].iter();
        let slots: Vec<_> = read
            .flat_map(|(_, ty)| layouts.slots(*ty).to_vec())
            .collect();
        let words = std::mem::take(&mut self.words);
        // SAFETY: the words are owned, and of these slots.
        unsafe { heap.drop_slots(&slots[..words.len()], words.as_ptr()) };
    }
}
