//! Terms of payments that depend on what happens.

use super::super::{Alternatives, DOCUMENTATION, Key, Kind, Shape, at_most_one, exactly_one, key};
use super::{COMMON, DESPITE_GATE, PERIOD};

pub(super) static SHARED_SAVINGS: Shape = Shape::new("shared savings", SHARED_SAVINGS_KEYS)
    .sharing(&[&COMMON])
    .one_of(&[at_most_one(&["loss_share", "loss_by_quality"]), at_most_one(&["error", "error_sd"])]);
static BENCHMARK: Shape =
    Shape::new("benchmark", BENCHMARK_KEYS).whole().one_of(&[exactly_one(&["fixed", "control"])]);
static SIGNIFICANCE: Shape = Shape::new("test of significance", SIGNIFICANCE_KEYS);
static ERROR: Shape = Shape::new("error of measurement", ERROR_KEYS);
static LOSS_BY_QUALITY: Shape = Shape::new("bounds of a loss share", LOSS_BY_QUALITY_KEYS);
static EVIDENCE: Shape = Shape::new("evidence", EVIDENCE_KEYS);
static RESULT: Shape = Shape::new("measured result", RESULT_KEYS)
    .sharing(&[&EVIDENCE, &DOCUMENTATION])
    .one_of(RESULT_ALTERNATIVES);
pub(in crate::scenario::grammar) static GATE: Shape =
    Shape::new("gate", GATE_KEYS).sharing(&[&EVIDENCE]).one_of(&[exactly_one(&["step", "node", "outcome"])]);
static FIXED_NUMBER: Shape =
    Shape::new("benchmark", FIXED_NUMBER_KEYS).whole().one_of(&[exactly_one(&["fixed", "control"])]);
pub(super) static OUTCOME_PAYMENT: Shape =
    Shape::new("outcome payment", RESULT_KEYS).sharing(&[&EVIDENCE, &COMMON]).one_of(RESULT_ALTERNATIVES);
pub(super) static IMPACT_BOND: Shape = Shape::new("impact bond", IMPACT_BOND_KEYS).sharing(&[&COMMON]);
pub(super) static CO_FINANCING: Shape = Shape::new("co-financing", CO_FINANCING_KEYS).sharing(&[&COMMON]);

static RESULT_ALTERNATIVES: &[Alternatives] =
    &[exactly_one(&["step", "node", "outcome"]), exactly_one(&["price", "amount"])];

