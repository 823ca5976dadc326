//! What is known of the files that are embedded in a PDF document.

/// The files embedded in a document.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// In the order in which they were found.
    pub files: Vec<AttachedFile>,
    /// Whether there were more than are looked at.
    pub more: bool,
}

/// One embedded file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttachedFile {
    /// Its name.
    pub name: String,
    /// Its media type, when the document says one.
    pub media_type: Option<String>,
    /// Pages that it belongs to, counted from 1; empty when it belongs to the document.
    pub pages: Vec<u32>,
    /// What is in it.
    pub content: Content,
}

/// What is in an embedded file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    /// The bytes of what says it is a credential.
    Credential(Vec<u8>),
    /// Something else, which is not unpacked.
    Other,
    /// It says it is a credential and is larger than any.
    TooLarge,
    /// It says it is a credential and cannot be unpacked.
    Damaged,
}
