//! The credential types of `templates/`, for whoever has no folder to read them from, such as a verifier in a browser.

use super::types::{CredentialType, Types};

/// The text of every built-in type.
pub const TEXTS: [&str; 5] = [
    include_str!("../../templates/diploma/type.toml"),
    include_str!("../../templates/household/type.toml"),
    include_str!("../../templates/registration/type.toml"),
    include_str!("../../templates/training/type.toml"),
    include_str!("../../templates/vaccination/type.toml"),
];

/// The built-in types.
pub fn types() -> Types {
    let mut types = Types::new();
    TEXTS.into_iter().filter_map(|text| CredentialType::parse(text).ok()).for_each(|made| types.add(made));
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_the_templates_is_a_built_in_type() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut there: Vec<String> = entries
            .filter(|path| path.join("type.toml").is_file())
            .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        there.sort();
        assert_eq!(types().iter().map(|made| made.name.clone()).collect::<Vec<_>>(), there);
    }
}
