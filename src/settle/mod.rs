//! Contracts: who pays whom.
