//! Jumps, loops, switches, crashes.

use super::word::cell;
use crate::interp::state::{Flow, State, Stop};

/// The outermost frame has returned here.
#[inline(always)]
pub fn done(s: State) -> Flow {
    s.stop(Stop::Done)
}

/// Jumps forward.
#[inline(always)]
pub fn jump(s: State) -> Flow {
    s.jump(s.code().imm())
}

/// Jumps back: a loop turn, which costs a reduction.
#[inline(always)]
pub fn turn(s: State) -> Flow {
    if s.fuel <= 0 {
        return s.stop(Stop::Yield);
    }
    State {
        fuel: s.fuel - 1,
        ..s
    }
    .jump(s.code().imm())
}

/// Jumps when Bool `a` is true.
#[inline(always)]
pub fn branch_if(s: State) -> Flow {
    if s.get(s.code().a) != 0 {
        s.jump(s.code().imm())
    } else {
        s.next(1)
    }
}

/// Jumps when Bool `a` is false; also when reference `a` is null.
#[inline(always)]
pub fn branch_zero(s: State) -> Flow {
    if s.get(s.code().a) == 0 {
        s.jump(s.code().imm())
    } else {
        s.next(1)
    }
}

/// The distance that entry `index` of the table in the extension words gives; the table ends with the default.
#[inline(always)]
fn table_entry(s: State, index: u64, count: u64) -> i32 {
    let index = index.min(count) as usize;
    // SAFETY: the table follows the instruction and has `count + 1` entries of four bytes.
    unsafe { *s.pc.add(1).cast::<i32>().add(index) }
}

/// Jumps by the distance in entry `a` of the table.
#[inline(always)]
pub fn switch(s: State) -> Flow {
    let code = s.code();
    s.jump(table_entry(s, s.get(code.a), u64::from(code.cd)))
}

/// Crashes with the text of constant `imm`.
#[inline(always)]
pub fn crash(s: State) -> Flow {
    s.vm().crash_with_const(s.code().cd);
    s.stop(Stop::Crash)
}

/// Crashes with the text of the owned String `a`.
#[inline(always)]
pub fn panic(s: State) -> Flow {
    s.vm().crash_with_string(s.get(s.code().a));
    s.stop(Stop::Crash)
}

/// Jumps by the distance in the table's entry for the tag of cell `a`.
#[inline(always)]
pub fn switch_tag(s: State) -> Flow {
    let code = s.code();
    s.jump(table_entry(
        s,
        u64::from(cell(s, code.a).tag()),
        u64::from(code.cd),
    ))
}

/// Jumps unless the tag of cell `a` is `b`.
#[inline(always)]
pub fn branch_tag_not(s: State) -> Flow {
    let code = s.code();
    if u16::from(cell(s, code.a).tag()) != code.b {
        s.jump(code.imm())
    } else {
        s.next(1)
    }
}

/// `a` = tag of cell `b`
#[inline(always)]
pub fn get_tag(s: State) -> Flow {
    s.set(s.code().a, u64::from(cell(s, s.code().b).tag()));
    s.next(1)
}
