//! A desk in a temporary folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A data folder with an issuer, and a place for lists and papers.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// A desk that has an issuer.
    pub fn new() -> Self {
        let desk = Self::empty();
        let made = desk.run(&["init", "--name", "Lakeside desk", "--country", "KEN"]);
        assert_eq!(made.status.code(), Some(0), "{}", err(&made));
        desk
    }

    /// A data folder without anything.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A path in the desk's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Writes a file into the desk's folder.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the folder is ours");
        path
    }

    /// The command, ready for arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nansen"));
        command.env_remove("NANSEN_PASSPHRASE").env("NANSEN_HOME", self.home()).current_dir(self.folder.path());
        command.stdin(std::process::Stdio::null());
        command
    }

    /// Runs `nansen ARGS…`.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().expect("nansen starts")
    }

    /// Issues a list of two people and returns the lines of `--symbols`.
    pub fn issue_two(&self) -> Vec<Value> {
        let list = self.write("two.csv", TWO);
        let done = self.run(&["issue", "registration", &shown(&list), "-o", "two.pdf", "--symbols", "two.jsonl"]);
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        json_lines(&std::fs::read(self.path("two.jsonl")).expect("written"))
    }

    /// How many credentials the register has.
    pub fn issued(&self) -> usize {
        out(&self.run(&["register", "list", "--format", "json", "--limit", "100000"])).lines().count()
    }

    /// `verify ARGS… --format json`.
    pub fn verify(&self, args: &[&str]) -> (Option<i32>, Vec<Value>) {
        let output =
            self.command().arg("verify").args(["--format", "json"]).args(args).output().expect("nansen starts");
        (output.status.code(), json_lines(&output.stdout))
    }
}

/// Two people, one with a name in another script and a birth date that is half known.
pub const TWO: &str = "individual_id,given_names,family_name,native_name,native_language,date_of_birth,sex,nationality,\
country_of_origin,place_of_birth,arrival_date,legal_status,household,address
KEN-1,Najibullah,Hosseini,نجیب\u{200c}الله حسینی,fa,1953~,M,AFG,AFG,Herat,2026-01-08,asylum-seeker,HH-1,\"Block 9-B, shelter 297\"
KEN-2,Noëlla,N'Simba,,,2001-10-26,X,COD,COD,Goma,2023-05-16,refugee,HH-2,
";

/// A path as an argument.
pub fn shown(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// What the command said on stderr.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the command said on stdout.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One JSON value a line.
pub fn json_lines(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}
