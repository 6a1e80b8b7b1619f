//! What is shown at the end: a table of classes and a sentence, or JSON.

use super::STOPPED;
use super::screen::{say, tell};
use crate::model::{Map, Value};
use crate::moving::verify::Verdict;
use crate::moving::{End, Report};

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Transfer,
    Dry,
    Export,
}

/// Shows what was moved; the status to exit with.
pub(super) fn moved(report: &mut Report, end: End, kind: Kind, is_json: bool) -> u8 {
    let status = match end {
        End::Stopped => STOPPED,
        End::Done { .. } => u8::from(report.faults > 0),
    };
    let classes: Vec<_> = report.classes.iter().map(|(name, tally)| (name.clone(), *tally)).collect();
    let sum = |of: fn(&crate::moving::Tally) -> u64| classes.iter().map(|(_, tally)| of(tally)).sum::<u64>();
    let number = |n: u64| Value::Number(n as f64);
    let took = report.began.elapsed();
    if is_json {
        for (name, tally) in &classes {
            let more = [
                ("class", Value::from(name.as_str())),
                ("rows", number(tally.rows)),
                ("stored", number(tally.stored)),
                ("there", number(tally.there)),
                ("leftOut", number(tally.left_out)),
            ];
            tell("class", Map::from(more));
        }
        let equal = if let End::Done { equal } = end { equal } else { 0 };
        let more = [
            ("status", number(u64::from(status))),
            ("rows", number(sum(|tally| tally.rows))),
            ("stored", number(sum(|tally| tally.stored))),
            ("readBackEqual", number(equal)),
            ("faults", number(report.faults)),
            ("seconds", Value::Number(took.as_millis() as f64 / 1000.0)),
        ];
        tell("done", Map::from(more));
        return status;
    }
    report.watcher().phase("");
    if !classes.is_empty() {
        let width = classes.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(5);
        let head = ["rows", "written", "there before", "left out"].map(|name| format!(" {name:>12}")).concat();
        say(&format!("{:width$}{head}", "class"));
        for (name, tally) in classes.iter().filter(|(_, tally)| tally.rows > 0) {
            let [rows, stored, there, out] = [tally.rows, tally.stored, tally.there, tally.left_out].map(grouped);
            say(&format!("{name:width$} {rows:>12} {stored:>12} {there:>12} {out:>12}"));
        }
    }
    say(&sentence(report, end, kind, sum(|tally| tally.rows)));
    status
}

fn sentence(report: &Report, end: End, kind: Kind, rows: u64) -> String {
    let seconds = report.began.elapsed().as_secs_f64().max(0.001);
    let faults = match report.faults {
        0 => "nothing was left out".to_owned(),
        n => format!("what did not fit is told above ({} faults)", grouped(n)),
    };
    match (end, kind) {
        (End::Stopped, _) => "stopped; the same command goes on where it was".to_owned(),
        (_, Kind::Dry) => match report.faults {
            0 => "everything fits; nothing was written".to_owned(),
            n => format!("{} faults; nothing was written", grouped(n)),
        },
        (_, Kind::Export) => format!("{} rows in {seconds:.1} s; {faults}", grouped(rows)),
        (End::Done { equal }, Kind::Transfer) => {
            let rows = grouped(rows);
            format!("{rows} rows in {seconds:.1} s, {} of them read back and equal; {faults}", grouped(equal))
        }
    }
}

/// Shows how two databases compare; the status to exit with.
pub(super) fn verdicts(report: &mut Report, verdicts: Option<Vec<Verdict>>, is_json: bool) -> u8 {
    let Some(verdicts) = verdicts else {
        eprintln!("stopped");
        return STOPPED;
    };
    let status = u8::from(report.faults > 0 || verdicts.iter().any(|verdict| verdict.different > 0));
    if is_json {
        for verdict in &verdicts {
            tell("class", of_verdict(verdict));
        }
        let more = [("status", Value::Number(f64::from(status))), ("faults", Value::Number(report.faults as f64))];
        tell("done", Map::from(more));
        return status;
    }
    report.watcher().phase("");
    let width = verdicts.iter().map(|verdict| verdict.class.chars().count()).max().unwrap_or(0).max(5);
    let head = ["rows first", "rows second"].map(|name| format!(" {name:>12}")).concat();
    say(&format!("{:width$}{head} {:>10}  checksum of the first", "class", "different"));
    for verdict in verdicts.iter().filter(|verdict| verdict.rows != [0, 0]) {
        let [one, other] = verdict.rows.map(grouped);
        let (class, different, sum) = (&verdict.class, grouped(verdict.different), verdict.sums[0]);
        say(&format!("{class:width$} {one:>12} {other:>12} {different:>10}  {sum:032x}"));
    }
    say(if status == 0 { "the two databases are equal" } else { "the two databases differ" });
    status
}

fn of_verdict(verdict: &Verdict) -> Map {
    let hex = |sum: u128| Value::String(format!("{sum:032x}"));
    let number = |n: u64| Value::Number(n as f64);
    let ranges = verdict.ranges.iter().map(|range| {
        Value::Object(Map::from([
            ("from", Value::from(range.from.as_str())),
            ("to", Value::from(range.to.as_str())),
            ("checksums", Value::Array(range.sums.map(hex).to_vec())),
        ]))
    });
    Map::from([
        ("class", Value::from(verdict.class.as_str())),
        ("rows", Value::Array(verdict.rows.map(number).to_vec())),
        ("different", number(verdict.different)),
        ("checksums", Value::Array(verdict.sums.map(hex).to_vec())),
        ("rangesThatDiffer", Value::Array(ranges.collect())),
    ])
}

/// A number as people read it: `1,000,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        for (number, shown) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::grouped(number), shown);
        }
    }
}
