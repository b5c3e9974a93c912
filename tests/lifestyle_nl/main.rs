//! Do the libraries of weight, diabetes and lifestyle programmes add up to what was published?
//!
//! First the Dutch population without a programme, then what the lifestyle intervention is paid, what it does and what a
//! healthy year costs, then reversal of diabetes with the effects of DiRECT. Some figures were used to set the library
//! (*input*), some were not (*held out*). The life table is in between (*closure*). Others rest on assumptions
//! that trials do not bear out; the model should stay away from them (*contrast*).
//!
//! The README shows the same rows; the last test keeps the two alike.

mod figure;
mod payments;
mod people;
mod programmes;
#[path = "../common/published.rs"]
mod published;
mod targets;

use figure::table;
use people::People;
use targets::rows;

#[test]
fn figures_agree_with_what_was_published_as_far_as_stated() {
    let rows = rows();
    let off: Vec<String> = rows.iter().filter(|row| !row.agrees()).map(|row| row.show()).collect();
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
fn deaths_by_band_and_sex_follow_the_life_table() {
    let people = People::follow("15+", 10, &[]);
    let mut off = Vec::new();
    for (year, tolerance) in [(0, 0.02), (9, 0.05)] {
        for female in [false, true] {
            for from in (30..90).step_by(10) {
                let (got, want) =
                    people.deaths(year, |age, f| f == female && (from..from + 10).contains(&age));
                let difference = got / want - 1.0;
                if difference.is_nan() || difference.abs() > tolerance {
                    let sex = if female { "women" } else { "men" };
                    off.push(format!("{sex} of {from} to {}, year {}: {difference:+.3}", from + 9, year + 1));
                }
            }
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
fn deaths_missing_after_ten_years_are_those_of_less_diabetes_and_of_heavy_people_who_died_first() {
    // Today's shares with diabetes are those of years with many new cases (83,900 in 2011, 48,200 in 2019): at 80 to 89
    // they fall from 24 to 20% in ten years. Where neither diabetes nor weight raises mortality nothing is missing.
    let missing = |set: &[(&str, &str)]| {
        let (got, want) = People::follow("15+", 10, set).deaths(9, |_, _| true);
        1.0 - got / want
    };
    assert!(missing(&[]) > 0.03);
    let neither = missing(&[("mortality_diabetes", "1"), ("deaths_five_bmi", "1"), ("events_five_bmi", "1")]);
    assert!(neither.abs() < 0.015, "{neither}");
}

#[test]
fn half_as_much_obesity_again_brings_more_new_diabetes() {
    // At 50 to 54, against people of a healthy weight, the mean risk is 1 + 0.434 · 1.99 + 0.186 · 6.19 = 3.02; half as much
    // obesity again adds 0.093 · 6.19 = 0.58: 19%. Those who have diabetes already, mostly heavy, are not at risk.
    let onset = ["diabetes_onset", "diabetes_onset_cardiovascular"];
    let new =
        |ratio: &str| People::follow("50-54", 1, &[("local_obesity_ratio", ratio)]).happened(&onset, |_| 1.0);
    let more = new("1.5") / new("1") - 1.0;
    assert!((0.12..0.20).contains(&more), "{more}");
}

#[test]
fn what_a_lost_kilogram_does_in_a_variant_leaves_usual_care_as_it_is() {
    let with =
        |set: &[(&str, &str)]| People::follow("40-59", 10, set).there(&["diabetes", "both"], 9, |_| true);
    // ln 1.15 / ln 1.69 = 0.2664, and 0.07 times that.
    let dpp = with(&[("diabetes_bmi", "1.69"), ("bmi_spread", "0.2664"), ("bmi_drift", "0.01864")]);
    assert!((dpp / with(&[]) - 1.0).abs() < 1e-3);
}

#[test]
fn readme_table_is_what_the_model_gives() {
    let want = table(&rows());
    let readme = std::fs::read_to_string("README.md").expect("README.md");
    let section = readme
        .split_once("<!-- validation:lifestyle -->")
        .and_then(|(_, rest)| rest.split_once("<!-- /validation -->"))
        .map(|(section, _)| section.trim());
    assert_eq!(section, Some(want.trim()), "the table between the markers in README.md should be:\n\n{want}");
}
