//! What a configuration comes to: typed values, ready for use.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    AccountsConfig, Database, DatabaseOptions, IpSet, MailConfig, PagesConfig, PushConfig, Secret, TrustProxy,
};

/// Everything one process serves. Made by [`super::load`].
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Address to listen on, as given (`host`): an address or a name.
    pub host: String,
    /// Port to listen on (`port`, `$PORT`); 0 lets the system choose.
    pub port: u16,
    /// The apps, at least one; their ids differ.
    pub apps: Vec<AppConfig>,
    /// Directory of everything kept on disk by default (`dataDir`).
    pub data_dir: PathBuf,
    /// Time limits of connections and requests.
    pub timeouts: Timeouts,
    /// How deep the JSON of a request body may nest (`maxJsonDepth`).
    pub max_json_depth: usize,
    /// What is logged, and in which form.
    pub log: LogConfig,
    /// Set if the app was made by Parsimony because nothing was configured.
    pub made_app: Option<MadeApp>,
}

/// The app that Parsimony makes when nothing is configured.
#[derive(Clone, Debug)]
pub struct MadeApp {
    /// The file that keeps its id and keys.
    pub key_file: PathBuf,
    /// Whether this start made it: then the greeting shows how to use it.
    pub first_start: bool,
}

/// Time limits, each on by default; `None` is off (`-1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// A request's whole work, the database's included (`requestTimeout`).
    pub request: Option<Duration>,
    /// From a request's first byte to the end of its headers, also from connecting to the first byte (`headerTimeout`).
    pub header: Option<Duration>,
    /// From the end of the headers to the end of the body (`bodyTimeout`).
    pub body: Option<Duration>,
    /// How long an idle connection is kept (`keepAliveTimeout`).
    pub keep_alive: Option<Duration>,
}

/// What is logged, and in which form; to stdout, and to files if there is a folder for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Least level logged (`logLevel`, `verbose`, `silent`).
    pub level: LogLevel,
    /// One JSON object a line (`jsonLogs`); `None`: JSON unless stdout is a terminal.
    pub json: Option<bool>,
    /// Levels of single events (`logLevels`).
    pub events: LogEvents,
    /// Where files are written (`logsFolder`).
    pub folder: Option<PathBuf>,
}

/// Levels at which single events are logged (`logLevels`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEvents {
    /// A Cloud Function failed.
    pub cloud_function_error: LogLevel,
    /// A Cloud Function succeeded.
    pub cloud_function_success: LogLevel,
    /// A sign-up met a taken username.
    pub signup_username_taken: LogLevel,
    /// An after-trigger ran.
    pub trigger_after: LogLevel,
    /// A before-trigger failed.
    pub trigger_before_error: LogLevel,
    /// A before-trigger succeeded.
    pub trigger_before_success: LogLevel,
}

/// Parse Server's log levels, the quietest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Nothing.
    Silent,
    /// Failures.
    Error,
    /// And what an operator should look at.
    Warn,
    /// And what happens (the default).
    Info,
    /// And how.
    Verbose,
    /// And why.
    Debug,
    /// And everything else.
    Silly,
}

impl LogLevel {
    /// The level of a name of the options.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "silent" => Self::Silent,
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "verbose" => Self::Verbose,
            "debug" => Self::Debug,
            "silly" => Self::Silly,
            _ => return None,
        })
    }
}

