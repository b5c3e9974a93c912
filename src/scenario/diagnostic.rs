//! Messages about a scenario that show the line, underline the spot, and say what to do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::sources::{FileId, Sources, Span};

/// Whether a message stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario has no meaning as written.
    Error,
    /// The scenario runs, but probably does not say what its author wants.
    Warning,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops the run.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: String,
    /// Where; `None` when there is no text to point at (a file that does not exist).
    pub span: Option<Span>,
    /// At the underlined spot: what was expected there.
    pub label: String,
    /// What to do about it.
    pub help: Vec<String>,
    /// Other places that belong to the matter, each with what it has to do with it.
    pub secondary: Vec<(Span, String)>,
}

impl Diagnostic {
    /// An error; say where with [`Diagnostic::at`].
    pub fn error(title: impl Into<String>) -> Self {
        Self::new(Severity::Error, title.into())
    }

    /// A warning; say where with [`Diagnostic::at`].
    pub fn warning(title: impl Into<String>) -> Self {
        Self::new(Severity::Warning, title.into())
    }

    fn new(severity: Severity, title: String) -> Self {
        Self { severity, title, span: None, label: String::new(), help: Vec::new(), secondary: Vec::new() }
    }

    /// Points at a spot.
    #[must_use]
    pub fn at(mut self, span: &Span) -> Self {
        self.span = Some(span.clone());
        self
    }

    /// Says at the spot what was expected.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds `did you mean ...` when some candidate comes near to the name.
    #[must_use]
    pub fn did_you_mean<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(name, candidates) {
            Some(known) => self.help(format!("did you mean `{known}`?")),
            None => self,
        }
    }

    /// Adds another place that belongs to the matter.
    #[must_use]
    pub fn also(mut self, span: &Span, label: impl Into<String>) -> Self {
        self.secondary.push((span.clone(), label.into()));
        self
    }

    /// The message with its lines of text, as people see it; no line end after it.
    #[must_use]
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(self.title.as_str()));
        for (file, marks) in self.marks_by_file() {
            group = group.element(snippet(sources, file, marks));
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    /// What to underline, the file of the main spot first.
    fn marks_by_file(&self) -> Vec<(FileId, Vec<Mark<'_>>)> {
        let mut by_file: Vec<(FileId, Vec<Mark<'_>>)> = Vec::new();
        let main = self.span.iter().map(|span| (span, self.label.as_str(), AnnotationKind::Primary));
        let others =
            self.secondary.iter().map(|(span, label)| (span, label.as_str(), AnnotationKind::Context));
        for mark in main.chain(others) {
            match by_file.iter_mut().find(|(file, _)| *file == mark.0.file) {
                Some((_, marks)) => marks.push(mark),
                None => by_file.push((mark.0.file, vec![mark])),
            }
        }
        by_file
    }
}

type Mark<'a> = (&'a Span, &'a str, AnnotationKind);

/// The lines that the marks touch: a data file may have a million others.
fn snippet<'a>(
    sources: &'a Sources,
    file: FileId,
    marks: Vec<Mark<'a>>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(file);
    let text = source.text();
    let first = marks.iter().map(|(span, ..)| span.range.start).min().unwrap_or(0).min(text.len());
    let last = marks.iter().map(|(span, ..)| span.range.end).max().unwrap_or(0).min(text.len());
    let from = text.as_bytes()[..first].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let to =
        text.as_bytes()[last..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| last + at);
    let line = text.as_bytes()[..from].iter().filter(|byte| **byte == b'\n').count() + 1;
    let mut snippet = Snippet::source(&text[from..to]).line_start(line).path(source.path());
    for (span, label, kind) in marks {
        let start = span.range.start.min(text.len()) - from;
        let end = span.range.end.min(text.len()).saturating_sub(from).max(start);
        let label = (!label.is_empty()).then_some(label);
        snippet = snippet.annotation(kind.span(start..end).label(label));
    }
    snippet
}

/// The messages about one scenario.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    messages: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No message yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn push(&mut self, message: Diagnostic) {
        self.messages.push(message);
    }

    /// Adds all messages of another collection.
    pub fn append(&mut self, other: Diagnostics) {
        self.messages.extend(other.messages);
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Takes back what came after the first messages when that stops the run, and says why in the words of its first
    /// error. Warnings alone stay.
    pub(crate) fn take_back(&mut self, first: usize) -> Option<String> {
        let since = self.messages.get(first..).unwrap_or_default();
        let reason = since.iter().find(|message| message.severity == Severity::Error)?.title.clone();
        self.messages.truncate(first);
        Some(reason)
    }

    /// Whether some message stops the run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// How many messages stop the run.
    #[must_use]
    pub fn error_count(&self) -> usize {
        self.messages.iter().filter(|message| message.severity == Severity::Error).count()
    }

    /// How many messages do not stop the run.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.messages.len() - self.error_count()
    }

    /// Whether there is no message at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The messages in their present order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.messages.iter()
    }

    /// In the order of the texts, each message once. Messages without a place come first.
    pub fn sort(&mut self) {
        let place = |message: &Diagnostic| {
            message.span.as_ref().map(|span| (span.file, span.range.start, span.range.end))
        };
        self.messages.sort_by(|a, b| {
            (place(a), a.severity, &a.title, &a.label).cmp(&(place(b), b.severity, &b.title, &b.label))
        });
        self.messages.dedup();
    }

    /// All messages as people see them, sorted and each once, with a last line that counts them.
    #[must_use]
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let mut sorted = self.clone();
        sorted.sort();
        let mut text = String::new();
        for message in &sorted.messages {
            text.push_str(&message.render(sources, colour));
            text.push_str("\n\n");
        }
        let (errors, warnings) = (sorted.error_count(), sorted.warning_count());
        let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        // Writing to a String cannot fail.
        let _ = match (errors, warnings) {
            (0, 0) => Ok(()),
            (_, 0) => writeln!(text, "{}", count(errors, "error")),
            (0, _) => writeln!(text, "{}", count(warnings, "warning")),
            _ => writeln!(text, "{}, {}", count(errors, "error"), count(warnings, "warning")),
        };
        text
    }

    /// Writes all messages to standard error, in colour when that is a terminal and `NO_COLOR` is not set.
    pub fn emit(&self, sources: &Sources) {
        let mut stderr = std::io::stderr().lock();
        let colour =
            stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // Nobody is left to tell when standard error is closed.
        let _ = stderr.write_all(self.render(sources, colour).as_bytes());
    }
}

