//! Calls: requests whose answers are kept apart from the mailbox, and found in constant time however long that is.

use super::entry::{Answer, drop_element};
use super::{Pid, Reason};
use crate::heap::Heap;
use crate::remote::Parcel;
use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;
use std::collections::VecDeque;

/// How a call stands.
#[derive(Debug)]
pub enum State {
    /// There is no answer yet.
    Open,
    /// The answer, owned.
    Answered(Answer),
    /// The answer, from another node.
    Sealed(Box<dyn Parcel>),
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

/// So many calls keep their answers after these were looked at.
const KEPT: usize = 64;

/// The calls of an actor by their references.
#[derive(Default)]
pub struct Calls {
    calls: FxHashMap<u64, Call>,
    /// Those whose answers were looked at, the earliest first.
    seen: VecDeque<u64>,
}

impl Calls {
    /// A call begins.
    pub fn prepare(&mut self, reference: u64) {
        let call = Call {
            target: None,
            state: State::Open,
        };
        self.calls.insert(reference, call);
    }

    /// The call of a reference, unless it is over and forgotten.
    pub fn get(&mut self, reference: u64) -> Option<&mut Call> {
        self.calls.get_mut(&reference)
    }

    /// Forgets a call.
    pub fn end(&mut self, reference: u64) -> Option<Call> {
        self.calls.remove(&reference)
    }

    /// Calls a function with the type and word of each answer that is kept.
    pub fn each_answer(&self, look: &mut impl FnMut(TypeId, u64)) {
        for call in self.calls.values() {
            if let State::Answered(answer) = &call.state {
                look(answer.ty, answer.word);
            }
        }
    }

    /// The answer to a call that has come from another node and was not opened.
    pub fn sealed(&mut self, reference: u64) -> Option<&mut dyn Parcel> {
        match &mut self.calls.get_mut(&reference)?.state {
            State::Sealed(parcel) => Some(&mut **parcel),
            _ => None,
        }
    }

    /// That answer was opened: it is this owned value of a type.
    pub fn unsealed(&mut self, reference: u64, ty: TypeId, word: u64) {
        if let Some(call) = self.calls.get_mut(&reference)
            && let State::Sealed(parcel) = &call.state
        {
            let unwatched = parcel.is_unwatched();
            call.state = State::Answered(Answer {
                ty,
                word,
                reference,
                unwatched,
            });
        }
    }

    /// Whether nothing more will come of it.
    pub fn is_over(&self, reference: u64) -> bool {
        self.calls
            .get(&reference)
            .is_none_or(|call| !matches!(call.state, State::Open))
    }

    /// The answer to a call was looked at and stays. Gives the call that is forgotten for it, if there is one.
    pub fn keep(&mut self, reference: u64) -> Option<u64> {
        if self.seen.contains(&reference) {
            return None;
        }
        self.seen.push_back(reference);
        if self.seen.len() > KEPT {
            self.seen.pop_front()
        } else {
            None
        }
    }

    /// The calls whose targets watch them, and who these are.
    pub fn targets(&self) -> Vec<(u64, Pid)> {
        let open = self
            .calls
            .iter()
            .filter(|(_, call)| matches!(call.state, State::Open));
        open.filter_map(|(&reference, call)| Some((reference, call.target?)))
            .collect()
    }

    /// Forgets all calls.
    pub fn clear(&mut self, heap: &mut Heap) {
        for call in std::mem::take(&mut self.calls).into_values() {
            call.discard(heap);
        }
    }
}

impl Call {
    /// Gives up the answer if there is one.
    pub fn discard(self, heap: &mut Heap) {
        match self.state {
            // SAFETY: the call owned the answer, which is of that type.
            State::Answered(answer) => unsafe { drop_element(heap, answer.ty, answer.word) },
            State::Sealed(mut parcel) => parcel.give_up(heap),
            State::Open | State::Gone(_) => {}
        }
    }
}
