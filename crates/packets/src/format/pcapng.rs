//! The newer capture file, a row of blocks: draft-ietf-opsawg-pcapng. Comments, names and statistics
//! are passed over.

use super::{BYTES_NEEDED_MAX, FRAME_LENGTH_MAX, FormatError, FrameHead, Order, Step};
use crate::LinkType;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// Secrets that are a log of TLS keys.
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// The most interfaces of a section that are believed; each costs 32 bytes of memory.
const INTERFACES_MAX: usize = 65_536;

/// Later times leave no room for time-outs, in nanoseconds since the epoch: a year before the end of time in 2262.
const TIME_MAX: i64 = i64::MAX - 366 * 86_400 * 1_000_000_000;

const OPTION_TIME_RESOLUTION: u16 = 9;
const OPTION_TIME_OFFSET: u16 = 14;

/// Where the parser stands: the byte order of the section and its interfaces.
#[derive(Clone, Debug, Default)]
pub(super) struct Pcapng {
    order: Option<Order>,
    interfaces: Vec<Interface>,
    secrets: Secrets,
}

/// What is left of a block of secrets, which may be of any length and is given out as it comes.
#[derive(Clone, Copy, Debug, Default)]
struct Secrets {
    left: u64,
    /// Bytes behind the secrets that end the block.
    behind: u64,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    snapshot: u32,
    resolution: Resolution,
    /// Seconds to add to each time.
    offset: i64,
}

/// How long a tick of an interface's clock is.
#[derive(Clone, Copy, Debug)]
enum Resolution {
    /// So many nanoseconds.
    Nanoseconds(i64),
    /// So many ticks are a second.
    PerSecond(u64),
}

impl Resolution {
    /// From `if_tsresol`: a power of ten, or of two where the highest bit is set.
    fn new(option: u8) -> Result<Self, FormatError> {
        let exponent = u32::from(option & 0x7f);
        if option & 0x80 != 0 {
            return 1_u64.checked_shl(exponent).map(Self::PerSecond).ok_or(FormatError::Time);
        }
        match 9_u32.checked_sub(exponent) {
            Some(digits) => Ok(Self::Nanoseconds(10_i64.pow(digits))),
            None => 10_u64.checked_pow(exponent).map(Self::PerSecond).ok_or(FormatError::Time),
        }
    }

    #[inline]
    fn nanoseconds(self, ticks: u64) -> Option<i64> {
        match self {
            Self::Nanoseconds(unit) => i64::try_from(ticks).ok()?.checked_mul(unit),
            Self::PerSecond(rate) => {
                i64::try_from(u128::from(ticks) * 1_000_000_000 / u128::from(rate.max(1))).ok()
            }
        }
    }
}

/// Whether a file that begins so is a pcapng file.
pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    u32::from_be_bytes(magic) == SECTION_HEADER
}

impl Pcapng {
    #[inline]
    pub(super) fn step(&mut self, bytes: &[u8]) -> Result<Step, FormatError> {
        if self.secrets.behind > 0 {
            return Ok(self.more_secrets(bytes));
        }
        let Some(head) = bytes.first_chunk::<8>() else { return Ok(Step::More(8)) };
        let order = match self.order {
            Some(order) if !is_magic([head[0], head[1], head[2], head[3]]) => order,
            _ => match section_order(bytes)? {
                Some(order) => order,
                None => return Ok(Step::More(12)),
            },
        };
        let kind = order.u32_at(head, 0).unwrap_or(0);
        let length = order.u32_at(head, 4).unwrap_or(0);
        // Some writers do not pad the length; the next block begins at a multiple of four all the same.
        let padded = u64::from(length).next_multiple_of(4);
        if length < 12 {
            return Err(FormatError::Length(length.into()));
        }
        match kind {
            SECTION_HEADER => self.section(order, bytes, length, padded),
            INTERFACE | OLD_PACKET | SIMPLE_PACKET | ENHANCED_PACKET => {
                if length as usize > BYTES_NEEDED_MAX {
                    return Err(FormatError::Length(length.into()));
                }
                let Some(block) = bytes.get(..padded as usize) else {
                    return Ok(Step::More(padded as usize));
                };
                self.block(order, kind, block, length)
            }
            DECRYPTION_SECRETS => self.begin_secrets(order, bytes, length, padded),
            _ => Ok(Step::Skip(padded)),
        }
    }

    /// The head of a block of secrets: the kind and the length of what follows.
    fn begin_secrets(
        &mut self,
        order: Order,
        bytes: &[u8],
        length: u32,
        padded: u64,
    ) -> Result<Step, FormatError> {
        const HEAD_BYTES: u64 = 16;
        const LENGTH_BYTES: u64 = 4;
        let (Some(kind), Some(secrets)) = (order.u32_at(bytes, 8), order.u32_at(bytes, 12)) else {
            return Ok(Step::More(HEAD_BYTES as usize));
        };
        let room = padded.checked_sub(HEAD_BYTES + LENGTH_BYTES).ok_or(FormatError::Length(length.into()))?;
        if u64::from(secrets) > room {
            return Err(FormatError::Length(secrets.into()));
        }
        if kind != TLS_KEY_LOG {
            return Ok(Step::Skip(padded));
        }
        let left = u64::from(secrets);
        self.secrets = Secrets { left, behind: padded - HEAD_BYTES - left };
        Ok(Step::Skip(HEAD_BYTES))
    }

    fn more_secrets(&mut self, bytes: &[u8]) -> Step {
        if self.secrets.left == 0 {
            return Step::Skip(std::mem::take(&mut self.secrets).behind);
        }
        let here = usize::try_from(self.secrets.left).map_or(bytes.len(), |left| left.min(bytes.len()));
        if here == 0 {
            return Step::More(1);
        }
        self.secrets.left -= here as u64;
        Step::Secrets(0..here)
    }

