//! Rate limits: fixed windows in memory (`http.md` section 12).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};

use fancy_regex::Regex;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER};

use super::pattern::Pattern;
use crate::access::Subject;
use crate::config::{RateLimitMethods, RateLimitRule, RateLimitZone};
use crate::error::{Error, Result};
use crate::model::Date;

/// Counters that a rule keeps. Those who come when all are in use share one more.
const MAX_COUNTERS: usize = 100_000;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The request as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The path below the mount path.
    pub path: &'a str,
    /// The method.
    pub method: &'a str,
    /// Is it part of a batch? Then rules for POST count it too.
    pub in_batch: bool,
    /// Where it comes from.
    pub ip: IpAddr,
    /// The session token that it carries, unchecked.
    pub token: Option<&'a str>,
    /// Who asks, as far as keys tell.
    pub subject: &'a Subject,
    /// The user, where a rule needs it.
    pub user: Option<&'a str>,
}

/// A request over its limit: the message for the client.
#[derive(Debug, PartialEq, Eq)]
pub struct Over(pub String);

/// The rules of one app and their counters.
#[derive(Debug, Default)]
pub struct RateLimits(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    methods: Methods,
    config: RateLimitRule,
    counters: Mutex<Counters>,
}

#[derive(Debug)]
enum Methods {
    All,
    Named(Vec<String>),
    Pattern(Regex),
}

impl RateLimits {
    /// Compiles the rules.
    ///
    /// # Errors
    /// 1 for a path or a method pattern that is none.
    pub fn new(rules: &[RateLimitRule]) -> Result<Self> {
        rules.iter().map(Rule::new).collect::<Result<_>>().map(Self)
    }

    /// Does any rule count by user? Then the session is wanted before rules are asked.
    pub fn wants_user(&self, path: &str) -> bool {
        self.0.iter().any(|rule| rule.config.zone == RateLimitZone::User && rule.pattern.fits(path))
    }

    /// Counts a request in every rule that it fits; headers for its response are put into `headers`.
    ///
    /// # Errors
    /// [`Over`] if one of them is used up; all have counted it.
    pub fn count(
        &self,
        seen: &Seen<'_>,
        now: Date,
        headers: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> std::result::Result<(), Over> {
        let mut over = None;
        for rule in &self.0 {
            if rule.pattern.fits(seen.path) && rule.counts(seen) {
                over = rule.count(seen, now, headers).err().or(over);
            }
        }
        over.map_or(Ok(()), Err)
    }
}

impl Rule {
    fn new(config: &RateLimitRule) -> Result<Self> {
        let methods = match &config.methods {
            RateLimitMethods::All => Methods::All,
            RateLimitMethods::Named(names) => Methods::Named(names.clone()),
            RateLimitMethods::Pattern(text) => {
                Methods::Pattern(Regex::new(text).map_err(|e| Error::caused("rateLimit.requestMethods", e))?)
            }
        };
        let pattern = Pattern::new("rateLimit.requestPath", &config.request_path)?;
        Ok(Self { pattern, methods, config: config.clone(), counters: Mutex::default() })
    }

    fn counts(&self, seen: &Seen<'_>) -> bool {
        if seen.ip == IpAddr::V4(Ipv4Addr::LOCALHOST) && !self.config.include_internal_requests {
            return false;
        }
        if self.config.include_master_key {
            return true;
        }
        let batch = seen.in_batch.then_some("POST");
        let mut methods = [Some(seen.method), batch].into_iter().flatten();
        let method = match &self.methods {
            Methods::All => true,
            Methods::Named(names) => methods.any(|m| names.iter().any(|name| name == m)),
            Methods::Pattern(regex) => methods.any(|m| regex.is_match(m).unwrap_or(false)),
        };
        method && !seen.subject.is_master()
    }

