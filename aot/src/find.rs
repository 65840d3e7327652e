//! Finds the files that lie beside the `snow` command: the worker and the runtimes.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A file that belongs to an installation of Snow.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What it is, for messages.
    pub purpose: &'static str,
    /// The environment variable that names another one.
    pub variable: &'static str,
    /// Whether the search path of commands may have it, too.
    pub in_path: bool,
}

/// The worker.
pub const WORKER: Part = Part {
    name: "snow-llvm",
    purpose: "the compiler for native code",
    variable: "SNOW_LLVM",
    in_path: true,
};

/// The runtime that executables link.
pub const RUNTIME: Part = Part {
    name: "libsnow_rt.a",
    purpose: "the runtime for executables",
    variable: "SNOW_RT",
    in_path: false,
};

/// The executable that runs bytecode appended to it.
pub const STANDALONE: Part = Part {
    name: "snow-standalone",
    purpose: "the runtime for standalone programs",
    variable: "SNOW_STANDALONE",
    in_path: false,
};

/// A part that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Nowhere.
    #[error("{}, {}, was not found: it belongs beside the snow command ({}), or {} names it", .part.purpose, .part.name, .folder.display(), .part.variable)]
    Nowhere {
        /// What.
        part: Part,
        /// Where the command is.
        folder: PathBuf,
    },
    /// Not where the environment says.
    #[error("{} is {}, but there is no such file", .part.variable, .path.display())]
    Named {
        /// What.
        part: Part,
        /// What the variable says.
        path: PathBuf,
    },
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        self.name == other.name
    }
}

impl Eq for Part {}

impl Part {
    /// Where it is: what the environment variable names, beside the command, in `../lib/snow`, or in the search path.
    pub fn find(&self) -> Result<PathBuf, Missing> {
        let named = env::var_os(self.variable);
        let folder = env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.to_owned()));
        self.find_in(named, &folder.unwrap_or_default(), env::var_os("PATH"))
    }

    fn find_in(
        &self,
        named: Option<OsString>,
        folder: &Path,
        path: Option<OsString>,
    ) -> Result<PathBuf, Missing> {
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            let path = PathBuf::from(named);
            return if path.is_file() {
                Ok(path)
            } else {
                Err(Missing::Named { part: *self, path })
            };
        }
        let mut folders = vec![folder.to_owned(), folder.join("../lib/snow")];
        if self.in_path {
            folders.extend(path.iter().flat_map(env::split_paths));
        }
        let candidates = folders.into_iter().map(|folder| folder.join(self.name));
        let found = candidates.into_iter().find(|candidate| candidate.is_file());
        found.ok_or_else(|| Missing::Nowhere {
            part: *self,
            folder: folder.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_environment_comes_first_then_the_commands_folder_then_the_path() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (bin, path) = (folder.path().join("bin"), folder.path().join("path"));
        let lib = folder.path().join("lib/snow");
        for place in [&bin, &path, &lib] {
            fs::create_dir_all(place).expect("created");
        }
        let search = |named: Option<&Path>, part: Part| {
            let named = named.map(|named| named.as_os_str().to_owned());
            part.find_in(named, &bin, Some(path.clone().into_os_string()))
        };
        let absent = search(None, WORKER).expect_err("nowhere").to_string();
        assert!(absent.contains("snow-llvm, was not found"), "{absent}");
        fs::write(path.join("snow-llvm"), "").expect("written");
        fs::write(path.join("libsnow_rt.a"), "").expect("written");
        assert_eq!(search(None, WORKER), Ok(path.join("snow-llvm")));
        assert!(search(None, RUNTIME).is_err());
        fs::write(lib.join("snow-llvm"), "").expect("written");
        assert_eq!(search(None, WORKER), Ok(bin.join("../lib/snow/snow-llvm")));
        fs::write(bin.join("snow-llvm"), "").expect("written");
        assert_eq!(search(None, WORKER), Ok(bin.join("snow-llvm")));
        let named = path.join("snow-llvm");
        assert_eq!(search(Some(&named), WORKER), Ok(named));
        let wrong = search(Some(&path.join("other")), WORKER).expect_err("absent");
        assert!(wrong.to_string().starts_with("SNOW_LLVM is "), "{wrong}");
    }
}
