//! Functions that other nodes ask this one to start.

use crate::arguments::{Arguments, Parameter};
use crate::facts::signature;
use crate::incoming::Reading;
use crate::node::Node;
use crate::session::Session;
use crate::spawn::Status;
use crate::value::join;
use crate::wire::Read;
use crate::wire::frame::{Frame, LinkKind, Spawn};
use snow_bytecode::module::ExportedCode;
use snow_vm::actor::entry::Signal;
use snow_vm::actor::process::Awaited;
use snow_vm::actor::{Pid, Reason};
use snow_vm::sched::visitor::Host;
use std::sync::Arc;

/// Answers a request of the other side for a function.
pub(crate) struct Answering<'n> {
    pub node: &'n Node,
    pub session: &'n Session,
    pub host: &'n mut dyn Host,
}

/// What is to be started, and what it is given; or why not.
pub(crate) type Ready<'m> = Result<(&'m ExportedCode, Vec<u64>), Status>;

impl Answering<'_> {
    /// The answer is on its way before the actor runs, so that nothing of the actor overtakes it.
    pub fn answer(&mut self, spawn: &Spawn<'_>, ready: Ready<'_>) {
        if let Err(status) = ready.and_then(|(code, words)| self.start(spawn, code, &words)) {
            self.refuse(spawn, status);
        }
    }

    fn there(&self, serial: u64) -> Pid {
        Pid::foreign(self.session.node, serial)
    }

    fn start(
        &mut self,
        spawn: &Spawn<'_>,
        code: &ExportedCode,
        words: &[u64],
    ) -> Result<(), Status> {
        // SAFETY: the words are those of the function's parameters; what is exported owns all of them.
        let unborn = unsafe { self.host.unborn(code.func, words, spawn.name, code.mailbox) };
        let mut unborn = unborn.ok_or(Status::TooMany)?;
        let (pid, requester) = (unborn.pid(), self.there(spawn.requester));
        if let Some(call) = spawn.call {
            let reference = join(self.session.node, call);
            unborn.answers(Awaited::new(requester, reference, code.ret));
        }
        match spawn.link {
            LinkKind::None => {}
            LinkKind::Link => unborn.link(requester),
            LinkKind::Adopt => unborn.adopt(requester),
        }
        let is_told = self.tell(spawn, pid);
        self.host.start(unborn);
        if !is_told && spawn.link.is_link() {
            let exit = Signal::LinkExit(requester, Reason::NoConnection);
            self.host.signal(pid, exit);
        }
        Ok(())
    }

    /// Tells the other side that the actor is there, and notes what goes across the connection; false when that is over.
    fn tell(&self, spawn: &Spawn<'_>, pid: Pid) -> bool {
        self.session.send(|outbox| {
            if outbox.closed.is_some() {
                return false;
            }
            if spawn.link.is_link() {
                outbox.links.insert((pid, spawn.requester));
            }
            if let Some(call) = spawn.call {
                outbox.watched.insert(join(self.session.node, call), pid);
            }
            outbox.answer_spawn(&Frame::SpawnReply {
                req_id: spawn.req_id,
                status: Status::Done as u8,
                serial: pid.serial(),
                detail: "",
            });
            true
        })
    }

    /// A function of another signature says which one it has.
    fn refuse(&self, spawn: &Spawn<'_>, status: Status) {
        let facts = &self.node.facts;
        let code = facts
            .export(spawn.name)
            .and_then(|export| export.code.as_ref());
        let detail = match (status, code) {
            (Status::BadSignature, Some(code)) => facts.show(&signature(code)),
            (Status::BadSignature, None) => "a generic function".to_owned(),
            _ => String::new(),
        };
        self.session.send(|outbox| {
            outbox.answer_spawn(&Frame::SpawnReply {
                req_id: spawn.req_id,
                status: status as u8,
                serial: 0,
                detail: &detail,
            });
        });
    }
}

