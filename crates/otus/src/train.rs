//! `otus train`: makes the trained models anew from the data that their sheets name.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use flate2::read::MultiGzDecoder;
use learn::{Families, evaluate};

use crate::arguments::Train;
use crate::output::{self, Outcome};

/// The folders of the data: lists of generated domains, and of those that people visit.
const GENERATED: &str = "dga";
const VISITED: &str = "benign-domains";
/// Lists of which it is not known which families are in them, and which may hold any.
const MIXED: &str = "tisage";
/// From here on a name counts as found in the evaluation, as the detections take it.
const FOUND: f64 = 0.9;
/// A list that is longer is none.
const LIST_MAX: u64 = 256 << 20;

pub(crate) fn run(arguments: &Train) -> Result<Outcome> {
    let data = read(&arguments.data)?;
    let mut out = output::standard_output();
    if arguments.evaluate {
        write_evaluation(&data, &mut out)?;
    }
    let bytes = data.train().to_bytes();
    fs::write(&arguments.out, &bytes)
        .with_context(|| format!("cannot write {}: is its folder there?", arguments.out.display()))?;
    writeln!(out, "{}: {} bytes", output::plain(&arguments.out.display().to_string()), bytes.len())?;
    out.flush()?;
    Ok(Outcome::Done)
}

fn read(folder: &Path) -> Result<Families> {
    let mut data = Families::default();
    for path in files_of(&folder.join(GENERATED))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Beside the domains lie licences, and the words that some families put together.
        let Some((family, rest)) = name.split_once("__") else { continue };
        if !rest.contains("domains") {
            continue;
        }
        for line in text_of(&path)?.lines() {
            match line.split(',').collect::<Vec<_>>().as_slice() {
                [domain] => data.add_generated(family, domain),
                [domain, "dga", ..] => data.add_generated(family, domain),
                _ => {}
            }
        }
    }
    for path in files_of(&folder.join(VISITED))? {
        if path.extension().is_some_and(|extension| extension == "json") {
            let list: serde_json::Value = serde_json::from_str(&text_of(&path)?)
                .with_context(|| format!("{} is no JSON", path.display()))?;
            let domains = list.get("list").and_then(serde_json::Value::as_array).into_iter().flatten();
            domains.filter_map(serde_json::Value::as_str).for_each(|domain| data.add_visited(domain));
        }
    }
    if data.visited() == 0 || data.names().next().is_none() {
        bail!(
            "{} holds nothing to learn from: lists of generated domains belong in {GENERATED}/FAMILY__domains.txt, \
             of visited ones in {VISITED}/*.json",
            folder.display()
        );
    }
    Ok(data)
}

/// The files of a folder, sorted, so that they come in the same order everywhere.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

fn text_of(path: &Path) -> Result<String> {
    let context = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LIST_MAX).read_to_end(&mut bytes))
        .with_context(context)?;
    if bytes.starts_with(&[0x1F, 0x8B]) {
        let packed = std::mem::take(&mut bytes);
        MultiGzDecoder::new(packed.as_slice())
            .take(LIST_MAX)
            .read_to_end(&mut bytes)
            .with_context(context)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The table of a data sheet.
fn write_evaluation(data: &Families, out: &mut impl std::io::Write) -> Result<()> {
    writeln!(
        out,
        "| family left out | names | found | recall | visited names | taken for generated | precision |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    let (mut recalls, mut families, mut mistaken, mut visited) = (0.0, 0_u32, 0, 0);
    for held in evaluate(data, &[MIXED], FOUND) {
        let recall = held.found as f64 / held.tried.max(1) as f64;
        writeln!(
            out,
            "| {} | {} | {} | {:.3} | {} | {} | {:.3} |",
            held.family,
            held.tried,
            held.found,
            recall,
            held.visited,
            held.mistaken,
            precision(recall, held.mistaken, held.visited)
        )?;
        (recalls, families) = (recalls + recall, families + 1);
        (mistaken, visited) = (mistaken + held.mistaken, visited + held.visited);
    }
    let recall = recalls / f64::from(families.max(1));
    let precision = precision(recall, mistaken, visited);
    writeln!(out, "| mean | | | {recall:.3} | {visited} | {mistaken} | {precision:.3} |")?;
    Ok(())
}

/// Precision were there as many generated names as visited ones, so that the lengths of the lists play no part.
fn precision(recall: f64, mistaken: usize, visited: usize) -> f64 {
    let mistaken = mistaken as f64 / visited.max(1) as f64;
    if recall + mistaken > 0.0 { recall / (recall + mistaken) } else { 0.0 }
}
