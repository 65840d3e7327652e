//! From typed types and their type arguments to entries of the type table, each once.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use snow_bytecode::types::{Field, Shows, Type, TypeId, TypeTable, Variant};

use super::custom::Custom;
use crate::core::lower::{Fault, Subst};
use crate::syntax::ast::Span;
use crate::typed::{Con, FieldDef, Program, Shape, Ty, TypeDefId};

/// Largest nesting of type arguments; what goes beyond is recursion that never ends.
pub const MAX_NESTING: u16 = 64;

/// Largest number of types of one program.
const MAX_TYPES: usize = 1 << 20;

/// Arguments of a constructor.
type Args = SmallVec<[TypeId; 4]>;

/// A constructor and its arguments.
type Key = (Con, Args);

/// The type table under construction.
pub struct Types<'a> {
    pub(super) program: &'a Program,
    table: TypeTable,
    nesting: Vec<u16>,
    /// Constructor and arguments of each entry.
    keys: Vec<Key>,
    known: FxHashMap<Key, TypeId>,
    /// Struct and sum entries whose fields are still to be filled in.
    open: Vec<(TypeId, TypeDefId, Args)>,
    /// A definition whose instances nest without end.
    endless: Option<TypeDefId>,
    /// Types with code of their own.
    pub(super) custom: Custom,
    /// The library's maps and sets for keys with code of their own.
    keyed: [Option<TypeDefId>; 2],
}

impl<'a> Types<'a> {
    /// An empty table.
    pub fn new(program: &'a Program) -> Self {
        Types {
            program,
            table: TypeTable::default(),
            nesting: Vec::new(),
            keys: Vec::new(),
            known: FxHashMap::default(),
            open: Vec::new(),
            endless: None,
            custom: Custom::default(),
            keyed: ["MapBy", "SetBy"].map(|name| library_type(program, name)),
        }
    }

    /// The finished table.
    pub fn finish(self) -> TypeTable {
        self.table
    }

    /// The table so far; entries of ids given out are complete.
    pub fn table(&self) -> &TypeTable {
        &self.table
    }

    /// An entry that an id given out stands for.
    pub fn get(&self, id: TypeId) -> &Type {
        self.table.get(id)
    }

    /// The constructor and the arguments of an entry.
    pub fn key(&self, id: TypeId) -> (Con, &[TypeId]) {
        let (con, args) = &self.keys[id.0 as usize];
        (*con, args)
    }

    /// How deeply type arguments are nested in a type.
    pub fn nesting(&self, id: TypeId) -> u16 {
        self.nesting[id.0 as usize]
    }

    /// The entry for a type under a substitution of its parameters.
    pub fn of(&mut self, ty: &Ty, subst: &Subst, span: Span) -> Result<TypeId, Fault> {
        let id = self.intern_ty(ty, subst, span)?;
        self.fill(span)?;
        Ok(id)
    }

    /// The entry for a constructor applied to entries.
    pub fn app(&mut self, con: Con, args: Vec<TypeId>, span: Span) -> Result<TypeId, Fault> {
        let id = self.intern(con, args.into());
        self.fill(span)?;
        Ok(id)
    }

    fn intern_ty(&mut self, ty: &Ty, subst: &Subst, span: Span) -> Result<TypeId, Fault> {
        match ty {
            Ty::Param(number) => subst.get(*number).ok_or_else(|| {
                Fault::internal(span, format!("type parameter {number} has no argument"))
            }),
            Ty::App(con, args) => {
                let args = args.iter().map(|arg| self.intern_ty(arg, subst, span));
                let args = args.collect::<Result<Args, _>>()?;
                Ok(self.intern(*con, args))
            }
        }
    }

    fn intern(&mut self, con: Con, args: Args) -> TypeId {
        let key = (con, args);
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        if let Some(keyed) = self.keyed_def(con, &key.1) {
            let id = self.intern(Con::Adt(keyed), key.1.clone());
            self.keys[id.0 as usize] = key.clone();
            self.known.insert(key, id);
            return id;
        }
        let args = &key.1;
        let id = TypeId(self.table.types.len() as u32);
        let deepest = args.iter().map(|arg| self.nesting(*arg)).max();
        let nesting = deepest.map_or(0, |n| n.saturating_add(1));
        self.table.types.push(self.entry(con, args));
        self.nesting.push(nesting);
        self.keys.push((con, args.clone()));
        if let Con::Adt(def) = con {
            if nesting > MAX_NESTING || self.table.types.len() > MAX_TYPES {
                self.endless.get_or_insert(def);
            } else {
                self.open.push((id, def, args.clone()));
            }
        }
        self.known.insert(key, id);
        id
    }

