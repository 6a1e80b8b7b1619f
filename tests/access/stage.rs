//! Who asks, and the app they ask: three users, a role, and objects made anew for each request.

use crate::support::{Actor, Answer, Client, Peer, Said, Subject};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// Options of the app, beyond those of every test; Parse Server gets the same from `oracle.js`.
pub const OPTIONS: &str = include_str!("options.json");
/// An address that no list of the options holds.
const ELSEWHERE: &str = "203.0.113.9";

/// What a request can carry to say who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing at all.
    Nothing,
    /// The app, without any of its client keys.
    NoKey,
    /// A client key.
    Key,
    /// The session of the user that the objects belong to.
    User,
    /// The session of another user.
    Other,
    /// The session of a member of the role that may write the objects.
    Member,
    /// The master key; from an address that may not use it.
    Master,
    MasterElsewhere,
    /// The read-only master key; from an address that may not use it.
    ReadOnly,
    ReadOnlyElsewhere,
    /// The maintenance key; from an address that may not use it.
    Maintenance,
    MaintenanceElsewhere,
}

use Credential::*;

impl Credential {
    /// The columns of the table, in their order.
    pub const ALL: [Credential; 12] = [
        Nothing,
        NoKey,
        Key,
        User,
        Other,
        Member,
        Master,
        MasterElsewhere,
        ReadOnly,
        ReadOnlyElsewhere,
        Maintenance,
        MaintenanceElsewhere,
    ];

    /// The name of the column.
    pub const fn name(self) -> &'static str {
        match self {
            Nothing => "nothing",
            NoKey => "no-key",
            Key => "client",
            User => "user",
            Other => "other",
            Member => "member",
            Master => "master",
            MasterElsewhere => "master@",
            ReadOnly => "readonly",
            ReadOnlyElsewhere => "readonly@",
            Maintenance => "maint",
            MaintenanceElsewhere => "maint@",
        }
    }
}

/// What no name had before.
pub fn fresh() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("N{}x{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

/// The users of the app, and the session of each.
pub struct Stage {
    client: Client,
    /// Id and token of [`Credential::User`], [`Credential::Other`] and [`Credential::Member`].
    pub users: [(String, String); 3],
}

/// Name of the one user with a password.
pub const NAMED: &str = "named";

impl Stage {
    /// The classes that all stages share. The second of them is closed to all but a role. Our own server has the function of
    /// the oracle as a webhook, which lasts as long as the peer.
    pub fn prepare(subject: &Subject) -> Peer {
        let client = subject.client(Actor::NoKeys);
        let master = |method: &str, path: &str, body: Value| {
            client.send(method, path, &headers_of(Master, None), Some(body.to_string().as_bytes()))
        };
        let only = json!({"role:Team": true});
        let closed = json!({"classLevelPermissions": {
            "find": only, "get": only, "count": only, "create": only, "update": only, "delete": only,
        }});
        assert_eq!(master("POST", "/schemas/Closed", closed).status, 200);
        assert_eq!(master("POST", "/schemas/Post", json!({})).status, 200);
        let named = json!({"username": NAMED, "password": "pw"});
        assert_eq!(master("POST", "/users", named).status, 201);
        assert_eq!(master("POST", "/roles", json!({"name": "Team", "ACL": {}})).status, 201);
        let peer = Peer::start(|_| Said::Json(json!({"success": "hi"})));
        if subject.own().is_some() {
            let hello = json!({"functionName": "hello", "url": peer.url("/hello")});
            assert_eq!(master("POST", "/hooks/functions", hello).status, 200);
        }
        peer
    }

    /// Signs three users up and puts the third into the role.
    pub fn set(subject: &Subject) -> Stage {
        let client = subject.client(Actor::NoKeys);
        let mark = fresh();
        let users = ["user", "other", "member"].map(|name| {
            let body = json!({"authData": {"anonymous": {"id": format!("{name}{mark}")}}});
            let answer = client.send("POST", "/users", &headers_of(Key, None), Some(body.to_string().as_bytes()));
            let body = answer.json();
            (text(&body["objectId"]), text(&body["sessionToken"]))
        });
        let stage = Stage { client, users };
        let role = stage.master("GET", "/roles", &json!({"where": {"name": "Team"}})).json();
        let member = json!({"__type": "Pointer", "className": "_User", "objectId": stage.users[2].0});
        let joined = json!({"users": {"__op": "AddRelation", "objects": [member]}});
        let path = format!("/roles/{}", text(&role["results"][0]["objectId"]));
        assert_eq!(stage.master("PUT", &path, &joined).status, 200);
        stage
    }

    /// A request with the master key.
    pub fn master(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(Master, method, path, Some(body))
    }

    /// A request with a credential, in headers.
    pub fn send(&self, who: Credential, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string);
        self.client.send(method, path, &headers_of(who, self.token(who)), body.as_ref().map(String::as_bytes))
    }

    /// A request with a credential, in the body of a POST as SDKs send it; `None` where a body cannot say it.
    pub fn send_as_sdk(&self, who: Credential, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let mut body = body.clone();
        let keys: &[(&str, &str)] = match who {
            Nothing => &[],
            NoKey => &[("_ApplicationId", "app")],
            Master | MasterElsewhere => &[("_ApplicationId", "app"), ("_MasterKey", "mk")],
            ReadOnly | ReadOnlyElsewhere => &[("_ApplicationId", "app"), ("_MasterKey", "ro")],
            Maintenance | MaintenanceElsewhere => return None,
            _ => &[("_ApplicationId", "app"), ("_JavaScriptKey", "js")],
        };
        let token = self.token(who).map(|token| ("_SessionToken", token));
        for (key, value) in keys.iter().copied().chain(token).chain([("_method", method)]) {
            body[key] = json!(value);
        }
        let plain = [("Content-Type", "text/plain"), ("X-Forwarded-For", address_of(who))];
        Some(self.client.send("POST", path, &plain, Some(body.to_string().as_bytes())))
    }

    fn token(&self, who: Credential) -> Option<&str> {
        let user = match who {
            User => 0,
            Other => 1,
            Member => 2,
            _ => return None,
        };
        Some(&self.users[user].1)
    }
}

fn address_of(who: Credential) -> &'static str {
    match who {
        MasterElsewhere | ReadOnlyElsewhere | MaintenanceElsewhere => ELSEWHERE,
        _ => "127.0.0.1",
    }
}

fn headers_of(who: Credential, token: Option<&str>) -> Vec<(&str, &str)> {
    let app = ("X-Parse-Application-Id", "app");
    let mut headers = match who {
        Nothing => Vec::new(),
        NoKey => vec![app],
        Key | User | Other | Member => vec![app, ("X-Parse-REST-API-Key", "rest")],
        Master | MasterElsewhere => vec![app, ("X-Parse-Master-Key", "mk")],
        ReadOnly | ReadOnlyElsewhere => vec![app, ("X-Parse-Master-Key", "ro")],
        Maintenance | MaintenanceElsewhere => vec![app, ("X-Parse-Maintenance-Key", "mt")],
    };
    headers.extend(token.map(|token| ("X-Parse-Session-Token", token)));
    headers.push(("X-Forwarded-For", address_of(who)));
    headers
}

/// The text of a value.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
