//! What a request on MongoDB cannot do without: the CPU time that the bare driver takes for the commands of a row, from as many
//! tasks as the load has connections. `driver URI ROW SECONDS TASKS` prints CPU-ms per 1,000 and requests a second; the rows lie
//! as the server that was measured has left them in the database of the URI.

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use mongodb::bson::{Bson, Document, RawDocument, RawDocumentBuf, doc, oid::ObjectId};
use mongodb::{Client, Collection, Database};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const FOUND: i64 = 100;

/// CPU time of this process so far, ms.
fn cpu_ms() -> Done<f64> {
    // utime and stime are the 14th and 15th field; Linux counts them in hundredths of a second everywhere that this runs.
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) * 10.0)
}

/// What the tasks ask for in turn.
struct Plan {
    db: Database,
    row: String,
    ids: Vec<String>,
    players: Vec<String>,
    sample: Document,
    next: AtomicU64,
}

impl Plan {
    async fn new(db: Database, row: String) -> Done<Self> {
        let class = if row == "update" { "UpdatedScore" } else { "GameScore" };
        let (ids, players) = (ids(&db, class).await?, ids(&db, "Player").await?);
        let sample = db.collection::<Document>("GameScore").find_one(doc! {}).await?.ok_or("no rows: was the server seeded?")?;
        Ok(Self { db, row, ids, players, sample, next: AtomicU64::new(0) })
    }

    fn class(&self, name: &str) -> Collection<RawDocumentBuf> {
        self.db.collection(name)
    }

    /// The commands of one request.
    async fn request(&self) -> Done<()> {
        let i = self.next.fetch_add(1, Ordering::Relaxed);
        let id = &self.ids[i as usize % self.ids.len()];
        match self.row.as_str() {
            "create" => {
                let mut row = self.sample.clone();
                row.insert("_id", ObjectId::new().to_hex());
                self.class("DriverScore").insert_one(RawDocumentBuf::try_from(&row)?).await?;
            }
            "get" => drop(self.class("GameScore").find_one(doc! { "_id": id }).await?.ok_or("a row is missing")?),
            "update" => {
                let change = doc! { "$set": { "score": 1 + i as i32, "cheatMode": i % 2 == 0 } };
                self.class("UpdatedScore").find_one_and_update(doc! { "_id": id }, change).await?.ok_or("a row is missing")?;
            }
            "find100" => {
                let skip = i % (self.ids.len() as u64 / FOUND as u64) * FOUND as u64;
                let (count, _) = read(&self.class("GameScore"), doc! {}, skip).await?;
                found(count)?;
            }
            "include" => {
                found(read(&self.class("GameScore"), doc! { "round": (i % 10) as i32 }, 0).await?.0)?;
                found(read(&self.class("Player"), doc! { "_id": { "$in": &self.players } }, 0).await?.0)?;
            }
            other => return Err(format!("no row {other}").into()),
        }
        Ok(())
    }
}

fn found(count: usize) -> Done<()> {
    if count as i64 == FOUND { Ok(()) } else { Err(format!("{count} rows where {FOUND} were expected").into()) }
}

/// Reads rows as the server sent them: how many, and how many bytes they have.
async fn read(class: &Collection<RawDocumentBuf>, filter: Document, skip: u64) -> Done<(usize, usize)> {
    let mut batches = class.find(filter).skip(skip).limit(FOUND).batch().await?;
    let (mut rows, mut bytes) = (0, 0);
    while let Some(batch) = batches.next().await {
        for row in batch?.doc_slices()?.into_iter() {
            rows += 1;
            bytes += row?.as_document().map_or(0, |row: &RawDocument| row.as_bytes().len());
        }
    }
    Ok((rows, bytes))
}

async fn ids(db: &Database, class: &str) -> Done<Vec<String>> {
    let ids = db.collection::<Document>(class).distinct("_id", doc! {}).await?;
    Ok(ids.into_iter().filter_map(|id| if let Bson::String(id) = id { Some(id) } else { None }).collect())
}

/// Requests one after the other until the time is over; how many there were.
async fn repeat(plan: Arc<Plan>, until: Instant) -> Done<u64> {
    let mut requests = 0;
    while Instant::now() < until {
        plan.request().await?;
        requests += 1;
    }
    Ok(requests)
}

async fn all(plan: &Arc<Plan>, seconds: u64, tasks: usize) -> Done<u64> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..tasks).map(|_| tokio::spawn(repeat(Arc::clone(plan), until))).collect();
    let mut requests = 0;
    for task in tasks {
        requests += task.await??;
    }
    Ok(requests)
}

#[tokio::main]
async fn main() -> Done<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [uri, row, seconds, tasks] = args.as_slice() else { return Err("usage: driver URI ROW SECONDS TASKS".into()) };
    let (seconds, tasks) = (seconds.parse()?, tasks.parse()?);
    let mut options = mongodb::options::ClientOptions::parse(uri).await?;
    options.max_pool_size = Some(100);
    let db = Client::with_options(options)?.default_database().ok_or("the URI names no database")?;
    let plan = Arc::new(Plan::new(db.clone(), row.clone()).await?);
    all(&plan, 1, tasks).await?; // connections are made
    let before = cpu_ms()?;
    let requests = all(&plan, seconds, tasks).await?;
    let cpu = (cpu_ms()? - before) / requests as f64 * 1000.0;
    println!("{{\"cpu\": {cpu}, \"perSecond\": {}}}", requests as f64 / seconds as f64);
    Ok(())
}
