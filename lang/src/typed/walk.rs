//! Walking over typed expressions.

use super::{Clause, Expr, ExprKind, InterpPart, ListItem, Stmt};

/// Calls `visit` for each expression directly inside another.
pub fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Unit
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Atom(_)
        | ExprKind::Bytes(_)
        | ExprKind::Local(..)
        | ExprKind::Func(..)
        | ExprKind::Break(_)
        | ExprKind::Continue(_) => {}
        ExprKind::Call(_, _, args)
        | ExprKind::Tuple(args)
        | ExprKind::Construct { fields: args, .. } => {
            args.iter().for_each(visit);
        }
        ExprKind::Segments(segments) => segments.iter().for_each(|segment| {
            visit(&segment.value);
            segment.size().into_iter().for_each(&mut *visit);
        }),
        ExprKind::CallValue(callee, args) => {
            visit(callee);
            args.iter().for_each(visit);
        }
        ExprKind::Lambda(clauses) => clauses
            .iter()
            .for_each(|clause| clause_children(clause, visit)),
        ExprKind::List(items) => items.iter().for_each(|item| match item {
            ListItem::One(value) | ListItem::Splice(value) => visit(value),
        }),
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        ExprKind::Update(base, fields) => {
            visit(base);
            fields.iter().for_each(|(_, value)| visit(value));
        }
        ExprKind::Field(a, _)
        | ExprKind::Neg(a)
        | ExprKind::Not(a)
        | ExprKind::Inspect(a)
        | ExprKind::Return(a)
        | ExprKind::Try(a)
        | ExprKind::Assert(a, _)
        | ExprKind::Panic(a) => visit(a),
        ExprKind::Index(a, b)
        | ExprKind::Arith(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::Range(a, b, _)
        | ExprKind::Concat(a, b)
        | ExprKind::Append(a, b)
        | ExprKind::Cons(a, b)
        | ExprKind::While(_, a, b) => {
            visit(a);
            visit(b);
        }
        ExprKind::Interp(parts) => parts.iter().for_each(|part| {
            if let InterpPart::Value(value) = part {
                visit(value);
            }
        }),
        ExprKind::Block(stmts, value) => {
            stmts.iter().for_each(|stmt| stmt_children(stmt, visit));
            visit(value);
        }
        ExprKind::If(a, b, c) => {
            visit(a);
            visit(b);
            visit(c);
        }
        ExprKind::Case(on, arms) => {
            visit(on);
            for arm in arms {
                arm.guard.iter().for_each(&mut *visit);
                visit(&arm.body);
            }
        }
        ExprKind::Receive(receive) => {
            for arm in receive.arms() {
                arm.guard.iter().for_each(&mut *visit);
                visit(&arm.body);
            }
            if let Some((limit, body)) = &receive.after {
                visit(limit);
                visit(body);
            }
        }
        ExprKind::Cond(arms) => arms.iter().for_each(|(cond, body)| {
            visit(cond);
            visit(body);
        }),
        ExprKind::For(the_loop) => {
            the_loop
                .generators
                .iter()
                .for_each(|(_, iterable)| visit(iterable));
            the_loop.guard.iter().for_each(&mut *visit);
            visit(&the_loop.body);
        }
    }
}

/// Calls `visit` for guard and body of a clause.
pub fn clause_children<'a>(clause: &'a Clause, visit: &mut dyn FnMut(&'a Expr)) {
    clause.guard.iter().for_each(&mut *visit);
    visit(&clause.body);
}

fn stmt_children<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
    match stmt {
        Stmt::Expr(value) | Stmt::LetPoly { value, .. } => visit(value),
        Stmt::Let {
            value, otherwise, ..
        } => {
            visit(value);
            otherwise.iter().for_each(visit);
        }
    }
}