    fn count(
        &self,
        seen: &Seen<'_>,
        now: Date,
        headers: &mut Vec<(HeaderName, HeaderValue)>,
    ) -> std::result::Result<(), Over> {
        let window = i64::try_from(self.config.window.as_millis()).unwrap_or(i64::MAX);
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.of(self.key(seen), now.0, window);
        counter.hits = counter.hits.saturating_add(1);
        let (hits, until) = (counter.hits, counter.until);
        drop(counters);
        headers.push((LIMIT, HeaderValue::from(self.config.count)));
        headers.push((REMAINING, HeaderValue::from(self.config.count.saturating_sub(hits))));
        headers.push((RESET, HeaderValue::from(seconds(until))));
        if hits <= self.config.count {
            return Ok(());
        }
        headers.push((RETRY_AFTER, HeaderValue::from(seconds(until - now.0).max(0))));
        Err(Over(self.config.error_message.clone()))
    }

    /// What shares a counter, hashed: keys come from clients and may be long.
    fn key(&self, seen: &Seen<'_>) -> u128 {
        let text = match (self.config.zone, seen.token, seen.user) {
            (RateLimitZone::Global, ..) => return 0,
            (RateLimitZone::Session, Some(token), _) => token,
            (RateLimitZone::User, Some(_), Some(user)) => user,
            _ => {
                return match seen.ip {
                    IpAddr::V4(ip) => u128::from(ip.to_bits()) + 1,
                    IpAddr::V6(ip) => ip.to_bits(),
                };
            }
        };
        xxhash_rust::xxh3::xxh3_128(text.as_bytes())
    }
}

/// Milliseconds as whole seconds, rounded up.
fn seconds(ms: i64) -> i64 {
    ms.div_euclid(1000) + i64::from(ms.rem_euclid(1000) > 0)
}

#[derive(Debug, Default)]
struct Counters {
    map: HashMap<u128, Counter, foldhash::fast::RandomState>,
    /// For those who found no counter left.
    crowd: Counter,
    /// Nothing is worth sweeping before this instant, ms.
    swept: i64,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counter {
    hits: u64,
    /// The end of its window, ms.
    until: i64,
}

impl Counters {
    fn of(&mut self, key: u128, now: i64, window: i64) -> &mut Counter {
        if self.map.len() >= MAX_COUNTERS && self.swept <= now && !self.map.contains_key(&key) {
            self.map.retain(|_, counter| counter.until > now);
            self.swept = self.map.values().map(|counter| counter.until).min().unwrap_or(now);
        }
        let full = self.map.len() >= MAX_COUNTERS && !self.map.contains_key(&key);
        let counter = if full { &mut self.crowd } else { self.map.entry(key).or_default() };
        if counter.until <= now {
            *counter = Counter { hits: 0, until: now.saturating_add(window) };
        }
        counter
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rule(zone: RateLimitZone, count: u64) -> RateLimitRule {
        RateLimitRule {
            request_path: "/functions/*path".into(),
            window: Duration::from_millis(1500),
            count,
            methods: RateLimitMethods::All,
            include_internal_requests: false,
            include_master_key: false,
            error_message: "Too many requests.".into(),
            zone,
        }
    }

    static CLIENT: Subject = Subject::anonymous();

    fn seen<'a>() -> Seen<'a> {
        Seen {
            path: "/functions/a",
            method: "POST",
            in_batch: false,
            ip: IpAddr::from([8, 8, 8, 8]),
            token: None,
            subject: &CLIENT,
            user: None,
        }
    }

    fn passes(limits: &RateLimits, seen: Seen<'_>, now: i64) -> bool {
        limits.count(&seen, Date(now), &mut Vec::new()).is_ok()
    }

    #[test]
    fn windows_are_fixed() {
        let limits = RateLimits::new(&[rule(RateLimitZone::Ip, 2)]).unwrap();
        assert!(passes(&limits, seen(), 1000) && passes(&limits, seen(), 2400) && !passes(&limits, seen(), 2499));
        assert!(passes(&limits, Seen { ip: IpAddr::from([9, 9, 9, 9]), ..seen() }, 2499), "another address");
        assert!(passes(&limits, Seen { path: "/classes/A", ..seen() }, 2499), "another path");
        assert!(passes(&limits, seen(), 2500), "a new window");
    }

    #[test]
    fn tells_the_client() {
        let limits = RateLimits::new(&[rule(RateLimitZone::Global, 1)]).unwrap();
        let ask = |now: i64| {
            let mut headers = Vec::new();
            let over = limits.count(&seen(), Date(now), &mut headers).err();
            (over, headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect::<Vec<_>>())
        };
        let told = ["x-ratelimit-limit: 1", "x-ratelimit-remaining: 0", "x-ratelimit-reset: 3"];
        assert_eq!(ask(1000), (None, told.map(String::from).to_vec()));
        let (over, headers) = ask(1100);
        assert_eq!(over, Some(Over("Too many requests.".into())));
        assert_eq!(headers.last().map(String::as_str), Some("retry-after: 2"));
    }

    #[test]
    fn who_is_counted() {
        let local = Seen { ip: IpAddr::from([127, 0, 0, 1]), ..seen() };
        let master = Seen { subject: &Subject::Master, ..seen() };
        let limits = RateLimits::new(&[rule(RateLimitZone::Ip, 0)]).unwrap();
        assert!(passes(&limits, local, 0) && passes(&limits, master, 0) && !passes(&limits, seen(), 0));
        let all =
            RateLimitRule { include_internal_requests: true, include_master_key: true, ..rule(RateLimitZone::Ip, 0) };
        let limits = RateLimits::new(&[all]).unwrap();
        assert!(!passes(&limits, local, 0) && !passes(&limits, master, 0));
        let get = RateLimitRule { methods: RateLimitMethods::Named(vec!["GET".into()]), ..rule(RateLimitZone::Ip, 0) };
        let limits = RateLimits::new(&[get]).unwrap();
        assert!(passes(&limits, seen(), 0) && !passes(&limits, Seen { method: "GET", ..seen() }, 0));
        let post = RateLimitRule { methods: RateLimitMethods::Pattern("^PO".into()), ..rule(RateLimitZone::Ip, 0) };
        let limits = RateLimits::new(&[post]).unwrap();
        assert!(passes(&limits, Seen { method: "GET", ..seen() }, 0));
        assert!(!passes(&limits, Seen { method: "GET", in_batch: true, ..seen() }, 0), "the batch was a POST");
    }

    #[test]
    fn zones() {
        let limits = RateLimits::new(&[rule(RateLimitZone::Session, 1)]).unwrap();
        assert!(passes(&limits, Seen { token: Some("r:a"), ..seen() }, 0));
        assert!(passes(&limits, Seen { token: Some("r:b"), ..seen() }, 0));
        assert!(!passes(&limits, Seen { token: Some("r:a"), ip: IpAddr::from([1, 1, 1, 1]), ..seen() }, 0));
        let limits = RateLimits::new(&[rule(RateLimitZone::User, 1)]).unwrap();
        assert!(limits.wants_user("/functions/a") && !limits.wants_user("/login"));
        assert!(passes(&limits, Seen { token: Some("r:a"), user: Some("u"), ..seen() }, 0));
        assert!(!passes(&limits, Seen { token: Some("r:b"), user: Some("u"), ..seen() }, 0));
        assert!(passes(&limits, Seen { token: Some("r:b"), ..seen() }, 0), "by address");
    }

    #[test]
    fn memory_is_bounded() {
        let mut counters = Counters::default();
        for key in 0..MAX_COUNTERS as u128 + 10 {
            counters.of(key, 0, 1000).hits += 1;
        }
        assert_eq!((counters.map.len(), counters.crowd.hits), (MAX_COUNTERS, 10));
        counters.of(u128::MAX, 1000, 1000).hits += 1;
        assert_eq!((counters.map.len(), counters.crowd.hits), (1, 10));
    }
}
