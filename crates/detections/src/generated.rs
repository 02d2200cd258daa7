//! Domains that a generator may have made, as the trained model says.

use std::sync::LazyLock;

use learn::DgaModel;
use world::registered_domain;

/// Trained by `otus train`; see its data sheet beside it.
const MODEL: &[u8] = include_bytes!("../../../models/dga.forest");
/// From here on a name counts as generated: of names that people visit one in 500 is as likely (the data sheet).
pub(crate) const LIKELY: f64 = 0.9;
/// From here on a name is odd: so are one in 50 of those that people visit, and most of the generated ones.
pub(crate) const ODD: f64 = 0.4;
/// Shorter labels show nothing: the model was trained without them.
const LABEL_MIN: usize = 5;

/// A model that cannot be read knows no names; a test reads it.
static KNOWN: LazyLock<DgaModel> = LazyLock::new(|| DgaModel::read(MODEL).unwrap_or_default());

/// How likely the registered domain of the host was generated, 0–1.
pub(crate) fn likelihood(host: &str) -> f64 {
    let Some(domain) = registered_domain(host) else { return 0.0 };
    let label = domain.split('.').next().unwrap_or_default();
    if label.len() < LABEL_MIN { 0.0 } else { KNOWN.probability(label) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_is_whole() {
        assert!(DgaModel::read(MODEL).is_ok());
    }

    #[test]
    fn generated_names_are_told_from_those_that_people_make() {
        for host in
            ["xjpakmdcfuqe.com", "www.kqzvtnlbhwrsyd.example.kwuxrltvgsnxuox.net", "tzgqkvhxnwprml.info"]
        {
            assert!(likelihood(host) >= LIKELY, "{host} {}", likelihood(host));
        }
        for host in
            ["www.wikipedia.org", "stackoverflow.com", "a1b2c3d4e5.cloudfront.example.jp", "adnxs.com", "jp"]
        {
            assert!(likelihood(host) < LIKELY, "{host} {}", likelihood(host));
        }
    }
}
