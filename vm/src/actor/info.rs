//! What an actor may know of others.

use super::entry::{Question, Signal};
use super::{Pid, ops};
use crate::ctx::Ctx;
use crate::native::Fault;
use snow_bytecode::types::TypeId;
use std::sync::Arc;

/// The actors there are.
pub fn all(ctx: &mut Ctx) -> Result<Vec<Pid>, Fault> {
    Ok(ctx.scheduler()?.runtime.slots.all())
}

/// Asks an actor how it is, under the reference of a call.
pub fn ask(ctx: &mut Ctx, pid: Pid, reference: u64, list: TypeId) -> Result<(), Fault> {
    let me = ctx.process()?.pid;
    let ask = Signal::Info(me, reference, list);
    ctx.scheduler()?.deliver_signal(&mut ctx.heap, pid, ask);
    Ok(())
}

/// Asks the node of an actor of another node; gives the reference of the call under which the answer comes.
pub fn question(ctx: &mut Ctx, pid: Pid, question: Question) -> Result<u64, Fault> {
    let reference = ops::call_prepare(ctx)?;
    let me = ctx.process()?.pid;
    let ask = Signal::Question(me, reference, question);
    ctx.scheduler()?.deliver_signal(&mut ctx.heap, pid, ask);
    Ok(reference)
}

/// The names that lead to an actor.
pub fn names(ctx: &mut Ctx, pid: Pid) -> Result<Vec<Arc<str>>, Fault> {
    Ok(ctx.scheduler()?.runtime.names_of(pid))
}
