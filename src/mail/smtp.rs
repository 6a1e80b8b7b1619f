//! Mails by a mail server (SMTP).

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::templates::Templates;
use super::{Failed, Mail, Mailer, Sent};
use crate::config::SmtpConfig;
use crate::error::{Error, Result};

/// Connections kept to the mail server.
const CONNECTIONS: u32 = 4;
/// How long one of its steps may take.
const LONGEST: Duration = Duration::from_secs(30);

/// The mail server.
pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    templates: Templates,
}

impl Smtp {
    /// The one that the configuration names.
    ///
    /// # Errors
    /// 1 for a URL, a sender or a template that is none.
    pub fn new(config: &SmtpConfig) -> Result<Self> {
        let unusable = |e| Error::caused("emailAdapter.options.url", e);
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(config.url.reveal()).map_err(unusable)?;
        let pool = PoolConfig::new().max_size(CONNECTIONS);
        let sender = config.sender.parse().map_err(|e| Error::caused("emailAdapter.options.sender", e))?;
        let server = server.pool_config(pool).timeout(Some(LONGEST)).build();
        Ok(Self { server, sender, templates: Templates::read(&config.templates)? })
    }

    fn message(&self, mail: &Mail) -> Result<Message> {
        let unusable = |e| Error::caused("the address of a user", e);
        let to = Mailbox::new(None, mail.to().parse().map_err(unusable)?);
        let worded = self.templates.word(mail);
        let message = Message::builder().from(self.sender.clone()).to(to).subject(worded.subject);
        let message = match worded.html {
            None => message.singlepart(SinglePart::plain(worded.text)),
            Some(html) => message.multipart(MultiPart::alternative_plain_html(worded.text, html)),
        };
        message.map_err(|e| Error::caused("a mail", e))
    }

    async fn deliver(&self, mail: &Mail) -> Result<(), Failed> {
        let message = self.message(mail).map_err(Failed::Refused)?;
        match self.server.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Failed::Refused(Error::caused("the mail server", error))),
            Err(error) => Err(Failed::Later(Error::caused("the mail server", error))),
        }
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sent<'a> {
        Box::pin(self.deliver(mail))
    }
}
