//! Findings in Japanese sentences.
//!
//! `{device}`, `{peers}` and the names of facts stand for their values. What stands in brackets is left out where one of
//! its values is not known.

use detections::ATTACKED;
use serde_json::Value;

/// Peers, or things of a list, that are named; more peers are counted.
const NAMED: usize = 3;

/// What each detection says, by its id; `brute-force` stands for its family.
const SENTENCES: &[(&str, &str)] = &[
    ("arp-sweep", "{device} が ARP で多数のアドレス[（{addresses} 個）]を探索した"),
    (
        "as-rep-roasting",
        "{device} が事前認証の不要なアカウント[ {accounts} ]のチケットを要求した（AS-REP ロースティング）",
    ),
    ("authentication-coercion", "{device} が {peers} に別の場所への認証を強いる呼び出しをした"),
    (
        "automated-replication",
        "{device} が受けた攻撃と同じことを他のホスト {peers} に行った（自動的な拡散の疑い）",
    ),
    (
        "brute-force",
        "{device} が[ {service} で] {peers} へのログインに[ {failures} 回]失敗した[。その後 {user_got_in} としてログインに成功した]",
    ),
    ("cryptocurrency-mining", "{device} が[ {destination} と]暗号資産の採掘の通信をした"),
    (
        "data-gathering",
        "{device} が内部のサーバー {peers} から普段よりはるかに多いデータ[（{bytes_taken}）]を集めた",
    ),
    (
        "data-sent-to-rare-domain",
        "{device} がこのネットワークでは珍しい宛先[ {destination} ]へ[ {bytes_out_within_a_day} の]データを送った",
    ),
    (
        "data-smuggler",
        "{device} が内部のサーバーから[ {bytes_taken} を]集め、外部へ[ {bytes_sent} を]送り出した",
    ),
    (
        "device-name-sent-out",
        "{device} が自分の名前を付けたファイルやメールを外部の {peers} へ送った（情報窃取の疑い）",
    ),
    (
        "download-and-upload",
        "{device} が珍しい外部の場所[ {source} ]から取得したデータ[（{bytes_in}）]とほぼ同じ量を別の珍しい宛先[ {destination} ]へ送った",
    ),
    (
        "exe-from-rare-external-location",
        "{device} が珍しい外部の場所 {peers} から実行ファイル[「{file_name}」]を取得した",
    ),
    ("executable-copied-to-share", "{device} が {peers} の共有に実行ファイル[「{file_name}」]を書き込んだ"),
    (
        "external-beacon",
        "{device} が[ {destination} へ][ {period_seconds}おきに]定期的に[ {contacts} 回]接続した",
    ),
    ("external-remote-access", "{device} が外部の {peers} から遠隔操作されているとみられる"),
    ("file-share-enumeration", "{device} が[ {hosts_connected} 台の]サーバーの共有フォルダーを調べて回った"),
    (
        "hidden-dns-tunnel",
        "{device} が[ {domain} の]DNS の問い合わせ[ {queries} 回]にデータを隠して送受信した",
    ),
    ("hidden-icmp-tunnel", "{device} が {peers} との ICMP[（要求 {requests} 回）]にデータを隠して送受信した"),
    ("inbound-dos", "{device} が外部の {peers} からサービス妨害とみられる大量の通信を受けた"),
    (
        "insider-unusual-file-access",
        "{device} が普段より多くのファイル[（{files} 個、{bytes_read}）]を {peers} から読み出した",
    ),
    ("internal-darknet-scan", "{device} が使われていない内部アドレス[ {addresses} 個]へ接続を試みた"),
    (
        "kerberoasting-cipher-downgrade",
        "{device} が弱い暗号でサービスチケット[（{services}）]を要求した（Kerberoasting）",
    ),
    (
        "kerberoasting-spn-sweep",
        "{device} がサービス用アカウントのパスワードを狙う動きをした[（新たに {services_new} 個のサービスのチケットを要求）]（Kerberoasting）",
    ),
    (
        "kerberos-account-scan",
        "{device} が Kerberos で存在しない名前[ {names_unknown} 個]を試し、アカウントを探した",
    ),
    (
        "kerberos-client-activity",
        "{device} の Kerberos のチケット要求が普段の習慣から外れた[（新しいサービス {services_new} 個）][（失敗 {requests_failed} 回）]",
    ),
    ("ldap-recon", "{device} が LDAP でディレクトリーを[ {searches} 回]広く検索した"),
    ("long-connection", "{device} が名前解決されていない外部の {peers} と未知の方式で長時間つながっていた"),
    (
        "low-and-slow-exfiltration",
        "{device} が珍しい宛先[ {destination} ]へ長時間にわたり少しずつデータを送り続けた[（{pieces} 回、合計 {bytes_out}）]",
    ),
    (
        "mail-attachment-on-private-device",
        "{device} がこのネットワークのものではないメールサーバー {peers} から実行されうる添付ファイル[「{file_name}」]を受け取った",
    ),
    (
        "masqueraded-file-transfer",
        "{device} が無害なものに見せかけたプログラム[「{file_name}」]を {peers} から取得した",
    ),
    ("non-tls-on-443", "{device} が {peers} の 443 番ポートで TLS ではない通信をした"),
    ("ntlm-relay", "{device} が[ {account} の]ログインを {peers} の間で中継した（NTLM リレー）"),
    (
        "ot-new-function-code",
        "{device} が制御装置 {peers} にこれまで使ったことのない命令[「{function}」]を[ {protocol} で]送った",
    ),
    (
        "ot-value-out-of-range",
        "{device} が制御装置 {peers} の[ {point} に]普段の範囲から外れた値[（{value}）]を設定した",
    ),
    ("ot-write-from-new-master", "{device} が制御装置 {peers} に[ {protocol} で]初めて書き込みを行った"),
    ("outbound-dos", "{device} が外部の {peers} にサービス妨害とみられる大量の通信を送った"),
    ("outbound-port-sweep", "{device} が外部の多数のホスト[（{hosts} 台）]の同じポート[ {port} ]を探索した"),
    ("outbound-spam", "{device} が外部のメールサーバー[ {mail_servers} 台]へ大量のメールを送った"),
    (
        "password-spray",
        "{device} が[ {users_failed} 個の]アカウントに少しずつパスワードを試した[。その後 {user_got_in} としてログインに成功した]",
    ),
    (
        "peer-to-peer",
        "{device} が[ {port} 番ポートで]多数の外部アドレス[（{addresses} 個）]と未知の方式で直接通信した",
    ),
    ("ping-sweep", "{device} が多数のホスト[（{hosts} 台）]に ping を送って探索した"),
    ("port-scan", "{device} が {peers} の[ {ports_tried} 個の]ポートを[ {seconds}の間に]調べた"),
    ("port-sweep", "{device} が内部の多数のホスト[（{hosts} 台）]の同じポートを調べた"),
    (
        "protocol-on-unusual-port",
        "{device} が {peers} と[ {service} を]通常とは異なるポート[ {port} ]で通信した",
    ),
    (
        "ransomware-file-activity",
        "{device} が {peers} の共有の多数のファイルを書き換えた[（新しい拡張子 {new_extension}）]。ランサムウェアの疑いがある",
    ),
    (
        "rdp-recon",
        "{device} がこれまで使ったことのない[ {hosts} 台の]ホストのリモートデスクトップを調べて回った",
    ),
    (
        "remote-desktop-from-outside",
        "{device} のリモートデスクトップ[（{service}）]が外部の {peers} から使われた",
    ),
    ("reverse-dns-sweep", "{device} が多数のアドレス[（{addresses} 個）]の名前を逆引きで調べた"),
    ("rogue-dhcp", "{device} が不正な DHCP サーバーとして応答した"),
    (
        "rogue-llmnr",
        "{device} が LLMNR や NetBIOS の問い合わせに自分のものではない名前[（{names}）]で応答した（なりすましの疑い）",
    ),
    ("rpc-recon", "{device} が RPC で[ {hosts} 台の]ホストの情報を調べて回った"),
    (
        "script-or-tool-download-from-rare-location",
        "{device} が珍しい外部の場所 {peers} からスクリプトやツール[「{file_name}」]を取得した",
    ),
    (
        "smash-and-grab",
        "{device} が短時間に大量のデータ[（{bytes_out_within_an_hour}）]を外部の {peers} へ送った",
    ),
    ("smb-account-scan", "{device} が SMB でアカウントの一覧を[ {look_ups} 回]調べた"),
    ("smb-exploitation", "{device} と {peers} の間で SMB の脆弱性を突く通信があった"),
    (
        "sql-injection-activity",
        "{device} に関わる Web の要求[ {requests} 件]に SQL の断片が含まれていた（SQL インジェクションの疑い）",
    ),
    (
        "stage-loader",
        "{device} が {peers} に接触された直後に、未知の方式でプログラムとみられるデータ[（{bytes_in}）]を受け取った",
    ),
    (
        "suspect-domain-activity",
        "{device} が機械的に作られたとみられるドメイン名[（存在しない名前 {missing_domains} 個）]を問い合わせた",
    ),
    ("suspicious-ad-operations", "{device} が {peers} に対してドメインコントローラーだけが行う操作をした"),
    ("suspicious-admin", "{device} が {peers} に対して管理用の操作[（{operations}）]を行った"),
    ("suspicious-http", "{device} が[ {destination} と]不審な HTTP 通信をした"),
    ("suspicious-remote-desktop", "{device} が {peers} に普段と異なるリモートデスクトップ接続をした"),
    ("suspicious-remote-execution", "{device} が {peers} でプログラムを遠隔実行した"),
    ("suspicious-tls", "{device} が素性の疑わしい相手[（{destination}）]へ TLS で[ {sessions} 回]接続した"),
    ("tor-activity", "{device} が Tor のネットワークに[ {sessions} 回]接続した"),
    ("unanswered-check-in", "{device} が応答のない外部の {peers} へ[ {calls} 回]呼びかけを繰り返した"),
    (
        "unusual-account-on-host",
        "{device} でそこでは見られなかったアカウント[ {account} ]が少数の者だけが使うサービス[（{services}）]を使った",
    ),
    (
        "unusual-host",
        "{device} からアカウント[ {account} ]が、この端末では使われたことのないサービス[（{services}）]を使った",
    ),
    (
        "unusual-service",
        "{device} でアカウント[ {account} ]がこれまで使ったことのない、少数の者だけが使うサービス[（{services}）]を使った",
    ),
    (
        "unusual-trio",
        "{device} でアカウント[ {account} ]がサービス[（{services}）]を使った（どの二つの組み合わせも初めて）",
    ),
];

