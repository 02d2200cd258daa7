//! `fileinfo` → `files`, and `smb_transfer` for those on shares. The type by content is there only where Suricata was
//! told to write what libmagic says of the file (`force-magic`).

use records::{AnyRecord, File, Json, LocalNetworks, SmbTransfer};

use super::event::{Event, flag, number, text};

/// How libmagic's descriptions begin, and the type of the content.
const MAGIC: [(&str, &str); 24] = [
    ("PE32", "application/x-dosexec"),
    ("MS-DOS executable", "application/x-dosexec"),
    ("ELF", "application/x-executable"),
    ("Mach-O", "application/x-mach-o-executable"),
    ("PDF document", "application/pdf"),
    ("Zip archive", "application/zip"),
    ("Java archive", "application/java-archive"),
    ("gzip compressed", "application/x-gzip"),
    ("bzip2 compressed", "application/x-bzip2"),
    ("XZ compressed", "application/x-xz"),
    ("7-zip archive", "application/x-7z-compressed"),
    ("RAR archive", "application/x-rar"),
    ("POSIX tar", "application/x-tar"),
    ("Microsoft Cabinet", "application/vnd.ms-cab-compressed"),
    ("MS Windows shortcut", "application/x-ms-shortcut"),
    ("Microsoft Word 2007", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("Microsoft Excel 2007", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("Composite Document File", "application/msword"),
    ("HTML document", "text/html"),
    ("PNG image", "image/png"),
    ("JPEG image", "image/jpeg"),
    ("GIF image", "image/gif"),
    ("XML", "application/xml"),
    ("JSON", "text/json"),
];

pub(super) fn records(event: &Event<'_>, local_networks: &LocalNetworks, records: &mut Vec<AnyRecord>) {
    let (body, json) = (event.body(), event.json());
    let protocol = text(json, "app_proto").unwrap_or_default();
    let name = text(body, "filename");
    let transaction: u64 = number(body, "tx_id").unwrap_or_default();
    let is_orig = event.is_from_client();
    let sender = event.source();
    let size = number(body, "size").unwrap_or_default();
    let has_gaps = flag(body, "gaps").unwrap_or_default();
    let is_whole = text(body, "state").is_none_or(|state| state == "CLOSED") && !has_gaps;
    let number_of_file = number::<u64>(body, "file_id").unwrap_or_default().to_string();
    let parts = [name.as_deref().unwrap_or_default(), &transaction.to_string(), &number_of_file];
    let direction = if is_orig { "orig" } else { "resp" };
    let file = File {
        ts: event.ts,
        fuid: event.fuid(&[parts[0], parts[1], parts[2], direction]),
        uid: event.uid(),
        id: event.id(),
        source: source(&protocol).into(),
        mime_type: mime_type(body).map(Into::into),
        filename: name.clone().filter(|name| !is_of_url(json, name)),
        local_orig: Some(local_networks.contains(sender)),
        is_orig: Some(is_orig),
        seen_bytes: size,
        total_bytes: is_whole.then_some(size),
        timedout: !is_whole,
        md5: text(body, "md5"),
        sha1: text(body, "sha1"),
        sha256: text(body, "sha256"),
        extracted: text(body, "file_id").filter(|_| flag(body, "stored") == Some(true)),
        ..File::default()
    };
    let transfer = (protocol == "smb").then(|| transfer(json, &file, name));
    records.push(file.into());
    records.extend(transfer.map(AnyRecord::from));
}

fn transfer(json: &Json<'_>, file: &File, name: Option<String>) -> SmbTransfer {
    let is_written = file.is_orig == Some(true);
    let (written, read) = if is_written { (file.seen_bytes, 0) } else { (0, file.seen_bytes) };
    SmbTransfer {
        ts: file.ts,
        uid: file.uid,
        id: file.id,
        path: json.get("smb").and_then(|smb| text(smb, "share")),
        name,
        bytes_read: read,
        bytes_written: written,
        reads: u64::from(!is_written),
        writes: u64::from(is_written),
        fuid: Some(file.fuid),
        mime_type: file.mime_type.clone(),
        opened: file.ts,
    }
}

fn source(protocol: &str) -> String {
    match protocol {
        "http2" => "HTTP".to_owned(),
        "ftp-data" => "FTP_DATA".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// Where the server gives no name, Suricata takes the path of the URL.
fn is_of_url(json: &Json<'_>, name: &str) -> bool {
    let url = json.get("http").and_then(|http| text(http, "url"));
    url.is_some_and(|url| {
        url.starts_with(name) || url.split('?').next().is_some_and(|path| path.ends_with(name))
    })
}

fn mime_type(body: &Json<'_>) -> Option<String> {
    if let Some(mime_type) = text(body, "mimetype") {
        return Some(mime_type);
    }
    let magic = body.get("magic")?.text()?;
    if let Some((_, mime_type)) = MAGIC.iter().find(|(begin, _)| magic.starts_with(begin)) {
        return Some((*mime_type).to_owned());
    }
    if magic.contains("shell script") {
        return Some("text/x-shellscript".to_owned());
    }
    magic.contains(" text").then(|| "text/plain".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libmagic_says_tells_the_type() {
        for (magic, expected) in [
            ("PE32+ executable (GUI) x86-64, for MS Windows", Some("application/x-dosexec")),
            ("Bourne-Again shell script, ASCII text executable", Some("text/x-shellscript")),
            ("ASCII text, with CRLF line terminators", Some("text/plain")),
            ("data", None),
        ] {
            let line = format!(r#"{{"magic":"{magic}"}}"#);
            assert_eq!(mime_type(&Json::parse(&line).unwrap()).as_deref(), expected);
        }
    }
}
