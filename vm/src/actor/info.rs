//! What an actor may know of others.

use super::Pid;
use crate::ctx::Ctx;
use crate::native::Fault;
use std::sync::Arc;

/// The actors there are.
pub fn all(ctx: &mut Ctx) -> Result<Vec<Pid>, Fault> {
    Ok(ctx.scheduler()?.runtime.slots.all())
}

/// The names that lead to an actor.
pub fn names(ctx: &mut Ctx, pid: Pid) -> Result<Vec<Arc<str>>, Fault> {
    Ok(ctx.scheduler()?.runtime.names_of(pid))
}
