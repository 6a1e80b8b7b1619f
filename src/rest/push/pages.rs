//! The installations that a push goes to, some at a time.

use std::time::{Duration, Instant};

use super::misconfigured;
use crate::access::Limits;
use crate::cloud::Trigger;
use crate::error::{Code, Result};
use crate::model::{Map, Value};
use crate::push::Device;
use crate::rest::query::Params;
use crate::rest::{Call, find};

/// The class.
pub const CLASS: &str = "_Installation";
/// Installations that are read at once.
const SIZE: u64 = 500;
/// The longest that a page, or counting all, may take.
const LONGEST: Duration = Duration::from_secs(60);
/// What is read of each.
const FIELDS: [&str; 7] =
    ["deviceToken", "deviceType", "pushType", "appIdentifier", "localeIdentifier", "badge", "objectId"];

/// An installation that a push goes to.
#[derive(Debug)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub device: Device,
    /// Its language.
    pub locale: Option<String>,
    /// The number on its icon.
    pub badge: Option<f64>,
}

/// All installations that a where clause finds, in the order of their ids.
pub struct Pages {
    clause: Map,
    /// Does code look at what is asked and found? Then pages are counted, as Parse Server does: what was found does not tell
    /// where the next page begins.
    hooked: bool,
    size: u64,
    total: u64,
    skip: u64,
    /// The last id of the last page.
    last: Option<String>,
    ended: bool,
}

impl Pages {
    /// Those with a device token, unless the clause itself speaks of tokens.
    ///
    /// # Errors
    /// 115 for a clause that is no object.
    pub fn of(call: &Call, clause: &Value, batch: u64) -> Result<Self> {
        let Value::Object(clause) = clause else { return Err(misconfigured("The query of a push must be an object.")) };
        let mut clause = clause.clone();
        if !clause.contains_key("deviceToken") {
            clause.set("deviceToken", Value::Object(Map::from([("$exists", Value::Bool(true))])));
        }
        let hooked = [Trigger::BeforeFind, Trigger::AfterFind];
        let hooked = hooked.into_iter().any(|trigger| call.engine.invoker.has(CLASS, trigger));
        let size = if hooked { batch } else { SIZE };
        Ok(Self { clause, hooked, size, total: 0, skip: 0, last: None, ended: false })
    }

    /// How many there are; to be asked for before the first of them.
    ///
    /// # Errors
    /// Those of a find.
    pub async fn count(&mut self, call: &Call) -> Result<u64> {
        let params = Params { clause: self.clause.clone(), limit: Some(0), count: true, ..Params::default() };
        self.total = find::count(&bounded(call), CLASS, params).await?;
        Ok(self.total)
    }

    /// The next ones, as far as they can be reached; `None` at the end. What fails may be asked for again.
    ///
    /// # Errors
    /// Those of a find.
    pub async fn next(&mut self, call: &Call) -> Result<Option<Vec<Target>>> {
        if self.ended {
            return Ok(None);
        }
        let params = Params {
            clause: self.part(),
            skip: self.skip,
            limit: Some(self.size),
            order: Some("objectId".to_owned()),
            keys: (!self.hooked).then(|| FIELDS.map(str::to_owned).to_vec()),
            ..Params::default()
        };
        let (_, rows) = match find::rows(&bounded(call), CLASS, params, 0).await {
            // What clients have stored may be more than one answer holds.
            Err(error) if error.code() == Some(Code::InvalidQuery) && self.size > 1 => {
                self.size /= 2;
                return Ok(Some(Vec::new()));
            }
            read => read?,
        };
        self.last = rows.last().and_then(|row| text(row, "objectId"));
        if self.hooked {
            self.skip += self.size;
            self.ended = self.skip >= self.total;
        } else {
            self.ended = (rows.len() as u64) < self.size;
        }
        Ok(Some(rows.iter().filter_map(target).collect()))
    }

    /// The clause for what comes behind the last page.
    fn part(&self) -> Map {
        let mut clause = self.clause.clone();
        let Some(last) = self.last.as_deref().filter(|_| !self.hooked) else { return clause };
        let behind = Value::Object(Map::from([("$gt", Value::from(last))]));
        if !clause.contains_key("objectId") {
            clause.set("objectId", behind);
            return clause;
        }
        let behind = Value::Object(Map::from([("objectId", behind)]));
        match clause.get_mut("$and") {
            Some(Value::Array(parts)) => parts.push(behind),
            _ => drop(clause.set("$and", Value::Array(vec![behind]))),
        }
        clause
    }
}

/// A call with room and time for one page.
fn bounded(call: &Call) -> Call {
    let deadline = Instant::now().checked_add(LONGEST);
    Call { limits: Limits { deadline }, ..call.clone() }.with_room()
}

/// `None` for one that cannot be reached: without a token.
fn target(row: &Map) -> Option<Target> {
    let device = Device {
        token: text(row, "deviceToken").filter(|token| !token.is_empty())?,
        kind: text(row, "deviceType").unwrap_or_default(),
        push_type: text(row, "pushType"),
        app: text(row, "appIdentifier"),
    };
    let badge = row.get("badge").and_then(Value::as_number);
    Some(Target { id: text(row, "objectId")?, device, locale: text(row, "localeIdentifier"), badge })
}

fn text(row: &Map, key: &str) -> Option<String> {
    row.get(key).and_then(Value::as_str).map(str::to_owned)
}
