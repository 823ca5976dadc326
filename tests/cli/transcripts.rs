//! What the commands say, word for word. `TRYCMD=overwrite cargo test --test cli transcripts` writes them anew.

#[test]
fn help_errors_and_answers_are_as_in_the_transcripts() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("nansen", std::path::Path::new(env!("CARGO_BIN_EXE_nansen")))
        .env("NANSEN_HOME", home.path().join("home").to_string_lossy())
        .env("NANSEN_PASSPHRASE", "")
        .env("COLUMNS", "100")
        .case("tests/cli/transcripts/*.trycmd");
    cases.run();
}
