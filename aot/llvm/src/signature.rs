//! How Snow functions take arguments and give results: `docs/native.md`, "Functions".

use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType, StructType};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Function;
use snow_vm::abi::state::{FLOAT_ARGS, FLOAT_RESULTS, INT_ARGS, INT_RESULTS};

use crate::build::Build;

/// Where an argument or result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a register: the number among those passed in registers.
    Register(u32),
    /// In the context: the number among those that are there.
    Context(u64),
}

/// Kinds and places of the arguments and results of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convention {
    /// Kinds of the parameters.
    pub params: Vec<Slot>,
    /// Where they are.
    pub param_places: Vec<Place>,
    /// Kinds of the results.
    pub results: Vec<Slot>,
    /// Where they are.
    pub result_places: Vec<Place>,
}

impl Convention {
    /// The convention for parameters and results of these kinds.
    pub fn new(params: Vec<Slot>, results: Vec<Slot>) -> Convention {
        Convention {
            param_places: places(&params, INT_ARGS, FLOAT_ARGS),
            result_places: places(&results, INT_RESULTS, FLOAT_RESULTS),
            params,
            results,
        }
    }

    /// What makes the types of two functions the same for LLVM, as a part of a symbol.
    pub fn shape(&self) -> String {
        let kind = |slot: &Slot| match slot {
            Slot::Word => 'w',
            Slot::Float => 'f',
            Slot::Ref(_) | Slot::Null(_) | Slot::Any | Slot::Token(_) => 'p',
        };
        let params: String = self.params.iter().map(kind).collect();
        let results: String = self.results.iter().map(kind).collect();
        format!("{params}.{results}")
    }

    /// The convention of a function.
    pub fn of(func: &Function) -> Convention {
        let params = func.params.iter().map(|param| param.slot).collect();
        Convention::new(params, func.results.clone())
    }

    /// What a call returns: the results in registers, then the status.
    pub fn ret_type<'c>(&self, b: &Build<'c>) -> StructType<'c> {
        let mut fields: Vec<BasicTypeEnum<'c>> = Vec::new();
        for (slot, place) in self.results.iter().zip(&self.result_places) {
            if let Place::Register(_) = place {
                fields.push(b.t.slot(*slot));
            }
        }
        fields.push(b.t.i32.into());
        b.context.struct_type(&fields, false)
    }

    /// Number of the status among the fields of the struct that a call returns.
    pub fn status_field(&self) -> u32 {
        let in_registers = |place: &&Place| matches!(place, Place::Register(_));
        self.result_places.iter().filter(in_registers).count() as u32
    }

    /// The function's type: the context, then the arguments in registers.
    pub fn fn_type<'c>(&self, b: &Build<'c>) -> FunctionType<'c> {
        let mut params: Vec<BasicMetadataTypeEnum<'c>> = vec![b.t.ptr.into()];
        for (slot, place) in self.params.iter().zip(&self.param_places) {
            if let Place::Register(_) = place {
                params.push(b.t.slot(*slot).into());
            }
        }
        self.ret_type(b).fn_type(&params, false)
    }
}

fn places(slots: &[Slot], ints: usize, floats: usize) -> Vec<Place> {
    let (mut ints, mut floats) = (ints, floats);
    let (mut registers, mut context) = (0, 0);
    let place = |slot: &Slot| {
        let left = match slot {
            Slot::Float => &mut floats,
            _ => &mut ints,
        };
        if *left > 0 {
            *left -= 1;
            registers += 1;
            Place::Register(registers - 1)
        } else {
            context += 1;
            Place::Context(context - 1)
        }
    };
    slots.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_word_and_the_third_result_are_in_the_context() {
        let params = [
            Slot::Word,
            Slot::Float,
            Slot::Word,
            Slot::Any,
            Slot::Word,
            Slot::Word,
            Slot::Word,
        ];
        let convention = Convention::new(params.to_vec(), vec![Slot::Word, Slot::Any, Slot::Word]);
        assert_eq!(convention.param_places[5], Place::Register(5));
        assert_eq!(convention.param_places[6], Place::Context(0));
        assert_eq!(convention.result_places[2], Place::Context(0));
        assert_eq!(convention.status_field(), 2);
    }
}
