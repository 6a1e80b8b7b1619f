//! What is told of the work: faults as they are found, how far it is, and how much of each class there was.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::model::schema::Named;
use crate::model::{Map, Value};

/// Something that could not be taken, or that differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fault {
    /// The class, or the relation as `_Join:<field>:<class>`; empty if it concerns none.
    pub class: String,
    /// The file, if it is from one.
    pub file: Option<String>,
    /// The number of the row in the file, from 1.
    pub row: Option<u64>,
    /// The object, if it is known.
    pub id: Option<String>,
    /// What is wrong, in words for people.
    pub what: String,
    /// Does it hinder nothing, and is only worth knowing?
    pub is_note: bool,
}

impl Fault {
    /// Its form for machines.
    pub fn to_json(&self) -> Map {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        let row = self.row.map_or(Value::Null, |row| Value::Number(row as f64));
        Map::from([
            ("class", Value::from(self.class.as_str())),
            ("file", text(&self.file)),
            ("row", row),
            ("objectId", text(&self.id)),
            ("what", Value::from(self.what.as_str())),
            ("note", Value::Bool(self.is_note)),
        ])
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.row) {
            (Some(file), Some(row)) => write!(f, "{file}, row {row}")?,
            (Some(file), None) => write!(f, "{file}")?,
            (None, Some(row)) => write!(f, "{}, row {row}", self.class)?,
            (None, None) => write!(f, "{}", self.class)?,
        }
        if let Some(id) = &self.id {
            write!(f, " ({id})")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// How far the work is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// What has been gone through, in the source's units.
    pub at: u64,
    /// Of how much.
    pub total: u64,
    /// Rows and entries so far.
    pub rows: u64,
    /// Since the beginning of the phase.
    pub since: Duration,
}

/// Who is told.
pub trait Watcher: Send {
    /// A part of the work begins.
    fn phase(&mut self, what: &str);
    /// A fault was found.
    fn fault(&mut self, fault: &Fault);
    /// The work has gone on.
    fn progress(&mut self, progress: Progress);
}

/// How much of a class there was, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows in the source.
    pub rows: u64,
    /// Rows that were written.
    pub stored: u64,
    /// Rows that were there already, equal.
    pub there: u64,
    /// Rows that were left out, each told as a fault.
    pub left_out: u64,
}

/// What became of everything.
pub struct Report {
    /// By class and relation.
    pub classes: Named<Tally>,
    /// How many faults were told.
    pub faults: u64,
    /// When the work began.
    pub began: Instant,
    watcher: Box<dyn Watcher>,
    /// Where faults were found that are known already.
    told: HashSet<u64>,
    hasher: RandomState,
}

impl Report {
    /// An empty one.
    pub fn new(watcher: Box<dyn Watcher>) -> Self {
        Self {
            classes: Named::default(),
            faults: 0,
            began: Instant::now(),
            watcher,
            told: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Who is told.
    pub fn watcher(&mut self) -> &mut dyn Watcher {
        &mut *self.watcher
    }

    /// Counts of a class.
    pub fn tally(&mut self, class: &str) -> &mut Tally {
        if !self.classes.contains_key(class) {
            self.classes.insert(class.to_owned(), Tally::default());
        }
        &mut self.classes[class]
    }

    /// Tells a fault, unless there was one of the same row.
    pub fn fault(&mut self, fault: Fault) {
        if self.told.insert(self.place(&fault)) {
            self.faults += u64::from(!fault.is_note);
            self.watcher.fault(&fault);
        }
    }

    /// Was a fault of this row told?
    pub fn is_told(&self, fault: &Fault) -> bool {
        self.told.contains(&self.place(fault))
    }

    fn place(&self, fault: &Fault) -> u64 {
        let from = fault.file.as_deref().unwrap_or(&fault.class);
        match (fault.is_note, fault.row, &fault.id) {
            // A row of a file is one place, whether its id is known or not.
            (false, Some(row), _) => self.hasher.hash_one((from, row)),
            (false, None, Some(id)) => self.hasher.hash_one((from, id)),
            _ => self.hasher.hash_one((from, fault.row, &fault.id, &fault.what)),
        }
    }
}
