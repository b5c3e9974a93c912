//! Whether payments for results follow the effect or luck.

use super::Page;
use crate::analyse::noise::{ClauseNoise, GateNoise, Needed, ResultNoise, Verdict};
use crate::analyse::statistics::Summary;
use crate::analyse::{SettlementFindings, VariantFindings};
use crate::report::labels::Label;
use crate::report::warnings::Names;
use crate::scenario::checked::{Localised, Terms};
use crate::settle::warning::ClauseOf;

impl Page<'_> {
    pub(super) fn names(&self) -> Names<'_> {
        Names { scenario: self.run.scenario, lang: self.lang }
    }

    /// For every clause that pays for measured results: how often it pays for nothing, and how often it fails to pay.
    pub(super) fn luck(&mut self, main: &VariantFindings) {
        self.gates(main);
        let found: Vec<(&SettlementFindings, &ClauseNoise)> = main
            .settlements
            .iter()
            .flat_map(|settlement| settlement.noise.iter().map(move |noise| (settlement, noise)))
            .collect();
        if found.is_empty() {
            return;
        }
        let title = self.say(Label::Luck, &[]);
        self.heading(&title);
        self.explain(Label::LuckExplained);
        for (&SettlementFindings { strategy, arrangement, .. }, noise) in found {
            let clause = &self.run.scenario.arrangements[arrangement].clauses[noise.clause];
            let name = self.names().clause(Some(strategy), ClauseOf { arrangement, clause: noise.clause });
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
        let found: Vec<(&SettlementFindings, &GateNoise)> = main
            .settlements
            .iter()
            .filter_map(|settlement| Some((settlement, settlement.gate.as_ref()?)))
            .collect();
        if found.is_empty() {
            return;
        }
        let title = self.say(Label::Gate, &[]);
        self.heading(&title);
        for (settlement, noise) in found {
            let name = self.names().arrangement(Some(settlement.strategy), settlement.arrangement);
            let arrangement = &self.run.scenario.arrangements[settlement.arrangement];
            let year = arrangement.gate.as_ref().map_or(0, |gate| gate.year);
            let gaps = [
                name,
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
        let mut text = match result.settlements {
            0 | 1 => self.say(Label::LuckLine, &[name, &nothing, &missed]),
            years => self.say(Label::LuckLineYears, &[name, &years.to_string(), &nothing, &missed]),
        };
        let more = self.verdict(result.verdict, &noise.participants, Label::MostlyLuck);
        if let Some(more) = more {
            text = format!("{text} {more}");
        }
        text
    }

    /// What to make of a result; `about` says how many participants would be enough.
    fn verdict(&self, verdict: Verdict, participants: &Summary, about: Label) -> Option<String> {
        let participants = self.lang.rounded(participants.expected());
        Some(match verdict {
            Verdict::Informative | Verdict::Target => return None,
            Verdict::Unrelated => self.say(Label::LuckUnrelated, &[]),
            Verdict::WithoutChance => self.say(Label::LuckWithoutChance, &[]),
            Verdict::NoEffect => self.say(Label::LuckNoEffect, &[]),
            Verdict::Noise { needed, coin } => {
                let how = self.say(if coin { Label::LuckMostly } else { Label::LuckPartly }, &[]);
                let number =
                    |label, needed| self.say(label, &[&how, &self.lang.rounded(needed), &participants]);
                match needed {
                    Needed::About(needed) => number(about, needed),
                    Needed::AtLeast(needed) => number(Label::MostlyLuckAtLeast, needed),
                    Needed::None => self.say(Label::LuckWhateverSize, &[&how]),
                    Needed::NotKnown => self.say(Label::LuckStatedError, &[&how]),
                }
            }
        })
    }
}

/// What reports call the result of this identifier, one of several that a clause measures.
fn result_name(terms: &Terms, id: &str) -> Localised {
    let bond = if let Terms::ImpactBond(bond) = terms { Some(bond) } else { None };
    let trigger = bond.and_then(|bond| bond.triggers.iter().find(|trigger| trigger.id == id));
    trigger.map_or_else(|| Localised::same(id), |trigger| trigger.name.clone())
}
