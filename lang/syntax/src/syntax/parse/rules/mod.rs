//! The grammar in chumsky: one file for each kind of construct.
//!
//! Rules are boxed, which keeps compile times and stack frames small.

pub mod calls;
pub mod definitions;
pub mod expressions;
pub mod functions;
pub mod imports;
pub mod literals;
pub mod names;
pub mod operators;
pub mod patterns;
pub mod services;
pub mod types;

use chumsky::input::MappedInput;
use chumsky::prelude::*;

use super::context::{AssocType, State};
use super::failure::Failure;
use crate::syntax::ast::*;
use crate::syntax::layout::Token;
use crate::syntax::token::Tok;

/// What rules read: the tokens of one statement.
pub type Tokens<'t> = MappedInput<'t, Tok, Span, &'t [Token]>;

/// Error and state types of the rules.
pub type Extra<'t> = extra::Full<Failure, State<'t>, ()>;

/// What an action of a rule can see: its span and the state.
pub type Seen<'t, 'b> = chumsky::input::MapExtra<'t, 'b, Tokens<'t>, Extra<'t>>;

/// What rules read from.
pub type Reader<'t, 'p> = chumsky::input::InputRef<'t, 'p, Tokens<'t>, Extra<'t>>;

/// A rule for one construct.
pub type Rule<'t, O> = Boxed<'t, 't, Tokens<'t>, O, Extra<'t>>;

impl chumsky::span::Span for Span {
    type Context = FileId;
    type Offset = u32;

    fn new(context: FileId, range: std::ops::Range<u32>) -> Self {
        Span {
            file: context,
            start: range.start,
            end: range.end,
        }
    }

    fn context(&self) -> FileId {
        self.file
    }

    fn start(&self) -> u32 {
        self.start
    }

    fn end(&self) -> u32 {
        self.end
    }
}

/// Pattern and guard before an arrow.
pub type ArmHead = (Pattern, Option<Expr>);

/// Parameters and guard before the arrow or `do` of a closure.
pub type ClosureHead = (Vec<Param>, Option<Expr>);

/// A line of a supervisor.
pub enum SupervisorLine {
    Setting(Ident, Expr),
    Child(ChildDef),
}

/// A line of an interface or implementation.
pub enum MemberLine {
    Assoc(AssocType),
    Method(Box<FnClause>),
}

/// All rules that a statement-like stretch of tokens can be parsed by.
pub struct Rules<'t> {
    pub expression: Rule<'t, Expr>,
    pub statement: Rule<'t, Stmt>,
    pub arm_head: Rule<'t, ArmHead>,
    pub closure_head: Rule<'t, ClosureHead>,
    pub block_params: Rule<'t, Vec<Param>>,
    pub item: Rule<'t, Item>,
    pub field: Rule<'t, FieldDef>,
    pub variant: Rule<'t, VariantDef>,
    pub member: Rule<'t, MemberLine>,
    pub service_member: Rule<'t, ServiceMember>,
    pub supervisor_line: Rule<'t, SupervisorLine>,
    pub setting: Rule<'t, (Ident, Expr)>,
    pub terminate: Rule<'t, Block>,
}

impl<'t> Rules<'t> {
    /// Builds the grammar.
    pub fn new() -> Self {
        let ty = types::type_rule();
        let expression = expressions::expression();
        let pattern = patterns::pattern(expression.clone());
        let parts = Parts {
            ty,
            expression,
            pattern,
        };
        let function = functions::clause(&parts);
        Rules {
            statement: expressions::statement(&parts),
            arm_head: functions::arm_head(&parts),
            closure_head: functions::closure_head(&parts),
            block_params: functions::block_params(&parts),
            item: definitions::item(&parts, &function),
            field: definitions::field(&parts),
            variant: definitions::variant(&parts),
            member: definitions::member(&parts, &function),
            service_member: services::service_member(&parts, &function),
            supervisor_line: services::supervisor_line(&parts),
            setting: services::setting(&parts),
            terminate: services::terminate(),
            expression: parts.expression,
        }
    }
}

/// The rules that most constructs are made of.
pub struct Parts<'t> {
    pub ty: Rule<'t, TypeExpr>,
    pub expression: Rule<'t, Expr>,
    pub pattern: Rule<'t, Pattern>,
}
