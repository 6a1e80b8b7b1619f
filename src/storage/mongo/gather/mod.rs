//! Requests that want the same of the database at the same time go to it together. What a command costs is little more for many
//! than for one: most of it is the way there and back.
//!
//! Nothing waits while the database keeps up: only who finds [`FREE`] commands of a kind on their way waits, for the first of
//! them to come back, or until none has for a while. Whatever one learns of the database was asked for after it came.

mod get;
mod insert;
mod set;

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;

pub use self::get::{Gets, gets};
pub use self::insert::{Inserts, inserts};
pub use self::set::{Sets, sets};

/// So many commands of a kind are on their way before requests wait for each other.
const FREE: usize = 4;
/// So many requests at most become one command.
const MOST: usize = 100;

/// Commands that take so long hold nobody up: one more may go then.
const SLOW: Duration = Duration::from_millis(250);

/// What has so many bytes goes by itself: what is wrong with it is not to concern others.
const LARGE: usize = 64 << 10;

/// The objects of a collection that one of these groups may read, or change; of all, if there are none.
type May = (String, Option<Vec<String>>);

/// The answers to requests that went together, in their order; `None` for one that has to go by itself.
pub type Answers<A> = Pin<Box<dyn Future<Output = Vec<Option<A>>> + Send>>;

type Ask<K, W, A> = Box<dyn Fn(K, Vec<W>) -> Answers<A> + Send + Sync>;

/// Where requests of one sort meet: those with the same key want the same, each something of it.
pub struct Gather<K, W, A>(Arc<Inner<K, W, A>>);

struct Inner<K, W, A> {
    ask: Ask<K, W, A>,
    lines: Mutex<HashMap<K, Line<W, A>>>,
}

/// The requests of one key.
struct Line<W, A> {
    /// How many commands are on their way.
    running: usize,
    waiting: Waiting<W, A>,
    /// When a command last came back.
    moved: Instant,
    /// Does somebody look whether one does?
    watched: bool,
}

type Waiting<W, A> = Vec<(W, oneshot::Sender<A>)>;

impl<W, A> Line<W, A> {
    fn new() -> Self {
        Self { running: 0, waiting: Vec::new(), moved: Instant::now(), watched: false }
    }

    /// Those who wait, as far as they fit into one command.
    fn take(&mut self) -> Waiting<W, A> {
        // Who has given up needs no answer.
        self.waiting.retain(|(_, answer)| !answer.is_closed());
        self.waiting.drain(..self.waiting.len().min(MOST)).collect()
    }
}

/// How a request goes to the database.
pub enum Way<K: Key, W: Send + 'static, A: Send + 'static> {
    /// By itself; it keeps its place until it is back.
    Alone(Place<K, W, A>),
    /// With others. Without an answer it goes by itself in the end.
    Together(oneshot::Receiver<A>),
}

impl<K: Key, W: Send + 'static, A: Send + 'static> Way<K, W, A> {
    /// The answer, if it goes with others and gets one; else it is to go by itself, in its place if it has one.
    pub async fn answer(self) -> Result<A, Option<Place<K, W, A>>> {
        match self {
            Self::Alone(place) => Err(Some(place)),
            Self::Together(answer) => answer.await.map_err(|_| None),
        }
    }
}

/// What tells one kind of requests from another.
pub trait Key: Clone + Eq + Hash + Send + 'static {}

impl<T: Clone + Eq + Hash + Send + 'static> Key for T {}

impl<K: Key, W: Send + 'static, A: Send + 'static> Gather<K, W, A> {
    /// For requests that are asked so.
    pub fn new(ask: impl Fn(K, Vec<W>) -> Answers<A> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner { ask: Box::new(ask), lines: Mutex::default() }))
    }

    /// The way of a request; what it wants is only taken along if it goes with others.
    pub fn join(&self, key: K, wanted: impl FnOnce() -> W) -> Way<K, W, A> {
        let mut lines = self.lines();
        let line = lines.entry(key.clone()).or_insert_with(Line::new);
        if line.running < FREE {
            line.running += 1;
            return Way::Alone(self.place(&key));
        }
        let (answer, answered) = oneshot::channel();
        line.waiting.push((wanted(), answer));
        if !line.watched
            && let Ok(runtime) = Handle::try_current()
        {
            line.watched = true;
            runtime.spawn(Self(self.0.clone()).watch(key));
        }
        Way::Together(answered)
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<K, Line<W, A>>> {
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, key: &K) -> Place<K, W, A> {
        Place { of: Self(self.0.clone()), key: key.clone() }
    }

    /// Those for whom a place is taken that has become free; without any it is given back.
    fn next(&self, key: &K) -> Waiting<W, A> {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(key) else { return Vec::new() };
        line.moved = Instant::now();
        let next = line.take();
        if next.is_empty() {
            line.running -= 1;
            if line.running == 0 {
                lines.remove(key);
            }
        }
        next
    }

    /// Lets those go who wait for commands that do not come back.
    async fn watch(self, key: K) {
        loop {
            tokio::time::sleep(SLOW).await;
            match self.held_up(&key) {
                None => return,
                Some(next) if next.is_empty() => {}
                Some(next) => drop(tokio::spawn(self.place(&key).ask(next))),
            }
        }
    }

    /// Those for whom one more place is taken because no other becomes free; `None` if nobody waits.
    fn held_up(&self, key: &K) -> Option<Waiting<W, A>> {
        let mut lines = self.lines();
        let line = lines.get_mut(key)?;
        if line.waiting.is_empty() {
            line.watched = false;
            return None;
        }
        let next = if line.moved.elapsed() < SLOW { Vec::new() } else { line.take() };
        if !next.is_empty() {
            line.running += 1;
            line.moved = Instant::now();
        }
        Some(next)
    }
}

