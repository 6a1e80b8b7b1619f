//! When a push is sent and when it is of no use any more.

use super::misconfigured;
use crate::error::Result;
use crate::model::{Date, Map, Value, js};

/// The last date of JavaScript, ms.
const MOST: f64 = 8_640_000_000_000_000.0;

/// Brings the times of a body to the form in which they are kept: `expiration_time` in ms since 1970, `push_time` as a text.
///
/// # Errors
/// 115 for what is no time.
pub fn settle(body: &mut Map, now: Date) -> Result<()> {
    let expires = body.get("expiration_time").map(|given| time(given).map(|(date, _)| date.0 as f64)).transpose()?;
    if let Some(expires) = expires {
        body.set("expiration_time", Value::Number(expires));
    }
    let interval = body.get("expiration_interval").map(interval).transpose()?;
    if let Some(interval) = interval {
        if expires.is_some_and(|expires| expires != 0.0) {
            return Err(misconfigured("Both expiration_time and expiration_interval cannot be set"));
        }
        if !body.contains_key("push_time") {
            let end = (now.0 as f64 + interval * 1000.0).trunc();
            body.set("expiration_time", if end <= MOST { Value::Number(end) } else { Value::Null });
        }
    }
    let pushed = body.get("push_time").map(time).transpose()?;
    if let Some((date, is_local)) = pushed {
        let mut text = date.iso();
        if is_local {
            text.truncate(text.len() - 1);
        }
        body.set("push_time", Value::String(text));
    }
    Ok(())
}

fn interval(given: &Value) -> Result<f64> {
    let seconds = given.as_number().filter(|seconds| *seconds > 0.0);
    seconds.ok_or_else(|| misconfigured("expiration_interval must be a number greater than 0"))
}

/// Seconds since 1970 or a date, and whether it names no time zone: then it is meant in that of each device.
fn time(given: &Value) -> Result<(Date, bool)> {
    let read = match given {
        Value::Number(seconds) => {
            let ms = (seconds * 1000.0).trunc();
            (ms.abs() <= MOST).then_some((Date(ms as i64), true))
        }
        Value::String(text) => Date::parse(text).map(|date| (date, !names_zone(text))),
        _ => None,
    };
    read.ok_or_else(|| misconfigured(format!("{} is not valid time.", js::text(given))))
}

/// Does a text end with `Z` or an offset (`+02:00`)?
fn names_zone(text: &str) -> bool {
    if text.find('Z').is_some_and(|at| at + 1 == text.len()) {
        return true;
    }
    let Some((front, end)) = text.len().checked_sub(6).and_then(|at| text.split_at_checked(at)) else { return false };
    let [b'+' | b'-', a, b, b':', c, d] = end.as_bytes() else { return false };
    !front.is_empty() && [a, b, c, d].iter().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    fn settled(body: &str) -> String {
        let Ok(Value::Object(mut body)) = wire::parse(body.as_bytes(), 9) else { panic!("{body}") };
        match settle(&mut body, Date(1_000)) {
            Ok(()) => wire::to_string(&Value::Object(body)),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn times_are_brought_to_one_form() {
        for (given, wanted) in [
            ("{}", "{}"),
            (r#"{"expiration_time":1893456000}"#, r#"{"expiration_time":1893456000000}"#),
            (r#"{"expiration_time":"2030-01-01T00:00:00.000Z"}"#, r#"{"expiration_time":1893456000000}"#),
            (
                r#"{"expiration_interval":1e20}"#,
                r#"{"expiration_interval":100000000000000000000,"expiration_time":null}"#,
            ),
            (r#"{"expiration_interval":2}"#, r#"{"expiration_interval":2,"expiration_time":3000}"#),
            (r#"{"expiration_time":0,"expiration_interval":2}"#, r#"{"expiration_time":3000,"expiration_interval":2}"#),
            (
                r#"{"expiration_interval":2,"push_time":"2030-01-01T00:00:00Z"}"#,
                r#"{"expiration_interval":2,"push_time":"2030-01-01T00:00:00.000Z"}"#,
            ),
            (r#"{"push_time":1893456000}"#, r#"{"push_time":"2030-01-01T00:00:00.000"}"#),
            (r#"{"push_time":"2030-01-01T02:00:00+02:00"}"#, r#"{"push_time":"2030-01-01T00:00:00.000Z"}"#),
            (r#"{"push_time":"2030-01-01T00:00:00"}"#, r#"{"push_time":"2030-01-01T00:00:00.000"}"#),
        ] {
            assert_eq!(settled(given), wanted, "{given}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (given, wanted) in [
            (r#"{"expiration_time":null}"#, "115: null is not valid time."),
            (r#"{"expiration_time":"soon"}"#, "115: soon is not valid time."),
            (r#"{"expiration_time":1e300}"#, "115: 1e+300 is not valid time."),
            (r#"{"push_time":{}}"#, "115: [object Object] is not valid time."),
            (r#"{"push_time":""}"#, "115:  is not valid time."),
            (r#"{"expiration_interval":0}"#, "115: expiration_interval must be a number greater than 0"),
            (r#"{"expiration_interval":"5"}"#, "115: expiration_interval must be a number greater than 0"),
            (
                r#"{"expiration_time":5,"expiration_interval":5}"#,
                "115: Both expiration_time and expiration_interval cannot be set",
            ),
        ] {
            assert_eq!(settled(given), wanted, "{given}");
        }
    }
}
