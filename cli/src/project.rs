//! From a path on the command line to the source texts of a program, as named modules.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::CliError;

/// Source files larger than this are refused before they are read.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// What a path on the command line names.
#[derive(Debug)]
pub enum Program {
    /// Source text.
    Sources(Sources),
    /// A compiled program.
    Bytecode(PathBuf),
}

/// The modules of a program.
#[derive(Debug)]
pub struct Sources {
    /// The program's name, for default output names.
    pub name: String,
    /// The modules; the first one holds `main`.
    pub modules: Vec<Source>,
}

/// One source file.
#[derive(Debug)]
pub struct Source {
    /// Dotted module name.
    pub module: String,
    /// The path that messages show.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The settings a `snow.toml` may hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// The program's name; the folder's name when absent.
    name: Option<String>,
    /// The main file, relative to the folder.
    #[serde(default = "default_main")]
    main: PathBuf,
}

fn default_main() -> PathBuf {
    PathBuf::from("main.snow")
}

/// Finds out what `path` is and reads the sources it stands for.
pub fn load(path: &Path) -> Result<Program, CliError> {
    let meta = fs::metadata(path).map_err(|error| CliError::read(path, error))?;
    if meta.is_dir() {
        return load_folder(path).map(Program::Sources);
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("snowb") => Ok(Program::Bytecode(path.to_owned())),
        Some("snow") if path.file_name().is_some_and(|name| name == "main.snow") => {
            let folder = path.parent().unwrap_or(Path::new(""));
            let readable = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            load_folder(readable).map(Program::Sources)
        }
        Some("snow") => load_file(path).map(Program::Sources),
        _ => Err(CliError::UnknownKind(path.to_owned())),
    }
}

/// Like [`load`] for commands that want sources.
pub fn load_sources(path: &Path) -> Result<Sources, CliError> {
    match load(path)? {
        Program::Sources(sources) => Ok(sources),
        Program::Bytecode(path) => Err(CliError::AlreadyBytecode(path)),
    }
}

fn load_file(path: &Path) -> Result<Sources, CliError> {
    let main = Source {
        module: "Main".into(),
        path: path.display().to_string(),
        text: read_text(path)?,
    };
    Ok(Sources {
        name: stem(path),
        modules: vec![main],
    })
}

/// Reads every source below `folder`. Messages name a file relative to the project folder,
/// so that a report reads the same wherever the project lies.
fn load_folder(folder: &Path) -> Result<Sources, CliError> {
    let manifest = read_manifest(folder)?;
    let main = folder.join(&manifest.main);
    if !main.is_file() {
        return Err(CliError::NoMain(folder.to_owned()));
    }
    let mut files = Vec::new();
    collect_files(folder, &mut files)?;
    files.sort();
    let mut modules = vec![source(folder, &main, "Main".into())?];
    for file in files.iter().filter(|file| **file != main) {
        let name = module_name(folder, file)?;
        modules.push(source(folder, file, name)?);
    }
    reject_duplicates(folder, &modules)?;
    Ok(Sources {
        name: manifest.name.unwrap_or_else(|| folder_name(folder)),
        modules,
    })
}

fn read_manifest(folder: &Path) -> Result<Manifest, CliError> {
    let path = folder.join("snow.toml");
    if !path.exists() {
        return Ok(Manifest {
            name: None,
            main: default_main(),
        });
    }
    let text = read_text(&path)?;
    toml::from_str(&text).map_err(|error| CliError::Manifest {
        path,
        message: error.to_string().trim_end().into(),
    })
}

/// The source files that a path names: itself, or all below a folder.
pub fn source_files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    if path.is_dir() {
        collect_files(path, &mut files)?;
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    Ok(files)
}

/// All `.snow` files below `folder`; hidden folders and links to folders are left out.
fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| CliError::read(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| CliError::read(&folder, error))?;
            let kind = entry
                .file_type()
                .map_err(|error| CliError::read(&entry.path(), error))?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let path = entry.path();
            if kind.is_dir() && !hidden {
                pending.push(path);
            } else if !kind.is_dir() && !hidden && path.extension().is_some_and(|ext| ext == "snow")
            {
                files.push(path);
            }
        }
    }
    Ok(())
}

fn source(folder: &Path, file: &Path, module: String) -> Result<Source, CliError> {
    let shown = file.strip_prefix(folder).unwrap_or(file);
    Ok(Source {
        module,
        path: shown.display().to_string(),
        text: read_text(file)?,
    })
}

