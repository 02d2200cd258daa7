//! Hardware addresses (MAC, EUI-48).

use std::fmt;

use crate::{ColumnReader, ColumnWriter, Kind, ReadError, Value};

/// A hardware address; its text is as `00:0c:29:ca:c8:46`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HardwareAddress(pub [u8; 6]);

/// Length of the text.
const TEXT_BYTES: usize = 17;

impl HardwareAddress {
    /// Reads twelve hexadecimal digits, with `:` or `-` anywhere between them.
    pub fn parse(text: &str) -> Option<Self> {
        let mut value = 0_u64;
        let mut digits = 0;
        for byte in text.bytes().filter(|byte| !matches!(byte, b':' | b'-')) {
            value = value << 4 | u64::from(char::from(byte).to_digit(16)?);
            digits += 1;
            if digits > 12 {
                return None;
            }
        }
        (digits == 12).then_some(Self::from_number(value))
    }

    /// The address whose bytes, the first one highest, are this number's lower 48 bits.
    pub const fn from_number(number: u64) -> Self {
        let [_, _, a, b, c, d, e, f] = number.to_be_bytes();
        Self([a, b, c, d, e, f])
    }

    /// See [`HardwareAddress::from_number`].
    pub const fn to_number(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    fn text(self) -> [u8; TEXT_BYTES] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
        let mut text = [b':'; TEXT_BYTES];
        for (place, byte) in text.chunks_mut(3).zip(self.0) {
            if let [high, low, ..] = place {
                (*high, *low) = (digit(byte >> 4), digit(byte & 15));
            }
        }
        text
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Value for HardwareAddress {
    const KIND: Kind = Kind::Text;

    fn write(&self, writer: &mut impl ColumnWriter) {
        writer.text(std::str::from_utf8(&self.text()).unwrap_or_default());
    }

    /// What is no hardware address, as other sensors may write it, is left out.
    fn read(reader: &mut impl ColumnReader) -> Result<Option<Self>, ReadError> {
        Ok(reader.text()?.as_deref().and_then(Self::parse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_all_forms_and_written_in_one() {
        for text in ["00:0c:29:ca:c8:46", "00-0C-29-CA-C8-46", "000c29cac846"] {
            let address = HardwareAddress::parse(text).unwrap();
            assert_eq!(address.to_string(), "00:0c:29:ca:c8:46");
            assert_eq!(address.to_number(), 0x000c_29ca_c846);
            assert_eq!(HardwareAddress::from_number(address.to_number()), address);
        }
        for text in ["", "00:0c:29:ca:c8", "00:0c:29:ca:c8:46:00", "00:0c:29:ca:c8:4g", "host"] {
            assert_eq!(HardwareAddress::parse(text), None);
        }
    }
}
