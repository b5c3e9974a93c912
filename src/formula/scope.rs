//! What names mean where a formula stands.

use super::table::TableShape;

/// What a name used as a value stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Symbol {
    /// A number known when the formula is compiled.
    Constant(f64),
    /// The parameter of this index, with a value per draw.
    Parameter(usize),
    /// A variable of the place, with a value per point.
    Variable {
        /// The variable's index.
        index: usize,
        /// Whether its values are codes of texts (`sex`, a label) and not numbers.
        categorical: bool,
    },
    /// The variable of this index, a number with a value per point and draw: a risk factor, say, whose distribution
    /// is uncertain itself. Places where it does not differ by draw may give it a value per point.
    LaneVariable(usize),
}

/// The names known at the place where a formula stands, and their meaning.
pub trait Scope {
    /// What `name` stands for as a value. None: nothing of this name.
    fn symbol(&self, name: &str) -> Option<Symbol>;

    /// The table called `name`, with its index. None: no such table.
    fn table(&self, name: &str) -> Option<(usize, &TableShape)>;

    /// The code of a quoted text compared with a categorical variable, as in `ses == 'low'`. None: the
    /// variable never has this value.
    fn code(&self, variable: usize, text: &str) -> Option<f64>;

    /// The names of all variables, parameters and tables, for suggestions.
    fn known_names(&self) -> Vec<String>;

    /// The texts a categorical variable can have, for suggestions.
    fn known_texts(&self, variable: usize) -> Vec<String>;
}

/// The known name that `name` most probably misspells, if any is near.
pub(super) fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    // A third of the letters may differ: `agee` is `age`, but `cost` is not `rate`.
    let tolerance = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, String)> = None;
    for candidate in known {
        let last_part = candidate.rsplit('.').next().unwrap_or(&candidate);
        let distance = if last_part == name || candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            strsim::damerau_levenshtein(name, &candidate)
        };
        let near = distance <= tolerance && distance < name.chars().count();
        // Among equals the first in the alphabet, whatever the order of the candidates.
        let key = (distance, candidate);
        if near && best.as_ref().is_none_or(|best| key < *best) {
            best = Some(key);
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(name: &str) -> Option<String> {
        nearest(name, ["fall_rate", "age", "shares.otago", "cost_b", "cost_a"].map(str::to_owned))
    }

    #[test]
    fn misspelt_names_are_recognised() {
        assert_eq!(suggestion("fal_rate").as_deref(), Some("fall_rate"));
        assert_eq!(suggestion("Age").as_deref(), Some("age"));
        assert_eq!(suggestion("AGE").as_deref(), Some("age"));
        assert_eq!(suggestion("otago").as_deref(), Some("shares.otago"));
    }

    #[test]
    fn of_two_equally_near_names_the_first_in_the_alphabet_is_suggested() {
        assert_eq!(suggestion("cost_c").as_deref(), Some("cost_a"));
    }

    #[test]
    fn names_far_from_all_others_bring_no_suggestion() {
        assert_eq!(suggestion("discount"), None);
        assert_eq!(suggestion("x"), None);
    }
}
