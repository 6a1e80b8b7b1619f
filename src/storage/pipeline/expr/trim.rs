//! Texts without what surrounds them.

use super::{Call, Op, named};
use crate::error::Result;
use crate::model::Value;

/// The operators.
pub const TABLE: &[Op] = &[
    named("$trim", &["input", "chars"], 1, |c| trim(c, true, true)),
    named("$ltrim", &["input", "chars"], 1, |c| trim(c, true, false)),
    named("$rtrim", &["input", "chars"], 1, |c| trim(c, false, true)),
];

/// What MongoDB takes off when it is not told: blanks of all kinds and NUL.
const BLANK: &str = "\0\t\n\u{b}\u{c}\r \u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\
                     \u{2008}\u{2009}\u{200a}";

fn trim(c: &Call<'_>, left: bool, right: bool) -> Result<Option<Value>> {
    if c.null(0) || matches!(c.get(1), Some(Value::Null)) {
        return Ok(Some(Value::Null));
    }
    let chars = if c.get(1).is_none() { BLANK } else { c.text(1)? };
    let mut text = c.text(0)?;
    let gone = |ch: char| chars.contains(ch);
    if left {
        text = text.trim_start_matches(gone);
    }
    if right {
        text = text.trim_end_matches(gone);
    }
    Ok(Some(Value::from(text)))
}
