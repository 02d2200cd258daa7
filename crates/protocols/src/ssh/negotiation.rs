//! What two offers settle on (RFC 4253, section 7.1), and the fingerprints of an offer (Salesforce, HASSH).

use md5::{Digest as _, Md5};
use records::hexadecimal;
use rustc_hash::FxHashSet;

use super::wire::{Directions, KexInit};

/// The first algorithm of the client that the server has too; Zeek's words where there is none.
pub(crate) fn agreed(client: &str, server: &str) -> String {
    // Honest lists have a few dozen names, hostile ones as many as fit into a packet.
    let offered: FxHashSet<&str> = server.split(',').collect();
    client
        .split(',')
        .find(|name| !name.is_empty() && offered.contains(name))
        .unwrap_or("Algorithm negotiation failed")
        .to_owned()
}

/// The same for both directions; both are told where they differ.
pub(crate) fn agreed_in_both(client: &Directions, server: &Directions) -> String {
    let to_server = agreed(&client.to_server, &server.to_server);
    let to_client = agreed(&client.to_client, &server.to_client);
    if to_server == to_client { to_server } else { format!("To server: {to_server}, to client: {to_client}") }
}

/// HASSH of a client's offer.
pub(crate) fn hassh(offer: &KexInit) -> String {
    fingerprint([&offer.kex, &offer.ciphers.to_server, &offer.macs.to_server, &offer.compressions.to_server])
}

/// HASSH of a server's offer.
pub(crate) fn hassh_server(offer: &KexInit) -> String {
    fingerprint([&offer.kex, &offer.ciphers.to_client, &offer.macs.to_client, &offer.compressions.to_client])
}

fn fingerprint(lists: [&str; 4]) -> String {
    hexadecimal(Md5::digest(lists.join(";")), "")
}

/// The MD5 of a key, as `ssh-keygen` prints it.
pub(crate) fn key_fingerprint(parts: &[&[u8]]) -> String {
    let mut digest = Md5::new();
    parts.iter().for_each(|part| digest.update(part));
    hexadecimal(digest.finalize(), ":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_order_decides() {
        assert_eq!(agreed("a,b,c", "c,b"), "b");
        assert_eq!(agreed("a", "b"), "Algorithm negotiation failed");
        // Quadratic, this would take minutes.
        let names = |letter: &str| (0..60_000).map(|n| format!("{letter}{n}")).collect::<Vec<_>>().join(",");
        assert_eq!(agreed(&names("a"), &names("b")), "Algorithm negotiation failed");
        let offer = |to_server: &str, to_client: &str| Directions {
            to_server: to_server.to_owned(),
            to_client: to_client.to_owned(),
        };
        assert_eq!(agreed_in_both(&offer("a", "a"), &offer("a", "a")), "a");
        assert_eq!(agreed_in_both(&offer("a", "b"), &offer("a", "b")), "To server: a, to client: b");
    }

    #[test]
    fn fingerprints_are_over_the_lists_of_one_direction() {
        let offer = KexInit {
            kex: "k".to_owned(),
            ciphers: Directions { to_server: "c1".to_owned(), to_client: "c2".to_owned() },
            macs: Directions { to_server: "m1".to_owned(), to_client: "m2".to_owned() },
            compressions: Directions { to_server: "none".to_owned(), to_client: "none".to_owned() },
            ..KexInit::default()
        };
        assert_eq!(hassh(&offer), fingerprint(["k", "c1", "m1", "none"]));
        assert_eq!(hassh_server(&offer), fingerprint(["k", "c2", "m2", "none"]));
        assert_eq!(key_fingerprint(&[b"a", b"bc"]), "90:01:50:98:3c:d2:4f:b0:d6:96:3f:7d:28:e1:7f:72");
    }
}
