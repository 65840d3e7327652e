//! Register numbers as operands of internal code.

use snow_bytecode::module::Reg;

/// The number of a register in a short operand; the loader has refused functions with more registers than fit.
pub trait RegNumber {
    /// The number.
    fn n(self) -> u16;
}

impl RegNumber for Reg {
    fn n(self) -> u16 {
        self.0 as u16
    }
}
