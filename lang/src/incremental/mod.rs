//! Checking a project again after a change: only what the change can reach is inferred anew.
//!
//! A module is seen by others in two ways: by its *heads* (items and all that is written of them, [`heads`]), and by what is inferred
//! of its functions, its *interface*. A check declares all items of the project as ever, from heads where a module has not changed,
//! so items have the numbers that they would have in a check from scratch. Then it infers bodies
//!
//! - of modules whose text has changed, or in which something was wrong the last time;
//! - of all modules, when heads have changed anywhere: they may mean other things now, and items have other numbers;
//! - of modules that refer to a function of a module whose interface is another now.
//!
//! What the last check said of the other modules still holds and is said again. A check from scratch is a check that remembers nothing,
//! so both say the same; `tests/incremental.rs` holds them to it.

mod hash;
mod heads;
mod memory;
mod parts;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub use hash::Hash;
use hash::Hasher;
use memory::{Bodies, Remembered, Written};
pub use memory::{Inferred, Memory};
use parts::in_parts;

use crate::check::{StdImage, main_of, missing_main};
use crate::diagnostics::{Diagnostic, FileSet, Severity, Sink};
use crate::patterns;
use crate::resolve::{self, Project, SourceModule, World};
use crate::syntax;
use crate::syntax::ast::FileId;
use crate::typed::{Func, FuncId, Owner};
use crate::types::{self, Declared};

/// So many diagnostics are kept while a project is checked, and so many are given. The order in which they are found depends on what is
/// remembered, so only what is sorted may be cut off.
const KEPT: usize = 20_000;
const GIVEN: usize = 500;

/// A module to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The path that messages show.
    pub path: &'a str,
    /// Dotted name.
    pub module: &'a str,
    /// Text.
    pub text: &'a str,
}

/// What a check gives.
#[derive(Debug)]
pub struct Outcome {
    /// What there is to say, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics speak of.
    pub files: FileSet,
    /// For the next check.
    pub memory: Memory,
    /// How many modules had their bodies inferred.
    pub inferred: usize,
}

/// Checks a program whose first module has its `main`.
pub fn check(sources: &[Source<'_>], std: &StdImage, memory: Memory) -> Outcome {
    let mut session = Session::new(sources, std, memory);
    loop {
        let found = session.run();
        let stale = session.stale(&found);
        if stale.is_empty() {
            return session.outcome(found);
        }
        for index in stale {
            session.modules[index].work = Work::Infer;
        }
    }
}

/// What is to be done with a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Its bodies are inferred.
    Infer,
    /// What is remembered of its bodies holds.
    Keep,
}

/// A module of the project.
struct Module {
    work: Work,
    /// A hash of its text.
    text: Hash,
    /// How it is remembered already, if it is.
    written: Option<Written>,
    /// What is known of it: from the last check, or just read.
    known: Remembered,
    /// Its tree, if it was just read.
    tree: Option<syntax::ast::File>,
}

struct Session<'s> {
    sources: &'s [Source<'s>],
    std: &'s StdImage,
    modules: Vec<Module>,
    environment: Hash,
    /// Whether some text cannot be read.
    gaps: bool,
}

/// What a run over the project found.
struct Found {
    sink: Sink,
    files: FileSet,
    /// New knowledge of the bodies of modules; none for those that were kept or have mistakes.
    bodies: Vec<Option<Bodies>>,
    /// The interface of each module as it is now.
    interfaces: Vec<Hash>,
    inferred: usize,
}

