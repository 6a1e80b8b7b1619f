//! Every kind of thing that may be wrong with a database: how bad it is, and what it means.
//!
//! A problem is what the server reads wrongly or not at all, or what is not protected as it seems. Advice is what is left over from
//! earlier, costs time or room, or may be meant so.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is wrong, and should be mended.
    Problem,
    /// Nothing is wrong, and it could be better.
    Advice,
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name, for machines.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it means, in a sentence.
    pub means: &'static str,
}

const fn problem(name: &'static str, means: &'static str) -> Kind {
    Kind { name, severity: Severity::Problem, means }
}

const fn advice(name: &'static str, means: &'static str) -> Kind {
    Kind { name, severity: Severity::Advice, means }
}

/// An index that keeps values apart.
pub const MISSING_UNIQUE_INDEX: Kind =
    problem("missing-unique-index", "Nothing keeps two rows from getting the same value at the same moment.");
/// An index for the server's own look-ups.
pub const MISSING_INDEX: Kind =
    advice("missing-index", "The server looks by this column, and has to go through the whole class for it.");
/// An index over the accounts of a provider.
pub const MISSING_ACCOUNT_INDEX: Kind = advice(
    "missing-account-index",
    "Two sign-ups at the same moment can make two users of one account; an index is made at a start with the provider configured.",
);
/// An index of a schema.
pub const DECLARED_INDEX: Kind = advice(
    "declared-index-missing",
    "The schema names an index that is not there. (SQLite has none over lists, objects and places: there it can stay so.)",
);
/// A value that some indexes refuse.
pub const LONG_KEY: Kind =
    advice("long-key", "The values of an index have more than 1,024 bytes, which MongoDB before 4.2 refuses to store.");
/// An entry without its owner.
pub const ENTRY_WITHOUT_OWNER: Kind =
    advice("entry-without-owner", "The relation has an entry whose owner is not there (any more): it takes up room.");
/// An entry that leads nowhere.
pub const ENTRY_TO_NOTHING: Kind =
    advice("entry-to-nothing", "The relation has an entry that leads to an object that is not there (any more).");
/// An entry that is there twice.
pub const DOUBLED_ENTRY: Kind = problem("doubled-entry", "The relation has the same entry more than once.");
/// Rows of nothing.
pub const STRAY_CLASS: Kind = advice(
    "stray-class",
    "There are rows of a class that is in no schema: nobody reads them, and a copy leaves them out. (Or they are of another program.)",
);
/// Entries of nothing.
pub const STRAY_RELATION: Kind =
    advice("stray-relation", "There are entries of a relation whose class or column is not there: nobody reads them.");
/// Entries without ids.
pub const BROKEN_ENTRY: Kind = problem(
    "broken-entry",
    "Entries of the relation lack an id. Its other entries were not looked at, and it cannot be copied so.",
);
/// A session of nobody.
pub const ORPHANED_SESSION: Kind =
    advice("orphaned-session", "The session is of a user who is not there (any more): it lets nobody in.");
/// A session that is over.
pub const EXPIRED_SESSION: Kind =
    advice("expired-session", "The session has ended, and only takes up room: nothing clears such sessions by itself.");
/// A session that cannot be used.
pub const SESSION_WITHOUT_TOKEN: Kind =
    problem("session-without-token", "The session has no token, so that nobody can use or end it.");
/// A pointer that leads nowhere.
pub const POINTER_TO_NOTHING: Kind = advice(
    "pointer-to-nothing",
    "The pointer leads to an object that is not there (any more): an include finds nothing.",
);
/// A value of another type.
pub const WRONG_TYPE: Kind = problem(
    "wrong-type",
    "The value is of another type than its column: queries pass it over, and apps may stumble over it.",
);
/// A column without a type.
pub const UNKNOWN_COLUMN: Kind =
    problem("unknown-column", "Rows have a column that the schema of the class has not, so that it has no type.");
/// A name that cannot be used.
pub const BAD_NAME: Kind =
    problem("bad-name", "A class or column may not have such a name: it can be neither queried nor changed.");
/// A row that cannot be read.
pub const UNREADABLE: Kind = problem(
    "unreadable-row",
    "The row cannot be read: every query that comes upon it fails, and a copy leaves it out.",
);
/// An id of another type.
pub const ID_NO_TEXT: Kind = problem(
    "id-no-text",
    "The id is no text, and ids are looked for as texts: the object can be neither fetched nor changed.",
);
/// A user without a name.
pub const USER_WITHOUT_NAME: Kind = problem("user-without-username", "The user cannot log in with a password.");
/// Names that look alike.
pub const SAME_NAME: Kind = problem(
    "same-name",
    "Users have names or addresses that are the same, or differ only in case or in what cannot be seen: one can pass for the other.",
);
/// Permissions that are not in force.
pub const ACL_NOT_IN_FORCE: Kind = problem(
    "acl-not-in-force",
    "The object lacks _rperm or _wperm, by which it is found and changed: what its _acl forbids is allowed to everybody.",
);
/// Accounts in a column that has been given up.
pub const OLD_AUTH_DATA: Kind = problem(
    "old-auth-data",
    "The accounts of the user stand in authData in place of _auth_data_<provider>: nobody can log in by them.",
);
/// A token from before there were sessions.
pub const LEGACY_TOKEN: Kind = advice(
    "legacy-token",
    "The user has a token from before there were sessions; a client has to exchange it for one.",
);
/// A column by another name.
pub const OLD_COLUMN: Kind = advice(
    "old-column",
    "The column has a name that has been given up: it is read, but queries and orders pass it over.",
);
/// A pointer without a column.
pub const LOST_POINTER: Kind =
    problem("lost-pointer", "Rows have a pointer for which the schema has no column: it is not read at all.");
/// Permissions of a class that are not in force.
pub const OLD_PERMISSIONS: Kind =
    advice("old-permissions", "The class has _client_permissions, which have been given up and are not in force.");
/// A type by another name.
pub const OLD_TYPE: Kind = advice("old-type", "The schema calls a type by a name that has been given up.");
/// A type that is none.
pub const UNKNOWN_TYPE: Kind =
    problem("unknown-type", "The schema gives the column a type that is none: the server passes the column over.");
/// A class open to everybody.
pub const NO_CLP: Kind = advice(
    "no-clp",
    "The class has no class level permissions: whoever has the app's id may query it, and create, change and delete its objects as their ACLs allow, and add columns.",
);
/// A class that everybody may write to.
pub const PUBLIC_WRITES: Kind =
    advice("public-writes", "The class level permissions let everybody add columns, or write what ACLs do not forbid.");
