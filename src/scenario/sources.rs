//! Every text a scenario was read from: where it came from, what it said, and its hash.
//!
//! All later messages point into these texts, and the manifest of a run lists them. A path written in a file is
//! looked for beside that file on disk, and only then among the scenarios that travel inside the binary. So a local
//! `lib/nl.toml` wins over the shipped one, and [`Source::origin`] says which of the two was read.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::diagnostic::{Diagnostic, nearest};
use super::embedded::{self, Library};

/// How the path of a shipped file starts when it is shown.
const SHIPPED: &str = "shipped:";

/// One of the texts in [`Sources`]. Ordered by when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of bytes in one of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// The bytes, counted from the start of the text.
    pub range: Range<usize>,
}

/// Where a text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file on this machine.
    Local,
    /// A file that was shipped inside the binary.
    Embedded,
    /// Given as text: an assignment on the command line, or a test.
    Given,
}

/// A text that was read.
#[derive(Debug)]
pub struct Source {
    path: String,
    origin: Origin,
    text: String,
    sha256: String,
    place: Place,
}

/// What two readings of the same file have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Disk { canonical: PathBuf, folder: PathBuf },
    Library(String),
    Given,
}

impl Source {
    /// The path as shown to people; shipped files start with `shipped:`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where the text came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The text, without the byte order mark that some spreadsheets write.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the bytes as they were read, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// All texts read for one scenario.
#[derive(Debug)]
pub struct Sources {
    files: Vec<Source>,
    library: Library,
    /// The folder of the file named on the command line: there a local file may stand in for a shipped one.
    home: Option<PathBuf>,
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Sources {
    /// No text yet; the library is what was shipped with this binary.
    #[must_use]
    pub fn new() -> Self {
        Self::with_library(Library::shipped())
    }

    /// No text yet; with a library of one's own.
    #[must_use]
    pub fn with_library(library: Library) -> Self {
        Self { files: Vec::new(), library, home: None }
    }

    /// The library behind the local files.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// A text.
    #[must_use]
    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    /// All texts in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.files)
    }

    /// Takes in a text that is in no file, under the name by which messages call it.
    pub fn add_text(&mut self, name: &str, text: &str) -> FileId {
        let source = Source {
            path: name.to_owned(),
            origin: Origin::Given,
            sha256: sha256(text.as_bytes()),
            text: text.to_owned(),
            place: Place::Given,
        };
        self.push(source)
    }

    /// Reads the file named on the command line: from disk or else from the shipped scenarios. A path that starts
    /// with `shipped:` means the shipped file only, a name without `.toml` also the shipped file with it.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or it is not UTF-8 text. The message names the nearest shipped
    /// scenario where a name looks like one.
    pub fn open(&mut self, path: &str) -> Result<FileId, Diagnostic> {
        let on_disk = Path::new(path);
        if !path.starts_with(SHIPPED)
            && let Some(id) = self.read_disk(on_disk, path)?
        {
            if self.home.is_none() {
                self.home = Some(folder_of(on_disk));
            }
            return Ok(id);
        }
        let name = path.strip_prefix(SHIPPED).unwrap_or(path);
        for candidate in [name.to_owned(), format!("{name}.toml")] {
            if let Some(inner) = embedded::join("", &candidate)
                && let Some(id) = self.read_library(&inner)?
            {
                return Ok(id);
            }
        }
        let mut error = Diagnostic::error(format!("there is no file `{path}`"));
        error = match nearest(path, self.library.scenarios()) {
            Some(known) => error.help(format!("a shipped scenario is called `{known}`")),
            None => error.help("`ounce examples` lists the scenarios that are shipped"),
        };
        Err(error)
    }

    /// Reads the file that `path` means when it is written in the file `from`.
    ///
    /// Looked for beside `from` on disk, then among the shipped files, first beside `from` when that was shipped
    /// itself and then from the top. When `from` was shipped, a file of that place beside the file on the command
    /// line wins. A file never means itself, so a local `falls.toml` can build on the shipped `falls.toml`.
    ///
    /// # Errors
    /// As for [`Sources::open`]. The message has no place yet: give it the one where the path is written with
    /// [`Diagnostic::at`].
    pub fn resolve(&mut self, from: FileId, path: &str) -> Result<FileId, Diagnostic> {
        let mut tried = Vec::new();
        for candidate in self.local_candidates(from, path) {
            let shown = candidate.to_string_lossy().into_owned();
            if self.is_on_disk(from, &candidate) {
                continue;
            }
            if let Some(id) = self.read_disk(&candidate, &shown)? {
                return Ok(id);
            }
            tried.push(shown);
        }
        for candidate in self.library_candidates(from, path) {
            if let Some(id) = self.read_library(&candidate)? {
                return Ok(id);
            }
        }
        let mut error = Diagnostic::error(format!("there is no file `{path}`"));
        if !tried.is_empty() {
            error =
                error.help(format!("looked for {} and among the files shipped with ounce", tried.join(", ")));
        }
        if let Some(known) = nearest(path, self.library.paths()) {
            error = error.help(format!("a shipped file is called `{known}`"));
        }
        Err(error)
    }

