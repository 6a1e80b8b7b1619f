//! Defaults that Parse Server has announced to change, as far as they matter here: an app that wants the present
//! behaviour says so now and keeps it.

use super::error::{Warning, WarningKind};
use super::settings::Settings;

struct Deprecation {
    option: &'static str,
    /// Group of the option, or empty.
    group: &'static str,
    /// Only of interest if this option is set.
    with: &'static str,
    change: &'static str,
    solution: &'static str,
}

const ANNOUNCED: &[Deprecation] = &[
    Deprecation {
        option: "allowedFileUrlDomains",
        group: "fileUpload",
        with: "",
        change: "[]",
        solution: "Set it to the hosts that may stand in file URLs, or to [\"*\"] to keep all allowed.",
    },
    Deprecation {
        option: "readOnlyMasterKeyIps",
        group: "",
        with: "readOnlyMasterKey",
        change: "[\"127.0.0.1\", \"::1\"]",
        solution: "Set it to the addresses that use the key.",
    },
    Deprecation {
        option: "allowAggregationForReadOnlyMasterKey",
        group: "",
        with: "readOnlyMasterKey",
        change: "false",
        solution: "Set it to true to keep aggregating with the key.",
    },
    Deprecation {
        option: "protectedFieldsOwnerExempt",
        group: "",
        with: "",
        change: "false",
        solution: "Set it to true to keep showing users all their own fields.",
    },
    Deprecation {
        option: "protectedFieldsSaveResponseExempt",
        group: "",
        with: "",
        change: "false",
        solution: "Set it to true to keep protected fields in the answers to saves.",
    },
];

/// Warns of announced changes that would reach this app, and of options that will go.
pub(super) fn check(settings: &Settings, warnings: &mut Vec<Warning>) {
    let mut warn = |message| warnings.push(Warning { kind: WarningKind::Deprecation, message });
    for announced in ANNOUNCED {
        let Deprecation { option, group, with, change, solution } = announced;
        let (path, set) = match *group {
            "" => ((*option).to_owned(), settings.given(option).is_some()),
            group => (format!("{group}.{option}"), settings.given_in(group, option).is_some()),
        };
        if !set && (with.is_empty() || settings.given(with).is_some()) {
            warn(format!(
                "DeprecationWarning: The Parse Server option '{path}' default will change to '{change}' in a future \
                 version. {solution}"
            ));
        }
    }
    if settings.given("userSensitiveFields").is_some() {
        warn(
            "DeprecationWarning: userSensitiveFields is replaced by protectedFields; its fields are protected.".into(),
        );
    }
}
