//! Faults in a database of MongoDB: documents of old servers, and of none.

use super::{clean, look, made, mend, pointer, stop, uri};
use crate::support::{Actor, Backend, Server};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc, oid::ObjectId};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tokio::runtime::Runtime;

/// The database of a server, past that server.
struct Base(Runtime, mongodb::Database);

impl Base {
    fn of(server: &Server) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(mongodb::Client::with_uri_str(uri(server))).unwrap();
        let database = client.default_database().unwrap();
        Self(runtime, database)
    }

    fn put<const N: usize>(&self, class: &str, rows: [Document; N]) {
        self.0.block_on(self.1.collection(class).insert_many(rows).into_future()).unwrap();
    }

    fn set(&self, class: &str, id: &str, change: Document) {
        let collection = self.1.collection::<Document>(class);
        let changed = collection.update_one(doc! { "_id": id }, change);
        assert_eq!(self.0.block_on(changed.into_future()).unwrap().matched_count, 1, "{class} {id}");
    }

    fn drop_index(&self, class: &str, name: &str) {
        // One engine's answer is not in the words that the driver knows: whether it has gone is looked up.
        let collection = self.1.collection::<Document>(class);
        drop(self.0.block_on(collection.drop_index(name).into_future()));
        let left = self.0.block_on(collection.list_index_names().into_future()).unwrap();
        assert!(!left.iter().any(|left| left == name), "{left:?}");
    }

    /// All documents and all indexes.
    fn all(&self) -> Vec<String> {
        self.0.block_on(async {
            let mut all = Vec::new();
            for name in self.1.list_collection_names().await.unwrap() {
                let collection = self.1.collection::<Document>(&name);
                let rows: Vec<Document> = collection.find(doc! {}).await.unwrap().try_collect().await.unwrap();
                let indexes = collection.list_index_names().await.unwrap();
                all.extend(rows.iter().map(|row| format!("{name} {row}")).chain([format!("{name} {indexes:?}")]));
            }
            all.sort();
            all
        })
    }
}

fn spoil(base: &Base) {
    let row = |id: Bson, more: Document| {
        let mut row = doc! { "_id": id, "_created_at": DateTime::now(), "_updated_at": DateTime::now() };
        row.extend(more);
        row
    };
    base.put(
        "Post",
        [
            row("r0".into(), doc! { "score": "many", "extra": 1, "a-b": 1, "_p_lost": "Post$p0" }),
            row("r1".into(), doc! { "_strange": 1 }),
            row("r2".into(), doc! { "_p_author": "Post$p0" }),
            row(ObjectId::new().into(), doc! {}),
            row("r4".into(), doc! { "_acl": { "ann": { "r": true } } }),
            row("r5".into(), doc! { "_acl": {}, "_rperm": [] }),
            doc! { "_id": "r6", "createdAt": DateTime::now(), "_updated_at": DateTime::now() },
            row("r7".into(), doc! { "_p_author": "_User$gone", "body": "x".repeat(2000) }),
        ],
    );
    let entry = |owning: &str, related: &str| doc! { "owningId": owning, "relatedId": related };
    let like = entry("p0", "ann");
    base.put("_Join:likes:Post", [like.clone(), like, entry("p0", "gone"), entry("gone", "ann")]);
    base.put("_Join:users:_Role", [doc! { "owningId": "admins" }, doc! { "relatedId": 1 }]);
    base.put("_Join:old:Post", [entry("p0", "ann")]);
    base.put("_Join:a:Gone", [entry("p0", "ann")]);
    base.put("Lost", [row("l0".into(), doc! {})]);
    let session = |id: &str, user: &str, until: DateTime| {
        row(
            id.into(),
            doc! { "_p_user": format!("_User${user}"), "_session_token": format!("r:{id}"), "expiresAt": until },
        )
    };
    let later = DateTime::from_millis(4_000_000_000_000);
    base.put(
        "_Session",
        [
            session("s0", "gone", later),
            session("s1", "ann", DateTime::from_millis(1_500_000_000_000)),
            row("s2".into(), doc! { "_p_user": "_User$ann", "_expiresAt": later }),
        ],
    );
    for index in ["username_1", "case_insensitive_email", "_perishable_token"] {
        base.drop_index("_User", index);
    }
    base.drop_index("_Idempotency", "ttl");
    base.drop_index("Post", "by_title");
    base.put(
        "_User",
        [
            row("dan".into(), doc! { "username": "Ann", "authData": { "x": { "id": "1" } } }),
            row("eve".into(), doc! { "email": "eve@a.b", "_session_token": "old" }),
            row("fay".into(), doc! { "username": "fay", "_auth_data_gone": { "id": "1" } }),
        ],
    );
    base.set(
        "_SCHEMA",
        "Post",
        doc! { "$set": { "_client_permissions": { "find": true }, "createdAt": "string",
        "old": "map", "odd": "strange" } },
    );
}

