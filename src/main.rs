//! The `parsimony` binary: hands the library's commands to its command line.

use std::path::Path;
use std::process::ExitCode;

use parsimony::cli::{self, Commands};
use parsimony::config::{ServerConfig, Warning};

fn main() -> ExitCode {
    cli::main(&Commands { serve, backup })
}

fn serve(_: ServerConfig, _: Vec<Warning>) -> anyhow::Result<()> {
    anyhow::bail!("this build has no server yet")
}

fn backup(_: ServerConfig, _: &Path) -> anyhow::Result<()> {
    anyhow::bail!("this build has no server yet")
}
