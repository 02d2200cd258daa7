//! Findings and devices of the brain as the casebook keeps them.

use casebook::{DeviceRow, FindingRow};

pub(crate) fn finding_row(finding: &brain::Finding) -> FindingRow {
    let body = finding.to_json();
    FindingRow {
        id: finding.id.clone(),
        detection: finding.detection.to_string(),
        device: finding.device.id.clone(),
        host: finding.host.to_string(),
        first_seen: finding.first_seen,
        last_seen: finding.last_seen,
        raised: finding.raised,
        threat: finding.threat,
        certainty: finding.certainty,
        state: body["state"].as_str().unwrap_or("open").to_owned(),
        body,
    }
}

pub(crate) fn device_row(device: brain::DeviceSummary) -> DeviceRow<brain::DeviceSummary> {
    DeviceRow {
        id: device.id.clone(),
        name: device.name.clone(),
        first_seen: device.first_seen,
        last_seen: device.last_seen,
        body: device,
    }
}
