//! Node, and the official `parse` SDK for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, fs, io};

/// Tests run beside each other, but only one fetches.
static FETCHING: Mutex<()> = Mutex::new(());

/// The directory whose `node_modules` hold the SDK, as `tests/sdk/package-lock.json` has it. `None`, with a line that says so,
/// where Node or npm is missing; with `CI` in the environment that is a failure.
pub fn modules() -> Option<PathBuf> {
    if !(works("node") && works("npm")) {
        assert!(env::var_os("CI").is_none(), "CI is set, but Node or npm is missing: their tests cannot be left out");
        eprintln!("left out: tests with Node (Node and npm are not installed)");
        return None;
    }
    let _one = FETCHING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    Some(install().expect("the SDK for Node"))
}

fn works(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn install() -> io::Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk");
    fs::create_dir_all(&dir)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), dir.join(file))?;
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

/// Runs the command; on failure its whole output goes into the error.
pub fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(format!("{command:?} ended with {}", output.status)))
}
