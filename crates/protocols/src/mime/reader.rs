//! A message as a tree of entities (RFC 2045, RFC 2046): headers, and a body that may hold further entities.
//!
//! The tree is never kept: only the path from the message to the entity at hand is.

use super::header::{HeaderBlock, HeaderStep, parameter_value, skip_blanks, token};
use super::transfer::{Transfer, decode_quoted_printable};

/// Entities in entities deeper than this are read as content of the one around them.
pub(crate) const DEPTH_MAX: usize = 16;
/// Longer boundaries are cut; RFC 2046 allows 70 bytes.
const BOUNDARY_BYTES_MAX: usize = 256;

/// Takes what a message consists of. Entities are named by their depth: 0 is the message itself.
pub(crate) trait Parts {
    /// An entity begins.
    fn begin(&mut self, depth: usize);
    /// A header of the entity.
    fn header(&mut self, depth: usize, name: &[u8], value: &[u8]);
    /// All headers of an entity inside the message were read. Says how long its body is, where it is not
    /// delimited by lines.
    fn body_length(&mut self, _depth: usize) -> Option<u64> {
        None
    }
    /// Decoded content.
    fn data(&mut self, depth: usize, bytes: &[u8]);
    /// The entity is over.
    fn end(&mut self, depth: usize);
    /// A violation.
    fn weird(&mut self, name: &'static str);
}

/// What the body of an entity is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Content.
    #[default]
    Content,
    /// Entities between boundaries.
    Multipart,
    /// Another message.
    Message,
}

#[derive(Debug, Default)]
struct Entity {
    headers: HeaderBlock,
    in_body: bool,
    ended: bool,
    kind: Kind,
    boundary: Option<Vec<u8>>,
    transfer: Transfer,
    owes_line_end: bool,
    seen: u64,
    left: Option<u64>,
}

/// Reads one message.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    entities: Vec<Entity>,
    decoded: Vec<u8>,
    /// Only CR LF ends a line now: the content of an entity in a multipart must stay as it is.
    pub(crate) only_crlf: bool,
    /// So many bytes are not to be cut into lines.
    pub(crate) plain: Option<u64>,
}

impl Reader {
    /// Begins a message.
    pub(crate) fn new(parts: &mut impl Parts) -> Self {
        let mut reader = Self::default();
        reader.begin(0, parts);
        reader
    }

    /// What the body of the message is.
    pub(crate) fn kind(&self) -> Kind {
        self.entities.first().map_or(Kind::Content, |entity| entity.kind)
    }

    /// Whether the message's own headers are still being read.
    pub(crate) fn in_header(&self) -> bool {
        self.entities.first().is_some_and(|entity| !entity.in_body)
    }

    /// Whether the message is over.
    pub(crate) fn is_over(&self) -> bool {
        self.entities.first().is_none_or(|entity| entity.ended)
    }

    /// The depth of the innermost entity, how much of its body was seen, and how much is left where that is known.
    pub(crate) fn innermost(&self) -> (usize, u64, Option<u64>) {
        let seen = self.entities.last().map_or((0, None), |entity| (entity.seen, entity.left));
        (self.entities.len().saturating_sub(1), seen.0, seen.1)
    }

    /// After the body of the message come headers again.
    pub(crate) fn read_trailer(&mut self) {
        if let Some(entity) = self.entities.first_mut() {
            entity.in_body = false;
        }
    }

    /// The next line of the message, or a piece without a line end.
    pub(crate) fn deliver(&mut self, bytes: &[u8], line_end: bool, parts: &mut impl Parts) {
        if self.in_header() {
            self.header_line(0, bytes, parts);
        } else {
            self.body(0, bytes, line_end, parts);
        }
    }

    /// Bytes are missing in the innermost entity, which is delimited by its length.
    pub(crate) fn skip(&mut self, length: u64, parts: &mut impl Parts) {
        let depth = self.entities.len().saturating_sub(1);
        let Some(entity) = self.entities.last_mut() else { return };
        entity.seen += length;
        let left = entity.left.unwrap_or_default().saturating_sub(length);
        entity.left = Some(left);
        self.plain = Some(left);
        if left == 0 {
            self.end(depth, parts);
        }
    }

    /// An entity is over, and with it those inside. The caller ends depth 0 when the message is over.
    pub(crate) fn end(&mut self, depth: usize, parts: &mut impl Parts) {
        let Some(entity) = self.entities.get_mut(depth) else { return };
        if std::mem::replace(&mut entity.ended, true) {
            return;
        }
        if entity.in_body {
            self.end_child(depth, parts);
            if let Some(Entity { transfer: Transfer::Base64(decoder), .. }) = self.entities.get_mut(depth) {
                self.decoded.clear();
                decoder.flush(&mut self.decoded);
                if !self.decoded.is_empty() {
                    parts.data(depth, &self.decoded);
                }
            }
        } else {
            self.finish_header(depth, parts);
            self.headers_done(depth, parts);
        }
        parts.end(depth);
        if self.is_in_multipart(depth) {
            self.only_crlf = false;
        }
    }

