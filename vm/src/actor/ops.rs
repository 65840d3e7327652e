//! What running code asks for: starting actors, sending, links and monitors, timers, calls.
//!
//! Each function is the body of a native, without the reading of arguments. Values are in element form.

use super::calls::State;
use super::entry::{self, Answer, Content, Signal, drop_element, dup_element};
use super::limits::Limits;
use super::log::{Level, Value};
use super::process::{Alarm, Origin, Process, Wait};
use super::{Pid, Reason, signals};
use crate::carrier;
use crate::ctx::Ctx;
use crate::heap::Way;
use crate::native::Fault;
use crate::remote::{Passed, Reading};
use crate::sched::Timer;
use crate::sched::stop::Hope;
use crate::sched::wheel::TimerKey;
use crate::value::closure;
use snow_bytecode::module::FuncId;
use snow_bytecode::types::{Type, TypeId};

/// What the starter of an actor has to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    /// They have nothing to do with each other.
    None,
    /// They are linked.
    Link,
}

/// Starts an actor that runs a closure, which it owns.
pub fn spawn(
    ctx: &mut Ctx,
    mailbox: TypeId,
    function: u64,
    name: &str,
    bond: Bond,
    limits: Option<Limits>,
) -> Result<Pid, Fault> {
    // SAFETY: the closure is owned; nobody uses it before the actor starts.
    unsafe { entry::hand_over_ref_in_turns(ctx, function, Way::Move)? };
    let (parent, scheduler) = (ctx.process()?, ctx.scheduler()?);
    let Some(pid) = scheduler.runtime.slots.take(&mut scheduler.spare) else {
        // SAFETY: the closure is owned.
        unsafe { ctx.heap.drop_ref(function) };
        return Err("too many processes".into());
    };
    // SAFETY: the closure is owned; its code takes itself and nothing else.
    let code = unsafe {
        let func = FuncId((*closure::entry(function)).func);
        scheduler.packed_call(func, function)
    };
    let origin = Origin::new(pid, name, Some(&parent.origin));
    let mut process = Process::new(code, origin);
    if let Some(limits) = limits {
        process.set_limits(&ctx.heap, limits);
    }
    if bond == Bond::Link {
        process.links.insert(parent.pid);
        parent.links.insert(pid);
    }
    scheduler.start(process, mailbox.0);
    Ok(pid)
}

/// Sends a message, which is owned. Pending while it is not handed over: the same call is to be made again then.
pub fn send(ctx: &mut Ctx, to: Pid, ty: TypeId, word: u64) -> Result<(), Fault> {
    let (process, scheduler) = (ctx.process()?, ctx.scheduler()?);
    // Once: not again when the call goes on with handing over.
    if ctx.handing.is_over() && ctx.departing.is_over() {
        process.count_departure(&ctx.heap, ty, word);
    }
    if to.node() != 0 {
        return send_away(ctx, to, Content::Message(ty, word));
    }
    // SAFETY: the word is owned and of the type.
    let sent = unsafe {
        match scheduler.runtime.slots.of(to) {
            Ok(slot) if slot.takes(ty) => {
                entry::hand_over_in_turns(ctx, ty, word, Way::Move)?;
                signals::put_in(&mut ctx.heap, slot, to, Content::Message(ty, word))
            }
            _ => {
                // The receiver may have ended after a part was handed over.
                ctx.handing.clear();
                drop_element(&mut ctx.heap, ty, word);
                Ok(None)
            }
        }
    };
    if let Ok(Some(woken)) = sent {
        scheduler.ready(woken);
    }
    ctx.count_sent();
    Ok(())
}

/// As [`send`], however large the message is: for those who cannot be called again.
pub fn send_at_once(ctx: &mut Ctx, to: Pid, ty: TypeId, word: u64) -> Result<(), Fault> {
    loop {
        match send(ctx, to, ty, word) {
            Err(Fault::Pending) => {}
            sent => return sent,
        }
    }
}

