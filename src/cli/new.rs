//! `ounce new`: a short file for one's own place, which builds on a shipped scenario.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::examples::{self, in_language};
use super::{INVALID, Language, UNFINISHED};
use crate::scenario::diagnostic::{Diagnostics, nearest};
use crate::scenario::embedded::Library;
use crate::scenario::merge;
use crate::scenario::sources::Sources;
use crate::scenario::tree::{Node, Table, Value};

/// What `ounce new` is asked.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The shipped scenario to build on; without it the list of them
    pub template: Option<String>,
    /// The file to write; by default named after the scenario, in the present folder
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over a file that is there already
    #[arg(long)]
    pub force: bool,
    /// Language of the questions in the file
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub lang: Language,
}

/// Writes the file, or lists the scenarios.
#[must_use]
pub fn new(arguments: NewArgs) -> ExitCode {
    let library = Library::shipped();
    let Some(template) = &arguments.template else {
        let list = examples::list(&library, arguments.lang);
        return super::print(&format!(
            "{list}`ounce new NAME` writes a short file that builds on one of these.\n"
        ));
    };
    let Some(path) = shipped(&library, template) else {
        let message = match nearest(template, library.scenarios()) {
            Some(known) => format!("no scenario `{template}` is shipped; did you mean `{known}`?"),
            None => format!("no scenario `{template}` is shipped; `ounce new` lists them"),
        };
        return super::complain(&message, INVALID);
    };
    let mut sources = Sources::with_library(library.clone());
    let mut diagnostics = Diagnostics::new();
    let Some(root) = merge::load(&format!("shipped:{path}"), &mut sources, &mut diagnostics) else {
        diagnostics.emit(&sources);
        return ExitCode::from(INVALID);
    };
    let out = arguments.out.unwrap_or_else(|| PathBuf::from(path.rsplit('/').next().unwrap_or(path)));
    if let Err(error) = write(&out, &starter(path, &root, arguments.lang), arguments.force) {
        return match error.kind() {
            ErrorKind::AlreadyExists => super::complain(
                &format!("`{}` is there already; `--force` writes over it", out.display()),
                INVALID,
            ),
            _ => super::complain(&format!("cannot write `{}`: {error}", out.display()), UNFINISHED),
        };
    }
    super::print(&format!(
        "wrote {0}\nFill in what you know of your own place, then: ounce run {0}\n",
        out.display()
    ))
}

/// The path of a shipped scenario by its path or its name without `.toml`.
fn shipped<'a>(library: &'a Library, template: &str) -> Option<&'a str> {
    library.scenarios().find(|path| *path == template || path.strip_suffix(".toml") == Some(template))
}

fn write(path: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    options.open(path)?.write_all(text.as_bytes())
}

/// A quantity that the scenario marks as differing from place to place.
struct Local<'a> {
    /// The tables it stands in.
    table: Vec<String>,
    key: &'a str,
    quantity: &'a Table,
}

/// The short file that builds on the scenario at `path` and asks for all that is local.
fn starter(path: &str, root: &Node, language: Language) -> String {
    let title = root.get("title").and_then(|title| in_language(title, language)).unwrap_or(path);
    let (head, people, mine) = match language {
        Language::En => (
            format!(
                "# Builds on the scenario {path} that is shipped with ounce. Lines that start with # keep the\n\
                 # shipped value. Take the # away where you know better, put your own number there, and say in\n\
                 # `assumption` or `source` where it comes from.\n"
            ),
            "# Your own people: a CSV with the columns persons, age, and if known sex and labels.\n",
            "our place",
        ),
        Language::Nl => (
            format!(
                "# Bouwt voort op het scenario {path} dat bij ounce hoort. Regels die met # beginnen houden de\n\
                 # meegeleverde waarde. Haal het # weg waar u het beter weet, zet uw eigen getal neer en zeg bij\n\
                 # `assumption` of `source` waar het vandaan komt.\n"
            ),
            "# Uw eigen inwoners: een CSV met de kolommen persons, age, en indien bekend sex en labels.\n",
            "onze plaats",
        ),
    };
    let mut text = format!(
        "{head}ounce = 1\ntitle = {}\nuse = [{}]\n\n[population]\n{people}# file = \"inhabitants.csv\"\n",
        quoted(&format!("{title}: {mine}")),
        quoted(path)
    );
    let mut locals = Vec::new();
    if let Some(table) = root.as_table() {
        collect(table, &mut Vec::new(), &mut locals);
    }
    // Quantities of one table together, under one header.
    locals.sort_by(|one, other| one.table.cmp(&other.table));
    let mut header: &[String] = &[];
    for local in &locals {
        if local.table != header {
            header = &local.table;
            text.push_str(&format!("\n[{}]\n", header.join(".")));
        }
        text.push_str(&entry(local, language));
    }
    text
}

