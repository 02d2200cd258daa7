//! What is odd about a request.
//!
//! The points are weights of evidence: 12.5 · log₁₀ of how much more often programs that hide show the sign than
//! ordinary ones, rounded, where both were seen in the captures of malware and of ordinary traffic that this was made
//! with; 25 points are a hundred times as often. Signs that no ordinary client showed at all are held to 45, since of
//! a thousand hosts nobody saw more than that. The sums are calibrated in the README.

use std::net::IpAddr;

use records::Http;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Visit, World};

use super::agents;
use crate::download::is_web_control;
use crate::{generated, tools};

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Sign {
    Post,
    Itself,
    Referrer,
    Host,
    Address,
    Agent,
    Old,
    System,
    WebControl,
    NoAgent,
    ToolPost,
    Generated,
    Odd,
    Image,
    OwnName,
    SamePath,
    Program,
    ProgramBefore,
    Port,
}

impl Sign {
    /// Its name as a part of the certainty.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Itself => "own page",
            Self::Referrer => "referrer",
            Self::Host => "host",
            Self::Address => "address",
            Self::Agent | Self::Old => "user agent",
            Self::System => "system",
            Self::WebControl => "web control",
            Self::NoAgent => "no user agent",
            Self::ToolPost => "tool",
            Self::Generated => "generated name",
            Self::Odd => "odd name",
            Self::Image => "image",
            Self::OwnName => "own name",
            Self::SamePath => "same path",
            Self::Program => "program",
            Self::ProgramBefore => "program before",
            Self::Port => "port",
        }
    }

    /// Whether ordinary programs do not show it.
    pub(super) const fn is_strong(self) -> bool {
        !matches!(
            self,
            Self::Address
                | Self::Old
                | Self::WebControl
                | Self::NoAgent
                | Self::ToolPost
                | Self::Generated
                | Self::Odd
                | Self::Port
        )
    }

    /// Its weight.
    pub(super) const fn points(self) -> f64 {
        match self {
            Self::Host | Self::Program => 45.0,
            Self::Post => 40.0,
            Self::SamePath => 35.0,
            Self::Itself | Self::WebControl | Self::ProgramBefore => 30.0,
            Self::Referrer | Self::Generated | Self::OwnName | Self::Agent => 25.0,
            Self::Address | Self::System | Self::Image => 20.0,
            Self::Odd => 15.0,
            Self::Old | Self::NoAgent | Self::ToolPost => 10.0,
            Self::Port => 5.0,
        }
    }
}

/// Ports on which web servers stand.
const WEB_PORTS: [u16; 7] = [80, 443, 3128, 8000, 8008, 8080, 8888];
/// Names of images, as pages ask for them.
const IMAGES: [&str; 5] = [".gif", ".jpg", ".jpeg", ".png", ".bmp"];
/// Letters that a device's name must have to be looked for in addresses.
const NAME_MIN: usize = 6;

/// The signs of a request, each with its reason.
pub(super) fn of(http: &Http, device: DeviceIndex, world: &World) -> Vec<(Sign, String)> {
    let mut signs = Vec::new();
    if is_certificate_check(http) {
        return signs;
    }
    of_client(http, &mut signs);
    of_request(http, device, world, &mut signs);
    of_host(http, &mut signs);
    signs
}

/// A check of certificates is no page and sends no referrer, whoever makes it.
fn is_certificate_check(http: &Http) -> bool {
    let mut kinds = http.resp_mime_types.iter().flatten().chain(&http.content_type);
    kinds.any(|kind| kind.contains("ocsp") || kind.contains("timestamp"))
}

fn of_client(http: &Http, signs: &mut Vec<(Sign, String)>) {
    let is_post = http.method.as_deref() == Some("POST");
    let Some(agent) = http.user_agent.as_deref() else {
        signs.push((Sign::NoAgent, "the client does not say what it is".to_owned()));
        return;
    };
    if is_post && tools::is_tool(agent) {
        signs.push((Sign::ToolPost, format!("a tool posts: {agent}")));
    }
    if !agents::says_browser(agent) {
        return;
    }
    // A form or a script of a page is sent with the page's address or origin, by every browser.
    let is_bare_post = is_post && http.referrer.is_none() && http.origin.is_none();
    if is_bare_post {
        let reason = "a client that calls itself a browser posted without referrer and origin";
        signs.push((Sign::Post, reason.to_owned()));
    }
    if let Some(why) = agents::contradiction(agent) {
        signs.push((Sign::Agent, format!("no browser is called {agent}: {why}")));
    } else if agents::is_no_browser(agent) && is_bare_post {
        signs.push((Sign::Agent, format!("no browser is called {agent}")));
    } else if is_web_control(agent) {
        let reason = "it calls itself as programs do that use the web control of Windows";
        signs.push((Sign::WebControl, reason.to_owned()));
    } else if agents::is_ancient(agent) && is_bare_post {
        signs.push((Sign::Old, format!("a browser that nobody has any more: {agent}")));
    }
}

