//! The command line: `parsimony [config.json] [--option value …]` serves; `check-config`, `backup`, `mail test` and `options`
//! look at an app; `import`, `export`, `copy` and `verify` move whole databases. Only this module and `main` touch the process: arguments, environment, stdout and stderr.

mod args;
mod greeting;
mod moving;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rand::TryRng;

use crate::config::{self, ConfigError, Input, Loaded, ServerConfig, Warning, docs, made_app};

pub use greeting::greeting;

/// What the commands call in the rest of the program.
pub struct Commands {
    /// Serves until told to stop. The warnings are for the log.
    pub serve: fn(ServerConfig, Vec<Warning>) -> anyhow::Result<()>,
    /// Sees whether a start would take the configuration, besides the options by themselves.
    pub check: fn(&ServerConfig) -> anyhow::Result<()>,
    /// Copies the database of a configuration into a file, while a server runs on it or not.
    pub backup: fn(ServerConfig, &Path) -> anyhow::Result<()>,
    /// Sends a mail to an address, and waits for what comes of it.
    pub mail_test: fn(ServerConfig, &str) -> anyhow::Result<()>,
}

/// Runs the program on the process's own arguments and environment.
pub fn main(commands: &Commands) -> ExitCode {
    let env =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let args: Vec<_> = std::env::args_os().collect();
    run(args, &env.collect(), commands, &mut std::io::stdout(), &mut std::io::stderr())
}

/// Runs the program. A failure ends with its reason as the last line of `err`.
pub fn run(
    args: Vec<std::ffi::OsString>,
    env: &BTreeMap<String, String>,
    commands: &Commands,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> ExitCode {
    let failed = match args.get(1).and_then(|name| name.to_str()) {
        Some(name) if moving::NAMES.contains(&name) => ExitCode::from(moving::FAILED),
        _ => ExitCode::FAILURE,
    };
    let parsed = match args::parse(args) {
        Ok(parsed) => parsed,
        Err(args::Stop::Show(text)) => {
            drop(out.write_all(text.as_bytes()));
            return ExitCode::SUCCESS;
        }
        Err(args::Stop::Refuse(error)) => {
            refuse(err, &error);
            return failed;
        }
    };
    match perform(parsed, env, commands, out, err) {
        Ok(code) => code,
        Err(error) => {
            refuse(err, &error.downcast::<ConfigError>().unwrap_or_else(|error| ConfigError::new(reason(&error))));
            failed
        }
    }
}

fn perform(
    command: args::Command,
    env: &BTreeMap<String, String>,
    commands: &Commands,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    match command {
        args::Command::Serve(source) => {
            let loaded = load(&source, env, Keys::Made)?;
            (commands.serve)(loaded.server, loaded.warnings)?;
        }
        args::Command::Backup(file, source) => (commands.backup)(load(&source, env, Keys::Any)?.server, &file)?,
        args::Command::MailTest(to, source) => {
            (commands.mail_test)(load(&source, env, Keys::Given)?.server, &to)?;
            writeln!(out, "a mail to {to} was taken")?;
        }
        args::Command::Check(source) => {
            let loaded = load(&source, env, Keys::Given)?;
            tell(err, &loaded.warnings);
            (commands.check)(&loaded.server)?;
            writeln!(out, "{}", verdict(&source, &loaded))?;
        }
        args::Command::Options(form) => {
            let text = match form {
                args::Form::Text => docs::text(),
                args::Form::Markdown => docs::markdown(),
                args::Form::Example => docs::example(),
            };
            // A closed pipe (`parsimony options | head`) is no failure.
            drop(out.write_all(text.as_bytes()));
        }
        args::Command::Moving(moving) => return Ok(ExitCode::from(moving::perform(&moving, env)?)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The keys of an app, where none are configured.
#[derive(Clone, Copy)]
enum Keys {
    /// An app is made: only a server may do that.
    Made,
    /// They must be there.
    Given,
    /// Any will do: the command asks for none.
    Any,
}

/// Loads a configuration.
fn load(source: &args::Source, env: &BTreeMap<String, String>, keys: Keys) -> Result<Loaded, ConfigError> {
    let mut made = |data_dir: &Path| match (made_app::existing(data_dir)?, keys) {
        (Some(app), _) => Ok(app),
        (None, Keys::Made) => made_app::load_or_make(data_dir, &mut random),
        (None, Keys::Any) => made_app::passing(data_dir, &mut random),
        (None, Keys::Given) => Err(ConfigError::new(format!(
            "nothing is configured, and {} does not exist: name a config file",
            data_dir.join(made_app::KEY_FILE).display()
        ))),
    };
    config::load(Input {
        file: source.file.as_deref(),
        flags: source.flags.clone(),
        env,
        read_file: &|path| std::fs::read_to_string(path),
        made_app: &mut made,
    })
}

fn random(bytes: &mut [u8]) -> std::io::Result<()> {
    rand::rngs::SysRng.try_fill_bytes(bytes).map_err(std::io::Error::other)
}

fn verdict(source: &args::Source, loaded: &Loaded) -> String {
    let what = source.file.as_deref().map_or_else(|| PathBuf::from("the configuration"), Path::to_path_buf);
    let ids: Vec<&str> = loaded.server.apps.iter().map(|app| app.app_id.as_str()).collect();
    format!("{} is fine: {}", what.display(), ids.join(", "))
}

fn tell(err: &mut dyn Write, warnings: &[Warning]) {
    for warning in warnings {
        drop(writeln!(err, "warning: {}", warning.message));
    }
}

fn refuse(err: &mut dyn Write, error: &ConfigError) {
    for line in &error.help {
        drop(writeln!(err, "{line}"));
    }
    drop(writeln!(err, "error: {}", one_line(&error.reason)));
}

/// An error and its causes, each said once: errors of the house name theirs themselves, and SQLite's repeat them with a number.
fn reason(error: &anyhow::Error) -> String {
    let mut said = Vec::<String>::new();
    for cause in error.chain().map(ToString::to_string) {
        let numbered = cause.strip_prefix("Error code ").and_then(|rest| rest.split_once(": "));
        let text = numbered.map_or(cause.as_str(), |(_, text)| text);
        if !said.iter().any(|earlier| earlier.contains(text)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
