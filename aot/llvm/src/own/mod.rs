//! Which lists are certain to be one's own, so that they can be changed without a look at their counts.
//!
//! A list is *own* when it is the static empty one, or flat with a count of 1 and a buffer that has no other list: what `list.set` gives, whether it
//! changed the list in place or had to copy it. So after its first turn a loop that changes a list would not have to look any more. It does not, because
//! a block is lowered once for each set of own lists with which it is reached (a *version*); turns of a loop that still do not know whether a list which
//! is changed in it is own look once, and go on in the version that knows. A function that changes a list it is given has a *variant* for own lists, which
//! callers use that know theirs to be own, and callers know of results that are own in any case.

mod flow;
mod wanted;

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Module, Reg};
use snow_bytecode::types::Type;

use flow::Versions;
use wanted::Wanted;

/// A set of registers that hold own lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Known(u64);

impl Known {
    /// Nothing is known.
    pub const NOTHING: Known = Known(0);

    fn contains(self, other: Known) -> bool {
        self.0 & other.0 == other.0
    }

    fn and(self, other: Known) -> Known {
        Known(self.0 | other.0)
    }

    fn only(self, other: Known) -> Known {
        Known(self.0 & other.0)
    }

    fn without(self, other: Known) -> Known {
        Known(self.0 & !other.0)
    }

    fn len(self) -> u32 {
        self.0.count_ones()
    }
}

/// How a function of the object is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// With any arguments.
    Any,
    /// With own lists for all parameters that it changes.
    Own,
}

/// What is known about the functions of an object.
pub struct Ownership {
    functions: FxHashMap<u32, Facts>,
}

/// What is known about a function that has lists.
struct Facts {
    lists: Lists,
    wanted: Wanted,
    /// The lists among the parameters that it changes.
    entry: Known,
    any: Versions,
    own: Versions,
}

impl Ownership {
    /// Looks at the functions of an object; of others nothing is known.
    pub fn of(module: &Module, funcs: &[FuncId]) -> Ownership {
        let with_lists = funcs.iter().filter_map(|id| {
            let lists = Lists::of(module, module.func(*id))?;
            Some((id.0, Facts::new(module.func(*id), lists)))
        });
        let mut ownership = Ownership {
            functions: with_lists.collect(),
        };
        let mut ids: Vec<FuncId> = ownership.functions.keys().copied().map(FuncId).collect();
        ids.sort_unstable();
        until_stable(&ids, |id| ownership.want(module, id));
        // From the assumption that all results are own, until none has to be taken back.
        until_stable(&ids, |id| ownership.follow(module, id));
        ownership
    }

    /// What is known in a function.
    pub fn view<'a>(&'a self, module: &'a Module, id: FuncId) -> View<'a> {
        View {
            ownership: self,
            id,
            func: module.func(id),
            facts: self.functions.get(&id.0),
        }
    }

    fn want(&mut self, module: &Module, id: FuncId) -> bool {
        let view = self.view(module, id);
        let Some(facts) = view.facts else {
            return false;
        };
        let wanted = Wanted::compute(&view);
        let params = facts.lists.params(view.func);
        let entry = facts.entry.and(wanted.changed(0).only(params));
        let changed = wanted != facts.wanted || entry != facts.entry;
        if let Some(facts) = self.functions.get_mut(&id.0) {
            (facts.wanted, facts.entry) = (wanted, entry);
        }
        changed
    }

    fn follow(&mut self, module: &Module, id: FuncId) -> bool {
        let view = self.view(module, id);
        let Some(facts) = view.facts else {
            return false;
        };
        let any = Versions::compute(&view, Known::NOTHING, facts.any.results);
        let own = match facts.entry {
            Known::NOTHING => any.clone(),
            entry => Versions::compute(&view, entry, facts.own.results),
        };
        let changed = any.results != facts.any.results || own.results != facts.own.results;
        if let Some(facts) = self.functions.get_mut(&id.0) {
            (facts.any, facts.own) = (any, own);
        }
        changed
    }
}

