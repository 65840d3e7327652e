//! Maps and sets against vectors of entries.

use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, ty};

#[derive(Clone, Debug)]
enum Step {
    Put(usize, u8, u8),
    Delete(usize, u8),
    TakeFill(usize, u8, u8),
    Share(usize, usize),
    /// Puts keys `from ..= to`.
    Fill(usize, u8, u8),
    /// Deletes keys `from ..= to`.
    Clear(usize, u8, u8),
}

const MAPS: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let map = 0..MAPS;
    prop_oneof![
        6 => (map.clone(), any::<u8>(), any::<u8>()).prop_map(|(m, k, v)| Step::Put(m, k, v)),
        4 => (map.clone(), any::<u8>()).prop_map(|(m, k)| Step::Delete(m, k)),
        2 => (map.clone(), any::<u8>(), any::<u8>()).prop_map(|(m, k, v)| Step::TakeFill(m, k, v)),
        3 => (map.clone(), map.clone()).prop_map(|(a, b)| Step::Share(a, b)),
        2 => (map.clone(), any::<u8>(), any::<u8>()).prop_map(|(m, a, b)| Step::Fill(m, a, b)),
        1 => (map, any::<u8>(), any::<u8>()).prop_map(|(m, a, b)| Step::Clear(m, a, b)),
    ]
}

struct Run {
    f: Fixture,
    maps: [(u64, Vec<(String, String)>); MAPS],
}

impl Run {
    fn new() -> Run {
        let f = Fixture::new();
        let maps = std::array::from_fn(|_| (empty(&f.heap, ty::STRING_MAP), Vec::new()));
        Run { f, maps }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Put(m, k, v) => self.put(m, k, v),
            Step::Delete(m, k) => self.delete(m, k),
            Step::Fill(m, a, b) => (a.min(b)..=a.max(b)).for_each(|k| self.put(m, k, 0)),
            Step::Clear(m, a, b) => (a.min(b)..=a.max(b)).for_each(|k| self.delete(m, k)),
            Step::TakeFill(m, k, v) => self.take_fill(m, k, v),
            Step::Share(a, b) => {
                let copy = self.maps[a].clone();
                self.f.dup(copy.0);
                self.f.drop(self.maps[b].0);
                self.maps[b] = copy;
            }
        }
    }

    fn put(&mut self, m: usize, k: u8, v: u8) {
        let (key, value) = (format!("key {k}"), format!("value {v}"));
        let words = (self.f.str(&key), self.f.str(&value));
        let (map, model) = &mut self.maps[m];
        // SAFETY: all are owned.
        *map = unsafe { put(&mut self.f.heap, *map, words.0, words.1) };
        match model.iter_mut().find(|e| e.0 == key) {
            Some(entry) => entry.1 = value,
            None => model.push((key, value)),
        }
    }

    fn delete(&mut self, m: usize, k: u8) {
        let key = format!("key {k}");
        let word = self.f.str(&key);
        let (map, model) = &mut self.maps[m];
        // SAFETY: the map is owned.
        *map = unsafe { delete(&mut self.f.heap, *map, word) };
        model.retain(|e| e.0 != key);
        self.f.drop(word);
    }

    fn take_fill(&mut self, m: usize, k: u8, v: u8) {
        let (key, value) = (format!("key {k}"), format!("value {v}"));
        let words = (self.f.str(&key), self.f.str(&value));
        let (map, model) = &mut self.maps[m];
        // SAFETY: map and value are owned.
        unsafe {
            match take(&mut self.f.heap, *map, words.0) {
                None => {
                    assert!(model.iter().all(|e| e.0 != key));
                    *map = empty(&self.f.heap, ty::STRING_MAP);
                    model.clear();
                    self.f.heap.drop_ref(words.1);
                }
                Some((old, hollow)) => {
                    let entry = model.iter_mut().find(|e| e.0 == key).expect("in the model");
                    assert_eq!(text::str(old), entry.1);
                    entry.1 = value;
                    self.f.heap.drop_ref(old);
                    *map = fill(&mut self.f.heap, hollow, words.0, words.1).expect("present");
                }
            }
        }
        self.f.drop(words.0);
    }

    fn check(&mut self) {
        let types = self.f.heap.types_arc();
        for m in 0..MAPS {
            let (map, model) = self.maps[m].clone();
            let mut seen = Vec::new();
            let mut from = 0;
            // SAFETY: the map is alive, keys and values are strings.
            unsafe {
                while let Some(number) = next(map, from) {
                    let key = key_at(&types, map, number).expect("live");
                    let value = value_at(&types, map, number).expect("live");
                    seen.push((text::str(key).to_owned(), text::str(value).to_owned()));
                    from = number + 1;
                }
                assert_eq!(seen, model);
                assert_eq!(len(map), model.len());
                for k in (0..=255).step_by(5) {
                    let key = format!("key {k}");
                    let word = self.f.str(&key);
                    let expected = model.iter().find(|e| e.0 == key).map(|e| e.1.as_str());
                    assert_eq!(get(&self.f.heap, map, word).map(|w| text::str(w)), expected);
                    assert_eq!(has(&self.f.heap, map, word), expected.is_some());
                    self.f.drop(word);
                }
            }
        }
    }

    fn finish(mut self) {
        for (map, _) in self.maps {
            self.f.drop(map);
        }
        self.f.finish();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn maps_behave_like_ordered_entries(steps in prop::collection::vec(step(), 1..40)) {
        let mut run = Run::new();
        for step in &steps {
            run.apply(step);
            run.check();
        }
        run.finish();
    }
}

