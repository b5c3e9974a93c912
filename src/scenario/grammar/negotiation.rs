//! `negotiable` in quantities, and `[deal]`: who negotiates, and what each wants.

use super::documentation::OVERRIDE;
use super::{Key, Kind, Shape, key};

/// The values that parties can agree on.
pub(super) static NEGOTIABLE: Shape = Shape::new("negotiable", NEGOTIABLE_KEYS);

pub(super) static DEAL: Shape = Shape::new("deal", DEAL_KEYS);

static SEAT: Shape = Shape::new("party at the table", SEAT_KEYS);

static NEGOTIABLE_KEYS: &[Key] = &[
    key("low", Kind::Number, "Lowest value that parties may agree on.", "low = 0").required(),
    key("high", Kind::Number, "Highest value that parties may agree on.", "high = \"60%\"").required(),
    key(
        "step",
        Kind::Number,
        "From one value to the next, counted from the lowest; the highest is reached if steps end there.",
        "step = 0.05",
    )
    .required(),
];

static DEAL_KEYS: &[Key] = &[
    key(
        "strategy",
        Kind::Reference("a strategy"),
        "What the parties negotiate about doing.",
        "strategy = \"chain\"",
    )
    .default("the only strategy besides the comparator"),
    key(
        "arrangements",
        Kind::List(&Kind::Reference("an arrangement")),
        "Among which arrangements they choose, each with all values of its negotiable terms.",
        "arrangements = [\"shared_savings\", \"proportional\"]",
    )
    .default("all that have a negotiable term"),
    key(
        "fallback",
        Kind::Reference("an arrangement, or \"no_programme\""),
        "What happens if they do not agree: gains are counted from there. \"no_programme\": usual care goes on.",
        "fallback = \"no_programme\"",
    )
    .default("the arrangement with `fallback = true`, else \"no_programme\""),
    key(
        "parties",
        Kind::Ids { entry: "party at the table", kind: &Kind::Table(&SEAT) },
        "Who sits at the table, each with the conditions on which it signs. Who states none signs what does not leave it \
         worse off than the fallback.",
        "parties.insurer = { chance_of_no_loss = \"60%\" }",
    )
    .required(),
];

static SEAT_KEYS: &[Key] = &[
    key(
        "needed",
        Kind::Boolean,
        "Whether nothing can happen without this party, also if others would pay for everything.",
        "needed = true",
    )
    .default("false"),
    key(
        "net_at_least",
        Kind::Quantity,
        "Signs if its net present value is expected to be at least this; below 0 is what the result is worth to it.",
        "net_at_least = -200000",
    )
    .unit("EUR"),
    key(
        "gain_at_least",
        Kind::Quantity,
        "Signs if its net present value is expected to be at least this much more than under the fallback.",
        "gain_at_least = 0",
    )
    .unit("EUR")
    .default("0 for a party without any condition"),
    key(
        "chance_of_no_loss",
        Kind::Quantity,
        "Signs if the probability that its net present value is not negative is at least this.",
        "chance_of_no_loss = \"60%\"",
    ),
    key(
        "worst_at_least",
        Kind::Quantity,
        "Signs if its net present value in the worst twentieth of draws is on average at least this.",
        "worst_at_least = -150000",
    )
    .unit("EUR"),
    key(
        "payback_within",
        Kind::Integer,
        "Signs if it expects to have its money back by the end of this many years, and to keep it: the sum of its net \
         receipts so far, not discounted, stays at or above 0 from then on.",
        "payback_within = 5",
    )
    .unit("years"),
    key(
        "budget_per_year",
        Kind::Quantity,
        "Signs if what it is expected to pay for programmes and under clauses, less what it is paid under clauses, is \
         in no year more than this. Savings do not count: they come in another year, or in another purse.",
        "budget_per_year = 300000",
    )
    .unit("EUR per year"),
    key(
        "weight",
        Kind::Quantity,
        "Bargaining power in the Nash solution, relative to the others.",
        "weight = 2",
    )
    .default("1"),
    OVERRIDE,
];
