//! Puts simultaneous moves into an order.

use snow_bytecode::module::Reg;

/// An order of these moves (destination, source) that has their joint effect; `spare` gives a register of the same kind to break cycles.
pub(super) fn in_order(
    moves: Vec<(Reg, Reg)>,
    mut spare: impl FnMut(Reg) -> Reg,
) -> Vec<(Reg, Reg)> {
    let mut pending: Vec<(Reg, Reg)> = moves.into_iter().filter(|(dst, src)| dst != src).collect();
    let mut ordered = Vec::with_capacity(pending.len());
    while !pending.is_empty() {
        let is_read = |reg: Reg| pending.iter().any(|(_, src)| *src == reg);
        if let Some(index) = pending.iter().position(|(dst, _)| !is_read(*dst)) {
            ordered.push(pending.remove(index));
            continue;
        }
        // Every destination is still read: a cycle. One source moves aside.
        let (_, src) = pending[0];
        let aside = spare(src);
        ordered.push((aside, src));
        for (_, other) in pending.iter_mut().filter(|(_, other)| *other == src) {
            *other = aside;
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_has_the_joint_effect(sources in proptest::collection::vec(0u32..8, 0..8)) {
            let moves: Vec<_> = sources
                .iter()
                .enumerate()
                .map(|(dst, src)| (Reg(dst as u32), Reg(*src)))
                .collect();
            let mut regs: Vec<u32> = (0..9).collect();
            for (dst, src) in in_order(moves, |_| Reg(8)) {
                regs[dst.0 as usize] = regs[src.0 as usize];
            }
            for (dst, src) in sources.iter().enumerate() {
                prop_assert_eq!(regs[dst], *src);
            }
        }
    }
}