/// What those say instead that saw it done to the device from outside: the fact `from_outside`.
const SENTENCES_FROM_OUTSIDE: &[(&str, &str)] = &[
    (
        "external-beacon",
        "外部の {peers} が {device} に[ {period_seconds}おきに]定期的に[ {contacts} 回]接続した",
    ),
    ("port-scan", "外部の {peers} が {device} の[ {ports_tried} 個の]ポートを[ {seconds}の間に]調べた"),
];

/// What is said of the host that was attacked, where it has a finding of its own.
const OF_THE_ATTACKED: &[(&str, &str)] = &[
    (
        "brute-force",
        "{device} の[ {service} ]に {peers} から[ {failures} 回]ログインの失敗があった[。その後 {user_got_in} としてログインされた]",
    ),
    (
        "smb-account-scan",
        "{device} がアカウントの一覧[（{accounts_opened} 個を開示）]を {peers} に読み出された",
    ),
    ("smb-exploitation", "{device} が {peers} から SMB の脆弱性を突く通信を受けた"),
    (
        "stage-loader",
        "{device} が {peers} に接触された直後に、未知の方式でプログラムとみられるデータ[（{bytes_in}）]を受け取った",
    ),
    (
        "suspicious-ad-operations",
        "{peers} が {device} に対してドメインコントローラーだけが行う操作を行い、{device} がそれに応じた",
    ),
    ("suspicious-remote-execution", "{device} で {peers} からプログラムが遠隔実行された"),
];

