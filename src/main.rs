//! The `nansen` command. Everything it does lives in the library; this file only hands over the process.

fn main() -> std::process::ExitCode {
    nansen::cli::run()
}
