//! Who made a device, by its hardware address.

use std::sync::LazyLock;

use records::HardwareAddress;

/// One maker on each line: its name, a tab, and its prefixes in hexadecimal.
const VENDORS: &str = include_str!("vendors.txt");

/// The prefixes in ascending order, each with its maker: the list is read once, at the first question.
static BY_PREFIX: LazyLock<Vec<(u32, &str)>> = LazyLock::new(|| {
    let lines = VENDORS.lines().filter(|line| !line.starts_with('#'));
    let vendors = lines.filter_map(|line| line.split_once('\t'));
    let mut prefixes: Vec<(u32, &str)> = vendors
        .flat_map(|(name, prefixes)| prefixes.split(' ').map(move |prefix| (prefix, name)))
        .filter_map(|(prefix, name)| Some((u32::from_str_radix(prefix, 16).ok()?, name)))
        .collect();
    prefixes.sort_unstable();
    prefixes
});

/// The maker to whom the IEEE gave the first three bytes of the address, among those with many devices. An address that
/// was made up (for virtual machines, or to hide who one is) has none.
pub fn vendor(address: HardwareAddress) -> Option<&'static str> {
    let [first, second, third, ..] = address.0;
    let prefix = u32::from_be_bytes([0, first, second, third]);
    let at = BY_PREFIX.binary_search_by_key(&prefix, |(known, _)| *known).ok()?;
    BY_PREFIX.get(at).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_known_by_the_first_half_of_an_address() {
        let of = |number: u64| vendor(HardwareAddress::from_number(number));
        assert_eq!(of(0x000c_29ca_c846), Some("VMware"));
        assert_eq!(of(0xb827_eb00_0001), Some("Raspberry Pi"));
        assert_eq!(of(0x0200_0000_0001), None);
    }

    #[test]
    fn the_list_can_be_read() {
        let lines = VENDORS.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let (name, prefixes) = line.split_once('\t').unwrap();
            assert!(!name.is_empty());
            for prefix in prefixes.split(' ') {
                assert!(prefix.len() == 6 && u32::from_str_radix(prefix, 16).is_ok(), "{name}: {prefix}");
                count += 1;
            }
        }
        assert!(count > 10_000);
    }
}
