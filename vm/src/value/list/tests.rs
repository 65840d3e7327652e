//! Lists against vectors.

use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, ty};

/// What a test does to one of several lists, each of which has a vector as model.
#[derive(Clone, Debug)]
enum Step {
    Append(usize, u8),
    Prepend(usize, u8),
    Set(usize, u8, u8),
    TakeFill(usize, u8, u8),
    Uncons(usize),
    Drop(usize, u8),
    Slice(usize, u8, u8),
    Concat(usize, usize),
    /// Replaces the second by a further reference to the first.
    Share(usize, usize),
    Repeat(usize, u8, bool),
}

const LISTS: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let list = 0..LISTS;
    prop_oneof![
        4 => (list.clone(), any::<u8>()).prop_map(|(l, v)| Step::Append(l, v)),
        4 => (list.clone(), any::<u8>()).prop_map(|(l, v)| Step::Prepend(l, v)),
        2 => (list.clone(), any::<u8>(), any::<u8>()).prop_map(|(l, i, v)| Step::Set(l, i, v)),
        1 => (list.clone(), any::<u8>(), any::<u8>()).prop_map(|(l, i, v)| Step::TakeFill(l, i, v)),
        3 => list.clone().prop_map(Step::Uncons),
        1 => (list.clone(), any::<u8>()).prop_map(|(l, n)| Step::Drop(l, n)),
        1 => (list.clone(), any::<u8>(), any::<u8>()).prop_map(|(l, a, b)| Step::Slice(l, a, b)),
        1 => (list.clone(), list.clone()).prop_map(|(a, b)| Step::Concat(a, b)),
        3 => (list.clone(), list.clone()).prop_map(|(a, b)| Step::Share(a, b)),
        2 => (list, any::<u8>(), any::<bool>()).prop_map(|(l, n, b)| Step::Repeat(l, n, b)),
    ]
}

/// Lists beside their models: of strings (counted elements), or of elements that take a byte.
struct Run {
    f: Fixture,
    ty: TypeId,
    lists: [(u64, Vec<u8>); LISTS],
}

impl Run {
    fn new(ty: TypeId) -> Run {
        let f = Fixture::new();
        let lists = std::array::from_fn(|_| (empty(&f.heap, ty), Vec::new()));
        Run { f, ty, lists }
    }

    /// The element that stands for a number.
    fn elem(&mut self, v: u8) -> u64 {
        match self.ty {
            ty::STRINGS => self.f.str(&v.to_string()),
            _ => v.into(),
        }
    }

    /// Gives up an element.
    fn drop_elem(&mut self, elem: u64) {
        if self.ty == ty::STRINGS {
            self.f.drop(elem);
        }
    }

    fn apply(&mut self, step: &Step) {
        // SAFETY: the lists are owned, their elements of their type.
        unsafe {
            match *step {
                Step::Append(l, v) => self.add(l, v, false),
                Step::Prepend(l, v) => self.add(l, v, true),
                Step::Repeat(l, n, front) => (0..n).for_each(|v| self.add(l, v, front)),
                Step::Set(l, i, v) => self.set(l, i, v),
                Step::TakeFill(l, i, v) => self.take_fill(l, i, v),
                Step::Uncons(l) => self.uncons(l),
                Step::Drop(l, n) => {
                    let (list, model) = &mut self.lists[l];
                    *list = drop_first(&mut self.f.heap, *list, n.into());
                    model.drain(..usize::from(n).min(model.len()));
                }
                Step::Slice(l, a, b) => {
                    let (list, model) = &mut self.lists[l];
                    let to = usize::from(a.max(b)).min(model.len());
                    let from = usize::from(a.min(b)).min(to);
                    *list = slice(&mut self.f.heap, *list, from, to);
                    *model = model[from..to].to_vec();
                }
                Step::Concat(a, b) => {
                    let (other, other_model) = self.lists[b].clone();
                    if self.lists[a].1.len() + other_model.len() > 5000 {
                        return;
                    }
                    self.f.dup(other);
                    let (list, model) = &mut self.lists[a];
                    *list = concat(&mut self.f.heap, *list, other);
                    model.extend(other_model);
                }
                Step::Share(a, b) => {
                    let copy = self.lists[a].clone();
                    self.f.dup(copy.0);
                    self.f.drop(self.lists[b].0);
                    self.lists[b] = copy;
                }
            }
        }
    }

