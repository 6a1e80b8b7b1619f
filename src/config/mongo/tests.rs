use serde_json::{Value, json};

use super::*;
use crate::config::error::WarningKind;
use crate::config::settings::Source;
use crate::config::table::named;

type Read = Result<(String, Vec<Warning>), String>;

/// The URI for the driver, and what is said.
fn read_with(uri: &str, options: Value) -> Read {
    let mut settings = Settings::default();
    settings.set(named("databaseOptions").unwrap(), options, Source::File);
    let mut warnings = Vec::new();
    let config = read(&settings, uri, &mut warnings)?;
    Ok((config.uri.reveal().to_owned(), warnings))
}

/// What comes of `databaseOptions`, the defaults aside.
fn options(options: Value) -> Result<String, String> {
    let (uri, warnings) = read_with("mongodb://h/d", options)?;
    assert!(warnings.is_empty(), "{warnings:?}");
    Ok(plain(&uri))
}

fn plain(uri: &str) -> String {
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let own = query.split('&').filter(|pair| !["maxPoolSize=100", "connectTimeoutMS=30000"].contains(pair));
    own.collect::<Vec<_>>().join("&")
}

#[test]
fn defaults_are_those_of_nodes_driver() {
    let (uri, _) = read_with("mongodb://h/d", Value::Null).unwrap();
    assert_eq!(uri, "mongodb://h/d?maxPoolSize=100&connectTimeoutMS=30000");
    let (uri, _) = read_with("mongodb://h/d?maxpoolsize=7&connectTimeoutMS=0", Value::Null).unwrap();
    assert_eq!(uri, "mongodb://h/d?maxPoolSize=7&connectTimeoutMS=0");
}

#[test]
fn settings_are_spelled_as_the_driver_takes_them() {
    for (given, text) in [
        (json!({"maxPoolSize": 0}), "maxPoolSize=4294967295"),
        (json!({"ssl": true}), "tls=true"),
        (json!({"compressors": ["none", "zstd", "snappy"]}), "compressors=zstd%2Csnappy"),
        (json!({"compressors": "none"}), ""),
        (json!({"readConcern": {"level": "majority"}}), "readConcernLevel=majority"),
        (json!({"writeConcern": {"w": "majority", "j": true, "wtimeout": 5}}), "w=majority&journal=true&wTimeoutMS=5"),
        (json!({"writeConcern": 2}), "w=2"),
        (json!({"j": false, "w": "dc", "wtimeoutMS": "9"}), "journal=false&w=dc&wTimeoutMS=9"),
        (
            json!({"readPreference": {"mode": "nearest", "tags": [{"dc": "ny"}, {}], "maxStalenessSeconds": 90}}),
            "readPreference=nearest&maxStalenessSeconds=90&readPreferenceTags=dc%3Any&readPreferenceTags=",
        ),
        (
            json!({"readPreference": "secondary", "readPreferenceTags": ["dc:ny,rack:1"]}),
            "readPreference=secondary&readPreferenceTags=dc%3Any%2Crack%3A1",
        ),
        (json!({"maxStalenessSeconds": 90}), "maxStalenessSeconds=90&readPreference=secondary"),
        (json!({"authSource": "admin"}), ""),
        (json!({"auth": {"username": "u", "password": "p"}, "authMechanism": "DEFAULT"}), ""),
        (json!({"maxTimeMS": 5, "batchSize": 2, "createIndexUserEmail": false}), ""),
    ] {
        assert_eq!(options(given.clone()).as_deref(), Ok(text), "{given}");
    }
}

