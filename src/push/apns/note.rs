//! What is said to all devices of one app: headers and body, made once.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::aps;
use crate::model::{Map, Value, js, wire};

/// The header that has a notification take the place of an earlier one on the device.
pub const COLLAPSE: HeaderName = HeaderName::from_static("apns-collapse-id");
/// Said of a notification that says nothing of its priority.
const PRIORITY: Value = Value::Number(10.0);

/// A notification, whoever gets it.
pub struct Note {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Note {
    /// What the body of a push, and `data` in it, become for the devices of an app.
    ///
    /// # Errors
    /// A text that says which header cannot be sent.
    pub fn new(push: &Map, data: &Map, app: Option<&str>, native: bool) -> Result<Self, String> {
        let headers = Asked { push, data, native }.headers(app)?;
        let body = aps::body(data, native);
        // node-apn sends nothing at all then.
        let body = if body.is_empty() { String::new() } else { wire::to_string(&Value::Object(body)) };
        Ok(Self { headers, body: Bytes::from(body) })
    }
}

/// What a push asks for.
struct Asked<'a> {
    push: &'a Map,
    data: &'a Map,
    native: bool,
}

impl<'a> Asked<'a> {
    fn headers(&self, app: Option<&str>) -> Result<HeaderMap, String> {
        let kind = self.own("pushType").or_else(|| self.either("push_type"));
        let kind = kind.map_or_else(|| "alert".to_owned(), js::text);
        let topic = self.own("topic").map(js::text).or_else(|| app.map(|app| topic(app, &kind)));
        let priority = self.own("priority").or_else(|| self.either("priority")).unwrap_or(&PRIORITY);
        let priority = Some(priority).filter(|value| self.native || is_whole(value)).map(js::text);
        let collapse = self.own("collapseId").or_else(|| self.either("collapse_id"));
        let collapse = collapse.filter(|id| self.native || id.truthy()).map(js::text);
        let some = |key| self.own(key).filter(|value| value.truthy()).map(js::text);
        let plain = |key| some(key).filter(|_| !self.native);
        let said = |text: &String| self.native || !text.is_empty();
        let headers = [
            (HeaderName::from_static("apns-topic"), topic.filter(said)),
            (HeaderName::from_static("apns-push-type"), Some(kind).filter(said)),
            (HeaderName::from_static("apns-priority"), priority),
            (HeaderName::from_static("apns-expiration"), self.expiry()),
            (COLLAPSE, collapse),
            (HeaderName::from_static("apns-id"), some("id")),
            (HeaderName::from_static("apns-request-id"), plain("requestId")),
            (HeaderName::from_static("apns-channel-id"), plain("channelId")),
        ];
        let with_text = headers.into_iter().filter_map(|(name, text)| Some((name, text?)));
        with_text.map(|(name, text)| value(&name, &text).map(|value| (name, value))).collect()
    }

    /// A key of `data`.
    fn own(&self, key: &str) -> Option<&'a Value> {
        self.data.get(key).filter(|value| !value.is_null())
    }

    /// A key of the body, or the same key of `data`. node-apn passes over anything that JavaScript counts as false.
    fn either(&self, key: &str) -> Option<&'a Value> {
        let first = self.push.get(key).filter(|value| !value.is_null() && (self.native || value.truthy()));
        first.or_else(|| self.own(key))
    }

    /// When the service gives up, in seconds.
    fn expiry(&self) -> Option<String> {
        if let Some(expiry) = self.own("expiry") {
            return (number(expiry) >= 0.0).then(|| js::text(expiry));
        }
        let time = self.either("expiration_time").filter(|time| self.native || time.truthy())?;
        let seconds = (number(time) / 1000.0 + 0.5).floor();
        (seconds >= 0.0).then(|| js::text(&Value::Number(seconds)))
    }
}

/// The topic of a kind of push to an app.
fn topic(app: &str, kind: &str) -> String {
    let suffix = match kind {
        "location" => ".location-query",
        "voip" => ".voip",
        "complication" => ".complication",
        "fileprovider" => ".pushkit.fileprovider",
        "liveactivity" => ".push-type.liveactivity",
        "pushtotalk" => ".voip-ptt",
        _ => "",
    };
    format!("{app}{suffix}")
}

fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Number(n) if n.trunc() == *n)
}

