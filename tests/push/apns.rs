//! Apple's service: who we are to it, what becomes of its answers, and that no notification is lost or sent twice.

use super::{Devices, config, key, outcomes, senders};
use crate::support::http2::{Asked, Door, Http2Peer, Said};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use parsimony::config::SenderConfig;
use rcgen::KeyPair;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const NOW: i64 = 1_900_000_000_000;

/// A provider of the service, with a key that signs, and these options besides.
fn provider(peer: &Http2Peer, more: Value) -> Value {
    let token = json!({"key": key().serialize_pem(), "keyId": "K1", "teamId": "T1"});
    let mut options = json!({"token": token, "address": "127.0.0.1", "port": peer.address().port(), "ca": peer.ca()});
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

/// What comes of a push to these devices.
async fn sent(ios: Value, body: Value, devices: Devices) -> BTreeMap<String, Option<String>> {
    outcomes(&senders(json!({"ios": ios})).unwrap(), &body, NOW, devices).await
}

fn devices(tokens: impl IntoIterator<Item = impl Into<String>>) -> Devices {
    tokens.into_iter().map(|token| (token.into(), "ios", Some("com.app"))).collect()
}

fn failed(why: &str) -> Option<String> {
    Some(why.to_owned())
}

fn reason(status: u16, reason: &str) -> Said {
    Said::json(status, &json!({"reason": reason}))
}

fn hi() -> Value {
    json!({"data": {"alert": "hi"}})
}

/// How often each device was asked about.
fn times_asked(peer: &Http2Peer) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    peer.asked().into_iter().for_each(|asked| *times.entry(asked.path).or_default() += 1);
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_signed_for() {
    let peer = Http2Peer::start(|_| Said::ok());
    let pair = KeyPair::generate().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pair.serialize_pem()).unwrap();
    let token = json!({"key": file.path(), "keyId": "K1", "teamId": "T1"});
    let body = json!({"data": {"alert": "hi", "badge": 3}, "expiration_time": NOW + 60_000, "collapse_id": "c"});
    let tokens: Vec<_> = (0..100).map(|n| format!("{n:064x}")).collect();
    let sent = sent(provider(&peer, json!({"token": token})), body, devices(tokens.clone())).await;
    assert_eq!(sent, tokens.iter().map(|token| (token.clone(), None)).collect());
    let asked = peer.asked();
    assert_eq!((asked.len(), peer.connections()), (100, 1));
    let mut paths: Vec<_> = asked.iter().map(|asked| asked.path.clone()).collect();
    paths.sort();
    assert_eq!(paths, tokens.iter().map(|token| format!("/3/device/{token}")).collect::<Vec<_>>());
    let one = &asked[0];
    assert_eq!((one.method.as_str(), &*one.body), ("POST", br#"{"aps":{"alert":"hi","badge":3}}"#.as_slice()));
    let apns = one.headers.iter().filter(|(name, _)| name.starts_with("apns-"));
    let expected = [
        ("apns-collapse-id", "c"),
        ("apns-expiration", "1900000060"),
        ("apns-priority", "10"),
        ("apns-push-type", "alert"),
        ("apns-topic", "com.app"),
    ];
    let expected: BTreeMap<_, _> = expected.into_iter().collect();
    assert_eq!(apns.map(|(name, value)| (name.as_str(), value.as_str())).collect::<BTreeMap<_, _>>(), expected);
    assert_signed(one, &pair);
}

/// Is the request signed by this key, for the team and at the time of the tests?
fn assert_signed(asked: &Asked, pair: &KeyPair) {
    let token = asked.header("authorization").unwrap().strip_prefix("bearer ").unwrap();
    let (x, y) = pair.public_key_raw()[1..].split_at(32);
    let public = DecodingKey::from_ec_components(&BASE64.encode(x), &BASE64.encode(y)).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    let read = decode::<Value>(token, &public, &validation).unwrap();
    assert_eq!((read.header.kid.as_deref(), read.claims), (Some("K1"), json!({"iss": "T1", "iat": NOW / 1000})));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_shown() {
    let peer = Http2Peer::behind(Door { certificate: true, ..Door::default() }, |_| Said::ok());
    let (certificate, key) = peer.certify("com.app");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &key).unwrap();
    let options = json!({"token": null, "topic": "com.app", "cert": certificate, "key": file.path()});
    let sent = sent(provider(&peer, options), hi(), devices(["a"])).await;
    assert_eq!(sent["a"], None);
    let asked = peer.asked().remove(0);
    assert!(asked.certificate.is_some() && asked.header("authorization").is_none(), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_comes_out_of_a_p12_file() {
    use p12_keystore::{Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    let peer = Http2Peer::behind(Door { certificate: true, ..Door::default() }, |_| Said::ok());
    let (certificate, key) = peer.certify("com.app");
    let der = |pem: &str| {
        let inside: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        base64::prelude::BASE64_STANDARD.decode(inside.trim()).unwrap()
    };
    let certificate = Certificate::from_der(&der(&certificate)).unwrap();
    let chain = PrivateKeyChain::new("1", PrivateKey::from_der(&der(&key)).unwrap(), [certificate]);
    let mut store = KeyStore::new();
    store.add_entry("app", KeyStoreEntry::PrivateKeyChain(chain));
    let file = tempfile::NamedTempFile::new().unwrap();
    for algorithm in
        [EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc, EncryptionAlgorithm::PbeWithHmacSha256AndAes256]
    {
        let bytes = store.writer("s3cr3t").encryption_algorithm(algorithm).write().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let locked = |passphrase: Value| {
            let options = json!({"token": null, "topic": "com.app", "pfx": file.path(), "passphrase": passphrase});
            json!({"ios": provider(&peer, options)})
        };
        let opened = senders(locked(json!("s3cr3t"))).unwrap();
        assert_eq!(outcomes(&opened, &hi(), NOW, devices(["a"])).await["a"], None);
        assert!(peer.asked().remove(0).certificate.is_some());
        for wrong in [json!("secret"), json!(null)] {
            let said = senders(locked(wrong)).err().unwrap();
            assert!(
                said.starts_with("push.ios.pfx cannot be used: ") && said.ends_with("(is the passphrase right?)"),
                "{said}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_provider_cannot_send_the_next_one_does() {
    let of = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    let production = Http2Peer::start(move |asked| match of(&asked.path).as_str() {
        "dev" | "none" => reason(400, "BadDeviceToken"),
        "away" => reason(403, "Forbidden"),
        _ => Said::ok(),
    });
    let sandbox = Http2Peer::start(move |asked| match of(&asked.path).as_str() {
        "dev" => Said::ok(),
        "none" => reason(410, "Unregistered"),
        _ => reason(400, "BadDeviceToken"),
    });
    let list = json!([
        provider(&sandbox, json!({"topic": "com.app"})),
        provider(&production, json!({"topic": "com.app", "production": true})),
        provider(&production, json!({"topic": "com.other"})),
    ]);
    let mut devices = devices(["live", "dev", "none", "away"]);
    devices.push(("strange".to_owned(), "ios", Some("com.strange")));
    devices.push(("nameless".to_owned(), "ios", None));
    let sent = sent(list, hi(), devices).await;
    let expected = [
        // A sandbox does not know the tokens of production: while that is away, it does not count what it says of them.
        ("away", failed("Forbidden")),
        ("dev", None),
        ("live", None),
        ("nameless", failed("No Provider found")),
        ("none", failed("Unregistered")),
        ("strange", failed("No Provider found")),
    ];
    assert_eq!(sent, expected.map(|(token, why)| (token.to_owned(), why)).into());
    assert_eq!((production.asked().len(), sandbox.asked().len()), (4, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_a_topic_serves_every_app() {
    let peer = Http2Peer::start(|_| Said::ok());
    let devices = vec![
        ("a".to_owned(), "ios", Some("com.a")),
        ("b".to_owned(), "tvos", Some("com.b")),
        ("c".to_owned(), "ios", None),
    ];
    let both = json!({"ios": provider(&peer, json!({})), "tvos": provider(&peer, json!({"useNativeAPNs": true, "topic": "com.b"}))});
    let sent = outcomes(&senders(both).unwrap(), &hi(), NOW, devices).await;
    assert!(sent.values().all(Option::is_none), "{sent:?}");
    let asked = peer.asked();
    let of = |path: &str| asked.iter().find(|asked| asked.path == path).unwrap();
    assert_eq!(of("/3/device/a").header("apns-topic"), Some("com.a"));
    assert_eq!(
        (of("/3/device/c").header("apns-topic"), &*of("/3/device/c").body),
        (None, br#"{"aps":{"alert":"hi"}}"#.as_slice())
    );
    assert_eq!(&*of("/3/device/b").body, br#"{"aps":{"alert":{"body":"hi"}}}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_data_is_becomes_a_body() {
    let peer = Http2Peer::start(|_| Said::ok());
    let opened = senders(json!({"ios": provider(&peer, json!({}))})).unwrap();
    let cases = [
        (json!({}), ""),
        (json!(1), ""),
        (json!([]), ""),
        (json!("hi"), r#"{"0":"h","1":"i"}"#),
        (json!([1, {"a": 2}]), r#"{"0":1,"1":{"a":2}}"#),
    ];
    for (data, expected) in cases {
        assert_eq!(outcomes(&opened, &json!({"data": data}), NOW, devices(["a"])).await["a"], None);
        assert_eq!(&*peer.asked().remove(0).body, expected.as_bytes());
    }
    for nothing in [json!({}), json!({"data": null}), json!({"data": ""}), json!({"data": 0})] {
        assert_eq!(outcomes(&opened, &nothing, NOW, devices(["a"])).await.len(), 0, "{nothing}");
    }
    assert_eq!(peer.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_what_the_service_says() {
    let peer = Http2Peer::start(|asked| match asked.path.as_str() {
        "/3/device/gone" => Said::json(410, &json!({"reason": "Unregistered", "timestamp": 1})),
        "/3/device/empty" => Said::With(400, Vec::new(), String::new()),
        "/3/device/moved" => Said::With(301, vec![("location", "/3/device/ok".to_owned())], String::new()),
        "/3/device/long" => Said::With(400, Vec::new(), "x".repeat(1 << 20)),
        _ => Said::With(500, Vec::new(), "<html>".to_owned()),
    });
    let options = provider(&peer, json!({"connectionRetryLimit": 0}));
    let sent = sent(options, hi(), devices(["gone", "empty", "moved", "long", "html"])).await;
    let unknown = || failed("Unknown status");
    let expected = [
        ("empty", unknown()),
        ("gone", failed("Unregistered")),
        ("html", failed("<html>")),
        ("long", unknown()),
        ("moved", unknown()),
    ];
    assert_eq!(sent, expected.map(|(token, why)| (token.to_owned(), why)).into());
    assert_eq!(peer.asked().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_too_old_is_made_anew_once() {
    let first = std::sync::Mutex::new(None::<String>);
    let peer = Http2Peer::start(move |asked| {
        let signed = asked.header("authorization").unwrap().to_owned();
        let mut first = first.lock().unwrap();
        match asked.path.as_str() {
            "/3/device/never" => reason(403, "ExpiredProviderToken"),
            _ if *first.get_or_insert_with(|| signed.clone()) == signed => reason(403, "ExpiredProviderToken"),
            _ => Said::ok(),
        }
    });
    let opened = senders(json!({"ios": provider(&peer, json!({}))})).unwrap();
    let tokens = || (0..50).map(|n| format!("t{n}"));
    let sent = outcomes(&opened, &hi(), NOW, devices(tokens())).await;
    assert!(sent.values().all(Option::is_none), "{sent:?}");
    let signatures = |asked: Vec<Asked>| {
        let signatures = asked.iter().map(|asked| asked.header("authorization").unwrap().to_owned());
        signatures.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(signatures(peer.asked()), 2);
    let sent = outcomes(&opened, &hi(), NOW, devices(["never"])).await;
    assert_eq!((sent["never"].as_deref(), peer.asked().len()), (Some("ExpiredProviderToken"), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_sent_again() {
    let tried = AtomicUsize::new(0);
    let peer = Http2Peer::start(move |asked| match (asked.path.as_str(), tried.fetch_add(1, Ordering::Relaxed)) {
        ("/3/device/never", _) => reason(503, "ServiceUnavailable"),
        (_, 0) => Said::With(429, vec![("retry-after", "1".to_owned())], r#"{"reason":"TooManyRequests"}"#.to_owned()),
        (_, 1) => Said::Reset(h2::Reason::REFUSED_STREAM),
        (_, 2) => reason(500, "InternalServerError"),
        _ => Said::ok(),
    });
    let opened = senders(json!({"ios": provider(&peer, json!({}))})).unwrap();
    let begun = Instant::now();
    assert_eq!(outcomes(&opened, &hi(), NOW, devices(["a"])).await["a"], None);
    assert_eq!(peer.asked().len(), 4);
    assert!(begun.elapsed() >= Duration::from_secs(1), "the service asked for a second");
    assert_eq!(outcomes(&opened, &hi(), NOW, devices(["never"])).await["never"], failed("ServiceUnavailable"));
    assert_eq!(peer.asked().len(), 4, "once, and three times more");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_taken_is_not_sent_again() {
    let peer = Http2Peer::start(|asked| match asked.path.as_str() {
        "/3/device/reset" => Said::Reset(h2::Reason::INTERNAL_ERROR),
        "/3/device/cut" => Said::HangUp,
        _ => Said::Nothing,
    });
    let opened = senders(json!({"ios": provider(&peer, json!({"requestTimeout": 300}))})).unwrap();
    for token in ["reset", "cut"] {
        let why = outcomes(&opened, &hi(), NOW, devices([token])).await.remove(token).unwrap().unwrap();
        assert!(!why.contains("/3/device"), "{why}");
        assert_eq!(peer.asked().len(), 1, "{token}");
        // One that takes the place of the one before does no harm.
        let replaces = json!({"data": {"alert": "hi"}, "collapse_id": "c"});
        assert!(outcomes(&opened, &replaces, NOW, devices([token])).await[token].is_some());
        assert_eq!(peer.asked().len(), 4, "{token}");
    }
    let sent = outcomes(&opened, &hi(), NOW, devices(["silent"])).await;
    assert_eq!((sent["silent"].as_deref(), peer.asked().len()), (Some("RequestTimeout"), 1));
    // Nor by another provider that asks the same service; one that asks elsewhere knows other devices.
    let other = Http2Peer::start(|_| reason(400, "BadDeviceToken"));
    let list = json!([
        provider(&peer, json!({"requestTimeout": 300})),
        provider(&peer, json!({})),
        provider(&other, json!({}))
    ]);
    assert_eq!(sent_by(list, "silent").await, failed("RequestTimeout"));
    assert_eq!((peer.asked().len(), other.asked().len()), (1, 1));
}

/// What comes of a push to one device.
async fn sent_by(ios: Value, token: &str) -> Option<String> {
    sent(ios, hi(), devices([token])).await.remove(token).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_sends_its_callers_away_loses_and_doubles_nothing() {
    let asked = AtomicUsize::new(0);
    let peer = Http2Peer::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) % 300 {
        150 => Said::Leave(Box::new(Said::ok())),
        _ => Said::Late(Duration::from_millis(5), Box::new(Said::ok())),
    });
    let tokens: Vec<_> = (0..2_000).map(|n| format!("t{n}")).collect();
    let sent = sent(provider(&peer, json!({})), hi(), devices(tokens.clone())).await;
    assert_eq!(sent.values().flatten().next(), None);
    let times = times_asked(&peer);
    assert_eq!((sent.len(), times.len(), times.values().max()), (2_000, 2_000, Some(&1)));
    assert!(peer.connections() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_lets_few_in_is_waited_for() {
    let door = Door { streams: Some(10), ..Door::default() };
    let peer = Http2Peer::behind(door, |_| Said::Late(Duration::from_millis(20), Box::new(Said::ok())));
    let tokens: Vec<_> = (0..500).map(|n| format!("t{n}")).collect();
    let begun = Instant::now();
    let sent = sent(provider(&peer, json!({"requestTimeout": 400})), hi(), devices(tokens)).await;
    assert_eq!((sent.len(), sent.values().flatten().next()), (500, None));
    assert!(begun.elapsed() > Duration::from_secs(1), "more went in at once than the door lets");
    assert_eq!((times_asked(&peer).values().max(), peer.connections()), (Some(&1), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_leads_to_another_path() {
    let peer = Http2Peer::start(|_| Said::ok());
    let odd = ["a/../../../admin", "..", "a?b", "a#b", "a%2f..", "", " ", "a\r\nb: c"];
    let sent = sent(provider(&peer, json!({})), hi(), devices(odd)).await;
    assert_eq!(sent, odd.map(|token| (token.to_owned(), failed("BadDeviceToken"))).into());
    assert_eq!(peer.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_cannot_be_sent_fails_for_its_devices() {
    let peer = Http2Peer::start(|_| Said::ok());
    let body = json!({"data": {"alert": "hi", "collapseId": "a\r\nb: c"}});
    let sent = sent(provider(&peer, json!({})), body, devices(["a"])).await;
    assert_eq!(sent["a"], failed("Invalid character in header content [\"apns-collapse-id\"]"));
    assert_eq!(peer.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_trusted_whom_nobody_vouches_for() {
    let (peer, other) = (Http2Peer::start(|_| Said::ok()), Http2Peer::start(|_| Said::ok()));
    let options = provider(&peer, json!({"ca": other.ca(), "connectionRetryLimit": 1}));
    let why = sent(options, hi(), devices(["a"])).await.remove("a").unwrap().unwrap();
    assert!(why.contains("certificate"), "{why}");
    assert_eq!((peer.connections(), peer.asked().len()), (2, 0));
}

#[test]
fn what_the_options_leave_open_the_environment_says() {
    let peer = Http2Peer::start(|_| Said::ok());
    let host = |environment: &str, more: Value| {
        let push = json!({"ios": provider(&peer, more)});
        let SenderConfig::Apns(providers) = config(push, environment).unwrap().senders.remove(0).1 else {
            panic!("it is no provider")
        };
        providers[0].host().to_owned()
    };
    let (sandbox, production) = ("api.sandbox.push.apple.com", "api.push.apple.com");
    assert_eq!(host("development", json!({"address": null})), sandbox);
    assert_eq!(host("production", json!({"address": null})), production);
    assert_eq!(host("production", json!({"address": null, "production": false})), sandbox);
    assert_eq!(host("development", json!({"address": null, "production": true})), production);
}

#[test]
fn what_cannot_be_used_is_said_with_its_option() {
    let peer = Http2Peer::start(|_| Said::ok());
    let (certificate, key) = peer.certify("com.app");
    let token = |key: &str| json!({"token": {"key": key, "keyId": "K", "teamId": "T"}});
    let pair = |cert: &str, key: &str| json!({"token": null, "topic": "t", "cert": cert, "key": key});
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let cases = [
        (token("/nowhere.p8"), "push.ios.token.key cannot be read: "),
        (token(&certificate), "push.ios.token.key cannot be used: it is no key for ES256"),
        (pair("/nowhere.pem", &key), "push.ios.cert cannot be read: "),
        (pair(&certificate, "/nowhere.pem"), "push.ios.key cannot be read: "),
        (pair(&certificate, locked), "push.ios.key is encrypted, which is not built yet: "),
        (pair(&certificate, &certificate), "push.ios.cert and push.ios.key cannot be used: "),
        (pair(&certificate, &super::key().serialize_pem()), "push.ios cannot be used: "),
        (json!({"token": null, "topic": "t", "pfx": "/nowhere.p12"}), "push.ios.pfx cannot be read: "),
        (json!({"ca": "/nowhere.pem"}), "push.ios.ca cannot be read: "),
        (json!({"ca": key}), "push.ios.ca cannot be used: it holds no certificate"),
        (json!({"address": "a/b"}), "push.ios.address "),
        (json!({"address": "a b"}), "push.ios.address "),
        (json!({"address": "user:pass@a"}), "push.ios.address must be a host"),
    ];
    for (options, expected) in cases {
        let said = senders(json!({"ios": provider(&peer, options.clone())}))
            .err()
            .unwrap_or_else(|| panic!("{options} is taken"));
        assert!(said.starts_with(expected) && !said.contains("nowhere"), "{options}: {said}");
    }
}
