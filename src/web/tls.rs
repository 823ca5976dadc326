//! HTTPS: a certificate that was given, or one of our own, made once.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::files;
use crate::desk::{Failure, Home};

const CERTIFICATE: &str = "certificate.pem";
const KEY: &str = "key.pem";
/// What the certificate is for, and until when: `until DAY`, then a name a line.
const MADE: &str = "certificate.made";
/// Days that a certificate of our own is valid: some telephones believe none that is valid for more than 825.
const DAYS: i32 = 800;
/// A new one is made when the old one has fewer days left.
const DAYS_LEFT: i32 = 30;

/// What a server shows, and proves that it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// For the listener.
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, as browsers show it.
    pub fingerprint: String,
    /// Whether it was made just now in the place of another, which browsers may have been told to believe.
    pub renewed: bool,
}

/// The certificate and the key in these files (PEM).
///
/// # Errors
/// When they cannot be read or do not belong together.
pub fn given(certificate: &Path, key: &Path) -> Result<Identity, Failure> {
    let read = |path: &Path| {
        std::fs::read(path).map(Zeroizing::new).map_err(|error| {
            Failure::new(format!("{} cannot be read: {error}", path.display()))
                .hint("check the name and who may read it")
        })
    };
    identity(&read(certificate)?, &read(key)?).map_err(|what| {
        Failure::new(format!("{} and {} cannot be used for HTTPS: {what}", certificate.display(), key.display()))
            .hint("give PEM files: --tls-cert with the certificate and those that signed it, --tls-key with its key")
    })
}

/// The certificate of our own in the data folder, for these addresses and names: made when there is none, or when it is
/// for others or ends soon.
///
/// # Errors
/// When it cannot be read, made or written.
pub fn own(home: &Home, listen: IpAddr, names: &[String], now: Timestamp) -> Result<Identity, Failure> {
    let (names, today) = (names_of(listen, names), now.to_zoned(TimeZone::UTC).date());
    let before = files::read(home, CERTIFICATE)?;
    let renewed = before.is_some();
    if let (Some(certificate), Some(key), true) = (before, files::read(home, KEY)?, still_good(home, &names, today)?) {
        return identity(&certificate, &Zeroizing::new(key)).map_err(|what| {
            let folder = files::folder(home);
            Failure::new(format!("{} is damaged: {what}", folder.join(CERTIFICATE).display()))
                .hint(format!("remove it and {KEY} beside it to have new ones made"))
        });
    }
    let failure = |error: rcgen::Error| Failure::new(format!("no certificate can be made: {error}"));
    let key = KeyPair::generate().map_err(failure)?;
    let until = today.saturating_add(DAYS.days());
    let certificate = parameters(&names, today, until).map_err(failure)?.self_signed(&key).map_err(failure)?;
    let key = Zeroizing::new(pem("PRIVATE KEY", &Zeroizing::new(key.serialize_der())));
    let certificate = pem("CERTIFICATE", certificate.der());
    // The key first: a certificate without one would have to be explained.
    files::write(home, KEY, key.as_bytes())?;
    files::write(home, CERTIFICATE, certificate.as_bytes())?;
    files::write(home, MADE, format!("until {until}\n{}\n", names.join("\n")).as_bytes())?;
    identity(certificate.as_bytes(), key.as_bytes())
        .map(|identity| Identity { renewed, ..identity })
        .map_err(|what| Failure::new(format!("no certificate can be made: {what}")))
}

/// The names of a certificate, this machine's own last.
fn names_of(listen: IpAddr, names: &[String]) -> Vec<String> {
    let own = ["localhost", "127.0.0.1", "::1"].map(ToOwned::to_owned);
    let listened = (!listen.is_unspecified()).then(|| listen.to_canonical().to_string());
    let mut all: Vec<String> = Vec::new();
    for name in names.iter().cloned().chain(listened).chain(own) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// Whether the certificate that was made is for all of these names, and for longer than a few days.
fn still_good(home: &Home, names: &[String], today: Date) -> Result<bool, Failure> {
    let made = files::read(home, MADE)?.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let mut lines = made.lines();
    let until = lines.next().and_then(|line| line.strip_prefix("until ")?.parse::<Date>().ok());
    let made_for: Vec<&str> = lines.collect();
    let lasts = until.is_some_and(|until| today.saturating_add(DAYS_LEFT.days()) < until);
    Ok(lasts && names.iter().all(|name| made_for.contains(&name.as_str())))
}

fn parameters(names: &[String], today: Date, until: Date) -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new(names.to_vec())?;
    let at = |date: Date| date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs());
    // Other clocks may be a day behind.
    parameters.not_before = at(today.saturating_sub(1.day()));
    parameters.not_after = at(until);
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, names.first().map_or("nansen serve", String::as_str));
    parameters.distinguished_name = name;
    Ok(parameters)
}

fn identity(certificate: &[u8], key: &[u8]) -> Result<Identity, String> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let first = chain.first().ok_or("there is no certificate in it")?;
    let fingerprint = fingerprint(first);
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("no private key: {error}"))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Identity { config: Arc::new(config), fingerprint, renewed: false })
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let mut text = String::new();
    for (place, byte) in Sha256::digest(certificate).iter().enumerate() {
        let _ = write!(text, "{}{byte:02X}", if place == 0 { "" } else { ":" });
    }
    text
}

/// Textual encoding (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let text = Zeroizing::new(Base64::encode_string(der));
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_of_our_own_is_made_anew_for_other_names_and_before_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let make = |names: &[&str], day: &str| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let made =
                own(&home, IpAddr::from([0, 0, 0, 0]), &names, format!("{day}T09:00:00Z").parse().unwrap()).unwrap();
            (made.fingerprint, made.renewed)
        };
        let (first, renewed) = make(&["a.example.org", "b.example.org"], "2026-11-21");
        assert!(!renewed);
        assert_eq!(make(&["b.example.org"], "2028-12-20"), (first.clone(), false), "fewer names are no reason");
        let (second, renewed) = make(&["c.example.org"], "2026-11-22");
        assert!(renewed && second != first);
        let (third, renewed) = make(&["c.example.org"], "2029-01-10");
        assert!(renewed && third != second, "it would end within a month");
    }

    #[test]
    fn a_certificate_of_our_own_is_made_once_and_its_key_is_ours_alone() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        let make = || own(&home, IpAddr::from([192, 0, 2, 7]), &["desk.example.org".to_owned()], now).unwrap();
        let first = make();
        assert_eq!(first.fingerprint, make().fingerprint);
        assert_eq!(first.fingerprint.len(), 32 * 3 - 1);
        let web = files::folder(&home);
        #[cfg(unix)]
        for (path, mode) in [(web.clone(), 0o700), (web.join(KEY), 0o600)] {
            let found = std::fs::metadata(path).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&found) & 0o777, mode);
        }
        let again = given(&web.join(CERTIFICATE), &web.join(KEY)).unwrap();
        assert_eq!(again.fingerprint, first.fingerprint);
        let told = given(&web.join(KEY), &web.join(KEY)).unwrap_err().to_string();
        assert!(told.contains("there is no certificate in it") && told.contains("--tls-cert"), "{told}");
    }
}
