//! The table as a file: a row a line, a cell a credential.

use super::stage::Credential;
use std::fmt::Write as _;

/// The file.
pub const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/access/table.txt");

/// What a request does, and what each credential is answered.
#[derive(Clone, Debug)]
pub struct Row {
    /// `GET /classes/:className`, a route; or `find _User`, what is done to a class.
    pub what: String,
    /// A cell for each of [`Credential::ALL`].
    pub cells: Vec<Cell>,
}

/// `404:101` (status and code), with `+` behind it if the answer holds the object asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What we answer.
    pub ours: String,
    /// What Parse Server answers, if it is something else.
    pub theirs: Option<String>,
}

impl Cell {
    fn read(text: &str) -> Cell {
        match text.split_once('/') {
            Some((ours, theirs)) => Cell { ours: ours.to_owned(), theirs: Some(theirs.to_owned()) },
            None => Cell { ours: text.to_owned(), theirs: None },
        }
    }

    fn text(&self) -> String {
        self.theirs.as_ref().map_or(self.ours.clone(), |theirs| format!("{}/{theirs}", self.ours))
    }

    /// The cell once Parse Server has answered.
    pub fn recorded(&self, theirs: String) -> Cell {
        match self.theirs {
            Some(_) if self.ours != theirs => Cell { theirs: Some(theirs), ..self.clone() },
            _ => Cell { ours: theirs, theirs: None },
        }
    }
}

/// The lines before the rows, and the rows.
pub fn read() -> (String, Vec<Row>) {
    let text = std::fs::read_to_string(PATH).expect("table.txt");
    let (comments, rows): (Vec<&str>, Vec<&str>) =
        text.lines().filter(|line| !line.trim().is_empty()).partition(|line| line.starts_with('#'));
    let rows = rows.into_iter().map(|line| {
        let (what, cells) = line.split_once('|').unwrap_or((line, ""));
        let cells: Vec<Cell> = cells.split_whitespace().map(Cell::read).collect();
        Row { what: what.trim().to_owned(), cells }
    });
    (comments.join("\n"), rows.collect())
}

/// Writes the table.
pub fn write(head: &str, rows: &[Row]) {
    let texts = |row: &Row| row.cells.iter().map(Cell::text).collect::<Vec<_>>();
    let first = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    let names: Vec<String> = Credential::ALL.iter().map(|credential| credential.name().to_owned()).collect();
    let widths: Vec<usize> = (0..names.len())
        .map(|i| {
            rows.iter().filter_map(|row| row.cells.get(i)).map(|cell| cell.text().len()).chain([names[i].len()]).max()
        })
        .map(Option::unwrap_or_default)
        .collect();
    let line = |what: &str, cells: &[String]| {
        let mut line = format!("{what:first$} |");
        cells.iter().zip(&widths).for_each(|(cell, width)| write!(line, " {cell:width$}").expect("a text"));
        line.trim_end().to_owned()
    };
    let mut text = head.lines().filter(|line| !line.starts_with("##")).collect::<Vec<_>>().join("\n");
    text = format!("{text}\n{}\n", line("##", &names));
    rows.iter().for_each(|row| writeln!(text, "{}", line(&row.what, &texts(row))).expect("a text"));
    std::fs::write(PATH, text).expect("write table.txt");
}
