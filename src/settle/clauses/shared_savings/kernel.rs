//! From a benchmark and a saving to a payment: the arithmetic of a shared-savings contract.
//!
//! With benchmark BM, saving D = BM − Y, minimum savings rate g, share r and cap rate c:
//!
//! payment = min(r · D, c · BM) if D > 0 and D ≥ g · BM, else 0.
//!
//! Once the minimum is met the payment is on the whole saving, from the first euro: at D = g · BM it jumps from 0
//! to r · g · BM. With a deductible it is on D − g · BM and there is no jump. A two-sided contract mirrors this
//! for losses L = −D with minimum rate h, loss share l and limit rate k:
//!
//! repayment = min(l · L, k · BM) if L > 0 and L ≥ h · BM, else 0,
//!
//! with L − h · BM in place of L under a deductible.
//!
//! The rules of the Medicare Shared Savings Program, 42 CFR 425.605 and 425.610, from the first euro: one-sided at
//! 40% with a cap of 10% of the benchmark, two-sided at up to 75% with a cap of 20% and a loss limit of 15%.

/// Terms in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernel {
    /// r: share of the saving that is paid.
    pub share: f64,
    /// g: saving as a share of the benchmark from which it is paid.
    pub minimum_savings_rate: f64,
    /// Whether only what exceeds a minimum is shared.
    pub deductible: bool,
    /// c: largest payment as a share of the benchmark.
    pub cap_savings_rate: Option<f64>,
    /// Terms for losses; `None`: one-sided.
    pub loss: Option<LossKernel>,
}

/// Terms for losses in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossKernel {
    /// l: share of the loss that is paid back.
    pub share: f64,
    /// h: loss as a share of the benchmark from which it is paid back; `None`: g, that of savings.
    pub minimum_rate: Option<f64>,
    /// k: largest repayment as a share of the benchmark.
    pub cap_rate: Option<f64>,
    /// Largest repayment, EUR.
    pub cap_amount: Option<f64>,
}

/// What follows from a settlement; at most one of the two is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Settlement {
    /// EUR to who shares in savings.
    pub payment: f64,
    /// EUR back to the payer.
    pub repayment: f64,
}

impl Kernel {
    /// The same with another minimum savings rate, and with amounts in euros of the price year.
    #[must_use]
    pub fn at(mut self, minimum_savings_rate: f64, deflator: f64) -> Self {
        self.minimum_savings_rate = minimum_savings_rate;
        if let Some(LossKernel { cap_amount: Some(amount), .. }) = &mut self.loss {
            *amount *= deflator;
        }
        self
    }

    /// Settles a saving (negative: a loss) against a benchmark, both EUR.
    #[must_use]
    pub fn settle(&self, benchmark: f64, saving: f64) -> Settlement {
        let payment =
            self.part(self.share, self.minimum_savings_rate, self.cap_savings_rate, benchmark, saving);
        let repayment = self.loss.map_or(0.0, |loss| {
            let minimum = loss.minimum_rate.unwrap_or(self.minimum_savings_rate);
            let owed = self.part(loss.share, minimum, loss.cap_rate, benchmark, -saving);
            loss.cap_amount.map_or(owed, |most| owed.min(most))
        });
        Settlement { payment, repayment }
    }

    fn part(&self, share: f64, minimum: f64, cap: Option<f64>, benchmark: f64, amount: f64) -> f64 {
        // Measured of a few people a benchmark can fall below 0; shares of it are then nothing.
        let benchmark = benchmark.max(0.0);
        let threshold = minimum * benchmark;
        if amount <= 0.0 || amount < threshold {
            return 0.0;
        }
        let shared = share * if self.deductible { amount - threshold } else { amount };
        cap.map_or(shared, |rate| shared.min(rate * benchmark))
    }
}

