//! The page of Node in README.md, as it stands there, around adapters of JavaScript.

use crate::support::server::free_port;
use crate::support::{Actor, Server, node};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// An adapter for sign-in and one for mails, as apps have them: classes and objects, promises and errors of the SDK.
const ADAPTER: &str = r#"
const Parse = require('parse/node');
const fs = require('fs');
class Adapter {
  constructor() { this.policy = 'default'; }
  async validateAuthData(authData, options, request) {
    if (authData.token === 'nothing') return Promise.reject();
    if (authData.token === 'text') throw 'a text';
    if (authData.token !== options.secret) throw new Parse.Error(Parse.Error.OBJECT_NOT_FOUND, 'own auth is invalid.');
    const known = request.original ? request.original.get('authData').own.visits : 0;
    return { save: { id: authData.id, visits: known + 1, isUser: request.object instanceof Parse.User } };
  }
  afterFind(authData, options, request) { return { id: authData.id, visits: authData.visits, master: request.master }; }
  sendMail(mail) { fs.writeFileSync('mail.json', JSON.stringify(mail)); }
  async sendVerificationEmail({ link, appName, user }) {
    fs.writeFileSync('mail.json', JSON.stringify({ link, appName, email: user.get('email'), isUser: user instanceof Parse.User }));
  }
}
module.exports = new Adapter();
"#;

/// Node on a page, ended with the test.
struct Page(Child);

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The page of the README with another port and another adapter, and nothing else changed.
fn page(port: u16) -> String {
    let readme = include_str!("../README.md");
    let page = readme.split("```js\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page");
    let own = page.replace("'my-adapter'", "'./adapter.js'").replace("4001", &port.to_string());
    assert!(own.contains("require('./adapter.js')") && own.contains(&format!("listen({port}")), "{own}");
    own
}

fn start(dir: &Path, modules: &Path, port: u16) -> Page {
    fs::write(dir.join("adapter.js"), ADAPTER).unwrap();
    fs::write(dir.join("page.js"), page(port)).unwrap();
    let mut node = Command::new("node");
    node.arg("page.js").current_dir(dir).env("NODE_PATH", modules.join("node_modules")).stdin(Stdio::null());
    let page = Page(node.spawn().unwrap());
    let up = (0..500).any(|_| {
        sleep(Duration::from_millis(20));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(up, "the page did not start");
    page
}

#[test]
fn adapters_of_javascript_live_on_behind_the_page() {
    let Some(modules) = node::modules() else { return };
    let (dir, port) = (tempfile::TempDir::new().unwrap(), free_port());
    let _page = start(dir.path(), &modules, port);
    let url = format!("http://127.0.0.1:{port}");
    let bridge = json!({"url": url, "methods": ["validateAuthData", "afterFind"]});
    let mails = json!({"url": url, "methods": ["sendMail", "sendVerificationEmail"]});
    let server = Server::start(json!({
        "auth": {"own": {"module": "http-auth-adapter", "bridge": bridge, "secret": "s"}},
        "emailAdapter": {"module": "http-email-adapter", "options": mails},
        "appName": "App", "publicServerURL": "http://app.test/parse", "verifyUserEmails": true,
    }));
    let client = server.client(Actor::Client);
    let ask = |token: &str| client.post("/users", &json!({"authData": {"own": {"id": "1", "token": token}}}));
    let said = |token: &str| ask(token).json();
    assert_eq!(said("wrong"), json!({"code": 101, "error": "own auth is invalid."}));
    assert_eq!(said("text"), json!({"code": 141, "error": "a text"}));
    assert_eq!(said("nothing"), json!({"code": 141, "error": "Auth failed. Unknown error."}));
    assert_eq!(ask("s").status, 201);
    assert_eq!(said("s")["authData"]["own"], json!({"id": "1", "visits": 2, "master": false}));
    let stored = server.client(Actor::Maintenance).get("/users").json()["results"][0].clone();
    assert!(stored.to_string().contains("visits"), "{stored}");

    let body = json!({"username": "ann", "password": "pw", "email": "ann@e.com"});
    assert_eq!(client.post("/users", &body).status, 201);
    let mail = read_soon(&dir.path().join("mail.json"));
    assert_eq!((&mail["appName"], &mail["email"], &mail["isUser"]), (&json!("App"), &json!("ann@e.com"), &json!(true)));
    client.post("/requestPasswordReset", &json!({"email": "ann@e.com"}));
    let mail = read_soon(&dir.path().join("mail.json"));
    assert_eq!((&mail["to"], &mail["subject"]), (&json!("ann@e.com"), &json!("Password Reset for App")));
}

/// What stands in a file once it does; the file is gone then.
fn read_soon(path: &Path) -> Value {
    for _ in 0..500 {
        if let Some(value) = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            fs::remove_file(path).unwrap();
            return value;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("{} never came", path.display());
}
