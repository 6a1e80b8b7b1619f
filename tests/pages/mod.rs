//! The pages that links in mails lead to, and an app's own files beside them.

mod attack;
mod browser;
mod files;
mod own;
mod routes;

use crate::support::{Actor, Answer, Mailbox, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The URL that the world knows.
const URL: &str = "http://mail.test/parse";

/// A server with pages, and the directory of its own files.
struct Pages {
    server: Server,
    mailbox: Mailbox,
    dir: TempDir,
}

impl Pages {
    /// One whose own files are these, with the options `pages` and `more`.
    fn start(files: &[(&str, &str)], mut pages: Value, more: Value) -> Pages {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("public");
        files.iter().for_each(|(name, text)| put(&root.join(name), text));
        if !files.is_empty() {
            pages["pagesPath"] = json!(root);
        }
        let mailbox = Mailbox::start();
        let mut options = json!({
            "appName": "App", "publicServerURL": URL, "emailAdapter": mailbox.whole_adapter(), "pages": pages,
        });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Pages { server: Server::start(options), mailbox, dir }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.client(Actor::NoKeys).get(path)
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        self.server.client(Actor::NoKeys).send("POST", path, &kind, Some(form.as_bytes()))
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("public")
    }

    /// A token that lets the password of a new user be chosen.
    fn token(&self) -> String {
        let client = self.server.client(Actor::Client);
        let user = json!({"username": "ann", "password": "pw", "email": "ann@e.com"});
        assert_eq!(client.post("/users", &user).status, 201);
        assert_eq!(client.post("/requestPasswordReset", &json!({"email": "ann@e.com"})).status, 200);
        self.mailbox.next().token()
    }
}

/// A file, with the folders that it needs.
fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.header(name).unwrap_or_default()
}
