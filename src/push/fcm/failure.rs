//! Why a message was not sent, as the Firebase client tells it: `{code, message}`.

use crate::model::{Map, Value, wire};
use crate::push::text;

/// How deep the JSON of an answer may nest.
const DEEPEST: usize = 20;
/// What marks Firebase's own code among the details of an error.
const OWN_TYPE: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

/// A failure.
pub fn failure(code: &str, message: impl Into<String>) -> Value {
    Map::from([("code", code.into()), ("message", message.into().into())]).into()
}

/// What an answer other than 200 says.
pub fn told(status: u16, body: &[u8]) -> Value {
    let Ok(answer) = wire::parse(body, DEEPEST) else { return unreadable(status, body) };
    let error = answer.as_object().and_then(|answer| answer.get("error"));
    let message = error.and_then(|error| text(error, "message")).filter(|message| !message.is_empty());
    let (code, default) = error.and_then(code_of).map_or(UNKNOWN, known);
    let message = message.unwrap_or(default);
    match code {
        "unknown-error" => {
            let raw = wire::to_string(&answer);
            failure("messaging/unknown-error", format!("{message} Raw server response: \"{raw}\""))
        }
        code => failure(&format!("messaging/{code}"), message),
    }
}

/// Does an answer say that the access token is no good? Firebase gives 401, too, when Apple refuses the app's certificate.
pub fn refuses_token(status: u16, body: &[u8]) -> bool {
    let own = wire::parse(body, DEEPEST).ok().is_some_and(|answer| {
        let error = answer.as_object().and_then(|answer| answer.get("error"));
        error.and_then(own_code).is_some()
    });
    status == 401 && !own
}

fn unreadable(status: u16, body: &[u8]) -> Value {
    let (code, message) = match status {
        400 => ("invalid-argument", "Invalid argument provided."),
        401 | 403 => ("authentication-error", "Firebase does not accept the service account."),
        500 => known("INTERNAL"),
        503 => known("UNAVAILABLE"),
        _ => UNKNOWN,
    };
    let raw = String::from_utf8_lossy(body);
    let message = format!("{message} Raw server response: \"{raw}\". Status code: {status}.");
    failure(&format!("messaging/{code}"), message)
}

fn code_of(error: &Value) -> Option<&str> {
    error.as_str().or_else(|| own_code(error)).or_else(|| text(error, "status")).or_else(|| text(error, "message"))
}

fn own_code(error: &Value) -> Option<&str> {
    let details = error.as_object()?.get("details")?.as_array()?;
    text(details.iter().find(|detail| text(detail, "@type") == Some(OWN_TYPE))?, "errorCode")
}

const UNKNOWN: (&str, &str) = ("unknown-error", "An unknown server error was returned.");

/// The client's code for one of Firebase's, and what it says if Firebase has no words for it.
fn known(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_ARGUMENT" | "InvalidParameters" => ("invalid-argument", "Invalid argument provided."),
        "UNREGISTERED" | "NOT_FOUND" | "NotRegistered" => {
            ("registration-token-not-registered", "The provided registration token is not registered.")
        }
        "InvalidRegistration" => ("invalid-registration-token", "Invalid registration token provided."),
        "SENDER_ID_MISMATCH" | "PERMISSION_DENIED" | "MismatchSenderId" => {
            ("mismatched-credential", "The service account may not send to this device: it is of another project.")
        }
        "QUOTA_EXCEEDED" | "RESOURCE_EXHAUSTED" => {
            ("message-rate-exceeded", "Sending limit exceeded for the message target.")
        }
        "THIRD_PARTY_AUTH_ERROR" | "UNAUTHENTICATED" | "APNS_AUTH_ERROR" | "InvalidApnsCredential" => {
            ("third-party-auth-error", "The certificate or key for Apple's service is missing or has expired.")
        }
        "UNAVAILABLE" | "Unavailable" => {
            ("server-unavailable", "The FCM server could not process the request in time.")
        }
        "INTERNAL" | "InternalServerError" => {
            ("internal-error", "An internal error has occurred. Please retry the request.")
        }
        "MessageTooBig" => ("payload-size-limit-exceeded", "The provided message payload exceeds the FCM size limits."),
        "InvalidPackageName" => ("invalid-package-name", "The token is of an app with another package name."),
        "InvalidDataKey" => ("invalid-data-payload-key", "The data contains an invalid key."),
        "InvalidTtl" => ("invalid-options", "Invalid message options provided."),
        "DeviceMessageRateExceeded" => ("device-message-rate-exceeded", "Too many messages to this device."),
        "TopicsMessageRateExceeded" => ("topics-message-rate-exceeded", "Too many messages to this topic."),
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: u16, body: &str) -> String {
        text(&told(status, body.as_bytes()), "code").unwrap().to_owned()
    }

    #[test]
    fn the_own_code_of_firebase_comes_first() {
        let body = format!(
            r#"{{"error":{{"code":404,"status":"NOT_FOUND","message":"Gone.","details":[{{"@type":"x","errorCode":"y"}},{{"@type":"{OWN_TYPE}","errorCode":"UNREGISTERED"}}]}}}}"#
        );
        let wanted = failure("messaging/registration-token-not-registered", "Gone.");
        assert_eq!(told(404, body.as_bytes()), wanted);
        assert_eq!(code(403, r#"{"error":{"status":"PERMISSION_DENIED"}}"#), "messaging/mismatched-credential");
        assert_eq!(code(400, r#"{"error":"InvalidRegistration"}"#), "messaging/invalid-registration-token");
        assert_eq!(code(400, r#"{"error":{"message":"MessageTooBig"}}"#), "messaging/payload-size-limit-exceeded");
    }

    #[test]
    fn what_is_not_known_is_told_as_it_came() {
        let body = r#"{"error":{"status":"ODD","message":"m"}}"#;
        assert_eq!(
            told(418, body.as_bytes()),
            failure("messaging/unknown-error", format!("m Raw server response: \"{body}\""))
        );
        let wanted =
            "The FCM server could not process the request in time. Raw server response: \"<p>\". Status code: 503.";
        assert_eq!(told(503, b"<p>"), failure("messaging/server-unavailable", wanted));
        assert_eq!(code(401, "x"), "messaging/authentication-error");
        assert_eq!(code(500, ""), "messaging/internal-error");
        assert_eq!(code(502, ""), "messaging/unknown-error");
    }

    #[test]
    fn a_refused_certificate_of_apple_is_no_refused_token() {
        assert!(refuses_token(401, br#"{"error":{"status":"UNAUTHENTICATED"}}"#));
        assert!(refuses_token(401, b""));
        assert!(!refuses_token(403, b""));
        let body =
            format!(r#"{{"error":{{"details":[{{"@type":"{OWN_TYPE}","errorCode":"THIRD_PARTY_AUTH_ERROR"}}]}}}}"#);
        assert!(!refuses_token(401, body.as_bytes()));
    }
}
