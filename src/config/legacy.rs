//! Names of Parse Server 1 to 8 that 9.10 no longer knows, and defaults that changed since: what to do now.

/// An option or variable that is gone.
pub(super) struct Gone {
    /// Option, or empty if only a variable.
    pub(super) name: &'static str,
    /// Variable, or empty.
    pub(super) env: &'static str,
    /// Last major version that had it.
    pub(super) until: u8,
    /// What to do now.
    pub(super) advice: &'static str,
}

/// A default that changed.
pub(super) struct Changed {
    /// Option, with its group.
    pub(super) name: &'static str,
    /// First major version with the present default.
    pub(super) since: u8,
    /// The former default, and what to set to keep it.
    pub(super) advice: &'static str,
}

const fn gone(name: &'static str, env: &'static str, until: u8, advice: &'static str) -> Gone {
    Gone { name, env, until, advice }
}

const fn changed(name: &'static str, since: u8, advice: &'static str) -> Changed {
    Changed { name, since, advice }
}

/// What is gone, newest first.
pub(super) const GONE: &[Gone] = &[
    gone(
        "encodeParseObjectInCloudFunction",
        "PARSE_SERVER_ENCODE_PARSE_OBJECT_IN_CLOUD_FUNCTION",
        8,
        "remove it; objects in the answers of Cloud Functions are always encoded",
    ),
    gone("pages.enableRouter", "PARSE_SERVER_PAGES_ENABLE_ROUTER", 8, "remove it; the pages router is always on"),
    gone(
        "serverStartComplete",
        "PARSE_SERVER_SERVER_START_COMPLETE",
        5,
        "remove it; ask GET /health, which answers 200 as soon as the server is ready",
    ),
    gone(
        "enableSingleSchemaCache",
        "PARSE_SERVER_ENABLE_SINGLE_SCHEMA_CACHE",
        4,
        "remove it; there is one schema cache for all requests",
    ),
    gone(
        "schemaCacheTTL",
        "PARSE_SERVER_SCHEMA_CACHE_TTL",
        4,
        "remove it, or set databaseOptions.schemaCacheTtl (ms) if several servers share a database",
    ),
    gone(
        "skipMongoDBServer13732Workaround",
        "PARSE_SKIP_MONGODB_SERVER_13732_WORKAROUND",
        3,
        "remove it; the databases it was for are no longer supported",
    ),
    gone(
        "",
        "PARSE_SERVER_ENABLE_EXPERIMENTAL_DIRECT_ACCESS",
        9,
        "unset it; Cloud Code never reaches the server by its public URL",
    ),
    gone("persistSchemaCache", "PARSE_SERVER_PERSIST_SCHEMA_CACHE", 2, "remove it; the schema cache always lasts"),
    gone("liveQueryPort", "PARSE_SERVER_LIVE_QUERY_PORT", 2, "set liveQueryServerOptions: {\"port\": ...}"),
    gone("liveQuery.classNames", "", 2, "set liveQuery: {\"classNames\": [...]}"),
    gone("liveQuery.redisURL", "", 2, "set liveQuery: {\"redisURL\": ...}"),
    gone("", "PARSE_SERVER_LIVE_QUERY_OPTIONS", 2, "set PARSE_SERVER_LIVE_QUERY"),
    gone("oauth", "PARSE_SERVER_OAUTH_PROVIDERS", 2, "rename it to auth (PARSE_SERVER_AUTH_PROVIDERS)"),
    gone(
        "facebookAppIds",
        "PARSE_SERVER_FACEBOOK_APP_IDS",
        2,
        "set auth: {\"facebook\": {\"enabled\": true, \"appIds\": [...]}}",
    ),
    gone("", "PARSE_SERVER_CLOUD_CODE_MAIN", 2, "rename it to PARSE_SERVER_CLOUD"),
    gone("", "PARSE_SERVER_APP_ID", 1, "the variable of appId is PARSE_SERVER_APPLICATION_ID"),
    gone(
        "filesSubDirectory",
        "",
        1,
        "give it to the files adapter: filesAdapter: {\"options\": {\"filesSubDirectory\": ...}}",
    ),
];

/// Defaults that changed, newest first.
pub(super) const CHANGED: &[Changed] = &[
    changed(
        "databaseOptions.allowPublicExplain",
        9,
        "was true: explain needs the master key now; set it to true to keep it open",
    ),
    changed("enableInsecureAuthAdapters", 9, "was true: providers that cannot verify a login are off now"),
    changed("fileUpload.fileExtensions", 9, "refuses more kinds of files that browsers run (svg, xml, xhtml, …)"),
    changed("rateLimit.requestPath", 9, "is path-to-regexp 8 now: write /functions/*path instead of /functions/*"),
    changed("allowClientClassCreation", 7, "was true: clients create no classes now; set it to true to let them"),
    changed("allowExpiredAuthDataToken", 7, "was true: a login with an expired token of a provider fails now"),
    changed("auth.<provider>.enabled", 7, "was true: each provider must be enabled now"),
    changed(
        "masterKeyIps",
        6,
        "was everywhere: the master key is taken from this machine only now; list the addresses of your dashboards \
         and jobs, or 0.0.0.0/0 and ::0 for everywhere",
    ),
    changed("directAccess", 6, "was false; it has no effect here"),
    changed("enforcePrivateUsers", 6, "was false: new users get no public read now"),
    changed(
        "trustProxy",
        6,
        "behind a proxy or router it must be set (Heroku: 1), else every client has the router's address",
    ),
    changed("maintenanceKey", 6, "internal fields are read with this key now, not with the master key"),
    changed(
        "fileUpload.enableForPublic",
        5,
        "was true: only signed-in users upload now; likewise fileUpload.enableForAnonymousUser",
    ),
    changed("requestKeywordDenylist", 5, "is new: bodies with the keys constructor or __proto__ are refused now"),
    changed("userSensitiveFields", 3, "is replaced by protectedFields, which hides _User.email by default"),
];

/// What to do about an option that is gone.
pub(super) fn option(name: &str) -> Option<&'static str> {
    GONE.iter().find(|gone| !gone.name.is_empty() && gone.name == name).map(|gone| gone.advice)
}

/// What to do about a variable that is gone.
pub(super) fn variable(name: &str) -> Option<&'static str> {
    GONE.iter().find(|gone| !gone.env.is_empty() && gone.env == name).map(|gone| gone.advice)
}

#[cfg(test)]
mod tests {
    use super::{GONE, option, variable};
    use crate::config::table::all;

    #[test]
    fn nothing_gone_is_still_known() {
        for gone in GONE {
            assert!(all().all(|known| known.name != gone.name && known.env != gone.env), "{}{}", gone.name, gone.env);
        }
        assert!(option("enableSingleSchemaCache").is_some() && option("").is_none() && option("port").is_none());
        assert!(variable("PARSE_SERVER_OAUTH_PROVIDERS").is_some() && variable("").is_none());
    }
}