    /// Bytes of the block of secrets at hand that have not been read.
    pub(super) fn unread_secrets(&self) -> u64 {
        self.secrets.left + self.secrets.behind
    }

    fn section(&mut self, order: Order, bytes: &[u8], length: u32, padded: u64) -> Result<Step, FormatError> {
        if length < 28 {
            return Err(FormatError::Length(length.into()));
        }
        let (Some(major), Some(minor)) = (order.u16_at(bytes, 12), order.u16_at(bytes, 14)) else {
            return Ok(Step::More(16));
        };
        if major != 1 {
            return Err(FormatError::Version(major, minor));
        }
        self.order = Some(order);
        self.interfaces.clear();
        Ok(Step::Skip(padded))
    }

    #[inline]
    fn block(&mut self, order: Order, kind: u32, block: &[u8], length: u32) -> Result<Step, FormatError> {
        let body_end = block.len() - 4;
        let trailer = order.u32_at(block, body_end).unwrap_or(0);
        if trailer != length {
            return Err(FormatError::Length(trailer.into()));
        }
        let body = block.get(8..body_end).unwrap_or(&[]);
        let head = match kind {
            INTERFACE => {
                self.interface(order, body)?;
                return Ok(Step::Skip(block.len() as u64));
            }
            ENHANCED_PACKET => self.packet(order, body, order.u32_at(body, 0)),
            OLD_PACKET => self.packet(order, body, order.u16_at(body, 0).map(u32::from)),
            _ => self.simple_packet(order, body),
        }?;
        Ok(Step::Frame { head, consumed: block.len() })
    }

    fn interface(&mut self, order: Order, body: &[u8]) -> Result<(), FormatError> {
        let (Some(link), Some(snapshot)) = (order.u16_at(body, 0), order.u32_at(body, 4)) else {
            return Err(FormatError::Length(body.len() as u64));
        };
        if self.interfaces.len() >= INTERFACES_MAX {
            return Err(FormatError::Interfaces);
        }
        let mut interface = Interface {
            link: LinkType(link),
            snapshot: if snapshot == 0 { FRAME_LENGTH_MAX } else { snapshot },
            resolution: Resolution::Nanoseconds(1000),
            offset: 0,
        };
        let mut options = body.get(8..).unwrap_or(&[]);
        while let (Some(code), Some(length)) = (order.u16_at(options, 0), order.u16_at(options, 2)) {
            let Some((value, after)) = options.get(4..).and_then(|rest| rest.split_at_checked(length.into()))
            else {
                break;
            };
            match (code, value) {
                (0, _) => break,
                (OPTION_TIME_RESOLUTION, &[resolution, ..]) => {
                    interface.resolution = Resolution::new(resolution)?;
                }
                (OPTION_TIME_OFFSET, value) => {
                    interface.offset = order.u64_at(value, 0).unwrap_or(0).cast_signed();
                }
                _ => {}
            }
            options = after.get(usize::from(length).wrapping_neg() % 4..).unwrap_or(&[]);
        }
        self.interfaces.push(interface);
        Ok(())
    }

    /// An enhanced packet block, or the obsolete packet block that differs only in the first four bytes.
    #[inline]
    fn packet(&self, order: Order, body: &[u8], interface: Option<u32>) -> Result<FrameHead, FormatError> {
        let too_short = || FormatError::Length(body.len() as u64);
        let header = body.first_chunk::<20>().ok_or_else(too_short)?;
        let index = interface.ok_or_else(too_short)?;
        let interface = self.interfaces.get(index as usize).ok_or(FormatError::Interface(index))?;
        let [high, low, captured, original_length] =
            [4, 8, 12, 16].map(|at| order.u32_at(header, at).unwrap_or(0));
        if captured > FRAME_LENGTH_MAX || captured as usize > body.len() - 20 {
            return Err(FormatError::Length(captured.into()));
        }
        let ticks = u64::from(high) << 32 | u64::from(low);
        let ts = interface.resolution.nanoseconds(ticks);
        let ts =
            ts.zip(interface.offset.checked_mul(1_000_000_000)).and_then(|(ts, more)| ts.checked_add(more));
        let range = 28..28 + captured as usize;
        let ts = ts.filter(|ts| *ts <= TIME_MAX).ok_or(FormatError::Time)?;
        Ok(FrameHead { ts, link: interface.link, original_length, range })
    }

    /// A simple packet block: of the first interface, without a time.
    fn simple_packet(&self, order: Order, body: &[u8]) -> Result<FrameHead, FormatError> {
        let interface = self.interfaces.first().ok_or(FormatError::Interface(0))?;
        let too_short = || FormatError::Length(body.len() as u64);
        let original_length = order.u32_at(body, 0).ok_or_else(too_short)?;
        let captured = original_length.min(interface.snapshot);
        if captured > FRAME_LENGTH_MAX || captured as usize > body.len().saturating_sub(4) {
            return Err(FormatError::Length(captured.into()));
        }
        Ok(FrameHead { ts: 0, link: interface.link, original_length, range: 12..12 + captured as usize })
    }
}

/// The byte order of a section header block; none where it is not all there.
fn section_order(bytes: &[u8]) -> Result<Option<Order>, FormatError> {
    let Some(magic) = bytes.get(8..12) else { return Ok(None) };
    match magic {
        [0x4d, 0x3c, 0x2b, 0x1a] => Ok(Some(Order::Little)),
        [0x1a, 0x2b, 0x3c, 0x4d] => Ok(Some(Order::Big)),
        _ => Err(FormatError::Magic(Order::Big.u32_at(magic, 0).unwrap_or(0))),
    }
}
