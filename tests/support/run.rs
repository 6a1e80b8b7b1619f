//! The binary run to its end, for what it says rather than for what it serves.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longest run of a command that is to end by itself.
const RUN_LIMIT: Duration = Duration::from_secs(30);

/// What a run came to.
pub struct Ran {
    /// Did it end with 0?
    pub ok: bool,
    /// Its stdout.
    pub out: String,
    /// Its stderr.
    pub err: String,
}

impl Ran {
    /// The reason of a failure: the last line of stderr.
    pub fn reason(&self) -> &str {
        self.err.lines().last().unwrap_or_default()
    }
}

/// The binary in a directory, with these arguments and nothing of Parse Server's in its environment but `env`.
pub fn command(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parsimony"));
    command.args(args).current_dir(dir).stdin(Stdio::null());
    let ours = |name: &str| {
        name.starts_with("PARSE_") || ["PORT", "DYNO", "NODE_ENV", "MONGODB_URI", "DATABASE_URI"].contains(&name)
    };
    for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command.envs(env.iter().copied());
    command
}

/// Runs the binary to its end; one that goes on fails the test. For runs that say no more than a pipe holds.
pub fn run(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = command(dir, args, env);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run the binary");
    let until = Instant::now() + RUN_LIMIT;
    while child.try_wait().expect("wait for the binary").is_none() {
        if Instant::now() > until {
            let _ = child.kill();
            panic!("{args:?} did not end: {:?}", child.wait_with_output());
        }
        sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("the output of the binary");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
}

/// A child that is killed when the test is done with it.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
