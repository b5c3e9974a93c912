//! What formulas mean to the parser, and what it says about texts that are none.

use super::*;

/// The tree as text with every bracket written.
fn shown(text: &str) -> String {
    fn show(node: &Node) -> String {
        match &node.kind {
            Kind::Number(value) => value.to_string(),
            Kind::Text(text) => format!("'{text}'"),
            Kind::Name(name) => name.clone(),
            Kind::Negate(operand) => format!("(-{})", show(operand)),
            Kind::Not(operand) => format!("(not {})", show(operand)),
            Kind::Binary { operator, left, right } => {
                format!("({} {operator:?} {})", show(left), show(right))
            }
            Kind::Call { name, arguments, .. } => {
                let arguments: Vec<_> = arguments.iter().map(show).collect();
                format!("{name}({})", arguments.join(", "))
            }
        }
    }
    show(&parse(text).unwrap().root)
}

#[test]
fn products_bind_before_sums() {
    assert_eq!(shown("1 + 2 * 3 - 4"), "((1 Add (2 Multiply 3)) Subtract 4)");
    assert_eq!(shown("(1 + 2) * 3"), "((1 Add 2) Multiply 3)");
}

#[test]
fn quotients_and_differences_group_from_the_left() {
    assert_eq!(shown("8 / 4 / 2"), "((8 Divide 4) Divide 2)");
    assert_eq!(shown("8 - 4 - 2"), "((8 Subtract 4) Subtract 2)");
}

#[test]
fn powers_group_from_the_right_and_bind_before_a_minus_sign() {
    assert_eq!(shown("2 ^ 3 ^ 2"), "(2 Power (3 Power 2))");
    assert_eq!(shown("-2 ^ 2"), "(-(2 Power 2))");
    assert_eq!(shown("2 ^ -1"), "(2 Power (-1))");
    assert_eq!(shown("2 * -3"), "(2 Multiply (-3))");
    assert_eq!(shown("--a"), "(-(-a))");
}

#[test]
fn or_is_weaker_than_and_is_weaker_than_not_is_weaker_than_comparing() {
    assert_eq!(shown("a or not b == 1 and c < 2"), "(a Or ((not (b Equal 1)) And (c Less 2)))");
    assert_eq!(shown("not not a"), "(not (not a))");
}

#[test]
fn a_bracketed_comparison_may_be_compared_again() {
    assert_eq!(shown("(a < b) == (c < d)"), "((a Less b) Equal (c Less d))");
}

#[test]
fn calls_take_any_number_of_arguments() {
    assert_eq!(shown("table() + f(a, 'x', 1 + 2)"), "(table() Add f(a, 'x', (1 Add 2)))");
}

#[test]
fn a_name_in_brackets_keeps_its_own_place() {
    let formula = parse("(shares.a) * 2").unwrap();
    assert_eq!(formula.names(), [("shares.a".to_owned(), 1..9)]);
    assert_eq!(formula.root.span, 0..14);
}

#[test]
fn functions_are_no_tables() {
    let formula = parse("min(rate(age), exp(cost(sex)))").unwrap();
    assert_eq!(formula.tables(), [("rate".to_owned(), 4..8), ("cost".to_owned(), 19..23)]);
    let names: Vec<_> = formula.names().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["age", "sex"]);
}

/// The error as the line it stands on, the place underlined, and its words.
fn complaint(text: &str) -> String {
    let error = parse(text).unwrap_err();
    let line = format!("{}{}", " ".repeat(error.span.start), "^".repeat(error.span.len()));
    let help = error.help.map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{text}\n{line} {}{help}", error.message)
}

#[test]
fn errors_point_at_the_characters() {
    let texts = [
        "1 +",
        "1 + * 2",
        "(1 + 2",
        "1 + 2)",
        "f(a, b",
        "f(a,",
        "f(a b)",
        "age 65",
        "0,14 * 2",
        "a < b < c",
        "a == not b",
        "+ 1",
        "a.b.",
    ];
    let complaints: Vec<String> = texts.into_iter().map(complaint).collect();
    insta::assert_snapshot!(complaints.join("\n\n"), @r#"
    1 +
      ^ a value is expected after this, the formula ends

    1 + * 2
        ^ a value is expected here, found `*`

    (1 + 2
    ^ this bracket is never closed (add the missing `)`)

    1 + 2)
         ^ this bracket was never opened

    f(a, b
     ^ this bracket is never closed (add the missing `)`)

    f(a,
     ^ this bracket is never closed (add the missing `)`)

    f(a b)
        ^ an operator is expected before `b`

    age 65
        ^^ an operator is expected before this

    0,14 * 2
     ^ a comma stands between arguments only (write decimals with a point: `0.14`)

    a < b < c
          ^ comparisons cannot be chained (write `a < b and b < c`)

    a == not b
         ^^^ `not` binds more loosely than the operator before it (put it in brackets: `(not ...)`)

    + 1
    ^ a value is expected here, found `+` (leave it out)

    a.b.
       ^ unexpected character `.`
    "#);
}

#[test]
fn an_empty_text_is_no_formula() {
    for text in ["", "  "] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.span, 0..text.len());
        assert_eq!(error.message, "a formula is expected, the text is empty");
    }
}

#[test]
fn chained_comparisons_are_found_beside_brackets_too() {
    assert_eq!(parse("(a) < (b) < (c)").unwrap_err().span, 10..11);
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let brackets = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(parse(&brackets).unwrap_err().message, "the formula is nested too deeply here");
    let minuses = format!("{}1", "-".repeat(100_000));
    assert_eq!(parse(&minuses).unwrap_err().message, "the formula is nested too deeply here");
    let sum = format!("1{}", "+1".repeat(100_000));
    assert_eq!(parse(&sum).unwrap_err().message, "this formula is too long to read");
    let modest = format!("1{}", "+1".repeat(200));
    assert!(parse(&modest).is_ok());
}
