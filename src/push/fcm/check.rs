//! What the Firebase client refuses in a message, and the names that it gives to keys: what is sent is what it would have sent.

mod android;
mod apple;

use crate::model::{Map, Value};

/// What is wrong, in the words of the Firebase client.
type Checked = Result<(), String>;

/// Checks a message, and gives keys and values the form that they have on the wire.
///
/// # Errors
/// What is wrong with it.
pub fn message(message: &mut Map) -> Checked {
    texts(message, "data", "data")?;
    part(message, "android", "android", android::config)?;
    part(message, "webpush", "webpush", |webpush| {
        texts(webpush, "headers", "webpush.headers")?;
        texts(webpush, "data", "webpush.data")
    })?;
    part(message, "apns", "apns", apple::config)?;
    part(message, "fcmOptions", "fcmOptions", |options| label(options))?;
    part(message, "notification", "notification", |notification| {
        image(notification, "notification.imageUrl", "Notification")
    })
}

/// Checks what stands under a key, which must be an object if it is there.
fn part(map: &mut Map, key: &str, name: &str, check: impl FnOnce(&mut Map) -> Checked) -> Checked {
    match map.get_mut(key) {
        None => Ok(()),
        Some(Value::Object(part)) => check(part),
        Some(_) => Err(format!("{name} must be a non-null object")),
    }
}

/// An object of texts, if it is there.
fn texts(map: &mut Map, key: &str, name: &str) -> Checked {
    part(map, key, name, |texts| match texts.values().all(|value| value.as_str().is_some()) {
        true => Ok(()),
        false => Err(format!("{name} must only contain string values")),
    })
}

fn label(options: &Map) -> Checked {
    match options.get("analyticsLabel") {
        None | Some(Value::String(_)) => Ok(()),
        Some(_) => Err("analyticsLabel must be a string value".into()),
    }
}

/// `imageUrl`, which is `image` on the wire.
fn image(map: &mut Map, name: &str, kind: &str) -> Checked {
    image_url(map, name)?;
    rename_once(map, &[("imageUrl", "image")], kind)
}

fn image_url(map: &Map, name: &str) -> Checked {
    match map.get("imageUrl").is_none_or(is_url) {
        true => Ok(()),
        false => Err(format!("{name} must be a valid URL string")),
    }
}

fn is_url(value: &Value) -> bool {
    const SIGNS: &[u8] = b":/?#[]@!$&'()*+,;=.-_~%";
    let Some(text) = value.as_str() else { return false };
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || SIGNS.contains(&byte))
        && url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

/// Gives keys other names; a value under the old name comes before one under the new one.
fn rename(map: &mut Map, names: &[(&str, &str)]) {
    for (old, new) in names {
        if let Some(value) = map.take(old) {
            map.set(*new, value);
        }
    }
}

/// [`rename`], where there may be a value under one name alone.
fn rename_once(map: &mut Map, names: &[(&str, &str)], kind: &str) -> Checked {
    match names.iter().find(|(old, new)| map.contains_key(old) && map.contains_key(new)) {
        Some((old, _)) => Err(format!("Multiple specifications for {old} in {kind}")),
        None => {
            rename(map, names);
            Ok(())
        }
    }
}

/// Is there a list of arguments, but no key of the text that they belong to?
fn lacks_key(map: &Map, args: &str, key: &str) -> bool {
    let given = map.get(args).and_then(Value::as_array).is_some_and(|args| !args.is_empty());
    given && map.get(key).and_then(Value::as_str).is_none_or(str::is_empty)
}

/// What counts as yes is 1; everything else is left out.
fn one_or_none(map: &mut Map, key: &str) {
    match map.get(key) {
        Some(Value::Bool(true)) => drop(map.set(key, 1.0.into())),
        Some(Value::Number(1.0)) | None => {}
        Some(_) => drop(map.take(key)),
    }
}

#[cfg(test)]
mod tests;