    fn begin(&mut self, depth: usize, parts: &mut impl Parts) {
        self.entities.truncate(depth);
        self.entities.push(Entity::default());
        parts.begin(depth);
    }

    fn begin_child(&mut self, depth: usize, parts: &mut impl Parts) {
        if depth + 1 >= DEPTH_MAX {
            parts.weird("exceeded_mime_max_depth");
        } else {
            self.begin(depth + 1, parts);
        }
    }

    fn end_child(&mut self, depth: usize, parts: &mut impl Parts) {
        // Innermost first, as the entities inside end before those around them.
        while self.entities.len() > depth + 1 {
            let innermost = self.entities.len() - 1;
            self.end(innermost, parts);
            self.entities.truncate(innermost);
        }
    }

    fn is_in_multipart(&self, depth: usize) -> bool {
        let parent = depth.checked_sub(1).and_then(|parent| self.entities.get(parent));
        parent.is_some_and(|parent| parent.kind == Kind::Multipart)
    }

    fn header_line(&mut self, depth: usize, line: &[u8], parts: &mut impl Parts) {
        let Some(entity) = self.entities.get(depth) else { return };
        let step = entity.headers.step(line);
        if step != HeaderStep::Folded {
            self.finish_header(depth, parts);
        }
        let Some(entity) = self.entities.get_mut(depth) else { return };
        if step != HeaderStep::End {
            if entity.headers.add(line, step).is_err() {
                parts.weird("exceeded_mime_max_header_bytes");
            }
            return;
        }
        entity.in_body = true;
        self.headers_done(depth, parts);
        if let Some(Entity { kind: Kind::Message, ended: false, .. }) = self.entities.get(depth) {
            self.begin_child(depth, parts);
        }
    }

    fn headers_done(&mut self, depth: usize, parts: &mut impl Parts) {
        if depth == 0 {
            return;
        }
        if self.is_in_multipart(depth) {
            self.only_crlf = true;
        }
        let length = parts.body_length(depth);
        let Some(entity) = self.entities.get_mut(depth) else { return };
        if entity.kind != Kind::Content {
            return;
        }
        entity.left = length;
        match length {
            Some(0) => self.end(depth, parts),
            Some(_) => self.plain = length,
            None => {}
        }
    }

    fn finish_header(&mut self, depth: usize, parts: &mut impl Parts) {
        let Some(entity) = self.entities.get_mut(depth) else { return };
        if let Some((name, value)) = entity.headers.header() {
            if name.eq_ignore_ascii_case(b"content-type") {
                if let Some((kind, boundary)) = read_content_type(value) {
                    (entity.kind, entity.boundary) = (kind, boundary.or(entity.boundary.take()));
                }
            } else if name.eq_ignore_ascii_case(b"content-transfer-encoding")
                && let Some((encoding, _)) = token(value)
            {
                entity.transfer = Transfer::named(encoding);
            }
            parts.header(depth, name, value);
        }
        entity.headers.clear();
    }

    fn body(&mut self, depth: usize, bytes: &[u8], line_end: bool, parts: &mut impl Parts) {
        // Each round goes one entity deeper, and there are at most `DEPTH_MAX`.
        for depth in depth..self.entities.len() {
            let Some(entity) = self.entities.get_mut(depth) else { return };
            if entity.ended {
                return;
            }
            if !entity.in_body {
                return self.header_line(depth, bytes, parts);
            }
            entity.seen += bytes.len() as u64 + if line_end { 2 } else { 0 };
            match entity.kind {
                Kind::Content => return self.content(depth, bytes, line_end, parts),
                Kind::Multipart => match entity.boundary.as_deref().and_then(|it| read_boundary(bytes, it)) {
                    Some(Boundary::Next) => {
                        self.end_child(depth, parts);
                        return self.begin_child(depth, parts);
                    }
                    Some(Boundary::Closing) => {
                        self.end_child(depth, parts);
                        return self.end(depth, parts);
                    }
                    None => {}
                },
                Kind::Message => {}
            }
        }
    }

    fn content(&mut self, depth: usize, bytes: &[u8], line_end: bool, parts: &mut impl Parts) {
        let in_multipart = self.is_in_multipart(depth);
        let Some(entity) = self.entities.get_mut(depth) else { return };
        match &mut entity.transfer {
            Transfer::Identity => {
                if std::mem::replace(&mut entity.owes_line_end, line_end && in_multipart) {
                    parts.data(depth, b"\r\n");
                }
                if !bytes.is_empty() {
                    parts.data(depth, bytes);
                }
                if line_end && !in_multipart {
                    parts.data(depth, b"\r\n");
                }
            }
            Transfer::Base64(decoder) => {
                self.decoded.clear();
                decoder.decode(bytes, &mut self.decoded);
            }
            Transfer::QuotedPrintable => {
                self.decoded.clear();
                decode_quoted_printable(bytes, &mut self.decoded);
            }
        }
        if !matches!(entity.transfer, Transfer::Identity) && !self.decoded.is_empty() {
            parts.data(depth, &self.decoded);
        }
        if let Some(left) = &mut entity.left {
            *left = left.saturating_sub(bytes.len() as u64);
            if *left == 0 {
                self.end(depth, parts);
            }
        }
    }
}

