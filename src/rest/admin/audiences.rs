//! `GET /push_audiences`: groups of installations that the dashboard keeps (`admin.md` section 6). Their query is stored as
//! a text, and shown as an object.

use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};
use crate::rest::{Answer, Call, find, get};

/// The class of audiences.
const CLASS: &str = "_Audience";
/// Deeper than any query that can be asked.
const DEPTH: usize = 512;

/// All audiences that a find asks for.
///
/// # Errors
/// Those of a find.
pub async fn list(call: &Call, params: Map) -> Result<Answer> {
    let mut answer = read(&find::find(call, CLASS, params).await?)?;
    if let Some(Value::Array(rows)) = answer.get_mut("results") {
        rows.iter_mut().for_each(open);
    }
    Ok(Answer::ok(&Value::Object(answer)))
}

/// One audience.
///
/// # Errors
/// Those of a get.
pub async fn one(call: &Call, id: &str, params: Map) -> Result<Answer> {
    let mut row = Value::Object(read(&get::get(call, CLASS, id, params).await?)?);
    open(&mut row);
    Ok(Answer::ok(&row))
}

fn read(answer: &Answer) -> Result<Map> {
    match wire::parse(&answer.body, DEPTH) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Error::internal("audiences that cannot be read")),
    }
}

/// Makes an object of the text of a query. One that is no JSON stays a text, so that it can be seen and mended.
fn open(row: &mut Value) {
    let Value::Object(row) = row else { return };
    let query = row.get("query").and_then(Value::as_str).and_then(|text| wire::parse(text.as_bytes(), DEPTH).ok());
    if let Some(query) = query {
        row.set("query", query);
    }
}
