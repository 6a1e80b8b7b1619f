//! A new password by mail.

use super::*;
use crate::support::{Peer, Said};

const INVALID: &str = "-1: Failed to reset password: username / email / token is invalid";

fn ask(server: &Server, body: Value) -> String {
    said(&server.client(Actor::Client).post("/requestPasswordReset", &body))
}

#[test]
fn a_link_lets_a_password_be_chosen_once() {
    let (server, mailbox) = start(&json!({}));
    let made = sign_up(&server, "ann").json();
    let own = server.client(Actor::Session(text(&made["sessionToken"])));
    assert_eq!(ask(&server, json!({"email": "ann@e.com"})), "200");
    let letter = mailbox.next();
    assert_eq!(
        (letter.method.as_str(), &letter.argument["user"]["username"]),
        ("sendPasswordResetEmail", &json!("ann"))
    );
    assert!(!letter.argument["user"].to_string().contains(&letter.token()), "{letter:?}");
    let token = letter.token();
    let path = format!("/apps/app/request_password_reset?token={token}");
    let (form, invalid) = (page(&server, &path), page(&server, "/apps/app/request_password_reset?token=bad"));
    assert_ne!(form, invalid);
    assert_eq!(page(&server, &path), form, "a look at the form uses nothing up");
    assert_eq!(said(&choose(&server, "bad", "new", true)), INVALID);
    assert_eq!(said(&choose(&server, "", "new", true)), "-1: Missing token");
    assert_eq!(said(&choose(&server, &token, "", true)), "201: Missing password");
    let done = choose(&server, &token, "new", true);
    assert_eq!((done.status, done.text().as_str()), (200, r#""Password successfully reset""#));
    assert_eq!(said(&choose(&server, &token, "newer", true)), INVALID);
    assert_eq!(page(&server, &path), invalid);
    let client = server.client(Actor::Client);
    assert_eq!((said(&log_in(&client, "ann", "new")), log_in(&client, "ann", "pw").status), ("200".to_owned(), 404));
    assert_eq!(said(&own.get("/users/me")), "209: Invalid session token", "old sessions end");
}

#[test]
fn of_many_who_use_one_link_one_chooses() {
    let (server, mailbox) = start(&json!({}));
    sign_up(&server, "ann");
    ask(&server, json!({"email": "ann@e.com"}));
    let token = mailbox.next().token();
    assert_eq!(successes(8, "successfully", || choose(&server, &token, "new", true)), 1);
}

#[test]
fn a_form_sent_by_a_browser_is_answered_with_pages() {
    let (server, mailbox) = start(&json!({"passwordPolicy": {"validatorPattern": "^.{2,}$"}}));
    sign_up(&server, "ann");
    ask(&server, json!({"email": "ann@e.com"}));
    let token = mailbox.next().token();
    let refused = choose(&server, &token, "x", false);
    let html = refused.text();
    assert!(
        refused.status == 200 && html.contains("Password does not meet the Password Policy requirements."),
        "{html}"
    );
    assert!(html.contains(&format!("name=\"token\" value=\"{token}\"")), "{html}");
    let foreign = choose(&server, "%22%3E%3Cb%3E", "xy", false).text();
    assert!(!foreign.contains("<b>"), "{foreign}");
    let missing = choose(&server, &token, "", false);
    assert!(
        missing.status == 303
            && missing.header("location").unwrap().contains("/apps/password_reset_link_invalid.html?")
    );
    assert!(choose(&server, &token, "xy", false).text().contains("<h1>Password changed</h1>"));
    assert_eq!(self::page(&server, "/apps/password_reset_success.html"), "Password changed");
    let page = server.client(Actor::NoKeys).get("/apps/password_reset_success.html?appId=app");
    assert!(page.status == 200 && page.header("x-parse-page-param-appname") == Some("App"));
}

#[test]
fn nobody_learns_who_has_an_address() {
    let (server, mailbox) = start(&json!({}));
    sign_up(&server, "ann");
    for (body, wanted) in [
        (json!({}), "204: you must provide an email"),
        (json!({"email": {"$ne": "x"}}), "125: you must provide a valid email string"),
        (json!({"token": {"$ne": "x"}}), "162: token must be a string"),
        (json!({"token": "nothing"}), "125: you must provide a valid email string"),
        (json!({"email": "ghost@e.com"}), "200"),
        (json!({"email": "ann"}), "200"),
    ] {
        assert_eq!(ask(&server, body.clone()), wanted, "{body}");
    }
    mailbox.stays_empty();
    let telling = json!({"passwordPolicy": {"resetPasswordSuccessOnInvalidEmail": false}});
    let (server, _) = start(&telling);
    assert_eq!(ask(&server, json!({"email": "ghost@e.com"})), "101: A user with that email does not exist.");
}

#[test]
fn a_name_is_an_address_where_there_is_none() {
    let (server, mailbox) = start(&json!({}));
    let body = json!({"username": "bob@e.com", "password": "pw"});
    assert_eq!(server.client(Actor::Client).post("/users", &body).status, 201);
    assert_eq!(ask(&server, json!({"email": "bob@e.com"})), "200");
    assert_eq!(mailbox.next().argument["user"]["username"], "bob@e.com");
}

#[test]
fn tokens_get_old_are_used_again_and_lead_to_new_ones() {
    let policy = json!({"resetTokenValidityDuration": 1, "resetTokenReuseIfValid": true});
    let (server, mailbox) = start(&json!({"passwordPolicy": policy}));
    sign_up(&server, "ann");
    let email = json!({"email": "ann@e.com"});
    ask(&server, email.clone());
    let token = mailbox.next().token();
    ask(&server, email);
    assert_eq!(mailbox.next().token(), token);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(said(&choose(&server, &token, "new", true)), "-1: The password reset link has expired");
    assert_eq!(ask(&server, json!({"token": token})), "200");
    let next = mailbox.next().token();
    assert_ne!(next, token);
    assert_eq!(choose(&server, &next, "new", true).status, 200);
}

#[test]
fn a_new_password_or_address_takes_the_link_away_and_may_unlock_the_account() {
    let lockout = json!({"duration": 5, "threshold": 1, "unlockOnPasswordReset": true});
    let (server, mailbox) = start(&json!({"accountLockout": lockout}));
    let made = sign_up(&server, "ann").json();
    let path = format!("/users/{}", text(&made["objectId"]));
    let email = json!({"email": "ann@e.com"});
    ask(&server, email.clone());
    let token = mailbox.next().token();
    assert_eq!(said(&put(&server.client(Actor::Master), &path, &json!({"password": "other"}))), "200");
    assert_eq!(said(&choose(&server, &token, "new", true)), INVALID);
    ask(&server, email);
    let token = mailbox.next().token();
    let client = server.client(Actor::Client);
    log_in(&client, "ann", "wrong");
    assert!(said(&log_in(&client, "ann", "other")).contains("locked"));
    assert_eq!(choose(&server, &token, "new", true).status, 200);
    assert_eq!(said(&log_in(&client, "ann", "new")), "200");
}

#[test]
fn a_hook_may_refuse_a_mail() {
    let (server, mailbox) = start(&json!({}));
    sign_up(&server, "ann");
    let peer = Peer::start(|asked| match asked.body["object"]["username"].as_str() {
        Some("ann") => Said::Json(json!({"error": "not ann"})),
        _ => Said::Json(json!({})),
    });
    let hook = json!({"className": "_User", "triggerName": "beforePasswordResetRequest", "url": peer.url("/h")});
    assert_eq!(server.client(Actor::Master).post("/hooks/triggers", &hook).status, 200);
    let refused = ask(&server, json!({"email": "ann@e.com"}));
    assert!(refused.ends_with(": not ann"), "{refused}");
    assert_eq!(ask(&server, json!({"email": "ghost@e.com"})), "200");
    assert_eq!(peer.asked().len(), 1, "a hook is told of users only");
    mailbox.stays_empty();
}
