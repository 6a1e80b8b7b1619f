//! A browser without a window: Chromium, told what to do by Debian's `chromedriver` over HTTP (WebDriver).

use super::server::free_port;
use super::{Actor, Client};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Longest wait for the driver, and for a page to show something.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running browser; ended when dropped.
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
}

impl Browser {
    /// Starts one. `None`, with a line that says so, where Chromium is missing; with `CI` in the environment that is a failure.
    pub fn start() -> Option<Browser> {
        let there = ["chromium", "chromedriver"].iter().all(|program| {
            let mut command = Command::new(program);
            command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        });
        if !there {
            assert!(env::var_os("CI").is_none(), "CI is set, but Chromium is missing: its tests cannot be left out");
            eprintln!("left out: the pages in a browser (Debian's chromium and chromium-driver are not installed)");
            return None;
        }
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = command.spawn().expect("start chromedriver");
        let client = Client::new(&format!("http://127.0.0.1:{port}"), Actor::NoKeys);
        let mut browser = Browser { driver, client, session: String::new() };
        browser.wait("the driver", |own| own.client.try_send("GET", "/status", &[], None).ok().map(drop));
        let args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"];
        let options = json!({"alwaysMatch": {"goog:chromeOptions": {"args": args}}});
        let answer = browser.client.post("/session", &json!({"capabilities": options}));
        assert_eq!(answer.status, 200, "no session: {}", answer.text());
        let session = answer.json()["value"]["sessionId"].as_str().expect("a session").to_owned();
        browser.session = format!("/session/{session}");
        Some(browser)
    }

    /// Shows a page.
    pub fn go(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// The URL of what is shown.
    pub fn url(&self) -> String {
        self.script("return location.href").as_str().unwrap_or_default().to_owned()
    }

    /// As a device: size in CSS pixels, pixels in one of them, dark or light.
    pub fn as_device(&self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", &size);
        let scheme = json!({"name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" }});
        self.command("Emulation.setEmulatedMedia", &json!({"features": [scheme]}));
    }

    /// Waits until the first element that fits has a text.
    pub fn wait_text(&self, css: &str, wanted: &str) {
        let seen = || self.script(&format!("return document.querySelector({css:?})?.textContent"));
        let until = Instant::now() + PATIENCE;
        while seen() != wanted {
            assert!(Instant::now() < until, "{css} is {} and not {wanted} at {}", seen(), self.url());
            sleep(Duration::from_millis(50));
        }
    }

    /// Types into an empty field, as a person does.
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.element(css);
        self.post(&format!("/element/{field}/clear"), &json!({}));
        self.post(&format!("/element/{field}/value"), &json!({"text": text}));
    }

    /// Clicks.
    pub fn click(&self, css: &str) {
        self.post(&format!("/element/{}/click", self.element(css)), &json!({}));
    }

    /// What a script in the page returns.
    pub fn script(&self, text: &str) -> Value {
        self.post("/execute/sync", &json!({"script": text, "args": []}))
    }

    /// Puts what is seen into a file.
    pub fn picture(&self, path: &Path) {
        let picture = self.get("/screenshot");
        let bytes = BASE64_STANDARD.decode(picture.as_str().expect("a picture")).expect("base64");
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("write a picture");
    }

    fn command(&self, name: &str, params: &Value) {
        self.post("/goog/cdp/execute", &json!({"cmd": name, "params": params}));
    }

    fn element(&self, css: &str) -> String {
        let asked = json!({"using": "css selector", "value": css});
        let path = format!("{}/element", self.session);
        let found = self.wait(css, |own| {
            let answer = own.client.post(&path, &asked);
            (answer.status == 200).then(|| answer.json())
        });
        found["value"][ELEMENT].as_str().expect("an element").to_owned()
    }

    fn wait<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(Instant::now() < until, "no {what}");
            sleep(Duration::from_millis(50));
        }
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.client.get(&format!("{}{path}", self.session));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()["value"].clone()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.client.post(&format!("{}{path}", self.session), body);
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
        answer.json()["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.client.try_send("DELETE", &self.session, &[], None);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