impl<'s> Session<'s> {
    fn new(sources: &'s [Source<'s>], std: &'s StdImage, memory: Memory) -> Self {
        let first = std.files.len() as u32;
        let before = memory.environment;
        let modules = in_parts(sources, |index, source| {
            // The numbers of files are in all places, so a module is known by its position, too.
            let file = FileId(first + index as u32);
            Module::new(source, file, memory.modules.get(index))
        });
        let environment = environment(sources, &modules);
        let has_errors = |module: &Module| module.known.syntax.iter().any(is_error);
        let gaps = modules.iter().any(has_errors);
        let mut session = Session {
            sources,
            std,
            modules,
            environment,
            gaps,
        };
        session.forget_what_does_not_hold(before);
        session
    }

    fn forget_what_does_not_hold(&mut self, before: Hash) {
        let changed: FxHashSet<FileId> = (0..self.modules.len())
            .filter(|&index| self.modules[index].work == Work::Infer)
            .map(|index| self.file(index))
            .collect();
        let same = before == self.environment;
        let gaps = self.gaps;
        for module in &mut self.modules {
            let holds = module.known.bodies.as_ref().is_some_and(|bodies| {
                let mut places = bodies.warnings.iter().flat_map(Diagnostic::labels);
                same && (!bodies.gaps || gaps)
                    && !places.any(|label| changed.contains(&label.span.file))
            });
            if !holds {
                module.work = Work::Infer;
            }
        }
    }

    fn file(&self, index: usize) -> FileId {
        FileId((self.std.files.len() + index) as u32)
    }

    fn module_of(&self, file: FileId) -> Option<usize> {
        (file.0 as usize).checked_sub(self.std.files.len())
    }

    /// Declares everything, infers what is to be inferred.
    fn run(&mut self) -> Found {
        let mut project = self.project();
        let found = self.run_on(&project);
        self.put_back(&mut project);
        found
    }

    fn run_on(&self, project: &Project) -> Found {
        let mut sink = Sink::with_limit(KEPT);
        for module in &self.modules {
            sink.extend(module.known.syntax.iter().cloned());
        }
        let mut world = resolve::resolve(project, &self.std.program, &mut sink);
        world.program.main = main_of(&world, project, &mut sink);
        let mut declared = types::declare(&mut world, &mut sink);
        let functions = self.functions(&world);
        self.install(&mut world, &mut declared, &functions);
        let mut wrong: FxHashSet<FileId> = sink
            .diagnostics()
            .iter()
            .filter(|found| is_error(found))
            .flat_map(|found| found.labels().map(|label| label.span.file))
            .collect();
        let work = |id: FuncId, world: &World<'_>| {
            let func = &world.program.funcs[id.0 as usize];
            self.module_of(func.span.file)
                .map(|index| self.modules[index].work)
        };
        let chosen = |id: FuncId, world: &World<'_>| work(id, world) == Some(Work::Infer);
        types::infer(&mut world, &mut sink, declared, chosen, |world, id| {
            wrong.insert(world.program.funcs[id.0 as usize].span.file);
        });
        let before = sink.error_count();
        patterns::check(&world.program, &mut sink);
        if sink.error_count() > before {
            let errors = sink.diagnostics().iter().filter(|found| is_error(found));
            wrong.extend(errors.map(|error| error.primary.span.file));
        }
        let warnings = self.warnings(&mut world, project, &mut sink);
        if !sink.has_errors() && world.program.main.is_none() {
            sink.push(missing_main(project));
        }
        self.found(&world, sink, warnings, &wrong, &functions)
    }

    /// The project: whole trees of what is inferred, heads of the rest.
    fn project(&mut self) -> Project {
        let mut project = self.std.project();
        project.main = Some(0);
        for (module, source) in self.modules.iter_mut().zip(self.sources) {
            let file = project.files.add(source.path, source.text);
            let tree = match (module.work, module.tree.take()) {
                (Work::Keep, _) => std::mem::take(&mut module.known.heads),
                (Work::Infer, Some(tree)) => tree,
                (Work::Infer, None) => parsed(source, file, &mut Sink::new()),
            };
            let name = SmolStr::new(source.module);
            project.modules.push(SourceModule { name, file, tree });
        }
        project
    }

    /// Puts the heads that were lent to a project where they came from.
    fn put_back(&mut self, project: &mut Project) {
        let first = project.modules.len() - self.modules.len();
        let lent = project.modules.drain(first..);
        for (module, source) in self.modules.iter_mut().zip(lent) {
            if module.work == Work::Keep {
                module.known.heads = source.tree;
            }
        }
    }

    /// The functions of each module.
    fn functions(&self, world: &World<'_>) -> Vec<Vec<FuncId>> {
        let mut functions = vec![Vec::new(); self.modules.len()];
        for (index, func) in world.program.funcs.iter().enumerate() {
            if let Some(module) = self.module_of(func.span.file) {
                functions[module].push(FuncId(index as u32));
            }
        }
        functions
    }

    /// Puts what is remembered of functions into the program.
    fn install(&self, world: &mut World<'_>, declared: &mut Declared, functions: &[Vec<FuncId>]) {
        for (module, ids) in self.modules.iter().zip(functions) {
            let Some(bodies) = module
                .known
                .bodies
                .as_ref()
                .filter(|_| module.work == Work::Keep)
            else {
                continue;
            };
            for (&id, inferred) in ids.iter().zip(&bodies.signatures) {
                let func = &mut world.program.funcs[id.0 as usize];
                func.type_params.clone_from(&inferred.type_params);
                func.params.clone_from(&inferred.params);
                func.ret = inferred.ret.clone();
                func.mailboxes = inferred.mailboxes.clone();
                declared.settle(id, world.first_func);
            }
        }
    }

    /// The warnings of this run by module, and those that are remembered.
    fn warnings(
        &self,
        world: &mut World<'_>,
        project: &Project,
        sink: &mut Sink,
    ) -> FxHashMap<usize, Vec<Diagnostic>> {
        let mut all = Sink::with_limit(KEPT);
        all.extend(sink.take_warnings());
        all.extend(std::mem::take(&mut world.warnings));
        resolve::unused::report(world, project, &mut all);
        let mut by_module: FxHashMap<usize, Vec<Diagnostic>> = FxHashMap::default();
        for warning in all.into_diagnostics() {
            let module = self.module_of(warning.primary.span.file);
            // Unused functions of modules of which only heads were read are not known to be so.
            if let Some(index) = module.filter(|&index| self.modules[index].work == Work::Infer) {
                by_module.entry(index).or_default().push(warning);
            }
        }
        for (index, module) in self.modules.iter().enumerate() {
            if let (Work::Keep, Some(bodies)) = (module.work, &module.known.bodies) {
                by_module.insert(index, bodies.warnings.clone());
            }
        }
        by_module
    }

    fn found(
        &self,
        world: &World<'_>,
        mut sink: Sink,
        mut warnings: FxHashMap<usize, Vec<Diagnostic>>,
        wrong: &FxHashSet<FileId>,
        functions: &[Vec<FuncId>],
    ) -> Found {
        if !sink.has_errors() {
            for index in 0..self.modules.len() {
                sink.extend(warnings.get(&index).into_iter().flatten().cloned());
            }
        }
        let known = self.modules.iter().map(|module| module.work == Work::Keep);
        let signatures: Vec<Vec<Inferred>> = functions
            .iter()
            .zip(known)
            .map(|(ids, known)| {
                let ids = if known { &[][..] } else { ids };
                let functions = ids.iter().map(|id| &world.program.funcs[id.0 as usize]);
                functions.map(inferred).collect()
            })
            .collect();
        let interfaces: Vec<Hash> = (0..self.modules.len())
            .map(
                |index| match (&self.modules[index].work, &self.modules[index].known.bodies) {
                    (Work::Keep, Some(bodies)) => bodies.interface,
                    _ => interface(world, &functions[index], &signatures[index]),
                },
            )
            .collect();
        let mut bodies: Vec<Option<Bodies>> = Vec::with_capacity(self.modules.len());
        for (index, signatures) in signatures.into_iter().enumerate() {
            let file = self.file(index);
            if self.modules[index].work == Work::Keep || wrong.contains(&file) {
                bodies.push(None);
                continue;
            }
            let used = world.uses.iter().filter(|(from, _)| *from == file);
            let mut uses: Vec<(u32, Hash)> = used
                .filter_map(|(_, to)| self.module_of(*to))
                .map(|to| (to as u32, interfaces[to]))
                .collect();
            uses.sort_unstable_by_key(|(to, _)| *to);
            bodies.push(Some(Bodies {
                gaps: self.gaps,
                warnings: warnings.remove(&index).unwrap_or_default(),
                uses,
                signatures,
                interface: interfaces[index],
            }));
        }
        Found {
            inferred: self
                .modules
                .iter()
                .filter(|m| m.work == Work::Infer)
                .count(),
            files: world.files.clone(),
            sink,
            bodies,
            interfaces,
        }
    }

    /// Modules that were kept, but refer to functions that are others now, and those that refer to them.
    fn stale(&self, found: &Found) -> Vec<usize> {
        let uses = |index: usize| {
            let bodies = self.modules[index].known.bodies.as_ref();
            bodies.map_or(&[][..], |bodies| &bodies.uses)
        };
        let kept = |index: &usize| self.modules[*index].work == Work::Keep;
        let differs = |(to, then): &(u32, Hash)| found.interfaces[*to as usize] != *then;
        let mut stale: FxHashSet<usize> = (0..self.modules.len())
            .filter(kept)
            .filter(|&index| uses(index).iter().any(differs))
            .collect();
        loop {
            let before = stale.len();
            for index in (0..self.modules.len()).filter(kept) {
                if uses(index)
                    .iter()
                    .any(|(to, _)| stale.contains(&(*to as usize)))
                {
                    stale.insert(index);
                }
            }
            if stale.len() == before {
                let mut stale: Vec<usize> = stale.into_iter().collect();
                stale.sort_unstable();
                return stale;
            }
        }
    }

    fn outcome(mut self, mut found: Found) -> Outcome {
        for (module, bodies) in self.modules.iter_mut().zip(found.bodies) {
            if module.work == Work::Infer {
                module.known.bodies = bodies;
                module.written = None;
            }
        }
        if found.sink.has_errors() {
            found.sink.drop_warnings();
        }
        let mut diagnostics = found.sink.into_sorted();
        diagnostics.truncate(GIVEN);
        Outcome {
            diagnostics,
            files: found.files,
            memory: Memory {
                modules: in_parts(&self.modules, |index, module| {
                    module.written(&self.sources[index])
                }),
                environment: self.environment,
            },
            inferred: found.inferred,
        }
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

impl Module {
    /// A module as it was remembered, if its text is the same.
    fn new(source: &Source<'_>, file: FileId, written: Option<&Written>) -> Module {
        let text = Hash::of(source.text.as_bytes());
        let written = written.filter(|written| written.is(source, text));
        match written.and_then(|written| Some((written, written.read()?))) {
            Some((written, known)) => Module {
                work: Work::Keep,
                text,
                written: Some(written.clone()),
                known,
                tree: None,
            },
            None => Module::read(source, file, text),
        }
    }

    /// How it is remembered.
    fn written(&self, source: &Source<'_>) -> Written {
        match &self.written {
            Some(written) => written.clone(),
            None => Written::new(source, self.text, &self.known),
        }
    }

    /// Reads a module that is new or has changed.
    fn read(source: &Source<'_>, file: FileId, text: Hash) -> Module {
        let mut sink = Sink::new();
        let mut tree = syntax::parse(file, source.text, &mut sink);
        let shape = heads::shape(source.text, &tree);
        crate::expand::expand(&mut tree, source.module, &mut sink);
        let known = Remembered {
            heads: heads::heads(&tree),
            shape,
            syntax: sink.into_diagnostics(),
            bodies: None,
        };
        Module {
            work: Work::Infer,
            text,
            written: None,
            known,
            tree: Some(tree),
        }
    }
}

/// The tree of a module as the checks read it.
fn parsed(source: &Source<'_>, file: FileId, sink: &mut Sink) -> syntax::ast::File {
    let mut tree = syntax::parse(file, source.text, sink);
    crate::expand::expand(&mut tree, source.module, sink);
    tree
}

/// A hash of all heads.
fn environment(sources: &[Source<'_>], modules: &[Module]) -> Hash {
    let mut hasher = Hasher::default();
    for (source, module) in sources.iter().zip(modules) {
        hasher.part(source.path.as_bytes());
        hasher.part(source.module.as_bytes());
        hasher.part(&module.known.shape.to_bytes());
    }
    hasher.finish()
}

fn inferred(func: &Func) -> Inferred {
    Inferred {
        type_params: func.type_params.clone(),
        params: func.params.clone(),
        ret: func.ret.clone(),
        mailboxes: func.mailboxes.clone(),
    }
}

/// A hash of what is inferred of the functions that other modules can refer to.
fn interface(world: &World<'_>, ids: &[FuncId], signatures: &[Inferred]) -> Hash {
    let mut hasher = Hasher::default();
    for (id, signature) in ids.iter().zip(signatures) {
        let func = &world.program.funcs[id.0 as usize];
        let hidden = func.owner == Owner::Test || func.owner == Owner::Module && !func.public;
        if !hidden {
            // Types have a serialised form whatever they are.
            hasher.part(&postcard::to_allocvec(signature).unwrap_or_default());
        }
    }
    hasher.finish()
}
