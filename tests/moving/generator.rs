//! An export as Parse.com gave it, of any size: all types, users with old passwords, roles, sessions, installations, relations. The
//! same number gives the same files.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The password of every user.
pub const PASSWORD: &str = "an old secret";

/// How many there are of what.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub users: u64,
    pub scores: u64,
    pub installations: u64,
    pub sessions: u64,
    pub members: u64,
    pub likes: u64,
}

impl Size {
    /// So many rows altogether, entries of relations among them, besides two roles.
    pub fn of(rows: u64) -> Self {
        let (users, installations, sessions) = (rows / 10, rows / 20, rows / 20);
        let (members, likes) = (users / 2, rows / 10);
        Self {
            users,
            installations,
            sessions,
            members,
            likes,
            scores: rows - users - installations - sessions - members - likes - 2,
        }
    }

    /// Rows by the names of their files.
    pub fn files(self) -> [(&'static str, u64); 7] {
        [
            ("_User", self.users),
            ("GameScore", self.scores),
            ("_Installation", self.installations),
            ("_Session", self.sessions),
            ("_Role", 2),
            ("_Join:users:_Role", self.members),
            ("_Join:likes:GameScore", self.likes),
        ]
    }
}

/// Writes the files.
pub fn write(folder: &Path, size: Size) {
    let hash = bcrypt::hash(PASSWORD, 4).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    for (name, rows) in size.files() {
        let mut file = BufWriter::new(File::create(folder.join(format!("{name}.json"))).unwrap());
        file.write_all(b"{ \"results\": [\n").unwrap();
        for n in 0..rows {
            let row = match name {
                "_User" => user(n, &hash),
                "GameScore" => score(n, size),
                "_Installation" => installation(n, size),
                "_Session" => session(n, size),
                "_Role" => role(n),
                "_Join:users:_Role" => json!({"owningId": "roleAdmins", "relatedId": user_id(n)}),
                // Three each, no user among them twice.
                _ => {
                    json!({"owningId": score_id(n / 3), "relatedId": user_id(chance(n / 3).wrapping_add(n) % size.users)})
                }
            };
            let comma = if n + 1 < rows { "," } else { "" };
            writeln!(file, "\t{row}{comma}").unwrap();
        }
        file.write_all(b"] }\n").unwrap();
        file.flush().unwrap();
    }
}

/// A number that looks like chance.
fn chance(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn id(kind: char, n: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut left = chance(n ^ u64::from(u32::from(kind)) << 40);
    let mut text = String::from(kind);
    for _ in 0..9 {
        text.push(char::from(LETTERS[(left % 62) as usize]));
        left /= 62;
    }
    text
}

pub fn user_id(n: u64) -> String {
    id('u', n)
}

pub fn score_id(n: u64) -> String {
    id('s', n)
}

pub fn date(n: u64) -> String {
    let n = chance(n);
    let (month, day, hour, ms) = (n % 12 + 1, n / 12 % 28 + 1, n / 400 % 24, n / 10_000 % 1000);
    format!("201{}-{month:02}-{day:02}T{hour:02}:00:07.{ms:03}Z", n / 100_000_000 % 7)
}

fn with_times(mut row: Value, n: u64) -> Value {
    row["createdAt"] = json!(date(n));
    row["updatedAt"] = json!(date(n + 1));
    row
}

fn user(n: u64, hash: &str) -> Value {
    let id = user_id(n);
    let mut row = json!({
        "objectId": id, "username": format!("player{n}"), "email": format!("player{n}@example.com"), "emailVerified": n.is_multiple_of(2),
        "bcryptPassword": hash, "sessionToken": format!("old{n}"), "ACL": {"*": {"read": true}, (id.as_str()): {"read": true, "write": true}},
    });
    if n % 10 == 3 {
        row["authData"] = json!({"facebook": {"id": n.to_string(), "access_token": "x", "expiration_date": "2013-03-01T00:00:00.000Z"}});
    }
    with_times(row, n)
}

fn score(n: u64, size: Size) -> Value {
    let player = json!({"__type": "Pointer", "className": "_User", "objectId": user_id(chance(n) % size.users)});
    let mut row = json!({
        "objectId": score_id(n), "score": chance(n) % 100_000, "ratio": (chance(n) % 1000) as f64 / 7.0,
        "name": format!("Größe \"{n}\" \\ ☃ \u{1f600}"), "cheats": n.is_multiple_of(3), "player": player,
        "at": {"__type": "Date", "iso": date(n + 5)},
        "place": {"__type": "GeoPoint", "latitude": (n % 180) as f64 - 90.0, "longitude": (n % 360) as f64 - 180.0 + 0.5},
        "photo": {"__type": "File", "name": format!("tfss-{n}-photo.jpg"), "url": format!("http://files.parsetfss.com/key/tfss-{n}-photo.jpg")},
        "raw": {"__type": "Bytes", "base64": "AAECAwQFBgcICQ=="},
        "tags": ["a", n, {"nested": [player, null, true]}, {"__type": "Date", "iso": date(n)}],
        "more": {"z": 1, "a": {"b": [], "c": {}, "place": {"__type": "GeoPoint", "latitude": 1, "longitude": 2}}, "p": player},
        "likes": {"__type": "Relation", "className": "_User"},
        "ACL": {"*": {"read": true}, "role:Admins": {"write": true}},
    });
    match n % 4 {
        0 => row["area"] = json!({"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1], [0, 0]]}),
        1 => row["nothing"] = Value::Null,
        2 => row["only"] = json!(n),
        _ => {}
    }
    with_times(row, n)
}

fn installation(n: u64, size: Size) -> Value {
    let row = json!({
        "objectId": id('i', n), "installationId": format!("{:08x}-0000-4000-8000-{n:012x}", chance(n) as u32),
        "deviceType": (if n.is_multiple_of(2) { "ios" } else { "android" }), "deviceToken": format!("{:016x}{n:016x}", chance(n)),
        "channels": ["", format!("team{}", n % 9)], "badge": n % 4, "timeZone": "Europe/Berlin", "appVersion": "1.0", "parseVersion": "1.7.5",
        "user": {"__type": "Pointer", "className": "_User", "objectId": user_id(n % size.users)},
    });
    with_times(row, n)
}

fn session(n: u64, size: Size) -> Value {
    let row = json!({
        "objectId": id('t', n), "sessionToken": format!("r:{:016x}{n:016x}", chance(n)),
        "user": {"__type": "Pointer", "className": "_User", "objectId": user_id(n % size.users)},
        "createdWith": {"action": "login", "authProvider": "password"}, "restricted": false,
        "expiresAt": {"__type": "Date", "iso": "2090-01-01T00:00:00.000Z"},
    });
    with_times(row, n)
}

/// The token of a session.
pub fn token(n: u64) -> String {
    format!("r:{:016x}{n:016x}", chance(n))
}

fn role(n: u64) -> Value {
    let name = ["Admins", "Owners"][n as usize];
    let row = json!({
        "objectId": format!("role{name}"), "name": name, "ACL": {"*": {"read": true}},
        "users": {"__type": "Relation", "className": "_User"}, "roles": {"__type": "Relation", "className": "_Role"},
    });
    with_times(row, n)
}

/// The same files every time; with `TEST_KEEP` they stay in that folder, for `benches/moving/run`.
#[test]
fn the_same_number_gives_the_same_files() {
    let (rows, kept) = (super::round::rows(), std::env::var_os("TEST_KEEP"));
    if let Some(folder) = &kept {
        write(Path::new(folder), Size::of(rows));
    }
    let dir = tempfile::TempDir::new().unwrap();
    for name in ["one", "two"] {
        write(&dir.path().join(name), Size::of(500));
    }
    for (name, rows) in Size::of(500).files() {
        let read =
            |folder: &str| std::fs::read_to_string(dir.path().join(folder).join(format!("{name}.json"))).unwrap();
        // Each hash of a password has chance in it.
        let plain = |text: String| {
            text.lines().map(|line| line.split("bcryptPassword").next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(plain(read("one")), plain(read("two")));
        assert_eq!(read("one").lines().count() as u64, rows + 2, "{name}");
    }
}