/// A command that is on its way, until it is dropped; those who wait are asked for then.
pub struct Place<K: Key, W: Send + 'static, A: Send + 'static> {
    of: Gather<K, W, A>,
    key: K,
}

impl<K: Key, W: Send + 'static, A: Send + 'static> Place<K, W, A> {
    async fn ask(self, now: Waiting<W, A>) {
        let (wanted, waiting): (Vec<_>, Vec<_>) = now.into_iter().unzip();
        let answers = (self.of.0.ask)(self.key.clone(), wanted).await;
        for (waiting, answer) in waiting.into_iter().zip(answers) {
            // Nobody may be left to hear it.
            answer.map(|answer| waiting.send(answer).ok());
        }
    }
}

impl<K: Key, W: Send + 'static, A: Send + 'static> Drop for Place<K, W, A> {
    fn drop(&mut self) {
        let next = self.of.next(&self.key);
        if next.is_empty() {
            return;
        }
        let place = self.of.place(&self.key);
        // Without a runtime the process is at its end, and nobody is waited for.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(place.ask(next));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Doubles numbers; refuses odd ones.
    fn doubled(asked: Arc<AtomicUsize>) -> Gather<u8, u32, u32> {
        Gather::new(move |_, numbers: Vec<u32>| {
            asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { numbers.into_iter().map(|n| (n % 2 == 0).then_some(n * 2)).collect() })
        })
    }

    type Numbers = Way<u8, u32, u32>;

    fn together(way: Numbers) -> oneshot::Receiver<u32> {
        match way {
            Way::Together(answer) => answer,
            Way::Alone(_) => panic!("goes alone"),
        }
    }

    fn all_alone(gather: &Gather<u8, u32, u32>, key: u8) -> Vec<Numbers> {
        let ways: Vec<_> = (0..FREE).map(|_| gather.join(key, || unreachable!())).collect();
        assert!(ways.iter().all(|way| matches!(way, Way::Alone(_))));
        ways
    }

    #[tokio::test]
    async fn who_finds_no_place_goes_with_others() {
        let asked = Arc::default();
        let gather = doubled(Arc::clone(&asked));
        let mut alone = all_alone(&gather, 1);
        let answers: Vec<_> = (0..5).map(|n| together(gather.join(1, || n))).collect();
        // Another key has places of its own.
        drop(all_alone(&gather, 2));
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(asked.load(Ordering::Relaxed), 0);
        alone.pop();
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.await.ok(), n.is_multiple_of(2).then_some(n as u32 * 2));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        drop(alone);
        tokio::task::yield_now().await;
        assert!(gather.lines().is_empty());
    }

    #[tokio::test]
    async fn one_command_is_for_so_many_at_most() {
        let asked = Arc::default();
        let gather = doubled(Arc::clone(&asked));
        let alone = all_alone(&gather, 1);
        let answers: Vec<_> = (0..=MOST as u32).map(|n| together(gather.join(1, || n * 2))).collect();
        let given_up = together(gather.join(1, || 7));
        drop(given_up);
        drop(alone);
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.await, Ok(n as u32 * 4));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_panic_sends_everyone_alone() {
        let gather: Gather<u8, u32, u32> =
            Gather::new(|_, numbers: Vec<u32>| Box::pin(async move { vec![Some([1][numbers.len()])] }));
        let alone = all_alone(&gather, 1);
        let answers = [1, 2].map(|n| together(gather.join(1, || n)));
        drop(alone);
        for answer in answers {
            answer.await.unwrap_err();
        }
        drop(all_alone(&gather, 1));
    }

    #[tokio::test]
    async fn commands_that_do_not_come_back_hold_nobody_up() {
        let asked = Arc::default();
        let gather = doubled(Arc::clone(&asked));
        let stuck = all_alone(&gather, 1);
        for round in 1..4 {
            let answers = [2, 4].map(|n| together(gather.join(1, || n)));
            assert_eq!(asked.load(Ordering::Relaxed), round - 1);
            for (n, answer) in [2, 4].into_iter().zip(answers) {
                assert_eq!(answer.await, Ok(n * 2));
            }
        }
        drop(stuck);
        tokio::time::sleep(2 * SLOW).await;
        assert!(gather.lines().is_empty());
    }

    #[test]
    fn without_a_runtime_nobody_waits() {
        let gather = doubled(Arc::default());
        let alone = all_alone(&gather, 1);
        let mut answer = together(gather.join(1, || 1));
        drop(alone);
        assert_eq!(answer.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        drop(all_alone(&gather, 1));
    }
}
