//! Typed values, what is not built yet, the dyno.

use std::time::Duration;

use serde_json::{Value, json};

use super::support::Setup;
use crate::config::table::{self, Kind, Opt, Status};
use crate::config::{Database, LogLevel, RateLimitMethods, RateLimitZone, WarningKind, docs};

#[test]
fn defaults() {
    let loaded = Setup::app(json!({})).load().unwrap();
    let app = &loaded.server.apps[0];
    assert_eq!((app.server_url.as_str(), app.mount_path.as_str()), ("http://localhost:1337/parse", "/parse"));
    assert_eq!((app.default_limit, app.max_limit, app.object_id_size), (100, None, 10));
    assert_eq!(app.max_upload_size, 20 << 20);
    assert_eq!(app.database, Database::Sqlite("data/parsimony.db".into()));
    assert!(!app.allow_client_class_creation && app.enable_sanitized_error_response);
    assert!(app.read_only_master_key_ips.contains("8.8.8.8".parse().unwrap()));
    assert!(!app.master_key_ips.contains("8.8.8.8".parse().unwrap()));
    assert_eq!(app.request_keyword_denylist.len(), 3);
    assert_eq!(app.protected_fields.fields["_User"]["*"], ["email"]);
    assert_eq!(app.allowed_file_url_domains, ["*"]);
    assert!(app.schema.is_none() && app.route_allow_list.is_none() && app.rate_limits.is_empty());
    assert_eq!(app.idempotency.ttl, Duration::from_secs(300));
    let limits = &app.request_complexity;
    assert_eq!((limits.include_depth, limits.include_count), (Some(10), Some(100)));
    assert_eq!(
        (limits.query_depth, limits.subquery_depth, limits.batch_request_limit),
        (Some(10), Some(10), Some(100))
    );
    assert_eq!((limits.graphql_depth, limits.graphql_fields, limits.subquery_limit), (Some(20), Some(200), None));
    assert_eq!(loaded.server.timeouts.request, Some(Duration::from_secs(30)));
    assert!(loaded.server.timeouts.keep_alive > Some(Duration::from_secs(90)));
    assert_eq!((loaded.server.log.level, loaded.server.log.json), (LogLevel::Info, None));
}

#[test]
fn minus_one_switches_a_limit_off() {
    let loaded = Setup::app(json!({"requestComplexity": {"includeDepth": -1}, "requestTimeout": -1})).load().unwrap();
    assert_eq!(loaded.server.apps[0].request_complexity.include_depth, None);
    assert_eq!(loaded.server.apps[0].request_complexity.include_count, Some(100), "the others stay");
    assert_eq!(loaded.server.timeouts.request, None);
}

