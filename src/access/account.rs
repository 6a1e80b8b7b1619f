//! Users and sessions: what of them a caller may see and ask about, beyond what holds for every class.

use super::clp::Action;
use super::protected::Protected;
use super::{Render, Subject};
use crate::error::{Code, Error, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{ClassSchema, Constraint, Filter, Path, Pointer, Value};

/// What no answer shows of a user.
const NEVER: [&str; 2] = ["password", "sessionToken"];
/// What only the user itself and the master key may see of a user, and nobody else ask about.
const SECRET: [&str; 3] = ["password", "sessionToken", "authData"];

/// What an action on sessions is narrowed to: those of the caller's user. A new one has no rows to be narrowed.
///
/// # Errors
/// 209 for a caller without a user, the maintenance key among them, which may make sessions but not find them.
pub fn own_sessions(schema: &ClassSchema, subject: &Subject, action: Action) -> Result<Option<Filter>> {
    let makes = *subject == Subject::Maintenance && matches!(action, Action::Create | Action::AddField);
    if schema.name != "_Session" || subject.is_master() || makes {
        return Ok(None);
    }
    let user = subject.user();
    user.map(|user| Some(of_user("user", user)))
        .ok_or_else(|| Error::denied(Code::InvalidSessionToken, "Invalid session token"))
}

/// Does a filter ask for the caller's own user and no other?
pub fn is_own(schema: &ClassSchema, subject: &Subject, filter: &Filter) -> bool {
    schema.name == "_User" && subject.user().is_some_and(|user| pinned(filter) == Some(user))
}

fn pinned(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::And(all) => all.iter().find_map(pinned),
        filter => filter.as_id(),
    }
}

/// The filter and the order of a query for users, if the caller may ask so. A client that asks about secrets finds nobody:
/// neither a hit nor a miss then tells anything.
///
/// # Errors
/// 105 for an order by a secret.
pub fn checked(subject: &Subject, filter: Filter, order: &[OrderKey]) -> Result<Filter> {
    if subject.reads_all() {
        return Ok(filter);
    }
    let secret = |path: &Path| SECRET.contains(&path.root());
    for key in order {
        if let OrderBy::Path(path) = &key.by
            && secret(path)
        {
            return Err(Error::new(Code::InvalidKeyName, format!("Cannot sort by {path}")));
        }
    }
    let mut asks = false;
    filter.paths(&mut |path| asks |= secret(path));
    Ok(if asks { Filter::none() } else { filter })
}

/// Hides what the caller may not see of users: of all, and of its own.
pub fn hide(subject: &Subject, render: &mut Render, protected: Protected, owner_exempt: bool) {
    render.hidden.extend(NEVER.map(str::to_owned));
    let mut own = render.clone();
    if !owner_exempt {
        own.protected = protected.clone();
    }
    render.protected = protected;
    if subject.reads_all() {
        return;
    }
    render.hidden.insert("authData".to_owned());
    render.own = subject.user().map(|user| Box::new((user.to_owned(), own)));
}

/// Hides `authData` of all users, the caller's own among them.
pub fn hide_providers(render: &mut Render) {
    render.hidden.insert("authData".to_owned());
    if let Some(own) = &mut render.own {
        own.1.hidden.insert("authData".to_owned());
    }
}

/// The pointer to a user, as a constraint on the column that holds it.
pub fn of_user(field: &str, user: &str) -> Filter {
    let pointer = Value::Pointer(Pointer { class: "_User".to_owned(), id: user.to_owned() });
    Filter::Field(field.into(), vec![Constraint::Eq(pointer)])
}
