//! Lock-out: too many failed log-ins lock an account for a while (`objects.md` section 9).

use std::sync::Arc;

use crate::access::{Update, internal};
use crate::config::LockoutConfig;
use crate::error::{Code, Error};
use crate::model::{ClassSchema, Constraint, Date, Filter, Op, ParseObject, Path, Value};

const COUNT: &str = "_failed_login_count";
const UNTIL: &str = "_account_lockout_expires_at";
/// What is known of failed log-ins.
pub const COLUMNS: [&str; 2] = [COUNT, UNTIL];

/// What is done to a user's counter, each in one statement with its condition in it: of attempts at the same time none is
/// counted twice or not at all.
#[derive(Debug, Clone, Copy)]
pub struct Lockout<'a> {
    /// The rule.
    pub config: &'a LockoutConfig,
    /// Now.
    pub now: Date,
}

impl Lockout<'_> {
    /// Counts an attempt, if the account is not locked: a failure one up, a success back to 0.
    pub fn count(&self, schema: Arc<ClassSchema>, user: &str, success: bool) -> Update {
        let op = if success { Op::Set(Value::Number(0.0)) } else { Op::Increment(1.0) };
        let locked =
            Filter::And(vec![Filter::Field(UNTIL.into(), vec![Constraint::Gt(Value::Date(self.now))]), self.over()]);
        let filter = Filter::eq("objectId", user).and(Filter::Nor(vec![locked]));
        self.plan(schema, filter, COUNT, op)
    }

    /// Locks the account, if it has failed often enough.
    pub fn lock(&self, schema: Arc<ClassSchema>, user: &str) -> Update {
        let until = self.now.0.saturating_add((self.config.minutes * 60_000.0) as i64);
        let filter = Filter::eq("objectId", user).and(self.over());
        self.plan(schema, filter, UNTIL, Op::Set(Value::Date(Date(until))))
    }

    fn over(&self) -> Filter {
        Filter::Field(COUNT.into(), vec![Constraint::Gte(Value::Number(self.config.threshold))])
    }

    fn plan(&self, schema: Arc<ClassSchema>, filter: Filter, path: &str, op: Op) -> Update {
        let ops = vec![(Path::from(path), op)];
        internal("failed log-ins are counted whoever makes them").update(schema, filter, ops, self.now).silently()
    }

    /// Was the failure that was just counted one too many? `Some(true)` if even the answer says so.
    pub fn is_over(&self, user: &ParseObject) -> Option<bool> {
        let count = user.internal.get(COUNT).and_then(Value::as_number).unwrap_or_default();
        (count >= self.config.threshold).then_some(count > self.config.threshold)
    }

    /// 101 for a locked account.
    pub fn error(&self) -> Error {
        let minutes = crate::model::number::text(self.config.minutes);
        let text = format!(
            "Your account is locked due to multiple failed login attempts. Please try again after {minutes} minute(s)"
        );
        Error::new(Code::ObjectNotFound, text)
    }
}
