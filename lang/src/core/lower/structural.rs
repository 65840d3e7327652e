//! Equality, order, hashes and texts of values: by the runtime, or by code where a part of the type has its own.

use smol_str::SmolStr;
use snow_bytecode::inst::{Cond, IntOp, TextForm};
use snow_bytecode::types::{Field, Type, TypeId};

use super::{Cont, Fault, Frame, Lower, Res};
use crate::core::ir::{self, End, Op, Var};
use crate::core::mono::{Mono, Structural};
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{Con, InterfaceId};

/// Tags of `Ordering`.
const LESS: u8 = 0;
const EQUAL: u8 = 1;
const GREATER: u8 = 2;

/// A shape of a type: tag, name and fields.
struct Variant {
    tag: u8,
    name: SmolStr,
    fields: Vec<Field>,
}

impl Structural {
    fn interface(self) -> InterfaceId {
        match self {
            Structural::Equal => InterfaceId::EQ,
            Structural::Compare => InterfaceId::ORD,
            Structural::Hash => InterfaceId::HASH,
            Structural::Display => InterfaceId::DISPLAY,
            Structural::Debug => InterfaceId::DEBUG,
        }
    }

    /// The functions of the library that do it for the elements of collections.
    fn library_name(self) -> &'static str {
        match self {
            Structural::Equal => "equal_parts",
            Structural::Compare => "compare_parts",
            Structural::Hash => "hash_parts",
            Structural::Display => "show_parts",
            Structural::Debug => "inspect_parts",
        }
    }
}

/// The generated function that does `what` with values of a type.
pub fn structural_func(
    mono: &mut Mono<'_>,
    what: Structural,
    ty: TypeId,
) -> Result<ir::Func, Fault> {
    let name = format!("{what:?} of {}", type_name(mono.types.get(ty)));
    let span = Span::default();
    let mut lower = Lower {
        subst: super::Subst::default(),
        name: name.clone(),
        library: true,
        locals: &[],
        frames: Vec::new(),
        mono,
    };
    let ret = lower.structural_result(what)?;
    lower.frames.push(Frame::new(ret));
    let count = match what {
        Structural::Equal | Structural::Compare => 2,
        _ => 1,
    };
    let params: Vec<Var> = (0..count).map(|_| lower.var(ty, "")).collect();
    let body = lower.block(|lower| lower.structural_body(what, &params))?;
    Ok(lower.finish_frame(ir::FuncKind::Direct, name, params, body, span))
}

fn type_name(ty: &Type) -> &str {
    match ty {
        Type::Struct { name, .. } | Type::Sum { name, .. } => name,
        _ => "tuple",
    }
}

impl Lower<'_, '_> {
    fn structural_result(&mut self, what: Structural) -> Result<TypeId, Fault> {
        match what {
            Structural::Equal => self.con(Con::Bool),
            Structural::Compare => self.ordering_type(),
            Structural::Hash => self.con(Con::Int),
            Structural::Display | Structural::Debug => self.con(Con::String),
        }
    }

    fn ordering_type(&mut self) -> Result<TypeId, Fault> {
        match self.mono.program.known.ordering {
            Some(id) => self.con(Con::Adt(id)),
            None => Err(Fault::internal(Span::default(), "there is no Ordering")),
        }
    }

    /// A Bool: whether two values are equal.
    pub(super) fn equal_vars(&mut self, a: Var, b: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(a);
        if !self.mono.types.is_custom(InterfaceId::EQ, ty) {
            let bool_type = self.con(Con::Bool)?;
            return Ok(self.emit(bool_type, Op::Equal(a, b), span));
        }
        self.by_code(Structural::Equal, vec![a, b], span)
    }

    /// The `Ordering` of two values.
    pub(super) fn order_vars(&mut self, a: Var, b: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(a);
        if !self.mono.types.is_custom(InterfaceId::ORD, ty) {
            let ordering = self.ordering_type()?;
            return Ok(self.emit(ordering, Op::Compare(a, b), span));
        }
        self.by_code(Structural::Compare, vec![a, b], span)
    }

