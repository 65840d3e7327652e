//! Types as text: for messages (inference types, bounded in length) and for signatures.

use super::arena::{Arena, Node, RigidId, TyId};
use super::hole;
use crate::typed::{Bound, Con, Func, InterfaceId, ModuleId, Program, Ty, TypeDefId, TypeParam};

/// Types deeper than this are cut with `…` in messages.
const SHOWN_DEPTH: u32 = 8;
/// Texts longer than this are cut too.
const SHOWN_LENGTH: usize = 400;

/// Whether to name the module of every user type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualify {
    /// Only of types of other modules of the user.
    Foreign,
    /// Of every type that a module defines: two types of one name appear together.
    All,
}

/// Writes types as a module sees them.
pub struct Shower<'a> {
    /// Names of types.
    pub program: &'a Program,
    /// The reader's module.
    pub from: ModuleId,
    /// How much to qualify.
    pub qualify: Qualify,
    /// Unknown types met so far, named `a`, `b`, … in this order.
    vars: Vec<TyId>,
}

impl<'a> Shower<'a> {
    /// A shower for a module.
    pub fn new(program: &'a Program, from: ModuleId) -> Self {
        Shower {
            program,
            from,
            qualify: Qualify::Foreign,
            vars: Vec::new(),
        }
    }

    /// The name of a struct or sum type.
    pub fn type_name(&self, id: TypeDefId) -> String {
        let def = &self.program.types[id.0 as usize];
        let module = &self.program.modules[def.module.0 as usize];
        let qualified = match self.qualify {
            Qualify::All => true,
            Qualify::Foreign => def.module != self.from && !module.std,
        };
        if qualified {
            format!("{}.{}", module.name, def.name)
        } else {
            def.name.to_string()
        }
    }

    fn con_name(&self, con: Con) -> String {
        match con {
            Con::Unit => "()".to_owned(),
            Con::Adt(id) => self.type_name(id),
            other => format!("{other:?}"),
        }
    }

    /// Puts a constructor's text together from its arguments' texts.
    fn assemble(&self, con: Con, args: &[String]) -> String {
        match (con, args) {
            (Con::Fun, [params @ .., ret]) => format!("Fun({}) -> {ret}", params.join(", ")),
            (Con::Tuple, _) => format!("({})", args.join(", ")),
            (_, []) => self.con_name(con),
            _ => format!("{}<{}>", self.con_name(con), args.join(", ")),
        }
    }

    /// An inference type.
    pub fn open(&mut self, arena: &Arena, rigid: &dyn Fn(RigidId) -> String, ty: TyId) -> String {
        let text = self.open_at(arena, rigid, ty, 0);
        shorten(text)
    }

    fn open_at(
        &mut self,
        arena: &Arena,
        rigid: &dyn Fn(RigidId) -> String,
        ty: TyId,
        depth: u32,
    ) -> String {
        match arena.node(ty) {
            _ if depth > SHOWN_DEPTH => "…".to_owned(),
            Node::App(con, args) => {
                let args: Vec<String> = arena
                    .args(args)
                    .iter()
                    .map(|&arg| self.open_at(arena, rigid, arg, depth + 1))
                    .collect();
                self.assemble(con, &args)
            }
            Node::Rigid(id) => rigid(id),
            Node::Error => "_".to_owned(),
            Node::Var { .. } | Node::LetParam(_) | Node::Link(_) => {
                let root = arena.root(ty);
                let known = self.vars.iter().position(|&var| var == root);
                let index = known.unwrap_or_else(|| {
                    self.vars.push(root);
                    self.vars.len() - 1
                });
                letter(index)
            }
        }
    }

    /// A finished type, with names for its parameters.
    pub fn closed(&self, ty: &Ty, params: &[impl AsRef<str>]) -> String {
        shorten(self.closed_at(ty, params, 0))
    }

    fn closed_at(&self, ty: &Ty, params: &[impl AsRef<str>], depth: u32) -> String {
        match ty {
            _ if depth > SHOWN_DEPTH => "…".to_owned(),
            Ty::App(con, args) => {
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| self.closed_at(arg, params, depth + 1))
                    .collect();
                self.assemble(*con, &args)
            }
            Ty::Param(_) if hole::as_type(ty).is_some() => "_".to_owned(),
            Ty::Param(number) => match params.get(*number as usize) {
                Some(name) => name.as_ref().to_owned(),
                None => letter(*number as usize - params.len()),
            },
        }
    }

    /// `fn name<T>(a :: A, b :: B) -> R where T: Ord`.
    pub fn signature(&self, func: &Func) -> String {
        let names: Vec<&str> = func.type_params.iter().map(|p| p.name.as_str()).collect();
        let word = if func.is_actor { "actor" } else { "fn" };
        let mut text = format!("{word} {}", func.name);
        // Associated types have no place of their own in the list.
        let listed: Vec<&str> = names.iter().copied().filter(|n| !n.contains('.')).collect();
        if !listed.is_empty() && !func.is_actor {
            text.push_str(&format!("<{}>", listed.join(", ")));
        }
        let params: Vec<String> = func
            .params
            .iter()
            .map(|(name, ty)| {
                let ty = self.closed(ty, &names);
                if name.is_empty() {
                    ty
                } else {
                    format!("{name} :: {ty}")
                }
            })
            .collect();
        text.push_str(&format!("({})", params.join(", ")));
        if !func.is_actor {
            text.push_str(&format!(" -> {}", self.closed(&func.ret, &names)));
        }
        let bounds: Vec<String> = func
            .type_params
            .iter()
            .filter(|param| !param.bounds.is_empty())
            .map(|param| {
                let bounds: Vec<String> =
                    self.stated(param).map(|b| self.bound(b, &names)).collect();
                format!("{}: {}", param.name, bounds.join(" + "))
            })
            .collect();
        if !bounds.is_empty() {
            text.push_str(&format!(" where {}", bounds.join(", ")));
        }
        text
    }
}

impl Shower<'_> {
    /// The bounds of a parameter without those that follow from another one.
    fn stated<'p>(&'p self, param: &'p TypeParam) -> impl Iterator<Item = &'p Bound> {
        let implied = |id: InterfaceId| {
            param.bounds.iter().any(|other| {
                let slots = &self.program.interface(other.interface).slots;
                let required = slots.first().map_or(&[][..], |slot| &slot.bounds);
                required.iter().any(|bound| bound.interface == id)
            })
        };
        param
            .bounds
            .iter()
            .filter(move |bound| !implied(bound.interface))
    }

    /// An interface with its arguments.
    fn bound(&self, bound: &Bound, names: &[&str]) -> String {
        let interface = self.program.interface(bound.interface);
        let inputs = bound.args.iter().take(interface.params as usize);
        let inputs: Vec<String> = inputs.map(|arg| self.closed(arg, names)).collect();
        match inputs.as_slice() {
            [] => interface.name.to_string(),
            _ => format!("{}<{}>", interface.name, inputs.join(", ")),
        }
    }
}

/// `a`, `b`, … `z`, `a1`, …
pub fn letter(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

fn shorten(mut text: String) -> String {
    if text.len() > SHOWN_LENGTH {
        text.truncate(text.floor_char_boundary(SHOWN_LENGTH));
        text.push('…');
    }
    text
}
