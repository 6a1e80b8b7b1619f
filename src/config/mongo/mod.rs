//! `databaseURI: mongodb://…` with `databaseOptions`: what the driver is told, and what is said of the rest.

mod encode;
mod sorted;
mod spread;
#[cfg(test)]
mod tests;
mod uri;

use std::time::Duration;

use serde_json::Value;

use self::sorted::Sorted;
use self::uri::Uri;
use super::Secret;
use super::error::Warning;
use super::settings::Settings;
use super::table::{DATABASE_OPTIONS, Status};

/// A MongoDB database, and how it is used.
#[derive(Clone, Debug)]
pub struct MongoConfig {
    /// For the driver: where it is, who we are, and every setting as the driver spells it.
    pub uri: Secret,
    /// Hosts and database, for people: no user, no password.
    pub shown: String,
    /// What stands before the name of every collection (`collectionPrefix`).
    pub prefix: String,
    /// The password, for the check of its strength.
    pub password: Option<Secret>,
    /// Documents that come at a time (`batchSize`).
    pub batch_size: u32,
    /// The longest that a read may take, on top of the deadline of its request (`maxTimeMS`).
    pub max_time: Option<Duration>,
    /// How often changes of other processes are looked for where the database does not tell of them (`schemaCacheTtl`).
    pub look_every: Duration,
    /// Name and version that the database is told of us (`clientMetadata`).
    pub client: Option<(String, String)>,
    /// Whether names and addresses of users are compared as the collection compares texts (`enableCollationCaseComparison`).
    pub collection_collation: bool,
    /// Indexes that are not made at the start (`createIndex…: false`).
    pub without: Vec<OwnIndex>,
}

/// Indexes of Parse's own classes that an operator may rather make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnIndex {
    /// `_auth_data_<provider>_id` of `_User`.
    AuthData,
    /// `name_1` of `_Role`.
    RoleName,
    /// `email_1` of `_User`.
    Email,
    /// `case_insensitive_email` of `_User`.
    EmailByCase,
    /// `_email_verify_token` of `_User`.
    VerifyToken,
    /// `_perishable_token` of `_User`.
    ResetToken,
    /// `username_1` of `_User`.
    Username,
    /// `case_insensitive_username` of `_User`.
    UsernameByCase,
}

const SWITCHES: [(&str, OwnIndex); 8] = [
    ("createIndexAuthDataUniqueness", OwnIndex::AuthData),
    ("createIndexRoleName", OwnIndex::RoleName),
    ("createIndexUserEmail", OwnIndex::Email),
    ("createIndexUserEmailCaseInsensitive", OwnIndex::EmailByCase),
    ("createIndexUserEmailVerifyToken", OwnIndex::VerifyToken),
    ("createIndexUserPasswordResetToken", OwnIndex::ResetToken),
    ("createIndexUserUsername", OwnIndex::Username),
    ("createIndexUserUsernameCaseInsensitive", OwnIndex::UsernameByCase),
];

/// How often changes of other processes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Documents at a time unless something else is said, as in Parse Server.
const BATCH: u32 = 1000;

impl MongoConfig {
    /// The database of a URI, everything else as it is by default.
    ///
    /// # Errors
    /// What is wrong with the URI.
    pub fn at(uri: &str) -> Result<Self, String> {
        read(&Settings::default(), uri, &mut Vec::new())
    }

    /// Do both store in one place, as far as their configuration tells?
    pub fn is_at_place_of(&self, other: &Self) -> bool {
        (&self.shown, &self.prefix) == (&other.shown, &other.prefix)
    }
}

/// Reads a URI with the options that go with it.
pub(super) fn read(settings: &Settings, uri: &str, warnings: &mut Vec<Warning>) -> Result<MongoConfig, String> {
    let mut uri = Uri::parse(uri)?;
    let mut sorted = Sorted::new(warnings);
    for (name, value) in settings.given("databaseOptions").and_then(Value::as_object).into_iter().flatten() {
        let of_driver = DATABASE_OPTIONS.get(name).is_none_or(|option| option.status == Status::Driver);
        if of_driver && !value.is_null() {
            sorted.option(name, value)?;
        }
    }
    for (name, value) in std::mem::take(&mut uri.settings) {
        sorted.in_uri(&name, value)?;
    }
    let client = sorted.finish(&mut uri)?;
    let of = "databaseOptions";
    let number = |name: &str| settings.get_in(of, name).and_then(|number| number.as_u64());
    let batch = number("batchSize").and_then(|size| u32::try_from(size).ok()).filter(|size| *size > 0);
    Ok(MongoConfig {
        uri: Secret::new(uri.text()),
        shown: uri.shown(),
        prefix: settings.text("collectionPrefix")?.unwrap_or_default(),
        password: uri.password.map(Secret::new),
        batch_size: batch.unwrap_or(BATCH),
        max_time: number("maxTimeMS").filter(|time| *time > 0).map(Duration::from_millis),
        look_every: number("schemaCacheTtl").filter(|ms| *ms > 0).map_or(LOOK_EVERY, Duration::from_millis),
        client,
        collection_collation: settings.bool("enableCollationCaseComparison"),
        without: SWITCHES.into_iter().filter(|(name, _)| !settings.bool_in(of, name)).map(|(_, index)| index).collect(),
    })
}
