//! `/graphql-config`: which classes the GraphQL API shows, and what of them (`graphql.md` section 2). Kept and checked here;
//! the API that heeds it comes with GraphQL.

use super::{check_writer, single};
use crate::error::{Error, Result};
use crate::model::{Key, Map, Op, Path, Value, wire};
use crate::rest::{Answer, Call};

const CLASS: &str = "_GraphQLConfig";

/// `GET /graphql-config`: what is stored, or `{}`.
///
/// # Errors
/// Those of the database.
pub async fn get(call: &Call) -> Result<Answer> {
    let config = single::read(call, CLASS).await?.and_then(|mut row| row.take("config"));
    Ok(config.map_or_else(Answer::empty, |config| Answer::ok(&config)))
}

/// `PUT /graphql-config`: replaces all of it.
///
/// # Errors
/// 119 with the read-only master key, 107 for a configuration that is none.
pub async fn put(call: &Call, mut body: Map) -> Result<Answer> {
    check_writer(call, "GraphQL config")?;
    let config = match body.take("params") {
        Some(Value::Object(config)) => config,
        Some(value) if value.truthy() => return Err(invalid("must be a valid object")),
        _ => Map::new(),
    };
    check(&config).map_err(|text| invalid(&text))?;
    let value = wire::interior(Value::Object(config))?;
    single::store(call, CLASS, vec![(Path::from("config"), Op::Set(value))]).await?;
    Ok(Answer::raw(br#"{"response":{"result":true}}"#.to_vec()))
}

fn invalid(text: &str) -> Error {
    Error::json(format!("Invalid graphQLConfig: {text}"))
}

type Checked = Result<(), String>;

/// What a value must be, and how that is called.
type Shape = (fn(&Value) -> bool, &'static str);

const TEXTS: Shape = (is_texts, "must be a valid string array");
const FLAG: Shape = (|value| matches!(value, Value::Bool(_)), "must be a boolean");
const TEXT: Shape = (|value| value.as_str().is_some(), "must be a string");
const OBJECT: Shape = (|value| value.as_object().is_some(), "must be a valid object");

fn check(config: &Map) -> Checked {
    only(config, "", &["enabledForClasses", "disabledForClasses", "classConfigs"])?;
    each(config, "", &[("enabledForClasses", TEXTS), ("disabledForClasses", TEXTS)])?;
    match config.get("classConfigs") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(list)) => list.iter().try_for_each(class),
        Some(_) => Err("\"classConfigs\" is not a valid array".into()),
    }
}

fn class(value: &Value) -> Checked {
    let Some(class) = value.as_object() else { return Err("a classConfig must be a valid object".into()) };
    let name = class.get("className").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    let name = name.ok_or("\"className\" must be a valid string")?;
    let wrong = |text: String| format!("classConfig:{name} is invalid because {text}");
    only(class, "", &["className", "type", "query", "mutation"]).map_err(wrong)?;
    each(class, "", &[("type", OBJECT), ("query", OBJECT), ("mutation", OBJECT)]).map_err(wrong)?;
    let part = |key: &str| class.get(key).and_then(Value::as_object);
    part("type").map_or(Ok(()), |map| types(map, name)).map_err(wrong)?;
    part("query").map_or(Ok(()), |map| methods(map, "query", &["find", "get"])).map_err(wrong)?;
    part("mutation").map_or(Ok(()), |map| methods(map, "mutation", &["create", "update", "destroy"])).map_err(wrong)
}

/// Flags, and other names for what they switch.
fn methods(map: &Map, place: &str, names: &[&str]) -> Checked {
    let aliases: Vec<String> = names.iter().map(|name| format!("{name}Alias")).collect();
    let all: Vec<&str> = names.iter().copied().chain(aliases.iter().map(String::as_str)).collect();
    only(map, place, &all)?;
    names.iter().try_for_each(|name| each(map, place, &[(name, FLAG)]))?;
    aliases.iter().try_for_each(|name| each(map, place, &[(name, TEXT)]))
}

fn types(map: &Map, class: &str) -> Checked {
    only(map, "type", &["inputFields", "outputFields", "constraintFields", "sortFields"])?;
    each(map, "type", &[("inputFields", OBJECT), ("outputFields", TEXTS), ("constraintFields", TEXTS)])?;
    match map.get("sortFields") {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => list.iter().try_for_each(sort_field)?,
        Some(_) => return Err("\"sortFields\" must be a valid array.".into()),
    }
    let Some(input) = map.get("inputFields").and_then(Value::as_object) else { return Ok(()) };
    only(input, "inputFields", &["create", "update"])?;
    each(input, "inputFields", &[("create", TEXTS), ("update", TEXTS)])?;
    let create = input.get("create").and_then(Value::as_array);
    let has = |list: &[Value], name: &str| list.iter().any(|item| item.as_str() == Some(name));
    match create {
        Some(list) if class == "_User" && !(has(list, "username") && has(list, "password")) => {
            Err("\"inputFields.create\" must include required fields, username and password".into())
        }
        _ => Ok(()),
    }
}

fn sort_field(value: &Value) -> Checked {
    let Some(map) = value.as_object() else { return Err("a \"sortField\" is not a valid object".into()) };
    only(map, "sortField", &["field", "asc", "desc"])?;
    let flag = |key: &str| matches!(map.get(key), Some(Value::Bool(_)));
    if map.get("field").and_then(Value::as_str).is_none_or(|field| field.trim().is_empty()) {
        return Err("a \"sortField\" did not provide the \"field\" as a string".into());
    }
    if flag("asc") && flag("desc") {
        Ok(())
    } else {
        Err("a \"sortField\" needs \"asc\" or \"desc\" as booleans".into())
    }
}

fn is_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(|item| item.as_str().is_some_and(|text| !text.trim().is_empty())))
}

