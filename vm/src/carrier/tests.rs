//! Hops, limits and budgets, on functions made by hand.

use super::hop::STACK_OVERFLOW;
use super::{Back, Budget, Overflow, begin, go_on, on_system_stack, park, snow_hop};
use crate::abi::state::PREEMPT;
use crate::atoms::Atoms;
use crate::ctx::Ctx;
use crate::fixture::Fixture;
use crate::output::Output;
use crate::world::World;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Arguments in all registers that a compiled function may have some in.
type Many = unsafe extern "C" fn(
    *mut Ctx,
    u64,
    u64,
    u64,
    u64,
    u64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
) -> f64;

fn context(max_stack: usize) -> Ctx {
    let types = Fixture::new().heap.types_arc();
    let mut ctx = Ctx::new(
        types,
        Atoms::default(),
        Arc::new(World::new(Output::memory(), Vec::new())),
    );
    ctx.carrier.budget = Budget::new(max_stack, 0);
    ctx
}

/// Runs a function that does not park on the context's carrier.
///
/// # Safety
/// As [`begin`].
pub(crate) unsafe fn run<R>(ctx: *mut Ctx, f: impl FnOnce() -> R) -> Result<R, Overflow> {
    let mut result = None;
    // SAFETY: by contract.
    let back = unsafe { begin(ctx, || result = Some(f()))? };
    assert_eq!(back, Back::Finished);
    Ok(result.expect("the function has run"))
}

/// Whether the comparison on entry fails.
fn short_of_stack(ctx: *mut Ctx) -> bool {
    let here = 0u8;
    // SAFETY: tests pass a valid context.
    (&raw const here).addr() < unsafe { (*ctx).native.limit.load(Relaxed) }
}

/// As a compiled function does it, but by a call: it goes on at `target` on another stack.
macro_rules! hop {
    ($ctx:ident, $target:ident, $overflow:ident, $type:ty, ($($arg:expr),*)) => { {
        (*$ctx).native.hop_target = $target as *const u8;
        (*$ctx).native.hop_overflow = $overflow as *const u8;
        let hop = std::mem::transmute::<unsafe extern "C" fn(), $type>(snow_hop);
        return hop($($arg),*);
    } };
}

type Depth = unsafe extern "C" fn(*mut Ctx, u64) -> u64;

/// Calls itself `n` times.
unsafe extern "C" fn depth(ctx: *mut Ctx, n: u64) -> u64 {
    // SAFETY: tests call this on a carrier.
    unsafe {
        if short_of_stack(ctx) {
            hop!(ctx, depth, overflow, Depth, (ctx, n));
        }
        // So that the frame is not empty, and the call no jump.
        let padding = std::hint::black_box([n; 16]);
        if n == 0 {
            return 0;
        }
        let below = depth(ctx, n - 1);
        if below == u64::MAX {
            return below;
        }
        below + 1 + std::hint::black_box(padding)[3] - n
    }
}

unsafe extern "C" fn overflow(_: *mut Ctx, _: u64) -> u64 {
    u64::MAX
}

fn run_depth(ctx: &mut Ctx, n: u64) -> u64 {
    let ctx = &raw mut *ctx;
    // SAFETY: the context is valid, and used by nobody else.
    unsafe { run(ctx, || depth(ctx, n)).expect("the first segment is always there") }
}

#[test]
fn recursion_goes_on_on_further_segments_which_are_kept() {
    let mut ctx = context(1 << 30);
    for _ in 0..3 {
        assert_eq!(run_depth(&mut ctx, 100_000), 100_000);
        assert_eq!(ctx.carrier.budget.left(), 1 << 30);
    }
    let sizes: Vec<usize> = ctx.carrier.segments.iter().map(|s| s.usable()).collect();
    let expected: Vec<usize> = (0..sizes.len())
        .map(|index| (64 * 1024) << (2 * index))
        .collect();
    assert!(sizes.len() > 4, "{sizes:?}");
    assert_eq!(sizes, expected);
}

#[test]
fn past_the_bound_it_is_an_overflow() {
    let mut ctx = context(1 << 20);
    assert_eq!(run_depth(&mut ctx, 1_000_000), u64::MAX);
    assert_eq!(ctx.take_crash(), STACK_OVERFLOW);
    assert_eq!(run_depth(&mut ctx, 1000), 1000);
    let total: usize = ctx.carrier.segments.iter().map(|s| s.bytes()).sum();
    assert!(
        (1 << 19..=(1 << 20) + (1 << 18)).contains(&total),
        "{total}"
    );
}

#[test]
fn the_first_segment_is_there_whatever_the_bound() {
    let mut ctx = context(0);
    assert_eq!(run_depth(&mut ctx, 50), 50);
    assert_eq!(run_depth(&mut ctx, 100_000), u64::MAX);
}

