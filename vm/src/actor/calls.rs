//! Calls: requests whose answers are kept apart from the mailbox, and found in constant time however long that is.

use super::entry::{Answer, drop_element};
use super::{Pid, Reason};
use crate::heap::Heap;
use rustc_hash::FxHashMap;

/// How a call stands.
#[derive(Debug)]
pub enum State {
    /// There is no answer yet.
    Open,
    /// The answer, owned.
    Answered(Answer),
    /// Who should answer has ended.
    Gone(Reason),
}

/// A call that an actor has prepared.
#[derive(Debug)]
pub struct Call {
    /// Who is expected to answer, once that is known.
    pub target: Option<Pid>,
    /// How it stands.
    pub state: State,
}

/// The calls of an actor by their references.
#[derive(Default)]
pub struct Calls(FxHashMap<u64, Call>);

impl Calls {
    /// A call begins.
    pub fn prepare(&mut self, reference: u64) {
        let call = Call {
            target: None,
            state: State::Open,
        };
        self.0.insert(reference, call);
    }

    /// The call of a reference, unless it is over and forgotten.
    pub fn get(&mut self, reference: u64) -> Option<&mut Call> {
        self.0.get_mut(&reference)
    }

    /// Forgets a call.
    pub fn end(&mut self, reference: u64) -> Option<Call> {
        self.0.remove(&reference)
    }

    /// Whether nothing more will come of it.
    pub fn is_over(&self, reference: u64) -> bool {
        self.0
            .get(&reference)
            .is_none_or(|call| !matches!(call.state, State::Open))
    }

    /// The calls whose targets watch them, and who these are.
    pub fn targets(&self) -> Vec<(u64, Pid)> {
        let open = self
            .0
            .iter()
            .filter(|(_, call)| matches!(call.state, State::Open));
        open.filter_map(|(&reference, call)| Some((reference, call.target?)))
            .collect()
    }

    /// Forgets all calls.
    pub fn clear(&mut self, heap: &mut Heap) {
        for call in std::mem::take(&mut self.0).into_values() {
            call.discard(heap);
        }
    }
}

impl Call {
    /// Gives up the answer if there is one.
    pub fn discard(self, heap: &mut Heap) {
        if let State::Answered(answer) = self.state {
            // SAFETY: the call owned the answer, which is of that type.
            unsafe { drop_element(heap, answer.ty, answer.word) };
        }
    }
}
