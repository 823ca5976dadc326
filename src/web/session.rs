//! Sessions of the desk: who has signed in, until when.
//!
//! A session is a random number of 256 bits in a cookie. Kept is only its SHA-256, in memory: whoever reads the memory
//! of this table, or a copy of it, cannot sign in with it. A session ends after [`IDLE`] without a request, after
//! [`ABSOLUTE`] whatever happens, when its owner signs out, and with the process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::app::{App, Random};
use super::problem::Problem;

/// Name of the cookie.
pub const COOKIE_NAME: &str = "nansen_session";
/// Header that every changing request of a session carries.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// A session ends after this long without a request.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session ends this long after signing in.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// Sessions at a time; the one idle for longest makes room.
const MOST: usize = 64;

/// What a session is known by here: SHA-256 of its id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    fn of(id: &str) -> Self {
        Self(Sha256::digest(id.as_bytes()).into())
    }
}

/// A session that was just opened: the only moment at which its id is known here.
pub struct NewSession {
    /// For the cookie.
    pub id: String,
    /// For the page, which sends it back with every change.
    pub csrf: String,
}

#[derive(Debug)]
struct Session {
    opened: Timestamp,
    used: Timestamp,
    csrf: String,
}

impl Session {
    /// A clock that was turned back ends sessions rather than prolonging them.
    fn has_ended(&self, now: Timestamp) -> bool {
        now < self.opened || now.duration_since(self.opened) >= ABSOLUTE || now.duration_since(self.used) >= IDLE
    }
}

/// The sessions of this process.
#[derive(Debug, Default)]
pub struct Sessions {
    held: Mutex<HashMap<SessionKey, Session>>,
}

impl Sessions {
    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<SessionKey, Session>> {
        // What is in the table is in order after every line that changes it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session with a new id.
    pub fn open(&self, random: Random, now: Timestamp) -> NewSession {
        let new = NewSession { id: token(random), csrf: token(random) };
        let mut held = self.held();
        held.retain(|_, session| !session.has_ended(now));
        if held.len() >= MOST
            && let Some(oldest) = held.iter().min_by_key(|(_, session)| session.used).map(|(key, _)| *key)
        {
            held.remove(&oldest);
        }
        held.insert(SessionKey::of(&new.id), Session { opened: now, used: now, csrf: new.csrf.clone() });
        new
    }

    /// The session of this id, when there is one: its key and its CSRF token. Counts as a use.
    pub fn find(&self, id: &str, now: Timestamp) -> Option<(SessionKey, String)> {
        let key = SessionKey::of(id);
        let mut held = self.held();
        if held.get(&key)?.has_ended(now) {
            held.remove(&key);
            return None;
        }
        let session = held.get_mut(&key)?;
        session.used = session.used.max(now);
        Some((key, session.csrf.clone()))
    }

    /// Whether a session goes on. Counts as no use: an answer that goes on must not keep it.
    pub fn goes_on(&self, key: SessionKey, now: Timestamp) -> bool {
        self.held().get(&key).is_some_and(|session| !session.has_ended(now))
    }

    /// The session that the cookies of a request name.
    pub fn of_request(&self, headers: &HeaderMap, now: Timestamp) -> Option<(SessionKey, String)> {
        cookies(headers).find_map(|id| self.find(id, now))
    }

    /// Ends a session.
    pub fn close(&self, key: SessionKey) {
        self.held().remove(&key);
    }

    /// Takes out what has ended, and counts the rest.
    pub fn count(&self, now: Timestamp) -> usize {
        let mut held = self.held();
        held.retain(|_, session| !session.has_ended(now));
        held.len()
    }
}

/// 256 random bits as text.
pub(super) fn token(random: Random) -> String {
    let mut bytes = [0; 32];
    random(&mut bytes);
    Base64UrlUnpadded::encode_string(&bytes)
}

/// The session ids among the cookies of a request.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}

/// The cookie that carries a session, or with an empty id and no age ends it.
pub fn cookie(id: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    let age = if id.is_empty() { "; Max-Age=0" } else { "" };
    format!("{COOKIE_NAME}={id}; HttpOnly; SameSite=Strict; Path=/{age}{secure}")
}

/// Whether a method only asks.
pub fn only_asks(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Proof that a request belongs to a session, and when it changes anything, that the page of that session made it.
///
/// As an argument of a handler it refuses everybody else with 401, and a missing or wrong CSRF token with 403.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionKey,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = app.sessions.of_request(&parts.headers, app.now());
        let (session, csrf) = found.ok_or_else(Problem::not_signed_in)?;
        if !only_asks(&parts.method) {
            let said = parts.headers.get(CSRF_HEADER).map_or(&b""[..], |value| value.as_bytes());
            if !bool::from(said.ct_eq(csrf.as_bytes())) {
                return Err(Problem::forbidden("the page that asks is not the one that signed in")
                    .found(if said.is_empty() { "no header X-CSRF-Token" } else { "another X-CSRF-Token" })
                    .wanted("the value of `csrf` of GET /api/v1/session")
                    .next("load the page again"));
            }
        }
        Ok(Self { session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::app::tests::counting;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn an_idle_session_ends_and_a_busy_one_ends_after_its_day() {
        let sessions = Sessions::default();
        let new = sessions.open(counting, at(0));
        assert!(sessions.find(&new.id, at(29)).is_some());
        assert!(sessions.find(&new.id, at(58)).is_some());
        assert!(sessions.find(&new.id, at(88)).is_none());
        assert!(sessions.find(&new.id, at(58)).is_none(), "an ended session must not come back");
        let new = sessions.open(counting, at(0));
        for minutes in (0..720).step_by(20) {
            assert!(sessions.find(&new.id, at(minutes)).is_some(), "{minutes}");
        }
        assert!(sessions.find(&new.id, at(720)).is_none());
    }

    #[test]
    fn a_clock_that_is_turned_back_ends_sessions() {
        let sessions = Sessions::default();
        let new = sessions.open(counting, at(60));
        assert!(sessions.find(&new.id, at(59)).is_none());
    }

    #[test]
    fn the_table_holds_no_id() {
        let sessions = Sessions::default();
        let new = sessions.open(counting, at(0));
        assert_eq!(new.id.len(), 43);
        assert!(!format!("{sessions:?}").contains(&new.id));
        assert_ne!(new.id, new.csrf);
    }

    #[test]
    fn the_session_that_was_idle_for_longest_makes_room() {
        let sessions = Sessions::default();
        let first = sessions.open(counting, at(0));
        let second = sessions.open(counting, at(0));
        sessions.find(&first.id, at(1)).unwrap();
        for _ in 2..=MOST {
            sessions.open(counting, at(2));
        }
        assert!(sessions.find(&first.id, at(2)).is_some());
        assert!(sessions.find(&second.id, at(2)).is_none());
        assert_eq!(sessions.count(at(2)), MOST);
    }

    #[test]
    fn the_cookie_is_for_this_server_alone() {
        assert_eq!(cookie("x", true), "nansen_session=x; HttpOnly; SameSite=Strict; Path=/; Secure");
        assert_eq!(cookie("", false), "nansen_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }
}
