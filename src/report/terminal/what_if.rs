//! The same comparison under other assumptions.

use super::Page;
use crate::analyse::statistics::Summary;
use crate::report::labels::Label;
use crate::report::words::signed;

impl Page<'_> {
    /// Costs and health of every variant; those that change neither are named together.
    pub(super) fn what_if(&mut self) {
        let scenario = self.run.scenario;
        if scenario.variants.len() < 2 {
            return;
        }
        let title = self.say(Label::WhatIf, &[]);
        self.heading(&title);
        let all_drawn = self.run.valued.variants.iter().all(|variant| !variant.blocks.is_empty());
        let only_main_drawn = self.run.drawn() && !all_drawn;
        let basis = if only_main_drawn { Label::WhatIfBasis } else { Label::WhatIfDiscounted };
        let text = self.say(basis, &[]);
        self.paragraph(&text);
        // Compared with each other, so all of the same kind: means only where every variant has them.
        let of = |summary: &Summary| if all_drawn { summary.expected() } else { summary.base };
        // The mean of a gain that the stated values do not have is no finding.
        let gain = |summary: &Summary| if summary.none_known() { 0.0 } else { of(summary) };
        let main = self.run.findings.variants.first();
        let settled = main.is_some_and(|main| !main.settlements.is_empty());
        let main = main.and_then(|main| main.cost_effectiveness.as_ref());
        // Variants that change nothing for society, whatever the strategy, share a line.
        let mut same = Vec::new();
        for (index, (variant, findings)) in
            scenario.variants.iter().zip(&self.run.findings.variants).enumerate()
        {
            let Some(cea) = &findings.cost_effectiveness else { continue };
            let compared: Vec<usize> =
                (0..cea.strategies.len()).filter(|&strategy| strategy != scenario.comparator).collect();
            let figures = |strategy: usize| {
                let result = &cea.strategies[strategy];
                (of(&result.cost_increment), gain(&result.qalys_increment))
            };
            let as_stated = |&strategy: &usize| {
                let (costs, qalys) = figures(strategy);
                main.and_then(|main| main.strategies.get(strategy)).is_some_and(|stated| {
                    equal(costs, of(&stated.cost_increment)) && equal(qalys, gain(&stated.qalys_increment))
                })
            };
            let name = match index {
                0 => self.say(Label::AsStated, &[]),
                _ => self.name(&variant.name, &variant.id),
            };
            if index > 0 && compared.iter().all(as_stated) {
                same.push(name);
                continue;
            }
            let description = self.lang.of(&variant.description).to_owned();
            for (position, &strategy) in compared.iter().enumerate() {
                let of_strategy = if cea.strategies.len() > 2 {
                    format!("{name}, {}", self.strategy_name(strategy))
                } else {
                    name.clone()
                };
                let (costs, qalys) = figures(strategy);
                let (euros, years) = (self.lang.money(costs), signed(&self.lang.rounded(qalys)));
                let text = self.say(Label::WhatIfLine, &[&of_strategy, &euros, &years]);
                // What a variant assumes is told once, whatever the number of strategies.
                let told = position == 0 && !description.is_empty();
                self.item(&if told { format!("{text}. {description}") } else { text });
            }
        }
        if !same.is_empty() {
            let label = if settled { Label::WhatIfSame } else { Label::WhatIfSameForAll };
            let text = self.say(label, &[&same.join("; ")]);
            self.item(&text);
        }
    }
}

/// Equal but for the rounding of additions.
fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests {
    use super::equal;

    #[test]
    fn amounts_that_differ_by_rounding_only_are_equal() {
        assert!(equal(0.1 + 0.2, 0.3) && equal(0.0, 0.0));
        assert!(!equal(764_000.0, 764_001.0) && !equal(0.0, 1e-12));
    }
}
