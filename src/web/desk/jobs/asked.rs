//! The key of a request that may be sent twice, because its answer was lost (the header `Idempotency-Key`).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::gate::json::hex;
use crate::web::Problem;
use crate::web::desk::order::ListOrder;

const LETTERS: std::ops::RangeInclusive<usize> = 8..=128;

/// A key that whoever asks has made up for one order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OrderKey(Option<Result<String, String>>);

impl<S: Send + Sync> FromRequestParts<S> for OrderKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get("idempotency-key").map(|value| {
            let text = value.to_str().unwrap_or_default();
            let good = LETTERS.contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_graphic());
            if good { Ok(text.to_owned()) } else { Err(text.chars().take(20).collect()) }
        })))
    }
}

/// What a job was asked for with: the same key asks for the same job, not for another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Asked {
    key: String,
    /// SHA-256 of the order: the key is for this one.
    order: String,
}

impl Asked {
    /// The key of this order, when whoever asks gave one.
    ///
    /// # Errors
    /// 400 when it is no key.
    pub fn new(key: OrderKey, order: &ListOrder) -> Result<Option<Self>, Problem> {
        let key = key.0.transpose().map_err(|found| {
            Problem::bad_request("the header Idempotency-Key is no key")
                .found(found)
                .wanted("8 to 128 letters, digits and marks, made up for this order alone")
        })?;
        let Some(key) = key else { return Ok(None) };
        let order = serde_json::to_vec(order).map_err(|error| Problem::internal(&error))?;
        Ok(Some(Self { key, order: hex(&Sha256::digest(order)) }))
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether `other` is the same request. None when it has another key.
    ///
    /// # Errors
    /// 422 when its key is the same and its order another.
    pub fn repeats(&self, other: &Self) -> Result<bool, Problem> {
        if self.key != other.key {
            return Ok(false);
        }
        if self.order == other.order {
            return Ok(true);
        }
        Err(Problem::unusable("the header Idempotency-Key was used for another order")
            .wanted("a new key for each order")
            .next("send it again with a key of its own"))
    }
}
