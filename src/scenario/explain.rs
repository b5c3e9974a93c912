//! The format in plain words: `ounce explain`.

mod clause;

use super::diagnostic::nearest;
use super::grammar::{CLAUSE_TYPES, Described, Key, Kind, QUANTITY, ROOT, SCENARIO, Shape, described};

/// The conventions of the calculation, for whoever has to defend a result.
pub const METHODS: &str = include_str!("methods.md");

/// Width of the text in letters.
const WIDTH: usize = 96;

/// What a key means: by its path (`programmes.chain.enrol.share`, `programmes.*.enrol.share`), by its name alone
/// (`share`), by a type of clause (`clause fee`, `fee`), or `clauses`, `quantity` or `methods`. Without a name the list of tables.
///
/// # Errors
/// Nothing has that name; the text says what comes near.
pub fn explain(name: Option<&str>) -> Result<String, String> {
    let Some(name) = name else { return Ok(overview()) };
    let name = name.trim().trim_matches(['[', ']']);
    match name {
        "methods" => return Ok(METHODS.to_owned()),
        "quantity" => return Ok(quantity()),
        "clauses" | "clause" => return Ok(clause::list()),
        _ => {}
    }
    if let Some(word) = name.strip_prefix("clause ") {
        let names = CLAUSE_TYPES.iter().map(|kind| kind.name);
        return clause::find(word.trim()).map(clause::card).ok_or_else(|| match nearest(word, names) {
            Some(known) => format!("there is no clause `{word}`; did you mean `{known}`?"),
            None => format!("there is no clause `{word}`; `ounce explain clauses` lists them"),
        });
    }
    let segments: Vec<&str> = name.split('.').collect();
    if let [word] = segments.as_slice()
        && SCENARIO.key(word).is_none()
    {
        return by_name(word);
    }
    let found = by_path(&segments)?;
    let mut text = found.iter().map(card).collect::<Vec<_>>().join("\n\n");
    if let [word] = segments.as_slice() {
        let others: Vec<String> =
            named(word).into_iter().map(|found| found.path).filter(|path| path != word).collect();
        if !others.is_empty() {
            text.push_str(&format!("\nKeys of the same name elsewhere:\n  {}\n", others.join("\n  ")));
        }
    }
    Ok(text)
}

/// The tables at the top of a file.
fn overview() -> String {
    let mut text = String::from("A scenario file is TOML. At its top stand:\n\n");
    text.push_str(&keys_of(SCENARIO.all_keys()));
    text.push_str(
        "\n`ounce explain KEY` explains a key (`time`, `programmes.chain.enrol`, `share`),\n\
         `ounce explain clauses` the ways to pay, `ounce explain clause NAME` one of them at work,\n\
         `ounce explain quantity` the ways to write a number with its uncertainty and source,\n\
         `ounce explain methods` how results are calculated.\n",
    );
    text
}

fn quantity() -> String {
    let mut text = String::from("quantity: how a number is written\n\n");
    for (example, meaning) in [
        ("x = 0.34", "A number."),
        ("x = \"34%\"", "The same number."),
        ("x = \"2 * y\"", "A formula of parameters, tables and the variables of the place it stands in."),
        (
            "x = { value = 0.34, n = 1200, source = \"monitor2024\" }",
            "A number with its uncertainty and source. It is replaced as a whole: whoever overrides the number \
             overrides its source too.",
        ),
    ] {
        text.push_str(&format!("  {example}\n{}", wrap(meaning, 6)));
    }
    text.push_str("\nKeys of the table:\n\n");
    text.push_str(&keys_of(QUANTITY.all_keys()));
    text.push_str("\nIn [parameters] also `components` (dirichlet) and `file` (samples).\n");
    text.push_str("\nVariables of formulas, each where it has a value:\n\n");
    for (name, meaning) in VARIABLES {
        text.push_str(&format!("  {name}\n{}", wrap(meaning, 6)));
    }
    text
}

