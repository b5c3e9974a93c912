//! Who should pay what: coalitions of payers, what each is worth, and rules that divide it.
//!
//! A game gives each coalition S of n payers a worth v(S): what its members can have together without the others. For a
//! programme with cost C that brings payer i the benefit B_i, net of leakages,
//!
//! v(S) = max(0, Σ_{i∈S} B_i − C), and 0 for a coalition without everyone who is needed,
//!
//! since whoever gains nothing can leave it. A rule gives each payer a gain g_i = B_i − x_i, with x_i what it pays.
//!
//! - **Shapley**: g_i = Σ_{S∌i} |S|! (n − |S| − 1)! / n! · (v(S∪i) − v(S)), the mean over all orders in which payers may
//!   come of what i adds on arrival. It divides all of v(N), treats equals equally, and gives nothing to who adds
//!   nothing.
//! - **Nash**: with transfers between payers, the product of gains (to the power of bargaining weights w) is largest
//!   where v(N) is divided in proportion to w.
//! - **Core**: gains that no coalition can improve on, Σ_{i∈S} g_i ≥ v(S) for all S. It may be empty. The cheapest
//!   gains that satisfy every coalition then add up to more than v(N); the difference is what somebody outside would have
//!   to add.
//!
//! **Not offered: payments that make it best to tell the truth** (Nichols-Taylor: Vickrey, Clarke and Groves). There each
//! payer pays what its presence costs the others, which need not add up to the cost: a budget has to be filled from outside or
//! thrown away, and a contract that only redistributes can do neither. Benefits are computed here, not claimed, so there is
//! no truth to draw out either.
//!
//! **Example.** Benefits 60 and 60, cost 100: neither can pay alone, v = 0, 0 and 20. Both rules give each 10, so each
//! pays 50.

/// Most players of a game: coalitions double with each.
pub const MOST_PLAYERS: usize = 12;

/// What lies below this, relative to the largest worth, is rounding.
const ROUNDING: f64 = 1e-9;

/// A game: the worth of each coalition.
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    players: usize,
    /// By coalition, a set of bits.
    worth: Vec<f64>,
}

/// A coalition that has less than it could have alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocking {
    /// Its members.
    pub members: Vec<usize>,
    /// What it is worth alone.
    pub worth: f64,
    /// How much less it has.
    pub lacks: f64,
}

impl Game {
    /// A game with a worth for each coalition; bit i of a coalition is player i.
    #[must_use]
    pub fn new(players: usize, worth: impl Fn(usize) -> f64) -> Self {
        Self { players, worth: (0..1_usize << players).map(worth).collect() }
    }

    /// The game of payers with these benefits and a common cost; who is `needed` must be in.
    #[must_use]
    pub fn of_cost(benefits: &[f64], cost: f64, needed: &[bool]) -> Self {
        Self::new(benefits.len(), |coalition| {
            let is_in = |player: usize| coalition >> player & 1 == 1;
            let complete = needed.iter().enumerate().all(|(player, &needed)| !needed || is_in(player));
            let benefit: f64 =
                (0..benefits.len()).filter(|&player| is_in(player)).map(|player| benefits[player]).sum();
            if complete && coalition != 0 { (benefit - cost).max(0.0) } else { 0.0 }
        })
    }

    /// What all can have together.
    #[must_use]
    pub fn of_all(&self) -> f64 {
        self.worth[self.worth.len() - 1]
    }

    /// The Shapley value of each player.
    #[must_use]
    pub fn shapley(&self) -> Vec<f64> {
        let n = self.players;
        // By size of the coalition that a player joins: |S|! (n − |S| − 1)! / n! = 1 / (n · (n−1 over |S|)).
        let mut weights = vec![1.0 / n as f64; n];
        for size in 1..n {
            weights[size] = weights[size - 1] * size as f64 / (n - size) as f64;
        }
        (0..n)
            .map(|player| {
                let with = 1 << player;
                (0..self.worth.len()).filter(|coalition| coalition & with == 0).fold(0.0, |sum, coalition| {
                    let added = self.worth[coalition | with] - self.worth[coalition];
                    sum + weights[coalition.count_ones() as usize] * added
                })
            })
            .collect()
    }

