//! Small documents, and what is read of them.

use std::io::Write as _;

use proptest::prelude::*;
use records::{AnyRecord, Timestamp, Uid};

use crate::content::Content;
use crate::zip::tests::zip;

const CONTENT_TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A document with a macro, a template from outside, a link, and a field that exchanges data.
pub(crate) fn document() -> Vec<u8> {
    let relationships = br#"<Relationships><Relationship Id="1" Type="http://x/hyperlink" Target="http://a/"
        TargetMode="External"/><Relationship Id="2" Type="http://x/attachedTemplate"
        Target="http://b/t.dotm?x&amp;y" TargetMode="External"/><Relationship Id="3" Type="http://x/styles"
        Target="styles.xml"/></Relationships>"#;
    let text = br#"<w:document><w:fldChar w:fldCharType="begin"/><w:instrText> DDE</w:instrText>
        <w:instrText>AUTO c:\\cmd.exe "/k calc" </w:instrText><w:fldSimple w:instr="PAGE"/></w:document>"#;
    let core = b"<cp:x><dc:creator>Eve</dc:creator><dcterms:created x='y'>2020-01-02T03:04:05Z</dcterms:created></cp:x>";
    zip(&[
        CONTENT_TYPES,
        ("word/_rels/settings.xml.rels", relationships),
        ("word/document.xml", text),
        ("docProps/core.xml", core),
        ("docProps/app.xml", b"<Application>Microsoft Office Word</Application>"),
        ("word/vbaProject.bin", &crate::ole::tests::document()),
        ("word/embeddings/oleObject1.bin", b"x"),
    ])
}

fn record_of(file: &[u8]) -> Option<AnyRecord> {
    crate::zip::read(Content::of(file), Timestamp(0), Uid::default())
}

fn ooxml(file: &[u8]) -> records::Ooxml {
    match record_of(file) {
        Some(AnyRecord::Ooxml(ooxml)) => *ooxml,
        other => panic!("{other:?}"),
    }
}

#[test]
fn macros_templates_and_commands_are_told() {
    let ooxml = ooxml(&document());
    assert_eq!((ooxml.kind.as_deref(), ooxml.part_count), (Some("word"), 7));
    assert_eq!((ooxml.has_macros, ooxml.automatic_macros.unwrap()), (true, vec!["autoopen".to_owned()]));
    assert_eq!(ooxml.external_template.as_deref(), Some("http://b/t.dotm?x&y"));
    assert_eq!((ooxml.hyperlink_count, ooxml.external_targets.map(|all| all.len())), (1, Some(1)));
    assert_eq!(ooxml.dde_commands.unwrap(), [r#"DDEAUTO c:\\cmd.exe "/k calc""#]);
    assert_eq!((ooxml.author.as_deref(), ooxml.embedded_count), (Some("Eve"), 1));
    assert_eq!(ooxml.application.as_deref(), Some("Microsoft Office Word"));
    assert_eq!(ooxml.created, Some(Timestamp(1_577_934_245_000_000_000)));
    assert!(!ooxml.has_excel4_macros && !ooxml.has_activex && !ooxml.is_cut);
}

#[test]
fn workbooks_tell_macro_sheets_and_links_of_data_exchange() {
    let link = br#"<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>"#;
    let ooxml = ooxml(&zip(&[
        CONTENT_TYPES,
        ("xl/macrosheets/sheet1.xml", b""),
        ("xl/activeX/activeX1.bin", b""),
        ("xl/externalLinks/externalLink1.xml", link),
    ]));
    assert_eq!(
        (ooxml.kind.as_deref(), ooxml.has_excel4_macros, ooxml.has_activex),
        (Some("excel"), true, true)
    );
    assert_eq!((ooxml.dde_commands.unwrap(), ooxml.has_macros), (vec!["cmd /c calc".to_owned()], false));
}

#[test]
fn macros_are_told_whatever_stands_around_them() {
    let names: Vec<String> = (0..300).map(|number| format!("word/_rels/{number}.rels")).collect();
    let mut parts = vec![CONTENT_TYPES];
    parts.extend(names.iter().map(|name| (name.as_str(), &b"<a/>"[..])));
    let macros = crate::ole::tests::document();
    parts.extend([("word/vbaProject.bin", &macros[..]), ("word/old/vbaProject.bin", b"")]);
    let ooxml = ooxml(&zip(&parts));
    assert_eq!((ooxml.has_macros, ooxml.automatic_macros), (true, Some(vec!["autoopen".to_owned()])));
}

#[test]
fn a_file_cut_anywhere_is_survived() {
    let file = document();
    let mut told = 0;
    for end in 0..file.len() {
        told += usize::from(record_of(file.get(..end).unwrap()).is_some());
    }
    assert!(told > file.len() / 2, "the headers before each part are enough");
}

proptest! {
    #[test]
    fn any_bytes_are_survived(changes in prop::collection::vec((0..4096_usize, any::<u8>()), 0..20)) {
        let mut file = document();
        for (at, byte) in changes {
            if let Some(to) = file.get_mut(at) {
                *to = byte;
            }
        }
        record_of(&file);
    }
}
