//! Batches that are issued while somebody watches: one at a time, cancelled and taken up again, also after a restart.
//!
//! A job's order lies in `web/jobs/ID/` of the data folder (mode 0700) until it is done, its paper until the last clerk
//! signs out or a day is over. What is issued is in the register whatever becomes of the job: a job that is taken up
//! again is the same work to the desk, so nobody is issued twice.

mod asked;
pub mod events;
mod folder;
mod view;

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::order::ListOrder;
use super::refusal::fault;
use crate::desk::issue::{Issued, Prepared, finished};
use crate::desk::{Desk, Failure, Kind, Observer, OpenKeys, Stage, Told};
use crate::gate::json::hex;
use crate::register::BatchId;
use crate::web::app::Shared;
use crate::web::{App, Problem};
use folder::Folder;

pub use asked::{Asked, OrderKey};
pub use view::{JobState, JobView, RowFault};

/// Papers are kept for so long at most.
const DOCUMENT_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Orders that nobody took up again are kept for so long; the register keeps what was issued of them.
const ORDER_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Faults and warnings that are told one by one.
const TOLD_AT_MOST: usize = 1000;

/// The jobs of this desk.
#[derive(Debug, Default)]
pub struct Jobs {
    held: Mutex<Option<BTreeMap<String, Arc<Job>>>>,
}

/// One job.
#[derive(Debug)]
pub struct Job {
    view: watch::Sender<JobView>,
    cancel: AtomicBool,
    asked: Option<Asked>,
    folder: Folder,
}

impl Job {
    fn new(app: &Shared, view: JobView, asked: Option<Asked>) -> Arc<Self> {
        let folder = Folder::of(&app.home, &view.id);
        let view = JobView { key: asked.as_ref().map(|asked| asked.key().to_owned()), ..view };
        Arc::new(Self { view: watch::channel(view).0, cancel: AtomicBool::new(false), asked, folder })
    }

    /// How it stands.
    pub fn view(&self) -> JobView {
        self.view.borrow().clone()
    }

    /// How it stands, and whenever that changes.
    pub fn watch(&self) -> watch::Receiver<JobView> {
        self.view.subscribe()
    }

    /// Ends it after what is in hand.
    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::SeqCst);
    }

    fn change(&self, change: impl FnOnce(&mut JobView)) {
        self.view.send_modify(change);
    }
}

impl Observer for Job {
    fn tell(&self, told: Told) {
        self.change(|view| match told {
            Told::Problem(problem) if view.problems.len() < TOLD_AT_MOST => {
                view.problems.push(RowFault::from(fault(&problem)));
            }
            Told::Warning { text, .. } | Told::Note(text) if view.warnings.len() < TOLD_AT_MOST => {
                view.warnings.push(super::refusal::in_words(&text));
            }
            Told::Resumed { done, .. } => view.done_before = done,
            _ => {}
        });
    }

    fn begin(&self, stage: Stage, total: u64) {
        self.change(|view| {
            view.stage = if stage == Stage::Checking { "checking" } else { "issuing" };
            (view.done, view.total) = (0, total.max(if stage == Stage::Checking { view.total } else { 0 }));
        });
    }

    fn advance(&self, steps: u64) {
        self.change(|view| view.done += steps);
    }

    fn begun(&self, batch: BatchId) -> Result<(), Failure> {
        if self.folder.batch().is_some_and(|before| before != batch) {
            // To the register it is other work then, and whoever replaces papers would replace them twice.
            let told = "since this job was begun, the issuer key or the credential type has become another";
            return Err(Failure::new(told)
                .hint("the register shows who has a paper of it; issue the others as a list of their own")
                .of(Kind::Conflict));
        }
        self.folder.keep_batch(batch)
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::SeqCst)
    }
}

