//! Shows the detections the records of the lake again, and notes how one finding comes about.

use std::collections::VecDeque;
use std::net::IpAddr;

use anyhow::Result;
use brain::{Brain, Judged, Judgement, Retold, Step};
use lake::Lake;
use records::{AnyRecord, Timestamp};
use serde_json::{Value, json};

use crate::progress::ReplayBar;
use crate::recall::{Onlooker, Shown, replay_run};

/// Reports that are kept: the first, since they show how it began, and the latest.
const STEPS_FIRST: usize = 16;
const STEPS_KEPT: usize = 64;
/// The latest judgements that differ from the one before.
const JUDGED_KEPT: usize = 256;

struct Retelling<'a> {
    shown: Shown<'a>,
    finding: &'a str,
    peers: Vec<IpAddr>,
    steps: VecDeque<Step>,
    reports: u64,
    judged: VecDeque<(Timestamp, Judgement)>,
}

impl Onlooker for Retelling<'_> {
    fn begins(&mut self, brain: &mut Brain) {
        brain.trace(self.finding, &self.peers);
    }

    fn saw(&mut self, brain: &mut Brain, record: Option<&AnyRecord>) {
        let (updates, judgements) = brain.take_traced();
        let at = record.map_or(Timestamp(i64::MAX), AnyRecord::ts);
        for judgement in judgements {
            if self.judged.back().is_none_or(|(_, last)| last.rarity != judgement.rarity) {
                if self.judged.len() == JUDGED_KEPT {
                    self.judged.pop_front();
                }
                self.judged.push_back((at, judgement));
            }
        }
        for update in updates {
            self.reports += 1;
            if self.steps.len() == STEPS_KEPT {
                self.steps.remove(STEPS_FIRST);
            }
            self.steps.push_back(Step { update, record: record.map(as_value) });
        }
        self.shown.saw(brain, record);
    }
}

/// What becomes of the finding when all runs of the lake are shown to a brain that knows nothing.
pub(super) fn retell(lake: &Lake, finding: &Value, is_quiet: bool) -> Result<Retold> {
    let runs = lake.runs();
    let bar = ReplayBar::new(runs.iter().map(|run| run.records).sum(), is_quiet);
    let peers = finding["peers"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut retelling = Retelling {
        shown: Shown { bar: &bar, records: 0 },
        finding: finding["id"].as_str().unwrap_or_default(),
        peers: peers.filter_map(|peer| peer.parse().ok()).collect(),
        steps: VecDeque::new(),
        reports: 0,
        judged: VecDeque::new(),
    };
    let (mut state, mut last) = (None, None);
    for run in &runs {
        let mut brain = replay_run(lake, run, state.as_deref(), &mut retelling)?;
        brain.take_changed();
        state = Some(brain.save()?);
        last = Some(brain);
    }
    let Retelling { steps, reports, judged, finding, .. } = retelling;
    let Some(brain) = last else { return Ok(Retold::default()) };
    let named = |(at, judgement): (Timestamp, Judgement)| Judged {
        at,
        devices: judgement
            .devices
            .iter()
            .map(|(place, day)| (brain.device_name(*place).unwrap_or_default(), judgement.day - day))
            .collect(),
        judgement,
    };
    Ok(Retold {
        finding: brain.findings().iter().find(|known| known.id == finding).map(brain::Finding::to_json),
        steps: steps.into(),
        reports,
        judged: judged.into_iter().map(named).collect(),
    })
}

/// A record as `otus search --json` prints it.
pub(super) fn as_value(record: &AnyRecord) -> Value {
    let mut text = String::new();
    record.write_json(&mut text);
    let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
    value["_path"] = json!(record.record_type().name);
    value
}
