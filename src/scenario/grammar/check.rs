//! Whether a scenario has the keys it must have, no others, and behind each the right kind of value.

use super::{Key, Kind, ROOT, is_identifier};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::scenario::sources::Span;
use crate::scenario::tree::{Entry, Node, Table, Value};

/// Reports unknown keys, values of a wrong kind, missing keys and keys that exclude each other, all of them at once.
///
/// What the values mean (whether a formula is one, whether a named budget exists) is not looked at here.
pub fn check_structure(root: &Node, diagnostics: &mut Diagnostics) {
    Checking { diagnostics, path: Vec::new() }.node(root, &ROOT);
}

struct Checking<'a> {
    diagnostics: &'a mut Diagnostics,
    path: Vec<String>,
}

impl Checking<'_> {
    fn node(&mut self, node: &Node, kind: &'static Kind) {
        if !fits(&node.value, kind) {
            self.wrong_kind(node, kind);
            return;
        }
        match (kind, &node.value) {
            (Kind::Either(kinds), _) => {
                if let Some(kind) = kinds.iter().find(|kind| fits_one(&node.value, kind)) {
                    self.node(node, kind);
                }
            }
            (Kind::Choice(words), Value::Text(word)) if !words.contains(&word.as_str()) => {
                let message = Diagnostic::error(format!("{} is \"{word}\"", self.place()))
                    .at(&node.span)
                    .label(format!("expected {}", kind.expected()))
                    .did_you_mean(word, words.iter().copied());
                self.diagnostics.push(message);
            }
            (Kind::List(kind), Value::List(list)) => list.iter().for_each(|node| self.node(node, kind)),
            (Kind::Localised, Value::Table(table)) => self.localised(table),
            (Kind::ByType { name, .. }, Value::Table(table)) => self.by_type(node, table, name, kind),
            (Kind::Ids { kind, .. }, Value::Table(table)) => {
                for entry in table.iter().filter(|entry| entry.key != "remove") {
                    self.identifier(entry);
                    self.below(entry, kind);
                }
            }
            (Kind::Map { kind, .. }, Value::Table(table)) => {
                table.iter().for_each(|entry| self.below(entry, kind));
            }
            (_, Value::Table(table)) => self.keys(node, table, kind, None),
            _ => {}
        }
    }

    fn below(&mut self, entry: &Entry, kind: &'static Kind) {
        self.path.push(entry.key.clone());
        self.node(&entry.node, kind);
        self.path.pop();
    }

    /// A table with known keys.
    fn keys(&mut self, node: &Node, table: &Table, kind: &'static Kind, type_word: Option<&str>) {
        let mut meant = Vec::new();
        for entry in table {
            match kind.below(&entry.key, type_word) {
                Some(inner) => self.below(entry, inner),
                None => {
                    self.unknown_key(entry, kind, type_word);
                    meant.extend(nearest(&entry.key, kind.known_keys(type_word)));
                }
            }
        }
        for key in kind.keys(type_word).filter(|key| key.required && table.get(key.name).is_none()) {
            // A mistyped key is not missing on top of that.
            if !meant.contains(&key.name) {
                self.missing(&node.span, key);
            }
        }
        for group in kind.alternatives(type_word) {
            self.alternatives(node, table, group.keys, group.required);
        }
        if matches!(kind, Kind::Quantity | Kind::Parameter)
            && ![
                "value",
                "mean",
                "dist",
                "components",
                "file",
                "alpha",
                "meanlog",
                "low",
                "scale",
                "negotiable",
            ]
            .iter()
            .any(|key| table.get(key).is_some())
        {
            let message = Diagnostic::error(format!("{} has no value", self.place()))
                .at(&node.span)
                .label("expected `value`, or the keys of a distribution");
            self.diagnostics.push(message);
        }
    }

    fn by_type(&mut self, node: &Node, table: &Table, name: &str, kind: &'static Kind) {
        let Kind::ByType { types, .. } = kind else { return };
        let known = || types.iter().map(|kind| kind.name);
        let words: Vec<String> = known().map(|word| format!("\"{word}\"")).collect();
        let expected = format!("expected one of {}", words.join(", "));
        let Some(entry) = table.entry("type") else {
            let message = Diagnostic::error(format!("{} has no `type`", self.place()))
                .at(&node.span)
                .label(format!("a {name} says what it is: `type = \"{}\"`", types[0].name))
                .help(expected);
            self.diagnostics.push(message);
            return;
        };
        let word = match entry.node.as_text() {
            Some(word) if known().any(|known| known == word) => word,
            other => {
                let shown = other.map_or(entry.node.value.kind().to_owned(), |word| format!("\"{word}\""));
                let message = Diagnostic::error(format!("the `type` of {} is {shown}", self.place()))
                    .at(&entry.node.span)
                    .label(expected)
                    .did_you_mean(other.unwrap_or_default(), known());
                self.diagnostics.push(message);
                return;
            }
        };
        self.keys(node, table, kind, Some(word));
    }

    fn localised(&mut self, table: &Table) {
        for entry in table {
            if matches!(entry.key.as_str(), "en" | "nl") {
                self.below(entry, &Kind::Text);
            } else {
                let message = Diagnostic::error(format!("{} has no language `{}`", self.place(), entry.key))
                    .at(&entry.key_span)
                    .label("expected `en` or `nl`");
                self.diagnostics.push(message);
            }
        }
    }

    fn identifier(&mut self, entry: &Entry) {
        if !is_identifier(&entry.key) {
            let message =
                Diagnostic::error(format!("`{}` cannot be a name in formulas and paths", entry.key))
                    .at(&entry.key_span)
                    .label("expected letters, digits and `_`, not starting with a digit");
            self.diagnostics.push(message);
        }
    }

    fn alternatives(&mut self, node: &Node, table: &Table, keys: &[&str], required: bool) {
        let present: Vec<&Entry> = keys.iter().filter_map(|key| table.entry(key)).collect();
        let all: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        match present.as_slice() {
            [] if required => {
                let message = Diagnostic::error(format!("{} lacks one of {}", self.place(), all.join(", ")))
                    .at(&node.span)
                    .label("expected one of them");
                self.diagnostics.push(message);
            }
            [first, second, ..] => {
                let title = format!("{} has both `{}` and `{}`", self.place(), first.key, second.key);
                let message = Diagnostic::error(title)
                    .at(&second.key_span)
                    .label("expected only one of the two")
                    .also(&first.key_span, "the other one");
                self.diagnostics.push(message);
            }
            _ => {}
        }
    }

    fn missing(&mut self, span: &Span, key: &Key) {
        let message = Diagnostic::error(format!("{} lacks `{}`", self.place(), key.name))
            .at(span)
            .label(format!("expected `{}` in it, such as `{}`", key.name, key.example))
            .help(key.meaning);
        self.diagnostics.push(message);
    }

    fn unknown_key(&mut self, entry: &Entry, kind: &Kind, type_word: Option<&str>) {
        let known = kind.known_keys(type_word);
        let mut message = Diagnostic::error(format!("unknown key `{}` in {}", entry.key, self.place()))
            .at(&entry.key_span)
            .label("no such key here");
        let elsewhere = match (kind, type_word) {
            (Kind::ByType { types, .. }, Some(_)) => {
                types.iter().find(|kind| kind.shape.key(&entry.key).is_some())
            }
            _ => None,
        };
        message = match elsewhere {
            Some(other) => message.help(format!("`{}` is a key of the type \"{}\"", entry.key, other.name)),
            None => message.did_you_mean(&entry.key, known.iter().copied()),
        };
        if message.help.is_empty() {
            let list: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
            message = message.help(format!("known keys: {}", list.join(", ")));
        }
        self.diagnostics.push(message);
    }

    fn wrong_kind(&mut self, node: &Node, kind: &Kind) {
        let message = Diagnostic::error(format!("{} is {}", self.place(), node.value.kind()))
            .at(&node.span)
            .label(format!("expected {}", kind.expected()));
        self.diagnostics.push(message);
    }

    /// The path to the present value, in quotes.
    fn place(&self) -> String {
        if self.path.is_empty() { "the scenario".to_owned() } else { format!("`{}`", self.path.join(".")) }
    }
}