/// Does something with all functions until nothing changes any more.
fn until_stable(ids: &[FuncId], mut changes: impl FnMut(FuncId) -> bool) {
    while ids.iter().filter(|id| changes(**id)).count() > 0 {}
}

impl Facts {
    fn new(func: &Function, lists: Lists) -> Facts {
        Facts {
            lists,
            wanted: Wanted::default(),
            entry: Known::NOTHING,
            any: Versions::assumed(func),
            own: Versions::assumed(func),
        }
    }

    fn versions(&self, variant: Variant) -> &Versions {
        match variant {
            Variant::Any => &self.any,
            Variant::Own => &self.own,
        }
    }
}

/// The registers of a function that hold lists, numbered.
struct Lists(FxHashMap<u32, u32>);

impl Lists {
    /// None when there are none. Of more than 64 nothing is known about the others.
    fn of(module: &Module, func: &Function) -> Option<Lists> {
        let is_list = |slot: &Slot| matches!(slot, Slot::Ref(ty) if matches!(module.types.get(*ty), Type::List(_)));
        let regs = (0u32..).zip(&func.regs).filter(|(_, slot)| is_list(slot));
        let numbers: FxHashMap<u32, u32> = regs.map(|(reg, _)| reg).zip(0..64).collect();
        (!numbers.is_empty()).then_some(Lists(numbers))
    }

    fn set(&self, reg: Reg) -> Known {
        self.0
            .get(&reg.0)
            .map_or(Known::NOTHING, |number| Known(1 << number))
    }

    fn params(&self, func: &Function) -> Known {
        let params = (0u32..).zip(&func.params);
        let owned = params.filter(|(_, param)| !param.is_borrowed());
        owned.fold(Known::NOTHING, |set, (reg, _)| set.and(self.set(Reg(reg))))
    }
}

/// What is known in one function.
#[derive(Clone, Copy)]
pub struct View<'a> {
    ownership: &'a Ownership,
    id: FuncId,
    func: &'a Function,
    facts: Option<&'a Facts>,
}

