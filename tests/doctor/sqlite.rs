//! Faults in a file: most by requests that a server takes, the others behind its back.

use super::{clean, look, made, mend, pointer, stop, uri};
use crate::support::{Actor, Backend, Server};
use rusqlite::Connection;
use serde_json::json;

/// The file of a server that does not run.
struct File(Connection);

impl File {
    fn of(server: &Server) -> Self {
        Self(Connection::open(server.dir().join("x.db")).unwrap())
    }

    fn run(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    fn number(&self, sql: &str) -> i64 {
        self.0.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    fn class(&self, name: &str) -> i64 {
        self.number(&format!("SELECT id FROM class WHERE name = '{name}'"))
    }

    /// Changes the documents of some rows, past the schema.
    fn change(&self, class: &str, which: &str, doc: &str) {
        let table = self.class(class);
        self.run(&format!("UPDATE t{table} SET doc = {doc} WHERE {which}"));
    }

    fn drop_index(&self, class: &str, name: &str) {
        let id = self.number(&format!("SELECT id FROM ix WHERE class = {} AND name = '{name}'", self.class(class)));
        self.run(&format!("DROP INDEX i{id}"));
    }

    /// Everything in it.
    fn all(server: &Server) -> Vec<u8> {
        std::fs::read(server.dir().join("x.db")).unwrap()
    }
}

fn spoil_by_requests(server: &Server) {
    let master = server.client(Actor::Master);
    let to = |id: &str| pointer("_User", id);
    made(&master, "/schemas/Open", json!({"className": "Open"}));
    let everybody = json!({"find": {"*": true}, "create": {"*": true}, "addField": {"*": true}});
    made(&master, "/schemas/Public", json!({"className": "Public", "classLevelPermissions": everybody}));
    let likes = json!({"__op": "AddRelation", "objects": [to("gone"), to("ann")]});
    made(
        &master,
        "/classes/Post",
        json!({"objectId": "q0", "likes": likes, "author": to("gone"), "tags": [to("lost")]}),
    );
    made(&master, "/classes/Post", json!({"objectId": "q1", "body": "x".repeat(2000), "meta": {"a": [to("lost")]}}));
    let likes = json!({"__op": "AddRelation", "objects": [to("ann"), to("bob")]});
    made(&master, "/classes/Post", json!({"objectId": "q2", "likes": likes}));
    assert_eq!(master.send("DELETE", "/classes/Post/q2", &[], None).status, 200);
}

fn spoil_the_file(file: &File) {
    file.change("Post", "id = 'p0'", "json_set(doc, '$.score', 'many', '$.extra', 1)");
    file.change("Post", "id = 'p1'", r#"json_set(doc, '$.extra', 2, '$."a-b"', 1)"#);
    file.change("Post", "id = 'p2'", "'{broken'");
    let session = |user: &str| format!("json_extract(doc, '$.user.objectId') = '{user}'");
    file.change("_Session", &session("ann"), "json_set(doc, '$.user.objectId', 'gone')");
    file.change("_Session", &session("bob"), "json_remove(doc, '$.sessionToken')");
    file.change("_Session", &session("cid"), "json_set(doc, '$.expiresAt.iso', '2020-01-01T00:00:00.000Z')");
    for index in ["unique text username", "unique text email"] {
        file.drop_index("_User", index);
        file.run(&format!("DELETE FROM ix WHERE name = '{index}'"));
    }
    for index in ["by_title", "by_author"] {
        file.drop_index("Post", index);
    }
    file.change("_User", "id = 'bob'", "json_set(doc, '$.username', 'ANN', '$.email', 'ann@a.b')");
    file.change("_User", "id = 'cid'", "json_remove(doc, '$.username')");
    let users = file.class("_User");
    let token = file.number(&format!("SELECT number FROM col WHERE class = {users} AND name = '_session_token'"));
    let set = format!("priv = json_set(priv, '$._session_token', 'old'), c{token} = 'old'");
    file.run(&format!("UPDATE t{users} SET {set} WHERE id = 'cid'"));
}

#[test]
fn every_fault_is_found_and_mended() {
    let mut server = clean(Backend::Sqlite);
    spoil_by_requests(&server);
    stop(&mut server);
    spoil_the_file(&File::of(&server));
    let before = File::all(&server);
    let found = look(&server.dir(), &[&uri(&server), "--batch", "2"]);
    found.says(&[
        "bad-name Post.a-b 1",
        "declared-index-missing Post.by_author 1",
        "declared-index-missing Post.by_title 1",
        "entry-to-nothing _Join:likes:Post 1",
        "entry-without-owner _Join:likes:Post 2",
        "expired-session _Session 1",
        "legacy-token _User 1",
        "long-key Post.body 1",
        "missing-index _User.email 1",
        "missing-index _User.username 1",
        "missing-unique-index _User.email 1",
        "missing-unique-index _User.username 1",
        "no-clp Open 1",
        "orphaned-session _Session 1",
        "pointer-to-nothing Post.author 1",
        "pointer-to-nothing Post.meta 1",
        "pointer-to-nothing Post.tags 1",
        "public-writes Public 1",
        "same-name _User.email 1",
        "same-name _User.username 1",
        "session-without-token _Session 1",
        "unknown-column Post.extra 2",
        "unreadable-row Post 1",
        "user-without-username _User 1",
        "wrong-type Post.score 1",
    ]);
    assert_eq!(found.status, 1);
    assert_eq!(found.of("same-name", Some("email"))["first"][0]["what"], json!("ann@a.b (ann), ann@a.b (bob)"));
    assert_eq!(
        found.of("wrong-type", Some("score"))["first"],
        json!([{"objectId": "p0", "what": "String in place of Number"}])
    );
    assert!(before == File::all(&server), "the file has changed");
    server.restart();
    mend(&server, &found, &[]);
    stop(&mut server);
    // Which makes the indexes that the doubled names stood against.
    server.restart();
    stop(&mut server);
    let left = look(&server.dir(), &[&uri(&server)]);
    // What asks for people: to edit an export, to look at an object.
    left.says(&["bad-name Post.a-b 1", "entry-without-owner _Join:likes:Post 4", "pointer-to-nothing Post.meta 1"]);
}
