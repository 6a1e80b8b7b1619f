//! Which webhooks there are.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::cloud::Trigger;

/// So many questions are put to one webhook at once; the others wait. A webhook that does not answer holds up no other.
const AT_ONCE: usize = 128;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// For what it is asked.
    pub what: What,
    /// Where it is.
    pub url: String,
}

/// For what a webhook is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// For a function, by its name.
    Function(String),
    /// At a point of a class.
    Trigger {
        /// The class.
        class: String,
        /// The point.
        trigger: Trigger,
    },
}

/// Where a webhook is, and how many ask it.
pub struct Target {
    /// Its URL.
    pub url: String,
    /// Places for those who ask.
    pub places: Semaphore,
}

/// All webhooks, by what they are asked for.
#[derive(Default)]
pub struct Hooks {
    functions: HashMap<String, Arc<Target>>,
    triggers: HashMap<String, HashMap<Trigger, Arc<Target>>>,
}

impl Hooks {
    /// The webhooks of a list; one that stood at the same URL before keeps those who ask it.
    pub fn new(list: &[Hook], old: &Self) -> Self {
        let mut hooks = Self::default();
        for Hook { what, url } in list {
            let known = old.target(what).filter(|target| target.url == *url);
            let made = || Arc::new(Target { url: url.clone(), places: Semaphore::new(AT_ONCE) });
            let target = known.unwrap_or_else(made);
            match what {
                What::Function(name) => drop(hooks.functions.insert(name.clone(), target)),
                What::Trigger { class, trigger } => {
                    hooks.triggers.entry(class.clone()).or_default().insert(*trigger, target);
                }
            }
        }
        hooks
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.triggers.is_empty()
    }

    /// The webhook for a function. Names with quotes are never found, as in Parse Server.
    pub fn function(&self, name: &str) -> Option<Arc<Target>> {
        self.functions.get(name).filter(|_| !name.contains(['\'', '"', '`'])).cloned()
    }

    /// The webhook for a point of a class.
    pub fn trigger(&self, class: &str, trigger: Trigger) -> Option<Arc<Target>> {
        self.triggers.get(class)?.get(&trigger).cloned()
    }

    fn target(&self, what: &What) -> Option<Arc<Target>> {
        match what {
            What::Function(name) => self.functions.get(name).cloned(),
            What::Trigger { class, trigger } => self.trigger(class, *trigger),
        }
    }
}
