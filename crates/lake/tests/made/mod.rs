//! Records of any type made from a number: the same number, the same record.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use records::{
    AnyRecord, Column, ColumnReader, HardwareAddress, Interval, RECORD_TYPES, ReadError, Timestamp,
};

/// Noon of 16 November 2026.
pub(crate) const NOON: i64 = 1_794_830_400_000_000_000;

/// A record of the type at `type_index`, at `ts`.
pub(crate) fn record(type_index: usize, seed: u64, ts: Timestamp) -> AnyRecord {
    let columns = RECORD_TYPES[type_index].columns;
    let made = |is_wide| {
        let mut maker = Maker { columns, column: 0, state: seed, ts, is_wide };
        AnyRecord::read(type_index, &mut maker)
    };
    // Wide numbers do not fit where a field is a port.
    made(true).or_else(|_| made(false)).unwrap()
}

/// Many records of all types within `days` days.
pub(crate) fn records(count: usize, seed: u64, days: u64) -> Vec<AnyRecord> {
    (0..count as u64)
        .map(|index| {
            let mixed = mix(seed ^ mix(index));
            let offset = mixed % (days * 86_400_000_000_000);
            record(mixed as usize % RECORD_TYPES.len(), mixed, Timestamp(NOON + offset as i64))
        })
        .collect()
}

/// Sebastiano Vigna's splitmix64.
pub(crate) fn mix(state: u64) -> u64 {
    let mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

struct Maker {
    columns: &'static [Column],
    column: usize,
    state: u64,
    ts: Timestamp,
    is_wide: bool,
}

const WORDS: [&str; 8] =
    ["", "example.com", "größer", "a \"quoted\" one", "line\nbreak", "x\u{0}y", "SF", "🦉,comma"];

impl Maker {
    fn number(&mut self) -> u64 {
        self.state = mix(self.state);
        self.state
    }

    fn word(&mut self) -> String {
        WORDS[self.number() as usize % WORDS.len()].to_owned()
    }

    fn span(&mut self) -> Interval {
        Interval(self.number() as i64 >> (self.number() % 60))
    }

    fn address_value(&mut self) -> IpAddr {
        match self.number() % 3 {
            0 => IpAddr::V6(Ipv6Addr::from(u128::from(self.number()) << 64 | 1)),
            _ => IpAddr::V4(Ipv4Addr::from(0x0a14_0000 | (self.number() as u32 % 512))),
        }
    }

    fn value<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Result<Option<T>, ReadError> {
        let column = self.columns[self.column];
        self.column += 1;
        let is_absent = column.optional && self.number().is_multiple_of(4);
        Ok((!is_absent).then(|| make(self)))
    }

    fn list<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Result<Option<Vec<T>>, ReadError> {
        self.value(|maker| (0..maker.number() % 4).map(|_| make(maker)).collect())
    }
}

impl ColumnReader for Maker {
    fn timestamp(&mut self) -> Result<Option<Timestamp>, ReadError> {
        let is_own = self.columns[self.column].name == "ts";
        self.value(|maker| if is_own { maker.ts } else { Timestamp(maker.span().0) })
    }
    fn interval(&mut self) -> Result<Option<Interval>, ReadError> {
        self.value(Self::span)
    }
    fn bool(&mut self) -> Result<Option<bool>, ReadError> {
        self.value(|maker| maker.number() % 2 == 0)
    }
    fn count(&mut self) -> Result<Option<u64>, ReadError> {
        self.value(|maker| if maker.is_wide { maker.number() } else { maker.number() % 256 })
    }
    fn integer(&mut self) -> Result<Option<i64>, ReadError> {
        self.value(|maker| maker.number() as i64)
    }
    fn double(&mut self) -> Result<Option<f64>, ReadError> {
        self.value(|maker| maker.number() as f64 / 7.0)
    }
    fn text(&mut self) -> Result<Option<String>, ReadError> {
        let name = self.columns[self.column].name;
        let is_uid = ["uid", "fuid", "parent_fuid", "id"].contains(&name);
        let is_hardware = name.ends_with("_l2_addr") || name.starts_with("mac_");
        self.value(|maker| match () {
            () if is_uid => format!("C{:017}", maker.number() >> 8),
            () if is_hardware => HardwareAddress::from_number(maker.number() >> 16).to_string(),
            () => maker.word(),
        })
    }
    fn address(&mut self) -> Result<Option<IpAddr>, ReadError> {
        self.value(Self::address_value)
    }
    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        self.list(Self::word)
    }
    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError> {
        self.list(Self::number)
    }
    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError> {
        self.list(Self::span)
    }
    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError> {
        self.list(Self::address_value)
    }
}
