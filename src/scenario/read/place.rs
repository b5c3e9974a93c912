//! What a formula may use where it stands, and what its number is about.

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

/// A variable: its name, its position, the flag of places that supply it, and whether its values are texts.
pub(super) struct Variable<'v> {
    pub(super) name: &'v str,
    pub(super) index: usize,
    pub(super) flag: u16,
    pub(super) categorical: bool,
}

/// All variables of a scenario, `sex` only where the population has it.
pub(super) fn variables(known: &Variables, has_sex: bool) -> Vec<Variable<'_>> {
    let fixed = [
        ("age", Variables::AGE, AGE, false),
        ("sex", Variables::SEX, SEX, true),
        ("state", Variables::STATE, STATE, true),
        ("year", Variables::YEAR, YEAR, false),
        ("time", Variables::TIME, YEAR, false),
        ("since", Variables::SINCE, SINCE, false),
    ];
    let fixed = fixed
        .into_iter()
        .filter(|(name, ..)| has_sex || *name != "sex")
        .map(|(name, index, flag, categorical)| Variable { name, index, flag, categorical });
    let labels = known.labels.iter().enumerate().map(|(at, label)| Variable {
        name: &label.id,
        index: Variables::label(at),
        flag: if label.class.is_some() { CLASSES } else { LABELS },
        categorical: true,
    });
    fixed.chain(labels).collect()
}

/// Names that mean a variable wherever they stand, so that nothing else may be called so.
pub(super) const RESERVED: [&str; 6] = ["age", "sex", "state", "year", "time", "since"];

/// The names known at one place.
pub(super) struct Names<'r> {
    pub(super) variables: &'r Variables,
    pub(super) has_sex: bool,
    pub(super) parameters: &'r Parameters,
    pub(super) shapes: &'r [TableShape],
    pub(super) allowed: u16,
}

impl Names<'_> {
    /// The variables that the place supplies, for messages.
    pub(super) fn allowed_variables(&self) -> Vec<&str> {
        let all = variables(self.variables, self.has_sex);
        all.into_iter().filter(|variable| variable.flag & self.allowed != 0).map(|v| v.name).collect()
    }

    /// Whether a name is a variable that other places supply and this one does not.
    pub(super) fn is_elsewhere(&self, name: &str) -> bool {
        variables(self.variables, true).iter().any(|variable| {
            let absent = variable.name == "sex" && !self.has_sex;
            variable.name == name && (absent || variable.flag & self.allowed == 0)
        })
    }
}

impl Scope for Names<'_> {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        let all = variables(self.variables, self.has_sex);
        if let Some(variable) = all.iter().find(|v| v.name == name && v.flag & self.allowed != 0) {
            return Some(Symbol::Variable { index: variable.index, categorical: variable.categorical });
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
        let variables = self.allowed_variables().into_iter().map(str::to_owned);
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