/// A value as a number, as JavaScript compares it; of what is none comes NaN.
fn number(value: &Value) -> f64 {
    match value {
        Value::Number(n) => *n,
        Value::String(text) => text.trim().parse().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}

/// A header must be plain ASCII; anything else a client has put there on purpose or by mistake, and no device can be sent it.
fn value(name: &HeaderName, text: &str) -> Result<HeaderValue, String> {
    let value = HeaderValue::from_str(text).ok().filter(|_| text.is_ascii());
    value.ok_or_else(|| format!("Invalid character in header content [\"{name}\"]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn object(text: &str) -> Map {
        match wire::parse_text(text, wire::MAX_DEPTH).unwrap() {
            Value::Object(map) => map,
            other => panic!("{other:?} is no object"),
        }
    }

    fn note(body: &str, app: Option<&str>, native: bool) -> Result<Note, String> {
        let body = object(body);
        Note::new(&body, body.get("data").unwrap().as_object().unwrap(), app, native)
    }

    fn shown(note: &Note) -> (BTreeMap<String, String>, &str) {
        let header =
            |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.to_str().unwrap().to_owned());
        (note.headers.iter().map(header).collect(), str::from_utf8(&note.body).unwrap())
    }

    #[test]
    fn bodies_and_headers_are_those_of_parse_server() {
        let (mut asked, mut compared) = ("", 0);
        for line in include_str!("vectors.txt").lines() {
            if let Some(body) = line.strip_prefix("> ") {
                asked = body;
            }
            let Some((style, expected)) = line.trim_start().split_once(" headers ") else { continue };
            let (headers, body) = expected.split_once(" body ").unwrap();
            let headers = object(headers).iter().map(|(name, value)| (name.to_string(), js::text(value))).collect();
            let note = note(asked, Some("com.app"), style == "native").unwrap();
            assert_eq!(shown(&note), (headers, if body == "{}" { "" } else { body }), "{style} {asked}");
            compared += 1;
        }
        assert_eq!(compared, 30);
    }

    #[test]
    fn a_kind_of_push_has_its_topic() {
        let mut compared = 0;
        for line in include_str!("vectors.txt").lines().filter(|line| line.contains(" => ")) {
            let (kind, topics) = line.trim().split_once(" => ").unwrap();
            let (plain, native) = topics.split_once(" | native ").unwrap();
            for (style, expected) in [plain, native].into_iter().enumerate() {
                let kind = if kind == "undefined" { "null".to_owned() } else { format!("\"{kind}\"") };
                let note =
                    note(&format!("{{\"data\":{{}},\"push_type\":{kind}}}"), Some("com.app"), style == 1).unwrap();
                assert_eq!(note.headers["apns-topic"], expected);
                compared += 1;
            }
        }
        assert_eq!(compared, 20);
    }

    #[test]
    fn the_order_of_keys_counts_as_in_the_adapter() {
        let body = |data: &str, native| {
            let note = note(&format!("{{\"data\":{data}}}"), None, native).unwrap();
            String::from_utf8(note.body.to_vec()).unwrap()
        };
        let cases = [
            (
                r#"{"title":"T","alert":"hi"}"#,
                r#"{"aps":{"alert":"hi"}}"#,
                r#"{"aps":{"alert":{"title":"T","body":"hi"}}}"#,
            ),
            (r#"{"badge":1,"aps":{"sound":"s"}}"#, r#"{"aps":{"sound":"s"}}"#, r#"{"aps":{"badge":1,"sound":"s"}}"#),
            (
                r#"{"aps":{"alert":"a","mutable-content":1},"title":"T","mutable-content":0,"b":1,"2":2}"#,
                r#"{"2":2,"b":1,"aps":{"alert":{"body":"a","title":"T"}}}"#,
                r#"{"2":2,"aps":{"alert":{"body":"a","title":"T"}},"b":1}"#,
            ),
            (
                r#"{"sound":1,"category":2,"badge":1.50,"aps":7}"#,
                r#"{"aps":{"badge":1.5}}"#,
                r#"{"aps":{"sound":1,"category":2,"badge":1.5}}"#,
            ),
            (
                r#"{"alert":null,"title":"T"}"#,
                r#"{"aps":{"alert":{"title":"T"}}}"#,
                r#"{"aps":{"alert":{"title":"T"}}}"#,
            ),
        ];
        for (data, plain, native) in cases {
            assert_eq!((body(data, false).as_str(), body(data, true).as_str()), (plain, native), "{data}");
        }
    }

    #[test]
    fn what_says_nothing_is_no_header() {
        let plain =
            note(r#"{"data":{"id":"","collapseId":"","expiry":-1},"push_type":"","priority":2.5}"#, None, false);
        assert_eq!(shown(&plain.unwrap()).0, BTreeMap::from([("apns-push-type".into(), "alert".into())]));
        let late = note(r#"{"data":{"pushType":"voip"},"expiration_time":"2030-01-01","priority":null}"#, None, false);
        let expected = [("apns-push-type", "voip"), ("apns-priority", "10")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(shown(&late.unwrap()).0, BTreeMap::from(expected));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_a_failure() {
        for (key, header) in
            [("topic", "apns-topic"), ("collapseId", "apns-collapse-id"), ("pushType", "apns-push-type")]
        {
            for text in ["a\\r\\nb: c", "\\u0000", "caf\\u00e9"] {
                let said = note(&format!("{{\"data\":{{\"{key}\":\"{text}\"}}}}"), Some("com.app"), true).err();
                assert_eq!(said, Some(format!("Invalid character in header content [\"{header}\"]")));
            }
        }
    }
}
