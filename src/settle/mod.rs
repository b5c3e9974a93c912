//! Contracts: who pays whom.
//!
//! Settlement takes what a delivery changes in euros ([`crate::value::flows`]) and books it, draw by draw
//! and year by year, between parties. Everything is a posting with a `from` and a `to` ([`books::BookLine`]):
//!
//! | posting | from | to | amount |
//! |---|---|---|---|
//! | savings | [`Account::Care`] | holder of the budget | avoided costs that become cash |
//! | freed capacity | [`Account::Care`] | [`Account::Capacity`] | avoided costs that do not |
//! | equalisation | insurer | equalisation fund | what risk equalisation takes back |
//! | switching | insurer | other insurers | savings on insured who have left |
//! | free riding | insurer that buys for all | other insurers | savings on people insured with them |
//! | programme cost | party that bears it | [`Account::Resources`] | staff, rooms, materials |
//! | clause | payer | payee | what the contract says |
//!
//! **Conservation of money.** Since no posting lacks a side, a contract redistributes and creates nothing. In
//! every draw and every year, undiscounted, the parties' net positions together are
//!
//! Σ net = −Σ over budgets of (strategy − comparator) − programme resource costs − freed capacity − what is
//! paid to the party `outside`,
//!
//! where `outside` (assessors, interest) is not among the parties summed. The test of this law allows 10⁻⁹ of
//! the gross flows, the sum of all absolute amounts over that draw's horizon.
//!
//! **Two passes.** Some terms are fixed before anything happens: cost shares in proportion to expected
//! benefit, benchmarks that are forecasts. A first pass over all draws computes the means they rest on
//! ([`Expectations`]), a second posts every draw. An expectation is always a mean over draws, never the
//! result at mean parameters: with non-linear models the two differ. The base case uses the same terms.
//!
//! **Four phases** ([`Phase`]). Payments for delivery come first; then subsidies and cost shares, on costs
//! as the first phase left them; then contingent payments; then what depends on the position all these leave a
//! party in. A clause reads only the books of earlier phases, so the order of clauses within a phase cannot matter.
//!
//! **Negotiation.** [`deal`] settles an arrangement at all values of its negotiable terms, each clause only as often as
//! what it depends on differs.
//!
//! **Years and discounting.** Books are by calendar year: everything of a year is discounted at its middle,
//! (1 + r)^−(y + ½) for year index y. A clause with a `lag` is booked that many years later, also after the
//! horizon. Cost-effectiveness analysis discounts each flow at its own moment, so its present values are not
//! added to those of the books.

pub mod books;
pub mod chance;
pub mod clauses;
pub mod coalition;
pub mod contract;
pub mod costs;
pub mod deal;
pub mod entry;
pub mod error;
#[cfg(test)]
mod laws;
pub mod leakage;
pub mod noise;
pub mod overlap;
pub mod parties;
pub mod phases;
#[cfg(test)]
mod shipped_laws;
#[cfg(test)]
pub(crate) mod testing;
pub mod warning;

pub use books::{Account, BookLine, Books, Entry, Figure, LineKind};
pub use error::SettleError;
pub use phases::{Agreed, Expectations, Phase, Settled, settle};
pub use warning::Warning;
