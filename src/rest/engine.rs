//! What the recipes of one app work with. Put together by `app.rs`, the only place that knows which back end it is.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::admin::purchase::AppStore;
use super::classes;
use super::denylist::Denylist;
use super::file_domains::FileDomains;
use super::push::Pushes;
use super::room::Pool;
use crate::auth::Auth;
use crate::auth::forget::Changed;
use crate::cloud::Invoker;
use crate::config::AppConfig;
use crate::error::{Code, Error, Result};
use crate::mail::{self, Outbox};
use crate::model::id::Random;
use crate::model::{ClassSchema, Date, Field, names};
use crate::push::Senders;
use crate::schema::Schemas;
use crate::storage::{Outcome, SchemaChange, Storage};
use crate::{access::Write, model::id};

/// Tells the time; tests have one that they set.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Date;
}

/// Tells which columns a class lacks for a body, or that the body does not fit it.
pub type Fit<'a> = dyn Fn(&ClassSchema) -> Result<Vec<(String, Field)>> + Sync + 'a;

/// One app, without its edge.
pub struct Engine {
    /// Its configuration.
    pub config: AppConfig,
    /// Its database.
    pub storage: Arc<dyn Storage>,
    /// The classes it has.
    pub schemas: Arc<Schemas>,
    /// Who asks.
    pub auth: Auth,
    /// Its Cloud Code.
    pub invoker: Arc<dyn Invoker>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for ids and tokens.
    pub random: Arc<dyn Random>,
    /// Where receipts are looked at.
    pub app_store: AppStore,
    /// Mails on their way, if the app sends any.
    pub outbox: Option<Outbox>,
    /// Pushes on their way, if the app sends any.
    pub pushes: Option<Pushes>,
    /// Changes of webhooks happen one after the other.
    pub(super) hooks_turn: Mutex<()>,
    /// Memory for results.
    pub pool: Arc<Pool>,
    /// Words that no body may hold.
    pub(super) denylist: Denylist,
    /// Places that files may be at.
    pub(super) file_domains: FileDomains,
    /// The URL below which stored files are.
    pub(super) file_base: String,
}

impl Engine {
    /// An app over a database.
    ///
    /// # Errors
    /// Those of a configuration that cannot be used, and of a database that cannot be read.
    pub async fn new(
        config: AppConfig,
        storage: Arc<dyn Storage>,
        invoker: Arc<dyn Invoker>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self> {
        let url = config.public_server_url.as_deref().unwrap_or(&config.server_url);
        let schemas = Arc::new(Schemas::load(storage.clone(), config.database_options.schema_cache_ttl).await?);
        Ok(Self {
            auth: Auth::new(&config, storage.clone(), schemas.clone())?,
            schemas,
            app_store: AppStore::apple()?,
            pushes: config.push.as_ref().map(|push| Pushes::open(push, &random)).transpose()?,
            outbox: config.mail.mailer.as_ref().map(mail::open).transpose()?,
            hooks_turn: Mutex::default(),
            pool: Arc::default(),
            denylist: Denylist::new(&config.request_keyword_denylist)?,
            file_domains: FileDomains::new(&config.allowed_file_url_domains),
            file_base: format!("{url}/files/{}", config.app_id),
            config,
            storage,
            invoker,
            clock,
            random,
        })
    }

    /// Sees whether [`Engine::new`] would take a configuration.
    ///
    /// # Errors
    /// Those of a configuration that cannot be used.
    pub fn check(config: &AppConfig) -> Result<()> {
        Auth::check(config)?;
        config.mail.mailer.as_ref().map(mail::check).transpose()?;
        config.push.as_ref().map(Senders::check).transpose()?;
        Denylist::new(&config.request_keyword_denylist).map(drop)
    }

    /// An id for a new object.
    pub fn new_id(&self) -> String {
        id::object_id(&*self.random, self.config.object_id_size)
    }

    /// Carries out one write.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn write(&self, write: Write) -> Result<Outcome> {
        let mut outcomes = self.write_all(vec![write], false).await?;
        outcomes.pop().unwrap_or_else(|| Err(Error::internal("the database answered a write with nothing")))
    }

    /// Carries out writes, as [`Storage::write`] has it; what is known of users, sessions and roles follows.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn write_all(&self, writes: Vec<Write>, atomic: bool) -> Result<Vec<Result<Outcome>>> {
        let changed: Vec<Changed> = writes.iter().map(Changed::by).filter(|c| *c != Changed::Nothing).collect();
        let outcomes = self.storage.write(writes, atomic).await;
        changed.iter().for_each(|changed| self.auth.forget(changed));
        outcomes
    }

    /// Sees to what must be unique in the classes that every app has. Where values are there twice already the app starts all
    /// the same, as with Parse Server, and the log says so.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn prepare(&self) -> Result<()> {
        for change in ["_User", "_Role"].into_iter().flat_map(|class| classes::unique(self, class)) {
            match self.storage.alter(change.clone()).await {
                Err(error) if error.code() == Some(Code::DuplicateValue) => {
                    tracing::warn!(app = self.config.app_id, ?change, "values that must be unique are there twice");
                }
                done => done?,
            }
        }
        self.schemas.reload().await
    }

    /// A class with columns that a body brought along; both are made if they are not there. `fit` tells which are missing from a
    /// schema, or that the body does not fit it; it is asked again after every change, for another request may have been quicker.
    ///
    /// # Errors
    /// What `fit` says, 107 for a class name that breaks the rules, and those of the database.
    pub async fn grow(&self, class: &str, fit: &Fit<'_>) -> Result<Arc<ClassSchema>> {
        if !names::is_valid_class(class) {
            return Err(Error::json("schema class name does not revalidate"));
        }
        for _ in 0..5 {
            let schema = match self.schemas.get(class) {
                Some(schema) => schema,
                None => {
                    let added = fit(&ClassSchema::new(class))?;
                    if names::VOLATILE_CLASSES.contains(&class) {
                        if let Some((name, _)) = added.first() {
                            return Err(Error::json(format!("Could not add field {name}")));
                        }
                        return Ok(Arc::new(ClassSchema::new(class)));
                    }
                    // Entries of relations have no class that a database would list.
                    if names::is_join_class(class) {
                        let mut schema = ClassSchema::new(class);
                        schema.fields.extend(added);
                        return Ok(Arc::new(schema));
                    }
                    let create = SchemaChange::CreateClass(ClassSchema::new(class));
                    let changes = std::iter::once(create).chain(classes::unique(self, class)).collect();
                    Box::pin(self.schemas.alter(changes)).await?;
                    continue;
                }
            };
            let fields = fit(&schema)?;
            if fields.is_empty() {
                return Ok(schema);
            }
            Box::pin(self.schemas.alter(vec![SchemaChange::AddFields { class: class.to_owned(), fields }])).await?;
        }
        Err(Error::internal(format!("the columns of {class} change faster than they can be added")))
    }

    /// May this class be used by a caller who may not create classes?
    ///
    /// # Errors
    /// 119 for a class that is not there.
    pub fn check_class_exists(&self, call: &super::Call, class: &str) -> Result<()> {
        let open =
            self.config.allow_client_class_creation || call.subject().reads_all() || names::is_system_class(class);
        if open || self.schemas.get(class).is_some() {
            return Ok(());
        }
        Err(Error::denied(
            Code::OperationForbidden,
            format!("This user is not allowed to access non-existent class: {class}"),
        ))
    }
}
