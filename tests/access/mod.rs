//! The table route × credential, `table.txt`: who is answered what, on every route and for every class, over HTTP.

mod requests;
mod stage;
mod table;

use crate::support::{Answer, Subject};
use parsimony::http::pages::LINKS;
use parsimony::http::router::{Handler, ROUTES, Route};
use parsimony::model::names::SYSTEM_CLASSES;
use requests::Request;
use serde_json::{Value, json};
use stage::{Credential, OPTIONS, Stage};
use std::collections::BTreeSet;
use table::{Cell, Row};

/// Set: the table is filled from the server at `TEST_URL` rather than asserted.
const RUNNING: &str = "TEST_URL";
/// What is done to each class, and the classes beyond Parse's own.
const VERBS: [&str; 5] = ["find", "get", "create", "update", "delete"];
const OTHERS: [&str; 5] = ["Post", "Closed", "Unknown", "_Join:users:_Role", "_SCHEMA"];
/// Where pages are, which take no key: what they are asked is asked by headers alone.
const PAGES: &str = "/apps";
/// How many threads ask.
const THREADS: usize = 4;

/// What must have a row, in the order of the table.
fn wanted() -> Vec<String> {
    let routes = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path));
    let links = LINKS.iter().map(|link| {
        let app = link.action.map_or("", |_| "/:appId");
        format!("{} {PAGES}{app}/{}", link.method, link.name)
    });
    let classes = OTHERS.iter().chain(&SYSTEM_CLASSES);
    let classes = classes.flat_map(|class| VERBS.map(|verb| format!("{verb} {class}")));
    routes.chain(links).chain([format!("GET {PAGES}/*path")]).chain(classes).collect()
}

#[test]
fn every_route_and_every_class_has_its_row() {
    let rows = table::read().1;
    let names: BTreeSet<String> = rows.iter().map(|row| row.what.clone()).collect();
    assert_eq!(names.len(), rows.len(), "a row stands twice");
    let wanted: BTreeSet<String> = wanted().into_iter().collect();
    let missing: Vec<_> = wanted.difference(&names).collect();
    let stale: Vec<_> = names.difference(&wanted).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row: {missing:#?}\nno such route: {stale:#?}");
    for row in rows {
        assert_eq!(row.cells.len(), Credential::ALL.len(), "cells of {}", row.what);
    }
}

#[test]
fn every_cell_is_answered_as_the_table_says() {
    let subject = Subject::start(serde_json::from_str(OPTIONS).expect("options"));
    let _code = Stage::prepare(&subject);
    if std::env::var(RUNNING).is_ok() {
        return record(&subject);
    }
    let differences = differences(&subject, &table::read().1);
    subject.assert_well();
    assert!(differences.is_empty(), "{} cells\n{}", differences.len(), differences.join("\n"));
}

/// The cells that are answered otherwise. Several threads ask, each for classes of its own, for the database waits for the disk.
fn differences(subject: &Subject, rows: &[Row]) -> Vec<String> {
    let area = |row: &Row| row.what.split(' ').nth(1).map(str::to_owned);
    let areas: BTreeSet<_> = rows.iter().map(area).collect();
    let asked = |thread: usize| {
        let mine: BTreeSet<_> = areas.iter().skip(thread).step_by(THREADS).collect();
        rows.iter().filter(|row| mine.contains(&area(row))).flat_map(|row| compare(subject, row)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || asked(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a thread that asks")).collect()
    })
}

/// Fills the table.
fn record(subject: &Subject) {
    let (head, rows) = table::read();
    let old =
        |what: &str, at: usize| rows.iter().find(|row| row.what == what).and_then(|row| row.cells.get(at).cloned());
    let row = |what: String| {
        let mut cast = Cast::new(subject, &what);
        let cells = Credential::ALL.iter().enumerate().map(|(at, who)| {
            let theirs = cast.answer(&what, *who, Way::Headers).unwrap_or_default();
            old(&what, at).unwrap_or(Cell { ours: String::new(), theirs: None }).recorded(theirs)
        });
        Row { cells: cells.collect(), what }
    };
    table::write(&head, &wanted().into_iter().map(row).collect::<Vec<_>>());
}

/// What of a row is answered otherwise.
fn compare(subject: &Subject, row: &Row) -> Vec<String> {
    let mut cast = Cast::new(subject, &row.what);
    let route = ROUTES.iter().find(|route| format!("{} {}", route.method, route.path) == row.what);
    let outside = route.is_some_and(|route| !route.in_batch || route.handler == Handler::Batch);
    let ways = match row.what.contains(PAGES) {
        true => &Way::ALL[..1],
        false if outside => &Way::ALL[..2],
        false => &Way::ALL,
    };
    let mut differences = Vec::new();
    for (who, cell) in Credential::ALL.iter().zip(&row.cells) {
        for way in ways {
            match cast.answer(&row.what, *who, *way) {
                Some(got) if !holds(route, &way.told(&cell.ours), &got) => {
                    differences.push(format!("{} {} {way:?}: {got}, not {}", row.what, who.name(), cell.ours));
                }
                _ => {}
            }
        }
    }
    differences
}

/// A request as part of a batch, whose parameters stand in its body.
fn in_batch(request: &Request) -> Value {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut body = request.body.clone().unwrap_or_else(|| json!({}));
    for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        body[key] = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
    }
    json!({"method": request.method, "path": format!("/parse{path}"), "body": body})
}

/// Is an answer what a cell says? What is not built yet says so to those whom it would let in, and refuses the others; files
/// and pages ask for no key, and know better than the page of routes who may.
fn holds(route: Option<&Route>, wanted: &str, got: &str) -> bool {
    match route.filter(|route| route.handler == Handler::Unbuilt) {
        None => wanted == got,
        Some(route) if !route.in_batch => got == "400:108" || got == "403",
        Some(_) => got == if wanted == "403" { "403" } else { "400:108" },
    }
}

/// The ways that a request can take; each must lead to the same answer.
#[derive(Clone, Copy, Debug)]
enum Way {
    Headers,
    Sdk,
    Batch,
}

impl Way {
    const ALL: [Way; 3] = [Way::Headers, Way::Sdk, Way::Batch];

    /// A cell as far as it can be told.
    fn told(self, cell: &str) -> String {
        if matches!(self, Way::Batch) { cell.replace("201", "200") } else { cell.to_owned() }
    }
}

/// The stage of a row: one for all its requests, or one for each.
struct Cast<'a> {
    subject: &'a Subject,
    stage: Stage,
    spends: bool,
}

