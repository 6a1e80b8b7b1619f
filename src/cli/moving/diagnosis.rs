//! What the doctor found, for people and for machines.

use super::STOPPED;
use super::screen::{say, tell};
use super::table::grouped;
use crate::model::{Map, Value};
use crate::moving::Report;
use crate::moving::doctor::{Example, Finding, Findings, Severity};

/// Shows what was found; the status to exit with.
pub(super) fn shown(report: &mut Report, found: Option<Findings>, is_json: bool) -> u8 {
    let Some(found) = found else {
        eprintln!("stopped");
        return STOPPED;
    };
    let [problems, advice] = [Severity::Problem, Severity::Advice].map(|severity| found.count(severity));
    let status = u8::from(problems > 0);
    let took = report.began.elapsed().as_secs_f64();
    if is_json {
        let number = |n: u64| Value::Number(n as f64);
        found.sorted().into_iter().for_each(|finding| tell("finding", of_finding(finding)));
        let more = [
            ("status", number(u64::from(status))),
            ("rows", number(found.rows)),
            ("problems", number(problems)),
            ("advice", number(advice)),
            ("seconds", Value::Number((took * 1000.0).round() / 1000.0)),
        ];
        tell("done", Map::from(more));
        return status;
    }
    report.watcher().phase("");
    let mut kind = "";
    for finding in found.sorted() {
        if kind != finding.kind.name {
            kind = finding.kind.name;
            say(&format!("{}: {kind}: {}", severity(finding), finding.kind.means));
        }
        say(&format!("  {}", line(finding)));
        say(&format!("    {}", finding.mend));
    }
    if problems + advice > 0 {
        say("$SERVER_URL, $APP_ID and $MASTER_KEY are those of the server, $DATABASE_URI that of the database.");
    }
    let rows = grouped(found.rows);
    let told = match (problems, advice) {
        (0, 0) => "nothing is wrong".to_owned(),
        (0, advice) => format!("nothing is wrong, {} may be better", grouped(advice)),
        (problems, advice) => format!("{} problems, {} may be better", grouped(problems), grouped(advice)),
    };
    say(&format!("{rows} rows and entries in {took:.1} s: {told}"));
    status
}

fn severity(finding: &Finding) -> &'static str {
    match finding.kind.severity {
        Severity::Problem => "problem",
        Severity::Advice => "advice",
    }
}

/// `Post.score: 3: a1 (String in place of Number), …`
fn line(finding: &Finding) -> String {
    let column = finding.column.as_ref().map_or(String::new(), |column| format!(".{column}"));
    let one = |example: &Example| match (&example.id, example.what.as_str()) {
        (Some(id), "") => id.clone(),
        (Some(id), what) => format!("{id} ({what})"),
        (None, what) => what.to_owned(),
    };
    let mut named: Vec<String> = finding.first.iter().map(one).filter(|text| !text.is_empty()).collect();
    let count = match &*named {
        [] => grouped(finding.count),
        _ => format!("{}: ", grouped(finding.count)),
    };
    if !named.is_empty() && finding.count > finding.first.len() as u64 {
        named.push("…".to_owned());
    }
    format!("{}{column}: {count}{}", finding.class, named.join(", "))
}

fn of_finding(finding: &Finding) -> Map {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let example = |example: &Example| {
        Value::Object(Map::from([("objectId", text(&example.id)), ("what", Value::from(example.what.as_str()))]))
    };
    Map::from([
        ("kind", Value::from(finding.kind.name)),
        ("severity", Value::from(severity(finding))),
        ("class", Value::from(finding.class.as_str())),
        ("column", text(&finding.column)),
        ("count", Value::Number(finding.count as f64)),
        ("first", Value::Array(finding.first.iter().map(example).collect())),
        ("means", Value::from(finding.kind.means)),
        ("mend", Value::from(finding.mend.as_str())),
    ])
}
