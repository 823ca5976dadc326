//! `nansen trust import` and `add`: the lists of others as bundles, and the keys of others one by one.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::sheets::Scans;
use crate::cli::input::read_input;
use crate::cli::outcome::say;
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{Exit, Failure};
use crate::desk::Home;
use crate::desk::trust::{self, own};
use crate::seal::{Certificate, FoundKey, read_keys};
use crate::trust::{Bundle, Imported, IssuerKey, KeyFormat};

/// Bytes of a file at most: the largest bundle.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// Extended key usages of HCERT signers: the arc of the specification, and the one that many certificates carry.
const HCERT_ARCS: [&str; 2] = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."];
/// What they allow, by the last number.
const HCERT_USAGES: [(&str, &str); 3] = [("1", "test"), ("2", "vaccination"), ("3", "recovery")];

/// Whose keys are taken in, and what for.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// Name of the issuer, as it will be shown
    #[arg(long)]
    pub name: Option<String>,
    /// Its country (ISO 3166 alpha-3)
    #[arg(long, value_name = "CCC")]
    pub country: Option<String>,
    /// Credential types that its keys may sign (default: what the certificate says, else every type)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Its signatures count from this time on, such as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub valid_from: Option<Timestamp>,
    /// Its signatures count until this time
    #[arg(long, value_name = "RFC3339")]
    pub valid_until: Option<Timestamp>,
    /// Key identifier in its papers, in hexadecimal digits; any, when they carry none or another each time
    #[arg(long, value_name = "HEX")]
    pub kid: Option<String>,
    /// Where the passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// Take in a trust list of another root, or keys of another issuer
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// A bundle made by `nansen trust export`, or scans of its sheets; with --format: PEM or DER certificates, JWK, JWK sets, COSE keys
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The files are keys of an issuer of this format
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Fingerprint of the root, as its keeper reads it out: take no other
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "format")]
    pub root: Option<String>,
    /// Whose keys.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// Add keys of an issuer to the own trust list
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// PEM or DER certificates, public keys, JWK, JWK sets, COSE keys
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Format of its papers
    #[arg(long, value_enum, default_value_t = Format::Nansen)]
    pub format: Format,
    /// Whose keys.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// Formats of papers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Format {
    /// Our own.
    Nansen,
    /// EU Digital COVID Certificate, WHO HCERT.
    Hcert,
    /// MOSIP Claim 169.
    Claim169,
}

impl From<Format> for KeyFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Nansen => Self::Nansen,
            Format::Hcert => Self::Hcert,
            Format::Claim169 => Self::Claim169,
        }
    }
}

/// Runs `nansen trust import`.
///
/// # Errors
/// When a file cannot be used or the rules refuse a list.
pub fn import(args: &ImportArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    if let Some(format) = args.format {
        return add_keys(&args.files, format.into(), &args.keys, home, now);
    }
    let mut scans = Scans::default();
    for path in &args.files {
        let bytes = read_input(path)?;
        if Bundle::looks_like(&bytes) {
            import_bundle(&bytes, args, home, now)?;
            continue;
        }
        let bundles = scans.add(path, &bytes)?.ok_or_else(|| {
            Failure::new(format!("{} is not a trust bundle", path.display()))
                .hint("for the key of a single issuer say --format nansen|hcert|claim169 and --name \"…\"")
        })?;
        bundles.iter().try_for_each(|bytes| import_bundle(bytes, args, home, now))?;
    }
    scans.end()?;
    Ok(Exit::Done)
}

fn import_bundle(bytes: &[u8], args: &ImportArgs, home: &Home, now: Timestamp) -> Result<(), Failure> {
    let done = trust::import(args.keys.passphrase.desk(home, now), bytes, args.root.as_deref())?;
    report(&done, args.root.is_some());
    Ok(())
}

/// Runs `nansen trust add`.
///
/// # Errors
/// When a file cannot be used or the own list cannot be signed.
pub fn add(args: &AddArgs, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    add_keys(&args.files, args.format.into(), &args.keys, home, now)
}

fn report(done: &Imported, compared: bool) {
    say!("trust list {} of root {} is in use", done.sequence, done.root);
    say!("fingerprint  {}", done.fingerprint);
    if done.first_time && !compared {
        eprintln!(
            "this root is new here: compare the fingerprint with its keeper, by telephone or in person\n  \
             next: if it differs, `nansen trust remove {}`",
            done.root
        );
    }
    for why in &done.tokens_left_out {
        eprintln!("warning: a status list of the bundle was left out: {why}");
    }
}

