//! Groups of LiveQuery.

use super::super::{Kind::*, Others, Status::*, Table, app};

/// `liveQuery`.
pub static LIVE_QUERY: Table = Table {
    name: "liveQuery",
    not_an_object: "liveQuery must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "classNames",
            "PARSE_SERVER_LIVEQUERY_CLASSNAMES",
            List,
            "",
            "classes (regex, anchored) published",
            NotYet("LiveQuery"),
        ),
        app("pubSubAdapter", "PARSE_SERVER_LIVEQUERY_PUB_SUB_ADAPTER", JsonOrText, "", "adapter", NotYet("LiveQuery")),
        app(
            "redisOptions",
            "PARSE_SERVER_LIVEQUERY_REDIS_OPTIONS",
            Json,
            "",
            "redis client options",
            NotYet("LiveQuery"),
        ),
        app("redisURL", "PARSE_SERVER_LIVEQUERY_REDIS_URL", Text, "", "redis", NotYet("LiveQuery")),
        app(
            "regexTimeout",
            "PARSE_SERVER_LIVEQUERY_REGEX_TIMEOUT",
            Int,
            "100",
            "ms per regex match; 0 off",
            NotYet("LiveQuery"),
        ),
        app(
            "wssAdapter",
            "PARSE_SERVER_LIVEQUERY_WSS_ADAPTER",
            JsonOrText,
            "",
            "websocket adapter",
            NotYet("LiveQuery"),
        ),
    ],
};

/// `liveQueryServerOptions`.
pub static LIVE_QUERY_SERVER: Table = Table {
    name: "liveQueryServerOptions",
    not_an_object: "liveQueryServerOptions must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("appId", "PARSE_LIVE_QUERY_SERVER_APP_ID", Text, "", "app id", NotYet("LiveQuery")),
        app("cacheTimeout", "PARSE_LIVE_QUERY_SERVER_CACHE_TIMEOUT", Int, "", "ms, default 5000", NotYet("LiveQuery")),
        app("keyPairs", "PARSE_LIVE_QUERY_SERVER_KEY_PAIRS", Json, "", "accepted keys map", NotYet("LiveQuery")),
        app("logLevel", "PARSE_LIVE_QUERY_SERVER_LOG_LEVEL", Text, "", "level", NotYet("LiveQuery")),
        app("masterKey", "PARSE_LIVE_QUERY_SERVER_MASTER_KEY", Text, "", "master key", NotYet("LiveQuery")),
        app("port", "PARSE_LIVE_QUERY_SERVER_PORT", Int, "1337", "own port", NotYet("LiveQuery")),
        app("pubSubAdapter", "PARSE_LIVE_QUERY_SERVER_PUB_SUB_ADAPTER", JsonOrText, "", "adapter", NotYet("LiveQuery")),
        app(
            "redisOptions",
            "PARSE_LIVE_QUERY_SERVER_REDIS_OPTIONS",
            Json,
            "",
            "redis client options",
            NotYet("LiveQuery"),
        ),
        app("redisURL", "PARSE_LIVE_QUERY_SERVER_REDIS_URL", Text, "", "redis", NotYet("LiveQuery")),
        app("serverURL", "PARSE_LIVE_QUERY_SERVER_SERVER_URL", Text, "", "API URL", NotYet("LiveQuery")),
        app(
            "websocketTimeout",
            "PARSE_LIVE_QUERY_SERVER_WEBSOCKET_TIMEOUT",
            Int,
            "",
            "ping interval ms, default 10000",
            NotYet("LiveQuery"),
        ),
        app("wssAdapter", "PARSE_LIVE_QUERY_SERVER_WSS_ADAPTER", JsonOrText, "", "adapter", NotYet("LiveQuery")),
    ],
};