    /// The hash of a value.
    pub(super) fn hash_var(&mut self, value: Var, span: Span) -> Res<Var> {
        let ty = self.type_of(value);
        if !self.mono.types.is_custom(InterfaceId::HASH, ty) {
            let int = self.con(Con::Int)?;
            return Ok(self.emit(int, Op::Hash(value), span));
        }
        self.by_code(Structural::Hash, vec![value], span)
    }

    /// The text of a value, when code of the program has a part in it.
    pub(super) fn custom_text(
        &mut self,
        form: TextForm,
        value: Var,
        span: Span,
    ) -> Res<Option<Var>> {
        let ty = self.type_of(value);
        let debug = self.mono.types.is_custom(InterfaceId::DEBUG, ty);
        let custom = debug
            || (form == TextForm::Display && self.mono.types.is_custom(InterfaceId::DISPLAY, ty));
        if !custom {
            return Ok(None);
        }
        let what = match form {
            TextForm::Display if self.has_display(ty) => Structural::Display,
            _ => Structural::Debug,
        };
        self.by_code(what, vec![value], span).map(Some)
    }

    /// Whether values of a type have a text for users; containers have as far as their elements have.
    fn has_display(&self, ty: TypeId) -> bool {
        match self.mono.types.key(ty).0 {
            Con::Adt(def) => {
                self.mono.program.types[def.0 as usize].display
                    || self.mono.has_impl(InterfaceId::DISPLAY, Con::Adt(def))
            }
            _ => true,
        }
    }

    /// Calls what does it for the type: an implementation, the library's function for a collection, or a generated one.
    fn by_code(&mut self, what: Structural, args: Vec<Var>, span: Span) -> Res<Var> {
        let ty = self.type_of(args[0]);
        let (con, parts) = self.mono.types.key(ty);
        let parts = parts.to_vec();
        if self.mono.has_impl(what.interface(), con) {
            let method = self.mono.program.interface(what.interface()).methods[0];
            return self.call_with(method, vec![ty], args, span);
        }
        let module = match con {
            Con::List => "List",
            Con::Map => "Map",
            Con::Set => "Set",
            _ => {
                let ret = self.structural_result(what)?;
                let func = self.mono.structural(what, ty);
                return Ok(self.emit(ret, Op::Call(func, args), span));
            }
        };
        let func = self.mono.library(module, what.library_name(), span)?;
        self.call_with(func, parts, args, span)
    }

    fn structural_body(&mut self, what: Structural, params: &[Var]) -> Res<()> {
        match (what, params) {
            (Structural::Equal, &[a, b]) => self.equal_body(a, b),
            (Structural::Compare, &[a, b]) => self.compare_body(a, b),
            (Structural::Hash, &[value]) => self.hash_body(value),
            (_, &[value]) => {
                let form = match what {
                    Structural::Display => TextForm::Display,
                    _ => TextForm::Debug,
                };
                self.text_body(form, value)
            }
            _ => Err(Fault::internal(Span::default(), "a generated function's operands").into()),
        }
    }