impl View<'_> {
    /// Where a variant begins.
    pub fn entry(&self, variant: Variant) -> Known {
        match (variant, self.facts) {
            (Variant::Own, Some(facts)) => facts.entry,
            _ => Known::NOTHING,
        }
    }

    /// Whether a register holds an own list.
    pub fn is_own(&self, reg: Reg, known: Known) -> bool {
        let set = self.set(reg);
        set != Known::NOTHING && known.contains(set)
    }

    /// The version of a block that is reached with this knowledge.
    pub fn version(&self, variant: Variant, block: usize, known: Known) -> Known {
        match self.facts {
            Some(facts) => facts
                .versions(variant)
                .best(block, known.only(facts.wanted.kept(block))),
            None => Known::NOTHING,
        }
    }

    /// For a jump back to a loop's begin: the version to which it may go when a look shows that these registers hold own lists.
    pub fn promotion(
        &self,
        variant: Variant,
        block: usize,
        known: Known,
    ) -> Option<(Known, Vec<Reg>)> {
        let facts = self.facts?;
        let plain = self.version(variant, block, known);
        let aim = self.aim(block, known);
        let better = facts.versions(variant).best(block, aim);
        if better == plain {
            return None;
        }
        let unknown = better.without(known);
        let regs = (0..self.func.regs.len() as u32).map(Reg);
        let regs = regs.filter(|reg| self.is_own(*reg, unknown)).collect();
        Some((better, regs))
    }

    /// The best that a turn of a loop may know when it begins.
    fn aim(&self, block: usize, known: Known) -> Known {
        let Some(facts) = self.facts else {
            return Known::NOTHING;
        };
        let kept = known.only(facts.wanted.kept(block));
        kept.and(facts.wanted.changed(block))
    }

    fn set(&self, reg: Reg) -> Known {
        self.facts
            .map_or(Known::NOTHING, |facts| facts.lists.set(reg))
    }

    fn sets(&self, regs: &[Reg]) -> Known {
        regs.iter()
            .fold(Known::NOTHING, |set, reg| set.and(self.set(*reg)))
    }

    /// The variant of a function that is called with these arguments.
    pub fn callee(&self, callee: FuncId, args: &[Reg], known: Known) -> Variant {
        let changed = self.changed_args(callee, args);
        match changed != Known::NOTHING && known.contains(changed) {
            true => Variant::Own,
            false => Variant::Any,
        }
    }

    /// The arguments that a function changes. Nothing when one of them is not tracked: then there is no variant for the call.
    fn changed_args(&self, callee: FuncId, args: &[Reg]) -> Known {
        let Some(facts) = self.ownership.functions.get(&callee.0) else {
            return Known::NOTHING;
        };
        let params = (0u32..).zip(args);
        let changed = params.filter(|(param, _)| {
            let param = facts.lists.set(Reg(*param));
            param != Known::NOTHING && facts.entry.contains(param)
        });
        let sets: Vec<Known> = changed.map(|(_, arg)| self.set(*arg)).collect();
        match sets.contains(&Known::NOTHING) {
            true => Known::NOTHING,
            false => sets.into_iter().fold(Known::NOTHING, Known::and),
        }
    }

    /// What is known of the parameters after a call of the function to itself.
    pub fn turned(&self, args: &[Reg], known: Known) -> Known {
        let params = (0u32..).map(Reg).zip(args);
        let own = params.filter(|(_, arg)| self.is_own(**arg, known));
        own.fold(Known::NOTHING, |set, (param, _)| set.and(self.set(param)))
    }

    /// Which results of a call are own.
    fn results_of(&self, callee: FuncId, variant: Variant) -> u64 {
        let facts = self.ownership.functions.get(&callee.0);
        facts.map_or(0, |facts| facts.versions(variant).results)
    }

    /// What is known behind an instruction, where it goes on and where it jumps.
    pub fn after(&self, inst: &Inst, known: Known) -> Known {
        if self.facts.is_none() {
            return Known::NOTHING;
        }
        let made = self.made(inst, known);
        if reads_only(inst) {
            return known.without(self.written(inst));
        }
        let mut gone = Known::NOTHING;
        inst.accesses(None, &mut |access| {
            let (Access::Use(reg) | Access::Take(reg) | Access::Def(reg)) = access;
            gone = gone.and(self.set(reg));
        });
        known.without(gone).and(made)
    }

    fn written(&self, inst: &Inst) -> Known {
        let mut written = Known::NOTHING;
        inst.defs(&mut |reg| written = written.and(self.set(reg)));
        written
    }

    /// The own lists that an instruction makes.
    fn made(&self, inst: &Inst, known: Known) -> Known {
        match inst {
            Inst::ListNew { dst, .. }
            | Inst::ListSet { dst, .. }
            | Inst::ListTake { dst, .. }
            | Inst::ListFill { dst, .. } => self.set(*dst),
            Inst::Call { func, dsts, args } => {
                let results = self.results_of(*func, self.callee(*func, args, known));
                let own = (0..dsts.len()).filter(|number| results >> number & 1 == 1);
                own.fold(Known::NOTHING, |set, number| {
                    set.and(self.set(dsts[number]))
                })
            }
            _ => match stays(inst) {
                Some((dst, src)) if self.is_own(src, known) => self.set(dst),
                _ => Known::NOTHING,
            },
        }
    }
}

/// The register of the list that an instruction gives, and of the one that it takes, when the first is own where the second is.
fn stays(inst: &Inst) -> Option<(Reg, Reg)> {
    match inst {
        Inst::ListAppend { dst, list, .. }
        | Inst::ListPrepend { dst, list, .. }
        | Inst::ListUncons {
            tail: dst, list, ..
        } => Some((*dst, *list)),
        Inst::Move { dst, src } => Some((*dst, *src)),
        _ => None,
    }
}

/// Whether an instruction leaves the counts of the lists that it reads alone.
fn reads_only(inst: &Inst) -> bool {
    matches!(
        inst,
        Inst::ListLen { .. }
            | Inst::ListGet { .. }
            | Inst::ListGetDup { .. }
            | Inst::Equal { .. }
            | Inst::Compare { .. }
            | Inst::Hash { .. }
    )
}
