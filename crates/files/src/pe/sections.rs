//! What the sections hold, and what lies behind them.

use records::Pe;

use super::layout::{Kind, Layout};
use crate::entropy;
use crate::listed::NAMES_MAX;

/// Sections may overlap: so many bytes of them are counted at most.
const COUNTED_BYTES_MAX: usize = 16 << 20;

/// The entropy of less says nothing.
const TELLING_BYTES: usize = 512;

pub(super) fn read(layout: &Layout<'_>, pe: &mut Pe) {
    let (mut sizes, mut entropies) = (Vec::new(), Vec::new());
    let mut room = COUNTED_BYTES_MAX;
    for section in layout.sections.iter().take(NAMES_MAX) {
        let size = usize::try_from(section.size).unwrap_or(usize::MAX).min(room);
        let bytes = layout.content.upto(u64::from(section.offset), size).unwrap_or_default();
        room -= bytes.len();
        let bits = entropy::bits_per_byte(bytes);
        sizes.push(u64::from(section.size));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 8")]
        entropies.push(bits.map_or(0, |bits| (bits * 1000.0).round() as u64));
        if bytes.len() >= TELLING_BYTES {
            let highest = pe.section_entropy_max.into_iter().chain(bits).reduce(f64::max);
            pe.section_entropy_max = highest;
        }
    }
    if !sizes.is_empty() {
        pe.section_bytes = Some(sizes);
        pe.section_entropy_thousandths = Some(entropies);
        pe.overlay_bytes = overlay(layout);
    }
    pe.is_dotnet = pe.has_import_table.map(|_| layout.table(Kind::DotNet).is_some());
}

fn overlay(layout: &Layout<'_>) -> Option<u64> {
    let length = layout.content.length()?;
    let ends = layout.sections.iter().filter(|section| section.size > 0);
    let ends = ends.map(|section| u64::from(section.offset) + u64::from(section.size));
    // A section that ends behind the file has a false size.
    let end = ends.filter(|end| *end <= length).max()?;
    // The address of this table is its place in the file.
    let signature = layout.table(Kind::Certificates).filter(|table| u64::from(table.address) >= end);
    Some((length - end).saturating_sub(signature.map_or(0, |table| u64::from(table.size))))
}
