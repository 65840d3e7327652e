//! What is hot is chosen, with what belongs to it; a compiler that fails is no harm.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use snow_bytecode::asm::assemble;

use super::*;
use crate::protocol::LoopEntry;

/// `main` (f0) calls f1 in a loop; f1 calls f2, which calls f1; f3 makes a closure of f4 and calls f2.
fn module() -> Arc<Module> {
    let text = r#"
types
  t0 = Int
  t1 = Fun () -> t0
files
  "main.snow"
fn f0 "main" () -> (word) {
  reg r0 word
  r0 = int 0
@loop:
  [r0] = call f1 [r0]
  br.int.imm ge r0 0 @loop
  ret [r0]
}
fn f1 "near" (word) -> (word) {
  [r0] = call f2 [r0]
  ret [r0]
}
fn f2 "far" (word) -> (word) {
  [r0] = call f1 [r0]
  ret [r0]
}
fn f3 "maker" (word) -> (word) {
  reg r1 ref t1
  r1 = closure f4 []
  drop r1
  [r0] = call f2 [r0]
  ret [r0]
}
fn f4 "closure" closure t1 [] (ref t1) -> (word) {
  reg r1 word
  drop r0
  r1 = int 0
  ret [r1]
}
entry f0
"#;
    Arc::new(assemble(text).expect("a module"))
}

fn samples(profile: &mut Profile, func: u32, header: Option<u32>, count: u32) {
    let func = FuncId(func);
    (0..count).for_each(|_| profile.count(Sample { func, header }));
}

fn funcs(choice: &Choice) -> Vec<u32> {
    choice.funcs.iter().map(|func| func.0).collect()
}

#[test]
fn a_function_is_hot_at_the_threshold_and_brings_what_it_reaches() {
    let mut profile = Profile::new(module(), 4);
    samples(&mut profile, 1, None, 3);
    assert_eq!(profile.choose(), None);
    samples(&mut profile, 1, None, 1);
    let choice = profile.choose().expect("hot");
    assert_eq!((choice.root, choice.samples), (FuncId(1), 4));
    assert_eq!(funcs(&choice), [1, 2]);
    // Once is enough, for what was taken in, too.
    samples(&mut profile, 1, None, 9);
    samples(&mut profile, 2, None, 9);
    assert_eq!(profile.choose(), None);
    samples(&mut profile, 3, None, 9);
    assert_eq!(funcs(&profile.choose().expect("hot")), [3, 4]);
}

#[test]
fn the_hottest_comes_first() {
    let mut profile = Profile::new(module(), 2);
    samples(&mut profile, 4, None, 3);
    samples(&mut profile, 1, None, 8);
    assert_eq!(profile.choose().expect("hot").root, FuncId(1));
    assert_eq!(profile.choose().expect("hot").root, FuncId(4));
    assert_eq!(profile.choose(), None);
}

#[test]
fn loops_get_entries_with_their_function_or_later() {
    let mut profile = Profile::new(module(), 4);
    samples(&mut profile, 0, Some(1), 4);
    let choice = profile.choose().expect("hot");
    assert_eq!(funcs(&choice), [0, 1, 2]);
    assert_eq!(choice.loops, [LoopEntry { func: 0, header: 1 }]);
    assert_eq!(profile.choose(), None);
    // A frame that was there before is in another loop.
    samples(&mut profile, 0, Some(2), 4);
    let choice = profile.choose().expect("hot");
    assert!(choice.funcs.is_empty());
    assert_eq!(choice.loops, [LoopEntry { func: 0, header: 2 }]);
    samples(&mut profile, 0, Some(2), 40);
    assert_eq!(profile.choose(), None);
}

#[test]
fn large_programs_are_compiled_in_parts() {
    let mut module = Module::clone(&module());
    let filler = module.funcs[1].code[1].clone();
    module.funcs[1].code.resize(5000, filler);
    let mut profile = Profile::new(Arc::new(module), 1);
    samples(&mut profile, 1, None, 1);
    // The hot function itself is compiled however large it is, and alone.
    assert_eq!(funcs(&profile.choose().expect("hot")), [1]);
    samples(&mut profile, 3, None, 1);
    assert_eq!(funcs(&profile.choose().expect("hot")), [3, 4, 2]);
}

/// Runs a tier whose worker is this script until it gives up.
fn gives_up(script: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let worker = folder.path().join("worker");
    fs::write(&worker, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&worker, fs::Permissions::from_mode(0o755)).expect("executable");
    let settings = TierSettings {
        threshold: 2,
        log: false,
    };
    let mut tier = HotTier::new(module(), worker, settings);
    let start = Instant::now();
    while !matches!(tier.stage, Stage::Gone) {
        assert!(start.elapsed() < Duration::from_secs(30), "it goes on");
        let func = FuncId(1);
        tier.sample(Sample { func, header: None });
        assert!(tier.poll().is_empty());
    }
    assert!(tier.warned);
    tier.sample(Sample {
        func: FuncId(3),
        header: None,
    });
    assert!(tier.poll().is_empty());
}

#[test]
fn a_worker_that_fails_is_given_up() {
    gives_up("exit 1");
    gives_up("echo nonsense; exec sleep 100");
}

#[test]
fn a_tier_that_is_dropped_ends_its_worker() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (worker, pid) = (folder.path().join("worker"), folder.path().join("pid"));
    let script = format!("#!/bin/sh\necho $$ > {}\nexec sleep 100\n", pid.display());
    fs::write(&worker, script).expect("written");
    fs::set_permissions(&worker, fs::Permissions::from_mode(0o755)).expect("executable");
    let settings = TierSettings {
        threshold: 1,
        log: false,
    };
    let mut tier = HotTier::new(module(), worker, settings);
    let func = FuncId(1);
    tier.sample(Sample { func, header: None });
    let wait = |what: &str, done: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(30), "{what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let id = || {
        fs::read_to_string(&pid)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    wait("the worker begins", &|| !id().is_empty());
    drop(tier);
    let process = format!("/proc/{}", id());
    wait("the worker ends", &|| {
        !std::path::Path::new(&process).exists()
    });
}
