//! Mutations of a corpus.

/// Inputs are cut to this length.
pub const MAX_BYTES: usize = 16 * 1024;

/// Pieces of text that steer a mutation towards the interesting.
const PIECES: &[&str] = &[
    "do",
    "end",
    "fn ",
    "case ",
    "->",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "%{",
    "#{",
    "<<",
    ">>",
    "\"",
    "\"\"\"",
    "${",
    "|>",
    "|2>",
    "::",
    "...",
    "..=",
    "=",
    "?",
    "!",
    "#=",
    "=#",
    "##",
    "\n",
    ";",
    ",",
    "|",
    "when ",
    "let ",
    "receive ",
    "0x",
    "9223372036854775808",
    "1e999",
    "\\u{",
    ":",
    "match ",
    "import ",
    "struct ",
    "type ",
    "_",
    "é",
    "\u{0}",
    "\u{feff}",
];

/// A small generator of numbers (SplitMix64), so that a run can be repeated.
pub struct Numbers(u64);

impl Numbers {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// An input: a file of the corpus with a few changes.
pub fn mutate(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(6) {
        change(&mut input, corpus, numbers);
    }
    input.truncate(MAX_BYTES);
    input
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], numbers: &mut Numbers) {
    let at = numbers.below(input.len() + 1);
    let end = (at + numbers.below(40)).min(input.len());
    match numbers.below(8) {
        0 if at < input.len() => input[at] = numbers.below(256) as u8,
        1 if at < input.len() => input[at] ^= 1 << numbers.below(8),
        2 => drop(input.drain(at..end)),
        3 => {
            let copy = input[at..end].to_vec();
            let to = numbers.below(input.len() + 1);
            input.splice(to..to, copy);
        }
        4 => input.truncate(at),
        5 => {
            let other = &corpus[numbers.below(corpus.len())];
            let from = numbers.below(other.len() + 1);
            let to = (from + numbers.below(200)).min(other.len());
            input.splice(at..at, other[from..to].iter().copied());
        }
        6 => {
            let repeats = 1 + numbers.below(3) * numbers.below(200);
            let piece = PIECES[numbers.below(PIECES.len())].repeat(repeats);
            input.splice(at..at, piece.into_bytes());
        }
        _ => {
            let piece = PIECES[numbers.below(PIECES.len())].as_bytes().to_vec();
            input.splice(at..end, piece);
        }
    }
}
