//! A folder of results that is complete or not there.
//!
//! Files are written into a new folder beside the target, which takes the target's name when all of them are
//! there. A run that stops half-way leaves what was there before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// File that every folder of results has; a folder without it is not replaced.
pub const MANIFEST: &str = "manifest.json";

/// Name of a replaced result in the moment before it is removed.
const REPLACED: &str = "replaced";

/// A folder that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is a result already.
    #[error("`{path}` already holds a result; `--force` replaces it, `--out` names another folder")]
    Exists {
        /// The folder.
        path: String,
    },
    /// Something else has that name.
    #[error(
        "`{path}` exists and is not a folder of results, so it is left alone; `--out` names another folder"
    )]
    NotAResult {
        /// The path.
        path: String,
    },
    /// The path has no name that a folder can have.
    #[error("`{path}` cannot be the name of a folder of results; `--out` names another one")]
    NoName {
        /// The path.
        path: String,
    },
    /// The file system refuses.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// The folder or file.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Where a run will put its results.
#[derive(Debug)]
pub struct Target {
    path: PathBuf,
    /// Folders above the target that had to be made, topmost first.
    made: Vec<PathBuf>,
    kept: bool,
}

impl Target {
    /// Checks, before anything is computed, that the results can be written: makes the folders above the
    /// target, and writes and removes a file beside it. With `force` an existing result is going to be
    /// replaced, whole.
    ///
    /// # Errors
    /// A result is there already and `force` was not said; something that is no result has its name; or the
    /// file system refuses.
    pub fn check(path: &Path, force: bool) -> Result<Self, FolderError> {
        if path.file_name().is_none() {
            return Err(FolderError::NoName { path: shown(path) });
        }
        check_replaceable(path, force)?;
        let parent = parent_of(path);
        let mut missing: Vec<PathBuf> =
            parent.ancestors().take_while(|above| !above.exists()).map(Path::to_path_buf).collect();
        missing.retain(|above| !above.as_os_str().is_empty());
        missing.reverse();
        let target = Self { path: path.to_path_buf(), made: missing, kept: false };
        fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
        let mut probe = aside(path).map_err(|source| failed(parent, source)).and_then(|folder| {
            let file = folder.path().join(MANIFEST);
            File::create(&file).map(|file| (folder, file)).map_err(|source| failed(path, source))
        })?;
        probe.1.write_all(b"{}").map_err(|source| failed(path, source))?;
        Ok(target)
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts writing.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn begin(&self) -> Result<Writing, FolderError> {
        let folder = aside(&self.path).map_err(|source| failed(parent_of(&self.path), source))?;
        Ok(Writing { folder })
    }

    /// Gives the written folder the target's name; what had it before is removed.
    ///
    /// # Errors
    /// The file system refuses, or a result has appeared since [`Target::check`].
    pub fn finish(mut self, writing: Writing, force: bool) -> Result<PathBuf, FolderError> {
        check_replaceable(&self.path, force)?;
        let old = if self.path.exists() {
            let old = aside(&self.path).map_err(|source| failed(&self.path, source))?;
            fs::rename(&self.path, old.path().join(REPLACED)).map_err(|source| failed(&self.path, source))?;
            Some(old)
        } else {
            None
        };
        if let Err(source) = fs::rename(writing.folder.path(), &self.path) {
            if let Some(old) = old {
                // Back to what it was; if that fails too, the old result is still beside it.
                let _ = fs::rename(old.keep().join(REPLACED), &self.path);
            }
            return Err(failed(&self.path, source));
        }
        // It has moved, so there is nothing left to remove under its old name.
        let _ = writing.folder.keep();
        self.kept = true;
        Ok(self.path.clone())
    }
}

impl Drop for Target {
    /// Removes folders that were made for a result that never came.
    fn drop(&mut self) {
        if !self.kept {
            for folder in self.made.iter().rev() {
                // Not empty any more: someone else uses it.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// A folder of results that is being written.
#[derive(Debug)]
pub struct Writing {
    folder: tempfile::TempDir,
}

impl Writing {
    /// Writes one file.
    ///
    /// # Errors
    /// Those of `content`, or the file system refuses.
    pub fn file<E: Into<io::Error>>(
        &self,
        name: &str,
        content: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<(), FolderError> {
        let write = || -> io::Result<()> {
            let mut out = BufWriter::with_capacity(1 << 16, File::create(self.folder.path().join(name))?);
            content(&mut out).map_err(Into::into)?;
            out.flush()
        };
        write().map_err(|source| FolderError::Io { path: name.into(), source })
    }
}

fn check_replaceable(path: &Path, force: bool) -> Result<(), FolderError> {
    let Ok(entries) = fs::read_dir(path) else {
        return if fs::symlink_metadata(path).is_ok() {
            Err(FolderError::NotAResult { path: shown(path) })
        } else {
            Ok(())
        };
    };
    let empty = entries.into_iter().next().is_none();
    match (empty, path.join(MANIFEST).is_file(), force) {
        (true, ..) | (_, true, true) => Ok(()),
        (_, true, false) => Err(FolderError::Exists { path: shown(path) }),
        _ => Err(FolderError::NotAResult { path: shown(path) }),
    }
}

/// A new folder with a hidden name beside the target, on the same file system. It is removed when dropped.
fn aside(path: &Path) -> io::Result<tempfile::TempDir> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let prefix = format!(".{name}.");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".partial");
    // Readable for whom the user's own settings say, like any other folder.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent_of(path))
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn failed(path: &Path, source: io::Error) -> FolderError {
    FolderError::Io { path: shown(path), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_result(path: &Path, content: &str, force: bool) -> Result<PathBuf, FolderError> {
        let target = Target::check(path, force)?;
        let writing = target.begin()?;
        writing.file(MANIFEST, |out| out.write_all(content.as_bytes()))?;
        target.finish(writing, force)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_result_appears_whole_with_the_folders_above_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("results/falls");
        write_result(&path, "{\"a\":1}", false).unwrap();
        assert_eq!(fs::read_to_string(path.join(MANIFEST)).unwrap(), "{\"a\":1}");
        assert_eq!(names(&home.path().join("results")), ["falls"]);
    }

    #[test]
    fn an_existing_result_is_only_replaced_when_asked_and_then_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("falls");
        write_result(&path, "first", false).unwrap();
        fs::write(path.join("old_table.csv"), "x").unwrap();
        let error = write_result(&path, "second", false).unwrap_err();
        assert!(matches!(error, FolderError::Exists { .. }), "{error}");
        assert!(error.to_string().contains("--force"), "{error}");
        assert_eq!(fs::read_to_string(path.join(MANIFEST)).unwrap(), "first");
        write_result(&path, "second", true).unwrap();
        assert_eq!(names(&path), [MANIFEST], "nothing of the old result is left");
        assert_eq!(names(home.path()), ["falls"]);
    }

    #[test]
    fn what_is_no_result_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("thesis");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("chapter1.txt"), "years of work").unwrap();
        let error = write_result(&path, "", true).unwrap_err();
        assert!(matches!(error, FolderError::NotAResult { .. }), "{error}");
        let file = path.join("chapter1.txt");
        assert!(matches!(write_result(&file, "", true).unwrap_err(), FolderError::NotAResult { .. }));
        assert_eq!(fs::read_to_string(file).unwrap(), "years of work");
    }

    #[test]
    fn a_run_that_stops_leaves_nothing_behind() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("results/deep/falls");
        let target = Target::check(&path, false).unwrap();
        let writing = target.begin().unwrap();
        writing.file("summary.csv", |out| out.write_all(b"half")).unwrap();
        let error = writing.file("outcomes.csv", |_| Err(io::Error::other("the disk is full"))).unwrap_err();
        assert!(error.to_string().contains("outcomes.csv") && error.to_string().contains("full"), "{error}");
        drop(writing);
        drop(target);
        assert!(names(home.path()).is_empty());
    }

    #[test]
    fn a_place_that_cannot_be_written_is_found_out_before_the_run() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Target::check(&file.join("falls"), false).unwrap_err();
        assert!(matches!(error, FolderError::Io { .. }), "{error}");
        assert!(matches!(Target::check(Path::new(".."), false), Err(FolderError::NoName { .. })));
    }

    #[test]
    fn an_empty_folder_may_be_filled() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("falls");
        fs::create_dir(&path).unwrap();
        write_result(&path, "x", false).unwrap();
        assert_eq!(names(&path), [MANIFEST]);
    }
}
