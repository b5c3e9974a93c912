//! What was published, each figure with its source in words, beside what the model gives.

use crate::people::{Group, People, inhabitants};
use crate::programmes::Programme;
use crate::published::{Kind, Row, Unit};

const DIABETES: [&str; 2] = ["diabetes", "both"];
const LIVING: [&str; 4] = ["well", "diabetes", "cardiovascular", "both"];
const ONSET: [&str; 2] = ["diabetes_onset", "diabetes_onset_cardiovascular"];

pub fn rows() -> Vec<Row> {
    let mut rows = population();
    rows.extend(payments());
    rows.extend(lifestyle());
    rows.extend(reversal());
    rows
}

/// A row whose target is the published figure itself.
#[allow(clippy::too_many_arguments)]
fn row(
    what: &'static str,
    source: &'static str,
    target: f64,
    model: f64,
    unit: Unit,
    tolerance: f64,
    kind: Kind,
    remark: &'static str,
) -> Row {
    Row { what, source, published: "", target, model, unit, tolerance, kind, remark }
}

fn population() -> Vec<Row> {
    use Kind::{Closure, HeldOut, Input};
    let people = People::follow("15+", 10, &[]);
    let adult = |g: &Group| g.age >= 18;
    let share =
        |who: &dyn Fn(&Group) -> bool| people.there(&DIABETES, 0, who) / people.there(&LIVING, 0, who);
    let of_sex = |female: bool| people.there(&DIABETES, 0, |g| g.female == female) / inhabitants(female);
    let of_weight = |from: usize, to: usize, weight: &'static [usize]| {
        share(&|g: &Group| (from..=to).contains(&g.age) && weight.contains(&g.weight))
    };
    let new = people.happened(&ONSET, |_| 1.0);
    let new_of = |weight: &'static [usize]| {
        let who = |g: &Group| adult(g) && weight.contains(&g.weight);
        people.happened(&ONSET, |g| f64::from(u8::from(who(g))))
            / people.there(&["well", "cardiovascular"], 0, who)
    };
    let infarctions = ["infarction", "infarction_diabetes", "infarction_again", "infarction_again_diabetes"];
    let strokes = ["stroke", "stroke_diabetes", "stroke_again", "stroke_again_diabetes"];
    let (first, tenth) = (people.deaths(0, |_, _| true), people.deaths(9, |_, _| true));
    let lives = People::follow("40", 80, &[]);
    let expectancy = |weight: &'static [usize]| lives.life_expectancy(|g| weight.contains(&g.weight));
    vec![
        row(
            "People with type 2 diabetes",
            "Nivel, 2019",
            1_028_700.0,
            people.there(&DIABETES, 0, |_| true),
            Unit::Count,
            0.15,
            HeldOut,
            "shares by age of 2018 were set; people of 2025 are more and older",
        ),
        row(
            "Men with type 2 diabetes, of all men",
            "DIAMANT, 2020",
            0.063,
            of_sex(false),
            Unit::Share,
            0.01,
            HeldOut,
            "five years older too",
        ),
        row(
            "Women with type 2 diabetes, of all women",
            "DIAMANT, 2020",
            0.053,
            of_sex(true),
            Unit::Share,
            0.01,
            HeldOut,
            "five years older too",
        ),
        row(
            "Diabetes at 18 to 44, BMI below 25",
            "Statistics Netherlands, 2021, by self-report",
            0.002,
            of_weight(18, 44, &[0]),
            Unit::Share,
            0.01,
            HeldOut,
            "",
        ),
        row(
            "Diabetes at 18 to 44, BMI of 30 and over",
            "Statistics Netherlands, 2021, by self-report",
            0.044,
            of_weight(18, 44, &[2, 3]),
            Unit::Share,
            0.02,
            HeldOut,
            "",
        ),
        row(
            "Diabetes at 45 to 64, BMI below 25",
            "Statistics Netherlands, 2021, by self-report",
            0.020,
            of_weight(45, 64, &[0]),
            Unit::Share,
            0.02,
            HeldOut,
            "ratios between weights at this age were set, levels were not: GPs know of more diabetes than people report",
        ),
        row(
            "Diabetes at 45 to 64, BMI of 25 to 30",
            "Statistics Netherlands, 2021, by self-report",
            0.059,
            of_weight(45, 64, &[1]),
            Unit::Share,
            0.03,
            HeldOut,
            "as the row before",
        ),
        row(
            "Diabetes at 45 to 64, BMI of 30 and over",
            "Statistics Netherlands, 2021, by self-report",
            0.118,
            of_weight(45, 64, &[2, 3]),
            Unit::Share,
            0.06,
            HeldOut,
            "as the row before",
        ),
        row(
            "New cases of type 2 diabetes a year",
            "Nivel, 2019",
            48_200.0,
            new,
            Unit::Count,
            0.12,
            Input,
            "level set on the people of 2019; those of 2025 are more and older",
        ),
        row(
            "Mean age at diagnosis",
            "Nivel, 2019",
            60.6,
            people.happened(&ONSET, |g| g.age as f64 + 0.5) / new,
            Unit::Years,
            0.03,
            Input,
            "",
        ),
        row(
            "New diabetes, BMI below 25",
            "Yu 2023, high-income countries",
            0.0020,
            new_of(&[0]),
            Unit::PerThousand,
            0.4,
            HeldOut,
            "earlier years and other countries; Dutch new cases fell by 40% from 2011 to 2019",
        ),
        row(
            "New diabetes, BMI of 25 and over",
            "Yu 2023, high-income countries",
            0.0089,
            new_of(&[1, 2, 3]),
            Unit::PerThousand,
            0.5,
            HeldOut,
            "as the row before",
        ),
        row(
            "Hospital admissions for a heart attack",
            "Hartstichting, 2022",
            33_769.0,
            people.happened(&infarctions, |_| 1.0),
            Unit::Count,
            0.08,
            Input,
            "rates of 2022, people of 2025",
        ),
        row(
            "Hospital admissions for a stroke",
            "Hartstichting, 2022",
            43_424.0,
            people.happened(&strokes, |_| 1.0),
            Unit::Count,
            0.10,
            Input,
            "rates of 2022, people of 2025",
        ),
        row(
            "Earlier heart attack or stroke among people with diabetes",
            "Geurten 2021: heart disease, 2018",
            0.121,
            people.there(&["both"], 0, |_| true) / people.there(&DIABETES, 0, |_| true),
            Unit::Share,
            0.03,
            HeldOut,
            "the model holds strokes and no angina, and sets both diseases independently at the start",
        ),
        row("Deaths, first year", "Life table 2022", first.1, first.0, Unit::Count, 0.01, Closure, ""),
        row(
            "Deaths, tenth year",
            "Life table 2022",
            tenth.1,
            tenth.0,
            Unit::Count,
            0.05,
            Closure,
            "fewer people have diabetes then, as new cases fell from 83,900 (2011) to 48,200 (2019), and the heaviest died first",
        ),
        row(
            "Years of life lost by overweight, at 40",
            "Public health toolkit (toolkitvtv.nl)",
            1.2,
            expectancy(&[0]) - expectancy(&[1]),
            Unit::Years,
            0.5,
            HeldOut,
            "age not published",
        ),
        row(
            "Years of life lost by obesity, at 40",
            "Public health toolkit (toolkitvtv.nl)",
            3.0,
            expectancy(&[0]) - expectancy(&[2, 3]),
            Unit::Years,
            0.4,
            HeldOut,
            "age not published",
        ),
    ]
}

