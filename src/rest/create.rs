//! `POST /classes/:className`.

use std::sync::Arc;

use super::body::{self, Changes};
use super::classes::{self, Extra, Start, Target, installation};
use super::save_hooks::{after_save, before_save, is_operation};
use super::{Answer, Call};
use crate::access::clp::{Action, Granted};
use crate::access::{Subject, Write};
use crate::cloud::Trigger;
use crate::error::{Code, Error, Result};
use crate::model::{Acl, ClassSchema, Date, Key, Map, Op, ParseObject, Value, names, wire};
use crate::schema::check::{self, Kind};
use crate::storage::Outcome;

/// Stores a new object: 201 with `objectId`, `createdAt` and what the server decided.
///
/// # Errors
/// As `objects.md` section 3 has them.
pub async fn create(call: &Call, class: &str, body: Value) -> Result<Answer> {
    if class == installation::CLASS {
        return Box::pin(installation::save(call, None, body)).await;
    }
    match prepare(call.clone(), class, body).await? {
        Prepared::Done(answer) => Ok(answer),
        Prepared::Write(write, pending) => {
            let outcome = call.engine.write(write).await.map_err(|error| classes::refused(call, class, error))?;
            pending.finish(outcome).await
        }
    }
}

/// A create up to its write.
pub enum Prepared {
    /// The write, and what waits for it.
    Write(Write, Box<Pending>),
    /// The rules of the class have done it already.
    Done(Answer),
}

/// Everything up to the write.
///
/// # Errors
/// As [`create`].
pub async fn prepare(mut call: Call, class: &str, body: Value) -> Result<Prepared> {
    if let Value::Object(body) = &body {
        classes::check_id(class, body)?;
    }
    crate::access::authorise::class(call.subject(), class, Action::Create)?;
    let mut body = body::entries(body)?;
    let kind = Kind { updating: false, internals: *call.subject() == Subject::Maintenance };
    if !names::is_creatable(class) {
        // Of what is wrong, Parse Server tells an unknown field before the class.
        if !names::is_join_class(class) {
            grow(&call, class, &body, kind).await?;
        }
        return Err(Error::new(Code::InvalidClassName, format!("invalid className: {class}")));
    }
    let id = object_id(&call, class, &mut body)?;
    body::screen(&call, &body)?;
    drop_nulls(&call, &mut body);
    call.engine.check_class_exists(&call, class)?;
    let target = Target { class, id: &id, updating: false };
    let mut extra = match classes::before_write(&call, target, &mut body).await? {
        Start::Go(extra) => extra,
        Start::Done(answer) => return Ok(Prepared::Done(answer)),
    };
    call.gate(call.engine.schemas.get_or_new(class), Action::Create)?;
    let hooked = before_save(&mut call, class, &mut body, None).await?;
    let submitted = operations(&body);
    let schema = grow(&call, class, &body, kind).await?;
    let given = body::take_acl(&mut body, classes::owner(&call, target))?;
    let default = if given.is_none() { default_acl(&schema, call.subject())? } else { None };
    let is_default = default.is_some();
    let acl = classes::permissions(&call, target, given.or(default));
    let filled = fill_defaults(&schema, &mut body)?;
    let (created, updated) = dates(&call, &mut body)?;
    let gate = call.gate(schema.clone(), Action::Create)?;
    classes::before_store(&call, target, &mut body, &mut extra).await?;
    let changes = body::changes(body, kind)?;
    let mut answer = answer_of(&submitted, &changes);
    answer.set("objectId", Value::from(id.as_str()));
    answer.set("createdAt", Value::String(created.iso()));
    decided(&mut answer, &changes, &submitted, &filled);
    for (name, value) in hooked.into_iter().chain(std::mem::take(&mut extra.told)) {
        answer.set(name, value);
    }
    if let Some(acl) = acl.as_ref().filter(|_| is_default) {
        answer.set("ACL", acl.to_wire());
    }
    let Changes { mut ops, joins } = changes;
    ops.append(&mut extra.ops);
    let mut object = ParseObject { id: id.clone(), acl, ..assemble(ops)? };
    object.fields.set("createdAt", Value::Date(created));
    object.fields.set("updatedAt", Value::Date(updated));
    let after = call.engine.invoker.has(class, Trigger::AfterSave).then(|| object.clone());
    let write = Write::Create(gate.create(schema, object, joins));
    let pending = Pending { class: class.to_owned(), id, answer, after, extra, call };
    Ok(Prepared::Write(write, Box::new(pending)))
}

