//! Classes with one row, whose id is `1`: the configuration of the app and that of GraphQL.

use crate::access::{Write, internal};
use crate::error::{Code, Error, Result};
use crate::model::{Filter, Map, Op, ParseObject, Path};
use crate::rest::Call;
use crate::storage::Outcome;

const ID: &str = "1";

/// The fields of the row, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn read(call: &Call, class: &str) -> Result<Option<Map>> {
    let schema = call.engine.schemas.get_or_new(class);
    let why = internal("a configuration is shown as its route allows");
    let rows = call.engine.storage.find(&why.read(schema, Filter::eq("objectId", ID), call.limits)).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    rows.object(0).map(|object| Some(object.fields))
}

/// Changes the row, and makes it if it is not there.
///
/// # Errors
/// 111 for an operation on a value of another type; those of the database.
pub async fn store(call: &Call, class: &str, ops: Vec<(Path, Op)>) -> Result<()> {
    let schema = call.engine.schemas.get_or_new(class);
    let why = internal("the master key changes a configuration");
    let update = || {
        let now = call.engine.clock.now();
        Write::Update(why.update(schema.clone(), Filter::eq("objectId", ID), ops.clone(), now).silently())
    };
    if call.engine.write(update()).await? != Outcome::Updated(None) {
        return Ok(());
    }
    let row = ParseObject { id: ID.to_owned(), ..ParseObject::default() };
    let create = Write::Create(why.create(schema.clone(), row, Vec::new()));
    let made: Result<Vec<_>> = call.engine.storage.write(vec![create, update()], true).await?.into_iter().collect();
    match made {
        // Another request made it first.
        Err(error) if error.code() == Some(Code::DuplicateValue) => match call.engine.write(update()).await? {
            Outcome::Updated(None) => Err(Error::internal("the row of a configuration comes and goes")),
            _ => Ok(()),
        },
        made => made.map(drop),
    }
}