const MAXIMUM: [(&str, &str); 2] = [("price_level", "1"), ("valuation.price_year", "2023")];

fn payments() -> Vec<Row> {
    const DEATHS: &str =
        "nothing is paid any more for the 1 in 100 who die in two years; without deaths exact to the cent";
    let run = |set: &[(&str, &str)]| Programme::lifestyle(&[&MAXIMUM[..], set].concat());
    let all = run(&[]);
    let whole = [("starts", "1"), ("completes_year_1", "1"), ("completes_year_2", "1")];
    let completer = run(&whole);
    let prices_2021 =
        [("price_intake", "61.58"), ("price_treatment", "115.19"), ("price_maintenance", "78.35")];
    let completer_2021 = run(&[&whole[..], &prices_2021].concat());
    let source = "NZa maxima 2023; RIVM 2025: 0.9, 0.73 and 0.80";
    let row = |what, source, target, model| {
        row(what, source, target, model, Unit::EurosEach, 0.01, Kind::Input, DEATHS)
    };
    vec![
        row("Paid for each intake", source, 942.38, all.paid() / all.reached("intake")),
        row("Paid for each starter", source, 1047.09, all.paid() / all.reached("start")),
        row(
            "Paid for who completes",
            "NZa maxima 2023",
            1250.29,
            completer.paid() / completer.reached("intake"),
        ),
        row(
            "Paid for who completes",
            "NZa maxima 2021",
            835.74,
            completer_2021.paid() / completer_2021.reached("intake"),
        ),
    ]
}

