//! Descriptions of types for other nodes.

use crate::wire::pack::{Reader, Writer};
use crate::wire::{Malformed, Read};
use rustc_hash::FxHashMap;
use snow_bytecode::types::{Field, Type, TypeId, TypeTable};

/// Bytes that a description may have.
pub const MAX_STRUCTURE: usize = 64 << 10;

/// Number of a type in a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part(pub u32);

/// A named part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPart {
    /// Its name; empty when it only has a place.
    pub name: Box<str>,
    /// Its type.
    pub ty: Part,
}

/// A variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantShape {
    /// Its name.
    pub name: Box<str>,
    /// Its fields.
    pub fields: Vec<NamedPart>,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Shape {
    /// A type without parts, by its keyword's number in [`PLAIN`].
    Plain(u8),
    List(Part),
    Map(Part, Part),
    Set(Part),
    Pid(Part),
    Tuple(Vec<Part>),
    Struct(Vec<NamedPart>),
    Sum(Vec<VariantShape>),
}

/// Keywords of types without parts. Their order is part of the protocol. Functions do not travel, so of those nothing more is said.
const PLAIN: [&str; 10] = [
    "Int", "Float", "Bool", "Unit", "String", "Bytes", "Atom", "Range", "Ref", "Fun",
];

/// A type and all that it refers to. The type itself is [`Structure::ROOT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    shapes: Vec<Shape>,
}

impl Structure {
    /// The described type.
    pub const ROOT: Part = Part(0);

    /// The description of a type.
    pub fn of(table: &TypeTable, root: TypeId) -> Structure {
        let mut walk = Walk {
            table,
            known: FxHashMap::default(),
            order: Vec::new(),
        };
        walk.part(root);
        let mut shapes = Vec::new();
        while let Some(&ty) = walk.order.get(shapes.len()) {
            let shape = walk.shape(ty);
            shapes.push(shape);
        }
        Structure { shapes }
    }

    /// A part of it.
    pub fn shape(&self, part: Part) -> &Shape {
        &self.shapes[part.0 as usize]
    }

    /// It in bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.array(self.shapes.len());
        self.shapes.iter().for_each(|shape| write(&mut out, shape));
        out.bytes
    }

    /// It from bytes.
    pub fn decode(bytes: &[u8]) -> Read<Structure> {
        if bytes.len() > MAX_STRUCTURE {
            return Err(Malformed("a description is too large"));
        }
        let mut read = Reader::new(bytes);
        let count = read.array()?;
        let mut shapes = Vec::new();
        for _ in 0..count {
            shapes.push(shape(&mut read, count)?);
        }
        read.end()?;
        match shapes.is_empty() {
            true => Err(Malformed("a description of nothing")),
            false => Ok(Structure { shapes }),
        }
    }
}

struct Walk<'t> {
    table: &'t TypeTable,
    known: FxHashMap<TypeId, Part>,
    order: Vec<TypeId>,
}

impl Walk<'_> {
    fn part(&mut self, ty: TypeId) -> Part {
        let next = Part(self.order.len() as u32);
        *self.known.entry(ty).or_insert_with(|| {
            self.order.push(ty);
            next
        })
    }

    fn shape(&mut self, ty: TypeId) -> Shape {
        let table = self.table;
        match table.get(ty) {
            Type::List(item) => Shape::List(self.part(*item)),
            Type::Set(item) => Shape::Set(self.part(*item)),
            Type::Map(key, value) => Shape::Map(self.part(*key), self.part(*value)),
            Type::Pid(message) => Shape::Pid(self.part(*message)),
            Type::Tuple(items) => Shape::Tuple(items.iter().map(|ty| self.part(*ty)).collect()),
            Type::Struct { fields, .. } => Shape::Struct(self.fields(fields)),
            Type::Sum { variants, .. } => Shape::Sum(
                variants
                    .iter()
                    .map(|variant| VariantShape {
                        name: variant.name.as_str().into(),
                        fields: self.fields(&variant.fields),
                    })
                    .collect(),
            ),
            plain => Shape::Plain(plain_number(plain.keyword())),
        }
    }

    fn fields(&mut self, fields: &[Field]) -> Vec<NamedPart> {
        let parts = fields.iter().map(|field| NamedPart {
            name: field.name.as_str().into(),
            ty: self.part(field.ty),
        });
        parts.collect()
    }
}