impl Reading<'_> {
    /// The other side asks for a function to be started.
    pub(crate) fn spawn(&mut self, spawn: &Spawn<'_>) -> Read<()> {
        if !self.takes_spawn() {
            return Ok(());
        }
        let node = Arc::clone(self.node);
        let ready = match self.look_up(&node, spawn)? {
            Ok((code, args)) => {
                let (heap, mut nodes) = (self.host.heap(), self.nodes.clone());
                let words = args.read_all(&node, heap, &mut nodes, spawn.args);
                words
                    .map(|words| (code, words))
                    .map_err(|_| Status::BadSignature)
            }
            Err(status) => Err(status),
        };
        self.answering().answer(spawn, ready);
        Ok(())
    }

    /// As [`Reading::spawn`], with arguments that are read in parts.
    pub(crate) fn large_spawn(&mut self, spawn: &Spawn<'_>) -> Read<Option<Arguments>> {
        if self.node.is_leaving() || self.session.is_closed() || !self.takes_spawn() {
            return Ok(None);
        }
        let node = Arc::clone(self.node);
        match self.look_up(&node, spawn)? {
            Ok((_, args)) => return Ok(Some(args)),
            Err(status) => self.answering().answer(spawn, Err(status)),
        }
        Ok(None)
    }

    fn answering(&mut self) -> Answering<'_> {
        Answering {
            node: self.node,
            session: self.session,
            host: self.host,
        }
    }

    /// Whether another request may be unanswered. A side that keeps to the rules asks for no more.
    fn takes_spawn(&self) -> bool {
        let takes = self.session.outbox().begin_spawn();
        if !takes {
            self.session
                .close("more than 4096 requests to start something are unanswered");
        }
        takes
    }

    /// Finds a function, if the other side may start it and thinks of it as it is.
    fn look_up<'m>(
        &mut self,
        node: &'m Node,
        spawn: &Spawn<'_>,
    ) -> Read<Result<(&'m ExportedCode, Arguments), Status>> {
        let Some(export) = node.facts.export(spawn.name) else {
            return Ok(Err(Status::NoFunction));
        };
        if !node.options.spawn.allows(export.kind) {
            return Ok(Err(Status::Refused));
        }
        let Some(code) = &export.code else {
            return Ok(Err(Status::BadSignature));
        };
        let is_same = node.facts.function(&signature(code)) == spawn.fingerprint;
        if !is_same && !self.could_fit(code, spawn)? {
            return Ok(Err(Status::BadSignature));
        }
        let params = self.parameters_of(code, spawn, is_same)?;
        Ok(match params {
            Some(params) => Ok((code, Arguments::new(params))),
            None => Err(Status::BadSignature),
        })
    }

    /// The parameters of a function; none if the other side gives it more or fewer. Who knows the function only by its fingerprint describes no types.
    fn parameters_of(
        &self,
        code: &ExportedCode,
        spawn: &Spawn<'_>,
        is_same: bool,
    ) -> Read<Option<Vec<Parameter>>> {
        if is_same && spawn.types.is_empty() {
            return Ok(Some(code.params.iter().map(|ty| (None, *ty)).collect()));
        }
        if spawn.types.len() != code.params.len() {
            return Ok(None);
        }
        let mut params = Vec::new();
        for (theirs, ours) in spawn.types.iter().zip(&code.params) {
            let described = Arc::clone(self.described(*theirs)?);
            let is_other = described.unless_same(self.node, *ours).is_some();
            params.push((is_other.then_some(described), *ours));
        }
        Ok(Some(params))
    }

    /// Whether what the other side may send is what the function receives, as far as names of variants go; each message is looked at when it comes.
    fn could_fit(&self, code: &ExportedCode, spawn: &Spawn<'_>) -> Read<bool> {
        let (Some(ours), Some(theirs)) = (code.mailbox, spawn.mailbox) else {
            return Ok(true);
        };
        let theirs = self.described(theirs)?;
        Ok(theirs.fits_variants(self.node.facts.types().table().get(ours)))
    }
}
