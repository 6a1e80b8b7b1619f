//! What is shown while databases move: a bar on a terminal, now and then a line elsewhere, or JSON.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::{Map, Value, wire};
use crate::moving::{Fault, Progress, Watcher};

/// How often a line is written where there is no terminal.
const PACE: Duration = Duration::from_secs(5);

/// Where everything is shown: results on stdout, progress on stderr.
pub(super) struct Screen {
    is_json: bool,
    /// What stands before a fault.
    label: &'static str,
    bar: Option<ProgressBar>,
    phase: String,
    told: Instant,
}

impl Screen {
    pub(super) fn new(is_json: bool, label: &'static str) -> Self {
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent:>3} %  {msg}");
        let bar = (!is_json && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        Self { is_json, label, bar, phase: String::new(), told: Instant::now() }
    }

    /// Writes beside the bar.
    fn beside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// A line for people, on stdout.
pub(super) fn say(text: &str) {
    line(&harmless(text));
}

/// A line for machines.
pub(super) fn tell(event: &str, more: Map) {
    line(&json(event, more));
}

/// Whoever reads it may have gone.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A text without what a terminal would take for orders: rows come from anywhere.
fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// As JSON, in which control characters stand in texts alone.
fn json(event: &str, more: Map) -> String {
    let mut map = Map::from([("event", Value::from(event))]);
    for (key, value) in more {
        map.set(key, value);
    }
    let shown = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    wire::to_string(&Value::Object(map)).chars().map(shown).collect()
}

impl Watcher for Screen {
    fn phase(&mut self, what: &str) {
        what.clone_into(&mut self.phase);
        self.told = Instant::now();
        match &self.bar {
            Some(bar) => {
                bar.reset();
                bar.set_prefix(what.to_owned());
            }
            None if what.is_empty() => {}
            None if self.is_json => tell("phase", Map::from([("what", Value::from(what))])),
            None => eprintln!("{what}"),
        }
    }

    fn fault(&mut self, fault: &Fault) {
        let label = if fault.is_note { "note" } else { self.label };
        match self.is_json {
            true => self.beside(|| tell("fault", fault.to_json())),
            false => self.beside(|| say(&format!("{label}: {fault}"))),
        }
    }

    fn progress(&mut self, progress: Progress) {
        let Progress { at, total, rows, since } = progress;
        let rate = rows as f64 / since.as_secs_f64().max(0.001);
        if let Some(bar) = &self.bar {
            bar.set_length(total.max(at));
            bar.set_position(at);
            bar.set_message(format!("{rows} rows, {rate:.0} a second"));
        } else if self.told.elapsed() >= PACE {
            self.told = Instant::now();
            let percent = at.saturating_mul(100) / total.max(1);
            if self.is_json {
                let number = |n: f64| Value::Number(n);
                let more = [
                    ("percent", number(percent as f64)),
                    ("rows", number(rows as f64)),
                    ("rate", number(rate.round())),
                ];
                tell("progress", Map::from(more));
            } else {
                eprintln!("{}: {percent} %, {rows} rows, {rate:.0} a second", self.phase);
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_gives_orders_to_a_terminal() {
        let text = "A (x\u{1b}[2J\n\u{9b}): Grüße";
        assert_eq!(super::harmless(text), "A (x\\u{1b}[2J\\n\\u{9b}): Grüße");
        let json = super::json("fault", Map::from([("what", Value::from(text))]));
        assert!(!json.contains(char::is_control), "{json}");
        let read = wire::parse(json.as_bytes(), 2).unwrap();
        assert_eq!(read.as_object().and_then(|map| map.get("what")), Some(&Value::from(text)));
    }
}