/// One Parse app.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// `appId`.
    pub app_id: String,
    /// `appName`, shown in mails and pages.
    pub app_name: Option<String>,
    /// Every key a request may carry.
    pub keys: Keys,
    /// What webhooks are sent to know who asks them (`webhookKey`).
    pub webhook_key: Option<Secret>,
    /// Where the master key may come from.
    pub master_key_ips: IpSet,
    /// Where the maintenance key may come from.
    pub maintenance_key_ips: IpSet,
    /// Where the read-only master key may come from.
    pub read_only_master_key_ips: IpSet,
    /// Whether the read-only master key may aggregate.
    pub allow_aggregation_for_read_only_master_key: bool,
    /// Own URL including the mount path, no slash at its end (`serverURL`, else `http://localhost:<port><mountPath>`).
    pub server_url: String,
    /// URL that the world knows (`publicServerURL`), no slash at its end.
    pub public_server_url: Option<String>,
    /// Path of the API: empty, or a slash first and none at the end (`/parse`).
    pub mount_path: String,
    /// Hops that may name the client (`trustProxy`).
    pub trust_proxy: TrustProxy,
    /// Where objects are kept.
    pub database: Database,
    /// Options of the database that do not concern the back end alone.
    pub database_options: DatabaseOptions,
    /// Whether clients may create classes.
    pub allow_client_class_creation: bool,
    /// Whether clients choose object ids.
    pub allow_custom_object_id: bool,
    /// Whether receipts of the App Store may be shown for files (`enableProductPurchaseLegacyApi`).
    pub product_purchases: bool,
    /// Length of generated object ids, characters.
    pub object_id_size: usize,
    /// Further request headers allowed by CORS.
    pub allow_headers: Vec<String>,
    /// Origins allowed by CORS; empty allows all.
    pub allow_origin: Vec<String>,
    /// `limit` of a query that names none.
    pub default_limit: u64,
    /// Largest `limit`.
    pub max_limit: Option<u64>,
    /// Largest request body, bytes, after inflation.
    pub max_upload_size: u64,
    /// Requests remembered by their `X-Parse-Request-Id`.
    pub idempotency: IdempotencyConfig,
    /// Rate limit rules; all that match count.
    pub rate_limits: Vec<RateLimitRule>,
    /// Limits on what one request may ask for.
    pub request_complexity: RequestComplexity,
    /// Keys and values refused in bodies, as configured: `{"key":…,"value":…}`, either may be missing.
    pub request_keyword_denylist: Vec<Value>,
    /// Patterns of the routes open to clients, each to be read as `^pattern$`; `None` opens all.
    pub route_allow_list: Option<Vec<String>>,
    /// Classes defined by the configuration.
    pub schema: Option<SchemaConfig>,
    /// What becomes of installations that share a device token.
    pub installation: InstallationConfig,
    /// The security check, and what only it looks at.
    pub security: SecurityConfig,
    /// Defaults of queries.
    pub query: QueryConfig,
    /// Whether the details of permission errors are hidden.
    pub enable_sanitized_error_response: bool,
    /// Fields hidden from clients.
    pub protected_fields: ProtectedFields,
    /// Life of an entry of the memory cache (`cacheTTL`).
    pub cache_ttl: Duration,
    /// Entries of the memory cache.
    pub cache_max_size: u64,
    /// Rules for users and their sessions.
    pub accounts: AccountsConfig,
    /// Mails to users.
    pub mail: MailConfig,
    /// What sends to installations; `None`: nothing does.
    pub push: Option<PushConfig>,
    /// The pages that links in mails lead to.
    pub pages: PagesConfig,
    /// Hosts allowed in the URL of a file value; `*` allows all, `*.x` every host under x.
    pub allowed_file_url_domains: Vec<String>,
}

/// The keys of an app.
#[derive(Clone, Debug)]
pub struct Keys {
    /// `masterKey`.
    pub master: Secret,
    /// `maintenanceKey`.
    pub maintenance: Option<Secret>,
    /// `readOnlyMasterKey`.
    pub read_only_master: Option<Secret>,
    /// `clientKey`, sent as `X-Parse-Client-Key`.
    pub client: Option<Secret>,
    /// `javascriptKey`, sent as `X-Parse-Javascript-Key`.
    pub javascript: Option<Secret>,
    /// `dotNetKey`, sent as `X-Parse-Windows-Key`.
    pub dot_net: Option<Secret>,
    /// `restAPIKey`, sent as `X-Parse-REST-API-Key`.
    pub rest_api: Option<Secret>,
}

impl Keys {
    /// Whether clients must send one of the client keys: so as soon as one is configured.
    pub fn client_key_required(&self) -> bool {
        [&self.client, &self.javascript, &self.dot_net, &self.rest_api].iter().any(|key| key.is_some())
    }
}

/// `idempotencyOptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyConfig {
    /// Patterns of paths (no slash first), anchored at their start; empty is off.
    pub paths: Vec<String>,
    /// How long a request id is remembered (`ttl`, seconds).
    pub ttl: Duration,
}

/// One rule of `rateLimit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitRule {
    /// Route in path-to-regexp 8 form, checked.
    pub request_path: String,
    /// Length of the window (`requestTimeWindow`, ms).
    pub window: Duration,
    /// Requests allowed in a window.
    pub count: u64,
    /// Methods counted.
    pub methods: RateLimitMethods,
    /// Whether requests from 127.0.0.1 count.
    pub include_internal_requests: bool,
    /// Whether requests with the master key count.
    pub include_master_key: bool,
    /// Message of the 429 answer.
    pub error_message: String,
    /// What shares a counter.
    pub zone: RateLimitZone,
}

