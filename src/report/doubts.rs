//! What makes results doubtful, in words.

use super::labels::Label;
use super::words::Lang;
use crate::analyse::measures::or_id;
use crate::analyse::plausibility::{Doubt, Within};
use crate::scenario::Scenario;
use crate::scenario::checked::Localised;

/// Names that are told at most; of the others there is the number.
const NAMES: usize = 3;

/// A doubt as a sentence or two.
#[must_use]
pub fn sentence(scenario: &Scenario, doubt: &Doubt, lang: Lang) -> String {
    let called = |name: &Localised, id: &str| lang.of(&or_id(name, id)).to_owned();
    let strategy = |index: usize| called(&scenario.strategies[index].name, &scenario.strategies[index].id);
    let effect = |index: usize| called(&scenario.effects[index].name, &scenario.effects[index].id);
    let within = |within: &Within, several: Label| match within {
        Within::Scenario => String::new(),
        Within::Strategy(index) => lang.say(Label::DoubtInStrategy, &[&strategy(*index)]) + " ",
        Within::Arrangement(index) => {
            let arrangement = &scenario.arrangements[*index];
            lang.say(Label::DoubtInArrangement, &[&called(&arrangement.name, &arrangement.id)]) + " "
        }
        Within::Variants(indices) => {
            let variants = indices.iter().map(|&index| &scenario.variants[index]);
            let names: Vec<String> =
                variants.map(|variant| format!("“{}”", called(&variant.name, &variant.id))).collect();
            let label = if names.len() > 1 { several } else { Label::DoubtInVariant };
            lang.say(label, &[&lang.first_of(&names, NAMES)]) + " "
        }
    };
    match doubt {
        Doubt::SavedMoreThanSpent { strategy: index, within: place, saved, spent } => {
            let gaps = [strategy(*index), lang.money(*saved), lang.money(*spent)];
            within(place, Label::DoubtInVariantsFirst)
                + &lang.say(Label::DoubtSpent, &gaps.each_ref().map(String::as_str))
        }
        Doubt::LargeRatio { strategy: index, within: place, ratio, saved } => {
            let gaps = [strategy(*index), lang.money(*ratio), lang.money(*saved)];
            within(place, Label::DoubtInVariantsFirst)
                + &lang.say(Label::DoubtRatio, &gaps.each_ref().map(String::as_str))
        }
        Doubt::PassedOn { effect: index, follows } => {
            let events = &scenario.models[scenario.effects[*index].model].events;
            let names: Vec<String> =
                follows.iter().map(|&event| called(&events[event].name, &events[event].id)).collect();
            lang.say(Label::DoubtPassedOn, &[&effect(*index), &lang.first_of(&names, NAMES)])
        }
        Doubt::BeforeAfter { effect: index, within: place, number } => {
            within(place, Label::DoubtInVariants)
                + &lang.say(Label::DoubtBeforeAfter, &[&effect(*index), number])
        }
    }
}
