//! Money that is put in before it is known what comes back: whether a fund runs dry, and what an investor may expect.

use super::Page;
use crate::analyse::SettlementFindings;
use crate::analyse::cash_flow::CashFlow;
use crate::report::labels::Label;
use crate::scenario::checked::{Payer, Terms};
use crate::settle::Account;
use crate::settle::warning::ClauseOf;

impl Page<'_> {
    /// An item for every revolving fund and every impact bond, of arrangements under which something is delivered.
    pub(super) fn money_at_risk(&mut self, settlements: &[&SettlementFindings]) {
        let mut items = Vec::new();
        for settlement in settlements.iter().filter(|settlement| settlement.declined.is_none()) {
            let arrangement = &self.run.scenario.arrangements[settlement.arrangement];
            for (position, clause) in arrangement.clauses.iter().enumerate() {
                items.extend(match &clause.terms {
                    Terms::RevolvingFund(_) => self.fund(settlement, position),
                    Terms::ImpactBond(_) => self.investor(settlement, position, clause.to),
                    _ => None,
                });
            }
        }
        if items.is_empty() {
            return;
        }
        self.paragraph(&self.say(Label::MoneyAtRisk, &[]));
        for item in items {
            self.item(&item);
        }
    }

    fn clause_name(&self, settlement: &SettlementFindings, clause: usize) -> String {
        self.names().clause(None, ClauseOf { arrangement: settlement.arrangement, clause })
    }

    /// Whether a fund is ruined by the end of the last year, and what it holds then; `None` where it pays for nothing that is
    /// offered.
    fn fund(&self, settlement: &SettlementFindings, clause: usize) -> Option<String> {
        let last = |name: &str| {
            let found =
                settlement.figures.iter().find(|figure| figure.clause == clause && figure.name == name);
            found.and_then(|figure| figure.by_year.last())
        };
        let (ruined, balance) = (last("ruined")?, last("balance")?);
        let name = self.clause_name(settlement, clause);
        let dry = if self.run.drawn() {
            self.say(Label::FundRunsDry, &[&name, &self.chance(ruined.expected())])
        } else if ruined.base > 0.0 {
            self.say(Label::FundRunsDryBase, &[&name])
        } else {
            self.say(Label::FundLastsBase, &[&name])
        };
        let time = &self.run.scenario.time;
        let end = time.start + i32::try_from(time.years).unwrap_or(0) - 1;
        let range = self.interval(balance, |value| self.lang.money(value));
        let holds = format!("{} {range}", self.lang.money(balance.expected())).trim_end().to_owned();
        Some(format!("{dry} {}", self.say(Label::FundBalance, &[&end.to_string(), &holds])))
    }

    /// The return of who invests under a bond, on all that it pays and receives under the arrangement; `None` where it neither
    /// pays nor receives.
    fn investor(&self, settlement: &SettlementFindings, clause: usize, investor: Payer) -> Option<String> {
        let Payer::Party(party) = investor else { return None };
        let account = Account::Party(party);
        let cash = &settlement.cases.iter().find(|case| case.account == account)?.cash;
        let name = self.clause_name(settlement, clause);
        let who = self.account_name(account);
        let mut text = match self.returns(cash) {
            Some(returns) => self.say(Label::InvestorReturn, &[&name, &who, &returns]),
            None => self.say(Label::InvestorNoReturn, &[&name, &who]),
        };
        if let Some(chance) = cash.probability_not_negative {
            text = format!("{text} {}", self.say(Label::InvestorNoLoss, &[&self.chance(chance)]));
        }
        Some(text)
    }

    /// Rates at which the expected flow is worth nothing: mostly one, more where it changes sign several times.
    fn returns(&self, cash: &CashFlow) -> Option<String> {
        let rates: Vec<String> = cash.internal_rates.iter().map(|&rate| self.lang.percent(rate)).collect();
        (!rates.is_empty()).then(|| rates.join(self.lang.pick(" or ", " of ")))
    }
}

#[cfg(test)]
mod tests {
    use crate::analyse::analyse;
    use crate::report::words::Lang;
    use crate::report::{Rates, Run, terminal};
    use crate::scenario::read_text;
    use crate::scenario::sources::Sources;
    use crate::value::{Extent, value};

