//! Parts of the syntax tree at one place of the source, for generated code.
//!
//! What is generated and no program may refer to has a name that cannot be written: with a space, in parentheses, or with an exclamation mark.

use smol_str::SmolStr;

use crate::syntax::ast::*;

/// Builds trees at a place.
#[derive(Clone, Copy)]
pub struct Build {
    /// The place.
    pub span: Span,
}

impl Build {
    pub fn ident(self, name: &str) -> Ident {
        Ident {
            name: SmolStr::new(name),
            span: self.span,
        }
    }

    fn expr(self, kind: ExprKind) -> Expr {
        Expr {
            kind,
            span: self.span,
        }
    }

    pub fn unit(self) -> Expr {
        self.expr(ExprKind::Unit)
    }

    pub fn bool(self, value: bool) -> Expr {
        self.expr(ExprKind::Bool(value))
    }

    pub fn int(self, value: i64) -> Expr {
        self.expr(ExprKind::Int(value))
    }

    pub fn text(self, text: &str) -> Expr {
        let part = StrPart::Text(SmolStr::new(text));
        self.expr(ExprKind::Str(vec![part]))
    }

    /// `"${value}"`.
    pub fn shown(self, value: Expr) -> Expr {
        self.expr(ExprKind::Str(vec![StrPart::Expr(value)]))
    }

    pub fn name(self, name: &str) -> Expr {
        self.expr(ExprKind::Name(SmolStr::new(name)))
    }

    pub fn list(self, items: Vec<Expr>) -> Expr {
        let items = items.into_iter().map(ListItem::One).collect();
        self.expr(ExprKind::List(items))
    }

    /// `Some`, or `Module.Variant`.
    pub fn upper(self, path: &[&str]) -> Expr {
        let mut path = path.iter();
        let first = path.next().copied().unwrap_or_default();
        let first = self.expr(ExprKind::Upper(SmolStr::new(first)));
        path.fold(first, |base, name| self.field(base, name))
    }

    /// `base.name`.
    pub fn field(self, base: Expr, name: &str) -> Expr {
        self.expr(ExprKind::Field(Box::new(base), self.ident(name)))
    }

    pub fn tuple(self, items: Vec<Expr>) -> Expr {
        self.expr(ExprKind::Tuple(items))
    }

    /// `value?`.
    pub fn attempt(self, value: Expr) -> Expr {
        self.expr(ExprKind::Try(Box::new(value)))
    }

    /// `callee(args)`.
    pub fn apply(self, callee: Expr, args: Vec<Expr>) -> Expr {
        let args = args.into_iter().map(|value| Arg { name: None, value });
        let call = Call {
            callee,
            args: args.collect(),
            trailing: None,
        };
        self.expr(ExprKind::Call(Box::new(call)))
    }

    /// `name(args)`.
    pub fn call(self, name: &str, args: Vec<Expr>) -> Expr {
        self.apply(self.name(name), args)
    }

    /// `Module.name(args)`.
    pub fn std(self, module: &str, name: &str, args: Vec<Expr>) -> Expr {
        self.apply(self.upper(&[module, name]), args)
    }

    /// A variant with fields, or without.
    pub fn variant(self, path: &[&str], fields: Vec<Expr>) -> Expr {
        match fields.is_empty() {
            true => self.upper(path),
            false => self.apply(self.upper(path), fields),
        }
    }

    /// `Type { name: value, … }`.
    pub fn construct(self, path: &[&str], fields: Vec<(&str, Expr)>) -> Expr {
        let fields = fields.into_iter();
        self.expr(ExprKind::Struct {
            path: path.iter().map(|name| self.ident(name)).collect(),
            fields: fields
                .map(|(name, value)| (self.ident(name), value))
                .collect(),
        })
    }

    /// `fn params -> body end`.
    pub fn closure(self, params: &[&str], body: Vec<Stmt>) -> Expr {
        let clause = ClosureClause {
            params: params.iter().map(|name| self.param(name, None)).collect(),
            guard: None,
            body: self.block(body),
            span: self.span,
        };
        self.expr(ExprKind::Closure(Closure {
            clauses: vec![clause],
        }))
    }

    pub fn block(self, stmts: Vec<Stmt>) -> Block {
        Block {
            stmts,
            span: self.span,
        }
    }

    pub fn param(self, name: &str, ty: Option<TypeExpr>) -> Param {
        Param {
            pattern: self.bind(name),
            ty,
            span: self.span,
        }
    }

    pub fn bind(self, name: &str) -> Pattern {
        self.pattern(PatternKind::Bind(SmolStr::new(name)))
    }

    pub fn pattern(self, kind: PatternKind) -> Pattern {
        Pattern {
            kind,
            span: self.span,
        }
    }

    /// `Path(fields)` as a pattern.
    pub fn variant_pattern(self, path: &[&str], fields: Vec<Pattern>) -> Pattern {
        let path = path.iter().map(|name| self.ident(name)).collect();
        let fields = fields.into_iter().map(|field| (None, field));
        let fields: Vec<(Option<Ident>, Pattern)> = fields.collect();
        self.pattern(PatternKind::Variant {
            path,
            fields: (!fields.is_empty()).then_some(fields),
        })
    }

    /// `pattern -> body`.
    pub fn arm(self, pattern: Pattern, body: Vec<Stmt>) -> Arm {
        Arm {
            pattern,
            guard: None,
            body: self.block(body),
            span: self.span,
        }
    }

    pub fn case(self, scrutinee: Expr, arms: Vec<Arm>) -> Expr {
        let case = CaseExpr { scrutinee, arms };
        self.expr(ExprKind::Case(Box::new(case)))
    }

    pub fn receive(self, arms: Vec<Arm>) -> Expr {
        let receive = ReceiveExpr { arms, after: None };
        self.expr(ExprKind::Receive(Box::new(receive)))
    }

    /// `let (a, b) = value`.
    pub fn let_pair(self, names: [&str; 2], value: Expr) -> Stmt {
        let parts = names.iter().map(|name| self.bind(name)).collect();
        Stmt::Let(LetStmt {
            pattern: self.pattern(PatternKind::Tuple(parts)),
            ty: None,
            value,
            otherwise: None,
            span: self.span,
        })
    }

    /// `A.B<args>`.
    pub fn ty(self, path: &[&str], args: Vec<TypeExpr>) -> TypeExpr {
        TypeExpr {
            kind: TypeExprKind::Path {
                path: path.iter().map(|name| self.ident(name)).collect(),
                args,
            },
            span: self.span,
        }
    }

    /// A function.
    pub fn function(
        self,
        name: &str,
        params: Vec<Param>,
        ret: Option<TypeExpr>,
        body: Vec<Stmt>,
    ) -> FnClause {
        FnClause {
            name: self.ident(name),
            type_params: Vec::new(),
            params,
            ret,
            bounds: Vec::new(),
            guard: None,
            body: Some(FnBody::Block(self.block(body))),
            role: Role::Function,
            span: self.span,
        }
    }

    pub fn item(self, public: bool, kind: ItemKind) -> Item {
        Item {
            doc: None,
            public,
            kind,
            span: self.span,
        }
    }
}
