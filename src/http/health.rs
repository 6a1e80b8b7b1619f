//! `/health`: the state of the process (`http.md` section 8).

use std::sync::atomic::{AtomicU8, Ordering};

/// What the server is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Configured, nothing opened yet.
    Initialized,
    /// Opening its database.
    Starting,
    /// At work.
    Ok,
    /// It could not start.
    Error,
    /// Finishing what runs; nothing new should be sent here.
    Draining,
}

impl State {
    const ALL: [Self; 5] = [Self::Initialized, Self::Starting, Self::Ok, Self::Error, Self::Draining];

    /// The word for it on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initialized => "initialized",
            Self::Starting => "starting",
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Draining => "draining",
        }
    }

    /// Are requests carried out? While draining those that still come in are.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Ok | Self::Draining)
    }
}

/// The state that the whole process shares.
#[derive(Debug)]
pub struct Health(AtomicU8);

impl Default for Health {
    fn default() -> Self {
        Self(AtomicU8::new(State::Initialized as u8))
    }
}

impl Health {
    /// The state now.
    pub fn get(&self) -> State {
        State::ALL.get(usize::from(self.0.load(Ordering::Acquire))).copied().unwrap_or(State::Error)
    }

    /// Another state.
    pub fn set(&self, state: State) {
        self.0.store(state as u8, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_set() {
        let health = Health::default();
        assert_eq!(health.get(), State::Initialized);
        for state in State::ALL {
            health.set(state);
            assert_eq!(health.get(), state);
        }
    }
}
