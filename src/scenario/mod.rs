//! Scenario files: reading, checking, explaining.
