//! A configuration from literals.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::made_app::{AppKeys, MadeKeys};
use crate::config::{AppConfig, ConfigError, Input, Loaded, MadeApp, Secret, WarningKind, load};

/// Layers of one test.
#[derive(Default)]
pub(super) struct Setup {
    file: Option<(String, String)>,
    flags: Vec<(String, String)>,
    env: BTreeMap<String, String>,
}

impl Setup {
    /// A file with `appId`, `masterKey` and these options.
    pub(super) fn app(options: Value) -> Self {
        let mut all = json!({"appId": "a", "masterKey": "m"});
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        Self::file(&all.to_string())
    }

    pub(super) fn file(text: &str) -> Self {
        Self::named("config.json", text)
    }

    pub(super) fn named(name: &str, text: &str) -> Self {
        Self { file: Some((name.into(), text.into())), ..Self::default() }
    }

    pub(super) fn flag(mut self, name: &str, text: &str) -> Self {
        self.flags.push((name.into(), text.into()));
        self
    }

    pub(super) fn env(mut self, name: &str, text: &str) -> Self {
        self.env.insert(name.into(), text.into());
        self
    }

    pub(super) fn load(self) -> Result<Loaded, ConfigError> {
        let read = |path: &Path| match &self.file {
            Some((name, text)) if path == Path::new(name) => Ok(text.clone()),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        load(Input {
            file: self.file.as_ref().map(|(name, _)| Path::new(name.as_str())),
            flags: self.flags.clone(),
            env: &self.env,
            read_file: &read,
            made_app: &mut |dir| Ok(made(dir)),
        })
    }

    pub(super) fn one(self) -> AppConfig {
        self.load().unwrap().server.apps.remove(0)
    }

    pub(super) fn error(self) -> String {
        self.load().unwrap_err().reason
    }

    /// Messages of the warnings, those of announced changes aside.
    pub(super) fn warnings(self) -> Vec<String> {
        let all = self.load().unwrap().warnings.into_iter();
        all.filter(|warning| warning.kind != WarningKind::Deprecation).map(|warning| warning.message).collect()
    }
}

fn made(dir: &Path) -> MadeKeys {
    MadeKeys {
        keys: AppKeys {
            app_id: "made".into(),
            master: Secret::new("made-master"),
            maintenance: Secret::new("made-maintenance"),
            read_only_master: Secret::new("made-read-only"),
        },
        app: MadeApp { key_file: dir.join("app.json"), first_start: true },
    }
}
