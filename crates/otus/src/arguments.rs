//! The command line. People script it: names stay.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds intruders by what the network and its devices do.
#[derive(Debug, Parser)]
#[command(name = "otus", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  otus analyze monday.pcap
  otus analyze --lake office captures/
  otus findings --lake office
  otus search --lake office 'host:10.20.10.166 bytes>1M since:2h'

Exit status: 0 all well; 1 a failure; 2 wrong arguments or an error in a query; 3 a capture or log was damaged
or could not be read in part (what could be read was kept); 130 stopped with Ctrl-C (so, too).";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Captures, or logs of Zeek or Suricata in, findings out.
    Analyze(Analyze),
    /// What was found: hosts by threat and certainty, then each finding with its evidence.
    Findings(Findings),
    /// Why a finding says what it says: each of its numbers, made again from the records of the lake.
    Explain(Explain),
    /// Say what findings are: wrong, permitted, noise or true; one by one, or by a rule.
    Triage(Triage),
    /// Alerts on several hosts that have something in common, with beginning, spread, patient zero and end.
    Campaigns(Campaigns),
    /// What happened to a device, in order, in sentences.
    Story(Story),
    /// Show all records of the past to the detections of this program, and replace what was found.
    Rescore(Rescore),
    /// Who is on the network: names, addresses and users of each device.
    Devices(Devices),
    /// Look for records in words.
    Search(Search),
    /// Ask in SQL; each record type is a table.
    Sql(Sql),
    /// Write records out for other tools.
    Export(Export),
    /// Make the trained models anew from lists of names, as their data sheets say.
    Train(Train),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus analyze monday.pcap tuesday.pcap.zst      merged by packet time; they may overlap
  otus analyze --lake office captures/           all captures of a folder; a second run adds to the lake
  otus analyze --tls-keys keys.log monday.pcap   reads what TLS carries, with the secrets that programs logged
  tcpdump -w - | otus analyze -                  standard input
  otus analyze --lake office zeek/2026-11-01/    Zeek's logs instead of packets: TSV or JSON, .gz and .zst too
  otus analyze --lake office eve.json            Suricata's EVE")]