/// The finding in one sentence without its full stop.
pub(super) fn sentence(finding: &Value) -> String {
    let detection = finding["detection"].as_str().unwrap_or_default();
    let family = if detection.starts_with("brute-force-") { "brute-force" } else { detection };
    let facts = [("from_outside", SENTENCES_FROM_OUTSIDE), (ATTACKED, OF_THE_ATTACKED)];
    let special =
        facts.iter().filter(|(fact, _)| finding["facts"][*fact] == true).flat_map(|(_, told)| *told);
    match special.chain(SENTENCES).find(|(id, _)| *id == family) {
        Some((_, template)) => filled(template, finding),
        None => {
            filled("{device} で「", finding)
                + finding["title"].as_str().unwrap_or(detection)
                + "」が見つかった"
        }
    }
}

/// What a person said that a finding is.
pub(super) fn label(label: &str) -> &'static str {
    match label {
        "wrong" => "誤検知",
        "permitted" => "許可された業務",
        "noise" => "攻撃ではない雑音",
        _ => "事実",
    }
}

fn filled(template: &str, finding: &Value) -> String {
    let mut text = String::new();
    for (place, piece) in template.split('[').enumerate() {
        let (optional, rest) =
            if place == 0 { ("", piece) } else { piece.split_once(']').unwrap_or((piece, "")) };
        text.push_str(&with_values(optional, finding).unwrap_or_default());
        text.push_str(&with_values(rest, finding).unwrap_or_default());
    }
    text
}

