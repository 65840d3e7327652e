//! Calls of functions of the program, and of generic ones.

use crate::generate::{Func, Gen};
use crate::tree::Node;
use crate::types::Type;

/// Functions of every program that take values of any type.
pub const GENERIC: &str = "\
fn pick(c, a, b) = if c do a else b end

fn same(x) = x

fn first_of((a, _)) = a

fn second_of((_, b)) = b

fn apply(x, f) = f(x)

fn map_all([], _f) = []
fn map_all([x, ...rest], f) = f(x) :: map_all(rest, f)

fn fold_all([], acc, _f) = acc
fn fold_all([x, ...rest], acc, f) = fold_all(rest, f(acc, x), f)
";

impl Gen {
    /// A call of a function that gives the type.
    pub(super) fn call(&mut self, ty: &Type, fuel: u32) -> Option<Node> {
        let fits = |func: &&Func| {
            func.ret == *ty
                && !(self.frame.closure && func.params.iter().any(|p| self.decls.has_functions(p)))
        };
        let fitting: Vec<Func> = self.funcs.iter().filter(fits).cloned().collect();
        if fitting.is_empty() {
            return None;
        }
        let func = self.choices.pick(&fitting).clone();
        self.call_of(&func, fuel)
    }

    /// A call of this function, if it is affordable.
    pub fn call_of(&mut self, func: &Func, fuel: u32) -> Option<Node> {
        let mut holes = vec!["@".to_owned(); func.params.len()];
        match func.turns {
            None if !self.spend(func.cost) => return None,
            None => {}
            Some(most) => {
                let left = self.frame.budget.saturating_sub(self.frame.spent) / self.frame.times;
                let turns = (left / 2 / func.cost).min(most);
                if turns < 2 || !self.spend(turns * func.cost) {
                    return None;
                }
                // Usually few turns, sometimes all that is affordable.
                let few = func.prints || self.choices.chance(60);
                let turns = if few { turns.min(12) } else { turns };
                holes.insert(0, turns.to_string());
            }
        }
        self.frame.prints |= func.prints;
        let piped = func.turns.is_none() && !holes.is_empty() && self.choices.chance(15);
        let template = match piped {
            true => format!("(@ |> {}({}))", func.name, holes[1..].join(", ")),
            false => format!("{}({})", func.name, holes.join(", ")),
        };
        Some(self.expr_with(func.ret.clone(), &template, &func.params, fuel))
    }

    /// A call of a generic function.
    pub(super) fn generic(&mut self, ty: &Type, fuel: u32) -> Node {
        let (own, other) = (ty.clone(), self.any_type());
        match self.choices.below(4) {
            0 => self.expr_with(
                own.clone(),
                "pick(@, @, @)",
                &[Type::Bool, own.clone(), own],
                fuel,
            ),
            1 => self.expr_with(own.clone(), "same(@)", &[own], fuel),
            2 => {
                let pair = Type::Tuple(vec![own.clone(), other]);
                self.expr_with(own, "first_of(@)", &[pair], fuel)
            }
            _ => {
                let pair = Type::Tuple(vec![other, own.clone()]);
                self.expr_with(own, "second_of(@)", &[pair], fuel)
            }
        }
    }
}