impl Jobs {
    /// The jobs, with those that an earlier process has left.
    fn held(&self, app: &Shared) -> MutexGuard<'_, Option<BTreeMap<String, Arc<Job>>>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get_or_insert_with(|| {
            let left = Folder::left_behind(&app.home, app.now());
            left.into_iter().map(|(view, asked)| (view.id.clone(), Job::new(app, view, asked))).collect()
        });
        held
    }

    /// All of them, the newest first.
    pub fn all(&self, app: &Shared) -> Vec<JobView> {
        self.sweep(app);
        let mut views: Vec<JobView> = self.held(app).iter().flatten().map(|(_, job)| job.view()).collect();
        views.sort_by_key(|view| std::cmp::Reverse(view.began));
        views
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn find(&self, app: &Shared, id: &str) -> Result<Arc<Job>, Problem> {
        let job = self.held(app).as_ref().and_then(|jobs| jobs.get(id).cloned());
        job.ok_or_else(|| {
            Problem::not_found("there is no such job").next("GET /api/v1/jobs lists those that there are")
        })
    }

    /// Begins a job, or tells of the one that was begun by the same request before.
    ///
    /// # Errors
    /// 409 while another runs; 404 and 422 for an order that cannot be carried out, 400 and 422 for a key that cannot be
    /// that of this order.
    pub fn begin(&self, app: &App, order: ListOrder, key: OrderKey, keys: Arc<OpenKeys>) -> Result<JobView, Problem> {
        self.sweep(app);
        // What cannot be an order is refused to the one who asks, not to the job.
        order.order(&app.home)?;
        let id = new_id(app);
        let view = JobView::new(&id, &order.type_name, order.rows.len() as u64, app.now());
        let asked = Asked::new(key, &order)?;
        let job = match self.take_the_desk(app, &id, view, asked)? {
            Taken::New(job) => job,
            Taken::Repeated(job) => return Ok(job.view()),
        };
        let asked = job.asked.as_ref().map_or(Ok(()), |asked| job.folder.keep_asked(asked));
        let kept = asked.and_then(|()| job.folder.keep(&order, job.view().began)).map_err(Problem::from);
        if let Err(refused) = kept {
            self.held(app).as_mut().map(|jobs| jobs.remove(&id));
            job.folder.remove();
            return Err(refused);
        }
        Ok(run(app, job, order, keys))
    }

    /// Takes up a job that has ended before it was done.
    ///
    /// # Errors
    /// 404 when there is none, 409 when it is done or another runs.
    pub fn resume(&self, app: &App, id: &str, keys: Arc<OpenKeys>) -> Result<JobView, Problem> {
        let job = self.find(app, id)?;
        let (before, asked) = (job.view(), job.asked.clone());
        if matches!(before.state, JobState::Running | JobState::Done) {
            let problem = Problem::conflict("the job has not ended early").found(before.state.name());
            return Err(problem.wanted("a job that is cancelled, failed or interrupted"));
        }
        let order = job.folder.order().map_err(Problem::from)?;
        let view = JobView { began: before.began, ..JobView::new(id, &before.type_name, before.total, app.now()) };
        let (Taken::New(job) | Taken::Repeated(job)) = self.take_the_desk(app, id, view, asked)?;
        Ok(run(app, job, order, keys))
    }

    /// Puts a running job into the table, unless another runs.
    fn take_the_desk(&self, app: &Shared, id: &str, view: JobView, asked: Option<Asked>) -> Result<Taken, Problem> {
        let mut held = self.held(app);
        let jobs = held.get_or_insert_default();
        if let Some(asked) = &asked {
            for job in jobs.values().filter(|job| job.view.borrow().id != id) {
                if job.asked.as_ref().map_or(Ok(false), |other| other.repeats(asked))? {
                    return Ok(Taken::Repeated(Arc::clone(job)));
                }
            }
        }
        if let Some(running) = jobs.values().find(|job| job.view.borrow().state == JobState::Running) {
            return Err(Problem::conflict("another job is running at this desk")
                .found(running.view().id)
                .next("wait until it is done, or cancel it"));
        }
        let job = Job::new(app, view, asked);
        jobs.insert(id.to_owned(), Arc::clone(&job));
        Ok(Taken::New(job))
    }

    /// The paper of a job that is done.
    ///
    /// # Errors
    /// 404 when there is none, or none any more.
    pub fn document(&self, app: &Shared, id: &str) -> Result<File, Problem> {
        self.sweep(app);
        let job = self.find(app, id)?;
        let view = job.view();
        let paper = if view.state == JobState::Done { File::open(job.folder.document()).ok() } else { None };
        paper.ok_or_else(|| {
            Problem::not_found("the job has no document, or no longer")
                .found(view.state.name())
                .next("papers are kept until the last clerk signs out; print one again from the register")
        })
    }

    /// Tells every running job to end: it can be taken up again.
    pub fn cancel_all(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().flatten().for_each(|(_, job)| job.cancel());
    }

    /// Removes the papers of all jobs that are done: nobody is signed in any more.
    pub fn remove_documents(&self, app: &Shared) {
        for (id, job) in self.held(app).iter().flatten() {
            if job.view.borrow().state == JobState::Done {
                Folder::of(&app.home, id).remove_document();
                job.change(|view| view.document = false);
            }
        }
    }

    /// Removes papers and orders that are too old.
    pub fn sweep(&self, app: &Shared) {
        let now = app.now();
        let mut held = self.held(app);
        let Some(jobs) = held.as_mut() else { return };
        jobs.retain(|id, job| {
            let view = job.view();
            // A list that was taken up after days is done today.
            let age = now.duration_since(view.ended.unwrap_or(view.began));
            match view.state {
                JobState::Running => true,
                JobState::Done if age >= DOCUMENT_KEPT => Folder::of(&app.home, id).remove(),
                JobState::Done => true,
                _ if age >= ORDER_KEPT => Folder::of(&app.home, id).remove(),
                _ => true,
            }
        });
    }
}

