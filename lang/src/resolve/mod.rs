//! Name resolution: from parsed files to modules, scopes and items with ids.
//!
//! The phase declares every item, resolves imports and answers look-ups. Bodies are resolved while they are
//! typed, because what a name after a dot means may depend on types.

mod collect;
mod collect_interfaces;
mod cycles;
pub mod deps;
mod gaps;
pub mod imports;
pub mod scope;
pub mod unused;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::diagnostics::{Diagnostic, FileSet, Severity, Sink};
use crate::syntax::ast::{self, FileId, Name, Span};
use crate::typed::{
    AliasId, Con, FuncId, ImplId, InterfaceId, Known, ModuleId, Program, TypeDefId,
};

pub use collect::{collect, parameters, source_arity};

/// The parsed files of a program.
#[derive(Debug, Default)]
pub struct Project {
    /// All texts; the standard library's come first, in the order of its image.
    pub files: FileSet,
    /// The user's modules.
    pub modules: Vec<SourceModule>,
    /// Index of the module whose `main` is run.
    pub main: Option<usize>,
}

/// A parsed file as a module.
#[derive(Debug)]
pub struct SourceModule {
    /// Dotted module name.
    pub name: SmolStr,
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: ast::File,
}

/// What a name can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A function.
    Func(FuncId),
    /// A struct or sum type.
    Type(TypeDefId),
    /// An alias.
    Alias(AliasId),
    /// A variant of a sum type, by number.
    Variant(TypeDefId, u32),
    /// A module.
    Module(ModuleId),
    /// An interface.
    Interface(InterfaceId),
}

/// A name brought in by an import.
#[derive(Debug)]
pub struct Imported {
    /// Everything that the name stands for (a type and a variant may share a name); nothing when the import was
    /// reported, so that uses of the name are not.
    pub items: Vec<Item>,
    /// The name in the import.
    pub span: Span,
}

/// The names of one module.
#[derive(Debug, Default)]
pub struct Scope {
    /// Functions.
    pub values: FxHashMap<Name, FuncId>,
    /// Structs, sum types, aliases and interfaces.
    pub types: FxHashMap<Name, Item>,
    /// Variants of the module's sum types; more than one where types share a variant's name.
    pub variants: FxHashMap<Name, Vec<(TypeDefId, u32)>>,
    /// Nested modules.
    pub nested: FxHashMap<Name, ModuleId>,
    /// What imports bring in, by the name used here.
    pub imports: FxHashMap<Name, Imported>,
    /// Variants of imported types, found after everything else.
    pub import_variants: FxHashMap<Name, Vec<(TypeDefId, u32)>>,
    /// Modules imported, by full path.
    pub import_paths: FxHashMap<Name, (ModuleId, Span)>,
    /// The module that this one is nested in.
    pub parent: Option<ModuleId>,
}

