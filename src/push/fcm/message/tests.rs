use super::*;
use crate::model::Value;

const NOW: Date = Date(1_893_456_000_000);

fn body(text: &str) -> Map {
    match wire::parse_text(text, 20).unwrap() {
        Value::Object(map) => map,
        other => panic!("{other:?}"),
    }
}

fn built(text: &str, apple: bool) -> Result<String, String> {
    let body = body(text);
    let message = build(Push { body: &body, now: NOW }, apple, "PUSHID0000")?.to("tok");
    Ok(message.strip_prefix("{\"message\":").unwrap().strip_suffix('}').unwrap().to_owned())
}

/// What we send where Parse Server's client refuses numbers in headers.
fn headers_instead(body: &str) -> &'static str {
    match body {
        b if b.contains("background") => r#"{"apns-push-type":"background","apns-priority":"5"}"#,
        b if b.contains("\"grp\"") => {
            r#"{"apns-push-type":"alert","apns-expiration":"1893459600","apns-collapse-id":"grp"}"#
        }
        b if b.contains("\"g2\"") => {
            r#"{"apns-push-type":"voip","apns-expiration":"1893459600","apns-collapse-id":"g2","apns-priority":"5"}"#
        }
        b if b.contains("liveactivity") => r#"{"apns-push-type":"alert","apns-priority":"5"}"#,
        b if b.contains("1893455999000") => r#"{"apns-push-type":"alert","apns-expiration":"1893455999"}"#,
        b => panic!("not known to be refused: {b}"),
    }
}

#[test]
fn messages_are_those_of_parse_server() {
    let mut body = "";
    let mut seen = [0, 0];
    for line in include_str!("vectors.txt").lines() {
        if let Some(next) = line.strip_prefix("> ") {
            body = next;
        } else if let Some(wanted) = line.strip_prefix("  fcm-android ") {
            // Parse Server hands seconds to what takes milliseconds: an hour is meant.
            assert_eq!(built(body, false).unwrap(), wanted.replace("3.600000000s", "3600s"), "{body}");
            seen[0] += 1;
        } else if line.starts_with("  fcm-apple REJECTED") {
            let wanted = format!("\"headers\":{}}},\"token\":\"tok\"}}", headers_instead(body));
            let message = built(body, true).unwrap();
            assert!(
                message.starts_with("{\"apns\":{\"payload\":{\"aps\":{") && message.ends_with(&wanted),
                "{message}"
            );
            seen[1] += 1;
        } else if let Some(wanted) = line.strip_prefix("  fcm-apple ") {
            assert_eq!(built(body, true).unwrap(), wanted, "{body}");
            seen[1] += 1;
        }
    }
    assert_eq!(seen, [15, 15]);
}

#[test]
fn a_message_is_kept_four_weeks_at_most() {
    let ttl = |ms: i64| built(&format!(r#"{{"expiration_time":{}}}"#, NOW.0 + ms), false).unwrap();
    assert!(ttl(1_500).contains(r#""ttl":"1s""#));
    assert!(ttl(-1).contains(r#""ttl":"0s""#));
    assert!(ttl(2_419_200_000).contains(r#""ttl":"2419200s""#));
    assert!(ttl(9_999_999_999).contains(r#""ttl":"2419200s""#));
}

#[test]
fn a_title_joins_whatever_alert_there_is() {
    for (given, wanted) in [
        (r#"{"data":{"title":"t","alert":{"body":"b"}}}"#, r#""alert":{"body":"b"}"#),
        (r#"{"data":{"title":"t"}}"#, r#""alert":{"title":"t"}"#),
        (r#"{"data":{"aps":{"alert":"b"},"title":"t"}}"#, r#""alert":{"body":"b","title":"t"}"#),
        (r#"{"alert":"b","channels":["c"]}"#, r#"{"aps":{"alert":{"body":"b"}},"channels":["c"]}"#),
    ] {
        let message = built(given, true).unwrap();
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn a_raw_payload_keeps_what_the_client_of_firebase_knows() {
    let raw = r#"{"rawPayload":{"topic":"x","token":"y","apns":{"headers":{"a":"b"}},"android":{"ttl":1500,
        "collapseKey":"c"},"fcmOptions":{"analyticsLabel":"l"}}}"#;
    let wanted = r#"{"android":{"ttl":"1.500000000s","collapse_key":"c"},"apns":{"headers":{"a":"b"}},"fcmOptions":{"analyticsLabel":"l"},"token":"tok"}"#;
    assert_eq!(built(raw, true).unwrap(), wanted);
    assert_eq!(built(r#"{"rawPayload":{}}"#, false).unwrap(), r#"{"token":"tok"}"#);
    assert_eq!(built(r#"{"rawPayload":1}"#, false).unwrap_err(), "rawPayload must be an object");
}

#[test]
fn a_token_is_told_as_text() {
    let message = Message("{".into()).to("a\"b");
    assert_eq!(message, r#"{"message":{"token":"a\"b"}}"#);
}
