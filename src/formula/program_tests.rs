//! Values of formulas: each function by hand, random formulas against a plain recursive evaluation.

use proptest::prelude::*;

use super::super::parse;
use super::super::testing::{DISCOUNT, Place, Values, plainly};
use super::*;

fn program(text: &str) -> Program {
    compile(&parse(text).unwrap(), &Place::new()).unwrap()
}

fn evaluated(text: &str, values: &Values) -> Result<Vec<Lane>, EvaluationError> {
    let mut out = vec![Lane::ZERO; values.points];
    values.with_inputs(|inputs| program(text).evaluate(inputs, &mut Scratch::new(), &mut out))?;
    Ok(out)
}

/// The value of a formula of numbers, computed in three ways that must agree: folded when compiled, at a
/// point, and in a lane of draws.
#[track_caller]
fn value(text: &str) -> f64 {
    let folded = program(text).constant().unwrap();
    // The same with zeros that are not constant: from a variable, and from a parameter.
    let mut values = Values::new(3);
    values.variables[3].fill(0.0);
    values.parameters[0] = Lane::ZERO;
    for zero in ["unused", "price", "(unused * price)"] {
        let shifted: String = {
            let mut result = String::new();
            let mut rest = text;
            while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
                let length = rest[start..]
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len() - start);
                result += &rest[..start];
                result += &format!("({} + {zero})", &rest[start..start + length]);
                rest = &rest[start + length..];
            }
            result + rest
        };
        for lane in evaluated(&shifted, &values).unwrap() {
            for draw in 0..LANES {
                assert_eq!(lane[draw].to_bits(), folded.to_bits(), "{shifted}");
            }
        }
    }
    folded
}

#[track_caller]
fn assert_near(text: &str, expected: f64) {
    let found = value(text);
    assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{text} is {found}, not {expected}");
}

