//! What readers call a number that has no name but the place where it is written.
//!
//! The price of the clause `fee` of the arrangement `insurers_help` is written as
//! `arrangements.insurers_help.clauses.fee.price`. In words it is "Insurers help: fee, price": what it belongs to by the name that
//! the scenario gives it, then its key. Keys have words of their own in Dutch where a councillor may meet them; others are
//! written as in the file.

use super::warnings::Names;
use super::words::Lang;
use crate::analyse::measures::or_id;
use crate::scenario::Scenario;
use crate::scenario::checked::Localised;
use crate::settle::warning::ClauseOf;

/// The number at a dotted path in words; a parameter is called as it is. The clauses of the arrangement that the text is about
/// (`told`) are called by their own name only.
pub(super) fn number_name(scenario: &Scenario, path: &str, told: Option<usize>, lang: Lang) -> String {
    let keys: Vec<&str> = path.split('.').map(|key| key.trim_matches(['"', '\''])).collect();
    if keys.len() < 2 {
        return path.to_owned();
    }
    let (whose, rest) = owner(scenario, &keys, told, lang);
    let words = rest.iter().map(|key| in_words(key, lang));
    whose.into_iter().chain(words).collect::<Vec<_>>().join(", ")
}

/// The innermost thing with a name that a number belongs to, and the keys behind it.
fn owner<'k, 'p>(
    scenario: &Scenario,
    keys: &'k [&'p str],
    told: Option<usize>,
    lang: Lang,
) -> (Option<String>, &'k [&'p str]) {
    let said = |name: &Localised, id: &str| Some(lang.of(&or_id(name, id)).to_owned());
    let found = match keys {
        ["arrangements", id, "clauses", clause, ..] => {
            let arrangement = scenario.arrangements.iter().position(|arrangement| arrangement.id == *id);
            arrangement.and_then(|arrangement| {
                let clauses = &scenario.arrangements[arrangement].clauses;
                let clause = clauses.iter().position(|of| of.id == *clause)?;
                if told == Some(arrangement) {
                    return said(&clauses[clause].name, &clauses[clause].id);
                }
                Some(Names { scenario, lang }.clause(None, ClauseOf { arrangement, clause }))
            })
        }
        ["arrangements", id, ..] => {
            let found = scenario.arrangements.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["deal", "parties", id, ..] | ["parties", id, ..] => {
            let found = scenario.parties.list.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["programmes", id, "cascade", step, ..] => {
            let steps = scenario.programmes.iter().filter(|of| of.id == *id).flat_map(|of| &of.steps);
            steps.into_iter().find(|of| of.id == *step).and_then(|of| said(&of.name, &of.id))
        }
        ["programmes", id, ..] => {
            let found = scenario.programmes.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["effects", id, ..] => {
            let found = scenario.effects.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["budgets", id, ..] => {
            let found = scenario.budgets.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["unit_costs", id, ..] => {
            let found = scenario.unit_costs.iter().find(|of| of.id == *id);
            found.and_then(|of| said(&of.name, &of.id))
        }
        ["models", id, "events", event, ..] => {
            let events = scenario.models.iter().filter(|of| of.id == *id).flat_map(|of| &of.events);
            events.into_iter().find(|of| of.id == *event).and_then(|of| said(&of.name, &of.id))
        }
        _ => None,
    };
    let taken = match keys {
        _ if found.is_none() => 0,
        ["arrangements", _, "clauses", ..] | ["programmes", _, "cascade", ..] | ["models", ..] => 4,
        ["deal", ..] => 3,
        _ => 2,
    };
    (found, &keys[taken..])
}

/// A key as people say it.
fn in_words(key: &str, lang: Lang) -> String {
    let dutch = match key {
        "administration" => "beheerkosten",
        "after" => "jaren tot deze stap",
        "amount" => "bedrag",
        "assessor_fee" => "kosten van de beoordelaar",
        "budgets" => "budgetten",
        "capacity" => "aantal plaatsen per jaar",
        "cap_per_year" => "hoogste bedrag per jaar",
        "cap_savings_rate" => "hoogste deel van de ijkwaarde",
        "cap_total" => "hoogste bedrag in totaal",
        "capital" => "startkapitaal",
        "carry_over" => "deel dat meegaat naar het volgende jaar",
        "cashable" => "deel dat in geld vrijkomt",
        "cost" => "kosten",
        "costs" => "kosten",
        "difference" => "verschil",
        "discount" => "discontovoet",
        "effects" => "effecten",
        "enrol" => "werving",
        "fade" => "jaren waarin het effect afneemt",
        "floor" => "ondergrens",
        "full" => "jaren met volledig effect",
        "grant" => "subsidie per jaar",
        "half_life" => "jaren tot het halve effect",
        "hazard_ratio" | "rate_ratio" => "verhouding met en zonder programma",
        "inflation" => "inflatie",
        "interest" => "rente",
        "investment" => "inleg per jaar",
        "lasts" => "duur",
        "leaving_rate" => "deel dat per jaar overstapt",
        "loss_share" => "deel van het verlies",
        "lost_to_equalisation" => "deel dat naar de verevening gaat",
        "market_share" => "marktaandeel",
        "max_price" => "hoogste tarief",
        "minimum_savings_rate" => "kleinste besparing die telt",
        "persons" => "personen per jaar",
        "premium" => "vergoeding voor risico",
        "price" => "prijs",
        "probability" => "kans",
        "qaly_loss" => "verloren gezonde levensjaren",
        "rate" => "hoe vaak per jaar",
        "reach" => "bereik",
        "repay" => "terugbetaling",
        "return_cap" => "hoogste rendement",
        "share" => "aandeel",
        "shares" => "aandelen",
        "stay" => "deel dat blijft",
        "threshold" => "drempel",
        "times" => "aantal keren",
        "total" => "personen in totaal",
        "uptake_response" => "deel dat afhaakt per euro",
        "valuation" => "waardering",
        "value" => "waarde",
        "volume_cap" => "hoogste aantal per jaar",
        other => return other.replace('_', " "),
    };
    lang.pick(&key.replace('_', " "), dutch).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::testing;

    #[test]
    fn what_is_written_in_its_own_place_is_called_after_what_it_belongs_to() {
        let mut scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .budget("wmo", false)
            .party("vgz", &[])
            .clause(testing::clause(
                testing::FIRST_PARTY,
                crate::scenario::checked::Parties::PROVIDER,
                crate::scenario::checked::Terms::LumpSum { amount: testing::quantity("10") },
            ))
            .build();
        let [arrangement, clause] = {
            let arrangement = &scenario.arrangements[0];
            [arrangement.id.clone(), arrangement.clauses[0].id.clone()]
        };
        scenario.arrangements[0].name =
            Localised { en: "Insurers help".into(), nl: "Verzekeraars helpen".into() };
        scenario.arrangements[0].clauses[0].name = Localised { en: "fee".into(), nl: "tarief".into() };
        let path = format!("arrangements.{arrangement}.clauses.{clause}.cap_total");
        assert_eq!(number_name(&scenario, &path, None, Lang::En), "Insurers help: fee, cap total");
        assert_eq!(number_name(&scenario, &path, Some(0), Lang::En), "fee, cap total");
        assert_eq!(
            number_name(&scenario, &path, None, Lang::Nl),
            "Verzekeraars helpen: tarief, hoogste bedrag in totaal"
        );
        assert_eq!(number_name(&scenario, "parties.vgz.market_share", None, Lang::En), "vgz, market share");
        assert_eq!(number_name(&scenario, "parties.vgz.market_share", None, Lang::Nl), "vgz, marktaandeel");
        assert_eq!(
            number_name(&scenario, "programmes.chain.cascade.course.share", None, Lang::En),
            "course, share"
        );
        // What has no name is told key by key, and a parameter is called as it is.
        assert_eq!(
            number_name(&scenario, "valuation.discount.costs", None, Lang::En),
            "valuation, discount, costs"
        );
        assert_eq!(number_name(&scenario, "injuries_exercise", None, Lang::Nl), "injuries_exercise");
    }
}
