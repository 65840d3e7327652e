//! Arithmetic on small numbers: a loop that computes a number in several steps from a few others tests after each step whether it has overflown. No step can
//! when the numbers that it begins with are small, so these are looked at once, and what follows is lowered twice: without tests, and with them.

use snow_bytecode::inst::{Inst, IntOp};
use snow_bytecode::module::{FuncId, Function, Reg};

/// Most instructions of a row.
pub const LONGEST: usize = 32;

/// Bits that the numbers at the beginning may have, of which the first that suffice are chosen.
const BITS: [u32; 4] = [31, 30, 24, 16];

/// Instructions that follow each other and only compute words.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// What they read and have not set: registers, with numbers that have to be at least 0 and below `bound`.
    pub inputs: Vec<Reg>,
    /// A power of two.
    pub bound: u64,
    /// What they do.
    pub steps: Vec<Step>,
}

/// An instruction of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, which never overflows.
    pub op: IntOp,
    /// The register that it sets.
    pub dst: Reg,
    /// Its operands.
    pub a: Operand,
    /// The right one.
    pub b: Operand,
    /// Whether the left operand is never negative.
    pub is_natural: bool,
}

/// An operand of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// A number.
    Imm(i64),
}

/// Which instructions of a function are in loops.
pub fn in_loops(func: &Function, id: FuncId) -> Vec<bool> {
    let mut inside = vec![false; func.code.len()];
    for (index, inst) in func.code.iter().enumerate() {
        inst.targets(&mut |label| {
            if let Some(turn) = inside.get_mut(label.0 as usize..=index) {
                turn.fill(true);
            }
        });
        if matches!(inst, Inst::TailCall { func, .. } if *func == id) {
            inside[..=index].fill(true);
        }
    }
    inside
}

impl Row {
    /// The row that begins with the first of these instructions, when it is worth a second version.
    pub fn of(code: &[Inst]) -> Option<Row> {
        let steps = code.iter().map_while(step).take(LONGEST);
        let mut steps: Vec<Step> = steps.collect();
        while let [before @ .., last] = &steps[..]
            && !before.iter().any(|step| last.reads(step.dst))
        {
            steps.pop();
        }
        let (first, rest) = steps.split_first()?;
        // What has nothing to do with the others stays as it is: mostly the count of a loop, which LLVM should see as such.
        if !rest.iter().any(|step| step.reads(first.dst)) {
            return None;
        }
        let inputs = inputs(&steps);
        let tested = steps.iter().filter(|step| step.may_overflow()).count();
        if tested < inputs.len() + 2 {
            return None;
        }
        BITS.into_iter().find_map(|bits| {
            let bound = 1 << bits;
            let steps = without_overflow(&steps, bound)?;
            let inputs = inputs.clone();
            Some(Row {
                inputs,
                bound,
                steps,
            })
        })
    }
}

/// An instruction that computes a word from others and can only fail by overflow.
fn step(inst: &Inst) -> Option<Step> {
    let (op, dst, a, b) = match inst {
        Inst::IntBin { op, dst, a, b } => (*op, *dst, Operand::Reg(*a), Operand::Reg(*b)),
        Inst::IntBinImm { op, dst, a, imm } => (*op, *dst, Operand::Reg(*a), Operand::Imm(*imm)),
        Inst::IntImmBin { op, dst, imm, a } => (*op, *dst, Operand::Imm(*imm), Operand::Reg(*a)),
        _ => return None,
    };
    let is_simple = match (op, b) {
        (IntOp::Add | IntOp::Sub | IntOp::Mul, _) => true,
        (IntOp::Div | IntOp::Rem, Operand::Imm(divisor)) => divisor > 0,
        (IntOp::Shr, Operand::Imm(count)) => (0..64).contains(&count),
        _ => false,
    };
    let is_natural = false;
    is_simple.then_some(Step {
        op,
        dst,
        a,
        b,
        is_natural,
    })
}

impl Step {
    fn reads(&self, reg: Reg) -> bool {
        self.a == Operand::Reg(reg) || self.b == Operand::Reg(reg)
    }

    fn may_overflow(&self) -> bool {
        matches!(self.op, IntOp::Add | IntOp::Sub | IntOp::Mul)
    }
}

/// The registers that are read before they are set.
fn inputs(steps: &[Step]) -> Vec<Reg> {
    let (mut inputs, mut set) = (Vec::new(), Vec::new());
    for step in steps {
        for operand in [step.a, step.b] {
            if let Operand::Reg(reg) = operand
                && !set.contains(&reg)
                && !inputs.contains(&reg)
            {
                inputs.push(reg);
            }
        }
        set.push(step.dst);
    }
    inputs
}

/// The least and the greatest value that something can have.
type Range = (i128, i128);

/// The steps, if none of them overflows when all inputs are below a bound and not negative.
fn without_overflow(steps: &[Step], bound: u64) -> Option<Vec<Step>> {
    let mut known: Vec<(Reg, Range)> = Vec::new();
    let mut done = Vec::new();
    for step in steps {
        let range = |operand| match operand {
            Operand::Imm(value) => (value.into(), value.into()),
            Operand::Reg(reg) => {
                let found = known.iter().rev().find(|(of, _)| *of == reg);
                found.map_or((0, i128::from(bound) - 1), |(_, range)| *range)
            }
        };
        let (a, b) = (range(step.a), range(step.b));
        known.push((step.dst, result(step.op, a, b)?));
        let is_natural = a.0 >= 0;
        done.push(Step {
            is_natural,
            ..*step
        });
    }
    Some(done)
}

