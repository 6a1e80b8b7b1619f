//! Groups for users: lock-out, passwords, installations.

use super::super::{Kind::*, Others, Status::*, Table, app};

/// `accountLockout`.
pub static ACCOUNT_LOCKOUT: Table = Table {
    name: "accountLockout",
    not_an_object: "accountLockout must be an object",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("duration", "PARSE_SERVER_ACCOUNT_LOCKOUT_DURATION", Int, "", "minutes, >0 and <100000", Works),
        app("threshold", "PARSE_SERVER_ACCOUNT_LOCKOUT_THRESHOLD", Int, "", "failures 1..999", Works),
        app(
            "unlockOnPasswordReset",
            "PARSE_SERVER_ACCOUNT_LOCKOUT_UNLOCK_ON_PASSWORD_RESET",
            Bool,
            "false",
            "reset clears lock",
            Works,
        ),
    ],
};

/// `passwordPolicy`.
pub static PASSWORD_POLICY: Table = Table {
    name: "passwordPolicy",
    not_an_object: "passwordPolicy must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "doNotAllowUsername",
            "PARSE_SERVER_PASSWORD_POLICY_DO_NOT_ALLOW_USERNAME",
            Bool,
            "false",
            "password must not contain username",
            Works,
        ),
        app("maxPasswordAge", "PARSE_SERVER_PASSWORD_POLICY_MAX_PASSWORD_AGE", Int, "", "days", Works),
        app("maxPasswordHistory", "PARSE_SERVER_PASSWORD_POLICY_MAX_PASSWORD_HISTORY", Int, "", "0..20", Works),
        app(
            "resetPasswordSuccessOnInvalidEmail",
            "PARSE_SERVER_PASSWORD_POLICY_RESET_PASSWORD_SUCCESS_ON_INVALID_EMAIL",
            Bool,
            "true",
            "hide unknown e-mail",
            Works,
        ),
        app(
            "resetTokenReuseIfValid",
            "PARSE_SERVER_PASSWORD_POLICY_RESET_TOKEN_REUSE_IF_VALID",
            Bool,
            "false",
            "reuse token",
            Works,
        ),
        app(
            "resetTokenValidityDuration",
            "PARSE_SERVER_PASSWORD_POLICY_RESET_TOKEN_VALIDITY_DURATION",
            Int,
            "",
            "seconds",
            Works,
        ),
        app("validationError", "PARSE_SERVER_PASSWORD_POLICY_VALIDATION_ERROR", Text, "", "message", Works),
        app(
            "validatorCallback",
            "PARSE_SERVER_PASSWORD_POLICY_VALIDATOR_CALLBACK",
            Text,
            "",
            "function",
            NotYet("accounts"),
        ),
        app("validatorPattern", "PARSE_SERVER_PASSWORD_POLICY_VALIDATOR_PATTERN", Text, "", "regex", Works),
    ],
};

/// `installation`.
pub static INSTALLATION: Table = Table {
    name: "installation",
    not_an_object: "installation must be an object.",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean",
    unknown: "{group} contains unknown property '{key}'.",
    others: Others::Refused,
    options: &[
        app(
            "duplicateDeviceTokenAction",
            "PARSE_SERVER_INSTALLATION_DUPLICATE_DEVICE_TOKEN_ACTION",
            Text,
            r#""delete""#,
            "delete or update the loser",
            Works,
        ),
        app(
            "duplicateDeviceTokenActionEnforceAuth",
            "PARSE_SERVER_INSTALLATION_DUPLICATE_DEVICE_TOKEN_ACTION_ENFORCE_AUTH",
            Bool,
            "false",
            "apply caller rights",
            Works,
        ),
        app(
            "duplicateDeviceTokenMergePriority",
            "PARSE_SERVER_INSTALLATION_DUPLICATE_DEVICE_TOKEN_MERGE_PRIORITY",
            Text,
            r#""deviceToken""#,
            "deviceToken or installationId",
            Works,
        ),
    ],
};
