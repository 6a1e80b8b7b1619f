//! The house holds: who may name whom in `src/`, read from the sources.
//!
//! `http, graphql, live -> rest -> auth, schema, cloud -> storage -> access -> model`; beside each other modules may name
//! one another as long as no circle comes of it. Modules' tests in the same file are free.

use fancy_regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by height; each may name those lower down, and its neighbours. A new module needs a place here.
const HEIGHTS: [&[&str]; 9] = [
    &["error"],
    &["model"],
    &["access", "matching", "config", "telemetry"],
    &["storage", "files", "push", "mail", "cache", "outgoing"],
    &["auth", "schema", "cloud"],
    &["rest", "moving"],
    &["http", "graphql", "live", "jobs"],
    &["app"],
    &["server", "cli", "main", "lib"],
];
/// Modules that may name fewer than their height allows.
const STRICT: [(&str, &[&str]); 4] =
    [("error", &[]), ("model", &["error"]), ("access", &["model", "error"]), ("matching", &["model", "error"])];
/// Crates that stay behind a seam, with the modules that may name them.
const SEAMS: [(&str, &[&str]); 3] =
    [("axum", &["http", "live", "server", "cli", "main"]), ("rusqlite", &["storage"]), ("mongodb", &["storage"])];
/// What a concrete back end is called below `storage`.
const BACK_ENDS: [&str; 3] = ["sqlite", "mongo", "postgres"];

#[test]
fn no_arrow_points_the_wrong_way() {
    let wrong = wrong_arrows(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One line for each name that stands where it may not.
fn wrong_arrows(src: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources(src) {
        let inside = file.strip_prefix(src).unwrap();
        let path: Vec<String> =
            inside.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let module = path[0].clone();
        let code = code_of(&fs::read_to_string(&file).unwrap());
        let place = inside.display();
        if height(&module).is_none() {
            wrong.push(format!("{place}: `{module}` has no place in the table of arrows"));
            continue;
        }
        for named in modules_named(&code, &path) {
            if named != module && !may_name(&module, &named) {
                wrong.push(format!("{place}: `{module}` names `{named}`"));
            } else if named != module {
                graph.entry(module.clone()).or_default().insert(named);
            }
        }
        for (krate, _) in
            SEAMS.iter().filter(|(krate, users)| names_crate(&code, krate) && !users.contains(&module.as_str()))
        {
            wrong.push(format!("{place}: `{module}` names the crate {krate}"));
        }
        if module != "storage" && module != "app" {
            wrong.extend(back_ends(&code).map(|name| format!("{place}: `{module}` names the back end {name}")));
        }
    }
    wrong.extend(circles(&graph));
    wrong
}

fn may_name(module: &str, named: &str) -> bool {
    match STRICT.iter().find(|(own, _)| *own == module) {
        Some((_, allowed)) => allowed.contains(&named),
        None => height(named).is_none_or(|below| height(module).is_some_and(|own| below <= own)),
    }
}

fn height(module: &str) -> Option<usize> {
    HEIGHTS.iter().position(|modules| modules.contains(&module))
}

/// The top modules that `code` names by `crate::`, `parsimony::` or a chain of `super::`.
fn modules_named(code: &str, path: &[String]) -> BTreeSet<String> {
    let mut paths: Vec<(usize, String)> = Vec::new();
    let root = Regex::new(r"(?<!in )\b(?:crate|parsimony)::(\w+|\{)").unwrap();
    paths.extend(
        root.captures_iter(code).map(|found| found.unwrap()).map(|f| (f.get(1).unwrap().end(), f[1].to_owned())),
    );
    let depth = if path.last().is_some_and(|last| last == "mod") { path.len() - 1 } else { path.len() };
    let chain = Regex::new(r"\b((?:super::)+)(\w+|\{)").unwrap();
    for found in chain.captures_iter(code).map(Result::unwrap).filter(|f| f[1].matches("super").count() >= depth) {
        paths.push((found.get(2).unwrap().end(), found[2].to_owned()));
    }
    let mut named = BTreeSet::new();
    for (end, first) in paths {
        match first.as_str() {
            "{" => named.extend(heads_of_group(&code[end..])),
            _ => {
                named.insert(first);
            }
        }
    }
    named.into_iter().filter(|name| name.starts_with(char::is_lowercase)).collect()
}

/// The first names of each path in `a, b::{c, d}, e}…`.
fn heads_of_group(code: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = vec![String::new()];
    for letter in code.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(String::new()),
            _ if depth == 0 => heads.last_mut().unwrap().push(letter),
            _ => {}
        }
    }
    heads.iter().map(|head| head.trim().split("::").next().unwrap_or_default().to_owned()).collect()
}

