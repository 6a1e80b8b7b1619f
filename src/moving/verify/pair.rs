//! One class in two databases, row by row.

use super::side::Side;
use super::{RANGE, Range, TOLD, Verdict, Walk};
use crate::error::Result;
use crate::model::ParseObject;
use crate::moving::fit::of_class;
use crate::moving::{Fault, Report, digest};

/// Both sides, and what has been found.
pub struct Pair<'a> {
    sides: [Side<'a>; 2],
    next: [Option<ParseObject>; 2],
    range: Range,
    in_range: u64,
    /// What has been found so far.
    pub verdict: Verdict,
}

impl<'a> Pair<'a> {
    /// Before the first rows.
    pub fn new(class: &str, sides: [Side<'a>; 2]) -> Self {
        let verdict = Verdict { class: class.to_owned(), ..Verdict::default() };
        Self { sides, next: [None, None], range: Range::default(), in_range: 0, verdict }
    }

    /// Goes through all rows; `false` if it was told to end before.
    ///
    /// # Errors
    /// Those of the databases.
    pub async fn compare(&mut self, walk: &mut Walk<'_>) -> Result<bool> {
        for side in 0..2 {
            self.next[side] = self.sides[side].next(walk.report).await?;
        }
        let (some, mut rows) = (u64::from(walk.run.pace.batch), 0);
        loop {
            let stands = match &self.next {
                [None, None] => break,
                [Some(own), Some(other)] => [own.id <= other.id, other.id <= own.id],
                [own, other] => [own.is_some(), other.is_some()],
            };
            let mut row = [None, None];
            for side in 0..2 {
                if stands[side] {
                    let next = self.sides[side].next(walk.report).await?;
                    row[side] = std::mem::replace(&mut self.next[side], next);
                }
            }
            self.row(row, walk.report);
            (rows, walk.at) = (rows + 1, walk.at + u64::from(stands[0]));
            if rows == some && !walk.step(std::mem::take(&mut rows)).await {
                return Ok(false);
            }
        }
        let goes_on = walk.step(rows).await;
        self.close();
        if self.verdict.different > TOLD {
            let more = format!("{} more rows differ", self.verdict.different - TOLD);
            walk.report.fault(of_class(&self.verdict.class, more));
        }
        Ok(goes_on)
    }

    /// One row, as it is on either side.
    fn row(&mut self, row: [Option<ParseObject>; 2], report: &mut Report) {
        for (side, object) in row.iter().enumerate() {
            let Some(object) = object else { continue };
            let sum = digest::of_object(object);
            self.verdict.rows[side] += 1;
            for sums in [&mut self.verdict.sums, &mut self.range.sums] {
                sums[side] = sums[side].wrapping_add(sum);
            }
        }
        let (id, what) = match row {
            [Some(own), Some(other)] => match digest::differences(&own, &other) {
                same if same.is_empty() => (own.id, None),
                names => (own.id, Some(names.join(", ") + " differ")),
            },
            [Some(own), None] => (own.id, Some("it is in the first database alone".to_owned())),
            [None, Some(other)] => (other.id, Some("it is in the second database alone".to_owned())),
            [None, None] => return,
        };
        if let Some(what) = what {
            self.verdict.different += 1;
            if self.verdict.different <= TOLD {
                let class = self.verdict.class.clone();
                report.fault(Fault { class, id: Some(id.clone()), what, ..Fault::default() });
            }
        }
        if self.in_range == 0 {
            self.range.from.clone_from(&id);
        }
        (self.range.to, self.in_range) = (id, self.in_range + 1);
        if self.in_range == RANGE {
            self.close();
        }
    }

    fn close(&mut self) {
        let range = std::mem::take(&mut self.range);
        self.in_range = 0;
        if range.sums[0] != range.sums[1] {
            self.verdict.ranges.push(range);
        }
    }
}
