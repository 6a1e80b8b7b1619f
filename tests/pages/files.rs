//! Files of an app's own: FAQ, terms, pictures.

use super::*;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn pages() -> Pages {
    let files = [
        ("faq.html", "<p>{{appName}}</p>"),
        ("docs/terms of use.html", "<p>terms</p>"),
        ("docs/style.css", "p{}"),
        ("big.bin", &"x".repeat(3 << 20)),
        (".env", "secret"),
        (".git/config", "secret"),
        ("broken.html", "{{#open}}"),
    ];
    let pages = Pages::start(&files, json!({}), json!({}));
    put(&pages.dir.path().join("outside.txt"), "secret");
    put(&pages.dir.path().join("public2/x.txt"), "secret");
    std::os::unix::fs::symlink("../outside.txt", pages.root().join("link.txt")).unwrap();
    std::os::unix::fs::symlink("..", pages.root().join("up")).unwrap();
    pages
}

#[test]
fn files_are_sent_as_what_they_are() {
    let pages = pages();
    let is = |path: &str| {
        let answer = pages.get(path);
        (answer.status, header(&answer, "content-type").to_owned(), answer.text())
    };
    let html = "text/html; charset=utf-8";
    assert_eq!(is("/apps/faq.html"), (200, html.into(), "<p></p>".into()), "no app is named");
    assert_eq!(is("/apps/faq.html?appId=app"), (200, html.into(), "<p>App</p>".into()));
    assert_eq!(is("/apps/docs/terms%20of%20use.html"), (200, html.into(), "<p>terms</p>".into()));
    assert_eq!(is("/apps/docs/style.css"), (200, "text/css; charset=utf-8".into(), "p{}".into()));
    let big = pages.get("/apps/big.bin");
    assert_eq!((big.body.len(), header(&big, "content-type")), (3 << 20, "application/octet-stream"));
    assert_eq!(header(&big, "x-content-type-options"), "nosniff");
    for path in ["/apps/none.html", "/apps/docs", "/apps/docs/", "/apps/none/x.css"] {
        assert_eq!(is(path), (404, html.into(), "Not found.".into()), "{path}");
    }
    let broken = pages.get("/apps/broken.html");
    assert_eq!((broken.status, broken.json()["code"].clone()), (500, json!(1)));
    assert!(!broken.text().contains("broken.html"));
    let until = Instant::now() + Duration::from_secs(10);
    while !pages.server.output().contains("broken.html") {
        assert!(Instant::now() < until, "the log does not name the file");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_client_that_has_a_file_is_not_sent_it_again() {
    let pages = pages();
    let client = pages.server.client(Actor::NoKeys);
    for path in ["/apps/docs/style.css", "/apps/faq.html?appId=app"] {
        let first = client.get(path);
        let again = client.send("GET", path, &[("If-None-Match", header(&first, "etag"))], None);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let head = client.send("HEAD", path, &[], None);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(header(&head, "content-length"), first.body.len().to_string());
        assert_eq!(header(&head, "etag"), header(&first, "etag"));
    }
    put(&pages.root().join("docs/style.css"), "q{}");
    assert_eq!(client.get("/apps/docs/style.css").text(), "q{}");
    assert_eq!(client.send("PUT", "/apps/docs/style.css", &[], Some(b"{}")).status, 403);
}

#[test]
fn nothing_outside_and_nothing_hidden_is_reached() {
    let pages = pages();
    for path in [
        "/apps/../outside.txt",
        "/apps/..%2foutside.txt",
        "/apps/%2e%2e/outside.txt",
        "/apps/%2e%2e%2foutside.txt",
        "/apps/%252e%252e%252foutside.txt",
        "/apps/docs/../../outside.txt",
        "/apps/docs/..%2f..%2foutside.txt",
        "/apps/..%5coutside.txt",
        "/apps/..\\outside.txt",
        "/apps//etc/passwd",
        "/apps/%2fetc%2fpasswd",
        "/apps/faq.html%00.txt",
        "/apps/%00",
        "/apps/.env",
        "/apps/%2eenv",
        "/apps/.git/config",
        "/apps/link.txt",
        "/apps/up/outside.txt",
        "/apps/..%2fpublic2/x.txt",
        "/apps/%",
        "/apps/%ff",
    ] {
        let answer = pages.get(path);
        assert!(!answer.text().contains("secret") && !answer.text().contains("root:"), "{path}: {}", answer.text());
        assert!([400, 403, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    let long = format!("/apps/{}", "a".repeat(5000));
    assert_eq!(pages.get(&long).status, 404);
    assert_eq!(pages.get("/apps/faq.html").status, 200);
}
