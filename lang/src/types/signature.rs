//! Signatures as written: which functions have complete ones, and what the others say.

use smol_str::SmolStr;

use super::convert::{Converter, TypeScope};
use crate::resolve::FuncSource;
use crate::syntax::ast::{self, FnClause, Name, PatternKind};
use crate::typed::{FuncId, Imp, Ty, TypeParam};

/// What a function's source says about its type.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Written type parameters with their bounds.
    pub type_params: Vec<TypeParam>,
    /// Annotated parameter types.
    pub params: Vec<Option<Ty>>,
    /// Annotated result type.
    pub ret: Option<Ty>,
}

impl Signature {
    /// Whether nothing is left to infer.
    pub fn is_complete(&self) -> bool {
        self.ret.is_some() && self.params.iter().all(Option::is_some)
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
        (0..self.world.funcs.len() as u32)
            .map(|index| self.declare_function(FuncId(self.world.first_func + index), index))
            .collect()
    }

    fn declare_function(&mut self, id: FuncId, index: u32) -> Signature {
        let signature = match &self.world.funcs[index as usize] {
            FuncSource::Clauses(clauses) => {
                let clauses = clauses.clone();
                self.clauses_signature(id, &clauses)
            }
            FuncSource::Native(native) => {
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

    fn written_params(
        &mut self,
        id: FuncId,
        params: &[ast::TypeParam],
        bounds: &[ast::Bound],
    ) -> (Vec<Name>, Vec<TypeParam>) {
        self.type_params(params);
        let module = self.world.program.funcs[id.0 as usize].module;
        let names: Vec<Name> = params.iter().map(|p| p.name.clone()).collect();
        let bounds = self.bounds(&names, bounds, module);
        let type_params = names
            .iter()
            .zip(bounds)
            .map(|(name, bounds)| TypeParam {
                name: name.clone(),
                bounds,
            })
            .collect();
        (names, type_params)
    }

    fn clauses_signature(&mut self, id: FuncId, clauses: &[&FnClause]) -> Signature {
        let head = clauses.iter().find(|clause| !clause.type_params.is_empty());
        let written = head.map_or(&[][..], |clause| &clause.type_params);
        let bounds: Vec<ast::Bound> = clauses
            .iter()
            .flat_map(|clause| clause.bounds.iter().cloned())
            .collect();
        let (names, type_params) = self.written_params(id, written, &bounds);
        let scope = TypeScope {
            module: self.world.program.funcs[id.0 as usize].module,
            params: &names,
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
            type_params,
            params,
            ret: ret.map(|written| self.ty(scope, written)),
        }
    }

    fn native_signature(&mut self, id: FuncId, native: &ast::NativeFn) -> Signature {
        let (names, type_params) = self.written_params(id, &native.type_params, &native.bounds);
        let scope = TypeScope {
            module: self.world.program.funcs[id.0 as usize].module,
            params: &names,
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
            type_params,
            params,
            ret,
        }
    }
}