fn names_crate(code: &str, krate: &str) -> bool {
    Regex::new(&format!(r"(?<!:)\b{krate}(?:::|;| as )")).unwrap().is_match(code).unwrap()
}

fn back_ends(code: &str) -> impl Iterator<Item = &'static str> {
    let named = |name: &&str| {
        let direct = Regex::new(&format!(r"\bstorage::(?:{name}\b|\{{[^;]*\b{name}\b)")).unwrap();
        direct.is_match(code).unwrap()
    };
    BACK_ENDS.into_iter().filter(named)
}

/// Circles among neighbours: each pair that reaches one another.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reach = |from: &str| {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut next = vec![from.to_owned()];
        while let Some(module) = next.pop() {
            next.extend(
                graph.get(&module).into_iter().flatten().filter(|named| seen.insert((*named).clone())).cloned(),
            );
        }
        seen
    };
    let free = HEIGHTS[HEIGHTS.len() - 1];
    let in_circle = graph.keys().filter(|module| !free.contains(&module.as_str()) && reach(module).contains(*module));
    in_circle.map(|module| format!("`{module}` names itself through others: {:?}", graph[module])).collect()
}

/// The source without comments, texts and its tests.
fn code_of(source: &str) -> String {
    let tests = Regex::new(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod \w+ \{").unwrap();
    let end = tests.find(source).unwrap().map_or(source.len(), |found| found.start());
    let noise = Regex::new(r#"(?m)//.*$|"(?:[^"\\\n]|\\.)*""#).unwrap();
    noise.replace_all(&source[..end], " ").into_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn wrong(files: &[(&str, &str)]) -> Vec<String> {
        let src = TempDir::new().unwrap();
        for (name, code) in files {
            let path = src.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, code).unwrap();
        }
        wrong_arrows(src.path())
    }

    #[test]
    fn right_arrows_pass() {
        let files = [
            ("lib.rs", "pub mod model;"),
            ("rest/create.rs", "use crate::storage::{Storage, Write};\nuse super::engine::Engine; // crate::http"),
            ("http/mod.rs", "use axum::Router;\nuse crate::{error::Error, rest::{create, find}};"),
            ("storage/sqlite/mod.rs", "use rusqlite::Connection;\nuse super::super::access::Read;"),
            ("app.rs", "use crate::storage::sqlite::Sqlite;"),
            ("model/mod.rs", "use crate::error::Error;\n#[cfg(test)]\nmod tests {\n    use crate::rest::x;\n}"),
            ("config/mod.rs", "const URI: &str = \"crate::http rusqlite:: storage::sqlite\";"),
            ("access/plan.rs", "pub(in crate::access) struct Read;"),
        ];
        assert_eq!(wrong(&files), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_wrong_arrow_is_seen() {
        for (name, code) in [
            ("storage/mod.rs", "use crate::rest::create;"),
            ("storage/mod.rs", "use crate::{\n    error::Error,\n    rest::{create, find},\n};"),
            ("storage/sqlite/rows.rs", "fn f(x: super::super::super::http::X) {}"),
            ("storage/mod.rs", "use super::http::X;"),
            ("access/mod.rs", "use crate::storage::Read;"),
            ("access/mod.rs", "use crate::config::Config;"),
            ("model/value.rs", "use crate::access::Read;"),
            ("rest/mod.rs", "use axum::Router;"),
            ("rest/mod.rs", "use rusqlite::Connection;"),
            ("rest/mod.rs", "use crate::storage::{Storage, sqlite::Sqlite};"),
            ("http/mod.rs", "fn f(x: crate::storage::sqlite::Sqlite) {}"),
            ("helpers/mod.rs", ""),
        ] {
            assert_eq!(wrong(&[(name, code)]).len(), 1, "{name}: {code}");
        }
    }

    #[test]
    fn a_circle_of_neighbours_is_seen() {
        let files = [("auth/mod.rs", "use crate::schema::Schemas;"), ("schema/mod.rs", "use crate::auth::Caller;")];
        assert_eq!(wrong(&files).len(), 2);
    }
}
