//! Logs: one line a request, and whatever else is worth a line, on stdout; the latter also in files, if there is a folder for them.

mod files;
mod request;
mod ring;
mod sink;

use std::io::IsTerminal;
use std::time::SystemTime;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

pub use request::{Entry, Log, RequestId, RequestIds};
pub use ring::{Ring, Wanted};
pub use sink::Sink;

use crate::config::{LogConfig, LogLevel};
use crate::model::Date;

/// The time of the machine.
#[expect(clippy::disallowed_methods, reason = "a line of the log tells the time of the machine, which no test owns")]
fn now() -> Date {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Date(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Sets up the log of the process and gives the handle for request lines. A second call leaves the first set-up in place for
/// everything but request lines.
///
/// # Errors
/// If the thread that writes cannot be started, or the folder for files not be made.
pub fn init(config: &LogConfig) -> std::io::Result<Log> {
    let json = config.json.unwrap_or_else(|| !std::io::stdout().is_terminal());
    let sink = Sink::stdout()?;
    let writer = {
        let sink = sink.clone();
        move || sink.clone()
    };
    let level = filter(config.level);
    let recent = match &config.folder {
        Some(folder) => Ring::in_files(files::Files::open(folder)?),
        None => Ring::default(),
    };
    let log = Log::new(sink, json, config.level >= LogLevel::Info, recent);
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(writer);
    // Another subscriber may be there already, in tests: then it stays.
    let _ = if json {
        let format = tracing_subscriber::fmt::format().json().flatten_event(true).with_target(false);
        tracing::subscriber::set_global_default(
            builder
                .event_format(format)
                .fmt_fields(tracing_subscriber::fmt::format::JsonFields::new())
                .finish()
                .with(log.recent().clone()),
        )
    } else {
        tracing::subscriber::set_global_default(builder.with_target(false).finish().with(log.recent().clone()))
    };
    Ok(log)
}

/// Parse's levels in `tracing`'s.
fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Silent => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Verbose | LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Silly => LevelFilter::TRACE,
    }
}
