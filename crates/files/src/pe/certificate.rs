//! The signature (Microsoft, "Windows Authenticode Portable Executable Signature Format"): that there is one, and
//! whose name is in it. It is not verified.

use records::Pe;

use super::layout::{Kind, Layout};
use crate::der::{CONTEXT_0, Der, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET};
use crate::fields::Fields;
use crate::listed::some_text;

/// A longer signature is read as far as this.
const SIGNATURE_BYTES_MAX: usize = 256 * 1024;

/// So many certificates are looked at.
const CERTIFICATES_MAX: usize = 32;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    let Some(table) = layout.table(Kind::Certificates) else {
        pe.has_signature = pe.has_cert_table;
        return;
    };
    let length = (table.size as usize).min(SIGNATURE_BYTES_MAX);
    let Some(table) = layout.content.get(u64::from(table.address), length) else { return };
    let signed = signed_data(table);
    pe.has_signature = Some(signed.is_some());
    if let Some((subject, issuer)) = signed.and_then(signer) {
        pe.signer = common_name(subject);
        pe.signer_issuer = common_name(issuer);
    }
}

/// The content of PKCS #7 in the first entry of the table.
fn signed_data(table: &[u8]) -> Option<Der<'_>> {
    const PKCS_SIGNED_DATA: u16 = 2;
    const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let mut fields = Fields(table);
    fields.skip(6)?;
    if fields.u16()? != PKCS_SIGNED_DATA {
        return None;
    }
    let mut message = Der(fields.0).inside(SEQUENCE)?;
    message.tagged(OBJECT_IDENTIFIER).filter(|value| value.content == SIGNED_DATA)?;
    message.inside(CONTEXT_0)?.inside(SEQUENCE)
}

/// Subject and issuer of the certificate that belongs to the first signer.
fn signer(mut signed: Der<'_>) -> Option<(Der<'_>, Der<'_>)> {
    signed.tagged(INTEGER)?;
    signed.tagged(SET)?;
    signed.tagged(SEQUENCE)?;
    let certificates = signed.inside(CONTEXT_0)?;
    let mut signers = signed.find(|value| value.tag == SET).map(|value| Der(value.content))?;
    let mut signer = signers.inside(SEQUENCE)?;
    signer.tagged(INTEGER)?;
    let mut of = signer.inside(SEQUENCE)?;
    let (issuer, serial) = (of.tagged(SEQUENCE)?, of.tagged(INTEGER)?);
    certificates.take(CERTIFICATES_MAX).find_map(|certificate| {
        let mut fields = Der(certificate.content).inside(SEQUENCE)?;
        fields.tagged(CONTEXT_0);
        let is_wanted = fields.tagged(INTEGER)?.content == serial.content;
        fields.tagged(SEQUENCE)?;
        let is_wanted = fields.tagged(SEQUENCE)?.all == issuer.all && is_wanted;
        fields.tagged(SEQUENCE)?;
        let subject = fields.inside(SEQUENCE)?;
        is_wanted.then_some((subject, Der(issuer.content)))
    })
}

/// The common name in a name, or else the organization.
fn common_name(name: Der<'_>) -> Option<String> {
    const COMMON_NAME: &[u8] = b"\x55\x04\x03";
    const ORGANIZATION: &[u8] = b"\x55\x04\x0a";
    /// Names have a handful of parts.
    const PARTS_MAX: usize = 64;
    [COMMON_NAME, ORGANIZATION].into_iter().find_map(|wanted| {
        name.take(PARTS_MAX).find_map(|set| {
            let mut part = Der(set.content).inside(SEQUENCE)?;
            part.tagged(OBJECT_IDENTIFIER).filter(|value| value.content == wanted)?;
            part.next().and_then(|value| text(value.tag, value.content))
        })
    })
}

fn text(tag: u8, content: &[u8]) -> Option<String> {
    const BMP_STRING: u8 = 0x1e;
    if tag == BMP_STRING {
        let units = content.chunks_exact(2).filter_map(|unit| unit.try_into().ok()).map(u16::from_be_bytes);
        let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        return some_text(characters.collect::<String>().as_bytes());
    }
    some_text(content)
}