/// Sends something of the running actor to one of another node; crashes when it cannot leave this one. When too much waits for that node, the actor is held at its next safe point. Pending
/// while a part of it is still to be passed on.
#[cold]
fn send_away(ctx: &mut Ctx, to: Pid, content: Content) -> Result<(), Fault> {
    let (me, scheduler) = (ctx.process()?.pid, ctx.scheduler()?);
    let raw = &raw mut *ctx;
    // Writing a value needs more stack than what small natives have.
    // SAFETY: the context is that of the running actor, which is on its carrier, if on any; no Snow code runs meanwhile.
    let sent = unsafe {
        carrier::on_system_stack(raw, || {
            let (heap, departing) = (&mut (*raw).heap, &mut (*raw).departing);
            scheduler.send_away_in_turns(heap, Some(me), to, content, departing)
        })
    };
    note_passed(ctx, sent.map_err(Fault::Crash)?)
}

/// Something of the running actor was passed on to another node.
pub fn note_passed(ctx: &mut Ctx, passed: Passed) -> Result<(), Fault> {
    let process = ctx.process()?;
    match passed {
        Passed::On => ctx.count_sent(),
        Passed::Held => {
            process.held += 1;
            ctx.end_slice();
        }
        Passed::More => return Err(Fault::Pending),
    }
    ctx.scheduler()?.is_unsent();
    Ok(())
}

/// The running actor, of whose messages nothing is said.
pub fn me(ctx: &mut Ctx) -> Result<Pid, Fault> {
    Ok(ctx.process()?.pid)
}

/// The running actor, as one that takes messages of a type.
pub fn current(ctx: &mut Ctx, mailbox: TypeId) -> Result<Pid, Fault> {
    let pid = me(ctx)?;
    ctx.scheduler()?.runtime.slots.know_type(pid, mailbox.0);
    Ok(pid)
}

/// Takes in what has arrived for the running actor; whether there was anything. When that ends it, the code is left.
pub fn drain(ctx: &mut Ctx) -> Result<bool, Fault> {
    let process = ctx.process()?;
    // SAFETY: the running actor is its scheduler's.
    let has_come = unsafe { ctx.scheduler()?.drain(&mut ctx.heap, process) };
    match process.ending {
        None => Ok(has_come),
        Some(_) => Err("the actor is to end".into()),
    }
}

/// Starts the timer that ends the present wait, `ms` from now.
pub fn set_alarm(ctx: &mut Ctx, ms: i64) -> Result<(), Fault> {
    let process = ctx.process()?;
    let key = ctx.scheduler()?.add_timer(ms, Timer::Wake(process.pid));
    process.alarm = Alarm::Set(key);
    Ok(())
}

/// Lets time pass.
pub fn sleep(ctx: &mut Ctx, ms: i64) -> Result<(), Fault> {
    let process = ctx.process()?;
    match (process.wait, process.alarm) {
        (Wait::Time, Alarm::Rung) => {
            ctx.scheduler()?.forget_wait(process);
            return Ok(());
        }
        (Wait::Time, _) => {}
        _ => {
            process.wait = Wait::Time;
            set_alarm(ctx, ms.max(0))?;
        }
    }
    Err(Fault::Pending)
}

/// Links the running actor with another.
pub fn link(ctx: &mut Ctx, to: Pid) -> Result<(), Fault> {
    let me = ctx.process()?.pid;
    link_by(ctx, to, Signal::Link(me))
}

/// As [`link`], of a supervisor with its child.
pub fn adopt(ctx: &mut Ctx, to: Pid) -> Result<(), Fault> {
    let me = ctx.process()?.pid;
    link_by(ctx, to, Signal::Adopt(me))
}

fn link_by(ctx: &mut Ctx, to: Pid, signal: Signal) -> Result<(), Fault> {
    let process = ctx.process()?;
    if to == process.pid || !process.links.insert(to) {
        return Ok(());
    }
    if !to.is_local() {
        return send_away(ctx, to, Content::Signal(Box::new(signal)));
    }
    let scheduler = ctx.scheduler()?;
    if !scheduler.deliver_signal(&mut ctx.heap, to, signal) {
        let exit = Signal::LinkExit(to, Reason::NoProc);
        scheduler.deliver_signal(&mut ctx.heap, process.pid, exit);
    }
    Ok(())
}