/// Whether a value is of a kind, as far as its outside shows.
fn fits(value: &Value, kind: &Kind) -> bool {
    match kind {
        Kind::Quantity | Kind::Parameter => {
            matches!(value, Value::Number(_) | Value::Integer(_) | Value::Text(_) | Value::Table(_))
        }
        Kind::Number | Kind::NumberOrFormula => {
            matches!(value, Value::Number(_) | Value::Integer(_) | Value::Text(_))
        }
        Kind::Years | Kind::Ages => matches!(value, Value::Integer(_) | Value::Text(_)),
        Kind::Integer => matches!(value, Value::Integer(_)),
        Kind::Boolean => matches!(value, Value::Boolean(_)),
        Kind::Formula | Kind::Text | Kind::Reference(_) | Kind::Choice(_) => matches!(value, Value::Text(_)),
        Kind::Localised => matches!(value, Value::Text(_) | Value::Table(_)),
        Kind::List(_) => matches!(value, Value::List(_)),
        Kind::Table(_) | Kind::Ids { .. } | Kind::Map { .. } | Kind::ByType { .. } => {
            matches!(value, Value::Table(_))
        }
        Kind::Either(kinds) => kinds.iter().any(|kind| fits_one(value, kind)),
    }
}

/// The same for one of several kinds, where a word of a choice is told from a formula by being one of the words.
fn fits_one(value: &Value, kind: &Kind) -> bool {
    match (kind, value) {
        (Kind::Choice(words), Value::Text(word)) => words.contains(&word.as_str()),
        _ => fits(value, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::embedded::Library;
    use crate::scenario::merge::load_text;
    use crate::scenario::sources::Sources;

    /// The messages about the text.
    fn messages(text: &str) -> String {
        let mut sources = Sources::with_library(Library::from_files([]));
        let mut diagnostics = Diagnostics::new();
        let root = load_text("a.toml", text, &mut sources, &mut diagnostics).unwrap();
        check_structure(&root, &mut diagnostics);
        diagnostics.render(&sources, false)
    }

    /// The titles of the messages about the text, without those about missing keys.
    fn titles(text: &str) -> Vec<String> {
        let all = messages(text);
        let titles = all.lines().filter_map(|line| line.strip_prefix("error: "));
        titles.filter(|title| !title.contains(" lacks ")).map(str::to_owned).collect()
    }

    const SMALLEST: &str = "\
ounce = 1
title = 'smallest'
[time]
start = 2026
years = 1
[valuation]
discount = { costs = 0.03, effects = '1.5%' }
[population.groups.all]
age = 70
persons = 10
[models.m.states.home]
start = 1
[strategies.usual]
";

    #[test]
    fn the_smallest_scenario_is_complete() {
        assert_eq!(messages(SMALLEST), "");
    }

    #[test]
    fn several_faults_are_shown_at_once() {
        let text = SMALLEST
            .replace("years = 1\n", "yeers = 1\nwithin_cycle = 'half cycle'\n")
            .replace("persons = 10", "persons = [10]")
            .replace("title = 'smallest'", "title = { de = 'x' }\ntimes = 3");
        insta::assert_snapshot!(messages(&text), @r#"
        error: `title` has no language `de`
         --> a.toml:2:11
          |
        2 | title = { de = 'x' }
          |           ^^ expected `en` or `nl`

        error: unknown key `times` in the scenario
         --> a.toml:3:1
          |
        3 | times = 3
          | ^^^^^ no such key here
          |
          = help: did you mean `time`?

        error: unknown key `yeers` in `time`
         --> a.toml:6:1
          |
        6 | yeers = 1
          | ^^^^^ no such key here
          |
          = help: did you mean `years`?

        error: `time.within_cycle` is "half cycle"
         --> a.toml:7:16
          |
        7 | within_cycle = 'half cycle'
          |                ^^^^^^^^^^^^ expected one of "half-cycle", "none", "every-boundary"
          |
          = help: did you mean `half-cycle`?

        error: `population.groups.all.persons` is a list
          --> a.toml:12:11
           |
        12 | persons = [10]
           |           ^^^^ expected a number, or a text such as "14%"

        5 errors
        "#);
    }

    #[test]
    fn a_quantity_is_a_number_a_formula_or_a_table_with_a_value() {
        for fine in
            ["1", "0.5", "'14%'", "{ value = 1, sd = 0.1 }", "{ dist = 'uniform', low = 0, high = 1 }"]
        {
            assert_eq!(titles(&format!("parties.p.market_share = {fine}")), [""; 0], "{fine}");
        }
        assert_eq!(titles("parties.p.market_share = true"), ["`parties.p.market_share` is true or false"]);
        assert_eq!(titles("parties.p.market_share = { sd = 1 }"), ["`parties.p.market_share` has no value"]);
        assert_eq!(
            titles("parties.p.market_share = { value = 1, sdd = 1 }"),
            ["unknown key `sdd` in `parties.p.market_share`"]
        );
    }

    #[test]
    fn a_dirichlet_stands_in_parameters_only() {
        let table = "{ dist = 'dirichlet', components = { a = 1, b = 2 } }";
        assert_eq!(titles(&format!("parameters.x = {table}")), [""; 0]);
        assert_eq!(
            titles(&format!("parties.p.market_share = {table}")),
            ["unknown key `components` in `parties.p.market_share`"]
        );
    }

    #[test]
    fn an_effect_lasts_always_a_formula_or_years() {
        for fine in ["'always'", "'exp(-since)'", "{ full = 1, fade = 2 }", "{ half_life = 3 }"] {
            assert_eq!(titles(&format!("effects.e.lasts = {fine}")), [""; 0], "{fine}");
        }
        assert_eq!(
            titles("effects.e.lasts = { full = 1, half_life = 3 }"),
            ["`effects.e.lasts` has both `full` and `half_life`"]
        );
        assert_eq!(titles("effects.e.lasts = 2"), ["`effects.e.lasts` is a whole number"]);
    }

    #[test]
    fn the_keys_of_a_clause_depend_on_its_type() {
        let clause = |terms: &str| titles(&format!("arrangements.a.clauses.c = {{ {terms} }}"));
        assert_eq!(clause("type = 'fee', step = 'p.s', price = 5, from = 'a', to = 'b'"), [""; 0]);
        assert_eq!(
            clause("type = 'fee', amount = 5"),
            ["unknown key `amount` in `arrangements.a.clauses.c`"]
        );
        assert_eq!(clause("type = 'fees'"), ["the `type` of `arrangements.a.clauses.c` is \"fees\""]);
        assert_eq!(clause("price = 5"), ["`arrangements.a.clauses.c` has no `type`"]);
        let all = messages("arrangements.a.clauses.c = { type = 'fee', amount = 5 }");
        assert!(all.contains("`amount` is a key of the type \"lump-sum\""), "{all}");
    }

    #[test]
    fn a_cost_of_a_step_is_short_or_a_table() {
        let cost = |value: &str| titles(&format!("programmes.p.cascade.s.costs = {{ check = {value} }}"));
        for fine in ["38", "'price'", "{ value = 38, spread = [0.6, 0.4], times = 2 }"] {
            assert_eq!(cost(fine), [""; 0], "{fine}");
        }
        assert_eq!(cost("[38]"), ["`programmes.p.cascade.s.costs.check` is a list"]);
    }

    #[test]
    fn a_name_is_made_of_letters_digits_and_underscores() {
        assert_eq!(titles("parameters.'a-b' = 1"), ["`a-b` cannot be a name in formulas and paths"]);
    }

    #[test]
    fn a_missing_key_is_shown_with_an_example() {
        let all = messages(&SMALLEST.replace("years = 1\n", ""));
        assert!(all.contains("`time` lacks `years`"), "{all}");
        assert!(all.contains("such as `years = 10`") && all.contains("--> a.toml:3:1"), "{all}");
        let all =
            messages(&SMALLEST.replace("start = 1\n", "").replace("[models.m.states.home]", "[models.m]"));
        assert!(all.contains("`models.m` lacks `states`"), "{all}");
    }

    #[test]
    fn a_missing_choice_of_keys_names_them_all() {
        let all = messages("[models.m.transitions.t]\nfrom = 'a'\nto = 'b'\n");
        assert!(all.contains("`models.m.transitions.t` lacks one of `rate`, `probability`"), "{all}");
    }
}
