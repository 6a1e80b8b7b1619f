//! The part of a message for Android devices.

use super::{Checked, image_url, label, lacks_key, part, rename, texts};
use crate::model::{Map, Value};

/// `android`
pub(super) fn config(android: &mut Map) -> Checked {
    duration(android, "ttl", "TTL must be a non-negative duration in milliseconds")?;
    texts(android, "data", "android.data")?;
    part(android, "notification", "android.notification", notification)?;
    part(android, "fcmOptions", "fcmOptions", |options| label(options))?;
    rename(
        android,
        &[
            ("collapseKey", "collapse_key"),
            ("restrictedPackageName", "restricted_package_name"),
            ("directBootOk", "direct_boot_ok"),
        ],
    );
    Ok(())
}

fn notification(notification: &mut Map) -> Checked {
    if notification.get("color").is_some_and(|color| colour(color).is_none_or(|(_, digits)| digits != 6)) {
        return Err("android.notification.color must be in the form #RRGGBB".into());
    }
    for (args, key) in [("bodyLocArgs", "bodyLocKey"), ("titleLocArgs", "titleLocKey")] {
        if lacks_key(notification, args, key) {
            return Err(format!("android.notification.{key} is required when specifying {args}"));
        }
    }
    image_url(notification, "android.notification.imageUrl")?;
    if notification.contains_key("eventTimestamp") {
        // JSON knows no dates, so none can be one.
        return Err("android.notification.eventTimestamp must be a valid `Date` object".into());
    }
    vibration(notification)?;
    for (key, before) in [("priority", "PRIORITY_"), ("proxy", ""), ("visibility", "")] {
        match notification.get(key) {
            None => {}
            Some(Value::String(word)) => drop(notification.set(key, format!("{before}{}", word.to_uppercase()).into())),
            Some(_) => return Err(format!("android.notification.{key} must be a string")),
        }
    }
    part(notification, "lightSettings", "android.notification.lightSettings", lights)?;
    rename(notification, &NAMES);
    Ok(())
}

/// What the keys of a notification are called on the wire.
const NAMES: [(&str, &str); 15] = [
    ("clickAction", "click_action"),
    ("bodyLocKey", "body_loc_key"),
    ("bodyLocArgs", "body_loc_args"),
    ("titleLocKey", "title_loc_key"),
    ("titleLocArgs", "title_loc_args"),
    ("channelId", "channel_id"),
    ("imageUrl", "image"),
    ("localOnly", "local_only"),
    ("priority", "notification_priority"),
    ("vibrateTimingsMillis", "vibrate_timings"),
    ("defaultVibrateTimings", "default_vibrate_timings"),
    ("defaultSound", "default_sound"),
    ("lightSettings", "light_settings"),
    ("defaultLightSettings", "default_light_settings"),
    ("notificationCount", "notification_count"),
];

fn vibration(notification: &mut Map) -> Checked {
    let wrong = |what: &str| Err(format!("android.notification.vibrateTimingsMillis must be {what}"));
    let timings = match notification.get("vibrateTimingsMillis") {
        None => return Ok(()),
        Some(Value::Array(list)) if !list.is_empty() => list.iter().map(written).collect::<Option<Vec<_>>>(),
        Some(_) => return wrong("a non-empty array of numbers"),
    };
    let Some(timings) = timings else { return wrong("non-negative durations in milliseconds") };
    notification.set("vibrateTimingsMillis", timings.into());
    Ok(())
}

fn lights(lights: &mut Map) -> Checked {
    for key in ["lightOnDurationMillis", "lightOffDurationMillis"] {
        let wrong = format!("android.notification.lightSettings.{key} must be a non-negative duration in milliseconds");
        if !lights.contains_key(key) {
            return Err(wrong);
        }
        duration(lights, key, &wrong)?;
    }
    let Some((rgba, _)) = lights.get("color").and_then(colour) else {
        return Err("android.notification.lightSettings.color must be in the form #RRGGBB or #RRGGBBAA format".into());
    };
    let share = |shift: u32| Value::from(f64::from(rgba >> shift & 0xff) / 255.0);
    let parts = [("red", share(24)), ("green", share(16)), ("blue", share(8)), ("alpha", share(0))];
    lights.set("color", Map::from(parts).into());
    rename(lights, &[("lightOnDurationMillis", "light_on_duration"), ("lightOffDurationMillis", "light_off_duration")]);
    Ok(())
}

/// `#RRGGBB` or `#RRGGBBAA` as a number, and how many digits it has.
fn colour(value: &Value) -> Option<(u32, usize)> {
    let digits = value.as_str()?.strip_prefix('#')?;
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    match digits.len() {
        6 => Some((number << 8 | 0xff, 6)),
        8 => Some((number, 8)),
        _ => None,
    }
}

/// Writes milliseconds as a duration, if they are there.
fn duration(map: &mut Map, key: &str, wrong: &str) -> Checked {
    match map.get(key).map(written) {
        None => Ok(()),
        Some(Some(text)) => {
            map.set(key, text);
            Ok(())
        }
        Some(None) => Err(wrong.to_owned()),
    }
}

/// Milliseconds as the wire has durations: `3600s`, `1.500000000s`.
fn written(ms: &Value) -> Option<Value> {
    let ms = ms.as_number().filter(|ms| *ms >= 0.0 && ms.is_finite())?;
    let seconds = (ms / 1000.0).floor();
    let nanos = ((ms - seconds * 1000.0) * 1_000_000.0).floor();
    Some(if nanos > 0.0 { format!("{seconds}.{nanos:09}s") } else { format!("{seconds}s") }.into())
}
