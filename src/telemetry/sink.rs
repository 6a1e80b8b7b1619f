//! Where log lines go: gathered in memory, written by one thread, so that a request never waits for a slow reader of stdout.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lines waiting to be written may take this much, bytes; those that come then are dropped and counted.
const BOUND: usize = 4 * 1024 * 1024;
/// How long lines are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(10);

/// A log that several threads append to.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The first line after a pause.
    filled: Condvar,
    /// All lines are out.
    written: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    writing: bool,
    hurry: bool,
}

impl Sink {
    /// The log of the process.
    ///
    /// # Errors
    /// If the thread that writes cannot be started.
    pub fn stdout() -> io::Result<Self> {
        Self::to(io::stdout())
    }

    /// A log written somewhere else.
    ///
    /// # Errors
    /// As [`Sink::stdout`].
    pub fn to(mut target: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), filled: Condvar::new(), written: Condvar::new() });
        // Only the handles keep the thread alive.
        let weak = Arc::downgrade(&shared);
        std::thread::Builder::new().name("log".into()).spawn(move || {
            let mut batch = Vec::new();
            while let Some(shared) = weak.upgrade() {
                shared.take(&mut batch);
                if batch.is_empty() {
                    continue;
                }
                // A log that cannot be written is no reason to stop serving.
                let _ = target.write_all(&batch).and_then(|()| target.flush());
                batch.clear();
                shared.done();
            }
        })?;
        Ok(Self(shared))
    }

    /// Appends a whole line.
    pub fn line(&self, line: &[u8]) {
        let mut state = self.0.lock();
        if state.lines.len() + line.len() > BOUND {
            state.dropped += 1;
            return;
        }
        let first = state.lines.is_empty() && !state.writing;
        state.lines.extend_from_slice(line);
        drop(state);
        if first {
            self.0.filled.notify_one();
        }
    }

    /// Waits until all lines are out, for a moment at most: stdout may have no reader.
    pub fn flush(&self) {
        let mut state = self.0.lock();
        state.hurry = true;
        self.0.filled.notify_one();
        let busy = |state: &mut State| state.writing || !state.lines.is_empty();
        drop(self.0.written.wait_timeout_while(state, Duration::from_millis(500), busy));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for lines, gathers a little more, and takes them all.
    fn take(&self, batch: &mut Vec<u8>) {
        let idle = |state: &mut State| state.lines.is_empty();
        let state = self.lock();
        // Wakes now and then to see whether anybody still holds the log.
        let (mut state, _) = self
            .filled
            .wait_timeout_while(state, Duration::from_secs(60), idle)
            .unwrap_or_else(PoisonError::into_inner);
        if state.lines.is_empty() {
            return;
        }
        if !state.hurry {
            drop(state);
            std::thread::sleep(GATHER);
            state = self.lock();
        }
        std::mem::swap(batch, &mut state.lines);
        state.writing = true;
        let dropped = std::mem::take(&mut state.dropped);
        drop(state);
        if dropped > 0 {
            batch.extend_from_slice(
                format!("{{\"level\":\"WARN\",\"message\":\"{dropped} log lines dropped\"}}\n").as_bytes(),
            );
        }
    }

    fn done(&self) {
        let mut state = self.lock();
        state.writing = false;
        // A burst should not hold its memory for ever.
        if state.lines.is_empty() && state.lines.capacity() > BOUND / 16 {
            state.lines = Vec::new();
        }
        self.written.notify_all();
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Target(Arc<Mutex<Vec<u8>>>);

    impl Write for Target {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_out_in_order() {
        let target = Target::default();
        let sink = Sink::to(target.clone()).unwrap();
        for n in 0..1000 {
            sink.line(format!("{n}\n").as_bytes());
        }
        sink.flush();
        let text = String::from_utf8(target.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().map(|l| l.parse().unwrap()).collect::<Vec<i32>>(), (0..1000).collect::<Vec<_>>());
    }
}
