//! Arguments: what was asked for, and which options were set. The flags come from the table of options.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};

use super::moving;
use crate::config::table::{self, Kind, Opt, Scope};
use crate::config::{ConfigError, docs, unknown_flag};

/// What was asked for.
#[derive(Debug)]
pub(super) enum Command {
    Serve(Source),
    Check(Source),
    Backup(PathBuf, Source),
    /// The address of a test mail.
    MailTest(String, Source),
    Options(Form),
    Moving(moving::Moving),
}

/// Where the configuration comes from, the environment aside.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) file: Option<PathBuf>,
    /// Option name and text.
    pub(super) flags: Vec<(String, String)>,
}

/// Form of the list of options.
#[derive(Debug)]
pub(super) enum Form {
    Text,
    Markdown,
    Example,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub(super) enum Stop {
    /// Help or version: to stdout.
    Show(String),
    /// A wrong argument.
    Refuse(ConfigError),
}

/// Reads the arguments, the program's name first.
pub(super) fn parse(args: Vec<OsString>) -> Result<Command, Stop> {
    let matches = command().try_get_matches_from(plain_flags(args)).map_err(stop)?;
    Ok(match matches.subcommand() {
        Some(("check-config", inner)) => Command::Check(source(inner)),
        Some(("backup", inner)) => Command::Backup(path(inner, "destination").unwrap_or_default(), source(inner)),
        Some(("mail", inner)) => mail(inner),
        Some((name, inner)) if moving::NAMES.contains(&name) => Command::Moving(moving::read(name, inner)),
        Some(("options", inner)) if inner.get_flag("markdown") => Command::Options(Form::Markdown),
        Some(("options", inner)) if inner.get_flag("example") => Command::Options(Form::Example),
        Some(("options", _)) => Command::Options(Form::Text),
        _ => Command::Serve(source(&matches)),
    })
}

fn command() -> clap::Command {
    let config = || {
        Arg::new("config").value_name("CONFIG").help("Configuration file (JSON)").value_parser(ValueParser::path_buf())
    };
    let check = clap::Command::new("check-config")
        .about("Check a configuration as a start would, and say what is wrong with it")
        .arg(config().required(true))
        .args(flags(true));
    let destination = Arg::new("destination").value_name("FILE").required(true).value_parser(ValueParser::path_buf());
    let backup = clap::Command::new("backup")
        .about("Copy the database into FILE, also while a server runs on it")
        .arg(destination.help("File to write"))
        .arg(config())
        .args(flags(true));
    let address = Arg::new("address").value_name("ADDRESS").required(true).help("Whom it goes to");
    let test = clap::Command::new("test")
        .about("Send one mail to ADDRESS by the app's emailAdapter, and say what came of it")
        .arg(address)
        .arg(config().conflicts_with("named"))
        .arg(config().id("named").long("config"))
        .args(flags(true));
    let mail = clap::Command::new("mail").about("Try the app's mails").subcommand_required(true).subcommand(test);
    let form = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let options = clap::Command::new("options")
        .about("List all options")
        .arg(form("markdown", "As config/OPTIONS.md").conflicts_with("example"))
        .arg(form("example", "As config/example.json"));
    clap::Command::new("parsimony")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A drop-in replacement for Parse Server. Without a command it serves.")
        .args_conflicts_with_subcommands(true)
        .arg(config())
        .args(flags(false))
        .subcommands([check, backup, mail, options])
        .subcommands(moving::commands())
}

/// A flag for each top-level option; `hidden` keeps the help of the other commands short.
pub(super) fn flags(hidden: bool) -> impl Iterator<Item = Arg> {
    table::all().map(move |option| {
        let arg = Arg::new(option.name)
            .long(option.flag)
            .value_name("VALUE")
            .help(docs::help(option))
            .help_heading(if option.scope == Scope::Own { "Parsimony's own options" } else { "Parse Server's options" })
            .hide(hidden)
            .action(ArgAction::Append)
            .allow_hyphen_values(true);
        let arg = if option.scope == Scope::Own { arg.alias(option.name) } else { arg };
        if takes_no_value(option) { arg.num_args(0..=1).default_missing_value("true") } else { arg }
    })
}

fn mail(matches: &ArgMatches) -> Command {
    let Some(("test", inner)) = matches.subcommand() else { return Command::Options(Form::Text) };
    let address = inner.get_one::<String>("address").cloned().unwrap_or_default();
    let Source { file, flags } = source(inner);
    Command::MailTest(address, Source { file: file.or_else(|| path(inner, "named")), flags })
}

fn takes_no_value(option: &Opt) -> bool {
    matches!(option.kind, Kind::Bool | Kind::IntOrBool)
}

/// `--verbose config.json` means `--verbose=true config.json`: what follows a switch is its value only if it can be.
fn plain_flags(args: Vec<OsString>) -> Vec<OsString> {
    let switch = |arg: &str| {
        let name = arg.strip_prefix("--")?;
        table::all().find(|option| option.flag == name || option.name == name).filter(|option| takes_no_value(option))
    };
    let mut out = Vec::with_capacity(args.len());
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        let next = args.peek().and_then(|next| next.to_str()).unwrap_or_default();
        let value = matches!(next, "true" | "false") || next.parse::<i64>().is_ok();
        match arg.to_str().and_then(switch) {
            Some(_) if !value => out.push(OsString::from(format!("{}=true", arg.to_string_lossy()))),
            _ => out.push(arg),
        }
    }
    out
}

pub(super) fn source(matches: &ArgMatches) -> Source {
    let mut flags = Vec::new();
    for option in table::all() {
        let Some(mut texts) = matches.get_many::<String>(option.name) else { continue };
        // Of a flag given twice the last counts, as in Parse Server; lists that only we have add up.
        let text = match (option.scope, option.kind) {
            (Scope::Own, Kind::List) => Some(texts.cloned().collect::<Vec<_>>().join(",")),
            _ => texts.next_back().cloned(),
        };
        flags.extend(text.map(|text| (option.name.to_owned(), text)));
    }
    Source { file: path(matches, "config"), flags }
}

pub(super) fn path(matches: &ArgMatches, name: &str) -> Option<PathBuf> {
    matches.get_one::<PathBuf>(name).cloned()
}

fn stop(error: clap::Error) -> Stop {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let invalid = named(ContextKind::InvalidArg);
    let reason = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Stop::Show(error.to_string()),
        ErrorKind::UnknownArgument => match invalid.strip_prefix("--") {
            Some(flag) => return Stop::Refuse(unknown_flag(flag)),
            None => format!("one argument too many: {invalid}"),
        },
        // A second file is taken for a command after the first.
        ErrorKind::ArgumentConflict => format!("one argument too many: {}", named(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("{invalid} is missing"),
        _ => error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    };
    Stop::Refuse(ConfigError::new(format!("{reason}; parsimony --help lists what there is")))
}
