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
    /// h: loss as a share of the benchmark from which it is paid back.
    pub minimum_rate: f64,
    /// k: largest repayment as a share of the benchmark.
    pub cap_rate: Option<f64>,
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
    /// Settles a saving (negative: a loss) against a benchmark, both EUR.
    #[must_use]
    pub fn settle(&self, benchmark: f64, saving: f64) -> Settlement {
        let payment =
            self.part(self.share, self.minimum_savings_rate, self.cap_savings_rate, benchmark, saving);
        let repayment = self
            .loss
            .map_or(0.0, |loss| self.part(loss.share, loss.minimum_rate, loss.cap_rate, benchmark, -saving));
        Settlement { payment, repayment }
    }

    fn part(&self, share: f64, minimum: f64, cap: Option<f64>, benchmark: f64, amount: f64) -> f64 {
        let threshold = minimum * benchmark;
        if amount <= 0.0 || amount < threshold {
            return 0.0;
        }
        let shared = share * if self.deductible { amount - threshold } else { amount };
        cap.map_or(shared, |rate| shared.min(rate * benchmark))
    }
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
        let loss = LossKernel { share: 0.3, minimum_rate: 0.02, cap_rate: Some(0.04) };
        approx::assert_relative_eq!(owes(loss, 104.0), 1.20, epsilon = 1e-12);
        approx::assert_relative_eq!(owes(loss, 120.0), 4.0, epsilon = 1e-12); // 0.3 · 20 = 6
        assert_eq!(owes(loss, 101.0), 0.0);
        assert_eq!(ONE_SIDED.settle(100.0, -4.0).repayment, 0.0);
    }

    #[test]
    fn the_loss_share_of_the_enhanced_track_follows_from_quality() {
        // 1 − 0.75 · quality: 0.8 gives 40% and 0.6 gives 55%; on a loss of 10.
        for (quality, owed) in [(0.8, 4.0), (0.6, 5.5)] {
            let loss = LossKernel { share: 1.0 - 0.75 * quality, minimum_rate: 0.0, cap_rate: Some(0.15) };
            approx::assert_relative_eq!(owes(loss, 110.0), owed, epsilon = 1e-12);
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
