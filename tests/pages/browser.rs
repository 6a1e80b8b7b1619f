//! The whole way in a browser: from the link in a mail to the log-in with the new password.

use super::*;
use crate::support::{Browser, MailServer};
use std::thread::sleep;
use std::time::Duration;

/// Who goes the way, and what is read on it.
struct Way {
    name: &'static str,
    locale: &'static str,
    size: (u32, u32),
    dark: bool,
    verified: &'static str,
    unverified: &'static str,
    dead: &'static str,
    again: &'static str,
    form: &'static str,
    differ: &'static str,
    policy: &'static str,
    done: &'static str,
}

const WAYS: [Way; 2] = [
    Way {
        name: "ann",
        locale: "en",
        size: (1000, 800),
        dark: false,
        verified: "E-mail address verified",
        unverified: "This verification link does not work",
        dead: "This link does not work",
        again: "Please look into your mailbox",
        form: "Choose a new password",
        differ: "The passwords differ.",
        policy: "Password does not meet the Password Policy requirements.",
        done: "Password changed",
    },
    Way {
        name: "bea",
        locale: "de-AT",
        size: (390, 844),
        dark: true,
        verified: "E-Mail-Adresse bestätigt",
        unverified: "Dieser Bestätigungslink funktioniert nicht",
        dead: "Dieser Link funktioniert nicht",
        again: "Bitte sehen Sie in Ihr Postfach",
        form: "Neues Passwort wählen",
        differ: "Die Passwörter stimmen nicht überein.",
        policy: "Das Passwort entspricht nicht den Regeln dieser App.",
        done: "Passwort geändert",
    },
];

/// The app, its mail server, and the browser.
struct Stage {
    server: Server,
    mail: MailServer,
    browser: Browser,
    _words: TempDir,
}

impl Stage {
    fn start(browser: Browser, more: &Value) -> Stage {
        let (mail, words) = (MailServer::start(), TempDir::new().unwrap());
        let path = words.path().join("subject.txt");
        put(&path, "Your link for {{appName}}");
        put(&words.path().join("de/subject.txt"), "Ihr Link von {{appName}}");
        let template = json!({"subjectPath": path});
        let templates = json!({"verificationEmail": template, "passwordResetEmail": template});
        let options = json!({
            "url": mail.url("secret"), "sender": "App <no-reply@app.test>", "localeField": "lang", "templates": templates,
        });
        let mut server = Server::start(json!({
            "appName": "Tea & Cake", "emailAdapter": {"module": "smtp", "options": options}, "verifyUserEmails": true,
            "publicServerURL": "http://later.test", "pages": {"enableLocalization": true},
        }));
        server.configure(json!({"publicServerURL": server.base()}));
        server.configure(more.clone());
        server.kill();
        server.restart();
        Stage { server, mail, browser, _words: words }
    }

    fn sign_up(&self, name: &str, locale: &str) {
        let user = json!({"username": name, "password": "old-pw", "email": format!("{name}@e.com"), "lang": locale});
        assert_eq!(self.server.client(Actor::Client).post("/users", &user).status, 201);
    }

    fn forget(&self, name: &str) {
        let body = json!({"email": format!("{name}@e.com")});
        assert_eq!(self.server.client(Actor::Client).post("/requestPasswordReset", &body).status, 200);
    }

    fn log_in(&self, name: &str, password: &str) -> u16 {
        self.server.client(Actor::Client).post("/login", &json!({"username": name, "password": password})).status
    }

    /// The link of the next mail, whose subject begins so.
    fn link(&self, subject: &str) -> String {
        let data = self.mail.next().data.replace("=\n", "").replace("=3D", "=");
        assert!(data.contains(&format!("Subject: {subject}")), "{data}");
        let at = data.find(self.server.base()).unwrap_or_else(|| panic!("no link: {data}"));
        data[at..].split_whitespace().next().unwrap().to_owned()
    }