/// The text with all its values; `None` where one is not known.
fn with_values(text: &str, finding: &Value) -> Option<String> {
    let mut told = String::new();
    for (place, piece) in text.split('{').enumerate() {
        if place == 0 {
            told.push_str(piece);
            continue;
        }
        let (name, rest) = piece.split_once('}')?;
        told.push_str(&value(name, finding)?);
        told.push_str(rest);
    }
    Some(told)
}

fn value(name: &str, finding: &Value) -> Option<String> {
    match name {
        "device" => finding["device"]["name"].as_str().map(str::to_owned),
        "peers" => Some(peers(&finding["peers"])),
        _ => fact(name, &finding["facts"][name]),
    }
}

fn peers(peers: &Value) -> String {
    let all: Vec<&str> = peers.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let named = all.iter().take(NAMED).copied().collect::<Vec<_>>().join("、");
    match all.len().checked_sub(NAMED) {
        None | Some(0) if named.is_empty() => "相手".to_owned(),
        None | Some(0) => named,
        Some(more) => format!("{named} ほか {more} 台"),
    }
}

/// A fact in the unit that its name says.
fn fact(name: &str, value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned());
    }
    if let Some(list) = value.as_array() {
        let named = list.iter().take(NAMED).filter_map(Value::as_str).collect::<Vec<_>>().join("、");
        let more = if list.len() > NAMED { " など" } else { "" };
        return (!list.is_empty()).then(|| named + more);
    }
    let number = value.as_f64().filter(|number| *number > 0.0 || name.ends_with("seconds"))?;
    Some(if name.starts_with("bytes") {
        bytes(number)
    } else if name.ends_with("seconds") {
        span(number)
    } else {
        grouped(number)
    })
}

fn bytes(count: f64) -> String {
    match count {
        ..1e3 => format!("{count:.0} バイト"),
        1e3..1e6 => format!("{:.0} kB", count / 1e3),
        1e6..1e9 => format!("{:.1} MB", count / 1e6),
        _ => format!("{:.1} GB", count / 1e9),
    }
}

fn span(seconds: f64) -> String {
    match seconds {
        ..1.0 => "1 秒未満".to_owned(),
        1.0..100.0 => format!("{seconds:.0} 秒"),
        100.0..5400.0 => format!("{:.1} 分", seconds / 60.0),
        5400.0..129_600.0 => format!("{:.1} 時間", seconds / 3600.0),
        _ => format!("{:.1} 日", seconds / 86_400.0),
    }
}

fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digit.is_ascii_digit() && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use detections::DETECTIONS;
    use serde_json::json;

    use super::*;

    fn finding(detection: &str) -> Value {
        json!({"detection": detection, "title": "T", "device": {"name": "PC-1"}, "peers": ["10.0.0.2"], "facts": {}})
    }

    #[test]
    fn every_detection_has_a_sentence_that_needs_no_fact() {
        for detection in DETECTIONS {
            let told = sentence(&finding(detection.id));
            assert!(told.contains("PC-1"), "{told}");
            assert!(
                !told.contains("「T」"),
                "{} has no Japanese sentence in story/japanese.rs",
                detection.id
            );
            assert!(!told.contains(['{', '}', '[', ']']), "{told}");
        }
        assert_eq!(sentence(&finding("of-a-later-version")), "PC-1 で「T」が見つかった");
    }

    #[test]
    fn the_attacked_host_is_told_of_as_the_one_that_it_was_done_to() {
        let mut one = finding("suspicious-remote-execution");
        one["facts"] = json!({"attacked": true});
        assert_eq!(sentence(&one), "PC-1 で 10.0.0.2 からプログラムが遠隔実行された");
        one["detection"] = json!("brute-force-ssh");
        one["facts"] = json!({"attacked": true, "service": "ssh", "failures": 50});
        assert_eq!(sentence(&one), "PC-1 の ssh に 10.0.0.2 から 50 回ログインの失敗があった");
    }

    #[test]
    fn facts_are_told_in_their_units_and_left_out_where_unknown() {
        let mut scan = finding("port-scan");
        assert_eq!(sentence(&scan), "PC-1 が 10.0.0.2 のポートを調べた");
        scan["facts"] = json!({"ports_tried": 65_535, "seconds": 600.0});
        assert_eq!(sentence(&scan), "PC-1 が 10.0.0.2 の 65,535 個のポートを 10.0 分の間に調べた");
        assert_eq!(bytes(36_010_277.0), "36.0 MB");
    }

    #[test]
    fn of_a_long_list_the_first_are_told_and_a_count_of_nothing_is_not() {
        let mut roasting = finding("kerberoasting-spn-sweep");
        roasting["facts"] = json!({"services": [], "services_new": 0});
        assert_eq!(
            sentence(&roasting),
            "PC-1 がサービス用アカウントのパスワードを狙う動きをした（Kerberoasting）"
        );
        let mut weak = finding("kerberoasting-cipher-downgrade");
        weak["facts"] = json!({"services": ["http/a", "cifs/b", "mssql/c", "ldap/d"]});
        assert_eq!(
            sentence(&weak),
            "PC-1 が弱い暗号でサービスチケット（http/a、cifs/b、mssql/c など）を要求した（Kerberoasting）"
        );
        let mut accounts = finding("smb-account-scan");
        accounts["facts"] = json!({"look_ups": 0});
        assert_eq!(sentence(&accounts), "PC-1 が SMB でアカウントの一覧を調べた");
        assert_eq!(sentence(&finding("external-beacon")), "PC-1 が定期的に接続した");
    }

    #[test]
    fn what_was_done_from_outside_is_told_of_the_outsider() {
        let mut beacon = finding("external-beacon");
        beacon["facts"] = json!({"from_outside": true, "period_seconds": 275.0, "contacts": 950});
        assert_eq!(sentence(&beacon), "外部の 10.0.0.2 が PC-1 に 4.6 分おきに定期的に 950 回接続した");
        for (id, _) in SENTENCES_FROM_OUTSIDE {
            let mut of_it = finding(id);
            of_it["facts"] = json!({"from_outside": true});
            assert!(sentence(&of_it).starts_with("外部の 10.0.0.2 が PC-1 "), "{id}");
        }
    }

    #[test]
    fn the_facts_of_the_sentences_are_facts_of_the_detections() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../detections/src");
        let mut sources = String::new();
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    sources.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for (id, template) in SENTENCES.iter().chain(SENTENCES_FROM_OUTSIDE).chain(OF_THE_ATTACKED) {
            for name in template.split('{').skip(1).map(|piece| piece.split('}').next().unwrap()) {
                let is_known =
                    ["device", "peers"].contains(&name) || sources.contains(&format!("\"{name}\""));
                assert!(is_known, "{id}: {name}");
            }
        }
    }
}
