//! The `parsimony` binary: hands the library's commands to its command line.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use parsimony::cli::{self, Commands};
use parsimony::config::{Database, ServerConfig, Warning};
use parsimony::{app, mail, server, telemetry};

fn main() -> ExitCode {
    cli::main(&Commands { serve, check, backup, mail_test })
}

fn serve(config: ServerConfig, warnings: Vec<Warning>) -> anyhow::Result<()> {
    check_databases(&config)?;
    let log = telemetry::init(&config.log)?;
    for warning in warnings {
        tracing::warn!("{}", warning.message);
    }
    for app in &config.apps {
        let Database::Sqlite(path) = &app.database else { continue };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        }
    }
    let terminal = std::io::stdout().is_terminal();
    runtime()?.block_on(server::serve(config, log, |config, address| {
        print!("{}", cli::greeting(config, address, terminal));
    }))?;
    Ok(())
}

fn check_databases(config: &ServerConfig) -> anyhow::Result<()> {
    config.apps.iter().try_for_each(|one| app::check_database(one).map_err(anyhow::Error::msg))
}

fn check(config: &ServerConfig) -> anyhow::Result<()> {
    check_databases(config)?;
    // Some of what is tried wants to be in a runtime.
    Ok(runtime()?.block_on(async { config.apps.iter().try_for_each(app::check) })?)
}

fn backup(config: ServerConfig, to: &Path) -> anyhow::Result<()> {
    let [one] = config.apps.as_slice() else { anyhow::bail!("name the config of a single app to back up") };
    runtime()?.block_on(app::backup(one, to))?;
    println!("{} is copied to {}", one.database.shown(), to.display());
    Ok(())
}

fn mail_test(config: ServerConfig, to: &str) -> anyhow::Result<()> {
    let [one] = config.apps.as_slice() else { anyhow::bail!("name the config of a single app to try its mails") };
    let Some(mailer) = &one.mail.mailer else { anyhow::bail!("the app sends no mails: emailAdapter is not set") };
    let app = one.app_name.as_deref().unwrap_or(&one.app_id);
    Ok(runtime()?.block_on(mail::test(mailer, app, to))?)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(parsimony::STACK).build()
}
