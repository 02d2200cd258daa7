use std::net::IpAddr;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A mail on its way from one SMTP host to the next, or the attempt to send one.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("smtp")]
pub struct Smtp {
    /// Time at which the exchange for this mail began.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Place of the mail on the connection, from 1.
    pub trans_depth: u32,
    /// Name that the client gave itself (`HELO`, `EHLO`).
    pub helo: Option<String>,
    /// Sender on the envelope (`MAIL FROM`).
    pub mailfrom: Option<String>,
    /// Recipients on the envelope (`RCPT TO`).
    pub rcptto: Option<Vec<String>>,
    /// Date header.
    pub date: Option<String>,
    /// From header.
    pub from: Option<String>,
    /// To header, one entry for each address.
    pub to: Option<Vec<String>>,
    /// Cc header, one entry for each address.
    pub cc: Option<Vec<String>>,
    /// Reply-To header.
    pub reply_to: Option<String>,
    /// Message-ID header.
    pub msg_id: Option<String>,
    /// In-Reply-To header.
    pub in_reply_to: Option<String>,
    /// Subject header.
    pub subject: Option<String>,
    /// Address in the X-Originating-IP header: the client of a web mailer.
    pub x_originating_ip: Option<IpAddr>,
    /// Received header of the host that took the mail first.
    pub first_received: Option<String>,
    /// Received header of the host after that one.
    pub second_received: Option<String>,
    /// Last reply of the server.
    pub last_reply: Option<String>,
    /// Hosts that the mail passed, the last one first.
    pub path: Option<Vec<IpAddr>>,
    /// User-Agent, X-User-Agent or X-Mailer header.
    pub user_agent: Option<String>,
    /// The connection went on encrypted after this.
    pub tls: bool,
    /// Files in the mail: its text and its attachments.
    pub fuids: Option<Vec<String>>,
}
