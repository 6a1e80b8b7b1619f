//! `"12 days ago"`, `"in 1 day 2 hours"`, `"now"`.

use crate::model::{Date, Value};

/// Reads a relative time.
///
/// # Errors
/// What is wrong with it, in Parse Server's words.
pub(super) fn parse(value: &Value, now: Date) -> Result<Date, String> {
    let text = value.as_str().ok_or("Time should either start with 'in' or end with 'ago'")?.to_lowercase();
    let mut words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
    if text == "now" {
        return Ok(now);
    }
    let future = words.first() == Some(&"in");
    let past = words.last() == Some(&"ago");
    match (future, past) {
        (false, false) => return Err("Time should either start with 'in' or end with 'ago'".into()),
        (true, true) => return Err("Time cannot have both 'in' and 'ago'".into()),
        (true, false) => drop(words.remove(0)),
        (false, true) => drop(words.pop()),
    }
    if !words.len().is_multiple_of(2) {
        return Err("Invalid time string. Dangling unit or number.".into());
    }
    let mut seconds: i64 = 0;
    for pair in words.chunks_exact(2) {
        let (number, unit) = (pair[0], pair[1]);
        let n: i64 = number.parse().map_err(|_| format!("'{number}' is not an integer."))?;
        let length = unit_seconds(unit).ok_or_else(|| format!("Invalid interval: '{unit}'"))?;
        seconds = n.checked_mul(length).and_then(|s| seconds.checked_add(s)).ok_or("The time is out of range.")?;
    }
    let ms = seconds.checked_mul(if past { -1000 } else { 1000 }).and_then(|ms| now.0.checked_add(ms));
    ms.filter(|ms| ms.abs() <= 8_640_000_000_000_000).map(Date).ok_or_else(|| "The time is out of range.".into())
}

fn unit_seconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "yr" | "yrs" | "year" | "years" => 31_536_000,
        "wk" | "wks" | "week" | "weeks" => 604_800,
        "d" | "day" | "days" => 86_400,
        "hr" | "hrs" | "hour" | "hours" => 3600,
        "min" | "mins" | "minute" | "minutes" => 60,
        "sec" | "secs" | "second" | "seconds" => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_directions() {
        let now = Date(1_000_000_000_000);
        let read = |text: &str| parse(&Value::from(text), now).map(|d| d.0 - now.0);
        assert_eq!(read("now"), Ok(0));
        assert_eq!(read("3 days ago"), Ok(-259_200_000));
        assert_eq!(read("in 1 day 2 hours"), Ok(93_600_000));
        assert_eq!(read("bad"), Err("Time should either start with 'in' or end with 'ago'".into()));
        assert_eq!(read("in 1 day ago"), Err("Time cannot have both 'in' and 'ago'".into()));
        assert_eq!(read("1.5 days ago"), Err("'1.5' is not an integer.".into()));
        assert_eq!(read("1 moon ago"), Err("Invalid interval: 'moon'".into()));
        assert_eq!(read("1 day 2 ago"), Err("Invalid time string. Dangling unit or number.".into()));
        assert!(read("9223372036854775807 years ago").is_err());
    }
}
