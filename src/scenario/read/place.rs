//! What a formula may use where it stands, and what its number is about.

use std::borrow::Cow;

use crate::formula::{Scope, Symbol, TableShape};
use crate::scenario::checked::{Parameters, Variables};

/// A place in the scenario where a quantity stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Variables that have a value there: a sum of the constants below.
    pub(super) variables: u16,
    /// What the number is.
    pub(super) concern: Concern,
    /// Whether it may be an amount of money with a price year.
    pub(super) money: bool,
    /// Whether a rate or a probability is wanted, where that matters.
    pub(super) wanted: Option<Wanted>,
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern {
    /// Something that is so in the world: it needs a source or an assumption.
    Evidence,
    /// A share of something in the world; a plain 0 or 1 only says how the scenario is built.
    Share,
    /// A contract term, a year or a plan: whoever writes the scenario decides.
    Choice,
}

/// What sort of frequency a place wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Rate,
    Probability,
}

pub(super) const AGE: u16 = 1;
pub(super) const SEX: u16 = 2;
pub(super) const LABELS: u16 = 4;
pub(super) const CLASSES: u16 = 8;
pub(super) const STATE: u16 = 16;
/// Calendar year and years since the start.
pub(super) const YEAR: u16 = 32;
pub(super) const SINCE: u16 = 64;
/// Risk factors.
pub(super) const FACTORS: u16 = 128;
/// What a person has been through: time in state, past events.
pub(super) const HISTORY: u16 = 256;
/// What is known of a person.
pub(super) const PERSON: u16 = AGE | SEX | LABELS | CLASSES;

impl Place {
    /// A place for evidence with these variables.
    pub(super) const fn evidence(variables: u16) -> Self {
        Self { variables, concern: Concern::Evidence, money: false, wanted: None }
    }

    /// A place for a share with these variables.
    pub(super) const fn share(variables: u16) -> Self {
        Self { variables, concern: Concern::Share, money: false, wanted: None }
    }

    /// A place for a choice with these variables.
    pub(super) const fn choice(variables: u16) -> Self {
        Self { variables, concern: Concern::Choice, money: false, wanted: None }
    }

    /// The same for an amount of money.
    pub(super) const fn money(mut self) -> Self {
        self.money = true;
        self
    }

    /// The same for a rate or a probability.
    pub(super) const fn wants(mut self, wanted: Wanted) -> Self {
        self.wanted = Some(wanted);
        self
    }
}

/// A variable: its name, its position, the flag of places that supply it, and what its values are.
pub(super) struct Variable<'v> {
    pub(super) name: Cow<'v, str>,
    pub(super) index: usize,
    pub(super) flag: u16,
    pub(super) values: ValuesOf,
}

/// What the values of a variable are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValuesOf {
    /// Numbers.
    Numbers,
    /// Codes of texts.
    Texts,
    /// Numbers that differ by lane.
    Lanes,
}

/// All variables of a scenario, `sex` only where the population has it.
pub(super) fn variables(known: &Variables, has_sex: bool) -> Vec<Variable<'_>> {
    let fixed = [
        ("age", Variables::AGE, AGE, ValuesOf::Numbers),
        ("sex", Variables::SEX, SEX, ValuesOf::Texts),
        ("state", Variables::STATE, STATE, ValuesOf::Texts),
        ("year", Variables::YEAR, YEAR, ValuesOf::Numbers),
        ("time", Variables::TIME, YEAR, ValuesOf::Numbers),
        ("since", Variables::SINCE, SINCE, ValuesOf::Numbers),
        (TIME_IN_STATE, Variables::TIME_IN_STATE, HISTORY, ValuesOf::Lanes),
    ];
    let fixed = fixed
        .into_iter()
        .filter(|(name, ..)| has_sex || *name != "sex")
        .map(|(name, index, flag, values)| Variable { name: name.into(), index, flag, values });
    let labels = known.labels.iter().enumerate().map(|(at, label)| Variable {
        name: label.id.as_str().into(),
        index: Variables::label(at),
        flag: if label.class.is_some() { CLASSES } else { LABELS },
        values: ValuesOf::Texts,
    });
    let factors = known.factors.iter().enumerate().map(|(at, factor)| Variable {
        name: factor.as_str().into(),
        index: known.factor(at),
        flag: FACTORS,
        values: ValuesOf::Lanes,
    });
    let past = known.events.iter().enumerate().map(|(at, event)| Variable {
        name: format!("{}{event}", Variables::PAST).into(),
        index: known.past(at),
        flag: HISTORY,
        values: ValuesOf::Lanes,
    });
    fixed.chain(labels).chain(factors).chain(past).collect()
}

/// Years since a person came into the state that they are in.
const TIME_IN_STATE: &str = "time_in_state";