/// What formulas know of people and time.
const VARIABLES: [(&str, &str); 8] = [
    ("age, sex", "Age on 1 January in whole years; `sex == 'female'`, where the population says it."),
    ("a label or class", "By its name: `ses == 'low'`."),
    ("state", "State of the health model: `state == 'home'`."),
    ("year, time", "Calendar year; years since the start."),
    ("since", "Years since enrolment; within `lasts`, since the effect took over."),
    (
        "a risk factor",
        "By its name: `bmi > 30`. In `eligible`, `reach`, `relative_risk`, `only_if`, shares and costs of steps and sizes of \
         effects, with its value at enrolment; what it does to rates and quality of life is said by the factor itself.",
    ),
    (
        "time_in_state",
        "Years since a person came into the state they are in. In rates, probabilities and shares of a model, in \
         `excess_mortality`, and in `eligible`, `reach` and shares of steps; engine `individual`.",
    ),
    (
        "past_EVENT",
        "How often the event has happened to a person before: `past_fall > 0`. Where `time_in_state` may be used.",
    ),
];

/// All keys of a name, or the type of clause.
fn by_name(word: &str) -> Result<String, String> {
    if let Some(kind) = clause::find(word) {
        return Ok(clause::card(kind));
    }
    let found = named(word);
    let different: Vec<&Described> = found
        .iter()
        .enumerate()
        .filter(|(at, one)| !found[..*at].iter().any(|other| other.key.is_same(one.key)))
        .map(|(_, one)| one)
        .collect();
    match different.as_slice() {
        [] => {
            let all = described();
            let names = all.iter().map(|described| described.key.name);
            let topics = CLAUSE_TYPES.iter().map(|kind| kind.name).chain(["quantity", "clauses", "methods"]);
            Err(unknown(word, nearest(word, names.chain(topics))))
        }
        [one] => {
            let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
            let mut text = card(one);
            if paths.len() > 1 {
                text.push_str(&format!("\nIt may stand in:\n  {}\n", paths.join("\n  ")));
            }
            Ok(text)
        }
        several => {
            let mut text = format!("`{word}` means different things in different places:\n\n");
            for described in several {
                text.push_str(&format!("  {}{}\n", described.path, of_type(described)));
                text.push_str(&wrap(described.key.meaning, 6));
            }
            text.push_str(&format!("\n`ounce explain {}` says more about one of them.\n", several[0].path));
            Ok(text)
        }
    }
}

fn named(word: &str) -> Vec<Described> {
    described().into_iter().filter(|described| described.key.name == word).collect()
}

/// The keys that a path leads to: several where types of clauses mean different things by it.
fn by_path(segments: &[&str]) -> Result<Vec<Described>, String> {
    let mut kind = &ROOT;
    let mut path: Vec<&str> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        if at == 0 && *segment == "quantity" {
            path.push("quantity");
            kind = &Kind::Quantity;
            continue;
        }
        if matches!(kind, Kind::Quantity | Kind::Parameter) && QUANTITY.key(segment).is_some() {
            path = vec!["quantity"];
        }
        let Some(inner) = kind.below(segment, None) else {
            let so_far = segments[..at].join(".");
            let suggestion = nearest(segment, kind.known_keys(None))
                .map(|known| if so_far.is_empty() { known.to_owned() } else { format!("{so_far}.{known}") });
            return Err(unknown(&segments.join("."), suggestion.as_deref()));
        };
        let author_chooses = matches!(kind, Kind::Ids { .. } | Kind::Map { .. });
        path.push(if author_chooses { "*" } else { segment });
        kind = inner;
    }
    // A name of the author's choice is explained by the key of the table it stands in.
    while path.last() == Some(&"*") {
        path.pop();
    }
    let path = path.join(".");
    let found: Vec<Described> = described().into_iter().filter(|described| described.path == path).collect();
    if found.is_empty() { Err(unknown(&segments.join("."), None)) } else { Ok(found) }
}

fn unknown(name: &str, suggestion: Option<&str>) -> String {
    match suggestion {
        Some(known) => format!("there is no key `{name}`; did you mean `{known}`?"),
        None => format!("there is no key `{name}`; `ounce explain` lists the tables of a scenario"),
    }
}