fn lifestyle() -> Vec<Row> {
    use Kind::{Contrast, HeldOut};
    let base = Programme::lifestyle(&[]);
    let for_one_case = |set: &[(&str, &str)]| {
        let run = Programme::lifestyle(set);
        -run.reached("start") / run.outcome("new_diabetes", None)
    };
    let lasting = [("gli_regain", "0"), ("diabetes_bmi", "1.69")];
    let intensive = [("gli_regain", "0"), ("diabetes_bmi", "1.69"), ("gli_weight_loss", "6.8")];
    vec![
        row(
            "Costs of a healthy year, society",
            "SLIMMER trial, 18 months",
            28_094.0,
            base.cost(None) / base.qalys(),
            Unit::Euros,
            0.5,
            HeldOut,
            "same weight loss (input), twenty years instead of 18 months: more health and some saved care",
        ),
        row(
            "Costs of a healthy year, health care",
            "SLIMMER trial, 18 months",
            13_605.0,
            base.cost(Some("zvw")) / base.qalys(),
            Unit::Euros,
            0.8,
            HeldOut,
            "between the two figures of the trial, whose 0.02 QALYs in 18 months (wide margin) are several times what less weight gives here in that time",
        ),
        Row {
            published: "7 to 30",
            ..row(
                "Starters for one case of diabetes prevented in 20 years",
                "RIVM 2007, intensive programme",
                30.0,
                for_one_case(&[]),
                Unit::Persons,
                1.0,
                Contrast,
                "compared with the upper end: Dutch trial effects are smaller and fade, and each kilogram does less to diabetes",
            )
        },
        Row {
            published: "7 to 30",
            ..row(
                "the same, with 16% less diabetes for each kilogram (DPP), for ever",
                "RIVM 2007, intensive programme",
                18.5,
                for_one_case(&lasting),
                Unit::Persons,
                0.62,
                HeldOut,
                "compared with the middle; within the range: it takes such assumptions to come there",
            )
        },
        Row {
            published: "7 to 30",
            ..row(
                "the same, and 6.8 kg lost as in the DPP",
                "RIVM 2007, intensive programme",
                18.5,
                for_one_case(&intensive),
                Unit::Persons,
                0.62,
                HeldOut,
                "the most favourable end of the range",
            )
        },
    ]
}

fn reversal() -> Vec<Row> {
    use Kind::{HeldOut, Input};
    let run = Programme::direct("9");
    let remission = Programme::direct("0.01");
    let starters = run.reached("start");
    // Person-years of two years on either side of a moment; a share that falls by a fixed part lies at their geometric
    // mean.
    let at = |years: usize| {
        let around = |year: usize| run.outcome("years_in_remission", Some(year)) / starters;
        (around(years - 1) * around(years)).sqrt()
    };
    vec![
        row(
            "Remission above usual care after 2 years",
            "DiRECT (Xin 2020)",
            0.323,
            at(2),
            Unit::Share,
            0.03,
            Input,
            "46% after a year and 70% of these a year later were set; some die or have a heart attack or stroke, and some get there by themselves",
        ),
        row(
            "Remission above usual care after 5 years",
            "DiRECT 2024: 13%, control not published",
            0.13,
            at(5),
            Unit::Share,
            0.05,
            Input,
            "relapse was set between the two published readings, 0.34 and 0.45 a year; the published share is of those with data, and not above usual care",
        ),
        row(
            "QALYs gained for each participant by remission, lifetime",
            "Xin 2020: 0.06 (0.04 to 0.09), at 3.5%",
            0.06,
            remission.qalys() / remission.reached("start"),
            Unit::Qalys,
            0.5,
            HeldOut,
            "by remission alone, without what less weight does by itself",
        ),
        row(
            "the same, with what the lost weight does by itself",
            "Xin 2020: 0.06 (0.04 to 0.09), at 3.5%",
            0.06,
            run.qalys() / starters,
            Unit::Qalys,
            1.5,
            HeldOut,
            "9 kg less that come back in five years: quality of life, and fewer deaths and events",
        ),
        row(
            "Care saved for each participant, lifetime",
            "Xin 2020: 1,337 + 1,411 pounds, at 3.5%",
            3_100.0,
            (run.programme_cost() - run.cost(Some("zvw"))) / starters,
            Unit::Euros,
            0.6,
            HeldOut,
            "at 1.13 euros to the pound; there relapse stays as in the second year (30%), here it is faster, and other care in years of life gained is counted",
        ),
    ]
}
