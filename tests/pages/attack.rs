//! The pages as an attacker sees them, a class of attacks a test.

use super::*;

/// What breaks out of a text, an attribute, a script and a template.
const BREAKOUT: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{appId}}`${1}\\</title>";

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Fails if a page has more tags, handlers or scripts than those of the house.
fn is_clean(what: &str, html: &str) {
    assert!(!html.contains("<script>alert") && !html.contains("<img") && !html.contains("\"'>"), "{what}: {html}");
    assert!(html.matches("</title>").count() <= 1 && html.matches("<script").count() <= 1, "{what}: {html}");
}

#[test]
fn no_value_breaks_out_of_its_place() {
    let own = "<title>{{username}}</title><a title=\"{{token}}\" href='{{error}}'>{{appName}}{{locale}}</a>";
    let name = json!({"appName": BREAKOUT});
    let evil = encoded(BREAKOUT);
    for files in
        [&[][..], &[("password_reset.html", own), ("password_reset_link_invalid.html", own), ("faq.html", own)]]
    {
        let pages = Pages::start(files, json!({"enableLocalization": true}), name.clone());
        for path in [
            format!("/apps/choose_password?appId=app&token={evil}&username={evil}&locale={evil}&error={evil}"),
            format!("/apps/app/request_password_reset?token={evil}&locale={evil}&username={evil}"),
            format!("/apps/app/verify_email?token={evil}&locale={evil}"),
            format!("/apps/password_reset.html?appId=app&token={evil}&username={evil}&error={evil}&appName={evil}"),
            format!("/apps/faq.html?appId=app&token={evil}&locale={evil}"),
        ] {
            is_clean(&path, &pages.get(&path).text());
        }
        let form = format!("token={evil}&new_password={evil}&username={evil}&locale={evil}");
        is_clean("reset", &pages.post("/apps/app/request_password_reset", &form).text());
        let sent = pages.post("/apps/app/resend_verification_email", &form);
        assert!(!header(&sent, "location").contains(['<', '"', '\'', '\\']), "{}", header(&sent, "location"));
        is_clean("redirect", &sent.text());
        let nobody = pages.get(&format!("/apps/{evil}/verify_email"));
        assert_eq!((nobody.status, nobody.text().as_str()), (403, r#"{"error":"unauthorized"}"#));
    }
}

#[test]
fn no_value_becomes_a_header() {
    let pages = Pages::start(&[], json!({}), json!({"appName": "App\r\nSet-Cookie: a=b"}));
    let line = "x%0D%0ASet-Cookie:%20a=b";
    for answer in [
        pages.get(&format!("/apps/choose_password?appId=app&token={line}&username={line}&locale={line}")),
        pages.post("/apps/app/request_password_reset", &format!("token={line}&new_password=x&locale={line}")),
        pages.post("/apps/app/resend_verification_email", &format!("username={line}&locale={line}")),
    ] {
        assert!(answer.header("set-cookie").is_none(), "{:?}", answer.headers);
        assert_eq!(header(&answer, "x-parse-page-param-appname"), "AppSet-Cookie: a=b");
        assert!(answer.header("x-parse-page-param-locale").is_none(), "what names no language");
    }
}

#[test]
fn redirects_lead_nowhere_but_where_the_configuration_says() {
    let pages = Pages::start(&[], json!({"forceRedirect": true, "enableLocalization": true}), json!({}));
    for evil in ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "..//evil.test"] {
        let evil = encoded(evil);
        let query = format!(
            "token={evil}&locale={evil}&publicServerUrl={evil}&redirect={evil}&url={evil}&link={evil}&username={evil}&error={evil}"
        );
        for answer in [
            pages.get(&format!("/apps/app/verify_email?{query}")),
            pages.get(&format!("/apps/app/request_password_reset?{query}")),
            pages.get(&format!("/apps/choose_password?appId=app&{query}")),
            pages.post(&format!("/apps/app/resend_verification_email?{query}"), &query),
            pages.post(&format!("/apps/app/request_password_reset?{query}"), &format!("{query}&new_password=x")),
        ] {
            assert!(header(&answer, "location").starts_with(&format!("{URL}/apps/")), "{:?}", answer.headers);
        }
    }
    let host = [("Host", "evil.test"), ("X-Forwarded-Host", "evil.test")];
    let answer = pages.server.client(Actor::NoKeys).send("GET", "/apps/app/verify_email", &host, None);
    assert!(header(&answer, "location").starts_with(URL), "{:?}", answer.headers);
}

/// Every kind of answer with a page that may hold a token.
fn answers(pages: &Pages) -> Vec<Answer> {
    let token = pages.token();
    vec![
        pages.get(&format!("/apps/app/request_password_reset?token={token}")),
        pages.get("/apps/app/request_password_reset?token=bad"),
        pages.get("/apps/app/verify_email?token=bad"),
        pages.get("/apps/choose_password?appId=app&token=x"),
        pages.get("/apps/password_reset.html?appId=app&token=x"),
        pages.post("/apps/app/request_password_reset", "token=bad&new_password=x"),
    ]
}

#[test]
fn pages_are_shown_in_no_frame_kept_by_no_cache_and_told_to_no_server() {
    let own = [("password_reset.html", "{{token}}"), ("password_reset_link_invalid.html", "x")];
    for files in [&[][..], &own] {
        let pages = Pages::start(files, json!({}), json!({}));
        for answer in answers(&pages) {
            assert_eq!(answer.status, 200);
            assert!(
                header(&answer, "content-security-policy").contains("frame-ancestors 'none'"),
                "{:?}",
                answer.headers
            );
            assert_eq!(header(&answer, "cache-control"), "no-store", "{:?}", answer.headers);
            assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        }
        let away = pages.post("/apps/app/request_password_reset", "token=x");
        assert_eq!((away.status, header(&away, "cache-control")), (303, "no-store"));
    }
}

#[test]
fn pages_of_the_house_run_nothing_but_their_own_script_and_send_forms_nowhere_else() {
    let pages = Pages::start(&[], json!({"customUrls": {"passwordResetSuccess": "https://app.test/done"}}), json!({}));
    for answer in answers(&pages) {
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert!(policy.contains("form-action 'self' http://mail.test https://app.test; frame-ancestors"), "{policy}");
        let html = answer.text();
        for inline in ["src=", " style=", " onload=", " onclick=", " oninput=", " onsubmit="] {
            assert!(!html.contains(inline), "{inline}: {html}");
        }
    }
}

#[test]
fn a_form_from_elsewhere_changes_nothing_without_its_token() {
    let pages = Pages::start(&[], json!({}), json!({}));
    let token = pages.token();
    let client = pages.server.client(Actor::NoKeys);
    // A form cannot send JSON; a form that looks like it must not count.
    let body = format!(r#"{{"token":"{token}","new_password":"evil"}}"#);
    for kind in ["text/plain", "application/json"] {
        client.send("POST", "/apps/app/request_password_reset", &[("Content-Type", kind)], Some(body.as_bytes()));
    }
    for form in [
        "new_password=evil",
        "token=&new_password=evil",
        "token[]=x&new_password=evil",
        "token=a&token=b&new_password=evil",
    ] {
        pages.post("/apps/app/request_password_reset", form);
    }
    pages.get(&format!("/apps/app/request_password_reset?token={token}&new_password=evil"));
    let log_in = |password| {
        let body = json!({"username": "ann", "password": password});
        pages.server.client(Actor::Client).post("/login", &body).status
    };
    assert_eq!((log_in("evil"), log_in("pw")), (404, 200));
}

#[test]
fn a_look_at_a_link_without_opening_it_uses_nothing_up() {
    let pages = Pages::start(&[], json!({}), json!({"verifyUserEmails": true}));
    let user = json!({"username": "ann", "password": "pw", "email": "ann@e.com"});
    assert_eq!(pages.server.client(Actor::Client).post("/users", &user).status, 201);
    let path = format!("/apps/app/verify_email?token={}", pages.mailbox.next().token());
    let client = pages.server.client(Actor::NoKeys);
    assert_eq!(client.send("HEAD", &path, &[], None).status, 200);
    assert!(client.get(&path).text().contains("<h1>E-mail address verified</h1>"));
}

#[test]
fn no_link_puts_words_into_a_page_of_the_house() {
    let pages = Pages::start(&[], json!({}), json!({}));
    let words = "error=Call+555-1234&username=Call+555-1234&appName=Call+555-1234&locale=Call+555-1234";
    let html = pages.get(&format!("/apps/password_reset.html?appId=app&token=x&{words}")).text();
    assert!(!html.contains("555") && html.contains("The password was not changed."), "{html}");
    for path in [
        "/apps/choose_password?appId=app&token=x",
        "/apps/app/request_password_reset?token=x",
        "/apps/app/verify_email?",
    ] {
        let html = pages.get(&format!("{path}&{words}")).text();
        assert!(html.contains("<h1>") && !html.contains("555"), "{html}");
    }
}
