//! Object ids and tokens (`objects.md` section 3).

/// The alphabet of object ids, in the order that Parse Server indexes it.
pub const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of random bytes; the process has the operating system's, tests have a seeded one.
pub trait Random: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// A new object id of `size` characters: each random byte modulo 62.
pub fn object_id(random: &dyn Random, size: usize) -> String {
    let mut bytes = vec![0; size];
    random.fill(&mut bytes);
    bytes.iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()])).collect()
}

/// `n` random bytes as lower-case hexadecimal digits.
pub fn hex(random: &dyn Random, n: usize) -> String {
    let mut bytes = vec![0; n];
    random.fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
