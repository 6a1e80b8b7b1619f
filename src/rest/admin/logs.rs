//! `GET /scriptlog`: the last log lines of the process (`admin.md` section 4).

use crate::error::Result;
use crate::model::{Date, Map, Value, wire};
use crate::rest::{Answer, Call};
use crate::telemetry::{Ring, Wanted};

const WEEK_MS: i64 = 7 * 86_400_000;

/// The lines that the parameters ask for, in a list.
///
/// # Errors
/// None; what a parameter cannot mean counts as not given.
pub fn get(call: &Call, lines: &Ring, params: &Map) -> Result<Answer> {
    let found = lines.find(wanted(params, call.engine.clock.now()));
    Ok(Answer::ok(&Value::Array(found.into_iter().map(Value::Object).collect())))
}

fn wanted(params: &Map, now: Date) -> Wanted {
    // Numbers were made of what stood in the query string.
    let text = |name: &str| match params.get(name)? {
        Value::String(text) => Some(text.clone()),
        value => Some(wire::to_string(value)),
    };
    let date = |name: &str| text(name).and_then(|text| Date::parse(&text));
    let size = text("n").filter(|n| !n.is_empty()).or_else(|| text("size"));
    let size = size.and_then(|size| size.trim().parse::<f64>().ok()).map_or(0, |size| size as i64);
    let order = text("order");
    Wanted {
        errors: text("level").as_deref() == Some("error"),
        from: date("from").unwrap_or(Date(now.0 - WEEK_MS)),
        until: date("until").unwrap_or(now),
        ascending: order.is_some_and(|order| !order.is_empty() && order != "desc"),
        size: if size == 0 { 10 } else { size },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_defaults() {
        let now = Date(WEEK_MS * 2);
        let week = Wanted { errors: false, from: Date(WEEK_MS), until: now, ascending: false, size: 10 };
        let of = |pairs: &[(&str, Value)]| wanted(&pairs.iter().cloned().collect(), now);
        assert_eq!(of(&[]), week);
        assert_eq!(of(&[("n", Value::Number(3.0)), ("size", Value::from("5"))]), Wanted { size: 3, ..week });
        assert_eq!(of(&[("size", Value::from("abc"))]), week);
        assert_eq!(of(&[("size", Value::Number(-2.0))]), Wanted { size: -2, ..week });
        assert_eq!(of(&[("level", Value::from("error"))]), Wanted { errors: true, ..week });
        assert_eq!(of(&[("level", Value::from("warn")), ("order", Value::from("desc"))]), week);
        assert_eq!(of(&[("order", Value::from("asc"))]), Wanted { ascending: true, ..week });
        let dates = of(&[("from", Value::from("1970-01-01T00:00:01Z")), ("until", Value::from("nonsense"))]);
        assert_eq!(dates, Wanted { from: Date(1000), ..week });
    }
}