#[test]
fn secrets_never_show() {
    let loaded = Setup::app(json!({"masterKey": "s3cr3t", "restAPIKey": "s3cr3t2"})).load().unwrap();
    assert!(!format!("{loaded:?}").contains("s3cr3t"));
    for scheme in ["postgres", "mongodb", "redis"] {
        let setup = Setup::app(json!({"databaseURI": format!("{scheme}://u:s3cr3t@h/db?w=1&w=2")}));
        let error = setup.error();
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn databases() {
    let shown = |uri: &str| Setup::app(json!({"databaseURI": uri})).one().database.shown();
    assert_eq!(shown("sqlite:x/y.db"), "x/y.db");
    assert_eq!(shown("sqlite:///abs/y.db"), "/abs/y.db");
    for (uri, says) in [
        ("postgres://h/d", "PostgreSQL, which is not built yet"),
        ("sqlite:", "must name a file"),
        ("sqlite::memory:", "must name a file"),
        ("redis://h", "unknown scheme redis"),
        ("file.db", "must be sqlite:<path> or mongodb:"),
    ] {
        let error = Setup::app(json!({"databaseURI": uri})).error();
        assert!(error.contains(says), "{uri}: {error}");
    }
    let ignored = Setup::app(json!({"databaseURI": "postgres://h/d"})).flag("ignoreUnsupported", "databaseURI").error();
    assert!(ignored.contains("not built yet"), "data must not go elsewhere without a word: {ignored}");
}

#[cfg(feature = "mongodb")]
#[test]
fn mongodb_takes_what_sqlite_has_no_use_for() {
    let options = json!({"maxPoolSize": 5, "maxTimeMS": 9, "createIndexRoleName": false, "clientMetadata": {"name": "n"},
        "allowPublicExplain": true});
    let app = |uri: &str| {
        Setup::app(json!({"databaseURI": uri, "collectionPrefix": "p_", "enableCollationCaseComparison": true,
            "databaseOptions": options.clone()}))
    };
    let loaded = app("mongodb+srv://u:s3cr3t@h/d").load().unwrap();
    assert_eq!(loaded.server.apps[0].database.shown(), "mongodb+srv://h/d");
    assert!(loaded.server.apps[0].database_options.allow_public_explain);
    assert!(!format!("{loaded:?}").contains("s3cr3t"));
    let warned = |uri: &str| app(uri).warnings().iter().filter(|text| text.contains("has no effect")).count();
    assert_eq!((warned("mongodb://h/d"), warned("sqlite:x.db")), (0, 6));
    let refused = Setup::app(json!({"databaseURI": "mongodb://h", "databaseOptions": {"ca": "x"}})).error();
    assert!(refused.starts_with("databaseOptions.ca cannot be done: "), "{refused}");
    let told = Setup::app(json!({"databaseURI": "mongodb://h/d?foo=1"})).warnings();
    assert!(told.iter().any(|text| text.starts_with("foo in databaseURI is no setting of the driver")), "{told:?}");
}

#[cfg(feature = "mongodb")]
#[test]
fn a_dyno_may_use_mongodb() {
    Setup::app(json!({"databaseURI": "mongodb://h/d"})).env("DYNO", "web.1").load().unwrap();
}

#[cfg(not(feature = "mongodb"))]
#[test]
fn a_build_without_mongodb_says_so() {
    let error = Setup::app(json!({"databaseURI": "mongodb://h/d"})).error();
    assert!(error.contains("left out of this build"), "{error}");
}

#[test]
fn a_dyno_needs_a_word() {
    let error = Setup::app(json!({})).env("DYNO", "web.1").error();
    assert!(error.contains("--allow-ephemeral") && error.contains("disk"), "{error}");
    Setup::app(json!({})).env("DYNO", "web.1").flag("allowEphemeral", "true").load().unwrap();
}

#[test]
fn rate_limits() {
    let rule = json!({"requestPath": "/functions/*path", "requestTimeWindow": 1000, "requestCount": 5});
    let app = Setup::app(json!({"rateLimit": rule})).one();
    let (rule, zone) = (&app.rate_limits[0], app.rate_limits[0].zone);
    assert_eq!((rule.window, rule.count, zone), (Duration::from_secs(1), 5, RateLimitZone::Ip));
    assert_eq!((&rule.methods, rule.error_message.as_str()), (&RateLimitMethods::All, "Too many requests."));
    let env = r#"[{"requestPath":"/x","requestTimeWindow":1,"requestCount":1,"requestMethods":["get"],"zone":"user"}]"#;
    let app = Setup::app(json!({})).env("PARSE_SERVER_RATE_LIMIT", env).one();
    assert_eq!(app.rate_limits[0].methods, RateLimitMethods::Named(vec!["GET".into()]));
    assert_eq!(app.rate_limits[0].zone, RateLimitZone::User);
}

#[test]
fn protected_fields_are_merged() {
    let fields = |options: Value| Setup::app(options).one().protected_fields.fields;
    let given = fields(json!({"protectedFields": {"_User": {"*": ["phone"]}, "A": {"role:x": ["b"]}}}));
    assert_eq!(given["_User"]["*"], ["phone", "email"]);
    assert_eq!(given["A"]["role:x"], ["b"]);
    let exact = json!({"protectedFields": {"_User": {"*": []}}, "protectedFieldsOwnerExempt": false});
    assert!(fields(exact)["_User"]["*"].is_empty());
    let silent = fields(json!({"userSensitiveFields": ["phone"], "protectedFieldsOwnerExempt": false}));
    assert_eq!(silent["_User"]["*"], ["phone", "email"]);
    assert!(Setup::app(json!({"protectedFields": {"A": []}})).error().contains("protectedFields must map"));
}

#[test]
fn logs_and_paths() {
    let log = |options: Value| Setup::app(options).load().unwrap().server.log;
    assert_eq!(log(json!({"verbose": true})).level, LogLevel::Verbose);
    assert_eq!(log(json!({"silent": true, "verbose": true})).level, LogLevel::Silent);
    assert_eq!(log(json!({"logLevel": "warn", "jsonLogs": true})).level, LogLevel::Warn);
    assert_eq!(log(json!({"jsonLogs": false})).json, Some(false));
    assert_eq!(log(json!({"logLevels": {"triggerAfter": "silly"}})).events.trigger_after, LogLevel::Silly);
    assert_eq!(Setup::app(json!({"mountPath": "/"})).one().mount_path, "");
    assert_eq!(Setup::app(json!({"mountPath": "api/v1/"})).one().server_url, "http://localhost:1337/api/v1");
    assert_eq!(Setup::app(json!({"serverURL": "https://x/p/"})).one().server_url, "https://x/p");
}

/// A value that is neither off nor the default.
fn on(option: &Opt) -> Value {
    match option.kind {
        Kind::Bool => json!(option.default_value() != Some(json!(true))),
        Kind::Int | Kind::IntOrBool | Kind::IntOrText => json!(7),
        Kind::List => json!(["x"]),
        Kind::Text if option.env.starts_with("PARSE_SERVER_LOG_LEVEL") => json!("debug"),
        Kind::Text => json!("x"),
        Kind::Json | Kind::JsonOrText => json!({"x": 1}),
        Kind::Group(table) => json!({table.options[0].name: on(&table.options[0])}),
        Kind::Groups(table) => json!([{table.options[0].name: on(&table.options[0])}]),
    }
}

/// Path, option and value of every option that can be set, with those inside groups.
fn every() -> Vec<(String, &'static Opt, Value)> {
    let mut out = Vec::new();
    for option in table::all() {
        out.push((option.name.to_owned(), option, on(option)));
        if let Kind::Group(table) = option.kind {
            for inner in table.options {
                out.push((format!("{}.{}", option.name, inner.name), inner, json!({inner.name: on(inner)})));
            }
        }
    }
    out
}

#[test]
fn each_option_not_built_yet_is_refused_by_name_and_can_be_left_out() {
    let mut seen = 0;
    for (path, option, value) in every() {
        let Status::NotYet(area) = option.status else { continue };
        let top = path.split('.').next().unwrap().to_owned();
        let whole = json!({"appName": "n", "publicServerURL": "http://x"});
        let set = |mut all: Value| {
            all[&top] = match (top.as_str(), &value) {
                ("accountLockout", Value::Object(inner)) => {
                    let mut policy = json!({"duration": 1, "threshold": 1});
                    policy.as_object_mut().unwrap().extend(inner.clone());
                    policy
                }
                ("passwordPolicy", Value::Object(inner)) if inner.contains_key("validatorCallback") => json!({}),
                ("passwordPolicy", Value::Object(inner)) if inner.contains_key("resetTokenReuseIfValid") => {
                    json!({"resetTokenReuseIfValid": true, "resetTokenValidityDuration": 1})
                }
                ("installation", _) if path.ends_with("Action") => json!({"duplicateDeviceTokenAction": "update"}),
                ("installation", _) if path.ends_with("Priority") => {
                    json!({"duplicateDeviceTokenMergePriority": "installationId"})
                }
                _ => value.clone(),
            };
            all
        };
        if set(json!({}))[&top] == json!({}) || on(option) == json!(false) {
            continue;
        }
        seen += 1;
        let error = Setup::app(set(whole.clone())).error();
        assert!(error.starts_with("not built yet: ") && error.contains(&path), "{path}: {error}");
        assert!(error.contains(&format!("({area})")), "{path}: {error}");
        Setup::app(set(json!({}))).flag("ignoreUnsupported", &top).load().unwrap_or_else(|e| panic!("{path}: {e}"));
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn off_is_never_refused() {
    for (path, option, _) in every() {
        let Status::NotYet(_) = option.status else { continue };
        let names: Vec<&str> = path.split('.').collect();
        if names[0] == "accountLockout" {
            continue;
        }
        for off in [Some(Value::Null), Some(json!(false)), option.default_value()].into_iter().flatten() {
            if off == json!(false) && !matches!(option.kind, Kind::Bool) {
                continue;
            }
            let value = if names.len() == 2 { json!({names[1]: off}) } else { off };
            Setup::app(json!({names[0]: value})).load().unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }
    let empty = json!({"push": {}, "auth": {"x": {"enabled": false}}, "liveQuery": {"classNames": []}, "pages": {}});
    Setup::app(empty).load().unwrap();
}

#[test]
fn no_effect_is_told() {
    for (path, option, value) in every() {
        let Status::NoEffect(reason) = option.status else { continue };
        let top = path.split('.').next().unwrap();
        assert_eq!(Setup::app(json!({top: value})).warnings(), [format!("{path} has no effect: {reason}")]);
    }
    let driver = Setup::app(json!({"databaseOptions": {"someDriverKey": 1, "allowPublicExplain": true}})).warnings();
    assert!(driver.len() == 1 && driver[0].starts_with("databaseOptions.someDriverKey has no effect"), "{driver:?}");
}

#[test]
fn what_is_ignored_is_told_and_what_works_stays() {
    let setup = || {
        Setup::app(json!({"cloud": "main.js", "defaultLimit": 7, "fileUpload": {"enableForPublic": true, "allowedFileUrlDomains": ["x"]}}))
            .flag("ignoreUnsupported", "cloud,defaultLimit,fileUpload,nonsence")
    };
    let app = setup().one();
    assert_eq!((app.default_limit, app.allowed_file_url_domains), (7, vec!["x".to_owned()]));
    assert_eq!(
        setup().warnings(),
        [
            "cloud is left out, as ignoreUnsupported says",
            "fileUpload.enableForPublic is left out, as ignoreUnsupported says",
            "ignoreUnsupported names nonsence, which is no option",
        ]
    );
}

#[test]
fn announced_changes() {
    let deprecations = |options: Value| {
        let all = Setup::app(options).load().unwrap().warnings.into_iter();
        all.filter(|w| w.kind == WarningKind::Deprecation).map(|w| w.message).collect::<Vec<_>>()
    };
    let few = deprecations(json!({}));
    assert_eq!(few.len(), 3, "{few:?}");
    assert!(few[0].starts_with(
        "DeprecationWarning: The Parse Server option 'fileUpload.allowedFileUrlDomains' default will change to '[]' in a"
    ));
    assert_eq!(deprecations(json!({"readOnlyMasterKey": "r"})).len(), 5);
    let said = json!({"fileUpload": {"allowedFileUrlDomains": []}, "protectedFieldsOwnerExempt": true,
        "protectedFieldsSaveResponseExempt": true});
    assert!(deprecations(said).is_empty());
}

#[test]
fn the_example_needs_no_word() {
    let loaded = Setup::file(&docs::example()).load().unwrap();
    assert_eq!(loaded.warnings, []);
    let plain = Setup::app(json!({})).one();
    let example = &loaded.server.apps[0];
    assert_eq!(format!("{:?}", example.request_complexity), format!("{:?}", plain.request_complexity));
    assert_eq!(example.database, plain.database);
}

#[test]
fn suspicious_booleans_are_told() {
    let warned = Setup::app(json!({"allowCustomObjectId": "yes"})).warnings();
    assert_eq!(warned, ["allowCustomObjectId is neither true nor false: read as false, as Parse Server does"]);
}