    /// The Nash solution: v(N) in proportion to bargaining weights.
    #[must_use]
    pub fn nash(&self, weights: &[f64]) -> Vec<f64> {
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| if total > 0.0 { self.of_all() * weight / total } else { 0.0 }).collect()
    }

    /// The coalition that lacks most of what it could have alone; `None` where the gains are in the core.
    #[must_use]
    pub fn blocking(&self, gains: &[f64]) -> Option<Blocking> {
        let lacks = |coalition: usize| self.worth[coalition] - self.gain(gains, coalition);
        let most = (1..self.worth.len()).max_by(|&one, &other| {
            // Of two that lack the same the smaller, which is the first by its bits.
            lacks(one).total_cmp(&lacks(other)).then(other.cmp(&one))
        })?;
        (lacks(most) > self.rounding()).then(|| Blocking {
            members: (0..self.players).filter(|player| most >> player & 1 == 1).collect(),
            worth: self.worth[most],
            lacks: lacks(most),
        })
    }

    /// The gains that satisfy every coalition and add up to least. They are in the core when they add up to no more
    /// than v(N); otherwise the core is empty.
    ///
    /// The linear programme min Σ g_i with Σ_{i∈S} g_i ≥ v(S) is solved through its dual, max Σ λ_S v(S) with
    /// Σ_{S∋i} λ_S = 1 and λ ≥ 0 (Bondareva 1963, Shapley 1967), from the basis of single players by the simplex
    /// method with Bland's rule, which ends.
    #[must_use]
    pub fn cheapest_stable_gains(&self) -> Vec<f64> {
        let n = self.players;
        let mut basis: Vec<usize> = (0..n).map(|player| 1 << player).collect();
        let mut inverse: Vec<Vec<f64>> =
            (0..n).map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect()).collect();
        let mut levels = vec![1.0; n];
        loop {
            let gains: Vec<f64> = (0..n)
                .map(|player| {
                    (0..n).fold(0.0, |sum, row| sum + self.worth[basis[row]] * inverse[row][player])
                })
                .collect();
            let lacking =
                |coalition: &usize| self.worth[*coalition] - self.gain(&gains, *coalition) > self.rounding();
            let Some(entering) = (1..self.worth.len()).find(lacking) else { return gains };
            let column: Vec<f64> = (0..n).map(|row| self.gain(&inverse[row], entering)).collect();
            let Some(leaving) = (0..n).filter(|&row| column[row] > ROUNDING).min_by(|&one, &other| {
                let ratio = |row: usize| levels[row] / column[row];
                ratio(one).total_cmp(&ratio(other)).then(basis[one].cmp(&basis[other]))
            }) else {
                return gains;
            };
            let pivot = column[leaving];
            let level = levels[leaving] / pivot;
            let row: Vec<f64> = inverse[leaving].iter().map(|entry| entry / pivot).collect();
            for other in (0..n).filter(|&other| other != leaving) {
                levels[other] = (levels[other] - column[other] * level).max(0.0);
                for (entry, &of_row) in inverse[other].iter_mut().zip(&row) {
                    *entry -= column[other] * of_row;
                }
            }
            (levels[leaving], inverse[leaving], basis[leaving]) = (level, row, entering);
        }
    }

    /// What must come from outside before some division satisfies every coalition; 0 where the core is not empty.
    #[must_use]
    pub fn grant_for_stability(&self) -> f64 {
        let missing = self.cheapest_stable_gains().iter().sum::<f64>() - self.of_all();
        if missing > self.rounding() { missing } else { 0.0 }
    }

    fn gain(&self, gains: &[f64], coalition: usize) -> f64 {
        (0..self.players)
            .filter(|player| coalition >> player & 1 == 1)
            .fold(0.0, |sum, player| sum + gains[player])
    }

    fn rounding(&self) -> f64 {
        ROUNDING * self.worth.iter().fold(1.0_f64, |largest, worth| largest.max(worth.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(one: &[f64], other: &[f64]) {
        approx::assert_relative_eq!(one, other, epsilon = 1e-9);
    }

    #[test]
    fn two_payers_who_cannot_pay_alone_divide_the_surplus_equally() {
        // Benefits 80 and 40, cost 100: the surplus of 20 is divided, so they pay 70 and 30.
        let game = Game::of_cost(&[80.0, 40.0], 100.0, &[false; 2]);
        close(&game.shapley(), &[10.0, 10.0]);
        close(&game.nash(&[1.0, 1.0]), &[10.0, 10.0]);
        close(&game.nash(&[3.0, 1.0]), &[15.0, 5.0]);
    }

    #[test]
    fn the_glove_game_gives_the_scarce_side_two_thirds() {
        // One left glove, two right ones, a pair is worth 1: Shapley 2/3, 1/6, 1/6; the core gives all to the left.
        let game = Game::new(3, |coalition| f64::from(u8::from(coalition & 1 == 1 && coalition & 6 != 0)));
        close(&game.shapley(), &[2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]);
        assert!(game.blocking(&[1.0, 0.0, 0.0]).is_none());
        let blocking = game.blocking(&game.shapley()).unwrap();
        assert_eq!(blocking.members, [0, 1]);
        approx::assert_relative_eq!(blocking.lacks, 1.0 / 6.0, epsilon = 1e-12);
    }

    #[test]
    fn the_airport_game_shares_each_stretch_of_runway_among_those_who_need_it() {
        // Runways for planes that need 12, 20 and 30 (savings games, Littlechild and Owen 1973): 4, 8 and 18 are paid.
        let costs = [12.0, 20.0, 30.0];
        let game = Game::new(3, |coalition| {
            let is_in = |player: &usize| coalition >> player & 1 == 1;
            let alone: f64 = (0..3).filter(is_in).map(|player| costs[player]).sum();
            alone - (0..3).filter(is_in).map(|player| costs[player]).fold(0.0, f64::max)
        });
        let pays: Vec<f64> = costs.iter().zip(game.shapley()).map(|(cost, gain)| cost - gain).collect();
        close(&pays, &[4.0, 8.0, 18.0]);
        assert!(game.blocking(&game.shapley()).is_none());
    }

    #[test]
    fn a_majority_of_three_has_an_empty_core() {
        // Any two of three can divide 1: every division leaves two with less. With 1.5, half each, nobody objects.
        let game = Game::new(3, |coalition| f64::from(u8::from(coalition.count_ones() >= 2)));
        approx::assert_relative_eq!(game.grant_for_stability(), 0.5, epsilon = 1e-9);
        close(&game.cheapest_stable_gains(), &[0.5, 0.5, 0.5]);
        let blocking = game.blocking(&[1.0 / 3.0; 3]).unwrap();
        assert_eq!(blocking.members, [0, 1]);
        approx::assert_relative_eq!(blocking.lacks, 1.0 / 3.0, epsilon = 1e-9);
    }

    #[test]
    fn a_payer_who_loses_by_the_programme_may_leave_no_stable_division() {
        // Benefits 100, 100 and −80, cost 60: all together have 60, the first two alone 140.
        let game = Game::of_cost(&[100.0, 100.0, -80.0], 60.0, &[false; 3]);
        approx::assert_relative_eq!(game.grant_for_stability(), 80.0, epsilon = 1e-9);
        assert_eq!(game.blocking(&game.nash(&[1.0; 3])).unwrap().members, [0, 1]);
    }

    #[test]
    fn who_is_needed_shares_in_what_the_others_could_have_had_alone() {
        // Benefits 200 and 0, cost 100. Free, the first has all 100; where the second must agree, they share it.
        close(&Game::of_cost(&[200.0, 0.0], 100.0, &[false, false]).shapley(), &[100.0, 0.0]);
        close(&Game::of_cost(&[200.0, 0.0], 100.0, &[false, true]).shapley(), &[50.0, 50.0]);
    }

    /// Benefits, mostly positive, and a cost.
    fn payers() -> impl Strategy<Value = (Vec<f64>, f64)> {
        (prop::collection::vec(-20.0..100.0_f64, 1..7), 0.0..300.0_f64)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Efficiency: all of v(N) is divided, by either rule.
        #[test]
        fn all_of_the_surplus_is_divided((benefits, cost) in payers()) {
            let game = Game::of_cost(&benefits, cost, &vec![false; benefits.len()]);
            let nash = game.nash(&vec![1.0; benefits.len()]);
            for gains in [game.shapley(), nash] {
                prop_assert!((gains.iter().sum::<f64>() - game.of_all()).abs() <= 1e-9 * (1.0 + game.of_all()));
            }
        }

        /// Symmetry: who adds the same to every coalition has the same.
        #[test]
        fn equals_are_treated_equally((mut benefits, cost) in payers()) {
            benefits.push(benefits[0]);
            let gains = Game::of_cost(&benefits, cost, &vec![false; benefits.len()]).shapley();
            prop_assert!((gains[0] - gains[benefits.len() - 1]).abs() <= 1e-9 * (1.0 + gains[0].abs()));
        }

        /// Dummy: who adds nothing has nothing, and changes nothing for the others.
        #[test]
        fn who_adds_nothing_has_nothing((benefits, cost) in payers()) {
            let alone = Game::of_cost(&benefits, cost, &vec![false; benefits.len()]).shapley();
            let mut with = benefits;
            with.push(0.0);
            let gains = Game::of_cost(&with, cost, &vec![false; with.len()]).shapley();
            prop_assert!(gains[with.len() - 1].abs() <= 1e-9);
            for (one, other) in alone.iter().zip(&gains) {
                prop_assert!((one - other).abs() <= 1e-9 * (1.0 + one.abs()));
            }
        }

        /// Where nobody loses, the game is convex: the Shapley value is in the core.
        #[test]
        fn without_losers_nobody_objects_to_the_shapley_value((benefits, cost) in payers()) {
            let benefits: Vec<f64> = benefits.iter().map(|benefit| benefit.abs()).collect();
            let game = Game::of_cost(&benefits, cost, &vec![false; benefits.len()]);
            prop_assert_eq!(game.blocking(&game.shapley()), None);
            prop_assert_eq!(game.grant_for_stability(), 0.0);
        }

        /// The cheapest stable gains satisfy every coalition of any game.
        #[test]
        fn nobody_objects_to_the_cheapest_stable_gains(worth in prop::collection::vec(0.0..50.0_f64, 31)) {
            let game = Game::new(5, |coalition| if coalition == 0 { 0.0 } else { worth[coalition - 1] });
            prop_assert_eq!(game.blocking(&game.cheapest_stable_gains()), None);
        }
    }
}
