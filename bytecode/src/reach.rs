//! Which instructions of a function can be carried out at all.

use crate::inst::Inst;

/// For each instruction, whether some path from the first one leads to it. Targets outside the code lead nowhere.
pub fn reached(code: &[Inst]) -> Vec<bool> {
    let mut reached = vec![false; code.len()];
    let mut next = vec![0];
    while let Some(at) = next.pop() {
        let Some(known) = reached.get_mut(at) else {
            continue;
        };
        if !std::mem::replace(known, true) {
            let inst = &code[at];
            inst.targets(&mut |label| next.push(label.0 as usize));
            if !inst.is_terminator() {
                next.push(at + 1);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Label, Reg};

    fn jump(target: u32) -> Inst {
        let target = Label(target);
        Inst::Jump { target }
    }

    #[test]
    fn what_no_path_leads_to_is_not_reached() {
        let (a, target) = (Reg(0), Label(4));
        let code = [
            jump(2),
            jump(3),
            Inst::BranchIf { a, target },
            jump(2),
            jump(99),
            Inst::ConstInt { dst: a, value: 0 },
        ];
        assert_eq!(reached(&code), [true, false, true, true, true, false]);
        assert_eq!(reached(&[]), [] as [bool; 0]);
    }
}
