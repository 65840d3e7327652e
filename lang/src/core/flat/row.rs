//! The slots of one value: one to three variables, copied freely.

use snow_bytecode::layout::MAX_UNBOXED;
use snow_bytecode::module::Reg;

use super::ir::Var;

/// Up to [`MAX_UNBOXED`] variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    len: u8,
    vars: [Var; MAX_UNBOXED],
}

impl Row {
    /// One variable.
    pub fn one(var: Var) -> Row {
        let mut row = Row::default();
        row.push(var);
        row
    }

    /// These variables; more than a row holds is none.
    pub fn from_slice(vars: &[Var]) -> Option<Row> {
        if vars.len() > MAX_UNBOXED {
            return None;
        }
        let mut row = Row::default();
        vars.iter().for_each(|var| row.push(*var));
        Some(row)
    }

    /// Adds a variable; a full row stays as it is.
    pub fn push(&mut self, var: Var) {
        if let Some(place) = self.vars.get_mut(usize::from(self.len)) {
            *place = var;
            self.len += 1;
        }
    }

    /// The variables.
    pub fn as_slice(&self) -> &[Var] {
        &self.vars[..usize::from(self.len)]
    }

    /// The row with one variable replaced.
    pub fn with(mut self, index: usize, var: Var) -> Row {
        if let Some(place) = self.vars[..usize::from(self.len)].get_mut(index) {
            *place = var;
        }
        self
    }

    /// The variables as a vector.
    pub fn to_vec(self) -> Vec<Var> {
        self.as_slice().to_vec()
    }

    /// The variable at an index.
    pub fn get(&self, index: usize) -> Var {
        self.as_slice().get(index).copied().unwrap_or(Reg(u32::MAX))
    }
}
