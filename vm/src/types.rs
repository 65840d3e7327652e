//! What the runtime knows about the types of a loaded module: which words of a cell are references, and how values are read by
//! the operations that are driven by structure (equality, comparison, hashing, text).

use crate::actor::Pid;
use parking_lot::RwLock;
use snow_bytecode::layout::{CellLayout, LayoutError, Layouts, Repr, Slot, fits_byte};
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable};
use std::cmp::Ordering;
use std::sync::Arc;

use crate::heap::Statics;
use crate::value::list;

/// What freeing a cell of a type has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// There are no cells of the type.
    None,
    /// Cell of a boxed type, or box of an unboxed one: see [`Shape`].
    Fields,
    /// String or bytes.
    Text,
    /// List or part of one.
    List,
    /// Map, set or part of one.
    Map,
    /// Closure; its entry has the shape.
    Closure,
}

/// Which payload words of a cell are references.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Payload words (at least one is allocated).
    pub len: u16,
    /// Bit `i` is set when payload word `i` is a reference, for the first 64 words.
    pub refs: u64,
    /// Reference words from 64 on.
    pub more: Box<[u16]>,
    /// The static cell, when there are no payload words; else 0.
    pub static_cell: u64,
}

impl Shape {
    /// The shape of a row of slots.
    pub fn new(slots: &[Slot]) -> Shape {
        let mut shape = Shape {
            len: slots.len() as u16,
            ..Shape::default()
        };
        let mut more = Vec::new();
        for (i, slot) in slots.iter().enumerate() {
            match (slot.is_ref(), i) {
                (true, 0..64) => shape.refs |= 1 << i,
                (true, _) => more.push(i as u16),
                (false, _) => {}
            }
        }
        shape.more = more.into_boxed_slice();
        shape
    }

    /// Words of a cell of this shape, header included.
    #[inline(always)]
    pub fn words(&self) -> usize {
        usize::from(self.len.max(1)) + 1
    }

    /// Whether payload word `slot` is a reference.
    #[inline(always)]
    pub fn is_ref(&self, slot: u16) -> bool {
        if slot < 64 {
            self.refs >> slot & 1 == 1
        } else {
            self.more.contains(&slot)
        }
    }
}

/// A type together with how it is held in element form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elem {
    /// The type.
    pub ty: TypeId,
    /// Its number of slots; more than one means that the element word is a reference to a box.
    pub slots: u8,
    /// Whether the element word is a reference (maybe null).
    pub is_ref: bool,
}

/// How keys of a map or set are compared and hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// One plain word.
    Word,
    /// A string or bytes.
    Text,
    /// By structure.
    Other(Elem),
}

/// Where the tag of a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagSource {
    /// There is one variant: tag 0.
    Only,
    /// In the first word.
    Word,
    /// In the header of the cell.
    Header,
    /// Null or not.
    Null {
        /// The tag that a reference stands for.
        some: u8,
    },
}

/// A field of a variant: where its slots are.
#[derive(Clone, Debug)]
pub struct FieldForm {
    /// Source name, empty when positional.
    pub name: Box<str>,
    /// Type.
    pub ty: TypeId,
    /// Positions of its slots, in the words of an unboxed value or the payload of a boxed one.
    pub slots: [u16; 3],
    /// How many of them count.
    pub len: u8,
}

/// A variant; structs and tuples have one.
#[derive(Clone, Debug)]
pub struct VariantForm {
    /// Source name; empty for tuples.
    pub name: Box<str>,
    /// Fields in order.
    pub fields: Vec<FieldForm>,
    /// What the variant demands of reference slots that it shares with other variants.
    pub demands: Vec<Demand>,
}

/// A reference slot of an unboxed sum whose content the slot's kind alone does not promise: a verified module may combine any tag with any
/// words, so whoever reads the variant looks first.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Position of the slot.
    pub slot: u16,
    /// Type of the cell that must be there.
    pub ty: TypeId,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A struct, tuple or sum.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Text form under `${}`.
    pub shows: Shows,
    /// Where the tag is.
    pub tag: TagSource,
    /// Whether the fields are in a cell.
    pub boxed: bool,
    /// The variants by tag.
    pub variants: Vec<VariantForm>,
    /// Tags of `Some`/`Ok` and `None`/`Err`, for `Option` and `Result`.
    pub outcome: Option<(u8, u8)>,
}

