//! Several apps in one process.

use serde_json::{Value, json};

use super::support::Setup;

fn two(first: Value, second: Value) -> Setup {
    let app = |id: &str, more: Value| {
        let mut app = json!({"appId": id, "masterKey": "m", "databaseURI": format!("sqlite:{id}.db")});
        app.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app
    };
    Setup::file(&json!({"apps": [app("one", first), app("two", second)]}).to_string())
}

#[test]
fn one_app_in_a_list() {
    let app = Setup::file(r#"{"apps":[{"appId":"x","masterKey":"m"}]}"#).env("PARSE_SERVER_APP_NAME", "N").one();
    assert_eq!((app.app_id.as_str(), app.app_name.as_deref()), ("x", Some("N")));
    assert!(Setup::file(r#"{"apps":[]}"#).error().contains("must be a list with an app"));
    assert!(Setup::file(r#"{"apps":[1]}"#).error().contains("must be a list of objects"));
}

#[test]
fn an_id_from_elsewhere_is_told() {
    let file = || Setup::file(r#"{"apps":[{"appId":"x","masterKey":"m"}]}"#);
    assert_eq!(file().env("PARSE_SERVER_APPLICATION_ID", "x").warnings(), Vec::<String>::new());
    let other = || file().env("PARSE_SERVER_APPLICATION_ID", "y");
    assert_eq!(other().one().app_id, "y", "as in Parse Server");
    let told = other().warnings();
    assert!(told.len() == 1 && told[0].ends_with("PARSE_SERVER_APPLICATION_ID says, and not x"), "{told:?}");
}

#[test]
fn each_has_its_own() {
    let loaded = two(json!({"mountPath": "/one", "port": 9}), json!({"mountPath": "two/", "port": 9})).load().unwrap();
    let paths: Vec<&str> = loaded.server.apps.iter().map(|app| app.mount_path.as_str()).collect();
    assert_eq!(paths, ["/one", "/two"]);
    assert_eq!(loaded.server.port, 9);
}

#[test]
fn the_process_is_shared() {
    assert_eq!(
        two(json!({"port": 1}), json!({"port": 2})).error(),
        "port differs between the apps one and two: they share one process"
    );
    let shared = two(json!({}), json!({})).env("PORT", "7").flag("host", "::1").load().unwrap().server;
    assert_eq!((shared.port, shared.host.as_str()), (7, "::1"));
}

#[test]
fn what_acts_before_the_app_is_known() {
    let error = two(json!({"allowOrigin": "a"}), json!({"allowOrigin": "b"})).error();
    assert!(error.contains("allowOrigin differs") && error.contains("mountPath /parse"), "{error}");
    two(json!({"allowOrigin": "a", "mountPath": "/1"}), json!({"allowOrigin": "b", "mountPath": "/2"})).load().unwrap();
}

#[test]
fn ids_and_databases_differ() {
    assert_eq!(two(json!({}), json!({"appId": "one"})).error(), "two apps have the appId one");
    let error = two(json!({}), json!({"databaseURI": "sqlite:one.db"})).error();
    assert!(error.contains("store in the same database"), "{error}");
}

#[test]
fn flags_and_variables_of_an_app_are_refused() {
    let error = two(json!({}), json!({})).env("PARSE_SERVER_MASTER_KEY", "x").error();
    assert!(error.contains("PARSE_SERVER_MASTER_KEY sets an option of one app"), "{error}");
    let error = two(json!({}), json!({})).flag("appName", "x").error();
    assert!(error.contains("--appName sets an option of one app"), "{error}");
}

#[test]
fn beside_apps_only_the_process() {
    let text = json!({"port": 4, "appName": "N", "zz": 1, "apps": [{"appId": "x", "masterKey": "m"}]}).to_string();
    assert_eq!(Setup::file(&text).load().unwrap().server.port, 4);
    let warned = Setup::file(&text).warnings();
    assert!(warned.len() == 2 && warned[0].starts_with("appName beside apps is ignored"), "{warned:?}");
}
