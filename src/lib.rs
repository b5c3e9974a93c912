//! Business cases and deals for prevention programmes.
//!
//! For one place and one programme `ounce` answers: what does it do to people, what does it cost and save, whose
//! pocket is that in, and what does each way of financing it leave every party with? People are simulated once,
//! priced once, and then any number of funding arrangements is settled over the same draws.
//!
//! ```text
//!  scenario ──▶ sample ──▶ simulate ──▶ value ──▶ settle ──▶ analyse ──▶ report
//!  TOML, CSV    draws      people       euros,    postings   statistics  CSV, Parquet,
//!                          and events   QALYs     per party  over draws  words
//! ```
//!
//! Each stage knows what the stages before it made and nothing of those after it: [`simulate`] counts people and
//! knows no money, [`value`] prices them and knows no contract, [`settle`] applies contracts to what was priced.
//! [`scenario`] turns files into a checked [`scenario::Scenario`], with the small language of [`formula`];
//! [`sample`] draws its uncertain numbers; [`analyse`] and [`report`] make findings, files and words of the rest.
//!
//! Three laws hold in every draw. **Nobody vanishes:** persons in all states, the dead included, are those at the
//! start plus those who entered. **No euro vanishes:** every posting has a from and a to, and the parties'
//! positions add up to what the programme costs and saves. **Same seed, same numbers:** results are the same to
//! the bit for any number of threads, and a strategy or arrangement that is added changes no other figure.
//!
//! # A small case
//!
//! A hundred people fall 0.8 times a year; a course for half of them, in the middle of the first year, halves
//! that for ever. In two years 50 people × 1.5 years × 0.4 falls = 30 falls do not happen.
//!
//! ```
//! use ounce::scenario::{self, sources::Sources};
//!
//! let text = r#"
//! ounce = 1
//! title = "A course"
//! time = { start = 2026, years = 2, cycle = "half-year" }
//! uncertainty = { draws = 8, seed = 1, design = "random" }
//! valuation = { discount = { costs = 0.03, effects = 0.015 } }
//! population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
//! budgets = { care = {} }
//! strategies = { usual_care = {}, course = { programmes = ["course"] } }
//! effects = { halved = { on = "life.fall", rate_ratio = 0.5, lasts = "always" } }
//! [models.life]
//! states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
//! events = { fall = { in = ["home"], rate = 0.8 } }
//! [programmes.course]
//! model = "life"
//! eligible = "state == 'home'"
//! enrol = { years = "2026", share = 0.5 }
//! cascade = { course = { of = "invited", share = 1, effects = ["halved"], costs = { course = 100 } } }
//! "#;
//! let scenario = scenario::read_text("course.toml", text, &[], &mut Sources::default())
//!     .expect("a valid scenario")
//!     .scenario;
//! let valued = ounce::value::value(&scenario, ounce::value::Extent::BaseCase, &|| ()).expect("a base case");
//! let flows = &valued.variants[0].base[0];
//! let falls = flows.count_increment.total(0)[0];
//! assert!((falls + 30.0).abs() < 1e-9);
//! ```
#![warn(missing_docs)]
pub mod analyse;
pub mod cli;
pub mod formula;
pub mod report;
pub mod sample;
pub mod scenario;
pub mod settle;
pub mod simulate;
pub mod value;
