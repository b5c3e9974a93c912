//! What was published: national figures, each with its source in words, beside the model's first year.

use crate::model::{Group, Model, direct_costs, moved, outcome};
use std::fmt::Write;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Was used to set the library.
    Input,
    /// Several inputs must give the life table back.
    Closure,
    /// Was not used.
    HeldOut,
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Count,
    MillionEuros,
    /// Difference in percentage points.
    Share,
    PerTenThousand,
    PerPersonYear,
}

impl Unit {
    fn show(self, x: f64) -> String {
        match self {
            Self::Count => thousands((x / 10.0).round() * 10.0),
            Self::MillionEuros => format!("€{} m", thousands((x / 1e6).round())),
            Self::Share => format!("{:.1}%", 100.0 * x),
            Self::PerTenThousand => format!("{:.0} per 10,000", 1e4 * x),
            Self::PerPersonYear => format!("{x:.2} a year"),
        }
    }
}

fn thousands(x: f64) -> String {
    let digits = format!("{x:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A national figure and what the model makes of it.
pub struct Row {
    what: &'static str,
    source: &'static str,
    /// As published, where that is not what the model is held to.
    published: &'static str,
    /// What the model is held to.
    target: f64,
    model: f64,
    unit: Unit,
    /// Largest difference allowed: of shares in percentage points / 100, of others relative to the target.
    pub tolerance: f64,
    pub kind: Kind,
    /// Why it differs, or how the target was derived.
    remark: &'static str,
}

impl Row {
    pub fn difference(&self) -> f64 {
        if matches!(self.unit, Unit::Share) {
            self.model - self.target
        } else {
            self.model / self.target - 1.0
        }
    }
    pub fn show(&self) -> String {
        let target = self.unit.show(self.target);
        let published = if self.published.is_empty() {
            target
        } else {
            format!("{}; compared: {target}", self.published)
        };
        let unit = if matches!(self.unit, Unit::Share) { " pp" } else { "%" };
        // Rounded first, so that no "-0.0" is shown.
        let difference = (1000.0 * self.difference()).round() / 10.0 + 0.0;
        let kind = match self.kind {
            Kind::Input => "input",
            Kind::Closure => "closure",
            Kind::HeldOut => "held out",
        };
        let remark = if self.remark.is_empty() { String::new() } else { format!(": {}", self.remark) };
        let (what, source, model) = (self.what, self.source, self.unit.show(self.model));
        format!("| {what} | {source} | {published} | {model} | {difference:+.1}{unit} | {kind}{remark} |")
    }
}

/// National figures, each with its source in words, beside the model's first year.
pub fn national(model: &Model) -> Vec<Row> {
    let all = |_: &Group| true;
    let from = |age: usize| move |g: &Group| g.age >= age;
    let visits = ["emergency_visit", "hip_fracture"];
    let (scenario, flows) = (&model.scenario, &model.flows);
    let named = |id: &str| outcome(scenario, flows, id);
    let [zvw, wlz, wmo] = direct_costs(scenario, flows);
    let direct = zvw + wlz + wmo;
    let direct_oldest: f64 = direct_costs(&model.oldest.0, &model.oldest.1).iter().sum();
    let by_falls = named("nursing_home_admissions_by_falls");
    let residents = model.years_in("nursing_home", all);
    let moves =
        moved(scenario, flows, "to_nursing_home") + moved(scenario, flows, "after_hip_to_nursing_home");
    let band = |first: usize, last: usize| model.deaths(0, |age, _| (first..=last).contains(&age));
    let (all_deaths, young, middle, old) = (band(65, 200), band(65, 74), band(75, 84), band(85, 200));
    let last_year = model.deaths(9, |_, _| true);
    let killed = model.events(&["hip_death"], all);
    vec![
        Row {
            what: "Emergency visits after a fall",
            source: "VeiligheidNL, 2024",
            published: "119,000",
            target: 112_300.0,
            model: named("emergency_visits"),
            unit: Unit::Count,
            tolerance: 0.05,
            kind: Kind::Input,
            remark: "less some 6,500 visits of residents, their share of fractures",
        },
        Row {
            what: "of which women",
            source: "VeiligheidNL, 2024: two of three",
            published: "",
            target: 0.667,
            model: model.events(&visits, |g| g.female) / model.events(&visits, all),
            unit: Unit::Share,
            tolerance: 0.02,
            kind: Kind::Input,
            remark: "",
        },
        Row {
            what: "of which 80 and over",
            source: "Hartholt 2012, 2007-2009",
            published: "",
            target: 0.47,
            model: model.events(&visits, from(80)) / model.events(&visits, all),
            unit: Unit::Share,
            tolerance: 0.08,
            kind: Kind::Input,
            remark: "the visits by band were meant to give this with the people of today, and do not: residents are not in the model, and more people are 75 to 79 now; newer visits by band are not published",
        },
        Row {
            what: "Hospital admissions per emergency visit",
            source: "RIVM monitor, 2020-2022",
            published: "",
            target: 0.382,
            model: named("hospital_admissions") / named("emergency_visits"),
            unit: Unit::Share,
            tolerance: 0.015,
            kind: Kind::Input,
            remark: "the mean was set, its rise with age assumed",
        },
        Row {
            what: "Hospital admissions",
            source: "38.2% of 119,000 visits",
            published: "45,400",
            target: 42_700.0,
            model: named("hospital_admissions"),
            unit: Unit::Count,
            tolerance: 0.05,
            kind: Kind::Input,
            remark: "94% at home",
        },
        Row {
            what: "Hospital admissions in the register",
            source: "Zuster Jansen on Statistics Netherlands data",
            published: "148 per 10,000",
            target: 0.0139,
            model: named("hospital_admissions") / model.years_at_home(all),
            unit: Unit::PerTenThousand,
            tolerance: 0.2,
            kind: Kind::HeldOut,
            remark: "94% at home; the register counts more than the sample of emergency departments that the library follows, the variant `more_admissions` takes the register",
        },
        Row {
            what: "Hip fractures",
            source: "VeiligheidNL, 2024: 15% of visits",
            published: "17,850",
            target: 15_710.0,
            model: model.events(&["hip_fracture"], all),
            unit: Unit::Count,
            tolerance: 0.06,
            kind: Kind::Input,
            remark: "88% at home; nobody turns 65 in the year and 4% die",
        },
        Row {
            what: "Deaths within a year of a hip fracture",
            source: "Kanters 2020",
            published: "about 20%",
            target: 0.20,
            model: model.mortality_after_hip(),
            unit: Unit::Share,
            tolerance: 0.05,
            kind: Kind::HeldOut,
            remark: "built from hazard ratios and the life table; residents, who die more often, are not in it",
        },
        Row {
            what: "Deaths by a fall with a hip fracture",
            source: "Statistics Netherlands, 2023: half of fall deaths",
            published: "half of 6,680",
            target: 1_340.0,
            model: killed,
            unit: Unit::Count,
            tolerance: 0.15,
            kind: Kind::HeldOut,
            remark: "the 40% without long-term care; the model counts excess deaths within a year",
        },
        Row {
            what: "Deaths by a fall without a hip fracture",
            source: "Statistics Netherlands, 2023: the other half",
            published: "half of 6,680",
            target: 1_340.0,
            model: model.events(&["fall_death"], all),
            unit: Unit::Count,
            tolerance: 0.1,
            kind: Kind::Input,
            remark: "the 40% without long-term care",
        },
        Row {
            what: "Deaths by a fall: 80 and over",
            source: "Statistics Netherlands, 2018 and 2022: 75% to 80%",
            published: "",
            target: 0.775,
            model: model.events(&["hip_death", "fall_death"], from(80))
                / model.events(&["hip_death", "fall_death"], all),
            unit: Unit::Share,
            tolerance: 0.1,
            kind: Kind::HeldOut,
            remark: "published with residents, who are older",
        },
        Row {
            what: "Falls of people of 70 and over",
            source: "North Limburg, about 2020: 20,000 by 40,000",
            published: "",
            target: 0.5,
            model: model.events(&["fall"], from(70)) / model.years_at_home(from(70)),
            unit: Unit::PerPersonYear,
            tolerance: 0.5,
            kind: Kind::HeldOut,
            remark: "a regional estimate whose method is not stated; studies in which people kept a calendar find 0.45 to 1.0 a year at these ages",
        },
        Row {
            what: "Hospital admissions of people of 70 and over",
            source: "North Limburg, about 2020: 600 of 40,000",
            published: "",
            target: 0.015,
            model: model.events(&["admission", "hip_fracture"], from(70)) / model.years_at_home(from(70)),
            unit: Unit::PerTenThousand,
            tolerance: 0.2,
            kind: Kind::HeldOut,
            remark: "a regional estimate",
        },
        Row {
            what: "Emergency visits per fall",
            source: "LASA 1999-2000: major injury in 5.9% of last falls (n = 204)",
            published: "",
            target: 0.059,
            model: named("emergency_visits") / model.events(&["fall"], all),
            unit: Unit::Share,
            tolerance: 0.032,
            kind: Kind::HeldOut,
            remark: "two standard errors are 3.2 points",
        },
        Row {
            what: "Falls known to the GP, 70 and over",
            source: "Stalenhoef 1998, Limburg",
            published: "",
            target: 0.20,
            model: model.events(&["gp_visit", "emergency_visit", "hip_fracture"], from(70))
                / model.events(&["fall"], from(70)),
            unit: Unit::Share,
            tolerance: 0.05,
            kind: Kind::HeldOut,
            remark: "in the model the GP knows those treated and those who were in an emergency department",
        },
        Row {
            what: "Nursing-home admissions, all causes",
            source: "Deaths in nursing homes: 752 a week in early 2020",
            published: "",
            target: 39_240.0,
            model: moves + by_falls,
            unit: Unit::Count,
            tolerance: 0.05,
            kind: Kind::Input,
            remark: "admissions balance deaths",
        },
        Row {
            what: "Nursing-home admissions by falls",
            source: "Long-term care costs of falls by mean stay and price",
            published: "",
            target: 1_720.0,
            model: by_falls,
            unit: Unit::Count,
            tolerance: 0.15,
            kind: Kind::Input,
            remark: "585 million euros / 3.0 years / 113,600 euros",
        },
        Row {
            what: "Nursing-home residents, 65 and over",
            source: "Zorginstituut, 2022: 120,000 of all ages",
            published: "120,000",
            target: 114_000.0,
            model: residents,
            unit: Unit::Count,
            tolerance: 0.08,
            kind: Kind::Input,
            remark: "95% of 65 and over; set lower, as with more residents deaths would leave the life table within ten years",
        },
        Row {
            what: "Deaths, 65 and over, first year",
            source: "Life table 2022",
            published: "",
            target: all_deaths.1,
            model: all_deaths.0,
            unit: Unit::Count,
            tolerance: 0.01,
            kind: Kind::Closure,
            remark: "",
        },
        Row {
            what: "of which 65 to 74",
            source: "Life table 2022",
            published: "",
            target: young.1,
            model: young.0,
            unit: Unit::Count,
            tolerance: 0.01,
            kind: Kind::Closure,
            remark: "",
        },
        Row {
            what: "of which 75 to 84",
            source: "Life table 2022",
            published: "",
            target: middle.1,
            model: middle.0,
            unit: Unit::Count,
            tolerance: 0.01,
            kind: Kind::Closure,
            remark: "",
        },
        Row {
            what: "of which 85 and over",
            source: "Life table 2022",
            published: "",
            target: old.1,
            model: old.0,
            unit: Unit::Count,
            tolerance: 0.025,
            kind: Kind::Closure,
            remark: "half-year cycles: whoever moves to a nursing home cannot die in the same cycle; quarters give +0.0%",
        },
        Row {
            what: "Deaths, 74 and over, tenth year",
            source: "Life table 2022",
            published: "",
            target: last_year.1,
            model: last_year.0,
            unit: Unit::Count,
            tolerance: 0.03,
            kind: Kind::Closure,
            remark: "",
        },
        Row {
            what: "Direct costs of falls",
            source: "VeiligheidNL: 8,700 euros per visit (2016), 348 per person of 65 and over (2025)",
            published: "€1,330 m",
            target: 1_275e6,
            model: direct,
            unit: Unit::MillionEuros,
            tolerance: 0.05,
            kind: Kind::Input,
            remark: "in prices of 2024, less €55 m for hospital care of residents; the sum was set, the components by case are a bottom-up count",
        },
        Row {
            what: "Health insurance (Zvw) share",
            source: "CROW 2015-2016: 455 of 890 million",
            published: "",
            target: 0.510,
            model: zvw / direct,
            unit: Unit::Share,
            tolerance: 0.03,
            kind: Kind::Input,
            remark: "set to about this",
        },
        Row {
            what: "Long-term care (Wlz) share",
            source: "CROW 2015-2016: 390 of 890 million",
            published: "",
            target: 0.437,
            model: wlz / direct,
            unit: Unit::Share,
            tolerance: 0.03,
            kind: Kind::Input,
            remark: "set to about this",
        },
        Row {
            what: "Social support (Wmo) share",
            source: "CROW 2015-2016: 48 of 890 million",
            published: "",
            target: 0.054,
            model: wmo / direct,
            unit: Unit::Share,
            tolerance: 0.03,
            kind: Kind::Input,
            remark: "set to about this",
        },
        Row {
            what: "Direct costs: 80 and over",
            source: "Hartholt 2012, 2007-2009",
            published: "",
            target: 0.66,
            model: direct_oldest / direct,
            unit: Unit::Share,
            tolerance: 0.15,
            kind: Kind::HeldOut,
            remark: "visits of 80 and over as above; and care rises less with age in the library than in 2007-2009, as hospital stays have become shorter",
        },
        Row {
            what: "Long-term care (Wlz) costs net of later admission",
            source: "44% of €1,330 m",
            published: "",
            target: 585e6,
            model: model.net_long_term_care(),
            unit: Unit::MillionEuros,
            tolerance: 0.25,
            kind: Kind::HeldOut,
            remark: "difference with the strategy without falls, mean of ten years: some would have been admitted later anyway, and the first stays have only begun",
        },
    ]
}

pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| Figure, a year | Source | Published | Model | Difference | Input or held out |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(text, "{}", row.show());
    }
    text
}
