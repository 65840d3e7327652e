//! Rules about the content of cells, which depend on what is known of their tags.

use super::Scope;
use super::state::{Hole, Known, State};
use crate::inst::Inst;
use crate::layout::{CellLayout, Slot};
use crate::module::Reg;
use crate::verify::error::{Check, Fault, Rule, ensure};

impl<'m> Scope<'m> {
    /// Checks an instruction that touches the slots of a cell.
    pub(super) fn cell_rules(&self, state: &State, inst: &Inst) -> Check {
        match inst {
            Inst::Load { dst, src, slot } | Inst::LoadDup { dst, src, slot } => {
                self.writes(*dst, slot_of(self.content(state, *src)?, *slot)?)
            }
            Inst::TakeSlot { dst, src, slot } => {
                let kind = slot_of(self.content(state, *src)?, *slot)?;
                ensure(kind.is_ref(), Rule::Kind, || {
                    format!("slot {slot} of {src} is no reference")
                })?;
                self.writes(*dst, kind)
            }
            Inst::Unpack { dsts, src } => self.writes_some(dsts, &self.content(state, *src)?.slots),
            Inst::UnpackReuse { token, dsts, src } => {
                let content = self.content(state, *src)?;
                self.writes_token(*token, content)?;
                self.writes_some(dsts, &content.slots)
            }
            Inst::DropReuse { token, src } => self.writes_token(*token, self.content(state, *src)?),
            Inst::Update { src, fields, .. } => {
                self.update_fields(self.content(state, *src)?, fields)
            }
            Inst::ListFill { list: whole, .. } | Inst::MapFill { map: whole, .. } => {
                let has_hole = matches!(state.hole(*whole), Some(Hole::Element(_)));
                ensure(has_hole, Rule::Hole, || {
                    format!("{whole} has no hole to fill")
                })
            }
            Inst::Capture { dst, index, .. } => {
                let captures = self.captures();
                let Some(kind) = captures.get(usize::from(*index)) else {
                    return Err(Fault::new(
                        Rule::Operands,
                        format!("capture {index} of {}", captures.len()),
                    ));
                };
                self.writes(*dst, *kind)
            }
            _ => Ok(()),
        }
    }

    /// The content of the cell in a register, whose tag must be known unless there is only one.
    fn content(&self, state: &State, reg: Reg) -> Check<&'m CellLayout> {
        let (ty, cells) = self.boxed_cells(reg)?;
        let tag = match (cells, state.status[reg.0 as usize].known) {
            ([single], _) => return Ok(single),
            (_, Known::Tag(tag)) => tag,
            _ => {
                return Err(Fault::new(
                    Rule::Tag,
                    format!("which variant {reg} holds is not known here"),
                ));
            }
        };
        self.cell(ty, tag)
    }

    fn writes_token(&self, token: Reg, content: &CellLayout) -> Check {
        ensure(!content.slots.is_empty(), Rule::Sort, || {
            "a cell without slots has no memory to reuse".into()
        })?;
        self.writes(token, Slot::Token(content.slots.len() as u16))
    }

    fn update_fields(&self, content: &CellLayout, fields: &[(u16, Reg)]) -> Check {
        let mut numbers: Vec<u16> = fields.iter().map(|(slot, _)| *slot).collect();
        numbers.sort_unstable();
        let repeated = numbers.windows(2).find(|pair| pair[0] == pair[1]);
        ensure(repeated.is_none(), Rule::Operands, || {
            "a slot is updated twice".into()
        })?;
        fields
            .iter()
            .try_for_each(|(slot, reg)| self.reads(*reg, slot_of(content, *slot)?))
    }
}

fn slot_of(content: &CellLayout, slot: u16) -> Check<Slot> {
    let kind = content.slots.get(usize::from(slot)).copied();
    kind.ok_or_else(|| {
        Fault::new(
            Rule::Operands,
            format!("slot {slot} of a cell with {}", content.slots.len()),
        )
    })
}
