//! What a reader should know about a run: for programs, and in words.

use super::labels::Label;
use super::words::Lang;
use crate::analyse::measures::or_id;
use crate::analyse::noise::Verdict;
use crate::analyse::{Findings, SettlementFindings};
use crate::scenario::Scenario;
use crate::scenario::checked::{Localised, Payer};
use crate::settle::Warning;
use crate::settle::warning::ClauseOf;

/// A warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// For programs and for who writes the scenario: English, with identifiers, and its place in a file where it has one.
    pub text: String,
    /// For readers: with the names of what it is about. What has no translation is in English.
    pub words: Localised,
}

impl Told {
    /// The same for everybody.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { words: Localised::same(text.as_str()), text }
    }

    /// In words for everybody.
    #[must_use]
    pub fn in_words(words: Localised) -> Self {
        Self { text: words.en.clone(), words }
    }

    /// What a settlement warns of.
    #[must_use]
    pub fn of_contract(scenario: &Scenario, warning: &Warning) -> Self {
        let [en, nl] = [Lang::En, Lang::Nl].map(|lang| Names { scenario, lang }.sentence(warning));
        Self { text: warning.text(scenario), words: Localised { en, nl } }
    }

    /// Payments and gates of the scenario itself that do not follow the effect but luck.
    #[must_use]
    pub fn of_luck(scenario: &Scenario, findings: &Findings) -> Vec<Self> {
        let noisy = |verdict| matches!(verdict, Verdict::Noise { .. });
        let mut list = Vec::new();
        for settlement in findings.variants.first().iter().flat_map(|main| &main.settlements) {
            let SettlementFindings { strategy, arrangement, .. } = *settlement;
            let strategy_id = &scenario.strategies[strategy].id;
            let of = &scenario.arrangements[arrangement];
            let mut tell = |text: String, label, title, place: &dyn Fn(Names<'_>) -> String| {
                let [en, nl] = [Lang::En, Lang::Nl].map(|lang| {
                    let names = Names { scenario, lang };
                    lang.say(label, &[&place(names), &lang.say(title, &[])])
                });
                list.push(Self { text, words: Localised { en, nl } });
            };
            if settlement.gate.as_ref().is_some_and(|gate| noisy(gate.verdict)) {
                let text = format!(
                    "arrangement `{}`: whether its gate lets strategy `{strategy_id}` go on is mostly noise",
                    of.id
                );
                tell(text, Label::WarnGateLuck, Label::Gate, &|names| {
                    names.arrangement(Some(strategy), arrangement)
                });
            }
            for noise in
                settlement.noise.iter().filter(|noise| noise.results.iter().any(|r| noisy(r.verdict)))
            {
                let text = format!(
                    "clause `{}` under arrangement `{}`: what it pays for strategy `{strategy_id}` is mostly noise",
                    of.clauses[noise.clause].id, of.id
                );
                tell(text, Label::WarnLuck, Label::Luck, &|names| {
                    names.clause(Some(strategy), ClauseOf { arrangement, clause: noise.clause })
                });
            }
        }
        list
    }

    /// Each once, in the order in which they come first.
    #[must_use]
    pub fn once(all: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut list = Vec::new();
        for told in all {
            if !list.contains(&told) {
                list.push(told);
            }
        }
        list
    }
}

/// Names of what a scenario holds.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) lang: Lang,
}

impl Names<'_> {
    fn name(&self, name: &Localised, id: &str) -> String {
        self.lang.of(&or_id(name, id)).to_owned()
    }

    fn party(&self, party: usize) -> String {
        let party = &self.scenario.parties.list[party];
        self.name(&party.name, &party.id)
    }

    fn payer(&self, payer: Payer) -> String {
        match payer {
            Payer::Party(party) => self.party(party),
            Payer::Insurers => self.lang.pick("health insurers", "zorgverzekeraars").to_owned(),
        }
    }

    /// An arrangement, with the strategy before it where there are several to tell apart.
    pub(super) fn arrangement(&self, strategy: Option<usize>, arrangement: usize) -> String {
        let of = &self.scenario.arrangements[arrangement];
        let name = self.name(&of.name, &of.id);
        match strategy {
            Some(strategy) if self.scenario.strategies.len() > 2 => {
                let strategy = &self.scenario.strategies[strategy];
                format!("{}, {name}", self.name(&strategy.name, &strategy.id))
            }
            _ => name,
        }
    }

    /// A clause, with its arrangement before it.
    pub(super) fn clause(&self, strategy: Option<usize>, of: ClauseOf) -> String {
        let clause = &self.scenario.arrangements[of.arrangement].clauses[of.clause];
        format!("{}: {}", self.arrangement(strategy, of.arrangement), self.name(&clause.name, &clause.id))
    }

    /// Names one after the other, with "and" before the last.
    fn list(&self, names: &[String]) -> String {
        match names.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{} {} {last}", before.join(", "), self.lang.pick("and", "en"))
            }
            _ => names.concat(),
        }
    }

    /// A warning about a contract as a sentence or two.
    fn sentence(&self, warning: &Warning) -> String {
        let lang = self.lang;
        match warning {
            Warning::WithoutDraws => lang.say(Label::WarnWithoutDraws, &[]),
            Warning::NobodySaves { strategy, clause } => {
                lang.say(Label::WarnNobodySaves, &[&self.clause(Some(*strategy), *clause)])
            }
            Warning::BetterAlone { strategy, clause, members, paying, by, grant } => {
                let who: Vec<String> = members.iter().map(|&member| self.payer(member)).collect();
                let label = match (paying, who.len() > 1) {
                    (true, false) => Label::WarnBetterAlone,
                    (true, true) => Label::WarnBetterTogether,
                    (false, false) => Label::WarnPaysMore,
                    (false, true) => Label::WarnPayMore,
                };
                let gaps = [self.clause(Some(*strategy), *clause), self.list(&who), lang.money(*by)];
                let mut text = lang.say(label, &gaps.each_ref().map(String::as_str));
                if *grant > 0.0 {
                    text = format!("{text} {}", lang.say(Label::WarnGrant, &[&lang.money(*grant)]));
                }
                text
            }
            Warning::ChanceIgnored { clause, result } => {
                let mut place = self.clause(None, *clause);
                if let Some(result) = result {
                    place = format!("{place} ({})", result.replace('_', " "));
                }
                lang.say(Label::WarnChanceIgnored, &[&place])
            }
            Warning::HoldsNothing { clause, budget } => {
                let budget = &self.scenario.budgets[*budget];
                let gaps = [self.clause(None, *clause), self.name(&budget.name, &budget.id)];
                lang.say(Label::WarnHoldsNothing, &gaps.each_ref().map(String::as_str))
            }
            Warning::RiskWithoutChance { arrangement, party } => {
                let gaps = [self.arrangement(None, *arrangement), self.party(*party)];
                lang.say(Label::WarnRiskWithoutChance, &gaps.each_ref().map(String::as_str))
            }
            Warning::TakesNoPart { arrangement, party } => {
                let gaps = [self.arrangement(None, *arrangement), self.party(*party)];
                lang.say(Label::WarnTakesNoPart, &gaps.each_ref().map(String::as_str))
            }
            Warning::NotDelivered { strategy, arrangement, party, expected, premium } => {
                let gaps = [
                    self.arrangement(Some(*strategy), *arrangement),
                    self.party(*party),
                    lang.money(*expected),
                    lang.money(*premium),
                ];
                lang.say(Label::NotDelivered, &gaps.each_ref().map(String::as_str))
            }
        }
    }
}

#[cfg(test)]
mod tests;
