//! The format strings of `$dateToString` and `$dateFromString`.

use super::zone::{Parts, assemble, month_length, offset as zone_offset};
use crate::error::{Error, Result};
use crate::model::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Writes an instant.
///
/// # Errors
/// 102 for a specifier that does not exist.
pub fn write(date: Date, offset: i64, format: &str) -> Result<String> {
    let p = Parts::of(date, offset);
    let mut out = String::with_capacity(32);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let spec = chars.next().ok_or_else(|| Error::query("Unmatched '%' at end of format string"))?;
        out.push_str(&field(spec, &p, offset)?);
    }
    Ok(out)
}

fn field(spec: char, p: &Parts, offset: i64) -> Result<String> {
    let month = || MONTHS.get((p.month - 1) as usize).copied().unwrap_or_default();
    Ok(match spec {
        '%' => "%".to_owned(),
        'Y' => year(p.year)?,
        'G' => year(p.iso_week().0)?,
        'm' => format!("{:02}", p.month),
        'd' => format!("{:02}", p.day),
        'H' => format!("{:02}", p.hour),
        'M' => format!("{:02}", p.minute),
        'S' => format!("{:02}", p.second),
        'L' => format!("{:03}", p.milli),
        'j' => format!("{:03}", p.day_of_year()),
        'w' => p.day_of_week().to_string(),
        'u' => p.iso_day_of_week().to_string(),
        'U' => format!("{:02}", p.week()),
        'V' => format!("{:02}", p.iso_week().1),
        'B' => month().to_owned(),
        'b' => month().chars().take(3).collect(),
        'Z' => (offset / 60_000).to_string(),
        'z' => {
            let minutes = offset.abs() / 60_000;
            format!("{}{:02}{:02}", if offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
        }
        other => return Err(Error::query(format!("Invalid format character '%{other}' in format string"))),
    })
}

fn year(year: i64) -> Result<String> {
    match (0..=9999).contains(&year) {
        true => Ok(format!("{year:04}")),
        false => Err(Error::query(format!("$dateToString is only defined on year 0-9999, tried to use year {year}"))),
    }
}

/// Reads an instant; a zone in the text counts more than `offset`.
///
/// # Errors
/// 102 for a text that does not have the format.
pub fn read(text: &str, format: &str, mut offset: i64) -> Result<Date> {
    let bad = || Error::query(format!("Error parsing date string '{text}' with format '{format}'"));
    let (mut year, mut month, mut day, mut ms, mut of_year) = (1970, 1, 1, 0, None);
    let mut rest = text;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            rest = rest.strip_prefix(c).ok_or_else(bad)?;
            continue;
        }
        let spec = chars.next().ok_or_else(|| Error::query("Unmatched '%' at end of format string"))?;
        match spec {
            '%' => rest = rest.strip_prefix('%').ok_or_else(bad)?,
            'Y' => year = digits(&mut rest, 4).ok_or_else(bad)?,
            'm' => month = digits(&mut rest, 2).ok_or_else(bad)?,
            'd' => day = digits(&mut rest, 2).ok_or_else(bad)?,
            'j' => of_year = Some(digits(&mut rest, 3).ok_or_else(bad)?),
            'H' => ms += 3_600_000 * digits(&mut rest, 2).filter(|h| *h < 24).ok_or_else(bad)?,
            'M' => ms += 60_000 * digits(&mut rest, 2).filter(|m| *m < 60).ok_or_else(bad)?,
            'S' => ms += 1000 * digits(&mut rest, 2).filter(|s| *s < 60).ok_or_else(bad)?,
            'L' => ms += digits(&mut rest, 3).ok_or_else(bad)?,
            'b' | 'B' => month = month_name(&mut rest, spec == 'b').ok_or_else(bad)?,
            'z' => offset = zone(&mut rest).ok_or_else(bad)?,
            'Z' => {
                let sign = if rest.starts_with('-') { -1 } else { 1 };
                rest = rest.trim_start_matches(['+', '-']);
                offset = sign * 60_000 * digits(&mut rest, 4).ok_or_else(bad)?;
            }
            other => return Err(Error::query(format!("Invalid format character '%{other}' in format string"))),
        }
    }
    if let Some(day) = of_year {
        return Ok(assemble(year, 1, day, ms, offset));
    }
    if !rest.is_empty() || !(1..=12).contains(&month) || !(1..=month_length(year, month)).contains(&day) {
        return Err(bad());
    }
    Ok(assemble(year, month, day, ms, offset))
}

fn digits(rest: &mut &str, max: usize) -> Option<i64> {
    let n = rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
    let value = rest[..n].parse().ok()?;
    *rest = &rest[n..];
    Some(value)
}

fn month_name(rest: &mut &str, short: bool) -> Option<i64> {
    let names = MONTHS.iter().map(|name| if short { &name[..3] } else { name });
    let (i, n) = names.enumerate().find_map(|(i, name)| {
        let head = rest.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then_some((i, name.len()))
    })?;
    *rest = &rest[n..];
    Some(i as i64 + 1)
}

fn zone(rest: &mut &str) -> Option<i64> {
    let n = match rest.as_bytes().first()? {
        b'Z' => 1,
        _ if rest.as_bytes().get(3) == Some(&b':') => 6,
        _ => 5,
    };
    let offset = zone_offset(rest.get(..n)?).ok()?;
    *rest = &rest[n..];
    Some(offset)
}