/// The number of a type without parts.
pub fn plain_number(keyword: &str) -> u8 {
    let found = PLAIN.iter().position(|known| *known == keyword);
    found.expect("all other types have parts") as u8
}

/// Numbers of the shapes with parts.
mod code {
    pub const LIST: u8 = 32;
    pub const MAP: u8 = 33;
    pub const SET: u8 = 34;
    pub const PID: u8 = 35;
    pub const TUPLE: u8 = 36;
    pub const STRUCT: u8 = 37;
    pub const SUM: u8 = 38;
}

fn write(out: &mut Writer, shape: &Shape) {
    let mut head = |code: u8, parts: &[Part]| {
        out.array(1 + parts.len());
        out.number(code.into());
        parts.iter().for_each(|part| out.number(part.0.into()));
    };
    match shape {
        Shape::Plain(number) => head(*number, &[]),
        Shape::List(item) => head(code::LIST, &[*item]),
        Shape::Map(key, value) => head(code::MAP, &[*key, *value]),
        Shape::Set(item) => head(code::SET, &[*item]),
        Shape::Pid(message) => head(code::PID, &[*message]),
        Shape::Tuple(items) => head(code::TUPLE, items),
        Shape::Struct(fields) => {
            out.array(2);
            out.number(code::STRUCT.into());
            write_fields(out, fields);
        }
        Shape::Sum(variants) => {
            out.array(2);
            out.number(code::SUM.into());
            out.array(variants.len());
            for variant in variants {
                out.array(2);
                out.text(&variant.name);
                write_fields(out, &variant.fields);
            }
        }
    }
}

fn write_fields(out: &mut Writer, fields: &[NamedPart]) {
    out.array(2 * fields.len());
    for field in fields {
        out.text(&field.name);
        out.number(field.ty.0.into());
    }
}

fn shape(read: &mut Reader<'_>, count: usize) -> Read<Shape> {
    let len = read.array()?;
    let number: u8 = read.small()?;
    let parts = len.checked_sub(1).ok_or(Malformed("an empty shape"))?;
    let shape = match (number, parts) {
        (plain, 0) if usize::from(plain) < PLAIN.len() => Shape::Plain(plain),
        (code::LIST, 1) => Shape::List(part(read, count)?),
        (code::MAP, 2) => Shape::Map(part(read, count)?, part(read, count)?),
        (code::SET, 1) => Shape::Set(part(read, count)?),
        (code::PID, 1) => Shape::Pid(part(read, count)?),
        (code::TUPLE, _) => {
            let mut items = Vec::new();
            for _ in 0..parts {
                items.push(part(read, count)?);
            }
            Shape::Tuple(items)
        }
        (code::STRUCT, 1) => Shape::Struct(fields(read, count)?),
        (code::SUM, 1) => {
            let mut variants = Vec::new();
            for _ in 0..read.array()? {
                read.array_of(2)?;
                variants.push(VariantShape {
                    name: read.text()?.into(),
                    fields: fields(read, count)?,
                });
            }
            Shape::Sum(variants)
        }
        _ => return Err(Malformed("an unknown shape")),
    };
    Ok(shape)
}

fn fields(read: &mut Reader<'_>, count: usize) -> Read<Vec<NamedPart>> {
    let len = read.array()?;
    if !len.is_multiple_of(2) {
        return Err(Malformed("a field without a type"));
    }
    let mut fields = Vec::new();
    for _ in 0..len / 2 {
        fields.push(NamedPart {
            name: read.text()?.into(),
            ty: part(read, count)?,
        });
    }
    Ok(fields)
}

fn part(read: &mut Reader<'_>, count: usize) -> Read<Part> {
    let number: u32 = read.small()?;
    match (number as usize) < count {
        true => Ok(Part(number)),
        false => Err(Malformed("a shape that is not there")),
    }
}
