//! Natives of the module `Process`: actors, links, monitors, names.

use snow_vm::actor::entry::Question;
use snow_vm::actor::limits::{self, Limits, Policy};
use snow_vm::actor::ops::{self, Bond};
use snow_vm::actor::{Pid, Reason, info};
use snow_vm::native::Call;

use crate::support::{Outcome, natives, new_list};

natives! {
    "snow_spawn" Handing "<M, R>(own Fun() -> R, String, Int) -> Pid<M>" = spawn;
    "snow_send" Handing "<M>(Pid<M>, own M) -> ()" = send;
    "snow_self" Small "<M>() -> Pid<M>" = current;
    "snow_me" Small "<M>() -> Pid<M>" = |call| { let pid = ops::me(call.ctx)?; call.return_word(pid.word()) };
    "snow_on_terminate" Small "(own Fun() -> ()) -> ()" = on_terminate;
    "snow_link" Small "<M>(Pid<M>) -> ()" = |call| { ops::link(call.ctx, pid(call, 0))?; call.return_unit() };
    "snow_adopt" Small "<M>(Pid<M>) -> ()" = |call| { ops::adopt(call.ctx, pid(call, 0))?; call.return_unit() };
    "snow_unlink" Small "<M>(Pid<M>) -> ()" = |call| { ops::unlink(call.ctx, pid(call, 0))?; call.return_unit() };
    "snow_monitor" Small "<M>(Pid<M>) -> Ref" = |call| { let word = ops::monitor(call.ctx, pid(call, 0))?; call.return_word(word) };
    "snow_demonitor" Small "(Ref) -> ()" = |call| { ops::demonitor(call.ctx, call.word(0))?; call.return_unit() };
    "snow_trap_exit" Small "(Bool) -> ()" = |call| { ops::trap_exit(call.ctx, call.word(0) != 0)?; call.return_unit() };
    "snow_exit" Small "<M>(Pid<M>, Int, own String) -> ()" = exit;
    "snow_alive" Small "<M>(Pid<M>) -> Bool" = |call| { let alive = ops::is_alive(call.ctx, pid(call, 0))?; call.return_bool(alive) };
    "snow_question" Small "<M>(Pid<M>, Int) -> Ref" = question;
    "snow_is_here" Small "<M>(Pid<M>) -> Bool" = |call| { let here = pid(call, 0).node() == 0; call.return_bool(here) };
    "snow_register" Small "<M>(String, Pid<M>) -> Bool" = |call| { let done = ops::register(call.ctx, call.str(0), pid(call, 1))?; call.return_bool(done) };
    "snow_unregister" Small "(String) -> Bool" = |call| { let done = ops::unregister(call.ctx, call.str(0))?; call.return_bool(done) };
    "snow_whereis" Small "<M>(String) -> Option<Pid<M>>" = whereis;
    "snow_pid_cast" Small "<M, N>(Pid<M>) -> Pid<N>" = |call| { let word = call.word(0); call.return_word(word) };
    "snow_pid_as" Small "<M, N>(Pid<M>) -> Option<Pid<N>>" = typed;
    "snow_sleep" Waiting "(Int) -> ()" = |call| { ops::sleep(call.ctx, call.int(0))?; call.return_unit() };
    "snow_limits" Small "(Int, Int, Int) -> ()" = limits;
    "snow_spawn_limited" Handing "<M, R>(own Fun() -> R, String, Int, Int, Int, Int) -> Pid<M>" = spawn_limited;
    "snow_ask_info" Small "<M>(Pid<M>, Ref, List<Int>) -> ()" = ask_info;
    "snow_processes" Small "<M>() -> List<Pid<M>>" = processes;
    "snow_process_names" Small "<M>(Pid<M>) -> List<String>" = process_names;
}

fn limits(call: &mut Call<'_>) -> Outcome {
    let limits = limits_from(call, 0);
    limits::set(call.ctx, limits)?;
    call.return_unit()
}

/// Bounds in three parameters: messages, policy, bytes.
fn limits_from(call: &Call<'_>, first: usize) -> Limits {
    Limits {
        mailbox: call.int(first),
        policy: match call.int(first + 1) {
            0 => Policy::DropNew,
            1 => Policy::DropOld,
            _ => Policy::Crash,
        },
        heap: call.int(first + 2),
    }
}

/// Asks the node of an actor about it; gives the reference under which the answer comes.
fn question(call: &mut Call<'_>) -> Outcome {
    let question = match call.int(1) {
        0 => Question::Alive,
        _ => Question::Names,
    };
    let reference = info::question(call.ctx, pid(call, 0), question)?;
    call.return_word(reference)
}

/// The list is there for its type.
fn ask_info(call: &mut Call<'_>) -> Outcome {
    let list = call.native_types().params[2].ty;
    info::ask(call.ctx, pid(call, 0), call.word(1), list)?;
    call.return_unit()
}

fn pid(call: &Call<'_>, index: usize) -> Pid {
    Pid::from_word(call.word(index))
}

fn spawn(call: &mut Call<'_>) -> Outcome {
    spawn_with(call, None)
}

fn spawn_limited(call: &mut Call<'_>) -> Outcome {
    let limits = limits_from(call, 3);
    spawn_with(call, Some(limits))
}

fn spawn_with(call: &mut Call<'_>, limits: Option<Limits>) -> Outcome {
    let mailbox = call.native_types().type_args[0];
    let bond = match call.int(2) {
        0 => Bond::None,
        _ => Bond::Link,
    };
    let pid = ops::spawn(call.ctx, mailbox, call.word(0), call.str(1), bond, limits)?;
    call.return_word(pid.word())
}

fn send(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    ops::send(call.ctx, pid(call, 0), ty, call.word(1))?;
    call.return_unit()
}

fn current(call: &mut Call<'_>) -> Outcome {
    let mailbox = call.native_types().type_args[0];
    let pid = ops::current(call.ctx, mailbox)?;
    call.return_word(pid.word())
}

fn on_terminate(call: &mut Call<'_>) -> Outcome {
    ops::on_terminate(call.ctx, call.word(0))?;
    call.return_unit()
}

fn exit(call: &mut Call<'_>) -> Outcome {
    let reason = Reason::from_parts(call.int(1), call.str(2));
    let text = call.word(2);
    // SAFETY: the native owns the text.
    unsafe { call.ctx.heap.drop_ref(text) };
    ops::exit(call.ctx, pid(call, 0), reason)?;
    call.return_unit()
}

fn whereis(call: &mut Call<'_>) -> Outcome {
    let mailbox = call.native_types().type_args[0];
    let found = ops::whereis(call.ctx, call.str(0), mailbox)?;
    call.return_option(found.map(Pid::word))
}

fn typed(call: &mut Call<'_>) -> Outcome {
    let mailbox = call.native_types().type_args[1];
    let fits = ops::takes(call.ctx, pid(call, 0), mailbox)?;
    let word = call.word(0);
    call.return_option(fits.then_some(word))
}

fn processes(call: &mut Call<'_>) -> Outcome {
    let pids = info::all(call.ctx)?;
    let words: Vec<u64> = pids.into_iter().map(Pid::word).collect();
    let list = new_list(call, call.ret_type(), &words);
    call.return_word(list)
}

fn process_names(call: &mut Call<'_>) -> Outcome {
    let names = info::names(call.ctx, pid(call, 0))?;
    let list = crate::support::string_list(call, call.ret_type(), names);
    call.return_word(list)
}
