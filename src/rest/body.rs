//! What create and update have in common: a body in wire form to what is stored.

use super::Call;
use crate::access::Join;
use crate::error::{Code, Error, Result};
use crate::model::{Acl, Map, Op, Path, Value, wire};
use crate::schema::check::Kind;

/// The keys and values of a body; a list or a text counts as an object with its indices as keys, as JavaScript has it.
///
/// # Errors
/// 107 for what has no keys at all.
pub fn entries(body: Value) -> Result<Map> {
    let indexed = |(i, value): (usize, Value)| (i.to_string(), value);
    match body {
        Value::Object(map) => Ok(map),
        Value::Array(list) => Ok(list.into_iter().enumerate().map(indexed).collect()),
        Value::String(text) => Ok(text.chars().map(|c| Value::String(c.into())).enumerate().map(indexed).collect()),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::json("the body must be an object")),
    }
}

/// The permissions that a body asks for, with all rights for the owner where it stands in them; falsy ones are no wish at all.
///
/// # Errors
/// 123 for the entry that the SDKs send for a user without an id yet, and for one without flags; 121 for an entry that MongoDB
/// could not hold.
pub fn take_acl(body: &mut Map, owner: Option<&str>) -> Result<Option<Acl>> {
    let Some(mut wish) = body.take("ACL").filter(Value::truthy) else { return Ok(None) };
    if let (Some(owner), Value::Object(entries)) = (owner, &mut wish)
        && let Some(flags) = entries.get_mut(owner)
    {
        *flags = Value::Object(Map::from([("read", Value::Bool(true)), ("write", Value::Bool(true))]));
    }
    let entries = wish.as_object().into_iter().flatten();
    if entries.clone().any(|(entry, flags)| entry == "*unresolved" || flags.is_null()) {
        return Err(Error::new(Code::InvalidAcl, "Invalid ACL."));
    }
    if entries.clone().any(|(entry, _)| entry.contains(['$', '.'])) {
        return Err(Error::new(Code::InvalidNestedKey, "Nested keys should not contain the '$' or '.' characters"));
    }
    let acl = Acl::from_wire(&wish);
    if acl.read.iter().chain(&acl.write).any(|entry| entry.contains('\u{1}')) {
        return Err(Error::new(Code::InvalidAcl, "Invalid ACL."));
    }
    Ok(Some(acl))
}

/// The body as operations on paths, and as changes to relations.
#[derive(Debug, Default)]
pub struct Changes {
    /// In the order of the body.
    pub ops: Vec<(Path, Op)>,
    /// Entries to add to relations and to remove.
    pub joins: Vec<Join>,
}

/// Types a body, which fits its class.
///
/// # Errors
/// 107, 108, 111 and 121 as `objects.md` has them.
pub fn changes(body: Map, kind: Kind) -> Result<Changes> {
    let mut out = Changes::default();
    check_dotted(&body)?;
    for (key, value) in body {
        let path = Path::from(key.as_str());
        match wire::op(value, !kind.updating, path.is_dotted())? {
            Op::Relate { add, remove } => {
                let join = |related: String, add: bool| Join { field: key.to_string(), related, add };
                out.joins.extend(add.into_iter().map(|p| join(p.id, true)));
                out.joins.extend(remove.into_iter().map(|p| join(p.id, false)));
            }
            // A relation in wire form says nothing: the column is made up on reading.
            Op::Set(Value::Relation(_)) => {}
            op => out.ops.push((path, op)),
        }
    }
    Ok(out)
}

/// A dotted key needs a name at each step, may not lead deeper than a body may be nested, together with the value that it sets,
/// and a body cannot change a field and something below it: which comes first is not said.
fn check_dotted(body: &Map) -> Result<()> {
    for (key, value) in body.iter().filter(|(key, _)| key.bytes().any(|b| b == b'.')) {
        if key.split('.').skip(1).count().saturating_add(value.depth()) > wire::MAX_DEPTH {
            let root = Path::from(key.as_str()).root().to_owned();
            return Err(Error::new(Code::InvalidKeyName, format!("{root} is nested too deep.")));
        }
        if key.split('.').any(str::is_empty) {
            return Err(Error::new(Code::InvalidKeyName, format!("Invalid field name: {key}.")));
        }
        let above = key.match_indices('.').map(|(at, _)| &key[..at]).find(|above| body.contains_key(above));
        if let Some(above) = above {
            return Err(Error::new(Code::InvalidKeyName, format!("Updating {key} conflicts with updating {above}.")));
        }
    }
    Ok(())
}

/// The checks of a body that need no schema: words that it may not hold, places that files may not be at.
///
/// # Errors
/// 105 and 130.
pub fn screen(call: &Call, body: &Map) -> Result<()> {
    call.engine.denylist.check(body)?;
    call.engine.file_domains.check(body)
}

/// Does a field with this value count as having none, where one is required?
pub fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(value) => wire::is_delete(value),
    }
}

/// May an entry of the response be left out, because the client knows it (`objects.md` section 3)?
pub fn is_dropped(value: &Value, submitted: Option<&Value>) -> bool {
    value.is_null()
        || matches!(value, Value::Pointer(_))
        || value.wire_type() == Some("Pointer")
        || submitted == Some(value)
}
