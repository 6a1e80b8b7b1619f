//! Bytes looked at eight at a time.

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// The high bits of the bytes below `n` (128 at most): the lowest that is set is that of the first of them, what is set above it
/// says nothing.
fn below(word: u64, n: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(n)) & !word & HIGH
}

/// The high bits of the bytes that are `byte`, as [`below`] has it.
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

/// Must a byte of a text be escaped in JSON?
pub fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Has a text nothing to escape in JSON, as most have not?
pub fn is_plain(text: &[u8]) -> bool {
    let odd = |word: u64| below(word, 0x20) | equal(word, b'"') | equal(word, b'\\');
    let (words, rest) = text.as_chunks::<8>();
    // Without a way out of it, the loop takes several words at a time.
    let any = words.iter().fold(0, |any, word| any | odd(u64::from_le_bytes(*word)));
    any == 0 && !rest.iter().any(|byte| is_escaped(*byte))
}

/// Where the first quote or backslash is.
pub fn quote(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|at| words.len() * 8 + at)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #[test]
        fn eight_say_what_each_says(text in vec(prop_oneof![3 => Just(b'a'), 1 => any::<u8>(), 1 => select(b"\"\\\x1f\x20!]\x80\xa2\xdc".to_vec())], 0..40)) {
            prop_assert_eq!(is_plain(&text), !text.iter().any(|byte| is_escaped(*byte)));
            prop_assert_eq!(quote(&text), text.iter().position(|byte| matches!(byte, b'"' | b'\\')));
        }
    }
}
