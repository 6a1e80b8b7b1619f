//! What is written from the table: `config/OPTIONS.md`, `config/example.json`, the lines of `--help`.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::legacy;
use super::table::driver::{self, Fate};
use super::table::{self, Kind, Opt, Others, Scope, Status, Table};

/// The line of `--help` for an option.
pub fn help(option: &Opt) -> String {
    let mut out = format!("{} [env: {}]", option.doc, option.env);
    if !option.default.is_empty() {
        let default = option.default;
        let _ = write!(out, " [default: {default}]");
    }
    match option.status {
        Status::Works => {}
        Status::NoEffect(_) => out.push_str(" (no effect)"),
        Status::OnMongo(_) | Status::Driver => out.push_str(" (on MongoDB)"),
        Status::NotYet(_) => out.push_str(" (not built yet)"),
    }
    out
}

/// The list of options for a terminal.
pub fn text() -> String {
    let mut out = String::new();
    for option in table::all() {
        let _ = writeln!(out, "--{}\n    {}", option.flag, help(option));
    }
    out
}

/// `config/OPTIONS.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Options\n\n\
         Written by `parsimony options --markdown` from the table in `src/config/table/`; do not edit.\n\n\
         Flags win over environment variables, these over the file, the file over the defaults. Values of groups are \
         set in the file, or as JSON in the flag or the variable of the group. An option that is not built yet stops \
         the start, unless it is off or `--ignore-unsupported` names it.\n",
    );
    section(&mut out, "Parse Server's options", "--", table::all().filter(|option| option.scope != Scope::Own));
    section(&mut out, "Parsimony's own options", "--", table::all().filter(|option| option.scope == Scope::Own));
    for table in groups() {
        section(&mut out, table.name, "", table.options.iter());
        out.push_str(match table.others {
            Others::Refused => "",
            Others::Driver => {
                "\nAny other key is a setting of the MongoDB driver, see below: Settings of the MongoDB driver.\n"
            }
            Others::Provider => {
                "\nAny other key is a provider of your own: `oauth2: true` with `tokenIntrospectionEndpointUrl`, \
                 `useridField`, `appidField`, `appIds`, `authorizationHeader`.\n"
            }
        });
    }
    settings_of_driver(&mut out);
    history(&mut out);
    out
}

fn section<'a>(out: &mut String, title: &str, dashes: &str, options: impl Iterator<Item = &'a Opt>) {
    let env = if dashes.is_empty() { "" } else { " Variable |" };
    let rule = if dashes.is_empty() { "" } else { "---|" };
    let _ = write!(
        out,
        "\n## {title}\n\n| Option |{env} Type | Default | What for | Here |\n|---|{rule}---|---|---|---|\n"
    );
    for option in options {
        let name = match option.scope {
            Scope::Own => format!("{} (`--{}`)", option.name, option.flag),
            _ => option.name.to_owned(),
        };
        let env = if dashes.is_empty() { String::new() } else { format!(" {} |", option.env) };
        let default = if option.default.is_empty() { String::new() } else { format!("`{}`", cell(option.default)) };
        let here = match option.status {
            Status::Works => "works".to_owned(),
            Status::NoEffect(reason) => format!("no effect: {reason}"),
            Status::OnMongo(reason) => format!("works on MongoDB; on SQLite no effect: {reason}"),
            Status::Driver => here_on_mongo(option.name),
            Status::NotYet(area) => format!("not built yet: {area}"),
        };
        let _ = writeln!(out, "| {name} |{env} {} | {default} | {} | {here} |", kind(option.kind), cell(option.doc));
    }
}

fn here_on_mongo(name: &str) -> String {
    match driver::setting(name).map(|setting| setting.fate) {
        Some(Fate::Works) => "works on MongoDB".to_owned(),
        Some(Fate::NoEffect(reason)) => format!("no effect: {reason}"),
        Some(Fate::Refused(reason)) => format!("stops the start on MongoDB: {reason}"),
        None => String::new(),
    }
}

