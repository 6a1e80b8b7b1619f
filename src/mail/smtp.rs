//! Mails by a mail server (SMTP).

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::outbox::AT_ONCE;
use super::templates::{Templates, Worded};
use super::{Failed, Mail, Mailer, Plain, Sent};
use crate::config::SmtpConfig;
use crate::error::{Error, Result};

/// Connections kept to the mail server: one for each mail that is sent at once, so that none is opened for a single mail.
const CONNECTIONS: u32 = AT_ONCE as u32;
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
        let server = match &config.ca {
            Some(path) => server.tls(trusting(config.url.reveal(), path)?),
            None => server,
        };
        let server = server.pool_config(pool).timeout(Some(LONGEST)).build();
        Ok(Self { server, sender, templates: Templates::read(&config.templates)? })
    }

    fn message(&self, to: &str, worded: Worded) -> Result<Message> {
        let unusable = |e| Error::caused("the address of a mail", e);
        let to = Mailbox::new(None, to.parse().map_err(unusable)?);
        let message = Message::builder().from(self.sender.clone()).to(to).subject(worded.subject);
        let message = match worded.html {
            None => message.singlepart(SinglePart::plain(worded.text)),
            Some(html) => message.multipart(MultiPart::alternative_plain_html(worded.text, html)),
        };
        message.map_err(|e| Error::caused("a mail", e))
    }

    async fn deliver(&self, to: &str, worded: Worded) -> Result<(), Failed> {
        let message = self.message(to, worded).map_err(Failed::Refused)?;
        match self.server.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Failed::Refused(Error::caused("the mail server", error))),
            Err(error) => Err(Failed::Later(Error::caused("the mail server", error))),
        }
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sent<'a> {
        Box::pin(self.deliver(mail.to(), self.templates.word(mail)))
    }

    fn send_plain<'a>(&'a self, mail: &'a Plain) -> Sent<'a> {
        let worded = Worded { subject: mail.subject.clone(), text: mail.text.clone(), html: None };
        Box::pin(self.deliver(&mail.to, worded))
    }
}

/// How far the connection is encrypted, as the URL says, for a server whose certificate an authority of the app's own made.
fn trusting(url: &str, authority: &str) -> Result<Tls> {
    let failed = |e| Error::caused(format!("cannot read emailAdapter.options.caPath {authority}"), e);
    let pem = std::fs::read(authority).map_err(failed)?;
    let unusable = |e| Error::caused("emailAdapter.options.caPath", e);
    let place = reqwest::Url::parse(url).map_err(|e| Error::caused("emailAdapter.options.url", e))?;
    let host = place.host_str().unwrap_or_default().to_owned();
    let known = Certificate::from_pem(&pem).map_err(unusable)?;
    let tls = TlsParameters::builder(host).add_root_certificate(known).build().map_err(unusable)?;
    let asked = place.query_pairs().find(|(key, _)| key == "tls");
    Ok(match (place.scheme(), asked.as_ref().map(|(_, how)| &**how)) {
        ("smtps", _) => Tls::Wrapper(tls),
        (_, Some("required")) => Tls::Required(tls),
        (_, Some("opportunistic")) => Tls::Opportunistic(tls),
        _ => Tls::None,
    })
}
