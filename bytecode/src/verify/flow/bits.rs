//! A set of small numbers.

use smallvec::{SmallVec, smallvec};

/// A set of registers of one function. That of a function with few needs no memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BitSet {
    words: SmallVec<[u64; 2]>,
}

impl BitSet {
    /// An empty set of numbers below `len`.
    pub(crate) fn new(len: usize) -> BitSet {
        BitSet {
            words: smallvec![0; len.div_ceil(64)],
        }
    }

    pub(crate) fn contains(&self, index: u32) -> bool {
        self.words[index as usize / 64] >> (index % 64) & 1 == 1
    }

    pub(crate) fn insert(&mut self, index: u32) {
        self.words[index as usize / 64] |= 1 << (index % 64);
    }

    pub(crate) fn remove(&mut self, index: u32) {
        self.words[index as usize / 64] &= !(1 << (index % 64));
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Becomes a copy of `other`, which has the same size.
    pub(crate) fn copy_from(&mut self, other: &BitSet) {
        self.words.copy_from_slice(&other.words);
    }

    /// Removes what `other` lacks; whether anything was removed.
    pub(crate) fn intersect(&mut self, other: &BitSet) -> bool {
        let mut changed = false;
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            changed |= *word & !other != 0;
            *word &= other;
        }
        changed
    }

    /// The members that `other` has too, in ascending order.
    pub(crate) fn common(&self, other: &BitSet) -> impl Iterator<Item = u32> {
        let words = self.words.iter().zip(&other.words);
        words
            .enumerate()
            .flat_map(|(index, (a, b))| bits(index, a & b))
    }

    /// The smallest number that only one of the two sets has.
    pub(crate) fn first_difference(&self, other: &BitSet) -> Option<u32> {
        let mut pairs = self.words.iter().zip(&other.words).enumerate();
        pairs.find_map(|(index, (a, b))| {
            (a != b).then(|| (index * 64) as u32 + (a ^ b).trailing_zeros())
        })
    }

    /// The smallest member.
    pub(crate) fn first(&self) -> Option<u32> {
        self.iter().next()
    }

    /// The members in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let words = self.words.iter().enumerate();
        words.flat_map(|(index, word)| bits(index, *word))
    }

    /// Number of machine words, as a measure of what an operation on the set costs.
    pub(crate) fn cost(&self) -> u64 {
        self.words.len() as u64
    }
}

/// The members that a word of a set stands for.
fn bits(index: usize, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some((index * 64) as u32 + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_inserted() {
        let mut set = BitSet::new(130);
        for index in [0, 63, 64, 129] {
            set.insert(index);
        }
        set.remove(64);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 129]);
        let mut other = BitSet::new(130);
        other.insert(63);
        assert_eq!(set.first_difference(&other), Some(0));
        assert_eq!(set.common(&other).collect::<Vec<_>>(), [63]);
        assert!(set.intersect(&other) && !set.intersect(&other));
        assert_eq!(set, other);
    }
}