/// The quantities marked as local below a table.
fn collect<'a>(table: &'a Table, path: &mut Vec<String>, locals: &mut Vec<Local<'a>>) {
    for entry in table {
        let Some(inner) = entry.node.as_table() else { continue };
        if inner.get("local").and_then(Node::as_boolean) == Some(true) {
            locals.push(Local { table: path.clone(), key: &entry.key, quantity: inner });
        } else {
            path.push(key(&entry.key));
            collect(inner, path, locals);
            path.pop();
        }
    }
}

/// The question of a local quantity and the line to fill in.
fn entry(local: &Local<'_>, language: Language) -> String {
    let mut text = String::new();
    let question = local.quantity.get("question").and_then(|question| in_language(question, language));
    for line in question.into_iter().flat_map(str::lines) {
        text.push_str(&format!("# {line}\n"));
    }
    let mut parts = Vec::new();
    for name in ["value", "unit", "price_year"] {
        if let Some(node) = local.quantity.get(name) {
            parts.push(format!("{name} = {}", written(node)));
        }
    }
    let why = match language {
        Language::En => "why this number",
        Language::Nl => "waarom dit getal",
    };
    parts.push(format!("assumption = {}", quoted(why)));
    text.push_str(&format!("# {} = {{ {} }}\n", key(local.key), parts.join(", ")));
    text
}

/// A value as TOML.
fn written(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Integer(integer) => integer.to_string(),
        Value::Number(number) => format!("{number:?}"),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries: Vec<String> =
                table.iter().map(|entry| format!("{} = {}", key(&entry.key), written(&entry.node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A key as TOML, in quotes where it needs them.
fn key(key: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A text as TOML on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::grammar::check_structure;

    const TEMPLATE: &str = "\
title = { en = 'A \"course\"', nl = 'Een cursus' }
[parameters]
uptake = { value = '30%', n = 100, unit = 'share', local = true, question = { en = 'How many come?', nl = 'Hoeveel komen er?' } }
ratio = { value = 0.77, sd = 0.1 }
[programmes.p.enrol]
persons = { value = 100, local = true }
";

    fn starter_of(text: &str, language: Language) -> String {
        let mut sources = Sources::with_library(Library::from_files([("a.toml", text)]));
        let mut diagnostics = Diagnostics::new();
        let root = merge::load("a.toml", &mut sources, &mut diagnostics).unwrap();
        starter("a.toml", &root, language)
    }

    #[test]
    fn the_short_file_asks_for_all_that_is_local() {
        insta::assert_snapshot!(starter_of(TEMPLATE, Language::En), @r##"
        # Builds on the scenario a.toml that is shipped with ounce. Lines that start with # keep the
        # shipped value. Take the # away where you know better, put your own number there, and say in
        # `assumption` or `source` where it comes from.
        ounce = 1
        title = "A \"course\": our place"
        use = ["a.toml"]

        [population]
        # Your own people: a CSV with the columns persons, age, and if known sex and labels.
        # file = "inhabitants.csv"

        [parameters]
        # How many come?
        # uptake = { value = "30%", unit = "share", assumption = "why this number" }

        [programmes.p.enrol]
        # persons = { value = 100, assumption = "why this number" }
        "##);
        assert!(starter_of(TEMPLATE, Language::Nl).contains("# Hoeveel komen er?\n"));
    }

    #[test]
    fn the_short_file_builds_on_the_shipped_one_with_and_without_its_comments() {
        let text = starter_of(TEMPLATE, Language::En);
        let library = Library::from_files([("a.toml", TEMPLATE)]);
        let filled =
            text.replace("# uptake", "uptake").replace("'30%'", "'40%'").replace("# persons =", "persons =");
        for (text, uptake) in [(&text, Some(100)), (&filled, None)] {
            let mut sources = Sources::with_library(library.clone());
            let mut diagnostics = Diagnostics::new();
            let root = merge::load_text("mine.toml", text, &mut sources, &mut diagnostics).unwrap();
            let read = root.get("parameters").unwrap().get("uptake").unwrap();
            assert_eq!(read.get("n").and_then(Node::as_integer), uptake, "{text}");
            check_structure(&root, &mut diagnostics);
            assert!(diagnostics.iter().all(|message| message.title.contains("lacks")), "{text}");
        }
    }

    #[test]
    fn texts_are_written_so_that_toml_reads_them_back() {
        for text in ["plain", "a \"quote\"", "back\\slash", "tab\tand\nline", "é"] {
            let read: toml::Table = toml::from_str(&format!("x = {}", quoted(text))).unwrap();
            assert_eq!(read["x"].as_str(), Some(text));
        }
        assert_eq!((key("65-74"), key("85+"), key("")), ("65-74".into(), "\"85+\"".into(), "\"\"".into()));
    }

    #[test]
    fn a_template_is_found_with_or_without_its_ending() {
        let library = Library::from_files([("falls.toml", ""), ("lib/nl.toml", "")]);
        assert_eq!(shipped(&library, "falls"), Some("falls.toml"));
        assert_eq!(shipped(&library, "falls.toml"), Some("falls.toml"));
        assert_eq!(shipped(&library, "lib/nl"), None, "a library is no scenario");
    }
}
