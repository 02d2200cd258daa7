//! Finds the next unit of a stream of which bytes are missing.

/// Looks for the beginning of a unit, of which `size` bytes tell whether they are one. `kept` holds what was left of the
/// bytes before. Where it is found, `kept` holds as much of it as came before and `bytes` go on behind that; else all bytes
/// are used up, and so many are kept that a beginning may be cut anywhere. The others are looked at where they are.
pub(crate) fn find_beginning(
    kept: &mut Vec<u8>,
    bytes: &mut &[u8],
    size: usize,
    begins: impl Fn(&[u8]) -> bool,
) -> bool {
    let (length, fresh) = (kept.len(), *bytes);
    let cut = size.saturating_sub(1);
    if length > 0 {
        kept.extend_from_slice(fresh.get(..cut).unwrap_or(fresh));
        if let Some(place) = kept.windows(size).position(&begins) {
            kept.truncate(length);
            kept.drain(..place.min(length));
            return true;
        }
        if fresh.len() < size {
            kept.drain(..kept.len().saturating_sub(cut));
            *bytes = &[];
            return false;
        }
        kept.clear();
    }
    if let Some(place) = fresh.windows(size).position(begins) {
        *bytes = fresh.get(place..).unwrap_or_default();
        return true;
    }
    let last = fresh.len().saturating_sub(cut);
    kept.extend_from_slice(fresh.get(last..).unwrap_or_default());
    *bytes = &[];
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_found_however_the_stream_is_cut() {
        let stream = b"ab begin begi begins here, begins there";
        for size in 1..=stream.len() {
            let (mut kept, mut found) = (Vec::new(), Vec::new());
            for mut piece in stream.chunks(size) {
                if found.is_empty() && find_beginning(&mut kept, &mut piece, 6, |bytes| bytes == b"begins") {
                    found.append(&mut kept);
                    found.extend_from_slice(piece);
                } else if !found.is_empty() {
                    found.extend_from_slice(piece);
                }
                assert!(kept.len() < 6, "pieces of {size}");
            }
            assert_eq!(found, b"begins here, begins there", "pieces of {size}");
        }
    }
}
