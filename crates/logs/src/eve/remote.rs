//! `ssh`, `rdp` and `rfb`. Whether an SSH login succeeded, Suricata does not say.

use records::{Json, Rdp, Rfb, Ssh};

use super::event::{Event, flag, number, text, texts};

pub(super) fn ssh(event: &Event<'_>) -> Ssh {
    let body = event.body();
    let side = |name: &str| body.get(name);
    let banner = |name: &str| {
        let (version, software) =
            (text(side(name)?, "proto_version")?, text(side(name)?, "software_version"));
        Some(format!("SSH-{version}-{}", software.unwrap_or_default()))
    };
    let print = |name: &str| side(name)?.get("hassh").and_then(|hassh| text(hassh, "hash"));
    let version = side("client").or_else(|| side("server")).and_then(|side| text(side, "proto_version"));
    Ssh {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        version: version.and_then(|version| version.split('.').next()?.parse().ok()),
        client: banner("client"),
        server: banner("server"),
        hassh: print("client"),
        hassh_server: print("server"),
        ..Ssh::default()
    }
}

pub(super) fn rdp(event: &Event<'_>) -> Option<Rdp> {
    let body = event.body();
    let kind = text(body, "event_type")?;
    let client = body.get("client");
    let of_client = |name: &str| client.and_then(|client| text(client, name));
    let refusal = text(body, "error_code").or_else(|| text(body, "reason"));
    if !matches!(kind.as_str(), "initial_request" | "initial_response" | "connect_request")
        && refusal.is_none()
    {
        return None;
    }
    Some(Rdp {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        cookie: text(body, "cookie"),
        result: refusal.map(Into::into),
        security_protocol: text(body, "protocol").map(|name| name.to_ascii_uppercase().into()),
        client_channels: texts(body, "channels"),
        keyboard_layout: of_client("keyboard_layout").map(Into::into),
        client_build: of_client("build").map(Into::into),
        client_name: of_client("client_name"),
        client_dig_product_id: of_client("id"),
        desktop_width: client.and_then(|client| number(client, "desktop_width")),
        desktop_height: client.and_then(|client| number(client, "desktop_height")),
        ..Rdp::default()
    })
}

pub(super) fn rfb(event: &Event<'_>) -> Rfb {
    let body = event.body();
    let version = |side: &str, part: &str| body.get(side).and_then(|version| text(version, part));
    let authentication = body.get("authentication");
    let method =
        authentication.and_then(|proof| number::<u8>(proof, "security_type")).map(|number| match number {
            1 => "None",
            2 => "VNC",
            16 => "Tight",
            18 => "TLS",
            19 => "VeNCrypt",
            30 => "Apple Remote Desktop",
            _ => "Unknown",
        });
    let result = authentication.and_then(|proof| text(proof, "security_result"));
    let screen = body.get("framebuffer");
    let size = |name: &str| screen.and_then(|screen: &Json<'_>| number(screen, name));
    Rfb {
        ts: event.ts,
        uid: event.uid(),
        id: event.id(),
        client_major_version: version("client_protocol_version", "major"),
        client_minor_version: version("client_protocol_version", "minor"),
        server_major_version: version("server_protocol_version", "major"),
        server_minor_version: version("server_protocol_version", "minor"),
        authentication_method: method.map(Into::into),
        auth: result.map(|result| result == "OK"),
        share_flag: flag(body, "screen_shared"),
        desktop_name: screen.and_then(|screen| text(screen, "name")),
        width: size("width"),
        height: size("height"),
    }
}
