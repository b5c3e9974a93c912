//! Scenarios of programmes without an established effect: they take none, and show what a claim would come to.

use ounce::formula::Lane;
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::value::flows::{Grid, Valued};
use ounce::value::{Extent, value};

struct Run {
    scenario: Scenario,
    valued: Valued,
}

/// A shipped scenario at its stated values.
fn run(name: &str) -> Run {
    let mut sources = Sources::default();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let scenario = match scenario::read(&path, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    let valued = value(&scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    Run { scenario, valued }
}

impl Run {
    /// Undiscounted euros of the programme, and of care and support, in a variant.
    fn costs(&self, variant: &str) -> (f64, f64) {
        let at = self.scenario.variants.iter().position(|known| known.id == variant).expect("the variant");
        let flows = &self.valued.variants[at].base[0];
        let sum = |grid: &Grid| (0..grid.rows()).map(|row| grid.total(row)).fold(Lane::ZERO, |a, b| a + b)[0];
        (sum(&flows.programme_costs), sum(&flows.increment))
    }

    /// Persons who reach a step of the first programme.
    fn reached(&self, step: &str) -> f64 {
        let steps = &self.scenario.programmes[0].steps;
        let at = steps.iter().position(|known| known.id == step).expect("the step");
        self.valued.variants[0].base[0].reached.total(at)[0]
    }
}

#[test]
fn no_care_is_avoided_where_no_effect_is_known() {
    for name in ["wellbeing_on_prescription.toml", "deventer_health_behaviour.toml", "child_overweight.toml"]
    {
        let (programme, care) = run(name).costs("main");
        assert!(programme > 100_000.0, "{name}: {programme}");
        assert!(care.abs() < 1e-6, "{name}: {care}");
    }
}

#[test]
fn wellbeing_on_prescription_does_not_earn_back_its_costs_under_either_claim() {
    let run = run("wellbeing_on_prescription.toml");
    let [five, ten] = ["claim_5_percent", "claim_10_percent"].map(|claim| run.costs(claim));
    assert!(five.1 < 0.0 && five.0 + five.1 > 0.0, "{five:?}");
    assert!(ten.1 < five.1 && ten.0 + ten.1 > 0.0, "{ten:?}");
    // The two claims are of the same care: twice the share is twice the saving.
    assert!((ten.1 / five.1 - 2.0).abs() < 0.01, "{} {}", ten.1, five.1);
}

#[test]
fn the_benefits_that_go_reports_are_more_than_obesity_costs() {
    let run = run("child_overweight.toml");
    let (_, care) = run.costs("main");
    let (_, least) = run.costs("most_to_gain");
    let children = run.reached("coordination");
    // GO! reports 17,000 euros of 2018 per child, in euros of 2024 17,000 · 130.31 / 103.44 = 21,416. Were every child rid of
    // obesity at once and for good, care in twenty years would be some thousands of euros less for each.
    let claim = 17_000.0 * 130.31 / 103.44;
    assert!(care.abs() < 1e-6);
    assert!(least < 0.0 && -least / children < claim / 3.0, "{}", -least / children);
}

#[test]
fn a_programme_without_a_known_effect_asks_what_must_be_true() {
    for name in ["wellbeing_on_prescription.toml", "deventer_health_behaviour.toml", "child_overweight.toml"]
    {
        let scenario = run(name).scenario;
        let asked: Vec<&str> = scenario.thresholds.iter().map(|asked| asked.id.as_str()).collect();
        // What society would have to see, in health and in money.
        assert!(asked.len() >= 2, "{name}: {asked:?}");
    }
}

#[test]
fn whoever_came_to_a_consultation_has_less_care_also_who_goes_on_to_more() {
    // 10% less care for a year, for each person who came: the same with and without the neighbourhood, which sends more people on.
    let run = run("zuidwest_health_promotion.toml");
    let at = run.scenario.variants.iter().position(|known| known.id == "care_10_percent_less").unwrap();
    let steps = &run.scenario.programmes[0].steps;
    let came = steps.iter().position(|known| known.id == "consultation").unwrap();
    let spared = |delivery: usize| {
        let care = |variant: usize| {
            let increment = &run.valued.variants[variant].base[delivery].increment;
            (0..increment.rows()).map(|row| increment.total(row)[0]).sum::<f64>()
        };
        (care(0) - care(at)) / run.valued.variants[0].base[delivery].reached.total(came)[0]
    };
    let (alone, together) = (spared(0), spared(1));
    assert!(alone > 100.0, "{alone} euros a person");
    assert!((together / alone - 1.0).abs() < 0.02, "{alone} and {together}");
}