/// Standard error of a relative saving: cv · √((1 − R²)(1/n + 1/n_c)), for n participants and a benchmark from n_c > 0
/// persons; infinite without participants.
#[must_use]
pub fn standard_error(cv: f64, r_squared: f64, participants: f64, controls: Option<f64>) -> f64 {
    if participants <= 0.0 {
        return f64::INFINITY;
    }
    let inverse = 1.0 / participants + controls.map_or(0.0, |controls| 1.0 / controls);
    cv * ((1.0 - r_squared).max(0.0) * inverse).sqrt()
}

/// The minimum rate at a number of participants, on straight lines between the numbers of a scale and as at its ends
/// beyond them.
#[must_use]
pub fn minimum_by_size(scale: &[(f64, f64)], participants: f64) -> f64 {
    let Some(after) = scale.iter().position(|&(size, _)| participants < size) else {
        return scale.last().map_or(0.0, |&(_, rate)| rate);
    };
    let Some(before) = after.checked_sub(1) else { return scale[0].1 };
    let ((low, first), (high, last)) = (scale[before], scale[after]);
    first + (last - first) * (participants - low) / (high - low)
}

/// Share of a loss that falls with quality: 1 − share · quality, within bounds.
#[must_use]
pub fn loss_share_by_quality(share: f64, quality: f64, least: f64, most: f64) -> f64 {
    (1.0 - share * quality).max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_SIDED: Kernel = Kernel {
        share: 0.4,
        minimum_savings_rate: 0.02,
        deductible: false,
        cap_savings_rate: Some(0.1),
        loss: None,
    };

    fn pays(kernel: Kernel, actual: f64) -> f64 {
        kernel.settle(100.0, 100.0 - actual).payment
    }

    fn owes(loss: LossKernel, actual: f64) -> f64 {
        Kernel { loss: Some(loss), ..ONE_SIDED }.settle(100.0, 100.0 - actual).repayment
    }

    #[test]
    fn forty_per_cent_of_three_is_paid_when_the_minimum_is_two() {
        approx::assert_relative_eq!(pays(ONE_SIDED, 97.0), 1.20, epsilon = 1e-12);
    }

    #[test]
    fn a_benchmark_below_zero_has_no_minimum_and_caps_at_nothing() {
        // Costs of 40 against −10 are a loss of 50: half of it is 25, and under a cap as a share of the benchmark nothing.
        let loss = LossKernel { share: 0.5, minimum_rate: Some(0.02), cap_rate: None, cap_amount: None };
        let owes = |loss| Kernel { loss: Some(loss), deductible: true, ..ONE_SIDED }.settle(-10.0, -50.0);
        assert_eq!(owes(loss), Settlement { payment: 0.0, repayment: 25.0 });
        assert_eq!(owes(LossKernel { cap_rate: Some(0.1), ..loss }).repayment, 0.0);
    }

    #[test]
    fn nothing_is_paid_below_the_minimum() {
        assert_eq!(pays(Kernel { minimum_savings_rate: 0.031, ..ONE_SIDED }, 97.0), 0.0);
    }

    #[test]
    fn the_cap_binds_on_large_savings_only() {
        approx::assert_relative_eq!(pays(ONE_SIDED, 85.0), 6.0, epsilon = 1e-12); // 0.4 · 15 < 10
        approx::assert_relative_eq!(pays(ONE_SIDED, 70.0), 10.0, epsilon = 1e-12); // 0.4 · 30 = 12
    }

    #[test]
    fn thirty_per_cent_of_a_loss_of_four_is_owed_up_to_the_limit() {
        let loss =
            LossKernel { share: 0.3, minimum_rate: Some(0.02), cap_rate: Some(0.04), cap_amount: None };
        approx::assert_relative_eq!(owes(loss, 104.0), 1.20, epsilon = 1e-12);
        approx::assert_relative_eq!(owes(loss, 120.0), 4.0, epsilon = 1e-12); // 0.3 · 20 = 6
        assert_eq!(owes(loss, 101.0), 0.0);
        assert_eq!(ONE_SIDED.settle(100.0, -4.0).repayment, 0.0);
    }

    #[test]
    fn the_loss_share_of_the_enhanced_track_follows_from_quality() {
        // 1 − 0.75 · quality, within 40% and 75%: 0.8 gives 40%, 0.6 gives 55%, 1 gives 40% and 0 gives 75%; of 10.
        for (quality, owed) in [(0.8, 4.0), (0.6, 5.5), (1.0, 4.0), (0.0, 7.5)] {
            let share = loss_share_by_quality(0.75, quality, 0.40, 0.75);
            let loss = LossKernel { share, minimum_rate: Some(0.0), cap_rate: Some(0.15), cap_amount: None };
            approx::assert_relative_eq!(owes(loss, 110.0), owed, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_lesser_of_two_loss_limits_holds() {
        // Track E: 8% of a revenue of 40 is 3.2, below 4% of the benchmark: 30% of a loss of 20 is 6, 3.2 is owed. At a
        // revenue of 60 (4.8) the limit is 4.
        for (revenue, owed) in [(40.0, 3.2), (60.0, 4.0)] {
            let cap_amount = Some(0.08 * revenue);
            let loss = LossKernel { share: 0.3, minimum_rate: Some(0.02), cap_rate: Some(0.04), cap_amount };
            approx::assert_relative_eq!(owes(loss, 120.0), owed, epsilon = 1e-12);
        }
    }

    #[test]
    fn five_thousand_people_in_each_arm_have_a_standard_error_of_five_per_cent() {
        // cv = 3, R² = 0.3: 3 · √(0.7 · 2 / 5,000) = 5.02%; 50,000 in each arm 1.59%.
        approx::assert_relative_eq!(standard_error(3.0, 0.3, 5e3, Some(5e3)), 0.0502, epsilon = 1e-4);
        approx::assert_relative_eq!(standard_error(3.0, 0.3, 5e4, Some(5e4)), 0.0159, epsilon = 1e-4);
        assert!(standard_error(3.0, 0.3, 1e4, None) < standard_error(3.0, 0.3, 1e4, Some(1e6)));
        assert_eq!(standard_error(3.0, 0.3, 0.0, None), f64::INFINITY);
    }

    #[test]
    fn a_minimum_slides_with_the_number_of_participants() {
        let scale = [(5_000.0, 0.036), (10_000.0, 0.030), (60_000.0, 0.020)];
        for (size, rate) in [(1_000.0, 0.036), (7_500.0, 0.033), (35_000.0, 0.025), (80_000.0, 0.020)] {
            approx::assert_relative_eq!(minimum_by_size(&scale, size), rate, epsilon = 1e-12);
        }
    }

    #[test]
    fn meeting_the_minimum_makes_a_jump_of_share_times_minimum_times_benchmark() {
        // Benchmark 100, minimum 2%: at a saving of exactly 2 the payment is 0.4 · 0.02 · 100 = 0.8, just below 0.
        approx::assert_relative_eq!(pays(ONE_SIDED, 98.0), 0.8, epsilon = 1e-12);
        assert_eq!(pays(ONE_SIDED, 98.0 + 1e-9), 0.0);
    }

    #[test]
    fn without_a_minimum_there_is_no_jump() {
        let kernel = Kernel { minimum_savings_rate: 0.0, ..ONE_SIDED };
        assert!(pays(kernel, 100.0 - 1e-9) < 1e-9);
        assert_eq!(pays(kernel, 100.0), 0.0);
    }

    #[test]
    fn a_deductible_pays_on_the_excess_and_starts_at_nothing() {
        let kernel = Kernel { deductible: true, ..ONE_SIDED };
        approx::assert_relative_eq!(pays(kernel, 97.0), 0.4, epsilon = 1e-12); // 0.4 · (3 − 2)
        assert_eq!(pays(kernel, 98.0), 0.0);
    }

    #[test]
    fn shares_of_nothing_and_of_everything() {
        assert_eq!(pays(Kernel { share: 0.0, ..ONE_SIDED }, 90.0), 0.0);
        let all = Kernel { share: 1.0, cap_savings_rate: None, ..ONE_SIDED };
        approx::assert_relative_eq!(pays(all, 90.0), 10.0, epsilon = 1e-12);
    }
}
