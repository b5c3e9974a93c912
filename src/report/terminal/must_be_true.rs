//! What must be true: the value of a number at which somebody breaks even.

use super::Page;
use crate::analyse::measures::or_id;
use crate::analyse::threshold::{Answer, Crossing, End, Found, Point};
use crate::report::labels::Label;
use crate::report::layout::{WIDTH, wrap};
use crate::report::number_name::number_name;
use crate::report::words::{Lang, significant};
use crate::scenario::Scenario;
use crate::scenario::checked::Whose;

impl Page<'_> {
    /// The break-even values of the run.
    pub(super) fn must_be_true(&mut self) {
        let found = &self.run.findings.thresholds;
        if found.is_empty() {
            return;
        }
        let title = self.say(Label::MustBeTrue, &[]);
        self.heading(&title);
        let text = break_even(self.run.scenario, found, self.lang);
        self.text.push_str(&text);
    }
}

/// Answers to break-even questions, an item for each, after a line that says what they mean.
pub fn break_even(scenario: &Scenario, found: &[Found], lang: Lang) -> String {
    let draws = found.iter().find_map(|found| found.drawn.as_ref()).map(|drawn| drawn.draws);
    let basis = match draws {
        Some(draws) => lang.say(Label::MustBeTrueDraws, &[&lang.number(draws as f64, 0)]),
        None => lang.say(Label::MustBeTrueStated, &[]),
    };
    let mut text = wrap(&basis, WIDTH, 0);
    for found in found {
        text.push_str(&wrap(&format!("- {}", sentence(scenario, found, lang)), WIDTH, 2));
    }
    text
}

fn sentence(scenario: &Scenario, found: &Found, lang: Lang) -> String {
    let asked = &scenario.thresholds[found.question];
    let parameter = &scenario.parameters.list[asked.parameter];
    let largest = asked.range.0.abs().max(asked.range.1.abs());
    let show = |value: f64| {
        // An answer that is nothing but for the tolerance of the search.
        if value != 0.0 && value.abs() < NEARLY_NOTHING * largest {
            lang.say(Label::NearlyNothing, &[&figure(lang, 0.0, &parameter.unit)])
        } else {
            figure(lang, value, &parameter.unit)
        }
    };
    // A question that was not given a name is called after its number.
    let name = if asked.name.en == parameter.name {
        number_name(scenario, &parameter.name, asked.arrangement, lang)
    } else {
        lang.of(&or_id(&asked.name, &asked.id)).to_owned()
    };
    let chance = asked.probability.map_or_else(String::new, |probability| {
        format!(" {}", lang.say(Label::MustBeTrueChance, &[&lang.percent(probability)]))
    });
    let (who, chance) = (who(scenario, found, lang), chance.as_str());
    let (low, high) = (show(asked.range.0), show(asked.range.1));
    // Beside a value that holds with some probability a range would pass for the doubt about that value.
    let of_draws = asked.probability.is_some();
    let answer = found.drawn.as_ref().map_or(&found.base, |drawn| &drawn.answer);
    match answer {
        Answer::Nothing => lang.say(Label::MustBeTrueNothing, &[&name, &who]),
        Answer::Always => lang.say(Label::MustBeTrueAlways, &[&name, &low, &high, &who, chance]),
        Answer::Never => {
            let text = lang.say(Label::MustBeTrueNever, &[&name, &low, &high, &who, chance]);
            match nearest(found, asked.probability.is_some()) {
                Some(value) => format!("{text} {}", lang.say(Label::MustBeTrueNearest, &[&show(value)])),
                None => text,
            }
        }
        Answer::At(crossings) => match crossings.as_slice() {
            [only] => {
                let label = if only.at_least { Label::MustBeTrueAtLeast } else { Label::MustBeTrueAtMost };
                let value =
                    format!("{}{}", show(only.value), range(found, lang, &show, (&low, &high), of_draws));
                let enough = if reached(only, found.stated) {
                    Label::MustBeTrueEnough
                } else {
                    Label::MustBeTrueNotEnough
                };
                let verdict = lang.say(enough, &[&show(found.stated)]);
                format!("{} {verdict}", lang.say(label, &[&name, &value, &who, chance]))
            }
            several => {
                let values: Vec<String> = several.iter().map(|crossing| show(crossing.value)).collect();
                let values = values.join("; ");
                lang.say(Label::MustBeTrueSeveral, &[&name, &who, chance, &low, &high, &values])
            }
        },
    }
}

