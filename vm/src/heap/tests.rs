//! Tests of allocation, counting and freeing.

use super::{Cell, Depot, Heap, STATIC, Walk, Way};
use crate::fixture::{Fixture, ty};
use crate::value::{cells, list, text};
use std::sync::Arc;

const NODE: u8 = 1;
const LEAF: u8 = 0;

fn leaf(heap: &mut Heap) -> u64 {
    // SAFETY: `Leaf` has no fields.
    unsafe { cells::new(heap, ty::TREE, LEAF, &[]) }
}

fn node(heap: &mut Heap, left: u64, name: u64, right: u64) -> u64 {
    // SAFETY: the fields of `Node`.
    unsafe { cells::new(heap, ty::TREE, NODE, &[left, name, right]) }
}

#[test]
fn a_million_nodes_deep_tree_is_freed_without_recursion() {
    let mut f = Fixture::new();
    for left_deep in [true, false] {
        let mut tree = leaf(&mut f.heap);
        for _ in 0..1_000_000 {
            let name = f.str("n");
            let other = leaf(&mut f.heap);
            let (left, right) = if left_deep {
                (tree, other)
            } else {
                (other, tree)
            };
            tree = node(&mut f.heap, left, name, right);
        }
        assert_eq!(f.heap.live(), 2_000_000);
        f.drop(tree);
        assert!(
            f.heap.live() > 1_000_000,
            "one drop does a bounded amount of work"
        );
        f.heap.settle_all();
        assert_eq!(f.heap.live(), 0);
    }
    f.finish();
}

#[test]
fn static_cells_are_not_counted() {
    let mut f = Fixture::new();
    let word = leaf(&mut f.heap);
    f.dup(word);
    f.drop(word);
    f.drop(word);
    // SAFETY: static cells are always alive.
    assert_eq!(unsafe { Cell::from_word(word) }.count(), STATIC);
    f.finish();
}

#[test]
fn a_count_that_overflows_becomes_immortal() {
    let mut f = Fixture::new();
    let word = f.str("x");
    // SAFETY: the cell is alive and not dropped below.
    let cell = unsafe { Cell::from_word(word) };
    cell.set_count(i32::MAX - 1);
    cell.dup();
    assert_eq!(cell.count(), i32::MAX - 1 + 1);
    cell.dup();
    assert_eq!(cell.count(), STATIC);
    cell.dup();
    f.drop(word);
    assert_eq!(cell.count(), STATIC);
    cell.set_count(1);
    f.drop(word);
    f.finish();
}

#[test]
fn shared_cells_are_counted_downwards_and_taken_back_when_unique() {
    let mut f = Fixture::new();
    let word = f.str("shared");
    // SAFETY: alive until the last drop.
    let cell = unsafe { Cell::from_word(word) };
    cell.mark_shared();
    assert_eq!(cell.count(), -1);
    f.dup(word);
    assert_eq!(cell.count(), -2);
    assert!(!cell.is_unique());
    f.drop(word);
    assert_eq!(cell.count(), -1);
    assert!(cell.is_unique());
    assert_eq!(cell.count(), 1);
    cell.mark_shared();
    f.drop(word);
    f.finish();
}

#[test]
fn a_large_list_is_handed_over_piece_by_piece() {
    let mut f = Fixture::new();
    let texts: Vec<u64> = (0..100_000).map(|_| f.str("a text")).collect();
    let kept = texts[99_999];
    f.dup(kept);
    // SAFETY: the elements are owned, and of the list's type.
    let list = unsafe { list::new(&mut f.heap, ty::STRINGS, &texts) };
    let mut walk = Walk::default();
    let mut pieces = 0;
    loop {
        // SAFETY: nobody uses the list meanwhile.
        let steps = unsafe { f.heap.walk_some(&mut walk, list, Way::Move, 10_000) };
        assert!(steps < 20_000, "{steps} cells at once");
        pieces += 1;
        if walk.is_over() {
            break;
        }
    }
    assert!(pieces >= 8, "{pieces} pieces");
    // SAFETY: both are live.
    let (first, last) = unsafe { (Cell::from_word(texts[0]), Cell::from_word(kept)) };
    assert_eq!(first.count(), 1, "moved");
    assert_eq!(last.count(), -2, "shared");
    f.drop(kept);
    f.drop(list);
    f.heap.settle_all();
    f.finish();
}

