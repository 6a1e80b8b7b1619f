//! What can be seen of a row by itself: its form, its names and types, and what Parse's own classes ask for.

use super::findings::Findings;
use super::{Setting, kinds, mend, odd};
use crate::model::schema::infer;
use crate::model::{ClassSchema, Field, FieldType, Key, Map, ParseObject, Value, names};
use crate::storage::{Index, RowSet};

/// The longest key that an index of an older MongoDB takes, bytes.
const LONGEST_KEY: usize = 1024;

/// The objects of a page; rows that cannot be read, and the form of the others, are noted.
pub fn read(schema: &ClassSchema, page: &dyn RowSet, setting: &Setting, found: &mut Findings) -> Vec<ParseObject> {
    let mut objects = Vec::with_capacity(page.len());
    for row in 0..page.len() {
        let id = page.id(row).unwrap_or_default();
        for odd in page.odd(row) {
            odd::of_row(&schema.name, &id, odd, setting, found);
        }
        match page.object(row) {
            Ok(object) => objects.push(object),
            Err(error) => found.note(&kinds::UNREADABLE, (&schema.name, None), Some(&id), || {
                let why = error.to_string();
                (why.clone(), unreadable(&schema.name, &id, &why, setting))
            }),
        }
    }
    objects
}

/// What makes a row readable again: away with the key that nobody knows, or with the row.
fn unreadable(class: &str, id: &str, why: &str, setting: &Setting) -> String {
    let key = why.split_once("bad key in untransform: ").map(|(_, key)| key);
    match key {
        Some(key) => {
            let call = format!("updateOne({{_id: {}}}, {{$unset: {{{}: \"\"}}}})", mend::text(id), mend::text(key));
            setting.shell(class, &call)
        }
        None if setting.prefix.is_some() => setting.shell(class, &format!("findOne({{_id: {}}})", mend::text(id))),
        None => mend::delete(class, id),
    }
}

/// Notes what is wrong with an object.
pub fn look(schema: &ClassSchema, indexes: &[Index], object: &ParseObject, setting: &Setting, found: &mut Findings) {
    let class = schema.name.as_str();
    for (key, value) in &object.fields {
        column(schema, (key, value), object, setting, found);
    }
    for index in indexes {
        long_key(class, index, object, found);
    }
    match class {
        "_User" => user(object, found),
        "_Session" => session(object, setting, found),
        _ => {}
    }
}

fn column(
    schema: &ClassSchema,
    (key, value): (&Key, &Value),
    object: &ParseObject,
    setting: &Setting,
    found: &mut Findings,
) {
    let (class, key, id) = (schema.name.as_str(), key.as_str(), Some(object.id.as_str()));
    let place = (class, Some(key));
    let known = schema.field_type(key);
    if known.is_none() && !names::is_valid_field(key) {
        return found.note(&kinds::BAD_NAME, place, id, || (String::new(), rename(class, key, setting)));
    }
    let is = match infer(value) {
        Ok(None) => return,
        Ok(Some(ty)) => Ok(ty),
        Err(error) => Err(error.to_string()),
    };
    match (known, is) {
        (Some(known), Ok(ty)) if *known == ty => {}
        (Some(known), is) => found.note(&kinds::WRONG_TYPE, place, id, || {
            let is = is.map_or_else(|why| why, |ty| ty.to_string());
            (format!("{is} in place of {known}"), mend::set(class, &object.id, key, mend::deletion()))
        }),
        (None, is) => found.note(&kinds::UNKNOWN_COLUMN, place, id, || {
            let ty = is.unwrap_or(FieldType::Object);
            let column = Map::from([(key, Field::new(ty.clone()).to_wire())]);
            let body = Map::from([("fields", Value::Object(column))]);
            (ty.to_string(), mend::curl("PUT", &["schemas", class], Some(Value::Object(body))))
        }),
    }
}

/// Another name for a column, in the database itself: no request may say the old one.
fn rename(class: &str, key: &str, setting: &Setting) -> String {
    let good: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let good = if names::is_valid_field(&good) { good } else { format!("x{good}") };
    setting.shell(class, &format!("updateMany({{}}, {{$rename: {{{}: {}}}}})", mend::text(key), mend::text(&good)))
}

fn long_key(class: &str, index: &Index, object: &ParseObject, found: &mut Findings) {
    let column = |key: &str| key.strip_prefix("_p_").unwrap_or(key).to_owned();
    let numbered = index.keys.iter().filter(|(_, kind)| kind.as_number().is_some());
    let columns: Vec<String> = numbered.map(|(key, _)| column(key.as_str())).collect();
    let length: usize = columns.iter().map(|column| object.fields.get(column).map_or(0, longest)).sum();
    if length <= LONGEST_KEY {
        return;
    }
    found.note(&kinds::LONG_KEY, (class, Some(&columns.join("+"))), Some(&object.id), || {
        let gone = Map::from([(index.name.as_str(), mend::deletion())]);
        let body = Map::from([("indexes", Value::Object(gone))]);
        (format!("{length} bytes in {}", index.name), mend::curl("PUT", &["schemas", class], Some(Value::Object(body))))
    });
}

/// How long a key of an index becomes with a value; of a list each element makes one.
fn longest(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(|value| value.as_str().map_or(0, str::len)).max().unwrap_or(0),
        _ => 0,
    }
}

fn user(user: &ParseObject, found: &mut Findings) {
    let id = Some(user.id.as_str());
    let name = user.fields.get("username").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() {
        found.note(&kinds::USER_WITHOUT_NAME, ("_User", None), id, || {
            (String::new(), mend::set("_User", &user.id, "username", Value::from(user.id.as_str())))
        });
    }
    if user.internal.contains_key("_session_token") {
        found.note(&kinds::LEGACY_TOKEN, ("_User", None), id, || {
            let exchange = r#"curl -X POST "$SERVER_URL/upgradeToRevocableSession" -H "X-Parse-Application-Id: $APP_ID" -H "X-Parse-Session-Token: $OLD_TOKEN""#;
            (String::new(), exchange.to_owned())
        });
    }
}

fn session(session: &ParseObject, setting: &Setting, found: &mut Findings) {
    let mut note = |kind, what: &str| {
        let tell = || (what.to_owned(), mend::delete("_Session", &session.id));
        found.note(kind, ("_Session", None), Some(&session.id), tell);
    };
    if session.fields.get("sessionToken").and_then(Value::as_str).unwrap_or_default().is_empty() {
        note(&kinds::SESSION_WITHOUT_TOKEN, "");
    }
    if !matches!(session.fields.get("user"), Some(Value::Pointer(_))) {
        note(&kinds::ORPHANED_SESSION, "it names no user");
    }
    if let Some(Value::Date(until)) = session.fields.get("expiresAt")
        && *until < setting.now
    {
        note(&kinds::EXPIRED_SESSION, &until.iso());
    }
}