/// How values of a type are read.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Form {
    Int,
    Float,
    Bool,
    Unit,
    Atom,
    String,
    Bytes,
    Range,
    Pid,
    Ref,
    List(Elem),
    Map(Elem, Elem),
    Set(Elem),
    Fun { arity: u32 },
    Aggregate(Box<Aggregate>),
}

/// What is known about one type.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// How its cells are freed.
    pub class: Class,
    /// Lists: elements are references. Maps and sets: keys are.
    pub elem_ref: bool,
    /// Lists: elements take a byte each.
    pub narrow: bool,
    /// Maps: values are references.
    pub value_ref: bool,
    /// Maps: 2, sets: 1 words an entry.
    pub stride: usize,
    /// Maps and sets: how keys are compared.
    pub key: KeyKind,
    /// The type itself in element form.
    pub elem: Elem,
    /// The static empty value of a string, bytes, list, map or set type; else 0.
    pub empty: u64,
    /// Shapes of its cells by tag.
    shapes: Box<[Shape]>,
    /// How its values are read.
    pub form: Form,
}

impl TypeInfo {
    /// Shape of the cells with a tag. Panics when there are none.
    #[inline(always)]
    pub fn shape(&self, tag: u8) -> &Shape {
        &self.shapes[usize::from(tag)]
    }
}

/// What nodes are called, for the order of pids and for their texts.
pub trait NodeNames: Send + Sync {
    /// The name of the node of a number, and a number for its life.
    fn name(&self, node: u32) -> Option<(Arc<str>, u64)>;
}

/// The loaded types.
pub struct RuntimeTypes {
    infos: Vec<TypeInfo>,
    table: TypeTable,
    layouts: Layouts,
    string: TypeId,
    bytes: TypeId,
    hash_key: [u64; 2],
    nodes: RwLock<Option<Arc<dyn NodeNames>>>,
    /// Keeps the cells of `TypeInfo::empty` and `Shape::static_cell` alive.
    _statics: Statics,
}

impl RuntimeTypes {
    /// Prepares the types of a module. `hash_key` keys the hashes of maps; it should be random.
    pub fn new(table: &TypeTable, hash_key: [u64; 2]) -> Result<RuntimeTypes, LayoutError> {
        let mut table = table.clone();
        let string = find_or_add(&mut table, Type::String);
        let bytes = find_or_add(&mut table, Type::Bytes);
        let layouts = Layouts::compute(&table)?;
        let mut statics = Statics::default();
        let infos = (0..table.types.len() as u32)
            .map(|i| type_info(&table, &layouts, TypeId(i), &mut statics))
            .collect();
        Ok(RuntimeTypes {
            infos,
            table,
            layouts,
            string,
            bytes,
            hash_key,
            nodes: RwLock::default(),
            _statics: statics,
        })
    }

    /// What is known about a type.
    #[inline(always)]
    pub fn info(&self, ty: TypeId) -> &TypeInfo {
        debug_assert!((ty.0 as usize) < self.infos.len());
        &self.infos[ty.0 as usize]
    }

    /// The logical types.
    pub fn table(&self) -> &TypeTable {
        &self.table
    }

    /// The layouts.
    pub fn layouts(&self) -> &Layouts {
        &self.layouts
    }

    /// From now on nodes have these names.
    pub fn name_nodes(&self, names: Arc<dyn NodeNames>) {
        *self.nodes.write() = Some(names);
    }

    /// The order of actors: by node name, life of the node, and number there, so that it is the same on all nodes.
    pub fn compare_pids(&self, a: Pid, b: Pid) -> Ordering {
        if a.node() == b.node() {
            return a.serial().cmp(&b.serial());
        }
        let names = self.nodes.read();
        let name = |pid: Pid| names.as_ref().and_then(|names| names.name(pid.node()));
        let key = |pid: Pid| (name(pid), pid.word());
        key(a).cmp(&key(b))
    }

    /// An actor as text.
    pub fn show_pid(&self, pid: Pid) -> String {
        let names = self.nodes.read();
        let named = names.as_ref().filter(|_| pid.node() != 0);
        match named.and_then(|names| names.name(pid.node())) {
            Some((name, _)) => format!("#Pid<{name}.{}>", pid.slot()),
            None => pid.to_string(),
        }
    }

