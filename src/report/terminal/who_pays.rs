//! The table of parties and arrangements.

use super::Page;
use crate::analyse::cash_flow::CashFlow;
use crate::analyse::statistics::Summary;
use crate::analyse::{SettlementFindings, VariantFindings};
use crate::report::labels::Label;
use crate::report::layout::Matrix;
use crate::scenario::checked::{Parties, Purchase};
use crate::settle::Account;

/// Arrangements that are told one by one below the table.
const FEW: usize = 8;

impl Page<'_> {
    /// What the arrangements amount to, as their scenario describes them: their names alone do not tell who pays whom for what.
    pub(super) fn ways_to_pay(&mut self) {
        let scenario = self.run.scenario;
        let described: Vec<_> = scenario
            .arrangements
            .iter()
            .filter(|arrangement| !self.lang.of(&arrangement.description).is_empty())
            .collect();
        if described.is_empty() {
            return;
        }
        let title = self.say(Label::WaysToPay, &[]);
        self.heading(&title);
        for arrangement in described {
            let name = self.name(&arrangement.name, &arrangement.id);
            let text = self.lang.of(&arrangement.description);
            self.item(&format!("{name}. {text}"));
        }
    }

    /// Net present values of all parties under all arrangements, with the chance of not losing.
    pub(super) fn who_pays(&mut self, main: &VariantFindings) {
        let scenario = self.run.scenario;
        let mut strategies: Vec<usize> = main.settlements.iter().map(|s| s.strategy).collect();
        strategies.dedup();
        for &strategy in &strategies {
            let settlements: Vec<_> = main.settlements.iter().filter(|s| s.strategy == strategy).collect();
            let mut title = self.say(Label::WhoPays, &[]);
            if strategies.len() > 1 {
                title = format!("{title}: {}", self.strategy_name(strategy));
            }
            self.heading(&title);
            let mut accounts: Vec<Account> =
                settlements.iter().flat_map(|s| &s.cases).map(|case| case.account).collect();
            accounts.sort_by_key(|&account| reading_order(account));
            accounts.dedup();
            let case = |account: Account, column: usize| {
                settlements[column].cases.iter().find(|case| case.account == account)
            };
            let shown = |account: Account| {
                let summaries = (0..settlements.len()).filter_map(|column| case(account, column));
                let largest = summaries
                    .flat_map(|case| {
                        let spread = case.cash.present.spread;
                        [Some(case.cash.present.base), spread.map(|s| s.p2_5), spread.map(|s| s.p97_5)]
                    })
                    .flatten();
                largest.fold(0.0_f64, |largest, value| largest.max(value.abs()))
            };
            accounts.retain(|&account| shown(account) >= 0.5);
            let largest = accounts.iter().map(|&account| shown(account)).fold(0.0, f64::max);
            let (unit, word) = if largest >= 1e8 { (1e6, Label::Millions) } else { (1e3, Label::Thousands) };
            let basis = [
                &self.say(word, &[]),
                &scenario.valuation.price_year.to_string(),
                &self.rate(|rates| rates.parties),
            ];
            let mut text = self.say(Label::WhoPaysBasis, &basis.map(String::as_str));
            if self.run.drawn() {
                text = format!("{text} {}", self.say(Label::WhoPaysChance, &[]));
            }
            self.paragraph(&text);
            let columns: Vec<String> = settlements
                .iter()
                .map(|settlement| {
                    let arrangement = &scenario.arrangements[settlement.arrangement];
                    self.name(&arrangement.name, &arrangement.id)
                })
                .collect();
            let rows = accounts.iter().map(|&account| {
                let cells = (0..settlements.len()).map(|column| {
                    case(account, column).filter(|case| !no_money(&case.cash)).map_or_else(
                        || "–".to_owned(),
                        |case| {
                            let value = self.lang.rounded(case.cash.present.expected() / unit);
                            match case.cash.probability_not_negative {
                                Some(chance) if account != Account::Capacity => {
                                    format!("{value} ({})", self.chance(chance))
                                }
                                _ => value,
                            }
                        },
                    )
                });
                (self.account_name(account), cells.collect())
            });
            let rows: Vec<(String, Vec<String>)> = rows.collect();
            let matrix = Matrix { corner: self.say(Label::Party, &[]), columns, rows };
            // What there is more of stands below each other, where it can be compared in one look.
            let corner = self.say(Label::WayToPay, &[]);
            let matrix =
                if matrix.columns.len() > matrix.rows.len() { matrix.turned(corner) } else { matrix };
            self.text.push_str(&matrix.to_string());
            for settlement in &settlements {
                let Some(declined) = settlement.declined else { continue };
                let arrangement = &scenario.arrangements[settlement.arrangement];
                let gaps = [
                    self.name(&arrangement.name, &arrangement.id),
                    self.account_name(Account::Party(declined.party)),
                    self.lang.money(declined.expected),
                    self.lang.money(declined.premium),
                ];
                let text = self.say(Label::NotDelivered, &gaps.each_ref().map(String::as_str));
                self.item(&text);
            }
            self.money_at_risk(&settlements);
            self.where_it_goes(&settlements);
            if accounts.contains(&Account::Capacity) {
                self.explain(Label::FreedCapacityExplained);
            }
            // An arrangement that changes who takes part, or parties that discount otherwise, change the balance.
            let deliveries = &self.run.valued.deliveries;
            let own = deliveries.iter().any(|d| d.strategy == strategy && d.arrangement.is_some());
            let away = settlements.iter().any(|settlement| settlement.declined.is_some());
            let changed: Vec<String> = settlements
                .iter()
                .filter(|of| {
                    let arrangement = &scenario.arrangements[of.arrangement];
                    let bought_for_some = matches!(arrangement.purchase, Purchase::Own { .. });
                    (arrangement.changes_delivery() || bought_for_some) && of.declined.is_none()
                })
                .map(|of| {
                    let arrangement = &scenario.arrangements[of.arrangement];
                    self.name(&arrangement.name, &arrangement.id)
                })
                .collect();
            if !changed.is_empty() {
                let text = self.say(Label::OtherPeople, &[&changed.join("; ")]);
                self.paragraph(&text);
            }
            if !own && !away && self.run.rates.parties == self.run.rates.costs {
                self.explain(Label::PartiesAddUp);
            }
        }
    }

    /// Of every hundred euros of care avoided, what reaches who pays, by arrangement: few, as many are not read.
    fn where_it_goes(&mut self, settlements: &[&SettlementFindings]) {
        if settlements.len() > FEW {
            return;
        }
        let mut explained = false;
        for settlement in settlements {
            let Some(leakages) = &settlement.leakages else { continue };
            let avoided = leakages.avoided.expected();
            // Parts of what is not avoided but added, or of nearly nothing, say little.
            if avoided <= 0.0 || leakages.avoided.about_nil() {
                continue;
            }
            if !explained {
                self.paragraph(&self.say(Label::WhereItGoes, &[]));
                explained = true;
            }
            let insurers = leakages.switching.expected() + leakages.free_riding.expected();
            let parts = [
                (Label::NotCash, leakages.not_cash.expected()),
                (Label::ToEqualisation, leakages.equalisation.expected()),
                (Label::ToOtherInsurers, insurers),
                (Label::ToWhoDoesNotPay, leakages.wrong_pocket.expected()),
                (Label::KeptByPayers, leakages.kept.expected()),
            ];
            let told: Vec<String> = parts
                .into_iter()
                .map(|(label, part)| (label, 100.0 * part / avoided))
                .filter(|(label, part)| part.abs() >= 0.5 || *label == Label::KeptByPayers)
                .map(|(label, part)| {
                    let euros = self.lang.pick("€", "€ ").to_owned() + &self.lang.number(part, 0);
                    self.say(label, &[&euros])
                })
                .collect();
            let arrangement = &self.run.scenario.arrangements[settlement.arrangement];
            let name = self.name(&arrangement.name, &arrangement.id);
            self.item(&format!("{name}: {}.", told.join("; ")));
        }
    }

    pub(super) fn account_name(&self, account: Account) -> String {
        match account {
            Account::Party(party) => {
                let party = &self.run.scenario.parties.list[party];
                self.name(&party.name, &party.id)
            }
            Account::Care | Account::Capacity | Account::Resources => self.say(Label::FreedCapacity, &[]),
        }
    }
}

/// Whether nothing is received or paid in any year, at the stated values and in every draw.
fn no_money(cash: &CashFlow) -> bool {
    let nothing = |summary: &Summary| {
        let spread = summary.spread;
        summary.base == 0.0 && spread.is_none_or(|s| s.mean == 0.0 && (s.n == 1 || s.sd == 0.0))
    };
    nothing(&cash.present) && cash.by_year.iter().all(nothing)
}

/// The parties that the scenario names in its order, then those that are always there, then what is nobody's.
fn reading_order(account: Account) -> (usize, usize) {
    match account {
        Account::Party(party) if party >= Parties::PROVIDER => (0, party),
        Account::Party(party) => (1, party),
        Account::Care | Account::Capacity | Account::Resources => (2, 0),
    }
}
