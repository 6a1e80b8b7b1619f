//! Instants taken apart in a time zone, and put together again.

use crate::error::{Error, Result};
use crate::model::Date;
use crate::model::date::{civil_from_days, days_from_civil};

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// Milliseconds east of Greenwich of `UTC`, `GMT`, `Z`, `+hh`, `+hhmm`, `+hh:mm`.
///
/// # Errors
/// 102 for a zone that has a name: the rules of such zones are not carried along.
pub fn offset(zone: &str) -> Result<i64> {
    if matches!(zone, "UTC" | "GMT" | "Z" | "Etc/UTC" | "Etc/GMT") {
        return Ok(0);
    }
    let unknown = || {
        Error::query(format!(
            "unrecognized time zone identifier: \"{zone}\" (only UTC and offsets such as +02:00 are supported)"
        ))
    };
    let sign = match zone.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(unknown()),
    };
    let digits: String = zone.chars().skip(1).filter(|c| *c != ':').collect();
    let number: i64 = digits.parse().map_err(|_| unknown())?;
    let (hours, minutes) = match digits.len() {
        2 => (number, 0),
        4 => (number / 100, number % 100),
        _ => return Err(unknown()),
    };
    Ok(sign * (hours * HOUR + minutes * MINUTE))
}

/// An instant within JavaScript's range of dates: so no sum of an instant and an offset can overflow.
pub fn bounded(ms: i64) -> Date {
    const MAX: i64 = 8_640_000_000_000_000;
    Date(ms.clamp(-MAX, MAX))
}

/// The fields of an instant in some zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// 0 to 999.
    pub milli: i64,
    /// Days since 1970-01-01.
    pub days: i64,
}

impl Parts {
    /// Takes an instant apart, `offset` milliseconds east.
    pub fn of(date: Date, offset: i64) -> Self {
        let local = date.0.saturating_add(offset);
        let (days, ms) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second, milli) = (ms / HOUR, ms / MINUTE % 60, ms / 1000 % 60, ms % 1000);
        Self { year, month, day, hour, minute, second, milli, days }
    }

    /// 1 (Sunday) to 7.
    pub fn day_of_week(&self) -> i64 {
        (self.days + 4).rem_euclid(7) + 1
    }

    /// 1 (Monday) to 7.
    pub fn iso_day_of_week(&self) -> i64 {
        (self.days + 3).rem_euclid(7) + 1
    }

    /// 1 to 366.
    pub fn day_of_year(&self) -> i64 {
        self.days - days_from_civil(self.year, 1, 1) + 1
    }

    /// 0 to 53, weeks begin on Sunday.
    pub fn week(&self) -> i64 {
        (self.day_of_year() + 7 - self.day_of_week()) / 7
    }

    /// Week-numbering year and week (ISO 8601).
    pub fn iso_week(&self) -> (i64, i64) {
        let thursday = self.days - self.iso_day_of_week() + 4;
        let (year, ..) = civil_from_days(thursday);
        (year, (thursday - days_from_civil(year, 1, 1)) / 7 + 1)
    }

    /// Milliseconds since midnight.
    pub fn of_day(&self) -> i64 {
        self.hour * HOUR + self.minute * MINUTE + self.second * 1000 + self.milli
    }
}

/// The instant of some fields; each may lie outside its usual range and is carried over.
pub fn assemble(year: i64, month: i64, day: i64, ms: i64, offset: i64) -> Date {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    bounded((days_from_civil(year, month, 1) + day - 1) * DAY + ms - offset)
}

/// The number of days of a month.
pub fn month_length(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1)
}

/// A unit of `$dateAdd`, `$dateDiff`, `$dateTrunc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// So many months: 1, 3 (quarter) or 12 (year).
    Months(i64),
    /// A week.
    Week,
    /// So many milliseconds: from 1 to a day.
    Millis(i64),
}

impl Unit {
    /// The unit with this name.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "year" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" => Self::Months(1),
            "week" => Self::Week,
            "day" => Self::Millis(DAY),
            "hour" => Self::Millis(HOUR),
            "minute" => Self::Millis(MINUTE),
            "second" => Self::Millis(1000),
            "millisecond" => Self::Millis(1),
            other => return Err(Error::query(format!("unknown time unit value: {other}"))),
        })
    }

    /// The instant `n` units later; a day that the month has not becomes its last.
    pub fn add(self, date: Date, n: i64, offset: i64) -> Date {
        match self {
            Self::Millis(ms) => bounded(date.0.saturating_add(ms.saturating_mul(n))),
            Self::Week => bounded(date.0.saturating_add((7 * DAY).saturating_mul(n))),
            Self::Months(months) => {
                let p = Parts::of(date, offset);
                let index =
                    (p.year * 12 + p.month - 1).saturating_add(months.saturating_mul(n)).clamp(-3_000_000, 4_000_000);
                let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
                assemble(year, month, p.day.min(month_length(year, month)), p.of_day(), offset)
            }
        }
    }

    /// How many borders of the unit lie between two instants.
    pub fn between(self, from: Date, to: Date, offset: i64, first_day: i64) -> i64 {
        let (a, b) = (Parts::of(from, offset), Parts::of(to, offset));
        match self {
            Self::Months(n) => (b.year * 12 + b.month - 1).div_euclid(n) - (a.year * 12 + a.month - 1).div_euclid(n),
            Self::Week => (b.days + 4 - first_day).div_euclid(7) - (a.days + 4 - first_day).div_euclid(7),
            Self::Millis(ms) => (to.0 + offset).div_euclid(ms) - (from.0 + offset).div_euclid(ms),
        }
    }

    /// The last border of `n` units at or before an instant, counted from 2000-01-01 as MongoDB does.
    pub fn truncate(self, date: Date, n: i64, offset: i64, first_day: i64) -> Date {
        let p = Parts::of(date, offset);
        let reference = days_from_civil(2000, 1, 1);
        match self {
            Self::Months(months) => {
                let size = months * n;
                let index = (p.year - 2000) * 12 + p.month - 1;
                let start = index.div_euclid(size) * size;
                assemble(2000, 1 + start, 1, 0, offset)
            }
            Self::Week => {
                // 2000-01-01 was a Saturday; the first border is the first such weekday from there on.
                let first = reference + (first_day - 6).rem_euclid(7);
                let start = first + (p.days - first).div_euclid(7 * n) * 7 * n;
                Date(start * DAY - offset)
            }
            Self::Millis(ms) => {
                let (base, size) = (reference * DAY, ms * n);
                Date(base + (date.0 + offset - base).div_euclid(size) * size - offset)
            }
        }
    }
}

/// The weekday of `startOfWeek`: 0 for Sunday to 6.
pub fn weekday(name: &str) -> Result<i64> {
    let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    let name = name.to_ascii_lowercase();
    let found = names.iter().position(|n| *n == name || n[..3] == name);
    found.map(|i| i as i64).ok_or_else(|| Error::query(format!("unknown day of week value: {name}")))
}
