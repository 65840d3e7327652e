//! Expressions of a wanted type.

mod bytes;
mod calls;
mod closures;
mod collections;
mod control;
mod crashes;
mod literals;
mod numbers;
mod text;
mod users;

pub use calls::GENERIC;
pub use literals::PREFIXES;

use crate::generate::Gen;
use crate::tree::Node;
use crate::types::Type;

/// How deeply expressions nest, by default.
pub const FUEL: u32 = 3;

impl Gen {
    /// An expression of the type.
    pub fn expr(&mut self, ty: &Type, fuel: u32) -> Node {
        self.spend(1);
        if fuel == 0 || !self.can_spend() {
            return self.leaf(ty);
        }
        if self.danger && self.choices.chance(1) {
            return self.crash(ty);
        }
        let made = match self.choices.below(100) {
            0..20 => None,
            20..55 => self.of_any_type(ty, fuel - 1),
            _ => Some(self.of_this_type(ty, fuel - 1)),
        };
        made.unwrap_or_else(|| self.leaf(ty))
    }

    /// A variable or a literal.
    pub fn leaf(&mut self, ty: &Type) -> Node {
        let var = match self.choices.chance(80) {
            true => self.var(|other| other == ty),
            false => None,
        };
        match var {
            Some(var) => Node::word(ty.clone(), var.name),
            None => self.literal(ty),
        }
    }

    /// Something that can be of any type.
    fn of_any_type(&mut self, ty: &Type, fuel: u32) -> Option<Node> {
        match self.choices.below(16) {
            0 => Some(self.if_else(ty, fuel)),
            1..4 => Some(self.case(ty, fuel)),
            4 => Some(self.cond(ty, fuel)),
            5 => Some(self.block(ty, fuel)),
            6..9 => self.call(ty, fuel),
            9 => self.call_closure(ty, fuel),
            10 => Some(self.apply_at_once(ty, fuel)),
            11 => self.field(ty),
            12 => self.element(ty, fuel),
            13 => Some(self.reduced(ty, fuel)),
            14 => Some(self.generic(ty, fuel)),
            _ => self.try_operator(ty, fuel),
        }
    }

    /// Something that only this type has.
    fn of_this_type(&mut self, ty: &Type, fuel: u32) -> Node {
        match ty {
            Type::Int => self.int(fuel),
            Type::Float => self.float(fuel),
            Type::Bool => self.bool(fuel),
            Type::Ordering => self.ordering(fuel),
            Type::Str => self.text(fuel),
            Type::Bytes => self.bytes(fuel),
            Type::Unit | Type::Atom | Type::Param => self.literal(ty),
            Type::Tuple(parts) => self.tuple(parts, fuel),
            Type::List(of) => self.list(of, fuel),
            Type::Set(of) => self.set(of, fuel),
            Type::Map(key, value) => self.map(key, value, fuel),
            Type::Option(of) => self.option(of, fuel),
            Type::Result(of, error) => self.result(of, error, fuel),
            Type::Fun(params, ret) => self.function(params, ret, fuel),
            Type::User(..) => self.user(ty, fuel),
        }
    }
}