/// All about one key.
fn card(described: &Described) -> String {
    let key = described.key;
    let mut text = format!("{}{}\n\n{}\n", described.path, of_type(described), wrap(key.meaning, 2));
    text.push_str(&hanging("value", &key.kind.expected()));
    if let Some(unit) = key.unit {
        text.push_str(&hanging("unit", unit));
    }
    if let Some(default) = key.default {
        text.push_str(&hanging("default", default));
    }
    if key.required {
        text.push_str(&hanging("required", "yes"));
    }
    text.push_str(&format!("  {:<10}{}\n", "example", key.example));
    text.push_str(&below(&key.kind));
    text
}

/// The keys of the tables behind a key.
fn below(kind: &Kind) -> String {
    match kind {
        Kind::Table(shape) => format!("\nIts keys:\n\n{}", table(shape)),
        Kind::Ids { entry, kind } => match inner_table(kind) {
            Some(shape) => format!("\nKeys of each {entry}:\n\n{}", table(shape)),
            None => match kind {
                Kind::ByType { types, .. } => {
                    let mut text = format!("\nTypes of {entry}:\n\n");
                    for kind in *types {
                        text.push_str(&hanging_wide(kind.name, kind.meaning));
                    }
                    text.push_str("\n`ounce explain clause TYPE` shows one at work, with its keys.\n");
                    text
                }
                _ => "\n`ounce explain quantity` says how numbers are written.\n".to_owned(),
            },
        },
        Kind::Either(kinds) => kinds
            .iter()
            .find_map(inner_table)
            .map_or(String::new(), |shape| format!("\nKeys of the table:\n\n{}", table(shape))),
        Kind::Quantity => "\n`ounce explain quantity` says how numbers are written.\n".to_owned(),
        _ => String::new(),
    }
}

fn inner_table(kind: &Kind) -> Option<&'static Shape> {
    match kind {
        Kind::Table(shape) => Some(shape),
        Kind::Either(kinds) => kinds.iter().find_map(inner_table),
        _ => None,
    }
}

fn table(shape: &Shape) -> String {
    let mut text = keys_of(shape.all_keys());
    for group in shape.alternatives {
        let keys: Vec<String> = group.keys.iter().map(|key| format!("`{key}`")).collect();
        let how_many = if group.required { "exactly one" } else { "at most one" };
        text.push_str(&format!("  ({how_many} of {})\n", keys.join(", ")));
    }
    text
}

fn of_type(described: &Described) -> String {
    match described.clause_types.as_slice() {
        [] => String::new(),
        types => {
            let types: Vec<String> = types.iter().map(|word| format!("\"{word}\"")).collect();
            format!(" (type = {})", types.join(" or "))
        }
    }
}

/// Keys with the first sentence of their meaning.
fn keys_of(keys: impl Iterator<Item = &'static Key>) -> String {
    keys.map(|key| hanging_wide(key.name, first_sentence(key.meaning))).collect()
}

fn first_sentence(meaning: &str) -> &str {
    meaning.find(". ").map_or(meaning, |end| &meaning[..=end])
}

fn hanging(name: &str, text: &str) -> String {
    let wrapped = wrap(text, 12);
    format!("  {name:<10}{}", wrapped.trim_start())
}

fn hanging_wide(name: &str, text: &str) -> String {
    let wrapped = wrap(text, 26);
    format!("  {name:<23} {}", wrapped.trim_start())
}

