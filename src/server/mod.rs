//! The process as a server: opens the apps, listens, and drains when it is told to stop.

mod conn;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, mpsc, watch};

use crate::app::{App, SystemClock, SystemRandom};
use crate::config::{AppConfig, ServerConfig};
use crate::error::{Error, Result};
use crate::http::health::State;
use crate::http::{Edge, Front, Health};
use crate::model::id::Random;
use crate::telemetry::{Log, RequestIds};

/// Connections at a time; more wait in the system's queue until one ends.
const MAX_CONNECTIONS: usize = 16_384;
/// How long new connections are still taken after the signal, so that a health check sees the draining before the door is shut.
const STILL_OPEN: Duration = Duration::from_millis(300);
/// From the signal to the end, whatever still runs: hosts kill after 30 s.
const DRAIN: Duration = Duration::from_secs(25);
/// Pauses between tries to open a database that is not there.
const SHORTEST: Duration = Duration::from_millis(250);
/// The longest of them.
const LONGEST: Duration = Duration::from_secs(5);
/// How long an app takes to open before the log says that it waits.
const LONG: Duration = Duration::from_secs(2);
/// A pause after an accept that failed for want of file descriptors or memory.
const EXHAUSTED: Duration = Duration::from_millis(50);

/// Serves until SIGTERM or SIGINT. `greet` is called with the address once requests are answered.
///
/// # Errors
/// What keeps the server from starting.
pub async fn serve(config: ServerConfig, log: Log, greet: impl FnOnce(&ServerConfig, SocketAddr)) -> Result<()> {
    let health = Arc::new(Health::default());
    let mut stop = stop_signal()?;
    let listener = bind(&config).await?;
    let address = listener.local_addr().map_err(|e| Error::caused("the address listened on", e))?;
    let (running, ended) = mpsc::channel(1);
    let (close, closing) = watch::channel(false);
    let mut told = closing.clone();
    let front = Arc::new(Front::new(&config, health.clone())?);
    let door = Door { listener, front, limits: conn::Limits::of(&config.timeouts), running, closing };
    health.set(State::Starting);
    let Some(apps) = door.while_opening(open(&config), &mut stop).await.transpose()? else {
        log.flush();
        return Ok(());
    };
    let sites = apps.iter().map(|app| app.site.clone()).collect();
    let ids = RequestIds::new(process_name());
    door.front.open(Edge::new(&config, sites, health.clone(), log.clone(), ids, door.running.clone())?);
    health.set(State::Ok);
    greet(&config, address);
    // Pushes need the time that requests are given to end.
    let cut = async {
        let _ = told.wait_for(|closing| *closing).await;
        apps.iter().for_each(App::cut_short);
    };
    tokio::join!(drain(door, close, health, ended, stop), cut);
    for app in &apps {
        app.close().await;
    }
    tracing::info!("stopped");
    log.flush();
    Ok(())
}

async fn bind(config: &ServerConfig) -> Result<TcpListener> {
    let place = format!("cannot listen on {}:{}", config.host, config.port);
    TcpListener::bind((config.host.as_str(), config.port)).await.map_err(|e| Error::caused(place, e))
}

async fn open(config: &ServerConfig) -> Result<Vec<App>> {
    let mut apps = Vec::with_capacity(config.apps.len());
    for app in &config.apps {
        apps.push(open_one(app).await?);
    }
    Ok(apps)
}

/// Opens an app, as soon as its database is there.
async fn open_one(config: &AppConfig) -> Result<App> {
    let mut pause = SHORTEST;
    loop {
        let app = App::open(config.clone(), Arc::new(SystemClock), Arc::new(SystemRandom));
        match patiently(app, &config.app_id).await {
            Err(error) if error.is_away() => {
                tracing::warn!(app = config.app_id, %error, "the database is not there yet");
                tokio::time::sleep(pause).await;
                pause = LONGEST.min(pause * 2);
            }
            opened => return opened,
        }
    }
}

/// Waits, and says so if it takes long: the driver looks for its server for half a minute before it says that there is none.
async fn patiently<T>(work: impl Future<Output = T>, app: &str) -> T {
    let mut work = std::pin::pin!(work);
    match tokio::time::timeout(LONG, &mut work).await {
        Ok(done) => done,
        Err(_) => {
            tracing::info!(app, "still waiting for the database");
            work.await
        }
    }
}

/// A number that tells the requests of this process from those of another.
fn process_name() -> u32 {
    let mut bytes = [0; 4];
    SystemRandom.fill(&mut bytes);
    u32::from_ne_bytes(bytes)
}

/// Becomes true at the first SIGTERM or SIGINT. A second SIGINT ends the process at once: somebody at a terminal has no
/// patience. Hosts may send SIGTERM several times and mean nothing by it.
fn stop_signal() -> Result<watch::Receiver<bool>> {
    let listen = |kind| signal(kind).map_err(|e| Error::caused("listening for signals", e));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        let mut interrupted = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {
                    if interrupted {
                        std::process::exit(130);
                    }
                    interrupted = true;
                }
            }
            tell.send_replace(true);
        }
    });
    Ok(told)
}

/// What takes connections.
struct Door {
    listener: TcpListener,
    front: Arc<Front>,
    limits: conn::Limits,
    running: mpsc::Sender<()>,
    /// Becomes true when connections shall come to their end.
    closing: watch::Receiver<bool>,
}

/// Takes connections until told to stop, then lets what runs come to its end.
async fn drain(
    door: Door,
    close: watch::Sender<bool>,
    health: Arc<Health>,
    mut ended: mpsc::Receiver<()>,
    mut stop: watch::Receiver<bool>,
) {
    tokio::select! {
        () = door.accept() => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    health.set(State::Draining);
    tracing::info!("draining");
    let deadline = tokio::time::Instant::now() + DRAIN;
    close.send_replace(true);
    // Running requests may take long; while they do, new connections are answered, and /health says why none should come.
    let _ = tokio::time::timeout(STILL_OPEN, door.accept()).await;
    drop(door);
    // Every connection and every running request holds a sender: the channel ends with the last of them.
    if tokio::time::timeout_at(deadline, ended.recv()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

impl Door {
    /// Takes connections, which are told to come again, until the apps are open; `None` if told to stop before.
    async fn while_opening<T>(&self, opening: impl Future<Output = T>, stop: &mut watch::Receiver<bool>) -> Option<T> {
        tokio::select! {
            biased;
            opened = opening => Some(opened),
            () = self.accept() => None,
            _ = stop.wait_for(|stop| *stop) => None,
        }
    }

    async fn accept(&self) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // The client went away, or we are out of something: neither ends the server.
                    tracing::debug!(%error, "accept");
                    tokio::time::sleep(EXHAUSTED).await;
                    continue;
                }
            };
            let running = self.running.clone();
            let connection = self.connection(stream, peer);
            tokio::spawn(async move {
                connection.await;
                drop((place, running));
            });
        }
    }

    fn connection(&self, stream: TcpStream, peer: SocketAddr) -> impl Future<Output = ()> + Send + use<> {
        // Answers are small: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        conn::run(stream, peer.ip(), self.front.clone(), self.limits, self.closing.clone())
    }
}
