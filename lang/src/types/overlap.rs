//! Whether two implementations could be for one type.

use rustc_hash::FxHashMap;

use crate::typed::Ty;

/// A parameter of the left or the right side.
type Side = (bool, u32);

/// A type of one of the sides.
type Sided<'t> = (bool, &'t Ty);

/// Whether types for the parameters of both sides exist that make all pairs equal.
pub fn overlap<'t>(pairs: impl IntoIterator<Item = (&'t Ty, &'t Ty)>) -> bool {
    let mut known: FxHashMap<Side, Sided<'_>> = FxHashMap::default();
    let mut work: Vec<(Sided<'_>, Sided<'_>)> = pairs
        .into_iter()
        .map(|(left, right)| ((false, left), (true, right)))
        .collect();
    // Each step takes apart or binds; parameters are few, so this bound is never met by what people write.
    let mut budget = 10_000;
    while let Some((a, b)) = work.pop() {
        budget -= 1;
        if budget == 0 {
            return true;
        }
        let (a, b) = (root(&known, a), root(&known, b));
        match (a, b) {
            ((s, Ty::Param(x)), (t, Ty::Param(y))) if s == t && x == y => {}
            ((s, Ty::Param(x)), other) | (other, (s, Ty::Param(x))) => {
                known.insert((s, *x), other);
            }
            ((s, Ty::App(c, xs)), (t, Ty::App(d, ys))) => {
                if c != d || xs.len() != ys.len() {
                    return false;
                }
                work.extend(xs.iter().zip(ys.iter()).map(|(x, y)| ((s, x), (t, y))));
            }
        }
    }
    true
}

fn root<'t>(known: &FxHashMap<Side, Sided<'t>>, mut at: Sided<'t>) -> Sided<'t> {
    while let (side, Ty::Param(number)) = at
        && let Some(next) = known.get(&(side, *number))
    {
        at = *next;
    }
    at
}
