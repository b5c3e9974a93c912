use super::*;
use crate::scenario::grammar::described;

/// Whether a value keeps to a schema, for the words of draft 7 that ours uses; any other word is a fault of the test.
fn valid(value: &Value, schema: &Value, root: &Value) -> bool {
    let Value::Object(words) = schema else { return schema == &Value::Bool(true) };
    words.iter().all(|(word, rule)| match word.as_str() {
        "$schema" | "title" | "description" | "definitions" => true,
        "$ref" => {
            let name = rule.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
            valid(value, &root["definitions"][name], root)
        }
        "type" => match rule {
            Value::Array(types) => types.iter().any(|name| is_of_type(value, name.as_str().unwrap())),
            name => is_of_type(value, name.as_str().unwrap()),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => value == rule,
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| matches_pattern(text, rule.as_str().unwrap())),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|value| valid(value, rule, root))),
        "required" => value.as_object().is_none_or(|table| {
            rule.as_array().unwrap().iter().all(|key| table.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|table| {
            table.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| valid(value, rule, root)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|table| {
            let known = &words.get("properties").cloned().unwrap_or(json!({}));
            let others = table.iter().filter(|(key, _)| known.get(key.as_str()).is_none());
            others.into_iter().all(|(_, value)| valid(value, rule, root))
        }),
        "propertyNames" => {
            value.as_object().is_none_or(|table| table.keys().all(|key| valid(&json!(key), rule, root)))
        }
        "allOf" => rule.as_array().unwrap().iter().all(|rule| valid(value, rule, root)),
        "anyOf" => rule.as_array().unwrap().iter().any(|rule| valid(value, rule, root)),
        "oneOf" => rule.as_array().unwrap().iter().filter(|rule| valid(value, rule, root)).count() == 1,
        "not" => !valid(value, rule, root),
        other => panic!("the schema uses `{other}`, which this test does not know"),
    })
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type of JSON Schema: {other}"),
    }
}

/// The three patterns of the schema, by hand.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        IDENTIFIER => crate::scenario::grammar::is_identifier(text),
        _ if pattern.contains("{4}") => text.split(['-', '–']).all(|part| digits(part) && part.len() == 4),
        _ => text.strip_suffix('+').map_or_else(|| text.split(['-', '–']).all(digits), digits),
    }
}

/// Whether a TOML text keeps to the schema of scenario files.
fn accepts(text: &str) -> bool {
    let value: toml::Table = toml::from_str(text).unwrap();
    let schema = schema();
    valid(&serde_json::to_value(value).unwrap(), &schema, &schema)
}

#[test]
fn every_example_keeps_to_the_schema_where_it_stands() {
    for described in described() {
        let (table, _) = described.path.rsplit_once('.').unwrap_or_default();
        let table = table.replace("quantity", "parameters.*").replace('*', "x");
        let header = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
        // A fade alone says nothing: the table is replaced as a whole, so the schema asks for the full years too.
        let beside = if described.path.ends_with(".fade") { "full = 1\n" } else { "" };
        let text = format!("{header}{beside}{}", described.key.example);
        assert!(accepts(&text), "{text}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(table) => {
                found.extend(table.get("$ref").and_then(Value::as_str));
                table.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let schema = schema();
    let mut found = Vec::new();
    references(&schema, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let name = reference.strip_prefix("#/definitions/").unwrap();
        assert!(schema["definitions"][name].is_object(), "{reference}");
    }
}

#[test]
fn a_file_that_only_says_what_differs_is_accepted() {
    assert!(accepts("use = ['falls.toml']\n[programmes.chain.enrol]\nshare = '20%'\n"));
    assert!(accepts("[arrangements.spuk.clauses.grant]\namount = 3\n"));
    assert!(accepts("[effects]\nremove = ['otago']\n"));
}

#[test]
fn mistakes_are_refused() {
    for wrong in [
        "[time]\nyeers = 10",
        "[time]\nyears = 'ten'",
        "[time]\ncycle = 'half year'",
        "parameters.x = { value = 1, sdd = 1 }",
        "parameters.x = true",
        "parameters.a-b = 1",
        "[programmes.p.enrol]\nshare = 0.1\npersons = 100",
        "[programmes.p.enrol]\nyears = '2026/2029'",
        "arrangements.a.clauses.c = { type = 'fee', amount = 3 }",
        "arrangements.a.clauses.c = { type = 'bribe' }",
        "effects.e.lasts = { fade = 2 }",
        "effects.e.lasts = { full = 1, half_life = 2 }",
    ] {
        assert!(!accepts(wrong), "{wrong}");
    }
}

#[test]
fn tables_of_different_shape_have_different_names() {
    // A second table of the same name would silently take the definition of the first one.
    let schema = schema();
    let definitions = schema["definitions"].as_object().unwrap();
    let keys_of = |name: &str| definitions[name]["properties"].as_object().unwrap().len();
    assert_eq!(keys_of("background_mortality"), 2 + 5);
    assert_eq!(keys_of("enrolment"), 5);
    assert_eq!(keys_of("discount"), 3);
    assert_eq!(keys_of("lump_sum"), 2 + 10 + 5);
}
