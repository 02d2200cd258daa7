#![doc = include_str!("README.md")]

use std::net::{IpAddr, Ipv4Addr};

use records::{Dns, Interval};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Seen, World};

use crate::resolvers::Resolvers;
use crate::tally::{Behaviour, Change, Interest, Tally, Told, Watching, lessen_by_habit, raise_by_novelty};
use crate::{Detection, Facts, Score, Stage, tell};

pub(crate) const DETECTION: Detection = Detection {
    id: "reverse-dns-sweep",
    title: "Reverse-DNS Sweep",
    stage: Stage::Recon,
    techniques: &["T1018", "T1590.002"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(Watching::<ReverseDnsSweep>::default()),
};

/// Own addresses whose names were asked for within an hour. A log or a list of connections shows those of the hosts that
/// a device deals with: a few dozen at most.
const ADDRESSES_MIN: usize = 48;
/// New addresses within a minute that no work by hand makes.
const FAST: u32 = 20;
const WINDOW: Interval = Interval::from_secs(3600);
const ADDRESSES_KEPT: usize = 2048;
/// Share of the addresses between the lowest and the highest from which on it is a range.
const RANGE_SHARE: f64 = 0.5;

/// Knows who resolves names for others.
#[derive(Default, Serialize, Deserialize)]
struct ReverseDnsSweep {
    resolvers: Resolvers,
}

/// The address whose name is asked for: `4.3.2.1.in-addr.arpa`.
fn address(dns: &Dns) -> Option<Ipv4Addr> {
    const POINTER: u16 = 12;
    let query = dns.query.as_deref().filter(|_| dns.qtype == Some(POINTER))?;
    let labels = query.strip_suffix(".in-addr.arpa").or_else(|| query.strip_suffix(".IN-ADDR.ARPA"))?;
    let mut octets = [0_u8; 4];
    let mut parts = labels.split('.');
    for octet in octets.iter_mut().rev() {
        *octet = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

impl Behaviour for ReverseDnsSweep {
    type Item = Ipv4Addr;
    /// Addresses without a name.
    type Extra = u32;
    const DETECTION: &'static Detection = &DETECTION;
    const WINDOW: Interval = WINDOW;
    const READS: &'static [&'static str] = &["dns"];

    fn interest(&mut self, seen: &Seen<'_>, world: &World) -> Option<Interest> {
        let (device, dns) = self.resolvers.query_of_client(seen)?;
        let address = address(dns)?;
        world.networks().is_inside(IpAddr::V4(address)).then_some(Interest::Begin(device))
    }

    fn note(&mut self, seen: &Seen<'_>, _world: &World, tally: &mut Tally<Ipv4Addr, u32>) -> Change {
        let records::AnyRecord::Dns(dns) = seen.record else { return Change::None };
        let Some(address) = address(dns) else { return Change::None };
        let is_new = tally.note(seen, dns.id.orig_h, dns.id.resp_h, address, ADDRESSES_KEPT);
        tally.extra += u32::from(is_new && dns.answers.as_ref().is_none_or(Vec::is_empty));
        Change::more(is_new)
    }

    fn tell(
        &self,
        tally: &Tally<Ipv4Addr, u32>,
        device: DeviceIndex,
        name: &str,
        world: &World,
    ) -> Option<Told> {
        let addresses = tally.items.len();
        if addresses < ADDRESSES_MIN {
            return None;
        }
        let (first, last) = (*tally.items.first()?, *tally.items.last()?);
        let mut score = Score::default();
        let doublings = (addresses as f64 / ADDRESSES_MIN as f64).log2();
        let reason = format!("the names of {addresses} own addresses were asked for");
        score.certainty("addresses", 30.0 + (10.0 * doublings).min(25.0), reason);
        if tally.fastest() >= FAST {
            score.certainty("speed", 10.0, format!("{} within a minute", tally.fastest()));
        }
        let nameless = f64::from(tally.extra) / addresses as f64;
        if nameless >= 0.5 {
            let reason = format!("{:.0} % have no name: who asks does not know them", nameless * 100.0);
            score.certainty("nameless", 15.0, reason);
        }
        let span = f64::from(u32::from(last)) - f64::from(u32::from(first)) + 1.0;
        if addresses as f64 >= span * RANGE_SHARE {
            score.certainty("range", 10.0, format!("they fill the range from {first} to {last}"));
        }
        raise_by_novelty(&mut score, 10.0, &tally.days, world);
        lessen_by_habit(&mut score, device, &tally.days, world);
        score.threat("stage", 30.0, "looking around is an early stage: nothing is lost yet");
        Some(Told {
            score,
            summary: format!(
                "{name} asked DNS for the names of {addresses} own addresses within {}; {} have none.",
                tell::span(tally.seconds()),
                tally.extra,
            ),
            facts: Facts::default()
                .with("addresses", addresses)
                .with("addresses_without_name", tally.extra)
                .with("first_address", IpAddr::V4(first))
                .with("last_address", IpAddr::V4(last))
                .with("most_addresses_in_a_minute", tally.fastest())
                .with("seconds", tally.seconds()),
            baseline: Facts::default().with("devices_known", world.devices().all().len()),
        })
    }
}