    /// The type `String`.
    #[inline(always)]
    pub fn string(&self) -> TypeId {
        self.string
    }

    /// The type `Bytes`.
    #[inline(always)]
    pub fn bytes(&self) -> TypeId {
        self.bytes
    }

    /// The key of all hashes.
    #[inline(always)]
    pub fn hash_key(&self) -> [u64; 2] {
        self.hash_key
    }

    /// The id of a logical type, when the module has it.
    pub fn find(&self, ty: &Type) -> Option<TypeId> {
        self.table
            .types
            .iter()
            .position(|t| t == ty)
            .map(|i| TypeId(i as u32))
    }
}

fn find_or_add(table: &mut TypeTable, ty: Type) -> TypeId {
    let index = table
        .types
        .iter()
        .position(|t| *t == ty)
        .unwrap_or_else(|| {
            table.types.push(ty);
            table.types.len() - 1
        });
    TypeId(index as u32)
}

fn type_info(table: &TypeTable, layouts: &Layouts, ty: TypeId, statics: &mut Statics) -> TypeInfo {
    let (class, elem_ref, value_ref) = match table.get(ty) {
        Type::String | Type::Bytes => (Class::Text, false, false),
        Type::List(elem) => (Class::List, layouts.element(*elem).is_ref(), false),
        Type::Map(key, value) => (
            Class::Map,
            layouts.element(*key).is_ref(),
            layouts.element(*value).is_ref(),
        ),
        Type::Set(key) => (Class::Map, layouts.element(*key).is_ref(), false),
        Type::Fun { .. } => (Class::Closure, false, false),
        _ if layouts.cells(ty).is_empty() => (Class::None, false, false),
        _ => (Class::Fields, false, false),
    };
    TypeInfo {
        class,
        elem_ref,
        narrow: is_narrow(table, ty),
        value_ref,
        stride: if matches!(table.get(ty), Type::Map(..)) {
            2
        } else {
            1
        },
        key: key_kind(table, layouts, ty),
        elem: elem(layouts, ty),
        empty: match class {
            Class::Text => statics.text(ty, &[]),
            Class::List => statics.cell(ty, list::tag_of(is_narrow(table, ty)), &[0; 3]),
            Class::Map => statics.cell(ty, 0, &[0; 5]),
            Class::None | Class::Fields | Class::Closure => 0,
        },
        shapes: shapes(layouts.cells(ty), ty, statics),
        form: form(table, layouts, ty),
    }
}

fn is_narrow(table: &TypeTable, ty: TypeId) -> bool {
    matches!(table.get(ty), Type::List(elem) if fits_byte(table, *elem))
}

fn key_kind(table: &TypeTable, layouts: &Layouts, ty: TypeId) -> KeyKind {
    let (Type::Map(key, _) | Type::Set(key)) = table.get(ty) else {
        return KeyKind::Word;
    };
    match (table.get(*key), layouts.slots(*key)) {
        (Type::String | Type::Bytes, _) => KeyKind::Text,
        (_, [Slot::Word]) => KeyKind::Word,
        _ => KeyKind::Other(elem(layouts, *key)),
    }
}

fn shapes(cells: &[CellLayout], ty: TypeId, statics: &mut Statics) -> Box<[Shape]> {
    let shape = |(tag, cell): (usize, &CellLayout)| {
        let mut shape = Shape::new(&cell.slots);
        if cell.slots.is_empty() {
            shape.static_cell = statics.cell(ty, tag as u8, &[]);
        }
        shape
    };
    cells.iter().enumerate().map(shape).collect()
}

fn elem(layouts: &Layouts, ty: TypeId) -> Elem {
    Elem {
        ty,
        slots: layouts.slots(ty).len() as u8,
        is_ref: layouts.element(ty).is_ref(),
    }
}

