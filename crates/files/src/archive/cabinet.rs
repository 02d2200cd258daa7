//! Cabinets (Microsoft, [MS-CAB]): all names stand in front.

use super::Listing;
use crate::content::Content;
use crate::fields::Fields;

pub(super) fn list(content: Content<'_>) -> Option<Listing> {
    let mut header = Fields(content.get(16, 14)?);
    let files_at = u64::from(header.u32()?);
    header.skip(8)?;
    let count = header.u16()?;
    let mut files = Fields(content.upto(files_at, usize::MAX).unwrap_or_default());
    let mut listing = Listing::default();
    for _ in 0..count {
        if file(&mut files, &mut listing).is_none() {
            break;
        }
    }
    listing.count_at_least(u64::from(count));
    Some(listing)
}

fn file(files: &mut Fields<'_>, listing: &mut Listing) -> Option<()> {
    let size = files.u32()?;
    files.skip(12)?;
    let name = files.text()?;
    listing.push(name, Some(u64::from(size)), false);
    Some(())
}
