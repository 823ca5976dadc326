//! How fast the register records, finds and reserves: `cargo run --release --example register_speed [FOLDER]`.
//!
//! FOLDER decides which disk is measured; without it, the system's folder for temporary files.

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nansen::register::{BatchPlan, Filter, NewCredential, Place, Register, Reserved};

/// Rows that are signed, then recorded in one transaction.
const CHUNK: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let mut register = Register::open(&folder.path().join("register.db"))?;
    let mut people = 0;
    for (rows, chunk) in [(200, 1), (500, CHUNK), (20_000, CHUNK), (20_000, 20_000)] {
        measure(&mut register, people, rows, chunk)?;
        people += rows;
    }
    let subjects: Vec<String> = (0..20_000).map(|n| format!("P-{n:06}")).collect();
    let started = Instant::now();
    let holders = register.holders_of("registration", &subjects)?;
    report("holders_of", holders.len(), started.elapsed());
    let started = Instant::now();
    let keys: Vec<String> = (0..20_000).map(|n| format!("NAME {n:06}|19870314")).collect();
    report("lookalikes", register.lookalikes("registration", &keys)?.len(), started.elapsed());
    let started = Instant::now();
    let found = register.list(Filter { text: Some("name 0003".into()), ..Filter::default() }).count();
    println!("search in {people}: {found} found in {:.1?}", started.elapsed());
    let bytes = std::fs::metadata(folder.path().join("register.db"))?.len();
    println!("{} bytes of file a credential", bytes / people as u64);
    Ok(())
}

fn measure(register: &mut Register, from: usize, rows: usize, chunk: usize) -> Result<(), Box<dyn Error>> {
    let now = Timestamp::now();
    let digest = [u8::try_from(from % 251)?; 32];
    let plan = BatchPlan { digest, type_name: "registration", output: "out.pdf", rows: u32::try_from(rows)? };
    let batch = register.begin_batch(&plan, now)?.id();
    let (mut reserving, mut recording) = (Duration::ZERO, Duration::ZERO);
    for start in (0..rows).step_by(chunk) {
        let count = chunk.min(rows - start);
        let started = Instant::now();
        let reserved =
            register.reserve(count, &mut |bytes| getrandom::fill(bytes).expect("the system has randomness"))?;
        reserving += started.elapsed();
        let credentials: Vec<_> =
            reserved.into_iter().enumerate().map(|(i, r)| credential(from + start + i, start + i, r, now)).collect();
        let started = Instant::now();
        register.record(batch, &credentials)?;
        recording += started.elapsed();
    }
    let recorded = register.rows_of(batch)?;
    let places: Vec<_> = recorded.iter().zip(1..).map(|(row, sheet)| Place { serial: row.serial, sheet }).collect();
    let started = Instant::now();
    register.record_volume(batch, 1, "out.pdf", &places, now)?;
    register.close_volume(batch, 1, now)?;
    let printing = started.elapsed();
    register.finish_batch(batch, now)?;
    println!("{rows} rows in chunks of {chunk}:");
    report("  reserve", rows, reserving);
    report("  record", rows, recording);
    report("  record_volume", rows, printing);
    Ok(())
}

fn report(what: &str, count: usize, took: Duration) {
    println!("{what}: {count} in {took:.1?}, {:.0} a second", count as f64 / took.as_secs_f64());
}

fn credential(n: usize, row: usize, reserved: Reserved, now: Timestamp) -> NewCredential {
    NewCredential {
        row: row as u32,
        serial: reserved.serial,
        subject: format!("P-{n:06}"),
        name_key: format!("NAME {n:06}|19870314"),
        name: format!("Name {n:06}"),
        issued: now,
        expires: None,
        slot: Some(reserved.slot),
        wire: "nansen".into(),
        kid: vec![1; 8],
        envelope: vec![b'x'; 400],
        record: "x".repeat(500),
        photo: Some(vec![7; 700]),
        supersedes: None,
        copy: 0,
    }
}
