//! Tokens to tree: reads the groups of a [`Layout`] one after the other, inner ones first, and
//! each statement in them on its own.
//!
//! Rules that fail remember what was expected, and [`explain`] turns the failure furthest to the right into a
//! diagnostic. The statement then becomes an error node, and its neighbours are not touched.

mod context;
pub(super) mod explain;
mod failure;
mod groups;
mod habits;
mod rules;

use std::ops::Range;

use chumsky::Parser as _;
use chumsky::input::Input;
use chumsky::inspector::SimpleState;

use self::context::{Context, State};
use self::explain::Reading;
use self::failure::Failure;
use self::rules::{Rule, Rules};
use super::ast::*;
use super::layout::{Layout, Token};
use super::lexer::{DocLine, Lexed};
use super::token::Tok;
use crate::diagnostics::Diagnostic;

/// Chooses one rule of the grammar.
trait Choose {
    type Out;
    /// What a failure is reported as.
    const READING: Reading;
    fn rule<'r, 't>(rules: &'r Rules<'t>) -> &'r Rule<'t, Self::Out>;
}

/// Declares a choice for each field of [`Rules`].
macro_rules! choices {
    ($($choice:ident($field:ident: $out:ty) reads $reading:ident;)*) => {
        $(
            struct $choice;
            impl Choose for $choice {
                type Out = $out;
                const READING: Reading = Reading::$reading;
                fn rule<'r, 't>(rules: &'r Rules<'t>) -> &'r Rule<'t, $out> {
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
    rules: Rules<'t>,
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
            problems: Vec::new(),
        };
        Engine {
            text,
            layout,
            docs: &lexed.docs,
            rules: Rules::new(),
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
    fn parse<C: Choose>(&mut self, choice: C, range: Range<usize>) -> Option<C::Out> {
        let tokens = self.tokens(range.clone());
        match self.attempt(choice, range)? {
            Ok(out) => Some(out),
            Err(failures) => {
                self.complain(C::READING, &failures, tokens);
                None
            }
        }
    }

    /// Parses a stretch of tokens by one rule; nothing if there are none.
    fn attempt<C: Choose>(
        &mut self,
        _choice: C,
        range: Range<usize>,
    ) -> Option<Result<C::Out, Vec<Failure>>> {
        let tokens = self.tokens(range);
        let end = tokens.last()?.1;
        let end = Span {
            start: end.end,
            ..end
        };
        let reported = self.state.problems.len();
        let result =
            C::rule(&self.rules).parse_with_state(tokens.split_token_span(end), &mut self.state);
        let result = result.into_result();
        match result {
            Ok(_) => self.problems.append(&mut self.state.problems),
            Err(_) => self.state.problems.truncate(reported),
        }
        Some(result)
    }

    fn complain(&mut self, reading: Reading, failures: &[Failure], tokens: &[Token]) {
        if !self.is_damaged(tokens) {
            if let (Reading::Item, [(Tok::Ident, first), .., (_, last)]) = (reading, tokens) {
                self.forget_within(first.to(*last));
            }
            let furthest = failures.iter().max_by_key(|failure| failure.start);
            let problem = explain::explain(reading, furthest, tokens, self.text);
            self.problems.push(problem);
        }
    }

    /// Takes back what was found in the blocks of something that Snow does not have, of which nobody knows what may stand in them.
    fn forget_within(&mut self, place: Span) {
        let is_within = |at: u32| (place.start..place.end).contains(&at);
        self.problems
            .retain(|problem| !is_within(problem.primary.span.start));
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
