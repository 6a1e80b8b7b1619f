//! Real clients: drives our binary with the official JavaScript SDK, whose tests live in `tests/sdk/`.
//!
//! `npm ci` fetches the SDK, once per lock file. Left out, with a line that says so, where Node or npm is missing; with `CI` in
//! the environment that is a failure.

use crate::support::actors::{APP_ID, MASTER_KEY};
use crate::support::backend::lacks;
use crate::support::{Backend, Mailbox, Server, node};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

#[test]
fn the_javascript_sdk_is_served() {
    served_on(Backend::Sqlite, "test");
}

#[test]
fn the_javascript_sdk_is_served_on_mongodb() {
    if Backend::has_mongo("the tests with the JavaScript SDK") {
        served_on(Backend::Mongo, "test-mongo");
    }
}

/// Runs `node --test` on a copy of `tests/sdk` under Cargo's target directory.
fn served_on(backend: Backend, folder: &str) {
    let Some(dir) = node::modules() else { return };
    let server = Server::start_on(backend, serde_json::from_str(include_str!("sdk/server.json")).unwrap());
    let links = server.dir().join("links");
    let mailbox = Mailbox::noting(Some(&links));
    let options = json!({
        "appName": "App", "publicServerURL": "http://app.test/parse", "emailAdapter": mailbox.whole_adapter(),
        "verifyUserEmails": true, "preventLoginWithUnverifiedEmail": true,
    });
    let mails = Server::start_on(backend, options);
    let tests = dir.join(folder);
    let outcome = copy(&tests).and_then(|()| {
        let mut node = Command::new("node");
        node.arg("--test").args(test_files(&tests)?).current_dir(&dir);
        node.env("SERVER_URL", server.base()).env("APP_ID", APP_ID).env("MASTER_KEY", MASTER_KEY);
        node.env("MAIL_SERVER_URL", mails.base()).env("MAIL_LINKS", &links);
        if backend == Backend::Mongo {
            node.env("SDK_LACKS", lacks().join(","));
        }
        node::succeed(&mut node)
    });
    assert!(outcome.is_ok(), "JavaScript SDK tests: {outcome:?}");
}

/// The tests of this checkout, and none of an earlier one.
fn copy(target: &Path) -> io::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/test");
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        fs::copy(entry.path(), target.join(entry.file_name()))?;
    }
    Ok(())
}

fn test_files(tests: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(tests)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
