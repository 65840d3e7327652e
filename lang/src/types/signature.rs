//! Signatures as written: which functions have complete ones, and what the others say.

use smol_str::SmolStr;

use super::convert::{Converter, TypeScope};
use super::generics::{Generics, bare};
use crate::resolve::FuncSource;
use crate::syntax::ast::{self, FnClause, Name, PatternKind};
use crate::typed::{FuncId, Imp, Owner, Ty, TypeParam};

/// What a function's source says about its type.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Written type parameters with their bounds.
    pub type_params: Vec<TypeParam>,
    /// Annotated parameter types.
    pub params: Vec<Option<Ty>>,
    /// Annotated result type.
    pub ret: Option<Ty>,
    /// Names that stand for types in it, like `Self`.
    pub fixed: Vec<(Name, Ty)>,
    /// How many of the type parameters a method lists itself; in an implementation, where they begin.
    pub own: u32,
    /// Type parameters with a bound that was reported.
    pub reported: Vec<u32>,
    /// Whether the function belongs to something that was reported, and is left out.
    pub skipped: bool,
}

impl Signature {
    /// Whether nothing is left to infer.
    pub fn is_complete(&self) -> bool {
        let closed = |ty: &Option<Ty>| ty.as_ref().is_some_and(|ty| !super::hole::is_open(ty));
        closed(&self.ret) && self.params.iter().all(closed)
    }
}

/// Names of parameters, empty for patterns.
pub fn param_names(source: &FuncSource<'_>) -> Vec<SmolStr> {
    match source {
        FuncSource::Native(native) => native.params.iter().map(|p| p.name.name.clone()).collect(),
        FuncSource::Clauses(clauses) => {
            let arity = clauses.first().map_or(0, |clause| clause.params.len());
            (0..arity).map(|index| param_name(clauses, index)).collect()
        }
    }
}

/// The name that a clause gives a parameter; the clauses that use a pattern there do not matter.
fn param_name(clauses: &[&FnClause], index: usize) -> SmolStr {
    let names = clauses
        .iter()
        .filter_map(|clause| match &clause.params.get(index)?.pattern.kind {
            PatternKind::Bind(name) => Some(name.clone()),
            PatternKind::As(_, name) => Some(name.name.clone()),
            _ => None,
        });
    names.into_iter().next().unwrap_or_default()
}

impl Converter<'_, '_> {
    /// Reads all signatures of this compilation; complete ones go into the program at once.
    pub fn declare_functions(&mut self) -> Vec<Signature> {
        let count = self.world.funcs.len() as u32;
        let mut signatures = vec![Signature::default(); count as usize];
        // Implementations are written against the methods of interfaces.
        for methods_of_interfaces in [true, false] {
            for index in 0..count {
                let id = FuncId(self.world.first_func + index);
                let owner = self.world.program.funcs[id.0 as usize].owner;
                if matches!(owner, Owner::Interface(_)) == methods_of_interfaces {
                    signatures[index as usize] = self.declare_function(id, index);
                }
            }
        }
        signatures
    }

    fn declare_function(&mut self, id: FuncId, index: u32) -> Signature {
        let owner = self.world.program.funcs[id.0 as usize].owner;
        let signature = match (owner, &self.world.funcs[index as usize]) {
            (Owner::Interface(interface), _) => self.method_signature(id, interface),
            (Owner::Impl(owner), _) => self.impl_signature(id, owner),
            (_, FuncSource::Clauses(clauses)) => {
                let clauses = clauses.clone();
                self.clauses_signature(id, &clauses)
            }
            (_, FuncSource::Native(native)) => {
                let native = *native;
                self.native_signature(id, native)
            }
        };
        if signature.is_complete() {
            let names = param_names(&self.world.funcs[index as usize]);
            let func = &mut self.world.program.funcs[id.0 as usize];
            func.type_params = signature.type_params.clone();
            func.params = names
                .into_iter()
                .zip(signature.params.iter().flatten().cloned())
                .collect();
            func.ret = signature
                .ret
                .clone()
                .unwrap_or_else(super::hole::error_type);
        }
        signature
    }

    fn clauses_signature(&mut self, id: FuncId, clauses: &[&FnClause]) -> Signature {
        let (generics, _) = self.method_generics(id, Vec::new(), clauses, &[]);
        let names = generics.names();
        self.open_pids = true;
        let mut signature = self.written_signature(id, &names, &[], clauses);
        self.open_pids = false;
        signature.reported = generics.reported;
        signature.type_params = generics.params;
        signature
    }

    /// The annotations of clauses, the first of each place.
    pub(super) fn written_signature(
        &mut self,
        id: FuncId,
        names: &[Name],
        fixed: &[(Name, Ty)],
        clauses: &[&FnClause],
    ) -> Signature {
        let scope = TypeScope {
            module: self.world.program.funcs[id.0 as usize].module,
            params: names,
            fixed,
        };
        let arity = clauses.first().map_or(0, |clause| clause.params.len());
        let params = (0..arity)
            .map(|index| {
                let mut annotated = clauses
                    .iter()
                    .filter_map(|c| c.params.get(index)?.ty.as_ref());
                annotated.next().map(|written| self.ty(scope, written))
            })
            .collect();
        let ret = clauses.iter().find_map(|clause| clause.ret.as_ref());
        Signature {
            params,
            ret: ret.map(|written| self.ty(scope, written)),
            ..Signature::default()
        }
    }

    fn native_signature(&mut self, id: FuncId, native: &ast::NativeFn) -> Signature {
        self.type_params(&native.type_params);
        let mut generics = Generics {
            module: self.world.program.funcs[id.0 as usize].module,
            fixed: &[],
            reported: Vec::new(),
            equal: &[],
            mentioned: Vec::new(),
            params: native
                .type_params
                .iter()
                .map(|param| bare(&param.name))
                .collect(),
        };
        self.where_clause(&mut generics, &native.bounds);
        let names = generics.names();
        let scope = TypeScope {
            module: generics.module,
            params: &names,
            fixed: &[],
        };
        let params = native
            .params
            .iter()
            .map(|p| Some(self.ty(scope, &p.ty)))
            .collect();
        let ret = Some(self.ty(scope, &native.ret));
        self.world.program.funcs[id.0 as usize].imp = Imp::Native {
            symbol: native.symbol.clone(),
            owned: native.params.iter().map(|param| param.owned).collect(),
        };
        Signature {
            type_params: generics.params,
            params,
            ret,
            ..Signature::default()
        }
    }
}
