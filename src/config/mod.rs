//! Configuration: one table of options, the layers that set them (flags, environment, file, defaults), their
//! validation, and the typed values they come to. Nothing here touches the process: environment, files and randomness
//! are handed in.

mod accounts;
mod build;
mod database;
mod deprecation;
pub mod docs;
mod error;
mod ip;
mod kind;
mod layers;
mod legacy;
mod load;
pub mod made_app;
mod mail;
mod mongo;
mod nearest;
mod pages;
pub mod private;
mod providers;
mod proxy;
mod push;
mod recipe;
mod secret;
mod settings;
mod size;
mod status;
pub mod table;
mod types;
mod validate;

pub use accounts::{AccountsConfig, LockoutConfig, PasswordPolicyConfig};
pub use database::{Database, DatabaseOptions};
pub use error::{ConfigError, Warning, WarningKind};
pub use ip::{Cidr, IpSet};
pub use layers::unknown_flag;
pub use load::{Input, Loaded, load};
pub use mail::{HttpMailerConfig, MailConfig, MailerConfig, SmtpConfig, TemplateConfig, TemplatesConfig, TokenConfig};
pub use mongo::{MongoConfig, OwnIndex};
pub use pages::{CustomRoute, PagesConfig};
pub use providers::{
    AdapterConfig, BridgeConfig, KeycloakConfig, MfaConfig, OAuth2Config, OtpAlgorithm, ProviderConfig,
    ProvidersConfig, Role,
};
pub use proxy::TrustProxy;
pub use push::{
    ApnsConfig, ApnsCredential, ExpoConfig, FcmConfig, PushConfig, PushType, SenderConfig, WebPushConfig, is_private,
};
pub use secret::Secret;
pub use types::*;
