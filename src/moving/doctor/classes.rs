//! What can be seen of a class without its rows: its name, its columns' names, and who may do what.

use super::findings::Findings;
use super::{Setting, kinds, mend};
use crate::model::{ClassSchema, Map, Value, names};

/// What everybody may do with a class only if that is meant.
const WRITES: [&str; 4] = ["create", "update", "delete", "addField"];

/// Notes what is wrong with a class.
pub fn look(class: &ClassSchema, setting: &Setting, found: &mut Findings) {
    let name = class.name.as_str();
    if !names::is_valid_class(name) {
        let good: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let call = format!("renameCollection({})", mend::text(&setting.collection(&format!("X{good}"))));
        found.note(&kinds::BAD_NAME, (name, None), None, || (String::new(), setting.shell(name, &call)));
    }
    let own = ClassSchema::new(name);
    let is_bad = |column: &&String| !own.fields.contains_key(*column) && !names::is_valid_field(column);
    for column in class.fields.keys().filter(is_bad) {
        found.note(&kinds::BAD_NAME, (name, Some(column)), None, || {
            let call =
                format!("updateOne({{_id: {}}}, {{$unset: {{{}: \"\"}}}})", mend::text(name), mend::text(column));
            ("in the schema".to_owned(), setting.shell("_SCHEMA", &call))
        });
    }
    // Parse's own classes have rules of their own.
    if !names::is_system_class(name) {
        permissions(class, found);
    }
}

fn permissions(class: &ClassSchema, found: &mut Findings) {
    let name = class.name.as_str();
    let command = |clp: Map| {
        let body = Map::from([("classLevelPermissions", Value::Object(clp))]);
        mend::curl("PUT", &["schemas", name], Some(Value::Object(body)))
    };
    let Some(clp) = &class.clp else {
        let users = || Value::Object(Map::from([("requiresAuthentication", Value::Bool(true))]));
        let all = ["find", "get", "count", "create", "update", "delete"].map(|action| (action, users()));
        return found.note(&kinds::NO_CLP, (name, None), None, || (String::new(), command(all.into_iter().collect())));
    };
    let is_public = |action: &&str| clp.get(action).and_then(Value::as_object).is_some_and(|who| who.contains_key("*"));
    let public: Vec<&str> = WRITES.into_iter().filter(is_public).collect();
    if !public.is_empty() {
        found.note(&kinds::PUBLIC_WRITES, (name, None), None, || {
            let mut closed = clp.clone();
            for action in &public {
                if let Some(Value::Object(who)) = closed.get_mut(action) {
                    who.take("*");
                    who.set("requiresAuthentication", Value::Bool(true));
                }
            }
            closed.set("addField", Value::Object(Map::new()));
            (public.join(", "), command(closed))
        });
    }
}
