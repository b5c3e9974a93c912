//! Traits: what the population file knows of everybody, and by which groups of people are told apart.

use super::{Group, Scenario};
use crate::scenario::diagnostic::Diagnostic;

/// What groups of people may be told apart by: something that the population file knows of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trait {
    /// Sex.
    Sex,
    /// A label of the population, by its index in `Variables::labels`; no risk class.
    Label(usize),
}

impl Scenario {
    /// The traits of this population with their identifiers: its labels, and `sex` where the file knows it.
    pub fn traits(&self) -> Vec<(&str, Trait)> {
        let labels = self.variables.labels.iter().enumerate().filter(|(_, label)| label.class.is_none());
        let mut all: Vec<(&str, Trait)> =
            labels.map(|(index, label)| (label.id.as_str(), Trait::Label(index))).collect();
        if self.population.has_sex {
            all.push(("sex", Trait::Sex));
        }
        all
    }

    /// Identifier of a trait.
    pub fn trait_id(&self, of: Trait) -> &str {
        match of {
            Trait::Sex => "sex",
            Trait::Label(label) => &self.variables.labels[label].id,
        }
    }

    /// What a trait may be; the position of a text is its code.
    pub fn trait_values(&self, of: Trait) -> Vec<&str> {
        match of {
            Trait::Sex => vec!["male", "female"],
            Trait::Label(label) => self.variables.labels[label].values.iter().map(String::as_str).collect(),
        }
    }

    /// Code of a trait of people of the population.
    pub fn trait_of(&self, group: &Group, of: Trait) -> f64 {
        match of {
            Trait::Sex => group.sex,
            Trait::Label(wanted) => {
                let before = self.variables.labels[..wanted].iter().filter(|label| label.class.is_none());
                group.labels[before.count()]
            }
        }
    }

    /// Keeps only the people of whom a trait has a value, those who enter later among them.
    ///
    /// Everything else stays as it is; [`Scenario::keep_only`] gives those who are left their part of it.
    ///
    /// # Errors
    /// The population has no such trait, or nobody has that value.
    pub fn keep(&mut self, id: &str, value: &str) -> Result<(), Diagnostic> {
        let known = self.traits();
        let Some(&(_, of)) = known.iter().find(|(known, _)| *known == id) else {
            let names = known.iter().map(|(known, _)| *known);
            return Err(wrong(format!("the population has no label `{id}`"), id, names));
        };
        let values = self.trait_values(of);
        let Some(code) = values.iter().position(|known| *known == value) else {
            return Err(wrong(format!("no `{id}` is called `{value}`"), value, values.into_iter()));
        };
        let mut groups = std::mem::take(&mut self.population.groups);
        groups.retain(|group| self.trait_of(group, of) == code as f64);
        self.population.groups = groups;
        if !self.population.groups.iter().any(|group| group.enters == 0) {
            return Err(Diagnostic::error(format!(
                "nobody of `{id}` `{value}` is of the ages that the scenario is about"
            )));
        }
        Ok(())
    }
}

fn wrong<'a>(title: String, written: &str, known: impl Iterator<Item = &'a str> + Clone) -> Diagnostic {
    /// Names that are told at most.
    const SHOWN: usize = 12;
    let message = Diagnostic::error(title).did_you_mean(written, known.clone());
    if !message.help.is_empty() {
        return message;
    }
    let names: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => message.help("the population file has no labels"),
        all if all > SHOWN => {
            message.help(format!("known: {} and {} more", names[..SHOWN].join(", "), all - SHOWN))
        }
        _ => message.help(format!("known: {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{Label, Variables};

    fn two_towns() -> Scenario {
        let mut scenario = crate::settle::testing::scenario().build();
        let labels = [("town", &["Aalst", "Best"][..]), ("ses", &["low", "high"][..])];
        scenario.variables.labels = labels
            .map(|(id, values)| Label {
                id: id.to_owned(),
                values: values.iter().map(|&value| value.to_owned()).collect(),
                class: None,
            })
            .to_vec();
        let group = |age: u16, town: f64, ses: f64| Group {
            age,
            sex: Variables::MALE,
            labels: vec![town, ses],
            persons: 10.0,
            enters: 0,
        };
        scenario.population.groups = vec![group(70, 0.0, 0.0), group(71, 1.0, 0.0), group(72, 1.0, 1.0)];
        scenario
    }

    #[test]
    fn one_place_is_kept_and_then_one_group_of_it() {
        let mut scenario = two_towns();
        scenario.keep("town", "Best").unwrap();
        scenario.keep("ses", "low").unwrap();
        assert_eq!(scenario.population.groups.iter().map(|group| group.age).collect::<Vec<_>>(), [71]);
    }

    #[test]
    fn a_misspelt_label_or_place_is_told_with_the_nearest() {
        let mut scenario = two_towns();
        let label = scenario.keep("twon", "Best").unwrap_err();
        assert!(label.title.contains("`twon`") && label.help[0].contains("town"), "{label:?}");
        let value = scenario.keep("town", "Bset").unwrap_err();
        assert!(value.title.contains("`Bset`") && value.help[0].contains("Best"), "{value:?}");
        assert_eq!(scenario.population.groups.len(), 3, "nobody was taken out");
    }
}