/// Part of the largest value looked at below which an answer is told as nearly nothing: searches stop within it.
const NEARLY_NOTHING: f64 = 1e-5;

/// The value at which least is lacking, or at which the chance is largest where a chance is asked for; `None` where all are alike.
fn nearest(found: &Found, chance: bool) -> Option<f64> {
    let drawn = found.drawn.is_some();
    let worth = |point: &Point| match point.probability.filter(|_| chance) {
        Some(probability) => probability,
        None if drawn => point.net.expected(),
        None => point.net.base,
    };
    let best = found.curve.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
    let ends = [found.curve.first()?, found.curve.last()?];
    // The curve has few values: one within the range says little about where between them most is gained.
    let at_an_end = ends.iter().any(|end| end.value == best.value);
    let largest = found.curve.iter().map(|point| worth(point).abs()).fold(0.0, f64::max);
    let differs = found.curve.iter().any(|point| worth(best) - worth(point) > 1e-9 * largest);
    (at_an_end && differs).then_some(best.value)
}

fn reached(crossing: &Crossing, stated: f64) -> bool {
    if crossing.at_least { stated >= crossing.value } else { stated <= crossing.value }
}

/// The range over draws in brackets, with a space before it. Ends outside what was looked at are told as that. With `of_draws` it
/// says that these are the values of single draws.
fn range(
    found: &Found,
    lang: Lang,
    show: &dyn Fn(f64) -> String,
    (low, high): (&str, &str),
    of_draws: bool,
) -> String {
    let Some([from, to]) = found.drawn.as_ref().and_then(|drawn| drawn.range) else { return String::new() };
    let told = |end: End| match end {
        End::Below => format!("<{low}"),
        End::At(value) => show(value),
        End::Above => format!(">{high}"),
    };
    match (from, to) {
        (End::Below, End::Below) => format!(" ({})", lang.say(Label::MustBeTrueBelow, &[low])),
        (End::Above, End::Above) => format!(" ({})", lang.say(Label::MustBeTrueAbove, &[high])),
        (from, to) if told(from) == told(to) => String::new(),
        (from, to) => {
            let range = format!("{} {} {}", told(from), lang.say(Label::To, &[]), told(to));
            let range = if of_draws { lang.say(Label::MustBeTrueSingleDraws, &[&range]) } else { range };
            format!(" ({range})")
        }
    }
}

/// Who is to break even, and how that is counted.
fn who(scenario: &Scenario, found: &Found, lang: Lang) -> String {
    let asked = &scenario.thresholds[found.question];
    let mut details = Vec::new();
    let name = match asked.whose {
        Whose::Society { willingness_to_pay } => {
            details.push(if willingness_to_pay > 0.0 {
                lang.say(Label::MustBeTrueWorth, &[&lang.money(willingness_to_pay)])
            } else {
                lang.say(Label::MustBeTrueEuros, &[])
            });
            lang.say(Label::MustBeTrueSociety, &[])
        }
        Whose::Party(party) => {
            let party = &scenario.parties.list[party];
            lang.of(&or_id(&party.name, &party.id)).to_owned()
        }
    };
    if let Some(arrangement) = asked.arrangement.map(|index| &scenario.arrangements[index])
        && scenario.arrangements.len() > 1
    {
        details.push(lang.of(&or_id(&arrangement.name, &arrangement.id)).to_owned());
    }
    if scenario.strategies.len() > 2 {
        let strategy = &scenario.strategies[asked.strategy];
        details.push(lang.of(&or_id(&strategy.name, &strategy.id)).to_owned());
    }
    if details.is_empty() { name } else { format!("{name} ({})", details.join("; ")) }
}

/// A value in its unit: shares as percentages, amounts as euros, three significant digits.
fn figure(lang: Lang, value: f64, unit: &str) -> String {
    if unit.starts_with("share") {
        return format!("{}%", plain(lang, 100.0 * value));
    }
    if unit.starts_with("EUR") && (value == 0.0 || value.abs() >= 10.0) {
        return lang.money(value);
    }
    if unit.starts_with("EUR") && value.abs() >= 0.005 {
        return lang.pick("€", "€ ").to_owned() + &lang.number(value, 2);
    }
    if unit.starts_with("EUR") {
        return lang.pick("€", "€ ").to_owned() + &plain(lang, value);
    }
    plain(lang, value)
}