pub(crate) struct Analyze {
    /// Captures (pcap or pcapng), Zeek's logs (TSV or JSON) or Suricata's EVE, each also with gzip or zstd; folders of
    /// them, or - for standard input. What a file is, its content decides.
    /// Without any, what a lake holds is brought to its end: after a crash its findings are made again.
    #[arg(required_unless_present = "lake", value_name = "CAPTURE")]
    pub(crate) captures: Vec<PathBuf>,
    /// Folder in which records, findings and what was learned are kept; without it nothing is kept.
    #[arg(long, value_name = "DIR")]
    pub(crate) lake: Option<PathBuf>,
    /// Findings as JSON, one per line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the files that were seen to this folder, named by their SHA-256; at most 10 GB in all.
    #[arg(long, value_name = "DIR")]
    pub(crate) extract_files: Option<PathBuf>,
    /// Secrets of TLS connections, as browsers and others write them to the file that SSLKEYLOGFILE names; may be given
    /// several times. What these connections carry is read too. The secrets are kept nowhere. Those that lie in a
    /// pcapng capture are used without this.
    #[arg(long = "tls-keys", value_name = "FILE")]
    pub(crate) tls_keys: Vec<PathBuf>,
    /// Threads that follow connections; changes nothing in the output unless a limit is reached. Each may take 256 MB
    /// for segments that came early, all together 2 million connections (from 5 threads on 500,000 each).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) shards: Option<u16>,
    /// Networks of your own besides the private ones, e.g. 203.0.113.0/24. Without it they are found: by what logs of Zeek
    /// call local, and by behaviour.
    #[arg(long = "network", value_name = "CIDR")]
    pub(crate) networks: Vec<String>,
    /// No progress bar.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LakeFolder {
    /// The lake's folder.
    #[arg(long = "lake", value_name = "DIR")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus findings --lake office
  otus findings --lake office --json | jq 'select(.certainty >= 50)'")]
pub(crate) struct Findings {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// JSON, one finding per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
All records of the lake are shown to the detections once more, in the order in which they came; what comes out is put
beside what is stored, number by number.

Examples:
  otus explain --lake office fbaddd482f1f21603
  otus explain --lake office fbad                       the beginning of the id, where only one begins so
  otus explain --lake office fbad --json | jq '.certainty.parts[] | select(.agrees | not)'")]
pub(crate) struct Explain {
    /// Id of the finding, or its beginning.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// Explain the stored numbers only, without showing the records to the detections again: quick in any lake.
    #[arg(long)]
    pub(crate) stored: bool,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
wrong      the behaviour did not happen
permitted  it did, and is business
noise      it did, is no business and no attack: something to clean up
true       it is what it says

What is decided acts at once on all findings, those of runs to come included, and moves the certainty of the other findings
of the same detection. Nothing decided is ever lost: it can be taken back.")]
pub(crate) struct Triage {
    #[command(subcommand)]
    pub(crate) command: TriageCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TriageCommand {
    /// Say what single findings are.
    Mark(Mark),
    /// Say what all findings of a kind are; shows which these are, and saves the rule with --save only.
    Rule(NewRule),
    /// What was decided, by whom and why.
    List(Decisions),
    /// Take a decision back.
    Undo(Undo),
}

/// What a finding is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// The behaviour did not happen.
    Wrong,
    /// It did, and is business.
    Permitted,
    /// It did, is no business and no attack.
    Noise,
    /// It is what it says.
    True,
}

impl From<Kind> for brain::Label {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Wrong => Self::Wrong,
            Kind::Permitted => Self::Permitted,
            Kind::Noise => Self::Noise,
            Kind::True => Self::True,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Because {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// Who says it [default: the user who is logged on]
    #[arg(long, value_name = "NAME")]
    pub(crate) who: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus triage mark --lake office f0a1 --as permitted --why 'backup to the cloud, ticket 4711'
  otus triage mark --lake office f0a1 f9be --as true --why 'reimaged' --who sato")]
pub(crate) struct Mark {
    /// Ids of findings, or their beginnings.
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// What they are.
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(crate) label: Kind,
    #[command(flatten)]
    pub(crate) because: Because,
    /// What changes as JSON, one finding per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus triage rule --lake office --device scanner01 --detection 'port-*' --as permitted --why 'our scanner'
  otus triage rule --lake office --group kind:printer --peer example.com --as noise --until 2026-12-31 --why 'firmware' --save
  otus triage rule --lake office --group 10.9.0.0/24 --as permitted --why 'laboratory' --save")]
pub(crate) struct NewRule {
    /// A device: its id, name or address.
    #[arg(long, value_name = "DEVICE", conflicts_with = "group")]
    pub(crate) device: Option<String>,
    /// Devices: a network, kind:printer (as `otus devices` names kinds), or user:NAME.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// The other end: an address, a network or a domain. What went to others as well is not covered.
    #[arg(long, value_name = "PEER")]
    pub(crate) peer: Option<String>,
    /// Id of the detection; * stands for anything.
    #[arg(long, value_name = "DETECTION")]
    pub(crate) detection: Option<String>,
    /// What they are.
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub(crate) label: Kind,
    /// Covers what was seen last until then, in the time of the traffic.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) because: Because,
    /// Save it; without this it is only shown what it would silence.
    #[arg(long)]
    pub(crate) save: bool,
    /// What changes as JSON, one finding per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  otus triage list --lake office")]
pub(crate) struct Decisions {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// JSON, one decision per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  otus triage undo --lake office 3 --why 'the scanner was replaced'")]
pub(crate) struct Undo {
    /// Number of the decision.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: i64,
    #[command(flatten)]
    pub(crate) because: Because,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus campaigns --lake office
  otus campaigns --lake office --json | jq -r '.hosts[].name'")]
pub(crate) struct Campaigns {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// JSON, one campaign per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus story --lake office HN-PC08
  otus story --lake office 10.20.10.67 --language ja")]
pub(crate) struct Story {
    /// The device: its name, an address that it held, or its id.
    pub(crate) device: String,
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// Language of the sentences.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) language: Language,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A language of stories.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Language {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl From<Language> for brain::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::Ja => Self::Japanese,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Everything is learned again from nothing, run by run. What people decided stays, and so do the findings that they marked.

Example:
  otus rescore --lake office                     after an update of otus: what is new, gone and changed")]
pub(crate) struct Rescore {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// What changes as JSON, one finding per line.
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress bar.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus devices --lake office
  otus devices --lake office --accounts            accounts with findings, the most threatened first
  otus devices --lake office --json | jq 'select(.score.certainty >= 50) | .score.parts'")]
pub(crate) struct Devices {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// Accounts with findings instead of devices.
    #[arg(long)]
    pub(crate) accounts: bool,
    /// JSON, one device or account per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus search --lake office 'host:10.20.10.166 since:2h'
  otus search --lake office 'dns.query:*.example.com or http.host:*.example.com'
  otus search --lake office 'bytes>1M not port:443' --csv
  otus search --lake office 'invoice_2026'              a word anywhere")]
pub(crate) struct Search {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// What to look for.
    pub(crate) query: String,
    /// JSON, one record per line.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Comma-separated values.
    #[arg(long)]
    pub(crate) csv: bool,
    /// At most so many records, the earliest first [default: 1000 for people, all with --json and --csv]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  otus sql --lake office 'SELECT query, count(*) FROM dns GROUP BY query ORDER BY 2 DESC LIMIT 20'
  otus sql --lake office 'SELECT \"id.resp_h\", sum(orig_bytes) FROM conn GROUP BY 1 ORDER BY 2 DESC LIMIT 10'
  otus sql --lake office 'SHOW TABLES'")]
pub(crate) struct Sql {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// The statement.
    pub(crate) statement: String,
    /// JSON, one row per line.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Comma-separated values.
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  otus export --lake office --format zeek-json --out logs --types conn,dns")]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) lake: LakeFolder,
    /// How they are written.
    #[arg(long, value_enum, default_value_t = Format::ZeekJson)]
    pub(crate) format: Format,
    /// Folder to write to; one file per record type.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Only these record types.
    #[arg(long, value_delimiter = ',', value_name = "TYPES")]
    pub(crate) types: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  otus train --data training --out models/dga.forest --evaluate")]
pub(crate) struct Train {
    /// Folder with the lists: dga/FAMILY__domains.txt and benign-domains/*.json.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// File to write the model to.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Leave each family out in turn and tell how a model that never saw it fares on it.
    #[arg(long)]
    pub(crate) evaluate: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// JSON lines as Zeek writes them.
    ZeekJson,
}
