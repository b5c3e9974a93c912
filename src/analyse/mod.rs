//! Statistics over draws.