    /// The shapes of a struct, tuple or sum.
    fn variants(&self, ty: TypeId) -> Vec<Variant> {
        match self.mono.types.get(ty) {
            Type::Struct { name, fields, .. } => vec![Variant {
                tag: 0,
                name: name.as_str().into(),
                fields: fields.clone(),
            }],
            Type::Tuple(parts) => vec![Variant {
                tag: 0,
                name: SmolStr::default(),
                fields: parts
                    .iter()
                    .map(|&ty| Field {
                        name: String::new(),
                        ty,
                    })
                    .collect(),
            }],
            Type::Sum { variants, .. } => {
                let variants = variants.iter().enumerate();
                variants
                    .map(|(tag, variant)| Variant {
                        tag: tag as u8,
                        name: variant.name.as_str().into(),
                        fields: variant.fields.clone(),
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Ends the current block by going on with the shape that the value has.
    fn per_variant(
        &mut self,
        on: Var,
        go_on: &mut dyn FnMut(&mut Self, &Variant) -> Res<()>,
    ) -> Res<()> {
        let ty = self.type_of(on);
        let variants = self.variants(ty);
        if !matches!(self.mono.types.get(ty), Type::Sum { .. }) {
            return match variants.first() {
                Some(only) => go_on(self, only),
                None => Err(Fault::internal(Span::default(), "a type without shape").into()),
            };
        }
        let mut arms = Vec::with_capacity(variants.len());
        for variant in &variants {
            let block = self.block(|lower| go_on(lower, variant))?;
            arms.push((variant.tag, block));
        }
        self.end(End::Switch {
            on,
            arms,
            default: None,
        })
    }

    /// As [`Lower::per_variant`] for two values: `same` when they have one shape, else `differ`.
    fn in_step(
        &mut self,
        (a, b): (Var, Var),
        same: &mut dyn FnMut(&mut Self, &Variant) -> Res<()>,
        differ: &mut dyn FnMut(&mut Self) -> Res<()>,
    ) -> Res<()> {
        let ty = self.type_of(a);
        let sum = matches!(self.mono.types.get(ty), Type::Sum { .. });
        let count = self.variants(ty).len();
        self.per_variant(a, &mut |lower, variant| {
            if !sum {
                return same(lower, variant);
            }
            let block = lower.block(|lower| same(lower, variant))?;
            let default = match count {
                1 => None,
                _ => Some(Box::new(lower.block(|lower| differ(lower))?)),
            };
            lower.end(End::Switch {
                on: b,
                arms: vec![(variant.tag, block)],
                default,
            })
        })
    }

    fn field_of(&mut self, value: Var, variant: &Variant, index: usize) -> Var {
        let op = Op::Project {
            value,
            tag: variant.tag,
            field: index as u32,
        };
        self.emit(variant.fields[index].ty, op, Span::default())
    }

    fn equal_body(&mut self, a: Var, b: Var) -> Res<()> {
        self.in_step(
            (a, b),
            &mut |lower, variant| lower.equal_fields(a, b, variant, 0),
            &mut |lower| lower.give_bool(false),
        )
    }

    fn give_bool(&mut self, value: bool) -> Res<()> {
        let bool_type = self.con(Con::Bool)?;
        let value = self.emit(bool_type, Op::Bool(value), Span::default());
        self.flow(value, Cont::Return)
    }

    fn equal_fields(&mut self, a: Var, b: Var, variant: &Variant, index: usize) -> Res<()> {
        if index == variant.fields.len() {
            return self.give_bool(true);
        }
        let (x, y) = (
            self.field_of(a, variant, index),
            self.field_of(b, variant, index),
        );
        let equal = self.compare_vars(crate::typed::Rel::Eq, x, y, Span::default())?;
        if index + 1 == variant.fields.len() {
            return self.flow(equal, Cont::Return);
        }
        let next = with_stack(|| self.block(|lower| lower.equal_fields(a, b, variant, index + 1)))?;
        let differ = self.block(|lower| lower.give_bool(false))?;
        self.end(End::If(equal, Box::new(next), Box::new(differ)))
    }

    fn compare_body(&mut self, a: Var, b: Var) -> Res<()> {
        let ty = self.type_of(a);
        if self.variants(ty).len() == 1 {
            return self.compare_same(a, b);
        }
        let (bool_type, span) = (self.con(Con::Bool)?, Span::default());
        let (x, y) = (self.tag_number(a)?, self.tag_number(b)?);
        let same = self.emit(bool_type, Op::IntCmp(Cond::Eq, x, y), span);
        let then = self.block(|lower| lower.compare_same(a, b))?;
        let otherwise = self.block(|lower| {
            let less = lower.emit(bool_type, Op::IntCmp(Cond::Lt, x, y), span);
            let then = lower.block(|lower| lower.give_order(LESS))?;
            let otherwise = lower.block(|lower| lower.give_order(GREATER))?;
            lower.end(End::If(less, Box::new(then), Box::new(otherwise)))
        })?;
        self.end(End::If(same, Box::new(then), Box::new(otherwise)))
    }

    /// Two values known to have one shape.
    fn compare_same(&mut self, a: Var, b: Var) -> Res<()> {
        self.in_step(
            (a, b),
            &mut |lower, variant| lower.compare_fields(a, b, variant, 0),
            &mut |lower| lower.end(End::Unreachable),
        )
    }

    /// The number of a sum value's variant.
    fn tag_number(&mut self, value: Var) -> Res<Var> {
        let int = self.con(Con::Int)?;
        let join = self.join();
        let after = self.block(|lower| {
            lower.per_variant(value, &mut |lower, variant| {
                let number = lower.int(i64::from(variant.tag), Span::default())?;
                lower.jump(join, vec![number])
            })
        })?;
        let result = self.var(int, "");
        self.resume(join, vec![result], after)?;
        Ok(result)
    }

    fn give_order(&mut self, tag: u8) -> Res<()> {
        let ordering = self.ordering_type()?;
        let value = self.emit(ordering, Op::Construct(tag, Vec::new()), Span::default());
        self.flow(value, Cont::Return)
    }

    fn compare_fields(&mut self, a: Var, b: Var, variant: &Variant, index: usize) -> Res<()> {
        if index == variant.fields.len() {
            return self.give_order(EQUAL);
        }
        let (x, y) = (
            self.field_of(a, variant, index),
            self.field_of(b, variant, index),
        );
        let order = self.order_vars(x, y, Span::default())?;
        if index + 1 == variant.fields.len() {
            return self.flow(order, Cont::Return);
        }
        let next =
            with_stack(|| self.block(|lower| lower.compare_fields(a, b, variant, index + 1)))?;
        let decided = self.block(|lower| lower.flow(order, Cont::Return))?;
        self.end(End::Switch {
            on: order,
            arms: vec![(EQUAL, next)],
            default: Some(Box::new(decided)),
        })
    }

    fn hash_body(&mut self, value: Var) -> Res<()> {
        self.per_variant(value, &mut |lower, variant| {
            let (int, span) = (lower.con(Con::Int)?, Span::default());
            let mut hash = lower.int(i64::from(variant.tag) + 1, span)?;
            let factor = lower.int(0x0100_0000_01b3, span)?;
            for index in 0..variant.fields.len() {
                let field = lower.field_of(value, variant, index);
                let more = lower.hash_var(field, span)?;
                hash = lower.emit(int, Op::IntBin(IntOp::WrappingMul, hash, factor), span);
                hash = lower.emit(int, Op::IntBin(IntOp::WrappingAdd, hash, more), span);
            }
            lower.flow(hash, Cont::Return)
        })
    }

    /// As the runtime shows structs, tuples and variants.
    fn text_body(&mut self, form: TextForm, value: Var) -> Res<()> {
        self.per_variant(value, &mut |lower, variant| {
            let (string, span) = (lower.con(Con::String)?, Span::default());
            let named = form == TextForm::Debug
                && variant.fields.iter().all(|field| !field.name.is_empty());
            let (open, close) = if named { (" { ", " }") } else { ("(", ")") };
            if variant.fields.is_empty() {
                let text = lower.emit(string, Op::Str(variant.name.clone()), span);
                return lower.flow(text, Cont::Return);
            }
            let mut text: Option<Var> = None;
            for (index, field) in variant.fields.iter().enumerate() {
                let mut before = match index {
                    0 => format!("{}{open}", variant.name),
                    _ => ", ".to_owned(),
                };
                if named {
                    before.push_str(&format!("{}: ", field.name));
                }
                let before = lower.emit(string, Op::Str(before.into()), span);
                let so_far = match text {
                    Some(text) => lower.emit(string, Op::Concat(text, before), span),
                    None => before,
                };
                let part = lower.field_of(value, variant, index);
                text = Some(lower.append_text(form, Some(so_far), part, string, span)?);
            }
            let close = lower.emit(string, Op::Str(SmolStr::new_static(close)), span);
            let text = match text {
                Some(text) => lower.emit(string, Op::Concat(text, close), span),
                None => close,
            };
            lower.flow(text, Cont::Return)
        })
    }
}