fn form(table: &TypeTable, layouts: &Layouts, ty: TypeId) -> Form {
    match table.get(ty) {
        Type::Int => Form::Int,
        Type::Float => Form::Float,
        Type::Bool => Form::Bool,
        Type::Unit => Form::Unit,
        Type::Atom => Form::Atom,
        Type::String => Form::String,
        Type::Bytes => Form::Bytes,
        Type::Range => Form::Range,
        Type::Pid(_) => Form::Pid,
        Type::Ref => Form::Ref,
        Type::List(item) => Form::List(elem(layouts, *item)),
        Type::Map(key, value) => Form::Map(elem(layouts, *key), elem(layouts, *value)),
        Type::Set(key) => Form::Set(elem(layouts, *key)),
        Type::Fun { params, .. } => Form::Fun {
            arity: params.len() as u32,
        },
        Type::Tuple(items) => {
            let fields: Vec<Field> = items
                .iter()
                .map(|&ty| Field {
                    name: String::new(),
                    ty,
                })
                .collect();
            let variants = [("", fields.as_slice())];
            aggregate(layouts, ty, Shows::Display, &variants)
        }
        Type::Struct {
            name,
            fields,
            shows,
            ..
        } => aggregate(layouts, ty, *shows, &[(name, fields)]),
        Type::Sum {
            variants, shows, ..
        } => {
            let variants: Vec<(&str, &[Field])> = variants
                .iter()
                .map(|v| (v.name.as_str(), v.fields.as_slice()))
                .collect();
            aggregate(layouts, ty, *shows, &variants)
        }
    }
}

fn aggregate(layouts: &Layouts, ty: TypeId, shows: Shows, variants: &[(&str, &[Field])]) -> Form {
    let repr = layouts.repr(ty);
    let tag = match repr {
        Repr::Nullable { some, .. } => TagSource::Null { some: *some },
        _ if variants.len() == 1 => TagSource::Only,
        Repr::Boxed { .. } => TagSource::Header,
        _ => TagSource::Word,
    };
    let variants: Vec<VariantForm> = variants
        .iter()
        .enumerate()
        .map(|(tag, (name, fields))| VariantForm {
            name: (*name).into(),
            fields: fields
                .iter()
                .enumerate()
                .map(|(i, field)| field_form(repr, tag, i, field))
                .collect(),
            demands: demands(layouts, repr, tag, fields),
        })
        .collect();
    let boxed = matches!(repr, Repr::Boxed { .. });
    let outcome = outcome(&variants);
    Form::Aggregate(Box::new(Aggregate {
        shows,
        tag,
        boxed,
        variants,
        outcome,
    }))
}

fn demands(layouts: &Layouts, repr: &Repr, tag: usize, fields: &[Field]) -> Vec<Demand> {
    let Repr::UnboxedSum { slots, variants } = repr else {
        return Vec::new();
    };
    let mut demands = Vec::new();
    for (field, places) in fields.iter().zip(&variants[tag]) {
        for (kind, &slot) in layouts.slots(field.ty).iter().zip(places) {
            match *kind {
                _ if *kind == slots[usize::from(slot)] => {}
                Slot::Ref(ty) => demands.push(Demand {
                    slot,
                    ty,
                    nullable: false,
                }),
                Slot::Null(ty) => demands.push(Demand {
                    slot,
                    ty,
                    nullable: true,
                }),
                _ => {}
            }
        }
    }
    demands
}

fn field_form(repr: &Repr, tag: usize, index: usize, field: &Field) -> FieldForm {
    let mut slots = [0u16; 3];
    let mut len = 0;
    let mut put = |slot: u16| {
        slots[len] = slot;
        len += 1;
    };
    match repr {
        // The one field of the nullable form; other plain forms have no fields.
        Repr::Plain(_) | Repr::Nullable { .. } => put(0),
        Repr::UnboxedStruct { fields, .. } => {
            let (start, count) = fields[index];
            (start..start + count).for_each(&mut put);
        }
        Repr::UnboxedSum { variants, .. } => {
            variants[tag][index].iter().copied().for_each(&mut put)
        }
        Repr::Boxed { cells } => {
            let (start, count) = cells[tag].fields[index];
            (start..start + count).for_each(&mut put);
        }
    }
    FieldForm {
        name: field.name.as_str().into(),
        ty: field.ty,
        slots,
        len: len as u8,
    }
}

fn outcome(variants: &[VariantForm]) -> Option<(u8, u8)> {
    let tag = |name: &str| {
        variants
            .iter()
            .position(|v| &*v.name == name)
            .map(|i| i as u8)
    };
    match variants.len() {
        2 => tag("Some")
            .zip(tag("None"))
            .or_else(|| tag("Ok").zip(tag("Err"))),
        _ => None,
    }
}
