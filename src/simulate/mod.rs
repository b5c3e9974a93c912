//! People: who is where, and what happens to them.
