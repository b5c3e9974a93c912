//! Does the library of falls add up to what was published for the Netherlands?
//!
//! The scenario has no programme: its first year, all people of 65 and over, is held to national figures. Some of
//! these were used to set the library (*input*: agreement shows that its parts close, no more), some were not
//! (*held out*). The life table is in between (*closure*): every state has a mortality of its own, from falls,
//! hip fractures and nursing homes, and together they must give the table back.
//!
//! Residents of nursing homes have no falls in the model. National counts of falls are of all people of 65 and
//! over, so the part of residents is taken off before the comparison; each row says how much.
//!
//! The README shows the same rows; the last test keeps the two alike.

mod model;
mod national;
#[path = "../common/published.rs"]
mod published;

use model::{Model, deaths_with_cycle};
use national::national;
use published::table;

#[test]
fn first_year_agrees_with_national_figures() {
    let rows = national(&Model::run());
    let off: Vec<String> = rows
        .iter()
        .filter(|row| row.difference().is_nan() || row.difference().abs() > row.tolerance)
        .map(|row| format!("{} (allowed: {})", row.show(), row.tolerance))
        .collect();
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
fn deaths_by_band_and_sex_follow_the_life_table() {
    let model = Model::run();
    let mut off = Vec::new();
    for year in [0, 9] {
        for female in [false, true] {
            // From 75 in the tenth year: nobody who was 65 at the start is younger than 74 then.
            for from in ((65 + 10 * (year / 9))..100).step_by(5) {
                let (got, want) = model.deaths(year, |age, f| f == female && (from..from + 5).contains(&age));
                let difference = got / want - 1.0;
                // The oldest fall short in the first year by the length of the cycle (next test).
                let tolerance = match (year, from) {
                    (0, ..85) => 0.01,
                    (0, _) => 0.025,
                    _ => 0.03,
                };
                if difference.is_nan() || difference.abs() > tolerance {
                    let sex = if female { "women" } else { "men" };
                    off.push(format!(
                        "{sex} of {from} to {}, year {}: {got:.0} deaths instead of {want:.0} ({:+.1}%)",
                        from + 4,
                        year + 1,
                        100.0 * difference
                    ));
                }
            }
        }
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[test]
fn shortfall_of_deaths_of_the_oldest_is_the_length_of_the_cycle() {
    // At 85 and over, one in eighteen of those at home moves to a nursing home in a year, where a third die each
    // year; with half-year cycles nobody does both in one cycle. Quarters leave less out.
    let (half, table) = deaths_with_cycle("85+", "half-year");
    let (quarter, same) = deaths_with_cycle("85+", "quarter");
    assert_eq!(table, same);
    assert!(half / table - 1.0 < -0.01, "{half} of {table}");
    assert!((quarter / table - 1.0).abs() < 0.002, "{quarter} of {table}");
}

#[test]
fn readme_table_is_what_the_model_gives() {
    let want = table(&national(&Model::run()));
    let readme = std::fs::read_to_string("README.md").expect("README.md");
    let section = readme
        .split_once("<!-- validation:falls -->")
        .and_then(|(_, rest)| rest.split_once("<!-- /validation -->"))
        .map(|(section, _)| section.trim());
    assert_eq!(section, Some(want.trim()), "the table between the markers in README.md should be:\n\n{want}");
}