fn of_request(http: &Http, device: DeviceIndex, world: &World, signs: &mut Vec<(Sign, String)>) {
    let is_post = http.method.as_deref() == Some("POST");
    let uri = http.uri.as_deref().unwrap_or_default();
    let says_browser = http.user_agent.as_deref().is_some_and(agents::says_browser);
    if let Some(referrer) = http.referrer.as_deref().filter(|_| is_post && says_browser) {
        if !referrer.contains("://") && !referrer.starts_with("about:") {
            signs.push((Sign::Referrer, format!("`{referrer}` is no address that a browser names")));
        } else if referrer.starts_with("https://") && http.origin.is_none() {
            let reason =
                format!("browsers do not tell {referrer}, which is encrypted, to a server that is not");
            signs.push((Sign::Referrer, reason));
        }
        if is_own_page(http, referrer) && !was_loaded(http, device, world) {
            let reason = "it posts to a page that it says to come from, but that it did not load";
            signs.push((Sign::Itself, reason.to_owned()));
        }
    }
    let path = uri.split('?').next().unwrap_or_default().to_ascii_lowercase();
    let is_image = IMAGES.iter().any(|end| path.ends_with(end)) && uri.contains('?');
    let is_answered = http.status_code.is_some_and(|status| status == 200);
    if is_image
        && is_answered
        && http.referrer.is_none()
        && http.response_body_len == 0
        && http.content_type.is_none()
    {
        let reason = "an image was asked for with a parameter, and an empty answer was enough";
        signs.push((Sign::Image, reason.to_owned()));
    }
    let is_program = |kind: &String| {
        ["application/x-dosexec", "application/x-executable", "application/x-mach-o-executable"]
            .contains(&kind.as_str())
    };
    if is_post && http.resp_mime_types.iter().flatten().any(is_program) {
        signs.push((Sign::Program, "a program came in answer to a post".to_owned()));
    }
    if let Some(name) = own_name_in(uri, device, world) {
        signs.push((Sign::OwnName, format!("the address that is asked for holds the device's name, {name}")));
    }
}

fn of_host(http: &Http, signs: &mut Vec<(Sign, String)>) {
    let host = http.host.as_deref().map(world::host_of).unwrap_or_default();
    if !WEB_PORTS.contains(&http.id.resp_p) {
        signs.push((Sign::Port, format!("HTTP on port {}", http.id.resp_p)));
    }
    if host.is_empty() || host.parse::<IpAddr>().is_ok() {
        signs.push((Sign::Address, "the host is an address, not a name".to_owned()));
    } else if !host.contains('.') || host.contains(' ') {
        signs.push((Sign::Host, format!("`{host}` can be no host name")));
    } else if http.referrer.is_none() {
        let likelihood = generated::likelihood(host);
        if likelihood >= generated::LIKELY {
            signs.push((Sign::Generated, format!("{host} looks like the name that a generator makes")));
        } else if likelihood >= generated::ODD {
            signs.push((Sign::Odd, format!("{host} looks rather drawn than named")));
        }
    }
}

/// Whether the referrer is the very page that is asked for.
fn is_own_page(http: &Http, referrer: &str) -> bool {
    let uri = http.uri.as_deref().unwrap_or_default();
    let rest = referrer.split_once("://").map_or(referrer, |(_, rest)| rest);
    uri.len() > 1 && rest.find('/').is_some_and(|start| rest.get(start..) == Some(uri))
}

/// Whether the device loaded that page before, as the same client.
fn was_loaded(http: &Http, device: DeviceIndex, world: &World) -> bool {
    let this = Visit::new(http);
    world.visits().of(device).any(|visit| {
        visit.url == this.url
            && visit.user_agent == this.user_agent
            && visit.ts < this.ts
            && visit.status.is_some()
    })
}

fn own_name_in(uri: &str, device: DeviceIndex, world: &World) -> Option<String> {
    if uri.len() < NAME_MIN {
        return None;
    }
    let uri = uri.to_ascii_lowercase();
    let names = &world.device(device)?.names;
    names
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .find(|name| name.len() >= NAME_MIN && uri.contains(name.as_str()))
}
