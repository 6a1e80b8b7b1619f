//! Commands that mend what was found. Names and ids in them are from the database and may be anything: none may be more to a
//! shell than a text.

use crate::model::{Map, Pointer, Value, wire};

/// A request to the server of the database, with the master key.
pub fn curl(method: &str, path: &[&str], body: Option<Value>) -> String {
    let path: String = path.iter().flat_map(|part| ["/".to_owned(), encoded(part)]).collect();
    let keys = r#"-H "X-Parse-Application-Id: $APP_ID" -H "X-Parse-Master-Key: $MASTER_KEY""#;
    let body = body.map_or(String::new(), |body| {
        format!(r#" -H "Content-Type: application/json" -d {}"#, quoted(&wire::to_string(&body)))
    });
    format!(r#"curl -X {method} "$SERVER_URL{path}" {keys}{body}"#)
}

/// A change of one column of an object.
pub fn set(class: &str, id: &str, column: &str, value: Value) -> String {
    let body = Value::Object(Map::from([(column, value)]));
    match class {
        "_User" => curl("PUT", &["users", id], Some(body)),
        class => curl("PUT", &["classes", class, id], Some(body)),
    }
}

/// `{"__op": op, "objects": [pointer]}`
pub fn operation(op: &str, class: &str, id: &str) -> Value {
    let pointer = Value::Pointer(Pointer { class: class.to_owned(), id: id.to_owned() });
    Value::Object(Map::from([("__op", Value::from(op)), ("objects", Value::Array(vec![pointer]))]))
}

/// `{"__op": "Delete"}`
pub fn deletion() -> Value {
    Value::Object(Map::from([("__op", Value::from("Delete"))]))
}

/// Away with an object.
pub fn delete(class: &str, id: &str) -> String {
    curl("DELETE", &["classes", class, id], None)
}

/// A start of the server, which makes what every database has.
pub fn start() -> String {
    "parsimony config.json".to_owned()
}

/// Into a new file, which gets what every database has.
pub fn copy() -> String {
    r#"parsimony copy --from "$DATABASE_URI" --to sqlite:new.db"#.to_owned()
}

/// Out into files, where a row can be put right, and into a new file.
pub fn by_hand(class: &str) -> String {
    let file = quoted(&format!("out/{class}.json"));
    format!(
        r#"parsimony export out --from "$DATABASE_URI" && "$EDITOR" {file} && parsimony import out --to sqlite:new.db"#
    )
}

/// A call in MongoDB's shell on a collection.
pub fn shell(collection: &str, call: &str) -> String {
    let script = format!("db.getCollection({}).{call}", text(collection));
    format!(r#"mongosh "$DATABASE_URI" --eval {}"#, quoted(&script))
}

/// A text in JSON and JavaScript.
pub fn text(text: &str) -> String {
    wire::to_string(&Value::from(text))
}

/// A text as a shell takes it for nothing else.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_database_is_a_command() {
        let command = set("A", "a$(x)`y`\"", "it's", deletion());
        assert!(command.contains("/classes/A/a%24%28x%29%60y%60%22\""), "{command}");
        assert!(command.ends_with(r#"-d '{"it'\''s":{"__op":"Delete"}}'"#), "{command}");
        let command = shell("A\"'\\", "drop()");
        assert_eq!(command, r#"mongosh "$DATABASE_URI" --eval 'db.getCollection("A\"'\''\\").drop()'"#);
    }
}
