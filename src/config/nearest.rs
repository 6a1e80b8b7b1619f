//! The known name nearest to an unknown one.

use strsim::damerau_levenshtein;

/// ` (did you mean x?)` for the name nearest to `unknown`, or nothing if none is near.
pub(super) fn hint<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let lower = unknown.to_lowercase();
    let near = known.into_iter().map(|name| (damerau_levenshtein(&lower, &name.to_lowercase()), name)).min();
    match near {
        Some((distance, name)) if distance <= 2.max(unknown.len() / 3) => format!(" (did you mean {name}?)"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn near_and_far() {
        let known = ["masterKey", "masterKeyIps", "port"];
        assert_eq!(hint("masterkey", known), " (did you mean masterKey?)");
        assert_eq!(hint("mastreKeyIp", known), " (did you mean masterKeyIps?)");
        assert_eq!(hint("somethingElse", known), "");
    }
}
