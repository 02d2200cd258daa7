//! The generated pages: one per record type and one per detection, from their declarations.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use records::{Kind, RECORD_TYPES, RecordType};

use crate::tree;

/// All generated pages: path below the root, and content.
pub fn pages(root: &Path) -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from("docs/reference");
    let mut pages = Vec::new();
    let mut index = String::from("# Record types\n\nWritten from the code by `make docs`.\n\n");
    let mut sorted: Vec<&RecordType> = RECORD_TYPES.iter().collect();
    sorted.sort_by_key(|record_type| record_type.name);
    for record_type in sorted {
        let _ = writeln!(index, "- [`{0}`](records/{0}.md): {1}", record_type.name, record_type.doc);
        pages.push((folder.join(format!("records/{}.md", record_type.name)), record_page(record_type)));
    }
    pages.push((folder.join("records.md"), index));
    let mut index = String::from("# Detections\n\nWritten from the code by `make docs`.\n\n");
    for readme in tree::files(&root.join("crates/detections/src"), "README.md") {
        let text = tree::text(&readme);
        let name =
            readme.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
        let id = name.replace('_', "-");
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let _ = writeln!(index, "- [{title}](detections/{id}.md)");
        pages.push((folder.join(format!("detections/{id}.md")), text));
    }
    pages.push((folder.join("detections.md"), index));
    pages
}

/// Writes all pages.
pub fn write(root: &Path) -> Result<()> {
    for (path, content) in pages(root) {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        std::fs::write(&path, content).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn record_page(record_type: &RecordType) -> String {
    let mut page = format!("# `{}`\n\n{}\n\n", record_type.name, record_type.doc);
    page.push_str("| column | kind | meaning |\n| --- | --- | --- |\n");
    for column in record_type.columns {
        let optional = if column.optional { ", optional" } else { "" };
        let doc = column.doc.replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {}{optional} | {doc} |", column.name, kind_name(column.kind));
    }
    page
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Timestamp => "time",
        Kind::Interval => "interval",
        Kind::Bool => "bool",
        Kind::Count => "count",
        Kind::Integer => "integer",
        Kind::Double => "double",
        Kind::Text => "text",
        Kind::Address => "address",
        Kind::TextList => "list of texts",
        Kind::CountList => "list of counts",
        Kind::IntervalList => "list of intervals",
        Kind::AddressList => "list of addresses",
    }
}