static SHARED_SAVINGS_KEYS: &[Key] = &[
    key(
        "programme",
        Kind::Reference("a programme"),
        "The programme whose participants are followed.",
        "programme = \"chain\"",
    )
    .default("the only programme of the scenario"),
    key(
        "benchmark",
        Kind::Either(&[Kind::Choice(&["true", "forecast", "before_after"]), Kind::Table(&BENCHMARK)]),
        "Against what savings are measured: what would really have been without the programme (true; nobody can \
         observe it), what was expected beforehand (forecast), participants' own costs a year before (before_after), so \
         many other persons without the programme (control), or a fixed amount. People who are picked for a bad year do \
         better in the next one by themselves (regression to the mean). That is not in before_after here: a real contract \
         with it looks better than this one.",
        "benchmark = \"forecast\"",
    )
    .required(),
    key(
        "measures",
        Kind::Choice(&["claims", "margin"]),
        "What is measured: claims as invoiced, or what the payer really keeps of a saving.",
        "measures = \"claims\"",
    )
    .required(),
    key("share", Kind::Quantity, "Share of the savings that is passed on.", "share = \"50%\"").unit("share").required(),
    key(
        "minimum_savings_rate",
        Kind::Quantity,
        "Savings below this share of the benchmark are not shared.",
        "minimum_savings_rate = \"2%\"",
    ).unit("share of the benchmark")
    .default("0"),
    key(
        "minimum_by_size",
        Kind::Map { keys: "numbers of participants, rising", kind: &Kind::Quantity, whole: true },
        "The minimum savings rate by number of participants, on straight lines between the numbers; the larger of the \
         two holds.",
        "minimum_by_size = { 5000 = \"3.9%\", 60000 = \"2%\" }",
    )
    .default("none"),
    key(
        "significance",
        Kind::Table(&SIGNIFICANCE),
        "A test that a saving is more than chance differences between people's costs; it must exceed some standard \
         errors.",
        "significance = { z = 1.96, cv = 3, r_squared = 0.3, controls = 50000 }",
    )
    .default("none"),
    key(
        "error",
        Kind::Table(&ERROR),
        "The error with which the saving is measured: chance differences between people's costs that the model does not \
         simulate. With whole people the luck of a control group is simulated, so `cv` is that of the rest.",
        "error = { cv = 3, r_squared = 0.3, controls = 5000 }",
    )
    .default("none"),
    key(
        "error_sd",
        Kind::Quantity,
        "Standard deviation of the error with which the saving is measured.",
        "error_sd = \"2%\"",
    )
    .unit("share of the benchmark")
    .default("0"),
    key("quality", Kind::Quantity, "Quality score from 0 to 1 by which the share is multiplied.", "quality = 0.9")
        .default("1"),
    key("quality_minimum", Kind::Quantity, "Quality below which nothing is shared.", "quality_minimum = 0.4")
        .default("0"),
    key(
        "deductible",
        Kind::Boolean,
        "Whether only the savings above the minimum are shared; otherwise all, once it is reached.",
        "deductible = true",
    )
    .default("false"),
    key("cap_savings_rate", Kind::Quantity, "Most that is passed on, as a share of the benchmark.", "cap_savings_rate = \"10%\"").unit("share of the benchmark")
        .default("no limit"),
    key(
        "sided",
        Kind::Choice(&["one", "two"]),
        "Whether the receiver pays back when costs turn out above the benchmark (two) or not (one).",
        "sided = \"one\"",
    )
    .default("one"),
    key("loss_share", Kind::Quantity, "Two-sided: share of a loss that is paid back.", "loss_share = \"50%\"").unit("share")
        .default("`share`"),
    key(
        "loss_cap_rate",
        Kind::Quantity,
        "Two-sided: most that is paid back, as a share of the benchmark.",
        "loss_cap_rate = \"5%\"",
    ).unit("share of the benchmark")
    .default("no limit"),
    key(
        "loss_cap_amount",
        Kind::Quantity,
        "Two-sided: most that is paid back, such as a share of the receiver's revenue; the lower limit holds.",
        "loss_cap_amount = \"8% * revenue\"",
    )
    .unit("EUR per settlement")
    .default("no limit"),
    key(
        "loss_by_quality",
        Kind::Table(&LOSS_BY_QUALITY),
        "Two-sided: the loss share is 1 - share * quality within these bounds, instead of `loss_share`.",
        "loss_by_quality = { least = \"40%\", most = \"75%\" }",
    )
    .default("none"),
    key(
        "minimum_loss_rate",
        Kind::Quantity,
        "Two-sided: losses below this share of the benchmark are not shared.",
        "minimum_loss_rate = \"2%\"",
    ).unit("share of the benchmark")
    .default("the minimum for savings where `minimum_by_size` or `significance` sets it, else 0"),
    PERIOD,
    key(
        "budgets",
        Kind::List(&Kind::Reference("a budget")),
        "The budgets on which savings are measured.",
        "budgets = [\"zvw\"]",
    )
    .default("those that the payer holds"),
];

static BENCHMARK_KEYS: &[Key] = &[
    key(
        "fixed",
        Kind::Quantity,
        "The amount for a year against which claims are measured.",
        "fixed = 1250000",
    )
    .unit("EUR per year"),
    CONTROL_GROUP,
];

const CONTROL_GROUP: Key = key(
    "control",
    Kind::Quantity,
    "Number of other persons, like the participants but without the programme, whose costs or results per person and year \
     are compared with. They are followed from the same moments as the participants.",
    "control = 2000",
)
.unit("persons");

static SIGNIFICANCE_KEYS: &[Key] = &[
    key("z", Kind::Quantity, "Standard errors that a saving must exceed.", "z = 1.96").default("1.96"),
    CV,
    R_SQUARED,
    CONTROLS,
];

static ERROR_KEYS: &[Key] = &[CV, R_SQUARED, CONTROLS];

const CV: Key = key(
    "cv",
    Kind::Quantity,
    "Coefficient of variation of one person's yearly costs: standard deviation by mean.",
    "cv = 3",
)
.required();
const R_SQUARED: Key = key(
    "r_squared",
    Kind::Quantity,
    "Share of the variance of costs that the benchmark explains by what is known of people.",
    "r_squared = 0.3",
)
.unit("share")
.default("0");
const CONTROLS: Key =
    key("controls", Kind::Quantity, "Persons on whom the benchmark rests.", "controls = 50000")
        .unit("persons")
        .default("those of the control group; with before_after the participants themselves; else so many that they add no error");

static LOSS_BY_QUALITY_KEYS: &[Key] = &[
    key("least", Kind::Quantity, "Lowest share of a loss that is paid back.", "least = \"40%\"")
        .unit("share")
        .required(),
    key("most", Kind::Quantity, "Highest share of a loss that is paid back.", "most = \"75%\"")
        .unit("share")
        .required(),
];

