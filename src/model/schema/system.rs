//! The columns that Parse's own classes have from the start (`objects.md` section 8).

use super::{Field, FieldType, Named};

/// `name type [target]`, separated by commas; one line a class.
const COLUMNS: &[(&str, &str)] = &[
    ("_User", "username String, password String, email String, emailVerified Boolean, authData Object"),
    (
        "_Installation",
        "installationId String, deviceToken String, channels Array, deviceType String, pushType String, \
         GCMSenderId String, timeZone String, localeIdentifier String, badge Number, appVersion String, appName String, \
         appIdentifier String, parseVersion String",
    ),
    ("_Role", "name String, users Relation _User, roles Relation _Role"),
    ("_Session", "user Pointer _User, installationId String, sessionToken String, expiresAt Date, createdWith Object"),
    (
        "_Product",
        "productIdentifier String, download File, downloadName String, icon File, order Number, title String, subtitle String",
    ),
    (
        "_PushStatus",
        "pushTime String, source String, query String, payload String, title String, expiry Number, \
         expiration_interval Number, status String, numSent Number, numFailed Number, pushHash String, \
         errorMessage Object, sentPerType Object, failedPerType Object, sentPerUTCOffset Object, \
         failedPerUTCOffset Object, count Number",
    ),
    ("_JobStatus", "jobName String, source String, status String, message String, params Object, finishedAt Date"),
    (
        "_JobSchedule",
        "jobName String, description String, params String, startAfter String, daysOfWeek Array, timeOfDay String, \
         lastRun Number, repeatMinutes Number",
    ),
    ("_Hooks", "functionName String, className String, triggerName String, url String"),
    ("_GlobalConfig", "params Object, masterKeyOnly Object"),
    ("_GraphQLConfig", "config Object"),
    ("_Audience", "name String, query String, lastUsed Date, timesUsed Number"),
    ("_Idempotency", "reqId String, expire Date"),
];

/// The columns of a new class: `objectId`, `createdAt`, `updatedAt`, `ACL`, then Parse's own for a system class.
pub fn default_fields(class: &str) -> Named<Field> {
    let every = [
        ("objectId", FieldType::String),
        ("createdAt", FieldType::Date),
        ("updatedAt", FieldType::Date),
        ("ACL", FieldType::Acl),
    ];
    let mut fields: Named<Field> = every.into_iter().map(|(name, ty)| (name.to_owned(), Field::new(ty))).collect();
    let own = COLUMNS.iter().find(|(name, _)| *name == class).map_or("", |(_, columns)| columns);
    for column in own.split(',') {
        let mut words = column.split_whitespace();
        let (Some(name), Some(ty)) = (words.next(), words.next()) else { continue };
        if let Some(ty) = FieldType::from_name(ty, words.next()) {
            fields.insert(name.to_owned(), Field::new(ty));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        for (class, columns) in COLUMNS {
            assert_eq!(default_fields(class).len(), 4 + columns.split(',').count(), "{class}");
        }
        assert_eq!(default_fields("_Role")["roles"].ty, FieldType::Relation("_Role".into()));
    }
}
