//! Walking over Core: operands of operations and ends, and the blocks inside a block.

use super::ir::{Block, End, Op, Stmt, Var};

impl Op {
    /// Calls `visit` for each operand.
    pub fn operands(&self, visit: &mut dyn FnMut(Var)) {
        // The mutable walk is the one definition; operands are plain numbers, so a copy is cheap where there are no lists.
        match self {
            Op::Call(_, args)
            | Op::Native(_, args)
            | Op::Closure(_, args)
            | Op::Construct(_, args)
            | Op::List(args) => {
                args.iter().copied().for_each(visit);
            }
            Op::CallClosure(callee, args) => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            Op::Update(base, fields) => {
                visit(*base);
                fields.iter().for_each(|(_, value)| visit(*value));
            }
            other => other.clone().operands_mut(&mut |var| visit(*var)),
        }
    }

    /// Calls `visit` for each operand, which it may replace.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Var)) {
        match self {
            Op::Unit
            | Op::Bool(_)
            | Op::Int(_)
            | Op::Float(_)
            | Op::Str(_)
            | Op::Bytes(_)
            | Op::Atom(_)
            | Op::FuncValue(_)
            | Op::BytesNew(_)
            | Op::MapNew => {}
            Op::Copy(a)
            | Op::IntNeg(a)
            | Op::FloatUn(_, a)
            | Op::Not(a)
            | Op::Hash(a)
            | Op::Project { value: a, .. }
            | Op::RangeStart(a)
            | Op::RangeEnd(a)
            | Op::ListLen(a)
            | Op::ListHead(a)
            | Op::StrEq(a, _)
            | Op::StrStartsWith(a, _)
            | Op::StrDropBytes(a, _)
            | Op::BytesLen(a) => visit(a),
            Op::IntBin(_, a, b)
            | Op::IntCmp(_, a, b)
            | Op::FloatBin(_, a, b)
            | Op::FloatCmp(_, a, b)
            | Op::Equal(a, b)
            | Op::Compare(a, b)
            | Op::Range(a, b)
            | Op::ListGet(a, b)
            | Op::ListAppend(a, b)
            | Op::ListPrepend(a, b)
            | Op::ListDrop(a, b)
            | Op::ListConcat(a, b)
            | Op::Concat(a, b)
            | Op::AppendText(_, a, b)
            | Op::BytesScalar(a, b)
            | Op::BytesDrop(a, b)
            | Op::BytesPut(_, a, b)
            | Op::BytesPutScalar(a, b)
            | Op::MapHas(a, b)
            | Op::MapGet(a, b)
            | Op::MapNext(a, b)
            | Op::MapKeyAt(a, b)
            | Op::MapValueAt(a, b) => {
                visit(a);
                visit(b);
            }
            Op::BytesGet { bytes, at, .. } => {
                visit(bytes);
                at.iter_mut().for_each(visit);
            }
            Op::ListSet(a, b, c) | Op::MapPut(a, b, c) | Op::BytesSlice(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Op::Call(_, args)
            | Op::Native(_, args)
            | Op::Closure(_, args)
            | Op::Construct(_, args)
            | Op::List(args) => {
                args.iter_mut().for_each(visit);
            }
            Op::CallClosure(callee, args) => {
                visit(callee);
                args.iter_mut().for_each(visit);
            }
            Op::Update(base, fields) => {
                visit(base);
                fields.iter_mut().for_each(|(_, value)| visit(value));
            }
        }
    }
}

impl End {
    /// Calls `visit` for each variable that the end itself reads.
    pub fn operands(&self, visit: &mut dyn FnMut(Var)) {
        match self {
            End::Return(var) | End::Panic { text: var, .. } => visit(*var),
            End::If(on, ..) | End::Switch { on, .. } | End::SwitchInt { on, .. } => visit(*on),
            End::Jump(_, args) => args.iter().copied().for_each(visit),
            End::Crash { .. } | End::Unreachable => {}
        }
    }