#[test]
fn a_stop_that_was_asked_for_continues_on_the_same_stack() {
    let mut ctx = context(1 << 20);
    let address = &raw mut ctx;
    // SAFETY: the context is valid, and used by nobody else.
    let (result, limit) = unsafe {
        run(address, || {
            (*address).native.limit.store(PREEMPT, Relaxed);
            let result = depth(address, 3);
            (result, (*address).native.limit.load(Relaxed))
        })
        .expect("the first segment is always there")
    };
    assert_eq!(result, 3);
    assert_eq!(ctx.carrier.segments.len(), 1);
    assert_eq!(limit, ctx.carrier.segments[0].limit());
}

/// Weighs its arguments by their positions, on whatever stack it is.
unsafe extern "C" fn weigh(
    _: *mut Ctx,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
    f: f64,
    g: f64,
    h: f64,
    i: f64,
    j: f64,
    k: f64,
    l: f64,
    m: f64,
) -> f64 {
    let ints = [a, b, c, d, e].map(|word| word as f64);
    let all = ints.into_iter().chain([f, g, h, i, j, k, l, m]);
    all.enumerate()
        .map(|(index, value)| value * (index + 1) as f64)
        .sum()
}

unsafe extern "C" fn hop_to_weigh(ctx: *mut Ctx) -> f64 {
    // SAFETY: the test calls this on a carrier.
    unsafe {
        hop!(
            ctx,
            weigh,
            weigh,
            Many,
            (
                ctx, 1, 2, 3, 4, 5, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0
            )
        );
    }
}

#[test]
fn a_hop_keeps_arguments_and_results() {
    for (bound, limit) in [(1 << 20, 0), (0, 0), (0, PREEMPT)] {
        let mut ctx = context(bound);
        let address = &raw mut ctx;
        // SAFETY: the context is valid, and used by nobody else.
        let sum = unsafe {
            run(address, || {
                if limit == PREEMPT {
                    (*address).native.limit.store(limit, Relaxed);
                }
                hop_to_weigh(address)
            })
        };
        let expected: f64 = (1..=13).map(|n| f64::from(n * n)).sum();
        assert_eq!(sum, Ok(expected));
    }
}

#[test]
fn a_carrier_reaches_the_threads_own_stack() {
    let mut ctx = context(0);
    let address = &raw mut ctx;
    let outside = 0u8;
    let near = |local: *const u8| local.addr().abs_diff((&raw const outside).addr()) < 1 << 16;
    let is_near = || {
        let local = 0u8;
        near(&raw const local)
    };
    // SAFETY: the context is valid, and used by nobody else.
    let places = unsafe {
        run(address, || {
            let before = is_near();
            let there = on_system_stack(address, || (is_near(), on_system_stack(address, is_near)));
            (before, there, is_near())
        })
    };
    assert_eq!(places, Ok((false, (true, true), false)));
}

#[test]
fn a_panic_comes_out_where_the_carrier_was_entered() {
    let mut ctx = context(0);
    let address = &raw mut ctx;
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // SAFETY: the context is valid, and used by nobody else.
        let result: Result<(), Overflow> = unsafe { run(address, || panic!("inside")) };
        result
    }));
    assert!(caught.is_err());
    assert_eq!(run_depth(&mut ctx, 10), 10);
}

#[test]
fn what_is_parked_goes_on_on_any_thread() {
    struct Sent(*mut Ctx, *const Vec<u32>);
    // SAFETY: one thread at a time uses them.
    unsafe impl Send for Sent {}

    let mut ctx = context(0);
    let mut seen = Vec::new();
    let (address, steps) = (&raw mut ctx, &raw mut seen);
    // SAFETY: the context is valid, and used by one thread at a time.
    unsafe {
        let back = begin(address, || {
            for step in 0..3 {
                (*steps).push(step);
                park(address);
            }
        });
        assert_eq!((back, (*steps).clone()), (Ok(Back::Parked), vec![0]));
        let sent = Sent(address, steps);
        let back = std::thread::spawn(move || {
            let Sent(address, steps) = { sent };
            assert_eq!(*steps, [0]);
            go_on(address)
        });
        assert_eq!(back.join().unwrap(), Back::Parked);
        assert!((*address).carrier.is_parked());
        assert_eq!(go_on(address), Back::Parked);
        assert_eq!(go_on(address), Back::Finished);
        assert_eq!(*steps, [0, 1, 2]);
        assert_eq!(run_depth(&mut *address, 10), 10);
    }
}

#[test]
fn a_panic_after_parking_comes_out_where_it_went_on() {
    let mut ctx = context(0);
    let address = &raw mut ctx;
    // SAFETY: the context is valid, and used by nobody else.
    let caught = unsafe {
        let back = begin(address, || {
            park(address);
            panic!("inside");
        });
        assert_eq!(back, Ok(Back::Parked));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| go_on(address)))
    };
    assert!(caught.is_err());
    assert_eq!(run_depth(&mut ctx, 10), 10);
}