/// Names that mean a variable wherever they stand, so that nothing else may be called so.
pub(super) const RESERVED: [&str; 7] = ["age", "sex", "state", "year", "time", "since", TIME_IN_STATE];

/// Where variables are known that only few places supply.
pub(super) fn where_known(flag: u16) -> Option<&'static str> {
    match flag {
        FACTORS => Some(
            "a risk factor acts on rates by its `hazard_ratios` and on quality of life by its `utility`; formulas use it \
             only to choose people for a programme and to size its costs and effects",
        ),
        HISTORY => Some(
            "a person's history is known in rates, probabilities and shares of a model, in `excess_mortality`, and in \
             `eligible`, `reach` and the `share` of a step",
        ),
        _ => None,
    }
}

/// The names known at one place.
pub(super) struct Names<'r> {
    pub(super) variables: &'r Variables,
    pub(super) has_sex: bool,
    pub(super) parameters: &'r Parameters,
    pub(super) shapes: &'r [TableShape],
    pub(super) allowed: u16,
}

impl Names<'_> {
    /// The variables that the place supplies.
    fn allowed_variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let all = variables(self.variables, self.has_sex);
        all.into_iter().filter(|variable| variable.flag & self.allowed != 0)
    }

    /// The variables that the place supplies in few words, for messages.
    pub(super) fn allowed_words(&self) -> Vec<String> {
        let past = |variable: &Variable<'_>| self.variables.past_at(variable.index).is_some();
        let words = self.allowed_variables().filter(|variable| !past(variable)).map(|v| v.name.into_owned());
        let events = self.allowed_variables().any(|variable| past(&variable));
        words.chain(events.then(|| format!("{}EVENT", Variables::PAST))).collect()
    }

    /// The flag of places that supply the variable of a name, where this one does not.
    pub(super) fn elsewhere(&self, name: &str) -> Option<u16> {
        let all = variables(self.variables, true);
        let variable = all.into_iter().find(|variable| {
            let absent = variable.name == "sex" && !self.has_sex;
            variable.name == name && (absent || variable.flag & self.allowed == 0)
        });
        variable.map(|variable| variable.flag)
    }
}

impl Scope for Names<'_> {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        let all = variables(self.variables, self.has_sex);
        if let Some(variable) = all.iter().find(|v| v.name == name && v.flag & self.allowed != 0) {
            let index = variable.index;
            return Some(match variable.values {
                ValuesOf::Numbers => Symbol::Variable { index, categorical: false },
                ValuesOf::Texts => Symbol::Variable { index, categorical: true },
                ValuesOf::Lanes => Symbol::LaneVariable(index),
            });
        }
        self.parameters.list.iter().position(|parameter| parameter.name == name).map(Symbol::Parameter)
    }

    fn table(&self, name: &str) -> Option<(usize, &TableShape)> {
        self.shapes.iter().enumerate().find(|(_, shape)| shape.name == name)
    }

    fn code(&self, variable: usize, text: &str) -> Option<f64> {
        code_of(self.variables, variable, text)
    }

    fn known_names(&self) -> Vec<String> {
        let variables = self.allowed_variables().map(|variable| variable.name.into_owned());
        let parameters = self.parameters.list.iter().map(|parameter| parameter.name.clone());
        let tables = self.shapes.iter().map(|shape| shape.name.clone());
        variables.chain(parameters).chain(tables).collect()
    }

    fn known_texts(&self, variable: usize) -> Vec<String> {
        texts_of(self.variables, variable)
    }
}

/// The texts that a variable can have; the code of each is its position.
pub(super) fn texts_of(variables: &Variables, variable: usize) -> Vec<String> {
    match variable {
        Variables::SEX => vec!["male".to_owned(), "female".to_owned()],
        Variables::STATE => variables.states.clone(),
        _ => match variables.label_at(variable).map(|label| &variables.labels[label]) {
            Some(label) => label.values.clone(),
            None => Vec::new(),
        },
    }
}

/// The code of a text of a variable.
pub(super) fn code_of(variables: &Variables, variable: usize, text: &str) -> Option<f64> {
    texts_of(variables, variable).iter().position(|known| known == text).map(|code| code as f64)
}

/// A scope in which one name means one thing, to write programs that no formula of the file stands for.
pub(super) struct Single(pub(super) Symbol);

impl Scope for Single {
    fn symbol(&self, _: &str) -> Option<Symbol> {
        Some(self.0)
    }
    fn table(&self, _: &str) -> Option<(usize, &TableShape)> {
        None
    }
    fn code(&self, _: usize, _: &str) -> Option<f64> {
        None
    }
    fn known_names(&self) -> Vec<String> {
        Vec::new()
    }
    fn known_texts(&self, _: usize) -> Vec<String> {
        Vec::new()
    }
}