/// Whether a request has begun a job.
enum Taken {
    New(Arc<Job>),
    /// The same request was made before: its answer was lost, or a button was pressed twice.
    Repeated(Arc<Job>),
}

fn new_id(app: &Shared) -> String {
    let mut bytes = [0; 10];
    (app.random)(&mut bytes);
    hex(&bytes)
}

/// Runs it on a thread of its own, and says how it stands at its beginning.
fn run(app: &App, job: Arc<Job>, order: ListOrder, keys: Arc<OpenKeys>) -> JobView {
    let view = job.view();
    let (app, now) = (app.clone(), app.now());
    std::thread::spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(|| work(&app, &job, &order, &keys, now)));
        let done = done.unwrap_or_else(|_| Err(Problem::internal(&"a job has panicked")));
        let mut view = job.view();
        view.end(done, job.cancelled());
        if view.state == JobState::Done {
            view.document = job.folder.document().is_file();
            view.ended = Some(app.now());
            app.metrics.issued(view.serials.len() as u64);
            // Before anybody hears of it: a server that is ended now must not take up again what is done.
            job.folder.keep_done(&view);
        }
        job.change(|told| *told = view);
    });
    view
}

fn work(app: &App, job: &Job, asked: &ListOrder, keys: &OpenKeys, now: Timestamp) -> Result<Issued, Problem> {
    // A server that ended after the last paper and before it could say so: with another run people would have two.
    let finished = job.folder.batch().map_or(Ok(None), |batch| finished(&app.home, batch)).map_err(Problem::from)?;
    if let Some(issued) = finished {
        return Ok(issued);
    }
    let (mut order, strangers) = asked.order(&app.home)?;
    for column in strangers {
        job.tell(Told::Note(format!("the column {column:?} is not a field of {} and is left out", asked.type_name)));
    }
    order.output = Some(job.folder.document());
    let desk = Desk { home: &app.home, unlock: keys, random: app.random, now, observer: job };
    let prepared = Prepared::new(desk, &order).map_err(Problem::from)?;
    let checker = prepared.checker();
    let checked = prepared.check(&checker).map_err(Problem::from)?;
    prepared.issue(&checker, &checked).map_err(Problem::from)
}
