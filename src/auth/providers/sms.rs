//! Tokens on telephones, the other kind of second factor (`accounts-auth.md` section 5).

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::bridge::{Bridge, FAILED};
use super::mfa::refused;
use super::{Question, Verdict, text};
use crate::config::MfaConfig;
use crate::error::Result;
use crate::model::id::Random;
use crate::model::{Date, Map, Value};

/// Sends tokens, and knows them again.
pub struct Sms {
    bridge: Bridge,
    digits: usize,
    /// How long a token is good, ms.
    period: i64,
}

impl Sms {
    /// Tokens of the form that the configuration says.
    pub fn new(config: &MfaConfig, bridge: Bridge) -> Self {
        let period = i64::try_from(config.period.as_millis()).unwrap_or(i64::MAX);
        Self { bridge, digits: config.digits as usize, period }
    }

    /// Sends a token to a number that is to become the user's.
    pub async fn set_up(&self, question: &Question<'_>, mobile: &str) -> Result<Verdict> {
        let token = self.send(question, mobile).await?;
        let pending = Map::from([(mobile, Value::Object(token))]);
        let save = Map::from([("pending", Value::Object(pending))]);
        Ok(Verdict { save: Some(save), ..Verdict::default() })
    }

    /// Takes the token that was sent to a number, which is the user's from then on.
    pub fn confirm(question: &Question<'_>, stored: &Map, mobile: &str) -> Result<Verdict> {
        let token = question.sent.get("token").filter(|token| token.truthy());
        let token = token.ok_or_else(|| refused("MFA is already set up on this account"))?;
        let mut pending = stored.get("pending").and_then(Value::as_object).cloned().unwrap_or_default();
        let sent = pending.take(mobile).ok_or_else(|| refused("This number is not pending"))?;
        let sent = sent.as_object().cloned().unwrap_or_default();
        if !is_token(&sent, token) || is_over(&sent, question.now) {
            return Err(refused("Invalid MFA token"));
        }
        let mut save = stored.clone();
        save.set("pending", Value::Object(pending));
        save.set("mobile", Value::from(mobile));
        Ok(Verdict { save: Some(save), ..Verdict::default() })
    }

    /// Sends a token to the user's number, or takes the one that was sent: it is gone then, as the write has what was stored
    /// as its condition.
    pub async fn log_in(&self, question: &Question<'_>, stored: &Map, mobile: &str) -> Result<Verdict> {
        let mut save = stored.clone();
        if text(question.sent, "token") == Some("request") {
            let token = self.send(question, mobile).await?;
            token.into_iter().for_each(|(key, value)| drop(save.set(key, value)));
            let refused = Some(refused("Please enter the token"));
            return Ok(Verdict { save: Some(save), refused, ..Verdict::default() });
        }
        if !question.sent.get("token").is_some_and(|token| is_token(stored, token)) {
            return Err(refused("Invalid MFA token 1"));
        }
        if is_over(stored, question.now) {
            return Err(refused("Invalid MFA token 2"));
        }
        ["token", "expiry"].iter().for_each(|key| drop(save.take(key)));
        Ok(Verdict { save: Some(save), ..Verdict::default() })
    }

    /// A new token, which is on its way to a number: what is remembered of it.
    async fn send(&self, question: &Question<'_>, mobile: &str) -> Result<Map> {
        if !is_number(mobile) {
            return Err(refused("Invalid mobile number."));
        }
        let token = digits(question.random, self.digits);
        self.bridge.call("sendSMS", vec![Value::from(token.as_str()), Value::from(mobile)], FAILED).await?;
        let expiry = Value::Date(Date(question.now.0.saturating_add(self.period)));
        Ok(Map::from([("token", Value::String(token)), ("expiry", expiry)]))
    }
}

/// So many digits, each as likely as the others.
fn digits(random: &dyn Random, count: usize) -> String {
    let mut token = String::with_capacity(count);
    while token.len() < count {
        let mut byte = [0];
        random.fill(&mut byte);
        let [byte] = byte;
        if byte < 250 {
            token.push(char::from(b'0' + byte % 10));
        }
    }
    token
}

/// Is it the token that was sent? Without one that was, none is.
fn is_token(sent: &Map, given: &Value) -> bool {
    let (Some(sent), Some(given)) = (text(sent, "token"), given.as_str()) else { return false };
    verify_slices_are_equal(sent.as_bytes(), given.as_bytes()).is_ok()
}

fn is_over(sent: &Map, now: Date) -> bool {
    !matches!(sent.get("expiry"), Some(Value::Date(expiry)) if now <= *expiry)
}

/// Parse Server's idea of a telephone number: `+`, maybe `(`, up to three digits, maybe `)`, then digits with dashes, blanks,
/// dots and slashes.
fn is_number(text: &str) -> bool {
    let rest = text.trim_start_matches('+');
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let first = rest.bytes().take(3).take_while(u8::is_ascii_digit).count();
    let rest = rest.get(first..).unwrap_or_default();
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    first > 0 && rest.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "-./".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_parse_server() {
        for number in ["+15551234567", "0049 30/123-45", "(030) 12.34", "1"] {
            assert!(is_number(number), "{number}");
        }
        for none in ["", "+", "call me", "12;34", "()12", "+1 555 x"] {
            assert!(!is_number(none), "{none}");
        }
    }

    struct Counting(std::sync::atomic::AtomicU8);
    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[test]
    fn a_token_has_its_digits_and_is_known_for_a_while() {
        let token = digits(&Counting(248.into()), 6);
        assert_eq!(token, "890123", "bytes from 250 on would make some digits likelier");
        let sent = Map::from([("token", Value::from("890123")), ("expiry", Value::Date(Date(5)))]);
        assert!(is_token(&sent, &Value::from("890123")) && !is_token(&sent, &Value::Number(890_123.0)));
        assert!(!is_token(&Map::new(), &Value::from("")) && !is_over(&sent, Date(5)) && is_over(&sent, Date(6)));
        assert!(is_over(&Map::new(), Date(0)));
    }
}
