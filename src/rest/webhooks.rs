//! `/hooks`: which functions and triggers are webhooks, and where (`cloud.md` section 8). The rows of `_Hooks` say it; what
//! runs them has a snapshot, which is made anew after every change.

use super::{Answer, Call, Engine};
use crate::access::{Limits, Subject, Write, internal};
use crate::cloud::Trigger;
use crate::cloud::webhook::{Hook, What};
use crate::error::{Code, Error, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{Filter, Map, Op, ParseObject, Path, Value};
use crate::storage::Outcome;

const CLASS: &str = "_Hooks";
/// The columns, in the order in which a row shows them.
const COLUMNS: [&str; 4] = ["functionName", "className", "triggerName", "url"];

/// Which kind of webhook a route is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Functions.
    Function,
    /// Triggers.
    Trigger,
}

/// `GET /hooks/functions`, `GET /hooks/triggers`: all of a kind, in a list.
///
/// # Errors
/// Those of the database.
pub async fn list(call: &Call, sort: Sort) -> Result<Answer> {
    let wanted = |row: &Map| row.contains_key("functionName") == (sort == Sort::Function);
    let rows = rows(&call.engine, Filter::all()).await?.into_iter().filter(wanted);
    Ok(Answer::ok(&Value::Array(rows.map(Value::Object).collect())))
}

/// `GET /hooks/functions/:functionName`, `GET /hooks/triggers/:className/:triggerName`.
///
/// # Errors
/// 143 if there is none.
pub async fn get(call: &Call, sort: Sort, names: &[String; 2]) -> Result<Answer> {
    let named = Named::of_path(sort, names);
    let row = rows(&call.engine, named.filter()).await?.into_iter().next().ok_or_else(|| named.missing())?;
    Ok(Answer::ok(&Value::Object(row)))
}

/// `POST /hooks/functions`, `POST /hooks/triggers`: the body says which of the two it is.
///
/// # Errors
/// 119 with the read-only master key, 143 for what is no declaration, and for what is declared already.
pub async fn create(call: &Call, body: &Map) -> Result<Answer> {
    check_writer(call, "create")?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let named = match (text("functionName"), text("className"), text("triggerName")) {
        (Some(name), ..) => Named::Function(name),
        (None, Some(class), Some(trigger)) => Named::Trigger(class, trigger),
        _ => return Err(invalid()),
    };
    let _turn = call.engine.hooks_turn.lock().await;
    if !rows(&call.engine, named.filter()).await?.is_empty() {
        return Err(named.taken());
    }
    let url = text("url").ok_or_else(invalid)?;
    named.check()?;
    let id = call.engine.new_id();
    let fields = named.fields().into_iter().chain([("url", Value::from(url.as_str()))]).collect();
    let object = ParseObject { id, fields, ..ParseObject::default() };
    let schema = call.engine.schemas.get_or_new(CLASS);
    let plan = internal("the master key declares a webhook").create(schema, object, Vec::new());
    call.engine.write(Write::Create(plan)).await?;
    load(&call.engine).await?;
    Ok(named.told(&url))
}

/// `PUT /hooks/functions/:functionName`, `PUT /hooks/triggers/:className/:triggerName`: another URL, or away with it.
///
/// # Errors
/// 119 with the read-only master key, 143 for what is no declaration, and for what is not declared; 101 if that is to go.
pub async fn change(call: &Call, sort: Sort, names: &[String; 2], body: &Map) -> Result<Answer> {
    check_writer(call, "modify")?;
    let named = Named::of_path(sort, names);
    let _turn = call.engine.hooks_turn.lock().await;
    let schema = call.engine.schemas.get_or_new(CLASS);
    let why = internal("the master key changes a webhook");
    if body.get("__op").and_then(Value::as_str) == Some("Delete") {
        let gone = call.engine.write(Write::Delete(why.delete(schema, named.filter()))).await?;
        load(&call.engine).await?;
        return if gone == Outcome::Deleted(0) { Err(Error::not_found()) } else { Ok(Answer::empty()) };
    }
    let url = body.get("url").and_then(Value::as_str).filter(|url| !url.is_empty()).ok_or_else(invalid)?;
    if rows(&call.engine, named.filter()).await?.is_empty() {
        return Err(named.missing());
    }
    named.check()?;
    let ops = vec![(Path::from("url"), Op::Set(Value::from(url)))];
    let plan = why.update(schema, named.filter(), ops, call.engine.clock.now()).silently();
    call.engine.write(Write::Update(plan)).await?;
    load(&call.engine).await?;
    Ok(named.told(url))
}