/// Settings of Node's MongoDB driver, those of `databaseOptions` included.
fn settings_of_driver(out: &mut String) {
    out.push_str(
        "\n## Settings of the MongoDB driver\n\n\
         In `databaseOptions` or in the URI (which counts where the options say nothing); their names in any case. One that is \
         not here is warned of. On SQLite none has an effect.\n\n| Setting | Here |\n|---|---|\n",
    );
    for setting in driver::SETTINGS {
        let _ = writeln!(out, "| {} | {} |", setting.name, cell(&here_on_mongo(setting.name)));
    }
}

fn history(out: &mut String) {
    out.push_str("\n## Coming from an older Parse Server\n\nNames that are gone:\n\n| Name | Until | What to do |\n|---|---|---|\n");
    for gone in legacy::GONE {
        let names: Vec<&str> = [gone.name, gone.env].into_iter().filter(|name| !name.is_empty()).collect();
        let _ = writeln!(out, "| {} | {} | {} |", names.join(", "), gone.until, cell(gone.advice));
    }
    out.push_str("\nDefaults that changed:\n\n| Option | Since | What changed |\n|---|---|---|\n");
    for changed in legacy::CHANGED {
        let _ = writeln!(out, "| {} | {} | {} |", cell(changed.name), changed.since, cell(changed.advice));
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".into(),
        Kind::Bool => "boolean".into(),
        Kind::Int => "number".into(),
        Kind::IntOrBool => "number or boolean".into(),
        Kind::IntOrText => "number or text".into(),
        Kind::List => "list".into(),
        Kind::Json => "JSON".into(),
        Kind::JsonOrText => "JSON or text".into(),
        Kind::Group(table) => format!("group {}", table.name),
        Kind::Groups(table) => format!("list of {}", table.name),
    }
}

/// Every group, those inside others after them.
fn groups() -> Vec<&'static Table> {
    let mut out: Vec<&'static Table> = table::all().filter_map(Opt::group).collect();
    let mut next = 0;
    while next < out.len() {
        out.extend(out[next].options.iter().filter_map(Opt::group));
        next += 1;
    }
    out
}

/// `config/example.json`: every option that works and has a default, with its default.
pub fn example() -> String {
    let mut out = Map::new();
    for (name, value) in [("appId", "myAppId"), ("masterKey", "a long secret of your own"), ("appName", "My App")] {
        out.insert(name.to_owned(), value.into());
    }
    out.extend(defaults(table::all()));
    // Lock-out is on if it is there at all, and how long it lasts has no default.
    out.shift_remove("accountLockout");
    let mut text = serde_json::to_string_pretty(&Value::Object(out)).unwrap_or_default();
    text.push('\n');
    text
}

fn defaults(options: impl Iterator<Item = &'static Opt>) -> Map<String, Value> {
    let works = options.filter(|option| option.status == Status::Works);
    works.filter_map(|option| Some((option.name.to_owned(), default(option)?))).collect()
}

fn default(option: &Opt) -> Option<Value> {
    match option.kind {
        Kind::Group(table) => {
            let inner = defaults(table.options.iter());
            (!inner.is_empty()).then_some(Value::Object(inner))
        }
        _ => option.default_value().filter(|value| !value.is_null()),
    }
}

#[cfg(test)]
mod tests {
    use super::{example, help, markdown};
    use crate::config::table::named;

    /// The files in the tree are what the table says. To write them anew:
    /// `parsimony options --markdown > config/OPTIONS.md; parsimony options --example > config/example.json`.
    #[test]
    fn files_are_current() {
        for (file, now) in [("OPTIONS.md", markdown()), ("example.json", example())] {
            let path = format!("{}/config/{file}", env!("CARGO_MANIFEST_DIR"));
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(kept == now, "{path} is out of date: see the comment of this test");
        }
    }

    #[test]
    fn help_names_variable_default_and_status() {
        assert_eq!(help(named("port").unwrap()), "listen port, 0 lets the system choose [env: PORT] [default: 1337]");
        assert!(help(named("cloud").unwrap()).ends_with("(not built yet)"));
        assert!(help(named("cluster").unwrap()).ends_with("(no effect)"));
    }
}
