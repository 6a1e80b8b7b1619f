//! The table of options against Parse Server 9.10's (`lib/Options/Definitions.js`, one option a line in `options.tsv`: group,
//! name, environment variable, default).

use parsimony::config::table::{self, Opt, Table};
use serde_json::Value;

/// Defaults that are not Parse Server's; each has its row in `COMPAT.md`, or says the same in other words.
const OTHER_DEFAULTS: [(&str, &str); 9] = [
    ("-", "databaseURI"),
    ("databaseOptions", "disableIndexFieldValidation"),
    ("requestComplexity", "batchRequestLimit"),
    ("requestComplexity", "graphQLDepth"),
    ("requestComplexity", "graphQLFields"),
    ("requestComplexity", "includeCount"),
    ("requestComplexity", "includeDepth"),
    ("requestComplexity", "queryDepth"),
    ("requestComplexity", "subqueryDepth"),
];

fn group(name: &str) -> Option<&'static Table> {
    let mut names = name.split('.');
    let mut table = table::named(names.next()?)?.group()?;
    for inner in names {
        table = table.get(inner)?.group()?;
    }
    Some(table)
}

fn option(group_name: &str, name: &str) -> Option<&'static Opt> {
    if group_name == "-" { table::named(name) } else { group(group_name)?.get(name) }
}

#[test]
fn every_option_of_parse_server_is_known_by_its_names_and_default() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in include_str!("options.tsv").lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let [group, name, env, default] = cells[..] else { panic!("{line}") };
        seen += 1;
        let Some(own) = option(group, name) else {
            wrong.push(format!("{group} {name} is missing"));
            continue;
        };
        if own.env != env {
            wrong.push(format!("{group} {name}: the variable is {env}, not {}", own.env));
        }
        let default = (!default.is_empty()).then(|| serde_json::from_str::<Value>(default).unwrap());
        let differs = own.default_value() != default;
        if differs != OTHER_DEFAULTS.contains(&(group, name)) {
            wrong.push(format!("{group} {name}: the default is {default:?}, ours is {:?}", own.default_value()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 250, "{seen}");
}
