//! A scenario that has been checked: every name resolved to an index, every formula compiled.
//!
//! A [`Scenario`] can only be made by the reader of scenario files, which has reported every mistake it
//! found; the stages behind it need not ask again whether a name exists or a share is a share. What can
//! only be known once numbers are drawn (a share above one in some draw) is checked where it is used.
//!
//! **Formulas and variables.** Wherever the file allows a quantity there is a [`Quantity`]: a compiled
//! formula with the place it came from. The variables it may use have fixed positions, see [`Variables`].

mod arrangement;
mod health;
mod money;
mod negotiation;
mod parameters;
mod people;
mod programme;
mod quantities;
mod terms;
mod threshold;
mod traits;

pub use arrangement::*;
pub use health::*;
pub use money::*;
pub use negotiation::*;
pub use parameters::*;
pub use people::*;
pub use programme::*;
pub use terms::*;
pub use threshold::*;
pub use traits::*;

use super::sources::Span;
use crate::formula::Program;
use crate::sample::DesignKind;

/// A text in the languages of the results; Dutch falls back to English and the other way round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Localised {
    /// English.
    pub en: String,
    /// Dutch.
    pub nl: String,
}

impl Localised {
    /// The same text in every language.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), nl: text }
    }
}

/// A number as the file has it, compiled, with its place for messages about its value.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The compiled formula; a plain number is a constant program.
    pub program: Program,
    /// Dotted path in the scenario, such as `models.falls.events.fall.rate`.
    pub path: String,
    /// Where it is written; `None` for a default.
    pub span: Option<Span>,
}

/// A checked scenario: what a run needs, and nothing that could still be misspelt.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the report is called.
    pub title: Localised,
    /// A few sentences for the reader of the report.
    pub description: Localised,
    /// The question that it answers, or empty.
    pub question: Localised,
    /// Who asks it, or empty.
    pub asked_by: Localised,
    /// Start, horizon and cycle.
    pub time: Time,
    /// Draws, seed, design and engine.
    pub uncertainty: Uncertainty,
    /// Price year, discounting, thresholds.
    pub valuation: Valuation,
    /// Variables that formulas may use, with the codes of their texts.
    pub variables: Variables,
    /// Parameters in an order in which each depends only on earlier ones.
    pub parameters: Parameters,
    /// Tables that formulas may call.
    pub tables: Vec<TableData>,
    /// Who lives there.
    pub population: Population,
    /// Health models; programmes on different models add as increments.
    pub models: Vec<Model>,
    /// Prices of events, states and life-years.
    pub unit_costs: Vec<UnitCost>,
    /// Pockets that disease costs fall in.
    pub budgets: Vec<Budget>,
    /// Named outcomes besides life-years and quality-adjusted life-years.
    pub outcomes: Vec<Outcome>,
    /// What steps of programmes change in a health model.
    pub effects: Vec<Effect>,
    /// Programmes.
    pub programmes: Vec<Programme>,
    /// Strategies; [`Scenario::comparator`] is the index of the comparator.
    pub strategies: Vec<Strategy>,
    /// Index of the strategy that the others are compared with.
    pub comparator: usize,
    /// Variants run side by side; the first is always the scenario itself (`id = "main"`, nothing set).
    pub variants: Vec<Variant>,
    /// Parties, the implicit ones first (see [`Parties`]).
    pub parties: Parties,
    /// Funding models.
    pub arrangements: Vec<Arrangement>,
    /// What parties can negotiate about, and who sits at the table.
    pub negotiation: Negotiation,
    /// Optional arrangements that do not fit this scenario, and why.
    pub left_out: Vec<LeftOut>,
    /// Goals by year.
    pub goals: Vec<Goal>,
    /// What is told besides the usual tables.
    pub results: Results,
    /// Break-even questions.
    pub thresholds: Vec<Threshold>,
    /// Where numbers come from.
    pub citations: Vec<Citation>,
    /// Every number of the file with its origin, for the list of inputs.
    pub inputs: Vec<Input>,
}

/// Start, horizon and cycle of a run.
///
/// Boundaries lie at t = c·Δt years from 1 January of `start`, c = 0…n; a cycle belongs to the calendar
/// year in which it begins. With `start = 2026` and half-year cycles, cycles 0 and 1 are 2026.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Calendar year whose 1 January is t = 0.
    pub start: i32,
    /// Length of the horizon, years.
    pub years: usize,
    /// 1, 2, 4 or 12.
    pub cycles_per_year: usize,
    /// How time in a state within a cycle is counted.
    pub within_cycle: WithinCycle,
}

impl Time {
    /// Number of cycles n.
    pub fn cycles(&self) -> usize {
        self.years * self.cycles_per_year
    }
    /// Cycle length Δt, years.
    pub fn cycle_length(&self) -> f64 {
        1.0 / self.cycles_per_year as f64
    }
    /// Year index (0 = start year) in which cycle or boundary `c` lies.
    pub fn year_of(&self, cycle: usize) -> usize {
        cycle / self.cycles_per_year
    }
}

