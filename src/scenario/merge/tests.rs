use super::*;
use crate::scenario::embedded::Library;

/// The scenario of the shipped file `a.toml` among the given files, as text, and the messages about it.
fn merged(files: &[(&str, &str)]) -> (Option<String>, String) {
    let mut sources = Sources::with_library(Library::from_files(files.iter().copied()));
    let mut diagnostics = Diagnostics::new();
    let root = load("a.toml", &mut sources, &mut diagnostics);
    (root.map(|root| written(&root)), diagnostics.render(&sources, false))
}

/// A tree in one line.
fn written(node: &Node) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match &node.value {
        Value::Text(text) => format!("'{text}'"),
        Value::Integer(integer) => integer.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::List(list) => format!("[{}]", all(list.iter().map(written).collect())),
        Value::Table(table) => {
            format!("{{{}}}", all(table.iter().map(|e| format!("{}: {}", e.key, written(&e.node))).collect()))
        }
    }
}

/// The merged text where there is nothing to complain about.
fn fine(files: &[(&str, &str)]) -> String {
    let (root, messages) = merged(files);
    assert_eq!(messages, "");
    root.unwrap()
}

#[test]
fn a_file_goes_key_by_key_over_what_it_uses() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\n[time]\nyears = 5\n"),
        ("b.toml", "[time]\nstart = 2026\nyears = 10\n"),
    ]);
    assert_eq!(text, "{time: {start: 2026, years: 5}}");
}

#[test]
fn later_files_of_the_list_go_over_earlier_ones() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "time.years = 1"),
        ("c.toml", "time.years = 2"),
    ]);
    assert_eq!(text, "{time: {years: 2}}");
}

#[test]
fn a_quantity_is_replaced_with_its_uncertainty_and_source() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\nparameters.x = { value = 3 }\n[parties.p]\nleaving_rate = 0.1"),
        (
            "b.toml",
            "parameters.x = { value = 2, sd = 1, source = 's' }\n[parties.p]\nkind = 'insurer'\nleaving_rate = { value = 0.2, sd = 1 }",
        ),
    ]);
    assert_eq!(text, "{parameters: {x: {value: 3}}, parties: {p: {kind: 'insurer', leaving_rate: 0.1}}}");
}

#[test]
fn a_division_over_budgets_is_one_statement() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\n[unit_costs.ed]\nbudgets = { zvw = 1 }"),
        ("b.toml", "[unit_costs.ed]\nvalue = 3\nbudgets = { zvw = 0.5, wmo = 0.5 }"),
    ]);
    assert_eq!(text, "{unit_costs: {ed: {value: 3, budgets: {zvw: 1}}}}");
}

#[test]
fn another_way_to_say_the_same_drives_out_the_first() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\n[programmes.p.enrol]\npersons = 800"),
        ("b.toml", "[programmes.p.enrol]\nyears = 2026\nshare = '14%'"),
    ]);
    assert_eq!(text, "{programmes: {p: {enrol: {years: 2026, persons: 800}}}}");
}

#[test]
fn a_clause_of_another_type_replaces_all_of_the_clause() {
    let clause = "[arrangements.x.clauses.c]\n";
    let text = fine(&[
        ("a.toml", &format!("use = ['b.toml']\n{clause}type = 'lump-sum'\namount = 9")),
        ("b.toml", &format!("{clause}type = 'fee'\nprice = 5")),
    ]);
    assert_eq!(text, "{arrangements: {x: {clauses: {c: {type: 'lump-sum', amount: 9}}}}}");
    let text = fine(&[
        ("a.toml", &format!("use = ['b.toml']\n{clause}price = 9")),
        ("b.toml", &format!("{clause}type = 'fee'\nprice = 5")),
    ]);
    assert_eq!(text, "{arrangements: {x: {clauses: {c: {type: 'fee', price: 9}}}}}");
}

#[test]
fn a_file_used_by_two_others_is_read_once_so_neither_undoes_the_other() {
    // b changes what d says; c uses d as well but says nothing about it.
    let text = fine(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "use = ['d.toml']\nparameters.x = 2"),
        ("c.toml", "use = ['d.toml']\nparameters.y = 3"),
        ("d.toml", "parameters.x = 1"),
    ]);
    assert_eq!(text, "{parameters: {x: 2, y: 3}}");
}

