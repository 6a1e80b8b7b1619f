//! What stands in a mail: the app's own words for it, or Parse Server's.

use super::mustache::Template;
use super::{Mail, Purpose};
use crate::config::{TemplateConfig, TemplatesConfig};
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// The words of an app.
pub struct Templates {
    verification: Words,
    reset: Words,
}

/// The words of one mail; where one is missing, Parse Server's count.
struct Words {
    subject: Option<Template>,
    text: Option<Template>,
    html: Option<Template>,
}

/// A mail in words.
#[derive(Debug, PartialEq)]
pub struct Worded {
    /// Its subject, one line.
    pub subject: String,
    /// What is shown as plain text.
    pub text: String,
    /// What is shown instead where there are pictures and colours.
    pub html: Option<String>,
}

impl Templates {
    /// Reads those that the configuration names.
    ///
    /// # Errors
    /// 1 for a file that cannot be read and a template that is none.
    pub fn read(config: &TemplatesConfig) -> Result<Self> {
        Ok(Self { verification: words(&config.verification)?, reset: words(&config.password_reset)? })
    }

    /// A mail in words.
    pub fn word(&self, mail: &Mail) -> Worded {
        let words = match mail.purpose {
            Purpose::Verification => &self.verification,
            Purpose::PasswordReset => &self.reset,
        };
        let values = values(mail);
        let plain = |template: &Option<Template>| template.as_ref().map(|template| template.render(&values, false));
        let subject = plain(&words.subject).unwrap_or_else(|| mail.subject());
        Worded {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: plain(&words.text).unwrap_or_else(|| mail.text()),
            html: words.html.as_ref().map(|template| template.render(&values, true)),
        }
    }
}

fn words(config: &TemplateConfig) -> Result<Words> {
    Ok(Words { subject: read(&config.subject)?, text: read(&config.text)?, html: read(&config.html)? })
}

fn read(path: &Option<String>) -> Result<Option<Template>> {
    let Some(path) = path else { return Ok(None) };
    let failed = |e| Error::caused(format!("cannot read the mail template {path}"), e);
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Template::parse(&text).map(Some).map_err(|e| Error::caused(format!("the mail template {path}"), e))
}

/// What a template can name.
fn values(mail: &Mail) -> Value {
    let field = |name: &str| mail.user.get(name).cloned().unwrap_or_default();
    Value::Object(Map::from([
        ("appName", Value::from(mail.app_name.as_str())),
        ("link", Value::from(mail.link.as_str())),
        ("username", field("username")),
        ("email", field("email")),
        ("user", Value::Object(mail.user.clone())),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_count_where_there_are_any() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            Some(path.to_str().unwrap().to_owned())
        };
        let verification = TemplateConfig {
            subject: file("s", "Hello {{username}},\n welcome to {{appName}}\n"),
            text: None,
            html: file("h", "<a href=\"{{link}}\">{{user.nick}}</a>"),
        };
        let config = TemplatesConfig { verification, password_reset: TemplateConfig::default() };
        let templates = Templates::read(&config).unwrap();
        let user = Map::from([("username", Value::from("a<b")), ("nick", Value::from("<i>"))]);
        let mut mail =
            Mail { purpose: Purpose::Verification, app_name: "App".into(), link: "http://x/?a=1&t=2".into(), user };
        let worded = templates.word(&mail);
        assert_eq!(worded.subject, "Hello a<b, welcome to App");
        assert_eq!(worded.text, mail.text());
        assert_eq!(worded.html.unwrap(), "<a href=\"http://x/?a=1&amp;t=2\">&lt;i&gt;</a>");
        mail.purpose = Purpose::PasswordReset;
        assert_eq!(templates.word(&mail), Worded { subject: mail.subject(), text: mail.text(), html: None });
    }

    #[test]
    fn a_template_that_cannot_be_used_is_told_by_name() {
        let missing = TemplateConfig { text: Some("/nowhere/t.txt".into()), ..TemplateConfig::default() };
        let config = TemplatesConfig { verification: missing, ..TemplatesConfig::default() };
        assert!(Templates::read(&config).err().unwrap().to_string().contains("/nowhere/t.txt"));
    }
}