/// The text in lines of at most [`WIDTH`] letters, each after `indent` spaces, with a line end after the last.
pub(crate) fn wrap(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut lines = vec![margin.clone()];
    let mut width = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > indent && width + 1 + length > WIDTH {
            lines.push(margin.clone());
            width = indent;
        }
        let Some(line) = lines.last_mut() else { break };
        if width > indent {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> String {
        explain(Some(name)).unwrap()
    }

    #[test]
    fn a_key_is_found_by_its_path_with_names_or_stars() {
        insta::assert_snapshot!(text("programmes.chain.enrol.share"), @r#"
        programmes.*.enrol.share

          Share of all who could be invited that is invited in a year.

          value     a number, a formula or a table with `value`
          unit      per year
          example   share = "14%"

        `ounce explain quantity` says how numbers are written.
        "#);
        assert_eq!(text("programmes.*.enrol.share"), text("programmes.chain.enrol.share"));
        assert_eq!(text("[programmes.chain.enrol.share]"), text("programmes.chain.enrol.share"));
    }

    #[test]
    fn a_table_lists_its_keys() {
        insta::assert_snapshot!(text("time"), @"
        time

          From when, how long and in which steps.

          value     a table with `start`, `years`, `cycle`, `within_cycle`
          required  yes
          example   time = { start = 2026, years = 10 }

        Its keys:

          start                   The calendar year on whose 1 January the run begins.
          years                   How many years are followed.
          cycle                   Length of a step in time.
          within_cycle            How time in a state is counted from the people at the start and end of
                                  each cycle.
        ");
    }

    #[test]
    fn a_name_that_stands_in_several_places_lists_them() {
        let all = text("share");
        for path in ["programmes.*.enrol.share", "models.*.events.*.share", "(type = \"subsidy\")"] {
            assert!(all.contains(path), "{path}\n{all}");
        }
        let all = text("source");
        assert!(all.contains("quantity.source"), "{all}");
    }

    #[test]
    fn a_name_with_one_meaning_is_explained_with_its_places() {
        let all = text("half_life");
        assert!(all.starts_with("effects.*.lasts.half_life\n"), "{all}");
        assert!(
            text("override").contains("It may stand in:\n  population.groups.*.override"),
            "{}",
            text("override")
        );
    }

    #[test]
    fn keys_of_a_quantity_are_found_wherever_it_stands() {
        assert!(text("parameters.uptake.ci95").starts_with("quantity.ci95\n"));
        assert!(text("unit_costs.ed.value.ci95").starts_with("quantity.ci95\n"));
        assert!(text("quantity.ci95").starts_with("quantity.ci95\n"));
        assert!(text("ci95").starts_with("quantity.ci95\n"));
        assert!(text("parameters.x.components").starts_with("parameters.*.components\n"));
        assert!(text("quantity").contains("ci95"));
    }

    #[test]
    fn a_name_at_the_top_also_shows_its_other_places() {
        let all = text("budgets");
        assert!(all.starts_with("budgets\n"), "{all}");
        assert!(all.contains("elsewhere:\n  unit_costs.*.budgets"), "{all}");
    }

    #[test]
    fn types_of_clauses_are_explained() {
        assert!(text("shared-savings").contains("benchmark"));
        assert!(text("arrangements.spuk.clauses").contains("cost-share"));
        assert!(text("arrangements.spuk.clauses.grant.amount").contains("(type = \"lump-sum\")"));
    }

    #[test]
    fn a_key_that_means_other_things_in_other_types_is_explained_for_each() {
        let all = text("arrangements.spuk.clauses.visit.price");
        assert!(all.contains("(type = \"fee\")") && all.contains("(type = \"copayment\")"), "{all}");
    }

    #[test]
    fn a_name_of_the_authors_choice_is_explained_by_its_table() {
        assert_eq!(text("parameters.uptake"), text("parameters.*"));
        assert!(text("outcomes.care.per.falls").starts_with("outcomes.*.per\n"));
    }

    #[test]
    fn an_unknown_name_shows_what_comes_near() {
        let error = |name: &str| explain(Some(name)).unwrap_err();
        assert_eq!(error("shrae"), "there is no key `shrae`; did you mean `share`?");
        assert_eq!(
            error("programmes.chain.enrol.shrae"),
            "there is no key `programmes.chain.enrol.shrae`; did you mean `programmes.chain.enrol.share`?"
        );
        assert_eq!(error("methds"), "there is no key `methds`; did you mean `methods`?");
        assert!(error("qqqqqqqq").contains("lists the tables"));
    }

    #[test]
    fn every_key_can_be_explained_by_its_path() {
        for described in described() {
            let all = text(&described.path);
            assert!(all.starts_with(&described.path), "{}: {all}", described.path);
            assert!(all.contains(described.key.example), "{}: {all}", described.path);
        }
    }

    #[test]
    fn lines_are_short_enough_for_a_terminal() {
        for line in explain(None).unwrap().lines().chain(text("quantity").lines()).chain(METHODS.lines()) {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
