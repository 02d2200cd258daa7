//! Recognition by content: no protocol may take random bytes for its own, for on a port that nobody knows the
//! first match decides.

#![cfg(test)]

use proptest::prelude::*;
use protocols::{About, PROTOCOLS, Probe, Transport, Verdict};
use records::{Endpoints, Timestamp, Uid};

fn matches(transport: Transport, originator: &[u8], responder: &[u8]) -> Vec<&'static str> {
    let id = Endpoints { orig_p: 40_000, resp_p: 40_001, ..Endpoints::default() };
    let about = About { uid: Uid::connection(1), id, transport, start: Timestamp(0) };
    let probe = Probe { about: &about, originator, responder };
    let named = PROTOCOLS.iter().filter(|protocol| protocol.transport == transport);
    named
        .filter(|protocol| (protocol.probe)(&probe) == Verdict::Match)
        .map(|protocol| protocol.name)
        .collect()
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #[test]
    fn random_datagrams_match_nothing(datagram in bytes()) {
        prop_assert_eq!(matches(Transport::Udp, &datagram, &[]), Vec::<&str>::new());
        prop_assert_eq!(matches(Transport::Udp, &[], &datagram), Vec::<&str>::new());
    }

    #[test]
    fn random_streams_match_nothing(originator in bytes(), responder in bytes()) {
        prop_assert_eq!(matches(Transport::Tcp, &originator, &responder), Vec::<&str>::new());
    }
}
