//! Scenario files: reading, checking, explaining.
//!
//! [`read()`] is the front door. It loads a file with all files it uses ([`merge`]), checks what may stand where
//! ([`grammar`]), and then reads what it means into a [`Scenario`]. All mistakes of a file are reported at once, each
//! with its place, what was expected there and the nearest known name.

pub mod catalogue;
pub mod checked;
pub mod diagnostic;
pub mod embedded;
pub mod explain;
pub mod grammar;
pub mod merge;
mod origins;
pub mod part;
mod read;
pub mod schema;
pub mod sources;
pub mod tree;

use std::path::Path;

pub use checked::Scenario;
pub use origins::Origins;
pub(crate) use read::constant;

use diagnostic::Diagnostics;
use sources::Sources;
use tree::Node;

/// A scenario that can be run.
#[derive(Debug)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// What is doubtful about it.
    pub warnings: Diagnostics,
}

/// What stands in the place of what `[uncertainty]` of the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The engine. It decides what a scenario may use, so it must be known when the file is checked.
    pub engine: Option<checked::Engine>,
    /// Replicates of each draw.
    pub replicates: Option<usize>,
}

/// Reads the scenario in a file, with `name=value` assignments put over it.
///
/// # Errors
/// All mistakes that were found, with the warnings beside them.
pub fn read(path: &Path, set: &[(String, String)], sources: &mut Sources) -> Result<Loaded, Diagnostics> {
    read_with(path, set, Overrides::default(), sources)
}

/// [`read()`] for an engine other than the file's.
///
/// # Errors
/// All mistakes that were found, with the warnings beside them.
pub fn read_with(
    path: &Path,
    set: &[(String, String)],
    overrides: Overrides,
    sources: &mut Sources,
) -> Result<Loaded, Diagnostics> {
    let mut messages = Diagnostics::new();
    let root = merge::load(&path.to_string_lossy(), sources, &mut messages);
    finish(root, set, None, overrides, sources, messages)
}

/// [`read_with()`] with a few lines more, written as in a file, that go over all others; messages call them `name`.
///
/// # Errors
/// All mistakes that were found, with the warnings beside them.
pub fn read_and(
    path: &Path,
    set: &[(String, String)],
    (name, lines): (&str, &str),
    overrides: Overrides,
    sources: &mut Sources,
) -> Result<Loaded, Diagnostics> {
    let mut messages = Diagnostics::new();
    let root = merge::load(&path.to_string_lossy(), sources, &mut messages);
    finish(root, set, Some((name, lines)), overrides, sources, messages)
}

/// Reads the scenario in a text that is in no file; messages call it `name`.
///
/// # Errors
/// All mistakes that were found, with the warnings beside them.
pub fn read_text(
    name: &str,
    text: &str,
    set: &[(String, String)],
    sources: &mut Sources,
) -> Result<Loaded, Diagnostics> {
    let mut messages = Diagnostics::new();
    let root = merge::load_text(name, text, sources, &mut messages);
    finish(root, set, None, Overrides::default(), sources, messages)
}

fn finish(
    root: Option<Node>,
    set: &[(String, String)],
    over: Option<(&str, &str)>,
    overrides: Overrides,
    sources: &mut Sources,
    mut messages: Diagnostics,
) -> Result<Loaded, Diagnostics> {
    let Some(mut root) = root else { return Err(messages) };
    merge::set(&mut root, set, sources, &mut messages);
    if let Some((name, lines)) = over.filter(|(_, lines)| !lines.is_empty()) {
        merge::put_over(&mut root, name, lines, sources, &mut messages);
    }
    merge::name_varied(&mut root);
    grammar::check_structure(&root, &mut messages);
    let (scenario, found) = read::read(&root, overrides, messages.has_errors(), sources);
    messages.append(found);
    messages.sort();
    if messages.has_errors() { Err(messages) } else { Ok(Loaded { scenario, warnings: messages }) }
}
