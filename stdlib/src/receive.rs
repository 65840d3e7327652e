//! Natives that `receive` is made of.

use snow_vm::actor::receive;
use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_receive_wait" Waiting "(Int, Int) -> Int" = |call| { let found = receive::wait(call.ctx, call.int(0), call.word(1))?; call.return_int(found as i64) };
    "snow_receive_message" Small "<M>() -> M" = message;
    "snow_receive_take" Small "<M>() -> M" = take;
    "snow_receive_skip" Small "<M>(own M) -> ()" = skip;
    "snow_receive_skip_signal" Small "() -> ()" = |call| { receive::skip_signal(call.ctx)?; call.return_unit() };
    "snow_receive_done" Small "() -> ()" = |call| { receive::done(call.ctx)?; call.return_unit() };
    "snow_signal_kind" Small "() -> Int" = |call| { let kind = receive::signal(call.ctx)?.kind; call.return_int(kind.into()) };
    "snow_signal_ref" Small "() -> Ref" = |call| { let word = receive::signal(call.ctx)?.reference; call.return_word(word) };
    "snow_signal_pid" Small "<M>() -> Pid<M>" = |call| { let pid = receive::signal(call.ctx)?.pid; call.return_word(pid.map_or(0, snow_vm::actor::Pid::word)) };
    "snow_signal_reason" Small "() -> Int" = |call| { let reason = receive::signal(call.ctx)?.reason; call.return_int(reason.map_or(0, |reason| reason.code())) };
    "snow_signal_text" Small "() -> String" = |call| { let text = receive::signal(call.ctx)?.text; call.return_str(&text) };
}

fn message(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    let word = receive::message(call.ctx, ty)?;
    call.return_word(word)
}

fn take(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    let word = receive::take(call.ctx, ty)?;
    call.return_word(word)
}

fn skip(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    receive::skip(call.ctx, ty, call.word(0))?;
    call.return_unit()
}