/// The candidate that a mistyped name most likely means.
///
/// Near is an optimal-string-alignment distance (letters inserted, deleted, replaced, or two neighbours swapped) of
/// at most a third of the name's length, at least one. Capitals and `-` against `_` do not count. Of equally near
/// candidates the first is taken.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let name = plain(name);
    let limit = (name.chars().count() / 3).max(1);
    let mut best: BTreeMap<usize, &'a str> = BTreeMap::new();
    for candidate in candidates {
        let distance = strsim::osa_distance(&name, &plain(candidate));
        if distance <= limit {
            best.entry(distance).or_insert(candidate);
        }
    }
    best.into_values().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(file: FileId, text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span { file, range: start..start + part.len() }
    }

    #[test]
    fn a_message_shows_file_line_and_column_and_underlines_the_spot() {
        let text = "[time]\nstart = 2026\nyeers = 10\n";
        let mut sources = Sources::new();
        let file = sources.add_text("plan.toml", text);
        let message = Diagnostic::error("unknown key `yeers` in `time`")
            .at(&span(file, text, "yeers"))
            .label("not a key of `time`")
            .did_you_mean("yeers", ["start", "years", "cycle"]);
        insta::assert_snapshot!(message.render(&sources, false), @r"
        error: unknown key `yeers` in `time`
         --> plan.toml:3:1
          |
        3 | yeers = 10
          | ^^^^^ not a key of `time`
          |
          = help: did you mean `years`?
        ");
    }

    #[test]
    fn a_message_can_point_into_two_files() {
        let (one, two) = ("a = 1\n", "# two\na = 2\n");
        let mut sources = Sources::new();
        let first = sources.add_text("one.toml", one);
        let second = sources.add_text("two.toml", two);
        let message = Diagnostic::warning("`a` is defined twice")
            .at(&span(second, two, "a"))
            .label("again here")
            .also(&span(first, one, "a"), "first here");
        insta::assert_snapshot!(message.render(&sources, false), @r"
        warning: `a` is defined twice
         --> two.toml:2:1
          |
        2 | a = 2
          | ^ again here
          |
         ::: one.toml:1:1
          |
        1 | a = 1
          | - first here
        ");
    }

    #[test]
    fn a_spot_at_or_past_the_end_of_the_text_is_shown_there() {
        let mut sources = Sources::new();
        let file = sources.add_text("x.toml", "a =");
        for range in [3..3, 3..4, 9..12] {
            let text = Diagnostic::error("no value").at(&Span { file, range }).render(&sources, false);
            assert!(text.contains("x.toml:1:4"), "{text}");
        }
    }

    #[test]
    fn messages_come_in_the_order_of_the_text_and_each_once() {
        let mut sources = Sources::new();
        let file = sources.add_text("x.toml", "ab");
        let at = |start: usize| Span { file, range: start..start + 1 };
        let mut messages = Diagnostics::new();
        messages.push(Diagnostic::error("later").at(&at(1)));
        messages.push(Diagnostic::warning("earlier").at(&at(0)));
        messages.push(Diagnostic::error("later").at(&at(1)));
        messages.push(Diagnostic::error("nowhere"));
        messages.sort();
        let titles: Vec<_> = messages.iter().map(|message| message.title.as_str()).collect();
        assert_eq!(titles, ["nowhere", "earlier", "later"]);
        assert!(messages.render(&sources, false).ends_with("2 errors, 1 warning\n"));
    }

    #[test]
    fn no_colour_codes_without_colour() {
        let mut sources = Sources::new();
        let file = sources.add_text("x.toml", "a");
        let message = Diagnostic::error("wrong").at(&Span { file, range: 0..1 });
        assert!(!message.render(&sources, false).contains('\u{1b}'));
        assert!(message.render(&sources, true).contains('\u{1b}'));
    }

    #[test]
    fn the_nearest_name_forgives_one_slip_in_three_letters() {
        let known = ["share", "persons", "total", "half-year"];
        assert_eq!(nearest("shrae", known), Some("share"), "two letters swapped");
        assert_eq!(nearest("Half_Year", known), Some("half-year"), "capitals and dashes do not count");
        assert_eq!(nearest("price", known), None);
        assert_eq!(nearest("ab", ["cd"]), None);
    }
}
