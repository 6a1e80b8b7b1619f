//! `routeAllowList`: the routes that clients may use at all (`http.md` section 13).

use fancy_regex::Regex;

use super::percent;
use crate::access::Subject;
use crate::error::{Code, Error, Result};

/// The list, compiled.
#[derive(Debug)]
pub struct AllowList(Vec<Regex>);

impl AllowList {
    /// Compiles patterns, each to fit a whole path.
    ///
    /// # Errors
    /// 1 for a pattern that is none.
    pub fn new(patterns: &[String]) -> Result<Self> {
        let compile = |text: &String| {
            Regex::new(&format!("^(?:{text})$")).map_err(|e| Error::caused(format!("routeAllowList \"{text}\""), e))
        };
        patterns.iter().map(compile).collect::<Result<_>>().map(Self)
    }

    /// May this caller use this route? `path` is what stands after the mount path.
    ///
    /// # Errors
    /// 119, detail hidden.
    pub fn check(&self, subject: &Subject, method: &str, path: &str) -> Result<()> {
        if subject.reads_all() {
            return Ok(());
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let fits = |path: &str| self.0.iter().any(|regex| regex.is_match(path).unwrap_or(false));
        // The router decodes what it reads, so what it will read must be allowed too: `classes/%5FUser` is `classes/_User`.
        if fits(path) && percent::strict(path).is_none_or(|decoded| fits(&decoded)) {
            return Ok(());
        }
        let detail = format!("Route not allowed by routeAllowList: {method} {path}");
        Err(Error::denied(Code::OperationForbidden, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_held_to_the_list() {
        let list = AllowList::new(&["classes/Game.*".into(), "classes/(?!_).*".into(), "health".into()]).unwrap();
        let client = |path: &str| list.check(&Subject::anonymous(), "GET", path).is_ok();
        assert!(client("/classes/GameScore") && client("/classes/GameScore/") && client("/health"));
        assert!(!client("/classes/_User") && !client("/classes/%5FUser") && !client("/healthy") && !client("/schemas"));
        assert!(list.check(&Subject::Master, "GET", "/schemas").is_ok());
        assert!(list.check(&Subject::Maintenance, "GET", "/schemas").is_ok());
        let error = list.check(&Subject::anonymous(), "PUT", "/x/y").unwrap_err();
        assert_eq!(error.client_message(false), Some("Route not allowed by routeAllowList: PUT x/y"));
        assert_eq!(error.client_message(true), Some("Permission denied"));
        assert!(AllowList::new(&[]).unwrap().check(&Subject::anonymous(), "GET", "/health").is_err());
    }
}