    unsafe fn add(&mut self, l: usize, v: u8, front: bool) {
        let word = self.elem(v);
        let (list, model) = &mut self.lists[l];
        // SAFETY: list and element are owned.
        unsafe {
            if front {
                *list = prepend(&mut self.f.heap, *list, word);
                model.insert(0, v);
            } else {
                *list = append(&mut self.f.heap, *list, word);
                model.push(v);
            }
        }
    }

    unsafe fn set(&mut self, l: usize, i: u8, v: u8) {
        let word = self.elem(v);
        let (list, model) = &mut self.lists[l];
        // SAFETY: list and element are owned.
        let result = unsafe { set(&mut self.f.heap, *list, i.into(), word) };
        match result {
            Some(new) => {
                *list = new;
                model[usize::from(i)] = v;
            }
            None => {
                assert!(usize::from(i) >= model.len());
                *list = empty(&self.f.heap, self.ty);
                model.clear();
            }
        }
    }

    unsafe fn take_fill(&mut self, l: usize, i: u8, v: u8) {
        let (word, of) = (self.elem(v), self.ty);
        let (list, model) = &mut self.lists[l];
        // SAFETY: list and element are owned.
        unsafe {
            let Some((old, hollow)) = take(&mut self.f.heap, *list, i.into()) else {
                *list = empty(&self.f.heap, of);
                model.clear();
                return self.drop_elem(word);
            };
            assert_eq!(number(of, old), model[usize::from(i)]);
            *list = fill(&mut self.f.heap, hollow, i.into(), word).expect("in range");
            model[usize::from(i)] = v;
            self.drop_elem(old);
        }
    }

    unsafe fn uncons(&mut self, l: usize) {
        let of = self.ty;
        let (list, model) = &mut self.lists[l];
        // SAFETY: the list is owned.
        unsafe {
            match uncons(&mut self.f.heap, *list) {
                Some((head, tail)) => {
                    assert_eq!(number(of, head), model.remove(0));
                    *list = tail;
                    self.drop_elem(head);
                }
                None => {
                    assert!(model.is_empty());
                    *list = empty(&self.f.heap, of);
                }
            }
        }
    }

    fn check(&self) {
        for (list, model) in &self.lists {
            let mut seen = Vec::new();
            // SAFETY: the lists are alive, their elements of their type.
            unsafe {
                for_each(*list, |word| {
                    seen.push(number(self.ty, word));
                    true
                });
                assert_eq!(seen, *model);
                assert_eq!(len(*list), model.len());
                for (i, expected) in model.iter().enumerate().step_by(7) {
                    let word = get(*list, i as i64).expect("in range");
                    assert_eq!(number(self.ty, word), *expected);
                }
                assert!(get(*list, model.len() as i64).is_none());
                assert!(get(*list, -1).is_none());
            }
        }
    }

    fn finish(mut self) {
        for (list, _) in self.lists {
            self.f.drop(list);
        }
        self.f.finish();
    }
}

/// The number that an element stands for.
///
/// # Safety
/// The element is alive and of a list of this type.
unsafe fn number(of: TypeId, elem: u64) -> u8 {
    match of {
        // SAFETY: by contract.
        ty::STRINGS => unsafe { crate::value::text::str(elem) }.parse(),
        _ => elem.to_string().parse(),
    }
    .expect("elements stand for numbers")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn lists_behave_like_vectors(steps in prop::collection::vec(step(), 1..60), narrow in any::<bool>()) {
        let mut run = Run::new(if narrow { ty::SHADES } else { ty::STRINGS });
        for step in &steps {
            run.apply(step);
            run.check();
        }
        run.finish();
    }
}

