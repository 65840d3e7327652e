//! Natives of the module `Timer`.

use snow_vm::actor::Pid;
use snow_vm::actor::ops::{self, Repeat};
use snow_vm::native::Call;

use crate::support::{Outcome, natives};

natives! {
    "snow_send_after" Handing "<M>(Pid<M>, Int, own M) -> Ref" = |call| send(call, Repeat::Once);
    "snow_send_every" Handing "<M>(Pid<M>, Int, own M) -> Ref" = |call| send(call, Repeat::Every);
    "snow_cancel_timer" Small "(Ref) -> Bool" = |call| { let was_set = ops::cancel_timer(call.ctx, call.word(0))?; call.return_bool(was_set) };
}

fn send(call: &mut Call<'_>, repeat: Repeat) -> Outcome {
    let ty = call.native_types().type_args[0];
    let to = Pid::from_word(call.word(0));
    let word = ops::send_after(call.ctx, to, call.int(1), ty, call.word(2), repeat)?;
    call.return_word(word)
}
