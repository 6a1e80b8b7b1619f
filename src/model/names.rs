//! The rules for class and field names (`objects.md` sections 3 and 8).

use unicode_normalization::UnicodeNormalization;

/// The classes that Parse defines.
pub const SYSTEM_CLASSES: [&str; 13] = [
    "_User",
    "_Installation",
    "_Role",
    "_Session",
    "_Product",
    "_PushStatus",
    "_JobStatus",
    "_JobSchedule",
    "_Hooks",
    "_GlobalConfig",
    "_GraphQLConfig",
    "_Audience",
    "_Idempotency",
];

/// System classes whose schema stands in code and is never stored.
pub const VOLATILE_CLASSES: [&str; 8] = [
    "_JobStatus",
    "_PushStatus",
    "_Hooks",
    "_GlobalConfig",
    "_GraphQLConfig",
    "_JobSchedule",
    "_Audience",
    "_Idempotency",
];

/// Columns that no client sees, stored under these names; of users `_session_token` besides.
pub const INTERNAL_COLUMNS: [&str; 10] = [
    "_hashed_password",
    "_email_verify_token",
    "_email_verify_token_expires_at",
    "_perishable_token",
    "_perishable_token_expires_at",
    "_failed_login_count",
    "_account_lockout_expires_at",
    "_password_changed_at",
    "_password_history",
    "_tombstone",
];

/// System classes whose objects have routes of their own, and are not made through `/classes`.
const OWN_ROUTES: [&str; 3] = ["_Hooks", "_GlobalConfig", "_GraphQLConfig"];

/// May objects of this class be made through `/classes`? Entries of relations may not: operations on their owner make them.
pub fn is_creatable(name: &str) -> bool {
    !OWN_ROUTES.contains(&name) && !is_join_class(name)
}

/// Is it a class that Parse defines?
pub fn is_system_class(name: &str) -> bool {
    SYSTEM_CLASSES.contains(&name)
}

/// Does the name look like that of a join table, `_Join:<field>:<class>`?
pub fn is_join_class(name: &str) -> bool {
    let Some((field, class)) = name.strip_prefix("_Join:").and_then(|rest| rest.split_once(':')) else { return false };
    let word = |s: &str| s.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    word(field) && word(class)
}

/// May a class have this name?
pub fn is_valid_class(name: &str) -> bool {
    is_system_class(name) || is_join_class(name) || is_valid_field(name)
}

/// May `/schemas` speak of a class of this name, and columns point to it?
pub fn is_in_schemas(name: &str) -> bool {
    is_valid_class(name) && !OWN_ROUTES.contains(&name)
}

/// May a field have this name? `_Hooks` alone may have a field `className`.
pub fn is_valid_field(name: &str) -> bool {
    is_identifier(name) && name != "length" && name != "className"
}

/// `^[A-Za-z][A-Za-z0-9_]*$`
pub fn is_identifier(name: &str) -> bool {
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Does an id of a user mean others in permission lists? Such a user would have the rights of those others.
pub fn means_others(id: &str) -> bool {
    const WORDS: [&str; 4] = ["*", "authenticated", "requiresAuthentication", "pointerFields"];
    WORDS.contains(&id) || id.starts_with("role:") || id.starts_with("userField:")
}

/// A text such that two that differ in case, in how accents are encoded, or in what cannot be seen become equal: names of users
/// are unique so.
pub fn fold(text: &str) -> String {
    text.to_lowercase().nfkc().filter(|c| !is_ignorable(*c)).collect()
}

/// Is it a character that shows nothing, and that MongoDB's collation passes over: controls but for blanks, marks of direction
/// and joining, fillers, variations, tags?
fn is_ignorable(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}'
        | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `^[a-zA-Z][a-zA-Z0-9_.]*$`, what a where clause may name.
pub fn is_query_key(name: &str) -> bool {
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for name in
            ["ADMIN", "admin\u{200b}", "\u{202e}Admin", "ad\u{ad}min", "a\0dmin", "\u{ff41}dmin", "admin\u{fe0f}"]
        {
            assert_eq!(fold(name), "admin", "{name:?}");
        }
        assert_eq!(fold("e\u{301}"), fold("\u{c9}"));
        for other in ["admin ", "ad min", "admin\n", "adm\u{131}n", "\u{430}dmin"] {
            assert_ne!(fold(other), "admin", "{other:?}");
        }
    }
}
