//! `fileUpload.allowedFileUrlDomains`: where the URL of a file value may point.

use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};

/// The hosts, ready for use.
#[derive(Debug, Default)]
pub struct FileDomains {
    /// Exact names and `.suffix`es in lower case; `None` allows all.
    hosts: Option<Vec<String>>,
}

impl FileDomains {
    /// Takes the option: names, `*.name`, or `*` for all.
    pub fn new(option: &[String]) -> Self {
        if option.iter().any(|host| host == "*") {
            return Self { hosts: None };
        }
        let hosts = option.iter().map(|host| host.strip_prefix('*').unwrap_or(host).to_ascii_lowercase());
        Self { hosts: Some(hosts.collect()) }
    }

    /// Looks at every file value of a body, however deep.
    ///
    /// # Errors
    /// 130 for a URL elsewhere, or none.
    pub fn check(&self, body: &Map) -> Result<()> {
        match &self.hosts {
            None => Ok(()),
            Some(hosts) => body.values().try_for_each(|value| check_value(hosts, value)),
        }
    }
}

fn check_value(hosts: &[String], value: &Value) -> Result<()> {
    match value {
        Value::Array(list) => list.iter().try_for_each(|value| check_value(hosts, value)),
        Value::Object(map) => {
            if value.wire_type() == Some("File")
                && let Some(url) = map.get("url")
            {
                check_url(hosts, url)?;
            }
            map.values().try_for_each(|value| check_value(hosts, value))
        }
        _ => Ok(()),
    }
}

fn check_url(hosts: &[String], url: &Value) -> Result<()> {
    let invalid = || Error::new(Code::FileSaveError, "Invalid file URL.");
    let host = url.as_str().and_then(host_of).ok_or_else(invalid)?;
    let allowed = |entry: &String| if entry.starts_with('.') { host.ends_with(entry.as_str()) } else { host == *entry };
    if hosts.iter().any(allowed) {
        return Ok(());
    }
    Err(Error::new(Code::FileSaveError, format!("File URL domain '{host}' is not allowed.")))
}

/// The host of an absolute URL, in lower case, without user and port.
fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
        return None;
    }
    // A browser reads a backslash as a slash; what follows it is no part of the host.
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_host_a_client_would_ask() {
        for (url, host) in [
            ("https://a.com/x", Some("a.com")),
            ("http://u:p@B.com:80/x", Some("b.com")),
            ("http://evil.com\\@a.com/", Some("evil.com")),
            ("http://[::1]:80/", Some("::1")),
            ("javascript:alert(1)", None),
            ("//a.com/x", None),
            ("http:///x", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn a_wildcard_covers_what_is_below_it() {
        let domains = FileDomains::new(&["*.a.com".into(), "b.com".into()]);
        let file =
            |url: &str| Map::from([("f", Value::Object(Map::from([("__type", "File".into()), ("url", url.into())])))]);
        assert!(domains.check(&file("https://x.a.com/1")).is_ok());
        assert!(domains.check(&file("https://b.com/1")).is_ok());
        assert!(domains.check(&file("https://a.com/1")).is_err());
        assert!(domains.check(&file("https://xa.com/1")).is_err());
    }
}
