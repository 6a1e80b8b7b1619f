//! The arguments of the commands that move whole databases.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::super::args::{Source, flags, path, source};

/// A command that moves databases, or looks at them.
#[derive(Debug)]
pub(crate) struct Moving {
    pub(super) task: Task,
    pub(super) batch: u32,
    pub(super) rate: Option<u32>,
    pub(super) is_json: bool,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Task {
    /// `stray` is a folder that stands beside what is to be taken instead of one.
    Import {
        from: Kept,
        to: Place,
        is_dry: bool,
        stray: Option<PathBuf>,
    },
    Export {
        to: PathBuf,
        from: Place,
        part: Part,
    },
    Copy {
        from: Place,
        to: Place,
        is_dry: bool,
    },
    Verify {
        one: Place,
        other: Place,
    },
    Doctor {
        of: Place,
    },
}

/// Files with rows.
#[derive(Debug)]
pub(super) enum Kept {
    /// A folder of `.json` files.
    Export(PathBuf),
    /// What `mongodump` wrote, and the prefix of its collections.
    Dump { path: PathBuf, prefix: String },
    /// A table of one class.
    Csv { path: PathBuf, class: String },
}

/// What is exported.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// One class; everything without it.
    pub(super) class: Option<String>,
    /// Those of its rows that match.
    pub(super) clause: Option<String>,
    pub(super) is_csv: bool,
}

/// A database: named by a URI, or else that of a configuration.
#[derive(Debug)]
pub(super) enum Place {
    Uri { uri: String, prefix: Option<String> },
    Config(Source),
}

/// The names of the commands.
pub(crate) const NAMES: [&str; 5] = ["import", "export", "copy", "verify", "doctor"];

/// The commands.
pub(crate) fn commands() -> [clap::Command; 5] {
    let folder = |help: &'static str| {
        Arg::new("folder").value_name("DIR").required(true).help(help).value_parser(ValueParser::path_buf())
    };
    let file = |name: &'static str, shown: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(shown).help(help).value_parser(ValueParser::path_buf())
    };
    let class = |help: &'static str| Arg::new("class").long("class").value_name("CLASS").help(help);
    let import = clap::Command::new("import")
        .about("Bring an export of Parse.com, of the dashboard, or of `parsimony export` into a database")
        .arg(
            folder("Folder with a .json file a class")
                .required(false)
                .required_unless_present_any(["mongodump", "csv"]),
        )
        .arg(
            file("mongodump", "PATH", "Take what mongodump wrote, a folder or an archive, instead")
                .conflicts_with("csv"),
        )
        .arg(
            Arg::new("dump-prefix")
                .long("dump-prefix")
                .value_name("PREFIX")
                .requires("mongodump")
                .help("Its collectionPrefix"),
        )
        .arg(file("csv", "FILE", "Take a table of comma-separated values instead").requires("class"))
        .arg(class("The class of its rows").requires("csv"))
        .args(place("to", false))
        .arg(dry());
    let export = clap::Command::new("export")
        .about("Write a database as a folder of .json files, one a class, in Parse.com's form")
        .arg(folder("Folder to write"))
        .args(place("from", false))
        .arg(class("This class alone"))
        .arg(Arg::new("where").long("where").value_name("JSON").requires("class").help("Those of its rows that match"))
        .arg(
            Arg::new("csv").long("csv").action(ArgAction::SetTrue).requires("class").help("As comma-separated values"),
        );
    let copy = clap::Command::new("copy")
        .about("Copy a database into another, of any two kinds")
        .args(place("from", true))
        .args(place("to", true))
        .arg(dry());
    let verify = clap::Command::new("verify")
        .about("See whether two databases are equal: classes, rows, relations")
        .arg(uri("one", "URI_A").required(true))
        .arg(uri("other", "URI_B").required(true))
        .args([prefix("one"), prefix("other")]);
    let doctor = clap::Command::new("doctor")
        .about("Look at a database, change nothing, and say what is wrong with it, what that means, and what mends it")
        .arg(uri("database", "URI").help("sqlite:FILE or mongodb://HOST/DATABASE; without it the configuration's"))
        .arg(prefix("database"));
    // With these there is no folder, and what stands in its place is the configuration.
    let import = config(import).mut_arg("config", |config| config.conflicts_with_all(["mongodump", "csv"]));
    [import, config(export), copy.args(common()), verify.args(common()), config(doctor)]
}

