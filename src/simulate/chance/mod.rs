//! Chance of the first order: what happens to people where every parameter is known.
//!
//! The engines that follow whole people share these rules, so that they agree in means and in variances.
//!
//! **People** are whole. **A cycle:** each person in a state leaves it with probability 1 − e^(−hΔt), h the sum of
//! the hazards h_j of its exits, by exit j with probability h_j/h; at most one move a cycle. **Events** happen
//! during the person-time at risk that stayers and leavers really had ([`occurrences`]); those that move people
//! are their moves. **Pairs:** somebody who takes part is followed twice, as they are and as they would have been,
//! with as much luck in common as the two chances allow: as long as both are in the same state, they make the same
//! move with probability min(p_j, q_j) each, and events of the smaller rate happen to both.
//!
//! [`luck`] addresses the random numbers, [`samplers`] makes whole numbers of them.

pub mod exits;
pub mod luck;
pub mod occurrences;
pub mod people;
pub mod samplers;
