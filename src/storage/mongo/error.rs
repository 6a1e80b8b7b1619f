//! What MongoDB's errors mean to the house.

use mongodb::error::{ErrorKind, WriteFailure};

use super::names;
use crate::error::{Code, Error, Result};

/// A value that must be unique is taken.
const DUPLICATE: i32 = 11000;

/// The number and text of an error that the database itself told.
pub fn told(error: &mongodb::error::Error) -> Option<(i32, &str)> {
    match &*error.kind {
        ErrorKind::Command(command) => Some((command.code, &command.message)),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some((write.code, &write.message)),
        ErrorKind::Write(WriteFailure::WriteConcernError(write)) => Some((write.code, &write.message)),
        ErrorKind::InsertMany(many) => {
            many.write_errors.as_ref().and_then(|all| all.first()).map(|first| (first.code, first.message.as_str()))
        }
        _ => None,
    }
}

/// Is it the error of a query that needs an index for places, and has none?
pub fn wants_place_index(error: &mongodb::error::Error) -> bool {
    told(error).is_some_and(|(code, text)| {
        matches!(code, 291 | 17007 | 27) || text.contains("unable to find index for $geoNear")
    })
}

/// Is it the error of a collection that is not there?
pub fn is_missing(error: &mongodb::error::Error) -> bool {
    told(error).is_some_and(|(code, _)| code == 26)
}

/// Is it the error of a value that must be unique?
pub fn is_duplicate(error: &mongodb::error::Error) -> bool {
    told(error).is_some_and(|(code, _)| code == DUPLICATE)
}

/// Is it no error at all, but an answer whose `ok` is no number? FerretDB says `true` to some commands.
pub fn is_agreed(error: &mongodb::error::Error) -> bool {
    error.server_response().is_some_and(|answer| answer.get_bool("ok").is_ok_and(|ok| ok))
}

/// Is it such an error from an engine that does not say so, nor of which value?
pub fn is_constraint(error: &mongodb::error::Error) -> bool {
    told(error).is_some_and(|(code, text)| code == 1 && text.contains("exclusion constraint"))
}

/// The error for one that a read met.
pub fn of_read(error: mongodb::error::Error) -> Error {
    match told(&error) {
        // Bad values, what cannot be parsed, regular expressions that are none: what was asked for is at fault.
        Some((2 | 9 | 14 | 40 | 51091 | 51108 | 16410 | 17276 | 40218 | 5_626_500, text)) => {
            Error::query(text.to_owned())
        }
        _ => any(error),
    }
}

/// Is what was asked for at fault, or more than the database can do, rather than the database itself?
pub fn is_refusal(error: &mongodb::error::Error) -> bool {
    told(error).is_some_and(|(code, _)| !is_own(code))
}

/// The error for one that a pipeline met: all that the database tells of it is the client's to mend.
pub fn of_pipeline(error: mongodb::error::Error) -> Error {
    match told(&error) {
        Some((code, text)) if !is_own(code) => Error::query(text.to_owned()),
        _ => any(error),
    }
}

/// Errors that say more of the database than of what it was asked: no right, not the primary, shutting down, time over.
fn is_own(code: i32) -> bool {
    matches!(code, 6 | 7 | 13 | 18 | 50 | 89 | 91 | 189 | 262 | 10107 | 11600 | 11602 | 13435 | 13436)
}

/// The error for one that a write met.
pub fn of_write(error: mongodb::error::Error) -> Error {
    match told(&error) {
        Some((code, text)) => of_code(code, text).unwrap_or_else(|| any(error)),
        // A name with a NUL cannot be sent, let alone stored.
        None if matches!(*error.kind, ErrorKind::Bson(_) | ErrorKind::BsonSerialization(_)) => {
            Error::json("a value that cannot be stored")
        }
        None => any(error),
    }
}

/// The error for the number and text of one that a write met, if it is the client's.
pub fn of_code(code: i32, text: &str) -> Option<Error> {
    Some(match code {
        DUPLICATE => Error::duplicate(index(text).and_then(names::indexed)),
        // Values of another type than the operation needs, paths through values that have no parts, elements far behind the last.
        2 | 14 | 28 | 34 | 16837 | 17280 => Error::new(Code::IncorrectType, text.to_owned()),
        10334 | 17419 | 17420 => Error::new(Code::ObjectTooLarge, "The object is too large."),
        _ => return None,
    })
}

/// The name of the index in the text of an error: `… index: db.C.$username_1 dup key …`, `… index 'username_1'`.
fn index(text: &str) -> Option<&str> {
    let at = text.find("ndex: ").map(|at| at + 6).or_else(|| text.find("ndex '").map(|at| at + 6))?;
    let name = text[at..].split([' ', '\'', '"']).find(|part| !part.is_empty())?;
    Some(name.rsplit_once(".$").map_or(name, |(_, name)| name))
}

/// Is it an error of the way to the database, or of one that has no primary just now? Then a later try may succeed.
pub fn is_away(error: &mongodb::error::Error) -> bool {
    let primary = |code| matches!(code, 6 | 7 | 89 | 91 | 189 | 9001 | 10107 | 11600 | 11602 | 13435 | 13436);
    match &*error.kind {
        ErrorKind::ServerSelection { .. }
        | ErrorKind::Io(_)
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::DnsResolve { .. } => true,
        _ => told(error).is_some_and(|(code, _)| primary(code)),
    }
}

/// The error for any other: 124 if the time was over, else 1.
pub fn any(error: mongodb::error::Error) -> Error {
    if told(&error).is_some_and(|(code, _)| matches!(code, 50 | 262)) {
        return timeout();
    }
    if is_away(&error) {
        return Error::away(error);
    }
    let context = match &*error.kind {
        ErrorKind::Authentication { .. } => "the database refuses the user or the password",
        _ => "the database answered with an error",
    };
    Error::caused(context, error)
}

/// 124 for a deadline that has passed.
pub fn timeout() -> Error {
    Error::new(Code::Timeout, "The request took too long.")
}

/// Turns the driver's results into the house's.
pub trait Db<T> {
    /// The same with the house's error, for what is no client's fault.
    fn or_db(self) -> Result<T>;
}

impl<T> Db<T> for mongodb::error::Result<T> {
    fn or_db(self) -> Result<T> {
        self.map_err(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_index() {
        for (text, name) in [
            ("E11000 duplicate key error collection: db.C index: username_1 dup key: { : \"a\" }", Some("username_1")),
            ("E11000 duplicate key error index: db.C.$email_1 dup key: { : null }", Some("email_1")),
            ("Duplicate key violation on the requested collection: Index '_id_'", Some("_id_")),
            ("taken", None),
        ] {
            assert_eq!(index(text), name, "{text}");
        }
    }

    #[test]
    fn the_client_can_mend_what_it_sent() {
        for (number, code) in [(34, Code::IncorrectType), (28, Code::IncorrectType), (10334, Code::ObjectTooLarge)] {
            assert_eq!(of_code(number, "text").and_then(|error| error.code()), Some(code), "{number}");
        }
        assert!(of_code(8000, "text").is_none());
    }
}
