//! Whether those who pay have their money back by the dates that the scenario asks about.

use super::Page;
use crate::analyse::business_case::PartyCase;
use crate::analyse::payback_within::Position;
use crate::analyse::{SettlementFindings, VariantFindings};
use crate::report::labels::Label;
use crate::report::layout::Matrix;
use crate::scenario::checked::Parties;
use crate::settle::Account;

impl Page<'_> {
    /// Balances after each number of years, of every party that puts something in. Providers are left out: they are paid
    /// for what they put in. The file has them all.
    pub(super) fn payback(&mut self, main: &VariantFindings) {
        let scenario = self.run.scenario;
        let horizons = &scenario.results.payback_within;
        let mut payers: Vec<Account> = Vec::new();
        for case in main.settlements.iter().flat_map(|settlement| &settlement.cases).filter(|case| pays(case))
        {
            if !payers.contains(&case.account) {
                payers.push(case.account);
            }
        }
        if horizons.is_empty() || payers.is_empty() {
            return;
        }
        payers.sort();
        let title = self.say(Label::Payback, &[]);
        self.heading(&title);
        let mut text = self.say(Label::PaybackBasis, &[&scenario.valuation.price_year.to_string()]);
        if self.run.drawn() {
            text = format!("{text} {}", self.say(Label::PaybackChance, &[]));
        }
        self.paragraph(&text);
        let columns: Vec<String> = horizons
            .iter()
            .map(|&years| {
                let last = scenario.time.start + i32::try_from(years).unwrap_or(0) - 1;
                self.say(Label::PaybackColumn, &[&years.to_string(), &last.to_string()])
            })
            .collect();
        for &payer in &payers {
            let rows: Vec<(String, Vec<String>)> = main
                .settlements
                .iter()
                .filter_map(|settlement| {
                    let case = settlement.cases.iter().find(|case| case.account == payer && pays(case))?;
                    let cells = case.within.iter().map(|position| self.balance(position)).collect();
                    Some((self.settled_name(main, settlement), cells))
                })
                .collect();
            let matrix = Matrix { corner: self.account_name(payer), columns: columns.clone(), rows };
            self.text.push_str(&matrix.to_string());
        }
    }

    fn balance(&self, position: &Position) -> String {
        let value = self.lang.rounded(position.balance.expected() / 1e3);
        match position.paid_back {
            Some(chance) => format!("{value} ({})", self.chance(chance)),
            None => value,
        }
    }

    /// Strategy and arrangement, each where there is more than one.
    fn settled_name(&self, main: &VariantFindings, of: &SettlementFindings) -> String {
        let arrangement = &self.run.scenario.arrangements[of.arrangement];
        let arrangement = self.name(&arrangement.name, &arrangement.id);
        let strategy = self.strategy_name(of.strategy);
        let one_strategy = main.settlements.iter().all(|other| other.strategy == of.strategy);
        let one_arrangement = main.settlements.iter().all(|other| other.arrangement == of.arrangement);
        match (one_strategy, one_arrangement) {
            (true, _) => arrangement,
            (false, true) => strategy,
            (false, false) => format!("{strategy}: {arrangement}"),
        }
    }
}

/// Whether a party pays for programmes or contracts, other than by delivering them.
fn pays(case: &PartyCase) -> bool {
    let payer = case.account.party().is_some_and(|party| party != Parties::PROVIDER);
    payer && (case.put_in.base > 0.0 || case.put_in.expected() > 0.0)
}
