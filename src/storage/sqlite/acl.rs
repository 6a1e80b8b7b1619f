//! The ACL of a row as JSON, from its two lists as they lie. Rows with one are many, and most are short.

use super::row::{acl, entries};
use crate::model::wire;

/// Longer lists are written by way of a tree, which finds an entry without a walk.
const SHORT: usize = 8;

/// Appends the ACL in wire form.
pub fn write(rperm: Option<&str>, wperm: Option<&str>, out: &mut Vec<u8>) {
    if !is_short(rperm) || !is_short(wperm) {
        return wire::write(&acl(rperm, wperm).unwrap_or_default().to_wire(), out);
    }
    let holds = |list: Option<&str>, entry: &str| list.into_iter().flat_map(entries).any(|other| other == entry);
    out.push(b'{');
    let start = out.len();
    let mut put = |entry: &str, read: bool, write: bool| {
        if out.len() > start {
            out.push(b',');
        }
        wire::string(entry, out);
        out.extend_from_slice(match (read, write) {
            (true, true) => br#":{"read":true,"write":true}"#,
            (true, false) => br#":{"read":true}"#,
            _ => br#":{"write":true}"#,
        });
    };
    for entry in rperm.into_iter().flat_map(entries) {
        put(entry, true, holds(wperm, entry));
    }
    for entry in wperm.into_iter().flat_map(entries).filter(|entry| !holds(rperm, entry)) {
        put(entry, false, true);
    }
    out.push(b'}');
}

/// Few entries, no two alike, and none that JavaScript would put before the others because it is a number.
fn is_short(list: Option<&str>) -> bool {
    let all = || list.into_iter().flat_map(entries);
    let alone = |(i, entry): (usize, &str)| !all().take(i).any(|before| before == entry);
    all().nth(SHORT).is_none()
        && all().enumerate().all(alone)
        && !all().any(|e| e.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_as_the_tree_of_them_is() {
        let lists = [
            "",
            "\u{1}",
            "\u{1}a\u{1}",
            "\u{1}role:x \"y\"\u{1}b\u{1}a\u{1}",
            "\u{1}b\u{1}b\u{1}",
            "\u{1}z\u{1}7\u{1}a\u{1}",
        ];
        let long: String = (0..20).map(|n| format!("\u{1}u{n}")).collect::<String>() + "\u{1}";
        let all: Vec<Option<&str>> = lists.into_iter().chain([long.as_str()]).map(Some).chain([None]).collect();
        for (rperm, wperm) in all.iter().flat_map(|rperm| all.iter().map(move |wperm| (*rperm, *wperm))) {
            let (mut short, mut tree) = (Vec::new(), Vec::new());
            write(rperm, wperm, &mut short);
            wire::write(&acl(rperm, wperm).unwrap_or_default().to_wire(), &mut tree);
            assert_eq!(String::from_utf8(short), String::from_utf8(tree), "{rperm:?} {wperm:?}");
        }
    }
}
