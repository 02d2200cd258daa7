//! Brings what the shards give into one order.

use crossbeam_channel::Receiver;
use protocols::CertificatesSeen;
use protocols::dhcp::Joiner;
use records::{AnyRecord, LocalNetworks, Timestamp};

use crate::emission::{Emission, Emitted};
use crate::software::SoftwareSeen;
use crate::tunnels::Parents;

/// Takes one result of each shard per round. What belongs together over connections, which may be in different
/// shards, is joined here.
pub(crate) struct Merger {
    shards: Vec<Receiver<Vec<Emission>>>,
    dhcp: Joiner,
    certificates: CertificatesSeen,
    parents: Parents,
    software: SoftwareSeen,
    is_over: bool,
}

impl Merger {
    pub(crate) fn new(shards: Vec<Receiver<Vec<Emission>>>, local_networks: LocalNetworks) -> Self {
        Self {
            shards,
            dhcp: Joiner::default(),
            certificates: CertificatesSeen::default(),
            parents: Parents::default(),
            software: SoftwareSeen::new(local_networks),
            is_over: false,
        }
    }

    /// The records of the next round in order; `None` after the last.
    ///
    /// All shards have the same clock at the end of a round and give nothing of an earlier time later, so a
    /// round can be put in order by itself.
    pub(crate) fn round(&mut self) -> Option<Vec<AnyRecord>> {
        if self.is_over {
            return None;
        }
        let mut emissions = Vec::new();
        for shard in &self.shards {
            let Ok(mut more) = shard.recv() else {
                self.is_over = true;
                return Some(self.end());
            };
            if emissions.is_empty() {
                emissions = more;
            } else {
                emissions.append(&mut more);
            }
        }
        // Each shard's part is nearly in order, which this sort makes use of; no two keys are the same.
        emissions.sort_by_key(|emission| emission.key);
        Some(self.join(emissions))
    }

    fn join(&mut self, emissions: Vec<Emission>) -> Vec<AnyRecord> {
        let mut records = Vec::with_capacity(emissions.len());
        for Emission { key, what } in emissions {
            self.dhcp.advance(Timestamp(key.time), &mut |record| records.push(record.into()));
            match what {
                Emitted::Record(AnyRecord::X509(certificate))
                    if !self.certificates.is_new(&certificate.fingerprint, certificate.ts) => {}
                Emitted::Record(mut record) => {
                    self.parents.record(&mut record);
                    records.push(record);
                    if let Some(record) = records.last() {
                        let mut shown = Vec::new();
                        self.software.record(record, |software| shown.push(software.into()));
                        records.append(&mut shown);
                    }
                }
                Emitted::Inside(inside) => self.parents.begin(&inside),
                Emitted::Dhcp(message) => {
                    self.dhcp.message(*message, &mut |record| records.push(record.into()))
                }
            }
        }
        records
    }

    fn end(&mut self) -> Vec<AnyRecord> {
        let mut records = Vec::new();
        self.dhcp.finish(&mut |record| records.push(record.into()));
        records
    }
}
