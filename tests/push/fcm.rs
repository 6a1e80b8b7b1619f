//! Firebase: tokens, messages, answers.

use super::senders::{device, failure, open, send};
use crate::support::http2::{Asked, Http2Peer, Said};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use parsimony::config::{FcmConfig, PushType, Secret, SenderConfig};
use parsimony::model::Value;
use parsimony::push::{Device, Senders};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PUSH: &str = r#"{"data":{"alert":"hi"}}"#;
const SENT: &str = "/v1/projects/demo/messages:send";

/// Google of the tests: tokens `t1`, `t2`, …, each good for an hour, and `answers` for messages.
pub struct Google {
    peer: Http2Peer,
    public: DecodingKey,
    pem: String,
}

impl Google {
    pub fn start(answers: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Google {
        Self::with_tokens(
            |n| Said::json(200, &json!({"access_token": format!("t{n}"), "expires_in": 3599, "token_type": "Bearer"})),
            answers,
        )
    }

    fn with_tokens(
        tokens: impl Fn(usize) -> Said + Send + Sync + 'static,
        answers: impl Fn(&Asked) -> Said + Send + Sync + 'static,
    ) -> Google {
        let asked = AtomicUsize::new(0);
        let peer = Http2Peer::start(move |question| match question.path.as_str() {
            "/token" => tokens(asked.fetch_add(1, Ordering::SeqCst) + 1),
            _ => answers(question),
        });
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = BASE64_STANDARD.encode(pair.as_der().unwrap().as_ref());
        let parts: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
        let [n, e] = [&parts.n, &parts.e].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let public = DecodingKey::from_rsa_components(&n, &e).unwrap();
        Google { peer, public, pem: format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n") }
    }

    /// The options of an app that sends by it.
    pub fn options(&self) -> serde_json::Value {
        let account = json!({"project_id": "demo", "client_email": "a@b.c", "private_key": self.pem,
            "token_uri": self.peer.url("/token")});
        json!({"firebaseServiceAccount": account, "endpoint": self.peer.url(""), "ca": self.peer.ca()})
    }

    fn senders(&self, kind: PushType) -> Senders {
        let config = FcmConfig {
            path: "push.android".into(),
            service_account: Secret::new(self.options()["firebaseServiceAccount"].to_string()),
            apple: kind == PushType::Ios,
            endpoint: self.peer.url(""),
            ca: Some(self.peer.ca()),
        };
        open(kind, SenderConfig::Fcm(config)).unwrap()
    }

    /// The questions since the last look: how many tokens were asked for, and the messages.
    fn asked(&self) -> (usize, Vec<Asked>) {
        let (tokens, messages): (Vec<_>, Vec<_>) =
            self.peer.asked().into_iter().partition(|asked| asked.path == "/token");
        (tokens.len(), messages)
    }
}

fn taken() -> Said {
    Said::json(200, &json!({"name": "projects/demo/messages/1"}))
}

fn refused(status: u16, code: &str, own: Option<&str>) -> Said {
    let own = own.map(|own| json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": own}));
    let details: Vec<_> = own.into_iter().collect();
    Said::json(status, &json!({"error": {"code": status, "message": "Why.", "status": code, "details": details}}))
}

fn androids(count: usize) -> Vec<Device> {
    (0..count).map(|n| device("android", format!("d{n:04}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_token_and_one_connection_serve_a_thousand_messages() {
    let google = Google::start(|_| taken());
    let senders = google.senders(PushType::Android);
    let mut devices = androids(1000);
    devices.extend(androids(10));
    let outcomes = send(&senders, PUSH, devices).await;
    assert_eq!(outcomes.len(), 1000, "a token that comes twice is sent to once");
    assert!(outcomes.iter().all(|outcome| outcome.failure.is_none() && outcome.kind == "android"), "{outcomes:?}");

    let all = google.peer.asked();
    let (tokens, messages): (Vec<_>, Vec<_>) = all.into_iter().partition(|asked| asked.path == "/token");
    assert_eq!((tokens.len(), messages.len()), (1, 1000));
    let to: BTreeSet<_> = messages.iter().map(|asked| asked.json()["message"]["token"].to_string()).collect();
    assert_eq!(to.len(), 1000);
    let ways: BTreeSet<_> = messages.iter().map(|asked| asked.connection).collect();
    assert_eq!(ways.len(), 1);
    let message = &messages[0];
    assert_eq!((message.method.as_str(), message.path.as_str()), ("POST", SENT));
    assert_eq!(message.header("authorization"), Some("Bearer t1"));
    assert_eq!(message.json()["message"]["android"]["data"]["data"], r#"{"alert":"hi"}"#);

    let form = url::form_urlencoded::parse(&tokens[0].body).into_owned().collect::<Vec<_>>();
    assert_eq!(form[0], ("grant_type".into(), "urn:ietf:params:oauth:grant-type:jwt-bearer".into()));
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[google.peer.url("/token")]);
    rules.set_issuer(&["a@b.c"]);
    jsonwebtoken::decode::<serde_json::Value>(&form[1].1, &google.public, &rules).unwrap();

    send(&senders, PUSH, androids(1)).await;
    assert_eq!(google.asked().0, 0, "the next push goes with the same token");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_as_the_client_of_firebase_tells_them() {
    let google = Google::start(|asked| match asked.json()["message"]["token"].as_str().unwrap() {
        "gone" => refused(404, "NOT_FOUND", Some("UNREGISTERED")),
        "odd" => refused(400, "INVALID_ARGUMENT", None),
        "other" => refused(403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH")),
        "apple" => refused(401, "UNAUTHENTICATED", Some("THIRD_PARTY_AUTH_ERROR")),
        _ => taken(),
    });
    let devices = ["apple", "gone", "good", "odd", "other"].map(|token| device("ios", token));
    let senders = google.senders(PushType::Ios);
    let outcomes = send(&senders, PUSH, devices.to_vec()).await;
    let told: Vec<_> = outcomes.iter().map(|outcome| outcome.failure.clone()).collect();
    assert_eq!(
        told,
        [
            failure("messaging/third-party-auth-error", "Why."),
            failure("messaging/registration-token-not-registered", "Why."),
            None,
            failure("messaging/invalid-argument", "Why."),
            failure("messaging/mismatched-credential", "Why."),
        ]
    );
    assert_eq!(
        outcomes.iter().map(|outcome| outcome.is_dead()).collect::<Vec<_>>(),
        [false, true, false, false, false]
    );
    let (tokens, messages) = google.asked();
    assert_eq!((tokens, messages.len()), (1, 5), "nothing is sent again, and Apple's refusal is no reason for a token");
    assert_eq!(messages[0].json()["message"]["apns"]["payload"], json!({"aps": {"alert": {"body": "hi"}}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_sent_again_and_what_may_have_been_is_not() {
    let (times, refusals) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let google = Google::start(move |asked| match asked.json()["message"]["token"].as_str().unwrap() {
        "busy" => Said::With(503, vec![("retry-after", "0".into())], String::new()),
        "later" => Said::With(503, vec![("retry-after", "61".into())], String::new()),
        "broken" => Said::Reset(h2::Reason::INTERNAL_ERROR),
        "let in later" if refusals.fetch_add(1, Ordering::SeqCst) == 0 => Said::Reset(h2::Reason::REFUSED_STREAM),
        "good" if times.fetch_add(1, Ordering::SeqCst) < 2 => refused(503, "UNAVAILABLE", None),
        _ => taken(),
    });
    let senders = google.senders(PushType::Android);
    let started = Instant::now();
    let outcomes = send(&senders, PUSH, vec![device("android", "good")]).await;
    assert_eq!(outcomes[0].failure, None);
    assert!(started.elapsed() >= Duration::from_secs(1), "the second pause is a second");
    assert_eq!(google.asked().1.len(), 3);
    let outcomes = send(&senders, PUSH, vec![device("android", "busy")]).await;
    let code = |value: &Option<Value>| value.as_ref()?.as_object()?.get("code")?.as_str().map(str::to_owned);
    assert_eq!(code(&outcomes[0].failure).as_deref(), Some("messaging/server-unavailable"));
    assert_eq!(google.asked().1.len(), 5);
    let outcomes = send(&senders, PUSH, vec![device("android", "let in later")]).await;
    assert_eq!((&outcomes[0].failure, google.asked().1.len()), (&None, 2));
    let outcomes = send(&senders, PUSH, vec![device("android", "broken")]).await;
    assert_eq!(code(&outcomes[0].failure).as_deref(), Some("app/network-error"));
    assert_eq!(google.asked().1.len(), 1, "it may have been taken");
    send(&senders, PUSH, vec![device("android", "later")]).await;
    assert_eq!(google.asked().1.len(), 1, "a minute is too long to wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_asked_for_again_once() {
    let google = Google::start(|asked| match asked.header("authorization") {
        Some("Bearer t1") => refused(401, "UNAUTHENTICATED", None),
        _ => taken(),
    });
    let outcomes = send(&google.senders(PushType::Android), PUSH, androids(200)).await;
    assert!(outcomes.iter().all(|outcome| outcome.failure.is_none()), "{outcomes:?}");
    assert_eq!(google.asked().0, 2);

    let google = Google::start(|_| refused(401, "UNAUTHENTICATED", None));
    let senders = google.senders(PushType::Android);
    let wanted = failure("messaging/third-party-auth-error", "Why.");
    for tokens in [2, 0] {
        let outcomes = send(&senders, PUSH, androids(200)).await;
        assert!(outcomes.iter().all(|outcome| outcome.failure == wanted), "{outcomes:?}");
        assert_eq!(google.asked().0, tokens, "a second refusal is the last word for a while");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_each_device_fails() {
    let refusal = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
    let google = Google::with_tokens(move |_| Said::json(400, &refusal), |_| taken());
    let outcomes = send(&google.senders(PushType::Android), PUSH, androids(300)).await;
    assert_eq!(outcomes.len(), 300);
    let wanted = failure(
        "app/invalid-credential",
        "no access token for Firebase: the token server answered 400 Bad Request: invalid_grant: Invalid JWT Signature.",
    );
    assert!(outcomes.iter().all(|outcome| outcome.failure == wanted), "{outcomes:?}");
    assert_eq!(google.asked().0, 1, "one refusal counts for all");

    let huge = "x".repeat(100_000);
    let google =
        Google::with_tokens(move |_| Said::json(200, &json!({"access_token": huge, "expires_in": 1})), |_| taken());
    let outcomes = send(&google.senders(PushType::Android), PUSH, androids(1)).await;
    assert!(format!("{:?}", outcomes[0].failure).contains("too large"), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_built_fails_for_each_device() {
    let google = Google::start(|_| taken());
    let body = r#"{"data":{"aps":{"sound":""}}}"#;
    let outcomes = send(&google.senders(PushType::Ios), body, vec![device("ios", "a"), device("ios", "b")]).await;
    let words = "apns.payload.aps.sound must be a non-empty string or a non-null object";
    assert!(outcomes.iter().all(|outcome| outcome.failure == failure("messaging/invalid-payload", words)));
    assert_eq!((outcomes.len(), google.asked().0), (2, 0));
}
