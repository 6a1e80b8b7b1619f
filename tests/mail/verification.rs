//! Is the address the user's?

use super::*;

const STRICT: &str = "205: User email is not verified.";

#[test]
fn a_new_address_is_verified_by_the_link_and_no_log_in_comes_before() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true, "preventLoginWithUnverifiedEmail": true}));
    let made = sign_up(&server, "ann");
    assert_eq!((made.status, &made.json()["sessionToken"]), (201, &json!(null)));
    let Letter { method, argument } = mailbox.next();
    let user_told = &argument["user"];
    assert_eq!((method.as_str(), &argument["appName"]), ("sendVerificationEmail", &json!("App")));
    let told = [&user_told["__type"], &user_told["className"], &user_told["email"], &user_told["emailVerified"]];
    assert_eq!(told, [&json!("Object"), &json!("_User"), &json!("ann@e.com"), &json!(false)]);
    assert!(
        !argument.to_string().contains("$2b$")
            && user_told.as_object().unwrap().keys().all(|k| !k.starts_with("_") || k == "__type")
    );
    let token = text(&argument["link"]).replace(&format!("{URL}/apps/app/verify_email?token="), "");
    assert!(token.len() == 25 && token.bytes().all(|b| b.is_ascii_alphanumeric()), "{token}");
    let client = server.client(Actor::Client);
    assert_eq!(said(&log_in(&client, "ann", "pw")), STRICT);
    assert_eq!(said(&client.post("/verifyPassword", &json!({"username": "ann", "password": "pw"}))), STRICT);
    assert_eq!(said(&log_in(&client, "ann", "no")), "101: Invalid username/password.");
    let ignoring = json!({"username": "ann", "password": "pw", "ignoreEmailVerification": true});
    assert_eq!(said(&client.post("/login", &ignoring)), STRICT);
    assert_eq!(said(&server.client(Actor::Master).post("/login", &ignoring)), "200");
    let maintained = server.client(Actor::Maintenance).post("/login", &ignoring);
    assert!(maintained.status == 200 && !maintained.text().contains("_email_verify_token"), "{}", maintained.text());
    let path = format!("/apps/app/verify_email?token={token}");
    let invalid = page(&server, "/apps/app/verify_email?token=bad");
    assert_eq!(page(&server, "/apps/app/verify_email"), invalid);
    let verified = page(&server, &path);
    assert_ne!(verified, invalid);
    assert_eq!(page(&server, &path), invalid, "a link works once");
    assert_eq!(user(&server)["emailVerified"], true);
    assert_eq!(said(&log_in(&client, "ann", "pw")), "200");
}

#[test]
fn of_many_who_use_one_link_one_verifies() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true}));
    sign_up(&server, "ann");
    let path = format!("/apps/app/verify_email?token={}", mailbox.next().token());
    let client = server.client(Actor::NoKeys);
    assert_eq!(successes(16, "<h1>E-mail address verified</h1>", || client.get(&path)), 1);
}

#[test]
fn a_change_of_address_asks_anew_and_the_old_link_is_dead() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true}));
    let made = sign_up(&server, "ann").json();
    let old = mailbox.next().token();
    let own = server.client(Actor::Session(text(&made["sessionToken"])));
    let path = format!("/users/{}", text(&made["objectId"]));
    assert_eq!(said(&put(&own, &path, &json!({"emailVerified": true}))), "119: Permission denied");
    assert_eq!(said(&put(&own, &path, &json!({"email": "new@e.com"}))), "200");
    let letter = mailbox.next();
    assert_eq!(letter.argument["user"]["email"], "new@e.com");
    let invalid = page(&server, "/apps/app/verify_email?token=bad");
    assert_eq!(page(&server, &format!("/apps/app/verify_email?token={old}")), invalid);
    assert_ne!(page(&server, &format!("/apps/app/verify_email?token={}", letter.token())), invalid);
    assert_eq!(said(&put(&own, &path, &json!({"phone": "1"}))), "200");
    assert_eq!(user(&server)["emailVerified"], true);
    mailbox.stays_empty();
}

#[test]
fn who_is_vouched_for_by_nobody_gets_a_mail() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true}));
    let body = json!({"email": "a@e.com", "authData": {"anonymous": {"id": "x"}}});
    assert_eq!(said(&server.client(Actor::Client).post("/users", &body)), "201");
    assert_eq!(mailbox.next().argument["user"]["email"], "a@e.com");
    assert_eq!(said(&server.client(Actor::Client).post("/users", &json!({"username": "b", "password": "p"}))), "201");
    mailbox.stays_empty();
}

