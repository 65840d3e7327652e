//! The page that says which test holds which sentence names tests that there are.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::path::Path;

/// The words in backquotes of the second column of a table's line.
fn names(line: &str) -> Vec<&str> {
    let Some((_, tests)) = line
        .strip_suffix('|')
        .and_then(|line| line.rsplit_once(" | "))
    else {
        return Vec::new();
    };
    let words = tests.split('`').skip(1).step_by(2);
    // A command is no name.
    words.filter(|word| !word.contains(' ')).collect()
}

fn is_file(name: &str) -> bool {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [".", "tests", ".."];
    folders
        .iter()
        .any(|folder| tests.join(folder).join(name).exists())
}

/// Whether there is such a program; `overflow_*` stands for all that begin so.
fn is_program(section: &str, name: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("programs")
        .join(section);
    let mut names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    match name.strip_suffix('*') {
        Some(start) => names.any(|file| file.starts_with(start)),
        None => names.any(|file| file == name || file == format!("{name}.snow")),
    }
}

fn page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("COVERAGE.md");
    fs::read_to_string(page).unwrap()
}

/// The text of all tests of clusters.
fn cluster_tests() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clusters");
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn all_tests_of_clusters_that_the_page_names_exist() {
    let page = page();
    let (_, clusters) = page.split_once("\n## Clusters").unwrap();
    let tests = cluster_tests();
    let named: Vec<&str> = clusters.lines().flat_map(names).collect();
    let functions = named
        .iter()
        .filter(|name| name.contains('_') && name.chars().all(|c| c == '_' || c.is_alphanumeric()))
        // The harness says these, they are no tests.
        .filter(|name| **name != "against_worker" && name.to_uppercase() != **name);
    let (mut count, mut missing) = (0, Vec::new());
    for name in functions {
        count += 1;
        if !tests.contains(&format!("fn {name}(")) {
            missing.push(*name);
        }
    }
    assert!(missing.is_empty(), "there is no {}", missing.join(", "));
    assert!(count > 50, "only {count} functions are named");
}

#[test]
fn all_tests_that_the_page_names_exist() {
    let page = page();
    // What follows names functions of tests, not programs.
    let (programs, _) = page.split_once("\n## Clusters").unwrap();
    let (mut count, mut missing) = (0, Vec::new());
    for line in programs.lines() {
        let mut section = "";
        for name in names(line) {
            if name.ends_with(".rs") || name.ends_with(".md") {
                if !is_file(name) {
                    missing.push(name.to_owned());
                }
                continue;
            }
            let program = name.split_once('/').map_or(name, |(folder, program)| {
                section = folder;
                program
            });
            count += 1;
            // Other words than programs' names stand before the first of them.
            if !section.is_empty() && !is_program(section, program) {
                missing.push(format!("{section}/{program}"));
            }
        }
    }
    assert!(missing.is_empty(), "there is no {}", missing.join(", "));
    assert!(count > 200, "only {count} programs are named");
}
