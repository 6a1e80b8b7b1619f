//! Pages of an app's own: files, languages, placeholders, URLs.

use super::*;

/// A page that shows what it is told.
const SHOWS: &str = "[{{appName}}|{{token}}|{{error}}|{{locale}}|{{own}}|{{greeting}}]";

#[test]
fn own_pages_are_filled_in_and_those_of_the_house_stand_for_the_others() {
    let files = [("password_reset.html", SHOWS)];
    let pages =
        Pages::start(&files, json!({"placeholders": {"own": "<i>", "appName": "Other"}}), json!({"appName": "A&B"}));
    let token = pages.token();
    let form = pages.get(&format!("/apps/app/request_password_reset?token={token}&locale=de"));
    assert_eq!(form.text(), format!("[Other|{token}||de|&lt;i&gt;|]"));
    assert_eq!(
        (header(&form, "x-parse-page-param-appname"), header(&form, "x-parse-page-param-locale")),
        ("A&B", "de")
    );
    let refused = pages.post("/apps/app/request_password_reset", "token=bad&new_password=x");
    assert!(refused.text().contains("username &#x2F; email &#x2F; token is invalid|"), "{}", refused.text());
    assert!(pages.get("/apps/app/verify_email").text().contains("<h1>This verification link does not work</h1>"));
}

#[test]
fn a_page_is_looked_for_in_the_folder_of_its_language() {
    let files = [
        ("password_reset_link_invalid.html", "plain {{greeting}} {{only}}"),
        ("de/password_reset_link_invalid.html", "german {{greeting}}"),
        ("de-AT/password_reset_link_invalid.html", "austrian {{greeting}}"),
    ];
    let texts = TempDir::new().unwrap();
    let path = texts.path().join("texts.json");
    put(
        &path,
        r#"{"en": {"translation": {"greeting": "Hello {{appName}}"}}, "de": {"translation": {"greeting": "Hallo {{appName}}"}}}"#,
    );
    let options = json!({"enableLocalization": true, "localizationJsonPath": path});
    let pages = Pages::start(&files, options, json!({"appName": "A&B"}));
    let shown = |query: &str| pages.get(&format!("/apps/app/request_password_reset?{query}")).text();
    // Parse Server escapes what stands in a text once more.
    assert_eq!(shown(""), "plain Hello A&amp;amp;B ");
    assert_eq!(shown("locale=de-AT"), "austrian Hallo A&amp;amp;B");
    assert_eq!(shown("locale=de-CH"), "german Hallo A&amp;amp;B");
    assert_eq!(shown("locale=fr"), "plain Hello A&amp;amp;B ");
    put(&pages.dir.path().join("outside/password_reset_link_invalid.html"), "secret");
    for locale in ["..%2Fde", "..%2Foutside", "de%2F..%2F..%2Foutside", "..%5Coutside"] {
        assert_eq!(shown(&format!("locale={locale}")), "plain Hello A&amp;amp;B ", "{locale}");
    }
    let by_header = [("X-Parse-Page-Param-Locale", "de")];
    let shown = pages.server.client(Actor::NoKeys).send("GET", "/apps/app/request_password_reset", &by_header, None);
    assert_eq!(shown.text(), "german Hallo A&amp;amp;B");
    let sent = pages.post("/apps/app/request_password_reset", "locale=de-CH");
    let place = format!(
        "{URL}/apps/de/password_reset_link_invalid.html?appId=app&appName=A%26B&publicServerUrl=http%3A%2F%2Fmail.test%2Fparse&locale=de-CH"
    );
    assert_eq!((sent.status, header(&sent, "location")), (303, place.as_str()));
    assert_eq!(sent.text(), format!("Found. Redirecting to {place}"));
    let there = pages.get(&format!("/{}", place.strip_prefix(URL).unwrap().trim_start_matches('/')));
    assert_eq!(there.text(), "german Hallo A&amp;amp;B");
}

#[test]
fn the_house_speaks_several_languages_where_the_app_wants_that() {
    let plain = Pages::start(&[], json!({}), json!({}));
    let local = Pages::start(&[], json!({"enableLocalization": true}), json!({}));
    let path = "/apps/app/verify_email?locale=";
    assert!(plain.get(&format!("{path}de")).text().contains("<html lang=\"en\">"));
    for (locale, wanted) in [("de", "de"), ("de-AT", "de"), ("fr", "fr"), ("es", "es"), ("ja", "en"), ("", "en")] {
        let html = local.get(&format!("{path}{locale}")).text();
        assert!(html.contains(&format!("<html lang=\"{wanted}\">")), "{locale}: {html}");
    }
    let sent = local.post("/apps/app/resend_verification_email", "username=x&locale=fr");
    let place = header(&sent, "location").strip_prefix(URL).unwrap().to_owned();
    assert!(place.starts_with("/apps/fr/email_verification_send_success.html?"), "{place}");
    assert!(local.get(&place).text().contains("<html lang=\"fr\">"));
    assert_eq!(local.get("/apps/xx/email_verification_send_success.html").status, 404);
}

#[test]
fn urls_of_the_app_take_the_place_of_pages() {
    let custom = json!({
        "passwordResetLinkInvalid": "https://app.test/oops?from=mail&appName=x", "emailVerificationLinkInvalid": "./a/path",
    });
    let pages = Pages::start(&[], json!({"customUrls": custom}), json!({"appName": "My App"}));
    let sent = pages.get("/apps/app/request_password_reset?locale=de");
    let place = "https://app.test/oops?from=mail&appName=My+App&appId=app&publicServerUrl=http%3A%2F%2Fmail.test%2Fparse&locale=de";
    assert_eq!((sent.status, header(&sent, "location")), (303, place));
    assert_eq!(pages.get("/apps/app/verify_email").status, 200, "a path has no effect");
}

