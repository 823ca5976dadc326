//! What the register promises, one file for each promise.

mod issuing;
mod listing;
mod numbers;
mod opening;
mod reading_back;
mod reserving;
mod statuses;
mod volumes;

use jiff::Timestamp;

use super::{Batch, BatchId, BatchPlan, NewCredential, Register, RegisterError, Reserved, StatusSlot};
use crate::credential::serial::Serial;

/// A moment, in seconds after the first of the tests.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

/// Numbers that look random and are the same in every run (xorshift64*).
fn randomness(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |bytes| {
        for byte in bytes {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            *byte = (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8;
        }
    }
}

fn memory() -> Register {
    Register::open_in_memory().unwrap()
}

fn plan(digest: u8, rows: u32) -> BatchPlan<'static> {
    BatchPlan { digest: [digest; 32], type_name: "registration", output: "out.pdf", rows }
}

fn new_batch(register: &mut Register, digest: u8) -> BatchId {
    match register.begin_batch(&plan(digest, 10), at(0)).unwrap() {
        Batch::New { id } => id,
        Batch::Resumed { .. } => panic!("was begun before"),
    }
}

fn serial(n: u32) -> Serial {
    let mut bytes = [0x5e; 5];
    bytes[1..].copy_from_slice(&n.to_be_bytes());
    Serial::from_bytes(bytes)
}

/// A credential for person `n`, with serial `n`, of row `n`, without a status slot.
fn credential(n: u32) -> NewCredential {
    NewCredential {
        row: n,
        serial: serial(n),
        subject: format!("P-{n:05}"),
        name_key: format!("AMINA OKOTH|19870314|{n}"),
        name: format!("Amina Okoth {n}"),
        issued: at(i64::from(n)),
        expires: None,
        slot: None,
        wire: "nansen".into(),
        kid: vec![1, 2, 3, 4, 5, 6, 7, 8],
        envelope: format!("NP1:{n}").into_bytes(),
        record: format!("{{\"given_names\":\"Amina\",\"n\":{n}}}"),
        photo: None,
        supersedes: None,
        copy: 0,
    }
}

fn with(reserved: Reserved, n: u32) -> NewCredential {
    NewCredential { serial: reserved.serial, slot: Some(reserved.slot), ..credential(n) }
}

fn in_slot(n: u32, list: u32, index: u16) -> NewCredential {
    NewCredential { slot: Some(StatusSlot { list, index }), ..credential(n) }
}
