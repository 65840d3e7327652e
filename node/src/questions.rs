//! What actors may ask of other nodes: who has a name there, whether an actor lives, how it is.
//!
//! The answer comes as that of a call: a number, a list of numbers or one of texts, as the question says.

use crate::incoming::Reading;
use crate::node::Node;
use crate::outbox::Outbox;
use crate::session::Session;
use crate::value::join;
use crate::wire::frame::Frame;
use snow_bytecode::types::TypeId;
use snow_vm::actor::Pid;
use snow_vm::actor::entry::{Answer, Content, Question, Signal};
use snow_vm::remote::{Passed, Undelivered};
use snow_vm::value::{list, text};
use std::sync::Arc;

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The serial of the actor that has a name; 0 when none has.
    Whereis = 0,
    /// 1 for an actor that lives, else 0.
    Alive = 1,
    /// The names of an actor.
    Names = 2,
    /// The numbers of an actor, which it says itself.
    Info = 3,
    /// What has passed over the connections of the node, a line for each.
    Traffic = 4,
    /// The types of the parameters and of the result of an exported function; none when there is no such function.
    Signature = 5,
    /// 1 when an actor has the name now. It gets one only from an actor that is linked with it.
    Register = 6,
}

impl Kind {
    /// The kind of a number.
    pub fn of(number: u64) -> Option<Kind> {
        use Kind::{Alive, Info, Names, Register, Signature, Traffic, Whereis};
        let all = [Whereis, Alive, Names, Info, Traffic, Signature, Register];
        all.get(usize::try_from(number).ok()?).copied()
    }
}

impl Node {
    /// Asks another node about itself, or about the actor that has this serial there, for an actor that has prepared the call.
    pub fn ask(
        &self,
        (node, serial): (u32, u64),
        asker: (Pid, u64),
        kind: Kind,
        name: &str,
    ) -> Result<Passed, Undelivered> {
        let session = self
            .session_of_number(node)
            .ok_or(Undelivered::NoConnection)?;
        session.send(|outbox| put(outbox, asker, kind, serial, name))
    }

    /// What has passed over each connection: the other side's name, and its numbers in the order of [`Node::traffic`].
    fn traffic_lines(&self) -> Vec<Arc<str>> {
        let mut lines: Vec<Arc<str>> = Vec::new();
        for (name, numbers) in self.traffic() {
            let numbers = numbers.map(|number| number.to_string()).join(" ");
            lines.push(format!("{name} {numbers}").into());
        }
        lines
    }

    /// What has passed over each connection, by the other side's name: frames and bytes out, frames and bytes in, values that did not fit, bytes that wait, functions that were asked for and not
    /// answered.
    pub fn traffic(&self) -> Vec<(String, [u64; 7])> {
        let sessions = self.sessions();
        let members = sessions.iter().filter(|session| !session.peer.hidden);
        let numbers = |session: &Arc<Session>| {
            let outbox = session.outbox();
            let counts = outbox.counts;
            let waiting = outbox.waiting() as u64;
            [
                counts.frames_out,
                counts.bytes_out,
                counts.frames_in,
                counts.bytes_in,
                counts.rejected,
                waiting,
                outbox.pending_spawns.len() as u64,
            ]
        };
        let mut all: Vec<_> = members
            .map(|session| (session.peer.name.as_str().to_owned(), numbers(session)))
            .collect();
        all.sort_unstable();
        all
    }

    /// The number of a connected node.
    pub fn number_of(&self, name: &str) -> Option<u32> {
        self.session_with(name).map(|session| session.node)
    }
}

/// Sends a question of an actor, which has prepared the call.
pub(crate) fn put(
    outbox: &mut Outbox,
    (asker, call): (Pid, u64),
    kind: Kind,
    serial: u64,
    name: &str,
) -> Result<Passed, Undelivered> {
    outbox.open()?;
    outbox.questions.insert(call, asker);
    outbox.push(&Frame::Ask {
        from: asker.serial(),
        call,
        kind,
        serial,
        name,
    });
    Ok(Passed::On)
}

impl From<Question> for Kind {
    fn from(question: Question) -> Kind {
        match question {
            Question::Alive => Kind::Alive,
            Question::Names => Kind::Names,
        }
    }
}

impl Reading<'_> {
    /// The other side asks.
    pub(crate) fn question(&mut self, from: u64, call: u64, kind: Kind, serial: u64, name: &str) {
        let (runtime, pid) = (&self.node.runtime, Pid::from_word(serial));
        let (numbers, names) = match kind {
            Kind::Whereis => {
                let found = runtime.whereis(name);
                (vec![found.map_or(0, Pid::serial)], Vec::new())
            }
            Kind::Alive => (vec![runtime.slots.is_alive(pid).into()], Vec::new()),
            Kind::Names => (Vec::new(), runtime.names_of(pid)),
            Kind::Traffic => (Vec::new(), self.node.traffic_lines()),
            Kind::Signature => (Vec::new(), self.node.facts.types_of(name)),
            Kind::Register => (vec![self.register(from, pid, name).into()], Vec::new()),
            Kind::Info => {
                let own = join(self.session.node, call);
                // The type is that of an answer here; this one is made elsewhere.
                let info = Signal::Info(self.there(from), own, TypeId(0));
                self.host.signal(pid, info);
                return;
            }
        };
        let texts: Vec<&str> = names.iter().map(|name| &**name).collect();
        let to = from;
        self.session.send(|outbox| {
            outbox.push(&Frame::Told {
                to,
                call,
                numbers,
                texts,
            });
        });
    }

    /// The other side gives one of the actors here a name.
    fn register(&self, from: u64, pid: Pid, name: &str) -> bool {
        let is_linked = self.session.outbox().links.contains(&(pid, from));
        is_linked && self.node.runtime.register(name, pid)
    }

    /// The other side answers.
    pub(crate) fn told(&mut self, to: Pid, call: u64, numbers: &[u64], texts: &[&str]) {
        let is_asked = self.session.send(|outbox| {
            let question = outbox.questions.remove(&call);
            let monitor = outbox.monitors.get(&call);
            question == Some(to) || monitor.is_some_and(|(from, _)| *from == to)
        });
        if !is_asked {
            return;
        }
        let facts = &self.node.facts;
        let made = match (numbers, texts) {
            ([one], []) => facts.int.map(|ty| (ty, *one)),
            ([_, ..], _) => facts.ints.map(|ty| {
                // SAFETY: the type is a list of Ints.
                (ty, unsafe { list::new(self.host.heap(), ty, numbers) })
            }),
            ([], _) => facts.texts.map(|ty| (ty, self.texts(ty, texts))),
        };
        let Some((ty, word)) = made else { return };
        let answer = Answer {
            ty,
            word,
            reference: call,
            // An actor that tells its numbers is monitored meanwhile.
            unwatched: false,
        };
        self.host.deliver(to, Content::Answer(answer));
    }

    fn texts(&mut self, ty: TypeId, texts: &[&str]) -> u64 {
        let string = self.node.facts.types().string();
        let heap = self.host.heap();
        let words: Vec<u64> = texts
            .iter()
            .map(|one| text::new(heap, string, one.as_bytes()))
            .collect();
        // SAFETY: the type is a list of texts.
        unsafe { list::new(heap, ty, &words) }
    }
}
