//! As much of XML as the parts of a document need: start tags, their attributes, the text between.

use std::borrow::Cow;

/// Bytes of a tag with its attributes; a longer one is cut.
const TAG_BYTES_MAX: usize = 8192;

/// A start tag, and the text up to the next tag.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    /// Without the prefix of its name space.
    pub(super) name: &'a [u8],
    attributes: &'a [u8],
    text: &'a [u8],
}

/// The start tags of a text, one after another.
pub(super) fn tags(xml: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            let start = memchr::memchr(b'<', rest)?;
            let behind = rest.get(start + 1..)?;
            let end = memchr::memchr(b'>', behind)?;
            rest = behind.get(end + 1..)?;
            let tag = behind.get(..end.min(TAG_BYTES_MAX))?;
            if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
                continue;
            }
            let name_length = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            let (name, attributes) = tag.split_at(name_length.unwrap_or(tag.len()));
            let name = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
            let text = rest.get(..memchr::memchr(b'<', rest).unwrap_or(rest.len()))?;
            return Some(Tag { name, attributes, text });
        }
    })
}

impl<'a> Tag<'a> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut rest = self.attributes;
        loop {
            let equals = memchr::memchr(b'=', rest)?;
            let (before, behind) =
                (rest.get(..equals)?.trim_ascii(), rest.get(equals + 1..)?.trim_ascii_start());
            let (quote, behind) = behind.split_first()?;
            let end = memchr::memchr(*quote, behind)?;
            let found = before.rsplit(|byte| byte.is_ascii_whitespace() || *byte == b':').next();
            if found == Some(name.as_bytes()) {
                return Some(unescaped(behind.get(..end)?));
            }
            rest = behind.get(end + 1..)?;
        }
    }

    pub(super) fn text(&self) -> Cow<'a, str> {
        unescaped(self.text)
    }
}

/// Without the five entities of XML.
fn unescaped(text: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(text);
    if !text.contains('&') {
        return text;
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.into_owned(), |text, (entity, sign)| text.replace(entity, sign)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_attributes_and_texts_are_read() {
        let xml = b"<?xml version='1.0'?><a:b x=\"1\" r:y = 'p&amp;q'>text &lt;<c/></a:b><d";
        let read: Vec<_> =
            tags(xml).map(|tag| (tag.name, tag.attribute("y"), tag.attribute("z"), tag.text())).collect();
        assert_eq!(
            read,
            [(&b"b"[..], Some("p&q".into()), None, "text <".into()), (&b"c"[..], None, None, "".into())]
        );
    }
}