fn int_map(f: &mut Fixture, count: u64) -> u64 {
    let mut map = empty(&f.heap, ty::INT_MAP);
    for i in 0..count {
        // SAFETY: owned map of words.
        map = unsafe { put(&mut f.heap, map, i, i * 2) };
    }
    map
}

#[test]
fn unique_maps_are_changed_without_copies() {
    let mut f = Fixture::new();
    let mut map = int_map(&mut f, 10_000);
    for i in 0..5_000 {
        // SAFETY: owned map of words.
        map = unsafe { put(&mut f.heap, map, i, 0) };
    }
    assert_eq!(f.heap.counters.copies, 0);
    f.drop(map);
    f.finish();
}

#[test]
fn an_update_of_a_shared_map_copies_a_path() {
    let mut f = Fixture::new();
    let map = int_map(&mut f, 100_000);
    f.dup(map);
    // SAFETY: owned references to a map of words.
    let (other, longer) = unsafe {
        let other = put(&mut f.heap, map, 5000, 1);
        assert!(f.heap.counters.copies < 10, "{:?}", f.heap.counters);
        f.heap.dup(other);
        (other, put(&mut f.heap, other, 1_000_000, 1))
    };
    assert!(f.heap.counters.copies < 25, "{:?}", f.heap.counters);
    // SAFETY: alive.
    unsafe {
        assert_eq!(get(&f.heap, map, 5000), Some(10_000));
        assert_eq!(get(&f.heap, other, 5000), Some(1));
        assert_eq!(get(&f.heap, other, 1_000_000), None);
        assert_eq!(get(&f.heap, longer, 1_000_000), Some(1));
    }
    [map, other, longer].into_iter().for_each(|m| f.drop(m));
    f.finish();
}

#[test]
fn deleting_the_oldest_again_and_again_is_cheap() {
    let mut f = Fixture::new();
    let mut map = int_map(&mut f, 1000);
    for i in 0..200_000 {
        // SAFETY: owned map of words.
        unsafe {
            assert_eq!(len(map), 1000);
            let first = next(map, 0).expect("not empty");
            assert_eq!(key_at(f.heap.types(), map, first), Some(i));
            map = delete(&mut f.heap, map, i);
            map = put(&mut f.heap, map, 1000 + i, 0);
        }
    }
    f.drop(map);
    f.finish();
}

#[test]
fn sets_keep_the_first_of_equal_elements() {
    let mut f = Fixture::new();
    let mut set = empty(&f.heap, ty::STRING_SET);
    for i in 0..1000 {
        let word = f.str(&format!("{}", i % 50));
        // SAFETY: owned set of strings.
        set = unsafe { add(&mut f.heap, set, word) };
    }
    // SAFETY: alive.
    assert_eq!(unsafe { len(set) }, 50);
    f.drop(set);
    f.finish();
}

#[test]
fn boxed_keys_are_equal_by_structure() {
    let mut f = Fixture::new();
    let mut map = empty(&f.heap, ty::POINT_MAP);
    // SAFETY: a key is a box of an Int and a Float.
    unsafe {
        for i in 0..100u64 {
            let key = super::super::cells::new(
                &mut f.heap,
                ty::POINT,
                0,
                &[i % 20, f64::to_bits((i % 20) as f64 - 3.0)],
            );
            let value = f.str("v");
            map = put(&mut f.heap, map, key, value);
        }
        assert_eq!(len(map), 20);
        let zero = super::super::cells::new(&mut f.heap, ty::POINT, 0, &[3, f64::to_bits(-0.0)]);
        assert!(has(&f.heap, map, zero));
        f.heap.drop_ref(zero);
    }
    f.drop(map);
    f.finish();
}
