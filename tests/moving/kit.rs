//! Runs of the commands that move databases.

use crate::support::run::command;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// What a run came to.
pub struct Moved {
    /// Its exit status; none if it was killed.
    pub status: Option<i32>,
    /// The lines of `--json`.
    pub lines: Vec<Value>,
    /// Its stderr.
    pub err: String,
    /// The most memory it had, KiB.
    pub peak_kib: u64,
}

impl Moved {
    /// What is told of a class at the end.
    pub fn class(&self, name: &str) -> &Value {
        let line = self.lines.iter().find(|line| line["event"] == "class" && line["class"] == name);
        line.unwrap_or_else(|| panic!("nothing of {name}: {:?} {}", self.lines, self.err))
    }

    /// Faults as one text each: file or class, row or id, what.
    pub fn faults(&self) -> Vec<String> {
        let faults = self.lines.iter().filter(|line| line["event"] == "fault" && line["note"] == false);
        let text = |line: &Value| {
            let place = line["file"].as_str().or(line["class"].as_str()).unwrap_or_default().to_owned();
            let row = line["row"].as_u64().map_or_else(String::new, |row| format!(" {row}"));
            let id = line["objectId"].as_str().map_or_else(String::new, |id| format!(" ({id})"));
            format!("{place}{row}{id}: {}", line["what"].as_str().unwrap_or_default())
        };
        faults.map(text).collect()
    }

    /// The last line.
    pub fn done(&self) -> &Value {
        self.lines
            .last()
            .filter(|line| line["event"] == "done")
            .unwrap_or_else(|| panic!("no end: {:?} {}", self.lines, self.err))
    }
}

/// Runs a command with `--json` to its end.
pub fn moved(dir: &Path, args: &[&str]) -> Moved {
    ended(start(dir, args), |_| {})
}

/// Begins a command with `--json`.
pub fn start(dir: &Path, args: &[&str]) -> Child {
    let mut command = command(dir, args, &[]);
    command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run the binary")
}

/// Reads what a command tells, line by line, until it ends.
pub fn ended(mut child: Child, mut line: impl FnMut(&Value)) -> Moved {
    let err = child.stderr.take().unwrap();
    let err = std::thread::spawn(move || std::io::read_to_string(err).unwrap_or_default());
    let (mut lines, mut peak_kib) = (Vec::new(), 0);
    for text in BufReader::new(child.stdout.take().unwrap()).lines() {
        let value: Value = serde_json::from_str(&text.unwrap()).unwrap();
        peak_kib = peak_kib.max(peak(child.id()));
        line(&value);
        lines.push(value);
    }
    let status = child.wait().unwrap().code();
    Moved { status, lines, err: err.join().unwrap(), peak_kib }
}

fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

/// Sends a signal.
pub fn send(process: u32, signal: &str) {
    let sent = std::process::Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(sent.success());
}
