//! Verdicts and refusals through messages, with trust lists and papers made here.

mod hostile;
mod papers;
mod sheets;
mod trust;
mod world;

use serde_json::json;

use world::{DAY, World};
