//! Mails by a mail server.

use super::*;
use crate::support::MailServer;
use crate::support::smtp::Message;
use std::fs;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) fn adapter(url: &str, templates: &Value) -> Value {
    let options = json!({"url": url, "sender": "The App <no-reply@app.test>", "templates": templates});
    json!({"module": "smtp", "options": options})
}

/// The text of a mail, its encoding undone.
fn body(message: &Message) -> String {
    message.data.replace("=\n", "").replace("=3D", "=")
}

fn link(message: &Message) -> String {
    let body = body(message);
    let start = body.find(URL).unwrap_or_else(|| panic!("no link: {body}")) + URL.len();
    body[start..].split(|c: char| c.is_whitespace() || c == '"').next().unwrap().to_owned()
}

#[test]
fn a_mail_arrives_with_its_link() {
    let mail = MailServer::start();
    let options = json!({"verifyUserEmails": true});
    let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &options));
    assert_eq!(sign_up(&server, "ann").status, 201);
    let message = mail.next();
    assert_eq!((message.from.as_str(), message.to.as_slice()), ("no-reply@app.test", &["ann@e.com".to_owned()][..]));
    for head in ["From: \"The App\" <no-reply@app.test>", "To: ann@e.com", "Subject: Please verify your e-mail for App"]
    {
        assert!(message.data.contains(head), "{head}: {}", message.data);
    }
    assert_eq!(page(&server, &link(&message)), "E-mail address verified");
    for _ in 0..3 {
        server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "ann@e.com"}));
        assert!(mail.next().data.contains("Subject: Password Reset for App"));
    }
    assert_eq!(mail.connections(), 1, "a connection is used again");
}

#[test]
fn the_app_has_words_of_its_own() {
    let dir = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let templates = json!({"verificationEmail": {
        "subjectPath": file("s.txt", "Welcome {{username}}"),
        "textPath": file("t.txt", "Go to {{{link}}}"),
        "htmlPath": file("h.html", "<p>{{user.nick}}</p><a href=\"{{link}}\">here</a>"),
    }});
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("secret"), &templates), &json!({"verifyUserEmails": true})));
    let user = json!({"username": "ann", "password": "pw", "email": "ann@e.com", "nick": "<b>"});
    assert_eq!(server.client(Actor::Client).post("/users", &user).status, 201);
    let message = mail.next();
    assert!(message.data.contains("Subject: Welcome ann") && message.data.contains("multipart/alternative"));
    assert!(body(&message).contains("<p>&lt;b&gt;</p>"), "{}", message.data);
    assert_eq!(page(&server, &link(&message)), "E-mail address verified");
}

#[test]
fn what_the_mail_server_puts_off_comes_later_and_what_it_refuses_never() {
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({})));
    sign_up(&server, "ann");
    mail.refuse(&["451 4.3.0 later", "554 5.7.1 never"]);
    let ask = || server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "ann@e.com"})).status;
    assert_eq!(ask(), 200);
    wait_for(&server, "is tried again");
    assert_eq!(ask(), 200);
    wait_for(&server, "a mail was not sent\"");
    assert!(mail.next().data.contains("Subject: Password Reset for App"));
    assert_eq!(mail.waiting(), 0);
}

#[test]
fn a_wrong_password_is_told_in_the_log_and_stays_out_of_it() {
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("guess"), &json!({})), &json!({})));
    sign_up(&server, "ann");
    server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "ann@e.com"}));
    wait_for(&server, "wrong password");
    assert!(!server.output().contains("guess") && !server.output().contains("?token="));
}

pub(super) fn wait_for(server: &Server, text: &str) {
    let until = Instant::now() + Duration::from_secs(10);
    while !server.output().contains(text) {
        assert!(Instant::now() < until, "no {text} in the log");
        std::thread::sleep(Duration::from_millis(20));
    }
}