/// What a step gives, when that is always a word.
fn result(op: IntOp, a: Range, b: Range) -> Option<Range> {
    let range = match op {
        IntOp::Add => (a.0 + b.0, a.1 + b.1),
        IntOp::Sub => (a.0 - b.1, a.1 - b.0),
        IntOp::Mul => {
            let corners = [a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1];
            let least = corners.into_iter().min()?;
            (least, corners.into_iter().max()?)
        }
        // Divisors and counts are constants.
        IntOp::Div => (a.0 / b.0, a.1 / b.0),
        IntOp::Rem if a.0 >= 0 => (0, a.1.min(b.0 - 1)),
        IntOp::Rem => (1 - b.0, b.0 - 1),
        IntOp::Shr => (a.0 >> b.0, a.1 >> b.0),
        _ => return None,
    };
    let is_word = i64::try_from(range.0).is_ok() && i64::try_from(range.1).is_ok();
    is_word.then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(op: IntOp, dst: u32, a: u32, b: u32) -> Inst {
        let [dst, a, b] = [dst, a, b].map(Reg);
        Inst::IntBin { op, dst, a, b }
    }

    fn imm(op: IntOp, dst: u32, a: u32, imm: i64) -> Inst {
        let [dst, a] = [dst, a].map(Reg);
        Inst::IntBinImm { op, dst, a, imm }
    }

    /// The element of a matrix: `(i + j) * (i + j + 1) / 2 + i + 1`.
    fn element() -> Vec<Inst> {
        vec![
            bin(IntOp::Add, 7, 1, 2),
            imm(IntOp::Add, 8, 7, 1),
            bin(IntOp::Mul, 7, 7, 8),
            imm(IntOp::Div, 7, 7, 2),
            bin(IntOp::Add, 7, 7, 1),
            imm(IntOp::Add, 7, 7, 1),
        ]
    }

    #[test]
    fn a_row_ends_with_what_belongs_to_it() {
        let mut code = element();
        // The count of a loop around it, and what is not arithmetic.
        code.push(imm(IntOp::Add, 2, 2, 1));
        code.push(Inst::Return { values: Vec::new() });
        let row = Row::of(&code).expect("five tests for two inputs");
        assert_eq!(
            (row.inputs, row.bound, row.steps.len()),
            (vec![Reg(1), Reg(2)], 1 << 30, 6)
        );
        assert!(row.steps.iter().all(|step| step.is_natural));
    }

    #[test]
    fn what_nothing_else_in_it_reads_begins_no_row() {
        let mut code = vec![imm(IntOp::Add, 6, 2, 1)];
        code.extend(element());
        assert_eq!(Row::of(&code), None);
        assert!(Row::of(&code[1..]).is_some());
    }

    #[test]
    fn few_tests_are_left_as_they_are() {
        assert_eq!(Row::of(&element()[..3]), None);
        assert!(Row::of(&element()[..5]).is_some());
        assert_eq!(Row::of(&[]), None);
    }

    #[test]
    fn numbers_are_as_small_as_they_have_to_be() {
        let bound = |factors: usize| {
            let first = bin(IntOp::Mul, 1, 0, 0);
            let more = std::iter::repeat_n(bin(IntOp::Mul, 1, 1, 0), factors - 2);
            let code: Vec<Inst> = [first].into_iter().chain(more).collect();
            Row::of(&code).map(|row| row.bound)
        };
        assert_eq!(bound(4), None);
        let sums: Vec<Inst> = (0..4).map(|_| bin(IntOp::Add, 1, 1, 0)).collect();
        assert_eq!(Row::of(&sums).map(|row| row.bound), Some(1 << 31));
        let square = [bin(IntOp::Mul, 1, 0, 0)];
        let twice = [bin(IntOp::Add, 1, 1, 1), bin(IntOp::Add, 1, 1, 1)];
        let four_squares = [&square[..], &twice[..]].concat();
        assert_eq!(Row::of(&four_squares).map(|row| row.bound), Some(1 << 30));
        let cube = [bin(IntOp::Mul, 1, 1, 0), imm(IntOp::Add, 1, 1, 1)];
        let cube = [&square[..], &cube[..]].concat();
        assert_eq!(Row::of(&cube).map(|row| row.bound), Some(1 << 16));
    }

    #[test]
    fn ranges_are_those_of_the_operations() {
        let seven = (7, 7);
        assert_eq!(result(IntOp::Sub, (-2, 5), (1, 9)), Some((-11, 4)));
        assert_eq!(result(IntOp::Mul, (-2, 5), (-3, 4)), Some((-15, 20)));
        assert_eq!(result(IntOp::Div, (-20, 20), seven), Some((-2, 2)));
        assert_eq!(result(IntOp::Rem, (-20, 20), seven), Some((-6, 6)));
        assert_eq!(result(IntOp::Rem, (0, 3), seven), Some((0, 3)));
        assert_eq!(result(IntOp::Shr, (-20, 20), (2, 2)), Some((-5, 5)));
        let most = (i64::MAX.into(), i64::MAX.into());
        assert_eq!(result(IntOp::Add, most, (0, 0)), Some(most));
        assert_eq!(result(IntOp::Add, most, (0, 1)), None);
    }
}
