//! The group `auth`: providers of accounts.

use super::super::{Kind::*, Opt, Others, Status, Status::*, Table, app};

const fn provider(name: &'static str, doc: &'static str, status: Status) -> Opt {
    app(name, "", Json, "", doc, status)
}

const fn later(name: &'static str) -> Opt {
    provider(name, "provider of Parse Server", NotYet("auth providers"))
}

/// `auth`; what it does not know is a provider under a name of its own.
pub static AUTH: Table = Table {
    name: "auth",
    not_an_object: "auth must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "",
    others: Others::Provider,
    options: &[
        provider("anonymous", "users whom nobody vouches for; `{\"enabled\": false}` switches them off", Works),
        later("apple"),
        later("digits"),
        later("facebook"),
        later("gcenter"),
        later("github"),
        later("google"),
        later("gpgames"),
        later("instagram"),
        later("janraincapture"),
        later("janrainengage"),
        provider("keycloak", "`config` with `auth-server-url`, `realm`, `client-id`; `cacheMaxAge` in ms", Works),
        later("ldap"),
        later("line"),
        later("linkedin"),
        later("meetup"),
        provider(
            "mfa",
            "second factor: `options` (`[\"TOTP\"]`, `\"SMS\"` with a `bridge`), `digits`, `period` in s, `algorithm`",
            Works,
        ),
        later("microsoft"),
        later("phantauth"),
        later("qq"),
        later("spotify"),
        later("twitter"),
        later("vkontakte"),
        later("wechat"),
        later("weibo"),
    ],
};
