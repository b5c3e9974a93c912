//! x
use super::super::{diagnostic::Diagnostics, tree::Node};
/// x
pub fn check_structure(_root: &Node, _d: &mut Diagnostics) {}
