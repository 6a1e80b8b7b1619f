//! `passwordPolicy`: what a password must be (`objects.md` section 9).

use fancy_regex::Regex;

use crate::config::PasswordPolicyConfig;
use crate::error::{Code, Error, Result};
use crate::model::{Date, Value};

/// A day in ms.
const DAY: f64 = 86_400_000.0;

/// The policy of an app; one without any allows every password.
#[derive(Debug, Default)]
pub struct Policy {
    config: Option<PasswordPolicyConfig>,
    pattern: Option<Regex>,
}

impl Policy {
    /// Compiles the option.
    ///
    /// # Errors
    /// 1 for a pattern that is none.
    pub fn new(config: Option<&PasswordPolicyConfig>) -> Result<Self> {
        let compile = |text: &String| {
            Regex::new(text).map_err(|e| Error::caused(format!("passwordPolicy.validatorPattern \"{text}\""), e))
        };
        let pattern = config.and_then(|c| c.pattern.as_ref()).map(compile).transpose()?;
        Ok(Self { config: config.cloned(), pattern })
    }

    /// Does the policy need to know the name of the user?
    pub fn asks_for_name(&self) -> bool {
        self.config.as_ref().is_some_and(|config| config.not_username)
    }

    /// May this be the password of a user with this name?
    ///
    /// # Errors
    /// 142 if not.
    pub fn check(&self, password: &str, username: Option<&str>) -> Result<()> {
        let Some(config) = &self.config else { return Ok(()) };
        // An expression that gives up has not matched.
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(password).unwrap_or(false)) {
            let text = "Password does not meet the Password Policy requirements.";
            return Err(refused(config.error.clone().unwrap_or_else(|| text.to_owned())));
        }
        if config.not_username && username.is_some_and(|name| password.contains(name)) {
            return Err(refused("Password cannot contain your username.".to_owned()));
        }
        Ok(())
    }

    /// How many of the last passwords, the present one included, may not be used again.
    pub fn history(&self) -> usize {
        self.config.as_ref().map_or(0, |config| config.history)
    }

    /// 142 for a password that was used before.
    pub fn repeated(&self) -> Error {
        refused(format!("New password should not be the same as last {} passwords.", self.history()))
    }

    /// The old hashes to keep, the present one being `current`.
    pub fn kept(&self, mut old: Vec<Value>, current: &str) -> Vec<Value> {
        let most = self.history().saturating_sub(2);
        old.truncate(self.history());
        old.drain(..old.len().saturating_sub(most));
        old.push(Value::from(current));
        old
    }

    /// Do passwords get too old?
    pub fn ages(&self) -> bool {
        self.config.as_ref().is_some_and(|config| config.max_age > 0.0)
    }

    /// Is a password too old that was set then?
    pub fn is_expired(&self, changed: Date, now: Date) -> bool {
        self.config
            .as_ref()
            .is_some_and(|config| config.max_age > 0.0 && (now.0 - changed.0) as f64 > config.max_age * DAY)
    }
}

fn refused(text: String) -> Error {
    Error::new(Code::ValidationError, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        let config = PasswordPolicyConfig {
            pattern: Some("^.{4,}$".into()),
            not_username: true,
            history: 3,
            max_age: 2.0,
            ..PasswordPolicyConfig::default()
        };
        Policy::new(Some(&config)).unwrap()
    }

    #[test]
    fn passwords_are_held_to_the_policy() {
        let text =
            |password: &str| policy().check(password, Some("bob")).map_or_else(|e| e.to_string(), |()| "ok".into());
        assert_eq!(text("abc"), "142: Password does not meet the Password Policy requirements.");
        assert_eq!(text("xbobx"), "142: Password cannot contain your username.");
        assert_eq!(text("long enough"), "ok");
        assert!(Policy::default().check("", Some("")).is_ok());
    }

    #[test]
    fn as_many_hashes_are_kept_as_are_compared_besides_the_present_one() {
        let kept = |old: &[&str]| policy().kept(old.iter().copied().map(Value::from).collect(), "now").len();
        assert_eq!((kept(&[]), kept(&["a"]), kept(&["a", "b"])), (1, 2, 2));
    }

    #[test]
    fn passwords_get_old() {
        let day = DAY as i64;
        assert!(policy().ages() && !policy().is_expired(Date(0), Date(2 * day)));
        assert!(
            policy().is_expired(Date(0), Date(2 * day + 1)) && !Policy::default().is_expired(Date(0), Date(9 * day))
        );
    }
}