#[test]
fn reuse_keeps_the_memory_of_unique_cells_only() {
    let mut f = Fixture::new();
    let name = f.str("name");
    let (a, b) = (leaf(&mut f.heap), leaf(&mut f.heap));
    let tree = node(&mut f.heap, a, name, b);
    f.dup(tree);
    let mut regs = [0u64; 3];
    // SAFETY: the tree is a node with three slots.
    unsafe {
        let token = cells::unpack_reuse(&mut f.heap, tree, &[0, 1, 2], regs.as_mut_ptr());
        assert_eq!(token, 0, "shared");
        f.heap.drop_ref(regs[1]);
        let token = cells::drop_reuse(&mut f.heap, tree);
        assert_eq!(token, tree, "unique");
        let name = text::new(&mut f.heap, ty::STRING, b"again");
        let again = cells::new_reuse(&mut f.heap, token, ty::TREE, NODE, &[a, name, b]);
        assert_eq!(again, tree);
        f.heap.drop_ref(again);
    }
    f.finish();
}

#[test]
fn update_is_in_place_when_unique_and_skips_holes() {
    let mut f = Fixture::new();
    let name = f.str("old");
    let (a, b) = (leaf(&mut f.heap), leaf(&mut f.heap));
    let tree = node(&mut f.heap, a, name, b);
    // SAFETY: slot 1 of a node is its name.
    unsafe {
        let name = cells::take_slot(&mut f.heap, tree, 1);
        let name = text::push(&mut f.heap, name, b"er");
        let regs = [name];
        let updated = cells::update(&mut f.heap, tree, &[[1, 0]], regs.as_ptr());
        assert_eq!(updated, tree);
        assert_eq!(f.heap.counters.copies, 0);
        assert_eq!(text::str(cells::load(updated, 1)), "older");

        f.heap.dup(updated);
        let name = text::new(&mut f.heap, ty::STRING, b"new");
        let copy = cells::update(&mut f.heap, updated, &[[1, 0]], [name].as_ptr());
        assert_ne!(copy, updated);
        assert_eq!(f.heap.counters.copies, 1);
        assert_eq!(text::str(cells::load(updated, 1)), "older");
        // A hole that is never filled is skipped by drop.
        let taken = cells::take_slot(&mut f.heap, copy, 1);
        f.heap.drop_ref(copy);
        f.heap.drop_ref(taken);
        f.heap.drop_ref(updated);
    }
    f.finish();
}

#[test]
fn sizes_around_the_border_of_free_lists() {
    let mut f = Fixture::new();
    for len in [0, 1, 8, 100, 103, 104, 105, 128, 1000, 100_000] {
        let text = "x".repeat(len);
        let word = f.str(&text);
        // SAFETY: alive until dropped.
        assert_eq!(unsafe { text::str(word) }, text);
        f.drop(word);
    }
    assert_eq!(f.heap.counters.large_bytes, 0);
    f.finish();
}

/// What one heap allocates and another frees goes round: neither takes more and more memory.
#[test]
fn blocks_that_are_freed_elsewhere_come_back() {
    const ROUNDS: usize = 100;
    const EACH: usize = 10_000;
    let (mut from, mut to) = (Fixture::new(), Fixture::new());
    let depot = Arc::new(Depot::default());
    from.heap.share_blocks(Arc::clone(&depot));
    to.heap.share_blocks(depot);
    let mut bytes = 0;
    for round in 0..ROUNDS {
        let sent: Vec<_> = (0..EACH)
            .map(|_| (leaf(&mut from.heap), from.heap.take_block()))
            .collect();
        for (cell, block) in sent {
            // SAFETY: both are owned; heaps of one runtime free each other's.
            unsafe {
                to.heap.drop_ref(cell);
                to.heap.give_block(block);
            }
        }
        to.heap.settle_all();
        to.heap.shed();
        if round == ROUNDS / 10 {
            bytes = from.heap.counters.slab_bytes;
        }
    }
    assert_eq!(from.heap.counters.slab_bytes, bytes);
    assert_eq!(to.heap.counters.slab_bytes, 0);
    let (from_counted, to_counted) = (from.heap.counters, to.heap.counters);
    assert_eq!(from_counted.allocated, to_counted.freed);
    // What one has left is on lists of the other.
    std::mem::forget((from, to));
}