    /// The library's type in the place of a map or set whose keys have code of their own.
    fn keyed_def(&mut self, con: Con, args: &[TypeId]) -> Option<TypeDefId> {
        let def = match con {
            Con::Map => self.keyed[0],
            Con::Set => self.keyed[1],
            _ => return None,
        };
        def.filter(|_| self.is_custom_key(args[0]))
    }

    /// The entry without the fields of structs and sums.
    fn entry(&self, con: Con, args: &[TypeId]) -> Type {
        match con {
            Con::Int => Type::Int,
            Con::Float => Type::Float,
            Con::Bool => Type::Bool,
            Con::Unit => Type::Unit,
            Con::String => Type::String,
            Con::Bytes => Type::Bytes,
            Con::Atom => Type::Atom,
            Con::Range => Type::Range,
            Con::Ref => Type::Ref,
            Con::List => Type::List(args[0]),
            Con::Map => Type::Map(args[0], args[1]),
            Con::Set => Type::Set(args[0]),
            Con::Pid => Type::Pid(args[0]),
            Con::Tuple => Type::Tuple(args.to_vec()),
            Con::Fun => {
                let (ret, params) = args.split_last().expect("a Fun type has a result");
                Type::Fun {
                    params: params.to_vec(),
                    ret: *ret,
                }
            }
            Con::Adt(id) => self.adt_entry(id, args),
        }
    }

    fn adt_entry(&self, id: TypeDefId, args: &[TypeId]) -> Type {
        let def = &self.program.types[id.0 as usize];
        let module = self.program.modules[def.module.0 as usize].name.to_string();
        let name = def.name.to_string();
        let args = args.to_vec();
        let shows = if def.display {
            Shows::Display
        } else {
            Shows::Debug
        };
        match def.shape {
            Shape::Struct(_) => Type::Struct {
                module,
                name,
                args,
                fields: Vec::new(),
                shows,
            },
            Shape::Sum(_) => Type::Sum {
                module,
                name,
                args,
                variants: Vec::new(),
                shows,
            },
        }
    }

    /// Fills in the fields of all open entries, which may open further ones.
    fn fill(&mut self, span: Span) -> Result<(), Fault> {
        while let Some((id, def, args)) = self.open.pop() {
            let program = self.program;
            let subst = Subst::new(args.into_vec());
            match &program.types[def.0 as usize].shape {
                Shape::Struct(defs) => {
                    let filled = self.fields(defs, &subst, span)?;
                    if let Type::Struct { fields, .. } = &mut self.table.types[id.0 as usize] {
                        *fields = filled;
                    }
                }
                Shape::Sum(defs) => {
                    let mut filled = Vec::with_capacity(defs.len());
                    for variant in defs {
                        let fields = self.fields(&variant.fields, &subst, span)?;
                        filled.push(Variant {
                            name: variant.name.to_string(),
                            fields,
                        });
                    }
                    if let Type::Sum { variants, .. } = &mut self.table.types[id.0 as usize] {
                        *variants = filled;
                    }
                }
            }
        }
        match self.endless.take() {
            None => Ok(()),
            Some(def) => Err(self.endless_error(def)),
        }
    }

    fn fields(
        &mut self,
        defs: &[FieldDef],
        subst: &Subst,
        span: Span,
    ) -> Result<Vec<Field>, Fault> {
        let mut fields = Vec::with_capacity(defs.len());
        for def in defs {
            let ty = self.intern_ty(&def.ty, subst, span)?;
            fields.push(Field {
                name: def.name.to_string(),
                ty,
            });
        }
        Ok(fields)
    }

    fn endless_error(&self, id: TypeDefId) -> Fault {
        let def = &self.program.types[id.0 as usize];
        Fault::endless(def.span, &format!("type `{}`", def.name))
    }
}

/// A type of the standard library that lowering itself refers to.
fn library_type(program: &Program, name: &str) -> Option<TypeDefId> {
    let std = |module: crate::typed::ModuleId| program.modules[module.0 as usize].std;
    let found = program
        .types
        .iter()
        .position(|def| def.name == name && std(def.module));
    found.map(|at| TypeDefId(at as u32))
}
