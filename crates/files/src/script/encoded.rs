//! Runs of letters and digits in scripts: commands in base64, code in hexadecimal.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use records::text_from_utf16le;

/// A shorter run may be a word or a name.
const RUN_BYTES_MIN: usize = 64;

/// So much of a run is decoded.
const DECODED_FROM_MAX: usize = 16 << 10;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The runs; hexadecimal digits are letters and digits of base64, too.
fn runs(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let is_of_run = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    text.split(move |byte| !is_of_run(byte)).filter(|run| run.len() >= RUN_BYTES_MIN)
}

/// Bytes of all runs together.
pub(super) fn count(text: &[u8]) -> usize {
    runs(text).map(<[u8]>::len).sum()
}

/// The longest run; the first of those that are as long.
pub(super) fn longest(text: &[u8]) -> Option<&[u8]> {
    runs(text).reduce(|longest, run| if run.len() > longest.len() { run } else { longest })
}

/// The text that a run of base64 stands for; none where it is no text.
pub(super) fn decoded(run: &[u8]) -> Option<String> {
    // Behind `=` stands no more; without whole fours, what is left over is of no use.
    let run = run.split(|byte| *byte == b'=').find(|run| !run.is_empty())?;
    let length = run.len().min(DECODED_FROM_MAX);
    let length = if length == run.len() && length % 4 != 1 { length } else { length - length % 4 };
    let bytes = BASE64.decode(run.get(..length)?).ok()?;
    let is_wide = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count() * 4 > bytes.len();
    let text = if is_wide { text_from_utf16le(&bytes) } else { String::from_utf8(bytes).ok()? };
    let strange = text.chars().filter(|character| character.is_control() && !character.is_whitespace());
    (strange.count() == 0).then_some(text)
}
