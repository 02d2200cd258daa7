use crate::{Column, Record, Timestamp};

/// Declares the counters. A counter is a line: its meaning, which is told to people with its number before it, and its
/// name. Who counts adds to the field; the sums are made, kept and told by themselves.
macro_rules! counters {
    ($($group:ident { $($(#[doc = $doc:tt])+ $name:ident,)* })*) => {
        /// What a run of `otus analyze` has seen and, above all, what it has not: what was too much for its limits, damaged
        /// or lost. Names that Zeek's `stats` has mean the same here; there is one record per run.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Record)]
        #[record("stats")]
        pub struct Stats {
            /// Time of the last packet.
            pub ts: Timestamp,
            $($($(#[doc = $doc])+ pub $name: u64,)*)*
        }

        impl Stats {
            /// Adds what another part of the program has counted.
            pub fn add(&mut self, other: &Self) {
                self.ts = self.ts.max(other.ts);
                $($(self.$name = self.$name.saturating_add(other.$name);)*)*
            }

            /// What was counted as `group`, but for what is zero, each with what it means.
            pub fn told(&self, group: Group) -> Vec<(u64, &'static str)> {
                let counts = [$($((Group::$group, stringify!($name), self.$name),)*)*];
                let counts = counts.into_iter().filter(|(of, _, count)| *of == group && *count > 0);
                counts.map(|(_, name, count)| (count, meaning(name))).collect()
            }
        }
    };
}

/// What a counter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What was seen.
    Seen,
    /// Packets that were not read to their end.
    Unread,
    /// What was not seen, or not kept.
    Lost,
}

counters! {
    Seen {
        /// Packets that were read.
        pkts_proc,
        /// Bytes of packets that were read.
        bytes_recv,
        /// Connections over TCP.
        tcp_conns,
        /// Conversations over UDP.
        udp_conns,
        /// Conversations over ICMP.
        icmp_conns,
        /// Files.
        files,
        /// Records of an earlier run that were recovered from the lake's log.
        log_records,
    }
    Unread {
        /// Packets of an unknown link type.
        packets_of_unknown_link,
        /// Packets cut within a header before IP.
        packets_cut,
        /// Packets with damaged or cut headers.
        packets_damaged,
        /// Packets of which a fragment is missing.
        packets_incomplete,
        /// Packets with too many headers or tunnels within each other.
        packets_too_deep,
    }
    Lost {
        /// Connections that were ended early, since too many were open.
        connections_evicted,
        /// Connections that were left before they were recognised, since too many bytes waited for it.
        connections_unrecognised,
        /// Connections that gave up what came too early, since too many bytes of all connections waited.
        early_bytes_given_way,
        /// Gaps in a stream that were given up early, since too much waited behind them.
        gaps_given_up,
        /// Streams that were followed no longer for gaps, since their acknowledgments are not in the capture.
        streams_without_acknowledgments,
        /// Files that were not followed, since too many were open.
        files_refused,
        /// Files that were given up before their end, since too many were open on one connection.
        files_given_up,
        /// Files of which holes were given up, since too many bytes waited behind those of all files.
        file_holes_given_up,
        /// Files that were not looked into to their end, since too many bytes of files were kept for that.
        files_not_looked_into,
        /// Time stamps that were not believed, since no other packet bears them out.
        stamps_not_believed,
        /// Violations in headers that were counted and not told, since there were too many of a kind.
        header_violations_untold,
        /// Violations (`weird`) that were not told, since their connection had told many.
        weirds_suppressed,
        /// Findings that were not kept, since there were too many.
        findings_dropped,
        /// Bytes at the end of the lake's log that an earlier run left half-written.
        log_bytes_cut,
        /// Records in the lake's log that this version cannot read.
        log_records_unreadable,
    }
}

/// The meaning of a column, without the noun that all of its group share.
fn meaning(name: &str) -> &'static str {
    let column = Stats::TYPE.columns.iter().find(|column| column.name == name);
    column.map_or("", |Column { doc, .. }| doc.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_add_up_and_tell_what_is_not_zero() {
        let mut sum = Stats { ts: Timestamp(5), connections_evicted: 2, pkts_proc: 7, ..Stats::default() };
        sum.add(&Stats {
            ts: Timestamp(3),
            connections_evicted: u64::MAX,
            files_refused: 1,
            ..Stats::default()
        });
        assert_eq!(sum.ts, Timestamp(5));
        assert_eq!(
            sum.told(Group::Lost),
            [
                (u64::MAX, "Connections that were ended early, since too many were open"),
                (1, "Files that were not followed, since too many were open"),
            ]
        );
        assert_eq!(sum.told(Group::Seen), [(7, "Packets that were read")]);
        assert_eq!(sum.told(Group::Unread), []);
    }
}
