//! Who is at the other end of a connection.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The address that a connection comes from, as far as limits go by it: an IPv6 network of 64 bits is one peer,
/// because whoever has one address of it has all. Never logged, never counted by.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Peer(IpAddr);

impl Peer {
    /// The peer at `address`.
    pub fn new(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) if !address.is_loopback() => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
            }
            address => address,
        })
    }

    /// Who asks: everything that goes by peers asks this, and nothing else. The one at the other end of the connection, or
    /// the one whom a server there asks for, where such a server is in front: then with the `headers` of its request.
    pub fn of(connection: Self, headers: Option<&HeaderMap>) -> Self {
        headers.and_then(Self::forwarded).unwrap_or(connection)
    }

    /// Whom a server in front asks for: what it added itself to `X-Forwarded-For`, which is the last; those before it
    /// anybody can have written.
    fn forwarded(headers: &HeaderMap) -> Option<Self> {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
        let bare = last.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(last, |(address, _)| address);
        let address = bare.parse().or_else(|_| bare.parse().map(|address: SocketAddr| address.ip()));
        address.ok().map(Self::new)
    }

    /// Whether it is a program on this machine, such as a server in front of this one.
    pub fn is_this_machine(self) -> bool {
        self.0.is_loopback()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    /// What the listener noted; one peer for all when nobody did, as in tests.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V6(Ipv6Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_in_front_is_believed_about_the_last_address_only() {
        let said = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            Peer::forwarded(&headers)
        };
        let peer = |text: &str| Some(Peer::new(text.parse().unwrap()));
        assert_eq!(said(&["192.0.2.9"]), peer("192.0.2.9"));
        assert_eq!(said(&["127.0.0.1, 192.0.2.9"]), peer("192.0.2.9"));
        assert_eq!(said(&["127.0.0.1", "[2001:db8::9]:4711"]), peer("2001:db8::9"));
        assert_eq!(said(&["192.0.2.9:4711"]), peer("192.0.2.9"));
        for nobody in ["", "unknown", "192.0.2.9,", "192.0.2.9, evil"] {
            assert_eq!(said(&[nobody]), None, "{nobody}");
        }
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn the_addresses_of_one_network_are_one_peer() {
        let peer = |text: &str| Peer::new(text.parse().unwrap());
        assert_eq!(peer("2001:db8:1:2::1"), peer("2001:db8:1:2:ffff::9"));
        assert_ne!(peer("2001:db8:1:2::1"), peer("2001:db8:1:3::1"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
        assert_ne!(peer("::1"), peer("::2"));
    }
}
