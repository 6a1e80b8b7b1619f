//! Sizes in bytes as Express reads them: `20mb`, `1.5 kb`, `1000`.

use serde_json::Value;

/// The bytes that a size means.
pub(super) fn bytes(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => parsed(&text.trim().to_ascii_lowercase())?,
        _ => return None,
    };
    (number >= 0.0 && number <= 2f64.powi(53)).then_some(number as u64)
}

fn parsed(text: &str) -> Option<f64> {
    let units = [("kb", 10), ("mb", 20), ("gb", 30), ("tb", 40), ("pb", 50), ("b", 0)];
    let (number, power) = units
        .iter()
        .find_map(|(unit, power)| text.strip_suffix(unit).map(|number| (number.trim_end(), *power)))
        .unwrap_or((text, 0));
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse::<f64>().ok().filter(|_| plain).map(|number| number * 2f64.powi(power))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::bytes;

    #[test]
    fn sizes() {
        for (text, size) in [("20mb", 20 << 20), ("1.5 KB", 1536), ("1000", 1000), ("7b", 7), ("1gb", 1 << 30)] {
            assert_eq!(bytes(&json!(text)), Some(size), "{text}");
        }
        assert_eq!(bytes(&json!(1024)), Some(1024));
        for wrong in [json!("mb"), json!("-1kb"), json!("1e9"), json!("inf"), json!(-5), json!([]), json!("2 apples")] {
            assert_eq!(bytes(&wrong), None, "{wrong}");
        }
    }
}
