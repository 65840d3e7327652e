//! Natives that calls of services and jobs are made of: requests whose answers are kept apart from the mailbox.

use snow_vm::actor::{Pid, ops};
use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_call_prepare" Small "() -> Ref" = |call| { let word = ops::call_prepare(call.ctx)?; call.return_word(word) };
    "snow_call_monitor" Small "<M>(Ref, Pid<M>) -> ()" = |call| { ops::call_monitor(call.ctx, call.word(0), Pid::from_word(call.word(1)))?; call.return_unit() };
    "snow_call_wait" Waiting "(Ref, Int) -> Int" = |call| { let end = ops::call_wait(call.ctx, call.word(0), call.int(1))?; call.return_int(end as i64) };
    "snow_call_answer" Handing "<T>(Ref) -> T" = take_answer;
    "snow_call_fits" Handing "<T>(Ref, Option<T>) -> Bool" = |call| { let ty = call.native_types().type_args[0]; let fits = ops::call_fits(call.ctx, call.word(0), ty)?; call.return_bool(fits) };
    "snow_call_look" Handing "<T>(Ref) -> T" = |call| { let ty = call.native_types().type_args[0]; let word = ops::call_look(call.ctx, call.word(0), ty)?; call.return_word(word) };
    "snow_local_put" Small "<T>(Int, own T) -> ()" = |call| { let ty = call.native_types().type_args[0]; ops::local_put(call.ctx, call.int(0), ty, call.word(1))?; call.return_unit() };
    "snow_local_fits" Small "<T>(Int, Option<T>) -> Bool" = |call| { let ty = call.native_types().type_args[0]; let fits = ops::local_fits(call.ctx, call.int(0), ty)?; call.return_bool(fits) };
    "snow_local_get" Small "<T>(Int) -> T" = |call| { let ty = call.native_types().type_args[0]; let word = ops::local_get(call.ctx, call.int(0), ty)?; call.return_word(word) };
    "snow_call_reason" Small "(Ref) -> Int" = |call| { let reason = ops::call_reason(call.ctx, call.word(0))?; call.return_int(reason.code()) };
    "snow_call_text" Small "(Ref) -> String" = |call| { let reason = ops::call_reason(call.ctx, call.word(0))?; call.return_str(reason.text()) };
    "snow_call_end" Small "(Ref) -> ()" = |call| { ops::call_end(call.ctx, call.word(0))?; call.return_unit() };
    "snow_acknowledge" Small "() -> ()" = |call| { ops::acknowledge(call.ctx)?; call.return_unit() };
    "snow_answer" Handing "<M, T>(Pid<M>, Ref, own T) -> ()" = answer;
}

fn take_answer(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[0];
    let word = ops::call_answer(call.ctx, call.word(0), ty)?;
    call.return_word(word)
}

fn answer(call: &mut Call<'_>) -> Outcome {
    let ty = call.native_types().type_args[1];
    ops::answer(
        call.ctx,
        Pid::from_word(call.word(0)),
        call.word(1),
        ty,
        call.word(2),
    )?;
    call.return_unit()
}