/// No other keys than these.
fn only(map: &Map, place: &str, known: &[&str]) -> Checked {
    let other: Vec<&str> = map.keys().map(Key::as_str).filter(|key| !known.contains(key)).collect();
    if other.is_empty() {
        return Ok(());
    }
    let place = if place.is_empty() { String::new() } else { format!("\"{place}\" ") };
    Err(format!("{place}encountered invalid keys: [{}]", other.join(",")))
}

/// What is there has its shape; null counts as not there.
fn each(map: &Map, place: &str, shapes: &[(&str, Shape)]) -> Checked {
    for (key, (fits, text)) in shapes {
        if map.get(key).is_some_and(|value| !value.is_null() && !fits(value)) {
            let dot = if place.is_empty() { "" } else { "." };
            return Err(format!("\"{place}{dot}{key}\" {text}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        let Ok(Value::Object(config)) = wire::parse(text.as_bytes(), 20) else { panic!("{text}") };
        check(&config).err()
    }

    #[test]
    fn configurations() {
        for good in [
            "{}",
            r#"{"enabledForClasses":["A"],"disabledForClasses":null,"classConfigs":[]}"#,
            r#"{"classConfigs":[{"className":"A","type":{"inputFields":{"create":["a"]},"outputFields":[],
                "sortFields":[{"field":"a","asc":true,"desc":false}]},"query":{"find":false,"getAlias":"one"},
                "mutation":{"destroy":true}}]}"#,
        ] {
            assert_eq!(said(good), None, "{good}");
        }
        for (bad, part) in [
            (r#"{"x":1}"#, "invalid keys: [x]"),
            (r#"{"enabledForClasses":"A"}"#, "enabledForClasses"),
            (r#"{"classConfigs":{}}"#, "classConfigs"),
            (r#"{"classConfigs":[{"className":" "}]}"#, "className"),
            (r#"{"classConfigs":[{"className":"A","query":{"find":1}}]}"#, "query.find"),
            (r#"{"classConfigs":[{"className":"A","mutation":{"find":true}}]}"#, "invalid keys: [find]"),
            (r#"{"classConfigs":[{"className":"A","type":{"sortFields":[{"field":"a"}]}}]}"#, "booleans"),
            (r#"{"classConfigs":[{"className":"_User","type":{"inputFields":{"create":["username"]}}}]}"#, "password"),
        ] {
            assert!(said(bad).is_some_and(|text| text.contains(part)), "{bad}: {:?}", said(bad));
        }
    }
}
