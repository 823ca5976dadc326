//! `nansen serve` as a process: what it says at its start, what it refuses, and that it ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::desk::{Desk, err};

/// A server that has said where it is; ended when this is dropped.
struct Serving {
    child: Child,
    address: String,
    said: Vec<String>,
}

impl Serving {
    fn start(desk: &Desk, args: &[&str]) -> Self {
        let mut command = desk.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args).stderr(Stdio::piped());
        let mut child = command.spawn().expect("nansen starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut said = Vec::new();
        let wanted = if args.contains(&"--behind-https") { "listening" } else { "gate" };
        while !said.last().is_some_and(|line: &String| line.starts_with(wanted)) {
            said.push(lines.next().expect("a line").expect("UTF-8"));
        }
        let address = said.last().unwrap().split_whitespace().last().unwrap();
        let address = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        // What it says later has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, said }
    }

    /// Sends a file to be checked; the status and the answer.
    fn verify(&self, media_type: &str, file: &[u8]) -> (String, serde_json::Value) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let head = format!(
            "POST /api/v1/verify HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: {media_type}\r\n\
             content-length: {}\r\n\r\n",
            self.address,
            file.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(file).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_owned(), serde_json::from_str(body).unwrap_or_default())
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_folder_is_served_once_at_a_time_and_the_command_line_works_beside_it() {
    let desk = Desk::new();
    let serving = Serving::start(&desk, &[]);
    let answer = serving.get("/health", &format!("host: {}\r\n", serving.address));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let second = desk.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2), "{}", err(&second));
    assert!(err(&second).contains("serves") && err(&second).contains("--home DIR"), "{}", err(&second));
    desk.issue_two();
    drop(serving);
    Serving::start(&desk, &[]);
}

/// A page with one image of one bit a pixel, so wide and so high. Its keys are written so that only a reader of PDFs
/// knows them (ISO 32000-2 §7.3.5).
fn pdf_with_an_image(side: usize) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let row = vec![0x55; side.div_ceil(8)];
    (0..side).for_each(|_| packed.write_all(&row).unwrap());
    let packed = packed.finish().unwrap();
    let mut pdf = b"%PDF-1.7\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
        3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>> endobj\n\
        4 0 obj <</Length 26>> stream\n595 0 0 842 0 0 cm /I Do \nendstream endobj\n"
        .to_vec();
    let image = format!(
        "5 0 obj <</Type/XObject/Subtype/Image/#57idth {side}/#48eight {side}/BitsPerComponent 1/ColorSpace/DeviceGray\
         /Filter/FlateDecode/Length {}>> stream\n",
        packed.len()
    );
    pdf.extend_from_slice(image.as_bytes());
    pdf.extend_from_slice(&packed);
    pdf.extend_from_slice(b"\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n");
    pdf
}

#[test]
fn a_paper_is_checked_and_a_pdf_that_would_take_all_memory_ends_only_its_own_reader() {
    let desk = Desk::new();
    desk.issue_two();
    let serving = Serving::start(&desk, &[]);
    let paper = std::fs::read(desk.path("two.pdf")).unwrap();
    let (status, found) = serving.verify("application/pdf", &paper);
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    assert_eq!((&found["answers"][0]["verdict"], &found["answers"][1]["verdict"]), (&"valid".into(), &"valid".into()));
    let (status, found) = serving.verify("application/pdf", &pdf_with_an_image(60_000));
    assert!(status.starts_with("HTTP/1.1 200"), "{status}");
    assert_ne!(found["answers"][0]["verdict"], "valid", "{found}");
    #[cfg(target_os = "linux")]
    {
        let about = std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).unwrap();
        let peak = about.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 512 * 1024, "the server itself had {peak}");
    }
    assert!(serving.get("/health", &format!("host: {}\r\n", serving.address)).starts_with("HTTP/1.1 200"));
}

#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_end_ends_in_peace() {
    let desk = Desk::new();
    let mut serving = Serving::start(&desk, &[]);
    let told = std::process::Command::new("kill").arg(serving.child.id().to_string()).status().unwrap();
    assert!(told.success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
}

#[test]
fn behind_a_server_that_speaks_https_cookies_and_browsers_are_held_to_it() {
    let desk = Desk::new();
    let serving = Serving::start(&desk, &["--behind-https", "--host", "desk.example.org"]);
    assert!(serving.said.contains(&"desk         https://desk.example.org/desk/".to_owned()), "{:?}", serving.said);
    let answer = serving.get("/api/v1/session", "host: desk.example.org\r\nx-forwarded-for: 192.0.2.9\r\n");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security: max-age="), "{answer}");
    let other = serving.get("/api/v1/session", "host: other.example.org\r\n");
    assert!(other.starts_with("HTTP/1.1 421"), "{other}");
}

#[test]
fn what_cannot_be_served_is_refused_with_what_to_do() {
    let desk = Desk::new();
    for (args, told) in [
        (&["--listen", "0.0.0.0:0", "--behind-https", "--host", "a.example"][..], "this machine only"),
        (&["--listen", "127.0.0.1:0", "--tls-cert", "none.pem", "--tls-key", "none.pem"], "none.pem cannot be read"),
        (&["--listen", "192.0.2.1:8470", "--insecure-http"], "cannot listen on 192.0.2.1:8470"),
        (&["--listen", "somewhere"], "--listen"),
        (&["--behind-https"], "--host <NAME>"),
    ] {
        let refused = desk.run(&[&["serve"], args].concat());
        let said = err(&refused);
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
    }
    let weak =
        desk.command().args(["serve", "--listen", "127.0.0.1:0"]).env("NANSEN_DESK_PASSPHRASE", "12345").output();
    let said = err(&weak.unwrap());
    assert!(said.contains("easy to guess") && !said.contains("12345"), "{said}");
}
