//! How many violations of one kind a connection may report: whoever sends bytes must not be able to fill the lake.

use std::borrow::Cow;

use records::AnyRecord;

/// So often a connection may report the same violation.
const PER_NAME_MAX: u8 = 10;
/// So many different ones.
const NAMES_MAX: usize = 32;

/// What a connection has reported.
#[derive(Debug, Default)]
pub(crate) struct Weirds {
    /// Few connections report any.
    told: Option<Box<Told>>,
}

/// Names of violations, and how often each was told.
#[derive(Debug, Default)]
struct Told {
    names: Vec<(Cow<'static, str>, u8)>,
}

impl Weirds {
    /// Whether the record may be written: all may but violations that were reported too often.
    pub(crate) fn allow(&mut self, record: &AnyRecord) -> bool {
        let AnyRecord::Weird(weird) = record else { return true };
        let Told { names } = self.told.get_or_insert_default().as_mut();
        if let Some((_, count)) = names.iter_mut().find(|(name, _)| *name == weird.name) {
            *count = count.saturating_add(1);
            return *count <= PER_NAME_MAX;
        }
        let room = names.len() < NAMES_MAX;
        if room {
            names.push((weird.name.clone(), 1));
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use records::Weird;

    use super::*;

    #[test]
    fn a_violation_is_not_reported_without_end() {
        let mut weirds = Weirds::default();
        let record = |name: &'static str| AnyRecord::from(Weird { name: name.into(), ..Weird::default() });
        let allowed = (0..100).filter(|_| weirds.allow(&record("empty_line"))).count();
        assert_eq!(allowed, usize::from(PER_NAME_MAX));
        assert!(weirds.allow(&record("another")));
        assert!(weirds.allow(&AnyRecord::from(records::Http::default())));
    }
}
