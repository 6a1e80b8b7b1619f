//! Holds no code: its tests compare `matching` with a database that speaks MongoDB's protocol.
