//! Starting a function on this very node, as if another one had asked for it: by its name, with what fits.

use crate::arguments::Arguments;
use crate::facts::{Signature, signature};
use crate::forward::unsendable;
use crate::node::Node;
use crate::outbox::{RECEIVER, SENDER};
use crate::peers::HERE;
use crate::spawn::{Asked, Given, Refusal, Request, Status, arguments};
use crate::value::{Encoder, Nodes};
use snow_bytecode::module::ExportedCode;
use snow_bytecode::types::TypeId;
use snow_vm::actor::entry::Signal;
use snow_vm::actor::process::Awaited;
use snow_vm::heap::Heap;
use snow_vm::sched::visitor::{Host, Visitor};
use std::sync::Arc;

/// Here all nodes have the numbers that they have here.
struct Same;

impl Nodes for Same {
    fn index_of(&mut self, node: u32) -> Option<u32> {
        Some(node)
    }

    fn node_at(&mut self, index: u32) -> Option<u32> {
        Some(index)
    }
}

/// The two sides of what was written for one other node, which has this number here.
pub(crate) struct Sides(pub u32);

impl Nodes for Sides {
    fn index_of(&mut self, _node: u32) -> Option<u32> {
        None
    }

    fn node_at(&mut self, index: u32) -> Option<u32> {
        match index {
            SENDER => Some(HERE),
            RECEIVER => Some(self.0),
            _ => None,
        }
    }
}

impl Node {
    /// Starts a function of this node. What it may start is not asked: the program could do it anyway.
    ///
    /// # Safety
    /// As [`Node::request_spawn`].
    pub unsafe fn spawn_here(&self, ask: &Request<'_>) -> Result<Asked, Refusal> {
        let export = self.facts.export(ask.name);
        let export = export.ok_or(Refusal::Status(Status::NoFunction))?;
        let wrong = || Refusal::Status(Status::BadSignature);
        let code = export.code.as_ref().ok_or_else(wrong)?;
        let ours = signature(code);
        let print = match &ask.given {
            Given::Values { signature, .. } => self.facts.function(signature),
            Given::Bytes { fingerprint, .. } => *fingerprint,
        };
        if self.facts.function(&ours) != print {
            let theirs = self.facts.show(&ours);
            self.note_mismatch(ask.requester, ask.given.signature(), &theirs);
            return Err(wrong());
        }
        let mut visitor = Visitor::new(Arc::clone(&self.runtime));
        let words = match &ask.given {
            Given::Bytes { args, .. } => {
                self.words_of(visitor.heap(), &mut Sides(HERE), code, args)
            }
            Given::Values { signature, args } => {
                // SAFETY: by contract.
                let written = unsafe { self.write_here(signature, *args)? };
                self.words_of(visitor.heap(), &mut Same, code, &written)
            }
        };
        let words = words.ok_or_else(wrong)?;
        self.start_here(&mut visitor, ask, code, &words)
    }

    /// # Safety
    /// The arguments are live and of the signature's types.
    unsafe fn write_here(
        &self,
        signature: &Signature,
        (ty, word): (TypeId, u64),
    ) -> Result<Vec<u8>, Refusal> {
        let mut args = arguments(signature.params.len());
        if !signature.params.is_empty() {
            let mut encoder = Encoder {
                types: self.facts.types(),
                atoms: &self.runtime.program.atoms,
                nodes: &mut Same,
            };
            // SAFETY: by contract.
            unsafe { encoder.element(&mut args, ty, word) }.map_err(unsendable)?;
        }
        Ok(args.bytes)
    }

    fn words_of(
        &self,
        heap: &mut Heap,
        nodes: &mut dyn Nodes,
        code: &ExportedCode,
        bytes: &[u8],
    ) -> Option<Vec<u64>> {
        let params = code.params.iter().map(|ty| (None, *ty)).collect();
        let words = Arguments::new(params).read_all(self, heap, nodes, bytes);
        words.ok()
    }

    fn start_here(
        &self,
        visitor: &mut Visitor,
        ask: &Request<'_>,
        code: &ExportedCode,
        words: &[u64],
    ) -> Result<Asked, Refusal> {
        // SAFETY: the words are those of the function's parameters; what is exported owns all of them.
        let unborn = unsafe { visitor.unborn(code.func, words, ask.name, code.mailbox) };
        let mut unborn = unborn.ok_or(Refusal::Status(Status::TooMany))?;
        let pid = unborn.pid();
        debug_assert_eq!(pid.node(), HERE);
        if let Some(reference) = ask.call {
            let (to, ty) = (ask.requester, code.ret);
            unborn.answers(Awaited::new(to, reference, ty));
        }
        if ask.link.is_link() {
            unborn.link(ask.requester);
            visitor.signal(ask.requester, Signal::Link(pid));
        }
        visitor.start(unborn);
        Ok(Asked::Started(pid))
    }
}