/// Methods that a rate limit rule counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateLimitMethods {
    /// All.
    All,
    /// These, in upper case.
    Named(Vec<String>),
    /// Those in which this regular expression is found.
    Pattern(String),
}

/// What shares a counter of a rate limit rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitZone {
    /// All requests of the app.
    Global,
    /// Requests of one session token, else of one address.
    Session,
    /// Requests of one user, else of one address.
    User,
    /// Requests of one address.
    Ip,
}

/// `requestComplexity`: limits for clients without the master key; `None` is off (`-1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestComplexity {
    /// Whether `$regex` is allowed.
    pub allow_regex: bool,
    /// Requests in one batch.
    pub batch_request_limit: Option<u64>,
    /// Depth of a GraphQL query.
    pub graphql_depth: Option<u64>,
    /// Fields of a GraphQL query.
    pub graphql_fields: Option<u64>,
    /// Paths in `include`.
    pub include_count: Option<u64>,
    /// Depth of a path in `include`.
    pub include_depth: Option<u64>,
    /// Nesting of `$or`, `$and`, `$nor`.
    pub query_depth: Option<u64>,
    /// Nesting of sub-queries.
    pub subquery_depth: Option<u64>,
    /// Rows that a sub-query may yield.
    pub subquery_limit: Option<u64>,
}

/// `schema`: classes defined by the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaConfig {
    /// The schemas as `/schemas` takes them.
    pub definitions: Vec<Value>,
    /// Whether duplicate definitions stop the start and undeclared classes are warned of.
    pub strict: bool,
    /// Whether fields that are not defined are dropped.
    pub delete_extra_fields: bool,
    /// Whether fields whose type changed are dropped and made anew.
    pub recreate_modified_fields: bool,
    /// Whether `/schemas` refuses changes.
    pub lock_schemas: bool,
    /// Whether indexes that are not declared are kept.
    pub keep_unknown_indexes: bool,
    /// Whether a migration that fails ends the start (`NODE_ENV` is `production`).
    pub must_succeed: bool,
}

/// `installation`: what becomes of installations that share a device token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstallationConfig {
    /// Whether the loser stays, without what it shares (`duplicateDeviceTokenAction` is `update`), instead of being deleted.
    pub keep_duplicates: bool,
    /// Whether the row with the installation id survives, instead of the one with the token
    /// (`duplicateDeviceTokenMergePriority`).
    pub prefer_installation_id: bool,
    /// Whether the loser is touched with the caller's rights only (`duplicateDeviceTokenActionEnforceAuth`).
    pub enforce_auth: bool,
}

/// `security`, and the options of other areas that nothing but the security check looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecurityConfig {
    /// Whether `GET /security` answers (`enableCheck`).
    pub enable_check: bool,
    /// Whether the report is logged at the start (`enableCheckLog`).
    pub enable_check_log: bool,
    /// `enableInsecureAuthAdapters`.
    pub insecure_auth_adapters: bool,
    /// `graphQLPublicIntrospection`.
    pub graphql_public_introspection: bool,
    /// `mountPlayground`.
    pub playground: bool,
    /// Whether a password reset tells which addresses have a user (`passwordPolicy.resetPasswordSuccessOnInvalidEmail` is off).
    pub reset_tells_of_users: bool,
    /// Whether a request for verification does (`emailVerifySuccessOnInvalidEmail` is off).
    pub verification_tells_of_users: bool,
    /// Whether LiveQuery runs regular expressions without a limit (`liveQuery.regexTimeout` is 0).
    pub live_regex_unbounded: bool,
}

/// `query`: defaults of queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryConfig {
    /// Whether aggregates use the database's field names.
    pub aggregation_raw_field_names: bool,
    /// Whether aggregates use the database's values (EJSON).
    pub aggregation_raw_values: bool,
}

/// `protectedFields` and its exemptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedFields {
    /// Class → group (`*`, `role:x`, a user id, `userField:x`) → fields; Parse Server's defaults and
    /// `userSensitiveFields` are merged in.
    pub fields: IndexMap<String, IndexMap<String, Vec<String>>>,
    /// Whether users see their own protected fields.
    pub owner_exempt: bool,
    /// Whether answers to saves may hold protected fields.
    pub save_response_exempt: bool,
    /// Whether triggers get protected fields.
    pub trigger_exempt: bool,
}
