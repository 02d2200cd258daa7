//! The listing of a ZIP.

use super::Zip;
use crate::archive::Listing;
use crate::listed::some_text;

pub(crate) fn of(zip: &Zip<'_>) -> Listing {
    let mut listing = Listing::default();
    for entry in zip.entries.iter().filter(|entry| !entry.is_folder()) {
        listing.push(entry.name, Some(entry.size), entry.is_encrypted());
    }
    let folders = zip.entries.iter().filter(|entry| entry.is_folder()).count() as u64;
    listing.count_at_least(zip.count.saturating_sub(folders));
    listing.comment = some_text(zip.comment);
    listing
}
