//! The last log lines, kept in memory for `GET /scriptlog`. They are those of stdout without the lines of requests, so no
//! secret stands in them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::files::Files;
use super::now;
use crate::model::{Date, Map, Value};

/// All kept lines together may take this much, bytes; the oldest go.
const BOUND: usize = 1024 * 1024;
/// A text in a line is cut to this, bytes.
const LONGEST: usize = 8 * 1024;

/// Log lines in memory. A clone is another handle to the same lines.
#[derive(Clone, Default)]
pub struct Ring {
    lines: Arc<Mutex<Lines>>,
    /// Where they are written, too.
    files: Option<Arc<Files>>,
}

#[derive(Default)]
struct Lines {
    lines: VecDeque<Line>,
    /// What they take, bytes.
    size: usize,
}

struct Line {
    at: Date,
    size: usize,
    entry: Map,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Only those of the level `error`.
    pub errors: bool,
    /// None before.
    pub from: Date,
    /// None after.
    pub until: Date,
    /// The oldest first.
    pub ascending: bool,
    /// At most so many; negative: all but so many.
    pub size: i64,
}

impl Ring {
    /// Lines that are written to files, too, and begin with those that stand there.
    pub fn in_files(files: Files) -> Self {
        let ring = Self::default();
        files.earlier().into_iter().for_each(|(at, entry)| ring.add(at, entry));
        Self { files: Some(Arc::new(files)), ..ring }
    }

    /// Waits a moment for what is not yet in the files.
    pub fn flush(&self) {
        self.files.iter().for_each(|files| files.flush());
    }

    /// The lines that are wanted, each with `level`, `message`, `timestamp` and what else was said.
    pub fn find(&self, wanted: Wanted) -> Vec<Map> {
        let lines = self.lock();
        let fits = |line: &&Line| {
            let level = line.entry.get("level").and_then(Value::as_str);
            (wanted.from..=wanted.until).contains(&line.at) && (!wanted.errors || level == Some("error"))
        };
        let mut found: Vec<&Line> = lines.lines.iter().filter(fits).collect();
        if !wanted.ascending {
            found.reverse();
        }
        let size = usize::try_from(wanted.size.unsigned_abs()).unwrap_or(usize::MAX);
        found.truncate(if wanted.size < 0 { found.len().saturating_sub(size) } else { size });
        found.into_iter().map(|line| line.entry.clone()).collect()
    }

    fn add(&self, at: Date, entry: Map) {
        let size = entry.iter().map(|(key, value)| key.len() + value.as_str().map_or(16, str::len) + 64).sum();
        let mut lines = self.lock();
        lines.size += size;
        lines.lines.push_back(Line { at, size, entry });
        while lines.size > BOUND
            && let Some(oldest) = lines.lines.pop_front()
        {
            lines.size -= oldest.size;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Ring {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let at = now();
        let mut entry = Map::from([("level", Value::from(level(*event.metadata().level())))]);
        let mut fields = Fields::default();
        event.record(&mut fields);
        entry.set("message", Value::String(fields.message));
        entry.set("timestamp", Value::String(at.iso()));
        for (key, value) in fields.others {
            if !entry.contains_key(&key) {
                entry.set(key, value);
            }
        }
        // As Parse Server's log files have them.
        entry.sort_keys();
        self.files.iter().for_each(|files| files.line(&entry));
        self.add(at, entry);
    }
}

/// Parse's names of the levels.
fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "silly",
    }
}

/// What an event says.
#[derive(Default)]
struct Fields {
    message: String,
    others: Map,
}

impl Fields {
    fn text(&mut self, field: &Field, mut text: String) {
        if text.len() > LONGEST {
            text.truncate((0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
        }
        match field.name() {
            "message" => self.message = text,
            name => drop(self.others.set(name, Value::String(text))),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.others.set(field.name(), Value::Bool(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.others.set(field.name(), Value::Number(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.others.set(field.name(), Value::Number(value as f64));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.others.set(field.name(), Value::Number(value as f64));
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const ALL: Wanted = Wanted { errors: false, from: Date(0), until: Date(i64::MAX), ascending: true, size: 100 };

    fn line(ring: &Ring, at: i64, level: &str, message: &str) {
        ring.add(Date(at), Map::from([("level", Value::from(level)), ("message", Value::from(message))]));
    }

    fn messages(ring: &Ring, wanted: Wanted) -> String {
        let text = |entry: &Map| entry["message"].as_str().unwrap().to_owned();
        ring.find(wanted).iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_are_filtered_ordered_and_cut() {
        let ring = Ring::default();
        for (at, level, message) in [(1, "info", "a"), (2, "error", "b"), (3, "warn", "c"), (4, "error", "d")] {
            line(&ring, at, level, message);
        }
        assert_eq!(messages(&ring, ALL), "a b c d");
        assert_eq!(messages(&ring, Wanted { ascending: false, ..ALL }), "d c b a");
        assert_eq!(messages(&ring, Wanted { errors: true, ..ALL }), "b d");
        assert_eq!(messages(&ring, Wanted { from: Date(2), until: Date(3), ..ALL }), "b c");
        assert_eq!(messages(&ring, Wanted { size: 2, ..ALL }), "a b");
        assert_eq!(messages(&ring, Wanted { size: -3, ..ALL }), "a");
        assert_eq!(messages(&ring, Wanted { size: i64::MIN, ..ALL }), "");
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let ring = Ring::default();
        for at in 0..100 {
            line(&ring, at, "info", &"x".repeat(BOUND / 10));
        }
        let kept = ring.find(ALL).len();
        assert!((8..=10).contains(&kept), "{kept}");
        assert!(ring.lock().size <= BOUND);
        assert!(ring.find(Wanted { from: Date(99), ..ALL }).len() == 1, "the newest is kept");
    }

    #[test]
    fn events_become_lines() {
        let ring = Ring::default();
        let subscriber = tracing_subscriber::registry().with(ring.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(class = "A", n = 5, ok = true, level = "x", "went {}", "wrong");
            tracing::warn!("{}", "é".repeat(LONGEST));
        });
        let found = ring.find(ALL);
        let mut text = Vec::new();
        crate::model::wire::write(&Value::Object(found[0].clone()), &mut text);
        let text = String::from_utf8(text).unwrap();
        let timestamp = found[0]["timestamp"].as_str().unwrap().to_owned();
        assert_eq!(
            text,
            format!(
                r#"{{"class":"A","level":"error","message":"went wrong","n":5,"ok":true,"timestamp":"{timestamp}"}}"#
            )
        );
        assert_eq!(found[1]["message"].as_str().unwrap().len(), LONGEST);
    }
}
