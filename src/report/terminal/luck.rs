//! Whether payments for results follow the effect or luck.

use super::Page;
use crate::analyse::VariantFindings;
use crate::analyse::noise::{ClauseNoise, GateNoise, Needed, ResultNoise, Verdict};
use crate::analyse::statistics::Summary;
use crate::report::labels::Label;
use crate::scenario::checked::{Localised, Terms};

impl Page<'_> {
    /// For every clause that pays for measured results: how often it pays for nothing, and how often it fails to pay.
    pub(super) fn luck(&mut self, main: &VariantFindings) {
        self.gates(main);
        let found: Vec<(usize, &ClauseNoise)> = main
            .settlements
            .iter()
            .flat_map(|settlement| settlement.noise.iter().map(|noise| (settlement.arrangement, noise)))
            .collect();
        if found.is_empty() {
            return;
        }
        let title = self.say(Label::Luck, &[]);
        self.heading(&title);
        self.explain(Label::LuckExplained);
        for (arrangement, noise) in found {
            let arrangement = &self.run.scenario.arrangements[arrangement];
            let clause = &arrangement.clauses[noise.clause];
            let name = format!(
                "{}: {}",
                self.name(&arrangement.name, &arrangement.id),
                self.name(&clause.name, &clause.id)
            );
            let several = noise.results.len() > 1;
            for result in &noise.results {
                let called = result_name(&clause.terms, &result.name);
                let name = if several { format!("{name} ({})", self.lang.of(&called)) } else { name.clone() };
                let text = self.luck_of(&name, noise, result);
                self.item(&text);
            }
            let paid = [&noise.payment, &noise.payment_without_effect];
            let [with, without] = paid.map(|payment| {
                let range = self.interval(payment, |value| self.lang.money(value));
                format!("{} {range}", self.lang.money(payment.expected())).trim_end().to_owned()
            });
            let mut text = self.say(Label::LuckPayment, &[&with, &without]);
            if clause.terms.idealised() {
                text = format!("{text} {}", self.say(Label::LuckIdealised, &[]));
            }
            self.item(&text);
        }
    }

    /// For every gate: how often it stops what works and lets go on what does not.
    fn gates(&mut self, main: &VariantFindings) {
        let found: Vec<(usize, &GateNoise)> = main
            .settlements
            .iter()
            .filter_map(|settlement| Some((settlement.arrangement, settlement.gate.as_ref()?)))
            .collect();
        if found.is_empty() {
            return;
        }
        let title = self.say(Label::Gate, &[]);
        self.heading(&title);
        for (arrangement, noise) in found {
            let arrangement = &self.run.scenario.arrangements[arrangement];
            let year = arrangement.gate.as_ref().map_or(0, |gate| gate.year);
            let gaps = [
                self.name(&arrangement.name, &arrangement.id),
                (self.run.scenario.time.start + i32::try_from(year).unwrap_or(0)).to_string(),
                self.chance(noise.continues_without_effect.expected()),
                self.chance(noise.continues.expected()),
            ];
            let mut text = self.say(Label::GateLine, &gaps.each_ref().map(String::as_str));
            if let Some(chance) = noise.stopped_though_it_works {
                text = format!("{text} {}", self.say(Label::GateStopsWhatWorks, &[&self.chance(chance)]));
            }
            let more = self.verdict(noise.verdict, &noise.participants, Label::GateMostlyLuck);
            if let Some(more) = more {
                text = format!("{text} {more}");
            }
            if arrangement.gate.as_ref().is_some_and(|gate| gate.result.benchmark.idealised()) {
                text = format!("{text} {}", self.say(Label::LuckIdealised, &[]));
            }
            self.item(&text);
        }
    }

    fn luck_of(&self, name: &str, noise: &ClauseNoise, result: &ResultNoise) -> String {
        let nothing = self.chance(result.pays_without_effect.expected());
        let missed = self.chance(1.0 - result.pays.expected());
        let mut text = self.say(Label::LuckLine, &[name, &nothing, &missed]);
        let more = self.verdict(result.verdict, &noise.participants, Label::MostlyLuck);
        if let Some(more) = more {
            text = format!("{text} {more}");
        }
        text
    }

    /// What to make of a result; `about` says how many participants would be enough.
    fn verdict(&self, verdict: Verdict, participants: &Summary, about: Label) -> Option<String> {
        let participants = self.lang.rounded(participants.expected());
        let number = |label, needed| self.say(label, &[&self.lang.rounded(needed), &participants]);
        Some(match verdict {
            Verdict::Informative | Verdict::Target => return None,
            Verdict::Unrelated => self.say(Label::LuckUnrelated, &[]),
            Verdict::WithoutChance => self.say(Label::LuckWithoutChance, &[]),
            Verdict::NoEffect => self.say(Label::LuckNoEffect, &[]),
            Verdict::Noise { needed: Needed::About(needed) } => number(about, needed),
            Verdict::Noise { needed: Needed::AtLeast(needed) } => number(Label::MostlyLuckAtLeast, needed),
            Verdict::Noise { needed: Needed::None } => self.say(Label::LuckWhateverSize, &[]),
            Verdict::Noise { needed: Needed::NotKnown } => self.say(Label::LuckStatedError, &[]),
        })
    }
}

/// What reports call the result of this identifier, one of several that a clause measures.
fn result_name(terms: &Terms, id: &str) -> Localised {
    let bond = if let Terms::ImpactBond(bond) = terms { Some(bond) } else { None };
    let trigger = bond.and_then(|bond| bond.triggers.iter().find(|trigger| trigger.id == id));
    trigger.map_or_else(|| Localised::same(id), |trigger| trigger.name.clone())
}
