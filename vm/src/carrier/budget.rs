//! How much all stacks of a run may take together.

/// There is no room for more stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Bytes that stacks may take: frames of the interpreter and segments of a carrier alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    max: usize,
    used: usize,
}

impl Budget {
    /// A budget of which some is used already.
    pub fn new(max: usize, used: usize) -> Budget {
        Budget { max, used }
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.max.saturating_sub(self.used)
    }

    /// Takes bytes, all or none.
    pub fn take(&mut self, bytes: usize) -> Result<(), Overflow> {
        if bytes > self.left() {
            return Err(Overflow);
        }
        self.used += bytes;
        Ok(())
    }

    /// Gives bytes back.
    pub fn give(&mut self, bytes: usize) {
        self.used -= bytes;
    }
}
