//! The latest web requests of each device, to tell how a download came about.
//!
//! Bounded: [`VISITS_KEPT`] requests per device, texts cut to [`TEXT_KEPT`] bytes.

use std::collections::VecDeque;

use records::{Http, Interval, Timestamp, Uid};
use serde::{Deserialize, Serialize};

use crate::{DeviceIndex, host_of};

pub(crate) const VISITS_KEPT: usize = 32;
pub(crate) const TEXT_KEPT: usize = 384;
/// Requests further apart do not belong to one chain.
const CHAIN_PAUSE: Interval = Interval::from_secs(600);
const CHAIN_STEPS: usize = 8;

/// A web request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Time of the request.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Address that was asked for: `http://host/path`.
    pub url: String,
    /// Where it says that it came from.
    pub referrer: Option<String>,
    /// Where the answer sent it.
    pub location: Option<String>,
    /// Status code of the answer.
    pub status: Option<u16>,
    /// Client.
    pub user_agent: Option<String>,
    /// Type that the server said.
    pub content_type: Option<String>,
    /// Bytes of the answer's body.
    pub body_bytes: u64,
    /// Files in the answer.
    pub files: Vec<Uid>,
}

impl Visit {
    /// From a record.
    pub fn new(http: &Http) -> Self {
        let host = http.host.clone().unwrap_or_else(|| http.id.resp_h.to_string());
        let uri = http.uri.as_deref().unwrap_or("/");
        let url = if uri.starts_with("http://") { uri.to_owned() } else { format!("http://{host}{uri}") };
        let files = http.resp_fuids.iter().flatten().filter_map(|fuid| Uid::parse(fuid)).take(4).collect();
        Self {
            ts: http.ts,
            uid: http.uid,
            url: cut(url),
            referrer: http.referrer.clone().map(cut),
            location: http.location.clone().map(cut),
            status: http.status_code,
            user_agent: http.user_agent.clone().map(cut),
            content_type: http.content_type.clone().map(cut),
            body_bytes: http.response_body_len,
            files,
        }
    }

    /// The host of the request's address.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        host_of(rest.split(['/', '?']).next().unwrap_or_default())
    }

    fn leads_to(&self, next: &Self) -> bool {
        match &self.location {
            Some(location) if location.starts_with('/') => next
                .url
                .split_once("://")
                .is_some_and(|(_, rest)| rest.ends_with(location.as_str()) && next.host() == self.host()),
            Some(location) => without_scheme(location) == without_scheme(&next.url),
            None => false,
        }
    }

    fn is_referrer_of(&self, next: &Self) -> bool {
        next.referrer.as_deref().is_some_and(|referrer| without_scheme(referrer) == without_scheme(&self.url))
    }
}

/// How a request came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The server sent the client on.
    Redirect,
    /// The client names the page as its referrer.
    Referrer,
}

/// The latest requests of all devices.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Visits {
    of: Vec<VecDeque<Visit>>,
}

impl Visits {
    /// The latest requests of a device, the oldest first.
    pub fn of(&self, device: DeviceIndex) -> impl Iterator<Item = &Visit> {
        self.of.get(device.0 as usize).into_iter().flatten()
    }

    /// The request on connection `uid` whose answer was the file `fuid`, else the latest of that connection with a
    /// body of `bytes`, else the latest that had no file: one that had is another request.
    pub fn find(&self, device: DeviceIndex, uid: Uid, fuid: Uid, bytes: u64) -> Option<&Visit> {
        let of = self.of.get(device.0 as usize)?;
        let on_it = || of.iter().rev().filter(|visit| visit.uid == uid);
        on_it()
            .find(|visit| visit.files.contains(&fuid))
            .or_else(|| on_it().find(|visit| visit.body_bytes == bytes))
            .or_else(|| on_it().find(|visit| visit.files.is_empty()))
    }

    /// The requests that led to `last`, the first one first.
    pub fn chain(&self, device: DeviceIndex, last: &Visit) -> Vec<(Visit, Step)> {
        let mut chain = Vec::new();
        let Some(of) = self.of.get(device.0 as usize) else { return chain };
        let mut next = last;
        let mut before = of.len();
        while chain.len() < CHAIN_STEPS {
            let found = of.iter().enumerate().take(before).rev().find_map(|(place, visit)| {
                let is_near = next.ts >= visit.ts && next.ts.since(visit.ts) < CHAIN_PAUSE && visit != next;
                let step = if visit.leads_to(next) {
                    Step::Redirect
                } else if visit.is_referrer_of(next) {
                    Step::Referrer
                } else {
                    return None;
                };
                is_near.then_some((place, visit, step))
            });
            let Some((place, visit, step)) = found else { break };
            chain.push((visit.clone(), step));
            (next, before) = (visit, place);
        }
        chain.reverse();
        chain
    }

    pub(crate) fn note(&mut self, device: DeviceIndex, http: &Http) {
        let place = device.0 as usize;
        if self.of.len() <= place {
            self.of.resize_with(place + 1, VecDeque::new);
        }
        if let Some(of) = self.of.get_mut(place) {
            if of.len() == VISITS_KEPT {
                of.pop_front();
            }
            of.push_back(Visit::new(http));
        }
    }
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/')
}

fn cut(mut text: String) -> String {
    if text.len() > TEXT_KEPT {
        let mut end = TEXT_KEPT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(seconds: i64, host: &str, uri: &str, referrer: Option<&str>, location: Option<&str>) -> Http {
        Http {
            ts: Timestamp(seconds * 1_000_000_000),
            host: Some(host.to_owned()),
            uri: Some(uri.to_owned()),
            referrer: referrer.map(str::to_owned),
            location: location.map(str::to_owned),
            ..Http::default()
        }
    }

    #[test]
    fn the_way_to_a_download_is_found() {
        let mut visits = Visits::default();
        let device = DeviceIndex(0);
        visits.note(device, &request(1, "tips.example", "/clean/", None, None));
        visits.note(device, &request(2, "other.example", "/", None, None));
        visits.note(
            device,
            &request(
                20,
                "shop.example",
                "/go",
                Some("http://tips.example/clean/"),
                Some("http://cdn.example/x.exe"),
            ),
        );
        let last = Visit::new(&request(21, "cdn.example", "/x.exe", Some("http://shop.example/go"), None));
        let chain: Vec<(String, Step)> =
            visits.chain(device, &last).into_iter().map(|(visit, step)| (visit.url, step)).collect();
        assert_eq!(
            chain,
            [
                ("http://tips.example/clean/".to_owned(), Step::Referrer),
                ("http://shop.example/go".to_owned(), Step::Redirect),
            ]
        );
        assert_eq!(last.host(), "cdn.example");
    }
}
