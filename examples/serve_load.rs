//! Many people at the gate at once: so many verifications side by side against `nansen serve`, and what that costs.
//!
//! ```text
//! cargo run --release --example serve_load -- [PEOPLE [ROUNDS]]      # 500 people, one round
//! ```
//! Starts the `nansen` beside it on a free port with a data folder of its own and the trust list of `sample-scans/`, and
//! asks it for a text, a page of a PDF and a photograph. Prints a line for each: answers, errors, times, and the memory
//! that the server has taken at most. Ends with 1 when anything was not answered.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let people: usize = arguments.next().map_or(Ok(500), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let home = tempfile::tempdir()?;
    let nansen = std::env::current_exe()?.parent().and_then(Path::parent).ok_or("no folder")?.join("nansen");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-scans");
    run(&nansen, home.path(), &["trust", "import"], &samples.join("trust/north.bundle"))?;
    let text = text_of(&run(&nansen, home.path(), &["read"], &samples.join("clean.png"))?)?;
    let kinds = [
        ("text", "text/plain", text),
        ("PDF", "application/pdf", std::fs::read(samples.join("two-on-one-page.pdf"))?),
        ("photograph", "image/jpeg", std::fs::read(samples.join("photographed.jpg"))?),
        ("scan", "image/png", std::fs::read(samples.join("clean.png"))?),
    ];
    let (mut server, address) = start(&nansen, home.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut is_good = true;
    for (name, media_type, body) in kinds {
        let request = Arc::new(request(media_type, &body));
        for _ in 0..rounds {
            let begun = Instant::now();
            let answers = runtime.block_on(crowd(address, people, &request));
            is_good &= report(name, body.len(), &answers, begun.elapsed(), server.id());
        }
    }
    server.kill()?;
    server.wait()?;
    Ok(ExitCode::from(u8::from(!is_good)))
}

fn run(nansen: &Path, home: &Path, what: &[&str], file: &Path) -> Result<Vec<u8>> {
    let done = Command::new(nansen).arg("--home").arg(home).args(what).arg(file).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    Ok(done.stdout)
}

/// The text of the first symbol that `nansen read` has found.
fn text_of(line: &[u8]) -> Result<Vec<u8>> {
    let found: serde_json::Value = serde_json::from_slice(line)?;
    let hex = found["symbols"][0]["bytes"].as_str().ok_or("no symbol was read")?;
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16);
    Ok((0..hex.len()).step_by(2).map(byte).collect::<std::result::Result<_, _>>()?)
}

fn start(nansen: &PathBuf, home: &Path) -> Result<(Child, SocketAddr)> {
    let mut command = Command::new(nansen);
    command.arg("--home").arg(home).args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
    let mut server = command.spawn()?;
    let mut lines = BufReader::new(server.stderr.take().ok_or("no stderr")?).lines();
    let line = lines.next().ok_or("nansen serve said nothing")??;
    let address = line.split("//").nth(1).and_then(|rest| rest.trim_end_matches('/').parse().ok());
    std::thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
    Ok((server, address.ok_or("nansen serve told no address")?))
}

fn request(media_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// What one person got: the status, or what went wrong, and after how long.
type Got = (std::result::Result<String, String>, Duration);

async fn crowd(address: SocketAddr, people: usize, request: &Arc<Vec<u8>>) -> Vec<Got> {
    let ask = |request: Arc<Vec<u8>>| async move {
        let begun = Instant::now();
        let got = person(address, &request).await.map_err(|error| error.to_string());
        (got, begun.elapsed())
    };
    let tasks: Vec<_> = (0..people).map(|_| tokio::spawn(ask(Arc::clone(request)))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.extend(task.await.ok());
    }
    answers
}

async fn person(address: SocketAddr, request: &[u8]) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).ok_or("the connection was closed without an answer")?;
    let verdict = text.split("\"verdict\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("no verdict");
    Ok(format!("{status} {verdict}"))
}

fn report(name: &str, bytes: usize, answers: &[Got], whole: Duration, server: u32) -> bool {
    let mut times: Vec<Duration> = answers.iter().map(|(_, time)| *time).collect();
    times.sort();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (got, _) in answers {
        *kinds.entry(got.as_ref().unwrap_or_else(|error| error)).or_default() += 1;
    }
    let of = |part: usize| times.get(times.len() * part / 100).or(times.last()).copied().unwrap_or_default();
    println!(
        "{name} ({bytes} bytes): {} at once in {:.1} s, p50 {:.2} s, p99 {:.2} s; {kinds:?}; server at most {} MB",
        answers.len(),
        whole.as_secs_f64(),
        of(50).as_secs_f64(),
        of(99).as_secs_f64(),
        peak(server).map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1000).to_string()),
    );
    !answers.is_empty() && kinds.keys().all(|kind| kind.starts_with("200 valid"))
}

/// The most memory that a process has had at a time, in kB (Linux).
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
