//! Places on the screen: those where most and least is gained, and what comes first there. The files hold all.

use super::super::labels::Label;
use super::super::layout::Matrix;
use super::Page;
use crate::analyse::by_group::{Criterion, GroupFindings};
use crate::value::by_group::{Group, Groups};

/// Places that are all shown.
const ALL_SHOWN: usize = 12;

/// Places shown from each end where there are more.
const FROM_EACH_END: usize = 5;

impl Page<'_> {
    /// Results by group of the first label, for each strategy; those of other labels are in the files only.
    pub(super) fn places(&mut self) {
        let run = self.run;
        let (Some(groups), Some(findings)) = (&run.valued.groups, &run.findings.groups) else { return };
        let lang = self.lang;
        let name = |by: usize| lang.of_trait(run.scenario.trait_id(run.scenario.results.by[by]));
        let own: Vec<&Group> = groups.list.iter().filter(|group| group.by == 0).collect();
        let Some(first) = own.first() else { return };
        let title = self.say(Label::ByGroup, &[&name(0)]);
        self.heading(&title);
        let rates = [self.rate(|rates| rates.costs), self.rate(|rates| rates.effects)];
        let text = self.say(Label::ByGroupBasis, &rates.each_ref().map(String::as_str));
        self.paragraph(&text);
        for by in 1..run.scenario.results.by.len() {
            let text = self.say(Label::ByGroupAlso, &[&name(by)]);
            self.paragraph(&text);
        }
        if own.len() > 1 && own.iter().all(|group| group.mix == first.mix) {
            let text = self.say(Label::ByGroupAlike, &[]);
            self.paragraph(&text);
        }
        for position in 0..groups.strategies.len() {
            self.strategy_by_place(groups, findings, &own, position);
        }
        self.first_places(findings, &own);
    }

    fn strategy_by_place(
        &mut self,
        groups: &Groups,
        findings: &GroupFindings,
        own: &[&Group],
        position: usize,
    ) {
        let of = |group: &Group| &findings.mixes[group.mix].strategies[position];
        let gain = |group: &Group| of(group).qalys.total.expected() * group.size;
        let mut order: Vec<&Group> = own.to_vec();
        // Where no gain is known in most places its order would be chance: then by people who take part.
        let unknown = own.iter().filter(|group| of(group).qalys.total.none_known()).count();
        let rank = |group: &Group| match 2 * unknown > own.len() {
            true => of(group).participants.total.expected() * group.size,
            false => gain(group),
        };
        order.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        let shown: Vec<&Group> = if order.len() > ALL_SHOWN {
            let rest = order.len() - FROM_EACH_END;
            let places = order.iter().enumerate();
            places.filter(|(at, _)| *at < FROM_EACH_END || *at >= rest).map(|(_, group)| *group).collect()
        } else {
            order.clone()
        };
        let row = |group: &Group| {
            let amounts = of(group);
            let money = amounts.cost.total.expected() * group.size;
            (
                group.value.clone(),
                vec![
                    self.lang.rounded(group.persons),
                    self.lang.rounded(amounts.participants.total.expected() * group.size),
                    self.lang.money(money),
                    if amounts.qalys.total.none_known() {
                        self.say(Label::NoneKnown, &[])
                    } else {
                        self.lang.rounded(gain(group))
                    },
                ],
            )
        };
        let matrix = Matrix {
            corner: String::new(),
            columns: [Label::PeopleAtStart, Label::PeopleTakingPart, Label::OnBalance, Label::HealthyYears]
                .map(|label| self.say(label, &[]))
                .to_vec(),
            rows: shown.iter().map(|group| row(group)).collect(),
        };
        self.text.push('\n');
        let name = self.strategy_name(groups.strategies[position]);
        let mut heading = format!("{name}:");
        if shown.len() < order.len() {
            let end = FROM_EACH_END.to_string();
            let gaps = [end.clone(), end, order.len().to_string()];
            heading =
                format!("{heading} {}", self.say(Label::ByGroupEnds, &gaps.each_ref().map(String::as_str)));
        }
        self.paragraph(&heading);
        self.text.push_str(&matrix.to_string());
    }

    /// At each threshold: which strategy comes first, in how many places.
    fn first_places(&mut self, findings: &GroupFindings, own: &[&Group]) {
        let mut lines: Vec<(f64, usize, usize)> = Vec::new();
        for group in own {
            for place in &findings.mixes[group.mix].priorities {
                let Criterion::NetBenefit(threshold) = place.criterion else { continue };
                if place.rank != 1 {
                    continue;
                }
                match lines
                    .iter_mut()
                    .find(|(at, strategy, _)| (*at, *strategy) == (threshold, place.strategy))
                {
                    Some((.., count)) => *count += 1,
                    None => lines.push((threshold, place.strategy, 1)),
                }
            }
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.2.cmp(&a.2)));
        if !lines.is_empty() {
            self.text.push('\n');
        }
        for (threshold, strategy, count) in lines {
            let gaps = [
                self.lang.money(threshold),
                self.strategy_name(strategy),
                count.to_string(),
                own.len().to_string(),
            ];
            let text = self.say(Label::FirstInPlaces, &gaps.each_ref().map(String::as_str));
            self.item(&text);
        }
    }
}
