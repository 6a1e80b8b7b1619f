//! Numbers as JavaScript prints them.

/// Appends `n` as `JSON.stringify` would: shortest digits, `1e+21`, `-0` as `0`, NaN and infinities as `null`.
pub fn write(n: f64, out: &mut Vec<u8>) {
    if !n.is_finite() {
        out.extend_from_slice(b"null");
    } else if n.trunc() == n && n.abs() < 1e15 {
        out.extend_from_slice(itoa::Buffer::new().format(n as i64).as_bytes());
    } else {
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(n).as_bytes());
    }
}

/// `n` as JavaScript's `String(n)` prints it, for error texts.
pub fn text(n: f64) -> String {
    if n.is_nan() {
        "NaN".into()
    } else if n.is_infinite() {
        if n > 0.0 { "Infinity" } else { "-Infinity" }.into()
    } else {
        ryu_js::Buffer::new().format_finite(n).to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn prints_as_javascript() {
        for (n, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (12345678901234567890.0, "12345678901234567000"),
            (1e-7, "1e-7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            let mut out = Vec::new();
            super::write(n, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }
}
