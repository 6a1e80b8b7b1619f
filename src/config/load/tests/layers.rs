//! Which layer wins, and what is unknown.

use std::path::PathBuf;

use serde_json::json;

use super::support::Setup;
use crate::config::Database;

#[test]
fn flags_over_environment_over_file_over_defaults() {
    let file = || Setup::app(json!({"appName": "file", "port": 1}));
    let name = |setup: Setup| setup.one().app_name;
    assert_eq!(name(file()), Some("file".into()));
    assert_eq!(name(file().env("PARSE_SERVER_APP_NAME", "env")), Some("env".into()));
    assert_eq!(name(file().env("PARSE_SERVER_APP_NAME", "env").flag("appName", "flag")), Some("flag".into()));
    assert_eq!(name(file().env("PARSE_SERVER_APP_NAME", "")), Some("file".into()), "an empty variable is ignored");
    assert_eq!(name(Setup::app(json!({}))), None);
    assert_eq!(file().env("PORT", "5000").load().unwrap().server.port, 5000);
    assert_eq!(Setup::app(json!({})).load().unwrap().server.port, 1337);
}

#[test]
fn the_last_of_equal_flags_wins() {
    assert_eq!(Setup::app(json!({})).flag("appName", "1").flag("appName", "2").one().app_name, Some("2".into()));
}

#[test]
fn null_is_not_set() {
    let app =
        Setup::app(json!({"defaultLimit": null, "javascriptKey": null, "push": null, "masterKeyIps": null})).one();
    assert_eq!(app.default_limit, 100);
    assert!(!app.keys.client_key_required() && app.master_key_ips.contains("127.0.0.1".parse().unwrap()));
}

#[test]
fn environment_alone_is_enough() {
    let app = Setup::default().env("PARSE_SERVER_APPLICATION_ID", "e").env("PARSE_SERVER_MASTER_KEY", "k").one();
    assert!(app.app_id == "e" && app.keys.master.matches("k"));
}

#[test]
fn nothing_configured_makes_an_app() {
    let loaded = Setup::default().env("PORT", "80").flag("dataDir", "/var/p").load().unwrap();
    let app = &loaded.server.apps[0];
    assert!(app.app_id == "made" && app.keys.master.matches("made-master") && !app.keys.client_key_required());
    assert_eq!(loaded.server.made_app.unwrap().key_file, PathBuf::from("/var/p/app.json"));
    assert_eq!(app.database, Database::Sqlite("/var/p/parsimony.db".into()));
    assert_eq!(loaded.warnings, []);
    let given = Setup::default().env("PARSE_SERVER_READ_ONLY_MASTER_KEY", "mine").one();
    assert!(given.keys.read_only_master.unwrap().matches("mine"));
}

#[test]
fn half_an_app_is_an_error() {
    let required = "appId and masterKey are required";
    assert_eq!(Setup::file("{}").error(), required);
    assert_eq!(Setup::file(r#"{"appId":"a"}"#).error(), required);
    assert_eq!(Setup::file(r#"{"appId":"a","masterKey":""}"#).error(), required);
    assert_eq!(Setup::default().flag("appId", "a").error(), required);
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    assert_eq!(
        Setup::app(json!({"mastrKeyIps": []})).error(),
        "unknown option mastrKeyIps (did you mean masterKeyIps?)"
    );
    assert_eq!(Setup::app(json!({"zzzzzzzz": 1})).error(), "unknown option zzzzzzzz");
    assert_eq!(
        Setup::app(json!({"fileUpload": {"enableForPublik": true}})).error(),
        "Invalid key(s) found in Parse Server configuration: fileUpload.enableForPublik (did you mean enableForPublic?)"
    );
    assert_eq!(
        Setup::app(json!({"requestComplexity": {"depth": 1}})).error(),
        "requestComplexity contains unknown property 'depth'."
    );
    assert_eq!(Setup::app(json!({"rateLimit": [{"path": 1}]})).error(), r#"Invalid rate limit option "path""#);
    let known = Setup::app(json!({"mine": 1, "pages": {"mine": 2}, "ignoreUnsupported": ["mine", "pages.mine"]}));
    assert_eq!(known.warnings().len(), 2);
}

#[test]
fn old_names_say_what_to_do() {
    assert!(Setup::app(json!({"oauth": {}})).error().contains("rename it to auth"));
    assert!(Setup::app(json!({"enableSingleSchemaCache": true})).error().contains("one schema cache"));
    assert!(Setup::app(json!({"pages": {"enableRouter": true}})).error().contains("always on"));
    let warned = Setup::app(json!({})).env("PARSE_SERVER_ENABLE_EXPERIMENTAL_DIRECT_ACCESS", "1").warnings();
    assert!(warned[0].contains("unset it"), "{warned:?}");
}

#[test]
fn stray_variables() {
    let warned = |name: &str| Setup::app(json!({})).env(name, "1").warnings();
    assert_eq!(
        warned("PARSE_SERVER_MASTER_KEY_IP"),
        [
            "unknown environment variable PARSE_SERVER_MASTER_KEY_IP (did you mean PARSE_SERVER_MASTER_KEY_IPS?): ignored"
        ]
    );
    assert!(warned("PARSE_SERVER_PAGES_FORCE_REDIRECT")[0].contains("set PARSE_SERVER_PAGES as JSON"));
    assert!(warned("HOME").is_empty());
    assert_eq!(
        Setup::app(json!({})).env("PARSIMONY_DATADIR", "x").error(),
        "unknown environment variable PARSIMONY_DATADIR (did you mean PARSIMONY_DATA_DIR?)"
    );
}

#[test]
fn files_that_are_no_configuration() {
    assert!(Setup::file("{").error().starts_with("config.json is not valid JSON: "));
    assert_eq!(Setup::file("[]").error(), "config.json must hold a JSON object");
    assert!(Setup::named("config.js", "module.exports={}").error().contains("config.js is JavaScript"));
    assert_eq!(Setup::file("\u{feff}{\"appId\":\"b\",\"masterKey\":\"m\"}").one().app_id, "b");
}

#[test]
fn other_names_of_the_database_count_last() {
    let place = |setup: Setup| setup.one().database.shown();
    let plain = || Setup::app(json!({})).env("MONGODB_URI", "sqlite:m.db");
    assert_eq!(place(plain()), "m.db");
    assert_eq!(place(plain().env("DATABASE_URI", "sqlite:d.db")), "d.db");
    assert_eq!(place(plain().env("PARSE_SERVER_DATABASE_URI", "sqlite:p.db")), "p.db");
    let file = Setup::app(json!({"databaseURI": "sqlite:f.db"})).env("MONGODB_URI", "sqlite:m.db");
    assert_eq!(place(file), "f.db", "it may be meant for another program");
}
