//! The checks of a user's matches: missing patterns, superfluous ones, `let` that may fail.

use rustc_hash::FxHashSet;

use super::coverage::{Example, uncovered};
use super::example;
use super::space::{ANY, Ctor, Space};
use super::tree::TooComplex;
use crate::diagnostics::{Code, Diagnostic, Severity, Sink};
use crate::syntax::ast::Span;
use crate::typed::walk::{children, clause_children};
use crate::typed::{Arm, Clause, Expr, ExprKind, Func, Imp, Pat, Program, Stmt, Ty};

/// How many missing patterns a message shows.
const SHOWN: usize = 3;

/// Checks all matches of the user's modules. Functions with errors are left out: their types may not fit their patterns.
pub fn check(program: &Program, sink: &mut Sink) {
    let errors = sink
        .diagnostics()
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let errors: Vec<Span> = errors.map(|error| error.primary.span).collect();
    for func in &program.funcs {
        if program.modules[func.module.0 as usize].std {
            continue;
        }
        if let Imp::Body(body)
        | Imp::Method {
            default: Some(body),
            ..
        } = &func.imp
        {
            let whole = body
                .clauses
                .iter()
                .fold(func.span, |span, clause| span.to(clause.body.span));
            let inside = |error: &Span| {
                error.file == whole.file && error.start < whole.end && whole.start < error.end
            };
            if errors.iter().any(inside) {
                continue;
            }
            let mut checker = Checker { program, sink };
            checker.function(func, &body.clauses);
            checker.bodies(&body.clauses);
            super::kept::check(program, body, sink);
        }
    }
}

/// A row of a match.
struct Row {
    spaces: Vec<Space>,
    guarded: bool,
    span: Span,
}

impl Row {
    /// Whether its patterns match everything.
    fn is_any(&self) -> bool {
        self.spaces.iter().all(Space::is_any)
    }
}

/// A match: its rows and the types of what is matched.
struct Match {
    rows: Vec<Row>,
    types: Vec<Ty>,
}

struct Checker<'p> {
    program: &'p Program,
    sink: &'p mut Sink,
}

impl<'p> Checker<'p> {
    /// Looks for matches in the clauses' bodies, however deep.
    fn bodies(&mut self, clauses: &'p [Clause]) {
        let mut waiting: Vec<&'p Expr> = Vec::new();
        for clause in clauses.iter().rev() {
            clause_children(clause, &mut |expr| waiting.push(expr));
        }
        while let Some(expr) = waiting.pop() {
            self.expression(expr);
            let from = waiting.len();
            children(expr, &mut |child| waiting.push(child));
            waiting[from..].reverse();
        }
    }

    fn expression(&mut self, expr: &'p Expr) {
        match &expr.kind {
            ExprKind::Case(on, arms) => self.case(on, arms),
            ExprKind::Receive(receive) => {
                self.receive_arms(&receive.messages);
                self.receive_arms(&receive.signals);
            }
            ExprKind::Lambda(clauses) => self.clauses(clauses, expr.span, "this closure"),
            ExprKind::Block(stmts, _) => stmts.iter().for_each(|stmt| {
                if let Stmt::Let {
                    pat,
                    otherwise: None,
                    ..
                } = stmt
                {
                    self.plain_let(pat);
                }
            }),
            _ => {}
        }
    }

    fn function(&mut self, func: &Func, clauses: &'p [Clause]) {
        self.clauses(clauses, func.span, &format!("`{}`", func.name));
    }

    fn case(&mut self, on: &'p Expr, arms: &'p [Arm]) {
        let row = |arm: &Arm| Row {
            spaces: vec![Space::of(self.program, &arm.pat)],
            guarded: arm.guard.is_some(),
            span: arm.pat.span,
        };
        let rows = arms.iter().map(row).collect();
        let found = Match {
            rows,
            types: vec![on.ty.clone()],
        };
        let Some(missing) = self.answer(self.missing(&found), on.span) else {
            return;
        };
        if !missing.is_empty() {
            let guarded = arms.iter().any(|arm| arm.guard.is_some());
            self.sink
                .push(self.missing_arms(&missing, guarded, on.span));
        }
        self.superfluous(&found, "arm");
    }

    /// What no arm of a `receive` matches stays in the mailbox, so only superfluous arms count.
    fn receive_arms(&mut self, arms: &'p [Arm]) {
        let Some(first) = arms.first() else { return };
        let row = |arm: &Arm| Row {
            spaces: vec![Space::of(self.program, &arm.pat)],
            guarded: arm.guard.is_some(),
            span: arm.pat.span,
        };
        let found = Match {
            rows: arms.iter().map(row).collect(),
            types: vec![first.pat.ty.clone()],
        };
        self.superfluous(&found, "arm");
    }

    fn missing_arms(&self, missing: &[Vec<Example>], guarded: bool, span: Span) -> Diagnostic {
        let texts = self.texts(missing);
        let help = match texts.first().map(String::as_str) {
            Some("_") | None => "add an arm `_ -> …` for everything else".to_owned(),
            Some(first) => format!("add an arm `{first} -> …`, or `_ -> …` for everything else"),
        };
        let guards = guarded
            .then(|| "arms with a guard do not count, since the guard may be false".to_owned());
        Diagnostic::new(
            Code::NON_EXHAUSTIVE,
            span,
            format!("this `case` does not cover {}", listed(&texts)),
        )
        .label("some values of this match no arm")
        .maybe_note(guards)
        .help(help)
    }

