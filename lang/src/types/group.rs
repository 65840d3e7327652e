//! Binding groups: functions that are inferred together, because they refer to each other.

use rustc_hash::FxHashMap;

use super::arena::{Arena, Node, RigidId, TyId};
use super::finish::{Finisher, Quantified};
use super::infer::{Frame, Infer, Member, Rigid};
use super::mismatch::Why;
use super::show;
use super::signature::{Signature, param_names};
use crate::resolve::FuncSource;
use crate::syntax::ast::{FnBody, FnClause, Name};
use crate::typed::{Bound, Clause, FuncId, Imp, Ty, TypeParam};

impl Infer<'_, '_> {
    /// Infers a group and puts its functions into the program.
    pub fn group(mut self, ids: &[FuncId], signatures: &[Signature]) {
        let errors = self.sink.error_count();
        for &id in ids {
            let index = (id.0 - self.world.first_func) as usize;
            self.member(id, &signatures[index]);
        }
        for index in 0..self.members.len() {
            self.body(index);
        }
        self.force_pending();
        if self.sink.error_count() > errors {
            self.poison(signatures);
        }
        self.warn_ignored();
        self.finish();
    }

    /// After errors, what was inferred of the signatures is doubtful: callers are not held to it.
    fn poison(&mut self, signatures: &[Signature]) {
        for member in &mut self.members {
            let signature = &signatures[(member.func.0 - self.world.first_func) as usize];
            for (ty, written) in member.params.iter_mut().zip(&signature.params) {
                if written.is_none() {
                    *ty = TyId::ERROR;
                }
            }
            if signature.ret.is_none() {
                member.ret = TyId::ERROR;
            }
        }
    }

    /// Sets up a function's types: annotated ones as written, the others unknown.
    fn member(&mut self, func: FuncId, signature: &Signature) {
        let mut rigid = Vec::with_capacity(signature.type_params.len());
        for param in &signature.type_params {
            let id = RigidId(self.rigid.len() as u32);
            self.rigid.push(Rigid {
                func,
                param: param.clone(),
            });
            rigid.push(self.arena.rigid(id));
        }
        let open = |ty: &Option<Ty>, arena: &mut Arena| match ty {
            Some(ty) => arena.instantiate(ty, &rigid),
            None => arena.fresh(),
        };
        let params = signature
            .params
            .iter()
            .map(|ty| open(ty, self.arena))
            .collect();
        let ret = open(&signature.ret, self.arena);
        let module = self.world.program.funcs[func.0 as usize].module;
        let names: Vec<Name> = signature
            .type_params
            .iter()
            .map(|p| p.name.clone())
            .collect();
        self.members.push(Member {
            func,
            params,
            ret,
            frame: Frame::new(func, module, names, rigid.clone()),
            clauses: Vec::new(),
            rigid,
        });
    }

    /// Infers a function's clauses.
    fn body(&mut self, index: usize) {
        let func = self.members[index].func;
        let Some(FuncSource::Clauses(clauses)) = self
            .world
            .funcs
            .get((func.0 - self.world.first_func) as usize)
        else {
            return;
        };
        let clauses = clauses.clone();
        let placeholder = Frame::new(
            func,
            self.members[index].frame.module,
            Vec::new(),
            Vec::new(),
        );
        self.f = std::mem::replace(&mut self.members[index].frame, placeholder);
        let params = self.members[index].params.clone();
        let written = clauses.iter().find_map(|clause| clause.ret.as_ref());
        let why = match written {
            Some(ty) => Why::Return(ty.span),
            None => Why::Unknown,
        };
        self.f.ret = (self.members[index].ret, why);
        let mut typed = Vec::with_capacity(clauses.len());
        for clause in clauses {
            typed.push(self.clause(clause, &params));
        }
        self.warn_unused();
        let empty = Frame::new(func, self.f.module, Vec::new(), Vec::new());
        self.members[index].frame = std::mem::replace(&mut self.f, empty);
        self.members[index].clauses = typed;
    }

