//! Names, replacement, and the types of the C interface.

use super::intrinsics::{self, FAILURE, exported, shells};
use super::{FunctionEntry, ProgramRegistry, Registry, lookup_function, snow_register_function};
use snow_bytecode::fingerprint::Fingerprint;

fn entry(func: u32) -> FunctionEntry {
    FunctionEntry::function(func, None, std::ptr::null(), Fingerprint(5))
}

fn number(registry: &Registry, name: &str) -> Option<u32> {
    registry.lookup(name).map(|found| found.entry().func)
}

#[test]
fn a_name_leads_to_what_was_registered_last_also_where_it_is_kept() {
    let registry = Registry::default();
    registry.register("Main.f", entry(1));
    let kept = registry.lookup("Main.f").unwrap();
    registry.register("Main.f", entry(2));
    assert_eq!(kept.entry().func, 2);
    assert_eq!(number(&registry, "Main.f"), Some(2));
    assert_eq!(number(&registry, "Main.g"), None);
}

#[test]
fn names_that_begin_with_two_underscores_are_not_registered() {
    let registry = Registry::default();
    for name in ["Main.__f", "__f"] {
        registry.register(name, entry(1));
        assert_eq!(number(&registry, name), None);
    }
}

#[test]
fn one_program_at_a_time_has_the_registry_of_the_process() {
    let name = "Test.of_the_process";
    // Programs of other tests run at the same time, so which one this is cannot be known.
    let (first, second) = (ProgramRegistry::begin(), ProgramRegistry::begin());
    assert!(matches!(second, ProgramRegistry::Own(_)));
    second.register(name, entry(2));
    assert!(first.lookup(name).is_none());
    first.register(name, entry(1));
    assert_eq!(first.lookup(name).unwrap().entry().func, 1);
    assert_eq!(second.lookup(name).unwrap().entry().func, 2);
}

#[test]
fn the_c_interface_registers_in_the_process() {
    let (name, function) = ("Test.by_c", entry(7));
    // SAFETY: a name with its length, and an entry.
    unsafe { snow_register_function(name.as_ptr(), name.len() as i64, &raw const function) };
    // A program that ends meanwhile takes everything with it.
    if let Some(found) = lookup_function(name) {
        assert_eq!(found.entry().func, 7);
    }
    let damaged = b"\xff";
    // SAFETY: as above.
    unsafe { snow_register_function(damaged.as_ptr(), 1, &raw const function) };
}

#[test]
fn every_declaration_of_the_c_interface_is_that_of_its_function() {
    let shells = shells();
    assert_eq!(shells.len(), 10);
    let exported = exported();
    assert_eq!(exported.len(), 6);
    for function in exported {
        let declared = shells.iter().find_map(|shell| match function.name {
            name if name == shell.name => Some(shell.signature.clone()),
            name if name == shell.with_context => Some(shell.signature_with_context()),
            _ => None,
        });
        assert_eq!(declared, Some(function.signature), "{}", function.name);
    }
}

#[test]
fn where_no_actor_runs_nothing_is_monitored() {
    // SAFETY: they have no conditions.
    let done = unsafe {
        [
            intrinsics::snow_process_monitor(1 << 24),
            intrinsics::snow_process_demonitor(300),
        ]
    };
    assert_eq!(done, [FAILURE; 2]);
}
