//! Deriving by generated source: an entry of a `deriving` list becomes an `impl` in the tree, as if it had been written.
//!
//! So a derived interface needs nothing in later phases, and a field that does not allow it is reported by the check of the generated
//! code, at the name in the list. Interfaces that types have by their structure (`Eq`, `Ord`, `Display`, `Debug`, `Hash`) are not derived so: the
//! runtime knows what to do.

use smol_str::SmolStr;

use crate::syntax::ast::*;

/// The interfaces that are derived by generated source.
pub const GENERATED: &[&str] = &["Default"];

/// Adds the implementations that the `deriving` lists of a file ask for.
pub fn expand(file: &mut File) {
    expand_items(&mut file.items);
}

fn expand_items(items: &mut Vec<Item>) {
    let mut made = Vec::new();
    for item in items.iter_mut() {
        match &mut item.kind {
            ItemKind::Struct(def) => {
                let fields: Vec<Option<&Ident>> =
                    def.fields.iter().map(|f| Some(&f.name)).collect();
                made.extend(derived(&def.deriving, &def.name, &def.type_params, |at| {
                    construct(&def.name, &fields, at)
                }));
            }
            ItemKind::Sum(def) => {
                // The first variant stands for the type.
                let first = def.variants.first();
                made.extend(derived(&def.deriving, &def.name, &def.type_params, |at| {
                    first.map_or(expr(ExprKind::Unit, at), |first| {
                        variant(&def.name, first, at)
                    })
                }));
            }
            ItemKind::Module(def) => expand_items(&mut def.items),
            _ => {}
        }
    }
    items.extend(made);
}

/// `impl Default for Name<T> where T: Default do fn default() = value end`, if the list asks for it.
fn derived(
    list: &Deriving,
    name: &Ident,
    params: &[TypeParam],
    value: impl Fn(Span) -> Expr,
) -> Option<Item> {
    let asked = list
        .as_ref()?
        .iter()
        .find(|asked| asked.name == "Default")?;
    let at = asked.span;
    let args: Vec<TypeExpr> = params
        .iter()
        .map(|param| named(&param.name, at, Vec::new()))
        .collect();
    let bounds = params.iter().map(|param| Bound {
        ty: named(&param.name, at, Vec::new()),
        interfaces: vec![named("Default", at, Vec::new())],
        span: at,
    });
    let method = FnClause {
        name: ident("default", at),
        type_params: Vec::new(),
        params: Vec::new(),
        ret: None,
        bounds: Vec::new(),
        guard: None,
        body: Some(FnBody::Expr(value(at))),
        span: at,
    };
    Some(Item {
        doc: None,
        public: false,
        kind: ItemKind::Impl(ImplDef {
            type_params: params.to_vec(),
            interface: named("Default", at, Vec::new()),
            target: named(&name.name, at, args),
            bounds: bounds.collect(),
            assoc_types: Vec::new(),
            methods: vec![Method {
                doc: None,
                clause: method,
            }],
        }),
        span: at,
    })
}

fn ident(name: &str, span: Span) -> Ident {
    Ident {
        name: SmolStr::new(name),
        span,
    }
}

fn named(name: &str, span: Span, args: Vec<TypeExpr>) -> TypeExpr {
    TypeExpr {
        kind: TypeExprKind::Path {
            path: vec![ident(name, span)],
            args,
        },
        span,
    }
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

/// `Default.default()`.
fn default_value(span: Span) -> Expr {
    let interface = expr(ExprKind::Upper(SmolStr::new_static("Default")), span);
    call(
        expr(
            ExprKind::Field(Box::new(interface), ident("default", span)),
            span,
        ),
        Vec::new(),
    )
}

fn call(callee: Expr, args: Vec<Arg>) -> Expr {
    let span = callee.span;
    let call = Call {
        callee,
        args,
        trailing: None,
    };
    expr(ExprKind::Call(Box::new(call)), span)
}

/// `Name { a: Default.default(), … }`.
fn construct(name: &Ident, fields: &[Option<&Ident>], span: Span) -> Expr {
    let fields = fields
        .iter()
        .flatten()
        .map(|field| (ident(&field.name, span), default_value(span)));
    let kind = ExprKind::Struct {
        path: vec![ident(&name.name, span)],
        fields: fields.collect(),
    };
    expr(kind, span)
}

/// `Name.First(Default.default(), …)`.
fn variant(name: &Ident, first: &VariantDef, span: Span) -> Expr {
    let owner = expr(ExprKind::Upper(name.name.clone()), span);
    let whole = expr(
        ExprKind::Field(Box::new(owner), ident(&first.name.name, span)),
        span,
    );
    if first.fields.is_empty() {
        return whole;
    }
    let args = first.fields.iter().map(|_| Arg {
        name: None,
        value: default_value(span),
    });
    call(whole, args.collect())
}
