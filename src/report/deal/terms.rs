//! What negotiable terms are called on the screen.

use crate::analyse::measures::or_id;
use crate::report::words::Lang;
use crate::scenario::Scenario;

/// Keys of clauses that are told beside the name of a clause of which several numbers are negotiable.
const KEYS: [(&str, &str, &str); 12] = [
    ("amount", "amount", "bedrag"),
    ("cap_per_year", "at most in a year", "hoogstens per jaar"),
    ("cap_total", "at most in all", "hoogstens in totaal"),
    ("capital", "capital", "kapitaal"),
    ("carry_over", "carried over", "mee te nemen deel"),
    ("floor", "floor", "ondergrens"),
    ("grant", "grant for a year", "bijdrage voor een jaar"),
    ("investment", "investment", "investering"),
    ("minimum_savings_rate", "least saving", "minste besparing"),
    ("price", "price", "prijs"),
    ("share", "share", "deel"),
    ("threshold", "threshold", "drempel"),
];

/// The name of a term: that of its clause, with the key where several numbers of the clause are negotiable. A number that stands by
/// itself has the name that the file gives it.
pub(super) fn name(scenario: &Scenario, term: usize, lang: Lang) -> String {
    let terms = &scenario.negotiation.terms;
    let path = |term: usize| scenario.parameters.list[terms[term].parameter].name.as_str();
    let Some((arrangement, clause, key)) = place(path(term)) else {
        return terms[term].id.replace('_', " ");
    };
    let found = scenario.arrangements.iter().find(|known| known.id == arrangement);
    let found = found.and_then(|arrangement| arrangement.clauses.iter().find(|known| known.id == clause));
    let Some(found) = found else { return terms[term].id.replace('_', " ") };
    let name = lang.of(&or_id(&found.name, &found.id)).to_owned();
    let of_clause =
        |other: usize| place(path(other)).is_some_and(|(of, its, _)| (of, its) == (arrangement, clause));
    if (0..terms.len()).filter(|&other| of_clause(other)).count() < 2 {
        return name;
    }
    format!("{name}: {}", of_key(scenario, key, lang))
}

/// Arrangement, clause and key of a number that stands in a clause.
fn place(path: &str) -> Option<(&str, &str, &str)> {
    let (arrangement, rest) = path.strip_prefix("arrangements.")?.split_once(".clauses.")?;
    let (clause, key) = rest.split_once('.')?;
    Some((arrangement, clause, key))
}

/// A key in words; of a number for each party the name of the party.
fn of_key(scenario: &Scenario, key: &str, lang: Lang) -> String {
    if let Some((_, en, nl)) = KEYS.iter().find(|(known, ..)| *known == key) {
        return lang.pick(en, nl).to_owned();
    }
    let last = key.rsplit('.').next().unwrap_or(key);
    match scenario.parties.list.iter().find(|party| party.id == last) {
        Some(party) => lang.of(&or_id(&party.name, &party.id)).to_owned(),
        None => key.replace(['_', '.'], " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, sources::Sources};

    /// A scenario with these clauses in the arrangement `grant`, and its only negotiable parameter `fee`.
    fn names(clauses: &str, lang: Lang) -> Vec<String> {
        let text = format!(
            r#"
ounce = 1
title = "A course"
time = {{ start = 2026, years = 1, cycle = "half-year" }}
uncertainty = {{ draws = 8, seed = 1, design = "random" }}
valuation = {{ price_year = 2024, discount = {{ costs = 0, effects = 0 }} }}
population = {{ closed = true, groups = {{ all = {{ age = 70, persons = 100 }} }} }}
budgets = {{ care = {{}} }}
strategies = {{ usual_care = {{}}, course = {{ programmes = ["course"] }} }}
[parties]
town = {{ kind = "municipality", budgets = ["care"], name = {{ en = "Town", nl = "Gemeente" }} }}
state = {{ kind = "state", name = {{ en = "State", nl = "Rijk" }} }}
[models.life]
states = {{ home = {{ start = 1, utility = 1 }}, dead = {{ start = 0, alive = false }} }}
[programmes.course]
model = "life"
eligible = "state == 'home'"
enrol = {{ years = "2026", share = 0.5 }}
cascade = {{ course = {{ of = "invited", share = 1, costs = {{ course = 100 }} }} }}
[parameters]
agreed_fee = {{ negotiable = {{ low = 0, high = 10, step = 10 }} }}
[arrangements.grant.clauses]
fee = {{ type = "fee", from = "town", to = "provider", step = "course.course", price = "agreed_fee" }}
{clauses}
"#
        );
        let mut sources = Sources::default();
        let scenario = match scenario::read_text("c.toml", &text, &[], &mut sources) {
            Ok(loaded) => loaded.scenario,
            Err(problems) => panic!("{}", problems.render(&sources, false)),
        };
        (0..scenario.negotiation.terms.len()).map(|term| name(&scenario, term, lang)).collect()
    }

    const RANGE: &str = "{ negotiable = { low = 0, high = 0.4, step = 0.2 } }";

    #[test]
    fn a_term_is_called_after_its_clause_in_the_language_of_the_reader() {
        let clause = |more: &str| {
            format!(
                "start = {{ type = \"subsidy\", from = \"state\", to = \"provider\", base = \"course\", share = {RANGE}{more} }}"
            )
        };
        let named = clause(", name = { en = \"Share of the state\", nl = \"Deel van het Rijk\" }");
        assert_eq!(names(&named, Lang::En), ["agreed fee", "Share of the state"]);
        assert_eq!(names(&named, Lang::Nl), ["agreed fee", "Deel van het Rijk"]);
        assert_eq!(names(&clause(""), Lang::Nl), ["agreed fee", "start"]);
    }

    #[test]
    fn of_a_clause_with_several_terms_each_is_told_apart() {
        let clause = format!(
            "split = {{ type = \"cost-share\", base = \"course\", of = \"provider\", parties = [\"town\", \"state\"], \
             rule = \"fixed\", shares.town = {RANGE}, shares.state = {RANGE}, cap_per_year = {{ negotiable = {{ low = 10, \
             high = 20, step = 10 }} }} }}"
        );
        let found = names(&clause, Lang::Nl);
        assert_eq!(found[1..], ["split: Gemeente", "split: Rijk", "split: hoogstens per jaar"]);
    }
}
