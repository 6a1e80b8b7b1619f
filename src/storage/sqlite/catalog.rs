//! What the file holds: classes, their columns by number, relations and indexes, in memory as they stand in the catalogue.
//!
//! Names of the client never reach SQL: the class `_User` is the table `t1`, its field `username` the column `c3`.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::error::{Db, db};
use super::kind::Kind;
use super::row::folded_field;
use crate::error::{Error, Result};
use crate::model::schema::Named;
use crate::model::{ClassSchema, Field, FieldType, Map, Value, wire};

/// The form of the file that this program writes.
pub const FORMAT: i64 = 1;

/// The tables that every file has.
pub const TABLES: &str = "
    CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE class(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, stored INTEGER NOT NULL,
        physical INTEGER NOT NULL, text INTEGER NOT NULL DEFAULT 0, schema TEXT NOT NULL);
    CREATE TABLE col(class INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, type TEXT NOT NULL,
        PRIMARY KEY(class, name), UNIQUE(class, number)) WITHOUT ROWID;
    CREATE TABLE relation(id INTEGER PRIMARY KEY AUTOINCREMENT, class INTEGER NOT NULL, field TEXT NOT NULL,
        UNIQUE(class, field));
    CREATE TABLE ix(id INTEGER PRIMARY KEY AUTOINCREMENT, class INTEGER NOT NULL, name TEXT NOT NULL,
        field TEXT, uniq INTEGER NOT NULL, UNIQUE(class, name));
    CREATE TABLE claim(key TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX claim_until ON claim(until);
";

/// All classes at one moment.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    classes: HashMap<String, Arc<Class>, foldhash::fast::RandomState>,
}

/// A typed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `c<number>`
    pub number: i64,
    /// What it holds.
    pub kind: Kind,
}

/// One class as it is stored.
#[derive(Debug, Clone)]
pub struct Class {
    /// `t<id>`
    pub id: i64,
    /// Does `/schemas` know it? Volatile classes have a table and no stored schema.
    pub stored: bool,
    /// How many columns the table has for fields, in use or not.
    pub physical: i64,
    /// Is there a full-text index, `f<id>`?
    pub text: bool,
    /// The schema.
    pub schema: ClassSchema,
    /// The typed columns by field, in the order of their numbers.
    pub columns: Named<Column>,
    /// The tables `j<id>` by relation column.
    pub relations: HashMap<String, i64>,
    /// The indexes `i<id>` by name; of those over one path below a column the path.
    pub indexes: HashMap<String, (i64, Option<String>)>,
    /// Fields over which an index is unique.
    pub unique: Vec<String>,
    /// The statement that stores a row.
    pub insert: String,
}

impl Catalog {
    /// Reads the catalogue of a file.
    pub fn load(conn: &Connection) -> Result<Self> {
        let mut catalog = Self::default();
        let mut statement = conn.prepare("SELECT name FROM class ORDER BY id").or_db()?;
        let names: Vec<String> =
            statement.query_map([], |r| r.get(0)).or_db()?.collect::<Result<_, _>>().map_err(db)?;
        for name in names {
            catalog.reload(conn, &name)?;
        }
        Ok(catalog)
    }

    /// Reads one class anew, or forgets it if it has gone.
    pub fn reload(&mut self, conn: &Connection, name: &str) -> Result<()> {
        match Class::load(conn, name)? {
            Some(class) => self.classes.insert(name.to_owned(), Arc::new(class)),
            None => self.classes.remove(name),
        };
        Ok(())
    }

    /// A class, if it has a table.
    pub fn get(&self, name: &str) -> Option<&Arc<Class>> {
        self.classes.get(name)
    }

    /// The classes with a stored schema, in the order they were made.
    pub fn schemas(&self) -> Vec<ClassSchema> {
        let mut stored: Vec<_> = self.classes.values().filter(|c| c.stored).collect();
        stored.sort_by_key(|c| c.id);
        stored.into_iter().map(|c| c.schema.clone()).collect()
    }
}