/// Three significant digits, with as many decimals as that takes (at most 12) and no zeros at the end.
fn plain(lang: Lang, value: f64) -> String {
    let value = significant(value, 3);
    let decimals = (0..12).find(|&decimals| {
        let shown: f64 = format!("{value:.decimals$}").parse().unwrap_or(value);
        shown == value
    });
    lang.number(value, decimals.unwrap_or(12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::statistics::Summary;
    use crate::analyse::threshold::Drawn;

    #[test]
    fn ends_outside_what_was_looked_at_are_told_on_their_own_side() {
        let told_as = |range: [End; 2], lang: Lang, of_draws: bool| {
            let drawn = Drawn { answer: Answer::Never, draws: 100, mcse: None, range: Some(range) };
            let found = Found {
                question: 0,
                stated: 3.0,
                base: Answer::Never,
                drawn: Some(drawn),
                curve: Vec::new(),
            };
            super::range(&found, lang, &|value| format!("{value}"), ("1", "9"), of_draws)
        };
        let told = |range, lang| told_as(range, lang, false);
        // Where the value itself holds with a probability.
        let two = [End::At(4.0), End::At(5.0)];
        assert_eq!(told_as(two, Lang::En, true), " (single draws: 4 to 5)");
        assert_eq!(told_as(two, Lang::Nl, true), " (losse trekkingen: 4 tot 5)");
        assert_eq!(told([End::Below, End::Above], Lang::En), " (<1 to >9)");
        assert_eq!(told([End::Below, End::At(4.0)], Lang::Nl), " (<1 tot 4)");
        assert_eq!(told([End::At(4.0), End::Above], Lang::En), " (4 to >9)");
        assert_eq!(told([End::At(4.0), End::At(4.0)], Lang::En), "");
        // A mean that one draw in a hundred makes says nothing about the others.
        assert_eq!(told([End::Above, End::Above], Lang::En), " (though above 9 in nearly all single draws)");
        assert_eq!(
            told([End::Below, End::Below], Lang::Nl),
            " (maar onder 1 in bijna alle losse trekkingen)"
        );
    }

    #[test]
    fn where_no_value_is_enough_the_side_on_which_least_is_lacking_is_told() {
        let point = |value: f64, net: f64| Point {
            value,
            net: Summary { base: net, spread: None },
            probability: None,
        };
        let found = |nets: [f64; 3]| Found {
            question: 0,
            stated: 1.0,
            base: Answer::Never,
            drawn: None,
            curve: [0.5, 1.0, 1.5].into_iter().zip(nets).map(|(value, net)| point(value, net)).collect(),
        };
        assert_eq!(nearest(&found([-10.0, -20.0, -30.0]), false), Some(0.5));
        assert_eq!(nearest(&found([-30.0, -20.0, -10.0]), false), Some(1.5));
        assert_eq!(nearest(&found([-30.0; 3]), false), None);
    }

    #[test]
    fn values_are_shown_in_their_unit() {
        assert_eq!(figure(Lang::En, 0.2137, "share of the invited"), "21.4%");
        assert_eq!(figure(Lang::Nl, 0.5, "share"), "50%");
        assert_eq!(figure(Lang::En, 0.93417, "ratio"), "0.934");
        assert_eq!(figure(Lang::Nl, 0.012_34, ""), "0,0123");
        assert_eq!(figure(Lang::En, 540.4, "EUR per participant"), "€540");
        assert_eq!(figure(Lang::Nl, 3.456, "EUR"), "€ 3,46");
        assert_eq!(figure(Lang::En, -2.0, "kg"), "−2");
        assert_eq!(figure(Lang::En, 0.000_000_123_4, "per year"), "0.000000123");
        assert_eq!(figure(Lang::Nl, 0.001_234, "EUR per EUR"), "€ 0,00123");
        assert_eq!(figure(Lang::En, 0.0, "share"), "0%");
        assert_eq!(figure(Lang::En, 0.0, "EUR per year"), "€0");
    }
}
