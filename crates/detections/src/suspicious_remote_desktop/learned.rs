//! What clients of remote desktops say of themselves here.

use std::net::IpAddr;

use records::{Rdp, Timestamp};
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, World};

use crate::bounded::{Bounded, Standing};
use crate::days::Days;

/// Keyboard layouts that are kept: the world has some two hundred, a company a handful.
const LAYOUTS_MAX: usize = 64;
const DEVICES_MAX: usize = 16_384;
const SERVERS_MAX: usize = 16_384;
/// Names and product numbers that are kept of a device.
const KEPT: usize = 8;
/// Sessions with a layout, and days, after which the layouts of this network are known.
const SESSIONS_LEARNED: u32 = 20;
const DAYS_LEARNED: usize = 3;
/// Names of computers are cut in the protocol.
const NAME_CHARACTERS: usize = 15;
/// The name of the user is cut in the cookie.
const COOKIE_CHARACTERS: usize = 9;

/// What is odd, or new, in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Sign {
    Layout,
    ClientName,
    Product,
    User,
    Port,
    FirstOfServer,
    FirstOfDevice,
}

impl Sign {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Layout => "keyboard",
            Self::ClientName => "client's name",
            Self::Product => "product",
            Self::User => "user",
            Self::Port => "port",
            Self::FirstOfServer => "server is new to it",
            Self::FirstOfDevice => "device is new to it",
        }
    }

    pub(super) const fn points(self) -> f64 {
        match self {
            Self::Layout => 35.0,
            Self::ClientName => 25.0,
            Self::Product | Self::User | Self::Port | Self::FirstOfServer | Self::FirstOfDevice => 15.0,
        }
    }

    /// Whether it is odd, and not only new.
    pub(super) const fn is_odd(self) -> bool {
        !matches!(self, Self::FirstOfServer | Self::FirstOfDevice)
    }
}

/// What the clients on one device said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Client {
    names: Vec<String>,
    products: Vec<String>,
    users: Vec<String>,
    last: Timestamp,
}

impl Standing for Client {
    fn standing(&self) -> (bool, Timestamp) {
        (!self.names.is_empty(), self.last)
    }
}

/// When a server gave its desktop last.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Server(Timestamp);

impl Standing for Server {
    fn standing(&self) -> (bool, Timestamp) {
        (false, self.0)
    }
}

/// What was learned.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Learned {
    layouts: Vec<String>,
    layouts_told: u32,
    sessions: u32,
    days: Days,
    clients: Bounded<DeviceIndex, Client, DEVICES_MAX>,
    servers: Bounded<IpAddr, Server, SERVERS_MAX>,
}

fn cut(name: &str, characters: usize) -> String {
    name.trim().chars().take(characters).collect::<String>().to_lowercase()
}

/// The user that the cookie names; an address or a token of a gateway is none.
fn user_of(rdp: &Rdp) -> Option<String> {
    let cookie = rdp.cookie.as_deref()?;
    let user = cookie.rsplit('\\').next().unwrap_or(cookie).split('@').next().unwrap_or(cookie);
    let is_user = !user.trim().is_empty() && user.contains(char::is_alphabetic);
    is_user.then(|| cut(user, COOKIE_CHARACTERS))
}

fn remember(known: &mut Vec<String>, value: String) {
    if !value.is_empty() && !known.contains(&value) {
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push(value);
    }
}

impl Learned {
    /// What is odd or new in the session by what was learned before.
    pub(super) fn signs(&self, rdp: &Rdp, device: DeviceIndex, world: &World) -> Vec<(Sign, String)> {
        let mut signs = Vec::new();
        let client = self.clients.get(&device);
        if let Some(layout) = rdp.keyboard_layout.as_deref()
            && self.layouts_told >= SESSIONS_LEARNED
            && self.days.before() >= DAYS_LEARNED
            && !self.layouts.iter().any(|known| known == layout)
        {
            let sessions = self.layouts_told;
            signs.push((
                Sign::Layout,
                format!("with the keyboard {layout}, which none of {sessions} sessions had"),
            ));
        }
        if let Some(name) = rdp.client_name.as_deref().filter(|name| !name.trim().is_empty()) {
            let given = cut(name, NAME_CHARACTERS);
            let told = client.into_iter().flat_map(|client| client.names.iter().cloned());
            let own = world.device(device).into_iter().flat_map(|device| device.names.iter());
            let own = own.map(|known| cut(known.0.split('.').next().unwrap_or_default(), NAME_CHARACTERS));
            let known: Vec<String> = told.chain(own).collect();
            if !known.is_empty() && !known.contains(&given) {
                signs.push((Sign::ClientName, format!("by a client that calls itself {name}")));
            }
        }
        if let (Some(product), Some(client)) = (rdp.client_dig_product_id.as_deref(), client) {
            let product = cut(product, usize::MAX);
            if !product.is_empty() && !client.products.is_empty() && !client.products.contains(&product) {
                signs.push((Sign::Product, "by another installation of Windows than before".to_owned()));
            }
        }
        self.sign_of_user(rdp, device, world, &mut signs);
        if self.days.before() >= DAYS_LEARNED {
            if !self.servers.contains_key(&rdp.id.resp_h) {
                let words = "on a host that never gave one";
                signs.push((Sign::FirstOfServer, words.to_owned()));
            }
            if client.is_none() {
                signs.push((Sign::FirstOfDevice, "from a device that never opened one".to_owned()));
            }
        }
        signs
    }

    /// A user who never logged on to the device, and never asked from it, though others did.
    fn sign_of_user(&self, rdp: &Rdp, device: DeviceIndex, world: &World, signs: &mut Vec<(Sign, String)>) {
        let Some(user) = user_of(rdp) else { return };
        let told = self.clients.get(&device).into_iter().flat_map(|client| client.users.iter().cloned());
        let own = world.device(device).into_iter().flat_map(|device| device.users.iter());
        let known: Vec<String> = told.chain(own.map(|user| cut(user, COOKIE_CHARACTERS))).collect();
        if !known.is_empty() && !known.contains(&user) {
            signs.push((Sign::User, format!("as {user}, who never worked on the device")));
        }
    }

    /// Learns from the session.
    pub(super) fn note(&mut self, rdp: &Rdp, device: DeviceIndex) {
        self.sessions = self.sessions.saturating_add(1);
        self.days.note(rdp.ts);
        if let Some(layout) = rdp.keyboard_layout.as_deref() {
            self.layouts_told = self.layouts_told.saturating_add(1);
            if self.layouts.len() < LAYOUTS_MAX && !self.layouts.iter().any(|known| known == layout) {
                self.layouts.push(layout.to_owned());
            }
        }
        self.servers.entry(rdp.id.resp_h, || Server(rdp.ts)).0 = rdp.ts;
        let client = self.clients.entry(device, Client::default);
        client.last = client.last.max(rdp.ts);
        if let Some(name) = rdp.client_name.as_deref() {
            remember(&mut client.names, cut(name, NAME_CHARACTERS));
        }
        if let Some(product) = rdp.client_dig_product_id.as_deref() {
            remember(&mut client.products, cut(product, usize::MAX));
        }
        if let Some(user) = user_of(rdp) {
            remember(&mut client.users, user);
        }
    }

    pub(super) fn layouts(&self) -> Vec<String> {
        self.layouts.iter().take(KEPT).cloned().collect()
    }

    pub(super) fn names_of(&self, device: DeviceIndex) -> Vec<String> {
        self.clients.get(&device).map(|client| client.names.clone()).unwrap_or_default()
    }

    pub(super) fn sessions(&self) -> u32 {
        self.sessions
    }
}
