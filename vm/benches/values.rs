//! Times of the operations that programs do most, without the interpreter around them:
//! `cargo bench -p snow-vm --bench values [-- part of a name]`.

use std::sync::Arc;
use std::time::Instant;

use snow_bytecode::types::{Field, Type, TypeId, TypeTable, Variant};
use snow_vm::heap::Heap;
use snow_vm::types::RuntimeTypes;
use snow_vm::value::{cells, list, map, text};

const STRING: TypeId = TypeId(1);
const INTS: TypeId = TypeId(2);
const INT_MAP: TypeId = TypeId(3);
const STRING_MAP: TypeId = TypeId(4);
const TREE: TypeId = TypeId(5);

fn heap() -> Heap {
    let int = TypeId(0);
    let node = [TREE, TREE].map(|ty| Field {
        name: String::new(),
        ty,
    });
    let variant = |name: &str, fields: &[Field]| Variant {
        name: name.into(),
        fields: fields.into(),
    };
    let tree = Type::Sum {
        module: "Main".into(),
        name: "Tree".into(),
        args: vec![],
        variants: vec![
            variant("Leaf", &[]),
            variant("Other", &[]),
            variant("Node", &node),
        ],
        shows: snow_bytecode::types::Shows::Debug,
    };
    let types = vec![
        Type::Int,
        Type::String,
        Type::List(int),
        Type::Map(int, int),
        Type::Map(STRING, int),
        tree,
    ];
    let types = RuntimeTypes::new(&TypeTable { types }, [0x9e37_79b9, 0x1234_5678_9abc_def1]);
    Heap::new(Arc::new(types.expect("the table is fine")))
}

fn time(name: &str, mut body: impl FnMut(&mut Heap)) {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    if wanted.is_some_and(|part| !name.contains(&part)) {
        return;
    }
    let mut best = f64::MAX;
    for _ in 0..5 {
        let mut heap = heap();
        let start = Instant::now();
        body(&mut heap);
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        heap.settle_all();
        assert_eq!(heap.live(), 0, "{name} leaks");
    }
    println!("{name:<40} {best:8.1} ms");
}

fn int_maps(heap: &mut Heap) {
    let mut all = map::empty(heap, INT_MAP);
    // SAFETY: an owned map of words.
    unsafe {
        for i in 0..1_000_000 {
            all = map::put(heap, all, i, i);
        }
        let sum: u64 = (0..1_000_000).filter_map(|i| map::get(heap, all, i)).sum();
        assert_eq!(sum, 499_999_500_000);
        heap.drop_ref(all);
    }
}

fn string_maps(heap: &mut Heap) {
    let mut all = map::empty(heap, STRING_MAP);
    // SAFETY: an owned map of strings to words.
    unsafe {
        for i in 0..1_000_000u64 {
            let key = text::new(heap, STRING, format!("key{i}").as_bytes());
            all = map::put(heap, all, key, i);
        }
        for i in 0..1_000_000u64 {
            let key = text::new(heap, STRING, format!("key{i}").as_bytes());
            assert_eq!(map::get(heap, all, key), Some(i));
            heap.drop_ref(key);
        }
        heap.drop_ref(all);
    }
}

fn appends(heap: &mut Heap) {
    let mut all = text::new(heap, STRING, b"");
    let piece = text::new(heap, STRING, b"x");
    // SAFETY: owned strings.
    unsafe {
        for _ in 0..5_000_000 {
            all = text::concat(heap, all, piece);
        }
        assert_eq!(text::len(all), 5_000_000);
        heap.drop_ref(all);
        heap.drop_ref(piece);
    }
}

fn list_appends(heap: &mut Heap) {
    let mut all = list::empty(heap, INTS);
    // SAFETY: an owned list of words.
    unsafe {
        for i in 0..5_000_000 {
            all = list::append(heap, all, i);
        }
        let mut sum = 0;
        for i in 0..5_000_000 {
            sum += list::get(all, i).unwrap_or(0);
        }
        assert!(sum > 0);
        heap.drop_ref(all);
    }
}

fn sort(heap: &mut Heap) {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state >> 20
    };
    let elems: Vec<u64> = (0..1_000_000).map(|_| next()).collect();
    // SAFETY: an owned list of words.
    unsafe {
        let all = list::new(heap, INTS, &elems);
        let all = list::change(heap, all, |words| {
            words.sort_unstable_by_key(|&word| word as i64);
        });
        heap.drop_ref(all);
    }
}

fn tree(heap: &mut Heap, depth: u32) -> u64 {
    let (tag, children) = if depth == 0 {
        (0, vec![])
    } else {
        (2, vec![tree(heap, depth - 1), tree(heap, depth - 1)])
    };
    // SAFETY: a leaf has no fields, a node two trees.
    unsafe { cells::new(heap, TREE, tag, &children) }
}

fn trees(heap: &mut Heap) {
    for _ in 0..50 {
        let root = tree(heap, 16);
        // SAFETY: owned.
        unsafe { heap.drop_ref(root) };
    }
}

fn main() {
    time("1M puts and gets, Int keys", int_maps);
    time("1M puts and gets, String keys", string_maps);
    time("5M string appends", appends);
    time("5M list appends and gets", list_appends);
    time("1M Ints sorted", sort);
    time("50 trees of depth 16", trees);
}
