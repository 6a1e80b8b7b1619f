//! A MongoDB URI in its parts, read as leniently as Parse Server reads it.

use super::encode::{decoded, encoded};

/// The parts of a URI.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uri {
    /// Is it `mongodb+srv:`?
    pub(super) srv: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Hosts and ports as they are written.
    pub(super) hosts: String,
    pub(super) database: Option<String>,
    /// Names and values.
    pub(super) settings: Vec<(String, String)>,
}

impl Uri {
    /// Reads a URI. User and password may hold what should have been encoded, but for a slash. No error shows any of it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("databaseURI must be mongodb://<host>/<database>")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (place, rest) = rest.split_at(end);
        let (who, hosts) = place.rsplit_once('@').map_or((None, place), |(who, hosts)| (Some(who), hosts));
        // Where a slash of a password was not encoded, a part of the password stands where a port should.
        if !hosts.split(',').all(is_host) {
            return Err("databaseURI names no host; a slash in its user or password must be written %2F".into());
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let database = path.strip_prefix('/').unwrap_or_default().split('#').next().unwrap_or_default();
        let who =
            who.filter(|who| !who.is_empty()).map(|who| who.split_once(':').map_or((who, None), |(u, p)| (u, Some(p))));
        Ok(Self {
            srv: scheme.eq_ignore_ascii_case("mongodb+srv"),
            user: who.map(|(user, _)| decoded(user)).filter(|user| !user.is_empty()),
            password: who.and_then(|(_, password)| password.map(decoded)),
            hosts: hosts.to_owned(),
            database: Some(decoded(database)).filter(|name| !name.is_empty()),
            settings: settings(query.split('#').next().unwrap_or_default())?,
        })
    }

    /// Scheme, hosts and database: what may be shown.
    pub(super) fn shown(&self) -> String {
        format!("{}://{}/{}", self.scheme(), self.hosts, self.database())
    }

    /// The whole for the driver.
    pub(super) fn text(&self) -> String {
        let who = match (&self.user, &self.password) {
            (Some(user), Some(password)) => format!("{}:{}@", encoded(user), encoded(password)),
            (Some(user), None) => format!("{}@", encoded(user)),
            (None, _) => String::new(),
        };
        let settings: Vec<String> =
            self.settings.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mark = if settings.is_empty() { "" } else { "?" };
        let (scheme, name) = (self.scheme(), encoded(self.database()));
        format!("{scheme}://{who}{}/{name}{mark}{}", self.hosts, settings.join("&"))
    }

    /// The database; Node's driver takes this one if none is named.
    pub(super) fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("test")
    }

    fn scheme(&self) -> &'static str {
        if self.srv { "mongodb+srv" } else { "mongodb" }
    }
}

/// A name, an address or one in brackets, with a port or without.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address, port.strip_prefix(':').unwrap_or(port)),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let wrong_port = text.ends_with(':') || !port.bytes().all(|b| b.is_ascii_digit());
    !name.is_empty() && !wrong_port && !name.contains(char::is_whitespace)
}

fn settings(query: &str) -> Result<Vec<(String, String)>, String> {
    let mut out: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let tags = name.eq_ignore_ascii_case("readPreferenceTags");
        if value.is_empty() && !tags {
            return Err(format!("databaseURI sets {name} to nothing"));
        }
        if !tags && out.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(format!("databaseURI sets {name} twice"));
        }
        out.push((name.to_owned(), decoded(value)));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_uri() {
        let all = Uri::parse("mongodb://us%40er:p:a@ss%21@a:1,[::1]:2/my%20db?w=majority&readPreferenceTags=").unwrap();
        assert_eq!((all.user.as_deref(), all.password.as_deref()), (Some("us@er"), Some("p:a@ss!")));
        assert_eq!((all.hosts.as_str(), all.database()), ("a:1,[::1]:2", "my db"));
        assert_eq!(all.text(), "mongodb://us%40er:p%3Aa%40ss%21@a:1,[::1]:2/my%20db?w=majority&readPreferenceTags=");
        assert_eq!(all.shown(), "mongodb://a:1,[::1]:2/my db");
        for (given, text) in [
            ("mongodb://h", "mongodb://h/test"),
            ("MONGODB://h/", "mongodb://h/test"),
            ("mongodb+srv://u@h/d", "mongodb+srv://u@h/d"),
            ("mongodb://u:@h?tls=true", "mongodb://u:@h/test?tls=true"),
            ("mongodb://u:100%@h/d", "mongodb://u:100%25@h/d"),
            ("mongodb://@h/d", "mongodb://h/d"),
            ("mongodb://%2Ftmp%2Fm.sock/d", "mongodb://%2Ftmp%2Fm.sock/d"),
        ] {
            assert_eq!(Uri::parse(given).unwrap().text(), text, "{given}");
        }
    }

    #[test]
    fn no_error_shows_a_secret() {
        for wrong in [
            "mongodb:s3cr3t@h",
            "mongodb://u:s3cr3t/x@h/d",
            "mongodb://u:s3cr3t@/d",
            "mongodb://u:s3cr3t@h/d?w",
            "mongodb://u:s3cr3t@h/d?w=1&W=2",
            "mongodb://u:s3cr3t@:27017/d",
            "mongodb://u:s3cr3t@h:/d",
        ] {
            let error = Uri::parse(wrong).unwrap_err();
            assert!(!error.contains("s3cr3t"), "{wrong}: {error}");
        }
    }
}