    /// A course of EUR 20,000 in 2027, for 50 people. Under one arrangement a fund with EUR 5,000 is to pay for it. Under the
    /// other an investor puts in EUR 1,000 in 2026, and 50 people at EUR 100 would repay more than that with 12%.
    const COURSE: &str = r#"
ounce = 1
title = "A course"
time = { start = 2026, years = 2, cycle = "half-year" }
uncertainty = { draws = 8, seed = 1, design = "random" }
valuation = { price_year = 2024, discount = { costs = 0, effects = 0, parties = 0.03 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
budgets = { care = {} }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
effects = { fewer = { on = "life.visit", rate_ratio = 0.5, lasts = "always" } }
unit_costs = { visit = { on = "life.visit", value = 900, budget = "care" } }
[parties]
town = { kind = "municipality", budgets = ["care"] }
pot = { kind = "other", name = { en = "Pot", nl = "Potje" } }
investor = { kind = "investor", name = { en = "The investor", nl = "De investeerder" } }
state = { kind = "state" }
[models.life]
states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { visit = { in = ["home"], rate = { value = 0.8, sd = 0.1, dist = "gamma" } } }
[programmes.course]
model = "life"
provider = "town"
eligible = "state == 'home'"
enrol = { years = "2027", share = 0.5 }
cascade = { course = { of = "invited", share = 1, effects = ["fewer"], costs = { course = 400 } } }
[arrangements.lend]
name = { en = "Lend", nl = "Lenen" }
[arrangements.lend.clauses.fund]
name = { en = "the fund", nl = "het fonds" }
type = "revolving-fund"
from = "pot"
to = "town"
base = "programme"
capital = 5000
capital_from = "state"
repay = { state = 0.5 }
[arrangements.invest]
name = { en = "Invest", nl = "Investeren" }
[arrangements.invest.clauses.bond]
name = { en = "the bond", nl = "de obligatie" }
type = "impact-bond"
from = "town"
to = "investor"
provider = "town"
investment = 1000
investment_years = 2026
return_cap = "12%"
triggers.completion = { step = "course.course", price = PRICE }
"#;

    /// What the summary says, on one line, of results worth so much for each person.
    fn told(price: &str, extent: Extent, lang: Lang) -> String {
        let text = COURSE.replace("PRICE", price);
        let scenario = match read_text("course.toml", &text, &[], &mut Sources::default()) {
            Ok(loaded) => loaded.scenario,
            Err(messages) => panic!("{:?}", messages.iter().map(|m| &m.title).collect::<Vec<_>>()),
        };
        let valued = value(&scenario, extent, &|| ()).unwrap();
        let settled = crate::settle::settle(&scenario, &valued).unwrap();
        let findings = analyse(&scenario, &valued, &settled);
        let rates = Rates::of(&scenario).unwrap();
        let run = Run {
            scenario: &scenario,
            valued: &valued,
            findings: &findings,
            rates,
            warnings: Vec::new(),
            folder: None,
        };
        terminal::summary(&run, lang).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn how_often_a_fund_runs_dry_is_told_with_what_it_holds_at_the_end() {
        let text = told("100", Extent::Draws, Lang::En);
        // In all of 8 draws: more than 1 - 3/8, to the whole per cent.
        let expected = "- Lend: the fund. Chance that the fund runs dry, so that in some year it cannot pay what it should: \
                        >62%. At the end of 2027 it holds €0.";
        assert!(text.contains(expected), "{text}");
        let text = told("100", Extent::BaseCase, Lang::Nl);
        let expected = "- Lenen: het fonds. Het fonds raakt leeg: in een of ander jaar kan het niet betalen wat het zou moeten. \
                        Eind 2027 zit er € 0 in.";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn what_an_investor_may_expect_is_told_as_a_return_and_a_chance() {
        // 1,000 in 2026 and 1,120 in 2027.
        let text = told("100", Extent::Draws, Lang::En);
        let expected = "- Invest: the bond. The investor: expected payments amount to a return of 12% a year on what is put in. \
                        Chance of no loss, later years discounted: >62%.";
        assert!(text.contains(expected), "{text}");
        // 50 people at 10: 500 of the 1,000 come back.
        let text = told("10", Extent::Draws, Lang::Nl);
        let expected = "- Investeren: de obligatie. De investeerder: de verwachte betalingen komen neer op een rendement van −50% \
                        per jaar op de inleg. Kans op geen verlies, latere jaren teruggerekend: <38%.";
        assert!(text.contains(expected), "{text}");
    }
}
