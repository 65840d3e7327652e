//! `receive`: a loop over the mailbox that ends at the first entry that an arm matches. Bodies stand where the `receive` stands, so that
//! their last calls are tail calls of the function.

use super::matching::Row;
use super::{Cont, Lower, Res};
use crate::core::ir::{Block, End, JoinId, Var};
use crate::syntax::ast::Span;
use crate::typed::{Arm, FuncId, Receive};

/// The limit that means none.
const FOREVER: i64 = i64::MIN;
/// The bit of messages in what is waited for; those of signals follow.
const MESSAGES: i64 = 1;
/// What `receive_wait` says.
const AT_MESSAGE: i64 = 0;
const AT_SIGNAL: i64 = 1;

impl<'a> Lower<'_, 'a> {
    pub(super) fn receive(&mut self, receive: &'a Receive, cont: Cont, span: Span) -> Res<()> {
        let limit = match &receive.after {
            Some((limit, _)) => self.value(limit)?,
            None => self.int(FOREVER, span)?,
        };
        let own = if receive.messages.is_empty() {
            0
        } else {
            MESSAGES
        };
        let wanted = self.int(i64::from(receive.wanted) << 1 | own, span)?;
        let head = self.join();
        self.declare(head, Vec::new(), true, |lower| {
            let found =
                lower.call_with(receive.code.wait, Vec::new(), vec![limit, wanted], span)?;
            lower.found(receive, found, head, cont, span)
        })?;
        self.jump(head, Vec::new())
    }

    /// What happens at a message, at a signal, and when time is up.
    fn found(
        &mut self,
        receive: &'a Receive,
        found: Var,
        head: JoinId,
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        let mut arms = Vec::new();
        if !receive.messages.is_empty() {
            let block = self.block(|lower| lower.at_message(receive, head, cont, span))?;
            arms.push((AT_MESSAGE, block));
        }
        if !receive.signals.is_empty() {
            let block = self.block(|lower| lower.at_signal(receive, head, cont, span))?;
            arms.push((AT_SIGNAL, block));
        }
        let default = match &receive.after {
            Some((_, body)) => self.block(|lower| lower.into(body, cont))?,
            None => Block {
                stmts: Vec::new(),
                end: End::Unreachable,
            },
        };
        self.end(End::SwitchInt {
            on: found,
            arms,
            default: Box::new(default),
        })
    }

    fn at_message(
        &mut self,
        receive: &'a Receive,
        head: JoinId,
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        let ty = self.ty(&receive.message, span)?;
        if self.always_match(&rows_of(&receive.messages), span)? {
            let message = self.call_with(receive.code.take, vec![ty], Vec::new(), span)?;
            return self.taken(
                &receive.messages,
                message,
                End::Unreachable,
                None,
                cont,
                span,
            );
        }
        let again = self.join();
        let skipped = self.var(ty, "");
        self.declare(again, vec![skipped], false, |lower| {
            lower.call_with(receive.code.skip, vec![ty], vec![skipped], span)?;
            lower.jump(head, Vec::new())
        })?;
        let message = self.call_with(receive.code.message, vec![ty], Vec::new(), span)?;
        let fail = End::Jump(again, vec![message]);
        self.taken(
            &receive.messages,
            message,
            fail,
            Some(receive.code.done),
            cont,
            span,
        )
    }

    fn at_signal(&mut self, receive: &'a Receive, head: JoinId, cont: Cont, span: Span) -> Res<()> {
        let again = self.join();
        self.declare(again, Vec::new(), false, |lower| {
            lower.call_with(receive.code.skip_signal, Vec::new(), Vec::new(), span)?;
            lower.jump(head, Vec::new())
        })?;
        let signal = self.call_with(receive.code.signal, Vec::new(), Vec::new(), span)?;
        let fail = End::Jump(again, Vec::new());
        self.taken(
            &receive.signals,
            signal,
            fail,
            Some(receive.code.done),
            cont,
            span,
        )
    }

    /// Matches what was found; the arm that matches takes it for good, by `done` if it is not taken yet.
    fn taken(
        &mut self,
        arms: &'a [Arm],
        found: Var,
        fail: End,
        done: Option<FuncId>,
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        self.matching(&[found], rows_of(arms), span, fail, &mut |lower, row| {
            if let Some(done) = done {
                lower.call_with(done, Vec::new(), Vec::new(), span)?;
            }
            lower.into(&arms[row].body, cont)
        })
    }
}

fn rows_of(arms: &[Arm]) -> Vec<Row<'_>> {
    let rows = arms.iter().map(|arm| Row {
        pats: std::slice::from_ref(&arm.pat),
        guard: arm.guard.as_ref(),
    });
    rows.collect()
}
