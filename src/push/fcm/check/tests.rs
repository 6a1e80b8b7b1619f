use super::*;
use crate::model::wire;

fn checked(text: &str) -> Result<String, String> {
    let Value::Object(mut map) = wire::parse_text(text, 20).unwrap() else { panic!("{text}") };
    message(&mut map)?;
    Ok(wire::to_string(&map.into()))
}

#[test]
fn refuses_what_the_client_of_firebase_refuses() {
    for (given, wanted) in [
        (r#"{"data":{"a":1}}"#, "data must only contain string values"),
        (r#"{"data":null}"#, "data must be a non-null object"),
        (r#"{"android":[]}"#, "android must be a non-null object"),
        (r#"{"android":{"ttl":-1}}"#, "TTL must be a non-negative duration in milliseconds"),
        (r#"{"android":{"ttl":"1s"}}"#, "TTL must be a non-negative duration in milliseconds"),
        (r#"{"android":{"data":{"a":{}}}}"#, "android.data must only contain string values"),
        (r#"{"android":{"notification":null}}"#, "android.notification must be a non-null object"),
        (r#"{"android":{"notification":{"color":"red"}}}"#, "android.notification.color must be in the form #RRGGBB"),
        (
            r##"{"android":{"notification":{"color":"#11223344"}}}"##,
            "android.notification.color must be in the form #RRGGBB",
        ),
        (
            r#"{"android":{"notification":{"bodyLocArgs":["a"]}}}"#,
            "android.notification.bodyLocKey is required when specifying bodyLocArgs",
        ),
        (
            r#"{"android":{"notification":{"imageUrl":"x y"}}}"#,
            "android.notification.imageUrl must be a valid URL string",
        ),
        (
            r#"{"android":{"notification":{"eventTimestamp":"2030-01-01"}}}"#,
            "android.notification.eventTimestamp must be a valid `Date` object",
        ),
        (
            r#"{"android":{"notification":{"vibrateTimingsMillis":[]}}}"#,
            "android.notification.vibrateTimingsMillis must be a non-empty array of numbers",
        ),
        (
            r#"{"android":{"notification":{"vibrateTimingsMillis":[-1]}}}"#,
            "android.notification.vibrateTimingsMillis must be non-negative durations in milliseconds",
        ),
        (
            r#"{"android":{"notification":{"lightSettings":{"lightOnDurationMillis":1,"lightOffDurationMillis":1}}}}"#,
            "android.notification.lightSettings.color must be in the form #RRGGBB or #RRGGBBAA format",
        ),
        (r#"{"android":{"fcmOptions":{"analyticsLabel":1}}}"#, "analyticsLabel must be a string value"),
        (r#"{"webpush":{"headers":{"a":1}}}"#, "webpush.headers must only contain string values"),
        (r#"{"apns":{"headers":{"apns-priority":5}}}"#, "apns.headers must only contain string values"),
        (r#"{"apns":{"liveActivityToken":""}}"#, "apns.liveActivityToken must be a non-empty string"),
        (r#"{"apns":{"payload":1}}"#, "apns.payload must be a non-null object"),
        (r#"{"apns":{"payload":{"aps":"x"}}}"#, "apns.payload.aps must be a non-null object"),
        (
            r#"{"apns":{"payload":{"aps":{"alert":null}}}}"#,
            "apns.payload.aps.alert must be a string or a non-null object",
        ),
        (
            r#"{"apns":{"payload":{"aps":{"alert":{"locArgs":["a"]}}}}}"#,
            "apns.payload.aps.alert.locKey is required when specifying locArgs",
        ),
        (
            r#"{"apns":{"payload":{"aps":{"sound":""}}}}"#,
            "apns.payload.aps.sound must be a non-empty string or a non-null object",
        ),
        (
            r#"{"apns":{"payload":{"aps":{"sound":{"name":"a","volume":2}}}}}"#,
            "apns.payload.aps.sound.volume must be in the interval [0, 1]",
        ),
        (
            r#"{"apns":{"payload":{"aps":{"threadId":"a","thread-id":"b"}}}}"#,
            "Multiple specifications for threadId in Aps",
        ),
        (r#"{"notification":{"imageUrl":"ftp://a.b"}}"#, "notification.imageUrl must be a valid URL string"),
        (
            r#"{"notification":{"imageUrl":"http://a.b","image":"x"}}"#,
            "Multiple specifications for imageUrl in Notification",
        ),
    ] {
        assert_eq!(checked(given).unwrap_err(), wanted, "{given}");
    }
}

#[test]
fn gives_keys_and_values_the_form_of_the_wire() {
    for (given, wanted) in [
        (
            r##"{"android":{"notification":{"color":"#a0B1c2","priority":"high","visibility":"private","channelId":"c"}}}"##,
            r##"{"android":{"notification":{"color":"#a0B1c2","visibility":"PRIVATE","channel_id":"c","notification_priority":"PRIORITY_HIGH"}}}"##,
        ),
        (
            r#"{"android":{"notification":{"vibrateTimingsMillis":[0,1500]}}}"#,
            r#"{"android":{"notification":{"vibrate_timings":["0s","1.500000000s"]}}}"#,
        ),
        (
            r##"{"android":{"notification":{"lightSettings":{"color":"#ff0000","lightOnDurationMillis":1000,"lightOffDurationMillis":2000}}}}"##,
            r#"{"android":{"notification":{"light_settings":{"color":{"red":1,"green":0,"blue":0,"alpha":1},"light_on_duration":"1s","light_off_duration":"2s"}}}}"#,
        ),
        (
            r#"{"apns":{"payload":{"aps":{"contentAvailable":true,"mutable-content":0,"sound":{"name":"a","critical":true}}}}}"#,
            r#"{"apns":{"payload":{"aps":{"sound":{"name":"a","critical":1},"content-available":1}}}}"#,
        ),
        (
            r#"{"apns":{"payload":{"aps":{"alert":{"locKey":"k","locArgs":["a"]}}},"fcmOptions":{"imageUrl":"https://a.b/c"},"liveActivityToken":"t"}}"#,
            r#"{"apns":{"payload":{"aps":{"alert":{"loc-key":"k","loc-args":["a"]}}},"fcmOptions":{"image":"https://a.b/c"},"live_activity_token":"t"}}"#,
        ),
        (r#"{"notification":{"imageUrl":"https://a.b"}}"#, r#"{"notification":{"image":"https://a.b"}}"#),
    ] {
        assert_eq!(checked(given).unwrap(), wanted);
    }
}
