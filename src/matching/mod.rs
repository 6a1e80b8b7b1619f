//! The where tree evaluated in memory, with MongoDB's meaning.
