//! Reading: a few threads with a connection each, and connections to spare for look-ups so short that handing them to another
//! thread would cost more than they do.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{Semaphore, oneshot};

use super::conn::{Conn, Role, lock};
use super::writer::closed;
use crate::error::{Error, Result};

/// Reads that may wait; who comes then waits outside.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&Conn) + Send>;

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// The way to the readers.
pub struct Readers {
    path: PathBuf,
    queue: Arc<Queue>,
    room: Semaphore,
    spare: Mutex<Vec<Conn>>,
    made: AtomicUsize,
    most: usize,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    /// Opens connections and starts threads, so many of each.
    ///
    /// # Errors
    /// Those of opening the file.
    pub fn start(path: &Path, many: usize) -> Result<Self> {
        let queue = Arc::new(Queue::default());
        let mut threads = Vec::with_capacity(many);
        for i in 0..many {
            let (conn, queue) = (Conn::open(path, Role::Reader)?, Arc::clone(&queue));
            let thread =
                std::thread::Builder::new().name(format!("sqlite-reader-{i}")).spawn(move || serve(&conn, &queue));
            threads.push(thread.map_err(|e| Error::caused("a reader cannot be started", e))?);
        }
        Ok(Self {
            path: path.to_owned(),
            queue,
            room: Semaphore::new(QUEUE),
            spare: Mutex::default(),
            made: AtomicUsize::new(0),
            most: many,
            threads: Mutex::new(threads),
        })
    }

    /// Runs a read on one of the threads.
    ///
    /// # Errors
    /// Those of the read; 1 if the database has been closed.
    pub async fn run<T: Send + 'static>(&self, read: impl FnOnce(&Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let _room = self.room.acquire().await.map_err(|_| closed())?;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move |conn: &Conn| {
            // Nobody waits any more for a call that has been given up.
            if !answer.is_closed() {
                let _ = answer.send(read(conn));
            }
        });
        {
            let mut state = lock(&self.queue.state);
            if state.closed {
                return Err(closed());
            }
            state.jobs.push_back(job);
        }
        self.queue.more.notify_one();
        answered.await.map_err(|_| Error::internal("a read ended in the middle"))?
    }

    /// A connection for a short look-up on the calling thread, if there is one to spare; [`Readers::give`] takes it back.
    pub fn take(&self) -> Option<Conn> {
        let spare = lock(&self.spare).pop();
        if spare.is_some() || self.made.fetch_add(1, Ordering::Relaxed) < self.most {
            return spare.or_else(|| Conn::open(&self.path, Role::Reader).ok());
        }
        self.made.fetch_sub(1, Ordering::Relaxed);
        None
    }

    /// Takes a lent connection back.
    pub fn give(&self, conn: Conn) {
        lock(&self.spare).push(conn);
    }

    /// Lets the threads finish what is waiting, and ends them.
    pub fn close(&self) {
        lock(&self.queue.state).closed = true;
        self.queue.more.notify_all();
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
        lock(&self.spare).clear();
    }
}

fn serve(conn: &Conn, queue: &Queue) {
    loop {
        let job = {
            let mut state = lock(&queue.state);
            loop {
                if let Some(job) = state.jobs.pop_front() {
                    break job;
                }
                if state.closed {
                    return;
                }
                state = queue.more.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let _ = catch_unwind(AssertUnwindSafe(|| job(conn)));
    }
}
