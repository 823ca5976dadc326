//! `nansen serve`: the desk and the gate in a browser.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::signal;

use super::draw_pdf::ARGUMENT;
use super::passphrase::first_line;
use super::{Exit, Failure};
use crate::desk::{DeskLock, Home};
use crate::scan::draw_apart;
use crate::web::app::{Machine, machine_random};
use crate::web::guard::Hosts;
use crate::web::passphrase::{MIN_LETTERS, Secret, check_new};
use crate::web::tls::{self, Identity};
use crate::web::{App, Options, listen};

/// Gives the passphrase of the desk where there is no file.
const DESK_PASSPHRASE: &str = "NANSEN_DESK_PASSPHRASE";

/// Serve the desk and the gate to browsers
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; others than this machine's own are served by HTTPS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8470")]
    pub listen: SocketAddr,
    /// Answer to this name too, such as desk.example.org; can be repeated
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// Certificate for HTTPS, and those that signed it (PEM); without it one is made
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Serve other machines without HTTPS: who listens in reads passphrases and papers
    #[arg(long, conflicts_with = "tls_cert")]
    pub insecure_http: bool,
    /// Another server on this machine is in front and speaks HTTPS: cookies are for HTTPS only, and limits go by the
    /// addresses that it writes into X-Forwarded-For
    #[arg(long, requires = "host", conflicts_with_all = ["tls_cert", "insecure_http"])]
    pub behind_https: bool,
    /// Set the passphrase of the desk to the first line of this file (default: the variable `NANSEN_DESK_PASSPHRASE`)
    #[arg(long, value_name = "FILE")]
    pub desk_passphrase_file: Option<PathBuf>,
    /// Tell each request on stderr: method, route, status, time
    #[arg(long)]
    pub log: bool,
    /// Serve the pages from this folder
    #[arg(long, value_name = "DIR", hide = true)]
    pub assets: Option<PathBuf>,
}

/// Runs `nansen serve` until it is told to end.
///
/// # Errors
/// When the address is taken, or a file cannot be used.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    let _held = DeskLock::to_serve(home)?;
    // What strangers send must not take all memory, whatever it makes a reader do.
    if let Err(error) = draw_apart(this_program()?, ARGUMENT) {
        eprintln!("warning: PDFs cannot be read, because the process that draws them does not start: {error}");
    }
    let identity = identity(args, home, now)?;
    let options = Options {
        hosts: Hosts::new(args.listen.ip(), &args.host),
        secure: identity.is_some() || args.behind_https,
        behind_another: args.behind_https,
        log: args.log,
        assets: args.assets.clone(),
        ..Options::default()
    };
    let app = App::new(home.clone(), options, Machine, machine_random)?;
    if let Some(passphrase) = desk_passphrase(args)? {
        set_passphrase(&app, &passphrase)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(args, app, identity))?;
    Ok(Exit::Done)
}

/// What runs now, also after another version was put into its place: both ends have to speak the same.
fn this_program() -> Result<PathBuf, Failure> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() { Ok(running) } else { Ok(std::env::current_exe()?) }
}

async fn serve(args: &Args, app: App, identity: Option<Identity>) -> Result<(), Failure> {
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::new(format!("cannot listen on {}: {error}", args.listen))
            .hint("name another port with --listen, such as 127.0.0.1:8471; port 0 takes any that is free")
    })?;
    let address = listener.local_addr()?;
    // Before the addresses are told, so that whoever reads them may end it.
    let stop = stop()?;
    tell(args, address, &app, identity.as_ref());
    listen::serve(listener, identity.map(|identity| Arc::clone(&identity.config)), app, stop).await;
    Ok(())
}

fn identity(args: &Args, home: &Home, now: Timestamp) -> Result<Option<Identity>, Failure> {
    if let (Some(certificate), Some(key)) = (&args.tls_cert, &args.tls_key) {
        return Ok(Some(tls::given(certificate, key)?));
    }
    if args.listen.ip().to_canonical().is_loopback() {
        return Ok(None);
    }
    if args.behind_https {
        return Err(Failure::new(format!("--behind-https listens on this machine only, and not on {}", args.listen))
            .hint(
                "leave out --listen, or name an address such as 127.0.0.1:8470, and point the server in front to it",
            ));
    }
    if args.insecure_http {
        eprintln!(
            "warning: without HTTPS everybody on the way reads the passphrases and the papers, and can change them\n  \
             next: leave out --insecure-http; for a server in front that speaks HTTPS there is --behind-https"
        );
        return Ok(None);
    }
    Ok(Some(tls::own(home, args.listen.ip(), &args.host, now)?))
}

fn tell(args: &Args, address: SocketAddr, app: &App, identity: Option<&Identity>) {
    if let (true, Some(name)) = (args.behind_https, args.host.first()) {
        eprintln!("gate         https://{name}/\ndesk         https://{name}/desk/\nlistening    {address}");
        return tell_token(app);
    }
    let scheme = if identity.is_some() { "https" } else { "http" };
    let name = match (args.host.first(), address.ip()) {
        (Some(name), _) => name.clone(),
        (None, ip) if ip.is_unspecified() => "localhost".to_owned(),
        (None, IpAddr::V6(ip)) => format!("[{ip}]"),
        (None, ip) => ip.to_string(),
    };
    let base = format!("{scheme}://{name}:{}", address.port());
    eprintln!("gate         {base}/\ndesk         {base}/desk/");
    if let Some(identity) = identity {
        eprintln!("certificate  SHA-256 {}", identity.fingerprint);
        if identity.renewed {
            eprintln!("             made anew: the one before was for other names, or would have ended soon");
        }
        if args.tls_cert.is_none() {
            eprintln!("             made here: browsers ask once whether it is the right one; compare these digits");
        }
    }
    tell_token(app);
}

fn tell_token(app: &App) {
    if let Some(token) = app.passphrase.take_setup_token() {
        eprintln!("setup token  {}\n             type it at the desk within 30 minutes; it works once", token.reveal());
    }
}

fn desk_passphrase(args: &Args) -> Result<Option<Secret>, Failure> {
    match &args.desk_passphrase_file {
        Some(path) => first_line(path).map(|passphrase| Some(Secret::new(passphrase.as_str().to_owned()))),
        None => Ok(std::env::var(DESK_PASSPHRASE).ok().filter(|text| !text.is_empty()).map(Secret::new)),
    }
}

fn set_passphrase(app: &App, passphrase: &Secret) -> Result<(), Failure> {
    check_new(passphrase).map_err(|weak| {
        Failure::new(format!("the passphrase of the desk is too easy to guess, or too long: {weak}"))
            .hint(format!("take at least {MIN_LETTERS} letters; four words are good"))
    })?;
    if !app.passphrase.is(passphrase) {
        app.passphrase.set(&app.home, passphrase, app.random)?;
    }
    Ok(())
}

/// Done when the process is told to end: by Ctrl-C, or by the system.
fn stop() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        let mut interrupt = signal::unix::signal(signal::unix::SignalKind::interrupt())?;
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = signal::ctrl_c().await;
    })
}