#[test]
fn a_sign_up_can_be_told_to_wait_and_is_made_all_the_same() {
    let all = json!({"verifyUserEmails": true, "preventLoginWithUnverifiedEmail": true,
        "preventSignupWithUnverifiedEmail": true});
    let (server, mailbox) = start(&all);
    assert_eq!(said(&sign_up(&server, "ann")), STRICT);
    assert_eq!(user(&server)["username"], "ann");
    assert_eq!(server.client(Actor::Master).get("/sessions").json()["results"], json!([]));
    mailbox.next();
    let half = json!({"verifyUserEmails": true, "preventSignupWithUnverifiedEmail": true});
    assert_eq!(said(&sign_up(&start(&half).0, "ann")), "201");
}

#[test]
fn the_app_may_send_the_mails_itself() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true, "sendUserEmailVerification": false}));
    sign_up(&server, "ann");
    assert_eq!(user(&server)["emailVerified"], false);
    server.client(Actor::Client).post("/verificationEmailRequest", &json!({"email": "ann@e.com"}));
    mailbox.stays_empty();
}

#[test]
fn a_further_mail_is_sent_to_whom_it_is_for_and_nobody_learns_who_that_is() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true}));
    sign_up(&server, "ann");
    let first = mailbox.next().token();
    let client = server.client(Actor::Client);
    let ask = |email: Value| said(&client.post("/verificationEmailRequest", &json!({"email": email})));
    assert_eq!(ask(json!(null)), "204: you must provide an email");
    assert_eq!(ask(json!({"$ne": "x"})), "125: you must provide a valid email string");
    assert_eq!(ask(json!("ghost@e.com")), "200");
    assert_eq!(ask(json!("ann@e.com")), "200");
    let second = mailbox.next().token();
    assert_ne!(first, second);
    let invalid = page(&server, "/apps/app/verify_email?token=bad");
    assert_eq!(page(&server, &format!("/apps/app/verify_email?token={first}")), invalid);
    assert_ne!(page(&server, &format!("/apps/app/verify_email?token={second}")), invalid);
    assert_eq!(ask(json!("ann@e.com")), "200");
    mailbox.stays_empty();
}

#[test]
fn an_app_may_tell_of_its_users_and_use_tokens_again() {
    let options = json!({"verifyUserEmails": true, "emailVerifySuccessOnInvalidEmail": false,
        "emailVerifyTokenValidityDuration": 3600, "emailVerifyTokenReuseIfValid": true});
    let (server, mailbox) = start(&options);
    sign_up(&server, "ann");
    let first = mailbox.next().token();
    let client = server.client(Actor::Client);
    let ask = |email: &str| said(&client.post("/verificationEmailRequest", &json!({"email": email})));
    assert_eq!(ask("ghost@e.com"), "205: No user found with email ghost@e.com");
    assert_eq!(ask("ann@e.com"), "200");
    assert_eq!(mailbox.next().token(), first);
    page(&server, &format!("/apps/app/verify_email?token={first}"));
    assert_eq!(ask("ann@e.com"), "-1: Email ann@e.com is already verified.");
}

#[test]
fn a_link_that_is_too_old_leads_nowhere_but_to_another_mail() {
    let (server, mailbox) = start(&json!({"verifyUserEmails": true, "emailVerifyTokenValidityDuration": 1}));
    sign_up(&server, "ann");
    let token = mailbox.next().token();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let invalid = page(&server, "/apps/app/verify_email?token=bad");
    assert_eq!(page(&server, &format!("/apps/app/verify_email?token={token}")), invalid);
    assert_eq!(user(&server)["emailVerified"], false);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let again = |body: String| {
        let path = "/apps/app/resend_verification_email";
        let answer = server.client(Actor::NoKeys).send("POST", path, &form, Some(body.as_bytes()));
        (answer.status, answer.header("location").unwrap_or_default().to_owned())
    };
    let (status, place) = again(format!("token={token}"));
    assert!(
        status == 303 && place.starts_with(&format!("{URL}/apps/email_verification_send_success.html?")),
        "{place}"
    );
    assert_ne!(mailbox.next().token(), token);
    assert!(again("username=ghost".into()).1.contains("send_success"));
    assert!(again(String::new()).1.contains("link_invalid"));
    mailbox.stays_empty();
}