/// The source of a function that is to be checked.
#[derive(Debug)]
pub enum FuncSource<'a> {
    /// Clauses of a Snow function.
    Clauses(Vec<&'a ast::FnClause>),
    /// A native declaration.
    Native(&'a ast::NativeFn),
}

/// The source of a type definition.
#[derive(Clone, Copy, Debug)]
pub enum TypeSource<'a> {
    /// A struct.
    Struct(&'a ast::StructDef),
    /// A sum type.
    Sum(&'a ast::SumDef),
}

/// All items of a program: the standard library's, then the user's.
#[derive(Debug)]
pub struct World<'a> {
    /// Modules, types and functions; those of this compilation are filled in as they are checked.
    pub program: Program,
    /// Names, by module.
    pub scopes: Vec<Scope>,
    /// Standard modules by name.
    pub std_modules: FxHashMap<Name, ModuleId>,
    /// User modules by dotted name.
    pub user_modules: FxHashMap<Name, ModuleId>,
    /// Public types of standard modules, visible everywhere.
    pub std_types: FxHashMap<Name, Item>,
    /// Public interfaces of the standard library; a type may have the same name.
    pub std_interfaces: FxHashMap<Name, Item>,
    /// The module of functions that are usable bare.
    pub prelude: Option<ModuleId>,
    /// Functions below this id are checked already.
    pub first_func: u32,
    /// Types below this id are declared already.
    pub first_type: u32,
    /// Aliases below this id are declared already.
    pub first_alias: u32,
    /// Sources of the functions from `first_func`.
    pub funcs: Vec<FuncSource<'a>>,
    /// Sources of the types from `first_type`.
    pub types: Vec<TypeSource<'a>>,
    /// Where their definitions stand, from the first word to the last.
    pub type_places: Vec<Span>,
    /// Sources of the interfaces of this compilation, in the order of their definition.
    pub interfaces: Vec<(InterfaceId, &'a ast::InterfaceDef)>,
    /// Implementations below this id are declared already.
    pub first_impl: u32,
    /// Sources of the implementations from `first_impl`.
    pub impls: Vec<&'a ast::ImplDef>,
    /// Names of interfaces with an implementation that was reported: that a type lacks one of them may follow from it.
    pub disowned: Vec<Name>,
    /// Implementations by interface and constructor of their type.
    pub impls_of: FxHashMap<(InterfaceId, Con), Vec<ImplId>>,
    /// Methods of interfaces by name.
    pub methods: FxHashMap<Name, Vec<FuncId>>,
    /// Sources of the aliases from `first_alias`.
    pub aliases: Vec<&'a ast::AliasDef>,
    /// Which of `funcs` another function refers to.
    pub used_funcs: Vec<bool>,
    /// Which files' functions the functions of a file refer to.
    pub uses: rustc_hash::FxHashSet<(FileId, FileId)>,
    /// Whether some text of the function at hand could not be read, so that names may be missing in it.
    pub in_gap: bool,
    /// Imports that something was found through, by the place of the name.
    pub used_imports: rustc_hash::FxHashSet<Span>,
    /// Whether some text could not be read: names may be missing for that reason alone.
    pub has_gaps: bool,
    /// Where text could not be read.
    pub gaps: Vec<Span>,
    /// Warnings, which are worth reading only when there is no error.
    pub warnings: Vec<Diagnostic>,
    /// All files.
    pub files: &'a FileSet,
}

impl World<'_> {
    /// The name of a module.
    pub fn module_name(&self, id: ModuleId) -> &Name {
        &self.program.modules[id.0 as usize].name
    }

    /// Whether a module belongs to the standard library.
    pub fn is_std(&self, id: ModuleId) -> bool {
        self.program.modules[id.0 as usize].std
    }

    /// A module's names.
    pub fn scope(&self, id: ModuleId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// The types that the compiler refers to, by name.
    fn known(&self) -> Known {
        let by_name = |name: &str| match self.std_types.get(name) {
            Some(Item::Type(id)) => Some(*id),
            _ => None,
        };
        Known {
            option: by_name("Option"),
            result: by_name("Result"),
            ordering: by_name("Ordering"),
            queue: by_name("Queue"),
            signal: by_name("Signal"),
            exit_reason: by_name("ExitReason"),
            iter: by_name("Iter"),
        }
    }

    /// The implementations of an interface for types of a constructor.
    pub fn impls_of(&self, interface: InterfaceId, con: Con) -> &[ImplId] {
        self.impls_of
            .get(&(interface, con))
            .map_or(&[], |found| found)
    }

    /// Whether a function is a method of an interface without a default.
    pub fn is_bare_method(&self, id: FuncId) -> bool {
        match self.func_source(id) {
            Some(FuncSource::Clauses(clauses)) => clauses[0].body.is_none(),
            _ => false,
        }
    }

    /// Whether some text within a place could not be read.
    pub fn gaps_in(&self, place: Span) -> bool {
        let inside =
            |gap: &Span| gap.file == place.file && place.start <= gap.start && gap.end <= place.end;
        self.gaps.iter().any(inside)
    }

    /// The source of a function of this compilation.
    pub fn func_source(&self, id: FuncId) -> Option<&FuncSource<'_>> {
        let index = id.0.checked_sub(self.first_func)?;
        self.funcs.get(index as usize)
    }
}

/// Declares all items and resolves all imports.
pub fn resolve<'a>(project: &'a Project, base: &Program, sink: &mut Sink) -> World<'a> {
    let origin = if base.modules.is_empty() && project.main.is_none() {
        Origin::Standard
    } else {
        Origin::User
    };
    let mut world = World::new(base, &project.files);
    world.has_gaps = sink.has_errors();
    let errors = sink
        .diagnostics()
        .iter()
        .filter(|found| found.severity == Severity::Error);
    world.gaps = errors.map(|error| error.primary.span).collect();
    if world.has_gaps {
        let bodies = gaps::bodies(project);
        let errors = sink.diagnostics();
        world.has_gaps = errors
            .iter()
            .any(|error| gaps::may_lose_items(error, &bodies));
    }
    let ids = collect(&mut world, project, origin, sink);
    if origin == Origin::Standard {
        world.program.known = world.known();
    }
    imports::resolve(&mut world, project, &ids, sink);
    world
}

/// Whose modules are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The standard library's.
    Standard,
    /// A user's.
    User,
}
