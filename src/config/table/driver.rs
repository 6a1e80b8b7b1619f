//! Every setting of Node's MongoDB driver (7.1), in the URI or in `databaseOptions`, and what becomes of it here.

/// One setting. Its name is the same in any case.
#[derive(Debug)]
pub struct Setting {
    /// As Node's driver spells it.
    pub name: &'static str,
    /// What it may be.
    pub takes: Takes,
    /// What becomes of it.
    pub fate: Fate,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Count,
    /// A text.
    Text,
    /// What its reader makes of it.
    Any,
}

/// What becomes of a setting on MongoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It works.
    Works,
    /// It changes nothing, for this reason; setting it is warned of.
    NoEffect(&'static str),
    /// To leave it out would be worse than not to start, for this reason. `false` may be set.
    Refused(&'static str),
}

/// The setting of this name.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name.eq_ignore_ascii_case(name))
}

const fn works(name: &'static str, takes: Takes) -> Setting {
    Setting { name, takes, fate: Fate::Works }
}

const fn idle(name: &'static str, reason: &'static str) -> Setting {
    Setting { name, takes: Takes::Any, fate: Fate::NoEffect(reason) }
}

const fn refused(name: &'static str, reason: &'static str) -> Setting {
    Setting { name, takes: Takes::Any, fate: Fate::Refused(reason) }
}

const DEADLINE: &str = "requestTimeout limits all the work of a request, the database's included";
const SOCKET: &str = "a setting of Node's sockets";
const VALUES: &str = "how values are stored is Parse's, whatever the driver";
const LOGS: &str = "logs of Node's driver";
const OLD: &str = "of a driver before version 4";
const FILES: &str = "certificates are given by files: tlsCAFile, tlsCertificateKeyFile";
const CHECKS: &str = "would change how the server's certificate is checked, and that is not built in";

/// All of them: those that work, those without effect, those refused.
pub static SETTINGS: &[Setting] = &[
    works("appName", Takes::Text),
    works("auth", Takes::Any),
    works("authMechanism", Takes::Text),
    works("authSource", Takes::Text),
    works("clientMetadata", Takes::Any),
    works("compressors", Takes::Any),
    works("connectTimeoutMS", Takes::Count),
    works("dbName", Takes::Text),
    works("directConnection", Takes::Bool),
    works("driverInfo", Takes::Any),
    works("heartbeatFrequencyMS", Takes::Count),
    works("j", Takes::Bool),
    works("journal", Takes::Bool),
    works("loadBalanced", Takes::Bool),
    works("localThresholdMS", Takes::Count),
    works("maxConnecting", Takes::Count),
    works("maxIdleTimeMS", Takes::Count),
    works("maxPoolSize", Takes::Count),
    works("maxStalenessSeconds", Takes::Count),
    works("minPoolSize", Takes::Count),
    works("proxyHost", Takes::Text),
    works("proxyPassword", Takes::Text),
    works("proxyPort", Takes::Count),
    works("proxyUsername", Takes::Text),
    works("readConcern", Takes::Any),
    works("readConcernLevel", Takes::Text),
    works("readPreference", Takes::Any),
    works("readPreferenceTags", Takes::Any),
    works("replicaSet", Takes::Text),
    works("retryReads", Takes::Bool),
    works("retryWrites", Takes::Bool),
    works("serverMonitoringMode", Takes::Text),
    works("serverSelectionTimeoutMS", Takes::Count),
    works("srvMaxHosts", Takes::Count),
    works("srvServiceName", Takes::Text),
    works("ssl", Takes::Bool),
    works("tls", Takes::Bool),
    works("tlsAllowInvalidCertificates", Takes::Bool),
    works("tlsCAFile", Takes::Text),
    works("tlsCertificateKeyFile", Takes::Text),
    works("tlsCertificateKeyFilePassword", Takes::Text),
    works("tlsInsecure", Takes::Bool),
    works("w", Takes::Any),
    works("writeConcern", Takes::Any),
    works("wtimeout", Takes::Count),
    works("wtimeoutMS", Takes::Count),
    works("zlibCompressionLevel", Takes::Any),
    idle("authMechanismProperties", "the mechanisms that have properties are not built in"),
    idle("autoSelectFamily", SOCKET),
    idle("autoSelectFamilyAttemptTimeout", SOCKET),
    idle("bsonRegExp", VALUES),
    idle("checkKeys", VALUES),
    idle("enableUtf8Validation", VALUES),
    idle("family", SOCKET),
    idle("fieldsAsRaw", VALUES),
    idle("forceServerObjectId", VALUES),
    idle("fsync", "the journal is what a write can wait for: journal"),
    idle("ignoreUndefined", VALUES),
    idle("keepAlive", OLD),
    idle("keepAliveInitialDelay", SOCKET),
    idle("localAddress", SOCKET),
    idle("localPort", SOCKET),
    idle("minHeartbeatFrequencyMS", "fixed at half a second"),
    idle("minInternalBufferSize", SOCKET),
    idle("mongodbLogComponentSeverities", LOGS),
    idle("mongodbLogMaxDocumentLength", LOGS),
    idle("mongodbLogPath", LOGS),
    idle("monitorCommands", LOGS),
    idle("noDelay", "always on"),
    idle("pkFactory", VALUES),
    idle("poolSize", "of a driver before version 4: maxPoolSize"),
    idle("promoteBuffers", VALUES),
    idle("promoteLongs", VALUES),
    idle("promoteValues", VALUES),
    idle("raw", VALUES),
    idle("serializeFunctions", VALUES),
    idle("serverApi", "no version of the API is declared, as by default"),
    idle("socketTimeoutMS", DEADLINE),
    idle("timeoutMS", DEADLINE),
    idle("useBigInt64", VALUES),
    idle("useNewUrlParser", OLD),
    idle("useUnifiedTopology", OLD),
    idle("uuidRepresentation", VALUES),
    idle("waitQueueTimeoutMS", DEADLINE),
    refused("autoEncryption", "encryption by the client is not built in: values would be stored in the clear"),
    refused("ca", FILES),
    refused("cert", FILES),
    refused("checkServerIdentity", CHECKS),
    refused("ciphers", CHECKS),
    refused("crl", CHECKS),
    refused("key", FILES),
    refused("passphrase", "for tlsCertificateKeyFile there is tlsCertificateKeyFilePassword"),
    refused("pfx", FILES),
    refused(
        "rejectUnauthorized",
        "for a server whose certificate cannot be checked there is tlsAllowInvalidCertificates",
    ),
    refused("secureContext", CHECKS),
    refused("secureProtocol", CHECKS),
    refused("servername", CHECKS),
    refused(
        "tlsAllowInvalidHostnames",
        "the name cannot be left out of the check alone: tlsAllowInvalidCertificates leaves out all of it",
    ),
    refused("tlsCRLFile", CHECKS),
];
