//! A batch killed at any moment is taken up where it stopped: no serial twice, nobody twice, nothing acknowledged lost.
//!
//! The test runs itself again as a child that issues into a register, and kills that child (SIGKILL on Unix).

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use nansen::register::{Batch, BatchPlan, Filter, NewCredential, Place, Register, Reserved};

const TEST: &str = "a_batch_killed_at_any_moment_is_resumed_without_a_serial_or_a_person_twice";
const CHILD_REGISTER: &str = "NANSEN_TEST_REGISTER";
const CHILD_SEED: &str = "NANSEN_TEST_SEED";
const ROWS: u32 = 2000;
const CHUNK: usize = 7;
const KILLS: u64 = 24;

#[test]
fn a_batch_killed_at_any_moment_is_resumed_without_a_serial_or_a_person_twice() {
    if let (Some(path), Ok(seed)) = (std::env::var_os(CHILD_REGISTER), std::env::var(CHILD_SEED)) {
        return issue(Path::new(&path), seed.parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.db");
    let mut acknowledged = HashMap::new();
    let mut random = randomness(1);
    let mut unfinished = 0;
    for seed in 0..KILLS {
        let mut child = child(&path, seed);
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        // Sometimes at once, while the file is being made or repaired; else after a few chunks, and a moment more.
        let [chunks, moment] = [random(10), random(4000)];
        for answer in answers.by_ref().map_while(Result::ok).take(chunks as usize * CHUNK) {
            note(&mut acknowledged, &answer);
        }
        std::thread::sleep(Duration::from_micros(moment * if chunks == 0 { 10 } else { 1 }));
        child.kill().unwrap();
        unfinished += u32::from(!child.wait().unwrap().success());
        for answer in answers.map_while(Result::ok) {
            note(&mut acknowledged, &answer);
        }
        if path.exists() {
            Register::open(&path).unwrap().check().unwrap();
        }
    }
    let mut last = child(&path, KILLS);
    for answer in BufReader::new(last.stdout.take().unwrap()).lines().map_while(Result::ok) {
        note(&mut acknowledged, &answer);
    }
    assert!(last.wait().unwrap().success());
    println!("{KILLS} kills, {unfinished} of them before the batch was finished");
    everything_stands_once(&Register::open_existing(&path).unwrap(), &acknowledged);
}

fn everything_stands_once(register: &Register, acknowledged: &HashMap<u32, String>) {
    register.check().unwrap();
    assert!(register.unfinished_batches().unwrap().is_empty());
    let entries: Vec<_> = register.list(Filter::default()).map(Result::unwrap).collect();
    let distinct = |of: &dyn Fn(usize) -> String| (0..entries.len()).map(of).collect::<HashSet<_>>().len();
    let rows = ROWS as usize;
    assert_eq!(entries.len(), rows);
    assert_eq!(distinct(&|i| entries[i].serial.to_string()), rows, "serials");
    assert_eq!(distinct(&|i| entries[i].subject.clone()), rows, "people");
    assert_eq!(distinct(&|i| entries[i].row.to_string()), rows, "rows");
    assert_eq!(distinct(&|i| format!("{:?}", entries[i].slot)), rows, "status slots");
    assert_eq!(distinct(&|i| entries[i].batch.to_string()), 1, "one batch, taken up again each time");
    assert!(entries.iter().all(|entry| entry.prints == 1));
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    for entry in &entries {
        if let Some(serial) = acknowledged.get(&entry.row) {
            assert_eq!(*serial, entry.serial.to_string(), "row {} was acknowledged with another serial", entry.row);
        }
    }
}

fn child(path: &Path, seed: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD_REGISTER, path)
        .env(CHILD_SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the child says once a row is recorded: `row 17 K7QX-2M9D`. The rest is the test harness talking.
fn note(acknowledged: &mut HashMap<u32, String>, answer: &str) {
    let mut words = answer.split(' ').skip_while(|&word| word != "row").skip(1);
    // The last line of a killed process may be cut anywhere.
    let (Some(Ok(row)), Some(serial)) = (words.next().map(str::parse), words.next()) else { return };
    if serial.len() == 9 {
        let before = acknowledged.insert(row, serial.to_owned());
        assert!(before.is_none(), "row {row} was issued twice");
    }
}

/// The child: the work of `issue` without the signatures and the paper.
fn issue(path: &Path, seed: u64) {
    let now = Timestamp::from_second(1_790_000_000).unwrap();
    let mut random = randomness(1000 + seed);
    let mut register = Register::open(path).unwrap();
    let plan = BatchPlan { digest: [1; 32], type_name: "registration", output: "out.pdf", rows: ROWS };
    let batch = register.begin_batch(&plan, now).unwrap();
    let done: HashSet<u32> = batch.done().iter().map(|done| done.row).collect();
    if let Batch::New { id } = batch {
        assert!(register.rows_of(id).unwrap().is_empty());
    }
    let open: Vec<u32> = (1..=ROWS).filter(|row| !done.contains(row)).collect();
    for rows in open.chunks(CHUNK) {
        let reserved = register.reserve(rows.len(), &mut |bytes| bytes.fill_with(|| random(256) as u8)).unwrap();
        let signed: Vec<_> = rows.iter().zip(reserved).map(|(&row, reserved)| credential(row, reserved)).collect();
        register.record(batch.id(), &signed).unwrap();
        let mut out = std::io::stdout().lock();
        for credential in &signed {
            writeln!(out, "row {} {}", credential.row, credential.serial).unwrap();
        }
    }
    let rows = register.rows_of(batch.id()).unwrap();
    let places: Vec<_> = rows.iter().zip(1..).map(|(row, sheet)| Place { serial: row.serial, sheet }).collect();
    if !register.volumes_of(batch.id()).unwrap().iter().any(|volume| volume.closed) {
        register.record_volume(batch.id(), 1, "out.pdf", &places, now).unwrap();
        register.close_volume(batch.id(), 1, now).unwrap();
    }
    register.finish_batch(batch.id(), now).unwrap();
}

fn credential(row: u32, reserved: Reserved) -> NewCredential {
    NewCredential {
        row,
        serial: reserved.serial,
        subject: format!("P-{row}"),
        name_key: String::new(),
        name: format!("Person {row}"),
        issued: Timestamp::from_second(1_790_000_000).unwrap(),
        expires: None,
        slot: Some(reserved.slot),
        wire: "nansen".into(),
        kid: vec![1; 8],
        envelope: vec![b'x'; 400],
        record: "{}".into(),
        photo: Some(vec![7; 700]),
        supersedes: None,
        copy: 0,
    }
}

/// Numbers below a bound that look random and are the same in every run (xorshift64*).
fn randomness(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below
    }
}
