//! What lies on the disk of a job: its order until it is done, then its paper and what there is to tell of it.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ORDER_KEPT;
use super::asked::Asked;
use super::view::{JobState, JobView, as_text};
use crate::desk::{Failure, Home, Kind};
use crate::register::BatchId;
use crate::web::desk::order::ListOrder;
use crate::web::files;

const ORDER: &str = "order.json";
const DONE: &str = "done.json";
const DOCUMENT: &str = "document.pdf";
/// The number of the job's batch in the register.
const BATCH: &str = "batch";
/// What the job was asked for with, when whoever asked gave a key.
const ASKED: &str = "asked.json";

/// What is kept of a job that is not done.
#[derive(Deserialize, Serialize)]
struct Kept {
    #[serde(with = "as_text")]
    began: Timestamp,
    order: ListOrder,
}

/// The folder of one job.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

fn all(home: &Home) -> PathBuf {
    files::folder(home).join("jobs")
}

impl Folder {
    /// That of the job with this id.
    pub fn of(home: &Home, id: &str) -> Self {
        // An id comes from the table of jobs and has no other letters; a path must not come of it in any case.
        let plain: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        Self(all(home).join(if plain.is_empty() { "none" } else { &plain }))
    }

    /// Where the paper is.
    pub fn document(&self) -> PathBuf {
        self.0.join(DOCUMENT)
    }

    /// Keeps the order.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, order: &ListOrder, began: Timestamp) -> Result<(), Failure> {
        self.make()?;
        self.write(ORDER, &serde_json::to_vec(&Kept { began, order: order.clone() })?)
    }

    fn make(&self) -> Result<(), Failure> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0).map_err(|error| files::cannot_write(&self.0, &error))
    }

    /// The order that was kept.
    ///
    /// # Errors
    /// When it is not there, or damaged.
    pub fn order(&self) -> Result<ListOrder, Failure> {
        self.kept().map(|kept| kept.order)
    }

    fn kept(&self) -> Result<Kept, Failure> {
        let path = self.0.join(ORDER);
        let bytes = fs::read(&path).map_err(|_| {
            Failure::new("the order of this job is no longer there").hint("issue the list anew").of(Kind::Unknown)
        })?;
        serde_json::from_slice(&bytes).map_err(|error| crate::web::desk::order::kept_badly(&error))
    }

    /// Keeps the key that the job was asked for with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_asked(&self, asked: &Asked) -> Result<(), Failure> {
        self.make()?;
        self.write(ASKED, &serde_json::to_vec(asked)?)
    }

    fn asked(&self) -> Option<Asked> {
        serde_json::from_slice(&fs::read(self.0.join(ASKED)).ok()?).ok()
    }

    /// Keeps the number of the job's batch.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_batch(&self, batch: BatchId) -> Result<(), Failure> {
        self.write(BATCH, batch.to_string().as_bytes())
    }

    /// The batch of the job, when it came so far.
    pub fn batch(&self) -> Option<BatchId> {
        fs::read_to_string(self.0.join(BATCH)).ok()?.trim().parse().ok()
    }

    /// The job is done: its order goes, what there is to tell of it stays.
    pub fn keep_done(&self, view: &JobView) {
        let bytes = serde_json::to_vec(view).unwrap_or_default();
        if let Err(failure) = self.write(DONE, &bytes) {
            eprintln!("error: {failure}");
        }
        let _ = fs::remove_file(self.0.join(ORDER));
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.0.join(name);
        let write = || {
            use std::io::Write as _;
            // Made with mode 0600, which the rename keeps.
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path).map(drop).map_err(|error| error.error)
        };
        write().map_err(|error| files::cannot_write(&path, &error))
    }

    /// Removes the paper.
    pub fn remove_document(&self) {
        let _ = fs::remove_file(self.document());
    }

    /// Removes everything. Returns `false`: the job is no longer there.
    pub fn remove(&self) -> bool {
        let _ = fs::remove_dir_all(&self.0);
        false
    }

    /// The jobs that an earlier process has left: those that are done, and those that were interrupted.
    pub fn left_behind(home: &Home, now: Timestamp) -> Vec<(JobView, Option<Asked>)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(all(home)).into_iter().flatten().flatten() {
            let Some(id) = entry.file_name().to_str().map(ToOwned::to_owned) else { continue };
            let folder = Self(entry.path());
            if let Ok(Kept { began, order }) = folder.kept() {
                let view = JobView::new(&id, &order.type_name, order.rows.len() as u64, began);
                found.push((JobView { state: JobState::Interrupted, ..view }, folder.asked()));
                continue;
            }
            let done =
                fs::read(folder.0.join(DONE)).ok().and_then(|bytes| serde_json::from_slice::<JobView>(&bytes).ok());
            match done {
                Some(view) => {
                    let document = folder.document().is_file();
                    found.push((JobView { id, stage: "issuing", document, ..view }, folder.asked()));
                }
                // What a power cut or a full disk has left shows people's data, and nobody can take it up.
                None if files::is_older(&entry, ORDER_KEPT, now) => {
                    folder.remove();
                }
                None => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_take_up_is_removed_as_late_as_an_order() {
        let data = tempfile::tempdir().unwrap();
        let home = Home::at(data.path());
        let folder = Folder::of(&home, "0123");
        fs::create_dir_all(&folder.0).unwrap();
        fs::write(folder.document(), b"people").unwrap();
        assert!(Folder::left_behind(&home, Timestamp::now()).is_empty());
        assert!(folder.document().exists());
        Folder::left_behind(&home, Timestamp::now() + ORDER_KEPT + ORDER_KEPT);
        assert!(!folder.0.exists());
    }
}
