//! Objects that the C compiler makes, loaded and called; the same, damaged.

use std::fs;
use std::process::Command;

use super::*;

/// What `cc -c` makes of a text.
fn object(text: &str, options: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (source, object) = (folder.path().join("a.c"), folder.path().join("a.o"));
    fs::write(&source, text).expect("written");
    let status = Command::new("cc")
        .args(["-c", "-O1", "-fPIC", "-fno-common", "-o"])
        .args([&object, &source])
        .args(options)
        .status()
        .expect("a C compiler");
    assert!(status.success());
    fs::read(object).expect("an object")
}

fn load(text: &str, symbols: Symbols) -> Result<Loaded, LoadError> {
    Loader::new(symbols).load(&[object(text, &[])])
}

/// Calls `long name(long)`.
fn call(object: &Loaded, name: &str, argument: i64) -> i64 {
    let address = object.address(name).expect("an exported function");
    // SAFETY: the tests only call functions of this type.
    let function: extern "C" fn(i64) -> i64 = unsafe { std::mem::transmute(address) };
    function(argument)
}

extern "C" fn triple(n: i64) -> i64 {
    3 * n
}

fn with_triple() -> Symbols {
    let mut symbols = Symbols::runtime();
    symbols.insert("triple", triple as *const () as usize);
    symbols
}

#[test]
fn functions_call_each_other_and_the_runtime() {
    let text =
        "long triple(long); static __attribute__((noinline)) long inner(long n) { return n + 1; }
        long outer(long n) { return inner(triple(n)); }";
    let object = load(text, with_triple()).expect("loads");
    assert_eq!(call(&object, "outer", 5), 16);
    assert_eq!(object.exports().collect::<Vec<_>>(), ["outer"]);
    assert_eq!(object.address("inner"), None);
}

#[test]
fn objects_that_are_loaded_together_call_each_other() {
    let first = object(
        "long odd(long n); extern long seen; long even(long n) { seen++; return n == 0 ? 1 : odd(n - 1); }",
        &[],
    );
    let second = object(
        "long even(long n); long seen; long odd(long n) { return n == 0 ? 0 : even(n - 1); } long count(long n) { return seen + n; }",
        &[],
    );
    let mut loader = Loader::new(Symbols::runtime());
    let both = [first.clone(), second];
    let loaded = loader.load(&both).expect("loads");
    assert_eq!(
        (call(&loaded, "even", 10), call(&loaded, "odd", 10)),
        (1, 0)
    );
    assert_eq!(call(&loaded, "count", 0), 6 + 5);
    let alone = loader.load(&both[..1]).expect_err("refused").to_string();
    assert!(alone.starts_with("unknown symbol"), "{alone}");
    let twice = loader.load(&[first.clone(), first]).expect_err("refused");
    assert_eq!(
        twice.to_string(),
        "damaged object: two objects define `even`"
    );
}

#[test]
fn what_is_too_far_is_called_through_a_stub() {
    let text = "long triple(long); long outer(long n) { return triple(n) + triple(n + 1); }";
    let bytes = object(text, &[]);
    let mut loader = Loader::new(with_triple());
    // Without a hint the system's own choice is far from the program's file.
    loader.hint = 0;
    let far = loader.load(&[bytes]).expect("loads");
    assert_eq!(call(&far, "outer", 2), 15);
}

#[test]
fn constants_tables_and_variables_are_found() {
    let text = "static const char names[3][8] = {\"a\", \"bcd\", \"ef\"};
        static long count = 40; long zeros[1000]; extern const char *pointers[];
        const char *pointers[] = {names[2], names[1]};
        long text(long n) { return pointers[n][1]; }
        long next(long n) { zeros[999] += n; return ++count + zeros[999] + zeros[0]; }
        long choose(long n) { switch (n) { case 0: return zeros[1] + 7; case 1: return count; case 2: return n * 9;
            case 3: return 5; case 4: return zeros[9] - 1; case 5: return -8; default: return 100; } }";
    let object = load(text, Symbols::runtime()).expect("loads");
    assert_eq!(call(&object, "text", 0), i64::from(b'f'));
    assert_eq!(call(&object, "text", 1), i64::from(b'c'));
    assert_eq!(
        (call(&object, "next", 1), call(&object, "next", 1)),
        (42, 44)
    );
    let chosen: Vec<i64> = (0..7).map(|n| call(&object, "choose", n)).collect();
    assert_eq!(chosen, [7, 42, 18, 5, -1, -8, 100]);
}