static EVIDENCE_KEYS: &[Key] = &[
    key(
        "step",
        Kind::Reference("a step of a programme (`chain.completed`)"),
        "Counts the persons who reach a step.",
        "step = \"chain.completed\"",
    ),
    key(
        "node",
        Kind::Reference("an event, transition or state of a model (`falls.hip_fracture`)"),
        "Counts what happens to participants: occurrences, or years in a state.",
        "node = \"falls.hip_fracture\"",
    ),
    key(
        "outcome",
        Kind::Reference("a named outcome"),
        "Counts a named outcome of participants.",
        "outcome = \"hba1c_points\"",
    ),
    key(
        "programme",
        Kind::Reference("a programme"),
        "The programme whose participants are counted, with `node` and `outcome`.",
        "programme = \"chain\"",
    )
    .default("the only programme of the scenario"),
    key(
        "per",
        Kind::Reference("a step of a programme (`chain.enrolled`)"),
        "Divides the count by the persons who reach this step, which makes a share or a mean of it.",
        "per = \"chain.enrolled\"",
    )
    .default("not divided"),
    key(
        "benchmark",
        Kind::Either(&[Kind::Choice(&["true", "forecast", "before_after"]), Kind::Table(&FIXED_NUMBER)]),
        "With what the count is compared: what would really have been without the programme (true; nobody can observe \
         it), what was expected beforehand (forecast), the participants' own count a year before (before_after), so many \
         other persons without the programme (control), or a fixed number. People who are picked for a bad year do better \
         in the next one by themselves (regression to the mean). That is not in before_after here: a real contract with it \
         looks better than this one.",
        "benchmark = \"forecast\"",
    )
    .default("nothing: the count itself"),
    key(
        "better",
        Kind::Choice(&["more", "less"]),
        "Whether more of it is better, or less.",
        "better = \"less\"",
    )
    .default("more"),
    key(
        "threshold",
        Kind::Quantity,
        "Result from which is paid: what would have come anyway, or a target.",
        "threshold = \"36%\"",
    )
    .default("0"),
    key(
        "error_sd",
        Kind::Quantity,
        "Standard deviation of the error with which the result is measured.",
        "error_sd = 0.036",
    )
    .unit("as the result")
    .default("0"),
];

static RESULT_KEYS: &[Key] = &[
    key("price", Kind::Quantity, "For each unit of the result above the threshold.", "price = 500")
        .unit("EUR per unit"),
    key("amount", Kind::Quantity, "Once the result reaches the threshold.", "amount = 250000").unit("EUR"),
    PERIOD,
];

static GATE_KEYS: &[Key] = &[
    key(
        "year",
        Kind::Years,
        "The year from whose 1 January people go on to be enrolled, or not. All that is measured up to 31 December before is \
         taken to be known on that day: no time is lost on collecting and judging it.",
        "year = 2029",
    )
    .unit("calendar year")
    .required(),
    key(
        "standard_error",
        Kind::Quantity,
        "Standard error that whoever decides takes the result to have.",
        "standard_error = 8",
    )
    .unit("as the result")
    .required(),
    key(
        "confidence",
        Kind::Quantity,
        "Probability that the result is above its threshold from which enrolment goes on.",
        "confidence = \"80%\"",
    )
    .required(),
];

static FIXED_NUMBER_KEYS: &[Key] = &[
    key("fixed", Kind::Quantity, "The number a year with which the count is compared.", "fixed = 40")
        .unit("per year"),
    CONTROL_GROUP,
];

static IMPACT_BOND_KEYS: &[Key] = &[
    key("provider", Kind::Reference("a party"), "Whom the investor pays.", "provider = \"provider\"").required(),
    key("investment", Kind::Quantity, "What the investor pays in each year of investment.", "investment = 340000")
        .unit("EUR per year")
        .required(),
    key("investment_years", Kind::Years, "The years of investment.", "investment_years = \"2026-2027\"").required(),
    key(
        "assessor_fee",
        Kind::Quantity,
        "Paid out of what results bring, before the investor, in each year settled.",
        "assessor_fee = 25000",
    )
    .unit("EUR per year")
    .default("0"),
    key(
        "return_cap",
        Kind::Quantity,
        "Highest yearly return of the investor; what results bring beyond it is not paid.",
        "return_cap = \"12%\"",
    )
    .unit("per year")
    .required(),
    key(
        "triggers",
        Kind::Ids { entry: "result", kind: &Kind::Table(&RESULT) },
        "The results that are paid for, each as in an outcome payment.",
        "triggers.completion = { step = \"chain.completed\", per = \"chain.enrolled\", threshold = \"36%\", amount = 250000 }",
    )
    .required(),
    DESPITE_GATE,
];

static CO_FINANCING_KEYS: &[Key] = &[
    key(
        "outcome",
        Kind::Reference("a named outcome in EUR"),
        "The named outcome that holds the amount per case of care, such as a share of the tariff by age with a most.",
        "outcome = \"municipal_share\"",
    )
    .required(),
    key(
        "equalised",
        Kind::Quantity,
        "Share of a change that an equalisation scheme between payers undoes.",
        "equalised = \"60%\"",
    ).unit("share")
    .default("0"),
];