    fn clause(&mut self, clause: &FnClause, types: &[TyId]) -> Clause {
        self.scoped(|this| {
            let params = this.params(&clause.params, types);
            let guard = this.guard(clause.guard.as_ref());
            let body = this.clause_body(clause);
            Clause {
                params,
                guard,
                body,
                span: clause.name.span,
            }
        })
    }

    /// Writes a group's inferred signatures and finished bodies into the program.
    fn finish(self) {
        let Infer {
            world,
            sink,
            arena,
            rigid,
            members,
            mut pending,
            ..
        } = self;
        let quantified: FxHashMap<FuncId, Quantified> = members
            .iter()
            .map(|member| (member.func, quantify(arena, &rigid, member)))
            .collect();
        for member in members {
            let names = match world.func_source(member.func) {
                Some(source) => param_names(source),
                None => Vec::new(),
            };
            let mut finisher = Finisher::new(
                world,
                sink,
                arena,
                &rigid,
                &mut pending,
                &quantified,
                &member,
            );
            let params: Vec<Ty> = member.params.iter().map(|&ty| finisher.ty(ty)).collect();
            let ret = finisher.ty(member.ret);
            let func = member.func;
            let body = finisher.body(member);
            let decl = &mut world.program.funcs[func.0 as usize];
            decl.type_params = quantified[&func].params.clone();
            decl.params = names.into_iter().zip(params).collect();
            decl.ret = ret;
            decl.imp = Imp::Body(body.into());
        }
    }

    fn clause_body(&mut self, clause: &FnClause) -> crate::typed::Expr {
        let (ret, why) = self.f.ret;
        let expect = super::infer::Expect::Type(ret, why);
        let body = match &clause.body {
            Some(FnBody::Expr(expr)) => self.expr(expr, expect),
            Some(FnBody::Block(block)) => self.function_block(block, expect),
            None => self.error(clause.span),
        };
        if why == Why::Unknown {
            // Later clauses are held against the first one's value.
            self.f.ret.1 = Why::Branch(super::infer::value_span(&body));
        }
        body
    }
}

/// The type parameters of a function of the group: written ones first, then the variables of its type.
fn quantify(arena: &Arena, rigid: &[Rigid], member: &Member) -> Quantified {
    let mut out = Quantified {
        types: member.rigid.clone(),
        params: Vec::new(),
    };
    let own = rigid.iter().filter(|rigid| rigid.func == member.func);
    out.params.extend(own.map(|rigid| rigid.param.clone()));
    let mut seen: rustc_hash::FxHashSet<TyId> =
        out.types.iter().map(|&ty| arena.root(ty)).collect();
    let mut work: Vec<TyId> = vec![member.ret];
    work.extend(member.params.iter().rev());
    while let Some(ty) = work.pop() {
        let root = arena.root(ty);
        if !seen.insert(root) {
            continue;
        }
        let bounds: Vec<Bound> = match arena.node(root) {
            Node::App(_, args) => {
                work.extend(arena.args(args).iter().rev());
                continue;
            }
            Node::Var { bounds, .. } => arena.bounds(bounds).map(|(bound, _)| bound).collect(),
            Node::Rigid(id) => rigid[id.0 as usize].param.bounds.clone(),
            _ => continue,
        };
        let mut bounds = bounds;
        bounds.sort_unstable();
        out.params.push(TypeParam {
            name: fresh_name(&out.params),
            bounds,
        });
        out.types.push(root);
    }
    out
}

/// The next letter that no parameter is called.
fn fresh_name(params: &[TypeParam]) -> smol_str::SmolStr {
    let mut index = params.len();
    loop {
        let name = show::letter(index);
        if params.iter().all(|param| param.name != name) {
            return name.into();
        }
        index += 1;
    }
}