#[test]
fn the_library_of_floats_and_memory_is_there() {
    let text = "double fmod(double, double); void *memcpy(void *, const void *, unsigned long);
        long rest(long n) { return fmod(n, 7.0); }
        long copy(long n) { char from[300], to[300]; for (int i = 0; i < 300; i++) from[i] = i; memcpy(to, from, n); return to[n - 1]; }";
    let object = object(text, &["-fno-builtin", "-fno-stack-protector"]);
    let object = Loader::new(Symbols::runtime())
        .load(&[object])
        .expect("loads");
    assert_eq!(call(&object, "rest", 17), 3);
    assert_eq!(call(&object, "copy", 101), 100);
}

#[test]
fn every_symbol_of_the_runtime_is_known() {
    let symbols = Symbols::runtime();
    for function in snow_vm::abi::table::symbols() {
        assert_eq!(symbols.lookup(function.name), Some(function.address));
    }
}

#[test]
fn what_cannot_be_loaded_says_why() {
    let reason = |text: &str, options: &[&str]| {
        let object = object(text, options);
        let error = Loader::new(Symbols::runtime()).load(&[object]);
        error.expect_err("refused").to_string()
    };
    let missing = "long absent(long); long f(long n) { return absent(n); }";
    assert_eq!(reason(missing, &[]), "unknown symbol `absent`");
    let thread = "__thread long v; long f(long n) { return v += n; }";
    assert_eq!(reason(thread, &[]), "the object has variables of threads");
    let start = "long v; __attribute__((constructor)) void init(void) { v = 1; }";
    assert_eq!(
        reason(start, &[]),
        "the object has code that runs at start or exit"
    );
    if cfg!(target_arch = "x86_64") {
        let fixed = "long v[9]; long f(long n) { return v[n]; }";
        let reason = reason(fixed, &["-fno-pic", "-mcmodel=kernel"]);
        assert!(reason.contains("a relocation of kind 11"), "{reason}");
    }
    let error = Loader::new(Symbols::runtime()).load(&[b"no object".to_vec()]);
    assert!(matches!(error, Err(LoadError::Damaged(_))));
}

#[test]
fn a_damaged_object_never_harms_the_loader() {
    let text = "long triple(long); extern long shared; long shared = 3; static const long list[] = {1, 2, 3, 4};
        long outer(long n) { return triple(n) + list[n & 3] + shared; }";
    let bytes = object(text, &[]);
    let mut loader = Loader::new(with_triple());
    for len in 0..bytes.len() {
        let cut = loader.load(&[bytes[..len].to_vec()]);
        assert!(cut.is_err(), "{len} of {} bytes", bytes.len());
    }
    for at in 0..bytes.len() {
        for change in [0xff, 0x80, 0x01] {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            // What is still an object may load; it only must not harm.
            drop(loader.load(&[damaged]));
        }
    }
}

#[test]
fn code_cannot_be_written() {
    let object = load("long f(long n) { return n; }", Symbols::runtime()).expect("loads");
    let address = object.address("f").expect("an exported function") as usize;
    let maps = fs::read_to_string("/proc/self/maps").expect("this process's mappings");
    let line = maps.lines().find(|line| {
        let range = line
            .split(' ')
            .next()
            .and_then(|range| range.split_once('-'));
        range.is_some_and(|(start, end)| {
            let number = |text| usize::from_str_radix(text, 16).expect("a hexadecimal number");
            (number(start)..number(end)).contains(&address)
        })
    });
    assert!(line.expect("a mapping").contains(" r-xp "), "{line:?}");
}
