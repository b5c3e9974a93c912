//! `ounce explain clauses` and `ounce explain clause NAME`.

use super::{hanging_wide, keys_of, wrap};
use crate::scenario::grammar::{CLAUSE_TYPES, ClauseType};

/// All types of clauses with what they do.
pub(super) fn list() -> String {
    let mut text = String::from("clauses: who pays whom for what, under [arrangements.*.clauses]\n\n");
    for kind in CLAUSE_TYPES {
        text.push_str(&hanging_wide(kind.name, kind.meaning));
    }
    text.push_str(
        "\nThey settle in four phases, each on the books of those before it: payments for delivery; payments on the\n\
         costs that are left; payments on what happens; payments on what all these leave a party with.\n\n\
         `ounce explain clause NAME` shows one with its rule, risks, an example and its keys.\n",
    );
    text
}

/// A type of clause by its name.
pub(super) fn find(name: &str) -> Option<&'static ClauseType> {
    CLAUSE_TYPES.iter().find(|kind| kind.name == name)
}

/// All about a type of clause.
pub(super) fn card(kind: &ClauseType) -> String {
    let mut text = format!("clause of the type {}\n\n{}\nRule:\n\n", kind.name, wrap(kind.meaning, 2));
    for line in kind.text.formula {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("\nWho bears which risk:\n\n");
    let risks = &kind.text.risks;
    for (name, who) in [
        ("volume", risks.volume),
        ("price", risks.price),
        ("retention", risks.retention),
        ("outcome", risks.outcome),
        ("measurement", risks.measurement),
        ("liquidity", risks.liquidity),
    ] {
        text.push_str(&hanging_wide(name, who));
    }
    let example = &kind.text.example;
    text.push_str(&format!("\nAn example:\n\n{}\n", wrap(example.words, 2)));
    for line in example.clause.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    let width = example.gains.iter().map(|(party, _)| party.len()).max().unwrap_or(0);
    text.push_str(&format!(
        "\n  Gains, EUR{:pad$}{:>14}{:>14}\n",
        "",
        "2026",
        "2027",
        pad = width.saturating_sub(8)
    ));
    for (party, gains) in example.gains {
        text.push_str(&format!("    {party:width$}"));
        for gain in *gains {
            text.push_str(&format!("{:>14}", amount(*gain)));
        }
        text.push('\n');
    }
    text.push_str(&format!("\nIts keys:\n\n{}", keys_of(kind.shape.all_keys())));
    text
}

/// An amount with commas, and cents where it has any.
fn amount(euros: f64) -> String {
    let cents = (euros.abs() * 100.0).round() as u64;
    let whole = (cents / 100).to_string();
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !cents.is_multiple_of(100) {
        text.push_str(&format!(".{:02}", cents % 100));
    }
    if euros < 0.0 && cents > 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_commas_and_cents_where_there_are_any() {
        assert_eq!(amount(-1_234_567.0), "-1,234,567");
        assert_eq!(amount(29_825.82), "29,825.82");
        assert_eq!(amount(0.0), "0");
    }

    #[test]
    fn a_clause_is_shown_with_its_rule_risks_example_and_keys() {
        insta::assert_snapshot!(card(find("guarantee").unwrap()), @r#"
        clause of the type guarantee

          A floor under a party's net position.

        Rule:

          payment(t) = share * max(0, floor - net position of the receiver for year t)
          per year, or once over the contract; then at most cap_per_year and cap_total
          stopped at a gate: losses are still covered, as of those enrolled before; a floor above 0 becomes 0

        Who bears which risk:

          volume                  beyond the floor the guarantor, by share and up to the caps
          price                   beyond the floor the guarantor
          retention               beyond the floor the guarantor
          outcome                 beyond the floor the guarantor
          measurement             nobody, as books are audited
          liquidity               the receiver, until it is settled

        An example:

          The provider has costs of 50,000 and is paid nothing. Of the loss beyond 20,000 the state
          covers 80%: 24,000.

            type = "guarantee"
            from = "state"
            to = "provider"
            floor = -20_000
            share = "80%"

          Gains, EUR          2026          2027
            state          -24,000             0
            provider        24,000             0

        Its keys:

          floor                   Net position under which the receiver is lifted up again; negative for
                                  a loss that stays with it.
          share                   Share of what is missing that is paid.
          period                  Whether each calendar year is settled by itself or all years together.
          despite_gate            With a `gate`: whether what is not paid by person is paid on after
                                  enrolment has been stopped: a lump sum, a grant, an amount for the
                                  whole population, an investor's advance, a guaranteed gain, the
                                  capital of a fund that is still to open.
          type                    What sort of clause it is; the other keys depend on it.
          from                    Who pays.
          to                      Who receives.
          where                   For which participants it holds: a condition on age, sex, labels and
                                  classes.
          years                   In which calendar years it holds.
          cap_per_year            Most that is paid in a year.
          cap_total               Most that is paid over all years.
          nominal                 Whether amounts stay the same number of euros each year, so that
                                  inflation wears them down.
          price_year              The year in whose prices its amounts are.
          lag                     Years after which it is paid.
          name                    What reports call it.
          description             What it is, in a few plain sentences.
          source                  Where its figures come from.
          assumption              Why its figures are taken, where no source gives them.
          override                Says that this entry means to replace or extend the entry of the same
                                  name of another library in the list.
        "#);
    }

    #[test]
    fn every_clause_says_who_bears_what_in_lines_that_fit_a_terminal() {
        for kind in CLAUSE_TYPES {
            let text = card(kind);
            for line in text.lines().chain(list().lines()) {
                assert!(line.chars().count() <= 116, "{}: {line}", kind.name);
            }
            assert!(list().contains(kind.name));
        }
    }
}
