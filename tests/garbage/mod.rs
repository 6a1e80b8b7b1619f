//! Garbage in: the right answer or an error in Parse's form, no 5xx, no panic, and everybody else is served meanwhile.
//!
//! With `TEST_URL` the parts that must be as in Parse Server run against the server there, for example the first
//! of `../golden/oracle.js`.

mod answers;
mod bodies;
mod bombs;
mod dear;
mod depth;
mod odd;
mod race;
mod slow;
mod wire;