fn add_keys(
    files: &[PathBuf],
    format: KeyFormat,
    args: &KeyArgs,
    home: &Home,
    now: Timestamp,
) -> Result<Exit, Failure> {
    let name = args.name.as_deref().ok_or_else(|| {
        Failure::new("the issuer has no name").hint("say --name \"…\", as verifiers should read it, and --country CCC")
    })?;
    let name = own::checked_name(name)?;
    let country = args.country.as_deref().map(own::checked_country).transpose()?;
    let given_kid = args.kid.as_deref().map(kid_of).transpose()?;
    let mut keys = Vec::new();
    for path in files {
        let found = read_keys(&read(path)?).map_err(|error| {
            let error = Failure::new(error);
            Failure::new(format!("{}: {error}", path.display()))
                .hint("give a certificate or public key as PEM, DER, JWK, JWK set, COSE_Key or hexadecimal digits")
        })?;
        keys.extend(found.into_iter().map(|found| issuer_key(found, format, given_kid.as_deref(), args)));
    }
    if keys.is_empty() {
        return Err(Failure::new("the file holds no key").hint("give a certificate or a public key"));
    }
    let lines: Vec<String> = keys.iter().map(super::show::key_line).collect();
    let done = own::edit(args.passphrase.desk(home, now), |list| {
        for key in keys {
            own::add_key(list, &name, country.as_deref(), key);
        }
        Ok(())
    })?;
    say!("{name} is in trust list {} of root {}", done.sequence, done.root);
    for line in lines {
        say!("  {line}");
    }
    Ok(Exit::Done)
}

fn issuer_key(found: FoundKey, format: KeyFormat, given_kid: Option<&[u8]>, args: &KeyArgs) -> IssuerKey {
    let FoundKey { key, kid, certificate } = found;
    let kid = match (given_kid, format, &certificate) {
        (Some(kid), _, _) => kid.to_vec(),
        (None, KeyFormat::Nansen, _) => key.kid().as_bytes().to_vec(),
        (None, KeyFormat::Hcert, Some(certificate)) => certificate.kid.as_bytes().to_vec(),
        // Without a name of its own the key is tried for every paper of its format.
        _ => kid.unwrap_or_default(),
    };
    let allowed = certificate.as_ref().filter(|_| format == KeyFormat::Hcert).map(hcert_types).unwrap_or_default();
    IssuerKey {
        kid,
        key,
        format,
        types: if args.types.is_empty() { allowed } else { args.types.clone() },
        valid_from: args.valid_from.or(certificate.as_ref().map(|certificate| certificate.not_before)),
        valid_until: args.valid_until.or(certificate.as_ref().map(|certificate| certificate.not_after)),
    }
}

/// What a signer certificate of HCERT may sign; nothing named means everything.
fn hcert_types(certificate: &Certificate) -> Vec<String> {
    let allows = |number: &str| {
        HCERT_ARCS
            .iter()
            .any(|arc| certificate.extended_key_usage.iter().any(|oid| oid.strip_prefix(arc) == Some(number)))
    };
    HCERT_USAGES.iter().filter(|(number, _)| allows(number)).map(|(_, name)| (*name).to_owned()).collect()
}

fn kid_of(text: &str) -> Result<Vec<u8>, Failure> {
    if text == "any" {
        return Ok(Vec::new());
    }
    let digits = text.as_bytes();
    let byte = |two: &[u8]| std::str::from_utf8(two).ok().and_then(|two| u8::from_str_radix(two, 16).ok());
    let hexadecimal = digits.len().is_multiple_of(2) && digits.iter().all(u8::is_ascii_hexdigit);
    let kid = if hexadecimal { digits.chunks(2).map(byte).collect() } else { None };
    kid.filter(|kid: &Vec<u8>| (1..=64).contains(&kid.len())).ok_or_else(|| {
        Failure::new("--kid is not a key identifier")
            .hint("give hexadecimal digits, two for each byte, or the word any")
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::new(format!("{} is larger than {MAX_FILE_BYTES} bytes", path.display()))
            .hint("give a trust bundle or a key file"));
    }
    Ok(bytes)
}