/// Gives up a link.
pub fn unlink(ctx: &mut Ctx, to: Pid) -> Result<(), Fault> {
    let process = ctx.process()?;
    if process.links.remove(&to) {
        let unlink = Signal::Unlink(process.pid);
        ctx.scheduler()?.deliver_signal(&mut ctx.heap, to, unlink);
    }
    // An exit that has arrived and was not received is forgotten with the link.
    let is_exit = |content: &Content| matches!(content, Content::Signal(signal) if matches!(**signal, Signal::LinkExit(pid, _) if pid == to));
    process.mailbox.remove_all(&mut ctx.heap, is_exit);
    Ok(())
}

/// Whether the program was asked to stop.
pub fn is_stopping(ctx: &mut Ctx) -> Result<bool, Fault> {
    Ok(ctx.scheduler()?.runtime.is_stopping())
}

/// Writes an entry of the log.
pub fn log(
    ctx: &mut Ctx,
    level: Level,
    message: &str,
    fields: &[(&str, Value<'_>)],
) -> Result<(), Fault> {
    let (process, scheduler) = (ctx.process()?, ctx.scheduler()?);
    let runtime = &scheduler.runtime;
    runtime.log_entry(process, level, message, fields);
    Ok(())
}

/// From now on the running actor gets a signal when the program is asked to stop.
pub fn on_stop(ctx: &mut Ctx, hope: Hope) -> Result<(), Fault> {
    let (pid, scheduler) = (ctx.process()?.pid, ctx.scheduler()?);
    if scheduler.runtime.on_stop(pid, hope) {
        scheduler.deliver_signal(&mut ctx.heap, pid, Signal::Stopping);
    }
    Ok(())
}

/// Begins to monitor an actor; gives the reference.
pub fn monitor(ctx: &mut Ctx, to: Pid) -> Result<u64, Fault> {
    let process = ctx.process()?;
    let scheduler = ctx.scheduler()?;
    let reference = scheduler.new_reference();
    process.monitors.insert(reference, to);
    watch(ctx, to, reference)?;
    Ok(reference)
}

/// Asks an actor to say when it ends.
fn watch(ctx: &mut Ctx, to: Pid, reference: u64) -> Result<(), Fault> {
    let (me, scheduler) = (ctx.process()?.pid, ctx.scheduler()?);
    if !to.is_local() {
        let monitor = Signal::Monitor(me, reference);
        return send_away(ctx, to, Content::Signal(Box::new(monitor)));
    }
    if !scheduler.deliver_signal(&mut ctx.heap, to, Signal::Monitor(me, reference)) {
        let down = Signal::Down(reference, to, Reason::NoProc);
        scheduler.deliver_signal(&mut ctx.heap, me, down);
    }
    Ok(())
}

/// Ends a monitor; what it has said and was not received is forgotten.
pub fn demonitor(ctx: &mut Ctx, reference: u64) -> Result<(), Fault> {
    let process = ctx.process()?;
    if let Some(to) = process.monitors.remove(&reference) {
        let end = Signal::Demonitor(reference);
        ctx.scheduler()?.deliver_signal(&mut ctx.heap, to, end);
    }
    let is_down = |content: &Content| matches!(content, Content::Signal(signal) if matches!(**signal, Signal::Down(of, ..) if of == reference));
    process.mailbox.remove_all(&mut ctx.heap, is_down);
    Ok(())
}

/// Asks an actor to exit. The running actor exits at once.
pub fn exit(ctx: &mut Ctx, to: Pid, reason: Reason) -> Result<(), Fault> {
    let process = ctx.process()?;
    if to == process.pid {
        process.ending = Some(reason);
        return Err("the actor exits".into());
    }
    let exit = Signal::Exit(process.pid, reason);
    ctx.scheduler()?.deliver_signal(&mut ctx.heap, to, exit);
    Ok(())
}

/// Whether exits of linked actors arrive as messages from now on.
pub fn trap_exit(ctx: &mut Ctx, traps: bool) -> Result<(), Fault> {
    ctx.process()?.traps_exits = traps;
    Ok(())
}

/// Whether an actor has not ended.
pub fn is_alive(ctx: &mut Ctx, pid: Pid) -> Result<bool, Fault> {
    Ok(ctx.scheduler()?.runtime.slots.is_alive(pid))
}

/// Gives an actor a name; false when the name is taken or the actor has ended.
pub fn register(ctx: &mut Ctx, name: &str, pid: Pid) -> Result<bool, Fault> {
    Ok(ctx.scheduler()?.runtime.register(name, pid))
}

/// Takes a name away; whether it led to an actor.
pub fn unregister(ctx: &mut Ctx, name: &str) -> Result<bool, Fault> {
    Ok(ctx.scheduler()?.runtime.unregister(name))
}

/// The actor of a name, if it takes messages of this type. A type that nothing determines is `()`, and fits all.
pub fn whereis(ctx: &mut Ctx, name: &str, mailbox: TypeId) -> Result<Option<Pid>, Fault> {
    let runtime = &ctx.scheduler()?.runtime;
    let Some(pid) = runtime.whereis(name) else {
        return Ok(None);
    };
    Ok(takes(ctx, pid, mailbox)?.then_some(pid))
}

/// Replaces the closure that runs when the actor ends; owned.
pub fn on_terminate(ctx: &mut Ctx, function: u64) -> Result<(), Fault> {
    let process = ctx.process()?;
    let before = std::mem::replace(&mut process.terminate, function);
    // SAFETY: the actor owned the closure.
    unsafe { ctx.heap.drop_nullable(before) };
    Ok(())
}

/// Sends a message, owned, after a time; again and again when it repeats.
pub fn send_after(
    ctx: &mut Ctx,
    to: Pid,
    ms: i64,
    ty: TypeId,
    word: u64,
    repeat: Repeat,
) -> Result<u64, Fault> {
    let every = match repeat {
        Repeat::Once => None,
        Repeat::Every => Some(ms.max(1) as u64),
    };
    let way = match repeat {
        Repeat::Once => Way::Move,
        Repeat::Every => Way::Share,
    };
    // SAFETY: the word is owned and of the type; each time another reference is sent.
    unsafe { entry::hand_over_in_turns(ctx, ty, word, way)? };
    let timer = Timer::Send {
        to,
        ty,
        word,
        every,
    };
    Ok(ctx.scheduler()?.add_timer(ms, timer).word())
}

/// How often a timer sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// One time.
    Once,
    /// Until it is cancelled, or the receiver has ended.
    Every,
}

/// Stops a timer; whether it was going on.
pub fn cancel_timer(ctx: &mut Ctx, timer: u64) -> Result<bool, Fault> {
    let Some(key) = TimerKey::from_word(timer) else {
        return Ok(false);
    };
    match ctx.scheduler()?.cancel_timer(key) {
        Some(Timer::Send { ty, word, .. }) => {
            // SAFETY: the timer owned the message.
            unsafe { drop_element(&mut ctx.heap, ty, word) };
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// A reference for a call.
pub fn call_prepare(ctx: &mut Ctx) -> Result<u64, Fault> {
    let reference = ctx.scheduler()?.new_reference();
    ctx.process()?.calls.prepare(reference);
    Ok(reference)
}

/// A call begins that others know by this reference.
pub fn call_prepare_under(ctx: &mut Ctx, reference: u64) -> Result<(), Fault> {
    ctx.process()?.calls.prepare(reference);
    Ok(())
}

/// The running actor answers a call of its own, with an owned value.
pub fn call_settle(ctx: &mut Ctx, reference: u64, ty: TypeId, word: u64) -> Result<(), Fault> {
    let me = ctx.process()?.pid;
    let answer = Answer {
        ty,
        word,
        reference,
        unwatched: true,
    };
    ctx.scheduler()?
        .deliver(&mut ctx.heap, me, Content::Answer(answer));
    Ok(())
}

/// The running actor gets a signal.
pub fn signal_self(ctx: &mut Ctx, signal: Signal) -> Result<(), Fault> {
    let me = ctx.process()?.pid;
    ctx.scheduler()?.deliver_signal(&mut ctx.heap, me, signal);
    Ok(())
}

/// From now on the call is over when that actor ends.
pub fn call_monitor(ctx: &mut Ctx, reference: u64, to: Pid) -> Result<(), Fault> {
    let process = ctx.process()?;
    let Some(call) = process.calls.get(reference) else {
        return Err("the call is over".into());
    };
    call.target = Some(to);
    watch(ctx, to, reference)
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// There is an answer.
    Answered = 0,
    /// The time was up; the call goes on.
    Timeout = 1,
    /// Who should answer has ended.
    Gone = 2,
}

/// Waits for the end of a call.
pub fn call_wait(ctx: &mut Ctx, reference: u64, timeout: i64) -> Result<CallEnd, Fault> {
    let process = ctx.process()?;
    process.wait = Wait::Nothing;
    if !process.calls.is_over(reference) {
        drain(ctx)?;
    }
    let end = match process.calls.get(reference).map(|call| &call.state) {
        Some(State::Answered(_) | State::Sealed(_)) => CallEnd::Answered,
        Some(State::Gone(_)) => CallEnd::Gone,
        None => CallEnd::Timeout,
        Some(State::Open) => {
            let is_up = process.alarm == Alarm::Rung;
            if !is_up && (timeout == super::receive::NO_TIMEOUT || timeout > 0) {
                if process.alarm == Alarm::Off && timeout > 0 {
                    set_alarm(ctx, timeout)?;
                }
                process.wait = Wait::Answer(reference);
                return Err(Fault::Pending);
            }
            CallEnd::Timeout
        }
    };
    ctx.scheduler()?.forget_wait(process);
    Ok(end)
}

/// Opens the answer to a call, if it has come from another node and is of a type. Pending while it is not read to the end.
fn unseal(ctx: &mut Ctx, reference: u64, ty: TypeId) -> Result<(), Fault> {
    let process = ctx.process()?;
    let Some(parcel) = process.calls.sealed(reference) else {
        return Ok(());
    };
    let raw = &raw mut *ctx;
    // Reading a value needs more stack than what small natives have.
    // SAFETY: the context is that of the running actor, which is on its carrier, if on any; no Snow code runs meanwhile, and the parcel is the actor's.
    let opening = unsafe { carrier::on_system_stack(raw, || parcel.open(&mut (*raw).heap, ty)) };
    match opening {
        Reading::More => Err(Fault::Pending),
        Reading::Done(ty, word) => {
            process.calls.unsealed(reference, ty, word);
            Ok(())
        }
        Reading::Unfit => Ok(()),
    }
}

/// Moves the answer out; the call is over. Pending as [`call_fits`].
pub fn call_answer(ctx: &mut Ctx, reference: u64, ty: TypeId) -> Result<u64, Fault> {
    unseal(ctx, reference, ty)?;
    let process = ctx.process()?;
    match process.calls.get(reference).map(|call| &call.state) {
        Some(State::Answered(answer)) if answer.ty == ty => {
            let answer = *answer;
            let call = process.calls.end(reference);
            if let Some(to) = call.and_then(|call| call.target)
                && !answer.unwatched
            {
                let end = Signal::Demonitor(reference);
                ctx.scheduler()?.deliver_signal(&mut ctx.heap, to, end);
            }
            Ok(answer.word)
        }
        _ => Err("there is no answer of this type".into()),
    }
}

/// Whether a call has an answer of a type. Pending while a large one that has come from another node is read: the same call is to be made again then.
pub fn call_fits(ctx: &mut Ctx, reference: u64, ty: TypeId) -> Result<bool, Fault> {
    let process = ctx.process()?;
    if !process.calls.is_over(reference) {
        drain(ctx)?;
    }
    unseal(ctx, reference, ty)?;
    let process = ctx.process()?;
    let state = process.calls.get(reference).map(|call| &call.state);
    Ok(matches!(state, Some(State::Answered(answer)) if answer.ty == ty))
}

/// Another reference to the answer, which stays; of the answers that were looked at, the latest do.
pub fn call_look(ctx: &mut Ctx, reference: u64, ty: TypeId) -> Result<u64, Fault> {
    unseal(ctx, reference, ty)?;
    let process = ctx.process()?;
    let word = match process.calls.get(reference).map(|call| &call.state) {
        Some(State::Answered(answer)) if answer.ty == ty => answer.word,
        _ => return Err("there is no answer of this type".into()),
    };
    // SAFETY: the call owns the answer.
    unsafe { dup_element(&ctx.heap, ty, word) };
    if let Some(old) = process.calls.keep(reference) {
        call_end(ctx, old)?;
    }
    Ok(word)
}

/// Keeps an owned value of the actor at hand under a number.
pub fn local_put(ctx: &mut Ctx, key: i64, ty: TypeId, word: u64) -> Result<(), Fault> {
    let process = ctx.process()?;
    // SAFETY: the caller hands over an owned element of the type.
    unsafe { process.locals.put(&mut ctx.heap, key, ty, word) };
    Ok(())
}

/// Whether a value of the type is kept under a number.
pub fn local_fits(ctx: &mut Ctx, key: i64, ty: TypeId) -> Result<bool, Fault> {
    Ok(ctx.process()?.locals.get(key, ty).is_some())
}

/// Another reference to the value kept under a number.
pub fn local_get(ctx: &mut Ctx, key: i64, ty: TypeId) -> Result<u64, Fault> {
    let Some(word) = ctx.process()?.locals.get(key, ty) else {
        return Err("no value of this type is kept".into());
    };
    // SAFETY: the actor owns the value.
    unsafe { dup_element(&ctx.heap, ty, word) };
    Ok(word)
}

/// Whether an actor takes messages of a type, as far as that can be told: a dead one takes none anyway.
pub fn takes(ctx: &mut Ctx, pid: Pid, mailbox: TypeId) -> Result<bool, Fault> {
    // Of the first nothing is known, and of the second there is no value that could be sent.
    let is_open = match ctx.types().table().get(mailbox) {
        Type::Unit => true,
        Type::Sum { variants, .. } => variants.is_empty(),
        _ => false,
    };
    let slot = ctx.scheduler()?.runtime.slots.of(pid);
    Ok(is_open || slot.is_ok_and(|slot| slot.takes(mailbox)))
}

/// Why who should answer has ended.
pub fn call_reason(ctx: &mut Ctx, reference: u64) -> Result<Reason, Fault> {
    let process = ctx.process()?;
    match process.calls.get(reference).map(|call| &call.state) {
        Some(State::Gone(reason)) => Ok(reason.clone()),
        _ => Err("the call is not over".into()),
    }
}

/// Forgets a call.
pub fn call_end(ctx: &mut Ctx, reference: u64) -> Result<(), Fault> {
    let process = ctx.process()?;
    let Some(call) = process.calls.end(reference) else {
        return Ok(());
    };
    if let Some(to) = call.target {
        let end = Signal::Demonitor(reference);
        ctx.scheduler()?.deliver_signal(&mut ctx.heap, to, end);
    }
    call.discard(&mut ctx.heap);
    Ok(())
}

/// Answers a call with an owned value.
pub fn answer(ctx: &mut Ctx, to: Pid, reference: u64, ty: TypeId, word: u64) -> Result<(), Fault> {
    if to.node() == 0 {
        // SAFETY: the word is owned and of the type.
        unsafe { entry::hand_over_in_turns(ctx, ty, word, Way::Move)? };
    }
    let process = ctx.process()?;
    let scheduler = ctx.scheduler()?;
    if !process.watchers.contains_key(&reference) {
        // SAFETY: the running actor is its scheduler's.
        unsafe { scheduler.drain(&mut ctx.heap, process) };
    }
    let answer = Answer {
        ty,
        word,
        reference,
        unwatched: process.watchers.contains_key(&reference),
    };
    if to.node() != 0 {
        // While a part of it is still to be passed on, the monitor stays.
        send_away(ctx, to, Content::Answer(answer))?;
        process.watchers.remove(&reference);
        return Ok(());
    }
    process.watchers.remove(&reference);
    scheduler.deliver(&mut ctx.heap, to, Content::Answer(answer));
    Ok(())
}

/// Whoever waits for the running actor's result has it: the actor has begun, and gives none later.
pub fn acknowledge(ctx: &mut Ctx) -> Result<(), Fault> {
    let Some(awaited) = ctx.process()?.answers.take() else {
        return Ok(());
    };
    match ctx.types().table().get(awaited.ty) {
        Type::Unit => answer(ctx, awaited.to, awaited.reference, awaited.ty, 0),
        _ => Ok(()),
    }
}
