//! What a written folder says of its own tables.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};

/// Asserts that in every CSV file that the data package describes no two rows have the same primary key; gives the keys by table.
pub fn assert_primary_keys(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<String>> {
    let package: serde_json::Value = serde_json::from_slice(&files["datapackage.json"]).unwrap();
    let mut keys = BTreeMap::new();
    for resource in package["resources"].as_array().unwrap() {
        let Some(key) = resource["schema"]["primaryKey"].as_array() else { continue };
        let key: Vec<String> = key.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        keys.insert(resource["name"].as_str().unwrap().to_owned(), key.clone());
        if resource["format"] != "csv" {
            continue;
        }
        let path = resource["path"].as_str().unwrap();
        let mut reader = csv::Reader::from_reader(&files[path][..]);
        let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let columns: Vec<usize> =
            key.iter().map(|name| headers.iter().position(|header| header == name).unwrap()).collect();
        let mut seen = BTreeSet::new();
        for row in reader.records() {
            let row = row.unwrap();
            let of: Vec<String> = columns.iter().map(|&column| row[column].to_owned()).collect();
            assert!(seen.insert(of.clone()), "{path}: {of:?} stands twice");
        }
    }
    keys
}