/// The value of `Content-Type`: what the body is, and the boundary of a multipart.
fn read_content_type(value: &[u8]) -> Option<(Kind, Option<Vec<u8>>)> {
    let (kind, rest) = token(value)?;
    let [b'/', rest @ ..] = skip_blanks(rest) else { return None };
    let (_, rest) = token(rest)?;
    if kind.eq_ignore_ascii_case(b"message") {
        return Some((Kind::Message, None));
    }
    if !kind.eq_ignore_ascii_case(b"multipart") {
        return Some((Kind::Content, None));
    }
    let boundary = find_boundary(rest);
    Some((if boundary.is_some() { Kind::Multipart } else { Kind::Content }, boundary))
}

fn find_boundary(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut boundary = None;
    while let [b';', parameter @ ..] = skip_blanks(rest) {
        let Some((name, after)) = token(parameter) else { break };
        let [b'=', value @ ..] = skip_blanks(after) else {
            rest = after;
            continue;
        };
        let is_boundary = name.eq_ignore_ascii_case(b"boundary");
        let Some((value, after)) = parameter_value(value, is_boundary) else { break };
        if is_boundary {
            let mut value = value.into_owned();
            value.truncate(BOUNDARY_BYTES_MAX);
            boundary = Some(value);
        }
        rest = after;
    }
    boundary
}

enum Boundary {
    Next,
    Closing,
}

fn read_boundary(line: &[u8], boundary: &[u8]) -> Option<Boundary> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?;
    Some(if rest.starts_with(b"--") { Boundary::Closing } else { Boundary::Next })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lines::{Ends, Lines, Piece};

    #[derive(Default)]
    struct Told(Vec<String>);

    impl Parts for Told {
        fn begin(&mut self, depth: usize) {
            self.0.push(format!("{depth} begin"));
        }
        fn header(&mut self, depth: usize, name: &[u8], _: &[u8]) {
            self.0.push(format!("{depth} {}", name.escape_ascii()));
        }
        fn data(&mut self, depth: usize, bytes: &[u8]) {
            let text = bytes.escape_ascii().to_string();
            match self.0.last_mut() {
                Some(last) if last.starts_with(&format!("{depth} =")) => last.push_str(&text),
                _ => self.0.push(format!("{depth} ={text}")),
            }
        }
        fn end(&mut self, depth: usize) {
            self.0.push(format!("{depth} end"));
        }
        fn weird(&mut self, name: &'static str) {
            self.0.push(name.to_owned());
        }
    }

    fn read(message: &[u8]) -> Vec<String> {
        let mut told = Told::default();
        let mut reader = Reader::new(&mut told);
        let (mut lines, mut input) = (Lines::default(), message);
        while let Some(piece) = lines.next(&mut input) {
            if let Piece::Line(line) = piece {
                reader.deliver(&line, true, &mut told);
            }
            lines.ends = if reader.only_crlf { Ends::CrLf } else { Ends::Any };
        }
        reader.end(0, &mut told);
        told.0
    }

    #[test]
    fn the_parts_of_a_multipart_are_entities() {
        let message = b"Content-Type: multipart/mixed;\r\n boundary=\"b;1\"\r\n\r\nnoise\r\n--b;1\r\n\
            Content-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8=\r\n--b;1\r\n\r\nplain\ntext\r\n--b;1--\r\nnoise\r\n";
        assert_eq!(
            read(message),
            [
                "0 begin",
                "0 Content-Type",
                "1 begin",
                "1 Content-Transfer-Encoding",
                "1 =hello",
                "1 end",
                "1 begin",
                "1 =plain\\ntext",
                "1 end",
                "0 end"
            ]
        );
    }

    #[test]
    fn a_message_in_a_message_has_headers_of_its_own() {
        let message = b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody\r\n";
        let told = ["0 begin", "0 Content-Type", "1 begin", "1 Subject", "1 =body\\r\\n", "1 end", "0 end"];
        assert_eq!(read(message), told);
    }

    #[test]
    fn messages_in_messages_end_somewhere() {
        let message = b"Content-Type: message/rfc822\r\n\r\n".repeat(DEPTH_MAX + 3);
        let told = read(&message);
        assert!(told.contains(&"exceeded_mime_max_depth".to_owned()));
        assert_eq!(told.iter().filter(|line| line.ends_with("begin")).count(), DEPTH_MAX);
        assert_eq!(told.iter().filter(|line| line.ends_with("end")).count(), DEPTH_MAX);
    }

    proptest! {
        #[test]
        fn every_entity_that_begins_ends(text in "(Content-Type: (multipart/a; boundary=x|message/b|text/c)\r\n|\r\n|--x(--)?\r\n|q){0,30}") {
            let told = read(text.as_bytes());
            let count = |end: &str| told.iter().filter(|line| line.ends_with(end)).count();
            prop_assert_eq!(count(" begin"), count(" end"));
        }
    }
}
