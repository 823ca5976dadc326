//! How a job stands, as it is told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::issue::Issued;
use crate::issue::list;
use crate::web::Problem;

/// How a job stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// At work.
    Running,
    /// Everything is issued and printed.
    Done,
    /// Somebody has ended it; it can be taken up again.
    Cancelled,
    /// It could not go on; `problem` says why.
    Failed,
    /// The server has ended while it ran; it can be taken up again.
    Interrupted,
}

impl JobState {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A fault of a row.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RowFault {
    /// Number of the row of data, from 1.
    pub row: Option<u64>,
    /// Line on which it begins.
    pub line: u64,
    /// The column, when one is at fault.
    pub column: Option<String>,
    /// What is wrong, by a name of its own: `empty`, `date`, `choice`, `holds` and others.
    pub kind: String,
    /// What is wrong, in words.
    pub fault: String,
    /// What was found.
    pub found: String,
    /// What was wanted.
    pub wanted: String,
}

impl From<list::Problem> for RowFault {
    fn from(problem: list::Problem) -> Self {
        let list::Problem { line, column, kind, fault, found, wanted } = problem;
        Self { row: None, line, column, kind: kind.name().to_owned(), fault, found, wanted }
    }
}

/// A batch that is issued while somebody watches.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct JobView {
    /// Names it.
    pub id: String,
    /// The header `Idempotency-Key` of the request that began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The credential type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// How it stands.
    pub state: JobState,
    /// `checking` or `issuing`.
    #[serde(skip_deserializing)]
    pub stage: &'static str,
    /// Rows that are through this stage.
    pub done: u64,
    /// Rows of this stage.
    pub total: u64,
    /// Credentials that were recorded when it was taken up again.
    pub done_before: u64,
    /// What was issued, in the order of the rows, when it is done.
    pub serials: Vec<String>,
    /// Whether there is a document to print.
    pub document: bool,
    /// When it was begun.
    #[serde(with = "as_text")]
    #[schema(value_type = String)]
    pub began: Timestamp,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "as_text::maybe")]
    #[schema(value_type = Option<String>)]
    pub ended: Option<Timestamp>,
    /// Why it failed.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// What is wrong with the rows.
    #[serde(skip_deserializing)]
    pub problems: Vec<RowFault>,
    /// What to look at.
    #[serde(skip_deserializing)]
    pub warnings: Vec<String>,
}

impl JobView {
    /// A job that begins.
    pub fn new(id: &str, type_name: &str, rows: u64, now: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            key: None,
            type_name: type_name.to_owned(),
            state: JobState::Running,
            stage: "checking",
            done: 0,
            total: rows,
            done_before: 0,
            serials: Vec::new(),
            document: false,
            began: now,
            ended: None,
            problem: None,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// How it has ended.
    pub fn end(&mut self, done: Result<Issued, Problem>, cancelled: bool) {
        match done {
            Ok(issued) => {
                (self.state, self.document) = (JobState::Done, true);
                self.serials = issued.serials.iter().map(ToString::to_string).collect();
                (self.done, self.total) = (issued.issued, issued.issued);
            }
            Err(problem) => {
                self.state = if cancelled { JobState::Cancelled } else { JobState::Failed };
                self.problem = Some(problem);
            }
        }
    }
}

/// Times as texts (RFC 3339).
pub(super) mod as_text {
    use jiff::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }

    /// Those that may be missing.
    pub mod maybe {
        use jiff::Timestamp;
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

        #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
        pub fn serialize<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
            time.map(|time| time.to_string()).serialize(to)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
            let text = Option::<String>::deserialize(from)?;
            text.map(|text| text.parse()).transpose().map_err(serde::de::Error::custom)
        }
    }
}
