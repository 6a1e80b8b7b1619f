//! A key or other secret of the configuration: it never reaches a log, an error or a `Debug` print.

use std::fmt;
use std::hint::black_box;

/// A secret string. `Debug` and `Display` show `[secret]`; comparison takes the same time wherever two values differ.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret read from a flag, the environment or a file.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `sent` (untrusted) is this secret. The time depends on the length of `sent` alone. An empty secret
    /// matches nothing, so that a key left blank cannot open a door.
    pub fn matches(&self, sent: &str) -> bool {
        let own = self.0.as_bytes();
        if own.is_empty() {
            return false;
        }
        let mut difference = own.len() ^ sent.len();
        for (i, byte) in sent.bytes().enumerate() {
            difference |= usize::from(black_box(byte ^ own[i % own.len()]));
        }
        black_box(difference) == 0
    }

    /// The secret itself, for the one place that must send or print it (the first start's `curl` line).
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn matches_only_itself() {
        let key = Secret::new("abcabc");
        assert!(key.matches("abcabc"));
        for wrong in ["", "abc", "abcabcabc", "abcabd", "Abcabc", "abcabcabcabc"] {
            assert!(!key.matches(wrong), "{wrong}");
        }
        assert!(!Secret::new("").matches(""), "a blank key opens nothing");
    }

    #[test]
    fn is_never_shown() {
        let key = Secret::new("s3cr3t");
        assert_eq!(format!("{key} {key:?} {:?}", Some(&key)), "[secret] [secret] Some([secret])");
        assert_eq!(key.reveal(), "s3cr3t");
    }
}
