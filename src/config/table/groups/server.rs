//! Groups for the log, defined schemas and the security check.

use super::super::{Kind::*, Others, Status, Status::*, Table, app};

const NO_EVENTS: Status = NoEffect("the event does not occur yet");

/// `logLevels`.
pub static LOG_LEVELS: Table = Table {
    name: "logLevels",
    not_an_object: "logLevels must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "cloudFunctionError",
            "PARSE_SERVER_LOG_LEVELS_CLOUD_FUNCTION_ERROR",
            Text,
            r#""error""#,
            "a Cloud Function failed",
            NO_EVENTS,
        ),
        app(
            "cloudFunctionSuccess",
            "PARSE_SERVER_LOG_LEVELS_CLOUD_FUNCTION_SUCCESS",
            Text,
            r#""info""#,
            "a Cloud Function succeeded",
            NO_EVENTS,
        ),
        app(
            "signupUsernameTaken",
            "PARSE_SERVER_LOG_LEVELS_SIGNUP_USERNAME_TAKEN",
            Text,
            r#""info""#,
            "a sign-up met a taken username",
            NO_EVENTS,
        ),
        app(
            "triggerAfter",
            "PARSE_SERVER_LOG_LEVELS_TRIGGER_AFTER",
            Text,
            r#""info""#,
            "an after-trigger ran",
            NO_EVENTS,
        ),
        app(
            "triggerBeforeError",
            "PARSE_SERVER_LOG_LEVELS_TRIGGER_BEFORE_ERROR",
            Text,
            r#""error""#,
            "a before-trigger failed",
            NO_EVENTS,
        ),
        app(
            "triggerBeforeSuccess",
            "PARSE_SERVER_LOG_LEVELS_TRIGGER_BEFORE_SUCCESS",
            Text,
            r#""info""#,
            "a before-trigger succeeded",
            NO_EVENTS,
        ),
    ],
};

/// `schema`.
pub static SCHEMA: Table = Table {
    name: "schema",
    not_an_object: "Parse Server option schema must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "afterMigration",
            "PARSE_SERVER_SCHEMA_AFTER_MIGRATION",
            Text,
            "",
            "callback after",
            NotYet("JavaScript inside the server cannot run in Parsimony"),
        ),
        app(
            "beforeMigration",
            "PARSE_SERVER_SCHEMA_BEFORE_MIGRATION",
            Text,
            "",
            "callback before",
            NotYet("JavaScript inside the server cannot run in Parsimony"),
        ),
        app("definitions", "PARSE_SERVER_SCHEMA_DEFINITIONS", List, "[]", "list of schema JSON", Works),
        app(
            "deleteExtraFields",
            "PARSE_SERVER_SCHEMA_DELETE_EXTRA_FIELDS",
            Bool,
            "false",
            "drop fields not defined",
            Works,
        ),
        app(
            "keepUnknownIndexes",
            "PARSE_SERVER_SCHEMA_KEEP_UNKNOWN_INDEXES",
            Bool,
            "false",
            "keep undeclared indexes",
            Works,
        ),
        app("lockSchemas", "PARSE_SERVER_SCHEMA_LOCK_SCHEMAS", Bool, "false", "refuse POST/PUT /schemas", Works),
        app(
            "recreateModifiedFields",
            "PARSE_SERVER_SCHEMA_RECREATE_MODIFIED_FIELDS",
            Bool,
            "false",
            "drop and re-add fields whose type changed",
            Works,
        ),
        app(
            "strict",
            "PARSE_SERVER_SCHEMA_STRICT",
            Bool,
            "false",
            "warn about undeclared classes/fields; exit on duplicate definitions",
            Works,
        ),
    ],
};

/// `security`.
pub static SECURITY: Table = Table {
    name: "security",
    not_an_object: "Parse Server option security must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "checkGroups",
            "PARSE_SERVER_SECURITY_CHECK_GROUPS",
            List,
            "",
            "check classes",
            NotYet("the security check"),
        ),
        app("enableCheck", "PARSE_SERVER_SECURITY_ENABLE_CHECK", Bool, "false", "GET /security", Works),
        app("enableCheckLog", "PARSE_SERVER_SECURITY_ENABLE_CHECK_LOG", Bool, "false", "log report at start", Works),
    ],
};
