//! `snow cluster`: what the nodes of a cluster need to know each other.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use snow_node::certificates::{CA_FILE, make_authority, make_node};
use snow_node::cookie::Cookie;
use snow_node::name::NodeName;

use crate::args::{ClusterArgs, ClusterTask};
use crate::error::CliError;
use crate::output::print;

/// The file of the cookie.
const COOKIE_FILE: &str = "cookie";

/// Does a task of `snow cluster`.
pub fn cluster(args: ClusterArgs) -> Result<ExitCode, CliError> {
    match args.task {
        ClusterTask::Init { folder, names } => init(&folder, &names),
    }
}

/// Makes what is missing: an authority, a cookie, and a certificate for each node.
fn init(folder: &Path, names: &[String]) -> Result<ExitCode, CliError> {
    let failed = |why: String| CliError::Cluster(why);
    let names = names.iter().map(|name| NodeName::parse(name));
    let names = names.collect::<Result<Vec<_>, _>>();
    let names = names.map_err(|error| failed(error.to_string()))?;
    if let Some(name) = names.iter().find(|name| name.port() == 0) {
        return Err(failed(format!(
            "{name} has no port, so nobody knows what it will be called"
        )));
    }
    fs::create_dir_all(folder).map_err(|error| CliError::read(folder, error))?;
    let cookie = folder.join(COOKIE_FILE);
    let mut made = Vec::new();
    if !cookie.exists() {
        Cookie::make_file(&cookie).map_err(|error| failed(error.to_string()))?;
        made.push(cookie);
    }
    if make_authority(folder).map_err(|error| failed(error.to_string()))? {
        made.push(folder.join(CA_FILE));
    }
    for name in &names {
        let (certificate, key) =
            make_node(folder, name).map_err(|error| failed(error.to_string()))?;
        made.extend([certificate, key]);
    }
    let lines = made.iter().map(|path| format!("{}\n", path.display()));
    print(lines.collect::<String>().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
