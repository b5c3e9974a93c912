//! Goals: of all people, and in each place.

use super::Page;
use crate::analyse::VariantFindings;
use crate::analyse::by_group::GroupFindings;
use crate::analyse::goals::GoalInMix;
use crate::analyse::measures::goal_rows;
use crate::report::labels::Label;
use crate::report::layout::Matrix;
use crate::scenario::checked::Goal;
use crate::value::by_group::Group;

/// Places up to which each is shown.
const ALL_SHOWN: usize = 12;

impl Page<'_> {
    /// Goals under every delivery that acts on what they measure.
    pub(super) fn goals(&mut self, main: &VariantFindings) {
        if main.goals.is_empty() {
            return;
        }
        let title = self.say(Label::Goals, &[]);
        self.heading(&title);
        let several = self.run.valued.deliveries.len() > 1;
        for result in &main.goals {
            let goal = &self.run.scenario.goals[result.goal];
            let delivery = self.run.valued.deliveries[result.delivery];
            if delivery.arrangement.is_none() && !self.acts_on_goal(delivery.strategy, goal) {
                continue;
            }
            let gaps = [
                self.goal_name(goal),
                self.goal_year(goal),
                self.lang.change(goal.change),
                self.lang.change(result.change.expected()),
            ];
            let mut text = self.say(Label::GoalLine, &gaps.each_ref().map(String::as_str));
            let outcome = match result.probability {
                Some(chance) => self.say(Label::GoalChance, &[&self.chance(chance)]),
                None if result.reached_in_base => self.say(Label::GoalBaseReached, &[]),
                None => self.say(Label::GoalBaseMissed, &[]),
            };
            text = format!("{text}, {outcome}.");
            if several {
                let mut name = self.strategy_name(delivery.strategy);
                if let Some(arrangement) = delivery.arrangement {
                    let arrangement = &self.run.scenario.arrangements[arrangement];
                    name = format!("{name}, {}", self.name(&arrangement.name, &arrangement.id));
                }
                text = format!("{name}. {text}");
            }
            self.item(&text);
        }
    }

    /// Goals in the places of the first label: all of them where they are few, else in how many each is likely reached.
    pub(super) fn goals_by_place(&mut self) {
        let run = self.run;
        let (Some(groups), Some(findings)) = (&run.valued.groups, &run.findings.groups) else { return };
        let own: Vec<&Group> = groups.list.iter().filter(|group| group.by == 0).collect();
        let about_all = |goal: &usize| run.scenario.goals[*goal].group.is_empty();
        let goals: Vec<usize> = (0..run.scenario.goals.len()).filter(about_all).collect();
        if own.len() < 2 || goals.is_empty() {
            return;
        }
        let by = self.lang.of_trait(run.scenario.trait_id(run.scenario.results.by[0]));
        let title = self.say(Label::GoalsByGroup, &[&by]);
        self.heading(&title);
        let few = own.len() <= ALL_SHOWN;
        let count = own.len().to_string();
        let text = if few {
            let label = if self.run.drawn() { Label::GoalsByGroupBasis } else { Label::GoalsByGroupBaseOnly };
            self.say(label, &[])
        } else {
            self.say(Label::GoalsInHowMany, &[&count])
        };
        self.paragraph(&text);
        if few {
            for goal in goals {
                self.goal_in_places(findings, &own, &groups.strategies, goal);
            }
        } else {
            let rows: Vec<(String, Vec<String>)> = goals
                .iter()
                .map(|&goal| {
                    let cells = groups.strategies.iter().map(|&strategy| {
                        let likely = |group: &&&Group| {
                            goal_of(findings, group, goal, strategy).is_some_and(more_likely_than_not)
                        };
                        self.or_dash(strategy, goal, || own.iter().filter(likely).count().to_string())
                    });
                    (self.wanted(goal), cells.collect())
                })
                .collect();
            let matrix = Matrix {
                corner: self.say(Label::Goals, &[]),
                columns: groups.strategies.iter().map(|&strategy| self.strategy_name(strategy)).collect(),
                rows,
            };
            self.text.push_str(&matrix.to_string());
        }
    }

    /// One goal: a row for each place, a column for each strategy that acts on it.
    fn goal_in_places(
        &mut self,
        findings: &GroupFindings,
        own: &[&Group],
        strategies: &[usize],
        goal: usize,
    ) {
        let acts = |strategy: &usize| self.acts_on_goal(*strategy, &self.run.scenario.goals[goal]);
        let shown: Vec<usize> = strategies.iter().copied().filter(acts).collect();
        let row = |group: &Group| {
            let cells = shown.iter().map(|&strategy| {
                let Some(of) = goal_of(findings, group, goal, strategy) else { return "–".to_owned() };
                let change = self.lang.change(of.change.expected());
                match of.probability {
                    Some(chance) => format!("{change} ({})", self.chance(chance)),
                    None => change,
                }
            });
            (group.value.clone(), cells.collect())
        };
        let matrix = Matrix {
            corner: String::new(),
            columns: shown.iter().map(|&strategy| self.strategy_name(strategy)).collect(),
            rows: own.iter().map(|group| row(group)).collect(),
        };
        self.text.push('\n');
        let text = format!("{}:", self.wanted(goal));
        self.paragraph(&text);
        self.text.push_str(&matrix.to_string());
    }

    fn or_dash(&self, strategy: usize, goal: usize, text: impl FnOnce() -> String) -> String {
        let acts = self.acts_on_goal(strategy, &self.run.scenario.goals[goal]);
        if acts { text() } else { "–".to_owned() }
    }

    fn acts_on_goal(&self, strategy: usize, goal: &Goal) -> bool {
        goal_rows(&self.run.valued.shape, goal.measure).into_iter().any(|row| self.acts_on(strategy, row))
    }

    /// Name, year and size of a goal.
    fn wanted(&self, goal: usize) -> String {
        let goal = &self.run.scenario.goals[goal];
        let gaps = [self.goal_name(goal), self.goal_year(goal), self.lang.change(goal.change)];
        self.say(Label::GoalWanted, &gaps.each_ref().map(String::as_str))
    }

    fn goal_year(&self, goal: &Goal) -> String {
        (self.run.scenario.time.start + i32::try_from(goal.by).unwrap_or(0)).to_string()
    }

    /// The name of a goal, with whom it is about where that is not everybody.
    fn goal_name(&self, goal: &Goal) -> String {
        let scenario = self.run.scenario;
        let mut name = self.name(&goal.name, &goal.id);
        let whom: Vec<String> = goal
            .group
            .iter()
            .map(|&(of, code)| {
                let value = scenario.trait_values(of).get(code).copied().unwrap_or_default().to_owned();
                format!("{} {value}", self.lang.of_trait(scenario.trait_id(of)))
            })
            .collect();
        if !whom.is_empty() {
            name = format!("{name} ({})", whom.join(", "));
        }
        name
    }
}

fn goal_of<'f>(
    findings: &'f GroupFindings,
    group: &Group,
    goal: usize,
    strategy: usize,
) -> Option<&'f GoalInMix> {
    findings.mixes[group.mix].goals.iter().find(|of| of.goal == goal && of.strategy == strategy)
}

/// Whether a goal is reached in at least half of the draws, or at the stated values where there are none.
fn more_likely_than_not(of: &GoalInMix) -> bool {
    of.probability.map_or(of.reached_in_base, |chance| chance >= 0.5)
}
