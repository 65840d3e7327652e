//! Starting a function on this very node, as if another one had asked for it: by its name, with what fits.

use crate::arrived::read_arguments;
use crate::facts::signature;
use crate::forward::unsendable;
use crate::node::Node;
use crate::peers::HERE;
use crate::spawn::{Asked, Refusal, Request, Status, arguments};
use crate::value::{Encoder, Nodes, Structure};
use snow_vm::actor::process::Awaited;
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
        let params = &ask.signature.params;
        let same = self.facts.function(&signature(code)) == self.facts.function(&ask.signature);
        if !same || params.len() != code.params.len() {
            let theirs = self.facts.show(&signature(code));
            self.note_mismatch(ask.requester, &ask.signature, &theirs);
            return Err(wrong());
        }
        let mut args = arguments(params.len());
        if !params.is_empty() {
            let mut encoder = Encoder {
                types: self.facts.types(),
                atoms: &self.runtime.program.atoms,
                nodes: &mut Same,
            };
            // SAFETY: by contract.
            unsafe { encoder.element(&mut args, ask.args.0, ask.args.1) }.map_err(unsendable)?;
        }
        let mut visitor = Visitor::new(Arc::clone(&self.runtime));
        let types: Vec<(Option<&Structure>, _)> =
            code.params.iter().map(|ty| (None, *ty)).collect();
        let words = read_arguments(self, visitor.heap(), &mut Same, &types, &args.bytes)
            .map_err(|_| wrong())?;
        // SAFETY: the words are those of the function's parameters; what is exported owns all of them.
        let unborn = unsafe { visitor.unborn(code.func, &words, ask.name, code.mailbox) };
        let mut unborn = unborn.ok_or(Refusal::Status(Status::TooMany))?;
        let pid = unborn.pid();
        debug_assert_eq!(pid.node(), HERE);
        if let Some(reference) = ask.call {
            let (to, ty) = (ask.requester, code.ret);
            unborn.answers(Awaited { to, reference, ty });
        }
        if ask.link.is_link() {
            unborn.link(ask.requester);
            visitor.signal(ask.requester, snow_vm::actor::entry::Signal::Link(pid));
        }
        visitor.start(unborn);
        Ok(Asked::Started(pid))
    }
}
