//! What a run of part of the people is told to be.

use super::words::Lang;
use crate::analyse::measures::or_id;
use crate::scenario::Scenario;
use crate::scenario::checked::Localised;
use crate::scenario::part::Part;

/// Which people are kept, what part of those whom each programme is for, and what that does to amounts.
#[must_use]
pub fn in_words(scenario: &Scenario, only: &[(String, String)], part: &Part) -> Localised {
    let say = |lang: Lang| {
        let who: Vec<String> =
            only.iter().map(|(id, value)| format!("{} = {value}", lang.of_trait(id))).collect();
        let shares: Vec<String> = scenario
            .programmes
            .iter()
            .zip(&part.programmes)
            .map(|(programme, &share)| {
                let name = lang.of(&or_id(&programme.name, &programme.id)).to_owned();
                format!("{} ({name})", lang.percent(share))
            })
            .collect();
        let mut percents: Vec<String> = part.programmes.iter().map(|&share| lang.percent(share)).collect();
        percents.dedup();
        let shares = match &percents[..] {
            [] => lang.percent(part.all),
            [alike] => alike.clone(),
            _ => shares.join(", "),
        };
        let mut text = format!(
            "{} {}: {} {}.",
            lang.pick("These are results of", "Dit zijn uitkomsten van"),
            who.join(", "),
            shares,
            lang.pick(
                "of the people of the file whom it is for at the start",
                "van de mensen in het bestand voor wie het bij de start bedoeld is"
            ),
        );
        if part.amounts {
            text += lang.pick(
                " Fixed costs, numbers of persons, capacities, and budgets and limits in contracts are that part of what the \
                 file says of all of them.",
                " Vaste kosten, aantallen personen, capaciteiten, en budgetten en grenzen in contracten zijn dat deel van wat \
                 het bestand voor hen allen samen noemt.",
            );
        }
        if part.relative_reach {
            text += lang.pick(
                " Who is reached more or less easily is told relative to the people who are left, so that results may differ \
                 somewhat from those by group.",
                " Wie makkelijker of moeilijker wordt bereikt, geldt ten opzichte van de mensen die overblijven; uitkomsten \
                 kunnen daardoor iets afwijken van die per groep.",
            );
        }
        text
    };
    Localised { en: say(Lang::En), nl: say(Lang::Nl) }
}
