//! The scenarios that travel inside the binary, so that an installed `ounce` works in an empty folder.

use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

/// The folder `scenarios/` of the project as it was when the binary was built.
static SCENARIOS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Where people read a shipped file from: a set of texts, keyed by their path below `scenarios/`.
///
/// Paths are written with `/` on every system (`lib/nl.toml`). The order is alphabetical, so listings never depend
/// on the file system of the machine that built the binary.
#[derive(Debug, Clone)]
pub struct Library {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Library {
    /// What was shipped with this binary.
    #[must_use]
    pub fn shipped() -> Self {
        let mut files = BTreeMap::new();
        collect(&SCENARIOS, &mut files);
        Self { files }
    }

    /// A library of the given texts, keyed by path. For tests and for programs that bring their own scenarios.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files
            .into_iter()
            .map(|(path, text)| (path.to_owned(), Cow::Owned(text.as_bytes().to_vec())))
            .collect();
        Self { files }
    }

    /// The bytes of a shipped file, or `None` when nothing of that path was shipped.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The paths of all shipped files, in alphabetical order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The paths of the scenarios that can be run as they are: every TOML file outside `lib/` and `data/`.
    pub fn scenarios(&self) -> impl Iterator<Item = &str> {
        self.paths().filter(|path| {
            path.ends_with(".toml") && !path.split('/').any(|folder| folder == "lib" || folder == "data")
        })
    }
}

/// Files below a shipped folder; names starting with a dot belong to the workshop, not to the shelf.
fn collect(folder: &'static Dir<'static>, into: &mut BTreeMap<String, Cow<'static, [u8]>>) {
    for file in folder.files() {
        let hidden = file.path().file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden {
            let path = file.path().to_string_lossy().replace('\\', "/");
            into.insert(path, Cow::Borrowed(file.contents()));
        }
    }
    for inner in folder.dirs() {
        collect(inner, into);
    }
}

/// The path that `written` means when it stands in a file of folder `folder`; both below `scenarios/`.
///
/// `.` and `..` are worked out; `None` when the path leaves the library or is absolute.
#[must_use]
pub fn join(folder: &str, written: &str) -> Option<String> {
    if written.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_folder_of_the_file_that_writes_it() {
        assert_eq!(join("lib", "nl.toml").as_deref(), Some("lib/nl.toml"));
        assert_eq!(join("lib", "../data/./x.csv").as_deref(), Some("data/x.csv"));
        assert_eq!(join("", "../x.csv"), None, "nothing lies outside the library");
        assert_eq!(join("lib", "/etc/x"), None);
    }

    #[test]
    fn scenarios_are_the_toml_files_outside_lib_and_data() {
        let library = Library::from_files([
            ("falls.toml", ""),
            ("lib/nl.toml", ""),
            ("data/x.csv", ""),
            ("validation/a.toml", ""),
        ]);
        assert_eq!(library.scenarios().collect::<Vec<_>>(), ["falls.toml", "validation/a.toml"]);
    }

    #[test]
    fn the_shipped_library_has_no_hidden_files() {
        assert!(
            Library::shipped().paths().all(|path| !path.rsplit('/').next().unwrap_or("").starts_with('.'))
        );
    }
}