#[test]
fn a_page_may_always_be_a_redirect_and_still_works() {
    let pages = Pages::start(&[], json!({"forceRedirect": true}), json!({}));
    let token = pages.token();
    let follow = |answer: &Answer| {
        assert_eq!(answer.status, 303);
        pages.get(header(answer, "location").strip_prefix(URL).unwrap())
    };
    let form = follow(&pages.get(&format!("/apps/app/request_password_reset?token={token}"))).text();
    assert!(form.contains(&format!("name=\"token\" value=\"{token}\"")), "{form}");
    let again = follow(&pages.post("/apps/app/request_password_reset", "token=bad&new_password=x")).text();
    assert!(again.contains("The password was not changed."), "{again}");
    let body = format!("token={token}&new_password=new");
    assert!(
        follow(&pages.post("/apps/app/request_password_reset", &body)).text().contains("<h1>Password changed</h1>")
    );
}

#[test]
fn pages_may_be_elsewhere_and_mails_lead_there() {
    let frame = json!({"customPages": {"parseFrameURL": "https://app.test/frame"}});
    let pages = Pages::start(
        &[],
        json!({"pagesEndpoint": "my/pages", "encodePageParamHeaders": true}),
        json!({"appName": "É"}),
    );
    let token = pages.token();
    let form = pages.get(&format!("/my/pages/app/request_password_reset?token={token}"));
    assert!(form.text().contains(
        "action=\"http:&#x2F;&#x2F;mail.test&#x2F;parse&#x2F;my&#x2F;pages&#x2F;app&#x2F;request_password_reset\""
    ));
    assert_eq!(header(&form, "x-parse-page-param-appname"), "%C3%89");
    assert_ne!(pages.get("/apps/password_reset.html").status, 200);
    let framed = Pages::start(&[], json!({}), frame);
    framed.server.client(Actor::Client).post("/users", &json!({"username": "a", "password": "p", "email": "a@e.com"}));
    framed.server.client(Actor::Client).post("/requestPasswordReset", &json!({"email": "a@e.com"}));
    let link = framed.mailbox.next().argument["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with("https://app.test/frame?link=%2Fapps%2Fapp%2Frequest_password_reset&token="), "{link}");
    let policy = framed.get("/apps/password_reset.html");
    assert!(header(&policy, "content-security-policy").ends_with("frame-ancestors https://app.test"));
}

#[test]
fn a_form_whose_passwords_differ_changes_nothing() {
    let pages = Pages::start(&[], json!({}), json!({}));
    let token = pages.token();
    let refused =
        pages.post("/apps/app/request_password_reset", &format!("token={token}&new_password=a&confirm_new_password=b"));
    assert!(refused.text().contains("role=\"alert\">The passwords differ.<"), "{}", refused.text());
    let done =
        pages.post("/apps/app/request_password_reset", &format!("token={token}&new_password=a&confirm_new_password=a"));
    assert!(done.text().contains("<h1>Password changed</h1>"));
}

#[test]
fn options_that_cannot_be_used_are_told_at_the_start() {
    let dir = TempDir::new().unwrap();
    put(&dir.path().join("bad.json"), "{\"en\": ");
    put(&dir.path().join("open.json"), r#"{"en": {"translation": {"a": "{{#x}}"}}}"#);
    for (pages, wanted) in [
        (json!({"pagesPath": "/nowhere"}), "pages.pagesPath cannot be opened"),
        (json!({"enableLocalization": true, "localizationJsonPath": "/nowhere.json"}), "/nowhere.json cannot be read"),
        (json!({"enableLocalization": true, "localizationJsonPath": dir.path().join("bad.json")}), "is no JSON object"),
        (
            json!({"enableLocalization": true, "localizationJsonPath": dir.path().join("open.json")}),
            "{{#x}} is not closed",
        ),
        (json!({"placeholders": "x"}), "pages.placeholders must be an object"),
        (json!({"pagesEndpoint": "a/../b"}), "pages.pagesEndpoint must be a plain path"),
        (
            json!({"customUrls": {"passwordReset": "javascript:alert(1)"}}),
            "pages.customUrls.passwordReset must be a URL",
        ),
        (
            json!({"customRoutes": [{"method": "GET", "path": "p"}]}),
            "pages.customRoutes[0].handler must be the URL of a server, as \"https://example.com/route\"",
        ),
        (
            json!({"customRoutes": [{"method": "GET", "path": "p", "handler": "async () => {}"}]}),
            "a JavaScript function stays in a server of Node",
        ),
        (
            json!({"customRoutes": [{"method": "GET", "path": "p", "handler": {"url": "http://x", "way": 1}}]}),
            "pages.customRoutes[0].handler must be",
        ),
        (
            json!({"customRoutes": [{"method": "PATCH", "path": "p", "handler": "http://x"}]}),
            "cannot route method: PATCH",
        ),
        (
            json!({"customRoutes": [{"method": "GET", "handler": "http://x"}]}),
            "pages.customRoutes[0].path must be a string that is not empty",
        ),
        (
            json!({"customRoutes": [{"method": "GET", "path": "a/:", "handler": {"url": "http://x"}}]}),
            "a parameter has no name",
        ),
    ] {
        let config = json!({"appId": "app", "masterKey": "m", "port": 0, "pages": pages, "databaseURI": "sqlite:x.db"});
        fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
        let output = crate::support::run::command(dir.path(), &["config.json"], &[]).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && said.contains(wanted), "{wanted}: {said}");
    }
}
