//! The data folder: `--home`, else `NANSEN_HOME`, else where the platform keeps data.

use std::path::PathBuf;

use directories::ProjectDirs;

use super::Failure;
pub use crate::desk::Home;

/// Names the data folder when `--home` does not.
const HOME_VARIABLE: &str = "NANSEN_HOME";

/// The data folder, which need not be there yet.
///
/// # Errors
/// When none is named and the platform has no place for data.
pub fn resolve(given: Option<PathBuf>) -> Result<Home, Failure> {
    let named = given.or_else(|| std::env::var_os(HOME_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from));
    match named.or_else(|| ProjectDirs::from("", "", "nansen").map(|dirs| dirs.data_dir().to_owned())) {
        Some(path) => Ok(Home::at(path)),
        None => {
            Err(Failure::new("this account has no home folder")
                .hint("name a data folder with --home DIR or NANSEN_HOME"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_named_folder_wins() {
        assert_eq!(resolve(Some("x".into())).unwrap().register(), Path::new("x/register.db"));
    }
}
