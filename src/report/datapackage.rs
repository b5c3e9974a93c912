//! The description of all tables in the Frictionless Data Package format, version 1: <https://specs.frictionlessdata.io>.

use super::csv::CsvStyle;
use super::table::{Column, Kind, Table};
use crate::scenario::Scenario;
use serde_json::{Map, Value, json};

/// Describes the CSV tables and the draws.
pub(super) fn describe(
    scenario: &Scenario,
    tables: &[Table],
    draws: Option<&Table>,
    style: CsvStyle,
) -> Value {
    let mut resources: Vec<Value> = tables.iter().map(|table| csv(table, style)).collect();
    resources.extend(draws.map(parquet));
    json!({
        "profile": "data-package",
        "name": "ounce-results",
        "title": scenario.title.en,
        "description": scenario.description.en,
        "resources": resources,
    })
}

fn csv(table: &Table, style: CsvStyle) -> Value {
    let fields: Vec<Value> = table.columns.iter().map(|column| field(column, Some(style))).collect();
    json!({
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": format!("{}.csv", table.name),
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {
            "delimiter": style.delimiter().to_string(),
            "lineTerminator": "\n",
            "quoteChar": "\"",
            "doubleQuote": true,
            "header": true,
        },
        "schema": schema(fields, table, true),
    })
}

fn parquet(table: &Table) -> Value {
    let fields: Vec<Value> = table.columns.iter().map(|column| field(column, None)).collect();
    json!({
        "name": table.name,
        "path": format!("{}.parquet", table.name),
        "description": table.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema(fields, table, false),
    })
}

/// Fields, what stands for a missing value in text, and the columns that tell rows apart; such a column may be empty in some
/// rows.
fn schema(fields: Vec<Value>, table: &Table, text: bool) -> Value {
    let mut schema = Map::new();
    schema.insert("fields".into(), Value::Array(fields));
    if text {
        schema.insert("missingValues".into(), json!([""]));
    }
    let key = table.primary_key();
    if !key.is_empty() {
        schema.insert("primaryKey".into(), json!(key));
    }
    Value::Object(schema)
}

fn field(column: &Column, style: Option<CsvStyle>) -> Value {
    let mut field = Map::new();
    field.insert("name".into(), json!(column.name));
    let kind = match column.kind {
        Kind::Key | Kind::Text => "string",
        Kind::Number => "number",
        Kind::Integer => "integer",
        Kind::Year => "year",
    };
    field.insert("type".into(), json!(kind));
    if let (Kind::Number, Some(CsvStyle::Nl)) = (column.kind, style) {
        field.insert("decimalChar".into(), json!(","));
    }
    if !column.unit.is_empty() {
        field.insert("unit".into(), json!(column.unit));
    }
    if !column.description.is_empty() {
        field.insert("description".into(), json!(column.description));
    }
    Value::Object(field)
}