    /// Line and column (both from 1, the column in characters) of a byte in a text.
    #[must_use]
    pub fn line_and_column(&self, file: FileId, byte: usize) -> (usize, usize) {
        line_and_column(self.get(file).text().as_bytes(), byte)
    }

    /// A whole line (from 1) of a text, without its line end; the end of the text when there is no such line.
    #[must_use]
    pub fn line_span(&self, file: FileId, line: usize) -> Span {
        Span { file, range: line_range(self.get(file).text(), line) }
    }

    /// A field (from 0) of a line (from 1) of a CSV text; the whole line when it has no such field.
    ///
    /// A separator between double quotes does not end a field.
    #[must_use]
    pub fn field_span(&self, file: FileId, line: usize, field: usize, separator: u8) -> Span {
        let text = self.get(file).text();
        let whole = line_range(text, line);
        let (mut quoted, mut number, mut start) = (false, 0, whole.start);
        for (offset, byte) in text.as_bytes()[whole.clone()].iter().enumerate() {
            let at = whole.start + offset;
            if *byte == b'"' {
                quoted = !quoted;
            } else if *byte == separator && !quoted {
                if number == field {
                    return Span { file, range: start..at };
                }
                number += 1;
                start = at + 1;
            }
        }
        let range = if number == field { start..whole.end } else { whole };
        Span { file, range }
    }

    fn push(&mut self, source: Source) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(source);
        id
    }

    fn find(&self, place: &Place) -> Option<FileId> {
        self.iter().find(|(_, source)| source.place == *place).map(|(id, _)| id)
    }

    fn is_on_disk(&self, file: FileId, path: &Path) -> bool {
        match &self.get(file).place {
            Place::Disk { canonical, .. } => {
                std::fs::canonicalize(path).is_ok_and(|candidate| candidate == *canonical)
            }
            Place::Library(_) | Place::Given => false,
        }
    }

    fn local_candidates(&self, from: FileId, path: &str) -> Vec<PathBuf> {
        match (&self.get(from).place, &self.home) {
            (Place::Disk { folder, .. }, _) => vec![folder.join(path)],
            (Place::Given, Some(home)) => vec![home.join(path)],
            (Place::Given, None) => vec![PathBuf::from(path)],
            (Place::Library(inner), Some(home)) => {
                let beside = embedded::join(folder_in_library(inner), path);
                // The file that was opened first has called for the shipped one: it does not stand in for it.
                let first = FileId(0);
                beside
                    .into_iter()
                    .map(|beside| home.join(beside))
                    .filter(|candidate| !self.is_on_disk(first, candidate))
                    .collect()
            }
            (Place::Library(_), None) => Vec::new(),
        }
    }

    fn library_candidates(&self, from: FileId, path: &str) -> Vec<String> {
        let folder = match &self.get(from).place {
            Place::Library(inner) => folder_in_library(inner),
            Place::Disk { .. } | Place::Given => "",
        };
        let mut candidates: Vec<String> = embedded::join(folder, path).into_iter().collect();
        if let Some(top) = embedded::join("", path)
            && !candidates.contains(&top)
        {
            candidates.push(top);
        }
        if let Place::Library(inner) = &self.get(from).place {
            candidates.retain(|candidate| candidate != inner);
        }
        candidates
    }

