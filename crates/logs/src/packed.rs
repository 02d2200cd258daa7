//! Records as bytes, for those that wait to be put in order.

use std::net::IpAddr;

use records::{ColumnReader, ColumnWriter, Interval, Kind, ReadError, Timestamp};

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

/// Appends a record's values.
pub(crate) struct Packer<'a>(pub(crate) &'a mut Vec<u8>);

impl Packer<'_> {
    fn word(&mut self, value: u64) {
        self.0.push(PRESENT);
        self.0.extend(value.to_le_bytes());
    }

    fn length(&mut self, length: usize) {
        // Lines are far shorter than 4 GB, and so is what is in them.
        self.0.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend(bytes);
    }

    fn put_address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.bytes(&address.octets()),
            IpAddr::V6(address) => self.bytes(&address.octets()),
        }
    }

    fn list<T>(&mut self, values: &[T], mut one: impl FnMut(&mut Self, &T)) {
        self.0.push(PRESENT);
        self.length(values.len());
        values.iter().for_each(|value| one(self, value));
    }
}

impl ColumnWriter for Packer<'_> {
    fn absent(&mut self, _: Kind) {
        self.0.push(ABSENT);
    }
    fn timestamp(&mut self, value: Timestamp) {
        self.word(value.0.cast_unsigned());
    }
    fn interval(&mut self, value: Interval) {
        self.word(value.0.cast_unsigned());
    }
    fn bool(&mut self, value: bool) {
        self.word(u64::from(value));
    }
    fn count(&mut self, value: u64) {
        self.word(value);
    }
    fn integer(&mut self, value: i64) {
        self.word(value.cast_unsigned());
    }
    fn double(&mut self, value: f64) {
        self.word(value.to_bits());
    }
    fn text(&mut self, value: &str) {
        self.0.push(PRESENT);
        self.bytes(value.as_bytes());
    }
    fn address(&mut self, value: IpAddr) {
        self.0.push(PRESENT);
        self.put_address(value);
    }
    fn text_list(&mut self, values: &[String]) {
        self.list(values, |packer, value| packer.bytes(value.as_bytes()));
    }
    fn count_list(&mut self, values: &[u64]) {
        self.list(values, |packer, value| packer.0.extend(value.to_le_bytes()));
    }
    fn interval_list(&mut self, values: &[Interval]) {
        self.list(values, |packer, value| packer.0.extend(value.0.to_le_bytes()));
    }
    fn address_list(&mut self, values: &[IpAddr]) {
        self.list(values, |packer, value| packer.put_address(*value));
    }
}

/// Gives back what [`Packer`] took.
pub(crate) struct Unpacker<'a>(pub(crate) &'a [u8]);

impl<'a> Unpacker<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ReadError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn is_present(&mut self) -> Result<bool, ReadError> {
        Ok(self.take(1)? == [PRESENT])
    }

    fn plain_word(&mut self) -> Result<u64, ReadError> {
        self.take(8)?.try_into().map(u64::from_le_bytes).map_err(|_| ReadError::Short)
    }

    fn word(&mut self) -> Result<Option<u64>, ReadError> {
        if self.is_present()? { self.plain_word().map(Some) } else { Ok(None) }
    }

    fn length(&mut self) -> Result<usize, ReadError> {
        let length = self.take(4)?.try_into().map(u32::from_le_bytes).map_err(|_| ReadError::Short)?;
        Ok(length as usize)
    }

    fn plain_text(&mut self) -> Result<String, ReadError> {
        let length = self.length()?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| ReadError::Kind)
    }

    fn plain_address(&mut self) -> Result<IpAddr, ReadError> {
        let length = self.length()?;
        let octets = self.take(length)?;
        match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
            (Ok(octets), _) => Ok(IpAddr::from(octets)),
            (_, Ok(octets)) => Ok(IpAddr::from(octets)),
            _ => Err(ReadError::Kind),
        }
    }

    fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Option<Vec<T>>, ReadError> {
        if !self.is_present()? {
            return Ok(None);
        }
        let length = self.length()?;
        (0..length).map(|_| one(self)).collect::<Result<_, _>>().map(Some)
    }
}

impl ColumnReader for Unpacker<'_> {
    fn timestamp(&mut self) -> Result<Option<Timestamp>, ReadError> {
        Ok(self.word()?.map(|word| Timestamp(word.cast_signed())))
    }
    fn interval(&mut self) -> Result<Option<Interval>, ReadError> {
        Ok(self.word()?.map(|word| Interval(word.cast_signed())))
    }
    fn bool(&mut self) -> Result<Option<bool>, ReadError> {
        Ok(self.word()?.map(|word| word != 0))
    }
    fn count(&mut self) -> Result<Option<u64>, ReadError> {
        self.word()
    }
    fn integer(&mut self) -> Result<Option<i64>, ReadError> {
        Ok(self.word()?.map(u64::cast_signed))
    }
    fn double(&mut self) -> Result<Option<f64>, ReadError> {
        Ok(self.word()?.map(f64::from_bits))
    }
    fn text(&mut self) -> Result<Option<String>, ReadError> {
        if self.is_present()? { self.plain_text().map(Some) } else { Ok(None) }
    }
    fn address(&mut self) -> Result<Option<IpAddr>, ReadError> {
        if self.is_present()? { self.plain_address().map(Some) } else { Ok(None) }
    }
    fn text_list(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        self.list(Self::plain_text)
    }
    fn count_list(&mut self) -> Result<Option<Vec<u64>>, ReadError> {
        self.list(Self::plain_word)
    }
    fn interval_list(&mut self) -> Result<Option<Vec<Interval>>, ReadError> {
        self.list(|unpacker| unpacker.plain_word().map(|word| Interval(word.cast_signed())))
    }
    fn address_list(&mut self) -> Result<Option<Vec<IpAddr>>, ReadError> {
        self.list(Self::plain_address)
    }
}

#[cfg(test)]
mod tests {
    use records::{AnyRecord, read_json};

    use super::*;

    #[test]
    fn records_of_all_kinds_of_columns_come_back() {
        for (name, line) in [
            (
                "dns",
                r#"{"ts":1.5,"uid":"C1","id.orig_h":"10.0.0.1","id.resp_h":"::1","answers":["a","ü"],"TTLs":[1.0],"AA":true}"#,
            ),
            ("x509", r#"{"ts":-1.5,"san.ip":["10.0.0.1","::1"],"basic_constraints.ca":false}"#),
            (
                "files",
                r#"{"ts":1.5,"fuid":"F1","uid":"C1","entropy":7.25,"total_bytes":18446744073709551615}"#,
            ),
            ("ipsec", r#"{"ts":1.5,"uid":"C1","notify_messages":[1,2]}"#),
        ] {
            let record = read_json(name, line).unwrap();
            let mut bytes = Vec::new();
            record.write(&mut Packer(&mut bytes));
            let mut unpacker = Unpacker(&bytes);
            assert_eq!(AnyRecord::read(record.type_index(), &mut unpacker), Ok(record), "{name}");
            assert!(unpacker.0.is_empty(), "{name}");
        }
    }
}
