//! The group `databaseOptions`.

use super::super::{Kind::*, Opt, Others, Status, Status::*, Table, app};

const INDEX: Status = OnMongo("uniqueness on SQLite does not come from this index");

const fn index(name: &'static str, env: &'static str) -> Opt {
    app(name, env, Bool, "true", "make this index at the start", INDEX)
}

/// What becomes of it stands in [`super::super::driver`].
const fn driver(name: &'static str, env: &'static str) -> Opt {
    app(name, env, Json, "", "setting of the MongoDB driver", Driver)
}

/// `databaseOptions`; what it does not know is a setting of the driver.
pub static DATABASE_OPTIONS: Table = Table {
    name: "databaseOptions",
    not_an_object: "databaseOptions must be an object",
    wrong_type: "{path} must be {type}",
    boolean: "a boolean",
    unknown: "",
    others: Others::Driver,
    options: &[
        app(
            "allowPublicExplain",
            "PARSE_SERVER_DATABASE_ALLOW_PUBLIC_EXPLAIN",
            Bool,
            "false",
            "clients without the master key may explain queries",
            Works,
        ),
        app(
            "batchSize",
            "PARSE_SERVER_DATABASE_BATCH_SIZE",
            Int,
            "1000",
            "documents a round trip of a cursor",
            OnMongo("rows of SQLite come one by one"),
        ),
        app(
            "clientMetadata",
            "PARSE_SERVER_DATABASE_CLIENT_METADATA",
            Json,
            "",
            "name and version told to the database",
            Driver,
        ),
        index("createIndexAuthDataUniqueness", "PARSE_SERVER_DATABASE_CREATE_INDEX_AUTH_DATA_UNIQUENESS"),
        index("createIndexRoleName", "PARSE_SERVER_DATABASE_CREATE_INDEX_ROLE_NAME"),
        index("createIndexUserEmail", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL"),
        index("createIndexUserEmailCaseInsensitive", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL_CASE_INSENSITIVE"),
        index("createIndexUserEmailVerifyToken", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_EMAIL_VERIFY_TOKEN"),
        index("createIndexUserPasswordResetToken", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_PASSWORD_RESET_TOKEN"),
        index("createIndexUserUsername", "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_USERNAME"),
        index(
            "createIndexUserUsernameCaseInsensitive",
            "PARSE_SERVER_DATABASE_CREATE_INDEX_USER_USERNAME_CASE_INSENSITIVE",
        ),
        app(
            "disableIndexFieldValidation",
            "PARSE_SERVER_DATABASE_DISABLE_INDEX_FIELD_VALIDATION",
            Bool,
            "false",
            "an index may name a field that its class has not",
            Works,
        ),
        app(
            "enableSchemaHooks",
            "PARSE_SERVER_DATABASE_ENABLE_SCHEMA_HOOKS",
            Bool,
            "false",
            "watch the database for schema changes",
            NoEffect("changes of other processes are seen without it; SQLite has none"),
        ),
        app(
            "logClientEvents",
            "PARSE_SERVER_DATABASE_LOG_CLIENT_EVENTS",
            List,
            "",
            "driver events to log",
            NoEffect("they are events of Node's driver"),
        ),
        app(
            "maxTimeMS",
            "PARSE_SERVER_DATABASE_MAX_TIME_MS",
            Int,
            "",
            "time limit of a query, ms",
            OnMongo("requestTimeout limits all the work of a request, the database's included"),
        ),
        app(
            "schemaCacheTtl",
            "PARSE_SERVER_DATABASE_SCHEMA_CACHE_TTL",
            Int,
            "",
            "look for changes of the schema by other processes every so many ms, where the database does not tell of them",
            OnMongo("no other process changes the schema of the file"),
        ),
        driver("appName", "PARSE_SERVER_DATABASE_APP_NAME"),
        driver("authMechanism", "PARSE_SERVER_DATABASE_AUTH_MECHANISM"),
        driver("authMechanismProperties", "PARSE_SERVER_DATABASE_AUTH_MECHANISM_PROPERTIES"),
        driver("authSource", "PARSE_SERVER_DATABASE_AUTH_SOURCE"),
        driver("autoSelectFamily", "PARSE_SERVER_DATABASE_AUTO_SELECT_FAMILY"),
        driver("autoSelectFamilyAttemptTimeout", "PARSE_SERVER_DATABASE_AUTO_SELECT_FAMILY_ATTEMPT_TIMEOUT"),
        driver("compressors", "PARSE_SERVER_DATABASE_COMPRESSORS"),
        driver("connectTimeoutMS", "PARSE_SERVER_DATABASE_CONNECT_TIMEOUT_MS"),
        driver("directConnection", "PARSE_SERVER_DATABASE_DIRECT_CONNECTION"),
        driver("forceServerObjectId", "PARSE_SERVER_DATABASE_FORCE_SERVER_OBJECT_ID"),
        driver("heartbeatFrequencyMS", "PARSE_SERVER_DATABASE_HEARTBEAT_FREQUENCY_MS"),
        driver("loadBalanced", "PARSE_SERVER_DATABASE_LOAD_BALANCED"),
        driver("localThresholdMS", "PARSE_SERVER_DATABASE_LOCAL_THRESHOLD_MS"),
        driver("maxConnecting", "PARSE_SERVER_DATABASE_MAX_CONNECTING"),
        driver("maxIdleTimeMS", "PARSE_SERVER_DATABASE_MAX_IDLE_TIME_MS"),
        driver("maxPoolSize", "PARSE_SERVER_DATABASE_MAX_POOL_SIZE"),
        driver("maxStalenessSeconds", "PARSE_SERVER_DATABASE_MAX_STALENESS_SECONDS"),
        driver("minPoolSize", "PARSE_SERVER_DATABASE_MIN_POOL_SIZE"),
        driver("proxyHost", "PARSE_SERVER_DATABASE_PROXY_HOST"),
        driver("proxyPassword", "PARSE_SERVER_DATABASE_PROXY_PASSWORD"),
        driver("proxyPort", "PARSE_SERVER_DATABASE_PROXY_PORT"),
        driver("proxyUsername", "PARSE_SERVER_DATABASE_PROXY_USERNAME"),
        driver("readConcernLevel", "PARSE_SERVER_DATABASE_READ_CONCERN_LEVEL"),
        driver("readPreference", "PARSE_SERVER_DATABASE_READ_PREFERENCE"),
        driver("readPreferenceTags", "PARSE_SERVER_DATABASE_READ_PREFERENCE_TAGS"),
        driver("replicaSet", "PARSE_SERVER_DATABASE_REPLICA_SET"),
        driver("retryReads", "PARSE_SERVER_DATABASE_RETRY_READS"),
        driver("retryWrites", "PARSE_SERVER_DATABASE_RETRY_WRITES"),
        driver("serverMonitoringMode", "PARSE_SERVER_DATABASE_SERVER_MONITORING_MODE"),
        driver("serverSelectionTimeoutMS", "PARSE_SERVER_DATABASE_SERVER_SELECTION_TIMEOUT_MS"),
        driver("socketTimeoutMS", "PARSE_SERVER_DATABASE_SOCKET_TIMEOUT_MS"),
        driver("srvMaxHosts", "PARSE_SERVER_DATABASE_SRV_MAX_HOSTS"),
        driver("srvServiceName", "PARSE_SERVER_DATABASE_SRV_SERVICE_NAME"),
        driver("ssl", "PARSE_SERVER_DATABASE_SSL"),
        driver("tls", "PARSE_SERVER_DATABASE_TLS"),
        driver("tlsAllowInvalidCertificates", "PARSE_SERVER_DATABASE_TLS_ALLOW_INVALID_CERTIFICATES"),
        driver("tlsAllowInvalidHostnames", "PARSE_SERVER_DATABASE_TLS_ALLOW_INVALID_HOSTNAMES"),
        driver("tlsCAFile", "PARSE_SERVER_DATABASE_TLS_CAFILE"),
        driver("tlsCertificateKeyFile", "PARSE_SERVER_DATABASE_TLS_CERTIFICATE_KEY_FILE"),
        driver("tlsCertificateKeyFilePassword", "PARSE_SERVER_DATABASE_TLS_CERTIFICATE_KEY_FILE_PASSWORD"),
        driver("tlsInsecure", "PARSE_SERVER_DATABASE_TLS_INSECURE"),
        driver("waitQueueTimeoutMS", "PARSE_SERVER_DATABASE_WAIT_QUEUE_TIMEOUT_MS"),
        driver("zlibCompressionLevel", "PARSE_SERVER_DATABASE_ZLIB_COMPRESSION_LEVEL"),
    ],
};
