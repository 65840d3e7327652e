//! Cells of boxed structs, tuples and sums; boxes.

use super::calls::{four, shorts};
use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::heap::header_word;
use crate::interp::opcode::Op;
use crate::value::cells::NO_REG;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;
use snow_bytecode::types::TypeId;

impl Emitter<'_> {
    /// Instructions on cells.
    pub fn cell(&mut self, inst: &Inst) {
        match inst {
            Inst::New {
                dst,
                ty,
                tag,
                fields,
            } => self.new_cell(*dst, *ty, *tag, fields),
            Inst::NewReuse {
                dst,
                token,
                ty,
                tag,
                fields,
            } => {
                self.op(Op::NewReuse, [dst.n(), token.n(), fields.len() as u16, 0]);
                self.data(header_word(*ty, *tag, 1), [0; 4]);
                self.row(&shorts(fields));
            }
            Inst::Load { dst, src, slot } => self.op(Op::Load, [dst.n(), src.n(), *slot, 0]),
            Inst::LoadDup { dst, src, slot } => {
                let op = match self.slot(*dst) {
                    Slot::Word | Slot::Float => Op::Load,
                    Slot::Ref(_) => Op::LoadDup,
                    Slot::Null(_) | Slot::Any | Slot::Token(_) => Op::LoadDupNullable,
                };
                self.op(op, [dst.n(), src.n(), *slot, 0]);
            }
            Inst::Unpack { dsts, src } | Inst::UnboxTake { dsts, src } => {
                self.unpack(None, dsts, *src)
            }
            Inst::UnpackReuse { token, dsts, src } => self.unpack(Some(*token), dsts, *src),
            Inst::DropReuse { token, src } => self.op(Op::DropReuse, [token.n(), src.n(), 0, 0]),
            Inst::TakeSlot { dst, src, slot } => {
                self.op(Op::TakeSlot, [dst.n(), src.n(), *slot, 0])
            }
            Inst::Update { dst, src, fields } => self.update(*dst, *src, fields),
            Inst::Box { dst, ty, slots } => self.new_cell(*dst, *ty, 0, slots),
            Inst::Unbox { dsts, src } => self.unbox(dsts, *src),
            _ => unreachable!("not an instruction on cells: {inst:?}"),
        }
    }

    /// `[op | dst] [header | fields 0..4]`, or `[op | dst, count] [header] [fields…]`
    fn new_cell(&mut self, dst: Reg, ty: TypeId, tag: u8, fields: &[Reg]) {
        const FEW: [Op; 4] = [Op::New1, Op::New2, Op::New3, Op::New4];
        let header = header_word(ty, tag, 1);
        match fields.len() {
            0 => {
                let cell = self.cx.types.info(ty).shape(tag).static_cell;
                self.constant(dst.n(), cell);
            }
            few @ 1..=4 => {
                self.op(FEW[few - 1], [dst.n(), 0, 0, 0]);
                self.data(header, four(fields));
            }
            many => {
                self.op(Op::NewMany, [dst.n(), many as u16, 0, 0]);
                self.data(header, [0; 4]);
                self.row(&shorts(fields));
            }
        }
    }

    /// `[op | dsts] [– | src, token]` when that is enough, else `[op | src, count, token] [dsts…]`
    fn unpack(&mut self, token: Option<Reg>, dsts: &[Option<Reg>], src: Reg) {
        const FREEING: [Op; 4] = [Op::Unpack1, Op::Unpack2, Op::Unpack3, Op::Unpack4];
        const KEEPING: [Op; 4] = [
            Op::UnpackReuse1,
            Op::UnpackReuse2,
            Op::UnpackReuse3,
            Op::UnpackReuse4,
        ];
        let token_reg = token.map_or(0, RegNumber::n);
        let count = dsts.len();
        if (1..=4).contains(&count) && !self.leaves_references(dsts, src) {
            let few = if token.is_some() { KEEPING } else { FREEING };
            let spare = Reg(u32::from(self.spare()));
            let regs: Vec<Reg> = dsts.iter().map(|dst| dst.unwrap_or(spare)).collect();
            self.op(few[count - 1], four(&regs));
            self.data(0, [src.n(), token_reg, 0, 0]);
            return;
        }
        let op = if token.is_some() {
            Op::UnpackReuse
        } else {
            Op::Unpack
        };
        self.op(op, [src.n(), count as u16, token_reg, 0]);
        let regs: Vec<u16> = dsts
            .iter()
            .map(|dst| dst.map_or(NO_REG, RegNumber::n))
            .collect();
        self.row(&regs);
    }

    /// Whether a cell that `src` may hold has references in slots without a destination.
    fn leaves_references(&self, dsts: &[Option<Reg>], src: Reg) -> bool {
        let Slot::Ref(ty) = self.slot(src) else {
            return true;
        };
        let cells = self.cx.types.layouts().cells(ty);
        cells.iter().any(|cell| {
            cell.slots.iter().enumerate().any(|(index, slot)| {
                slot.is_ref() && dsts.len() == cell.slots.len() && dsts[index].is_none()
            })
        })
    }

    /// `[op | dst, src, count] [slots and registers in turn…]`
    fn update(&mut self, dst: Reg, src: Reg, fields: &[(u16, Reg)]) {
        self.op(Op::Update, [dst.n(), src.n(), fields.len() as u16, 0]);
        let pairs: Vec<u16> = fields
            .iter()
            .flat_map(|(slot, reg)| [*slot, reg.n()])
            .collect();
        self.row(&pairs);
    }

    /// One load for each destination; the one that overwrites the box itself comes last.
    fn unbox(&mut self, dsts: &[Option<Reg>], src: Reg) {
        let loads = dsts
            .iter()
            .enumerate()
            .filter_map(|(slot, dst)| dst.map(|dst| (slot as u16, dst)));
        let (last, first): (Vec<_>, Vec<_>) = loads.partition(|(_, dst)| *dst == src);
        for (slot, dst) in first.into_iter().chain(last) {
            self.op(Op::Load, [dst.n(), src.n(), slot, 0]);
        }
    }
}
