//! Real clients: drives our binary with the official JavaScript SDK, whose tests live in `tests/sdk/`.
//!
//! `npm ci` fetches the SDK, once per lock file. Left out, with a line that says so, where Node or npm is missing; with `CI` in
//! the environment that is a failure.

use crate::support::Server;
use crate::support::actors::{APP_ID, MASTER_KEY};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// Runs `node --test` on a copy of `tests/sdk` under Cargo's target directory.
#[test]
fn the_javascript_sdk_is_served() {
    if !(works("node") && works("npm")) {
        assert!(env::var_os("CI").is_none(), "CI is set, but Node or npm is missing: the SDK tests cannot be left out");
        eprintln!("left out: the JavaScript SDK tests (Node and npm are not installed)");
        return;
    }
    let server = Server::start(serde_json::from_str(include_str!("sdk/server.json")).unwrap());
    let outcome = install().and_then(|dir| {
        let mut node = Command::new("node");
        node.arg("--test").args(test_files(&dir)?).current_dir(&dir);
        node.env("SERVER_URL", server.base()).env("APP_ID", APP_ID).env("MASTER_KEY", MASTER_KEY);
        succeed(&mut node)
    });
    assert!(outcome.is_ok(), "JavaScript SDK tests: {outcome:?}");
}

fn works(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn install() -> io::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk");
    // Files of an earlier checkout must not run; the installed packages may stay.
    if dir.join("test").exists() {
        fs::remove_dir_all(dir.join("test"))?;
    }
    fs::create_dir_all(dir.join("test"))?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), dir.join(file))?;
    }
    for entry in fs::read_dir(source.join("test"))? {
        let entry = entry?;
        fs::copy(entry.path(), dir.join("test").join(entry.file_name()))?;
    }
    let lock = fs::read(dir.join("package-lock.json"))?;
    let installed = dir.join("installed-lock.json");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&dir);
        succeed(&mut npm)?;
        fs::write(&installed, &lock)?;
    }
    Ok(dir)
}

fn test_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir.join("test"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs the command; on failure its whole output goes into the error.
fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(format!("{command:?} ended with {}", output.status)))
}
