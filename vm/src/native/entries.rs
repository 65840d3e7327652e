//! What code calls in place of a native: each kind of native runs in its own way.

use snow_bytecode::module::Mode;
use snow_bytecode::types::TypeId;

use super::{Import, NativeTypes};
use crate::carrier;
use crate::ctx::{Ctx, Fate, Status};
use crate::heap::Heap;
use crate::sched::blocking::{self, Kept};

/// Calls the native of an import until it has handed its value over; others have turns in between. An actor that is killed meanwhile gives the value up.
pub(super) unsafe extern "C" fn in_turns(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: callers pass the address of an import, and are on the context's carrier; the native has given up its reference to the context when others run.
    unsafe {
        let function = (*types.cast::<Import>()).intrinsic.function;
        loop {
            let status = function(ctx, types, args, ret);
            if status != Status::Pending {
                return status;
            }
            if Ctx::give_way(ctx) == Fate::Leave {
                (*ctx).handing.clear();
                (*ctx).departing.clear();
                drop_arguments(ctx, &*types, args);
                return Status::Crash;
            }
        }
    }
}

/// Calls the native of an import on the thread's own stack.
pub(super) unsafe extern "C" fn on_system_stack(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: callers pass the address of an import, and natives never run Snow code.
    unsafe {
        let function = (*types.cast::<Import>()).intrinsic.function;
        carrier::on_system_stack(ctx, || function(ctx, types, args, ret))
    }
}

/// As [`on_system_stack`], where another thread may take over what this one has to do meanwhile.
pub(super) unsafe extern "C" fn off_scheduler(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: callers pass the address of an import, and are on the context's carrier; natives never run Snow code.
    unsafe {
        let function = (*types.cast::<Import>()).intrinsic.function;
        let (status, fate) = away(ctx, || function(ctx, types, args, ret));
        if fate == Fate::GoOn {
            return status;
        }
        if status == Status::Ok {
            drop_results(ctx, &*types, ret);
        }
        Status::Crash
    }
}

/// Runs something that may block the thread, on the thread's own stack; another one may take over meanwhile what this one has to do. Says whether the caller goes on.
///
/// # Safety
/// The context is valid, and the caller is on its carrier. The function runs no Snow code.
pub unsafe fn away<R>(ctx: *mut Ctx, f: impl FnOnce() -> R) -> (R, Fate) {
    // SAFETY: by contract.
    unsafe {
        let (result, kept) = carrier::on_system_stack(ctx, || blocking::blocking(ctx, f));
        match kept {
            Kept::Yes => (result, Fate::GoOn),
            Kept::No => (result, Ctx::change_scheduler(ctx)),
        }
    }
}

/// Calls the native of an import. When it is not ready the code is suspended; where it cannot be, the carrier parks, and the native is called again and again.
pub(super) unsafe extern "C" fn until_ready(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: callers pass the address of an import; compiled code runs on its context's carrier.
    unsafe {
        let function = (*types.cast::<Import>()).intrinsic.function;
        loop {
            let status = function(ctx, types, args, ret);
            if status != Status::Pending {
                return status;
            }
            if (*ctx).nested == 0 {
                return Status::Suspended;
            }
            if Ctx::wait(ctx) == Fate::Leave {
                return Status::Crash;
            }
        }
    }
}

/// Gives up the results of a native that nobody gets.
///
/// # Safety
/// They are owned.
unsafe fn drop_results(ctx: *mut Ctx, types: &NativeTypes, ret: *const u64) {
    // SAFETY: by contract.
    unsafe { drop_value(&mut (*ctx).heap, types.ret, types.ret_is_element, ret) }
}

/// Gives up the arguments that a native owns.
///
/// # Safety
/// They are owned.
unsafe fn drop_arguments(ctx: *mut Ctx, types: &NativeTypes, args: *const u64) {
    for param in types.params.iter().filter(|param| param.mode == Mode::Own) {
        // SAFETY: by contract.
        unsafe {
            let words = args.add(usize::from(param.offset));
            drop_value(&mut (*ctx).heap, param.ty, param.is_element, words);
        }
    }
}

/// Gives up a value as natives take and give it.
///
/// # Safety
/// The words are an owned value of the type, in element form if that is said.
unsafe fn drop_value(heap: &mut Heap, ty: TypeId, is_element: bool, words: *const u64) {
    let all = heap.types_arc();
    let layouts = all.layouts();
    // SAFETY: by contract.
    unsafe {
        if is_element {
            heap.drop_slots(&[layouts.element(ty)], words);
        } else {
            heap.drop_slots(layouts.slots(ty), words);
        }
    }
}