#[test]
fn operators_have_their_usual_values() {
    for (text, expected) in [
        ("1 + 2 * 3", 7.0),
        ("7 - 2 - 1", 4.0),
        ("8 / 4 / 2", 1.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("1 < 2", 1.0),
        ("2 <= 1", 0.0),
        ("2 > 1", 1.0),
        ("1 >= 2", 0.0),
        ("2 == 2", 1.0),
        ("2 != 2", 0.0),
        ("1 < 2 and 3 < 2", 0.0),
        ("1 < 2 or 3 < 2", 1.0),
        ("not 2", 0.0),
        ("not 0", 1.0),
        ("2 and 3", 1.0),
        ("0 or 3", 1.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn functions_have_the_values_computed_by_hand() {
    for (text, expected) in [
        ("if(1 < 2, 10, 20)", 10.0),
        ("if(2 < 1, 10, 20)", 20.0),
        ("min(3, 1, 2)", 1.0),
        ("max(3, 1, 4, 2)", 4.0),
        ("sqrt(16)", 4.0),
        ("pow(2, 10)", 1024.0),
        ("abs(-3)", 3.0),
        ("floor(2.7)", 2.0),
        ("floor(-2.5)", -3.0),
        ("clamp(5, 1, 3)", 3.0),
        ("clamp(0, 1, 3)", 1.0),
        ("clamp(2, 1, 3)", 2.0),
        ("odds_to_prob(3)", 0.75),
        ("prob_to_odds(0.75)", 3.0),
        ("logistic(0)", 0.5),
        ("exp(0)", 1.0),
        ("ln(1)", 0.0),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    assert_near("exp(1)", std::f64::consts::E);
    assert_near("ln(10)", std::f64::consts::LN_10);
    // 1 − e^−0.85 = 1 − 0.42741493…: what a rate of 0.85 a year loses when read as a probability.
    assert_near("rate_to_prob(0.85)", 0.572_585_068_051_273_3);
    // Half a year at a rate of 2 is the probability of one year at 1: 1 − 1/e.
    assert_near("rate_to_prob(2, 0.5)", 0.632_120_558_828_557_7);
    // −ln(1/2) over one year, and over two.
    assert_near("prob_to_rate(0.5)", std::f64::consts::LN_2);
    assert_near("prob_to_rate(0.5, 2)", 0.346_573_590_279_972_6);
    // 1 / (1 + 1/3) where x = ln 3.
    assert_near("logistic(ln(3))", 0.75);
    assert_near("logistic(-ln(3))", 0.25);
}

#[test]
fn small_rates_and_probabilities_keep_their_digits() {
    // To first order both conversions leave the number as it is; the next term is half its square.
    assert_near("rate_to_prob(0.0000000001)", 1e-10 - 0.5e-20);
    assert_near("prob_to_rate(0.0000000001)", 1e-10 + 0.5e-20);
    assert_eq!(value("logistic(-800)"), 0.0);
    assert_eq!(value("logistic(800)"), 1.0);
}

#[test]
fn what_is_not_a_number_is_not_hidden() {
    for text in ["min(1, 0 / 0)", "max(0 / 0, 1)", "clamp(ln(-1), 0, 1)", "sqrt(-1)"] {
        assert!(program(text).constant().unwrap().is_nan(), "{text}");
    }
}

#[test]
fn texts_are_compared_by_their_codes() {
    let lanes = evaluated("if(sex == 'female', 1, 2) + 10 * ('male' != sex)", &Values::new(2)).unwrap();
    assert_eq!(lanes, [Lane::splat(2.0), Lane::splat(11.0)]);
}

#[test]
fn draws_and_points_meet_in_every_combination() {
    let values = Values::new(3);
    let lanes = evaluated("age * price", &values).unwrap();
    for (point, lane) in lanes.iter().enumerate() {
        for draw in 0..LANES {
            assert_eq!(lane[draw], values.variables[0][point] * values.parameters[0][draw]);
        }
    }
}

#[test]
fn if_chooses_draw_by_draw() {
    // The price is 0.25 + draw / 16, at least 0.5 from draw 4 on.
    let lanes = evaluated("if(price >= 0.5, age, -1)", &Values::new(1)).unwrap();
    assert_eq!(lanes[0].0, [-1.0, -1.0, -1.0, -1.0, 60.0, 60.0, 60.0, 60.0]);
}

#[test]
fn tables_give_the_row_of_each_point() {
    let mut values = Values::new(3);
    values.variables[0] = vec![65.5, 75.0, 99.0];
    let lanes = evaluated("fall_rate(age)", &values).unwrap();
    assert_eq!(lanes, [0.3, 0.45, 0.7].map(Lane::splat));
    // Row (band 2) · 2 + sex, and every draw its own.
    let lanes = evaluated("mortality(age, sex)", &values).unwrap();
    assert_eq!(lanes[1][3], f64::from(5 * 8 + 3) / 100.0);
    // A key that differs by draw: 74.5 + price is 75 and more from draw 4 on.
    let lanes = evaluated("fall_rate(74.5 + price)", &values).unwrap();
    assert_eq!(lanes[0].0, [0.3, 0.3, 0.3, 0.3, 0.45, 0.45, 0.45, 0.45]);
}

#[test]
fn a_missing_row_is_an_error_with_table_key_and_value() {
    let error = evaluated("2 * fall_rate(age - 1)", &Values::new(1)).unwrap_err();
    assert_eq!(error.to_string(), "the table `fall_rate` has no row for age = 59");
    let error = evaluated("fall_rate(price)", &Values::new(1)).unwrap_err();
    assert_eq!(error.to_string(), "the table `fall_rate` has no row for age = 0.25");
}

#[test]
fn rows_that_are_not_asked_for_may_be_missing() {
    let mut values = Values::new(2);
    values.variables[0] = vec![40.0, 70.0];
    for (text, expected) in [
        ("if(age >= 65, fall_rate(age), 0)", [0.0, 0.3]),
        ("if(age < 65, 0, fall_rate(age))", [0.0, 0.3]),
        ("age >= 65 and fall_rate(age) > 0.2", [0.0, 1.0]),
        ("age < 65 or fall_rate(age) > 0.4", [1.0, 0.0]),
        ("if(age >= 50, if(age < 65, 1, fall_rate(age)), 2)", [2.0, 0.3]),
        // The key does not vary with the point, but whether it is asked for does.
        ("if(age > 100, fall_rate(price), 1)", [1.0, 1.0]),
        // In no draw is the price above 9.
        ("if(price > 9, fall_rate(1), 1)", [1.0, 1.0]),
        ("if(1 > 2, fall_rate(1), 1)", [1.0, 1.0]),
    ] {
        assert_eq!(evaluated(text, &values).unwrap(), expected.map(Lane::splat), "{text}");
    }
    for text in [
        "if(age >= 40, fall_rate(age), 0)",
        "age < 65 and fall_rate(age) > 0.2",
        "fall_rate(age) > 0.2 and age >= 65",
        "if(price > 0.6, fall_rate(40), 1)",
    ] {
        assert!(matches!(evaluated(text, &values), Err(EvaluationError::MissingRow { .. })), "{text}");
    }
}

#[test]
fn constant_formulas_are_folded_completely() {
    assert_eq!(program("discount / 2 + 1").constant(), Some(DISCOUNT / 2.0 + 1.0));
    assert_eq!(program("if(discount > 0, 3, age)").constant(), Some(3.0));
    assert_eq!(program("0 and age").constant(), Some(0.0));
    assert_eq!(program("1 or age").constant(), Some(1.0));
    assert_eq!(program("age").constant(), None);
    assert_eq!(program("fall_rate(70)").constant(), None);
}

#[test]
fn a_program_times_a_number_is_the_formula_times_that_number() {
    let values = Values::new(70);
    // What varies with nothing, with the draw, with the point, with both; named alone and computed.
    for text in ["8", "price", "price + 1", "age", "age + 1", "age * price", "age * price + fall_rate(70)"] {
        let mut out = vec![Lane::ZERO; values.points];
        let scaled = program(text).times(0.25);
        values.with_inputs(|inputs| scaled.evaluate(inputs, &mut Scratch::new(), &mut out)).unwrap();
        assert_eq!(out, evaluated(&format!("({text}) * 0.25"), &values).unwrap(), "{text}");
    }
}

#[test]
fn a_program_says_what_it_uses() {
    let program = program("fade(since) * shares.otago + price * price + mortality(age, sex) + fade(0)");
    assert_eq!(program.parameters(), [0, 2]);
    assert_eq!(program.variables(), [0, 1, 2]);
    assert_eq!(program.tables(), [1, 2]);
}

#[test]
fn what_folding_removes_is_not_used() {
    let program = program("if(1 == 2, price * fall_rate(age), ratio)");
    assert_eq!(program.parameters(), [1]);
    assert!(program.variables().is_empty());
    assert!(program.tables().is_empty());
}

#[test]
fn parts_are_evaluated_as_rarely_as_they_vary() {
    let code = program("exp(price) * exp(age) + exp(price * ratio)").code;
    // Per call: two exponentials and a product. Per point: one exponential. For both: product and sum.
    assert_eq!(code.once.len(), 3);
    let points = code.each.iter().filter(|instruction| matches!(instruction.to, Register::Points(_)));
    assert_eq!(points.count(), 1);
    assert_eq!(code.each.len(), 3);
}

#[test]
fn registers_are_used_again() {
    let sum = (0..50).map(|i| format!("exp(age * price * {i})")).collect::<Vec<_>>().join(" + ");
    assert!(program(&sum).code.lane_registers <= 3);
}

#[test]
fn without_variables_one_lane_is_enough() {
    let values = Values::new(0);
    let program = program("price * mortality(70, 1)");
    let lane = program.evaluate_once(&values.parameters, &values.tables).unwrap();
    assert_eq!(lane, values.parameters[0] * Lane::from_fn(|draw| (40 + draw) as f64 / 100.0));
    let error = self::program("age + 1").evaluate_once(&[], &[]).unwrap_err();
    assert_eq!(error, EvaluationError::UsesVariable { index: 0 });
}

#[test]
fn without_points_nothing_is_asked_for() {
    assert_eq!(evaluated("fall_rate(1)", &Values::new(0)), Ok(Vec::new()));
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let values = Values::new(4);
    let mut out = vec![Lane::ZERO; 4];
    let mut evaluate = |text: &str, inputs: &Inputs, room: usize| {
        program(text).evaluate(inputs, &mut Scratch::new(), &mut out[..room]).unwrap_err()
    };
    values.with_inputs(|inputs| {
        assert_eq!(evaluate("age", inputs, 3), EvaluationError::ResultLength { given: 3, points: 4 });
        assert_eq!(
            evaluate("ratio", &Inputs { parameters: &[Lane::ONE], ..*inputs }, 4),
            EvaluationError::MissingParameter { index: 1, given: 1 }
        );
        assert_eq!(
            evaluate(
                "since",
                &Inputs {
                    variables: &[Column::Numbers(&[1.0; 4]), Column::EMPTY, Column::Numbers(&[1.0; 3])],
                    ..*inputs
                },
                4
            ),
            EvaluationError::VariableLength { index: 2, given: 3, points: 4 }
        );
        assert_eq!(
            evaluate("since", &Inputs { variables: &[], ..*inputs }, 4),
            EvaluationError::VariableLength { index: 2, given: 0, points: 4 }
        );
        assert_eq!(
            evaluate("fade(0)", &Inputs { tables: &[], ..*inputs }, 4),
            EvaluationError::TableLength { table: "fade".into(), given: 0, rows: 2 }
        );
    });
}

#[test]
fn unused_variables_may_be_empty() {
    let inputs = Inputs {
        parameters: &[],
        variables: &[Column::Numbers(&[70.0]), Column::EMPTY],
        points: 1,
        tables: &[],
    };
    let mut out = [Lane::ZERO];
    program("age + 1").evaluate(&inputs, &mut Scratch::new(), &mut out).unwrap();
    assert_eq!(out, [Lane::splat(71.0)]);
}

/// A place where `bmi` differs by draw and `age` does not; the table `risk` is by `bmi`.
struct Weighed(TableShape);

impl Scope for Weighed {
    fn symbol(&self, name: &str) -> Option<super::super::Symbol> {
        match name {
            "age" => Some(super::super::Symbol::Variable { index: 0, categorical: false }),
            "bmi" => Some(super::super::Symbol::LaneVariable(1)),
            _ => None,
        }
    }
    fn table(&self, name: &str) -> Option<(usize, &TableShape)> {
        (name == self.0.name).then_some((0, &self.0))
    }
    fn code(&self, _: usize, _: &str) -> Option<f64> {
        None
    }
    fn known_names(&self) -> Vec<String> {
        Vec::new()
    }
    fn known_texts(&self, _: usize) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn a_variable_may_have_a_value_per_point_and_draw() {
    let keys = vec![TableKey::Bands { name: "bmi".into(), lowest: vec![0.0, 30.0], highest: None }];
    let place = Weighed(TableShape { name: "risk".into(), keys });
    let tables = [TableValues::Numbers(vec![1.0, 2.0])];
    let age: Vec<f64> = (0..100).map(|point| 60.0 + f64::from(point % 7)).collect();
    let bmi: Vec<Lane> =
        (0..100).map(|point| Lane::from_fn(|draw| f64::from(point % 9) * 2.0 + draw as f64 + 20.0)).collect();
    for (text, by_hand) in [
        ("bmi", (|_, bmi| bmi) as fn(f64, f64) -> f64),
        ("age + if(bmi > 30, bmi - 30, 0)", |age, bmi| age + if bmi > 30.0 { bmi - 30.0 } else { 0.0 }),
        ("age >= 65 and bmi >= 25", |age, bmi| f64::from(u8::from(age >= 65.0 && bmi >= 25.0))),
        ("risk(bmi) * age", |age, bmi| if bmi >= 30.0 { 2.0 * age } else { age }),
    ] {
        let program = compile(&parse(text).unwrap(), &place).unwrap();
        let mut out = vec![Lane::ZERO; 100];
        let variables = [Column::Numbers(&age), Column::Lanes(&bmi)];
        let inputs = Inputs { parameters: &[], variables: &variables, points: 100, tables: &tables };
        program.evaluate(&inputs, &mut Scratch::new(), &mut out).unwrap();
        for point in 0..100 {
            assert_eq!(out[point], bmi[point].map(|bmi| by_hand(age[point], bmi)), "{text} at {point}");
        }
        // Where the place knows one value for all draws, it gives numbers.
        let first: Vec<f64> = bmi.iter().map(|lane| lane[0]).collect();
        let variables = [Column::Numbers(&age), Column::Numbers(&first)];
        program.evaluate(&Inputs { variables: &variables, ..inputs }, &mut Scratch::new(), &mut out).unwrap();
        assert!((0..100).all(|point| out[point] == Lane::splat(by_hand(age[point], first[point]))), "{text}");
    }
    let program = compile(&parse("age").unwrap(), &place).unwrap();
    let variables = [Column::Lanes(&bmi), Column::EMPTY];
    let inputs = Inputs { parameters: &[], variables: &variables, points: 100, tables: &tables };
    assert_eq!(
        program.evaluate(&inputs, &mut Scratch::new(), &mut [Lane::ZERO; 100]),
        Err(EvaluationError::VariableByDraw { index: 0 })
    );
}

#[test]
fn a_scratch_used_before_and_after_an_error_gives_the_same_results() {
    let (values, text) = (Values::new(200), "exp(age * price) / since + mortality(age, sex)");
    let fresh = evaluated(text, &values).unwrap();
    let mut scratch = Scratch::new();
    let mut out = vec![Lane::ZERO; 200];
    values.with_inputs(|inputs| {
        let failing = program("ln(age * ratio) + fall_rate(age * price)");
        assert!(failing.evaluate(inputs, &mut scratch, &mut out).is_err());
        for _ in 0..2 {
            program(text).evaluate(inputs, &mut scratch, &mut out).unwrap();
            assert_eq!(bits(&out), bits(&fresh));
        }
    });
}

#[test]
fn a_warm_scratch_is_left_as_large_as_it_was() {
    let values = Values::new(200);
    let program =
        program("exp(age * price) * exp(since) + mortality(age, sex) * fall_rate(age + 10 + price)");
    let mut scratch = Scratch::new();
    let mut out = vec![Lane::ZERO; 200];
    // Addresses of all memory held: an allocation would change one.
    let held = |scratch: &Scratch| {
        let mut held: Vec<(usize, usize)> = Vec::new();
        held.push((scratch.once.as_ptr() as usize, scratch.once.capacity()));
        held.push((scratch.rows.as_ptr() as usize, scratch.rows.capacity()));
        held.extend(scratch.points.iter().map(|register| (register.as_ptr() as usize, register.capacity())));
        held.extend(scratch.lanes.iter().map(|register| (register.as_ptr() as usize, register.capacity())));
        held
    };
    values.with_inputs(|inputs| {
        program.evaluate(inputs, &mut scratch, &mut out).unwrap();
        let warm = held(&scratch);
        assert!(warm.len() > 3);
        program.evaluate(inputs, &mut scratch, &mut out).unwrap();
        assert_eq!(held(&scratch), warm);
    });
}

/// Bits, with everything that is not a number counted as one.
fn bits(lanes: &[Lane]) -> Vec<[u64; LANES]> {
    let one = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    lanes.iter().map(|lane| lane.0.map(one)).collect()
}

/// Random formulas over the names of [`Place`].
fn any_formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-3.0..3.0_f64).prop_map(|value| format!("{value:.2}")),
        prop_oneof![Just("0"), Just("1"), Just("60"), Just("80")].prop_map(String::from),
        prop_oneof![Just("price"), Just("ratio"), Just("shares.otago"), Just("discount")]
            .prop_map(String::from),
        prop_oneof![Just("age"), Just("since"), Just("age"), Just("since")].prop_map(String::from),
        prop_oneof![Just("(sex == 'female')"), Just("('male' != sex)")].prop_map(String::from),
        prop_oneof![Just("mortality(age, sex)"), Just("fall_rate(age)"), Just("fade(since)")]
            .prop_map(String::from),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operators = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("^"),
            Just("<"),
            Just("<="),
            Just(">"),
            Just(">="),
            Just("=="),
            Just("!="),
            Just("and"),
            Just("or"),
            Just("and"),
            Just("or"),
        ];
        let one = prop_oneof![
            Just("-"),
            Just("not "),
            Just("exp"),
            Just("ln"),
            Just("sqrt"),
            Just("abs"),
            Just("floor"),
            Just("rate_to_prob"),
            Just("prob_to_rate"),
            Just("odds_to_prob"),
            Just("prob_to_odds"),
            Just("logistic"),
            Just("fall_rate"),
            Just("fade"),
        ];
        let two =
            prop_oneof![Just("min"), Just("max"), Just("pow"), Just("rate_to_prob"), Just("prob_to_rate")];
        let three = prop_oneof![Just("if"), Just("if"), Just("clamp"), Just("min")];
        prop_oneof![
            (inner.clone(), operators, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (one, inner.clone()).prop_map(|(name, a)| format!("({name}({a}))")),
            (two, inner.clone(), inner.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            (three, inner.clone(), inner.clone(), inner)
                .prop_map(|(name, a, b, c)| format!("{name}({a}, {b}, {c})")),
        ]
    })
}

/// What [`plainly`] gives at all points and in all draws; None where a row is missing in any.
fn all_plainly(text: &str, values: &Values) -> Option<Vec<Lane>> {
    let expression = parse(text).unwrap();
    let mut lanes = vec![Lane::ZERO; values.points];
    for (point, lane) in lanes.iter_mut().enumerate() {
        for draw in 0..LANES {
            lane[draw] = plainly(&expression, values, point, draw).ok()?;
        }
    }
    Some(lanes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn programs_agree_with_plain_recursion_bit_for_bit(text in any_formula()) {
        // More points than a block, and not a multiple of it.
        let values = Values::new(BLOCK + 6);
        let plain = all_plainly(&text, &values);
        match evaluated(&text, &values) {
            Ok(lanes) => prop_assert_eq!(Some(bits(&lanes)), plain.as_deref().map(bits)),
            Err(EvaluationError::MissingRow { .. }) => prop_assert_eq!(None, plain),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn any_text_is_either_read_or_refused_on_its_own_characters(
        text in "[a-c0-9 .,()<>=!+*/^%'\"é-]{0,30}"
    ) {
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {:?}", error.span, text);
            prop_assert!(!error.message.is_empty());
        }
    }
}

#[test]
fn ages_of_one_band_have_one_signature_where_age_is_only_looked_up() {
    let looked_up = program("fall_rate(age) * price");
    assert_eq!(looked_up.signature(0, 66.0), looked_up.signature(0, 74.0));
    assert_ne!(looked_up.signature(0, 74.0), looked_up.signature(0, 75.0));
    let computed = program("fall_rate(age) * (age - 60)");
    assert_ne!(computed.signature(0, 66.0), computed.signature(0, 74.0));
    assert!(program("price * 2").signature(0, 66.0).is_empty());
}