    /// `None` when there is no such file.
    fn read_disk(&mut self, path: &Path, shown: &str) -> Result<Option<FileId>, Diagnostic> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(Diagnostic::error(format!("cannot read `{shown}`: {error}"))),
        };
        let canonical = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let place = Place::Disk { canonical, folder: folder_of(path) };
        self.take_in(shown.to_owned(), Origin::Local, &bytes, place).map(Some)
    }

    /// `None` when nothing of that path was shipped.
    fn read_library(&mut self, path: &str) -> Result<Option<FileId>, Diagnostic> {
        let Some(bytes) = self.library.get(path).map(<[u8]>::to_vec) else { return Ok(None) };
        let place = Place::Library(path.to_owned());
        self.take_in(format!("{SHIPPED}{path}"), Origin::Embedded, &bytes, place).map(Some)
    }

    fn take_in(
        &mut self,
        path: String,
        origin: Origin,
        bytes: &[u8],
        place: Place,
    ) -> Result<FileId, Diagnostic> {
        if let Some(known) = self.find(&place) {
            return Ok(known);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(error) => {
                let byte = error.valid_up_to();
                let (line, column) = line_and_column(bytes, byte);
                return Err(Diagnostic::error(format!(
                    "{path}:{line}:{column}: not UTF-8 text (byte {byte} counted from 0)"
                ))
                .help("save the file as UTF-8; in a spreadsheet choose \"CSV UTF-8\""));
            }
        };
        Ok(self.push(Source { path, origin, sha256: sha256(bytes), text, place }))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

fn folder_in_library(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Line and column from 1; columns count characters as far as the bytes before are text.
fn line_and_column(bytes: &[u8], byte: usize) -> (usize, usize) {
    let before = &bytes[..byte.min(bytes.len())];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

fn line_range(text: &str, line: usize) -> Range<usize> {
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            return start..start + content.trim_end_matches(['\n', '\r']).len();
        }
        start += content.len();
    }
    text.len()..text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn open(sources: &mut Sources, folder: &tempfile::TempDir, path: &str) -> FileId {
        sources.open(folder.path().join(path).to_str().unwrap()).unwrap()
    }

    #[test]
    fn a_local_file_beats_the_shipped_one_and_the_origin_says_so() {
        let folder = folder_with(&[("a.toml", b""), ("lib/nl.toml", b"local")]);
        let library = Library::from_files([("lib/nl.toml", "shipped"), ("lib/falls.toml", "falls")]);
        let mut sources = Sources::with_library(library);
        let root = open(&mut sources, &folder, "a.toml");
        let nl = sources.resolve(root, "lib/nl.toml").unwrap();
        assert_eq!((sources.get(nl).text(), sources.get(nl).origin()), ("local", Origin::Local));
        let falls = sources.resolve(root, "lib/falls.toml").unwrap();
        assert_eq!((sources.get(falls).text(), sources.get(falls).origin()), ("falls", Origin::Embedded));
        assert_eq!(sources.get(falls).path(), "shipped:lib/falls.toml");
    }

    #[test]
    fn a_shipped_file_finds_its_neighbours_and_files_from_the_top() {
        let library = Library::from_files([
            ("lib/falls.toml", ""),
            ("lib/near.csv", "beside"),
            ("data/far.csv", "from the top"),
        ]);
        let mut sources = Sources::with_library(library);
        let falls = sources.open("lib/falls.toml").unwrap();
        let near = sources.resolve(falls, "near.csv").unwrap();
        let far = sources.resolve(falls, "data/far.csv").unwrap();
        let up = sources.resolve(falls, "../data/far.csv").unwrap();
        assert_eq!(sources.get(near).text(), "beside");
        assert_eq!(sources.get(far).text(), "from the top");
        assert_eq!(far, up, "one file is read once");
    }

    #[test]
    fn a_file_beside_the_first_one_stands_in_for_what_a_shipped_file_calls_for() {
        let folder = folder_with(&[("mine.toml", b""), ("lib/nl.toml", b"local")]);
        let library = Library::from_files([("falls.toml", ""), ("lib/nl.toml", "shipped")]);
        let mut sources = Sources::with_library(library);
        let mine = open(&mut sources, &folder, "mine.toml");
        let falls = sources.resolve(mine, "falls.toml").unwrap();
        let nl = sources.resolve(falls, "lib/nl.toml").unwrap();
        assert_eq!(sources.get(nl).text(), "local");
    }

    #[test]
    fn a_file_never_means_itself() {
        let folder = folder_with(&[("falls.toml", b"mine")]);
        let mut sources = Sources::with_library(Library::from_files([("falls.toml", "shipped")]));
        let mine = open(&mut sources, &folder, "falls.toml");
        let other = sources.resolve(mine, "falls.toml").unwrap();
        assert_eq!(sources.get(other).text(), "shipped");
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_position() {
        // 0xE9 is é in the old Western European encoding of spreadsheets; here the fifth byte of the second line.
        let folder = folder_with(&[("x.csv", b"persons,age\ncaf,\xe9\n")]);
        let mut sources = Sources::new();
        let error = sources.open(folder.path().join("x.csv").to_str().unwrap()).unwrap_err();
        assert!(
            error.title.ends_with("x.csv:2:5: not UTF-8 text (byte 16 counted from 0)"),
            "{}",
            error.title
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text_but_of_the_hash() {
        let folder = folder_with(&[("x.csv", b"\xef\xbb\xbfage")]);
        let mut sources = Sources::new();
        let id = open(&mut sources, &folder, "x.csv");
        assert_eq!(sources.get(id).text(), "age");
        assert_eq!(sources.get(id).sha256(), sha256(b"\xef\xbb\xbfage"));
        // The published test vector for the three letters "abc" (FIPS 180-2, appendix B.1).
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_missing_file_names_the_nearest_shipped_one() {
        let mut sources = Sources::with_library(Library::from_files([("falls_chain.toml", "")]));
        let error = sources.open("falls_chian.toml").unwrap_err();
        assert_eq!(error.help, ["a shipped scenario is called `falls_chain.toml`"]);
    }

    #[test]
    fn a_span_can_be_a_field_of_a_csv_line() {
        let mut sources = Sources::new();
        let id = sources.add_text("x.csv", "persons,area\r\n12,\"Den Haag, west\"\r\n");
        let text = |span: Span| &sources.get(id).text()[span.range];
        assert_eq!(text(sources.field_span(id, 2, 0, b',')), "12");
        assert_eq!(text(sources.field_span(id, 2, 1, b',')), "\"Den Haag, west\"");
        assert_eq!(text(sources.field_span(id, 2, 2, b',')), "12,\"Den Haag, west\"", "no such field");
        assert_eq!(text(sources.line_span(id, 1)), "persons,area");
        assert_eq!(text(sources.line_span(id, 9)), "", "no such line");
        assert_eq!(sources.line_and_column(id, 17), (2, 4));
    }
}
