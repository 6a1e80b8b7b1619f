//! A where clause in wire form to a [`Filter`], with Parse Server's checks in its order (`queries.md` sections 2 and 3).
//!
//! Sub-queries and relation constraints are gone from the clause by now.

use super::atom::Atoms;
use super::{Constraint, Filter, constraint, text};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Date, FieldType, Map, Path, Value, js, names, wire};

/// What a where clause is read against.
pub struct Context<'a> {
    /// The class.
    pub schema: &'a ClassSchema,
    /// May internal columns be named? For the master and the maintenance key.
    pub internals: bool,
    /// Is `$regex` allowed?
    pub allow_regex: bool,
    /// How deep `$or`, `$and`, `$nor` may lie in each other.
    pub max_depth: Option<u64>,
    /// Is the query a count? `$nearSphere` becomes a circle then.
    pub count: bool,
    /// Now, for `$relativeTime`.
    pub now: Date,
}

/// Internal columns that the master key may query.
const INTERNAL_KEYS: [&str; 10] = [
    "_email_verify_token",
    "_perishable_token",
    "_perishable_token_expires_at",
    "_email_verify_token_expires_at",
    "_failed_login_count",
    "_account_lockout_expires_at",
    "_password_changed_at",
    "_password_history",
    "_tombstone",
    "_session_token",
];

/// Reads a where clause.
///
/// # Errors
/// 102, 105 and 107 as `queries.md` sections 2 and 3 have them.
pub fn parse(clause: &Map, context: &Context<'_>) -> Result<Filter> {
    check(clause, context, 0)?;
    let filter = filter(clause, context)?;
    text::check(&filter)?;
    Ok(filter)
}

/// The columns that a clause names, as conditions that ask nothing of them: what is wrong with a clause is told only to who may
/// ask about these.
pub fn named(clause: &Map) -> Filter {
    let branches = |list: &Value| {
        let list = list.as_array().unwrap_or_default();
        Filter::And(list.iter().filter_map(Value::as_object).map(named).collect())
    };
    let all = clause.iter().map(|(key, value)| match key.as_str() {
        "$or" | "$and" | "$nor" => branches(value),
        key => Filter::Field(Path::from(key), Vec::new()),
    });
    Filter::And(all.collect())
}

/// The checks that come before anything is translated.
fn check(clause: &Map, context: &Context<'_>, depth: u64) -> Result<()> {
    if let Some(max) = context.max_depth.filter(|max| depth > *max) {
        return Err(Error::query(format!("Query condition nesting depth exceeds maximum allowed depth of {max}")));
    }
    if clause.get("ACL").is_some_and(Value::truthy) {
        return Err(Error::query("Cannot query on ACL."));
    }
    for (key, value) in clause {
        match key.as_str() {
            "$or" | "$and" | "$nor" => {
                if value.as_array().is_none() && !context.internals {
                    return Err(Error::denied(Code::InvalidQuery, format!("{key} must be an array")));
                }
                let list = value.as_array().filter(|l| key != "$nor" || !l.is_empty()).ok_or_else(|| bad_list(key))?;
                for one in list {
                    check(one.as_object().ok_or_else(|| bad_list(key))?, context, depth + 1)?;
                }
            }
            _ => check_key(key, value, context)?,
        }
    }
    Ok(())
}

fn bad_list(key: &str) -> Error {
    Error::query(match key {
        "$nor" => "Bad $nor format - use an array of at least 1 value.".to_owned(),
        _ => format!("Bad {key} format - use an array value."),
    })
}

fn check_key(key: &str, value: &Value, context: &Context<'_>) -> Result<()> {
    if let Some(constraint) = value.as_object().filter(|c| c.contains_key("$regex")) {
        if !context.allow_regex {
            return Err(Error::query("$regex operator is not allowed"));
        }
        check_regex(constraint)?;
    }
    let special = matches!(key, "_rperm" | "_wperm") || (context.internals && INTERNAL_KEYS.contains(&key));
    if !special && !names::is_query_key(key) {
        return Err(Error::new(Code::InvalidKeyName, format!("Invalid key name: {key}")));
    }
    Ok(())
}

fn check_regex(constraint: &Map) -> Result<()> {
    if !matches!(constraint.get("$regex"), Some(Value::String(_))) {
        return Err(Error::query("$regex value must be a string"));
    }
    match constraint.get("$options") {
        None => Ok(()),
        Some(Value::String(options)) if !options.is_empty() && options.bytes().all(|b| b"imxsu".contains(&b)) => Ok(()),
        Some(Value::String(options)) => Err(Error::query(format!("Bad $options value for query: {options}"))),
        Some(_) => Err(Error::query("$options value must be a string")),
    }
}

fn filter(clause: &Map, context: &Context<'_>) -> Result<Filter> {
    let mut all = Vec::with_capacity(clause.len());
    for (key, value) in clause {
        match key.as_str() {
            // What a client says of the read list never reaches the database: the plan brings the caller's own.
            "_rperm" if !context.internals => {}
            "$or" => all.push(Filter::Or(filters(value, context)?)),
            "$and" => all.push(Filter::And(filters(value, context)?)),
            "$nor" => all.push(Filter::Nor(filters(value, context)?)),
            _ => all.push(field(key, value, context)?),
        }
    }
    Ok(match all.len() {
        1 => all.pop().unwrap_or(Filter::all()),
        _ => Filter::And(all),
    })
}

fn filters(list: &Value, context: &Context<'_>) -> Result<Vec<Filter>> {
    let list = list.as_array().unwrap_or_default();
    if list.is_empty() {
        return Err(Error::query("$and/$or/$nor must be a nonempty array"));
    }
    list.iter().filter_map(Value::as_object).map(|clause| filter(clause, context)).collect()
}

fn field(key: &str, value: &Value, context: &Context<'_>) -> Result<Filter> {
    let path = Path::from(key);
    if key == "objectId" && matches!(value, Value::Array(_)) {
        return Ok(Filter::Field(path, vec![Constraint::Never]));
    }
    let atoms = Atoms { column: context.schema.field_type(key), dotted: path.is_dotted() };
    if let Some(date) = plain_date(key, value) {
        return Ok(Filter::Field(path, vec![Constraint::Eq(Value::Date(date))]));
    }
    if let Some(found) = constraint::parse(&path, value, &atoms, context)? {
        return Ok(found);
    }
    let constraint = if atoms.column == Some(&FieldType::Array) && value.as_array().is_none() {
        Constraint::All(vec![atoms.interior(value)?])
    } else {
        match atoms.direct(value)? {
            Some(constraint) => constraint,
            None => return Err(Error::json(format!("You cannot use {} as a query parameter.", js::text(value)))),
        }
    };
    Ok(Filter::Field(path, vec![constraint]))
}

/// Dates that a query may give as plain text.
fn plain_date(key: &str, value: &Value) -> Option<Date> {
    match key {
        "createdAt"
        | "updatedAt"
        | "expiresAt"
        | "lastUsed"
        | "_perishable_token_expires_at"
        | "_email_verify_token_expires_at"
        | "_account_lockout_expires_at"
        | "_password_changed_at" => match value {
            Value::String(text) => Date::parse(text),
            Value::Object(_) if value.wire_type() == Some("Date") => match wire::field(value.clone()) {
                Ok(Value::Date(date)) => Some(date),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
