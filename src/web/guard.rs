//! What is refused before anything else looks at a request: names that are not ours (DNS rebinding), changes asked for
//! by pages of others (cross-site request forgery), paths that no page of ours asks for.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::app::App;
use super::problem::Problem;
use super::session::only_asks;

/// The names that a server answers to.
///
/// A page of somebody else can have its own name point here and then read what we answer, because to the browser that
/// is still its own server. It cannot change the name that the browser sends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hosts {
    /// `None`: any address, because we listen on all of them. An address cannot be pointed elsewhere.
    address: Option<IpAddr>,
    names: Vec<String>,
}

impl Hosts {
    /// This machine's own names.
    pub fn loopback() -> Self {
        Self { address: Some(IpAddr::from([127, 0, 0, 1])), names: Vec::new() }
    }

    /// The address that is listened on, this machine's own names, and `names`.
    pub fn new(listen: IpAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
        Self { address: (!listen.is_unspecified()).then_some(listen), names }
    }

    /// Whether `authority`, such as `localhost:8470`, is one of them; any port, for those behind another server.
    pub fn accept(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else { return false };
        if authority.as_str().contains('@') {
            return false;
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
        match bare.parse::<IpAddr>() {
            Ok(address) => {
                let address = address.to_canonical();
                address.is_loopback() || self.address.is_none_or(|own| own == address)
            }
            Err(_) => host == "localhost" || self.names.contains(&host),
        }
    }

    /// Those with a name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    fn wanted(&self) -> String {
        let mut names = vec!["localhost".to_owned()];
        names.extend(self.address.map(|address| address.to_string()));
        names.extend_from_slice(&self.names);
        names.join(", ")
    }
}

/// The layer: lets through what our own pages and programs without a browser ask for.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let hosts = &app.options.hosts;
    let checked = check_host(hosts, &request)
        .and_then(|host| check_origin(&host, app.options.secure, &request))
        .and_then(|()| check_path(request.uri().path()));
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_host(hosts: &Hosts, request: &Request) -> Result<String, Problem> {
    let mut said: Vec<&str> = request.uri().authority().map(Authority::as_str).into_iter().collect();
    for value in request.headers().get_all(HOST) {
        said.push(value.to_str().unwrap_or_default());
    }
    let Some(host) = said.last().copied() else {
        return Err(Problem::bad_request("the request names no host").wanted("the header Host"));
    };
    match said.iter().find(|host| !hosts.accept(host)) {
        None => Ok(host.to_owned()),
        Some(other) => Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "this server does not answer to that name")
            .found(other.chars().take(100).collect::<String>())
            .wanted(hosts.wanted())
            .next("use one of these, or start nansen serve with --host NAME")),
    }
}

/// Changes come from our own pages, or from programs that are not browsers, which send neither header.
fn check_origin(host: &str, secure: bool, request: &Request) -> Result<(), Problem> {
    if only_asks(request.method()) {
        return Ok(());
    }
    let header = |headers: &HeaderMap, name: &str| -> Option<String> {
        headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned())
    };
    let refuse = |found: String| {
        Err(Problem::forbidden("a page of another site asks for this")
            .found(found.chars().take(100).collect::<String>())
            .wanted("a request of our own pages")
            .next("open the desk by its own address and do it there"))
    };
    if let Some(origin) = header(request.headers(), ORIGIN.as_str()) {
        let ours = match origin.split_once("://") {
            Some(("https", authority)) => same_authority(authority, host, 443),
            // Behind another server that speaks HTTPS for us, we see HTTP only.
            Some(("http", authority)) => !secure && same_authority(authority, host, 80),
            _ => false,
        };
        if !ours {
            return refuse(format!("Origin: {origin}"));
        }
    }
    match header(request.headers(), "sec-fetch-site").as_deref() {
        None | Some("same-origin" | "none") => Ok(()),
        Some(site) => refuse(format!("Sec-Fetch-Site: {site}")),
    }
}

fn same_authority(a: &str, b: &str, default_port: u16) -> bool {
    let parts = |text: &str| {
        let authority = text.parse::<Authority>().ok()?;
        Some((authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default_port)))
    };
    parts(a).is_some_and(|a| Some(a) == parts(b))
}

/// No page of ours has an address with these; whoever sends them is looking for files.
fn check_path(path: &str) -> Result<(), Problem> {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2f", "%5c", "%00", "%2e%2e", "%2e.", ".%2e", "%25"].iter().find(|what| lower.contains(**what));
    let plain = path.contains(['\\', '\0']) || path.split('/').any(|step| step == "..") || path.contains("//");
    if encoded.is_none() && !plain {
        return Ok(());
    }
    Err(Problem::bad_request("the address has characters that none of our addresses has")
        .found(path.chars().take(100).collect::<String>())
        .wanted("no `..`, no `//`, no backslash, no encoded slash, dot or percent sign"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_to_its_own_names_only() {
        let hosts = Hosts::new("192.0.2.7".parse().unwrap(), &["Desk.Example.org".to_owned()]);
        for host in [
            "localhost",
            "LOCALHOST:8470",
            "127.0.0.1:8470",
            "[::1]:8470",
            "192.0.2.7:80",
            "desk.example.org",
            "desk.example.org.:443",
        ] {
            assert!(hosts.accept(host), "{host}");
        }
        for host in [
            "example.org",
            "192.0.2.8",
            "desk.example.org.evil.com",
            "localhost.evil.com",
            "evil.com:8470",
            "",
            "a b",
            "evil.com@localhost",
            "localhost@evil.com",
            "[2001:db8::1]",
            "2130706433",
        ] {
            assert!(!hosts.accept(host), "{host}");
        }
        assert!(Hosts::new("::".parse().unwrap(), &[]).accept("[2001:db8::1]:8470"));
        assert!(!Hosts::new("0.0.0.0".parse().unwrap(), &[]).accept("evil.com"));
    }

    #[test]
    fn an_origin_is_ours_with_the_same_port_only() {
        assert!(same_authority("localhost:8470", "LocalHost:8470", 80));
        assert!(same_authority("desk.example.org", "desk.example.org:443", 443));
        assert!(!same_authority("localhost:8471", "localhost:8470", 80));
        assert!(!same_authority("", "localhost", 80));
    }

    #[test]
    fn paths_that_look_for_files_are_refused() {
        for path in [
            "/../etc/passwd",
            "/a/../b",
            "/%2e%2e/etc",
            "/.%2E/etc",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/a%00",
            "/a%252fb",
            "//etc/passwd",
            "/desk//x",
        ] {
            assert_eq!(check_path(path).unwrap_err().status, 400, "{path}");
        }
        for path in ["/", "/desk/", "/api/v1/register/AB-12", "/words/en.json", "/a..b", "/c/%D0%A4"] {
            check_path(path).unwrap();
        }
    }
}
