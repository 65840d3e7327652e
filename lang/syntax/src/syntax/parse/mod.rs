//! Tokens to tree: reads the groups of a [`Layout`] one after the other, inner ones first, and
//! each statement in them on its own.
//!
//! A statement is parsed with errors that cost nothing. Only if that fails it is parsed once
//! more with errors that remember what was expected, and [`explain`] turns the one furthest to
//! the right into a diagnostic. The statement then becomes an error node, and its neighbours are
//! not touched.

mod context;
pub(super) mod explain;
mod groups;
mod habits;
mod rules;

use std::ops::Range;

use chumsky::Parser as _;
use chumsky::error::{EmptyErr, Rich};
use chumsky::input::Input;
use chumsky::inspector::SimpleState;

use self::context::{Context, Purpose, State};
use self::explain::Reading;
use self::rules::{Failure, Rule, Rules};
use super::ast::*;
use super::layout::{Layout, Token};
use super::lexer::{DocLine, Lexed};
use crate::diagnostics::Diagnostic;

/// The error type of the second reading.
type Detailed<'t> = Rich<'t, super::token::Tok, Span>;

/// Chooses one rule of the grammar, whatever its error type.
trait Choose {
    type Out;
    /// What a failure is reported as.
    const READING: Reading;
    fn rule<'r, 't, E: Failure<'t>>(rules: &'r Rules<'t, E>) -> &'r Rule<'t, Self::Out, E>;
}

/// Declares a choice for each field of [`Rules`].
macro_rules! choices {
    ($($choice:ident($field:ident: $out:ty) reads $reading:ident;)*) => {
        $(
            struct $choice;
            impl Choose for $choice {
                type Out = $out;
                const READING: Reading = Reading::$reading;
                fn rule<'r, 't, E: Failure<'t>>(rules: &'r Rules<'t, E>) -> &'r Rule<'t, $out, E> {
                    &rules.$field
                }
            }
        )*
    };
}

choices! {
    OfExpression(expression: Expr) reads Expression;
    OfStatement(statement: Stmt) reads Statement;
    OfArmHead(arm_head: rules::ArmHead) reads Arm;
    OfClosureHead(closure_head: rules::ClosureHead) reads ClosureHead;
    OfBlockParams(block_params: Vec<Param>) reads BlockParams;
    OfItem(item: Item) reads Item;
    OfField(field: FieldDef) reads Field;
    OfVariant(variant: VariantDef) reads Variant;
    OfMember(member: rules::MemberLine) reads Member;
    OfServiceMember(service_member: ServiceMember) reads ServiceMember;
    OfSupervisorLine(supervisor_line: rules::SupervisorLine) reads Setting;
    OfSetting(setting: (Ident, Expr)) reads Setting;
    OfTerminate(terminate: Block) reads Statement;
}

/// Reads the groups of one file.
pub(super) struct Engine<'t> {
    text: &'t str,
    layout: &'t Layout,
    docs: &'t [DocLine],
    quick: Rules<'t, EmptyErr>,
    detailed: Option<Rules<'t, Detailed<'t>>>,
    state: State<'t>,
    problems: Vec<Diagnostic>,
    /// Starts of mistakes found before parsing, in order; statements around them are not complained about again.
    damage: Vec<u32>,
}

impl<'t> Engine<'t> {
    pub fn new(
        text: &'t str,
        lexed: &'t Lexed,
        layout: &'t Layout,
        earlier: &[Diagnostic],
    ) -> Self {
        let places = earlier
            .iter()
            .flat_map(|problem| std::iter::once(&problem.primary).chain(&problem.secondary));
        let mut damage: Vec<u32> = places.map(|label| label.span.start).collect();
        damage.sort_unstable();
        let contents = Vec::with_capacity(layout.groups.len());
        let context = Context {
            source: text,
            texts: &lexed.texts,
            contents,
            purpose: Purpose::Tree,
            problems: Vec::new(),
        };
        Engine {
            text,
            layout,
            docs: &lexed.docs,
            quick: Rules::new(),
            detailed: None,
            state: SimpleState(context),
            problems: Vec::new(),
            damage,
        }
    }

    /// Reads everything: the file's items, and what is wrong with the text.
    pub fn run(mut self) -> (Vec<Item>, Vec<Diagnostic>) {
        for id in 0..self.layout.groups.len() {
            let content = self.group(id);
            self.state.contents.push(content);
        }
        let items = self.items(self.layout.root.clone());
        (items, self.problems)
    }

    fn tokens(&self, range: Range<usize>) -> &'t [Token] {
        self.layout.tokens.get(range).unwrap_or(&[])
    }

    /// Parses a stretch of tokens by one rule; a failure is reported.
    fn parse<C: Choose>(&mut self, _choice: C, range: Range<usize>) -> Option<C::Out> {
        let tokens = self.tokens(range);
        let end = tokens.last()?.1;
        let end = Span {
            start: end.end,
            ..end
        };
        let reported = self.state.problems.len();
        let result =
            C::rule(&self.quick).parse_with_state(tokens.split_token_span(end), &mut self.state);
        if let Ok(out) = result.into_result() {
            self.problems.append(&mut self.state.problems);
            return Some(out);
        }
        self.state.problems.truncate(reported);
        if !self.is_damaged(tokens) {
            let problem = self.failure::<C>(tokens, end);
            self.problems.push(problem);
        }
        None
    }

    /// Parses a failing stretch again for its error.
    fn failure<C: Choose>(&mut self, tokens: &'t [Token], end: Span) -> Diagnostic {
        let rules = self.detailed.get_or_insert_with(Rules::new);
        self.state.purpose = Purpose::Error;
        let result = C::rule(rules).parse_with_state(tokens.split_token_span(end), &mut self.state);
        self.state.purpose = Purpose::Tree;
        self.state.problems.clear();
        let error = result
            .into_errors()
            .into_iter()
            .max_by_key(|error| error.span().start);
        explain::explain(C::READING, error.as_ref(), tokens, self.text)
    }

    fn is_damaged(&self, tokens: &[Token]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return false;
        };
        let from = self.damage.partition_point(|&at| at < first.1.start);
        let rest = self.text.get(last.1.end as usize..).unwrap_or("");
        let blanks = rest.bytes().take_while(|&byte| byte != b'\n').count() as u32;
        self.damage
            .get(from)
            .is_some_and(|&at| at <= last.1.end + blanks)
    }
}
