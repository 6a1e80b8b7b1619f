//! Log files, where the operator names a folder for them (`logsFolder`): the lines of the ring, a file a day for all of them
//! (`parse-server.info.<day>`) and one for errors (`parse-server.err.<day>`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Sink, now};
use crate::model::{Date, Map, Value, wire};

const ALL: &str = "info";
const ERRORS: &str = "err";
const DAY_MS: i64 = 86_400_000;
/// Lines of earlier days are read back from so many files, and of each so much of the end, bytes.
const DAYS: i64 = 7;
const TAIL: u64 = 256 * 1024;
/// Lines nest no deeper than this.
const DEPTH: usize = 20;

/// The open files.
pub struct Files {
    folder: PathBuf,
    all: Sink,
    errors: Sink,
}

impl Files {
    /// Files in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made, or a thread that writes cannot be started.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let sink = |kind| Sink::to(Daily { folder: folder.to_owned(), kind, open: None });
        Ok(Self { folder: folder.to_owned(), all: sink(ALL)?, errors: sink(ERRORS)? })
    }

    /// Appends a line.
    pub fn line(&self, entry: &Map) {
        let mut line = wire::to_string(&Value::Object(entry.clone()));
        line.push('\n');
        self.all.line(line.as_bytes());
        if entry.get("level").and_then(Value::as_str) == Some("error") {
            self.errors.line(line.as_bytes());
        }
    }

    /// Waits a moment for what is not yet written.
    pub fn flush(&self) {
        self.all.flush();
        self.errors.flush();
    }

    /// The lines of the last days, the oldest first, each with its time; what cannot be read is left out.
    pub fn earlier(&self) -> Vec<(Date, Map)> {
        let days = (0..DAYS).rev().map(|ago| path(&self.folder, ALL, Date(now().0 - ago * DAY_MS)));
        let lines = days.filter_map(|path| tail(&path).ok()).flat_map(|text| {
            let lines = text.lines().filter_map(|line| wire::parse(line.as_bytes(), DEPTH).ok());
            lines.collect::<Vec<_>>()
        });
        lines.filter_map(|line| Some((time(&line)?, line.as_object()?.clone()))).collect()
    }
}

fn time(line: &Value) -> Option<Date> {
    Date::parse(line.as_object()?.get("timestamp")?.as_str()?)
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn path(folder: &Path, kind: &str, day: Date) -> PathBuf {
    folder.join(format!("parse-server.{kind}.{}", &day.iso()[..10]))
}

/// Writes to the file of the day.
struct Daily {
    folder: PathBuf,
    kind: &'static str,
    open: Option<(PathBuf, File)>,
}

impl Write for Daily {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = path(&self.folder, self.kind, now());
        let file = match self.open.take() {
            Some((path, file)) if path == today => file,
            _ => OpenOptions::new().create(true).append(true).open(&today)?,
        };
        self.open.insert((today, file)).1.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_there_again_after_a_restart() {
        let dir = tempfile::TempDir::new().unwrap();
        let folder = dir.path().join("logs");
        let said = [("info", "a"), ("error", "b")].map(|(level, message)| {
            let pairs = [("level", level), ("message", message), ("timestamp", &now().iso())];
            pairs.into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Map>()
        });
        let files = Files::open(&folder).unwrap();
        said.iter().for_each(|line| files.line(line));
        files.flush();
        drop(files);
        let again = Files::open(&folder).unwrap();
        let lines: Vec<Map> = again.earlier().into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, said);
        let errors = fs::read_to_string(path(&folder, ERRORS, now())).unwrap();
        assert!(errors.lines().count() == 1 && errors.contains("\"b\""), "{errors}");
    }
}
