//! `ounce threshold`: at which value of a number does somebody break even?

use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::options::ScenarioOptions;
use super::{INVALID, Language, print};
use crate::analyse::threshold::{Depth, find};
use crate::report::terminal::break_even;

/// What the break-even question is called in messages.
const ASKED: &str = "asked";

/// What `ounce threshold` is asked.
#[derive(Debug, Args)]
pub struct ThresholdArgs {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// The number that is varied: a parameter, or the path of any other number
    #[arg(long, value_name = "NAME")]
    pub parameter: String,
    /// Lowest value to look at, such as 0.1 or 10%
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub low: String,
    /// Highest value to look at
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub high: String,
    /// Who is to break even: a party, or everybody together
    #[arg(long, value_name = "PARTY", default_value = "society")]
    pub party: String,
    /// Under which strategy; needed when there are several
    #[arg(long, value_name = "STRATEGY")]
    pub strategy: Option<String>,
    /// Under which arrangement; a party needs it when there are several
    #[arg(long, value_name = "ARRANGEMENT")]
    pub arrangement: Option<String>,
    /// For society: what a quality-adjusted life year counts for, in euros; without it only euros count
    #[arg(long, value_name = "EUROS")]
    pub willingness_to_pay: Option<f64>,
    /// Break even with this probability, such as 80%, instead of in expectation
    #[arg(long, value_name = "SHARE", conflicts_with = "base_case")]
    pub probability: Option<String>,
    /// Only at the stated values, without uncertainty
    #[arg(long)]
    pub base_case: bool,
    /// Language of the answer
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub lang: Language,
}

/// Answers the question on the terminal.
#[must_use]
pub fn threshold(arguments: ThresholdArgs) -> ExitCode {
    arguments.scenario.on_threads(|| answer(&arguments))
}

fn answer(arguments: &ThresholdArgs) -> ExitCode {
    let read = match arguments.scenario.read_and(&arguments.question()) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let scenario = &read.scenario;
    let Some(question) = scenario.thresholds.iter().position(|threshold| threshold.id == ASKED) else {
        return super::complain("the question could not be read", INVALID);
    };
    let depth = if arguments.base_case { Depth::Stated } else { Depth::Full };
    match find(scenario, question, depth) {
        Ok(found) => {
            let lang = arguments.lang.of_texts();
            let title = lang.of(&scenario.title);
            let part = read.part.as_ref().map_or_else(String::new, |part| format!("{}\n\n", lang.of(part)));
            print(&format!("{title}\n\n{part}{}", break_even(scenario, &[found], lang)))
        }
        Err(problem) => Failure::threshold(scenario, question, &problem).report(&read.sources),
    }
}

impl ThresholdArgs {
    /// The question as a scenario file would ask it.
    fn question(&self) -> String {
        let texts = [
            ("name", Some(&self.parameter)),
            ("parameter", Some(&self.parameter)),
            ("low", Some(&self.low)),
            ("high", Some(&self.high)),
            ("party", Some(&self.party)),
            ("strategy", self.strategy.as_ref()),
            ("arrangement", self.arrangement.as_ref()),
            ("probability", self.probability.as_ref()),
        ];
        let mut lines = format!("[thresholds.{ASKED}]\n");
        for (key, text) in texts {
            if let Some(text) = text {
                // A JSON string is a TOML basic string.
                lines.push_str(&format!("{key} = {}\n", serde_json::Value::from(text.as_str())));
            }
        }
        if let Some(worth) = self.willingness_to_pay {
            lines.push_str(&format!("willingness_to_pay = {worth:?}\n"));
        }
        lines
    }
}
