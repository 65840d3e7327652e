//! Counts what follows what, for choosing sequences; only in builds with `SNOW_DISPATCH=profile`.

use super::opcode::Op;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Longest row of instructions that is counted.
const LONGEST: usize = 4;

/// Rows shown per length.
const SHOWN: usize = 25;

#[derive(Default)]
struct Profile {
    last: Vec<Op>,
    rows: FxHashMap<Vec<Op>, u64>,
    total: u64,
}

thread_local! {
    static PROFILE: RefCell<Profile> = RefCell::default();
}

/// Counts an instruction, and the rows that end with it.
pub fn count(op: Op) {
    PROFILE.with_borrow_mut(|profile| {
        profile.total += 1;
        if profile.last.len() == LONGEST {
            profile.last.remove(0);
        }
        profile.last.push(op);
        for length in 1..=profile.last.len() {
            let row = &profile.last[profile.last.len() - length..];
            match profile.rows.get_mut(row) {
                Some(times) => *times += 1,
                None => drop(profile.rows.insert(row.to_vec(), 1)),
            }
        }
    });
}

/// Prints the most frequent rows of each length.
pub fn print() {
    PROFILE.with_borrow(|profile| {
        for length in 1..=LONGEST {
            let rows = profile.rows.iter().filter(|(row, _)| row.len() == length);
            let mut rows: Vec<_> = rows.collect();
            rows.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
            for (row, times) in rows.into_iter().take(SHOWN) {
                let share = *times as f64 * 100.0 / profile.total as f64;
                eprintln!("profile: {length} {share:5.1} % {row:?}");
            }
        }
        eprintln!("profile: {} instructions", profile.total);
    });
}
