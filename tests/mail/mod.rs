//! Mails to users: who gets one, what is in it, and what its link does once.

mod delivery;
mod reset;
mod smtp;
mod verification;

use crate::accounts::{log_in, put, said, text};
use crate::support::mailbox::Letter;
use crate::support::{Actor, Answer, Mailbox, Server};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread::scope;
use std::time::{Duration, Instant};

/// The URL that stands in links.
const URL: &str = "http://mail.test/parse";

/// Options of an app that sends mails by an adapter.
fn app(adapter: Value, more: &Value) -> Value {
    let mut options = json!({"appName": "App", "publicServerURL": URL, "emailAdapter": adapter});
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

fn start(more: &Value) -> (Server, Mailbox) {
    let mailbox = Mailbox::start();
    (Server::start(app(mailbox.whole_adapter(), more)), mailbox)
}

fn sign_up(server: &Server, name: &str) -> Answer {
    let body = json!({"username": name, "password": "pw", "email": format!("{name}@e.com")});
    server.client(Actor::Client).post("/users", &body)
}

/// What the master key sees of the one user there is.
fn user(server: &Server) -> Value {
    server.client(Actor::Master).get("/users").json()["results"][0].clone()
}

fn page(server: &Server, path: &str) -> String {
    let answer = server.client(Actor::NoKeys).get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let html = answer.text();
    let heading = html.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>"));
    heading.unwrap_or_else(|| panic!("no heading: {html}")).0.to_owned()
}

/// The form with a new password, as a browser sends it, or a script.
fn choose(server: &Server, token: &str, password: &str, by_script: bool) -> Answer {
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
    headers.extend(by_script.then_some(("X-Requested-With", "XMLHttpRequest")));
    let body = format!("token={token}&new_password={password}");
    server.client(Actor::NoKeys).send("POST", "/apps/app/request_password_reset", &headers, Some(body.as_bytes()))
}

/// How many of these requests, sent together, are answered with a status of 200 and a text.
fn successes(many: usize, text: &str, ask: impl Fn() -> Answer + Sync) -> usize {
    let barrier = Barrier::new(many);
    scope(|threads| {
        let ask = || {
            barrier.wait();
            let answer = ask();
            answer.status == 200 && answer.text().contains(text)
        };
        let asked: Vec<_> = (0..many).map(|_| threads.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
    })
}

#[test]
fn a_mail_that_fails_is_sent_again_and_one_that_is_refused_is_not() {
    let (server, mailbox) = start(&json!({}));
    assert_eq!(sign_up(&server, "ann").status, 201);
    mailbox.stays_empty();
    mailbox.fail(&[(503, json!({}))]);
    let client = server.client(Actor::Client);
    assert_eq!(said(&client.post("/requestPasswordReset", &json!({"email": "ann@e.com"}))), "200");
    assert_eq!(mailbox.next().method, "sendPasswordResetEmail");
    mailbox.fail(&[(200, json!({"error": {"code": 1, "message": "full"}}))]);
    assert_eq!(said(&client.post("/requestPasswordReset", &json!({"email": "ann@e.com"}))), "200");
    std::thread::sleep(Duration::from_millis(1300));
    mailbox.stays_empty();
    let log = server.output();
    assert!(log.contains("the mail adapter refused: full") && !log.contains("?token="), "{log}");
}

#[test]
fn no_request_waits_for_a_mail() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true}));
    let held = mailbox.hold();
    let started = Instant::now();
    assert_eq!(sign_up(&server, "ann").status, 201);
    for path in ["/requestPasswordReset", "/verificationEmailRequest"] {
        assert_eq!(said(&server.client(Actor::Client).post(path, &json!({"email": "ann@e.com"}))), "200");
    }
    // The server gives an adapter more time than that.
    assert!(started.elapsed() < Duration::from_secs(25), "a request waited");
    drop(held);
    (0..3).for_each(|_| drop(mailbox.next()));
}

#[test]
fn an_adapter_without_methods_of_its_own_gets_plain_mails() {
    let mailbox = Mailbox::start();
    let options = json!({"verifyUserEmails": true});
    let server = Server::start(app(mailbox.adapter(&["sendMail"]), &options));
    assert_eq!(sign_up(&server, "ann").status, 201);
    let Letter { method, argument } = mailbox.next();
    assert_eq!((method.as_str(), &argument["to"]), ("sendMail", &json!("ann@e.com")));
    assert_eq!(argument["subject"], "Please verify your e-mail for App");
    assert!(
        text(&argument["text"]).contains(&format!("Click here to confirm it:\n{URL}/apps/app/verify_email?token="))
    );
}

#[test]
fn mails_on_their_way_go_out_before_the_end() {
    let (mut server, mailbox) = start(&json!({}));
    assert_eq!(sign_up(&server, "ann").status, 201);
    mailbox.fail(&[(503, json!({}))]);
    server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "ann@e.com"}));
    server.terminate();
    assert!(server.wait_exit(Duration::from_secs(10)).is_some_and(|status| status.success()));
    assert_eq!(mailbox.next().method, "sendPasswordResetEmail");
}

#[test]
fn without_an_adapter_there_are_no_mails_and_clients_are_told() {
    let server = Server::start(json!({"appName": "App", "publicServerURL": URL}));
    for path in ["/requestPasswordReset", "/verificationEmailRequest"] {
        let answer = server.client(Actor::Client).post(path, &json!({"email": "a@b.c"}));
        let wanted = "1: An appName, publicServerURL, and emailAdapter are required for password reset and email \
                      verification functionality.";
        assert_eq!((answer.status, said(&answer).as_str()), (500, wanted));
    }
}