/// Reads the arguments of a command.
pub(crate) fn read(name: &str, matches: &ArgMatches) -> Moving {
    let folder = || path(matches, "folder").unwrap_or_default();
    let is_dry = || matches.get_flag("dry-run");
    let task = match name {
        "import" => {
            let (from, mut to) = (kept(matches), placed(matches, "to"));
            let mut stray = path(matches, "folder").filter(|_| !matches!(from, Kept::Export(_)));
            if let Place::Config(source) = &mut to
                && source.file.is_none()
            {
                source.file = stray.take();
            }
            Task::Import { from, to, is_dry: is_dry(), stray }
        }
        "export" => {
            let text = |name: &str| matches.get_one::<String>(name).cloned();
            let part = Part { class: text("class"), clause: text("where"), is_csv: matches.get_flag("csv") };
            Task::Export { to: folder(), from: placed(matches, "from"), part }
        }
        "copy" => Task::Copy { from: placed(matches, "from"), to: placed(matches, "to"), is_dry: is_dry() },
        "doctor" => Task::Doctor { of: looked_at(matches) },
        _ => Task::Verify { one: placed(matches, "one"), other: placed(matches, "other") },
    };
    Moving {
        task,
        batch: matches.get_one("batch").copied().unwrap_or(500),
        rate: matches.get_one("rate").copied(),
        is_json: matches.get_flag("json"),
    }
}

fn kept(matches: &ArgMatches) -> Kept {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    match (path(matches, "mongodump"), path(matches, "csv")) {
        (Some(path), _) => Kept::Dump { path, prefix: text("dump-prefix") },
        (None, Some(path)) => Kept::Csv { path, class: text("class") },
        (None, None) => Kept::Export(path(matches, "folder").unwrap_or_default()),
    }
}

fn placed(matches: &ArgMatches, name: &str) -> Place {
    match matches.get_one::<String>(name) {
        Some(uri) => Place::Uri { uri: uri.clone(), prefix: matches.get_one(prefix_name(name)).cloned() },
        None => {
            let Source { file, flags } = source(matches);
            Place::Config(Source { file: file.or_else(|| path(matches, "named")), flags })
        }
    }
}

/// The database to look at: what is named first may be a configuration as well.
fn looked_at(matches: &ArgMatches) -> Place {
    match matches.get_one::<String>("database") {
        Some(file) if !file.contains("://") && !file.starts_with("sqlite:") && path(matches, "config").is_none() => {
            Place::Config(Source { file: Some(file.into()), ..source(matches) })
        }
        _ => placed(matches, "database"),
    }
}

fn uri(name: &'static str, shown: &'static str) -> Arg {
    // A variable of a script that is not set must not mean another database.
    let uri = Arg::new(name).value_name(shown).value_parser(NonEmptyStringValueParser::new());
    uri.help("sqlite:FILE or mongodb://HOST/DATABASE")
}

/// The flag for the prefix of a database that another flag or argument names.
fn prefix_name(name: &str) -> &'static str {
    match name {
        "from" => "from-prefix",
        "to" => "to-prefix",
        "one" => "a-prefix",
        "database" => "prefix",
        _ => "b-prefix",
    }
}

fn prefix(name: &'static str) -> Arg {
    let flag = prefix_name(name);
    Arg::new(flag).long(flag).value_name("PREFIX").requires(name).help("Its collectionPrefix (MongoDB)")
}

fn place(name: &'static str, is_required: bool) -> [Arg; 2] {
    let given = uri(name, "URI").long(name).required(is_required);
    let given = if is_required {
        given
    } else {
        given.help("sqlite:FILE or mongodb://HOST/DATABASE; without it the configuration's")
    };
    [given, prefix(name)]
}

fn dry() -> Arg {
    Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Say what will not fit, and write nothing")
}

fn common() -> [Arg; 3] {
    [
        Arg::new("batch")
            .long("batch")
            .value_name("ROWS")
            .value_parser(value_parser!(u32).range(1..=10_000))
            .help("Rows at a time [default: 500]"),
        Arg::new("rate")
            .long("rate")
            .value_name("ROWS")
            .value_parser(value_parser!(u32).range(1..))
            .help("At most so many rows a second, for a database that others use"),
        Arg::new("json").long("json").action(ArgAction::SetTrue).help("Tell everything as JSON, a line each"),
    ]
}

/// A command whose database may be that of a configuration.
fn config(command: clap::Command) -> clap::Command {
    let config = Arg::new("config").value_name("CONFIG").help("Configuration file (JSON)");
    let config = config.value_parser(ValueParser::path_buf());
    let named = config.clone().id("named").long("config").conflicts_with("config");
    command.args(common()).arg(config).arg(named).args(flags(true))
}