/// A create that waits for its write.
pub struct Pending {
    call: Call,
    class: String,
    id: String,
    answer: Map,
    after: Option<ParseObject>,
    extra: Extra,
}

impl Pending {
    /// What the client is told in place of the answer when everything is done, if that is settled.
    pub fn refusal(&self) -> Option<Error> {
        let target = Target { class: &self.class, id: &self.id, updating: false };
        classes::refusal(&self.call, target, &self.extra)
    }

    /// Everything after the write.
    ///
    /// # Errors
    /// 1 if the write was another one.
    pub async fn finish(self, outcome: Outcome) -> Result<Answer> {
        let refusal = self.refusal();
        let Self { mut call, class, id, mut answer, after, extra } = self;
        if outcome != Outcome::Created {
            return Err(Error::internal("the database answered a create with something else"));
        }
        let target = Target { class: &class, id: &id, updating: false };
        classes::after_store(&call, target, extra, &mut answer).await?;
        if let Some(object) = after {
            let first = ["createdAt", "objectId"].map(Key::from).to_vec();
            answer = after_save(&mut call, &class, answer, trigger_object(object), None, first).await;
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        call.hide_protected(&class, &id, &mut answer);
        let path = if class == "_User" { format!("/users/{id}") } else { format!("/classes/{class}/{id}") };
        Ok(Answer::created(answer, path))
    }
}

/// A null says nothing of a type, and so Parse Server asks for no name that a field may have; nothing is kept under another.
fn drop_nulls(call: &Call, body: &mut Map) {
    let internals = *call.subject() == Subject::Maintenance;
    body.retain(|name, value| !value.is_null() || internals || name.contains('.') || names::is_valid_field(name));
}

/// The id of the new object: the client's where the app lets it choose, else a new one.
pub(super) fn object_id(call: &Call, class: &str, body: &mut Map) -> Result<String> {
    if !call.engine.config.allow_custom_object_id {
        for key in ["objectId", "id"] {
            if body.get(key).is_some_and(Value::truthy) {
                return Err(Error::new(Code::InvalidKeyName, format!("{key} is an invalid field name.")));
            }
        }
        body.take("objectId");
        return Ok(call.engine.new_id());
    }
    match body.take("objectId") {
        None => Ok(call.engine.new_id()),
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        Some(value) if !value.truthy() => {
            Err(Error::new(Code::MissingObjectId, "objectId must not be empty, null or undefined"))
        }
        Some(value) => {
            let got = crate::model::schema::infer(&value)?.map_or_else(|| "null".to_owned(), |ty| ty.to_string());
            let text = format!("schema mismatch for {class}.objectId; expected String but got {got}");
            Err(Error::new(Code::IncorrectType, text))
        }
    }
}

/// The class with all columns of the body, made where the caller may make them.
pub(super) async fn grow(call: &Call, class: &str, body: &Map, kind: Kind) -> Result<Arc<ClassSchema>> {
    let fit = |schema: &ClassSchema| {
        may_add(call, schema, body, kind)?;
        check::fit(schema, body, kind)
    };
    call.engine.grow(class, &fit).await
}

/// The objects that the caller may give the columns of a body that the class does not have yet.
///
/// # Errors
/// 119 if there are none.
pub(super) fn may_add(call: &Call, schema: &ClassSchema, body: &Map, kind: Kind) -> Result<Granted> {
    match check::brings_columns(schema, body) {
        true => call.gate(Arc::new(schema.clone()), Action::AddField)?.may_add(kind.updating),
        false => Ok(Granted::All),
    }
}

/// The permissions that a class gives to objects without their own: its CLP's `ACL`, unless that is the open default.
pub(super) fn default_acl(schema: &ClassSchema, subject: &Subject) -> Result<Option<Acl>> {
    let Some(declared) = schema.clp.as_ref().and_then(|clp| clp.get("ACL")).and_then(Value::as_object) else {
        return Ok(None);
    };
    let mut entries = declared.clone();
    if let Some(flags) = entries.take("currentUser")
        && let Some(user) = subject.user()
    {
        entries.set(user, flags);
    }
    let acl = Acl::from_wire(&Value::Object(entries));
    let open = acl.read == ["*"] && acl.write == ["*"] && declared.len() == 1;
    Ok((!open).then_some(acl))
}

/// Fills in defaults and refuses what lacks a required field; what was filled in.
fn fill_defaults(schema: &ClassSchema, body: &mut Map) -> Result<Map> {
    let mut filled = Map::new();
    for (name, field) in schema.fields.iter().filter(|(_, field)| !field.options.is_empty()) {
        let given = body.get(name);
        let absent = given.is_none_or(wire::is_delete);
        match field.default_value().filter(|_| absent) {
            Some(default) => {
                body.set(name.as_str(), default.clone());
                filled.set(name.as_str(), default.clone());
            }
            None if field.is_required() && body::is_blank(given) => {
                return Err(Error::new(Code::ValidationError, format!("{name} is required")));
            }
            None => {}
        }
    }
    Ok(filled)
}

/// `createdAt` and `updatedAt`: now, but for the maintenance key, which may bring its own.
fn dates(call: &Call, body: &mut Map) -> Result<(Date, Date)> {
    let now = call.engine.clock.now();
    let (created, updated) = (body.take("createdAt"), body.take("updatedAt"));
    if *call.subject() != Subject::Maintenance {
        return Ok((now, now));
    }
    let date = |value: Option<Value>| match value.map(wire::field) {
        Some(Ok(Value::Date(date))) => Ok(Some(date)),
        Some(Err(error)) => Err(error),
        _ => Ok(None),
    };
    let created = date(created)?.unwrap_or(now);
    match date(updated)? {
        Some(updated) if updated < created => {
            Err(Error::new(Code::ValidationError, "updatedAt cannot occur before createdAt"))
        }
        updated => Ok((created, updated.unwrap_or(created))),
    }
}

/// The entries of a body that are operations: of the others the answer says nothing.
fn operations(body: &Map) -> Map {
    body.iter().filter(|(_, value)| is_operation(value)).map(|(key, value)| (key.as_str(), value.clone())).collect()
}

/// What operations in the body came to, for the answer.
fn answer_of(submitted: &Map, changes: &Changes) -> Map {
    let mut answer = Map::new();
    for (path, op) in &changes.ops {
        if submitted.get(path.as_str()).is_some_and(is_operation)
            && let Ok(Some(value)) = on_create(op)
        {
            answer.set(path.as_str(), value);
        }
    }
    answer
}

/// What the server decided beyond the body: defaults.
fn decided(answer: &mut Map, changes: &Changes, submitted: &Map, filled: &Map) {
    for (path, op) in &changes.ops {
        let name = path.as_str();
        if !filled.contains_key(name) {
            continue;
        }
        if let Ok(Some(value)) = on_create(op)
            && !body::is_dropped(&value, submitted.get(name))
        {
            // A default is told as it was declared: of a file with its URL.
            answer.set(name, filled.get(name).cloned().unwrap_or(value));
        }
    }
}

/// The value that an operation makes of nothing. `AddUnique` keeps what it was given, and `Remove` leaves an empty list.
fn on_create(op: &Op) -> Result<Option<Value>> {
    match op {
        Op::AddUnique(items) => Ok(Some(Value::Array(items.clone()))),
        Op::Remove(_) => Ok(Some(Value::Array(Vec::new()))),
        op => op.apply(None),
    }
}

/// The fields of the new object, in the order of the body.
pub(super) fn assemble(ops: Vec<(crate::model::Path, Op)>) -> Result<ParseObject> {
    let mut object = ParseObject::default();
    for (path, op) in ops {
        if path.is_dotted() {
            return Err(Error::new(Code::InvalidNestedKey, "Nested keys should not contain the '$' or '.' characters"));
        }
        let value = match op {
            Op::Set(value) => Some(value),
            op => on_create(&op)?,
        };
        let Some(value) = value else { continue };
        let place = if path.root().starts_with('_') { &mut object.internal } else { &mut object.fields };
        place.set(path.as_str(), value);
    }
    Ok(object)
}

/// A stored object as triggers are told of it.
pub(super) fn trigger_object(object: ParseObject) -> Map {
    let mut map = Map::from([("objectId", Value::String(object.id))]);
    for (key, value) in object.fields {
        let value = match value {
            Value::Date(date) if key == "createdAt" || key == "updatedAt" => Value::String(date.iso()),
            value => value,
        };
        map.set(key, value);
    }
    if let Some(acl) = object.acl {
        map.set("ACL", acl.to_wire());
    }
    map
}
