//! Projects given as one text, in tests of this crate and of the command.

/// The files of a project that is one text: what stands before the first `# file: NAME` line is `main.snow`.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![("main.snow".to_owned(), String::new())];
    for line in text.lines() {
        match (line.strip_prefix("# file: "), files.last_mut()) {
            (Some(name), _) => files.push((name.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    files
}
