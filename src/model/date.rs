//! Instants as Parse knows them: milliseconds since 1970 in UTC, written as JavaScript's `toISOString` writes them.

use std::fmt;

/// An instant, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i64);

const DAY_MS: i64 = 86_400_000;
/// JavaScript's range of dates: 100,000,000 days either side of the epoch (ECMA-262, "Time Values and Time Range").
const MAX_MS: i64 = 8_640_000_000_000_000;

impl Date {
    /// Reads what JavaScript's `new Date(text)` reads of ISO 8601: a date, or a date with time and an optional offset.
    /// A time without an offset counts as UTC (a server's local zone should not decide).
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'+' => (1, &text[1..]),
            b'-' => (-1, &text[1..]),
            _ => (0, text),
        };
        let mut p = Scanner(rest.as_bytes());
        let year = if sign == 0 { p.digits(4)? } else { sign * p.digits(6)? };
        if sign == -1 && year == 0 {
            return None;
        }
        let (mut month, mut day) = (1, 1);
        if p.eat(b'-') {
            month = p.digits(2)?;
            if p.eat(b'-') {
                day = p.digits(2)?;
            }
        }
        let ms = if p.0.is_empty() { 0 } else { p.time()? };
        if !p.0.is_empty() || !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let total = days_from_civil(year, month, day) * DAY_MS + ms;
        (total.abs() <= MAX_MS).then_some(Self(total))
    }

    /// The form on the wire: `2020-01-01T00:00:00.000Z`.
    pub fn iso(self) -> String {
        self.to_string()
    }
}

impl Date {
    /// Appends the form on the wire.
    pub fn write(self, out: &mut Vec<u8>) {
        let (days, ms) = (self.0.div_euclid(DAY_MS), self.0.rem_euclid(DAY_MS));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second, milli) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        let mut text = *b"+000000-00-00T00:00:00.000Z";
        let mut put = |places: std::ops::Range<usize>, mut n: i64| {
            for digit in text[places].iter_mut().rev() {
                *digit = b'0' + (n % 10) as u8;
                n /= 10;
            }
        };
        put(1..7, year.abs());
        for (places, n) in
            [(8..10, month), (11..13, day), (14..16, hour), (17..19, minute), (20..22, second), (23..26, milli)]
        {
            put(places, n);
        }
        if year < 0 {
            text[0] = b'-';
        }
        let from = match year {
            0..=9999 => 3,
            -999_999..=999_999 => 0,
            // No date of JavaScript's, but an instant that a database can hold.
            _ => {
                out.extend_from_slice(format!("{year:+}").as_bytes());
                7
            }
        };
        out.extend_from_slice(&text[from..]);
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(27);
        self.write(&mut text);
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// A cursor over the ASCII of a date.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.0.first() == Some(&byte);
        if hit {
            self.0 = &self.0[1..];
        }
        hit
    }

    fn digits(&mut self, n: usize) -> Option<i64> {
        let head = self.0.get(..n)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = &self.0[n..];
        Some(head.iter().fold(0, |v, d| v * 10 + i64::from(d - b'0')))
    }

    /// `Thh:mm[:ss[.f…]][Z|±hh:mm]` in milliseconds from midnight UTC; the 24th hour is allowed as midnight.
    fn time(&mut self) -> Option<i64> {
        if !self.eat(b'T') && !self.eat(b't') && !self.eat(b' ') {
            return None;
        }
        let hour = self.digits(2)?;
        let minute = if self.eat(b':') { self.digits(2)? } else { return None };
        let (mut second, mut milli) = (0, 0);
        if self.eat(b':') {
            second = self.digits(2)?;
            if self.eat(b'.') || self.eat(b',') {
                milli = self.fraction()?;
            }
        }
        let offset = self.offset()?;
        let ms = hour * 3_600_000 + minute * 60_000 + second * 1000 + milli;
        (minute < 60 && second < 60 && ms <= DAY_MS).then_some(ms - offset)
    }

    fn fraction(&mut self) -> Option<i64> {
        let n = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let digits = self.0.get(..n).filter(|d| !d.is_empty())?;
        let milli = (0..3).fold(0, |v, i| v * 10 + digits.get(i).map_or(0, |d| i64::from(d - b'0')));
        self.0 = &self.0[n..];
        Some(milli)
    }

    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.eat(b'Z') || self.eat(b'z') {
            return Some(0);
        }
        let sign = match (self.eat(b'+'), self.eat(b'-')) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return None,
        };
        let hour = self.digits(2)?;
        self.eat(b':');
        let minute = self.digits(2)?;
        (hour < 24 && minute < 60).then_some(sign * (hour * 3_600_000 + minute * 60_000))
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since the epoch of a date in the proleptic Gregorian calendar, counted in 400-year eras that begin in March.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_javascript_reads() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2020-01-01", 1_577_836_800_000),
            ("2020-02-29T12:30:15.5Z", 1_582_979_415_500),
            ("2020-01-01T01:00:00+01:00", 1_577_836_800_000),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2020", 1_577_836_800_000),
            ("+010000-01-01T00:00:00.000Z", 253_402_300_800_000),
        ] {
            assert_eq!(Date::parse(text), Some(Date(ms)), "{text}");
        }
        for text in
            ["", "garbage", "2020-13-01", "2021-02-29", "2020-01-01T25:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01x"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for ms in [0, -1, 1_577_836_800_123, -62_198_755_200_000, 253_402_300_800_000, MAX_MS, -MAX_MS] {
            assert_eq!(Date::parse(&Date(ms).iso()), Some(Date(ms)), "{}", Date(ms));
        }
        assert_eq!(Date(-62_198_755_200_000).iso(), "-000001-01-01T00:00:00.000Z");
        assert_eq!(Date(i64::MAX).iso(), "+292278994-08-17T07:12:55.807Z");
    }
}
