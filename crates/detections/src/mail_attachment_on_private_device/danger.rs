//! What makes an attachment dangerous.

use records::{AnyRecord, File, Timestamp, Uid};
use serde::{Deserialize, Serialize};

use crate::bounded::Standing;
use crate::download::{Content, FetchedFile, content};

/// Something that runs when the attachment is opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Danger {
    pub(super) ts: Timestamp,
    pub(super) points: f64,
    pub(super) what: String,
}

impl Standing for Danger {
    fn standing(&self) -> (bool, Timestamp) {
        (false, self.ts)
    }
}

/// What the record of a format tells, with the file that it is about.
pub(super) fn of_what_is_inside(record: &AnyRecord) -> Option<(Uid, Danger)> {
    let (ts, file, points, what) = match record {
        AnyRecord::Ole(ole) if ole.has_macros || ole.has_excel4_macros => {
            let (points, what) = macros(ole.automatic_macros.as_deref());
            (ole.ts, ole.id, points, what)
        }
        AnyRecord::Ooxml(ooxml) if ooxml.has_macros || ooxml.has_excel4_macros || ooxml.has_activex => {
            let (points, what) = macros(ooxml.automatic_macros.as_deref());
            (ooxml.ts, ooxml.id, points, what)
        }
        AnyRecord::Ooxml(ooxml) => {
            let template = ooxml.external_template.as_deref()?;
            (ooxml.ts, ooxml.id, 35.0, format!("a document that loads a template from {template}"))
        }
        AnyRecord::Pdf(pdf) if pdf.launch_count > 0 => {
            (pdf.ts, pdf.id, 40.0, "a PDF that starts a program".to_owned())
        }
        AnyRecord::Pdf(pdf) if pdf.script_count > 0 && pdf.has_open_action => {
            (pdf.ts, pdf.id, 30.0, "a PDF with a script that runs when it is opened".to_owned())
        }
        AnyRecord::Script(script) => (script.ts, script.id, 40.0, format!("a script ({})", script.language)),
        AnyRecord::Archive(archive) => {
            let listed = archive.names.as_ref()?;
            let program = listed.iter().find(|name| is_program(name))?;
            (archive.ts, archive.id, 40.0, format!("an archive with the program {program} in it"))
        }
        _ => return None,
    };
    Some((file, Danger { ts, points, what }))
}

fn macros(automatic: Option<&[String]>) -> (f64, String) {
    match automatic.and_then(<[String]>::first) {
        Some(name) => (45.0, format!("a document with a macro that runs by itself ({name})")),
        None => (30.0, "a document with macros".to_owned()),
    }
}

/// Names that Windows runs at a double click.
fn is_program(name: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        ".bat", ".cmd", ".com", ".exe", ".hta", ".iso", ".js", ".jse", ".lnk", ".msi", ".ps1", ".scr",
        ".vbs", ".wsf",
    ];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What type and name of the content tell.
pub(super) fn by_type(file: &File) -> Option<Danger> {
    let fetched = FetchedFile::new(file);
    let name = file.filename.as_deref().unwrap_or_default().to_ascii_lowercase();
    let what = match (content(&fetched, &name), file.mime_type.as_deref()) {
        (Some(Content::Executable), _) => "a program",
        (Some(Content::Script), _) => "a script",
        (_, Some("application/x-ms-shortcut")) => "a shortcut, which can start anything",
        (_, Some("application/x-iso9660-image")) => {
            "an image of a disk, which hides where its files come from"
        }
        _ if is_program(&name) => "something that is run when it is opened",
        _ => return None,
    };
    Some(Danger { ts: file.ts, points: 45.0, what: what.to_owned() })
}