const FOUND: [&str; 36] = [
    "acl-not-in-force Post 2",
    "bad-name Post.a-b 1",
    "broken-entry _Join:users:_Role 2",
    "declared-index-missing Post.by_title 1",
    "doubled-entry _Join:likes:Post 2",
    "entry-to-nothing _Join:likes:Post 1",
    "entry-without-owner _Join:likes:Post 1",
    "expired-session _Session 1",
    "id-no-text Post 1",
    "legacy-token _User 1",
    "long-key Post.body 1",
    "lost-pointer Post.lost 1",
    "missing-account-index _User._auth_data_gone.id 1",
    "missing-index _Idempotency.expire 1",
    "missing-index _User._perishable_token 1",
    "missing-index _User.email 1",
    "missing-unique-index _User.username 1",
    "no-clp Open 1",
    "old-auth-data _User 1",
    "old-column Post.createdAt 1",
    "old-column _Session._expiresAt 1",
    "old-permissions Post 1",
    "old-type Post.createdAt 1",
    "old-type Post.old 1",
    "orphaned-session _Session 1",
    "pointer-to-nothing Post.author 1",
    "same-name _User.username 1",
    "session-without-token _Session 1",
    "stray-class Lost 1",
    "stray-relation _Join:a:Gone 1",
    "stray-relation _Join:old:Post 1",
    "unknown-column Post.extra 1",
    "unknown-type Post.odd 1",
    "unreadable-row Post 2",
    "user-without-username _User 1",
    "wrong-type Post.score 1",
];

#[test]
fn every_fault_is_found_and_mended() {
    if !Backend::has_mongo("the doctor on a spoilt database") {
        return;
    }
    let mut server = clean(Backend::Mongo);
    made(&server.client(Actor::Master), "/schemas/Open", json!({"className": "Open"}));
    made(&server.client(Actor::Master), "/classes/Open", json!({"to": pointer("Post", "p0")}));
    stop(&mut server);
    let base = Base::of(&server);
    spoil(&base);
    let before = base.all();
    let found = look(&server.dir(), &[&uri(&server), "--batch", "3"]);
    found.says(&FOUND);
    assert_eq!(found.status, 1);
    let named: Vec<Value> = found.of("unreadable-row", None)["first"].as_array().unwrap().clone();
    assert_eq!(named.iter().map(|row| &row["objectId"]).collect::<Vec<_>>(), ["r1", "r2"]);
    assert!(before == base.all(), "the database has changed");
    server.restart();
    let shell = shell(&server.dir());
    mend(&server, &found, &shell);
    stop(&mut server);
    server.restart();
    stop(&mut server);
    let left = look(&server.dir(), &[&uri(&server)]);
    if !shell.is_empty() {
        // What asks for people: which class a pointer means, which type a column has under its new name, and a provider that is
        // not configured.
        let providers = ["x", "gone"].map(|name| format!("missing-account-index _User._auth_data_{name}.id 1"));
        left.says(&["unreadable-row Post 1", "unknown-column Post.a_b 1", &providers[0], &providers[1]]);
    }
}

/// What makes `mongosh` a command, if there is a driver for it.
fn shell(dir: &Path) -> Vec<(&'static str, String)> {
    let Ok(modules) = std::env::var("PARITY_MODULES") else {
        eprintln!("left out: commands for mongosh (PARITY_MODULES names no driver)");
        return Vec::new();
    };
    let program = dir.join("mongosh");
    std::fs::write(&program, include_str!("mongosh.js")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", dir.display(), std::env::var("PATH").unwrap_or_default());
    vec![("PATH", path), ("PARITY_MODULES", modules)]
}
