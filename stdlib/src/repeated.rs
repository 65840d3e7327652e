//! Texts that occur again and again: a list of many strings has one for equal short ones.
//!
//! What a text is cut into repeats itself more often than not: words, fields of tables, names in JSON. A string that is counted once more takes no
//! memory, is near when it is read again, and is found in a map without a comparison of bytes. Where little comes again, looking for it ends soon.

use snow_vm::heap::Heap;
use snow_vm::native::Call;
use snow_vm::value::{hash, text};

/// Texts that are looked for have at most so many bytes: they are compared without a call.
const LONGEST: usize = 16;
/// So many texts come before any is looked for: few are not worth a table.
const FEW: usize = 64;
/// Slots of a first table, and how many times as many the next one has.
const FIRST: usize = 512;
const GROWTH: usize = 2;
/// Most slots: they and the strings should stay in the processor's cache.
const MOST: usize = 1 << 16;
/// Slots where a string may be, from the one that its hash leads to on: so no choice of texts makes the search long.
const NEAR: usize = 8;
/// When so many new texts have come, what looking for them has brought is judged.
const TRIAL: usize = 8192;

/// The bits of a slot with the string's address. Those above are the same bits of its hash.
const ADDRESS: u64 = (1 << 48) - 1;

/// The short strings that a native has made for the elements of one list, which is to hold them all as long as this is used.
pub(crate) struct Repeated {
    state: State,
}

enum State {
    /// So many texts until there will be a table.
    Waiting(usize),
    Looking(Table),
    /// Too little came again.
    Over,
}

struct Table {
    /// Key of hashes: texts cannot be chosen so that they get into each other's way.
    secret: [u64; 2],
    /// Strings with bits of their hashes; 0 where there is none. As many as a power of two.
    slots: Vec<u64>,
    /// How many slots are filled.
    filled: usize,
    /// Texts looked for, and those of them that were not there.
    asked: usize,
    new: usize,
}

/// What a search has found.
enum Found {
    /// The string.
    String(u64),
    /// An empty slot for it.
    Slot(usize),
    /// Neither.
    Nothing,
}

impl Repeated {
    /// Nothing has come yet.
    pub fn new() -> Repeated {
        Repeated {
            state: State::Waiting(FEW),
        }
    }

    /// The string of a text, owned: one that came before, or what `make` gives.
    #[inline]
    pub fn string(
        &mut self,
        call: &mut Call<'_>,
        text: &str,
        make: impl FnOnce(&mut Call<'_>, &str) -> u64,
    ) -> u64 {
        if let State::Looking(table) = &mut self.state
            && text.len() <= LONGEST
        {
            let hash = hash::bytes(table.secret, text.as_bytes());
            table.asked += 1;
            let place = match table.find(text.as_bytes(), hash) {
                Found::String(word) => {
                    // SAFETY: the list holds the string.
                    unsafe { call.ctx.heap.dup(word) };
                    return word;
                }
                place => place,
            };
            let word = make(call, text);
            if let Found::Slot(at) = place {
                table.slots[at] = word | hash & !ADDRESS;
                table.filled += 1;
            }
            self.note_new();
            return word;
        }
        if let State::Waiting(more) = &mut self.state {
            *more -= 1;
            if *more == 0 {
                self.state = State::Looking(Table::new(&call.ctx.heap));
            }
        }
        make(call, text)
    }

    /// Takes note of a text that was not there: the table grows, or looking is over, since less than an eighth of them came again.
    fn note_new(&mut self) {
        let State::Looking(table) = &mut self.state else {
            return;
        };
        table.new += 1;
        // Fuller ones have no room near the places where texts belong.
        if table.filled * 2 > table.slots.len() && table.slots.len() < MOST {
            table.grow();
        }
        if table.new.is_multiple_of(TRIAL) && table.new * 8 > table.asked * 7 {
            self.state = State::Over;
        }
    }
}

impl Table {
    fn new(heap: &Heap) -> Table {
        Table {
            secret: heap.types().hash_key(),
            slots: vec![0; FIRST],
            filled: 0,
            asked: 0,
            new: 0,
        }
    }

    #[inline(always)]
    fn find(&self, bytes: &[u8], hash: u64) -> Found {
        let mask = self.slots.len() - 1;
        for near in 0..NEAR {
            let at = (hash as usize).wrapping_add(near) & mask;
            let slot = self.slots[at];
            if slot == 0 {
                return Found::Slot(at);
            }
            let word = slot & ADDRESS;
            // SAFETY: the list holds the strings that are in slots.
            if (slot ^ hash) & !ADDRESS == 0 && unsafe { text::equals(word, bytes) } {
                return Found::String(word);
            }
        }
        Found::Nothing
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * GROWTH];
        self.filled = 0;
        for slot in std::mem::replace(&mut self.slots, larger) {
            if slot == 0 {
                continue;
            }
            // SAFETY: the list holds the strings that are in slots.
            let bytes = unsafe { text::bytes(slot & ADDRESS) };
            let hash = hash::bytes(self.secret, bytes);
            if let Found::Slot(at) = self.find(bytes, hash) {
                self.slots[at] = slot;
                self.filled += 1;
            }
        }
    }
}