/// How the time people spend in a state during a cycle is approximated from counts at boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithinCycle {
    /// Δt·½(people at the start + people at the end): the trapezium rule, weights ½, 1, …, 1, ½.
    HalfCycle,
    /// Δt·people at the start; weights sum to n.
    None,
    /// People at every boundary 0…n count for a whole cycle; weights sum to n + 1. Published tables call
    /// this "no correction"; it counts one cycle too many and `check` warns.
    EveryBoundary,
}

/// Draws, seed, design and engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// Number of draws of the probabilistic analysis.
    pub draws: usize,
    /// Seed of every stream of random numbers.
    pub seed: u64,
    /// How the parameter space is covered.
    pub design: DesignKind,
    /// Engine that counts the people.
    pub engine: Engine,
    /// Runs of each draw, alike in all but chance between persons; 1 under [`Engine::Expected`], which has none.
    pub replicates: usize,
    /// Equally likely parts in which [`Engine::Expected`] cuts the distribution of each risk factor.
    pub factor_bins: usize,
}

/// How people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Exact expected numbers of persons and events.
    Expected,
    /// Whole numbers of people in each profile and state, moved by chance.
    Counts,
    /// Persons one by one, moved by chance, with risk factors and a history.
    Individual,
}

impl Engine {
    /// The engine as files and command lines name it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Counts => "counts",
            Self::Individual => "individual",
        }
    }
}

/// Price year, discounting and thresholds.
#[derive(Clone, Debug)]
pub struct Valuation {
    /// All results are in constant euros of this year.
    pub price_year: i32,
    /// Yearly discount rate of costs.
    pub discount_costs: Quantity,
    /// Yearly discount rate of health effects.
    pub discount_effects: Quantity,
    /// Yearly common rate for the present value of parties' cash flows.
    pub discount_parties: Quantity,
    /// Thresholds of the cost-effectiveness acceptability curve, EUR per QALY.
    pub willingness_to_pay: Vec<f64>,
    /// Yearly inflation that deflates nominal contract amounts.
    pub inflation: Option<Quantity>,
}

/// What differs in a variant, run side by side with the scenario itself.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Identifier; `main` is the scenario itself.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Replaced parameters.
    pub set: Vec<Set>,
}

/// A parameter replaced inside one arm, in the same draw. Names on the right mean values before the set.
#[derive(Clone, Debug)]
pub struct Set {
    /// Index of the parameter.
    pub parameter: usize,
    /// Its value in the arm.
    pub value: Quantity,
}

/// What is told besides the usual tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// What groups of people are told apart by.
    pub by: Vec<Trait>,
    /// Whether the numbers to watch are told.
    pub monitoring: bool,
    /// Numbers of years after which it is told who has their money back, the shortest first.
    pub payback_within: Vec<usize>,
}

/// A source of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Citation {
    /// Identifier used by `source = "..."`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Organisation or authors.
    pub organisation: String,
    /// Year of publication.
    pub year: Option<i64>,
    /// Link or DOI.
    pub link: String,
    /// What sort of study it is, where the file says so.
    pub design: Option<StudyDesign>,
}

/// What sort of study a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudyDesign {
    /// Several trials together.
    MetaAnalysis,
    /// A trial with a control group.
    Trial,
    /// People who were followed, with others to compare them with.
    Cohort,
    /// People measured before and after, without a control group.
    BeforeAfter,
    /// A register or survey.
    Registry,
    /// A model.
    Model,
    /// A judgement.
    Expert,
}

impl StudyDesign {
    /// All of them with the word that files use.
    pub const WORDS: [(&str, Self); 7] = [
        ("meta-analysis", Self::MetaAnalysis),
        ("trial", Self::Trial),
        ("cohort", Self::Cohort),
        ("before-after", Self::BeforeAfter),
        ("registry", Self::Registry),
        ("model", Self::Model),
        ("expert", Self::Expert),
    ];

    /// The word that files use.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(_, design)| *design == self).map_or("", |(word, _)| word)
    }

    /// The design of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, design)| design)
    }
}

/// One number of the scenario with its origin, for the list of inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Dotted path.
    pub path: String,
    /// The stated value or formula as written.
    pub stated: String,
    /// Name of the distribution with its parameters, or empty.
    pub distribution: String,
    /// Unit as written, or empty.
    pub unit: String,
    /// Identifier of the source, or empty.
    pub source: String,
    /// Why it is assumed, or empty.
    pub assumption: String,
    /// What sort of study it comes from, where the file says so of it or of its source.
    pub design: Option<StudyDesign>,
    /// Whether it is evidence that needs a source or an assumption (contract terms, years and plans do not).
    pub needs_origin: bool,
}
