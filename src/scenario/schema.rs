//! The file format as a JSON Schema, so that editors complete keys and underline mistakes.
//!
//! The schema is of draft 7, which is what editors of TOML support. It asks for no key to be present: a file may
//! build on others and say only what differs. Inside a quantity, which is replaced as a whole, it is strict.

use serde_json::{Map, Value, json};

use super::grammar::{Key, Kind, ROOT, SCENARIO, Shape};

/// What a name of the author's choice looks like.
const IDENTIFIER: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

/// The JSON Schema of scenario files.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        "localised".to_owned(),
        json!({ "oneOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "en": { "type": "string" }, "nl": { "type": "string" } },
                "additionalProperties": false
            }
        ] }),
    );
    of(&ROOT, &mut definitions);
    let mut root = match definitions.remove(&slug(SCENARIO.name)) {
        Some(Value::Object(root)) => root,
        _ => Map::new(),
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("ounce scenario"));
    schema.append(&mut root);
    schema.insert("definitions".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

/// The schema of a kind; tables go to the definitions.
fn of(kind: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Quantity | Kind::Parameter => {
            let table = kind.shape().map_or(Value::Bool(false), |shape| reference(shape, definitions));
            json!({ "oneOf": [{ "type": "number" }, { "type": "string" }, table] })
        }
        Kind::NumberOrFormula | Kind::Number => json!({ "type": ["number", "string"] }),
        Kind::Formula | Kind::Text | Kind::Reference(_) => json!({ "type": "string" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Localised => json!({ "$ref": "#/definitions/localised" }),
        Kind::Years => json!({ "oneOf": [
            { "type": "integer" },
            { "type": "string", "pattern": "^([0-9]{4}([-–][0-9]{4})?|year [0-9]+([-–][0-9]+)?)$" }
        ] }),
        Kind::Ages => json!({ "oneOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^[0-9]+(\\+|[-–][0-9]+)?$" }
        ] }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::List(kind) => json!({ "type": "array", "items": of(kind, definitions) }),
        Kind::Table(shape) => reference(shape, definitions),
        Kind::Ids { kind, .. } => json!({
            "type": "object",
            "properties": { "remove": {
                "type": "array",
                "items": { "type": "string" },
                "description": "Entries of the files that this one uses, to be taken out."
            } },
            "propertyNames": { "pattern": IDENTIFIER },
            "additionalProperties": of(kind, definitions)
        }),
        Kind::Map { kind, .. } => {
            json!({ "type": "object", "additionalProperties": of(kind, definitions) })
        }
        Kind::ByType { types, .. } => {
            let shapes: Vec<Value> =
                types.iter().map(|kind| typed(kind.shape, kind.name, kind.meaning, definitions)).collect();
            json!({ "anyOf": shapes })
        }
        Kind::Either(kinds) => {
            let kinds: Vec<Value> = kinds.iter().map(|kind| of(kind, definitions)).collect();
            json!({ "anyOf": kinds })
        }
    }
}

/// A reference to the definition of a table, which is made when it is not there yet.
fn reference(shape: &'static Shape, definitions: &mut Map<String, Value>) -> Value {
    let name = slug(shape.name);
    if !definitions.contains_key(&name) {
        // Takes the name before going down, so that a table that holds itself ends.
        definitions.insert(name.clone(), Value::Null);
        let table = table(shape, None, definitions);
        definitions.insert(name.clone(), table);
    }
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// The same for a table whose key `type` is one word.
fn typed(shape: &'static Shape, word: &str, meaning: &str, definitions: &mut Map<String, Value>) -> Value {
    let name = slug(shape.name);
    let mut table = table(shape, Some(word), definitions);
    table["description"] = json!(meaning);
    definitions.insert(name.clone(), table);
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn table(shape: &'static Shape, type_word: Option<&str>, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for key in shape.all_keys() {
        let property = match (key.name, type_word) {
            ("type", Some(word)) => json!({ "const": word, "description": key.meaning }),
            _ => property(key, definitions),
        };
        properties.insert(key.name.to_owned(), property);
    }
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let mut rules = Vec::new();
    for group in shape.alternatives {
        for (at, one) in group.keys.iter().enumerate() {
            for other in &group.keys[at + 1..] {
                rules.push(json!({ "not": { "required": [one, other] } }));
            }
        }
        if shape.whole && group.required {
            let each: Vec<Value> = group.keys.iter().map(|key| json!({ "required": [key] })).collect();
            rules.push(json!({ "anyOf": each }));
        }
    }
    if !rules.is_empty() {
        table["allOf"] = Value::Array(rules);
    }
    let required: Vec<&str> = shape.all_keys().filter(|key| key.required).map(|key| key.name).collect();
    if shape.whole && !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

/// The schema of a key with its description. Draft 7 does not read what stands beside a reference, so that goes
/// one level down.
fn property(key: &'static Key, definitions: &mut Map<String, Value>) -> Value {
    let mut property = of(&key.kind, definitions);
    if property.get("$ref").is_some() {
        property = json!({ "allOf": [property] });
    }
    property["description"] = json!(description(key));
    property
}

fn description(key: &Key) -> String {
    let mut text = key.meaning.to_owned();
    if let Some(unit) = key.unit {
        text.push_str(&format!(" Unit: {unit}."));
    }
    if let Some(default) = key.default {
        text.push_str(&format!(" Default: {default}."));
    }
    text.push_str(&format!(" Example: {}", key.example));
    text
}

fn slug(name: &str) -> String {
    name.replace(' ', "_")
}

#[cfg(test)]
mod tests;