/// The text of a source file.
pub fn read_text(path: &Path) -> Result<String, CliError> {
    let meta = fs::metadata(path).map_err(|error| CliError::read(path, error))?;
    if meta.len() > MAX_FILE_BYTES {
        let message = format!("larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(CliError::read(path, std::io::Error::other(message)));
    }
    let bytes = fs::read(path).map_err(|error| CliError::read(path, error))?;
    String::from_utf8(bytes).map_err(|error| CliError::NotUtf8 {
        path: path.to_owned(),
        at: error.utf8_error().valid_up_to(),
    })
}

/// `math/vector.snow` is `Math.Vector`, `math_ops.snow` is `MathOps`.
fn module_name(folder: &Path, file: &Path) -> Result<String, CliError> {
    let relative = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let parts = relative
        .components()
        .map(|part| pascal_case(&part.as_os_str().to_string_lossy()));
    let parts: Result<Vec<String>, String> = parts.collect();
    parts
        .map(|parts| parts.join("."))
        .map_err(|reason| CliError::ModuleName {
            path: file.to_owned(),
            reason,
        })
}

fn pascal_case(part: &str) -> Result<String, String> {
    let valid = part.chars().all(|c| c == '_' || c.is_alphanumeric());
    let starts = part
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_uppercase());
    if !valid || !starts {
        return Err(format!("`{part}` is not a snake_case name"));
    }
    let words = part.split('_').map(|word| {
        let mut chars = word.chars();
        chars
            .next()
            .map(|first| first.to_uppercase().chain(chars).collect::<String>())
            .unwrap_or_default()
    });
    Ok(words.collect())
}

fn reject_duplicates(folder: &Path, modules: &[Source]) -> Result<(), CliError> {
    let mut seen = std::collections::HashMap::new();
    for module in modules {
        if let Some(other) = seen.insert(&module.module, &module.path) {
            return Err(CliError::ModuleName {
                path: folder.join(&module.path),
                reason: format!("{other} is module {} already", module.module),
            });
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The name of a folder, also of `.` and of a path that ends in `..`.
fn folder_name(folder: &Path) -> String {
    let absolute = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    match stem(&absolute) {
        name if name.is_empty() => "program".into(),
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("in the folder")).expect("created");
            fs::write(path, text).expect("written");
        }
        folder
    }

    fn names(sources: &Sources) -> Vec<(&str, &str)> {
        sources
            .modules
            .iter()
            .map(|m| (m.module.as_str(), m.path.as_str()))
            .collect()
    }

    #[test]
    fn a_folder_is_a_project_of_named_modules() {
        let folder = project(&[
            ("main.snow", ""),
            ("math/vector.snow", ""),
            ("math_ops.snow", ""),
            (".git/x.snow", ""),
        ]);
        let sources = load_sources(folder.path()).expect("loads");
        assert_eq!(
            names(&sources),
            [
                ("Main", "main.snow"),
                ("Math.Vector", "math/vector.snow"),
                ("MathOps", "math_ops.snow")
            ]
        );
        let same = load_sources(&folder.path().join("main.snow")).expect("loads");
        assert_eq!(names(&same), names(&sources));
    }

    #[test]
    fn a_file_is_a_program_of_its_own() {
        let folder = project(&[("main.snow", ""), ("hello.snow", "x")]);
        let sources = load_sources(&folder.path().join("hello.snow")).expect("loads");
        assert_eq!(sources.name, "hello");
        assert_eq!(sources.modules.len(), 1);
        assert_eq!(sources.modules[0].module, "Main");
    }

    #[test]
    fn the_manifest_names_the_main_file() {
        let folder = project(&[
            ("snow.toml", "name = \"demo\"\nmain = \"app.snow\""),
            ("app.snow", ""),
        ]);
        let sources = load_sources(folder.path()).expect("loads");
        assert_eq!(
            (sources.name.as_str(), sources.modules[0].path.as_str()),
            ("demo", "app.snow")
        );
        let bad = project(&[("snow.toml", "mian = \"app.snow\""), ("app.snow", "")]);
        let message = load_sources(bad.path())
            .expect_err("unknown key")
            .to_string();
        assert!(message.contains("mian"), "{message}");
    }

    #[test]
    fn what_cannot_be_loaded_is_named() {
        let folder = project(&[
            ("notes.txt", ""),
            ("bad-name/main.snow", ""),
            ("bad-name/two words.snow", ""),
        ]);
        let message = |path: &str| {
            load_sources(&folder.path().join(path))
                .expect_err("refused")
                .to_string()
        };
        assert!(message("").contains("has no main.snow"));
        assert!(message("notes.txt").contains("neither a .snow file"));
        assert!(
            message("absent.snow").contains("no such file"),
            "{}",
            message("absent.snow")
        );
        assert!(message("bad-name").contains("`two words` is not a snake_case name"));
        fs::write(folder.path().join("latin.snow"), b"fn \xff").expect("written");
        assert!(message("latin.snow").contains("not UTF-8 text (byte 3"));
    }

    #[test]
    fn two_files_cannot_be_one_module() {
        let folder = project(&[("main.snow", ""), ("a_b.snow", ""), ("aB.snow", "")]);
        let message = load_sources(folder.path())
            .expect_err("refused")
            .to_string();
        assert!(message.contains("is module AB already"), "{message}");
    }
}
