//! What stands in a mail: the app's own words for it, in the language of its reader, or Parse Server's.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Mail, Purpose};
use crate::config::{TemplateConfig, TemplatesConfig};
use crate::error::{Error, Result};
use crate::model::mustache::Template;
use crate::model::{Map, Value, locale, wire};

/// The words of an app.
pub struct Templates {
    verification: Words,
    reset: Words,
    locale_field: Option<String>,
}

/// The words of one mail; where one is missing, Parse Server's count.
struct Words {
    subject: Option<Localized>,
    text: Option<Localized>,
    html: Option<Localized>,
    /// Further values.
    placeholders: Map,
}

/// A template: as the path has it, and those of the same name in the folders of languages beside it.
struct Localized {
    plain: Template,
    others: BTreeMap<String, Template>,
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
        let localized = config.locale_field.is_some();
        Ok(Self {
            verification: words(&config.verification, localized)?,
            reset: words(&config.password_reset, localized)?,
            locale_field: config.locale_field.clone(),
        })
    }

    /// A mail in words.
    pub fn word(&self, mail: &Mail) -> Worded {
        let words = match mail.purpose {
            Purpose::Verification => &self.verification,
            Purpose::PasswordReset => &self.reset,
        };
        let locale = self.locale_field.as_deref().and_then(|field| mail.user.get(field)?.as_str());
        let values = values(mail, &words.placeholders);
        let fill = |template: &Option<Localized>, html| Some(template.as_ref()?.of(locale).render(&values, html));
        let subject = fill(&words.subject, false).unwrap_or_else(|| mail.subject());
        Worded {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: fill(&words.text, false).unwrap_or_else(|| mail.text()),
            html: fill(&words.html, true),
        }
    }
}

impl Localized {
    fn of(&self, locale: Option<&str>) -> &Template {
        let other = locale.and_then(|locale| locale::choices(locale).iter().find_map(|name| self.others.get(*name)));
        other.unwrap_or(&self.plain)
    }
}

fn words(config: &TemplateConfig, localized: bool) -> Result<Words> {
    let read = |path: &Option<String>| path.as_ref().map(|path| read(Path::new(path), localized)).transpose();
    Ok(Words {
        subject: read(&config.subject)?,
        text: read(&config.text)?,
        html: read(&config.html)?,
        placeholders: placeholders(config),
    })
}

fn placeholders(config: &TemplateConfig) -> Map {
    let json = serde_json::Value::Object(config.placeholders.clone()).to_string();
    match wire::reread(json.as_bytes()) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn read(path: &Path, localized: bool) -> Result<Localized> {
    let plain = template(path)?;
    let mut others = BTreeMap::new();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e| Error::caused(format!("cannot read {}", folder.display()), e);
    for entry in localized.then(|| folder.read_dir()).transpose().map_err(failed)?.into_iter().flatten() {
        let entry = entry.map_err(failed)?;
        let (name, file) = (entry.file_name(), entry.path().join(path.file_name().unwrap_or_default()));
        if let Some(name) = name.to_str().filter(|name| locale::is_one(name) && file.is_file()) {
            others.insert(name.to_owned(), template(&file)?);
        }
    }
    Ok(Localized { plain, others })
}

fn template(path: &Path) -> Result<Template> {
    let failed = |e| Error::caused(format!("cannot read the mail template {}", path.display()), e);
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Template::parse(&text).map_err(|e| Error::caused(format!("the mail template {}", path.display()), e))
}

/// What a template can name.
fn values(mail: &Mail, placeholders: &Map) -> Value {
    let field = |name: &str| mail.user.get(name).cloned().unwrap_or_default();
    let mut values = placeholders.clone();
    values.set("appName", Value::from(mail.app_name.as_str()));
    values.set("link", Value::from(mail.link.as_str()));
    values.set("username", field("username"));
    values.set("email", field("email"));
    values.set("user", Value::Object(mail.user.clone()));
    Value::Object(values)
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
            placeholders: serde_json::Map::from_iter([("n".to_owned(), 7.into()), ("link".to_owned(), "no".into())]),
            html: file("h", "{{n}}<a href=\"{{link}}\">{{user.nick}}</a>"),
        };
        let config = TemplatesConfig { verification, ..TemplatesConfig::default() };
        let templates = Templates::read(&config).unwrap();
        let user = Map::from([("username", Value::from("a<b")), ("nick", Value::from("<i>"))]);
        let mut mail =
            Mail { purpose: Purpose::Verification, app_name: "App".into(), link: "http://x/?a=1&t=2".into(), user };
        let worded = templates.word(&mail);
        assert_eq!(worded.subject, "Hello a<b, welcome to App");
        assert_eq!(worded.text, mail.text());
        assert_eq!(worded.html.unwrap(), "7<a href=\"http:&#x2F;&#x2F;x&#x2F;?a&#x3D;1&amp;t&#x3D;2\">&lt;i&gt;</a>");
        mail.purpose = Purpose::PasswordReset;
        assert_eq!(templates.word(&mail), Worded { subject: mail.subject(), text: mail.text(), html: None });
    }

    #[test]
    fn a_template_that_cannot_be_used_is_told_by_name() {
        let missing = TemplateConfig { text: Some("/nowhere/t.txt".into()), ..TemplateConfig::default() };
        let config = TemplatesConfig { verification: missing, ..TemplatesConfig::default() };
        assert!(Templates::read(&config).err().unwrap().to_string().contains("/nowhere/t.txt"));
    }

    #[test]
    fn a_reader_gets_the_words_of_the_own_language() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let path = put("t.txt", "Hello {{username}}");
        put("de/t.txt", "Hallo {{username}}");
        put("de-AT/t.txt", "Servus {{username}}");
        put("old.de/t.txt", "{{#broken}}");
        put("fr/other.txt", "");
        let words = |field: Option<&str>| {
            let verification = TemplateConfig { text: Some(path.clone()), ..TemplateConfig::default() };
            let locale_field = field.map(str::to_owned);
            Templates::read(&TemplatesConfig { verification, locale_field, ..TemplatesConfig::default() }).unwrap()
        };
        let said = |templates: &Templates, locale: Value| {
            let user = Map::from([("username", Value::from("ann")), ("lang", locale)]);
            let (app_name, link) = (String::new(), String::new());
            templates.word(&Mail { purpose: Purpose::Verification, app_name, link, user }).text
        };
        let templates = words(Some("lang"));
        for (locale, wanted) in [
            ("de", "Hallo ann"),
            ("de-CH", "Hallo ann"),
            ("de-AT", "Servus ann"),
            ("fr", "Hello ann"),
            ("../de", "Hello ann"),
            ("", "Hello ann"),
        ] {
            assert_eq!(said(&templates, Value::from(locale)), wanted, "{locale}");
        }
        assert_eq!(said(&templates, Value::Bool(true)), "Hello ann");
        assert_eq!(said(&words(None), Value::from("de")), "Hello ann");
    }
}
