use crate::{Record, Timestamp, Uid};

/// What a PDF holds besides pages.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("pdf")]
pub struct Pdf {
    /// Time at which it was seen.
    pub ts: Timestamp,
    /// File that it is (its `fuid`).
    pub id: Uid,
    /// Version of the format.
    pub version: Option<String>,
    /// Objects.
    pub object_count: u64,
    /// Streams.
    pub stream_count: u64,
    /// Pages.
    pub page_count: u64,
    /// Ends of file in it: one more with each update.
    pub update_count: u64,
    /// Streams with further objects, which were read where they are compressed plainly.
    pub object_stream_count: u64,
    /// Scripts (`/JavaScript`, `/JS`).
    pub script_count: u64,
    /// Something happens when it is opened (`/OpenAction`).
    pub has_open_action: bool,
    /// Something happens on other events (`/AA`).
    pub has_additional_actions: bool,
    /// Actions that start a program (`/Launch`).
    pub launch_count: u64,
    /// Files embedded (`/EmbeddedFile`).
    pub embedded_count: u64,
    /// Forms (`/AcroForm`, `/XFA`).
    pub form_count: u64,
    /// Actions that send a form or fetch from elsewhere (`/SubmitForm`, `/ImportData`, `/GoToR`, `/GoToE`).
    pub submit_count: u64,
    /// Films, Flash and the like (`/RichMedia`).
    pub media_count: u64,
    /// Links (`/URI`).
    pub uri_count: u64,
    /// Where they lead; at most 64.
    pub uris: Option<Vec<String>>,
    /// Of the above those whose name was written with escapes (`/J#61vaScript`).
    pub hidden_name_count: u64,
    /// Encrypted.
    pub is_encrypted: bool,
    /// Program that wrote it.
    pub producer: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Not all of the file was there to read: what follows from the rest is missing.
    pub is_cut: bool,
}
