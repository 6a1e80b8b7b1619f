//! The way to the mail server: encryption, ways to log in, servers that are slow or die, and the end of the process.

use super::smtp::{adapter, wait_for};
use super::*;
use crate::support::MailServer;
use crate::support::run::{Ran, run};
use crate::support::smtp::Encrypted;
use std::fs;
use tempfile::TempDir;

/// The options of an app that trusts a mail server, and where its certificate lies.
fn trusting(mail: &MailServer, password: &str) -> (Value, TempDir) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("ca.pem");
    fs::write(&path, mail.certificate()).unwrap();
    let mut adapter = adapter(&mail.url(password), &json!({}));
    adapter["options"]["caPath"] = json!(path);
    (app(adapter, &json!({})), dir)
}

fn ask(server: &Server) {
    let answer = server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "ann@e.com"}));
    assert_eq!(said(&answer), "200");
}

#[test]
fn mails_go_by_every_kind_of_connection() {
    for (encrypted, way) in [
        (Encrypted::StartTls, "PLAIN"),
        (Encrypted::StartTls, "LOGIN"),
        (Encrypted::Always, "PLAIN"),
        (Encrypted::Never, "LOGIN"),
    ] {
        let mail = MailServer::with(encrypted, way);
        let (options, _dir) = trusting(&mail, "secret");
        let server = Server::start(options);
        sign_up(&server, "ann");
        for _ in 0..2 {
            ask(&server);
            assert!(mail.next().data.contains("Subject: Password Reset for App"), "{way}");
        }
        assert_eq!(mail.connections(), 1, "{way}: a connection is used again");
    }
}

#[test]
fn nothing_is_sent_to_a_server_that_nobody_vouches_for_or_that_does_not_encrypt() {
    for encrypted in [Encrypted::StartTls, Encrypted::Always] {
        let mail = MailServer::with(encrypted, "PLAIN");
        let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({})));
        sign_up(&server, "ann");
        ask(&server);
        wait_for(&server, "certificate");
        assert_eq!(mail.waiting(), 0);
    }
    let mail = MailServer::start();
    let url = mail.url("secret").replace("?tls=none", "");
    let server = Server::start(app(adapter(&url, &json!({})), &json!({})));
    sign_up(&server, "ann");
    ask(&server);
    wait_for(&server, "was not sent");
    assert_eq!(mail.waiting(), 0);
}

#[test]
fn a_slow_server_holds_up_mails_and_nothing_else() {
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({"verifyUserEmails": true})));
    let held = mail.hold();
    let begun = Instant::now();
    for n in 0..20 {
        assert_eq!(sign_up(&server, &format!("user{n}")).status, 201);
    }
    assert_eq!(server.client(Actor::Master).post("/classes/T", &json!({})).status, 201);
    // Less than one step of the mail server may take before it is given up.
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
    assert_eq!(mail.waiting(), 0);
    drop(held);
    let mut to: Vec<String> = (0..20).flat_map(|_| mail.next().to).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 20, "every mail comes, once");
    assert!(mail.connections() < 20, "{} connections", mail.connections());
}

#[test]
fn a_mail_outlives_a_server_that_dies() {
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({})));
    sign_up(&server, "ann");
    mail.refuse(&["", "421 4.3.2 going down"]);
    ask(&server);
    wait_for(&server, "is tried again");
    // The second pause is ten seconds.
    assert_eq!(mail.next().to, ["ann@e.com"]);
    assert_eq!(mail.waiting(), 0);
}

#[test]
fn so_many_mails_wait_and_no_more() {
    let mail = MailServer::start();
    let server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({})));
    sign_up(&server, "ann");
    let held = mail.hold();
    let client = server.client(Actor::Client);
    let reset = || said(&client.post("/requestPasswordReset", &json!({"email": "ann@e.com"})));
    let answers: Vec<String> = (0..1010).map(|_| reset()).collect();
    let taken = answers.iter().filter(|answer| *answer == "200").count();
    assert_eq!(taken, 1000);
    assert_eq!(answers[1009], "155: Too many mails are waiting to be sent.");
    assert_eq!(client.get("/health").status, 200);
    drop(held);
    assert_eq!(mail.next().to, ["ann@e.com"]);
}

#[test]
fn the_end_of_the_process_waits_for_mails_a_moment() {
    let mail = MailServer::start();
    let mut server = Server::start(app(adapter(&mail.url("secret"), &json!({})), &json!({})));
    sign_up(&server, "ann");
    let held = mail.hold();
    ask(&server);
    server.terminate();
    assert!(server.wait_exit(Duration::from_millis(500)).is_none(), "it waits");
    drop(held);
    assert!(server.wait_exit(Duration::from_secs(10)).unwrap().success());
    assert_eq!(mail.next().to, ["ann@e.com"]);

    server.restart();
    let _held = mail.hold();
    ask(&server);
    server.terminate();
    assert!(server.wait_exit(Duration::from_secs(15)).unwrap().success());
    assert!(server.output().contains("mails that were on their way are lost"), "{}", server.output());
}

/// `parsimony mail test` with a configuration.
fn mail_test(adapter: Value, args: &[&str]) -> Ran {
    let dir = TempDir::new().unwrap();
    let mut config = app(adapter, &json!({}));
    config["appId"] = json!("app");
    config["masterKey"] = json!("master");
    fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    run(dir.path(), &[&["mail", "test"], args].concat(), &[])
}

#[test]
fn mails_can_be_tried() {
    let mail = MailServer::start();
    let smtp = |password: &str| adapter(&mail.url(password), &json!({}));
    for args in [["ann@e.com", "config.json"].as_slice(), &["ann@e.com", "--config", "config.json"]] {
        let ran = mail_test(smtp("secret"), args);
        assert!(ran.ok && ran.out == "a mail to ann@e.com was taken\n", "{} {}", ran.out, ran.err);
        let message = mail.next();
        assert_eq!(message.to, ["ann@e.com"]);
        assert!(message.data.contains("Subject: A test of the mails of App"), "{}", message.data);
    }
    let reason = |adapter: Value, address: &str| {
        let ran = mail_test(adapter, &[address, "config.json"]);
        assert!(!ran.ok && ran.out.is_empty(), "{}", ran.out);
        ran.reason().to_owned()
    };
    let wrong = reason(smtp("guess"), "ann@e.com");
    assert!(wrong.starts_with("error: the mail was refused: the mail server: ") && wrong.contains("535"), "{wrong}");
    assert!(!wrong.contains("guess"), "{wrong}");
    mail.refuse(&["451 4.3.0 not now"]);
    let later = reason(smtp("secret"), "ann@e.com");
    assert!(later.starts_with("error: the mail was not sent; a later try may do better: "), "{later}");
    let nobody = reason(smtp("secret"), "no address");
    assert!(nobody.starts_with("error: the mail was refused: the address of a mail"), "{nobody}");
    let gone = reason(adapter("smtp://a:b@127.0.0.1:1?tls=none", &json!({})), "ann@e.com");
    assert!(gone.contains("refused"), "{gone}");
    assert_eq!(reason(Value::Null, "ann@e.com"), "error: the app sends no mails: emailAdapter is not set");

    let mailbox = Mailbox::start();
    assert!(mail_test(mailbox.adapter(&["sendMail"]), &["ann@e.com", "config.json"]).ok);
    let letter = mailbox.next();
    assert_eq!((letter.method.as_str(), &letter.argument["to"]), ("sendMail", &json!("ann@e.com")));
}