impl Class {
    fn load(conn: &Connection, name: &str) -> Result<Option<Self>> {
        let mut statement =
            conn.prepare_cached("SELECT id, stored, physical, text, schema FROM class WHERE name = ?").or_db()?;
        let mut rows = statement.query([name]).or_db()?;
        let Some(row) = rows.next().or_db()? else { return Ok(None) };
        let id: i64 = row.get(0).or_db()?;
        let text: String = row.get(4).or_db()?;
        let schema = schema_from(name, &text)?;
        let columns = columns(conn, id, &schema)?;
        let (mut relations, mut indexes, mut unique) = (HashMap::new(), HashMap::new(), Vec::new());
        each(conn, "SELECT field, id FROM relation WHERE class = ?", id, |row| {
            relations.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        each(conn, "SELECT name, id, field, uniq FROM ix WHERE class = ?", id, |row| {
            let field: Option<String> = row.get(2)?;
            if row.get(3)? {
                unique.extend(field.clone());
            }
            indexes.insert(row.get(0)?, (row.get(1)?, field));
            Ok(())
        })?;
        let insert = insert(id, &columns);
        Ok(Some(Self {
            id,
            stored: row.get(1).or_db()?,
            physical: row.get(2).or_db()?,
            text: row.get(3).or_db()?,
            schema,
            columns,
            relations,
            indexes,
            unique,
            insert,
        }))
    }

    /// What the column of a field holds, if SQLite can compare its values by itself.
    pub fn kind(&self, field: &str) -> Option<&Kind> {
        match field {
            "objectId" => Some(&Kind::Text),
            "createdAt" | "updatedAt" => Some(&Kind::Date),
            _ => self.columns.get(field).map(|c| &c.kind),
        }
    }

    /// That column: `id`, `created`, `c3`.
    pub fn column(&self, field: &str) -> Option<(String, Kind)> {
        let kind = self.kind(field)?.clone();
        let name = match field {
            "objectId" => "id".into(),
            "createdAt" => "created".into(),
            "updatedAt" => "updated".into(),
            _ => format!("c{}", self.columns.get(field)?.number),
        };
        Some((name, kind))
    }

    /// The field, or path, that SQLite knows by a column (`c3`) or an index (`i7`).
    pub fn named(&self, name: &str) -> Option<&str> {
        let number = |letter| name.strip_prefix(letter).and_then(|n| n.parse::<i64>().ok());
        if name == "id" {
            return Some("objectId");
        }
        let column = number('c').and_then(|n| self.columns.iter().find(|(_, column)| column.number == n));
        let index = number('i').and_then(|n| self.indexes.values().find(|(id, _)| *id == n));
        let field = column.map(|(field, _)| field.as_str()).or_else(|| index?.1.as_deref())?;
        Some(folded_field(field).unwrap_or(field))
    }

    /// May a field have a value in the document?
    pub fn has(&self, field: &str) -> bool {
        !matches!(self.schema.field_type(field), None | Some(FieldType::Relation(_) | FieldType::Acl))
    }
}

fn each(
    conn: &Connection,
    sql: &str,
    id: i64,
    mut visit: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(sql).or_db()?;
    let mut rows = statement.query([id]).or_db()?;
    while let Some(row) = rows.next().or_db()? {
        visit(row).or_db()?;
    }
    Ok(())
}

fn columns(conn: &Connection, id: i64, schema: &ClassSchema) -> Result<Named<Column>> {
    let mut columns = Named::default();
    each(conn, "SELECT name, number, type FROM col WHERE class = ? ORDER BY number", id, |row| {
        let (name, number, ty): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let kind = match (ty.as_str(), schema.field_type(&name)) {
            (_, Some(ty)) => Kind::of(ty),
            ("text", _) => Some(Kind::Text),
            ("number", _) => Some(Kind::Number),
            ("date", _) => Some(Kind::Date),
            _ => None,
        };
        if let Some(kind) = kind {
            columns.insert(name, Column { number, kind });
        }
        Ok(())
    })?;
    Ok(columns)
}

/// Parameters 1 to 7 are the columns of every class, the others those of the fields in the order of their numbers.
fn insert(id: i64, columns: &Named<Column>) -> String {
    let mut names = String::from("id, created, updated, rperm, wperm, priv, doc");
    let mut marks = String::from("?1, ?2, ?3, ?4, ?5, ?6, ?7");
    for (i, column) in columns.values().enumerate() {
        names.push_str(&format!(", c{}", column.number));
        marks.push_str(&format!(", ?{}", i + 8));
    }
    format!("INSERT INTO t{id}({names}) VALUES({marks})")
}

/// The schema of a class as the catalogue keeps it.
pub fn schema_text(schema: &ClassSchema) -> String {
    let fields: Map = schema.fields.iter().map(|(name, field)| (name.as_str(), field.to_wire())).collect();
    let clp = schema.clp.clone().map_or(Value::Null, Value::Object);
    wire::to_string(&Value::Object(Map::from([
        ("fields", Value::Object(fields)),
        ("clp", clp),
        ("indexes", Value::Object(schema.indexes.clone())),
    ])))
}

fn schema_from(name: &str, text: &str) -> Result<ClassSchema> {
    let broken = || Error::internal(format!("the stored schema of {name} cannot be read"));
    let Ok(Value::Object(mut map)) = wire::reread(text.as_bytes()) else { return Err(broken()) };
    let mut object = |key: &str| match map.take(key) {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    };
    let mut fields = Named::default();
    for (field, declared) in object("fields").ok_or_else(broken)? {
        fields.insert(field.into(), Field::from_wire(declared).ok_or_else(broken)?);
    }
    Ok(ClassSchema {
        name: name.to_owned(),
        fields,
        clp: object("clp"),
        indexes: object("indexes").unwrap_or_default(),
    })
}
