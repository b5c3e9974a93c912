//! Health models and effects on them.

use super::{Localised, Quantity};

/// A state-transition model with events.
#[derive(Clone, Debug)]
pub struct Model {
    /// Identifier.
    pub id: String,
    /// Youngest and oldest age at entry that it follows; everybody where nothing is said.
    pub ages: Option<(u16, u16)>,
    /// States.
    pub states: Vec<State>,
    /// The state that background mortality leads to.
    pub death: Option<usize>,
    /// Mortality of the general population, all causes.
    pub background: Option<Background>,
    /// Transitions between states that are no events.
    pub transitions: Vec<Transition>,
    /// Events, parents before children.
    pub events: Vec<Event>,
    /// Continuous risk factors.
    pub factors: Vec<Factor>,
    /// Whether rates use a person's history, so that only the engine `individual` can follow it.
    pub with_history: bool,
}

impl Model {
    /// Whether it follows people who enter at an age: a model of older people need not know what happens to children.
    #[must_use]
    pub fn follows(&self, age: u16) -> bool {
        self.ages.is_none_or(|(first, last)| (first..=last).contains(&age))
    }

    /// For each event, then transition, the position of the ratio by which a factor drives it, its own or that of the
    /// nearest event that it follows from.
    #[must_use]
    pub fn driven_by(&self, factor: &Factor) -> Vec<Option<usize>> {
        let own = |node: Node| factor.hazard_ratios.iter().position(|ratio| ratio.node == node);
        let mut by: Vec<Option<usize>> = Vec::with_capacity(self.events.len() + self.transitions.len());
        // Parents come before children.
        for (index, event) in self.events.iter().enumerate() {
            let inherited = event.parent.and_then(|parent| by[parent]);
            by.push(own(Node::Event(index)).or(inherited));
        }
        by.extend((0..self.transitions.len()).map(|index| own(Node::Transition(index))));
        by
    }

    /// Whether an event, or something that follows from it, loses quality-adjusted life years or brings people into
    /// another state. A contact with a doctor does neither: it only costs money.
    #[must_use]
    pub fn costs_health(&self, event: usize) -> bool {
        let within = |mut at: usize| loop {
            match self.events[at].parent {
                _ if at == event => return true,
                Some(parent) => at = parent,
                None => return false,
            }
        };
        let mut events = self.events.iter().enumerate();
        events.any(|(at, known)| (known.qaly_loss.is_some() || known.moves_to.is_some()) && within(at))
    }
}

/// Mortality of the general population.
#[derive(Clone, Debug)]
pub enum Background {
    /// Probability of dying within a year.
    Probability(Quantity),
    /// Rate per person-year.
    Rate(Quantity),
}

/// A state of a model.
#[derive(Clone, Debug)]
pub struct State {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Code in formulas, see [`super::Variables::states`].
    pub code: f64,
    /// Whether people in it live.
    pub alive: bool,
    /// Share of people who start in it.
    pub start: Quantity,
    /// Multiplies the background hazard of dying (0 where `[mortality]` is absent).
    pub mortality_ratio: Quantity,
    /// Extra rate of dying per person-year.
    pub excess_mortality: Option<Quantity>,
    /// Health-related quality of life per person-year.
    pub utility: Option<Quantity>,
}

/// A move between states.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// State left.
    pub from: usize,
    /// State entered.
    pub to: usize,
    /// How often.
    pub frequency: Frequency,
}

/// How often a transition happens.
#[derive(Clone, Debug)]
pub enum Frequency {
    /// Rate per person-year, competing with the other exits of the state.
    Rate(Quantity),
    /// Probability within a year.
    PerYear(Quantity),
    /// Probability within a cycle, taken literally.
    PerCycle(Quantity),
}

/// An event: a root with a rate in given states, or a branch that is a share of its parent.
#[derive(Clone, Debug)]
pub struct Event {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Parent in the tree; `None` for a root.
    pub parent: Option<usize>,
    /// States in which it happens (a branch: those of its root).
    pub states: Vec<usize>,
    /// Rate per person-year (root) or share of the parent (branch).
    pub amount: Quantity,
    /// State that it leads to; leaves only.
    pub moves_to: Option<usize>,
    /// Quality-adjusted life-years lost per occurrence.
    pub qaly_loss: Option<Quantity>,
}

/// A risk factor that differs between people without end, such as body mass.
///
/// A person enters with a value from the distribution of their profile, and it moves by `drift` a year. A rate per
/// person-year that the factor drives is multiplied by ratio^value over the profile's mean of ratio^value at entry, so
/// that the stated rate is that of the profile as it enters.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Identifier, usable as a variable where programmes select people and size effects.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Unit as written.
    pub unit: String,
    /// Position among the variables.
    pub variable: usize,
    /// Shape of its distribution among people of one profile.
    pub distribution: FactorShape,
    /// Mean at entry; formula of age at entry, sex, labels and classes.
    pub mean: Quantity,
    /// Standard deviation at entry; as the mean.
    pub sd: Quantity,
    /// Change a year, the same for everybody of a profile; as the mean.
    pub drift: Quantity,
    /// What it makes more or less frequent.
    pub hazard_ratios: Vec<HazardRatio>,
    /// States whose utility it changes.
    pub utilities: Vec<UtilityPerUnit>,
}

/// The shape of a risk factor's distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorShape {
    /// Normal.
    Normal,
    /// Lognormal; the mean and the standard deviation are those of the factor and not of its logarithm.
    LogNormal,
    /// Gamma.
    Gamma,
}

/// What one unit more of a risk factor does to a rate.
#[derive(Clone, Debug)]
pub struct HazardRatio {
    /// Event (what follows from it inherits the ratio unless it has one of its own) or transition.
    pub node: Node,
    /// Ratio of rates for each unit.
    pub value: Quantity,
}

/// What one unit more of a risk factor does to the quality of life in a state.
#[derive(Clone, Debug)]
pub struct UtilityPerUnit {
    /// State.
    pub state: usize,
    /// Change of its utility for each unit above the profile's mean at entry.
    pub value: Quantity,
}

/// Something of a model that happens or lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// Event by index.
    Event(usize),
    /// Transition by index.
    Transition(usize),
    /// Time in a state, by index.
    State(usize),
    /// Utility of a state, by index.
    Utility(usize),
    /// Risk factor by index.
    Factor(usize),
}

/// What a step of a programme changes.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Model.
    pub model: usize,
    /// Event, transition, utility or risk factor.
    pub node: Node,
    /// Measure and size.
    pub measure: Measure,
    /// How long.
    pub lasts: Lasts,
    /// Why it holds for what follows from the event too, or empty.
    pub passed_on: String,
}

/// The measure of an effect at full strength.
#[derive(Clone, Debug)]
pub enum Measure {
    /// Ratio of rates (hazards) per person-year.
    RateRatio(Quantity),
    /// Ratio of probabilities; only on a transition stated as a probability.
    RiskRatio(Quantity),
    /// Ratio of odds; only on a transition stated as a probability.
    OddsRatio(Quantity),
    /// Difference, added (utility, risk factor).
    Difference(Quantity),
}

/// Strength of an effect by time u since it took over (enrolment + `after`), between 0 and 1.
#[derive(Clone, Debug)]
pub enum Lasts {
    /// 1 for ever.
    Always,
    /// 1 for `full` years, then linear to 0 over `fade` years.
    Fade {
        /// Years of full effect.
        full: Quantity,
        /// Years from full to none.
        fade: Quantity,
    },
    /// 2^(−u/half-life).
    HalfLife(Quantity),
    /// A formula of `since`, which counts from the moment the effect takes over.
    Formula(Quantity),
}