#[test]
fn narrow_lists_take_a_byte_an_element() {
    let mut f = Fixture::new();
    let before = f.heap.counters.large_bytes;
    // SAFETY: owned list of words.
    unsafe {
        let mut list = repeat(&mut f.heap, ty::SHADES, 3, 100_000);
        list = set(&mut f.heap, list, 99_999, 255).expect("in range");
        list = change(&mut f.heap, list, |elems| elems.reverse());
        assert_eq!((get(list, 0), get(list, 1)), (Some(255), Some(3)));
        assert!(f.heap.counters.large_bytes - before < 101_000);
        f.drop(list);
    }
    f.finish();
}

fn ints(f: &mut Fixture, count: u64) -> u64 {
    let mut list = empty(&f.heap, ty::INTS);
    for i in 0..count {
        // SAFETY: owned list of words.
        list = unsafe { append(&mut f.heap, list, i) };
    }
    list
}

#[test]
fn unique_lists_are_changed_without_copies() {
    let mut f = Fixture::new();
    let mut list = ints(&mut f, 1000);
    // SAFETY: owned list of words.
    unsafe {
        for i in 0..1000 {
            list = set(&mut f.heap, list, i, 7).expect("in range");
            list = prepend(&mut f.heap, list, 1);
        }
        for _ in 0..1500 {
            (_, list) = uncons(&mut f.heap, list).expect("not empty");
        }
    }
    assert_eq!(f.heap.counters.copies, 0);
    f.drop(list);
    f.finish();
}

#[test]
fn a_queue_in_linear_use_keeps_its_buffer() {
    let mut f = Fixture::new();
    let mut list = ints(&mut f, 10);
    let before = f.heap.counters.allocated;
    for i in 0..100_000 {
        // SAFETY: owned list of words.
        unsafe {
            list = append(&mut f.heap, list, i);
            (_, list) = uncons(&mut f.heap, list).expect("not empty");
        }
    }
    assert!(f.heap.counters.allocated - before < 5);
    f.drop(list);
    f.finish();
}

#[test]
fn extending_a_shared_list_copies_at_most_a_segment() {
    let mut f = Fixture::new();
    let list = ints(&mut f, 100_000);
    let mut others = Vec::new();
    for i in 0..200 {
        f.dup(list);
        // SAFETY: an owned reference to a list of words.
        others.push(unsafe {
            if i % 2 == 0 {
                prepend(&mut f.heap, list, i)
            } else {
                append(&mut f.heap, list, i)
            }
        });
    }
    assert!(f.heap.counters.copies <= 1, "{:?}", f.heap.counters);
    assert!(f.heap.counters.large_bytes < 5_000_000);
    for (i, &other) in others.iter().enumerate() {
        let at = if i % 2 == 0 { 0 } else { 100_000 };
        // SAFETY: alive.
        assert_eq!(unsafe { get(other, at) }, Some(i as u64));
    }
    others.into_iter().for_each(|other| f.drop(other));
    f.drop(list);
    f.finish();
}

#[test]
fn branching_at_every_step_stays_shallow() {
    let mut f = Fixture::new();
    let mut list = empty(&f.heap, ty::INTS);
    // SAFETY: owned lists of words.
    unsafe {
        for i in 0..20_000 {
            f.heap.dup(list);
            let other = prepend(&mut f.heap, list, 1_000_000);
            let next = prepend(&mut f.heap, list, i);
            f.heap.drop_ref(other);
            list = next;
        }
        for i in 0..20_000 {
            assert_eq!(get(list, i), Some(19_999 - i as u64));
        }
    }
    f.drop(list);
    f.finish();
}
