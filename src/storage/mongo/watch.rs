//! Schemas and webhooks that other processes change, Parse Server among them, which says nothing of it: told by a change
//! stream where the database has one, else by looking every few seconds.

use futures_util::StreamExt;
use mongodb::bson::{Document, doc};
use mongodb::change_stream::{ChangeStream, event::ChangeStreamEvent};
use tokio::sync::Notify;
use tokio::time::sleep;
use xxhash_rust::xxh3::xxh3_64;

use super::Mongo;
use super::class::SCHEMA;
use super::error::{self, Db};
use crate::error::Result;

/// The collection of webhooks.
const HOOKS: &str = "_Hooks";

type Stream = ChangeStream<ChangeStreamEvent<Document>>;

impl Mongo {
    /// Tells of every change, whoever makes it, for as long as it is asked to.
    pub(super) async fn tell_changes(&self, changed: &Notify) -> Result<()> {
        let (mut seen, mut streams) = (None, true);
        loop {
            let stream = if streams { self.stream().await } else { Ok(None) };
            streams = !matches!(stream, Ok(None));
            // What happened while there was no stream.
            match self.digest().await {
                Ok(now) if seen.replace(now).is_some_and(|before| before != now) => changed.notify_one(),
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "looking for changes of other processes"),
            }
            if let Ok(Some(mut stream)) = stream {
                while let Some(Ok(_)) = stream.next().await {
                    changed.notify_one();
                }
            }
            sleep(self.config.look_every).await;
        }
    }

    /// The change stream; `None` where the database has none, or does not let us.
    async fn stream(&self) -> Result<Option<Stream>> {
        let ours = doc! { "$match": { "ns.coll": { "$in": [self.name(SCHEMA), self.name(HOOKS)] } } };
        match self.db.watch().pipeline([ours]).await {
            Ok(stream) => Ok(Some(stream)),
            Err(refused) if error::told(&refused).is_some() && !error::is_away(&refused) => Ok(None),
            Err(away) => Err(error::any(away)),
        }
    }

    /// A number that differs if schemas or webhooks differ, in whatever order they come.
    async fn digest(&self) -> Result<u64> {
        let mut sum = 0_u64;
        for name in [SCHEMA, HOOKS] {
            let mut cursor = self.collection(name).find(doc! {}).await.or_db()?;
            while cursor.advance().await.or_db()? {
                sum = sum.wrapping_add(xxh3_64(cursor.current().as_bytes()));
            }
        }
        Ok(sum)
    }
}
