//! The part of a message for Apple's devices.

use super::{Checked, image, label, lacks_key, one_or_none, part, rename, rename_once, texts};
use crate::model::{Map, Value};

/// `apns`
pub(super) fn config(apns: &mut Map) -> Checked {
    match apns.get("liveActivityToken") {
        None => {}
        Some(Value::String(token)) if !token.is_empty() => {}
        Some(Value::String(_)) => return Err("apns.liveActivityToken must be a non-empty string".into()),
        Some(_) => return Err("apns.liveActivityToken must be a string value".into()),
    }
    texts(apns, "headers", "apns.headers")?;
    part(apns, "payload", "apns.payload", |payload| part(payload, "aps", "apns.payload.aps", aps))?;
    part(apns, "fcmOptions", "fcmOptions", |options| {
        label(options)?;
        image(options, "imageUrl", "ApnsFcmOptions")
    })?;
    rename(apns, &[("liveActivityToken", "live_activity_token")]);
    Ok(())
}

fn aps(aps: &mut Map) -> Checked {
    const NAMES: [(&str, &str); 3] =
        [("contentAvailable", "content-available"), ("mutableContent", "mutable-content"), ("threadId", "thread-id")];
    match aps.get_mut("alert") {
        None | Some(Value::String(_)) => {}
        Some(Value::Object(parts)) => alert(parts)?,
        Some(_) => return Err("apns.payload.aps.alert must be a string or a non-null object".into()),
    }
    match aps.get_mut("sound") {
        None => {}
        Some(Value::String(name)) if !name.is_empty() => {}
        Some(Value::Object(parts)) => sound(parts)?,
        Some(_) => return Err("apns.payload.aps.sound must be a non-empty string or a non-null object".into()),
    }
    rename_once(aps, &NAMES, "Aps")?;
    one_or_none(aps, "content-available");
    one_or_none(aps, "mutable-content");
    Ok(())
}

fn alert(alert: &mut Map) -> Checked {
    for (args, key) in [("locArgs", "locKey"), ("titleLocArgs", "titleLocKey"), ("subtitleLocArgs", "subtitleLocKey")] {
        if lacks_key(alert, args, key) {
            return Err(format!("apns.payload.aps.alert.{key} is required when specifying {args}"));
        }
    }
    rename(
        alert,
        &[
            ("locKey", "loc-key"),
            ("locArgs", "loc-args"),
            ("titleLocKey", "title-loc-key"),
            ("titleLocArgs", "title-loc-args"),
            ("subtitleLocKey", "subtitle-loc-key"),
            ("subtitleLocArgs", "subtitle-loc-args"),
            ("actionLocKey", "action-loc-key"),
            ("launchImage", "launch-image"),
        ],
    );
    Ok(())
}

fn sound(sound: &mut Map) -> Checked {
    if sound.get("name").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err("apns.payload.aps.sound.name must be a non-empty string".into());
    }
    match sound.get("volume") {
        None => {}
        Some(Value::Number(volume)) if (0.0..=1.0).contains(volume) => {}
        Some(Value::Number(_)) => return Err("apns.payload.aps.sound.volume must be in the interval [0, 1]".into()),
        Some(_) => return Err("apns.payload.aps.sound.volume must be a number".into()),
    }
    one_or_none(sound, "critical");
    Ok(())
}
