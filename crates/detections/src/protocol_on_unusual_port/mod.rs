#![doc = include_str!("README.md")]

use world::World;

use crate::odd_session::{OddSessions, Oddity, Session};
use crate::{Detection, Facts, Score, Stage};

pub(crate) const DETECTION: Detection = Detection {
    id: "protocol-on-unusual-port",
    title: "Protocol on Unusual Port",
    stage: Stage::C2,
    techniques: &["T1571"],
    learns_hours: 0,
    readme: include_str!("README.md"),
    watch: || Box::new(OddSessions::new(&DETECTION, judge)),
};

/// A protocol that is looked at, the ports that programs and administrators give it, and how certain another one is:
/// web servers stand on many ports, so that another port says little by itself.
struct Ports {
    service: &'static str,
    name: &'static str,
    usual: &'static [u16],
    certainty: f64,
}

const PORTS: [Ports; 8] = [
    Ports { service: "ssh", name: "SSH", usual: &[22, 222, 2222, 22222], certainty: 45.0 },
    Ports { service: "rdp", name: "RDP", usual: &[3389], certainty: 45.0 },
    Ports { service: "rfb", name: "VNC", usual: &[5500, 5800, 5900, 5901, 5902, 5903], certainty: 45.0 },
    Ports { service: "socks", name: "SOCKS", usual: &[1080, 9050, 9150], certainty: 45.0 },
    Ports {
        service: "irc",
        name: "IRC",
        usual: &[194, 6660, 6665, 6666, 6667, 6668, 6669, 6697, 7000],
        certainty: 45.0,
    },
    Ports { service: "smtp", name: "SMTP", usual: &[25, 465, 587, 2525], certainty: 40.0 },
    Ports { service: "ftp", name: "FTP", usual: &[21, 990, 2121], certainty: 35.0 },
    Ports { service: "http", name: "HTTP", usual: &[80, 443], certainty: 25.0 },
];
/// Ports on which web servers commonly stand besides 80 and 443.
const WEB: [std::ops::RangeInclusive<u16>; 8] =
    [81..=90, 591..=593, 1900..=1900, 2869..=2869, 3000..=3128, 5000..=5001, 7070..=9999, 49152..=49160];

fn judge(session: &Session<'_>, world: &World) -> Option<Oddity> {
    let port = session.conn.id.resp_p;
    // Port 443 is looked at by a detection of its own.
    let ports = PORTS.iter().find(|ports| session.is(ports.service)).filter(|_| port != 443)?;
    let is_web = ports.service == "http" && WEB.iter().any(|range| range.contains(&port));
    if ports.usual.contains(&port) || is_web {
        return None;
    }
    let mut score = Score::default();
    let reason = format!("{} stands on port {port}, where nobody looks for it", ports.name);
    score.certainty("port", ports.certainty, reason);
    session.score_destination(&mut score, world);
    score.threat("stage", 50.0, "another port avoids the rules for the protocol");
    Some(Oddity {
        verb: format!("spoke {} with", ports.name),
        score,
        facts: Facts::default()
            .with("usual_ports", ports.usual.iter().map(u16::to_string).collect::<Vec<_>>()),
    })
}