#[test]
fn options_count_before_the_uri() {
    let uri =
        "mongodb://a:b@h/d?retryWrites=true&w=1&readPreference=nearest&readPreferenceTags=x:1&readPreferenceTags=";
    let given = json!({"retryWrites": false, "readPreferenceTags": "y:2", "dbName": "other",
        "auth": {"username": "u", "password": "p:q"}, "clientMetadata": {"name": "app", "version": "1"}});
    let (out, _) = read_with(uri, given).unwrap();
    assert!(out.starts_with("mongodb://u:p%3Aq@h/other?"), "{out}");
    assert_eq!(plain(&out), "retryWrites=false&readPreferenceTags=y%3A2&w=1&readPreference=nearest");
    assert_eq!(
        read_with("mongodb://h?ssl=false", json!({"tls": true})),
        Err("All values of tls/ssl must be the same.".into())
    );
}

#[test]
fn the_rest_is_told_or_refused() {
    let told = |options: Value| read_with("mongodb://h/d?socketTimeoutMS=1", options).unwrap().1;
    let warnings = told(json!({"useUnifiedTopology": true, "maxPolSize": 5, "readPreferenceTags": "a:b"}));
    let messages: Vec<(WarningKind, &str)> = warnings.iter().map(|w| (w.kind, w.message.as_str())).collect();
    assert!(messages.iter().any(|(kind, text)| *kind == WarningKind::Suspicious
        && text.starts_with("databaseOptions.maxPolSize is no setting of the driver")
        && text.contains("maxPoolSize")));
    for start in [
        "databaseOptions.useUnifiedTopology has no effect: ",
        "socketTimeoutMS in databaseURI has no effect: ",
        "readPreferenceTags has no effect: ",
    ] {
        assert!(
            messages.iter().any(|(kind, text)| *kind == WarningKind::NoEffect && text.starts_with(start)),
            "{start}"
        );
    }
    for (given, start) in [
        (json!({"tlsAllowInvalidHostnames": true}), "databaseOptions.tlsAllowInvalidHostnames cannot be done: "),
        (json!({"autoEncryption": {}}), "databaseOptions.autoEncryption cannot be done: "),
        (json!({"authMechanism": "MONGODB-AWS"}), "authMechanism MONGODB-AWS cannot be done: "),
        (json!({"w": 0}), "databaseOptions.w cannot be 0"),
        (json!({"writeConcern": {"w": "0"}}), "databaseOptions.writeConcern.w cannot be 0"),
        (json!({"maxPoolSize": -1}), "databaseOptions.maxPoolSize must be a whole number"),
        (json!({"retryReads": "yes"}), "databaseOptions.retryReads must be true or false"),
        (json!({"maxConnecting": 0}), "maxConnecting must be > 0"),
        (json!({"compressors": ["lz4"]}), "databaseOptions.compressors must be a list of"),
        (json!({"zlibCompressionLevel": 10}), "databaseOptions.zlibCompressionLevel must be"),
        (json!({"readPreferenceTags": ["ny"]}), "databaseOptions.readPreferenceTags must be"),
        (json!({"replicaSet": 5}), "databaseOptions.replicaSet must be a string"),
    ] {
        let error = options(given.clone()).unwrap_err();
        assert!(error.starts_with(start), "{given}: {error}");
    }
    assert_eq!(options(json!({"tlsAllowInvalidHostnames": false})).as_deref(), Ok(""));
}

#[test]
fn switches_and_numbers_of_parse_server() {
    let mut settings = Settings::default();
    let options =
        json!({"maxTimeMS": 250, "batchSize": 50, "createIndexRoleName": false, "createIndexUserEmail": true});
    settings.set(named("databaseOptions").unwrap(), options, Source::File);
    settings.set(named("collectionPrefix").unwrap(), json!("p_"), Source::File);
    let config = read(&settings, "mongodb://h/d", &mut Vec::new()).unwrap();
    assert_eq!((config.max_time, config.batch_size), (Some(Duration::from_millis(250)), 50));
    assert_eq!((config.without, config.prefix.as_str()), (vec![OwnIndex::RoleName], "p_"));
    let plain = MongoConfig::at("mongodb://h").unwrap();
    assert_eq!((plain.max_time, plain.batch_size, plain.without.len()), (None, 1000, 0));
    assert_eq!(plain.shown, "mongodb://h/test");
}