#[test]
fn two_libraries_that_do_not_know_each_other_may_not_define_one_name() {
    let (_, messages) = merged(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "[parameters]\nx = 1\n"),
        ("c.toml", "[parameters]\nx = 2\n"),
    ]);
    insta::assert_snapshot!(messages, @"
    error: two libraries define `parameters.x`
     --> shipped:c.toml:2:1
      |
    2 | x = 2
      | ^ defined again here
      |
     ::: shipped:b.toml:2:1
      |
    2 | x = 1
      | - first defined here
      |
      = help: write `override = true` in this entry if it is meant to go over the other
      = help: or let `shipped:c.toml` use `shipped:b.toml`, if it builds on it

    1 error
    ");
}

#[test]
fn a_collision_is_reported_once_at_the_name_on_top() {
    let (_, messages) = merged(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "[models.falls.events.fall]\nrate = 1"),
        ("c.toml", "[models.falls.events.fall]\nrate = 2"),
    ]);
    assert!(messages.contains("two libraries define `models.falls`\n"), "{messages}");
    assert!(messages.ends_with("\n1 error\n"), "{messages}");
}

#[test]
fn override_lets_a_library_go_over_another_and_leaves_no_trace() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "parameters.x = 1\n[parties.p]\nkind = 'state'\nname = 'old'"),
        (
            "c.toml",
            "parameters.x = { value = 2, override = true }\n[parties.p]\noverride = true\nname = 'new'",
        ),
    ]);
    assert_eq!(text, "{parameters: {x: {value: 2}}, parties: {p: {kind: 'state', name: 'new'}}}");
}

#[test]
fn a_library_may_go_over_what_it_uses_itself() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml', 'c.toml']"),
        ("b.toml", "parameters.x = 1"),
        ("c.toml", "use = ['b.toml']\nparameters.x = 2"),
    ]);
    assert_eq!(text, "{parameters: {x: 2}}");
}

#[test]
fn remove_takes_out_entries_of_earlier_files() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\n[programmes.p.cascade]\nremove = ['otago']"),
        (
            "b.toml",
            "[programmes.p.cascade.course]\nof = 'invited'\n[programmes.p.cascade.otago]\nof = 'invited'",
        ),
    ]);
    assert_eq!(text, "{programmes: {p: {cascade: {course: {of: 'invited'}}}}}");
}

#[test]
fn an_entry_removed_and_written_anew_stands_alone() {
    let text = fine(&[
        ("a.toml", "use = ['b.toml']\n[effects]\nremove = ['e']\n[effects.e]\non = 'm.y'"),
        ("b.toml", "[effects.e]\non = 'm.x'\nrate_ratio = 0.5"),
    ]);
    assert_eq!(text, "{effects: {e: {on: 'm.y'}}}");
}

#[test]
fn removing_what_is_not_there_names_the_nearest() {
    let (_, messages) = merged(&[
        ("a.toml", "use = ['b.toml']\n[effects]\nremove = ['exercize']"),
        ("b.toml", "effects.exercise.on = 'm.x'"),
    ]);
    assert!(messages.contains("there is no `effects.exercize` to remove"), "{messages}");
    assert!(messages.contains("did you mean `exercise`?"), "{messages}");
}

