//! Paths that a device asks of several hosts that have nothing to do with each other.

use records::Http;
use serde::{Deserialize, Serialize};
use world::{hash_of, host_of, registered_domain};

use super::agents::says_browser;

/// Paths of one device that are remembered; the oldest goes first.
const PATHS_KEPT: usize = 64;
const DOMAINS_KEPT: usize = 8;
/// Shorter paths are the same everywhere.
const LENGTH_MIN: usize = 4;
/// Domains with the same path before it is no chance.
pub(super) const DOMAINS_MIN: usize = 3;
/// Names that many servers know.
const COMMON: [&str; 15] = [
    "ads",
    "api",
    "check",
    "connecttest",
    "crossdomain",
    "dists",
    "favicon",
    "generate_204",
    "index",
    "login",
    "ncsi",
    "robots",
    "update",
    "well-known",
    "wpad",
];

/// The latest paths of a device with the domains that were asked for them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Paths(Vec<(u64, Vec<u64>)>);

impl Paths {
    /// Notes the path of a request that no page led to. Tells of how many domains it was asked, where that is no chance.
    pub(super) fn note(&mut self, http: &Http) -> Option<usize> {
        let path = http.uri.as_deref()?.split('?').next()?;
        // Package managers and crawlers ask many servers for the same, and say what they are; people type addresses.
        let is_told = http.user_agent.as_deref().is_some_and(|agent| !says_browser(agent));
        let is_typed = http.user_agent.is_some() && http.method.as_deref() != Some("POST");
        if !is_telling(path) || has_page(http) || is_told || is_typed {
            return None;
        }
        let host = host_of(http.host.as_deref()?);
        let (path, domain) = (hash_of(path), hash_of(registered_domain(host)?));
        let place = match self.0.iter().position(|known| known.0 == path) {
            Some(place) => place,
            None => {
                if self.0.len() == PATHS_KEPT {
                    self.0.remove(0);
                }
                self.0.push((path, Vec::new()));
                self.0.len() - 1
            }
        };
        let domains = &mut self.0.get_mut(place)?.1;
        if !domains.contains(&domain) && domains.len() < DOMAINS_KEPT {
            domains.push(domain);
        }
        (domains.len() >= DOMAINS_MIN).then_some(domains.len())
    }
}

fn is_telling(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    path.len() >= LENGTH_MIN && !COMMON.iter().any(|name| lower.contains(name))
}

/// Whether a page of another address led to the request: advertising is on many pages.
fn has_page(http: &Http) -> bool {
    let Some(referrer) = http.referrer.as_deref() else { return http.origin.is_some() };
    let rest = referrer.split_once("://").map_or(referrer, |(_, rest)| rest);
    http.host.as_deref().is_none_or(|host| !rest.starts_with(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, uri: &str, referrer: Option<&str>) -> Http {
        Http {
            method: Some("GET".into()),
            host: Some(host.to_owned()),
            uri: Some(uri.to_owned()),
            referrer: referrer.map(str::to_owned),
            ..Http::default()
        }
    }

    #[test]
    fn a_path_counts_the_domains_that_were_asked_for_it() {
        let mut paths = Paths::default();
        assert_eq!(paths.note(&request("a.example.com", "/q7x/?a=1", None)), None);
        assert_eq!(paths.note(&request("b.example.com", "/q7x/", None)), None);
        assert_eq!(
            paths.note(&request("www.example.net", "/q7x/", Some("http://www.example.net/q7x/"))),
            None
        );
        assert_eq!(paths.note(&request("example.org", "/q7x/", None)), Some(3));
    }

    #[test]
    fn addresses_that_people_type_do_not_count() {
        let mut paths = Paths::default();
        for domain in ["example.com", "example.net", "example.org", "example.jp"] {
            let mut typed = request(domain, "/search", None);
            typed.user_agent = Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0".to_owned());
            assert_eq!(paths.note(&typed), None);
        }
    }

    #[test]
    fn what_pages_load_and_every_server_knows_does_not_count() {
        let mut paths = Paths::default();
        for domain in ["example.com", "example.net", "example.org", "example.jp"] {
            assert_eq!(paths.note(&request(domain, "/favicon.ico", None)), None);
            assert_eq!(paths.note(&request(domain, "/pixel", Some("http://news.example/"))), None);
        }
    }
}
