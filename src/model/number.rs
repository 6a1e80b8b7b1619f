//! Numbers as JavaScript prints them.

/// Appends `n` as `JSON.stringify` would: shortest digits, `1e+21`, `-0` as `0`, NaN and infinities as `null`.
pub fn write(n: f64, out: &mut Vec<u8>) {
    if !n.is_finite() {
        out.extend_from_slice(b"null");
    } else if n.trunc() == n && n.abs() < 1e15 {
        out.extend_from_slice(itoa::Buffer::new().format(n as i64).as_bytes());
    } else if !short(n, out) {
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(n).as_bytes());
    }
}

/// Writes a number of few digits behind the point, as most have: places, prices, ratings. No other decimal of fifteen digits or
/// fewer reads as the same double, so that these are the shortest digits.
fn short(n: f64, out: &mut Vec<u8>) -> bool {
    const PLACES: usize = 6;
    const UNIT: i64 = 1_000_000;
    let scaled = (n * UNIT as f64).round();
    if scaled.abs() >= 1e15 || scaled / UNIT as f64 != n {
        return false;
    }
    let scaled = scaled as i64;
    let (whole, mut rest) = (scaled / UNIT, scaled.abs() % UNIT);
    if n < 0.0 && whole == 0 {
        out.push(b'-');
    }
    out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
    let mut digits = [b'0'; PLACES];
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    out.push(b'.');
    out.extend_from_slice(&digits[..end]);
    true
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn few_digits_are_the_shortest(whole in -2_000_000_000_i64..2_000_000_000, unit in 0..8_u32, any in any::<u64>(), near in 0..3_u64) {
            let decimal = whole as f64 / f64::from(10_u32.pow(unit));
            for n in [decimal, -decimal, f64::from_bits(decimal.to_bits().wrapping_add(near)), f64::from_bits(any), decimal * 1e-6] {
                let mut out = Vec::new();
                super::write(n, &mut out);
                let mut digits = ryu_js::Buffer::new();
                let expected = if n.is_finite() { digits.format_finite(n) } else { "null" };
                prop_assert_eq!(String::from_utf8_lossy(&out), expected);
            }
        }
    }

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