    /// Calls `visit` for each variable that the end itself reads, which it may replace.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Var)) {
        match self {
            End::Return(var) | End::Panic { text: var, .. } => visit(var),
            End::If(on, ..) | End::Switch { on, .. } | End::SwitchInt { on, .. } => visit(on),
            End::Jump(_, args) => args.iter_mut().for_each(visit),
            End::Crash { .. } | End::Unreachable => {}
        }
    }

    /// The blocks that follow.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let mut first: Option<&Block> = None;
        let mut tags: &[(u8, Block)] = &[];
        let mut numbers: &[(i64, Block)] = &[];
        let mut last: Option<&Block> = None;
        match self {
            End::If(_, then, otherwise) => (first, last) = (Some(&**then), Some(&**otherwise)),
            End::Switch { arms, default, .. } => (tags, last) = (arms, default.as_deref()),
            End::SwitchInt { arms, default, .. } => (numbers, last) = (arms, Some(&**default)),
            End::Return(_)
            | End::Jump(..)
            | End::Crash { .. }
            | End::Panic { .. }
            | End::Unreachable => {}
        }
        let tags = tags.iter().map(|(_, block)| block);
        let numbers = numbers.iter().map(|(_, block)| block);
        first.into_iter().chain(tags).chain(numbers).chain(last)
    }

    /// The blocks that follow, to be changed.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        let mut first: Option<&mut Block> = None;
        let mut tags: &mut [(u8, Block)] = &mut [];
        let mut numbers: &mut [(i64, Block)] = &mut [];
        let mut last: Option<&mut Block> = None;
        match self {
            End::If(_, then, otherwise) => {
                (first, last) = (Some(&mut **then), Some(&mut **otherwise))
            }
            End::Switch { arms, default, .. } => (tags, last) = (arms, default.as_deref_mut()),
            End::SwitchInt { arms, default, .. } => (numbers, last) = (arms, Some(&mut **default)),
            End::Return(_)
            | End::Jump(..)
            | End::Crash { .. }
            | End::Panic { .. }
            | End::Unreachable => {}
        }
        let tags = tags.iter_mut().map(|(_, block)| block);
        let numbers = numbers.iter_mut().map(|(_, block)| block);
        first.into_iter().chain(tags).chain(numbers).chain(last)
    }
}

impl Block {
    /// Adds statements and takes over the end of another block, which is what follows.
    pub fn append(&mut self, mut more: Block) {
        self.stmts.append(&mut more.stmts);
        self.end = more.end;
    }

    /// Every block inside this one and itself, in no order that matters.
    pub fn all_blocks(&self) -> impl Iterator<Item = &Block> {
        // Most functions are asked many times, and most have few blocks: the first needs no memory, and those below are pushed one by one.
        let mut first = Some(self);
        let mut waiting = Vec::new();
        std::iter::from_fn(move || {
            let block = first.take().or_else(|| waiting.pop())?;
            block.push_below(&mut waiting);
            Some(block)
        })
    }

    fn push_below<'b>(&'b self, waiting: &mut Vec<&'b Block>) {
        match &self.end {
            End::If(_, then, otherwise) => waiting.extend([&**then, &**otherwise]),
            End::Switch { .. } | End::SwitchInt { .. } => waiting.extend(self.end.blocks()),
            _ => {}
        }
        for stmt in &self.stmts {
            if let Stmt::Join(join) = stmt {
                waiting.push(&join.body);
            }
        }
    }

    /// Calls `change` for every block inside this one and itself, outer ones first.
    pub fn for_each_block_mut(&mut self, change: &mut dyn FnMut(&mut Block)) {
        let mut waiting = vec![self];
        while let Some(block) = waiting.pop() {
            change(block);
            let Block { stmts, end } = block;
            waiting.extend(stmts.iter_mut().filter_map(|stmt| match stmt {
                Stmt::Join(join) => Some(&mut join.body),
                Stmt::Let { .. } => None,
            }));
            waiting.extend(end.blocks_mut());
        }
    }
}
