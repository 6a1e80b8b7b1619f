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

/// A text such that two that differ in case alone, or in how accents are encoded, become equal: names of users are unique so.
pub fn fold(text: &str) -> String {
    text.to_lowercase().nfkc().collect()
}

/// `^[a-zA-Z][a-zA-Z0-9_.]*$`, what a where clause may name.
pub fn is_query_key(name: &str) -> bool {
    name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}