    /// The page is the one with this heading, and nothing is wrong with it.
    fn sees(&self, way: &Way, heading: &str) {
        self.browser.wait_text("h1", heading);
        let file: String = heading.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        self.browser.picture(&folder.join(format!("{}-{file}.png", way.name)));
        let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
        let named =
            "return [...document.querySelectorAll('input:not([type=hidden])')].every((field) => field.labels.length)";
        let lonely =
            "return performance.getEntriesByType('resource').every((one) => one.name.endsWith('/favicon.ico'))";
        let styled = "return getComputedStyle(document.querySelector('main')).maxWidth !== ''
            && getComputedStyle(document.querySelector('.app')).fontWeight === '600'";
        for check in [fits, named, lonely, styled] {
            assert_eq!(self.browser.script(check), true, "{heading}: {check}");
        }
        let light = "return getComputedStyle(document.querySelector('main')).backgroundColor === 'rgb(255, 255, 255)'";
        assert_eq!(self.browser.script(light), !way.dark);
        let language = way.locale.split('-').next().unwrap();
        assert_eq!(self.browser.script("return document.documentElement.lang"), language);
    }

    fn submit(&self, one: &str, two: &str) {
        self.browser.fill("#password", one);
        self.browser.fill("#confirm", two);
        self.browser.click("button");
    }
}

#[test]
fn from_the_mail_to_the_log_in() {
    let Some(browser) = Browser::start() else { return };
    let stage = Stage::start(browser, &json!({"passwordPolicy": {"validatorPattern": "^.{6,}$"}}));
    for way in WAYS {
        let subject = if way.locale == "en" { "Your link for Tea & Cake" } else { "Ihr Link von Tea & Cake" };
        stage.browser.as_device(way.size.0, way.size.1, way.dark);
        stage.sign_up(way.name, way.locale);
        let link = stage.link(subject);
        assert!(link.ends_with(&format!("&locale={}", way.locale)), "{link}");
        verify(&stage, &way, &link);
        stage.forget(way.name);
        choose(&stage, &way, &stage.link(subject));
    }
}

fn verify(stage: &Stage, way: &Way, link: &str) {
    stage.browser.go(link);
    stage.sees(way, way.verified);
    stage.browser.go(link);
    stage.sees(way, way.unverified);
    stage.browser.click("button");
    stage.sees(way, way.again);
    let place = stage.browser.url();
    assert!(place.contains("/email_verification_send_success.html?") && !place.contains("token"), "{place}");
    assert_eq!(stage.mail.waiting(), 0, "the address is verified already");
}

fn choose(stage: &Stage, way: &Way, link: &str) {
    let browser = &stage.browser;
    browser.go(&link.replace("token=", "token=x"));
    stage.sees(way, way.dead);
    browser.go(link);
    browser.wait_text("h1", way.form);
    assert_eq!(browser.script("return document.activeElement.id"), "password");
    stage.submit("new-password", "new-passwort");
    browser.wait_text("#differ", way.differ);
    assert_eq!(browser.url(), link, "nothing is sent");
    browser.click("#show");
    assert_eq!(browser.script("return document.getElementById('confirm').type"), "text");
    stage.sees(way, way.form);
    stage.submit("short", "short");
    browser.wait_text(".error", way.policy);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    browser.picture(&folder.join(format!("{}-policy.png", way.name)));
    stage.submit("new-password", "new-password");
    stage.sees(way, way.done);
    assert_eq!((stage.log_in(way.name, "old-pw"), stage.log_in(way.name, "new-password")), (404, 200));
    browser.go(link);
    stage.sees(way, way.dead);
}

#[test]
fn links_that_are_too_old_lead_to_new_ones() {
    let Some(browser) = Browser::start() else { return };
    let policy = json!({"resetTokenValidityDuration": 5});
    let stage = Stage::start(browser, &json!({"emailVerifyTokenValidityDuration": 1, "passwordPolicy": policy}));
    let way = &WAYS[0];
    stage.browser.as_device(way.size.0, way.size.1, way.dark);
    stage.sign_up("ann", "en");
    let old = stage.link("Your link");
    sleep(Duration::from_millis(1100));
    stage.browser.go(&old);
    stage.sees(way, way.unverified);
    stage.browser.click("button");
    stage.sees(way, way.again);
    let new = stage.link("Your link");
    assert_ne!(new, old);
    stage.forget("ann");
    stage.browser.go(&stage.link("Your link"));
    stage.browser.wait_text("h1", way.form);
    sleep(Duration::from_millis(5100));
    stage.submit("new-password", "new-password");
    stage.browser.wait_text(".error", "This link is too old. Please ask for a new one in the app.");
    assert_eq!(stage.log_in("ann", "old-pw"), 200);
}
