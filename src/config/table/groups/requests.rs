//! Groups that bound requests and queries.

use super::super::{Kind::*, Others, Status::*, Table, app};

/// `idempotencyOptions`.
pub static IDEMPOTENCY: Table = Table {
    name: "idempotencyOptions",
    not_an_object: "idempotencyOptions must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("paths", "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_PATHS", List, "[]", "regex list", Works),
        app("ttl", "PARSE_SERVER_EXPERIMENTAL_IDEMPOTENCY_TTL", Int, "300", "seconds", Works),
    ],
};

/// `query`.
pub static QUERY: Table = Table {
    name: "query",
    not_an_object: "Parse Server option query must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "aggregationRawFieldNames",
            "PARSE_SERVER_QUERY_AGGREGATION_RAW_FIELD_NAMES",
            Bool,
            "false",
            "native names by default",
            Works,
        ),
        app(
            "aggregationRawValues",
            "PARSE_SERVER_QUERY_AGGREGATION_RAW_VALUES",
            Bool,
            "false",
            "EJSON values by default",
            Works,
        ),
    ],
};

/// `rateLimit`.
pub static RATE_LIMIT: Table = Table {
    name: "rateLimit",
    not_an_object: "rateLimit must be an array or object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "Invalid rate limit option \"{key}\"",
    others: Others::Refused,
    options: &[
        app(
            "errorResponseMessage",
            "PARSE_SERVER_RATE_LIMIT_ERROR_RESPONSE_MESSAGE",
            Text,
            r#""Too many requests.""#,
            "429 message",
            Works,
        ),
        app(
            "includeInternalRequests",
            "PARSE_SERVER_RATE_LIMIT_INCLUDE_INTERNAL_REQUESTS",
            Bool,
            "false",
            "count requests from 127.0.0.1",
            Works,
        ),
        app(
            "includeMasterKey",
            "PARSE_SERVER_RATE_LIMIT_INCLUDE_MASTER_KEY",
            Bool,
            "false",
            "count master requests",
            Works,
        ),
        app("redisUrl", "PARSE_SERVER_RATE_LIMIT_REDIS_URL", Text, "", "shared store", NotYet("Redis")),
        app("requestCount", "PARSE_SERVER_RATE_LIMIT_REQUEST_COUNT", Int, "", "max per window", Works),
        app("requestMethods", "PARSE_SERVER_RATE_LIMIT_REQUEST_METHODS", Json, "", "methods", Works),
        app("requestPath", "PARSE_SERVER_RATE_LIMIT_REQUEST_PATH", Text, "", "path-to-regexp route", Works),
        app("requestTimeWindow", "PARSE_SERVER_RATE_LIMIT_REQUEST_TIME_WINDOW", Int, "", "window ms", Works),
        app("zone", "PARSE_SERVER_RATE_LIMIT_ZONE", Text, r#""ip""#, "ip, global, session, user", Works),
    ],
};

/// `requestComplexity`.
pub static REQUEST_COMPLEXITY: Table = Table {
    name: "requestComplexity",
    not_an_object: "requestComplexity must be an object.",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean",
    unknown: "{group} contains unknown property '{key}'.",
    others: Others::Refused,
    options: &[
        app("allowRegex", "PARSE_SERVER_REQUEST_COMPLEXITY_ALLOW_REGEX", Bool, "true", "permit $regex", Works),
        app(
            "batchRequestLimit",
            "PARSE_SERVER_REQUEST_COMPLEXITY_BATCH_REQUEST_LIMIT",
            Int,
            "100",
            "max batch items, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "graphQLDepth",
            "PARSE_SERVER_REQUEST_COMPLEXITY_GRAPHQL_DEPTH",
            Int,
            "20",
            "max GraphQL depth, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "graphQLFields",
            "PARSE_SERVER_REQUEST_COMPLEXITY_GRAPHQL_FIELDS",
            Int,
            "200",
            "max GraphQL fields, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "includeCount",
            "PARSE_SERVER_REQUEST_COMPLEXITY_INCLUDE_COUNT",
            Int,
            "100",
            "max include paths, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "includeDepth",
            "PARSE_SERVER_REQUEST_COMPLEXITY_INCLUDE_DEPTH",
            Int,
            "10",
            "max include depth, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "queryDepth",
            "PARSE_SERVER_REQUEST_COMPLEXITY_QUERY_DEPTH",
            Int,
            "10",
            "max $or/$and/$nor nesting, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "subqueryDepth",
            "PARSE_SERVER_REQUEST_COMPLEXITY_SUBQUERY_DEPTH",
            Int,
            "10",
            "max subquery nesting, -1 is off (Parse Server 9.10: off by default)",
            Works,
        ),
        app(
            "subqueryLimit",
            "PARSE_SERVER_REQUEST_COMPLEXITY_SUBQUERY_LIMIT",
            Int,
            "-1",
            "subquery result cap, -1 is off",
            Works,
        ),
    ],
};
