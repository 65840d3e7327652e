//! The loops of a function, and the lists that they only read.

use std::collections::BTreeMap;

use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{Function, Module, Reg};
use snow_bytecode::reach::reached;
use snow_bytecode::types::Type;

/// The loops of a function that keep lists, by header.
pub struct Loops(BTreeMap<usize, Loop>);

/// One loop.
struct Loop {
    /// Whether instructions are in it, from the header on.
    members: Vec<bool>,
    /// Lists that it reads and does not change or give away, unless a loop around it does neither.
    lists: Vec<Reg>,
}

impl Loops {
    /// Looks at a function.
    pub fn of(module: &Module, func: &Function) -> Loops {
        let mut ends = BTreeMap::new();
        for (index, inst) in func.code.iter().enumerate() {
            inst.targets(&mut |label| {
                if label.0 as usize <= index {
                    ends.insert(label.0 as usize, index);
                }
            });
        }
        let mut loops = Loops(BTreeMap::new());
        if ends.is_empty() {
            return loops;
        }
        let reached = reached(&func.code);
        // Loops around others begin before them.
        for (header, end) in ends {
            let mut found = Loop::new(module, func, header, end, &reached);
            found
                .lists
                .retain(|list| loops.kept(*list, header).is_none());
            if !found.lists.is_empty() {
                loops.0.insert(header, found);
            }
        }
        loops
    }

    /// The lists that each loop keeps.
    pub fn lists(&self) -> impl Iterator<Item = (usize, Reg)> {
        let each = self.0.iter();
        each.flat_map(|(header, found)| found.lists.iter().map(|list| (*header, *list)))
    }

    /// The loop around an instruction that keeps a list.
    pub fn kept(&self, list: Reg, at: usize) -> Option<usize> {
        let mut around = self.0.range(..=at);
        let found =
            around.find(|(header, found)| found.has(**header, at) && found.lists.contains(&list));
        found.map(|(header, _)| *header)
    }

    /// The loops around an instruction, each with the lists that it keeps.
    pub fn kept_at(&self, at: usize) -> impl Iterator<Item = (usize, Reg)> {
        let around = self.0.range(..=at);
        let around = around.filter(move |(header, found)| found.has(**header, at));
        around.flat_map(|(header, found)| found.lists.iter().map(|list| (*header, *list)))
    }

    /// The lists that a loop keeps, where it is entered from outside of it.
    pub fn entered(&self, header: usize, from: usize) -> &[Reg] {
        let found = self.0.get(&header);
        let found = found.filter(|found| !found.has(header, from));
        found.map_or(&[], |found| &found.lists)
    }
}

impl Loop {
    fn new(module: &Module, func: &Function, header: usize, end: usize, reached: &[bool]) -> Loop {
        let members = members(func, header, end);
        let is_list = |reg: &Reg| matches!(func.regs[reg.0 as usize], Slot::Ref(ty) if matches!(module.types.get(ty), Type::List(_)));
        let mut lists: Vec<Reg> = Vec::new();
        let mut changed = Vec::new();
        for (index, inst) in func.code.iter().enumerate().skip(header) {
            if members.get(index - header) != Some(&true) {
                continue;
            }
            // The verifier does not look at code that nothing reaches: what is read there may hold nothing.
            if reached[index] {
                lists.extend(list_read(inst).filter(is_list));
            }
            inst.accesses(module.callee_params(inst), &mut |access| match access {
                Access::Def(reg) | Access::Take(reg) => changed.push(reg),
                Access::Use(_) => {}
            });
        }
        lists.sort_unstable();
        lists.dedup();
        lists.retain(|list| !changed.contains(list));
        let mut found = Loop { members, lists };
        if !found.lists.is_empty() && found.has_side_entry(func, header) {
            found.lists.clear();
        }
        found
    }

    /// Whether code outside of the loop leads into its middle.
    fn has_side_entry(&self, func: &Function, header: usize) -> bool {
        let mut found = false;
        for (index, inst) in func.code.iter().enumerate() {
            if !self.has(header, index) {
                let mut look = |to: usize| found |= to != header && self.has(header, to);
                inst.targets(&mut |label| look(label.0 as usize));
                if !inst.is_terminator() {
                    look(index + 1);
                }
            }
        }
        found
    }

    fn has(&self, header: usize, at: usize) -> bool {
        let found = at.checked_sub(header).and_then(|at| self.members.get(at));
        found.copied().unwrap_or(false)
    }
}

/// Which instructions from a header to the last jump back lead to the header.
fn members(func: &Function, header: usize, end: usize) -> Vec<bool> {
    let mut members = vec![false; end + 1 - header];
    members[0] = true;
    let mut grew = true;
    while grew {
        grew = false;
        for index in (header..=end).rev() {
            let inst = &func.code[index];
            let has = |to: usize| to >= header && members.get(to - header) == Some(&true);
            let mut leads = !inst.is_terminator() && has(index + 1);
            inst.targets(&mut |label| leads |= has(label.0 as usize));
            grew |= leads && !members[index - header];
            members[index - header] |= leads;
        }
    }
    members
}

/// The list that an instruction reads without changing it.
fn list_read(inst: &Inst) -> Option<Reg> {
    match inst {
        Inst::ListLen { list, .. } | Inst::ListGet { list, .. } | Inst::ListGetDup { list, .. } => {
            Some(*list)
        }
        _ => None,
    }
}
