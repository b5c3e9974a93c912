//! What the checker says about formulas whose names or kinds of values do not fit.

use super::super::testing::Place;
use super::super::{FormulaError, compile, parse};

fn faults(text: &str) -> Vec<FormulaError> {
    compile(&parse(text).unwrap(), &Place::new()).unwrap_err()
}

/// The only error of a formula: the characters it points at, its message, its help.
#[track_caller]
fn fault(text: &str) -> (String, String, Option<String>) {
    let mut faults = faults(text);
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    let FormulaError { span, message, help } = faults.remove(0);
    (text[span].to_owned(), message, help)
}

#[test]
fn complaints_point_at_the_words_and_say_what_to_do() {
    let texts = [
        // Names.
        "2 * pirce",
        "2 * nonsense",
        "fal_rate(age)",
        "expp(age)",
        "exp + 1",
        "fall_rate + 1",
        "price(2)",
        // Numbers of arguments.
        "exp(1, 2)",
        "min(1)",
        "if(age)",
        "rate_to_prob(1, 2, 3)",
        "fall_rate(age, sex)",
        "mortality(age)",
        // Texts and categorical variables.
        "sex + 1",
        "sex == 1",
        "'female' * 2",
        "sex == 'femal'",
        "sex == 'both'",
        "age == 'female'",
        "(age + 1) == 'female'",
        "'female' == 'female'",
        "sex < 'female'",
        "mortality(sex, age)",
        "mortality(age, 'female')",
        "if(sex, 1, 0)",
    ];
    let complaints: Vec<String> = texts
        .into_iter()
        .flat_map(|text| faults(text).into_iter().map(move |fault| (text, fault)))
        .map(|(text, FormulaError { span, message, help })| {
            let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{text}\n{}{} {message}{help}", " ".repeat(span.start), "^".repeat(span.len()))
        })
        .collect();
    insta::assert_snapshot!(complaints.join("\n\n"), @r#"
    2 * pirce
        ^^^^^ unknown name `pirce` (did you mean `price`?)

    2 * nonsense
        ^^^^^^^^ unknown name `nonsense`

    fal_rate(age)
    ^^^^^^^^ unknown function or table `fal_rate` (did you mean `fall_rate`?)

    expp(age)
    ^^^^ unknown function or table `expp` (did you mean `exp`?)

    exp + 1
    ^^^ `exp` is a function, not a value (write `exp(x)`)

    fall_rate + 1
    ^^^^^^^^^ `fall_rate` is a table, not a value (write `fall_rate(age)`)

    price(2)
    ^^^^^ `price` is a value, not a function or table (write `*` to multiply)

    exp(1, 2)
    ^^^^^^^^^ `exp` takes 1 argument, not 2 (write `exp(x)`)

    min(1)
    ^^^^^^ `min` takes at least 2 arguments, not 1 (write `min(a, b, ...)`)

    if(age)
    ^^^^^^^ `if` takes 3 arguments, not 1 (write `if(condition, then, otherwise)`)

    rate_to_prob(1, 2, 3)
    ^^^^^^^^^^^^^^^^^^^^^ `rate_to_prob` takes 1 or 2 arguments, not 3 (write `rate_to_prob(rate[, years])`)

    fall_rate(age, sex)
    ^^^^^^^^^^^^^^^^^^^ the table `fall_rate` has the key `age`, 2 given (write `fall_rate(age)`)

    mortality(age)
    ^^^^^^^^^^^^^^ the table `mortality` has the keys `age`, `sex`, 1 given (write `mortality(age, sex)`)

    sex + 1
    ^^^ `sex` is categorical and stands where a number belongs (compare it with a text, `sex == 'male'`, or pass it as a table's key)

    sex == 1
    ^^^ `sex` is categorical and stands where a number belongs (compare it with a text, `sex == 'male'`, or pass it as a table's key)

    'female' * 2
    ^^^^^^^^ the text 'female' stands where a number belongs (a quoted text can only be compared with a categorical variable: `sex == 'female'`)

    sex == 'femal'
           ^^^^^^^ `sex` never has the value 'femal' (did you mean 'female'?)

    sex == 'both'
           ^^^^^^ `sex` never has the value 'both' (its values are 'male', 'female')

    age == 'female'
           ^^^^^^^^ `age` is a number and cannot be compared with the text 'female'

    (age + 1) == 'female'
                 ^^^^^^^^ the text 'female' is compared with something that is not a variable (a quoted text can only be compared with a categorical variable)

    'female' == 'female'
    ^^^^^^^^ the text 'female' stands where a number belongs (a quoted text can only be compared with a categorical variable: `sex == 'female'`)

    'female' == 'female'
                ^^^^^^^^ the text 'female' stands where a number belongs (a quoted text can only be compared with a categorical variable: `sex == 'female'`)

    sex < 'female'
    ^^^ `sex` is categorical and stands where a number belongs (compare it with a text, `sex == 'male'`, or pass it as a table's key)

    sex < 'female'
          ^^^^^^^^ the text 'female' stands where a number belongs (a quoted text can only be compared with a categorical variable: `sex == 'female'`)

    mortality(sex, age)
              ^^^ the key `age` of `mortality` is a number, `sex` is categorical

    mortality(age, 'female')
                   ^^^^^^^^ the text 'female' stands where a number belongs (a quoted text can only be compared with a categorical variable: `sex == 'female'`)

    if(sex, 1, 0)
       ^^^ `sex` is categorical and stands where a number belongs (compare it with a text, `sex == 'male'`, or pass it as a table's key)
    "#);
}

#[test]
fn an_unknown_name_brings_the_nearest_known_one() {
    let (words, message, help) = fault("age * (1 + disocunt)");
    assert_eq!(words, "disocunt");
    assert_eq!(message, "unknown name `disocunt`");
    assert_eq!(help.as_deref(), Some("did you mean `discount`?"));
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_the_text() {
    let words: Vec<String> = {
        let text = "if(agee > 65, fal_rate(age), exp(1, 2)) + 'x'";
        faults(text).into_iter().map(|fault| text[fault.span].to_owned()).collect()
    };
    assert_eq!(words, ["agee", "fal_rate", "exp(1, 2)", "'x'"]);
}

#[test]
fn the_part_never_reached_is_checked_too() {
    assert_eq!(fault("if(1 == 1, age, agee)").0, "agee");
    assert_eq!(fault("0 and agee").0, "agee");
}

#[test]
fn a_categorical_variable_is_at_home_in_comparisons_and_keys() {
    for text in ["sex == 'male'", "'male' != sex", "mortality(age, sex)", "(sex) == 'female'"] {
        assert!(compile(&parse(text).unwrap(), &Place::new()).is_ok(), "{text}");
    }
}
