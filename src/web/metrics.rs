//! What is counted since the start, for Prometheus (text format 0.0.4). Never a name, a serial or an address.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};

/// Upper ends of the classes of times, in seconds.
const CLASSES: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, &'static str, u16), u64>>,
    verdicts: Mutex<BTreeMap<(String, String), u64>>,
    times: Mutex<Times>,
    in_flight: AtomicI64,
    issued: AtomicU64,
    revoked: AtomicU64,
}

#[derive(Debug, Default)]
struct Times {
    classes: [u64; CLASSES.len()],
    sum: f64,
    count: u64,
}

/// A request that is being answered.
#[derive(Debug)]
pub struct InFlight<'a>(&'a Metrics);

impl InFlight<'_> {
    /// Counts its answer.
    pub fn end(self, route: &str, method: &Method, status: StatusCode) {
        let method = match method.as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            "DELETE" => "DELETE",
            "PUT" => "PUT",
            "OPTIONS" => "OPTIONS",
            // Anybody can make up methods; they must not fill the memory.
            _ => "other",
        };
        let mut requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), method, status.as_u16())).or_default() += 1;
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts a request that has come.
    pub fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// Counts a verdict; the reason is empty when there is none.
    pub fn verdict(&self, verdict: &str, reason: &str) {
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        *verdicts.entry((verdict.to_owned(), reason.to_owned())).or_default() += 1;
    }

    /// Counts the time that a verification took on a core.
    pub fn verified_in(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        for (class, end) in times.classes.iter_mut().zip(CLASSES) {
            *class += u64::from(seconds <= end);
        }
        times.sum += seconds;
        times.count += 1;
    }

    /// Counts credentials that were issued.
    pub fn issued(&self, credentials: u64) {
        self.issued.fetch_add(credentials, Ordering::Relaxed);
    }

    /// Counts a credential that was withdrawn.
    pub fn revoked(&self) {
        self.revoked.fetch_add(1, Ordering::Relaxed);
    }

    /// The text, with the number of sessions.
    pub fn text(&self, sessions: usize) -> String {
        let mut text = String::new();
        head(&mut text, "nansen_requests_total", "counter", "Requests by route, method and status.");
        for ((route, method, status), count) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = format!("route={},method=\"{method}\",status=\"{status}\"", quoted(route));
            let _ = writeln!(text, "nansen_requests_total{{{labels}}} {count}");
        }
        head(&mut text, "nansen_verdicts_total", "counter", "Verdicts on papers, by verdict and reason.");
        for ((verdict, reason), count) in &*self.verdicts.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = format!("verdict={},reason={}", quoted(verdict), quoted(reason));
            let _ = writeln!(text, "nansen_verdicts_total{{{labels}}} {count}");
        }
        self.write_times(&mut text);
        let issued = self.issued.load(Ordering::Relaxed);
        one(&mut text, "nansen_issued_total", "counter", "Credentials issued.", &issued);
        let revoked = self.revoked.load(Ordering::Relaxed);
        one(&mut text, "nansen_revoked_total", "counter", "Credentials withdrawn.", &revoked);
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        one(&mut text, "nansen_in_flight", "gauge", "Requests that are being answered.", &in_flight);
        one(&mut text, "nansen_sessions", "gauge", "Sessions of the desk.", &sessions);
        text
    }

    fn write_times(&self, text: &mut String) {
        const NAME: &str = "nansen_verify_seconds";
        head(text, NAME, "histogram", "Time of a verification on a core.");
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        for (count, end) in times.classes.iter().zip(CLASSES) {
            let _ = writeln!(text, "{NAME}_bucket{{le=\"{end}\"}} {count}");
        }
        let _ = writeln!(text, "{NAME}_bucket{{le=\"+Inf\"}} {}", times.count);
        let _ = writeln!(text, "{NAME}_sum {}\n{NAME}_count {}", times.sum, times.count);
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn one(text: &mut String, name: &str, kind: &str, help: &str, value: &dyn std::fmt::Display) {
    head(text, name, kind, help);
    let _ = writeln!(text, "{name} {value}");
}

fn quoted(label: &str) -> String {
    format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.begin().end("/api/v1/verify", &Method::POST, StatusCode::OK);
        metrics.begin().end("/", &Method::from_bytes(b"MADEUP").unwrap(), StatusCode::METHOD_NOT_ALLOWED);
        metrics.verdict("invalid", "expired");
        metrics.verified_in(Duration::from_millis(30));
        metrics.issued(3);
        let text = metrics.text(2);
        for line in [
            r#"nansen_requests_total{route="/api/v1/verify",method="POST",status="200"} 1"#,
            r#"nansen_requests_total{route="/",method="other",status="405"} 1"#,
            r#"nansen_verdicts_total{verdict="invalid",reason="expired"} 1"#,
            r#"nansen_verify_seconds_bucket{le="0.025"} 0"#,
            r#"nansen_verify_seconds_bucket{le="0.05"} 1"#,
            r#"nansen_verify_seconds_bucket{le="+Inf"} 1"#,
            "nansen_verify_seconds_sum 0.03",
            "nansen_issued_total 3",
            "nansen_in_flight 0",
            "nansen_sessions 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
    }
}