/// Tells what runs webhooks which ones there are.
///
/// # Errors
/// Those of the database.
pub async fn load(engine: &Engine) -> Result<()> {
    let hooks = rows(engine, Filter::all()).await?.iter().filter_map(hook).collect();
    engine.invoker.hook(hooks);
    Ok(())
}

/// The webhook of a row; rows that Parse Server would not use are none.
fn hook(row: &Map) -> Option<Hook> {
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let what = match (text("className"), text("functionName")) {
        (Some(class), _) => What::Trigger { class, trigger: Trigger::from_name(&text("triggerName")?)? },
        (None, Some(name)) => What::Function(name),
        (None, None) => return None,
    };
    Some(Hook { what, url: text("url")? })
}

/// Rows as they are shown.
async fn rows(engine: &Engine, filter: Filter) -> Result<Vec<Map>> {
    let schema = engine.schemas.get_or_new(CLASS);
    let order = OrderKey { by: OrderBy::Path(Path::from("objectId")), descending: false };
    let read = internal("webhooks are read as their routes allow").read(schema, filter, Limits::default());
    let found = engine.storage.find(&read.ordered(vec![order])).await?;
    let mut rows = Vec::with_capacity(found.len());
    for i in 0..found.len() {
        let mut fields = found.object(i)?.fields;
        rows.push(COLUMNS.into_iter().filter_map(|name| Some((name, fields.take(name)?))).collect());
    }
    Ok(rows)
}

/// What a webhook is for, as the client names it.
enum Named {
    Function(String),
    Trigger(String, String),
}

impl Named {
    fn of_path(sort: Sort, [first, second]: &[String; 2]) -> Self {
        match sort {
            Sort::Function => Self::Function(first.clone()),
            Sort::Trigger => Self::Trigger(first.clone(), second.clone()),
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Function(name) => vec![("functionName", Value::from(name.as_str()))],
            Self::Trigger(class, trigger) => {
                vec![("className", Value::from(class.as_str())), ("triggerName", Value::from(trigger.as_str()))]
            }
        }
    }

    fn filter(&self) -> Filter {
        let mut fields = self.fields().into_iter().map(|(name, value)| Filter::eq(name, value));
        let first = fields.next().unwrap_or_else(Filter::none);
        fields.fold(first, Filter::and)
    }

    /// Is there such a point, and may code run there?
    fn check(&self) -> Result<()> {
        let Self::Trigger(class, trigger) = self else { return Ok(()) };
        let trigger = Trigger::from_name(trigger).ok_or_else(invalid)?;
        let login = matches!(trigger, Trigger::BeforeLogin | Trigger::AfterLogin | Trigger::BeforePasswordResetRequest);
        let wrong = match class.as_str() {
            "_PushStatus" if trigger == Trigger::BeforeSave => "Only afterSave is allowed on _PushStatus",
            class if login && class != "_User" => {
                "Only the _User class is allowed for the beforeLogin, afterLogin, and beforePasswordResetRequest triggers"
            }
            "_Session" if trigger != Trigger::AfterLogout => {
                "Only the afterLogout trigger is allowed for the _Session class."
            }
            class if trigger == Trigger::AfterLogout && class != "_Session" => {
                "Only the _Session class is allowed for the afterLogout trigger."
            }
            _ => return Ok(()),
        };
        Err(Error::new(Code::InvalidHook, wrong))
    }

    fn missing(&self) -> Error {
        let text = match self {
            Self::Function(name) => format!("no function named: {name} is defined"),
            Self::Trigger(class, _) => format!("class {class} does not exist"),
        };
        Error::new(Code::InvalidHook, text)
    }

    fn taken(&self) -> Error {
        let text = match self {
            Self::Function(name) => format!("function name: {name} already exists"),
            Self::Trigger(class, trigger) => format!("class {class} already has trigger {trigger}"),
        };
        Error::new(Code::InvalidHook, text)
    }

    /// The declaration, in the order of Parse Server.
    fn told(&self, url: &str) -> Answer {
        let mut fields = self.fields();
        fields.insert(1, ("url", Value::from(url)));
        Answer::ok(&Value::Object(fields.into_iter().collect()))
    }
}

fn invalid() -> Error {
    Error::new(Code::InvalidHook, "invalid hook declaration")
}

fn check_writer(call: &Call, what: &str) -> Result<()> {
    match call.subject() {
        Subject::Master => Ok(()),
        _ => {
            Err(Error::denied(Code::OperationForbidden, format!("read-only masterKey isn't allowed to {what} a hook.")))
        }
    }
}
