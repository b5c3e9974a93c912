//! What makes results doubtful, in words.

use super::labels::Label;
use super::words::Lang;
use crate::analyse::measures::or_id;
use crate::analyse::plausibility::Doubt;
use crate::scenario::Scenario;

/// A doubt as a sentence or two.
#[must_use]
pub fn sentence(scenario: &Scenario, doubt: &Doubt, lang: Lang) -> String {
    let strategy = |index: usize| {
        let strategy = &scenario.strategies[index];
        lang.of(&or_id(&strategy.name, &strategy.id)).to_owned()
    };
    let effect = |index: usize| {
        let effect = &scenario.effects[index];
        lang.of(&or_id(&effect.name, &effect.id)).to_owned()
    };
    match doubt {
        Doubt::SavedMoreThanSpent { strategy: index, saved, spent } => {
            let gaps = [strategy(*index), lang.money(*saved), lang.money(*spent)];
            lang.say(Label::DoubtSpent, &gaps.each_ref().map(String::as_str))
        }
        Doubt::LargeRatio { strategy: index, ratio, saved } => {
            let gaps = [strategy(*index), lang.money(*ratio), lang.money(*saved)];
            lang.say(Label::DoubtRatio, &gaps.each_ref().map(String::as_str))
        }
        Doubt::PassedOn { effect: index, follows } => {
            let event = &scenario.models[scenario.effects[*index].model].events[*follows];
            let gaps = [effect(*index), lang.of(&or_id(&event.name, &event.id)).to_owned()];
            lang.say(Label::DoubtPassedOn, &gaps.each_ref().map(String::as_str))
        }
        Doubt::BeforeAfter { effect: index, number } => {
            lang.say(Label::DoubtBeforeAfter, &[&effect(*index), number])
        }
    }
}