    fn clauses(&mut self, clauses: &'p [Clause], span: Span, what: &str) {
        let rows = clauses.iter().map(|clause| Row {
            spaces: clause
                .params
                .iter()
                .map(|pat| Space::of(self.program, pat))
                .collect(),
            guarded: clause.guard.is_some(),
            span: clause.span,
        });
        let rows: Vec<Row> = rows.collect();
        let Some(first) = clauses.first() else {
            return;
        };
        let types = first.params.iter().map(|pat| pat.ty.clone()).collect();
        let found = Match { rows, types };
        let Some(missing) = self.answer(self.missing(&found), span) else {
            return;
        };
        if !missing.is_empty() {
            let texts = self.texts(&missing);
            let message = format!("{what} has no clause for {}", listed(&texts));
            let warning = Diagnostic::new(Code::MISSING_CLAUSE, span, message)
                .label("crashes with \"no matching clause\" for such arguments")
                .help("add a clause for them, or one that takes everything else");
            self.sink.push(warning);
        }
        self.superfluous(&found, "clause");
    }

    fn plain_let(&mut self, pat: &'p Pat) {
        let space = Space::of(self.program, pat);
        if space.is_any() {
            return;
        }
        let row = Row {
            spaces: vec![space],
            guarded: false,
            span: pat.span,
        };
        let found = Match {
            rows: vec![row],
            types: vec![pat.ty.clone()],
        };
        let Some(missing) = self.answer(self.missing(&found), pat.span) else {
            return;
        };
        if !missing.is_empty() {
            let message = format!(
                "this `let` does not cover {}; `case` can",
                listed(&self.texts(&missing))
            );
            let error = Diagnostic::new(Code::NON_EXHAUSTIVE, pat.span, message)
                .label("may fail to match")
                .help("use `case`, or `let … = … else … end` with an `else` that leaves");
            self.sink.push(error);
        }
    }

    fn missing(&self, found: &Match) -> Result<Vec<Vec<Example>>, TooComplex> {
        // Most matches are the parameters of functions with one clause.
        if found.rows.iter().any(|row| !row.guarded && row.is_any()) {
            return Ok(Vec::new());
        }
        let all = vec![&ANY; found.types.len()];
        uncovered(
            self.program,
            &covering(&found.rows),
            &all,
            &found.types,
            SHOWN + 1,
        )
    }

    /// Warns of rows that earlier ones leave nothing for.
    fn superfluous(&mut self, found: &Match, what: &str) {
        if found.rows.len() == 1 && found.rows[0].is_any() {
            return;
        }
        let mut earlier: Vec<Vec<&Space>> = Vec::new();
        let mut literals = Literals::default();
        for row in &found.rows {
            let within: Vec<&Space> = row.spaces.iter().collect();
            let covered = match literals.cover(row) {
                Some(covered) => covered,
                None => {
                    let left = uncovered(self.program, &earlier, &within, &found.types, 1);
                    let Some(left) = self.answer(left, row.span) else {
                        return;
                    };
                    left.is_empty()
                }
            };
            if covered {
                let warning = Diagnostic::new(
                    Code::UNREACHABLE_ARM,
                    row.span,
                    format!("this {what} is never reached"),
                )
                .label(format!("earlier {what}s match all of its values"));
                self.sink.push(warning);
            }
            if !row.guarded {
                literals.note(row);
                earlier.push(within);
            }
        }
    }

    /// The answer to a question about coverage; `None` when it was too hard, which is reported.
    fn answer<T>(&mut self, answer: Result<T, TooComplex>, span: Span) -> Option<T> {
        answer
            .map_err(|TooComplex| {
                let error = Diagnostic::new(
                    Code::PATTERNS_TOO_COMPLEX,
                    span,
                    "these patterns are too complex to check",
                )
                .label("their combinations are too many")
                .help("match in several steps");
                self.sink.push(error);
            })
            .ok()
    }

    fn texts(&self, missing: &[Vec<Example>]) -> Vec<String> {
        let texts = missing
            .iter()
            .map(|values| example::row(self.program, values));
        texts.collect()
    }
}

/// A text or number that is all a row asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Literal<'r> {
    Text(&'r str),
    Int(i64),
}

impl Literal<'_> {
    fn of(row: &Row) -> Option<Literal<'_>> {
        match row.spaces.as_slice() {
            [Space::Of(Ctor::Str(text), _)] => Some(Literal::Text(text)),
            [Space::Of(Ctor::Ints(from, to), _)] if from == to => Some(Literal::Int(*from)),
            _ => None,
        }
    }
}

/// The literals of rows, as long as there are only such. A table of thousands is compared with itself by looking them up.
#[derive(Default)]
struct Literals<'r> {
    seen: FxHashSet<Literal<'r>>,
    /// Whether there was another row.
    mixed: bool,
}

impl<'r> Literals<'r> {
    /// Whether the rows so far match all that a row matches; `None` where that takes a closer look.
    fn cover(&self, row: &Row) -> Option<bool> {
        let literal = Literal::of(row).filter(|_| !self.mixed)?;
        Some(self.seen.contains(&literal))
    }

    fn note(&mut self, row: &'r Row) {
        match Literal::of(row) {
            Some(literal) => {
                self.seen.insert(literal);
            }
            None => self.mixed = true,
        }
    }
}

/// The rows that match whatever lies in their patterns.
fn covering(rows: &[Row]) -> Vec<Vec<&Space>> {
    let plain = rows.iter().filter(|row| !row.guarded);
    plain.map(|row| row.spaces.iter().collect()).collect()
}

/// `a`, `b` and more.
fn listed(texts: &[String]) -> String {
    let shown: Vec<_> = texts
        .iter()
        .take(SHOWN)
        .map(|text| format!("`{text}`"))
        .collect();
    match shown.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        all if texts.len() > SHOWN => format!("{} and more", all.join(", ")),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
