//! Borrow inference: which parameters of direct functions the caller keeps.
//!
//! A parameter is owned when its function consumes it, or consumes references read out of it in a way that profits from its being the only one
//! (anything but returning them), directly or by passing it to an owned parameter; when its function takes it apart and builds cells of its type, which
//! can then take its memory; and when a tail call passes it a value that its frame owns, which must not outlive that frame.

use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, FuncKind, Mode};
use snow_bytecode::types::TypeId;

use crate::core::flat::ir::{Block, End, Func, Program, Stmt, Var};
use crate::stack::with_stack;

/// A parameter of a function.
type Place = (u32, u32);

/// Sets the modes of all parameters.
pub(super) fn infer(program: &mut Program) {
    let mut facts = Facts::default();
    for (index, func) in program.funcs.iter().enumerate() {
        let mut scan = Scan::new(program, index as u32, func, &mut facts);
        scan.block(&func.body);
        scan.rebuilt();
    }
    facts.settle();
    for (index, func) in program.funcs.iter_mut().enumerate() {
        let direct = matches!(func.kind, FuncKind::Direct);
        for position in 0..func.params.len() {
            let place = (index as u32, position as u32);
            let borrow = direct
                && func.is_ref(func.params[position].var)
                && !facts.owned.contains_key(&place);
            func.params[position].mode = if borrow { Mode::Borrow } else { Mode::Own };
        }
    }
}

/// What the functions say about each other's parameters.
#[derive(Default)]
struct Facts {
    /// Owned parameters.
    owned: FxHashMap<Place, ()>,
    /// If the first is owned, so is the second.
    implies: FxHashMap<Place, Vec<Place>>,
}

impl Facts {
    fn own(&mut self, place: Place) {
        self.owned.insert(place, ());
    }

    fn imply(&mut self, cause: Place, effect: Place) {
        if cause != effect {
            self.implies.entry(cause).or_default().push(effect);
        }
    }

    /// Follows all implications.
    fn settle(&mut self) {
        let mut queue: Vec<Place> = self.owned.keys().copied().collect();
        while let Some(place) = queue.pop() {
            for effect in self.implies.remove(&place).unwrap_or_default() {
                if self.owned.insert(effect, ()).is_none() {
                    queue.push(effect);
                }
            }
        }
    }
}

/// Where a reference comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// The parameter itself.
    Param(u32),
    /// Read out of cells that the parameter refers to.
    Part(u32),
    /// Read out of a collection, which cannot be taken apart.
    Element(u32),
}

impl Origin {
    fn param(self) -> u32 {
        match self {
            Origin::Param(param) | Origin::Part(param) | Origin::Element(param) => param,
        }
    }
}

/// Gathers the facts of one function.
struct Scan<'a> {
    program: &'a Program,
    index: u32,
    func: &'a Func,
    facts: &'a mut Facts,
    origins: FxHashMap<Var, Origin>,
    /// Types of the cells that the function builds.
    built: FxHashSet<TypeId>,
    /// Parameters whose cells are read, and the cells' types.
    apart: Vec<(u32, TypeId)>,
}

impl<'a> Scan<'a> {
    fn new(program: &'a Program, index: u32, func: &'a Func, facts: &'a mut Facts) -> Self {
        let mut origins = FxHashMap::default();
        if matches!(func.kind, FuncKind::Direct) {
            for (position, param) in func.params.iter().enumerate() {
                if func.is_ref(param.var) {
                    origins.insert(param.var, Origin::Param(position as u32));
                }
            }
        }
        Scan {
            program,
            index,
            func,
            facts,
            origins,
            built: FxHashSet::default(),
            apart: Vec::new(),
        }
    }

    fn block(&mut self, block: &Block) {
        with_stack(|| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst),
                    Stmt::Join(join) => self.block(&join.body),
                }
            }
            match &block.end {
                End::Leave(Inst::Return { values }, _) => self.returns(values),
                End::Leave(Inst::TailCall { func, args }, _) => self.tail_call(*func, args),
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst);
                }
                End::Jump(_, args) => args.iter().for_each(|arg| self.consumed(*arg)),
            }
            block.end.blocks().for_each(|block| self.block(block));
        });
    }

    fn inst(&mut self, inst: &Inst) {
        self.trace(inst);
        self.shapes(inst);
        match inst {
            Inst::Call { func, args, .. } => self.args(*func, args),
            Inst::CallNative { native, .. } => {
                let params = self.program.natives.get(native.0 as usize);
                let params = params.map(|native| native.params.as_slice());
                self.takes(inst, params);
            }
            _ => self.takes(inst, None),
        }
    }

    fn takes(&mut self, inst: &Inst, params: Option<&[snow_bytecode::module::ParamSlot]>) {
        let mut taken = Vec::new();
        inst.accesses(params, &mut |access| {
            if let Access::Take(var) = access {
                taken.push(var);
            }
        });
        taken.into_iter().for_each(|var| self.consumed(var));
    }

    /// Remembers where an instruction's results come from.
    fn trace(&mut self, inst: &Inst) {
        let src = inst.borrows_from().or(inst.moves().map(|(_, src)| src));
        let Some(origin) = src.and_then(|src| self.origins.get(&src).copied()) else {
            return;
        };
        let param = origin.param();
        let part = match inst {
            Inst::Move { .. } | Inst::Cast { .. } => origin,
            Inst::Load { .. } | Inst::Unbox { .. } if !matches!(origin, Origin::Element(_)) => {
                Origin::Part(param)
            }
            _ => Origin::Element(param),
        };
        let mut dsts = Vec::new();
        inst.defs(&mut |dst| dsts.push(dst));
        dsts.retain(|dst| self.func.is_ref(*dst));
        self.origins.extend(dsts.into_iter().map(|dst| (dst, part)));
    }

    /// Remembers what cells are built, and of which parameters cells are read.
    fn shapes(&mut self, inst: &Inst) {
        match inst {
            Inst::New { ty, .. } => {
                self.built.insert(*ty);
            }
            Inst::Load { src, .. } => {
                if let (Some(Origin::Param(param)), Slot::Ref(ty)) =
                    (self.origins.get(src), self.func.slot(*src))
                {
                    self.apart.push((*param, ty));
                }
            }
            _ => {}
        }
    }

    /// Owns the parameters whose cells can become the cells that the function builds.
    fn rebuilt(&mut self) {
        for (param, ty) in std::mem::take(&mut self.apart) {
            if self.built.contains(&ty) {
                self.facts.own((self.index, param));
            }
        }
    }

    fn consumed(&mut self, var: Var) {
        if let Some(Origin::Param(param) | Origin::Part(param)) = self.origins.get(&var) {
            self.facts.own((self.index, *param));
        }
    }

    fn returns(&mut self, values: &[Var]) {
        for value in values {
            if let Some(Origin::Param(param)) = self.origins.get(value) {
                self.facts.own((self.index, *param));
            }
        }
    }

    fn args(&mut self, func: FuncId, args: &[Var]) {
        for (position, arg) in args.iter().enumerate() {
            if let Some(Origin::Param(param) | Origin::Part(param)) = self.origins.get(arg) {
                let place = (self.index, *param);
                self.facts.imply((func.0, position as u32), place);
            }
        }
    }

    fn tail_call(&mut self, func: FuncId, args: &[Var]) {
        self.args(func, args);
        for (position, arg) in args.iter().enumerate() {
            if !self.func.is_ref(*arg) {
                continue;
            }
            let place = (func.0, position as u32);
            match self.origins.get(arg) {
                Some(origin) => self.facts.imply((self.index, origin.param()), place),
                None => self.facts.own(place),
            }
        }
    }
}
