//! Large values that are sent: they are written a part at a time, while others have their turn in between, and leave when all of it is written. So who sends what cannot be sent crashes, and has sent
//! nothing.

use crate::forward::unsendable;
use crate::node::Node;
use crate::outbox::OutNodes;
use crate::session::Session;
use crate::value::encode::{PIECE_STEPS, Progress};
use crate::value::{Encoder, Unsendable};
use crate::wire::fragment::PIECE;
use crate::wire::pack::Writer;
use snow_bytecode::types::TypeId;
use snow_vm::remote::{Departing, Undelivered};
use std::sync::Arc;

/// Steps of a turn: less than a tenth of a millisecond.
const TURN: usize = 8 * PIECE_STEPS;

/// A value that was written for a connection.
pub(crate) struct Written {
    pub session: Arc<Session>,
    /// Its bytes, in pieces: each but the last has at least [`PIECE`], and less than twice as many.
    pub pieces: Vec<Vec<u8>>,
}

/// A value that is being written.
struct Departure {
    written: Written,
    progress: Progress,
    /// The piece that is being written.
    last: Writer,
}

impl Node {
    /// Writes on in a value that is to go over a connection; gives it when that was all. When it begins, the connection is asked for, with what stands before the value.
    ///
    /// # Safety
    /// The word is a live element of the type, the same one and unchanged as long as something is departing.
    pub(crate) unsafe fn write_in_turns(
        &self,
        begin: impl FnOnce() -> Result<(Arc<Session>, Writer), Undelivered>,
        value: (TypeId, u64),
        departing: &mut Departing,
    ) -> Result<Option<Written>, Undelivered> {
        let mut departure = match departing.take::<Departure>() {
            Some(departure) => departure,
            None => {
                let (session, last) = begin()?;
                let pieces = Vec::new();
                Box::new(Departure {
                    written: Written { session, pieces },
                    progress: Progress::default(),
                    last,
                })
            }
        };
        if departure.written.session.is_closed() {
            return Err(Undelivered::NoConnection);
        }
        // SAFETY: by contract.
        if !unsafe { departure.turn(self, value) }.map_err(unsendable)? {
            departing.keep(departure);
            return Ok(None);
        }
        Ok(Some(departure.written))
    }
}

impl Departure {
    /// Writes for a turn; whether that was all.
    ///
    /// # Safety
    /// As [`Node::write_in_turns`].
    unsafe fn turn(&mut self, node: &Node, value: (TypeId, u64)) -> Result<bool, Unsendable> {
        let life = |number| node.peers.life(number);
        let mut nodes = OutNodes {
            session: &self.written.session,
            life: &life,
        };
        let mut encoder = Encoder {
            types: node.facts.types(),
            atoms: &node.runtime.program.atoms,
            nodes: &mut nodes,
        };
        let mut steps = TURN;
        loop {
            let (progress, last) = (&mut self.progress, &mut self.last);
            // SAFETY: by contract.
            let is_all = unsafe { encoder.some(progress, last, value, &mut steps, PIECE)? };
            let is_full = last.bytes.len() >= PIECE;
            if is_full || is_all && !last.bytes.is_empty() {
                let piece = std::mem::take(&mut last.bytes);
                progress.take(piece.len());
                self.written.pieces.push(piece);
            }
            if is_all || !is_full {
                return Ok(is_all);
            }
        }
    }
}
