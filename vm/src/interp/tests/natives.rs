//! Calls of natives, and the check of imports.

use super::build::{INTS, S, STRING, W, main_only};
use super::{Ending, crash, run_sliced};
use crate::ctx::{Ctx, Status};
use crate::interp::load;
use crate::native::{Intrinsic, Intrinsics, Kind, NativeTypes};
use crate::types::RuntimeTypes;
use crate::value::{list, text};
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{Mode, Module, Native, NativeId, ParamSlot};
use std::sync::Arc;

/// `(Int, Int) -> Range`: two results.
unsafe extern "C" fn span(
    _: *mut Ctx,
    _: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: two arguments, two results.
    unsafe {
        *ret = *args;
        *ret.add(1) = *args + *args.add(1);
    }
    Status::Ok
}

/// `(own String, Int) -> Int`: drops its string; crashes on 0, ends the program on 1, else gives the number.
unsafe extern "C" fn choose(
    ctx: *mut Ctx,
    _: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: the context is live, and there are two arguments and one result.
    unsafe {
        let reason = text::str(*args).to_owned();
        (*ctx).heap.drop_ref(*args);
        match *args.add(1) {
            0 => (*ctx).crash(reason),
            1 => (*ctx).exit(42),
            other => {
                *ret = other;
                Status::Ok
            }
        }
    }
}

/// `<T>(List<T>) -> Int`: the length, by which the type argument is seen.
unsafe extern "C" fn length(
    _: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
) -> Status {
    // SAFETY: one list, one result.
    unsafe {
        let types = &*types;
        *ret = list::len(*args) as u64 * 100 + u64::from(types.type_args[0].0);
    }
    Status::Ok
}

static TABLE: &[Intrinsic] = &[
    Intrinsic {
        symbol: "span",
        signature: "(Int, Int) -> Range",
        kind: Kind::Small,
        function: span,
    },
    Intrinsic {
        symbol: "choose",
        signature: "(own String, Int) -> Int",
        kind: Kind::Small,
        function: choose,
    },
    Intrinsic {
        symbol: "length",
        signature: "<T>(List<T>) -> Int",
        kind: Kind::Small,
        function: length,
    },
];

fn param(slot: Slot, mode: Mode) -> ParamSlot {
    ParamSlot { slot, mode }
}

fn import(symbol: &str, params: &[ParamSlot], results: &[Slot]) -> Native {
    Native {
        symbol: symbol.to_owned(),
        type_args: vec![],
        params: params.to_vec(),
        results: results.to_vec(),
    }
}

fn run(module: Module) -> Ending {
    run_sliced(module, &Intrinsics::new(TABLE), 2)
}

#[test]
fn arguments_and_several_results() {
    let module = main_only(&[W, W], |b, m| {
        let word = param(W, Mode::Own);
        // The natives make ranges, so the module must have the type.
        b.module.types.types.push(snow_bytecode::types::Type::Range);
        b.native(import("span", &[word, word], &[W, W]));
        let (x, y) = (m.int(3), m.int(4));
        m.push(Inst::CallNative {
            native: NativeId(0),
            dsts: vec![y, x],
            args: vec![x, y],
        });
        m.ret(&[x, y]);
    });
    assert_eq!(run(module), Ending::Words(vec![7, 3]));
}

fn choosing(number: i64) -> Module {
    main_only(&[W], |b, m| {
        b.native(import(
            "choose",
            &[param(S, Mode::Own), param(W, Mode::Own)],
            &[W],
        ));
        let (text, n) = (m.string(b, "chosen"), m.int(number));
        let kept = m.string(b, "kept");
        m.push(Inst::CallNative {
            native: NativeId(0),
            dsts: vec![n],
            args: vec![text, n],
        });
        m.push(Inst::Drop { src: kept });
        m.ret(&[n]);
    })
}

#[test]
fn crash_exit_and_result() {
    assert_eq!(run(choosing(0)), crash("chosen"));
    assert_eq!(run(choosing(1)), Ending::Exit(42));
    assert_eq!(run(choosing(2)), Ending::Words(vec![2]));
}

#[test]
fn type_arguments_reach_the_native() {
    let module = main_only(&[W], |b, m| {
        let mut native = import("length", &[param(Slot::Ref(INTS), Mode::Borrow)], &[W]);
        native.type_args = vec![super::build::INT];
        b.native(native);
        let (x, items) = (m.int(1), m.reg(Slot::Ref(INTS)));
        m.push(Inst::ListNew {
            dst: items,
            ty: INTS,
            elems: vec![x, x],
        });
        m.push(Inst::CallNative {
            native: NativeId(0),
            dsts: vec![x],
            args: vec![items],
        });
        m.push(Inst::Drop { src: items });
        m.ret(&[x]);
    });
    assert_eq!(run(module), Ending::Words(vec![200]));
}

fn load_error(native: Native) -> String {
    let module = main_only(&[W], |b, m| {
        b.native(native);
        let r = m.int(0);
        m.ret(&[r]);
    });
    let types = RuntimeTypes::new(&module.types, [1, 2]).expect("types have a layout");
    match load(Arc::new(module), Arc::new(types), &Intrinsics::new(TABLE)) {
        Ok(_) => panic!("must not load"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn imports_that_do_not_fit_are_refused() {
    let unknown = load_error(import("nowhere", &[], &[W]));
    assert!(unknown.contains("unknown native `nowhere`"), "{unknown}");
    let borrowed = [param(S, Mode::Borrow), param(W, Mode::Own)];
    let results = [Slot::Ref(STRING)];
    let wrong = [
        import("choose", &[], &[W]),
        import("choose", &borrowed, &[W]),
        import(
            "choose",
            &[param(S, Mode::Own), param(W, Mode::Own)],
            &results,
        ),
        import("length", &[param(Slot::Ref(INTS), Mode::Borrow)], &[W]),
    ];
    for native in wrong {
        let symbol = native.symbol.clone();
        let error = load_error(native);
        assert!(
            error.contains(&format!("native `{symbol}` is declared as")),
            "{error}"
        );
    }
}
