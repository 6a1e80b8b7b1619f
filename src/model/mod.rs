//! Parse's data, without any I/O: values, objects, operations, queries, schemas, and their form on the wire.
//!
//! Nothing here imports another module of ours but the error table.

pub mod acl;
pub mod date;
pub mod html;
pub mod id;
pub mod js;
pub mod locale;
pub mod map;
pub mod mustache;
pub mod names;
pub mod number;
pub mod object;
pub mod op;
pub mod path;
pub mod query;
pub mod schema;
pub mod value;
pub mod value_set;
pub mod wire;

pub use acl::Acl;
pub use date::Date;
pub use map::{Key, Map};
pub use object::ParseObject;
pub use op::Op;
pub use path::Path;
pub use query::{Constraint, Filter};
pub use schema::{ClassSchema, Field, FieldType};
pub use value::{Pointer, Value};
