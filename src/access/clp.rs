//! Class level permissions: may this caller do this to objects of this class at all (`objects.md` section 7)?

use super::Subject;
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Constraint, FieldType, Filter, Map, Pointer, Value};

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Query objects.
    Find,
    /// Read one object by its id.
    Get,
    /// Count objects.
    Count,
    /// Store a new object.
    Create,
    /// Change an object.
    Update,
    /// Delete an object.
    Delete,
    /// Bring a column along that the class does not have.
    AddField,
}

impl Action {
    /// The name in class level permissions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Get => "get",
            Self::Count => "count",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::AddField => "addField",
        }
    }

    const fn reads(self) -> bool {
        matches!(self, Self::Find | Self::Get | Self::Count)
    }
}

/// The outcome of a check that did not refuse.
#[derive(Debug, Clone, PartialEq)]
pub enum Granted {
    /// Any object, as far as its own ACL allows.
    All,
    /// Only objects that match: those that point to the caller.
    Some(Filter),
}

impl Granted {
    /// The same, and only objects that match.
    #[must_use]
    pub fn within(self, filter: Option<Filter>) -> Self {
        match (self, filter) {
            (granted, None) => granted,
            (Self::All, Some(filter)) => Self::Some(filter),
            (Self::Some(own), Some(filter)) => Self::Some(filter.and(own)),
        }
    }
}

/// Checks an action. `updating` says, for [`Action::AddField`], whether the object is there already.
///
/// # Errors
/// 101 for a caller who would have to log in, 119 for everybody else who is refused.
pub fn check(schema: &ClassSchema, subject: &Subject, action: Action, updating: bool) -> Result<Granted> {
    let (Some(groups), Some(clp)) = (subject.groups(), &schema.clp) else { return Ok(Granted::All) };
    let nothing = Map::new();
    let entries = clp.get(action.name()).and_then(Value::as_object).unwrap_or(&nothing);
    // Only `true` lets in: `pointerFields` holds a list, and may be the id of a user.
    if groups.iter().any(|group| matches!(entries.get(group), Some(Value::Bool(true)))) {
        return Ok(Granted::All);
    }
    let logged_in = entries.get("requiresAuthentication").is_some_and(Value::truthy);
    if logged_in && subject.user().is_none() {
        return Err(Error::denied(Code::ObjectNotFound, "Permission denied, user needs to be authenticated."));
    }
    let fields = pointer_fields(clp, entries, action, updating);
    if fields.is_empty() || action == Action::Create {
        if logged_in {
            return Ok(Granted::All);
        }
        return Err(Error::denied(
            Code::OperationForbidden,
            format!("Permission denied for action {} on class {}.", action.name(), schema.name),
        ));
    }
    // A get tells a caller without a user that there is nothing, also where it is part of a larger query.
    if subject.user().is_none() && action == Action::Get {
        return Err(Error::not_found());
    }
    Ok(Granted::Some(pointing_at(schema, &fields, subject.user())))
}

/// The columns through which objects may be reached, where the action as such is not open to the caller.
fn pointer_fields(clp: &Map, entries: &Map, action: Action, updating: bool) -> Vec<String> {
    let list = |map: &Map, key: &str| -> Vec<String> {
        let list = map.get(key).and_then(Value::as_array).unwrap_or_default();
        list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    let mut fields = list(clp, if action.reads() { "readUserFields" } else { "writeUserFields" });
    if action != Action::AddField || updating {
        fields.extend(list(entries, "pointerFields"));
    }
    fields.dedup();
    fields
}

/// Objects with the user in one of the columns; without a user there are none.
fn pointing_at(schema: &ClassSchema, fields: &[String], user: Option<&str>) -> Filter {
    let Some(user) = user else { return Filter::none() };
    let pointer = Value::Pointer(Pointer { class: "_User".to_owned(), id: user.to_owned() });
    let field = |name: &String| {
        let constraint = match schema.field_type(name) {
            Some(FieldType::Array) => Constraint::All(vec![pointer.clone()]),
            Some(FieldType::Pointer(_) | FieldType::Object) => Constraint::Eq(pointer.clone()),
            _ => Constraint::Never,
        };
        Filter::Field(name.as_str().into(), vec![constraint])
    };
    match fields {
        [one] => field(one),
        many => Filter::Or(many.iter().map(field).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn a_user_whose_id_is_a_word_of_permissions_gets_no_rights_by_it() {
        let mut schema = ClassSchema::new("A");
        let clp = wire::parse(br#"{"find":{"pointerFields":["owner"]}}"#, 9).unwrap();
        schema.clp = clp.as_object().cloned();
        let subject = |user: &str| Subject::Client { user: Some(user.to_owned()), roles: Vec::new() };
        let find = |user| check(&schema, &subject(user), Action::Find, false);
        assert!(matches!(find("pointerFields"), Ok(Granted::Some(_))));
        assert!(matches!(find("someone"), Ok(Granted::Some(_))));
        assert!(matches!(check(&schema, &Subject::Master, Action::Find, false), Ok(Granted::All)));
    }
}
