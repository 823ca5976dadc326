//! The data folder of a desk: its keys, its trust lists, its register.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, Kind};

/// The data folder. Nothing is written outside of it without being asked for.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
}

impl Home {
    /// The data folder at `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of private keys.
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The folder of trust lists.
    pub fn trust(&self) -> PathBuf {
        self.path.join("trust")
    }

    /// The database of what was issued.
    pub fn register(&self) -> PathBuf {
        self.path.join("register.db")
    }

    /// Makes the folder and those in it; only their owner may enter them.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn create(&self) -> Result<(), Failure> {
        for folder in [self.path.clone(), self.keys(), self.trust()] {
            create_private(&folder).map_err(|error| {
                Failure::new(format!("{} cannot be made: {error}", folder.display()))
                    .hint("check who may write there, or name another data folder with --home DIR")
                    .of(Kind::Storage)
            })?;
        }
        Ok(())
    }
}

fn create_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_can_be_entered_by_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let home = Home::at(parent.path().join("a/b"));
        home.create().unwrap();
        home.create().unwrap();
        for folder in [home.path().to_owned(), home.keys(), home.trust()] {
            assert!(folder.is_dir());
            #[cfg(unix)]
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder).unwrap().permissions()) & 0o777,
                0o700
            );
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = Home::at(file.path().join("home")).create().unwrap_err().to_string();
        assert!(text.contains("cannot be made") && text.contains("--home DIR"), "{text}");
    }
}
