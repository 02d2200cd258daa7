//! What `otus analyze` says at its end: what was read, what was not, and what was found.

use std::io::Write;

use anyhow::Result;
use brain::Correlated;
use records::{AnyRecord, Group, Stats};
use sensor::Traffic;

use crate::arguments::Analyze;
use crate::findings;
use crate::output::{self, FAINT, Outcome, WARN, capture_name, counted, grouped, plain, tell, tell_of};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Of captures; its files are also those of logs.
    pub(crate) traffic: Traffic,
    /// Of logs.
    pub(crate) logs: logs::Report,
}

impl Taken {
    /// Whether any packet or line was understood.
    pub(crate) const fn is_any_read(&self) -> bool {
        let packets = &self.traffic.counters;
        packets.ip_packets > packets.bad_packets
            || packets.arp > 0
            || packets.other_network_layers > 0
            || self.logs.lines > 0
    }
}

/// Says what was read and found.
pub(crate) fn report(
    arguments: &Analyze,
    found: &Correlated,
    taken: &Taken,
    kept: Option<u64>,
) -> Result<Outcome> {
    let traffic = &taken.traffic;
    let mut out = output::standard_output();
    let nothing_read = (!traffic.files.is_empty() && !taken.is_any_read()).then(|| {
        let what = if taken.logs.files.is_empty() { "No packet" } else { "Nothing" };
        format!("{what} could be read: whether there was anything hostile is not known.")
    });
    if arguments.json {
        nothing_read.iter().for_each(|text| tell(text));
        for finding in &found.findings {
            writeln!(out, "{finding}")?;
        }
        not_seen_json(&mut out, &traffic.stats)?;
    } else {
        if traffic.counters.frames > 0 || taken.logs.lines > 0 {
            summary(&mut out, taken, kept)?;
        }
        if let Some(text) = &nothing_read {
            writeln!(out, "{WARN}{text}{WARN:#}")?;
        }
        if nothing_read.is_none() || !found.findings.is_empty() {
            findings::print(&mut out, found)?;
        }
    }
    out.flush()?;
    tell_dropped_files(arguments, traffic);
    tell_not_kept(&taken.logs);
    let (packets, lines) = (tell_damage(traffic), tell_bad_lines(&taken.logs));
    Ok(if packets == Outcome::Done { lines } else { packets })
}

fn tell_bad_lines(logs: &logs::Report) -> Outcome {
    for bad in &logs.bad_lines {
        let path = capture_name(&bad.path);
        tell_of(&format!("{path}: line {}:", grouped(bad.number)), &format!("not read: {}", bad.error));
    }
    for more in &logs.more_bad_lines {
        let text = format!("{} could not be read either", counted(more.lines, "more line"));
        tell_of(&format!("{}:", capture_name(&more.path)), &text);
    }
    if logs.bad_lines.is_empty() { Outcome::Done } else { Outcome::Damaged }
}

/// Names what logs say that no record can hold.
fn tell_not_kept(logs: &logs::Report) {
    for (subject, counts) in [("lines not kept:", &logs.not_kept), ("fields not kept:", &logs.unknown_fields)]
    {
        if !counts.is_empty() {
            let names = counts.iter().map(|(name, count)| format!("{name} ({})", grouped(*count)));
            tell_of(subject, &names.collect::<Vec<_>>().join(", "));
        }
    }
}

fn tell_damage(traffic: &Traffic) -> Outcome {
    let mut outcome = Outcome::Done;
    for damage in traffic.files.iter().filter_map(|file| file.damage.as_ref()) {
        tell_of("damaged:", &format!("{damage}; what came before was kept"));
        outcome = Outcome::Damaged;
    }
    for link in &traffic.unknown_links {
        let packets = grouped(link.frames);
        let text = format!("link type {} is not known: {packets} packets were not read", link.link_type);
        tell_of(&format!("{}:", link.path.display()), &text);
        outcome = Outcome::Damaged;
    }
    outcome
}

fn tell_dropped_files(arguments: &Analyze, traffic: &Traffic) {
    let dropped = &traffic.dropped_files;
    let Some(folder) = arguments.extract_files.as_ref().filter(|_| dropped.count() > 0) else { return };
    let failure = dropped.failure.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let reasons = listed(&[
        (dropped.incomplete, "that the capture does not hold whole"),
        (dropped.too_large, "that are too large"),
        (dropped.no_room, "for which there was no more room within the bounds"),
        (dropped.failed, &format!("that the system would not write{failure}")),
    ]);
    tell_of("files not written", &format!("to {}: {reasons}", folder.display()));
}

fn summary(out: &mut impl Write, taken: &Taken, kept: Option<u64>) -> Result<()> {
    let Taken { traffic, logs } = taken;
    let counters = &traffic.counters;
    let captures = traffic.files.len() - logs.files.len();
    let parts =
        [(counters.frames, "packet", captures, "capture"), (logs.lines, "line", logs.files.len(), "log")];
    let parts = parts.iter().filter(|(count, ..)| *count > 0).map(|(count, what, files, of)| match files {
        0 | 1 => counted(*count, what),
        _ => format!("{} of {}", counted(*count, what), counted(*files as u64, of)),
    });
    write!(out, "{FAINT}{}", parts.collect::<Vec<_>>().join(" and "))?;
    let times = traffic.span.into_iter().chain(logs.span);
    if let Some((first, last)) = times.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))) {
        write!(out, ", {} to {}", records::Timestamp(first), records::Timestamp(last))?;
    }
    if let Some(kept) = kept {
        write!(out, "; {} kept", counted(kept, "record"))?;
    }
    writeln!(out, "{FAINT:#}")?;
    not_seen(out, &traffic.stats)?;
    writeln!(out)?;
    Ok(())
}

/// What was counted as unread or lost, in short.
fn not_seen(out: &mut impl Write, stats: &Stats) -> Result<()> {
    let unread = stats.told(Group::Unread);
    let unread: Vec<_> =
        unread.iter().map(|(count, text)| (*count, text.trim_start_matches("Packets "))).collect();
    if !unread.is_empty() {
        writeln!(out, "{WARN}packets not read to their end:{WARN:#} {}", plain(&listed(&unread)))?;
    }
    for (count, text) in stats.told(Group::Lost) {
        let mut letters = text.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let text: String = first.into_iter().chain(letters).collect();
        writeln!(out, "{WARN}not seen:{WARN:#} {} {text}", grouped(count))?;
    }
    Ok(())
}

/// The same for programs; a run that saw everything says nothing of it.
fn not_seen_json(out: &mut impl Write, stats: &Stats) -> Result<()> {
    if !stats.told(Group::Unread).is_empty() || !stats.told(Group::Lost).is_empty() {
        let mut line = String::new();
        AnyRecord::from(stats.clone()).write_json(&mut line);
        writeln!(out, r#"{{"stats":{line}}}"#)?;
    }
    Ok(())
}

/// Those that are not zero.
fn listed(counts: &[(u64, &str)]) -> String {
    let texts = counts.iter().filter(|(count, _)| *count > 0);
    texts.map(|(count, what)| format!("{} {what}", grouped(*count))).collect::<Vec<_>>().join(", ")
}