#[test]
fn a_circle_of_files_is_an_error_that_shows_the_circle() {
    let (root, messages) = merged(&[("a.toml", "use = ['b.toml']"), ("b.toml", "use = ['a.toml']")]);
    assert_eq!(root, None);
    insta::assert_snapshot!(messages, @"
    error: files use each other in a circle
     --> shipped:b.toml:1:8
      |
    1 | use = ['a.toml']
      |        ^^^^^^^^ leads back to a file that is being read
      |
      = help: the circle: shipped:a.toml uses shipped:b.toml uses shipped:a.toml

    1 error
    ");
}

#[test]
fn a_missing_file_is_shown_where_it_is_written() {
    let (_, messages) = merged(&[("a.toml", "use = [\n  'lib/nl.tml',\n]"), ("lib/nl.toml", "")]);
    assert!(messages.contains("--> shipped:a.toml:2:3"), "{messages}");
    assert!(messages.contains("a shipped file is called `lib/nl.toml`"), "{messages}");
}

#[test]
fn another_version_of_the_format_is_refused_in_every_file() {
    let (_, messages) =
        merged(&[("a.toml", "ounce = 1\nuse = ['b.toml']"), ("b.toml", "ounce = 2"), ("c.toml", "")]);
    assert!(messages.contains("--> shipped:b.toml:1:9") && messages.contains("`ounce = 1`"), "{messages}");
}

/// The scenario with assignments of the command line, and the messages.
fn assigned(text: &str, assignments: &[(&str, &str)]) -> (String, String) {
    let mut sources = Sources::with_library(Library::from_files([]));
    let mut diagnostics = Diagnostics::new();
    let mut root = load_text("a.toml", text, &mut sources, &mut diagnostics).unwrap();
    let assignments: Vec<_> =
        assignments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    set(&mut root, &assignments, &mut sources, &mut diagnostics);
    (written(&root), diagnostics.render(&sources, false))
}

#[test]
fn an_assignment_reaches_parameters_and_paths() {
    let text =
        "[time]\nstart = 2026\n[parameters]\nx = { value = 1, sd = 2 }\n[programmes.p.enrol]\nshare = 0.1\n";
    let (after, messages) = assigned(
        text,
        &[
            ("x", "14%"),
            ("time.years", "5"),
            ("programmes.p.enrol.persons", "2 * x"),
            ("uncertainty.design", "sobol"),
        ],
    );
    assert_eq!(messages, "");
    assert_eq!(
        after,
        "{time: {start: 2026, years: 5}, parameters: {x: '14%'}, programmes: {p: {enrol: {persons: '2 * x'}}}, \
         uncertainty: {design: 'sobol'}}"
    );
}

#[test]
fn an_assigned_range_of_years_is_a_text() {
    let (after, messages) =
        assigned("[programmes.p.enrol]\nyears = 2026", &[("programmes.p.enrol.years", "2026-2029")]);
    assert_eq!((after.as_str(), messages.as_str()), ("{programmes: {p: {enrol: {years: '2026-2029'}}}}", ""));
}

#[test]
fn a_wrong_assignment_is_shown_with_what_was_meant() {
    let (after, messages) = assigned(
        "parameters.uptake = 0.3\nprogrammes.chain.model = 'm'\n",
        &[
            ("uptaek", "1"),
            ("time.yeers", "1"),
            ("programmes.chian.model", "x"),
            ("parameters.uptake.value", "1"),
            ("uptake", ""),
        ],
    );
    assert_eq!(after, "{parameters: {uptake: 0.3}, programmes: {chain: {model: 'm'}}}");
    insta::assert_snapshot!(messages, @"
    error: there is no parameter `uptaek`
     --> --set:1:1
      |
    1 | uptaek=1
      | ^^^^^^ expected a parameter of the scenario or a path such as `time.years`
      |
      = help: did you mean `uptake`?

    error: there is no `yeers` in `time`
     --> --set:2:1
      |
    2 | time.yeers=1
      | ^^^^^^^^^^
      |
      = help: did you mean `years`?

    error: there is no `chian` in `programmes`
     --> --set:3:1
      |
    3 | programmes.chian.model=x
      | ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `chain`?

    error: `parameters.uptake` is replaced as a whole
     --> --set:4:1
      |
    4 | parameters.uptake.value=1
      | ^^^^^^^^^^^^^^^^^^^^^^^ expected `parameters.uptake=...`
      |
      = help: the new value stands without the old uncertainty: a number, a formula or a table with `value`

    error: nothing is assigned
     --> --set:5:8
      |
    5 | uptake=
      |        ^ expected a value after `=`

    5 errors
    ");
}

proptest::proptest! {
    /// Whatever is written, there is a scenario or a message, and never a panic: pieces of the format in any order.
    #[test]
    fn any_text_is_read_or_refused(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "[", "]", "[[", "]]", "{ ", " }", " = ", "=", ".", ", ", "\n", "\r\n", "\"", "'", "\"\"\"", "#", "\\",
                "é", "\u{1f600}", "\t", "1", "-2.5", "1e400", "nan", "2026-01-01", "true", "remove", "override", "use",
                "ounce", "type", "time", "years", "parameters", "x", "value", "arrangements.a.clauses.c", "\"fee\"",
                "effects.e", "lasts", "programmes.p.enrol", "share", "persons", "a.toml", "title", "en",
            ]),
            0..40,
        )
    ) {
        let text: String = pieces.concat();
        let mut sources = Sources::with_library(Library::from_files([("a.toml", "parameters.x = 1")]));
        let mut diagnostics = Diagnostics::new();
        let root = load_text("any.toml", &text, &mut sources, &mut diagnostics);
        match root {
            Some(mut root) => {
                let assignments = [("x".to_owned(), text.clone()), (text, "1".to_owned())];
                set(&mut root, &assignments, &mut sources, &mut diagnostics);
                crate::scenario::grammar::check_structure(&root, &mut diagnostics);
                // No text of these pieces is complete.
                proptest::prop_assert!(diagnostics.has_errors());
            }
            None => proptest::prop_assert!(diagnostics.has_errors()),
        }
        let shown = diagnostics.render(&sources, false);
        proptest::prop_assert!(shown.contains("error: "));
    }
}