impl<'a> Cast<'a> {
    fn new(subject: &'a Subject, what: &str) -> Self {
        Cast { subject, stage: Stage::set(subject), spends: requests::spends_users(what) }
    }

    /// The cell that a request makes.
    fn answer(&mut self, what: &str, who: Credential, way: Way) -> Option<String> {
        if self.spends {
            self.stage = Stage::set(self.subject);
        }
        let request = requests::of_row(&self.stage, what);
        let body = request.body.clone().unwrap_or_else(|| json!({}));
        let answer = match way {
            Way::Headers => self.stage.send(who, &request.method, &request.path, request.body.as_ref()),
            Way::Sdk => self.stage.send_as_sdk(who, &request.method, &request.path, &body)?,
            Way::Batch => {
                let requests = json!({"requests": [in_batch(&request)]});
                return Some(of_batch(&self.stage.send(who, "POST", "/batch", Some(&requests)), &request));
            }
        };
        self.keeps_secrets(&answer, who, what);
        Some(cell(answer.status, serde_json::from_slice(&answer.body).ok().as_ref(), &answer.text(), &request))
    }

    /// No answer may hold the token of somebody else.
    fn keeps_secrets(&self, answer: &Answer, who: Credential, what: &str) {
        let text = answer.text();
        assert!(!text.contains("\"$2"), "a hash in the answer to {what} for {}: {text}", who.name());
        for ((_, token), owner) in
            self.stage.users.iter().zip([Credential::User, Credential::Other, Credential::Member])
        {
            let sessions = what.contains("ession") && (who == Credential::Master || who == Credential::ReadOnly);
            let leaks = who != owner && !sessions && text.contains(token);
            assert!(!leaks, "a token in the answer to {what} for {}: {text}", who.name());
        }
    }
}

fn cell(status: u16, body: Option<&Value>, text: &str, request: &Request) -> String {
    let code = body.and_then(|body| body["code"].as_i64()).filter(|_| status >= 400);
    let code = code.map(|code| format!(":{code}")).unwrap_or_default();
    let holds = status < 300 && request.target.as_ref().is_some_and(|target| text.contains(&format!("\"{target}\"")));
    format!("{status}{code}{}", if holds { "+" } else { "" })
}

/// The cell of the one request in a batch. A batch tells no status: it follows from the code, and success is 200.
fn of_batch(answer: &Answer, request: &Request) -> String {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let Some(inner) = body.as_ref().and_then(|body| body.get(0)) else {
        return cell(answer.status, body.as_ref(), &answer.text(), request);
    };
    let (status, inner) = match inner.get("error") {
        Some(error) if error["code"] == 101 => (404, error),
        Some(error) if error["code"] == 1 => (500, error),
        Some(error) if error["code"].is_null() => (403, error),
        Some(error) => (400, error),
        None => (200, &inner["success"]),
    };
    cell(status, Some(inner), &inner.to_string(), request)
}
