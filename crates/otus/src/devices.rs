//! `otus devices`: who is on the network.

use std::io::Write as _;

use anyhow::Result;
use brain::Correlated;
use serde_json::Value;

use crate::arguments::Devices;
use crate::decided::correlated_with_all_devices;
use crate::findings::{casebook_of, print_score};
use crate::output::{self, FAINT, HEADING, NAME, Outcome, counted, plain};

pub(crate) fn run(arguments: &Devices) -> Result<Outcome> {
    let (casebook, own) = casebook_of(&arguments.lake.path)?;
    let Correlated { devices, accounts, .. } = correlated_with_all_devices(&casebook, &own)?;
    let mut out = output::standard_output();
    if arguments.accounts {
        print_accounts(&mut out, &accounts, arguments.json)?;
    } else if arguments.json {
        for device in &devices {
            writeln!(out, "{device}")?;
        }
    } else {
        writeln!(out, "{HEADING}{}{HEADING:#}", counted(devices.len() as u64, "device"))?;
        for device in &devices {
            print(&mut out, device)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn print(out: &mut impl std::io::Write, device: &Value) -> Result<()> {
    let text = |name: &str| device[name].as_str().unwrap_or_default().to_owned();
    let texts = |name: &str| -> Vec<&str> {
        device[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    writeln!(out, "\n{NAME}{}{NAME:#}  {FAINT}{}{FAINT:#}", text("name"), text("id"))?;
    let other_names: Vec<&str> = texts("names").into_iter().filter(|name| *name != text("name")).collect();
    for (label, values) in [("also", other_names), ("hardware", texts("macs")), ("users", texts("users"))] {
        if !values.is_empty() {
            writeln!(out, "  {FAINT}{label:<9}{FAINT:#}{}", values.join(", "))?;
        }
    }
    print_score(out, &device["score"])?;
    let traits = [("is", "kind"), ("system", "os"), ("maker", "vendor")];
    let known = traits.into_iter().map(|(label, name)| (label, &device[name]));
    let programs = device["software"].as_array().into_iter().flatten().map(|program| ("runs", program));
    for (label, told) in known.chain(programs).filter(|(_, told)| !told.is_null()) {
        let part = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let (value, evidence) = (part("value"), part("evidence"));
        writeln!(out, "  {FAINT}{label:<9}{FAINT:#}{value}  {FAINT}{evidence}{FAINT:#}")?;
    }
    for (place, span) in device["addresses"].as_array().into_iter().flatten().enumerate() {
        let label = if place == 0 { "address" } else { "" };
        let part = |name: &str| span[name].as_str().unwrap_or_default().to_owned();
        writeln!(
            out,
            "  {FAINT}{label:<9}{FAINT:#}{}  {FAINT}{} to {}{FAINT:#}",
            part("address"),
            part("from"),
            part("to")
        )?;
    }
    Ok(())
}

fn print_accounts(out: &mut impl std::io::Write, accounts: &[Value], is_json: bool) -> Result<()> {
    if !is_json {
        writeln!(out, "{HEADING}{} with findings{HEADING:#}", counted(accounts.len() as u64, "account"))?;
    }
    for account in accounts {
        if is_json {
            writeln!(out, "{account}")?;
            continue;
        }
        let list = |name: &str| {
            let texts = account[name].as_array().into_iter().flatten().filter_map(Value::as_str);
            plain(&texts.collect::<Vec<_>>().join(", "))
        };
        writeln!(out, "\n{NAME}{}{NAME:#}", plain(account["account"].as_str().unwrap_or_default()))?;
        print_score(out, &account["score"])?;
        writeln!(out, "  {FAINT}{:<9}{FAINT:#}{}", "devices", list("devices"))?;
        writeln!(out, "  {FAINT}{:<9}{FAINT:#}{}", "findings", list("findings"))?;
    }
    Ok(())
}
