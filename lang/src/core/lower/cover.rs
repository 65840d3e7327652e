//! Counting which lines run.

use super::{Lower, Res};
use crate::coverage;
use crate::typed::Expr;

impl Lower<'_, '_> {
    /// Counts that an expression's line is come to, if lines are counted and this path has not counted it last.
    pub(super) fn cover(&mut self, expr: &Expr) -> Res<()> {
        let counter = self.mono.coverage.and_then(|all| all.counter(expr));
        let Some((id, line)) = counter else {
            return Ok(());
        };
        if self.frame_mut().open.counted.replace(line) == Some(line) {
            return Ok(());
        }
        let count = self.mono.library("System", coverage::NATIVE, expr.span)?;
        let id = self.int(i64::from(id), expr.span)?;
        self.call_with(count, Vec::new(), vec![id], expr.span)?;
        Ok(())
    }
}
